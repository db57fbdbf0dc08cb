/* SPDX-License-Identifier: MIT */
/*
 * What ONNX's cases do not have: types, corners, errors and their messages, com.microsoft's
 * operators, whole graphs.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "ref.h"
#include "tap.h"

#define VALUE(t, type, r, ...) (&(struct value){ t, r, (type[]){ __VA_ARGS__ } })
#define SHAPE(...) ((struct shape){ __VA_ARGS__ })
#define SCALAR SHAPE(0, { 0 })
#define LIST(n) SHAPE(1, { n })
#define MATRIX(rows, cols) SHAPE(2, { rows, cols })
#define F32(r, ...) VALUE(DTYPE_F32, float, r, __VA_ARGS__)
#define I8(r, ...) VALUE(DTYPE_I8, int8_t, r, __VA_ARGS__)
#define U8(r, ...) VALUE(DTYPE_U8, uint8_t, r, __VA_ARGS__)
#define I32(r, ...) VALUE(DTYPE_I32, int32_t, r, __VA_ARGS__)
#define I64(r, ...) VALUE(DTYPE_I64, int64_t, r, __VA_ARGS__)

static char result[256];

/* Infers and evaluates; the data of the first output are in result. */
static int compute(struct node *n, int n_in, const struct value *const *in, struct value *y)
{
	int err;

	n->name = "node";
	n->n_in = n_in;
	n->n_out = 1;
	err = ref_infer(n, in, y);
	if (err)
		return err;
	if (shape_count(&y->shape) < 0 ||
	    (size_t)shape_count(&y->shape) * dtype_size(y->dtype) > sizeof(result))
		return -E2BIG;
	y->data = result;
	return ref_eval(n, in, y);
}

#define COMPUTE(node, y, ...) \
	compute(node, (int)(sizeof((const struct value *[]){ __VA_ARGS__ }) / sizeof(void *)), \
		(const struct value *[]){ __VA_ARGS__ }, y)

static bool holds(const struct value *y, const struct value *want)
{
	return y->dtype == want->dtype && shape_equal(&y->shape, &want->shape) &&
	       !memcmp(y->data, want->data,
		       (size_t)shape_count(&y->shape) * dtype_size(y->dtype));
}

static bool says(int err, int expected, const char *text)
{
	if (err == expected && strstr(error_message(), text))
		return true;
	note("%d '%s'", err, error_message());
	return false;
}

static void test_integers(void)
{
	struct node n = { .op = OP_ADD };
	int64_t index[2] = { 5, 5 };
	struct value y;
	int err;

	err = COMPUTE(&n, &y, U8(LIST(2), 250, 7), U8(LIST(2), 10, 1));
	ok(!err && holds(&y, U8(LIST(2), 4, 8)), "Add of uint8 wraps");
	n.op = OP_DIV;
	err = COMPUTE(&n, &y, I32(LIST(3), -7, 7, INT_MIN), I32(LIST(3), 2, -2, -1));
	ok(!err && holds(&y, I32(LIST(3), -3, -3, INT_MIN)), "Div of int32 goes towards zero");
	err = COMPUTE(&n, &y, I64(LIST(1), 1), I64(LIST(1), 0));
	ok(says(err, -EINVAL, "'node' (Div): integers are divided by zero"), "Div by zero");
	n.op = OP_RELU;
	err = COMPUTE(&n, &y, I8(LIST(2), -5, 5));
	ok(!err && holds(&y, I8(LIST(2), 0, 5)), "Relu of int8");
	n = (struct node){ .op = OP_CAST, .attr.cast.to = DTYPE_I8 };
	err = COMPUTE(&n, &y, F32(LIST(4), -1e9f, 2.9f, NAN, 1e30f));
	ok(!err && holds(&y, I8(LIST(4), -128, 2, 0, 127)), "Cast limits what does not fit");
	n = (struct node){ .op = OP_MATMUL };
	err = COMPUTE(&n, &y, I32(MATRIX(1, 2), INT_MAX, 2), I32(MATRIX(2, 1), 3, 4));
	ok(!err && holds(&y, I32(MATRIX(1, 1), INT_MIN + 5)), "MatMul of int32 wraps");
	n = (struct node){ .op = OP_GEMM, .attr.gemm = { .alpha = 1, .beta = 1 } };
	err = COMPUTE(&n, &y, I32(MATRIX(1, 2), 1, 2), I32(MATRIX(2, 1), 3, 4), I32(LIST(1), 5));
	ok(!err && holds(&y, I32(MATRIX(1, 1), 16)), "Gemm of int32");
	n.attr.gemm.alpha = 0.5f;
	n.attr.gemm.beta = 2;
	err = COMPUTE(&n, &y, I32(MATRIX(1, 2), 1, 2), I32(MATRIX(2, 1), 3, 5), I32(LIST(1), 5));
	ok(!err && holds(&y, I32(MATRIX(1, 1), 16)), "with factors");
	n = (struct node){ .op = OP_MAX_POOL };
	n.attr.conv = (struct conv_attr){ .spatial = 1, .kernel = { 1 }, .stride = { 1 }, .dilation = { 1 }, .pad_end = { 1 } };
	err = COMPUTE(&n, &y, I8(SHAPE(3, { 1, 1, 1 }), 7));
	ok(!err && holds(&y, I8(SHAPE(3, { 1, 1, 2 }), 7, -128)), "MaxPool of nothing but padding");
	n.n_out = 2;
	err = ref_eval(&n, (const struct value *[]){ I8(SHAPE(3, { 1, 1, 1 }), 7) },
		       (struct value[]){ y, { DTYPE_I64, y.shape, index } });
	ok(!err && index[0] == 0 && index[1] == -1, "which has no index");
	n = (struct node){ .op = OP_SHAPE };
	err = COMPUTE(&n, &y, I8(MATRIX(1, 2), 1, 2));
	ok(!err && holds(&y, I64(LIST(2), 1, 2)), "Shape");
}

static void test_quantize(void)
{
	struct node n = { .op = OP_QUANTIZE_LINEAR };
	struct value y;
	int err;

	err = COMPUTE(&n, &y, F32(LIST(6), 0.5f, 1.5f, 2.5f, -0.5f, 1e30f, NAN), F32(SCALAR, 1),
		      I8(SCALAR, 3));
	ok(!err && holds(&y, I8(LIST(6), 3, 5, 5, 3, 127, -128)),
	   "QuantizeLinear rounds half to even before it adds the zero point");
	n.op = OP_DEQUANTIZE_LINEAR;
	err = COMPUTE(&n, &y, I32(LIST(2), 16777217, -3), F32(SCALAR, 0.5f));
	ok(!err && holds(&y, F32(LIST(2), 8388608, -1.5f)), "DequantizeLinear of int32");
	n.attr.axis.axis = 0;
	err = COMPUTE(&n, &y, I8(MATRIX(2, 2), 1, 2, 3, 4), F32(LIST(2), 1, 10),
		      I8(LIST(2), 0, 1));
	ok(!err && holds(&y, F32(MATRIX(2, 2), 1, 2, 20, 30)), "per axis");
	err = COMPUTE(&n, &y, I8(MATRIX(2, 2), 1, 2, 3, 4),
		      F32(MATRIX(2, 2), 1, 1, 1, 1));
	ok(says(err, -ENOTSUP, "scales per block are not supported"), "per block");
}

static void test_qlinear(void)
{
	struct node n = { .op = OP_QLINEAR_ADD };
	struct value y;
	int err;

	err = COMPUTE(&n, &y, I8(LIST(2), 10, -100), F32(SCALAR, 0.5f), I8(SCALAR, 2),
		      I8(LIST(1), 4), F32(SCALAR, 2), NULL, F32(SCALAR, 1), I8(SCALAR, 1));
	ok(!err && holds(&y, I8(LIST(2), 13, -42)), "QLinearAdd, broadcast, without a zero point");
	err = COMPUTE(&n, &y, I8(LIST(1), 1), F32(SCALAR, 1), NULL, I8(LIST(1), 1), NULL, NULL, F32(SCALAR, 1), NULL);
	ok(says(err, -EINVAL, "input 4 is missing"), "without a scale");
	err = COMPUTE(&n, &y, I8(LIST(1), 1), F32(SCALAR, 1), NULL, I8(LIST(1), 1), F32(SCALAR, 1), NULL, NULL, NULL);
	ok(says(err, -EINVAL, "input 6 is missing"), "without one of the result");
	n = (struct node){ .op = OP_QLINEAR_LEAKY_RELU, .attr.act.alpha = 0.1f };
	err = COMPUTE(&n, &y, U8(LIST(2), 28, 228), F32(SCALAR, 1), U8(SCALAR, 128),
		      F32(SCALAR, 1), U8(SCALAR, 100));
	ok(!err && holds(&y, U8(LIST(2), 90, 200)), "QLinearLeakyRelu");
	n = (struct node){ .op = OP_QLINEAR_CONCAT };
	err = COMPUTE(&n, &y, F32(SCALAR, 2), U8(SCALAR, 1), U8(LIST(1), 8), F32(SCALAR, 1),
		      U8(SCALAR, 0), U8(LIST(2), 8, 9), F32(SCALAR, 2), U8(SCALAR, 1));
	ok(!err && holds(&y, U8(LIST(3), 5, 8, 9)), "QLinearConcat");
	n = (struct node){ .op = OP_QLINEAR_MATMUL };
	err = COMPUTE(&n, &y, I8(MATRIX(1, 2), 3, 4), F32(SCALAR, 1),
		      I8(SCALAR, 1), I8(MATRIX(2, 2), 1, 2, 3, 4),
		      F32(LIST(2), 1, 0.5f), I8(LIST(2), 0, 0), F32(SCALAR, 1), I8(SCALAR, 5));
	ok(!err && holds(&y, I8(MATRIX(1, 2), 16, 13)),
	   "QLinearMatMul per column");
}

/* A tensor of a shape, without data. */
static struct value unknown(enum dtype t, struct shape s)
{
	return (struct value){ t, s, NULL };
}

static void test_errors(void)
{
	const int64_t far = INT64_C(1) << 40;
	struct value x = unknown(DTYPE_F32, (struct shape){ 4, { 1, 3, 8, 8 } });
	struct value w = unknown(DTYPE_F32, (struct shape){ 4, { 5, 4, 3, 3 } });
	struct value y;
	struct node n = { .op = OP_CONV };

	n.attr.conv = (struct conv_attr){ .spatial = 2, .group = 1, .stride = { 1, 1 },
					  .dilation = { 1, 1 } };
	ok(says(COMPUTE(&n, &y, &x, &w), -EINVAL,
		"'node' (Conv): an input of 1x3x8x8 does not fit weights of 5x4x3x3"), "channels");
	w.shape.dim[1] = 3;
	n.attr.conv.dilation[0] = 1 << 30;
	ok(says(COMPUTE(&n, &y, &x, &w), -EINVAL, "does not fit in the 8"), "a huge dilation");
	n.attr.conv.dilation[0] = 1;
	n.attr.conv.stride[1] = 0;
	ok(says(COMPUTE(&n, &y, &x, &w), -EINVAL, "a stride of 0"), "no stride");
	x.dtype = DTYPE_I32;
	ok(says(COMPUTE(&n, &y, &x, &w), -ENOTSUP, "input 0 of type int32 is not supported"),
	   "an integer Conv");
	x = unknown(DTYPE_F32, (struct shape){ 3, { 1, 1, 1 << 30 } });
	w = unknown(DTYPE_F32, (struct shape){ 3, { 1, 1, 1 << 30 } });
	n.op = OP_CONV_TRANSPOSE;
	n.attr.conv = (struct conv_attr){ .spatial = 1, .group = 1, .stride = { 1 << 30 },
					  .dilation = { 1 << 30 } };
	n.n_in = 2;
	n.n_out = 1;
	ok(!ref_infer(&n, (const struct value *[]){ &x, &w }, &y) && shape_count(&y.shape) < 0,
	   "an output that is too large has no size, and nothing overflows");
	n = (struct node){ .op = OP_RESHAPE };
	x = unknown(DTYPE_F32, MATRIX(far, 1));
	ok(says(COMPUTE(&n, &y, &x, I64(LIST(2), far, far)), -EINVAL, "cannot become"), "Reshape");
	w = unknown(DTYPE_I64, LIST(2));
	ok(says(COMPUTE(&n, &y, &x, &w), -EINVAL, "computed while the model runs"),
	   "a shape that depends on a value");
	n = (struct node){ .op = OP_PAD };
	ok(says(COMPUTE(&n, &y, &x, I64(LIST(4), INT64_MAX, 0, INT64_MAX, 0)), -EINVAL, "padded"),
	   "Pad by everything");
	n = (struct node){ .op = OP_ADD };
	x = unknown(DTYPE_F32, MATRIX(2, 3));
	w = unknown(DTYPE_F32, MATRIX(2, 2));
	ok(says(COMPUTE(&n, &y, &x, &w), -EINVAL, "the shapes 2x3 and 2x2 do not fit"),
	   "broadcasting");
	ok(says(COMPUTE(&n, &y, &x), -EINVAL, "1 inputs"), "too few inputs");
	ok(says(COMPUTE(&n, &y, &x, NULL), -EINVAL, "input 1 is missing"), "a missing input");
	w.dtype = DTYPE_NONE;
	ok(says(COMPUTE(&n, &y, &x, &w), -EINVAL, "the type of input 1 is unknown"), "an input without a type");
	w.shape.rank = -1;
	ok(says(COMPUTE(&n, &y, &x, &w), -EINVAL, "the shape of input 1 is unknown"), "or without a shape");
	n = (struct node){ .op = OP_TRANSPOSE, .attr.transpose = { .rank = 2, .perm = { 1, 1 } } };
	ok(says(COMPUTE(&n, &y, &x), -EINVAL, "'perm' is no permutation"), "Transpose");
	n = (struct node){ .op = OP_CAST, .attr.cast.to = (enum dtype)99 };
	ok(says(COMPUTE(&n, &y, &x), -ENOTSUP, "casting to type 99"), "Cast");
	n = (struct node){ .op = OP_RESIZE };
	ok(says(COMPUTE(&n, &y, &x), -EINVAL, "neither scales nor sizes"), "Resize");
	n = (struct node){ .op = OP_CONV };
	n.attr.conv = (struct conv_attr){ .spatial = 2, .group = 1, .stride = { 1 }, .dilation = { 1 }, .pad_begin = { -1 } };
	x = unknown(DTYPE_F32, (struct shape){ 3, { 1, 1, 8 } });
	ok(says(COMPUTE(&n, &y, &x, &x), -EINVAL, "attributes for 2 spatial dimensions"), "dimensions");
	n.attr.conv.spatial = 1;
	ok(says(COMPUTE(&n, &y, &x, &x), -EINVAL, "padding of -1 and 0"), "padding");
	n.op = OP_CONV_TRANSPOSE;
	ok(says(COMPUTE(&n, &y, &x, &x), -EINVAL, "padding of -1 and 0"), "padding of a deconvolution");
	n.op = (enum op)99;
	ok(says(COMPUTE(&n, &y, &x, &x), -EINVAL, "no such operator"), "no operator");
}

/* What ref_eval() is given besides. */
static void test_values(void)
{
	const struct value x = unknown(DTYPE_F32, LIST(2)), *in = &x;
	struct node n = { .op = OP_RELU, .name = "node", .n_in = 1, .n_out = 1 };
	struct value y = x;
	const struct value *large[2];
	struct value tall = unknown(DTYPE_F32, MATRIX(INT64_C(1) << 30, 1)), wide = unknown(DTYPE_F32, MATRIX(1, INT64_C(1) << 30));

	ok(says(ref_eval(&n, &in, &y), -EINVAL, "nowhere to write output 0"), "no place for the output");
	y.data = result;
	ok(says(ref_eval(&n, &in, &y), -EINVAL, "input 0 has no value"), "no input");
	y.dtype = DTYPE_I32;
	ok(says(ref_eval(&n, &in, &y), -EINVAL, "output 0 is int32 2, but must be float32 2"), "an output of another type");
	n.n_out = 2;
	ok(says(ref_eval(&n, &in, (struct value[]){ y, y }), -EINVAL, "2 outputs"), "too many outputs");
	n = (struct node){ .op = OP_MATMUL, .name = "node", .n_in = 2, .n_out = 1 };
	large[0] = &tall;
	large[1] = &wide;
	ok(says(ref_eval(&n, large, &y), -EINVAL, "the shape of output 0 is unknown or too large"), "too large an output");
}

static void test_slices(void)
{
	struct node n = { .op = OP_SLICE };
	struct value y;
	int err = COMPUTE(&n, &y, I64(LIST(5), 1, 2, 3, 4, 5), I64(LIST(1), INT64_MAX),
			  I64(LIST(1), INT64_MIN), I64(LIST(1), 0), I64(LIST(1), INT64_MIN));

	ok(!err && holds(&y, I64(LIST(1), 5)), "Slice backwards with the largest step");
	err = COMPUTE(&n, &y, I64(LIST(5), 1, 2, 3, 4, 5), I64(LIST(1), -1), I64(LIST(1), -6),
		      I64(LIST(1), 0), I64(LIST(1), -2));
	ok(!err && holds(&y, I64(LIST(3), 5, 3, 1)), "Slice backwards by two");
	err = COMPUTE(&n, &y, I64(LIST(5), 1, 2, 3, 4, 5), I64(LIST(1), 4), I64(LIST(1), 2));
	ok(!err && y.shape.dim[0] == 0, "an empty Slice");
	n = (struct node){ .op = OP_PAD, .attr.pad.mode = PAD_REFLECT };
	err = COMPUTE(&n, &y, I64(LIST(3), 1, 2, 3), I64(LIST(2), 5, 0));
	ok(!err && holds(&y, I64(LIST(8), 2, 1, 2, 3, 2, 1, 2, 3)), "Pad reflects more than once");
	n.attr.pad.mode = PAD_WRAP;
	err = COMPUTE(&n, &y, I64(LIST(3), 1, 2, 3), I64(LIST(2), 2, -1));
	ok(!err && holds(&y, I64(LIST(4), 2, 3, 1, 2)), "Pad wraps, and crops");
}

static void test_resize(void)
{
	struct node n = { .op = OP_RESIZE };
	struct value y;
	int err;

	n.attr.resize.mode = RESIZE_LINEAR;
	n.attr.resize.antialias = true;
	err = COMPUTE(&n, &y, F32(LIST(4), 1, 2, 3, 4), NULL, F32(LIST(1), 0.6f));
	/* A row of ONNX's resize_downsample_scales_linear_antialias: newer than the data. */
	ok(!err && fabsf(((float *)result)[0] - 1.375f) < 1e-5f &&
	   fabsf(((float *)result)[1] - 3) < 1e-5f, "Resize with antialias");
	n.attr.resize.antialias = false;
	err = COMPUTE(&n, &y, U8(LIST(2), 0, 100), NULL, F32(LIST(1), 2));
	ok(!err && holds(&y, U8(LIST(4), 0, 25, 75, 100)), "Resize of uint8");
	err = COMPUTE(&n, &y, F32(LIST(2), 0, 1), NULL, F32(LIST(1), NAN));
	ok(says(err, -EINVAL, "cannot be resized"), "a scale that is no number");
}

/* x -> Relu -> a -> Add(a, x) -> y, with a the second output of the graph. */
static struct graph *small_graph(void)
{
	struct shape s = LIST(3);
	struct graph *g = graph_new();
	int x = graph_add_tensor(g, "x", DTYPE_F32, &s);
	int a = graph_add_tensor(g, "a", DTYPE_F32, NULL);
	int y = graph_add_tensor(g, "y", DTYPE_F32, NULL);

	graph_add_input(g, x);
	graph_add_node(g, OP_RELU, "relu", 1, &x, 1, &a);
	graph_add_node(g, OP_ADD, "add", 2, (int[]){ a, x }, 1, &y);
	graph_add_output(g, y);
	graph_add_output(g, a);
	graph_add_output(g, x);
	return g;
}

static int count_values(void *ctx, int tensor, const struct value *v)
{
	int *count = ctx;

	(void)tensor;
	(*count)++;
	return v->dtype == DTYPE_F32 ? 0 : -EINVAL;
}

static int stop(void *ctx, int tensor, const struct value *v)
{
	(void)ctx;
	(void)v;
	return tensor ? error(-ECANCELED, "stopped") : 0;
}

static void test_graph(void)
{
	struct graph *g = small_graph();
	float x[3] = { -1, 0, 2 }, out[3][3] = { { 9, 9, 9 } };
	const struct value in = { DTYPE_F32, LIST(3), x };
	struct value y[3];
	int count = 0;

	for (int i = 0; i < 3; i++)
		y[i] = (struct value){ DTYPE_F32, LIST(3), out[i] };
	ok(says(ref_run(g, &in, y), -EINVAL, "graph_infer() finds it"), "a graph without shapes");
	ok(!graph_infer(g, NULL), "graph_infer()");
	y[0].shape.dim[0] = 2;
	ok(says(ref_run(g, &in, y), -EINVAL, "output 'y' is float32 3, but float32 2") &&
	   out[0][0] == 9, "an output of another shape, which is left alone");
	y[0].shape.dim[0] = 3;
	ok(ref_run_observed(g, &in, y, stop, NULL) == -ECANCELED, "the observer ends the run");
	ok(!ref_run_observed(g, &in, y, count_values, &count) && count == 3,
	   "the observer sees the input and two results");
	ok(out[0][0] == -1 && out[0][2] == 4 && out[1][0] == 0 && out[2][0] == -1,
	   "outputs: a result, one that is also read, and the input itself");
	ok(says(ref_run(g, &(struct value){ DTYPE_I32, LIST(3), x }, y), -EINVAL, "input 'x' is int32 3 instead of float32 3"),
	   "an input of another type");
	graph_free(g);
}

/* Split(x) -> y, nothing, a tensor that nobody reads; z has no producer. */
static void test_odd_graph(void)
{
	struct shape three = LIST(3), one = LIST(1);
	struct graph *g = graph_new();
	int x = graph_add_tensor(g, "x", DTYPE_F32, &three), y = graph_add_tensor(g, "y", DTYPE_NONE, NULL);
	int unread = graph_add_tensor(g, "unread", DTYPE_NONE, NULL), z = graph_add_tensor(g, "z", DTYPE_F32, &one);
	float in[3] = { 5, 6, 7 }, out[2] = { 0 };

	graph_add_input(g, x);
	graph_add_node(g, OP_SPLIT, "split", 1, &x, 3, (int[]){ y, -1, unread });
	graph_add_output(g, y);
	ok(!graph_infer(g, NULL) &&
	   !ref_run(g, &(struct value){ DTYPE_F32, three, in }, &(struct value){ DTYPE_F32, one, out }) && out[0] == 5,
	   "outputs that are absent, or that nobody reads");
	graph_add_output(g, z);
	ok(says(ref_run(g, &(struct value){ DTYPE_F32, three, in },
			(struct value[]){ { DTYPE_F32, one, out }, { DTYPE_F32, one, out + 1 } }),
		-EINVAL, "nothing produces the output 'z'"),
	   "an output that nothing produces");
	graph_free(g);
}

int main(void)
{
	test_integers();
	test_quantize();
	test_qlinear();
	test_errors();
	test_values();
	test_slices();
	test_resize();
	test_graph();
	test_odd_graph();
	return tap_done();
}
