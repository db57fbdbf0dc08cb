/* SPDX-License-Identifier: MIT */
/* Activations, Clip and Cast: one element gives one element. */
#include <math.h>

#include "ref_priv.h"

static float relu(float x, const union attr *a)
{
	(void)a;
	return x < 0 ? 0 : x;
}

static float leaky_relu(float x, const union attr *a)
{
	return x < 0 ? a->act.alpha * x : x;
}

static float elu(float x, const union attr *a)
{
	return x < 0 ? a->act.alpha * expm1f(x) : x;
}

static float limit01(float x)
{
	return x < 0 ? 0 : x > 1 ? 1 : x;
}

static float hard_sigmoid(float x, const union attr *a)
{
	return limit01(a->act.alpha * x + a->act.beta);
}

static float hard_swish(float x, const union attr *a)
{
	(void)a;
	return x * limit01(x / 6 + 0.5f);
}

/* exp() of what is not positive, so that it cannot overflow. */
static float sigmoid(float x, const union attr *a)
{
	float e = expf(-fabsf(x));

	(void)a;
	return (x < 0 ? e : 1) / (1 + e);
}

static float hyperbolic_tangent(float x, const union attr *a)
{
	(void)a;
	return tanhf(x);
}

typedef float unary_fn(float x, const union attr *a);

static unary_fn *find_unary(enum op op)
{
	switch (op) {
	case OP_LEAKY_RELU:
		return leaky_relu;
	case OP_ELU:
		return elu;
	case OP_HARD_SIGMOID:
		return hard_sigmoid;
	case OP_HARD_SWISH:
		return hard_swish;
	case OP_SIGMOID:
		return sigmoid;
	case OP_TANH:
		return hyperbolic_tangent;
	default:
		return relu;
	}
}

int ref_unary_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const unsigned int float32 = 1u << DTYPE_F32;

	out->dtype = in[0]->dtype;
	out->shape = in[0]->shape;
	return ref_check_dtype(n, in, 0, n->op == OP_RELU ? float32 | REF_INTS : float32);
}

int ref_unary_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	int64_t count = shape_count(&out->shape);
	unary_fn *fn = find_unary(n->op);

	if (out->dtype != DTYPE_F32) {
		for (int64_t i = 0; i < count; i++) {
			int64_t x = ref_load_int(in[0], i);

			ref_store_int(out, i, x < 0 ? 0 : x);
		}
		return 0;
	}
	for (int64_t i = 0; i < count; i++)
		((float *)out->data)[i] = fn(((const float *)in[0]->data)[i], &n->attr);
	return 0;
}

int ref_clip_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	int err = ref_check_dtype(n, in, 0, REF_NUMBERS);

	for (int i = 1; !err && i < n->n_in; i++) {
		if (!in[i])
			continue;
		err = ref_check_same(n, in, 0, i);
		if (!err && shape_count(&in[i]->shape) != 1)
			err = ref_error(-EINVAL, n, "limit of the shape %s instead of a scalar",
					SHAPE(&in[i]->shape));
	}
	out->dtype = in[0]->dtype;
	out->shape = in[0]->shape;
	return err;
}

/* The upper limit wins where they cross. */
static void clip_real(const struct value *x, const struct value *lo, const struct value *hi,
		      struct value *y)
{
	double min = lo ? ref_load_real(lo, 0) : -INFINITY;
	double max = hi ? ref_load_real(hi, 0) : INFINITY;

	for (int64_t i = 0; i < shape_count(&y->shape); i++) {
		double v = ref_load_real(x, i);

		v = v < min ? min : v;
		ref_store_real(y, i, v > max ? max : v);
	}
}

static void clip_int(const struct value *x, const struct value *lo, const struct value *hi,
		     struct value *y)
{
	int64_t min = lo ? ref_load_int(lo, 0) : INT64_MIN;
	int64_t max = hi ? ref_load_int(hi, 0) : INT64_MAX;

	for (int64_t i = 0; i < shape_count(&y->shape); i++) {
		int64_t v = ref_load_int(x, i);

		v = v < min ? min : v;
		ref_store_int(y, i, v > max ? max : v);
	}
}

int ref_clip_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct value *lo = ref_in(n, in, 1), *hi = ref_in(n, in, 2);

	if (ref_is_float(out->dtype))
		clip_real(in[0], lo, hi, out);
	else
		clip_int(in[0], lo, hi, out);
	return 0;
}

int ref_cast_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	if (!dtype_size(n->attr.cast.to))
		return ref_error(-ENOTSUP, n, "casting to type %d", (int)n->attr.cast.to);
	out->dtype = n->attr.cast.to;
	out->shape = in[0]->shape;
	return 0;
}

/* ONNX leaves open what values out of range become; here they are limited. */
int64_t ref_real_to_int(double x)
{
	if (isnan(x))
		return 0;
	if (x >= 0x1p63)
		return INT64_MAX;
	return x < -0x1p63 ? INT64_MIN : (int64_t)x;
}

static int64_t limit_to(enum dtype t, int64_t x)
{
	int32_t lo, hi;

	if (t == DTYPE_I64)
		return x;
	ref_dtype_range(t, &lo, &hi);
	return x < lo ? lo : x > hi ? hi : x;
}

int ref_cast_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct value *x = in[0];
	bool from_real = ref_is_float(x->dtype);

	(void)n;
	for (int64_t i = 0; i < shape_count(&out->shape); i++) {
		if (ref_is_float(out->dtype))
			ref_store_real(out, i, ref_load_real(x, i));
		else if (out->dtype == DTYPE_BOOL)
			ref_store_int(out, i, ref_load_real(x, i) != 0);
		else if (from_real)
			ref_store_int(out, i, limit_to(out->dtype,
						       ref_real_to_int(ref_load_real(x, i))));
		else
			ref_store_int(out, i, ref_load_int(x, i));
	}
	return 0;
}
