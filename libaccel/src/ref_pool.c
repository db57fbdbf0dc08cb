/* SPDX-License-Identifier: MIT */
/* MaxPool, AveragePool and the global ones. */
#include <inttypes.h>
#include <math.h>

#include "ref_priv.h"

/* Dimensions as in struct ref_conv: 1-D to 3-D as 3-D. */
struct pool {
	struct ref_window w[3];
	int64_t planes;		/* pictures times channels */
};

/* The part of a window that lies inside: taps lo to before hi, the first of all being at `at`. */
struct box {
	int64_t at[3], lo[3], hi[3];
};

static bool is_global(const struct node *n)
{
	return n->op == OP_GLOBAL_AVERAGE_POOL || n->op == OP_GLOBAL_MAX_POOL;
}

static bool is_max(const struct node *n)
{
	return n->op == OP_GLOBAL_MAX_POOL || n->op == OP_MAX_POOL;
}

static int check_input(const struct node *n, const struct value *const *in)
{
	const struct shape *x = &in[0]->shape;
	unsigned int types = 1u << DTYPE_F32;

	if (x->rank < 3 || x->rank > 5)
		return ref_error(-EINVAL, n,
				 "an input of %s; N,C and one to three spatial dimensions are "
				 "supported", SHAPE(x));
	for (int i = 2; i < x->rank; i++)
		if (x->dim[i] < 1)
			return ref_error(-EINVAL, n, "an empty input of %s", SHAPE(x));
	return ref_check_dtype(n, in, 0, is_max(n) ? types | REF_BYTES : types);
}

static int plan(const struct node *n, const struct shape *x, struct pool *p)
{
	int spatial = x->rank - 2, err = 0;

	if (!is_global(n) && n->attr.conv.spatial != spatial)
		return ref_error(-EINVAL, n, "a kernel of %d dimensions for an input of %s",
				 n->attr.conv.spatial, SHAPE(x));
	p->planes = x->dim[0] * x->dim[1];
	for (int i = 0; !err && i < 3; i++) {
		struct ref_window *w = &p->w[i];
		int axis = i - (3 - spatial);

		*w = (struct ref_window){ 1, 1, 1, 1, 0, 0, 1 };
		if (axis < 0)
			continue;
		w->in = x->dim[axis + 2];
		w->kernel = is_global(n) ? w->in : n->attr.conv.kernel[axis];
		if (!is_global(n))
			err = ref_window(n, axis, w);
	}
	return err;
}

int ref_pool_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *x = &in[0]->shape;
	struct pool p;
	int err = check_input(n, in);

	if (!err)
		err = plan(n, x, &p);
	if (err)
		return err;
	out[0].dtype = in[0]->dtype;
	out[0].shape = *x;
	for (int i = 2; i < x->rank; i++)
		out[0].shape.dim[i] = p.w[3 - x->rank + i].out;
	if (n->n_out > 1) {
		out[1].dtype = DTYPE_I64;
		out[1].shape = out[0].shape;
	}
	return n->n_out > 1 && n->op != OP_MAX_POOL ? ref_error(-EINVAL, n, "two outputs") : 0;
}

static struct box box_at(const struct pool *p, int64_t pixel)
{
	struct box b;

	for (int d = 2; d >= 0; d--) {
		const struct ref_window *w = &p->w[d];
		int64_t at = pixel % w->out * w->stride - w->pad_begin;
		int64_t fit = at < w->in ? (w->in - at - 1) / w->dilation + 1 : 0;

		pixel /= w->out;
		b.at[d] = at;
		b.lo[d] = at < 0 ? (-at + w->dilation - 1) / w->dilation : 0;
		b.hi[d] = fit < w->kernel ? fit : w->kernel;
	}
	return b;
}

/* Where in its plane an element of the box is. */
static int64_t place(const struct pool *p, const struct box *b, const int64_t *k)
{
	int64_t at = 0;

	for (int d = 0; d < 3; d++)
		at = at * p->w[d].in + b->at[d] + k[d] * p->w[d].dilation;
	return at;
}

#define FOR_BOX(k, b) \
	for (k[0] = (b)->lo[0]; k[0] < (b)->hi[0]; k[0]++) \
		for (k[1] = (b)->lo[1]; k[1] < (b)->hi[1]; k[1]++) \
			for (k[2] = (b)->lo[2]; k[2] < (b)->hi[2]; k[2]++)

/* The first of the largest; -1: nothing is inside. */
static int64_t largest(const struct value *x, int64_t plane, const struct pool *p,
		       const struct box *b)
{
	const float *f = x->dtype == DTYPE_F32 ? (const float *)x->data + plane : NULL;
	int64_t best = -1, most = 0, k[3];

	FOR_BOX(k, b) {
		int64_t at = place(p, b, k);

		if (f) {
			best = best < 0 || f[at] > f[best] ? at : best;
			continue;
		}
		if (best < 0 || ref_load_int(x, plane + at) > most) {
			best = at;
			most = ref_load_int(x, plane + at);
		}
	}
	return best;
}

/* An index of the whole tensor; within a plane by columns if storage_order says so. */
static int64_t index_of(const struct node *n, const struct pool *p, int64_t plane, int64_t at)
{
	int64_t x, y, z;

	if (at < 0)
		return -1;
	if (!n->attr.conv.storage_order)
		return plane + at;
	x = at % p->w[2].in;
	y = at / p->w[2].in % p->w[1].in;
	z = at / p->w[2].in / p->w[1].in;
	return plane + (x * p->w[1].in + y) * p->w[0].in + z;
}

static void store_largest(const struct value *x, int64_t at, struct value *y, int64_t i)
{
	if (x->dtype == DTYPE_F32)
		((float *)y->data)[i] = at < 0 ? -INFINITY : ((const float *)x->data)[at];
	else if (at >= 0)
		ref_store_int(y, i, ref_load_int(x, at));
	else
		ref_store_int(y, i, x->dtype == DTYPE_I8 ? -128 : 0);
}

/* How many elements an average is over: with count_include_pad those in the padding too. */
static int64_t divisor(const struct node *n, const struct pool *p, const struct box *b)
{
	int64_t count = 1;

	for (int d = 0; d < 3; d++) {
		const struct ref_window *w = &p->w[d];
		int64_t fit = (w->in + w->pad_end - b->at[d] - 1) / w->dilation + 1;

		if (is_global(n) || !n->attr.conv.count_include_pad)
			count *= b->hi[d] > b->lo[d] ? b->hi[d] - b->lo[d] : 0;
		else
			count *= fit < w->kernel ? fit : w->kernel;
	}
	return count;
}

static float average(const float *x, const struct node *n, const struct pool *p,
		     const struct box *b)
{
	int64_t k[3], count = divisor(n, p, b);
	double sum = 0;

	FOR_BOX(k, b)
		sum += (double)x[place(p, b, k)];
	return count > 0 ? (float)(sum / (double)count) : 0;
}

int ref_pool_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct value *x = in[0];
	int64_t in_plane, out_plane, *index = n->n_out > 1 ? out[1].data : NULL;
	struct pool p;
	int err = plan(n, &x->shape, &p);

	if (err)
		return err;
	in_plane = p.w[0].in * p.w[1].in * p.w[2].in;
	out_plane = p.w[0].out * p.w[1].out * p.w[2].out;
	for (int64_t i = 0; i < p.planes * out_plane; i++) {
		struct box b = box_at(&p, i % out_plane);
		int64_t plane = i / out_plane * in_plane, at;

		if (!is_max(n)) {
			((float *)out->data)[i] =
				average((const float *)x->data + plane, n, &p, &b);
			continue;
		}
		at = largest(x, plane, &p, &b);
		store_largest(x, at < 0 ? at : plane + at, &out[0], i);
		if (index)
			index[i] = index_of(n, &p, plane, at);
	}
	return 0;
}
