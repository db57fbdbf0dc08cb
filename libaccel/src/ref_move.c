/* SPDX-License-Identifier: MIT */
/* Transpose, DepthToSpace, Concat and Split: elements change places. */
#include <inttypes.h>
#include <string.h>

#include "ref_priv.h"

/* Steps of a dense tensor. */
static void dense_steps(const struct shape *s, int64_t *step)
{
	int64_t count = 1;

	for (int i = s->rank - 1; i >= 0; i--) {
		step[i] = count;
		count *= s->dim[i];
	}
}

/* Without a permutation the dimensions are reversed. */
static int source_axis(const struct node *n, int rank, int i)
{
	return n->attr.transpose.rank ? (int)n->attr.transpose.perm[i] : rank - 1 - i;
}

int ref_transpose_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *x = &in[0]->shape;
	unsigned int seen = 0;

	if (n->attr.transpose.rank && n->attr.transpose.rank != x->rank)
		return ref_error(-EINVAL, n, "a permutation of %d axes for %s",
				 n->attr.transpose.rank, SHAPE(x));
	out->dtype = in[0]->dtype;
	out->shape.rank = x->rank;
	for (int i = 0; i < x->rank; i++) {
		int axis = source_axis(n, x->rank, i);

		if (axis < 0 || axis >= x->rank || seen >> axis & 1)
			return ref_error(-EINVAL, n, "'perm' is no permutation");
		seen |= 1u << axis;
		out->shape.dim[i] = x->dim[axis];
	}
	return 0;
}

int ref_transpose_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	int64_t from[GRAPH_MAX_RANK], step[GRAPH_MAX_RANK];

	dense_steps(&in[0]->shape, from);
	for (int i = 0; i < out->shape.rank; i++)
		step[i] = from[source_axis(n, out->shape.rank, i)];
	ref_copy_steps(in[0], 0, step, out);
	return 0;
}

int ref_depth_to_space_infer(const struct node *n, const struct value *const *in,
			     struct value *out)
{
	const struct shape *x = &in[0]->shape;
	int64_t b = n->attr.depth_to_space.blocksize;

	if (x->rank != 4)
		return ref_error(-EINVAL, n, "input of the shape %s instead of N,C,H,W", SHAPE(x));
	if (b < 1 || b > 1 << 15 || x->dim[1] % (b * b))
		return ref_error(-EINVAL, n,
				 "%" PRId64 " channels cannot be split into blocks of %" PRId64
				 " x %" PRId64, x->dim[1], b, b);
	out->dtype = in[0]->dtype;
	out->shape = (struct shape){ 4, { x->dim[0], x->dim[1] / (b * b), x->dim[2] * b,
					  x->dim[3] * b } };
	return 0;
}

/*
 * The output's rows and columns are (y, block row) and (x, block column); the input's channels are
 * (block row, block column, channel), or with crd (channel, block row, block column).
 */
int ref_depth_to_space_eval(const struct node *n, const struct value *const *in,
			    struct value *out)
{
	const struct shape *x = &in[0]->shape;
	int64_t b = n->attr.depth_to_space.blocksize, plane = x->dim[2] * x->dim[3];
	int64_t channels = out->shape.dim[1];
	bool crd = n->attr.depth_to_space.crd;
	const int64_t step[6] = {
		x->dim[1] * plane,
		crd ? b * b * plane : plane,
		x->dim[3],
		crd ? b * plane : b * channels * plane,
		1,
		crd ? plane : channels * plane,
	};
	struct value y = *out;

	y.shape = (struct shape){ 6, { x->dim[0], channels, x->dim[2], b, x->dim[3], b } };
	ref_copy_steps(in[0], 0, step, &y);
	return 0;
}

int ref_concat_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *first = &in[0]->shape;
	int axis, err = ref_axis(n, n->attr.axis.axis, first->rank, &axis);

	out->dtype = in[0]->dtype;
	out->shape = *first;
	for (int i = 1; !err && i < n->n_in; i++) {
		struct shape s = in[i]->shape;

		err = ref_check_same(n, in, 0, i);
		if (err || s.rank != first->rank)
			return err ? err : ref_error(-EINVAL, n, "%s and %s have different ranks",
						     SHAPE(first), SHAPE(&s));
		out->shape.dim[axis] += s.dim[axis];
		s.dim[axis] = first->dim[axis];
		if (!shape_equal(&s, first))
			err = ref_error(-EINVAL, n, "%s and %s do not fit on axis %d",
					SHAPE(first), SHAPE(&in[i]->shape), axis);
	}
	return err;
}

/*
 * Copies between a part and the whole that it is a range of, on one axis: blocks of `part` bytes,
 * `whole` bytes apart.
 */
struct range {
	int64_t blocks;
	size_t whole, part;
};

static struct range range_of(const struct value *whole, const struct value *part, int axis)
{
	const struct shape *w = &whole->shape, *p = &part->shape;
	size_t size = dtype_size(whole->dtype);

	return (struct range){
		.blocks = ref_span(w, 0, axis),
		.whole = (size_t)ref_span(w, axis, w->rank) * size,
		.part = (size_t)ref_span(p, axis, p->rank) * size,
	};
}

int ref_concat_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	size_t at = 0;
	int axis, err = ref_axis(n, n->attr.axis.axis, out->shape.rank, &axis);

	if (err || !ref_size(out))
		return err;
	for (int i = 0; i < n->n_in; i++) {
		struct range r = range_of(out, in[i], axis);

		for (int64_t b = 0; b < r.blocks; b++)
			memcpy((char *)out->data + (size_t)b * r.whole + at,
			       (const char *)in[i]->data + (size_t)b * r.part, r.part);
		at += r.part;
	}
	return 0;
}

/* Without sizes all parts are equal, but for a smaller last one. */
static int split_size(const struct node *n, const struct value *const *in, int64_t dim, int i,
		      int64_t *size)
{
	const struct value *sizes = ref_in(n, in, 1);
	int64_t each = (dim + n->n_out - 1) / n->n_out;

	*size = i < n->n_out - 1 ? each : dim - each * (n->n_out - 1);
	if (sizes && !sizes->data)
		return ref_error(-EINVAL, n, "its sizes are computed while the model runs");
	if (sizes)
		*size = ref_load_int(sizes, i);
	if (*size < 0 || *size > dim)
		return ref_error(-EINVAL, n, "part %d of %" PRId64 " would have %" PRId64, i, dim,
				 *size);
	return 0;
}

int ref_split_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *x = &in[0]->shape;
	const struct value *sizes = ref_in(n, in, 1);
	int64_t left, size;
	int axis, err = ref_axis(n, n->attr.axis.axis, x->rank, &axis);

	if (err)
		return err;
	if (sizes && (shape_count(&sizes->shape) != n->n_out || sizes->dtype != DTYPE_I64))
		return ref_error(-EINVAL, n, "%d outputs, and sizes of %s %s", n->n_out,
				 dtype_name(sizes->dtype), SHAPE(&sizes->shape));
	left = x->dim[axis];
	for (int i = 0; i < n->n_out; i++) {
		err = split_size(n, in, x->dim[axis], i, &size);
		if (err)
			return err;
		out[i].dtype = in[0]->dtype;
		out[i].shape = *x;
		out[i].shape.dim[axis] = size;
		left -= size;
		if (left < 0)
			break;
	}
	return left ? ref_error(-EINVAL, n, "the sizes do not sum up to the %" PRId64 " on axis %d",
				x->dim[axis], axis) : 0;
}

int ref_split_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	size_t at = 0;
	int axis, err = ref_axis(n, n->attr.axis.axis, in[0]->shape.rank, &axis);

	if (err || !ref_size(in[0]))
		return err;
	for (int i = 0; i < n->n_out; i++) {
		struct value part = out[i];
		struct range r;

		/* An output that nobody asked for has its place in the input all the same. */
		part.shape = in[0]->shape;
		err = split_size(n, in, in[0]->shape.dim[axis], i, &part.shape.dim[axis]);
		if (err)
			return err;
		r = range_of(in[0], &part, axis);
		for (int64_t b = 0; part.data && b < r.blocks; b++)
			memcpy((char *)part.data + (size_t)b * r.part,
			       (const char *)in[0]->data + (size_t)b * r.whole + at, r.part);
		at += r.part;
	}
	return 0;
}
