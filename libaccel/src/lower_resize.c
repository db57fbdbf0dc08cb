/* SPDX-License-Identifier: MIT */
/* Resize by whole numbers: pixels repeated, or a transposed convolution with the weights of a
 * triangle. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "lower.h"

/* Where ONNX finds output o of an axis that grows s-fold, in input coordinates. */
static double source(const struct node *n, int o, int s, int in)
{
	switch (n->attr.resize.coord) {
	case RESIZE_ASYMMETRIC:
		return (double)o / s;
	case RESIZE_ALIGN_CORNERS:
		return in * s > 1 ? (double)o * (in - 1) / (in * s - 1) : 0;
	case RESIZE_PYTORCH_HALF_PIXEL:
		return in * s > 1 ? (o + 0.5) / s - 0.5 : 0;
	default:
		return (o + 0.5) / s - 0.5;
	}
}

static double round_source(const struct node *n, double x)
{
	switch (n->attr.resize.round) {
	case RESIZE_ROUND_PREFER_FLOOR:
		return ceil(x - 0.5);
	case RESIZE_ROUND_PREFER_CEIL:
		return floor(x + 0.5);
	case RESIZE_FLOOR:
		return floor(x);
	default:
		return ceil(x);
	}
}

static bool repeats(const struct node *n, int s, int in)
{
	for (int o = 0; o < s * in; o++) {
		double at = round_source(n, source(n, o, s, in));

		at = at < 0 ? 0 : at > in - 1 ? in - 1 : at;
		if (at != o / s)
			return false;
	}
	return true;
}

static int nearest(struct lower *lo, int node, const struct operand *x, int out, int sy, int sx)
{
	const struct node *n = &lo->g->node[node];
	const struct act *in = &lo->net->act[x->act];
	struct layer *l;

	if (sy > 256 || sx > 256 || !repeats(n, sy, in->h) || !repeats(n, sx, in->w))
		return lower_reason(lo, node, "its pixels are not repeated evenly");
	l = lower_new_layer(lo, node, LAYER_COPY, x->act, out);
	if (!l)
		return -ENOMEM;
	l->rep_y = sy;
	l->rep_x = sx;
	return MATCH;
}

/*
 * Linear interpolation s-fold: with half pixels (even s) the weights of an input rise by 2 from 1
 * and fall again, out of 2 s; asymmetric they are 1 .. s .. 1, out of s.
 */
static bool triangle(const struct node *n, int s, struct axis *a, int *weight, int *whole)
{
	bool half = n->attr.resize.coord == RESIZE_HALF_PIXEL ||
		    n->attr.resize.coord == RESIZE_PYTORCH_HALF_PIXEL ||
		    n->attr.resize.coord == RESIZE_HALF_PIXEL_SYMMETRIC;

	a->k = a->stride = *whole = weight[0] = 1;
	a->pad = 0;
	if (s == 1)
		return true;
	if (s > 8 || (half && s % 2) || (!half && n->attr.resize.coord != RESIZE_ASYMMETRIC))
		return false;
	a->stride = s;
	a->k = half ? 2 * s : 2 * s - 1;
	a->pad = half ? s / 2 : s - 1;
	*whole = half ? 2 * s : s;
	for (int i = 0; i < a->k; i++) {
		int j = i < s ? i : a->k - 1 - i;

		weight[i] = half ? 2 * j + 1 : j + 1;
	}
	return true;
}

static int linear(struct lower *lo, int node, const struct operand *x, int out, int sy, int sx,
		  const struct target *t)
{
	const struct node *n = &lo->g->node[node];
	int wy[16], wx[16], all_y, all_x, at = 0;
	struct layer *l = lower_new_layer(lo, node, LAYER_CONV, x->act, out);

	if (!l)
		return -ENOMEM;
	if (!triangle(n, sy, &l->y, wy, &all_y) || !triangle(n, sx, &l->x, wx, &all_x) ||
	    wy[l->y.k / 2] * wx[l->x.k / 2] > 127 || n->attr.resize.exclude_outside ||
	    n->attr.resize.antialias) {
		lower_drop_layer(lo, lo->net->n_layer - 1);
		return lower_reason(lo, node, "this interpolation is no transposed convolution");
	}
	l->deconv = true;
	l->pad_edge = true;
	l->in_zp = l->pad_value = x->zp;
	l->zp = t->zp;
	l->min = t->min;
	l->max = t->max;
	if (lower_fill(l, 0, (float)((double)x->scale / ((double)t->scale * all_y * all_x))))
		return -ENOMEM;
	for (int c = 0; c < l->out_ch; c++)
		for (int ky = 0; ky < l->y.k; ky++)
			for (int kx = 0; kx < l->x.k; kx++)
				l->weights[at++] = (int8_t)(wy[ky] * wx[kx]);
	return MATCH;
}

/*
 * ONNX finds pixels by the scales that are given, which need not be those between the sizes: 3 pixels
 * times 2.2 are 6.  With sizes it has no others.
 */
static bool scales_are(const struct lower *lo, const struct node *n, int sy, int sx)
{
	const struct tensor *scales = lower_const(lo, n, 2);
	int rank = lo->g->tensor[n->in[0]].shape.rank;
	const float *s;

	if (n->n_in > 3 && n->in[3] >= 0)
		return true;
	if (!scales || scales->dtype != DTYPE_F32 || shape_count(&scales->shape) != rank)
		return false;
	s = scales->data;
	for (int i = 0; i < rank; i++)
		if (s[i] != (float)(i < 2 ? 1 : i == rank - 1 ? sx : sy))
			return false;
	return true;
}

int lower_resize(struct lower *lo, int node, const struct target *t)
{
	const struct node *n = &lo->g->node[node];
	const struct act *a, *b;
	struct operand x;
	int out, sy, sx;

	if (n->in[0] < 0 || !lower_operand(lo, n->in[0], false, &x))
		return lower_reason(lo, node, "its input is not int8; quantise the model");
	out = lower_act(lo, t->tensor);
	if (out < 0)
		return out == -ENOMEM ? out
				      : lower_reason(lo, node,
						     "its output has no shape that the core knows");
	a = &lo->net->act[x.act];
	b = &lo->net->act[out];
	if (a->n != b->n || a->c != b->c || b->h % a->h || b->w % a->w ||
	    n->attr.resize.coord == RESIZE_TF_CROP)
		return lower_reason(lo, node, "the core resizes pictures by whole numbers");
	sy = b->h / a->h;
	sx = b->w / a->w;
	if (!scales_are(lo, n, sy, sx))
		return lower_reason(lo, node, "its scales are not those from its input's size to its output's");
	if (n->attr.resize.mode == RESIZE_NEAREST && !lower_requantises(&x, t) && t->min == -128 &&
	    t->max == 127)
		return nearest(lo, node, &x, out, sy, sx);
	if (n->attr.resize.mode == RESIZE_LINEAR && x.known)
		return linear(lo, node, &x, out, sy, sx, t);
	return lower_reason(
		lo, node,
		"the core resizes by repeating (without requantising), or linearly between int8 "
		"tensors with scales");
}
