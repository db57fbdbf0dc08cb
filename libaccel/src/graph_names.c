/* SPDX-License-Identifier: MIT */
/* Names and sizes of what a graph is made of. */
#include "graph.h"

static const struct {
	const char *name;
	size_t size;
} dtypes[] = {
	[DTYPE_NONE] = { "none", 0 },
	[DTYPE_F32] = { "float32", 4 },
	[DTYPE_U8] = { "uint8", 1 },
	[DTYPE_I8] = { "int8", 1 },
	[DTYPE_I32] = { "int32", 4 },
	[DTYPE_I64] = { "int64", 8 },
	[DTYPE_BOOL] = { "bool", 1 },
	[DTYPE_F64] = { "float64", 8 },
};

#define N_DTYPES (sizeof(dtypes) / sizeof(dtypes[0]))

size_t dtype_size(enum dtype t)
{
	return (size_t)t < N_DTYPES ? dtypes[t].size : 0;
}

const char *dtype_name(enum dtype t)
{
	return (size_t)t < N_DTYPES && dtypes[t].name ? dtypes[t].name : "unknown";
}

static const char *const ops[OP_COUNT] = {
	[OP_ADD] = "Add",
	[OP_ARGMAX] = "ArgMax",
	[OP_AVERAGE_POOL] = "AveragePool",
	[OP_BATCH_NORMALIZATION] = "BatchNormalization",
	[OP_CAST] = "Cast",
	[OP_CLIP] = "Clip",
	[OP_CONCAT] = "Concat",
	[OP_CONV] = "Conv",
	[OP_CONV_INTEGER] = "ConvInteger",
	[OP_CONV_TRANSPOSE] = "ConvTranspose",
	[OP_DEPTH_TO_SPACE] = "DepthToSpace",
	[OP_DEQUANTIZE_LINEAR] = "DequantizeLinear",
	[OP_DIV] = "Div",
	[OP_ELU] = "Elu",
	[OP_FLATTEN] = "Flatten",
	[OP_GEMM] = "Gemm",
	[OP_GLOBAL_AVERAGE_POOL] = "GlobalAveragePool",
	[OP_GLOBAL_MAX_POOL] = "GlobalMaxPool",
	[OP_HARD_SIGMOID] = "HardSigmoid",
	[OP_HARD_SWISH] = "HardSwish",
	[OP_IDENTITY] = "Identity",
	[OP_INSTANCE_NORMALIZATION] = "InstanceNormalization",
	[OP_LEAKY_RELU] = "LeakyRelu",
	[OP_MATMUL] = "MatMul",
	[OP_MAX_POOL] = "MaxPool",
	[OP_MUL] = "Mul",
	[OP_PAD] = "Pad",
	[OP_PRELU] = "PRelu",
	[OP_QLINEAR_ADD] = "QLinearAdd",
	[OP_QLINEAR_CONCAT] = "QLinearConcat",
	[OP_QLINEAR_CONV] = "QLinearConv",
	[OP_QLINEAR_LEAKY_RELU] = "QLinearLeakyRelu",
	[OP_QLINEAR_MATMUL] = "QLinearMatMul",
	[OP_QUANTIZE_LINEAR] = "QuantizeLinear",
	[OP_REDUCE_MEAN] = "ReduceMean",
	[OP_RELU] = "Relu",
	[OP_RESHAPE] = "Reshape",
	[OP_RESIZE] = "Resize",
	[OP_SHAPE] = "Shape",
	[OP_SIGMOID] = "Sigmoid",
	[OP_SLICE] = "Slice",
	[OP_SOFTMAX] = "Softmax",
	[OP_SPLIT] = "Split",
	[OP_SQUEEZE] = "Squeeze",
	[OP_SUB] = "Sub",
	[OP_SUM] = "Sum",
	[OP_TANH] = "Tanh",
	[OP_TRANSPOSE] = "Transpose",
	[OP_UNSQUEEZE] = "Unsqueeze",
};

const char *op_name(enum op op)
{
	return (unsigned int)op < OP_COUNT ? ops[op] : "unknown";
}
