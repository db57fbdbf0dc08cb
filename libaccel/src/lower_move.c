/* SPDX-License-Identifier: MIT */
/* Operators that move values: Concat, Pad, Slice, Reshape. */
#include <errno.h>
#include <stdlib.h>

#include "lower.h"

static bool clamps(const struct target *t)
{
	return t->min > -128 || t->max < 127;
}

static bool as_it_is(const struct operand *x, const struct target *t)
{
	return !lower_requantises(x, t) && !clamps(t);
}

/* Copies or requantises an act into another of the same size. */
static int transfer(struct lower *lo, int node, const struct operand *x, int out,
		    const struct target *t)
{
	struct layer *l;

	if (as_it_is(x, t)) {
		l = lower_new_layer(lo, node, LAYER_COPY, x->act, out);
		return l ? MATCH : -ENOMEM;
	}
	l = lower_identity(lo, node, x->act, out);
	if (!l)
		return -ENOMEM;
	l->min = t->min;
	l->max = t->max;
	if (!lower_requantises(x, t))
		return MATCH;
	l->table = lower_requant_table(x, t);
	return l->table ? MATCH : error(-ENOMEM, "out of memory for a table");
}

/* ---- Concat ---- */

/*
 * An operand that can be made where it is needed: a layer's output that is nowhere else.  Channels
 * at multiples of 16 keep every address one that LOAD and STORE like.
 */
static bool aliases(const struct lower *lo, const struct operand *x, const struct target *t,
		    int channel)
{
	return as_it_is(x, t) && channel % 16 == 0 && lo->net->act[x->act].parent < 0 &&
	       !lo->is_output[x->tensor] && lower_producer_layer(lo, x->act) >= 0;
}

static int place_operand(struct lower *lo, int node, const struct operand *x, int out, int channel,
			 const struct target *t)
{
	struct act part;
	int act;

	/* Wide pixels at least: a part of a narrow one cannot be loaded. */
	if (aliases(lo, x, t, channel) && lo->net->act[out].c > 8) {
		lo->net->act[x->act].parent = out;
		lo->net->act[x->act].channel = channel;
		return MATCH;
	}
	part = lo->net->act[x->act];
	part.tensor = -1;
	part.parent = out;
	part.channel = channel;
	act = lower_new_act(lo, &part);
	return act < 0 ? act : transfer(lo, node, x, act, t);
}

int lower_concat(struct lower *lo, int node, const struct operand *in, int n,
		 const struct target *t)
{
	const struct node *c = &lo->g->node[node];
	int rank = lo->g->tensor[t->tensor].shape.rank, out, channel = 0, err = MATCH;
	int64_t axis = c->attr.axis.axis;

	/* Of a vector, axis 0 is pictures. */
	if ((axis < 0 ? axis + rank : axis) != 1)
		return lower_reason(lo, node, "the core joins channels only");
	out = lower_act(lo, t->tensor);
	if (out < 0)
		return out == -ENOMEM ? out
				      : lower_reason(lo, node,
						     "its output has no shape that the core knows");
	for (int i = 0; err == MATCH && i < n; i++) {
		err = place_operand(lo, node, &in[i], out, channel, t);
		channel += lo->net->act[in[i].act].c;
	}
	return err;
}

int lower_float_concat(struct lower *lo, int node, const struct target *t)
{
	const struct node *n = &lo->g->node[node];
	struct operand *in = calloc((size_t)n->n_in + 1, sizeof(*in));
	int err = MATCH;

	if (!in)
		return error(-ENOMEM, "out of memory for %d operands", n->n_in);
	for (int i = 0; err == MATCH && i < n->n_in; i++)
		if (!lower_operand(lo, n->in[i], false, &in[i]))
			err = lower_reason(lo, node,
					   "its operands are not all int8; quantise the model");
	if (err == MATCH)
		err = lower_concat(lo, node, in, n->n_in, t);
	free(in);
	return err;
}

/* ---- Pad, Slice ---- */

/* Elements of a constant int64 input; absent: those of `otherwise`. */
static int read_ints(const struct lower *lo, const struct node *n, int input, int64_t *v, int most)
{
	const struct tensor *t = lower_const(lo, n, input);
	int64_t count = t ? shape_count(&t->shape) : 0;

	if (!t)
		return input < n->n_in && n->in[input] >= 0 ? -1 : 0;
	if (count > most || (t->dtype != DTYPE_I64 && t->dtype != DTYPE_I32))
		return -1;
	for (int64_t i = 0; i < count; i++)
		v[i] = t->dtype == DTYPE_I64 ? ((const int64_t *)t->data)[i]
					     : ((const int32_t *)t->data)[i];
	return (int)count;
}

/* What a move takes from each axis: elements in front of the first that is kept; negative: padding.
 */
struct offsets {
	int64_t from[GRAPH_MAX_RANK];
};

static bool pad_offsets(const struct lower *lo, const struct node *n, int rank, struct offsets *o)
{
	int64_t pads[2 * GRAPH_MAX_RANK], axes[GRAPH_MAX_RANK];
	int count = read_ints(lo, n, 1, pads, 2 * GRAPH_MAX_RANK),
	    n_axes = read_ints(lo, n, 3, axes, GRAPH_MAX_RANK);

	if (count < 0 || n_axes < 0 || n->attr.pad.mode != PAD_CONSTANT)
		return false;
	for (int i = 0; !n_axes && i < rank; i++)
		axes[i] = i;
	n_axes = n_axes ? n_axes : rank;
	if (count != 2 * n_axes)
		return false;
	for (int i = 0; i < n_axes; i++) {
		int64_t axis = axes[i] < 0 ? axes[i] + rank : axes[i];

		if (axis < 0 || axis >= rank)
			return false;
		o->from[axis] = -pads[i];
	}
	return true;
}

static bool slice_offsets(const struct lower *lo, const struct node *n, const struct shape *in,
			  struct offsets *o)
{
	int64_t start[GRAPH_MAX_RANK], axes[GRAPH_MAX_RANK], steps[GRAPH_MAX_RANK];
	int count = read_ints(lo, n, 1, start, GRAPH_MAX_RANK),
	    n_axes = read_ints(lo, n, 3, axes, GRAPH_MAX_RANK);
	int n_steps = read_ints(lo, n, 4, steps, GRAPH_MAX_RANK);

	if (count < 1 || n_axes < 0 || n_steps < 0 || (n_axes && n_axes != count))
		return false;
	for (int i = 0; i < count; i++) {
		int64_t axis = n_axes ? axes[i] : i, dim;

		axis += axis < 0 ? in->rank : 0;
		if (axis < 0 || axis >= in->rank || (i < n_steps && steps[i] != 1))
			return false;
		dim = in->dim[axis];
		start[i] += start[i] < 0 ? dim : 0;
		o->from[axis] = start[i] < 0 ? 0 : start[i] > dim ? dim : start[i];
	}
	return true;
}

static bool fill_value(const struct lower *lo, const struct node *n, const struct operand *x,
		       int *v)
{
	const struct tensor *t = lower_const(lo, n, 2);
	float real = 0;

	/* 0, which is -128 in the act of a uint8 tensor as it is. */
	*v = x->known ? x->zp : lower_zero(NULL, 0, lo->g->tensor[x->tensor].dtype);
	if (!t)
		return n->n_in <= 2 || n->in[2] < 0;
	if (lower_scalar(t, &real)) {
		*v = lower_quantize(real, x->scale, x->zp);
		return true;
	}
	/* Of an int8 tensor as it is. */
	*v = lower_zero(t, 0, t->dtype);
	return true;
}

static int crop(struct lower *lo, int node, const struct operand *x, const struct target *t)
{
	const struct node *n = &lo->g->node[node];
	const struct shape *in = &lo->g->tensor[x->tensor].shape;
	struct offsets o = { { 0 } };
	int out = lower_act(lo, t->tensor), fill = x->zp;
	struct layer *l;

	if (out < 0)
		return out == -ENOMEM ? out
				      : lower_reason(lo, node,
						     "its output has no shape that the core knows");
	if (!as_it_is(x, t))
		return lower_reason(lo, node, "its input and output are quantised differently");
	if (n->op == OP_PAD ? !pad_offsets(lo, n, in->rank, &o) || !fill_value(lo, n, x, &fill)
			    : !slice_offsets(lo, n, in, &o))
		return lower_reason(
			lo, node, "the core pads with a constant, and takes slices without steps");
	if (in->rank < 3 || o.from[0] || lo->net->act[x->act].n != lo->net->act[out].n ||
	    o.from[1] < 0 || o.from[1] % 16 ||
	    lo->net->act[out].c > lo->net->act[x->act].c - o.from[1] ||
	    (lo->net->act[x->act].c <= 8 && lo->net->act[x->act].c != lo->net->act[out].c))
		return lower_reason(
			lo, node,
			"the core cuts and pads rows and columns, and channels at multiples of 16");
	for (int i = 2; i < in->rank; i++)
		if (o.from[i] > 1 << 16 || o.from[i] < -(1 << 12))
			return lower_reason(lo, node, "its padding is too large for the core");
	l = lower_new_layer(lo, node, LAYER_COPY, x->act, out);
	if (!l)
		return -ENOMEM;
	l->y.pad = in->rank == 4 ? (int)-o.from[2] : 0;
	l->x.pad = (int)-o.from[in->rank - 1];
	l->from_ch = (int)o.from[1];
	l->pad_value = fill;
	return MATCH;
}

/* ---- all of them ---- */

int lower_move(struct lower *lo, int node, const struct target *t)
{
	const struct node *n = &lo->g->node[node];
	const struct act *a, *b;
	struct operand x;
	int out;

	if (n->in[0] < 0 || !lower_operand(lo, n->in[0], false, &x))
		return lower_reason(lo, node, "its input is not int8; quantise the model");
	if (n->op == OP_PAD || n->op == OP_SLICE)
		return crop(lo, node, &x, t);
	out = lower_act(lo, t->tensor);
	if (out < 0)
		return out == -ENOMEM ? out
				      : lower_reason(lo, node,
						     "its output has no shape that the core knows");
	a = &lo->net->act[x.act];
	b = &lo->net->act[out];
	if (a->n != b->n || a->c != b->c || a->h != b->h || a->w != b->w)
		return lower_reason(
			lo, node,
			"it changes the order of elements; Gemm or MatMul behind it do not mind");
	return transfer(lo, node, &x, out, t);
}
