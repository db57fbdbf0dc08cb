/* SPDX-License-Identifier: MIT */
/* Which tensors become int8, and which of them share a scale. */
#include <math.h>
#include <stdlib.h>

#include "error.h"
#include "quant_priv.h"

/* ---- what a node is ---- */

static bool is_float_const(const struct tensor *t, int rank)
{
	return t && t->dtype == DTYPE_F32 && t->shape.rank == rank;
}

static bool has_bias(const struct quant *q, const struct node *n)
{
	return n->n_in < 3 || n->in[2] < 0 || is_float_const(quant_const(q, n, 2), 1);
}

/* x * W + b, with one b per column. */
static bool is_plain_gemm(const struct quant *q, const struct node *n)
{
	const struct tensor *w = quant_const(q, n, 1), *bias = quant_const(q, n, 2);

	if (n->attr.gemm.alpha != 1 || n->attr.gemm.trans_a || !has_bias(q, n))
		return false;
	return !bias || (n->attr.gemm.beta == 1 &&
			 bias->shape.dim[0] == w->shape.dim[!n->attr.gemm.trans_b]);
}

static bool is_weighted(const struct quant *q, const struct node *n)
{
	const struct tensor *w = quant_const(q, n, 1);

	if (!w || w->dtype != DTYPE_F32 || shape_count(&w->shape) < 1 ||
	    !quant_is_activation(q, n->in[0]))
		return false;
	switch (n->op) {
	case OP_CONV:
	case OP_CONV_TRANSPOSE:
		return w->shape.rank >= 3 && n->attr.conv.group >= 1 && has_bias(q, n);
	case OP_GEMM:
		return w->shape.rank == 2 && is_plain_gemm(q, n);
	default:
		return w->shape.rank == 2;
	}
}

/* The tensor that a function of one element is of; -1: it is none, or not read once. */
static int function_operand(const struct quant *q, int tensor)
{
	const struct quant_tensor *t = tensor < 0 || tensor >= q->n_tensor ? NULL : &q->t[tensor];
	const struct node *n;

	if (!t || t->producer < 0 || t->readers != 1 || t->is_output)
		return -1;
	n = &q->g->node[t->producer];
	switch (n->op) {
	case OP_ADD:
	case OP_MUL:
	case OP_SUB:
	case OP_DIV:
		if (quant_is_scalar(quant_const(q, n, 0)))
			return n->in[1];
		return quant_is_scalar(quant_const(q, n, 1)) ? n->in[0] : -1;
	case OP_CLIP:
	case OP_ELU:
	case OP_HARD_SIGMOID:
	case OP_HARD_SWISH:
	case OP_LEAKY_RELU:
	case OP_RELU:
	case OP_SIGMOID:
	case OP_TANH:
		return n->in[0];
	default:
		return -1;
	}
}

#define MAX_CHAIN 16

/* Whether a is computed from b alone, element by element: x * sigmoid(x) is one function of x. */
static bool is_function_of(const struct quant *q, int a, int b)
{
	for (int i = 0; a >= 0 && i < MAX_CHAIN; i++) {
		a = function_operand(q, a);
		if (a == b)
			return a >= 0;
	}
	return false;
}

static enum quant_kind binary_kind(const struct quant *q, const struct node *n)
{
	if (quant_is_scalar(quant_const(q, n, 0)) || quant_is_scalar(quant_const(q, n, 1)))
		return QUANT_POINTWISE;
	if (is_function_of(q, n->in[0], n->in[1]) || is_function_of(q, n->in[1], n->in[0]))
		return QUANT_POINTWISE;
	return n->op == OP_DIV ? QUANT_FLOAT : QUANT_ARITHMETIC;
}

/* Absent, or a constant number. */
static bool is_limit(const struct quant *q, const struct node *n, int i)
{
	return i >= n->n_in || n->in[i] < 0 || quant_is_scalar(quant_const(q, n, i));
}

/* The value that is put around is 0, or one that is there. */
static bool pads_with_zero(const struct quant *q, const struct node *n)
{
	const struct tensor *v = quant_const(q, n, 2);

	if (n->attr.pad.mode != PAD_CONSTANT || n->n_in < 3 || n->in[2] < 0)
		return true;
	return quant_is_scalar(v) && *(const float *)v->data == 0;
}

enum quant_kind quant_kind(const struct quant *q, const struct node *n)
{
	switch (n->op) {
	case OP_CONV:
	case OP_CONV_TRANSPOSE:
	case OP_GEMM:
	case OP_MATMUL:
		return is_weighted(q, n) ? QUANT_WEIGHTED : QUANT_FLOAT;
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_DIV:
		return binary_kind(q, n);
	case OP_PRELU:
		return quant_is_scalar(quant_const(q, n, 1)) ? QUANT_POINTWISE : QUANT_FLOAT;
	case OP_AVERAGE_POOL:
	case OP_CONCAT:
	case OP_GLOBAL_AVERAGE_POOL:
	case OP_SUM:
		return QUANT_ARITHMETIC;
	case OP_RELU:
		return QUANT_CLAMP;
	case OP_CLIP:
		return is_limit(q, n, 1) && is_limit(q, n, 2) ? QUANT_CLAMP : QUANT_FLOAT;
	case OP_ELU:
	case OP_HARD_SIGMOID:
	case OP_HARD_SWISH:
	case OP_LEAKY_RELU:
	case OP_SIGMOID:
	case OP_TANH:
		return QUANT_POINTWISE;
	case OP_RESIZE:
		if (n->attr.resize.coord == RESIZE_TF_CROP)
			return QUANT_FLOAT;
		return n->attr.resize.mode == RESIZE_NEAREST ? QUANT_SAME : QUANT_ARITHMETIC;
	case OP_MAX_POOL:
		return n->n_out == 1 ? QUANT_SAME : QUANT_FLOAT;
	case OP_PAD:
		return pads_with_zero(q, n) ? QUANT_SAME : QUANT_FLOAT;
	case OP_DEPTH_TO_SPACE:
	case OP_FLATTEN:
	case OP_GLOBAL_MAX_POOL:
	case OP_IDENTITY:
	case OP_RESHAPE:
	case OP_SLICE:
	case OP_SPLIT:
	case OP_SQUEEZE:
	case OP_TRANSPOSE:
	case OP_UNSQUEEZE:
		return QUANT_SAME;
	default:
		return QUANT_FLOAT;
	}
}

/* ---- which tensors ---- */

/*
 * Whether the only reader of a node's output computes on from it in one go, so that the tensor in
 * between stays as it is: the clamp behind an operator, and chains of functions of one element.
 */
static bool is_inside(const struct quant *q, const struct node *n, bool clamps_before)
{
	const struct node *r = quant_only_reader(q, n);
	enum quant_kind kind = quant_kind(q, n), next;

	if (!r)
		return false;
	next = quant_kind(q, r);
	switch (kind) {
	case QUANT_WEIGHTED:
		return next == QUANT_CLAMP;
	case QUANT_ARITHMETIC:
		/* These move bytes if their inputs have their scale. */
		return next == QUANT_CLAMP && n->op != OP_CONCAT && n->op != OP_RESIZE;
	case QUANT_CLAMP:
		return next == QUANT_CLAMP || (next == QUANT_POINTWISE && !clamps_before);
	case QUANT_POINTWISE:
		return next == QUANT_POINTWISE || next == QUANT_CLAMP;
	default:
		return false;
	}
}

static void mark(struct quant *q, int tensor)
{
	if (quant_is_activation(q, tensor))
		q->t[tensor].quantised = true;
}

/* fused: nodes that are clamps of the operator before them. */
static void mark_node(struct quant *q, int index, bool *fused)
{
	const struct node *n = &q->g->node[index];
	enum quant_kind kind = quant_kind(q, n);

	if (kind == QUANT_FLOAT || kind == QUANT_SAME)
		return;
	/* Inputs first: one that is inside has not been marked by its producer. */
	for (int i = 0; i < n->n_in; i++) {
		const struct quant_tensor *t = n->in[i] < 0 || n->in[i] >= q->n_tensor
						       ? NULL : &q->t[n->in[i]];

		if (t && (t->producer < 0 || !is_inside(q, &q->g->node[t->producer],
							fused[t->producer])))
			mark(q, n->in[i]);
		else if (t && kind == QUANT_CLAMP)
			fused[index] = fused[t->producer] ||
				       quant_kind(q, &q->g->node[t->producer]) != QUANT_POINTWISE;
	}
	if (!is_inside(q, n, fused[index]))
		mark(q, n->out[0]);
}

/* Operators that keep values are quantised if anything around them is. */
static bool spread(struct quant *q, const struct node *n)
{
	bool any = quant_is_activation(q, n->in[0]) && q->t[n->in[0]].quantised, all = any;

	for (int i = 0; i < n->n_out; i++) {
		any = any || (n->out[i] >= 0 && q->t[n->out[i]].quantised);
		all = all && (n->out[i] < 0 || q->t[n->out[i]].quantised);
	}
	if (!any || all)
		return false;
	mark(q, n->in[0]);
	for (int i = 0; i < n->n_out; i++)
		if (n->out[i] >= 0)
			mark(q, n->out[i]);
	return true;
}

/* Each pass does one direction of any number of such operators in a row. */
static void spread_all(struct quant *q)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (int i = 0; i < q->g->n_node; i++)
			if (quant_kind(q, &q->g->node[i]) == QUANT_SAME)
				changed = spread(q, &q->g->node[i]) || changed;
		for (int i = q->g->n_node - 1; i >= 0; i--)
			if (quant_kind(q, &q->g->node[i]) == QUANT_SAME)
				changed = spread(q, &q->g->node[i]) || changed;
	}
}

int quant_plan(struct quant *q)
{
	bool *fused = calloc((size_t)q->g->n_node + 1, sizeof(*fused)), any = false;

	if (!fused)
		return error(-ENOMEM, "out of memory for %d nodes", q->g->n_node);
	quant_index(q);
	for (int i = 0; i < q->n_tensor; i++) {
		q->t[i].quantised = false;
		q->t[i].same = i;
	}
	for (int i = 0; i < q->g->n_node; i++)
		mark_node(q, i, fused);
	spread_all(q);
	for (int i = 0; i < q->n_tensor; i++)
		any = any || q->t[i].quantised;
	free(fused);
	return any ? 0 : error(-EINVAL, "nothing to quantise: no node computes what int8 can do");
}

/* ---- which scales ---- */

int quant_root(struct quant *q, int tensor)
{
	while (q->t[tensor].same != tensor) {
		q->t[tensor].same = q->t[q->t[tensor].same].same;
		tensor = q->t[tensor].same;
	}
	return tensor;
}

static void unite(struct quant *q, int a, int b)
{
	struct quant_seen *s, *from;

	a = quant_root(q, a);
	b = quant_root(q, b);
	if (a == b)
		return;
	s = &q->t[a].seen;
	from = &q->t[b].seen;
	q->t[b].same = a;
	s->lo = from->lo < s->lo ? from->lo : s->lo;
	s->hi = from->hi > s->hi ? from->hi : s->hi;
}

static float span(struct quant *q, int tensor)
{
	const struct quant_seen *s = &q->t[quant_root(q, tensor)].seen;

	return s->hi - s->lo;
}

static bool both_quantised(const struct quant *q, int a, int b)
{
	return quant_is_activation(q, a) && quant_is_activation(q, b) && q->t[a].quantised &&
	       q->t[b].quantised;
}

/*
 * A Concat whose inputs have its scale only moves bytes.  An input that nobody else reads loses
 * nothing by that, since it would be rounded to that scale anyway; another one may lose one bit.
 */
static void share_concat(struct quant *q, const struct node *n)
{
	for (int i = 0; i < n->n_in; i++) {
		int t = n->in[i];

		if (!both_quantised(q, t, n->out[0]))
			continue;
		if (q->t[t].readers == 1 || span(q, n->out[0]) <= 2 * span(q, t))
			unite(q, n->out[0], t);
	}
}

/*
 * Where a function changes by less than half a step of its output from there on, its input needs
 * no range.  false: it has no such ends.
 */
static bool useful_range(const struct quant *q, const struct node *n, float *lo, float *hi)
{
	const float alpha = n->attr.act.alpha, beta = n->attr.act.beta;

	*lo = -INFINITY;
	*hi = INFINITY;
	switch (n->op) {
	case OP_SIGMOID:
		*hi = 6.3f;
		*lo = -*hi;
		return true;
	case OP_TANH:
		*hi = 3.5f;
		*lo = -*hi;
		return true;
	case OP_HARD_SIGMOID:
		*lo = -beta / alpha;
		*hi = (1 - beta) / alpha;
		return alpha > 0;
	case OP_HARD_SWISH:
		*lo = -3;
		return true;
	case OP_RELU:
		*lo = 0;
		return true;
	case OP_CLIP:
		if (quant_is_scalar(quant_const(q, n, 1)))
			*lo = *(const float *)quant_const(q, n, 1)->data;
		if (quant_is_scalar(quant_const(q, n, 2)))
			*hi = *(const float *)quant_const(q, n, 2)->data;
		return true;
	default:
		return false;
	}
}

/* 0 stays in the range. */
static void limit_range(struct quant *q, const struct node *n)
{
	struct quant_tensor *t = quant_is_activation(q, n->in[0]) ? &q->t[n->in[0]] : NULL;
	float lo, hi;

	if (!t || !t->quantised || t->readers != 1 || t->is_output ||
	    !useful_range(q, n, &lo, &hi))
		return;
	if (lo > t->seen.lo)
		t->seen.lo = lo < 0 ? lo : 0;
	if (hi < t->seen.hi)
		t->seen.hi = hi > 0 ? hi : 0;
}

/* The ranges are those of quant_range() by now. */
int quant_share_scales(struct quant *q)
{
	for (int i = 0; i < q->g->n_node; i++)
		limit_range(q, &q->g->node[i]);
	for (int i = 0; i < q->g->n_node; i++) {
		const struct node *n = &q->g->node[i];

		for (int k = 0; quant_kind(q, n) == QUANT_SAME && k < n->n_out; k++)
			if (n->out[k] >= 0 && both_quantised(q, n->in[0], n->out[k]))
				unite(q, n->in[0], n->out[k]);
	}
	for (int i = 0; i < q->g->n_node; i++)
		if (q->g->node[i].op == OP_CONCAT)
			share_concat(q, &q->g->node[i]);
	for (int i = 0; i < q->n_tensor; i++)
		if (q->t[i].quantised && quant_root(q, i) == i)
			quant_scale(q->t[i].seen.lo, q->t[i].seen.hi, &q->t[i].scale,
				    &q->t[i].zero);
	return 0;
}
