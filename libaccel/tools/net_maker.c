/* SPDX-License-Identifier: MIT */
#include "net_maker.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "error.h"
#include "ref.h"

uint32_t rng_next(struct rng *r)
{
	r->s = r->s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(r->s >> 33) * 2654435761u >> 3 ^ (uint32_t)(r->s >> 40);
}

int rng_range(struct rng *r, int lo, int hi)
{
	return lo + (int)(rng_next(r) % (uint32_t)(hi - lo + 1));
}

struct maker maker_new(uint64_t seed, bool u8)
{
	struct maker m = { .g = graph_new(), .rng = { seed }, .u8 = u8, .per_channel = true };

	if (!m.g)
		m.err = error(-ENOMEM, "out of memory for a network");
	return m;
}

/* The first error stays.  What makes tensors returns 0 after one: nobody looks at it. */
static int keep(struct maker *m, int result)
{
	if (result < 0 && !m->err)
		m->err = result;
	return m->err ? 0 : result;
}

static void *need(struct maker *m, void *memory)
{
	if (!memory && !m->err)
		m->err = error(-ENOMEM, "out of memory for weights");
	return memory;
}

static const struct shape scalar = { .rank = 0 };

static int constant(struct maker *m, enum dtype t, const struct shape *s, const void *data)
{
	return m->err ? 0 : keep(m, graph_add_const(m->g, NULL, t, s, data));
}

static int one_float(struct maker *m, float v)
{
	return constant(m, DTYPE_F32, &scalar, &v);
}

static int node(struct maker *m, enum op op, int n, const int *in, enum dtype t, union attr attr)
{
	const struct shape unknown = { .rank = -1 };
	int out = m->err ? 0 : keep(m, graph_add_tensor(m->g, NULL, t, &unknown));
	int at = m->err ? 0 : keep(m, graph_add_node(m->g, op, NULL, n, in, 1, &out));

	if (m->err)
		return 0;
	m->g->node[at].attr = attr;
	return out;
}

/* Shapes are inferred as the graph grows, because the next node's weights depend on them. */
static void infer(struct maker *m, int x)
{
	const struct node *n = m->err ? NULL : &m->g->node[graph_producer(m->g, x)];
	const struct value *in[16] = { NULL };
	struct value v[16], out[4] = { 0 };

	for (int i = 0; n && i < n->n_in; i++) {
		const struct tensor *t = n->in[i] >= 0 ? &m->g->tensor[n->in[i]] : NULL;

		if (!t)
			continue;
		if (!t->data && t->shape.rank < 0)
			infer(m, n->in[i]);
		t = &m->g->tensor[n->in[i]];
		v[i] = (struct value){ t->dtype, t->shape, (void *)t->data };
		in[i] = &v[i];
	}
	if (m->err || keep(m, ref_infer(n, in, out)) || m->err)
		return;
	m->g->tensor[x].shape = out[0].shape;
	m->g->tensor[x].shape_known = true;
}

int make_qdq(struct maker *m, int x, float scale, int zp)
{
	uint8_t zero = (uint8_t)(m->u8 ? zp + 128 : zp);
	enum dtype t = m->u8 ? DTYPE_U8 : DTYPE_I8;
	const union attr attr = { .axis = { .axis = 1 } };
	int in[3] = { x };

	in[1] = one_float(m, scale);
	in[2] = constant(m, t, &scalar, &zero);
	in[0] = node(m, OP_QUANTIZE_LINEAR, 3, in, t, attr);
	return node(m, OP_DEQUANTIZE_LINEAR, 3, in, DTYPE_F32, attr);
}

/* The same, with the shape. */
static int end_qdq(struct maker *m, int x, float scale, int zp)
{
	int y = make_qdq(m, x, scale, zp);

	infer(m, y);
	return y;
}

int make_input(struct maker *m, int n, int c, int h, int w)
{
	const struct shape s = { .rank = 4, .dim = { n, c, h, w } };
	int x = m->err ? 0 : keep(m, graph_add_tensor(m->g, NULL, DTYPE_F32, &s));

	if (m->err)
		return 0;
	m->g->tensor[x].shape_known = true;
	keep(m, graph_add_input(m->g, x));
	return end_qdq(m, x, 0.04f, rng_range(&m->rng, -20, 20));
}

static float random_scale(struct maker *m)
{
	return 0.03f + (float)rng_range(&m->rng, 0, 1000) * 2e-5f;
}

static const struct node *dequantize_of(const struct maker *m, int x)
{
	const struct node *d = m->err ? NULL : &m->g->node[graph_producer(m->g, x)];

	return d && d->op == OP_DEQUANTIZE_LINEAR ? d : NULL;
}

/* Scale and zero point of the tensor behind a DequantizeLinear. */
static float scale_of(const struct maker *m, int x)
{
	const struct node *d = dequantize_of(m, x);

	return d ? *(const float *)m->g->tensor[d->in[1]].data : 0.04f;
}

static int zero_of(const struct maker *m, int x)
{
	const struct node *d = dequantize_of(m, x);
	int zp = d ? *(const uint8_t *)m->g->tensor[d->in[2]].data : 0;

	return m->u8 ? zp - 128 : (int8_t)zp;
}

/* int8 behind a DequantizeLinear, of a spread that keeps sums over `fan` products in range. */
static int weights(struct maker *m, const struct shape *s, int axis, int channels, int fan,
		   float *scales)
{
	const struct shape per = { .rank = 1, .dim = { channels } };
	int64_t n = shape_count(s);
	int8_t *w = need(m, malloc((size_t)n + 1)), *zero = need(m, calloc((size_t)channels, 1));
	int in[3] = { 0 };

	for (int64_t i = 0; !m->err && i < n; i++)
		w[i] = (int8_t)rng_range(&m->rng, -127, 127);
	for (int i = 0; !m->err && i < channels; i++)
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
	const struct shape per = { .rank = 1, .dim = { channels } };
	int32_t *b = need(m, malloc((size_t)channels * 4));
	int32_t *zero = need(m, calloc((size_t)channels, 4));
	float *s = need(m, malloc((size_t)channels * 4));
	int in[3] = { 0 };

	for (int i = 0; !m->err && i < channels; i++) {
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

/* Weights and bias of a node whose input is in[0]. */
static void weights_and_bias(struct maker *m, const struct shape *s, int axis, int fan, int *in)
{
	int channels = m->err ? 0 : (int)s->dim[axis];
	float *ws = need(m, calloc((size_t)channels + 1, sizeof(*ws)));

	in[1] = in[2] = 0;
	if (!m->err)
		in[1] = weights(m, s, axis, channels, fan, ws);
	if (!m->err)
		in[2] = bias(m, channels, scale_of(m, in[0]), ws);
	free(ws);
}

/* Channels of a tensor. */
static int channels_of(struct maker *m, int x)
{
	return m->err ? 1 : (int)m->g->tensor[x].shape.dim[1];
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
	int c = channels_of(m, x), in[3] = { x }, y, zp;
	const struct shape s = { .rank = 4, .dim = { out, c / groups, k, k } };

	weights_and_bias(m, &s, 0, c / groups * k * k, in);
	y = node(m, OP_CONV, 3, in, DTYPE_F32, conv_attr(k, stride, pad, groups));
	if (relu)
		y = node(m, OP_RELU, 1, &y, DTYPE_F32, (union attr){ 0 });
	zp = relu ? -128 : rng_range(&m->rng, -30, 30);
	return end_qdq(m, y, random_scale(m), zp);
}

int make_deconv(struct maker *m, int x, int out, int k, int stride, int pad)
{
	int c = channels_of(m, x), in[3] = { x }, y, zp;
	const struct shape s = { .rank = 4, .dim = { c, out, k, k } };

	weights_and_bias(m, &s, 1, c * k * k / (stride * stride), in);
	y = node(m, OP_CONV_TRANSPOSE, 3, in, DTYPE_F32, conv_attr(k, stride, pad, 1));
	zp = rng_range(&m->rng, -30, 30);
	return end_qdq(m, y, random_scale(m), zp);
}

int make_gemm(struct maker *m, int x, int out)
{
	int flat = node(m, OP_FLATTEN, 1, &x, DTYPE_F32, (union attr){ .axis = { .axis = 1 } });
	int values, in[3] = { x }, y, zp;

	infer(m, flat);
	values = channels_of(m, flat);
	const struct shape s = { .rank = 2, .dim = { out, values } };

	weights_and_bias(m, &s, 0, values, in);
	in[0] = flat;
	y = node(m, OP_GEMM, 3, in, DTYPE_F32,
		 (union attr){ .gemm = { .alpha = 1, .beta = 1, .trans_b = true } });
	zp = rng_range(&m->rng, -30, 30);
	return end_qdq(m, y, random_scale(m), zp);
}

int make_node(struct maker *m, enum op op, int a, int b)
{
	bool narrow = op == OP_SIGMOID || op == OP_TANH || op == OP_HARD_SIGMOID;
	int in[2] = { a, b }, y, zp;
	union attr attr = { 0 };

	if (op == OP_LEAKY_RELU || op == OP_ELU)
		attr.act.alpha = 0.1f;
	if (op == OP_HARD_SIGMOID)
		attr.act = (__typeof__(attr.act)){ 0.2f, 0.5f };
	y = node(m, op, b >= 0 ? 2 : 1, in, DTYPE_F32, attr);
	zp = rng_range(&m->rng, -30, 30);
	return end_qdq(m, y, narrow ? 1 / 128.0f : random_scale(m), zp);
}

/* Scale and zero point stay those of x, as quantisers make it. */
static int keep_scale(struct maker *m, int x, int y)
{
	return end_qdq(m, y, scale_of(m, x), zero_of(m, x));
}

/* Averages get a scale of their own. */
int make_pool(struct maker *m, enum op op, int x, int k, int stride, int pad)
{
	bool global = op == OP_GLOBAL_AVERAGE_POOL || op == OP_GLOBAL_MAX_POOL;
	union attr attr = global ? (union attr){ 0 } : conv_attr(k, stride, pad, 1);
	int y, zp;

	if (op == OP_MAX_POOL || op == OP_GLOBAL_MAX_POOL)
		return keep_scale(m, x, node(m, op, 1, &x, DTYPE_F32, attr));
	attr.conv.count_include_pad = true;
	y = node(m, op, 1, &x, DTYPE_F32, attr);
	zp = rng_range(&m->rng, -30, 30);
	return end_qdq(m, y, random_scale(m), zp);
}

int make_concat(struct maker *m, int a, int b)
{
	int in[2] = { a, b };

	return keep_scale(m, a, node(m, OP_CONCAT, 2, in, DTYPE_F32,
				     (union attr){ .axis = { .axis = 1 } }));
}

int make_resize(struct maker *m, int x, int s, bool linear)
{
	const float scales[4] = { 1, 1, (float)s, (float)s };
	const struct shape four = { .rank = 1, .dim = { 4 } };
	int in[3] = { x, -1, constant(m, DTYPE_F32, &four, scales) };
	union attr a = { 0 };

	a.resize.mode = linear ? RESIZE_LINEAR : RESIZE_NEAREST;
	a.resize.coord = linear ? RESIZE_HALF_PIXEL : RESIZE_ASYMMETRIC;
	a.resize.round = RESIZE_FLOOR;
	return keep_scale(m, x, node(m, OP_RESIZE, 3, in, DTYPE_F32, a));
}

int make_pad(struct maker *m, int x, const int64_t pads[8])
{
	const struct shape eight = { .rank = 1, .dim = { 8 } };
	int in[3] = { x };

	in[1] = constant(m, DTYPE_I64, &eight, pads);
	in[2] = one_float(m, 0);
	return keep_scale(m, x, node(m, OP_PAD, 3, in, DTYPE_F32, (union attr){ 0 }));
}

int make_slice(struct maker *m, int x, int axis, int from, int to)
{
	const struct shape one = { .rank = 1, .dim = { 1 } };
	const int64_t v[3] = { from, to, axis };
	int in[4] = { x };

	for (int i = 0; i < 3; i++)
		in[1 + i] = constant(m, DTYPE_I64, &one, &v[i]);
	return keep_scale(m, x, node(m, OP_SLICE, 4, in, DTYPE_F32, (union attr){ 0 }));
}

bool make_end(struct maker *m, int x)
{
	if (!m->err)
		keep(m, graph_add_output(m->g, x));
	if (!m->err)
		keep(m, graph_infer(m->g, NULL));
	return !m->err;
}

struct graph *maker_finish(struct maker *m, int n, const int *output)
{
	for (int i = 0; !m->err && i < n; i++)
		keep(m, graph_add_output(m->g, output[i]));
	if (!m->err)
		keep(m, graph_infer(m->g, NULL));
	if (!m->err)
		return m->g;
	graph_free(m->g);
	m->g = NULL;
	return NULL;
}
