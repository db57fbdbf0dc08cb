/* SPDX-License-Identifier: MIT */
/* Shapes that follow from formulas, on networks that run; a layer that is checked by hand. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nets.h"
#include "runtime.h"
#include "test_real.h"

static bool has_shape(const struct accel_array *a, int c, int h, int w)
{
	return a->rank == 4 && a->dim[0] == 1 && a->dim[1] == c && a->dim[2] == h && a->dim[3] == w;
}

static bool runs(const struct accel_model *m)
{
	struct accel_array x = model_input(m);
	bool good;

	fill_noise(&x, 1, -3, 3);
	good = same_everywhere(m, &x, with_core);
	free(x.data);
	return good;
}

/* What the layer's DequantizeLinear gives, of the n-th Conv or ConvTranspose. */
static int behind_conv(const struct graph *g, int n)
{
	for (int i = 0; i < g->n_node; i++) {
		int at = i, tensor = g->node[i].out[0];

		if ((g->node[i].op != OP_CONV && g->node[i].op != OP_CONV_TRANSPOSE) || n--)
			continue;
		while (g->node[at].op != OP_DEQUANTIZE_LINEAR) {
			for (at = 0; at < g->n_node && g->node[at].in[0] != tensor; at++)
				;
			if (at == g->n_node)
				abort();
			tensor = g->node[at].out[0];
		}
		return tensor;
	}
	abort();
}

static void test_discriminator(void)
{
	struct graph *g = make_dcgan_d(16, 1);
	struct accel_model *m;
	struct accel_array x, last, first;

	if (!g || graph_add_output(g, behind_conv(g, 0)) < 0)
		abort();
	m = model_take(g);
	x = model_input(m);
	last = model_output(m, 0);
	first = model_output(m, 1);
	check(has_shape(&x, 3, 64, 64) && has_shape(&first, 16, 32, 32) && has_shape(&last, 1, 1, 1),
	      "DCGAN's discriminator: 3x64x64 is 32x32 behind its first layer, 1x1 at its end");
	check(runs(m), "it gives the same bytes on rtl:, model:, host:, first layer and end");
	free(x.data);
	free(last.data);
	free(first.data);
	accel_model_free(m);
}

static void test_generator(void)
{
	struct accel_model *m = model_take(make_dcgan(8, 2));
	struct accel_array x = model_input(m), y = model_output(m, 0);

	check(has_shape(&x, 100, 1, 1) && has_shape(&y, 3, 64, 64),
	      "DCGAN's generator: 100x1x1 becomes 3x64x64");
	check(runs(m), "it gives the same bytes on rtl:, model:, host:");
	free(x.data);
	free(y.data);
	accel_model_free(m);
}

/* ---- 1x9 times 9x4 ---- */

static float scale_at(const struct graph *g, int node)
{
	return *(const float *)g->tensor[g->node[node].in[1]].data;
}

static int zero_at(const struct graph *g, int node)
{
	return *(const int8_t *)g->tensor[g->node[node].in[2]].data;
}

static int quantise(float v, float scale, int zero)
{
	float q = rintf(v / scale) + (float)zero;

	return q < -128 ? -128 : q > 127 ? 127 : (int)q;
}

/* The QuantizeLinear that reads what a node writes. */
static int reader(const struct graph *g, int node)
{
	for (int i = 0; i < g->n_node; i++)
		if (g->node[i].in[0] == g->node[node].out[0])
			return i;
	abort();
}

static int find(const struct graph *g, enum op op)
{
	for (int i = 0; i < g->n_node; i++)
		if (g->node[i].op == op)
			return i;
	abort();
}

/* sigmoid(x W + b), quantised where the graph quantises, from the formula in arithmetic.md. */
static void by_hand(const struct graph *g, const float *x, float *y)
{
	const struct node *gemm = &g->node[find(g, OP_GEMM)];
	const struct node *w = &g->node[graph_producer(g, gemm->in[1])];
	const struct node *b = &g->node[graph_producer(g, gemm->in[2])];
	int qx = find(g, OP_QUANTIZE_LINEAR), qy = reader(g, find(g, OP_GEMM));
	int qs = reader(g, find(g, OP_SIGMOID));
	const int8_t *weight = g->tensor[w->in[0]].data;
	const int32_t *bias = g->tensor[b->in[0]].data;
	const float *ws = g->tensor[w->in[1]].data;

	for (int j = 0; j < 4; j++) {
		float scale = scale_at(g, qx) * ws[j], s;
		int acc = bias[j], v;

		for (int i = 0; i < 9; i++)
			acc += (quantise(x[i], scale_at(g, qx), zero_at(g, qx)) - zero_at(g, qx)) *
			       weight[j * 9 + i];
		scale /= scale_at(g, qy);
		v = (int)rintf((float)acc * scale) + zero_at(g, qy);
		v = v < -128 ? -128 : v > 127 ? 127 : v;
		s = 1 / (1 + expf(-(float)(v - zero_at(g, qy)) * scale_at(g, qy)));
		y[j] = (float)(quantise(s, scale_at(g, qs), zero_at(g, qs)) - zero_at(g, qs)) *
		       scale_at(g, qs);
	}
}

static void test_fully_connected(void)
{
	struct maker maker = maker_new(5, false);
	int y = make_gemm(&maker, make_input(&maker, 1, 9, 1, 1), 4);
	struct accel_model *m;
	struct graph *g;
	bool good = true;

	y = make_node(&maker, OP_SIGMOID, y, -1);
	g = maker_finish(&maker, 1, &y);
	if (!g)
		abort();
	m = model_take(g);
	for (int u = 0; with_core[u]; u++) {
		struct runner r = runner_open(with_core[u], m);
		struct accel_array x = model_input(m);

		for (unsigned seed = 1; seed <= 20; seed++) {
			float want[4];

			fill_noise(&x, seed, -4, 4);
			runner_run(&r, &x);
			by_hand(g, x.data, want);
			good &= r.y[0].data_size == sizeof(want) &&
				!memcmp(r.y[0].data, want, sizeof(want));
		}
		free(x.data);
		runner_close(&r);
	}
	check(good, "sigmoid(1x9 . 9x4 + b) is what the formula gives, on rtl:, model:, host:");
	accel_model_free(m);
}

/* ---- sizes that are no multiples of the strides ---- */

static int twice(struct maker *m, int x, int c)
{
	return make_conv(m, make_conv(m, x, c, 3, 1, 1, 1, true), c, 3, 1, 1, 1, true);
}

static int cut(struct maker *m, int x, int top, int left, int h, int w)
{
	return make_slice(m, make_slice(m, x, 2, top, top + h), 3, left, left + w);
}

/* U-Net with two halvings: the picture is extended to a multiple of four, the output is cut. */
static struct graph *any_unet(int h, int w)
{
	struct maker m = maker_new(3, false);
	int64_t pads[8] = { 0, 0, 0, 0, 0, 0, (4 - h % 4) % 4, (4 - w % 4) % 4 };
	int x = make_pad(&m, make_input(&m, 1, 3, h, w), pads), a, b;

	a = twice(&m, x, 8);
	b = twice(&m, make_pool(&m, OP_MAX_POOL, a, 2, 2, 0), 16);
	x = twice(&m, make_pool(&m, OP_MAX_POOL, b, 2, 2, 0), 32);
	x = twice(&m, make_concat(&m, b, make_deconv(&m, x, 16, 2, 2, 0)), 16);
	x = twice(&m, make_concat(&m, a, make_deconv(&m, x, 8, 2, 2, 0)), 8);
	x = cut(&m, make_conv(&m, x, 1, 1, 1, 0, 1, false), 0, 0, h, w);
	return maker_finish(&m, 1, &x);
}

static int height(const struct maker *m, int x)
{
	return (int)m->g->tensor[x].shape.dim[2];
}

static int width(const struct maker *m, int x)
{
	return (int)m->g->tensor[x].shape.dim[3];
}

/* The middle of a skip, as large as x, and their sum. */
static int add_skip(struct maker *m, int x, int skip)
{
	int h = height(m, x), w = width(m, x);

	skip = cut(m, make_conv(m, skip, 21, 1, 1, 0, 1, false), (height(m, skip) - h) / 2,
		   (width(m, skip) - w) / 2, h, w);
	return make_node(m, OP_ADD, x, skip);
}

/* FCN-8s as published: a wide padding first, a valid convolution last, skips and output cut. */
static struct graph *any_fcn8s(int h, int w)
{
	struct maker m = maker_new(4, false);
	int pool[6], x = make_input(&m, 1, 3, h, w);

	for (int i = 1; i <= 5; i++) {
		x = make_conv(&m, x, 4 << (i < 4 ? i : 3), 3, 1, i == 1 ? 60 : 1, 1, true);
		pool[i] = x = make_pool(&m, OP_MAX_POOL, x, 2, 2, 0);
	}
	x = make_conv(&m, x, 64, 3, 1, 0, 1, true);
	x = make_deconv(&m, make_conv(&m, x, 21, 1, 1, 0, 1, false), 21, 4, 2, 0);
	x = make_deconv(&m, add_skip(&m, x, pool[4]), 21, 4, 2, 0);
	x = make_deconv(&m, add_skip(&m, x, pool[3]), 21, 16, 8, 0);
	if (!m.err)
		x = cut(&m, x, (height(&m, x) - h) / 2, (width(&m, x) - w) / 2, h, w);
	return maker_finish(&m, 1, &x);
}

static void test_segmentation(void)
{
	static const int sizes[][2] = { { 37, 50 }, { 33, 19 } };

	for (int i = 0; i < 4; i++) {
		int h = sizes[i / 2][0], w = sizes[i / 2][1];
		struct graph *g = i % 2 ? any_fcn8s(h, w) : any_unet(h, w);
		struct accel_model *m;
		struct accel_array y;

		need(g ? 0 : -1);
		m = model_take(g);
		y = model_output(m, 0);
		check(has_shape(&y, i % 2 ? 21 : 1, h, w) && runs(m),
		      "%s keeps the picture's size, %dx%d, with equal bytes on rtl:, model:, host:",
		      i % 2 ? "FCN-8s" : "U-Net", h, w);
		free(y.data);
		accel_model_free(m);
	}
}

void test_shapes(void)
{
	test_discriminator();
	test_generator();
	test_fully_connected();
	test_segmentation();
}
