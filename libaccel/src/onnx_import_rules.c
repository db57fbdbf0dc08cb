/* SPDX-License-Identifier: MIT */
/*
 * The operators that libaccel knows: how many inputs and outputs each has in ONNX, and how its
 * attributes of any opset become those of graph.h.
 */
#include <errno.h>

#include "error.h"
#include "onnx_import.h"

static void convert_alpha(struct draft *d)
{
	d->attr.act.alpha = attr_float(d, "alpha", d->op == OP_ELU ? 1.0f : 0.01f);
}

static void convert_hard_sigmoid(struct draft *d)
{
	d->attr.act.alpha = attr_float(d, "alpha", 0.2f);
	d->attr.act.beta = attr_float(d, "beta", 0.5f);
}

static void convert_gemm(struct draft *d)
{
	d->attr.gemm.alpha = attr_float(d, "alpha", 1);
	d->attr.gemm.beta = attr_float(d, "beta", 1);
	d->attr.gemm.trans_a = attr_int(d, "transA", 0);
	d->attr.gemm.trans_b = attr_int(d, "transB", 0);
}

static void convert_argmax(struct draft *d)
{
	d->attr.arg.axis = attr_int(d, "axis", 0);
	d->attr.arg.keepdims = attr_int(d, "keepdims", 1);
	d->attr.arg.select_last = attr_int(d, "select_last_index", 0);
}

static void convert_concat(struct draft *d)
{
	if (attr_required(d, "axis"))
		d->attr.axis.axis = attr_int(d, "axis", 0);
	if (d->op == OP_QLINEAR_CONCAT && (d->n_in < 5 || d->n_in % 3 != 2))
		draft_error(d, -EINVAL, "%d inputs are not a scale, a zero point and triples",
			    d->n_in);
}

static void convert_flatten(struct draft *d)
{
	d->attr.axis.axis = attr_int(d, "axis", 1);
}

/* Before opset 13 all dimensions from the axis on were one. */
static void convert_softmax(struct draft *d)
{
	d->attr.axis.flatten_2d = d->import->opset < 13;
	d->attr.axis.axis = attr_int(d, "axis", d->attr.axis.flatten_2d ? 1 : -1);
}

static void convert_split(struct draft *d)
{
	d->attr.axis.axis = attr_int(d, "axis", 0);
	if (d->import->opset < 13)
		draft_attr_to_input(d, "split", 1);
	if (attr_int(d, "num_outputs", d->n_out) != d->n_out)
		draft_error(d, -EINVAL, "num_outputs is not the number of its outputs, %d",
			    d->n_out);
}

static void convert_batch_norm(struct draft *d)
{
	d->attr.norm.epsilon = attr_float(d, "epsilon", 1e-5f);
	attr_ignore(d, "momentum");
	if (attr_int(d, "training_mode", 0) || d->n_out > 1)
		draft_error(d, -ENOTSUP,
			    "training is not supported; export the model for inference");
	if (!attr_int(d, "spatial", 1))
		draft_error(d, -ENOTSUP, "spatial = 0 is not supported; export it with opset 9");
}

static void convert_instance_norm(struct draft *d)
{
	d->attr.norm.epsilon = attr_float(d, "epsilon", 1e-5f);
}

static void convert_cast(struct draft *d)
{
	int64_t to;

	attr_ignore(d, "saturate");	/* of float8 */
	if (!attr_required(d, "to"))
		return;
	to = attr_int(d, "to", 0);
	if (to < 0 || to > INT32_MAX || !dtype_size((enum dtype)to))
		draft_error(d, -ENOTSUP, "casting to %s (%lld) is not supported",
			    onnx_dtype_name((int)to), (long long)to);
	else
		d->attr.cast.to = (enum dtype)to;
}

static void convert_depth_to_space(struct draft *d)
{
	static const char *const modes[] = { "DCR", "CRD" };
	int64_t n = 0;

	if (attr_required(d, "blocksize"))
		n = attr_int(d, "blocksize", 0);
	if (!d->err && (n < 1 || n > 1 << 15))
		draft_error(d, -EINVAL, "blocksize is %lld", (long long)n);
	d->attr.depth_to_space.blocksize = n;
	d->attr.depth_to_space.crd = attr_choice(d, "mode", 0, modes, 2);
}

static void convert_clip(struct draft *d)
{
	const struct onnx_attr *min, *max;

	if (d->import->opset >= 11)
		return;
	min = attr_find(d, "min", ONNX_ATTR_FLOAT);
	max = attr_find(d, "max", ONNX_ATTR_FLOAT);
	if (min)
		draft_set_scalar(d, 1, min->f);
	if (max)
		draft_set_scalar(d, 2, max->f);
}

static void convert_pad(struct draft *d)
{
	static const char *const modes[] = { "constant", "reflect", "edge", "wrap" };

	d->attr.pad.mode = (enum pad_mode)attr_choice(d, "mode", PAD_CONSTANT, modes, 4);
	if (d->import->opset < 11) {
		if (attr_required(d, "pads"))
			draft_attr_to_input(d, "pads", 1);
		draft_set_scalar(d, 2, attr_float(d, "value", 0));
	}
	draft_need_input(d, 1, "pads");
}

static void convert_slice(struct draft *d)
{
	if (d->import->opset < 10 && attr_required(d, "starts") && attr_required(d, "ends")) {
		draft_attr_to_input(d, "starts", 1);
		draft_attr_to_input(d, "ends", 2);
		draft_attr_to_input(d, "axes", 3);
	}
	draft_need_input(d, 1, "starts");
	draft_need_input(d, 2, "ends");
}

static void convert_squeeze(struct draft *d)
{
	if (d->import->opset < 13)
		draft_attr_to_input(d, "axes", 1);
	if (d->op == OP_UNSQUEEZE)
		draft_need_input(d, 1, "axes");
}

static void convert_reduce(struct draft *d)
{
	d->attr.reduce.keepdims = attr_int(d, "keepdims", 1);
	if (d->import->opset < 18)
		draft_attr_to_input(d, "axes", 1);
	else
		d->attr.reduce.noop_if_empty = attr_int(d, "noop_with_empty_axes", 0);
}

static void convert_reshape(struct draft *d)
{
	d->attr.reshape.allowzero = attr_int(d, "allowzero", 0);
}

static void convert_transpose(struct draft *d)
{
	const struct onnx_attr *perm = attr_find(d, "perm", ONNX_ATTR_INTS);
	unsigned int seen = 0;

	if (!perm)
		return;
	if (perm->n_ints > GRAPH_MAX_RANK) {
		draft_error(d, -ENOTSUP, "'perm' has %zu axes; %d are supported", perm->n_ints,
			    GRAPH_MAX_RANK);
		return;
	}
	d->attr.transpose.rank = (int)perm->n_ints;
	for (size_t i = 0; i < perm->n_ints; i++) {
		int64_t axis = perm->ints[i];

		if (axis < 0 || axis >= (int64_t)perm->n_ints || seen >> axis & 1) {
			draft_error(d, -EINVAL, "'perm' is no permutation");
			return;
		}
		seen |= 1u << axis;
		d->attr.transpose.perm[i] = axis;
	}
}

/*
 * Shape with a range is a Slice of the whole Shape; negative and too large ends mean the same in
 * both.
 */
static void convert_shape(struct draft *d)
{
	int64_t start = attr_int(d, "start", 0), end = attr_int(d, "end", INT64_MAX);
	struct graph *g = d->import->g;
	int whole, node, range[2];
	const struct shape one = { .rank = 1, .dim = { 1 } };

	if (d->err || (!start && end == INT64_MAX))
		return;
	whole = graph_add_tensor(g, NULL, DTYPE_NONE, NULL);
	range[0] = whole < 0 ? whole : graph_add_const(g, NULL, DTYPE_I64, &one, &start);
	range[1] = range[0] < 0 ? range[0] : graph_add_const(g, NULL, DTYPE_I64, &one, &end);
	node = range[1] < 0 ? range[1]
			    : graph_add_node(g, OP_SLICE, NULL, 3,
					     (int[]){ whole, range[0], range[1] }, 1, d->out);
	if (node < 0)
		draft_fail(d, node);
	d->out[0] = whole;
}

/* Nothing is dropped when a model is run; the ratio does not matter, and nobody gets a mask. */
static void convert_dropout(struct draft *d)
{
	const struct tensor *training = draft_const(d, 2);

	attr_ignore(d, "ratio");
	attr_ignore(d, "seed");
	if (d->n_in == 3 && d->in[2] >= 0 &&
	    (!training || shape_count(&training->shape) != 1 || training->dtype != DTYPE_BOOL ||
	     *(const char *)training->data))
		draft_error(d, -ENOTSUP,
			    "training is not supported; export the model for inference");
	d->n_in = 1;
	if (d->n_out == 2)
		names_find(&d->import->names, d->src->out[1])->dropped = true;
	d->n_out = 1;
}

static const struct rule rules[] = {
	{ "Add", OP_ADD, 2, 2, 1, 1, NULL, false, 0 },
	{ "ArgMax", OP_ARGMAX, 1, 1, 1, 1, convert_argmax, false, 0 },
	{ "AveragePool", OP_AVERAGE_POOL, 1, 1, 1, 1, convert_pool, false, 0 },
	{ "BatchNormalization", OP_BATCH_NORMALIZATION, 5, 5, 1, 5, convert_batch_norm, false, 0 },
	{ "Cast", OP_CAST, 1, 1, 1, 1, convert_cast, false, 0 },
	{ "Clip", OP_CLIP, 1, 3, 1, 1, convert_clip, false, 0 },
	{ "Concat", OP_CONCAT, 1, -1, 1, 1, convert_concat, false, 0 },
	{ "Conv", OP_CONV, 2, 3, 1, 1, convert_conv, false, 0 },
	{ "ConvInteger", OP_CONV_INTEGER, 2, 4, 1, 1, convert_conv, false, 0 },
	{ "ConvTranspose", OP_CONV_TRANSPOSE, 2, 3, 1, 1, convert_conv, false, 0 },
	{ "DepthToSpace", OP_DEPTH_TO_SPACE, 1, 1, 1, 1, convert_depth_to_space, false, 0 },
	{ "DequantizeLinear", OP_DEQUANTIZE_LINEAR, 2, 3, 1, 1, convert_dequantize, false, 0 },
	{ "DequantizeLinear", OP_DEQUANTIZE_LINEAR, 2, 3, 1, 1, convert_dequantize, true, 0 },
	{ "Div", OP_DIV, 2, 2, 1, 1, NULL, false, 0 },
	{ "Dropout", OP_IDENTITY, 1, 3, 1, 2, convert_dropout, false, 0 },
	{ "Elu", OP_ELU, 1, 1, 1, 1, convert_alpha, false, 0 },
	{ "Flatten", OP_FLATTEN, 1, 1, 1, 1, convert_flatten, false, 0 },
	{ "Gemm", OP_GEMM, 2, 3, 1, 1, convert_gemm, false, 0 },
	{ "GlobalAveragePool", OP_GLOBAL_AVERAGE_POOL, 1, 1, 1, 1, NULL, false, 0 },
	{ "GlobalMaxPool", OP_GLOBAL_MAX_POOL, 1, 1, 1, 1, NULL, false, 0 },
	{ "HardSigmoid", OP_HARD_SIGMOID, 1, 1, 1, 1, convert_hard_sigmoid, false, 0 },
	{ "HardSwish", OP_HARD_SWISH, 1, 1, 1, 1, NULL, false, 0 },
	{ "Identity", OP_IDENTITY, 1, 1, 1, 1, NULL, false, 0 },
	{ "InstanceNormalization", OP_INSTANCE_NORMALIZATION, 3, 3, 1, 1, convert_instance_norm,
	  false, 0 },
	{ "LeakyRelu", OP_LEAKY_RELU, 1, 1, 1, 1, convert_alpha, false, 0 },
	{ "MatMul", OP_MATMUL, 2, 2, 1, 1, NULL, false, 0 },
	{ "MaxPool", OP_MAX_POOL, 1, 1, 1, 2, convert_pool, false, 0 },
	{ "Mul", OP_MUL, 2, 2, 1, 1, NULL, false, 0 },
	{ "PRelu", OP_PRELU, 2, 2, 1, 1, NULL, false, 0 },
	{ "Pad", OP_PAD, 1, 4, 1, 1, convert_pad, false, 0 },
	{ "QLinearAdd", OP_QLINEAR_ADD, 7, 8, 1, 1, NULL, true, 1 << 2 | 1 << 5 },
	{ "QLinearConcat", OP_QLINEAR_CONCAT, 5, -1, 1, 1, convert_concat, true, 0 },
	{ "QLinearConv", OP_QLINEAR_CONV, 8, 9, 1, 1, convert_conv, false, 0 },
	{ "QLinearLeakyRelu", OP_QLINEAR_LEAKY_RELU, 4, 5, 1, 1, convert_alpha, true, 1 << 2 },
	{ "QLinearMatMul", OP_QLINEAR_MATMUL, 8, 8, 1, 1, NULL, false, 0 },
	{ "QuantizeLinear", OP_QUANTIZE_LINEAR, 2, 3, 1, 1, convert_quantize, false, 0 },
	{ "QuantizeLinear", OP_QUANTIZE_LINEAR, 2, 3, 1, 1, convert_quantize, true, 0 },
	{ "ReduceMean", OP_REDUCE_MEAN, 1, 2, 1, 1, convert_reduce, false, 0 },
	{ "Relu", OP_RELU, 1, 1, 1, 1, NULL, false, 0 },
	{ "Reshape", OP_RESHAPE, 2, 2, 1, 1, convert_reshape, false, 0 },
	{ "Resize", OP_RESIZE, 1, 4, 1, 1, convert_resize, false, 0 },
	{ "Shape", OP_SHAPE, 1, 1, 1, 1, convert_shape, false, 0 },
	{ "Sigmoid", OP_SIGMOID, 1, 1, 1, 1, NULL, false, 0 },
	{ "Slice", OP_SLICE, 1, 5, 1, 1, convert_slice, false, 0 },
	{ "Softmax", OP_SOFTMAX, 1, 1, 1, 1, convert_softmax, false, 0 },
	{ "Split", OP_SPLIT, 1, 2, 1, -1, convert_split, false, 0 },
	{ "Squeeze", OP_SQUEEZE, 1, 2, 1, 1, convert_squeeze, false, 0 },
	{ "Sub", OP_SUB, 2, 2, 1, 1, NULL, false, 0 },
	{ "Sum", OP_SUM, 1, -1, 1, 1, NULL, false, 0 },
	{ "Tanh", OP_TANH, 1, 1, 1, 1, NULL, false, 0 },
	{ "Transpose", OP_TRANSPOSE, 1, 1, 1, 1, convert_transpose, false, 0 },
	{ "Unsqueeze", OP_UNSQUEEZE, 1, 2, 1, 1, convert_squeeze, false, 0 },
	{ "Upsample", OP_RESIZE, 1, 2, 1, 1, convert_upsample, false, 0 },
};

const struct rule *rule_find(const struct onnx_node *n)
{
	bool microsoft = onnx_str_is(n->domain, "com.microsoft");

	if (!microsoft && n->domain.size && !onnx_str_is(n->domain, "ai.onnx"))
		return NULL;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].microsoft == microsoft && onnx_str_is(n->op_type, rules[i].type))
			return &rules[i];
	return NULL;
}
