/* SPDX-License-Identifier: MIT */
/* Softmax, ArgMax and ReduceMean: along an axis, or several. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ref_priv.h"

/* A tensor seen from one axis: outer x along x inner elements. */
struct axis_view {
	int64_t outer, along, inner;
};

static struct axis_view view(const struct shape *s, int axis)
{
	return (struct axis_view){ ref_span(s, 0, axis), s->dim[axis],
				   ref_span(s, axis + 1, s->rank) };
}

int ref_softmax_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	int axis, err = ref_check_dtype(n, in, 0, 1u << DTYPE_F32);

	out->dtype = in[0]->dtype;
	out->shape = in[0]->shape;
	return err ? err : ref_axis(n, n->attr.axis.axis, in[0]->shape.rank, &axis);
}

static void softmax(const float *x, int64_t count, int64_t step, float *y)
{
	float most = x[0];
	double sum = 0;

	for (int64_t i = 1; i < count; i++)
		most = x[i * step] > most ? x[i * step] : most;
	for (int64_t i = 0; i < count; i++) {
		y[i * step] = expf(x[i * step] - most);
		sum += (double)y[i * step];
	}
	for (int64_t i = 0; i < count; i++)
		y[i * step] = (float)((double)y[i * step] / sum);
}

int ref_softmax_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	const float *x = in[0]->data;
	float *y = out->data;
	struct axis_view v;
	int axis, err = ref_axis(n, n->attr.axis.axis, out->shape.rank, &axis);

	if (err || !ref_size(out))
		return err;
	v = view(&out->shape, axis);
	/* Before opset 13: over all dimensions from the axis on. */
	if (n->attr.axis.flatten_2d) {
		v.along *= v.inner;
		v.inner = 1;
	}
	for (int64_t i = 0; i < v.outer * v.inner; i++) {
		int64_t at = i / v.inner * v.along * v.inner + i % v.inner;

		softmax(x + at, v.along, v.inner, y + at);
	}
	return 0;
}

int ref_argmax_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *x = &in[0]->shape;
	int axis, err = ref_check_dtype(n, in, 0, REF_NUMBERS);

	if (!err)
		err = ref_axis(n, n->attr.arg.axis, x->rank, &axis);
	if (!err && !x->dim[axis])
		err = ref_error(-EINVAL, n, "nothing to choose from in %s", SHAPE(x));
	if (err)
		return err;
	out->dtype = DTYPE_I64;
	out->shape.rank = 0;
	for (int i = 0; i < x->rank; i++)
		if (i != axis || n->attr.arg.keepdims)
			out->shape.dim[out->shape.rank++] = i == axis ? 1 : x->dim[i];
	return 0;
}

static bool is_more(const struct value *x, int64_t i, int64_t best, bool or_equal)
{
	if (ref_is_float(x->dtype)) {
		double a = ref_load_real(x, i), b = ref_load_real(x, best);

		return a > b || (or_equal && a == b);
	}
	return ref_load_int(x, i) > ref_load_int(x, best) ||
	       (or_equal && ref_load_int(x, i) == ref_load_int(x, best));
}

int ref_argmax_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	struct axis_view v;
	int axis, err = ref_axis(n, n->attr.arg.axis, in[0]->shape.rank, &axis);

	if (err)
		return err;
	v = view(&in[0]->shape, axis);
	for (int64_t i = 0; i < v.outer * v.inner; i++) {
		int64_t first = i / v.inner * v.along * v.inner + i % v.inner, best = 0;

		for (int64_t k = 1; k < v.along; k++)
			if (is_more(in[0], first + k * v.inner, first + best * v.inner,
				    n->attr.arg.select_last))
				best = k;
		((int64_t *)out->data)[i] = best;
	}
	return 0;
}

/* A bit for each axis that is averaged over.  Without axes: all of them, or none. */
static int reduced_axes(const struct node *n, const struct value *const *in, unsigned int *set)
{
	int64_t attr[GRAPH_MAX_RANK];
	int rank = in[0]->shape.rank, axis, err;
	int count = ref_ints(n, in, 1, "axes", GRAPH_MAX_RANK, attr);

	if (count < REF_ABSENT)
		return count;
	*set = count <= 0 && !n->attr.reduce.noop_if_empty ? (1u << rank) - 1 : 0;
	for (int i = 0; i < count; i++) {
		err = ref_axis(n, attr[i], rank, &axis);
		if (err)
			return err;
		*set |= 1u << axis;
	}
	return 0;
}

int ref_reduce_mean_infer(const struct node *n, const struct value *const *in,
			  struct value *out)
{
	const struct shape *x = &in[0]->shape;
	unsigned int set = 0;
	int err = ref_check_dtype(n, in, 0, REF_NUMBERS);

	if (!err)
		err = reduced_axes(n, in, &set);
	if (err)
		return err;
	out->dtype = in[0]->dtype;
	out->shape.rank = 0;
	for (int i = 0; i < x->rank; i++) {
		bool reduced = set >> i & 1;

		if (reduced && !x->dim[i])
			return ref_error(-EINVAL, n, "the mean of nothing in %s", SHAPE(x));
		if (!reduced || n->attr.reduce.keepdims)
			out->shape.dim[out->shape.rank++] = reduced ? 1 : x->dim[i];
	}
	return 0;
}

/* Every element is added to the sum that its other coordinates name. */
static void sum_up(const struct value *x, const int64_t *step, double *sum)
{
	for (int64_t i = 0; i < shape_count(&x->shape); i++) {
		int64_t rest = i, at = 0;

		for (int d = x->shape.rank - 1; d >= 0; d--) {
			at += rest % x->shape.dim[d] * step[d];
			rest /= x->shape.dim[d];
		}
		sum[at] += ref_load_real(x, i);
	}
}

/* Sums are in double: exact for int8 to int32.  Means of integers are cut off. */
int ref_reduce_mean_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *x = &in[0]->shape;
	int64_t step[GRAPH_MAX_RANK], results = shape_count(&out->shape), count = 1, each = 1;
	unsigned int set = 0;
	int err = reduced_axes(n, in, &set);
	double *sum;

	if (err)
		return err;
	for (int i = x->rank - 1; i >= 0; i--) {
		bool reduced = set >> i & 1;

		step[i] = reduced ? 0 : count;
		each *= reduced ? x->dim[i] : 1;
		count *= reduced ? 1 : x->dim[i];
	}
	sum = calloc((size_t)results + 1, sizeof(*sum));
	if (!sum)
		return ref_error(-ENOMEM, n, "out of memory for %s sums", SHAPE(&out->shape));
	sum_up(in[0], step, sum);
	for (int64_t i = 0; i < results; i++) {
		if (ref_is_float(out->dtype))
			ref_store_real(out, i, sum[i] / (double)each);
		else
			ref_store_int(out, i, ref_real_to_int(sum[i] / (double)each));
	}
	free(sum);
	return 0;
}
