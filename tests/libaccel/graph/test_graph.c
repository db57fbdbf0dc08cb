/* SPDX-License-Identifier: MIT */
/* Building, sorting, inferring, folding and dumping graphs. */
#include "graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../onnx/tap.h"
#include "error.h"
#include "text.h"

static const struct shape shape23 = { .rank = 2, .dim = { 2, 3 } };

static int activation(struct graph *g, const char *name)
{
	return graph_add_tensor(g, name, DTYPE_NONE, NULL);
}

static int unary(struct graph *g, enum op op, const char *name, int in, int out)
{
	return graph_add_node(g, op, name, 1, &in, 1, &out);
}

static int binary(struct graph *g, enum op op, const char *name, int a, int b, int out)
{
	return graph_add_node(g, op, name, 2, (int[]){ a, b }, 1, &out);
}

/* A graph with one input of 2x3 and tensors a, b, c, y; y is the output. */
struct fixture {
	struct graph *g;
	int x, a, b, c, y;
};

static struct fixture fixture(void)
{
	struct fixture f = { .g = graph_new() };

	f.x = graph_add_tensor(f.g, "x", DTYPE_F32, &shape23);
	f.a = activation(f.g, "a");
	f.b = activation(f.g, "b");
	f.c = activation(f.g, "c");
	f.y = activation(f.g, "y");
	graph_add_input(f.g, f.x);
	graph_add_output(f.g, f.y);
	return f;
}

static bool is_order(const struct graph *g, const char *names)
{
	struct text t = TEXT_INIT;
	bool same;

	for (int i = 0; i < g->n_node; i++)
		text_printf(&t, "%s%s", i ? " " : "", g->node[i].name);
	same = !strcmp(text_data(&t), names);
	if (!same)
		note("order: %s", text_data(&t));
	text_free(&t);
	return same;
}

static bool message_has(const char *words)
{
	if (strstr(error_message(), words))
		return true;
	note("message: %s", error_message());
	return false;
}

static void test_shapes(void)
{
	const struct shape scalar = { .rank = 0 }, unknown = { .rank = -1 },
			   zero = { 3, { 4, 0, 5 } };
	const struct shape partly = { 2, { 0, -1 } }, large = { 2, { INT64_C(1) << 40, 1 } };
	const struct shape too_large = { 2, { INT64_C(1) << 40, 2 } },
			   huge = { 3, { INT64_MAX, INT64_MAX, 0 } };

	ok(shape_count(&scalar) == 1 && shape_count(&shape23) == 6 && shape_count(&zero) == 0,
	   "counts");
	ok(shape_count(&unknown) == -1 && shape_count(&partly) == -1, "unknown counts");
	ok(shape_count(&large) == INT64_C(1) << 40 && shape_count(&too_large) == -1 &&
		   shape_count(&huge) == -1,
	   "the largest count is 2^40");
	ok(shape_equal(&zero, &zero) && !shape_equal(&zero, &shape23), "shape_equal");
}

static void test_names(void)
{
	bool all = true;

	ok(dtype_size(DTYPE_I64) == 8 && dtype_size((enum dtype)99) == 0 &&
		   dtype_size((enum dtype) - 1) == 0,
	   "sizes of types");
	ok(!strcmp(dtype_name(DTYPE_BOOL), "bool") && !strcmp(dtype_name((enum dtype)5), "unknown"),
	   "names of types");
	for (int i = 0; i < OP_COUNT; i++)
		all = all && op_name((enum op)i);
	ok(all && !strcmp(op_name(OP_UNSQUEEZE), "Unsqueeze") &&
		   !strcmp(op_name(OP_COUNT), "unknown"),
	   "every operator has a name");
}

static void test_builders(void)
{
	struct fixture f = fixture();
	const float data[6] = { 1, 2, 3, 4, 5, 6 };
	int w = graph_add_const(f.g, "w", DTYPE_F32, &shape23, data), n;

	ok(!memcmp(f.g->tensor[w].data, data, sizeof(data)) && f.g->tensor[w].data != data,
	   "a constant is copied");
	ok(graph_find_tensor(f.g, "b") == f.b, "a tensor is found by name");
	ok(graph_find_tensor(f.g, "z") == -ENOENT && message_has("no tensor 'z'"), "or not");
	n = binary(f.g, OP_ADD, NULL, f.x, w, f.y);
	ok(!strcmp(f.g->node[n].name, "Add_0"), "a node without a name gets one");
	ok(graph_producer(f.g, f.y) == n && graph_producer(f.g, f.x) == -1, "producers");
	graph_add_tensor(f.g, "tensor#41", DTYPE_F32, NULL);
	graph_add_tensor(f.g, "tensor#1x", DTYPE_F32, NULL);
	graph_add_tensor(f.g, "tensor#99999999999999999999", DTYPE_F32, NULL);
	n = graph_add_tensor(f.g, NULL, DTYPE_F32, NULL);
	ok(!strcmp(f.g->tensor[n].name, "tensor#42"),
	   "a fresh name differs from those of the file");
	for (int i = 0; i < 1000; i++)
		n = graph_add_tensor(f.g, NULL, DTYPE_F32, NULL);
	ok(!strcmp(f.g->tensor[n].name, "tensor#1042") && !strcmp(f.g->tensor[f.a].name, "a"),
	   "arrays grow");
	ok(graph_add_const(f.g, "u", DTYPE_F32, &(struct shape){ .rank = -1 }, NULL) == -EINVAL,
	   "a constant has a size");
	graph_free(f.g);
	graph_free(NULL);
}

static void test_sort(void)
{
	struct fixture f = fixture();

	unary(f.g, OP_RELU, "third", f.b, f.y);
	unary(f.g, OP_TANH, "first", f.x, f.a);
	unary(f.g, OP_RELU, "second", f.a, f.b);
	unary(f.g, OP_RELU, "dead", f.a, f.c);
	ok(!graph_sort(f.g) && is_order(f.g, "first second third"),
	   "sorted, without what nobody needs");
	ok(!graph_sort(f.g) && is_order(f.g, "first second third"), "again");
	for (int i = 0; i < 100; i++)
		unary(f.g, OP_RELU, NULL, f.x, activation(f.g, NULL));
	ok(!graph_sort(f.g) && f.g->n_node == 3, "the array of nodes grows after it has shrunk");
	graph_free(f.g);

	f = fixture();
	unary(f.g, OP_RELU, "p", f.x, f.a);
	unary(f.g, OP_TANH, "q", f.x, f.b);
	binary(f.g, OP_ADD, "r", f.b, f.a, f.y);
	ok(!graph_sort(f.g) && is_order(f.g, "p q r"), "an order that is topological stays");
	graph_free(f.g);
}

static void test_sort_errors(void)
{
	struct fixture f = fixture();

	binary(f.g, OP_ADD, "p", f.x, f.c, f.a);
	unary(f.g, OP_RELU, "q", f.a, f.b);
	unary(f.g, OP_TANH, "r", f.b, f.c);
	unary(f.g, OP_TANH, "s", f.b, f.y);
	ok(graph_sort(f.g) == -ELOOP && message_has("cycle of 3 nodes") &&
		   message_has("'q' (Relu) -> 'r' (Tanh)"),
	   "a cycle is shown");
	graph_free(f.g);

	f = fixture();
	binary(f.g, OP_ADD, "p", f.x, f.y, f.y);
	ok(graph_sort(f.g) == -ELOOP && message_has("cycle of 1 nodes: 'p' (Add) -> 'p'"),
	   "a node that needs itself");
	graph_free(f.g);

	f = fixture();
	unary(f.g, OP_RELU, "p", f.a, f.y);
	ok(graph_sort(f.g) == -EINVAL &&
		   message_has("nothing produces tensor 'a', which p (Relu) needs"),
	   "no producer");
	graph_free(f.g);

	f = fixture();
	ok(graph_sort(f.g) == -EINVAL && message_has("nothing produces tensor 'y'"),
	   "an output without a producer");
	graph_free(f.g);

	f = fixture();
	unary(f.g, OP_RELU, "p", f.x, f.y);
	unary(f.g, OP_TANH, "q", f.x, f.y);
	ok(graph_sort(f.g) == -EINVAL && message_has("written by 'p' (Relu) and by 'q' (Tanh)"),
	   "two producers");
	graph_free(f.g);

	f = fixture();
	unary(f.g, OP_RELU, "p", f.x, f.x);
	ok(graph_sort(f.g) == -EINVAL && message_has("which is an input or a constant"),
	   "an input is not written");
	graph_free(f.g);
}

/* Recursion would not survive this. */
static void test_deep(void)
{
	struct fixture f = fixture();
	int last = f.x;

	for (int i = 0; i < 200000; i++) {
		int next = graph_add_tensor(f.g, NULL, DTYPE_NONE, NULL);

		unary(f.g, OP_RELU, "n", last, next);
		last = next;
	}
	unary(f.g, OP_RELU, "n", last, f.y);
	ok(!graph_infer(f.g, NULL) && f.g->tensor[f.y].shape_known, "a path of 200,000 nodes");
	graph_free(f.g);
}

static void test_infer(void)
{
	const struct shape file = { 2, { -1, 3 } }, fits = { 2, { 5, 3 } }, other = { 2, { 5, 4 } };
	struct fixture f = fixture();

	f.g->tensor[f.x].shape = file;
	unary(f.g, OP_TRANSPOSE, "p", f.x, f.y);
	ok(graph_infer(f.g, NULL) == -EINVAL &&
		   message_has("input 'x' has the shape ?x3; give its shape"),
	   "an unknown shape");
	ok(graph_infer(f.g, &other) == -EINVAL && message_has("?x3, which 5x4 does not fit"),
	   "a shape that does not fit");
	ok(graph_infer(f.g, &(struct shape){ 1, { 5 } }) == -EINVAL && message_has("?x3, which 5 does not fit"), "nor of another rank");
	ok(graph_infer(f.g, &file) == -EINVAL && message_has("?x3, which ?x3 does not fit"), "nor one that is open itself");
	ok(!graph_infer(f.g, &fits), "a shape that fits");
	ok(f.g->tensor[f.y].shape.dim[0] == 3 && f.g->tensor[f.y].shape.dim[1] == 5,
	   "perm is reversed when not given");
	ok(!graph_infer(f.g, NULL), "and again with the shape that is known now");
	graph_free(f.g);

	f = fixture();
	f.g->tensor[f.x].shape = (struct shape){ .rank = -1 };
	unary(f.g, OP_RELU, "p", f.x, f.y);
	ok(graph_infer(f.g, NULL) == -EINVAL && message_has("has the shape unknown"),
	   "an unknown rank");
	ok(!graph_infer(f.g, &fits) && shape_equal(&f.g->tensor[f.y].shape, &fits),
	   "any shape fits an unknown rank");
	graph_free(f.g);

	f = fixture();
	unary(f.g, OP_RELU, "p", f.x, f.a);
	binary(f.g, OP_ADD, "q", f.a,
	       graph_add_const(f.g, "w", DTYPE_F32, &(struct shape){ 1, { 1 } }, &(float){ 1 }),
	       f.y);
	ok(graph_infer(f.g, NULL) == -EINVAL && message_has("'q' (Add)"),
	   "the reference's complaint comes through");
	graph_free(f.g);
}

static void test_kernel(void)
{
	static const float zeroes[2 * 2 * 3 * 5];
	const struct shape w = { 4, { 2, 2, 3, 5 } };
	struct fixture f = fixture();
	struct conv_attr *conv;
	int n = binary(f.g, OP_CONV, "p", f.x, graph_add_const(f.g, "w", DTYPE_F32, &w, zeroes),
		       f.y);

	f.g->tensor[f.x].shape = w;
	conv = &f.g->node[n].attr.conv;
	ok(!graph_infer(f.g, NULL) && conv->spatial == 2 && conv->kernel[0] == 3 &&
		   conv->kernel[1] == 5,
	   "the kernel is the weights'");
	conv->kernel[1] = 4;
	ok(graph_infer(f.g, NULL) == -EINVAL &&
		   message_has("kernel_shape[1] is 4, the weights' is 5"),
	   "or the same");
	conv->spatial = 1;
	ok(graph_infer(f.g, NULL) == -EINVAL &&
		   message_has("attributes for 1 spatial dimensions, weights for 2"),
	   "as its rank");
	graph_free(f.g);

	f = fixture();
	binary(f.g, OP_CONV, "p", f.x, graph_add_const(f.g, "w", DTYPE_F32, &shape23, zeroes), f.y);
	ok(graph_infer(f.g, NULL) == -EINVAL &&
		   message_has("weights of rank 2; 3 to 5 are supported"),
	   "weights of rank 2");
	graph_free(f.g);
}

static void test_fold(void)
{
	const float data[6] = { -1, 2, -3, 4, -5, 6 };
	struct fixture f = fixture();
	int w = graph_add_const(f.g, "w", DTYPE_F32, &shape23, data);

	unary(f.g, OP_RELU, "p", w, f.a);
	binary(f.g, OP_ADD, "q", f.a, w, f.b);
	binary(f.g, OP_ADD, "r", f.x, f.b, f.y);
	ok(!graph_infer(f.g, NULL) && is_order(f.g, "r"), "constant nodes are folded");
	ok(((const float *)f.g->tensor[f.b].data)[2] == -3 &&
		   ((const float *)f.g->tensor[f.b].data)[3] == 8,
	   "to their values");
	graph_free(f.g);

	f = fixture();
	w = graph_add_const(f.g, "w", DTYPE_F32, &shape23, data);
	unary(f.g, OP_DEQUANTIZE_LINEAR, "p", w, f.a);
	unary(f.g, OP_TANH, "q", w, f.b);
	binary(f.g, OP_ADD, "r", f.a, f.b, f.y);
	error(-EIO, "said before");
	ok(!graph_infer(f.g, NULL) && is_order(f.g, "p q r") && message_has("said before"),
	   "DequantizeLinear is not folded, nor what cannot be computed");
	graph_free(f.g);

	f = fixture();
	unary(f.g, OP_RELU, "p", f.x, f.a);
	unary(f.g, OP_SHAPE, "q", f.a, f.b);
	binary(f.g, OP_RESHAPE, "r", f.x, f.b, f.y);
	ok(!graph_infer(f.g, NULL) && is_order(f.g, "r"),
	   "Shape is folded, and what only it needed goes");
	ok(shape_equal(&f.g->tensor[f.y].shape, &shape23), "and its value is used");
	graph_free(f.g);
}

static void test_fold_limit(void)
{
	const struct shape large = { 1, { GRAPH_FOLD_MAX / 4 / 2 + 1 } };
	struct fixture f = fixture();
	float *data = calloc((size_t)large.dim[0], sizeof(*data));
	int w = graph_add_const(f.g, "w", DTYPE_F32, &large, data);

	free(data);
	unary(f.g, OP_RELU, "p", w, f.a);
	unary(f.g, OP_RELU, "q", f.a, f.y);
	ok(!graph_infer(f.g, NULL) && is_order(f.g, "q"), "folding stops at its limit");
	graph_free(f.g);
}

/* Each of them writes one element, and reads all of its input. */
static void test_read_limit(void)
{
	const struct shape large = { 1, { GRAPH_FOLD_READ_MAX / 2 - 8 } };
	struct fixture f = fixture();
	float *data = calloc((size_t)large.dim[0], sizeof(*data));
	int w = graph_add_const(f.g, "w", DTYPE_F32, &large, data), max[3];

	free(data);
	for (int i = 0; i < 3; i++) {
		max[i] = activation(f.g, NULL);
		unary(f.g, OP_GLOBAL_MAX_POOL, (const char *[]){ "p", "q", "r" }[i], w, max[i]);
	}
	binary(f.g, OP_ADD, "s", max[0], max[1], f.a);
	binary(f.g, OP_ADD, "t", f.a, max[2], f.y);
	ok(!graph_infer(f.g, NULL) && is_order(f.g, "r t"), "nor are more elements read than the limit");
	graph_free(f.g);
}

static void test_dump(void)
{
	const float data[2] = { 0.5f, -2 };
	static const float zeroes[9];
	static const char want[] =
		"graph 'g': 2 nodes, opset 13\n"
		"input x:float32[2x3]\n"
		"LeakyRelu 'p' alpha=0.5 : x:float32[2x3] -> a:none[unknown]\n"
		"Clip 'q' : a:none[unknown] - w:float32[2]{0.5 -2} v:float32[9]{...} "
		"-> y:none[unknown]\n"
		"output y:none[unknown]\n";
	struct fixture f = fixture();
	struct text t = TEXT_INIT;
	int w = graph_add_const(f.g, "w", DTYPE_F32, &(struct shape){ 1, { 2 } }, data);
	int v = graph_add_const(f.g, "v", DTYPE_F32, &(struct shape){ 1, { 9 } }, zeroes);
	int n = unary(f.g, OP_LEAKY_RELU, "p", f.x, f.a);

	f.g->node[n].attr.act.alpha = 0.5f;
	f.g->name = malloc(2);
	memcpy(f.g->name, "g", 2);
	f.g->opset = 13;
	graph_add_node(f.g, OP_CLIP, "q", 4, (int[]){ f.a, -1, w, v }, 1, &f.y);
	if (!ok(!graph_dump(f.g, &t) && !strcmp(text_data(&t), want), "the dump"))
		note("%s", text_data(&t));
	text_free(&t);
	graph_free(f.g);
}

static void test_errors(void)
{
	char longer[2000];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	ok(error(-EINVAL, "a %s\n\033[31m", "b") == -EINVAL && message_has("a b??[31m"),
	   "control characters are not printed");
	ok(error_in(-EIO, "in %d", 3) == -EIO && !strcmp(error_message(), "in 3: a b??[31m"),
	   "context comes first");
	error(-EIO, "%s", longer);
	ok(strlen(error_message()) == 511, "a message is cut at 511 bytes");
	error_in(-EIO, "%s", longer);
	ok(strlen(error_message()) == 511 && strstr(error_message(), ": x"),
	   "context leaves room for it");
}

int main(void)
{
	test_shapes();
	test_names();
	test_builders();
	test_sort();
	test_sort_errors();
	test_deep();
	test_infer();
	test_kernel();
	test_fold();
	test_fold_limit();
	test_read_limit();
	test_dump();
	test_errors();
	return tap_done();
}
