/* SPDX-License-Identifier: MIT */
/*
 * Quantisation of small random networks: what becomes of the graph, and how close the result is.
 *
 *	test_quant [FOLDER]	writes the float models there, for the fuzzer to start from
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "model.h"
#include "net.h"
#include "onnx.h"
#include "onnx_write.h"
#include "quant.h"
#include "rng.h"
#include "tap.h"
#include "text.h"

#define SAMPLES 4

static const char *folder;

static void save(const struct graph *g)
{
	static int count;
	char path[4096];

	snprintf(path, sizeof(path), "%s/net%d", folder, count++);
	if (onnx_write(g, path))
		note("%s", error_message());
}

static bool says(int err, int expected, const char *text)
{
	if (err == expected && strstr(error_message(), text))
		return true;
	note("%d '%s'", err, error_message());
	return false;
}

static struct graph *quantise(const struct graph *g, const struct value *samples, int count,
			      enum quant_range range)
{
	struct quant_options options = { .range = range };
	struct graph *q;

	if (folder)
		save(g);
	if (quant_graph(g, samples, count, &options, &q)) {
		note("%s", error_message());
		abort();
	}
	return q;
}

static void make_samples(const struct graph *g, int count, struct value *v)
{
	for (int i = 0; i < count; i++) {
		v[i] = net_value(&g->tensor[g->in[0]].shape);
		net_fill(&v[i]);
	}
}

static void free_samples(int count, struct value *v)
{
	for (int i = 0; i < count; i++)
		free(v[i].data);
}

/* The quantised net against the float one, on a picture that is not among the samples. */
static double psnr_of(const struct graph *g, const struct graph *q)
{
	struct value x = net_value(&g->tensor[g->in[0]].shape), a, b;
	double psnr;

	net_fill(&x);
	a = net_run(g, &x);
	b = net_run(q, &x);
	psnr = net_psnr(&a, &b);
	free(x.data);
	free(a.data);
	free(b.data);
	return psnr;
}

/* A node by its name. */
static const struct node *node_of(const struct graph *g, const char *name)
{
	for (int i = 0; i < g->n_node; i++)
		if (!strcmp(g->node[i].name, name))
			return &g->node[i];
	return NULL;
}

static const struct node *writer(const struct graph *g, const struct node *n, int input)
{
	int p = input < n->n_in ? graph_producer(g, n->in[input]) : -1;

	return p < 0 ? NULL : &g->node[p];
}

static bool reads_int8(const struct graph *g, const char *name, int inputs)
{
	const struct node *n = node_of(g, name);

	for (int i = 0; n && i < inputs; i++) {
		const struct node *w = writer(g, n, i);

		if (!w || w->op != OP_DEQUANTIZE_LINEAR)
			return false;
	}
	return n;
}

/* The operator that reads a node's output; OP_COUNT if there is none. */
static enum op next_op(const struct graph *g, const char *name)
{
	const struct node *n = node_of(g, name);

	for (int i = 0; n && i < g->n_node; i++)
		for (int k = 0; k < g->node[i].n_in; k++)
			if (g->node[i].in[k] == n->out[0])
				return g->node[i].op;
	return OP_COUNT;
}

/* The scale that a tensor is quantised with by name; -1 if it is not. */
static float scale_of(const struct graph *g, const char *tensor)
{
	char name[128];
	const struct node *n;

	snprintf(name, sizeof(name), "%s_QuantizeLinear", tensor);
	n = node_of(g, name);
	return n ? *(const float *)g->tensor[n->in[1]].data : -1;
}

/* U-Net in small: down, up by a deconvolution, skip, residual, sigmoid. */
static struct graph *unet(void)
{
	struct graph *g = net_new();
	int x = net_input(g, "x", 1, 3, 32, 32);
	int a = net_conv(g, "conv1", x, 3, 16, 3, 1, 1, false), b, c;

	a = net_batch_norm(g, "bn1", a, 16);
	a = net_unary(g, OP_RELU, "relu1", a);
	b = net_pool(g, OP_MAX_POOL, "pool", a, 2);
	b = net_conv(g, "conv2", b, 16, 32, 3, 1, 1, true);
	b = net_unary(g, OP_LEAKY_RELU, "leaky", b);
	c = net_conv(g, "conv3", b, 32, 32, 3, 1, 32, true);
	c = net_clip(g, "relu6", c, 0, 6);
	b = net_binary(g, OP_ADD, "residual", b, c);
	b = net_unary(g, OP_RELU, "relu2", b);
	b = net_deconv(g, "up", b, 32, 16, 2, 2, false);
	b = net_batch_norm(g, "bn2", b, 16);
	b = net_concat(g, "skip", a, b);
	b = net_conv(g, "conv4", b, 32, 3, 3, 1, 1, true);
	b = net_unary(g, OP_SIGMOID, "y", b);
	net_output(g, b);
	return g;
}

static void check_unet(const struct graph *g, const struct graph *q)
{
	const struct node *up = node_of(q, "up"), *dq;
	int64_t axis;

	ok(!net_count(q, OP_BATCH_NORMALIZATION), "batch norms are folded");
	ok(reads_int8(q, "conv1", 3) && reads_int8(q, "conv2", 3) && reads_int8(q, "conv4", 3),
	   "convolutions read int8, with int8 weights and an int32 bias");
	dq = writer(q, up, 1);
	axis = dq->attr.axis.axis;
	ok(reads_int8(q, "up", 3) && axis == 1 && q->tensor[dq->in[0]].dtype == DTYPE_I8 &&
	   shape_count(&q->tensor[dq->in[1]].shape) == 16,
	   "the deconvolution's weights have a scale per output channel, axis 1");
	ok(q->tensor[writer(q, up, 2)->in[0]].dtype == DTYPE_I32, "its bias, from the batch norm");
	ok(next_op(q, "conv1") == OP_RELU && next_op(q, "conv3") == OP_CLIP &&
	   next_op(q, "residual") == OP_RELU && next_op(q, "relu1") == OP_QUANTIZE_LINEAR,
	   "clamps stay behind their operator");
	ok(next_op(q, "conv2") == OP_QUANTIZE_LINEAR && next_op(q, "conv4") == OP_QUANTIZE_LINEAR,
	   "functions that need a table read int8");
	ok(scale_of(q, "relu1") == scale_of(q, "pool"), "MaxPool keeps the scale");
	ok(scale_of(q, "bn2") == scale_of(q, "skip"), "what only a Concat reads has its scale");
	ok(q->n_in == 1 && q->n_out == 1 && !strcmp(q->tensor[q->in[0]].name, "x") &&
	   !strcmp(q->tensor[q->out[0]].name, "y") && q->tensor[q->out[0]].dtype == DTYPE_F32 &&
	   shape_equal(&q->tensor[q->out[0]].shape, &(struct shape){ 4, { 1, 3, 32, 32 } }),
	   "inputs and outputs are the float model's");
	ok(net_count(g, OP_BATCH_NORMALIZATION) == 2, "the float graph is as it was");
}

static void test_unet(void)
{
	static const char *const names[] = { "min-max", "percentile", "entropy" };
	struct graph *g = unet(), *q;
	struct value samples[SAMPLES];
	double psnr;

	make_samples(g, SAMPLES, samples);
	for (int range = 0; range < 3; range++) {
		q = quantise(g, samples, SAMPLES, (enum quant_range)range);
		if (!range)
			check_unet(g, q);
		psnr = psnr_of(g, q);
		ok(psnr > 33, "a small U-Net, %s: %.1f dB", names[range], psnr);
		graph_free(q);
	}
	free_samples(SAMPLES, samples);
	graph_free(g);
}

/* Weights that a symmetric range per tensor would ruin: channels of very different sizes. */
static void test_channels(void)
{
	struct graph *g = net_new(), *q;
	int x = net_input(g, "x", 1, 3, 16, 16), y = net_conv(g, "conv", x, 3, 8, 3, 1, 1, true);
	struct value samples[1];
	double psnr;
	float *w = (float *)g->tensor[g->node[0].in[1]].data;

	for (int i = 0; i < 8 * 27; i++)
		w[i] *= i / 27 == 0 ? 0 : powf(4, (float)-(i / 27));
	/* The channel without weights has the largest bias. */
	((float *)g->tensor[g->node[0].in[2]].data)[0] = 2;
	y = net_binary(g, OP_MUL, "mul", y, net_list(g, 8, 0.5f, 2));
	y = net_binary(g, OP_ADD, "y", y, net_list(g, 8, -1, 1));
	net_output(g, y);
	make_samples(g, 1, samples);
	q = quantise(g, samples, 1, QUANT_RANGE_MINMAX);
	psnr = psnr_of(g, q);
	ok(psnr > 45, "channels of different sizes: %.1f dB", psnr);
	ok(!net_count(q, OP_MUL) && !net_count(q, OP_ADD),
	   "factors and offsets per channel are folded into a convolution");
	free_samples(1, samples);
	graph_free(g);
	graph_free(q);
}

/* Functions of one element in a row, and hard swish in pieces, as PaddlePaddle exports it. */
static void test_functions(void)
{
	struct graph *g = net_new(), *q;
	int x = net_input(g, "x", 1, 3, 16, 16), y = net_conv(g, "conv", x, 3, 8, 3, 1, 1, true);
	int gate = net_clip(g, "clip", net_binary(g, OP_ADD, "add3", y, net_scalar(g, 3)), 0, 6);
	struct value samples[2];
	double psnr;

	y = net_binary(g, OP_MUL, "gate", y, gate);
	y = net_binary(g, OP_DIV, "div", y, net_scalar(g, 6));
	y = net_binary(g, OP_MUL, "scale", y, net_scalar(g, 1.7f));
	y = net_binary(g, OP_ADD, "shift", y, net_scalar(g, -0.2f));
	y = net_unary(g, OP_TANH, "tanh", y);
	y = net_conv(g, "conv2", y, 8, 8, 3, 1, 1, true);
	y = net_binary(g, OP_MUL, "silu", y, net_unary(g, OP_SIGMOID, "sigmoid", y));
	net_output(g, y);
	make_samples(g, 2, samples);
	q = quantise(g, samples, 2, QUANT_RANGE_MINMAX);
	ok(net_count(q, OP_HARD_SWISH) == 1 && !net_count(q, OP_CLIP) && !net_count(q, OP_DIV),
	   "x * clip(x + 3, 0, 6) / 6 is HardSwish");
	ok(next_op(q, "scale") == OP_ADD && next_op(q, "tanh") == OP_QUANTIZE_LINEAR &&
	   next_op(q, "sigmoid") == OP_MUL && net_count(q, OP_QUANTIZE_LINEAR) == 5,
	   "a chain of functions is rounded once, and so is x * sigmoid(x)");
	psnr = psnr_of(g, q);
	ok(psnr > 40, "functions: %.1f dB", psnr);
	free_samples(2, samples);
	graph_free(g);
	graph_free(q);
}

/* A batch norm that no convolution is before, squeeze and excite, an operand that is constant. */
static void test_blocks(void)
{
	struct graph *g = net_new(), *q;
	int x = net_input(g, "x", 1, 4, 12, 12), a = net_batch_norm(g, "bn", x, 4), b;
	struct shape s = { 4, { 1, 4, 12, 12 } };
	struct value constant = net_value(&s), samples[2];
	double psnr;

	a = net_unary(g, OP_RELU, "relu", a);
	b = net_op(g, OP_GLOBAL_AVERAGE_POOL, "mean", 1, &a);
	b = net_conv(g, "squeeze", b, 4, 8, 1, 1, 1, true);
	b = net_unary(g, OP_HARD_SIGMOID, "gate", b);
	b = net_conv(g, "excite", b, 8, 4, 1, 1, 1, true);
	a = net_binary(g, OP_MUL, "weigh", a, b);
	net_fill(&constant);
	b = graph_add_const(g, "table", DTYPE_F32, &s, constant.data);
	a = net_binary(g, OP_ADD, "position", a, b);
	a = net_op(g, OP_SOFTMAX, "y", 1, &a);
	g->node[g->n_node - 1].attr.axis.axis = 1;
	net_output(g, a);
	make_samples(g, 2, samples);
	q = quantise(g, samples, 2, QUANT_RANGE_PERCENTILE);
	ok(node_of(q, "bn")->op == OP_CONV && node_of(q, "bn")->attr.conv.group == 4,
	   "a batch norm alone becomes a depthwise convolution");
	ok(reads_int8(q, "position", 2), "an operand that is constant becomes int8");
	ok(next_op(q, "y") == OP_COUNT, "Softmax stays in float");
	psnr = psnr_of(g, q);
	ok(psnr > 35, "blocks: %.1f dB", psnr);
	free(constant.data);
	free_samples(2, samples);
	graph_free(g);
	graph_free(q);
}

/* What looks like a pattern and is none stays as it is, and the result stays near. */
static void test_lookalikes(void)
{
	struct graph *g = net_new(), *q;
	int x = net_input(g, "x", 1, 4, 12, 12), a = net_conv(g, "conv", x, 4, 4, 3, 1, 1, true), b;
	struct value samples[2];
	struct shape four = { 1, { 4 } };
	double psnr;

	/* A batch norm whose scale is only known when it runs; the mean makes it. */
	b = net_op(g, OP_GLOBAL_AVERAGE_POOL, "mean", 1, &a);
	b = net_op(g, OP_RESHAPE, "list", 2, (int[]){ b, graph_add_const(g, "four", DTYPE_I64, &(struct shape){ 1, { 1 } }, &(int64_t){ 4 }) });
	{
		float v[3][4] = { { 0, 1, 2, 3 }, { 1, 1, 1, 1 }, { 2, 2, 2, 2 } };

		a = net_op(g, OP_BATCH_NORMALIZATION, "bn", 5,
			   (int[]){ a, b, graph_add_const(g, NULL, DTYPE_F32, &four, v[0]), graph_add_const(g, NULL, DTYPE_F32, &four, v[1]),
				    graph_add_const(g, NULL, DTYPE_F32, &four, v[2]) });
	}
	/* The same tensor twice, and x * relu(x), which is no hard swish. */
	a = net_concat(g, "twice", a, a);
	/* A resize whose region is not the whole. */
	{
		const float region[8] = { 0, 0, 0, 0, 1, 1, 0.5f, 0.5f }, scales[4] = { 1, 1, 2, 2 };

		a = net_op(g, OP_RESIZE, "crop", 3,
			   (int[]){ a, graph_add_const(g, NULL, DTYPE_F32, &(struct shape){ 1, { 8 } }, region),
				    graph_add_const(g, NULL, DTYPE_F32, &four, scales) });
		g->node[g->n_node - 1].attr.resize.coord = RESIZE_TF_CROP;
	}
	a = net_binary(g, OP_MUL, "square", a, net_unary(g, OP_RELU, "relu", a));
	a = net_binary(g, OP_DIV, "sixth", a, net_scalar(g, 6));
	/* Of a list there are no channels to multiply. */
	a = net_op(g, OP_GLOBAL_MAX_POOL, "max", 1, &a);
	a = net_unary(g, OP_FLATTEN, "flat", a);
	g->node[g->n_node - 1].attr.axis.axis = 1;
	net_output(g, net_binary(g, OP_MUL, "y", a, net_list(g, 8, 0.5f, 2)));
	make_samples(g, 2, samples);
	q = quantise(g, samples, 2, QUANT_RANGE_MINMAX);
	ok(node_of(q, "bn")->op == OP_BATCH_NORMALIZATION && node_of(q, "y")->op == OP_MUL && !net_count(q, OP_HARD_SWISH),
	   "what looks like a pattern and is none stays");
	psnr = psnr_of(g, q);
	ok(psnr > 25, "lookalikes: %.1f dB", psnr);
	free_samples(2, samples);
	graph_free(g);
	graph_free(q);
}

/* Fully connected layers, and a range that the function behind needs only a part of. */
static void test_dense(void)
{
	struct graph *g = net_new(), *q;
	int x = net_input(g, "x", 1, 4, 3, 3), y = net_unary(g, OP_FLATTEN, "flat", x);
	struct shape w = { 2, { 36, 10 } }, b = { 1, { 10 } };
	struct value weights = net_value(&w), bias = net_value(&b), samples[3];
	const struct node *dq;
	double psnr;

	g->node[0].attr.axis.axis = 1;
	for (int i = 0; i < 360; i++)
		((float *)weights.data)[i] = rng_real(-2, 2);
	y = net_op(g, OP_GEMM, "dense", 3,
		   (int[]){ y, graph_add_const(g, "w", DTYPE_F32, &w, weights.data),
			    graph_add_const(g, "b", DTYPE_F32, &b, bias.data) });
	g->node[1].attr.gemm.alpha = 1;
	g->node[1].attr.gemm.beta = 1;
	net_output(g, net_unary(g, OP_TANH, "y", y));
	make_samples(g, 3, samples);
	q = quantise(g, samples, 3, QUANT_RANGE_MINMAX);
	dq = writer(q, node_of(q, "dense"), 1);
	ok(reads_int8(q, "dense", 3) && dq->attr.axis.axis == 1 &&
	   shape_count(&q->tensor[dq->in[1]].shape) == 10, "Gemm has a scale per column");
	ok(scale_of(q, "flat") == scale_of(q, "x"), "Flatten keeps the scale");
	ok(scale_of(q, "dense") < 7.01f / 255, "what Tanh makes 1 anyway needs no range");
	psnr = psnr_of(g, q);
	ok(psnr > 25, "a fully connected layer: %.1f dB", psnr);
	free(weights.data);
	free(bias.data);
	free_samples(3, samples);
	graph_free(g);
	graph_free(q);
}

/* Dims that the file leaves open stay open, and samples may have any size. */
static void test_open_shape(void)
{
	struct graph *g = net_new(), *q;
	int x = net_input(g, "x", 1, 3, -1, -1), y = net_conv(g, "y", x, 3, 4, 3, 2, 1, true);
	struct shape s[2] = { { 4, { 1, 3, 8, 12 } }, { 4, { 1, 3, 20, 6 } } };
	struct value samples[2] = { net_value(&s[0]), net_value(&s[1]) }, out;

	net_output(g, y);
	net_fill(&samples[0]);
	net_fill(&samples[1]);
	q = quantise(g, samples, 2, QUANT_RANGE_ENTROPY);
	ok(q->tensor[q->in[0]].shape.dim[2] == -1 && q->tensor[q->out[0]].shape.rank == 4 &&
	   q->tensor[q->out[0]].shape.dim[3] == -1, "open dims stay open, ranks are there");
	out = net_run(q, &samples[1]);
	ok(shape_equal(&out.shape, &(struct shape){ 4, { 1, 4, 10, 3 } }), "and any size fits");
	free(out.data);
	free_samples(2, samples);
	graph_free(g);
	graph_free(q);
}

static int stop_at_two(void *ctx, int done, int total)
{
	*(int *)ctx = total;
	return done == 2;
}

/* Ranges of values that are as large as a float can be. */
static void test_huge(void)
{
	static const enum quant_range ranges[] = { QUANT_RANGE_MINMAX, QUANT_RANGE_PERCENTILE, QUANT_RANGE_ENTROPY };
	struct graph *g = net_new(), *q;
	int x = net_input(g, "x", 1, 2, 8, 8);
	struct value sample;
	bool good = true;

	net_output(g, net_conv(g, "y", net_unary(g, OP_RELU, "relu", net_pool(g, OP_MAX_POOL, "pool", x, 2)), 2, 2, 1, 1, 1, false));
	for (int i = 0; i < 4; i++)
		((float *)g->tensor[g->node[2].in[1]].data)[i] = 1e-3f;
	make_samples(g, 1, &sample);
	((float *)sample.data)[5] = 3e38f;
	for (int i = 0; i < 3; i++) {
		q = quantise(g, &sample, 1, ranges[i]);
		good = good && isfinite(scale_of(q, "pool")) && scale_of(q, "pool") > 0;
		graph_free(q);
	}
	ok(good, "values of 3e38 have a range of each kind");
	free_samples(1, &sample);
	graph_free(g);
}

static void test_errors(void)
{
	struct graph *g = unet(), *q, *empty = net_new();
	struct value samples[SAMPLES];
	struct quant_options options = { .progress = stop_at_two };
	int total = 0, x = net_input(empty, "x", 1, 1, 2, 2);

	make_samples(g, SAMPLES, samples);
	options.ctx = &total;
	ok(says(quant_graph(g, samples, SAMPLES, &options, &q), -ECANCELED, "stopped") && !q &&
	   total == SAMPLES, "progress() ends it");
	ok(says(quant_graph(g, samples, 0, NULL, &q), -EINVAL, "no samples"), "no samples");
	options = (struct quant_options){ .range = (enum quant_range)7 };
	ok(says(quant_graph(g, samples, 1, &options, &q), -EINVAL, "no such way to find ranges: 7"), "no such way");
	options = (struct quant_options){ .range = QUANT_RANGE_PERCENTILE, .percentile = 10 };
	ok(says(quant_graph(g, samples, 1, &options, &q), -EINVAL, "percentile 10"),
	   "a percentile out of range");
	((float *)samples[1].data)[5] = INFINITY;
	ok(says(quant_graph(g, samples, SAMPLES, NULL, &q), -EINVAL,
		"cannot quantise: sample 1: tensor 'x': a value is infinite"), "infinity");
	samples[1].shape.dim[3] = 31;
	ok(says(quant_graph(g, samples, SAMPLES, NULL, &q), -EINVAL, "sample 1: input 'x'"),
	   "a sample of another shape");
	samples[1].shape.dim[3] = 32;
	((float *)samples[1].data)[5] = 0;
	q = quantise(g, samples, 1, QUANT_RANGE_MINMAX);
	graph_free(g);
	ok(says(quant_graph(q, samples, 1, NULL, &g), -EINVAL, "is quantised already"),
	   "a graph that is quantised");
	net_output(empty, net_op(empty, OP_SOFTMAX, "y", 1, &x));
	samples[0].shape = (struct shape){ 4, { 1, 1, 2, 2 } };
	ok(says(quant_graph(empty, samples, 1, NULL, &g), -EINVAL, "nothing to quantise"),
	   "nothing to quantise");
	free_samples(SAMPLES, samples);
	graph_free(q);
	graph_free(empty);
}

/* Names that the new ones would have are taken. */
static void test_names(void)
{
	struct graph *g = net_new(), *q, *again = NULL;
	int x = net_input(g, "x_QuantizeLinear_Output", 1, 3, 8, 8), y;
	struct value samples[1];
	size_t size;
	void *bytes = NULL;

	y = net_unary(g, OP_RELU, "x", x);
	y = net_conv(g, "x_scale", y, 3, 3, 3, 1, 1, true);
	y = net_conv(g, "x_DequantizeLinear_Output", y, 3, 3, 3, 1, 1, true);
	net_output(g, y);
	make_samples(g, 1, samples);
	q = quantise(g, samples, 1, QUANT_RANGE_MINMAX);
	ok(!onnx_write_memory(q, &bytes, &size) && !onnx_load_memory(bytes, size, &again),
	   "new names differ from those that are there");
	free(bytes);
	free_samples(1, samples);
	graph_free(again);
	graph_free(g);
	graph_free(q);
}

#define X "input x f32 1,4,8,8\noutput y f32\ninit w f32 4,4,1,1\n"

#define LIMITS "init lo f32 - = 0.25\ninit hi f32 - = 0.5\n"

/* f: 8, the height of x as a float. */
#define FROM_SHAPE "init b i64 1 = 2\ninit e i64 1 = 3\nnode Shape x -> s\nnode Slice s b e -> h\nnode Cast h -> f to=i:1\n"

/* Models as of ../onnx/model.h: the dump of what becomes of each has one text, and lacks another; a number: the error and its words. */
static const struct form {
	const char *model, *has, *lacks;
	int err;
} forms[] = {
	{ X "init c f32 4,1,1 = 1,-2,3,4\nnode Relu c -> d\nnode Conv x w -> a\nnode Mul a d -> y", "Conv 'Conv_1'", "Mul ", 0 },
	{ X "init c f32 4,1,1 = 1,2,4,8\nnode Conv x w -> a\nnode Div a c -> b\nnode Conv b w -> d\nnode Sub d c -> e\n"
	    "node Conv e w -> f\nnode Sub c f -> y", "Conv 'Conv_4'", "Sub ", 0 },
	{ X "node Conv x w -> a\nnode HardSigmoid a -> b alpha=f:0.16666667\nnode Mul a b -> y", "HardSwish", "Mul ", 0 },
	{ X "node Conv x w -> a\nnode ReduceMean a -> y axes=is:2,3", "GlobalAveragePool", "ReduceMean ", 0 },
	{ X "node Conv x w -> a\nnode Sum x a -> y", "Add ", "Sum ", 0 },
	{ X "init s f32 - = 2\nnode Conv x w -> a\nnode Sub s a -> b\nnode Mul a b -> y", "'y_QuantizeLinear'", "'b_QuantizeLinear'", 0 },
	{ "input x f32 2,4\noutput y f32\ninit w f32 4,3\ninit v f32 3,3\nnode Gemm x w -> a\nnode Gemm a v -> y alpha=f:2",
	  "w_", "v_", 0 },
	{ "input x f32 2,4\noutput y f32\ninit w f32 4,3\nnode MatMul x w -> y", "'w_DequantizeLinear'", "w:float32", 0 },
	{ X "node Conv x w -> a\nnode Conv a x -> y", "a:float32", "?", 0 },
	{ X "init p i64 8 = 0,0,1,1,0,0,1,1\ninit s f32 - = 0.25\ninit one f32 - = 1\nnode Conv x w -> a\nnode Pad a p -> b\n"
	    "node PRelu b s -> c\nnode Pad c p one -> y", "Pad 'Pad_3' mode=constant : c_DequantizeLinear_Output", "y_QuantizeLinear", 0 },
	{ X "init k f32 1,4,8,8\nnode Conv x w -> a\nnode Concat a k -> y axis=i:1", "'k_DequantizeLinear'", "k:float32", 0 },
	{ X LIMITS "node Clip x lo hi -> a\nnode Conv a w -> y", "x_scale:float32[scalar]{0.001960", "?", 0 },
	{ X FROM_SHAPE "node Conv x w -> a\nnode Mul a f -> y", "f_scale:float32[scalar]{0.0313", "?", 0 },
	{ X FROM_SHAPE "init zero f32 - = 0\nnode Div f zero -> i\nnode Conv x w -> a\nnode Mul a i -> y",
	  "sample 0: tensor 'i': a value is infinite", NULL, -EINVAL },
	{ X "output c f32\ninit c f32 1 = 5\nnode Conv x w -> y", "output c:float32[1]{5}", "?", 0 },
	{ X "node Conv x w -> y strides=is:1", "attributes for 1 spatial dimensions", NULL, -EINVAL },
	{ X LIMITS "init v f32 1,4,1,1 = 1,2,inf,4\nnode Add x hi -> p\nnode Conv p v -> a\nnode Clip a lo hi -> y", "'Conv_1' (Conv): a weight is not a number", NULL, -EINVAL },
	{ X LIMITS "init b f32 4 = 1,2,3,inf\nnode Conv x w b -> a\nnode Clip a lo hi -> y", "'Conv_0' (Conv): a bias is not a number", NULL, -EINVAL },
	{ X LIMITS "init c f32 4,8,8 = inf\nnode Conv x w -> a\nnode Sigmoid a -> b\nnode Add b c -> d\nnode Clip d lo hi -> y", "the constant 'c'", NULL, -EINVAL },
};

static void check_form(const struct form *f)
{
	struct text t = TEXT_INIT;
	struct graph *g, *q = NULL;
	struct value sample;
	size_t size;
	void *bytes = model_build(13, f->model, &size);
	int err;

	if (onnx_load_memory(bytes, size, &g)) {
		note("%s", error_message());
		abort();
	}
	free(g->name);
	g->name = malloc(5);
	strcpy(g->name, "form");
	make_samples(g, 1, &sample);
	err = quant_graph(g, &sample, 1, NULL, &q);
	if (!err)
		graph_dump(q, &t);
	if (!ok(err == f->err && strstr(err ? error_message() : text_data(&t), f->has) && (err || !strstr(text_data(&t), f->lacks)), "%s",
		strrchr(f->model, '\n') + 1))
		note("%s", err ? error_message() : text_data(&t));
	text_free(&t);
	free_samples(1, &sample);
	graph_free(g);
	graph_free(q);
	free(bytes);
}

/* Each sample has values twice as large as the one before: the bins of the distribution widen. */
static void test_growing_samples(void)
{
	struct graph *g = net_new(), *q;
	struct value samples[SAMPLES];
	double psnr;

	net_output(g, net_conv(g, "y", net_input(g, "x", 1, 3, 8, 8), 3, 4, 3, 1, 1, true));
	make_samples(g, SAMPLES, samples);
	for (int i = 0; i < SAMPLES; i++)
		for (int k = 0; k < 3 * 8 * 8; k++)
			((float *)samples[i].data)[k] *= (float)(1 << i) / 8;
	q = quantise(g, samples, SAMPLES, QUANT_RANGE_ENTROPY);
	psnr = psnr_of(g, q);
	ok(psnr > 25, "samples whose values grow: %.1f dB", psnr);
	free_samples(SAMPLES, samples);
	graph_free(g);
	graph_free(q);
}

int main(int argc, char **argv)
{
	folder = argc > 1 ? argv[1] : NULL;
	setvbuf(stdout, NULL, _IOLBF, 0);	/* it may abort */
	test_unet();
	test_channels();
	test_functions();
	test_blocks();
	test_dense();
	test_lookalikes();
	test_open_shape();
	test_huge();
	test_errors();
	test_names();
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		check_form(&forms[i]);
	test_growing_samples();
	return tap_done();
}
