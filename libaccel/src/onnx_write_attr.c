/* SPDX-License-Identifier: MIT */
/* The attributes of a node as ONNX has them: the inverse of onnx_import_rules.c. */
#include "onnx.h"
#include "onnx_write_node.h"

/* AttributeProto: name 1, f 2, i 3, s 4, floats 7, ints 8, type 20. */
static size_t begin(struct pb_out *o, const char *name, enum onnx_attr_type type)
{
	size_t mark = pb_out_begin(o, 5);

	pb_out_string(o, 1, name);
	pb_out_varint(o, 20, type);
	return mark;
}

void onnx_write_int(struct pb_out *o, const char *name, int64_t v)
{
	size_t mark = begin(o, name, ONNX_ATTR_INT);

	pb_out_varint(o, 3, (uint64_t)v);
	pb_out_end(o, mark);
}

static void write_float(struct pb_out *o, const char *name, float v)
{
	size_t mark = begin(o, name, ONNX_ATTR_FLOAT);

	pb_out_float(o, 2, v);
	pb_out_end(o, mark);
}

static void write_string(struct pb_out *o, const char *name, const char *s)
{
	size_t mark = begin(o, name, ONNX_ATTR_STRING);

	pb_out_string(o, 4, s);
	pb_out_end(o, mark);
}

static void write_ints2(struct pb_out *o, const char *name, int64_t n, const int64_t *v, int64_t m,
			const int64_t *w)
{
	size_t mark = begin(o, name, ONNX_ATTR_INTS);

	for (int64_t i = 0; i < n; i++)
		pb_out_varint(o, 8, (uint64_t)v[i]);
	for (int64_t i = 0; i < m; i++)
		pb_out_varint(o, 8, (uint64_t)w[i]);
	pb_out_end(o, mark);
}

static void write_ints(struct pb_out *o, const char *name, int64_t n, const int64_t *v)
{
	write_ints2(o, name, n, v, 0, NULL);
}

/* A constant list of int64 or, as the reference takes it too, int32. */
static void write_list(struct pb_out *o, const char *name, const struct tensor *t)
{
	size_t mark = begin(o, name, ONNX_ATTR_INTS);

	for (int64_t i = 0; i < shape_count(&t->shape); i++)
		pb_out_varint(o, 8, (uint64_t)(t->dtype == DTYPE_I32 ?
						       ((const int32_t *)t->data)[i] :
						       ((const int64_t *)t->data)[i]));
	pb_out_end(o, mark);
}

static bool any(int n, const int64_t *v, int64_t usual)
{
	for (int i = 0; i < n; i++)
		if (v[i] != usual)
			return true;
	return false;
}

static void write_window(struct pb_out *o, const struct conv_attr *a)
{
	static const char *const auto_pads[] = { "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID" };
	int n = a->spatial;

	if (!n)
		return;
	if (a->kernel[0])
		write_ints(o, "kernel_shape", n, a->kernel);
	write_ints(o, "strides", n, a->stride);
	/* AveragePool has had dilations since opset 19 only. */
	if (any(n, a->dilation, 1))
		write_ints(o, "dilations", n, a->dilation);
	if (a->auto_pad != AUTO_PAD_NOTSET)
		write_string(o, "auto_pad", auto_pads[a->auto_pad]);
	else if (any(n, a->pad_begin, 0) || any(n, a->pad_end, 0))
		write_ints2(o, "pads", n, a->pad_begin, n, a->pad_end);
}

static void write_conv(struct pb_out *o, const struct node *n)
{
	const struct conv_attr *a = &n->attr.conv;

	write_window(o, a);
	onnx_write_int(o, "group", a->group);
	if (any(a->spatial, a->output_padding, 0))
		write_ints(o, "output_padding", a->spatial, a->output_padding);
	if (any(a->spatial, a->output_shape, 0))
		write_ints(o, "output_shape", a->spatial, a->output_shape);
}

static void write_pool(struct pb_out *o, const struct node *n)
{
	const struct conv_attr *a = &n->attr.conv;

	write_window(o, a);
	onnx_write_int(o, "ceil_mode", a->ceil_mode);
	if (n->op == OP_MAX_POOL)
		onnx_write_int(o, "storage_order", a->storage_order);
	else
		onnx_write_int(o, "count_include_pad", a->count_include_pad);
}

static void write_resize(struct pb_out *o, const union attr *a)
{
	static const char *const modes[] = { "nearest", "linear", "cubic" };
	static const char *const coords[] = { "half_pixel",    "pytorch_half_pixel",
					      "align_corners", "asymmetric",
					      "tf_crop_and_resize", "half_pixel_symmetric" };
	static const char *const rounds[] = { "round_prefer_floor", "round_prefer_ceil", "floor",
					      "ceil" };

	write_string(o, "mode", modes[a->resize.mode]);
	write_string(o, "coordinate_transformation_mode", coords[a->resize.coord]);
	if (a->resize.mode == RESIZE_NEAREST)
		write_string(o, "nearest_mode", rounds[a->resize.round]);
	if (a->resize.mode == RESIZE_CUBIC)
		write_float(o, "cubic_coeff_a", a->resize.cubic_a);
	if (a->resize.coord == RESIZE_TF_CROP)
		write_float(o, "extrapolation_value", a->resize.extrapolation);
	if (a->resize.exclude_outside)
		onnx_write_int(o, "exclude_outside", 1);
	if (a->resize.antialias)
		onnx_write_int(o, "antialias", 1);
}

static void write_reduce(struct onnx_writer *w, const struct node *n)
{
	onnx_write_int(&w->out, "keepdims", n->attr.reduce.keepdims);
	if (n->attr.reduce.noop_if_empty)
		onnx_write_int(&w->out, "noop_with_empty_axes", 1);
	if (onnx_write_is_attr(w, n, 1))
		write_list(&w->out, "axes", &w->g->tensor[n->in[1]]);
}

static void write_split(struct onnx_writer *w, const struct node *n)
{
	onnx_write_int(&w->out, "axis", n->attr.axis.axis);
	if (w->opset >= 18 && (n->n_in < 2 || n->in[1] < 0))
		onnx_write_int(&w->out, "num_outputs", n->n_out);
}

void onnx_write_attrs(struct onnx_writer *w, const struct node *n)
{
	static const char *const pad_modes[] = { "constant", "reflect", "edge", "wrap" };
	struct pb_out *o = &w->out;
	const union attr *a = &n->attr;

	switch (n->op) {
	case OP_CONV:
	case OP_CONV_INTEGER:
	case OP_CONV_TRANSPOSE:
	case OP_QLINEAR_CONV:
		write_conv(o, n);
		break;
	case OP_AVERAGE_POOL:
	case OP_MAX_POOL:
		write_pool(o, n);
		break;
	case OP_LEAKY_RELU:
	case OP_QLINEAR_LEAKY_RELU:
	case OP_ELU:
		write_float(o, "alpha", a->act.alpha);
		break;
	case OP_HARD_SIGMOID:
		write_float(o, "alpha", a->act.alpha);
		write_float(o, "beta", a->act.beta);
		break;
	case OP_GEMM:
		write_float(o, "alpha", a->gemm.alpha);
		write_float(o, "beta", a->gemm.beta);
		onnx_write_int(o, "transA", a->gemm.trans_a);
		onnx_write_int(o, "transB", a->gemm.trans_b);
		break;
	case OP_ARGMAX:
		onnx_write_int(o, "axis", a->arg.axis);
		onnx_write_int(o, "keepdims", a->arg.keepdims);
		onnx_write_int(o, "select_last_index", a->arg.select_last);
		break;
	case OP_CONCAT:
	case OP_QLINEAR_CONCAT:
	case OP_FLATTEN:
	case OP_SOFTMAX:
	case OP_QUANTIZE_LINEAR:
	case OP_DEQUANTIZE_LINEAR:
		onnx_write_int(o, "axis", a->axis.axis);
		break;
	case OP_SPLIT:
		write_split(w, n);
		break;
	case OP_BATCH_NORMALIZATION:
	case OP_INSTANCE_NORMALIZATION:
		write_float(o, "epsilon", a->norm.epsilon);
		break;
	case OP_CAST:
		onnx_write_int(o, "to", a->cast.to);
		break;
	case OP_DEPTH_TO_SPACE:
		onnx_write_int(o, "blocksize", a->depth_to_space.blocksize);
		write_string(o, "mode", a->depth_to_space.crd ? "CRD" : "DCR");
		break;
	case OP_PAD:
		write_string(o, "mode", pad_modes[a->pad.mode]);
		break;
	case OP_TRANSPOSE:
		if (a->transpose.rank)
			write_ints(o, "perm", a->transpose.rank, a->transpose.perm);
		break;
	case OP_REDUCE_MEAN:
		write_reduce(w, n);
		break;
	case OP_RESHAPE:
		if (a->reshape.allowzero)
			onnx_write_int(o, "allowzero", 1);
		break;
	case OP_RESIZE:
		write_resize(o, a);
		break;
	default:
		break;
	}
}
