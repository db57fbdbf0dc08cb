/* SPDX-License-Identifier: MIT */
/* Attributes of convolutions and pools. */
#include <errno.h>

#include "error.h"
#include "onnx_import.h"

/* Anything above is nonsense, and below no sum of a few of them overflows. */
#define MAX_EXTENT (INT64_C(1) << 30)

static void fail_list(struct draft *d, const char *name, size_t n, const char *expected)
{
	draft_error(d, -EINVAL, "attribute '%s' has %zu numbers instead of %s", name, n, expected);
}

static void fail_value(struct draft *d, const char *name, int64_t v)
{
	draft_error(d, -EINVAL, "attribute '%s' holds %lld", name, (long long)v);
}

/* One number per spatial dimension.  The first list says how many those are. */
static void read_list(struct draft *d, const char *name, int64_t *to, int64_t absent, int64_t min)
{
	const struct onnx_attr *attr = attr_find(d, name, ONNX_ATTR_INTS);
	struct conv_attr *conv = &d->attr.conv;

	for (int i = 0; i < 3; i++)
		to[i] = absent;
	if (!attr)
		return;
	if (!attr->n_ints || attr->n_ints > 3) {
		fail_list(d, name, attr->n_ints, "1, 2 or 3");
		return;
	}
	if (conv->spatial && attr->n_ints != (size_t)conv->spatial) {
		fail_list(d, name, attr->n_ints, "one per spatial dimension");
		return;
	}
	conv->spatial = (int)attr->n_ints;
	for (int i = 0; i < conv->spatial; i++) {
		to[i] = attr->ints[i];
		if (to[i] < min || to[i] > MAX_EXTENT)
			fail_value(d, name, to[i]);
	}
}

/* All begins, then all ends. */
static void read_pads(struct draft *d)
{
	const struct onnx_attr *attr = attr_find(d, "pads", ONNX_ATTR_INTS);
	struct conv_attr *conv = &d->attr.conv;
	size_t n;

	if (!attr)
		return;
	n = attr->n_ints / 2;
	if (attr->n_ints % 2 || !n || n > 3 || (conv->spatial && n != (size_t)conv->spatial)) {
		fail_list(d, "pads", attr->n_ints, "two per spatial dimension");
		return;
	}
	conv->spatial = (int)n;
	for (size_t i = 0; i < n; i++) {
		conv->pad_begin[i] = attr->ints[i];
		conv->pad_end[i] = attr->ints[n + i];
		if (conv->pad_begin[i] < 0 || conv->pad_begin[i] > MAX_EXTENT)
			fail_value(d, "pads", conv->pad_begin[i]);
		if (conv->pad_end[i] < 0 || conv->pad_end[i] > MAX_EXTENT)
			fail_value(d, "pads", conv->pad_end[i]);
	}
}

static void read_window(struct draft *d)
{
	static const char *const choice[] = { "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID" };
	struct conv_attr *conv = &d->attr.conv;

	read_list(d, "kernel_shape", conv->kernel, 0, 1);
	read_list(d, "strides", conv->stride, 1, 1);
	read_list(d, "dilations", conv->dilation, 1, 1);
	read_pads(d);
	conv->auto_pad = (enum auto_pad)attr_choice(d, "auto_pad", AUTO_PAD_NOTSET, choice, 4);
	conv->group = 1;
}

void convert_conv(struct draft *d)
{
	struct conv_attr *conv = &d->attr.conv;

	read_window(d);
	conv->group = attr_int(d, "group", 1);
	if (conv->group < 1 || conv->group > MAX_EXTENT)
		fail_value(d, "group", conv->group);
	if (d->op == OP_CONV_TRANSPOSE) {
		read_list(d, "output_padding", conv->output_padding, 0, 0);
		read_list(d, "output_shape", conv->output_shape, 0, 1);
	}
}

void convert_pool(struct draft *d)
{
	struct conv_attr *conv = &d->attr.conv;

	if (!attr_required(d, "kernel_shape"))
		return;
	read_window(d);
	conv->ceil_mode = attr_int(d, "ceil_mode", 0);
	if (d->op == OP_MAX_POOL)
		conv->storage_order = attr_int(d, "storage_order", 0);
	else
		conv->count_include_pad = attr_int(d, "count_include_pad", 0);
}
