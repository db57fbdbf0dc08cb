/* SPDX-License-Identifier: MIT */
/* Convolutions, transposed ones, and matrix products with constant weights. */
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lower.h"
#include "ref.h"

/* Constant int8 weights with a scale for the whole or for each output channel. */
struct weights {
	const struct tensor *data, *scale, *zero;
};

static const char in_three_dimensions[] = "the core has no convolution in three dimensions";

static float weight_scale(const struct weights *w, int64_t oc)
{
	return ((const float *)w->scale->data)[shape_count(&w->scale->shape) > 1 ? oc : 0];
}

static bool one_or(const struct tensor *t, int64_t n)
{
	return shape_count(&t->shape) == 1 || shape_count(&t->shape) == n;
}

static bool usable(float scale)
{
	return scale > 0 && scale < 0x1p100f;
}

/* channels: output channels. */
static int check_weights(struct lower *lo, int node, const struct weights *w, int64_t channels)
{
	if (!w->data || (w->data->dtype != DTYPE_I8 && w->data->dtype != DTYPE_U8))
		return lower_reason(lo, node,
				    "its weights are not constant and int8; quantise the model");
	if (!w->scale || w->scale->dtype != DTYPE_F32 || !one_or(w->scale, channels))
		return lower_reason(
			lo, node,
			"its weights' scale is neither one constant nor one per output channel");
	for (int64_t i = 0; i < shape_count(&w->scale->shape); i++)
		if (!usable(((const float *)w->scale->data)[i]))
			return lower_reason(lo, node, "a scale of its weights is not positive");
	return MATCH;
}

/* The weights of a float operator: behind a DequantizeLinear of a constant. */
static struct weights float_weights(struct lower *lo, const struct node *n, int input, int axis)
{
	int p = input < n->n_in && n->in[input] >= 0 ? lo->producer[n->in[input]] : -1;
	const struct node *d = p >= 0 ? &lo->g->node[p] : NULL;
	struct weights w = { 0 };
	int64_t at;

	if (!d || d->op != OP_DEQUANTIZE_LINEAR)
		return w;
	w.data = lower_const(lo, d, 0);
	w.scale = lower_const(lo, d, 1);
	w.zero = lower_const(lo, d, 2);
	if (!w.data || !w.scale)
		return (struct weights){ 0 };
	if (d->n_in > 2 && d->in[2] >= 0 && !w.zero)
		return (struct weights){ 0 };
	at = d->attr.axis.axis < 0 ? d->attr.axis.axis + w.data->shape.rank : d->attr.axis.axis;
	if (shape_count(&w.scale->shape) > 1 && at != axis)
		w.scale = NULL;
	lower_cover(lo, p);
	return w;
}

/* Less its zero point; false: not an int8. */
static bool weight_at(const struct weights *w, int64_t i, int64_t oc, int8_t *v)
{
	int raw = w->data->dtype == DTYPE_U8 ? ((const uint8_t *)w->data->data)[i] - 128
					     : ((const int8_t *)w->data->data)[i];
	int less = raw - lower_zero(w->zero, oc, w->data->dtype);

	*v = (int8_t)less;
	return less >= -128 && less <= 127;
}

/* ---- bias ---- */

struct bias {
	const struct tensor *data, *scale; /* scale NULL: that of the accumulator */
};

/* A zero point of int32, of which nothing is to be subtracted. */
static bool all_zero(const struct tensor *t)
{
	if (!t || t->dtype != DTYPE_I32)
		return false;
	for (int64_t i = 0; i < shape_count(&t->shape); i++)
		if (((const int32_t *)t->data)[i])
			return false;
	return true;
}

/* Behind a DequantizeLinear; absent: data NULL. */
static int float_bias(struct lower *lo, int node, int input, struct bias *b)
{
	const struct node *n = &lo->g->node[node], *d;
	int p;

	*b = (struct bias){ 0 };
	if (input >= n->n_in || n->in[input] < 0)
		return MATCH;
	p = lo->producer[n->in[input]];
	d = p >= 0 ? &lo->g->node[p] : NULL;
	if (!d || d->op != OP_DEQUANTIZE_LINEAR || !lower_const(lo, d, 0) || !lower_const(lo, d, 1))
		return lower_reason(
			lo, node,
			"its bias is no constant behind a DequantizeLinear; quantise it");
	b->data = lower_const(lo, d, 0);
	b->scale = lower_const(lo, d, 1);
	if (b->data->dtype != DTYPE_I32 || b->scale->dtype != DTYPE_F32)
		return lower_reason(lo, node, "its bias is not int32");
	if (d->n_in > 2 && d->in[2] >= 0 && !all_zero(lower_const(lo, d, 2)))
		return lower_reason(lo, node, "its bias has a zero point that is not 0");
	lower_cover(lo, p);
	return MATCH;
}

/* In units of the accumulator: xs * ws.  A bias of another scale is rounded to it. */
static bool bias_at(const struct bias *b, int64_t oc, double unit, int32_t *v)
{
	double scale, real;

	*v = 0;
	if (!b->data)
		return true;
	*v = ((const int32_t *)b->data->data)[shape_count(&b->data->shape) > 1 ? oc : 0];
	if (!b->scale)
		return true;
	scale = ((const float *)b->scale->data)[shape_count(&b->scale->shape) > 1 ? oc : 0];
	if (fabs(scale - unit) <= 1e-5 * unit)
		return true;
	real = nearbyint(*v * scale / unit);
	if (!(fabs(real) < 0x1p30)) /* nor if it is no number */
		return false;
	*v = (int32_t)real;
	return true;
}

/* ---- layers ---- */

/* What all of them have beside the weights. */
struct product {
	struct operand x;
	struct weights w;
	struct bias b;
	const struct target *t;
};

static int alloc_layer(struct layer *l)
{
	size_t n = (size_t)l->out_ch * (size_t)l->y.k * (size_t)l->x.k *
		   (size_t)(l->in_ch / l->groups);

	l->weights = malloc(n + 1);
	l->bias = malloc((size_t)l->out_ch * sizeof(*l->bias));
	l->scale = malloc((size_t)l->out_ch * sizeof(*l->scale));
	if (l->weights && l->bias && l->scale)
		return 0;
	return error(-ENOMEM, "out of memory for %zu weights", n);
}

static int set_channels(struct lower *lo, int node, struct layer *l, const struct product *p)
{
	l->in_zp = l->pad_value = p->x.zp;
	l->zp = p->t->zp;
	l->min = p->t->min;
	l->max = p->t->max;
	for (int c = 0; c < l->out_ch; c++) {
		float ws = weight_scale(&p->w, c);

		if (!bias_at(&p->b, c, (double)p->x.scale * ws, &l->bias[c]))
			return lower_reason(
				lo, node,
				"its bias does not fit in int32 at the scale of the product");
		l->scale[c] = lower_requant_scale(p->x.scale, ws, p->t->scale);
	}
	return MATCH;
}

/* Whether ONNX's weights [a][b][ky][kx] have their output channels first or second. */
static int set_weights(struct lower *lo, int node, struct layer *l, const struct product *p)
{
	int ig = l->in_ch / l->groups, og = l->out_ch / l->groups, taps = l->y.k * l->x.k;
	bool fits = true;

	for (int oc = 0; oc < l->out_ch; oc++)
		for (int k = 0; k < taps; k++)
			for (int i = 0; i < ig; i++) {
				int64_t at = l->deconv ? (int64_t)(oc / og * ig + i) * og + oc % og
						       : (int64_t)oc * ig + i;

				fits = weight_at(&p->w, at * taps + k, oc,
						 &l->weights[((int64_t)oc * taps + k) * ig + i]) &&
				       fits;
			}
	if (!fits)
		return lower_reason(lo, node,
				    "its weights less their zero point do not fit in int8");
	return MATCH;
}

/* A failed pattern leaves no layer. */
static int keep(struct lower *lo, int result)
{
	if (result != MATCH)
		lower_drop_layer(lo, lo->net->n_layer - 1);
	return result;
}

static bool set_axis(struct axis *a, const struct ref_conv *g, int i)
{
	if (g->in[i] > 1 << 16 || g->out[i] > 1 << 16 || g->kernel[i] > 1 << 10 ||
	    g->stride[i] > 1 << 10 || g->dilation[i] > 1 << 10 || g->pad_begin[i] > 1 << 12 ||
	    g->pad_begin[i] < -(1 << 12))
		return false;
	*a = (struct axis){ .in = (int)g->in[i],
			    .out = (int)g->out[i],
			    .k = (int)g->kernel[i],
			    .stride = (int)g->stride[i],
			    .dilation = (int)g->dilation[i],
			    .pad = (int)g->pad_begin[i] };
	return true;
}

static int conv_layer(struct lower *lo, int node, const struct product *p)
{
	const struct node *n = &lo->g->node[node];
	const struct shape *w = &p->w.data->shape;
	struct ref_conv g;
	struct layer *l;
	int out = lower_act(lo, p->t->tensor), err;

	if (out < 0)
		return out == -ENOMEM ? out
				      : lower_reason(lo, node,
						     "its output has no shape that the core knows");
	err = ref_conv_geometry(n, &lo->g->tensor[p->x.tensor].shape, w, &g);
	assert(!err); /* or graph_infer() had refused it */
	l = lower_new_layer(lo, node, LAYER_CONV, p->x.act, out);
	if (!l)
		return -ENOMEM;
	l->deconv = g.transposed;
	l->groups = (int)g.group;
	if (!set_axis(&l->y, &g, 1) || !set_axis(&l->x, &g, 2) || l->y.stride > 8 ||
	    l->x.stride > 8)
		return keep(lo, lower_reason(
					lo, node,
					"its kernel, stride or padding is too large for the core"));
	if (!lower_padding_fits(l))
		return keep(lo, lower_reason(lo, node, "its padding is too large for the core"));
	l->win_y.out = l->y.out;
	l->win_x.out = l->x.out;
	l->macs = (uint64_t)g.batch * (uint64_t)l->out_ch * (uint64_t)(l->in_ch / l->groups) *
		  (uint64_t)(l->y.k * l->x.k) *
		  (l->deconv ? (uint64_t)l->y.in * (uint64_t)l->x.in
			     : (uint64_t)l->y.out * (uint64_t)l->x.out);
	err = alloc_layer(l);
	if (err)
		return keep(lo, err);
	err = set_weights(lo, node, l, p);
	if (err == MATCH)
		err = set_channels(lo, node, l, p);
	return keep(lo, err);
}

int lower_conv(struct lower *lo, int node, const struct target *t)
{
	const struct node *n = &lo->g->node[node];
	bool deconv = n->op == OP_CONV_TRANSPOSE;
	struct product p = { .t = t };
	int err;

	if (n->attr.conv.spatial > 2)
		return lower_reason(lo, node, "%s", in_three_dimensions);
	if (!lower_operand(lo, n->in[0], false, &p.x) || !p.x.known)
		return lower_reason(lo, node, "its input is not int8; quantise the model");
	p.w = float_weights(lo, n, 1, deconv);
	if (deconv && n->attr.conv.group > 1 && p.w.scale && shape_count(&p.w.scale->shape) > 1)
		return lower_reason(
			lo, node,
			"scales per channel of a transposed convolution in groups are ambiguous");
	err = check_weights(lo, node, &p.w, lo->g->tensor[n->out[0]].shape.dim[1]);
	if (err == MATCH)
		err = float_bias(lo, node, 2, &p.b);
	return err == MATCH ? conv_layer(lo, node, &p) : err;
}

/* ---- matrix products ---- */

/* [M, K] times constant [K, N]: M pixels with K channels; or a picture that was flattened. */
struct matrix {
	int64_t k, n;
	bool transposed; /* the weights are [N, K] */
};

static int dense_layer(struct lower *lo, int node, const struct product *p, const struct matrix *m)
{
	int out = lower_act(lo, p->t->tensor), err = MATCH;
	const struct act *x;
	struct layer *l;
	bool fits = true;

	if (out < 0)
		return out == -ENOMEM ? out
				      : lower_reason(lo, node,
						     "its output has no shape that the core knows");
	x = &lo->net->act[p->x.act];
	if (lo->net->act[out].h * lo->net->act[out].w != 1 || lo->net->act[out].n != x->n ||
	    (int64_t)x->h * x->w * x->c != m->k || x->h > 1024 || x->w > 1024)
		return lower_reason(lo, node,
				    "its input is no batch of vectors or flattened pictures");
	l = lower_new_layer(lo, node, LAYER_CONV, p->x.act, out);
	if (!l)
		return -ENOMEM;
	/* A kernel that covers the picture; vectors are the pixels of one picture. */
	l->y.k = x->h;
	l->x.k = x->w;
	if (x->h * x->w == 1)
		l->x.in = l->x.out = l->win_x.out = x->n;
	l->macs = (uint64_t)x->n * (uint64_t)m->k * (uint64_t)m->n;
	if (alloc_layer(l))
		return keep(lo, -ENOMEM);
	for (int oc = 0; oc < l->out_ch; oc++)
		for (int yx = 0; yx < x->h * x->w; yx++)
			for (int c = 0; c < x->c; c++) {
				int64_t k = (int64_t)c * x->h * x->w + yx; /* NCHW */
				int64_t at = m->transposed ? oc * m->k + k : k * m->n + oc;

				fits = weight_at(
					       &p->w, at, oc,
					       &l->weights[((int64_t)oc * x->h * x->w + yx) * x->c +
							   c]) &&
				       fits;
			}
	if (!fits)
		err = lower_reason(lo, node,
				   "its weights less their zero point do not fit in int8");
	if (err == MATCH)
		err = set_channels(lo, node, l, p);
	return keep(lo, err);
}

/* A column is as many elements of a square product as a row, but one for each row. */
static bool one_per_column(const struct shape *c, int64_t columns)
{
	return shape_count(c) == 1 ||
	       (shape_count(c) == columns && c->dim[c->rank - 1] == columns);
}

static int check_matrix(struct lower *lo, int node, const struct tensor *w, bool transposed,
			struct matrix *m)
{
	if (!w || w->shape.rank != 2)
		return lower_reason(lo, node, "its weights are not a constant matrix");
	*m = (struct matrix){ w->shape.dim[transposed ? 1 : 0], w->shape.dim[transposed ? 0 : 1],
			      transposed };
	return MATCH;
}

int lower_dense(struct lower *lo, int node, const struct target *t)
{
	const struct node *n = &lo->g->node[node];
	bool gemm = n->op == OP_GEMM, transposed = gemm && n->attr.gemm.trans_b;
	struct product p = { .t = t };
	struct matrix m = { 0 };
	int err;

	if (gemm && (n->attr.gemm.alpha != 1 || n->attr.gemm.trans_a ||
		     (n->n_in > 2 && n->attr.gemm.beta != 1)))
		return lower_reason(lo, node, "the core has no alpha, beta or transA");
	if (!lower_operand(lo, n->in[0], true, &p.x) || !p.x.known)
		return lower_reason(lo, node, "its input is not int8; quantise the model");
	p.w = float_weights(lo, n, 1, !transposed);
	err = check_matrix(lo, node, p.w.data, transposed, &m);
	if (err == MATCH)
		err = check_weights(lo, node, &p.w, m.n);
	if (err == MATCH && gemm)
		err = float_bias(lo, node, 2, &p.b);
	if (err == MATCH && p.b.data && !one_per_column(&p.b.data->shape, m.n))
		err = lower_reason(lo, node, "its bias is not one per output");
	return err == MATCH ? dense_layer(lo, node, &p, &m) : err;
}

/* ---- QLinearConv, QLinearMatMul ---- */

static int qlinear_operand(struct lower *lo, int node, int input, struct operand *x)
{
	const struct node *n = &lo->g->node[node];
	const struct tensor *zero = lower_const(lo, n, input + 2);

	if (!lower_operand(lo, n->in[input], n->op == OP_QLINEAR_MATMUL, x))
		return lower_reason(lo, node, "its input %d is constant, or has no shape that the core knows", input);
	if (!lower_scalar(lower_const(lo, n, input + 1), &x->scale) || !usable(x->scale))
		return lower_reason(lo, node, "the scale of input %d is not one constant", input);
	if (n->in[input + 2] >= 0 && (!zero || shape_count(&zero->shape) != 1))
		return lower_reason(lo, node, "the zero point of input %d is not one constant", input);
	x->zp = lower_zero(zero, 0, lo->g->tensor[n->in[input]].dtype);
	return MATCH;
}

static int qlinear_target(struct lower *lo, int node, int input, struct target *t)
{
	const struct node *n = &lo->g->node[node];

	*t = (struct target){ .tensor = n->out[0], .min = -128, .max = 127 };
	if (!lower_scalar(lower_const(lo, n, input), &t->scale) || !usable(t->scale) ||
	    (input + 1 < n->n_in && n->in[input + 1] >= 0 && !lower_const(lo, n, input + 1)))
		return lower_reason(lo, node, "its output's scale is not one constant");
	t->zp = lower_zero(lower_const(lo, n, input + 1), 0, lo->g->tensor[t->tensor].dtype);
	return MATCH;
}

static int qlinear_product(struct lower *lo, int node)
{
	const struct node *n = &lo->g->node[node];
	struct product p = { 0 };
	struct target t;
	struct matrix m = { 0 };
	int err;

	if (n->op == OP_QLINEAR_CONV && n->attr.conv.spatial > 2)
		return lower_reason(lo, node, "%s", in_three_dimensions);
	err = qlinear_operand(lo, node, 0, &p.x);
	if (err == MATCH)
		err = qlinear_target(lo, node, 6, &t);
	if (err != MATCH)
		return err;
	p.t = &t;
	p.w = (struct weights){ lower_const(lo, n, 3), lower_const(lo, n, 4), lower_const(lo, n, 5) };
	p.b.data = lower_const(lo, n, 8);
	if (n->op == OP_QLINEAR_MATMUL)
		err = check_matrix(lo, node, p.w.data, false, &m);
	if (err == MATCH)
		err = check_weights(
			lo, node, &p.w,
			n->op == OP_QLINEAR_MATMUL ? m.n : lo->g->tensor[n->out[0]].shape.dim[1]);
	if (err == MATCH && n->n_in > 8 && n->in[8] >= 0 &&
	    (!p.b.data || p.b.data->dtype != DTYPE_I32))
		err = lower_reason(lo, node, "its bias is not constant");
	if (err != MATCH)
		return err;
	return n->op == OP_QLINEAR_MATMUL ? dense_layer(lo, node, &p, &m)
					  : conv_layer(lo, node, &p);
}

static int qlinear_add(struct lower *lo, int node)
{
	struct operand a, b;
	struct target t;
	int err = qlinear_operand(lo, node, 0, &a);

	if (err == MATCH)
		err = qlinear_operand(lo, node, 3, &b);
	if (err == MATCH)
		err = qlinear_target(lo, node, 6, &t);
	return err == MATCH ? lower_add(lo, node, &a, &b, &t) : err;
}

static int qlinear_concat(struct lower *lo, int node)
{
	const struct node *n = &lo->g->node[node];
	int parts = (n->n_in - 2) / 3, err;
	struct operand *in = calloc((size_t)parts + 1, sizeof(*in));
	struct target t;

	if (!in)
		return error(-ENOMEM, "out of memory for %d operands", parts);
	err = qlinear_target(lo, node, 0, &t);
	for (int i = 0; err == MATCH && i < parts; i++) {
		err = qlinear_operand(lo, node, 2 + 3 * i, &in[i]);
		in[i].known = true;
	}
	if (err == MATCH)
		err = lower_concat(lo, node, in, parts, &t);
	free(in);
	return err;
}

int lower_qlinear(struct lower *lo, int node)
{
	switch (lo->g->node[node].op) {
	case OP_QLINEAR_ADD:
		return qlinear_add(lo, node);
	case OP_QLINEAR_CONCAT:
		return qlinear_concat(lo, node);
	case OP_QLINEAR_LEAKY_RELU:
		return lower_table(lo, node);
	default:
		return qlinear_product(lo, node);
	}
}
