/* SPDX-License-Identifier: MIT */
/*
 * The integer form, with the operators that ONNX Runtime computes in float32 written so that its
 * sums are exact and only the result is rounded: what is left of its distance to libaccel then is
 * not float32's.
 *
 * ConvTranspose: between DequantizeLinear with scales of 1, whose outputs are whole numbers, and the
 * scale behind it.  float32 adds whole numbers exactly as long as none reaches 2^24.
 * Add: in float64, where both products are exact, rounded once by adding and taking away 1.5 * 2^52.
 * Resize, linear: like ConvTranspose; its weights are multiples of 1/2^n.
 *
 * Scales are multiplied and divided by ONNX Runtime, too: a constant that passed a DequantizeLinear
 * is not folded by graph_infer().
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

/* What stands around an operator: the DequantizeLinear of its inputs, the QuantizeLinear behind. */
struct pattern {
	struct node x, y;	/* inputs 0 and 1; op OP_COUNT: none there */
	int relu;		/* the Relu behind it, or -1 */
	int q;
};

static int checked(int index)
{
	if (index < 0)
		abort();
	return index;
}

static int scalar(struct graph *g, float v)
{
	return checked(graph_add_const(g, NULL, DTYPE_F32, &(struct shape){ .rank = 0 }, &v));
}

static int scalar64(struct graph *g, double v)
{
	return checked(graph_add_const(g, NULL, DTYPE_F64, &(struct shape){ .rank = 0 }, &v));
}

/* A node with one output. */
static int make(struct graph *g, enum op op, enum dtype type, int n_in, const int *in)
{
	int out = checked(graph_add_tensor(g, NULL, type, NULL));

	checked(graph_add_node(g, op, NULL, n_in, in, 1, &out));
	return out;
}

static int binary(struct graph *g, enum op op, enum dtype type, int a, int b)
{
	return make(g, op, type, 2, (int[]){ a, b });
}

static int cast(struct graph *g, int x, enum dtype to)
{
	int y = make(g, OP_CAST, to, 1, &x);

	g->node[g->n_node - 1].attr.cast.to = to;
	return y;
}

/* What a DequantizeLinear gives with scales of 1: whole numbers. */
static int whole_numbers(struct graph *g, const struct node *dq)
{
	struct shape shape = g->tensor[dq->in[1]].shape;
	int64_t n = shape_count(&shape);
	float *ones = malloc((size_t)(n + 1) * sizeof(*ones));
	int in[3] = { dq->in[0], 0, dq->n_in > 2 ? dq->in[2] : -1 }, out;
	union attr attr = dq->attr;
	int n_in = dq->n_in;

	for (int64_t i = 0; i < n; i++)
		ones[i] = 1;
	in[1] = checked(graph_add_const(g, NULL, DTYPE_F32, &shape, ones));
	free(ones);
	out = make(g, OP_DEQUANTIZE_LINEAR, DTYPE_F32, n_in, in);
	g->node[g->n_node - 1].attr = attr;
	return out;
}

/* Scales, of one channel each or of all, as (1, C, 1, 1). */
static int channel_scales(struct graph *g, int scale)
{
	int64_t n = shape_count(&g->tensor[scale].shape);
	struct shape shape = { 4, { 1, n, 1, 1 } };
	int8_t *ones = malloc((size_t)n + 1);
	int in[2] = { 0, scale }, out;

	memset(ones, 1, (size_t)n);
	in[0] = checked(graph_add_const(g, NULL, DTYPE_I8, &shape, ones));
	free(ones);
	out = make(g, OP_DEQUANTIZE_LINEAR, DTYPE_F32, 2, in);
	g->node[g->n_node - 1].attr.axis.axis = 1;
	return out;
}

/* v in steps of the QuantizeLinear becomes its output; the old one's is read by nobody. */
static void quantise(struct graph *g, const struct pattern *p, int v)
{
	int out = g->node[p->q].out[0], fresh;

	fresh = checked(graph_add_tensor(g, NULL, g->tensor[out].dtype, &g->tensor[out].shape));
	if (p->relu >= 0)
		v = make(g, OP_RELU, DTYPE_F32, 1, &v);
	g->node[p->q].out[0] = fresh;
	checked(graph_add_node(g, OP_QUANTIZE_LINEAR, NULL, 3,
			       (int[]){ v, scalar(g, 1), g->node[p->q].in[2] }, 1, &out));
}

static int only_reader(const struct graph *g, int tensor)
{
	int reader = -1, readers = 0;

	for (int i = 0; i < g->n_node; i++)
		for (int k = 0; k < g->node[i].n_in; k++)
			if (g->node[i].in[k] == tensor) {
				reader = i;
				readers++;
			}
	return readers == 1 ? reader : -1;
}

static bool dequantised(const struct graph *g, int tensor, struct node *dq)
{
	int at = tensor < 0 ? -1 : graph_producer(g, tensor);

	if (at < 0 || g->node[at].op != OP_DEQUANTIZE_LINEAR)
		return false;
	*dq = g->node[at];
	return true;
}

static bool match(const struct graph *g, const struct node *n, int inputs, struct pattern *p)
{
	int at = only_reader(g, n->out[0]);

	p->relu = -1;
	if (at >= 0 && g->node[at].op == OP_RELU) {
		p->relu = at;
		at = only_reader(g, g->node[at].out[0]);
	}
	p->q = at;
	return at >= 0 && g->node[at].op == OP_QUANTIZE_LINEAR && dequantised(g, n->in[0], &p->x) &&
	       (inputs < 2 || dequantised(g, n->in[1], &p->y));
}

/* The largest sum that a ConvTranspose can meet: of what one output sees, any input. */
static double largest_sum(const struct graph *g, const struct node *n, const struct node *w,
			  const struct node *b)
{
	const struct tensor *t = &g->tensor[w->in[0]];
	const int8_t *v = t->data;
	const int64_t *d = t->shape.dim, *s = n->attr.conv.stride;
	double worst = 0, bias = 0;

	for (int64_t c = 0; b && c < shape_count(&g->tensor[b->in[0]].shape); c++)
		bias = fmax(bias, fabs((double)((const int32_t *)g->tensor[b->in[0]].data)[c]));
	for (int64_t c = 0; c < d[1]; c++)
		for (int64_t phase = 0; phase < s[0] * s[1]; phase++) {
			double sum = 0;

			for (int64_t i = 0; i < d[0]; i++)
				for (int64_t ky = phase / s[1]; ky < d[2]; ky += s[0])
					for (int64_t kx = phase % s[1]; kx < d[3]; kx += s[1])
						sum += 255 * fabs((double)v[((i * d[1] + c) * d[2] + ky) * d[3] + kx]);
			worst = fmax(worst, sum);
		}
	return worst + bias;
}

static bool exact_deconv(struct graph *g, int at)
{
	struct node n = g->node[at], b = { 0 };
	struct pattern p;
	int in[3], scale, acc;

	if (!match(g, &n, 2, &p) || (n.n_in > 2 && !dequantised(g, n.in[2], &b)) ||
	    n.attr.conv.group != 1 || n.attr.conv.dilation[0] != 1 || n.attr.conv.dilation[1] != 1)
		return false;
	if (g->tensor[p.y.in[0]].dtype != DTYPE_I8 || g->tensor[p.y.in[0]].shape.rank != 4 ||
	    largest_sum(g, &n, &p.y, n.n_in > 2 ? &b : NULL) >= 0x1p24)
		return false;
	scale = binary(g, OP_MUL, DTYPE_F32, channel_scales(g, p.y.in[1]), p.x.in[1]);
	scale = binary(g, OP_DIV, DTYPE_F32, scale, g->node[p.q].in[1]);
	in[0] = whole_numbers(g, &p.x);
	in[1] = whole_numbers(g, &p.y);
	if (n.n_in > 2)
		in[2] = whole_numbers(g, &b);
	acc = make(g, OP_CONV_TRANSPOSE, DTYPE_F32, n.n_in, in);
	g->node[g->n_node - 1].attr = n.attr;
	quantise(g, &p, binary(g, OP_MUL, DTYPE_F32, acc, scale));
	return true;
}

static double const_of(const struct graph *g, int tensor)
{
	return (double)*(const float *)g->tensor[tensor].data;
}

static int product64(struct graph *g, const struct node *dq)
{
	double scale = const_of(g, dq->in[1]);
	int v = cast(g, whole_numbers(g, dq), DTYPE_F64);

	return binary(g, OP_MUL, DTYPE_F64, v, scalar64(g, scale));
}

static bool exact_add(struct graph *g, int at)
{
	struct node n = g->node[at];
	struct pattern p;
	int a, v, magic;

	if (!match(g, &n, 2, &p))
		return false;
	a = product64(g, &p.x);
	v = binary(g, OP_ADD, DTYPE_F64, a, product64(g, &p.y));
	v = binary(g, OP_DIV, DTYPE_F64, v, scalar64(g, const_of(g, g->node[p.q].in[1])));
	/* The nearest whole number, ties to even. */
	magic = scalar64(g, 0x1.8p52);
	v = binary(g, OP_ADD, DTYPE_F64, v, magic);
	v = binary(g, OP_SUB, DTYPE_F64, v, magic);
	quantise(g, &p, cast(g, v, DTYPE_F32));
	return true;
}

static bool exact_resize(struct graph *g, int at)
{
	struct node n = g->node[at];
	const struct shape *x = &g->tensor[n.in[0]].shape, *y = &g->tensor[n.out[0]].shape;
	struct pattern p;
	int in[4], v, scale;

	if (n.attr.resize.mode != RESIZE_LINEAR || n.n_in > 4 || !match(g, &n, 1, &p))
		return false;
	for (int i = 0; i < 4; i++)
		if (x->dim[i] != y->dim[i] && 2 * x->dim[i] != y->dim[i] && 4 * x->dim[i] != y->dim[i])
			return false;
	scale = binary(g, OP_DIV, DTYPE_F32, channel_scales(g, p.x.in[1]), g->node[p.q].in[1]);
	memcpy(in, n.in, (size_t)n.n_in * sizeof(*in));
	in[0] = whole_numbers(g, &p.x);
	v = make(g, OP_RESIZE, DTYPE_F32, n.n_in, in);
	g->node[g->n_node - 1].attr = n.attr;
	quantise(g, &p, binary(g, OP_MUL, DTYPE_F32, v, scale));
	return true;
}

int to_exact_form(struct graph *g)
{
	int n = g->n_node, exact = to_integer_form(g);

	for (int i = 0; i < n; i++) {
		if (g->node[i].op == OP_CONV_TRANSPOSE)
			exact += exact_deconv(g, i);
		else if (g->node[i].op == OP_ADD)
			exact += exact_add(g, i);
		else if (g->node[i].op == OP_RESIZE)
			exact += exact_resize(g, i);
	}
	return exact;
}
