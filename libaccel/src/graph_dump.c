/* SPDX-License-Identifier: MIT */
/* A graph as text, for people: one line per input, node and output. */
#include <inttypes.h>

#include "graph_priv.h"
#include "text.h"

#define SHOWN_ELEMENTS 8	/* of a constant: axes, pads, scales */

void graph_print_shape(struct text *t, const struct shape *s)
{
	if (s->rank < 0)
		text_printf(t, "unknown");
	if (s->rank == 0)
		text_printf(t, "scalar");
	for (int i = 0; i < s->rank; i++) {
		text_printf(t, i ? "x" : "");
		if (s->dim[i] < 0)
			text_printf(t, "?");
		else
			text_printf(t, "%" PRId64, s->dim[i]);
	}
}

static void print_element(struct text *t, const struct tensor *tensor, int64_t i)
{
	switch (tensor->dtype) {
	case DTYPE_F32:
		text_printf(t, "%.9g", (double)((const float *)tensor->data)[i]);
		break;
	case DTYPE_F64:
		text_printf(t, "%.17g", ((const double *)tensor->data)[i]);
		break;
	case DTYPE_I8:
		text_printf(t, "%d", ((const int8_t *)tensor->data)[i]);
		break;
	case DTYPE_I32:
		text_printf(t, "%" PRId32, ((const int32_t *)tensor->data)[i]);
		break;
	case DTYPE_I64:
		text_printf(t, "%" PRId64, ((const int64_t *)tensor->data)[i]);
		break;
	default:
		text_printf(t, "%u", ((const uint8_t *)tensor->data)[i]);
		break;
	}
}

static void print_tensor(struct text *t, const struct graph *g, int index)
{
	const struct tensor *tensor;
	int64_t count;

	if (index < 0) {
		text_printf(t, " -");
		return;
	}
	tensor = &g->tensor[index];
	count = shape_count(&tensor->shape);
	text_printf(t, " %s:%s[", tensor->name, dtype_name(tensor->dtype));
	graph_print_shape(t, &tensor->shape);
	text_printf(t, "]");
	if (!tensor->data)
		return;
	if (count > SHOWN_ELEMENTS) {
		text_printf(t, "{...}");
		return;
	}
	text_printf(t, "{");
	for (int64_t i = 0; i < count; i++) {
		text_printf(t, i ? " " : "");
		print_element(t, tensor, i);
	}
	text_printf(t, "}");
}

static void print_ints(struct text *t, const char *name, int n, const int64_t *v)
{
	text_printf(t, " %s=", name);
	for (int i = 0; i < n; i++)
		text_printf(t, "%s%" PRId64, i ? "," : "", v[i]);
}

static bool any(int n, const int64_t *v, int64_t usual)
{
	for (int i = 0; i < n; i++)
		if (v[i] != usual)
			return true;
	return false;
}

static void print_conv(struct text *t, const struct conv_attr *a)
{
	static const char *const auto_pads[] = { "notset", "same_upper", "same_lower", "valid" };
	int n = a->spatial;

	print_ints(t, "kernel", n, a->kernel);
	print_ints(t, "stride", n, a->stride);
	if (any(n, a->dilation, 1))
		print_ints(t, "dilation", n, a->dilation);
	if (a->auto_pad != AUTO_PAD_NOTSET)
		text_printf(t, " auto_pad=%s", auto_pads[a->auto_pad]);
	if (any(n, a->pad_begin, 0) || any(n, a->pad_end, 0)) {
		print_ints(t, "pad_begin", n, a->pad_begin);
		print_ints(t, "pad_end", n, a->pad_end);
	}
	if (any(n, a->output_padding, 0))
		print_ints(t, "output_padding", n, a->output_padding);
	if (any(n, a->output_shape, 0))
		print_ints(t, "output_shape", n, a->output_shape);
	if (a->group != 1)
		text_printf(t, " group=%" PRId64, a->group);
	if (a->ceil_mode)
		text_printf(t, " ceil_mode");
	if (a->count_include_pad)
		text_printf(t, " count_include_pad");
	if (a->storage_order)
		text_printf(t, " storage_order=%" PRId64, a->storage_order);
}

static void print_resize(struct text *t, const union attr *a)
{
	static const char *const modes[] = { "nearest", "linear", "cubic" };
	static const char *const coords[] = { "half_pixel",    "pytorch_half_pixel",
					      "align_corners", "asymmetric",
					      "tf_crop",       "half_pixel_symmetric" };
	static const char *const rounds[] = { "round_prefer_floor", "round_prefer_ceil", "floor",
					      "ceil" };

	text_printf(t, " mode=%s coord=%s", modes[a->resize.mode], coords[a->resize.coord]);
	if (a->resize.mode == RESIZE_NEAREST)
		text_printf(t, " round=%s", rounds[a->resize.round]);
	if (a->resize.mode == RESIZE_CUBIC)
		text_printf(t, " cubic_a=%g", (double)a->resize.cubic_a);
	if (a->resize.coord == RESIZE_TF_CROP)
		text_printf(t, " extrapolation=%g", (double)a->resize.extrapolation);
	if (a->resize.exclude_outside)
		text_printf(t, " exclude_outside");
	if (a->resize.antialias)
		text_printf(t, " antialias");
}

static void print_attr(struct text *t, const struct node *n)
{
	static const char *const pad_modes[] = { "constant", "reflect", "edge", "wrap" };
	const union attr *a = &n->attr;

	switch (n->op) {
	case OP_CONV:
	case OP_CONV_INTEGER:
	case OP_CONV_TRANSPOSE:
	case OP_QLINEAR_CONV:
	case OP_AVERAGE_POOL:
	case OP_MAX_POOL:
		print_conv(t, &a->conv);
		break;
	case OP_LEAKY_RELU:
	case OP_QLINEAR_LEAKY_RELU:
	case OP_ELU:
		text_printf(t, " alpha=%g", (double)a->act.alpha);
		break;
	case OP_HARD_SIGMOID:
		text_printf(t, " alpha=%g beta=%g", (double)a->act.alpha, (double)a->act.beta);
		break;
	case OP_GEMM:
		text_printf(t, " alpha=%g beta=%g%s%s", (double)a->gemm.alpha, (double)a->gemm.beta,
			    a->gemm.trans_a ? " trans_a" : "", a->gemm.trans_b ? " trans_b" : "");
		break;
	case OP_ARGMAX:
		text_printf(t, " axis=%" PRId64 "%s%s", a->arg.axis,
			    a->arg.keepdims ? " keepdims" : "",
			    a->arg.select_last ? " select_last" : "");
		break;
	case OP_CONCAT:
	case OP_QLINEAR_CONCAT:
	case OP_FLATTEN:
	case OP_SOFTMAX:
	case OP_SPLIT:
	case OP_QUANTIZE_LINEAR:
	case OP_DEQUANTIZE_LINEAR:
		text_printf(t, " axis=%" PRId64 "%s", a->axis.axis,
			    n->op == OP_SOFTMAX && a->axis.flatten_2d ? " flatten_2d" : "");
		break;
	case OP_BATCH_NORMALIZATION:
	case OP_INSTANCE_NORMALIZATION:
		text_printf(t, " epsilon=%g", (double)a->norm.epsilon);
		break;
	case OP_CAST:
		text_printf(t, " to=%s", dtype_name(a->cast.to));
		break;
	case OP_DEPTH_TO_SPACE:
		text_printf(t, " blocksize=%" PRId64 "%s", a->depth_to_space.blocksize,
			    a->depth_to_space.crd ? " crd" : "");
		break;
	case OP_PAD:
		text_printf(t, " mode=%s", pad_modes[a->pad.mode]);
		break;
	case OP_TRANSPOSE:
		print_ints(t, "perm", a->transpose.rank, a->transpose.perm);
		break;
	case OP_REDUCE_MEAN:
		text_printf(t, "%s%s", a->reduce.keepdims ? " keepdims" : "",
			    a->reduce.noop_if_empty ? " noop_if_empty" : "");
		break;
	case OP_RESHAPE:
		text_printf(t, "%s", a->reshape.allowzero ? " allowzero" : "");
		break;
	case OP_RESIZE:
		print_resize(t, a);
		break;
	default:
		break;
	}
}

static void print_list(struct text *t, const struct graph *g, const char *what, int n,
		       const int *list)
{
	for (int i = 0; i < n; i++) {
		text_printf(t, "%s", what);
		print_tensor(t, g, list[i]);
		text_printf(t, "\n");
	}
}

int graph_dump(const struct graph *g, struct text *out)
{
	text_printf(out, "graph '%s': %d nodes, opset %" PRId64 "\n", g->name ? g->name : "",
		    g->n_node, g->opset);
	print_list(out, g, "input", g->n_in, g->in);
	for (int i = 0; i < g->n_node; i++) {
		const struct node *n = &g->node[i];

		text_printf(out, "%s '%s'", op_name(n->op), n->name);
		print_attr(out, n);
		text_printf(out, " :");
		for (int k = 0; k < n->n_in; k++)
			print_tensor(out, g, n->in[k]);
		text_printf(out, " ->");
		for (int k = 0; k < n->n_out; k++)
			print_tensor(out, g, n->out[k]);
		text_printf(out, "\n");
	}
	print_list(out, g, "output", g->n_out, g->out);
	return text_error(out);
}
