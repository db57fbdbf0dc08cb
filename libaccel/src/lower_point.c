/* SPDX-License-Identifier: MIT */
/* Pointwise operators through the table, and additions. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lower.h"
#include "ref.h"

/* Depthwise: `weight` at every tap, one scale. */
int lower_fill(struct layer *l, int8_t weight, float scale)
{
	size_t n = (size_t)l->out_ch * (size_t)l->y.k * (size_t)l->x.k;

	l->groups = l->out_ch;
	l->weights = malloc(n + 1);
	l->bias = calloc((size_t)l->out_ch, sizeof(*l->bias));
	l->scale = malloc((size_t)l->out_ch * sizeof(*l->scale));
	if (!l->weights || !l->bias || !l->scale)
		return error(-ENOMEM, "out of memory for %zu weights", n);
	memset(l->weights, weight, n);
	for (int c = 0; c < l->out_ch; c++)
		l->scale[c] = scale;
	return 0;
}

/* Zero points of 0 and a scale of 1 leave every value as it is. */
struct layer *lower_identity(struct lower *lo, int node, int in, int out)
{
	struct layer *l = lower_new_layer(lo, node, LAYER_CONV, in, out);

	if (l && lower_fill(l, 1, 1)) {
		lower_drop_layer(lo, lo->net->n_layer - 1);
		return NULL;
	}
	return l;
}

/* ---- tables ---- */

/*
 * A float tensor as a function of one int8 tensor: all of its values at once, in vectors of 256.
 * The nodes are the reference's, so the table is what the reference computes.
 */
struct function {
	struct lower *lo;
	int leaf; /* the int8 tensor, or -1 so far */
	int budget; /* nodes that may still be evaluated */
	bool failed; /* out of memory */
};

static bool is_pointwise(enum op op)
{
	switch (op) {
	case OP_ADD:
	case OP_CLIP:
	case OP_DEQUANTIZE_LINEAR:
	case OP_DIV:
	case OP_ELU:
	case OP_HARD_SIGMOID:
	case OP_HARD_SWISH:
	case OP_IDENTITY:
	case OP_LEAKY_RELU:
	case OP_MUL:
	case OP_PRELU:
	case OP_QLINEAR_LEAKY_RELU:
	case OP_QUANTIZE_LINEAR:
	case OP_RELU:
	case OP_SIGMOID:
	case OP_SUB:
	case OP_TANH:
		return true;
	default:
		return false;
	}
}

static const struct shape vector = { .rank = 1, .dim = { 256 } };

static bool leaf_values(struct function *f, int tensor, struct value *v)
{
	const struct tensor *t = &f->lo->g->tensor[tensor];
	uint8_t *data;

	if (f->leaf >= 0 && f->leaf != tensor)
		return false;
	f->leaf = tensor;
	data = malloc(256);
	if (!data) {
		f->failed = true;
		return false;
	}
	for (int i = 0; i < 256; i++)
		data[i] = (uint8_t)(t->dtype == DTYPE_U8 ? i : i - 128);
	*v = (struct value){ t->dtype, vector, data };
	return true;
}

static bool evaluate(struct function *f, int tensor, struct value *v);

enum { MAX_IN = 8 };

/* Operands: constants of one element as they are, everything else as a vector. */
static bool operands(struct function *f, const struct node *n, struct value *v,
		     const struct value **in, bool *owned)
{
	for (int i = 0; i < n->n_in; i++) {
		const struct tensor *t = n->in[i] >= 0 ? &f->lo->g->tensor[n->in[i]] : NULL;

		if (!t)
			continue;
		in[i] = &v[i];
		if (t->data) {
			if (shape_count(&t->shape) != 1)
				return false;
			v[i] = (struct value){ t->dtype, t->shape, (void *)t->data };
			v[i].shape.rank = v[i].shape.rank ? 1 : 0;
			continue;
		}
		owned[i] = evaluate(f, n->in[i], &v[i]);
		if (!owned[i])
			return false;
	}
	return true;
}

static bool apply(struct function *f, const struct node *n, struct value *out)
{
	struct value v[MAX_IN] = { 0 };
	const struct value *in[MAX_IN] = { NULL };
	bool owned[MAX_IN] = { false }, good;

	good = n->n_in <= MAX_IN && n->n_out == 1 && operands(f, n, v, in, owned);
	*out = (struct value){ 0 };
	good = good && !ref_infer(n, in, out) && shape_count(&out->shape) == 256;
	if (good) {
		out->data = malloc(256 * dtype_size(out->dtype) + 8);
		f->failed = f->failed || !out->data;
		good = out->data && !ref_eval(n, in, out);
		out->shape = vector;
	}
	for (int i = 0; i < n->n_in && i < MAX_IN; i++)
		if (owned[i])
			free(v[i].data);
	if (!good)
		free(out->data);
	return good;
}

/* v->data is the caller's when this returns true. */
static bool evaluate(struct function *f, int tensor, struct value *v)
{
	const struct lower *lo = f->lo;
	int p = lo->producer[tensor];
	const struct node *n = p >= 0 ? &lo->g->node[p] : NULL;

	if (f->budget-- <= 0 || lo->g->tensor[tensor].data)
		return false;
	if (lower_is_int8(lo, tensor))
		return leaf_values(f, tensor, v);
	if (!n || !is_pointwise(n->op) || n->op == OP_QUANTIZE_LINEAR ||
	    (f->leaf >= 0 &&
	     !shape_equal(&lo->g->tensor[tensor].shape, &lo->g->tensor[f->leaf].shape)))
		return false;
	lower_cover(f->lo, p);
	return apply(f, n, v);
}

/* The node whose output is int8: a QuantizeLinear or QLinearLeakyRelu. */
int lower_table(struct lower *lo, int node)
{
	const struct node *n = &lo->g->node[node];
	struct function f = { .lo = lo, .leaf = -1, .budget = 64 };
	int above = n->op == OP_QUANTIZE_LINEAR ? lo->producer[n->in[0]] : -1, in, out;
	struct value v;
	struct layer *l;

	lower_cover(lo, node);
	if (!apply(&f, n, &v)) {
		if (f.failed)
			return error(-ENOMEM, "out of memory for a table");
		if (above >= 0 && !is_pointwise(lo->g->node[above].op))
			return lower_reason(lo, above, "the core has no %s",
					    op_name(lo->g->node[above].op));
		return lower_reason(lo, above >= 0 ? above : node,
				    "it is no function of one int8 tensor; "
				    "quantise the tensors between the operators");
	}
	in = lower_act(lo, f.leaf);
	out = lower_act(lo, n->out[0]);
	if (in < 0 || out < 0 ||
	    !shape_equal(&lo->g->tensor[f.leaf].shape, &lo->g->tensor[n->out[0]].shape)) {
		free(v.data);
		return lower_reason(lo, node, "its tensors have no shape that the core knows");
	}
	l = lower_identity(lo, above >= 0 ? above : node, in, out);
	if (l)
		l->table = malloc(256);
	for (int i = 0; l && l->table && i < 256; i++)
		l->table[i] = (int8_t)(((const uint8_t *)v.data)[i] ^
				       (v.dtype == DTYPE_U8 ? 0x80 : 0));
	free(v.data);
	return l && l->table ? MATCH : -ENOMEM;
}

/* ---- additions ---- */

/* Documentation/arithmetic.md, section 4. */
static struct residual residual_of(const struct operand *a, const struct operand *b,
				   const struct target *t)
{
	struct residual r = { .za = a->zp, .zb = b->zp, .zo = t->zp };
	double ra = (double)a->scale / t->scale, rb = (double)b->scale / t->scale;

	for (r.shift = 40; r.shift > 0; r.shift--)
		if (nearbyint(ldexp(ra, r.shift)) < 0x1p31 &&
		    nearbyint(ldexp(rb, r.shift)) < 0x1p31)
			break;
	r.mul_a = (uint32_t)fmin(nearbyint(ldexp(ra, r.shift)), 0x7fffffff);
	r.mul_b = (uint32_t)fmin(nearbyint(ldexp(rb, r.shift)), 0x7fffffff);
	return r;
}

static bool same_shape(const struct act *a, const struct act *b)
{
	return a->n == b->n && a->h == b->h && a->w == b->w && a->c == b->c;
}

/* The clamp comes behind the residual: one in front of it becomes part of the table. */
static int clamp_into_table(struct layer *l)
{
	if (l->min == -128 && l->max == 127)
		return 0;
	if (!l->table) {
		l->table = malloc(256);
		if (!l->table)
			return error(-ENOMEM, "out of memory for a table");
		for (int i = 0; i < 256; i++)
			l->table[i] = (int8_t)(i - 128);
	}
	for (int i = 0; i < 256; i++) {
		int v = l->table[i] < l->min ? l->min : l->table[i];

		l->table[i] = (int8_t)(v > l->max ? l->max : v);
	}
	return 0;
}

/* A convolution of which only this addition needs the output. */
static bool fusable(const struct lower *lo, int node, const struct operand *a, int other)
{
	int i = lower_producer_layer(lo, a->act);
	const struct layer *l = i >= 0 ? &lo->net->layer[i] : NULL;

	return l && l->kind == LAYER_CONV && l->res < 0 && !l->deconv && !layer_pools(l) &&
	       a->act != other && lo->net->act[a->act].parent < 0 &&
	       lower_only_use(lo, a->tensor, node) && (l->groups == 1 || l->in_ch == l->groups);
}

static struct layer *fuse(struct lower *lo, int node, const struct operand *a)
{
	struct net *net = lo->net;
	int at = lower_producer_layer(lo, a->act);
	struct layer l = net->layer[at];
	int *nodes = realloc(l.node, (size_t)(l.n_node + lo->n_trail + 1) * sizeof(*nodes));

	if (!nodes)
		return NULL;
	l.node = nodes;
	net->layer[at].node = nodes;
	if (clamp_into_table(&net->layer[at]))
		return NULL;
	l.table = net->layer[at].table;
	memcpy(nodes + l.n_node, lo->trail, (size_t)lo->n_trail * sizeof(*nodes));
	l.n_node += lo->n_trail;
	memmove(&net->layer[at], &net->layer[at + 1], (size_t)(net->n_layer - 1 - at) * sizeof(l));
	net->layer[net->n_layer - 1] = l;
	(void)node;
	return &net->layer[net->n_layer - 1];
}

int lower_add(struct lower *lo, int node, const struct operand *a, const struct operand *b,
	      const struct target *t)
{
	int out = lower_act(lo, t->tensor);
	const struct act *act = lo->net->act;
	const struct operand *swap;
	struct layer *l;

	if (out < 0)
		return out == -ENOMEM ? out
				      : lower_reason(lo, node,
						     "its output has no shape that the core knows");
	act = lo->net->act;
	if (!same_shape(&act[a->act], &act[out]) || !same_shape(&act[b->act], &act[out]))
		return lower_reason(lo, node, "its operands differ in shape");
	if (!fusable(lo, node, a, b->act) && fusable(lo, node, b, a->act)) {
		swap = a;
		a = b;
		b = swap;
	}
	l = fusable(lo, node, a, b->act) ? fuse(lo, node, a)
					 : lower_identity(lo, node, a->act, out);
	if (!l)
		return error(-ENOMEM, "out of memory for a layer");
	l->out = out;
	l->res = b->act;
	l->residual = residual_of(a, b, t);
	l->min = t->min;
	l->max = t->max;
	return MATCH;
}

int lower_float_add(struct lower *lo, int node, const struct target *t)
{
	const struct node *n = &lo->g->node[node];
	struct operand a, b;

	if (!lower_operand(lo, n->in[0], false, &a) || !a.known ||
	    !lower_operand(lo, n->in[1], false, &b) || !b.known)
		return lower_reason(lo, node, "its operands are not both int8; quantise the model");
	return lower_add(lo, node, &a, &b, t);
}
