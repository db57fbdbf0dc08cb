/* SPDX-License-Identifier: MIT */
/*
 * What is constant is computed, and factors and offsets per channel (BatchNormalization, Mul, Add
 * and the like) go into the weights and bias of the convolution before them.  Those that have none
 * become depthwise convolutions of one element, which the core computes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "quant_priv.h"
#include "ref.h"

/* ---- constants ---- */

static bool is_constant_node(const struct graph *g, const struct node *n)
{
	if (!graph_foldable(n->op))
		return false;
	for (int i = 0; i < n->n_in; i++)
		if (n->in[i] >= 0 && !g->tensor[n->in[i]].data)
			return false;
	return n->n_in > 0 && n->n_out == 1 && n->out[0] >= 0;
}

/* The inputs as values; NULL: out of memory.  free() the result. */
static struct value *constant_inputs(const struct graph *g, const struct node *n,
				     const struct value **list)
{
	struct value *in = calloc((size_t)n->n_in, sizeof(*in));

	for (int i = 0; in && i < n->n_in; i++) {
		const struct tensor *t = n->in[i] < 0 ? NULL : &g->tensor[n->in[i]];

		if (t)
			in[i] = (struct value){ t->dtype, t->shape, (void *)t->data };
		list[i] = t ? &in[i] : NULL;
	}
	return in;
}

/* What cannot be computed here stays as it is: that is no error. */
static int fold_value(struct graph *g, struct node *n, const struct value *const *in,
		      struct fold_budget *budget)
{
	struct tensor *t = &g->tensor[n->out[0]];
	struct error_state said;
	struct value y;

	error_save(&said);
	if (ref_infer(n, in, &y) || shape_count(&y.shape) < 0 || !dtype_size(y.dtype)) {
		error_restore(&said);
		return 0;
	}
	if (!graph_fold_take(budget, n, in, &y))
		return 0;
	y.data = calloc((size_t)shape_count(&y.shape) + 1, dtype_size(y.dtype));
	if (!y.data)
		return error(-ENOMEM, "out of memory for the value of '%s'", n->name);
	if (ref_eval(n, in, &y)) {
		free(y.data);
		error_restore(&said);
		return 0;
	}
	*t = (struct tensor){ t->name, y.dtype, true, y.shape, y.data, y.data };
	n->out[0] = -1;
	return 0;
}

static int fold_constant(struct graph *g, struct node *n, struct fold_budget *budget)
{
	const struct value **list = calloc((size_t)n->n_in, sizeof(*list));
	struct value *in = list ? constant_inputs(g, n, list) : NULL;
	int err;

	if (in)
		err = fold_value(g, n, list, budget);
	else
		err = error(-ENOMEM, "out of memory for the inputs of '%s'", n->name);
	free(in);
	free(list);
	return err;
}

/* graph_infer() does this too, but its result belongs to one shape of the inputs. */
int quant_fold_constants(struct graph *g)
{
	struct fold_budget budget = { GRAPH_FOLD_MAX, GRAPH_FOLD_READ_MAX };
	int err = graph_sort(g);

	for (int i = 0; !err && i < g->n_node; i++)
		if (is_constant_node(g, &g->node[i]))
			err = fold_constant(g, &g->node[i], &budget);
	return err ? err : graph_sort(g);
}

/* ---- affine operators ---- */

/* One number, or one per channel of something of this rank: its number of elements, else 0. */
static int64_t per_channel(const struct tensor *t, int rank, int64_t channels)
{
	int64_t count = t ? shape_count(&t->shape) : 0;
	int at = t ? t->shape.rank - (rank - 1) : -1;

	if (!t || t->dtype != DTYPE_F32 || t->shape.rank > rank || count < 1)
		return 0;
	if (count == 1)
		return 1;
	if (at < 0 || t->shape.dim[at] != count || (channels && count != channels))
		return 0;
	return count;
}

static int alloc_affine(struct quant_affine *a, int64_t channels)
{
	a->channels = channels;
	a->scale = malloc((size_t)(2 * channels) * sizeof(*a->scale));
	if (!a->scale)
		return error(-ENOMEM, "out of memory for %lld channels", (long long)channels);
	a->shift = a->scale + channels;
	return 1;
}

static bool is_list(const struct tensor *t, int64_t count)
{
	return t && t->dtype == DTYPE_F32 && t->shape.rank == 1 && t->shape.dim[0] == count;
}

static int match_batch_norm(const struct quant *q, const struct node *n, int64_t channels,
			    struct quant_affine *a)
{
	const struct tensor *c[5];
	const float *p[5];
	int err;

	for (int i = 1; i < 5; i++) {
		c[i] = quant_const(q, n, i);
		if (!is_list(c[i], channels))
			return 0;
		p[i] = c[i]->data;
	}
	err = alloc_affine(a, channels);
	for (int64_t k = 0; err > 0 && k < channels; k++) {
		double s = (double)p[1][k] / sqrt((double)p[4][k] + (double)n->attr.norm.epsilon);

		a->scale[k] = (float)s;
		a->shift[k] = (float)((double)p[2][k] - (double)p[3][k] * s);
	}
	return err;
}

static void set_affine(enum op op, bool x_first, float c, float *scale, float *shift)
{
	*scale = 1;
	*shift = 0;
	if (op == OP_MUL)
		*scale = c;
	else if (op == OP_DIV)
		*scale = 1 / c;
	else if (op == OP_ADD || !x_first)
		*shift = c;
	else
		*shift = -c;
	if (op == OP_SUB && !x_first)
		*scale = -1;
}

static int match_binary(const struct quant *q, const struct node *n, int x, int rank,
			int64_t channels, bool scalar, struct quant_affine *a)
{
	bool x_first = n->in[0] == x;
	const struct tensor *c = quant_const(q, n, x_first);
	int64_t count = per_channel(c, rank, channels);
	int err;

	if (!count || (count == 1 && !scalar) || (n->op == OP_DIV && !x_first))
		return 0;
	err = alloc_affine(a, count == 1 && channels ? channels : count);
	for (int64_t k = 0; err > 0 && k < a->channels; k++)
		set_affine(n->op, x_first, ((const float *)c->data)[count == 1 ? 0 : k],
			   &a->scale[k], &a->shift[k]);
	return err;
}

int quant_match_affine(const struct quant *q, const struct node *n, int x, int rank,
		       int64_t channels, bool scalar, struct quant_affine *a)
{
	*a = (struct quant_affine){ 0 };
	switch (n->op) {
	case OP_BATCH_NORMALIZATION:
		return n->in[0] == x ? match_batch_norm(q, n, channels, a) : 0;
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_DIV:
		return match_binary(q, n, x, rank, channels, scalar, a);
	default:
		return 0;
	}
}

/* ---- into a convolution ---- */

/* The output channel that a row (of all kernel elements) of the weights belongs to. */
static int64_t channel_of_row(const struct node *n, const struct shape *w, int64_t row)
{
	int64_t per_group = w->dim[1];

	if (n->op == OP_CONV)
		return row / w->dim[1];
	return row / per_group / (w->dim[0] / n->attr.conv.group) * per_group + row % per_group;
}

static int64_t out_channels(const struct node *n, const struct shape *w)
{
	return n->op == OP_CONV ? w->dim[0] : w->dim[1] * n->attr.conv.group;
}

static int scaled_weights(struct quant *q, const struct node *n, const struct quant_affine *a)
{
	const struct shape shape = q->g->tensor[n->in[1]].shape;
	int64_t count = shape_count(&shape), rows = shape.dim[0] * shape.dim[1];
	float *w = malloc((size_t)count * sizeof(*w));
	int t;

	if (!w)
		return error(-ENOMEM, "out of memory for the weights of '%s'", n->name);
	memcpy(w, q->g->tensor[n->in[1]].data, (size_t)count * sizeof(*w));
	for (int64_t i = 0; i < count; i++)
		w[i] *= a->scale[channel_of_row(n, &shape, i / (count / rows))];
	t = quant_add_const(q, q->g->tensor[n->in[1]].name, "folded", DTYPE_F32, &shape, w);
	free(w);
	return t;
}

static int scaled_bias(struct quant *q, const struct node *n, const struct quant_affine *a)
{
	const struct tensor *old = quant_const(q, n, 2);
	struct shape shape = { 1, { a->channels } };
	float *b = malloc((size_t)a->channels * sizeof(*b));
	int t;

	if (!b)
		return error(-ENOMEM, "out of memory for the bias of '%s'", n->name);
	for (int64_t i = 0; i < a->channels; i++)
		b[i] = (old ? ((const float *)old->data)[i] : 0) * a->scale[i] + a->shift[i];
	t = quant_add_const(q, q->g->tensor[n->in[1]].name, "bias", DTYPE_F32, &shape, b);
	free(b);
	return t;
}

static bool can_fold(const struct quant *q, const struct node *n)
{
	const struct tensor *w = quant_const(q, n, 1);

	if ((n->op != OP_CONV && n->op != OP_CONV_TRANSPOSE) || !w || w->dtype != DTYPE_F32)
		return false;
	return w->shape.rank >= 3 && shape_count(&w->shape) > 0 && n->attr.conv.group >= 1 &&
	       w->shape.dim[0] % n->attr.conv.group == 0 &&
	       (n->n_in < 3 || n->in[2] < 0 ||
		is_list(quant_const(q, n, 2), out_channels(n, &w->shape)));
}

/* Returns 1 if the reader of a node has become part of it.  Keeps what quant_index() found. */
static int fold_reader(struct quant *q, int index)
{
	struct node *n = &q->g->node[index];
	struct node *r = can_fold(q, n) ? quant_only_reader(q, n) : NULL;
	const struct shape *w;
	struct quant_affine a;
	int in[3], err;

	if (!r)
		return 0;
	w = &q->g->tensor[n->in[1]].shape;
	err = quant_match_affine(q, r, n->out[0], w->rank, out_channels(n, w), true, &a);
	if (err <= 0)
		return err;
	in[0] = n->in[0];
	in[1] = scaled_weights(q, n, &a);
	in[2] = in[1] < 0 ? in[1] : scaled_bias(q, n, &a);
	free(a.scale);
	err = in[2] < 0 ? in[2] : quant_set_inputs(n, 3, in);
	if (err)
		return err;
	q->t[n->out[0]].readers = 0;
	quant_take_output(n, r);
	q->t[n->out[0]].producer = index;
	return 1;
}

static int fold_all(struct quant *q)
{
	int folded = 0;

	for (int i = 0; i < q->g->n_node; i++) {
		do {
			folded = fold_reader(q, i);
		} while (folded > 0);
		if (folded < 0)
			return folded;
	}
	return 0;
}

/* ---- without a convolution ---- */

static int depthwise(struct quant *q, struct node *n, int x, const struct quant_affine *a)
{
	struct shape w = { q->t[x].shape.rank, { a->channels, 1, 1, 1, 1 } };
	struct shape b = { 1, { a->channels } };
	int in[3] = { x, quant_add_const(q, n->name, "scale", DTYPE_F32, &w, a->scale) };
	int err;

	in[2] = in[1] < 0 ? in[1] : quant_add_const(q, n->name, "shift", DTYPE_F32, &b, a->shift);
	err = in[2] < 0 ? in[2] : quant_set_inputs(n, 3, in);
	if (err)
		return err;
	n->op = OP_CONV;
	n->attr.conv = (struct conv_attr){ .spatial = w.rank - 2, .group = a->channels };
	for (int i = 0; i < w.rank - 2; i++) {
		n->attr.conv.kernel[i] = 1;
		n->attr.conv.stride[i] = 1;
		n->attr.conv.dilation[i] = 1;
	}
	return 0;
}

/* Pictures only: for vectors there is nothing to gain. */
static int make_depthwise(struct quant *q, struct node *n)
{
	struct quant_affine a;
	int x, rank, err;

	if (n->n_in < 2 || n->n_out != 1 || n->out[0] < 0)
		return 0;
	x = quant_is_activation(q, n->in[0]) ? n->in[0] : n->in[1];
	if (!quant_is_activation(q, x))
		return 0;
	rank = q->t[x].shape.rank;
	if (rank < 3 || rank > 5 || q->t[x].shape.dim[1] < 1)
		return 0;
	err = quant_match_affine(q, n, x, rank, q->t[x].shape.dim[1], false, &a);
	if (err <= 0)
		return err;
	err = depthwise(q, n, x, &a);
	free(a.scale);
	return err;
}

int quant_fold_affine(struct quant *q)
{
	int err;

	quant_index(q);
	err = fold_all(q);
	for (int i = 0; !err && i < q->g->n_node; i++)
		err = make_depthwise(q, &q->g->node[i]);
	if (!err)
		quant_index(q);
	if (!err)
		err = fold_all(q);
	return err ? err : graph_sort(q->g);
}
