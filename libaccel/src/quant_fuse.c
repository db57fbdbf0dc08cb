/* SPDX-License-Identifier: MIT */
/*
 * Patterns that are one function get one operator, so that they become one table instead of a
 * chain of roundings: x * clip(x + 3, 0, 6) / 6 in all its spellings is HardSwish.  A Sum of two is
 * an Add, and a mean over the picture a GlobalAveragePool.
 */
#include <math.h>

#include "quant_priv.h"

/* The node that writes a tensor which nobody else reads. */
static const struct node *private_producer(const struct quant *q, int tensor)
{
	const struct quant_tensor *t;

	if (tensor < 0 || tensor >= q->n_tensor)
		return NULL;
	t = &q->t[tensor];
	return t->producer >= 0 && t->readers == 1 && !t->is_output ? &q->g->node[t->producer]
								    : NULL;
}

static bool is_number(const struct tensor *t, float c)
{
	return quant_is_scalar(t) &&
	       fabsf(*(const float *)t->data - c) <= 1e-5f * fabsf(c);
}

/* op(x, c) with c constant: x, else -1. */
static int operand_beside(const struct quant *q, const struct node *n, enum op op, float c)
{
	if (!n || n->op != op)
		return -1;
	if (is_number(quant_const(q, n, 1), c))
		return n->in[0];
	return op != OP_DIV && is_number(quant_const(q, n, 0), c) ? n->in[1] : -1;
}

/* What is divided by six: x / 6 or x * (1/6). */
static int sixfold(const struct quant *q, const struct node *n)
{
	int x = operand_beside(q, n, OP_DIV, 6);

	return x >= 0 ? x : operand_beside(q, n, OP_MUL, 1.0f / 6);
}

/* Whether a tensor is clip(x + 3, 0, 6). */
static bool is_clipped(const struct quant *q, int tensor, int x)
{
	const struct node *n = private_producer(q, tensor);
	const struct tensor *lo, *hi;

	if (!n || n->op != OP_CLIP)
		return false;
	lo = quant_const(q, n, 1);
	hi = quant_const(q, n, 2);
	return quant_is_scalar(lo) && *(const float *)lo->data == 0 && is_number(hi, 6) &&
	       operand_beside(q, private_producer(q, n->in[0]), OP_ADD, 3) == x;
}

/* Whether a tensor is clip(x / 6 + 1/2, 0, 1). */
static bool is_gate(const struct quant *q, int tensor, int x)
{
	const struct node *n = private_producer(q, tensor);
	int clipped;

	if (!n)
		return false;
	if (n->op == OP_HARD_SIGMOID)
		return n->in[0] == x && fabsf(n->attr.act.alpha - 1.0f / 6) < 1e-5f &&
		       fabsf(n->attr.act.beta - 0.5f) < 1e-5f;
	clipped = sixfold(q, n);
	return clipped >= 0 && is_clipped(q, clipped, x);
}

/* x * gate(x) in either order: x, else -1. */
static int gated(const struct quant *q, const struct node *n,
		 bool (*gate)(const struct quant *q, int tensor, int x))
{
	if (!n || n->op != OP_MUL)
		return -1;
	if (gate(q, n->in[1], n->in[0]))
		return n->in[0];
	return gate(q, n->in[0], n->in[1]) ? n->in[1] : -1;
}

static int hard_swish_operand(const struct quant *q, const struct node *n)
{
	int x = gated(q, n, is_gate), product;

	if (x >= 0)
		return x;
	product = sixfold(q, n);
	return product < 0 ? -1 : gated(q, private_producer(q, product), is_clipped);
}

static bool is_picture_mean(const struct quant *q, const struct node *n)
{
	const struct tensor *axes = quant_const(q, n, 1);
	const int64_t *axis;

	if (n->op != OP_REDUCE_MEAN || !n->attr.reduce.keepdims || !axes ||
	    axes->dtype != DTYPE_I64 || shape_count(&axes->shape) != 2 ||
	    !quant_is_activation(q, n->in[0]) || q->t[n->in[0]].shape.rank != 4)
		return false;
	axis = axes->data;
	return (axis[0] == 2 || axis[0] == -2) && (axis[1] == 3 || axis[1] == -1);
}

static int fuse_node(struct quant *q, struct node *n)
{
	int x = hard_swish_operand(q, n);

	if (x >= 0 && quant_is_activation(q, x)) {
		n->op = OP_HARD_SWISH;
		return quant_set_inputs(n, 1, &x);
	}
	if (n->op == OP_SUM && n->n_in == 2)
		n->op = OP_ADD;
	if (is_picture_mean(q, n)) {
		n->op = OP_GLOBAL_AVERAGE_POOL;
		n->n_in = 1;
	}
	return 0;
}

int quant_fuse(struct quant *q)
{
	int err = 0;

	quant_index(q);
	for (int i = 0; !err && i < q->g->n_node; i++)
		err = fuse_node(q, &q->g->node[i]);
	return err ? err : graph_sort(q->g);
}
