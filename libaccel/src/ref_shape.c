/* SPDX-License-Identifier: MIT */
/* Reshape, Flatten, Squeeze, Unsqueeze, Identity, Shape: the elements stay as they are. */
#include <inttypes.h>
#include <string.h>

#include "ref_priv.h"

static int copy_all(const struct value *x, struct value *y)
{
	memcpy(y->data, x->data, ref_size(y));
	return 0;
}

int ref_identity_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	(void)n;
	out->dtype = in[0]->dtype;
	out->shape = in[0]->shape;
	return 0;
}

int ref_identity_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	(void)n;
	return copy_all(in[0], out);
}

/* 0 keeps a dimension (unless allowzero), -1 takes what is left over; *open is that one or -1. */
static int read_dims(const struct node *n, const struct shape *x, const int64_t *dim,
		     struct shape *s, int *open)
{
	*open = -1;
	for (int i = 0; i < s->rank; i++) {
		s->dim[i] = dim[i];
		if (dim[i] < -1)
			return ref_error(-EINVAL, n, "a dimension of %" PRId64, dim[i]);
		if (dim[i] == 0 && !n->attr.reshape.allowzero) {
			if (i >= x->rank)
				return ref_error(-EINVAL, n, "dimension %d of %s is to be kept", i,
						 SHAPE(x));
			s->dim[i] = x->dim[i];
		}
		if (dim[i] != -1)
			continue;
		if (*open >= 0)
			return ref_error(-EINVAL, n, "two dimensions of -1");
		*open = i;
		s->dim[i] = 1;
	}
	return 0;
}

int ref_reshape_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *x = &in[0]->shape;
	int64_t dim[GRAPH_MAX_RANK], count = shape_count(x), known;
	struct shape s;
	int open, err;

	s.rank = ref_ints(n, in, 1, "the new dimensions", GRAPH_MAX_RANK, dim);
	if (s.rank < 0)
		return s.rank;
	err = read_dims(n, x, dim, &s, &open);
	if (err)
		return err;
	known = shape_count(&s);
	if (open >= 0 && known > 0)
		s.dim[open] = count / known;
	if (shape_count(&s) != count)
		return ref_error(-EINVAL, n, "%s cannot become %s", SHAPE(x), SHAPE(&s));
	out->dtype = in[0]->dtype;
	out->shape = s;
	return 0;
}

int ref_reshape_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	(void)n;
	return copy_all(in[0], out);
}

int ref_flatten_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *x = &in[0]->shape;
	int64_t attr = n->attr.axis.axis;
	int axis = x->rank, err = 0;

	if (attr != x->rank)
		err = ref_axis(n, attr, x->rank, &axis);
	if (err)
		return err;
	out->dtype = in[0]->dtype;
	out->shape.rank = 2;
	out->shape.dim[0] = ref_span(x, 0, axis);
	out->shape.dim[1] = ref_span(x, axis, x->rank);
	return 0;
}

int ref_flatten_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	(void)n;
	return copy_all(in[0], out);
}

/* A bit for each axis that input 1 gives, of a tensor of this rank.  Returns as ref_ints(). */
static int axis_set(const struct node *n, const struct value *const *in, int rank,
		    unsigned int *set)
{
	int64_t attr[GRAPH_MAX_RANK];
	int axis, err, count = ref_ints(n, in, 1, "axes", GRAPH_MAX_RANK, attr);

	*set = 0;
	for (int i = 0; i < count; i++) {
		err = ref_axis(n, attr[i], rank, &axis);
		if (err)
			return err;
		if (*set >> axis & 1)
			return ref_error(-EINVAL, n, "axis %d is given twice", axis);
		*set |= 1u << axis;
	}
	return count;
}

int ref_squeeze_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *x = &in[0]->shape;
	struct shape s = { .rank = 0 };
	unsigned int set;
	int count = axis_set(n, in, x->rank, &set);

	if (count < REF_ABSENT)
		return count;
	for (int i = 0; i < x->rank; i++) {
		bool drop = count == REF_ABSENT ? x->dim[i] == 1 : set >> i & 1;

		if (drop && x->dim[i] != 1)
			return ref_error(-EINVAL, n, "dimension %d of %s is not 1", i, SHAPE(x));
		if (!drop)
			s.dim[s.rank++] = x->dim[i];
	}
	out->dtype = in[0]->dtype;
	out->shape = s;
	return 0;
}

int ref_squeeze_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	(void)n;
	return copy_all(in[0], out);
}

/* The number of axes decides the rank, and that what negative axes mean. */
int ref_unsqueeze_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *x = &in[0]->shape;
	struct shape s = { .rank = x->rank + (int)shape_count(&in[1]->shape) };
	unsigned int set;
	int count, from = 0;

	if (shape_count(&in[1]->shape) > GRAPH_MAX_RANK || s.rank > GRAPH_MAX_RANK)
		return ref_error(-ENOTSUP, n, "more than %d dimensions", GRAPH_MAX_RANK);
	count = axis_set(n, in, s.rank, &set);
	if (count < 0)
		return count;
	for (int i = 0; i < s.rank; i++)
		s.dim[i] = set >> i & 1 ? 1 : x->dim[from++];
	out->dtype = in[0]->dtype;
	out->shape = s;
	return 0;
}

int ref_unsqueeze_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	(void)n;
	return copy_all(in[0], out);
}

int ref_shape_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	(void)n;
	out->dtype = DTYPE_I64;
	out->shape.rank = 1;
	out->shape.dim[0] = in[0]->shape.rank;
	return 0;
}

int ref_shape_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	(void)n;
	for (int i = 0; i < in[0]->shape.rank; i++)
		((int64_t *)out->data)[i] = in[0]->shape.dim[i];
	return 0;
}
