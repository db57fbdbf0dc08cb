// SPDX-License-Identifier: MIT
#include "nets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "error.h"
#include "ref.h"

struct maker maker_new(uint64_t seed, bool u8)
{
	return (struct maker){ .g = graph_new(), .rng = { seed }, .u8 = u8, .per_channel = true };
}

static const struct shape scalar = { .rank = 0 };

static int tensor(struct maker *m, enum dtype t)
{
	struct shape unknown = { .rank = -1 };

	return graph_add_tensor(m->g, NULL, t, &unknown);
}

/* Shapes are inferred as the graph grows, because the next node's weights depend on them. */
static void infer(struct maker *m, int x)
{
	const struct node *n = &m->g->node[graph_producer(m->g, x)];
	const struct value *in[16] = { NULL };
	struct value v[16], out[4] = { 0 };

	for (int i = 0; i < n->n_in; i++) {
		const struct tensor *t = n->in[i] >= 0 ? &m->g->tensor[n->in[i]] : NULL;

		if (!t)
			continue;
		if (!t->data && t->shape.rank < 0)
			infer(m, n->in[i]);
		t = &m->g->tensor[n->in[i]];
		v[i] = (struct value){ t->dtype, t->shape, (void *)t->data };
		in[i] = &v[i];
	}
	if (ref_infer(n, in, out)) {
		fprintf(stderr, "%s\n", error_message());
		abort();
	}
	m->g->tensor[x].shape = out[0].shape;
	m->g->tensor[x].shape_known = true;
}

int make_input(struct maker *m, int n, int c, int h, int w)
{
	struct shape s = { .rank = 4, .dim = { n, c, h, w } };
	int x = graph_add_tensor(m->g, NULL, DTYPE_F32, &s);

	m->g->tensor[x].shape_known = true;
	graph_add_input(m->g, x);
	x = make_qdq(m, x, 0.04f, rng_range(&m->rng, -20, 20));
	infer(m, x);
	return x;
}

static int constant(struct maker *m, enum dtype t, const struct shape *s, const void *data)
{
	return graph_add_const(m->g, NULL, t, s, data);
}

static int one_float(struct maker *m, float v)
{
	return constant(m, DTYPE_F32, &scalar, &v);
}

static int node(struct maker *m, enum op op, int n, const int *in, enum dtype t, union attr attr)
{
	int out = tensor(m, t), at = graph_add_node(m->g, op, NULL, n, in, 1, &out);

	m->g->node[at].attr = attr;
	return out;
}

int make_qdq(struct maker *m, int x, float scale, int zp)
{
	uint8_t zero = (uint8_t)(m->u8 ? zp + 128 : zp);
	enum dtype t = m->u8 ? DTYPE_U8 : DTYPE_I8;
	int in[3] = { x, one_float(m, scale), constant(m, t, &scalar, &zero) };
	union attr attr = { .axis = { .axis = 1 } };

	in[0] = node(m, OP_QUANTIZE_LINEAR, 3, in, t, attr);
	return node(m, OP_DEQUANTIZE_LINEAR, 3, in, DTYPE_F32, attr);
}

static float random_scale(struct maker *m)
{
	return 0.03f + (float)rng_range(&m->rng, 0, 1000) * 2e-5f;
}

/* Scale of the tensor behind a DequantizeLinear. */
static float scale_of(struct maker *m, int x)
{
	const struct node *d = &m->g->node[graph_producer(m->g, x)];

	return d->op == OP_DEQUANTIZE_LINEAR ? *(const float *)m->g->tensor[d->in[1]].data : 0.04f;
}

/* Weights behind a DequantizeLinear, of a spread that keeps sums over `fan` products in range. */
static int weights(struct maker *m, const struct shape *s, int axis, int channels, int fan,
		   float *scales)
{
	int64_t n = shape_count(s);
	int8_t *w = malloc((size_t)n);
	struct shape per = { .rank = 1, .dim = { channels } };
	int8_t *zero = calloc((size_t)channels, 1);
	int in[3];

	for (int64_t i = 0; i < n; i++)
		w[i] = (int8_t)rng_range(&m->rng, -127, 127);
	for (int i = 0; i < channels; i++)
		scales[i] = (0.8f +
			     (float)(m->per_channel ? rng_range(&m->rng, 0, 100) : 50) * 0.004f) /
			    (74.0f * sqrtf((float)fan));
	in[0] = constant(m, DTYPE_I8, s, w);
	in[1] = constant(m, DTYPE_F32, &per, scales);
	in[2] = constant(m, DTYPE_I8, &per, zero);
	free(w);
	free(zero);
	return node(m, OP_DEQUANTIZE_LINEAR, 3, in, DTYPE_F32,
		    (union attr){ .axis = { .axis = axis } });
}

static int bias(struct maker *m, int channels, float xs, const float *ws)
{
	struct shape per = { .rank = 1, .dim = { channels } };
	int32_t *b = malloc((size_t)channels * 4), *zero = calloc((size_t)channels, 4);
	float *s = malloc((size_t)channels * 4);
	int in[3];

	for (int i = 0; i < channels; i++) {
		s[i] = xs * ws[i];
		b[i] = (int32_t)((float)rng_range(&m->rng, -1000, 1000) * 0.001f / s[i]);
	}
	in[0] = constant(m, DTYPE_I32, &per, b);
	in[1] = constant(m, DTYPE_F32, &per, s);
	in[2] = constant(m, DTYPE_I32, &per, zero);
	free(b);
	free(s);
	free(zero);
	return node(m, OP_DEQUANTIZE_LINEAR, 3, in, DTYPE_F32,
		    (union attr){ .axis = { .axis = 0 } });
}

/* Channels of a tensor: followed through the graph as it is made. */
static int channels_of(struct maker *m, int x)
{
	return (int)m->g->tensor[x].shape.dim[1];
}

static union attr conv_attr(int k, int stride, int pad, int groups)
{
	union attr a = { .conv = { .spatial = 2, .group = groups } };

	for (int i = 0; i < 2; i++) {
		a.conv.kernel[i] = k;
		a.conv.stride[i] = stride;
		a.conv.dilation[i] = 1;
		a.conv.pad_begin[i] = a.conv.pad_end[i] = pad;
	}
	return a;
}

int make_conv(struct maker *m, int x, int out, int k, int stride, int pad, int groups, bool relu)
{
	infer(m, x);
	int c = channels_of(m, x), y;
	struct shape s = { .rank = 4, .dim = { out, c / groups, k, k } };
	float *ws = malloc((size_t)out * sizeof(*ws)), xs = scale_of(m, x);
	int in[3] = { x, weights(m, &s, 0, out, c / groups * k * k, ws), bias(m, out, xs, ws) };

	free(ws);
	y = node(m, OP_CONV, 3, in, DTYPE_F32, conv_attr(k, stride, pad, groups));
	if (relu)
		y = node(m, OP_RELU, 1, &y, DTYPE_F32, (union attr){ 0 });
	y = make_qdq(m, y, random_scale(m), relu ? -128 : rng_range(&m->rng, -30, 30));
	infer(m, y);
	return y;
}

int make_deconv(struct maker *m, int x, int out, int k, int stride, int pad)
{
	infer(m, x);
	int c = channels_of(m, x), y;
	struct shape s = { .rank = 4, .dim = { c, out, k, k } };
	float *ws = malloc((size_t)out * sizeof(*ws)), xs = scale_of(m, x);
	int in[3] = { x, weights(m, &s, 1, out, c * k * k / (stride * stride), ws),
		      bias(m, out, xs, ws) };

	free(ws);
	y = node(m, OP_CONV_TRANSPOSE, 3, in, DTYPE_F32, conv_attr(k, stride, pad, 1));
	y = make_qdq(m, y, random_scale(m), rng_range(&m->rng, -30, 30));
	infer(m, y);
	return y;
}

int make_gemm(struct maker *m, int x, int out)
{
	int flat, y, in[3];
	float *ws = malloc((size_t)out * sizeof(*ws)), xs = scale_of(m, x);

	infer(m, x);
	flat = node(m, OP_FLATTEN, 1, &x, DTYPE_F32, (union attr){ .axis = { .axis = 1 } });
	infer(m, flat);
	struct shape s = { .rank = 2, .dim = { out, m->g->tensor[flat].shape.dim[1] } };

	in[0] = flat;
	in[1] = weights(m, &s, 0, out, (int)s.dim[1], ws);
	in[2] = bias(m, out, xs, ws);
	free(ws);
	y = node(m, OP_GEMM, 3, in, DTYPE_F32,
		 (union attr){ .gemm = { .alpha = 1, .beta = 1, .trans_b = true } });
	y = make_qdq(m, y, random_scale(m), rng_range(&m->rng, -30, 30));
	infer(m, y);
	return y;
}

int make_node(struct maker *m, enum op op, int a, int b)
{
	int in[2] = { a, b }, y;
	union attr attr = { 0 };

	if (op == OP_LEAKY_RELU || op == OP_ELU)
		attr.act.alpha = 0.1f;
	if (op == OP_HARD_SIGMOID)
		attr.act = (__typeof__(attr.act)){ 0.2f, 0.5f };
	y = node(m, op, b >= 0 ? 2 : 1, in, DTYPE_F32, attr);
	y = make_qdq(m, y,
		     op == OP_SIGMOID || op == OP_TANH || op == OP_HARD_SIGMOID ? 1 / 128.0f
										: random_scale(m),
		     rng_range(&m->rng, -30, 30));
	infer(m, y);
	return y;
}

/* Pools keep scale and zero point, as quantisers make them; averages get their own. */
int make_pool(struct maker *m, enum op op, int x, int k, int stride, int pad)
{
	const struct node *d = &m->g->node[graph_producer(m->g, x)];
	float scale = scale_of(m, x);
	int zp = *(const uint8_t *)m->g->tensor[d->in[2]].data, y;
	bool global = op == OP_GLOBAL_AVERAGE_POOL || op == OP_GLOBAL_MAX_POOL;
	bool max = op == OP_MAX_POOL || op == OP_GLOBAL_MAX_POOL;

	zp = m->u8 ? zp - 128 : (int8_t)zp;
	y = node(m, op, 1, &x, DTYPE_F32,
		 global ? (union attr){ 0 } : conv_attr(k, stride, pad, 1));
	if (!max)
		m->g->node[graph_producer(m->g, y)].attr.conv.count_include_pad = true;
	y = make_qdq(m, y, max ? scale : random_scale(m), max ? zp : rng_range(&m->rng, -30, 30));
	infer(m, y);
	return y;
}

int make_concat(struct maker *m, int a, int b)
{
	int in[2] = { a, b }, y;
	const struct node *d = &m->g->node[graph_producer(m->g, a)];
	int zp = *(const uint8_t *)m->g->tensor[d->in[2]].data;

	zp = m->u8 ? zp - 128 : (int8_t)zp;
	infer(m, a);
	infer(m, b);
	y = node(m, OP_CONCAT, 2, in, DTYPE_F32, (union attr){ .axis = { .axis = 1 } });
	y = make_qdq(m, y, scale_of(m, a), zp);
	infer(m, y);
	return y;
}

int make_resize(struct maker *m, int x, int s, bool linear)
{
	float scales[4] = { 1, 1, (float)s, (float)s };
	struct shape four = { .rank = 1, .dim = { 4 } };
	int in[3] = { x, -1, constant(m, DTYPE_F32, &four, scales) }, y;
	const struct node *d = &m->g->node[graph_producer(m->g, x)];
	int zp = *(const uint8_t *)m->g->tensor[d->in[2]].data;
	union attr a = { 0 };

	zp = m->u8 ? zp - 128 : (int8_t)zp;
	a.resize.mode = linear ? RESIZE_LINEAR : RESIZE_NEAREST;
	a.resize.coord = linear ? RESIZE_HALF_PIXEL : RESIZE_ASYMMETRIC;
	a.resize.round = RESIZE_FLOOR;
	y = node(m, OP_RESIZE, 3, in, DTYPE_F32, a);
	y = make_qdq(m, y, scale_of(m, x), zp);
	infer(m, y);
	return y;
}

static int keep_scale(struct maker *m, int x, int y)
{
	const struct node *d = &m->g->node[graph_producer(m->g, x)];
	int zp = *(const uint8_t *)m->g->tensor[d->in[2]].data;

	y = make_qdq(m, y, scale_of(m, x), m->u8 ? zp - 128 : (int8_t)zp);
	infer(m, y);
	return y;
}

int make_pad(struct maker *m, int x, const int64_t pads[8])
{
	struct shape eight = { .rank = 1, .dim = { 8 } };
	int in[3] = { x, constant(m, DTYPE_I64, &eight, pads), one_float(m, 0) };

	return keep_scale(m, x, node(m, OP_PAD, 3, in, DTYPE_F32, (union attr){ 0 }));
}

int make_slice(struct maker *m, int x, int axis, int from, int to)
{
	struct shape one = { .rank = 1, .dim = { 1 } };
	int64_t v[3] = { from, to, axis };
	int in[4] = { x, constant(m, DTYPE_I64, &one, &v[0]), constant(m, DTYPE_I64, &one, &v[1]),
		      constant(m, DTYPE_I64, &one, &v[2]) };

	return keep_scale(m, x, node(m, OP_SLICE, 4, in, DTYPE_F32, (union attr){ 0 }));
}

bool make_end(struct maker *m, int x)
{
	graph_add_output(m->g, x);
	if (!graph_infer(m->g, NULL))
		return true;
	fprintf(stderr, "%s\n", error_message());
	return false;
}

static int twice(struct maker *m, int x, int c)
{
	return make_conv(m, make_conv(m, x, c, 3, 1, 1, 1, true), c, 3, 1, 1, 1, true);
}

/* Four halvings.  The halves of a concatenation share their quantisation, as good quantisers make
 * it. */
struct graph *make_unet(int size, int channels, uint64_t seed)
{
	struct maker m = maker_new(seed, false);
	int skip[4], x = make_input(&m, 1, 3, size, size), c = channels;

	for (int i = 0; i < 4; i++, c *= 2) {
		skip[i] = x = twice(&m, x, c);
		x = make_pool(&m, OP_MAX_POOL, x, 2, 2, 0);
	}
	x = twice(&m, x, c);
	for (int i = 4; i-- > 0;) {
		c /= 2;
		x = make_deconv(&m, x, c, 2, 2, 0);
		x = twice(&m, make_concat(&m, skip[i], x), c);
	}
	x = make_conv(&m, x, 1, 1, 1, 0, 1, false);
	return make_end(&m, x) ? m.g : NULL;
}

struct graph *make_dcgan(int features, uint64_t seed)
{
	struct maker m = maker_new(seed, false);
	int x = make_input(&m, 1, 100, 1, 1);

	x = make_deconv(&m, x, 8 * features, 4, 1, 0);
	for (int c = 4 * features; c >= features; c /= 2)
		x = make_deconv(&m, x, c, 4, 2, 1);
	x = make_deconv(&m, x, 3, 4, 2, 1);
	x = make_node(&m, OP_TANH, x, -1);
	return make_end(&m, x) ? m.g : NULL;
}

/* VGG-16 with the channels divided by `narrow`, and its skips; every shape as in the paper but for
 * the pad of 100. */
struct graph *make_fcn8s(int size, int narrow, uint64_t seed)
{
	static const int convs[5] = { 2, 2, 3, 3, 3 }, channels[5] = { 64, 128, 256, 512, 512 };
	struct maker m = maker_new(seed, false);
	int pool[5], x = make_input(&m, 1, 3, size, size);

	for (int i = 0; i < 5; i++) {
		for (int k = 0; k < convs[i]; k++)
			x = make_conv(&m, x, channels[i] / narrow, 3, 1, 1, 1, true);
		pool[i] = x = make_pool(&m, OP_MAX_POOL, x, 2, 2, 0);
	}
	x = make_conv(&m, x, 4096 / narrow, 7, 1, 3, 1, true);
	x = make_conv(&m, x, 4096 / narrow, 1, 1, 0, 1, true);
	x = make_deconv(&m, make_conv(&m, x, 21, 1, 1, 0, 1, false), 21, 4, 2, 1);
	x = make_node(&m, OP_ADD, x, make_conv(&m, pool[3], 21, 1, 1, 0, 1, false));
	x = make_deconv(&m, x, 21, 4, 2, 1);
	x = make_node(&m, OP_ADD, x, make_conv(&m, pool[2], 21, 1, 1, 0, 1, false));
	x = make_deconv(&m, x, 21, 16, 8, 4);
	return make_end(&m, x) ? m.g : NULL;
}

/* waifu2x's upconv_7: valid convolutions with leaky ReLUs and one transposed convolution. */
struct graph *make_upconv7(int size, uint64_t seed)
{
	static const int channels[6] = { 16, 32, 64, 128, 128, 256 };
	struct maker m = maker_new(seed, false);
	int x = make_input(&m, 1, 3, size, size);

	for (int i = 0; i < 6; i++)
		x = make_node(&m, OP_LEAKY_RELU, make_conv(&m, x, channels[i], 3, 1, 0, 1, false),
			      -1);
	x = make_deconv(&m, x, 3, 4, 2, 3);
	return make_end(&m, x) ? m.g : NULL;
}
