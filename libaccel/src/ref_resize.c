/* SPDX-License-Identifier: MIT */
/*
 * Resize.  Every mode works on one axis after the other: nearest picks an element per axis, the
 * others sum a few neighbours with weights that the position decides.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ref_priv.h"

struct axis {
	int64_t in, out;
	float length;		/* the output's, before it was rounded down */
	float scale, start, end;	/* the region is for tf_crop_and_resize only */
};

static int output_dim(const struct node *n, const struct value *const *in, int i,
		      struct axis *a)
{
	const struct value *sizes = ref_in(n, in, 3);

	if (sizes) {
		a->out = ((const int64_t *)sizes->data)[i];
		a->length = (float)a->out;
		a->scale = a->length / (float)a->in;
	} else {
		a->scale = ((const float *)in[2]->data)[i];
		a->length = (float)a->in * a->scale;
		a->out = a->length >= 0 && a->length <= 0x1p40f ? (int64_t)a->length : -1;
	}
	if (a->out < 0 || (a->out > 0 && (a->in < 1 || !(a->scale > 0))))
		return ref_error(-EINVAL, n, "dimension %d of %s cannot be resized so", i,
				 SHAPE(&in[0]->shape));
	return 0;
}

static int check_list(const struct node *n, const struct value *const *in, int i,
		      enum dtype dtype, int64_t count, const char *what)
{
	if (in[i]->dtype != dtype || shape_count(&in[i]->shape) != count)
		return ref_error(-EINVAL, n, "%s are %s %s instead of %s %d", what,
				 dtype_name(in[i]->dtype), SHAPE(&in[i]->shape),
				 dtype_name(dtype), (int)count);
	if (!in[i]->data)
		return ref_error(-EINVAL, n,
				 "%s are computed while the model runs; make them constant", what);
	return 0;
}

static int check_lists(const struct node *n, const struct value *const *in)
{
	int rank = in[0]->shape.rank, err = 0;

	if (ref_in(n, in, 3))
		err = check_list(n, in, 3, DTYPE_I64, rank, "sizes");
	else if (ref_in(n, in, 2))
		err = check_list(n, in, 2, DTYPE_F32, rank, "scales");
	else
		err = ref_error(-EINVAL, n, "neither scales nor sizes");
	if (err || n->attr.resize.coord != RESIZE_TF_CROP)
		return err;
	if (!ref_in(n, in, 1))
		return ref_error(-EINVAL, n, "tf_crop_and_resize without a region");
	return check_list(n, in, 1, DTYPE_F32, 2 * (int64_t)rank, "regions");
}

static int plan(const struct node *n, const struct value *const *in, struct axis *a)
{
	int rank = in[0]->shape.rank, err = check_lists(n, in);

	for (int i = 0; !err && i < rank; i++) {
		a[i].in = in[0]->shape.dim[i];
		if (n->attr.resize.coord == RESIZE_TF_CROP) {
			a[i].start = ((const float *)in[1]->data)[i];
			a[i].end = ((const float *)in[1]->data)[rank + i];
		}
		err = output_dim(n, in, i, &a[i]);
	}
	return err;
}

int ref_resize_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const unsigned int interpolated = 1u << DTYPE_F32 | REF_BYTES | 1u << DTYPE_I32;
	struct axis a[GRAPH_MAX_RANK] = { 0 };
	int err = ref_check_dtype(n, in, 0, n->attr.resize.mode == RESIZE_NEAREST ? REF_ANY
										   : interpolated);

	if (!err)
		err = plan(n, in, a);
	if (err)
		return err;
	out->dtype = in[0]->dtype;
	out->shape.rank = in[0]->shape.rank;
	for (int i = 0; i < out->shape.rank; i++)
		out->shape.dim[i] = a[i].out;
	return 0;
}

/* Where output o is on the input's axis.  In float, as ONNX Runtime computes it. */
static float position(enum resize_coord coord, const struct axis *a, int64_t o)
{
	float x = (float)o, in = (float)a->in, last = (float)(a->in - 1);
	float steps = a->length - 1;

	switch (coord) {
	case RESIZE_PYTORCH_HALF_PIXEL:
		return a->out > 1 ? (x + 0.5f) / a->scale - 0.5f : 0;
	case RESIZE_ALIGN_CORNERS:
		return a->out > 1 ? x * last / steps : 0;
	case RESIZE_ASYMMETRIC:
		return x / a->scale;
	case RESIZE_TF_CROP:
		return a->out > 1 ? a->start * last + x * (a->end - a->start) * last / steps
				  : 0.5f * (a->start + a->end) * last;
	case RESIZE_HALF_PIXEL_SYMMETRIC:
		return in / 2 * (1 - (float)a->out / a->length) + (x + 0.5f) / a->scale -
		       0.5f;
	default:
		return (x + 0.5f) / a->scale - 0.5f;
	}
}

static bool is_outside(const struct node *n, const struct axis *a, float x)
{
	return n->attr.resize.coord == RESIZE_TF_CROP && !(x >= 0 && x <= (float)(a->in - 1));
}

/* A whole float as an index of the axis. */
static int64_t index_in(const struct axis *a, float x)
{
	if (!(x > 0))
		return 0;
	return x < (float)(a->in - 1) ? (int64_t)x : a->in - 1;
}

static int64_t nearest(const struct node *n, const struct axis *a, int64_t o)
{
	float x = position(n->attr.resize.coord, a, o);

	if (is_outside(n, a, x))
		return -1;
	switch (n->attr.resize.round) {
	case RESIZE_ROUND_PREFER_CEIL:
		return index_in(a, floorf(x + 0.5f));
	case RESIZE_FLOOR:
		return index_in(a, floorf(x));
	case RESIZE_CEIL:
		return index_in(a, ceilf(x));
	default:
		return index_in(a, ceilf(x - 0.5f));
	}
}

/* The value outside of the region, as an element of any type. */
static void fill_element(const struct node *n, enum dtype t, char *element)
{
	struct value v = { t, { .rank = 0 }, element };

	if (ref_is_float(t))
		ref_store_real(&v, 0, (double)n->attr.resize.extrapolation);
	else
		ref_store_int(&v, 0, ref_real_to_int((double)n->attr.resize.extrapolation));
}

static int resize_nearest(const struct node *n, const struct value *x, const struct axis *a,
			  struct value *y)
{
	_Alignas(8) char fill[8] = { 0 };
	int64_t *map[GRAPH_MAX_RANK];
	int err = ref_maps_alloc(n, &y->shape, map);

	if (err)
		return err;
	for (int i = 0; i < y->shape.rank; i++)
		for (int64_t o = 0; o < a[i].out; o++)
			map[i][o] = nearest(n, &a[i], o);
	fill_element(n, y->dtype, fill);
	ref_gather(x, map, fill, y);
	ref_maps_free(map);
	return 0;
}

/* The neighbours of one output: weight[i] for the input first + i, which may be outside. */
struct taps {
	int64_t first, n;
	float *weight;
};

static double linear_kernel(double d)
{
	return d < 1 ? 1 - d : 0;
}

static double cubic_kernel(double d, double a)
{
	if (d < 1)
		return ((a + 2) * d - (a + 3)) * d * d + 1;
	return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/* How far the kernel reaches; with antialias it is as wide as an output pixel. */
static double kernel_shrink(const struct node *n, const struct axis *a)
{
	return n->attr.resize.antialias && a->scale < 1 ? (double)a->scale : 1;
}

static int64_t kernel_reach(const struct node *n, const struct axis *a)
{
	double reach = (n->attr.resize.mode == RESIZE_CUBIC ? 2 : 1) / kernel_shrink(n, a);

	/* More than the axis has makes no difference. */
	return reach < (double)a->in + 2 ? (int64_t)ceil(reach) : a->in + 2;
}

static void normalise(struct taps *t)
{
	double sum = 0;

	for (int64_t i = 0; i < t->n; i++)
		sum += (double)t->weight[i];
	for (int64_t i = 0; sum != 0 && i < t->n; i++)
		t->weight[i] = (float)((double)t->weight[i] / sum);
}

static void set_taps(const struct node *n, const struct axis *a, float x, struct taps *t)
{
	bool cubic = n->attr.resize.mode == RESIZE_CUBIC, outside = n->attr.resize.exclude_outside;
	int64_t reach = t->n / 2;
	double shrink = kernel_shrink(n, a);

	/* Far outside all neighbours are the same edge. */
	x = x > -2 ? x : -2;
	x = x < (float)a->in + 2 ? x : (float)a->in + 2;
	t->first = (int64_t)floorf(x) - reach + 1;
	for (int64_t i = 0; i < t->n; i++) {
		int64_t at = t->first + i;
		double d = fabs((double)at - (double)x) * shrink;
		double weight = cubic ? cubic_kernel(d, (double)n->attr.resize.cubic_a)
				      : linear_kernel(d);

		t->weight[i] = outside && (at < 0 || at >= a->in) ? 0 : (float)weight;
	}
	if (outside || n->attr.resize.antialias)
		normalise(t);
}

/* Row o of the output, from the rows of the input: all seen as outer x axis x inner. */
static void blend(const struct axis *a, const struct taps *t, const float *x, int64_t inner,
		  float *y)
{
	for (int64_t k = 0; k < inner; k++)
		y[k] = 0;
	for (int64_t i = 0; i < t->n; i++) {
		int64_t at = t->first + i;

		at = at < 0 ? 0 : at >= a->in ? a->in - 1 : at;
		for (int64_t k = 0; t->weight[i] != 0 && k < inner; k++)
			y[k] += t->weight[i] * x[at * inner + k];
	}
}

/* s is the shape of x, and becomes that of y. */
static int resize_axis(const struct node *n, const struct axis *a, int axis, const float *x,
		       struct shape *s, float *y)
{
	struct taps t = { .n = 2 * kernel_reach(n, a) };
	int64_t outer = ref_span(s, 0, axis), inner = ref_span(s, axis + 1, s->rank);

	t.weight = calloc((size_t)t.n, sizeof(*t.weight));
	if (!t.weight)
		return ref_error(-ENOMEM, n, "out of memory for %lld weights",
				 (long long)t.n);
	for (int64_t o = 0; o < a->out; o++) {
		float at = position(n->attr.resize.coord, a, o);
		bool outside = is_outside(n, a, at);

		set_taps(n, a, at, &t);
		for (int64_t i = 0; i < outer; i++) {
			float *row = y + (i * a->out + o) * inner;

			if (!outside)
				blend(a, &t, x + i * a->in * inner, inner, row);
			for (int64_t k = 0; outside && k < inner; k++)
				row[k] = n->attr.resize.extrapolation;
		}
	}
	s->dim[axis] = a->out;
	free(t.weight);
	return 0;
}

static bool is_unchanged(const struct node *n, const struct axis *a)
{
	return a->in == a->out && a->scale == 1 && n->attr.resize.coord != RESIZE_TF_CROP;
}

/* Between two buffers; *x ends as the one with the result. */
static int resize_axes(const struct node *n, const struct axis *a, struct shape *s, float **x,
		       float **y)
{
	/* Reducing first keeps what is in between no larger than input or output. */
	for (int enlarge = 0; enlarge < 2; enlarge++) {
		for (int i = 0; i < s->rank; i++) {
			float *swap = *x;
			int err;

			if ((a[i].out >= a[i].in) != enlarge || is_unchanged(n, &a[i]))
				continue;
			err = resize_axis(n, &a[i], i, *x, s, *y);
			if (err)
				return err;
			*x = *y;
			*y = swap;
		}
	}
	return 0;
}

static int resize_smooth(const struct node *n, const struct value *x, const struct axis *a,
			 struct value *y)
{
	int64_t in = shape_count(&x->shape), out = shape_count(&y->shape);
	size_t room = ((size_t)(in > out ? in : out) + 1) * sizeof(float);
	float *from = malloc(room), *to = malloc(room);
	struct shape s = x->shape;
	int err = -ENOMEM;

	if (!from || !to) {
		ref_error(err, n, "out of memory for %s", SHAPE(&y->shape));
	} else {
		for (int64_t i = 0; i < in; i++)
			from[i] = (float)ref_load_real(x, i);
		err = resize_axes(n, a, &s, &from, &to);
	}
	for (int64_t i = 0; !err && i < out; i++) {
		if (ref_is_float(y->dtype))
			ref_store_real(y, i, (double)from[i]);
		else
			ref_store_int(y, i, ref_real_to_int((double)from[i]));
	}
	free(from);
	free(to);
	return err;
}

int ref_resize_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	struct axis a[GRAPH_MAX_RANK] = { 0 };
	int err = plan(n, in, a);

	if (err || !shape_count(&out->shape))
		return err;
	if (n->attr.resize.mode == RESIZE_NEAREST)
		return resize_nearest(n, in[0], a, out);
	return resize_smooth(n, in[0], a, out);
}
