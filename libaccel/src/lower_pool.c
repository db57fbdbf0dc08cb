/* SPDX-License-Identifier: MIT */
/* Maximum and average pools. */
#include <errno.h>
#include <stdlib.h>

#include "lower.h"
#include "ref.h"

/* False: what is computed with these might not fit in an int.  ONNX's may have any size up to 2^30. */
static bool set_axis(struct axis *a, const struct ref_conv *g, int i)
{
	if (g->kernel[i] > 1 << 10 || g->dilation[i] > 1 << 10 || g->stride[i] > 1 << 12 ||
	    g->pad_begin[i] > 1 << 12 || (g->out[i] - 1) * g->stride[i] > 1 << 28)
		return false;
	a->k = (int)g->kernel[i];
	a->stride = (int)g->stride[i];
	a->dilation = (int)g->dilation[i];
	a->pad = (int)g->pad_begin[i];
	return true;
}

/* The window of a pool over an act of one or two dimensions; global ones cover it. */
static int pool_axes(struct lower *lo, int node, const struct act *x, const struct act *y,
		     struct axis *ay, struct axis *ax)
{
	const struct node *n = &lo->g->node[node];
	bool global = n->op != OP_MAX_POOL && n->op != OP_AVERAGE_POOL;
	struct shape w = { .rank = 4, .dim = { x->c, 1, global ? x->h : 1, global ? x->w : 1 } };
	struct shape in = { .rank = 4, .dim = { x->n, x->c, x->h, x->w } };
	struct node copy = *n;
	struct ref_conv g;
	int spatial = n->attr.conv.spatial;

	*ay = (struct axis){ x->h, y->h, global ? x->h : 1, 1, 1, 0 };
	*ax = (struct axis){ x->w, y->w, global ? x->w : 1, 1, 1, 0 };
	if (global)
		return MATCH;
	if (spatial == 1) {
		w = (struct shape){ .rank = 3, .dim = { x->c, 1, 1 } };
		in = (struct shape){ .rank = 3, .dim = { x->n, x->c, x->w } };
	}
	for (int i = 0; i < spatial; i++)
		w.dim[2 + i] = n->attr.conv.kernel[i];
	copy.op = OP_CONV; /* whose geometry is the same */
	copy.attr.conv.group = x->c;
	/* graph_infer() has not seen it as weights: a kernel may have more taps than a tensor elements. */
	if (ref_conv_geometry(&copy, &in, &w, &g) || !set_axis(ay, &g, 1) || !set_axis(ax, &g, 2))
		return lower_reason(lo, node,
				    "its kernel, stride or padding is too large for the core");
	return MATCH;
}

int8_t *lower_requant_table(const struct operand *x, const struct target *t)
{
	int8_t *table = malloc(256);

	for (int i = 0; table && i < 256; i++) {
		float real = (float)(i - 128 - x->zp) * x->scale;

		table[i] = (int8_t)lower_quantize(real, t->scale, t->zp);
	}
	return table;
}

bool lower_requantises(const struct operand *x, const struct target *t)
{
	return x->known && (x->scale != t->scale || x->zp != t->zp);
}

static int max_padding(const struct axis *a)
{
	int end = (a->out - 1) * a->stride + (a->k - 1) * a->dilation + 1 - a->in - a->pad;

	return a->pad > end ? a->pad : end;
}

/* A convolution that only this pool reads, and whose outputs no window needs twice. */
static struct layer *fusable(struct lower *lo, int node, const struct operand *x,
			     const struct axis *y, const struct axis *w)
{
	int i = lower_producer_layer(lo, x->act);
	struct layer *l = i >= 0 ? &lo->net->layer[i] : NULL;

	if (!l || l->kind != LAYER_CONV || l->res >= 0 || l->deconv || layer_pools(l) ||
	    l->out_ch == l->groups || lo->net->act[x->act].parent >= 0 ||
	    !lower_only_use(lo, x->tensor, node))
		return NULL;
	return max_padding(y) <= 0 && max_padding(w) <= 0 && y->stride >= y->k && w->stride >= w->k
		       ? l
		       : NULL;
}

static int fuse(struct lower *lo, struct layer *l, int out, const struct target *t)
{
	int *nodes = realloc(l->node, (size_t)(l->n_node + lo->n_trail + 1) * sizeof(*nodes));

	if (!nodes)
		return error(-ENOMEM, "out of memory for a layer");
	l->node = nodes;
	for (int i = 0; i < lo->n_trail; i++)
		l->node[l->n_node++] = lo->trail[i];
	l->out = out;
	l->min = t->min > l->min ? t->min : l->min;
	l->max = t->max < l->max ? t->max : l->max;
	return MATCH;
}

/* The convolution of a pool of its own copies the picture, with a border of the smallest value. */
static void set_border(struct axis *a, struct window *w, const struct axis *pool)
{
	a->pad = pool->pad;
	a->out = (pool->out - 1) * pool->stride + pool->k;
	*w = (struct window){ pool->k, pool->stride, pool->out };
}

static bool in_three_dimensions(const struct lower *lo, const struct node *n)
{
	return lo->g->tensor[n->in[0]].shape.rank > 4;
}

int lower_pool(struct lower *lo, int node, const struct target *t)
{
	const struct node *n = &lo->g->node[node];
	struct axis y, x;
	struct operand in;
	struct layer *l;
	int out, err;

	if (in_three_dimensions(lo, n))
		return lower_reason(lo, node, "the core pools in one or two dimensions");
	if (!lower_operand(lo, n->in[0], false, &in))
		return lower_reason(lo, node, "its input is not int8; quantise the model");
	out = lower_act(lo, t->tensor);
	if (out < 0)
		return out == -ENOMEM ? out
				      : lower_reason(lo, node,
						     "its output has no shape that the core knows");
	if (n->n_out > 1 && n->out[1] >= 0)
		return lower_reason(lo, node, "the core does not make the indices of a pool");
	err = pool_axes(lo, node, &lo->net->act[in.act], &lo->net->act[out], &y, &x);
	if (err != MATCH)
		return err;
	if (y.dilation != 1 || x.dilation != 1)
		return lower_reason(lo, node, "the core has no dilation in pools");
	if (y.k > 16 || x.k > 16)
		return lower_reason(lo, node, "its window of %dx%d is larger than 16x16", y.k, x.k);
	l = lower_requantises(&in, t) ? NULL : fusable(lo, node, &in, &y, &x);
	if (l) {
		l->win_y = (struct window){ y.k, y.stride, y.out };
		l->win_x = (struct window){ x.k, x.stride, x.out };
		return fuse(lo, l, out, t);
	}
	l = lower_identity(lo, node, in.act, out);
	if (!l)
		return -ENOMEM;
	set_border(&l->y, &l->win_y, &y);
	set_border(&l->x, &l->win_x, &x);
	if (!lower_padding_fits(l)) {
		lower_drop_layer(lo, lo->net->n_layer - 1);
		return lower_reason(lo, node, "its padding is too large for the core");
	}
	l->pad_value = -128;
	l->min = t->min;
	l->max = t->max;
	/* The table rises, so the border stays the smallest. */
	if (lower_requantises(&in, t)) {
		l->table = lower_requant_table(&in, t);
		if (!l->table)
			return error(-ENOMEM, "out of memory for a table");
	}
	return MATCH;
}

/* ---- average ---- */

static bool mean_of_pictures(struct lower *lo, const struct node *n)
{
	const struct tensor *axes = lower_const(lo, n, 1);
	int rank = lo->g->tensor[n->in[0]].shape.rank;
	const int64_t *a;

	if (!axes || axes->dtype != DTYPE_I64 || shape_count(&axes->shape) != 2 || rank != 4)
		return false;
	a = axes->data;
	return (a[0] == 2 || a[0] == -2) && (a[1] == 3 || a[1] == -1);
}

int lower_average(struct lower *lo, int node, const struct target *t)
{
	const struct node *n = &lo->g->node[node];
	struct axis y, x;
	struct operand in;
	struct layer *l;
	int out, err;
	double taps;

	if (in_three_dimensions(lo, n))
		return lower_reason(lo, node, "the core pools in one or two dimensions");
	if (!lower_operand(lo, n->in[0], false, &in) || !in.known)
		return lower_reason(lo, node, "its input is not int8; quantise the model");
	if (n->op == OP_REDUCE_MEAN && !mean_of_pictures(lo, n))
		return lower_reason(lo, node, "the core takes the mean of whole pictures only");
	out = lower_act(lo, t->tensor);
	if (out < 0)
		return out == -ENOMEM ? out
				      : lower_reason(lo, node,
						     "its output has no shape that the core knows");
	err = pool_axes(lo, node, &lo->net->act[in.act], &lo->net->act[out], &y, &x);
	if (err != MATCH)
		return err;
	if ((max_padding(&y) > 0 || max_padding(&x) > 0) &&
	    (!n->attr.conv.count_include_pad || n->attr.conv.ceil_mode))
		return lower_reason(lo, node, "its averages at the border are of fewer values");
	if (y.k > 256 || x.k > 256)
		return lower_reason(lo, node, "its window of %dx%d is larger than 256x256", y.k,
				    x.k);
	l = lower_new_layer(lo, node, LAYER_CONV, in.act, out);
	if (!l)
		return -ENOMEM;
	l->y = y;
	l->x = x;
	if (!lower_padding_fits(l)) {
		lower_drop_layer(lo, lo->net->n_layer - 1);
		return lower_reason(lo, node, "its padding is too large for the core");
	}
	taps = (double)y.k * x.k;
	if (lower_fill(l, 1, (float)((double)in.scale / ((double)t->scale * taps))))
		return -ENOMEM;
	l->in_zp = l->pad_value = in.zp;
	l->zp = t->zp;
	l->min = t->min;
	l->max = t->max;
	return MATCH;
}
