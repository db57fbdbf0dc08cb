/* SPDX-License-Identifier: MIT */
/* Slice and Pad: each axis of the output takes its elements from somewhere on the input's. */
#include <inttypes.h>
#include <string.h>

#include "ref_priv.h"

/* Numbers beyond this are limited: INT64_MAX stands for "to the end". */
#define FAR (INT64_C(1) << 41)

static int64_t limit(int64_t x, int64_t lo, int64_t hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

struct slice {
	int64_t start, step, count;
};

/* ONNX's rules: negative numbers count from the end, and everything is limited to the axis. */
static struct slice slice_axis(int64_t dim, int64_t start, int64_t end, int64_t step)
{
	struct slice s = { .step = limit(step, -FAR, FAR) };

	/* An empty axis has no last element for a negative step to start from. */
	if (!dim)
		return s;
	start = limit(start, -FAR, FAR);
	end = limit(end, -FAR, FAR);
	start += start < 0 ? dim : 0;
	end += end < 0 ? dim : 0;
	if (step > 0) {
		s.start = limit(start, 0, dim);
		end = limit(end, 0, dim);
		s.count = end > s.start ? (end - s.start - 1) / s.step + 1 : 0;
	} else {
		s.start = limit(start, 0, dim - 1);
		end = limit(end, -1, dim - 1);
		s.count = s.start > end ? (s.start - end - 1) / -s.step + 1 : 0;
	}
	return s;
}

/* The lists of a Slice; those that are absent are filled in. */
struct slice_lists {
	int n;
	int64_t start[GRAPH_MAX_RANK], end[GRAPH_MAX_RANK], axis[GRAPH_MAX_RANK],
		step[GRAPH_MAX_RANK];
};

static int read_slice(const struct node *n, const struct value *const *in, struct slice_lists *l)
{
	int ends, axes, steps;

	l->n = ref_ints(n, in, 1, "starts", GRAPH_MAX_RANK, l->start);
	ends = l->n < 0 ? l->n : ref_ints(n, in, 2, "ends", GRAPH_MAX_RANK, l->end);
	axes = ends < 0 ? ends : ref_ints(n, in, 3, "axes", GRAPH_MAX_RANK, l->axis);
	steps = axes < REF_ABSENT ? axes : ref_ints(n, in, 4, "steps", GRAPH_MAX_RANK, l->step);
	if (steps < REF_ABSENT)
		return steps;
	for (int i = 0; i < l->n; i++) {
		l->axis[i] = axes == REF_ABSENT ? i : l->axis[i];
		l->step[i] = steps == REF_ABSENT ? 1 : l->step[i];
	}
	if (ends != l->n || (axes >= 0 && axes != l->n) || (steps >= 0 && steps != l->n))
		return ref_error(-EINVAL, n, "starts, ends, axes and steps differ in length");
	return 0;
}

static int plan_slice(const struct node *n, const struct value *const *in, struct slice *s)
{
	const struct shape *x = &in[0]->shape;
	struct slice_lists l;
	int axis, err = read_slice(n, in, &l);

	for (int i = 0; i < x->rank; i++)
		s[i] = (struct slice){ 0, 1, x->dim[i] };
	for (int i = 0; !err && i < l.n; i++) {
		if (!l.step[i])
			return ref_error(-EINVAL, n, "a step of 0");
		err = ref_axis(n, l.axis[i], x->rank, &axis);
		if (!err)
			s[axis] = slice_axis(x->dim[axis], l.start[i], l.end[i], l.step[i]);
	}
	return err;
}

int ref_slice_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	struct slice s[GRAPH_MAX_RANK];
	int err = plan_slice(n, in, s);

	if (err)
		return err;
	out->dtype = in[0]->dtype;
	out->shape.rank = in[0]->shape.rank;
	for (int i = 0; i < out->shape.rank; i++)
		out->shape.dim[i] = s[i].count;
	return 0;
}

int ref_slice_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	int64_t step[GRAPH_MAX_RANK], dense = 1, offset = 0;
	struct slice s[GRAPH_MAX_RANK];
	int err = plan_slice(n, in, s);

	if (err || !ref_size(out))
		return err;
	for (int i = out->shape.rank - 1; i >= 0; i--) {
		step[i] = dense * s[i].step;
		offset += dense * s[i].start;
		dense *= in[0]->shape.dim[i];
	}
	ref_copy_steps(in[0], offset, step, out);
	return 0;
}

struct padding {
	int64_t begin[GRAPH_MAX_RANK], end[GRAPH_MAX_RANK];
};

static int read_axes(const struct node *n, const struct value *const *in, int rank, int *axes)
{
	int64_t attr[GRAPH_MAX_RANK];
	int err, count = ref_ints(n, in, 3, "axes", GRAPH_MAX_RANK, attr);

	for (int i = 0; i < count; i++) {
		err = ref_axis(n, attr[i], rank, &axes[i]);
		if (err)
			return err;
	}
	if (count != REF_ABSENT)
		return count;
	for (int i = 0; i < rank; i++)
		axes[i] = i;
	return rank;
}

static int read_padding(const struct node *n, const struct value *const *in, struct padding *p)
{
	int64_t pads[2 * GRAPH_MAX_RANK];
	int axes[GRAPH_MAX_RANK], n_axes, count;

	*p = (struct padding){ 0 };
	n_axes = read_axes(n, in, in[0]->shape.rank, axes);
	if (n_axes < 0)
		return n_axes;
	count = ref_ints(n, in, 1, "pads", 2 * GRAPH_MAX_RANK, pads);
	if (count < 0)
		return count;
	if (count != 2 * n_axes)
		return ref_error(-EINVAL, n, "%d pads instead of 2 for each of %d axes", count,
				 n_axes);
	for (int i = 0; i < n_axes; i++) {
		p->begin[axes[i]] = pads[i];
		p->end[axes[i]] = pads[n_axes + i];
	}
	return 0;
}

static int check_fill(const struct node *n, const struct value *const *in)
{
	const struct value *fill = ref_in(n, in, 2);

	if (!fill)
		return 0;
	if (shape_count(&fill->shape) != 1)
		return ref_error(-EINVAL, n, "a value of the shape %s instead of a scalar",
				 SHAPE(&fill->shape));
	return ref_check_same(n, in, 0, 2);
}

static int pad_axis(const struct node *n, int64_t dim, int64_t begin, int64_t end, int64_t *out)
{
	if (begin < -FAR || begin > FAR || end < -FAR || end > FAR || dim + begin + end < 0)
		return ref_error(-EINVAL, n,
				 "a dimension of %" PRId64 " padded by %" PRId64 " and %" PRId64,
				 dim, begin, end);
	*out = dim + begin + end;
	if (!dim && *out && n->attr.pad.mode != PAD_CONSTANT)
		return ref_error(-EINVAL, n, "an empty dimension has nothing to repeat");
	return 0;
}

int ref_pad_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *x = &in[0]->shape;
	struct padding p;
	int err = check_fill(n, in);

	if (!err)
		err = read_padding(n, in, &p);
	out->dtype = in[0]->dtype;
	out->shape.rank = x->rank;
	for (int i = 0; !err && i < x->rank; i++)
		err = pad_axis(n, x->dim[i], p.begin[i], p.end[i], &out->shape.dim[i]);
	return err;
}

/* i modulo n, from 0 to n - 1. */
static int64_t modulo(int64_t i, int64_t n)
{
	return (i % n + n) % n;
}

/* Where position i of an axis of dim elements comes from when it is outside; -1: the fill. */
static int64_t outside(enum pad_mode mode, int64_t i, int64_t dim)
{
	int64_t period = 2 * (dim - 1);

	switch (mode) {
	case PAD_EDGE:
		return i < 0 ? 0 : dim - 1;
	case PAD_WRAP:
		return modulo(i, dim);
	case PAD_REFLECT:
		if (dim == 1)
			return 0;
		i = modulo(i, period);
		return i < dim ? i : period - i;
	default:
		return -1;
	}
}

int ref_pad_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	static const char zero[8];
	const struct value *fill = ref_in(n, in, 2);
	int64_t *map[GRAPH_MAX_RANK];
	struct padding p;
	int err = read_padding(n, in, &p);

	if (!err)
		err = ref_maps_alloc(n, &out->shape, map);
	if (err)
		return err;
	for (int i = 0; i < out->shape.rank; i++) {
		int64_t dim = in[0]->shape.dim[i];

		for (int64_t k = 0; k < out->shape.dim[i]; k++) {
			int64_t at = k - p.begin[i];

			map[i][k] = at >= 0 && at < dim ? at : outside(n->attr.pad.mode, at, dim);
		}
	}
	ref_gather(in[0], map, fill ? fill->data : zero, out);
	ref_maps_free(map);
	return 0;
}
