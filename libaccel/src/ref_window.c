/* SPDX-License-Identifier: MIT */
/* The geometry of convolutions and pools: padding and extents. */
#include <inttypes.h>

#include "ref_priv.h"

/* In these bounds no sum of products of two overflows. */
static int check_window(const struct node *n, int axis, const struct ref_window *w)
{
	const int64_t positive[] = { w->in, w->kernel, w->stride, w->dilation };
	static const char *const what[] = { "an input", "a kernel", "a stride", "a dilation" };

	for (int i = 0; i < 4; i++)
		if (positive[i] < 1 || positive[i] > REF_MAX_EXTENT)
			return ref_error(-EINVAL, n, "%s of %" PRId64 " in spatial dimension %d",
					 what[i], positive[i], axis);
	if (w->pad_begin < 0 || w->pad_begin > REF_MAX_EXTENT || w->pad_end < 0 ||
	    w->pad_end > REF_MAX_EXTENT)
		return ref_error(-EINVAL, n, "padding of %" PRId64 " and %" PRId64
				 " in spatial dimension %d", w->pad_begin, w->pad_end, axis);
	return 0;
}

static void set_window(const struct node *n, int axis, struct ref_window *w)
{
	const struct conv_attr *a = &n->attr.conv;
	bool given = a->auto_pad == AUTO_PAD_NOTSET;

	w->stride = a->stride[axis];
	w->dilation = a->dilation[axis];
	w->pad_begin = given ? a->pad_begin[axis] : 0;
	w->pad_end = given ? a->pad_end[axis] : 0;
}

static int64_t at_least_0(int64_t x)
{
	return x < 0 ? 0 : x;
}

static int64_t extent(const struct ref_window *w)
{
	return w->dilation * (w->kernel - 1) + 1;
}

static bool is_same(const struct node *n)
{
	return n->attr.conv.auto_pad == AUTO_PAD_SAME_UPPER ||
	       n->attr.conv.auto_pad == AUTO_PAD_SAME_LOWER;
}

/* The odd one goes to the end for SAME_UPPER. */
static void split_padding(const struct node *n, int64_t total, struct ref_window *w)
{
	int64_t less = total / 2, more = total - less;
	bool upper = n->attr.conv.auto_pad == AUTO_PAD_SAME_UPPER;

	w->pad_begin = upper ? less : more;
	w->pad_end = upper ? more : less;
}

int ref_window(const struct node *n, int axis, struct ref_window *w)
{
	int64_t rest;
	int err;

	set_window(n, axis, w);
	err = check_window(n, axis, w);
	if (err)
		return err;
	if (is_same(n)) {
		w->out = (w->in + w->stride - 1) / w->stride;
		split_padding(n, at_least_0((w->out - 1) * w->stride + extent(w) - w->in), w);
		return 0;
	}
	rest = w->in + w->pad_begin + w->pad_end - extent(w);
	if (rest < 0)
		return ref_error(-EINVAL, n,
				 "a window of %" PRId64 " does not fit in the %" PRId64
				 " of spatial dimension %d", extent(w), w->in, axis);
	w->out = rest / w->stride + 1;
	/* ceil_mode: one more that is not full, unless it would begin in the padding behind. */
	if (n->attr.conv.ceil_mode && rest % w->stride && w->out * w->stride < w->in + w->pad_begin)
		w->out++;
	return 0;
}

/* output_shape decides the padding, and so does auto_pad; what is missing then is at the end. */
static int transposed_window(const struct node *n, int axis, struct ref_window *w)
{
	const struct conv_attr *a = &n->attr.conv;
	int64_t more = a->output_padding[axis], fixed = a->output_shape[axis], full;
	int err;

	set_window(n, axis, w);
	err = check_window(n, axis, w);
	if (err)
		return err;
	if (more < 0 || more > REF_MAX_EXTENT || fixed < 0 || fixed > REF_MAX_EXTENT)
		return ref_error(-EINVAL, n, "output_padding %" PRId64 " or output_shape %" PRId64
				 " in spatial dimension %d", more, fixed, axis);
	full = (w->in - 1) * w->stride + extent(w) + more;
	if (!fixed && is_same(n))
		fixed = w->in * w->stride;
	if (fixed)
		split_padding(n, at_least_0(full - fixed), w);
	w->out = fixed ? fixed : full - w->pad_begin - w->pad_end;
	w->pad_end = full - w->pad_begin - w->out;
	if (w->out < 1)
		return ref_error(-EINVAL, n,
				 "the padding leaves nothing of spatial dimension %d", axis);
	return 0;
}

static int check_weights(const struct node *n, const struct shape *x, const struct shape *w)
{
	int spatial = n->attr.conv.spatial;

	if (x->rank < 3 || x->rank > 5 || w->rank != x->rank)
		return ref_error(-EINVAL, n,
				 "an input of %s and weights of %s; N,C and one to three spatial "
				 "dimensions are supported", SHAPE(x), SHAPE(w));
	if (spatial && spatial != x->rank - 2)
		return ref_error(-EINVAL, n, "attributes for %d spatial dimensions, an input of %s",
				 spatial, SHAPE(x));
	if (shape_count(w) < 1 || shape_count(x) < 0)
		return ref_error(-EINVAL, n, "weights of %s", SHAPE(w));
	return 0;
}

static int set_channels(const struct node *n, const struct shape *x, const struct shape *w,
			struct ref_conv *g)
{
	g->transposed = n->op == OP_CONV_TRANSPOSE;
	g->batch = x->dim[0];
	g->in_channels = x->dim[1];
	g->group = n->attr.conv.group;
	if (g->group < 1 || w->dim[0] % g->group)
		return ref_error(-EINVAL, n, "%" PRId64 " groups with weights of %s", g->group,
				 SHAPE(w));
	/* So there are no more groups than w->dim[0], and the weights' count limits both products. */
	g->out_channels = g->transposed ? w->dim[1] * g->group : w->dim[0];
	if (g->in_channels != (g->transposed ? w->dim[0] : w->dim[1] * g->group))
		return ref_error(-EINVAL, n,
				 "an input of %s does not fit weights of %s in %" PRId64 " groups",
				 SHAPE(x), SHAPE(w), g->group);
	return 0;
}

int ref_conv_geometry(const struct node *n, const struct shape *x, const struct shape *w,
		      struct ref_conv *g)
{
	int err = check_weights(n, x, w), spatial = x->rank - 2;

	if (!err)
		err = set_channels(n, x, w, g);
	for (int i = 0; !err && i < 3; i++) {
		struct ref_window win = { 1, 1, 1, 1, 0, 0, 1 };
		int axis = i - (3 - spatial);

		if (axis >= 0) {
			win.in = x->dim[axis + 2];
			win.kernel = w->dim[axis + 2];
			err = g->transposed ? transposed_window(n, axis, &win)
					    : ref_window(n, axis, &win);
		}
		g->in[i] = win.in;
		g->out[i] = win.out;
		g->kernel[i] = win.kernel;
		g->stride[i] = win.stride;
		g->dilation[i] = win.dilation;
		g->pad_begin[i] = win.pad_begin;
		g->pad_end[i] = win.pad_end;
	}
	return err;
}
