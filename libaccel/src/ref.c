/* SPDX-License-Identifier: MIT */
/* The table of operators, and what is checked for all of them. */
#include <stdlib.h>

#include "error.h"
#include "ref_priv.h"

struct ref_op {
	int min_in, max_in;	/* inputs that must be present; max -1: any number, all present */
	int max_out;		/* -1: any number */
	ref_infer_fn *infer;
	ref_eval_fn *eval;
};

#define OP(min_in, max_in, max_out, name) \
	{ min_in, max_in, max_out, ref_##name##_infer, ref_##name##_eval }

static const struct ref_op ops[OP_COUNT] = {
	[OP_ADD] = OP(2, 2, 1, binary),
	[OP_ARGMAX] = OP(1, 1, 1, argmax),
	[OP_AVERAGE_POOL] = OP(1, 1, 1, pool),
	[OP_BATCH_NORMALIZATION] = OP(5, 5, 1, batch_norm),
	[OP_CAST] = OP(1, 1, 1, cast),
	[OP_CLIP] = OP(1, 3, 1, clip),
	[OP_CONCAT] = OP(1, -1, 1, concat),
	[OP_CONV] = OP(2, 3, 1, conv),
	[OP_CONV_INTEGER] = OP(2, 4, 1, conv_integer),
	[OP_CONV_TRANSPOSE] = OP(2, 3, 1, conv),
	[OP_DEPTH_TO_SPACE] = OP(1, 1, 1, depth_to_space),
	[OP_DEQUANTIZE_LINEAR] = OP(2, 3, 1, dequantize),
	[OP_DIV] = OP(2, 2, 1, binary),
	[OP_ELU] = OP(1, 1, 1, unary),
	[OP_FLATTEN] = OP(1, 1, 1, flatten),
	[OP_GEMM] = OP(2, 3, 1, gemm),
	[OP_GLOBAL_AVERAGE_POOL] = OP(1, 1, 1, pool),
	[OP_GLOBAL_MAX_POOL] = OP(1, 1, 1, pool),
	[OP_HARD_SIGMOID] = OP(1, 1, 1, unary),
	[OP_HARD_SWISH] = OP(1, 1, 1, unary),
	[OP_IDENTITY] = OP(1, 1, 1, identity),
	[OP_INSTANCE_NORMALIZATION] = OP(3, 3, 1, instance_norm),
	[OP_LEAKY_RELU] = OP(1, 1, 1, unary),
	[OP_MATMUL] = OP(2, 2, 1, matmul),
	[OP_MAX_POOL] = OP(1, 1, 2, pool),
	[OP_MUL] = OP(2, 2, 1, binary),
	[OP_PAD] = OP(2, 4, 1, pad),
	[OP_PRELU] = OP(2, 2, 1, binary),
	[OP_QLINEAR_ADD] = OP(2, 8, 1, qlinear_add),
	[OP_QLINEAR_CONCAT] = OP(5, -1, 1, qlinear_concat),
	[OP_QLINEAR_CONV] = OP(8, 9, 1, qlinear_conv),
	[OP_QLINEAR_LEAKY_RELU] = OP(2, 5, 1, qlinear_leaky_relu),
	[OP_QLINEAR_MATMUL] = OP(8, 8, 1, qlinear_matmul),
	[OP_QUANTIZE_LINEAR] = OP(2, 3, 1, quantize),
	[OP_REDUCE_MEAN] = OP(1, 2, 1, reduce_mean),
	[OP_RELU] = OP(1, 1, 1, unary),
	[OP_RESHAPE] = OP(2, 2, 1, reshape),
	[OP_RESIZE] = OP(1, 4, 1, resize),
	[OP_SHAPE] = OP(1, 1, 1, shape),
	[OP_SIGMOID] = OP(1, 1, 1, unary),
	[OP_SLICE] = OP(3, 5, 1, slice),
	[OP_SOFTMAX] = OP(1, 1, 1, softmax),
	[OP_SPLIT] = OP(1, 2, -1, split),
	[OP_SQUEEZE] = OP(1, 2, 1, squeeze),
	[OP_SUB] = OP(2, 2, 1, binary),
	[OP_SUM] = OP(1, -1, 1, sum),
	[OP_TANH] = OP(1, 1, 1, unary),
	[OP_TRANSPOSE] = OP(1, 1, 1, transpose),
	[OP_UNSQUEEZE] = OP(2, 2, 1, unsqueeze),
};

static int check_input(const struct node *n, int i, const struct value *v)
{
	if (v->shape.rank > GRAPH_MAX_RANK || shape_count(&v->shape) < 0)
		return ref_error(-EINVAL, n, "the shape of input %d is unknown or too large", i);
	if (!dtype_size(v->dtype))
		return ref_error(-EINVAL, n, "the type of input %d is unknown", i);
	return 0;
}

static int check_counts(const struct node *n, const struct ref_op *op)
{
	if (n->n_in < op->min_in || (op->max_in >= 0 && n->n_in > op->max_in))
		return ref_error(-EINVAL, n, "%d inputs", n->n_in);
	if (n->n_out < 1 || (op->max_out >= 0 && n->n_out > op->max_out))
		return ref_error(-EINVAL, n, "%d outputs", n->n_out);
	return 0;
}

static int check_node(const struct node *n, const struct value *const *in)
{
	const struct ref_op *op = &ops[n->op];
	int err = check_counts(n, op);

	/* Operators with any number of inputs need all of them. */
	for (int i = 0; !err && i < n->n_in; i++) {
		if (in[i])
			err = check_input(n, i, in[i]);
		else if (i < op->min_in || op->max_in < 0)
			err = ref_error(-EINVAL, n, "input %d is missing", i);
	}
	return err;
}

int ref_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	int err;

	if ((unsigned int)n->op >= OP_COUNT)
		return ref_error(-EINVAL, n, "no such operator");
	err = check_node(n, in);
	if (err)
		return err;
	for (int i = 0; i < n->n_out; i++)
		out[i] = (struct value){ .shape = { .rank = -1 } };
	return ops[n->op].infer(n, in, out);
}

static int check_output(const struct node *n, int i, const struct value *expected,
			const struct value *given)
{
	if (i && !given->data)
		return 0;
	if (!given->data)
		return ref_error(-EINVAL, n, "nowhere to write output 0");
	if (shape_count(&expected->shape) < 0)
		return ref_error(-EINVAL, n, "the shape of output %d is unknown or too large", i);
	if (given->dtype != expected->dtype || !shape_equal(&given->shape, &expected->shape))
		return ref_error(-EINVAL, n, "output %d is %s %s, but must be %s %s", i,
				 dtype_name(given->dtype), SHAPE(&given->shape),
				 dtype_name(expected->dtype), SHAPE(&expected->shape));
	return 0;
}

/* Evaluation relies on nothing that a caller says of the outputs. */
static int check_outputs(const struct node *n, const struct value *const *in,
			 const struct value *out)
{
	struct value *expected = calloc((size_t)n->n_out + 1, sizeof(*expected));
	int err;

	if (!expected)
		return ref_error(-ENOMEM, n, "out of memory for %d shapes", n->n_out);
	err = ref_infer(n, in, expected);
	for (int i = 0; !err && i < n->n_out; i++)
		err = check_output(n, i, &expected[i], &out[i]);
	free(expected);
	return err;
}

int ref_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	int err = check_outputs(n, in, out);

	for (int i = 0; !err && i < n->n_in; i++)
		if (in[i] && !in[i]->data)
			err = ref_error(-EINVAL, n, "input %d has no value", i);
	return err ? err : ops[n->op].eval(n, in, out);
}
