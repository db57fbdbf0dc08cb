/* SPDX-License-Identifier: MIT */
/* QuantizeLinear and DequantizeLinear, and the rounding that all quantised operators share. */
#include <inttypes.h>
#include <math.h>

#include "ref_priv.h"

void ref_dtype_range(enum dtype t, int32_t *lo, int32_t *hi)
{
	*lo = t == DTYPE_I8 ? -128 : t == DTYPE_I32 ? INT32_MIN : 0;
	*hi = t == DTYPE_I8 ? 127 : t == DTYPE_I32 ? INT32_MAX : 255;
}

/* Rounded half to even; what is no number or does not fit counts as 2^30 of its sign. */
static int32_t round_limited(float x)
{
	if (!(fabsf(x) < 0x1p30f))
		return x < 0 ? -(1 << 30) : 1 << 30;
	return (int32_t)rintf(x);
}

static int32_t limit(int32_t x, int32_t lo, int32_t hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

/*
 * A float has 24 bits and the product is rounded to 24: these are the two roundings of
 * arithmetic.md.  Its rules 6 for scales without a meaning come before.
 */
int32_t ref_requantize(int32_t acc, float scale, int32_t zero, int32_t lo, int32_t hi)
{
	float product = (float)acc * fabsf(scale);

	if (!acc || !(fabsf(scale) >= 0x1p-126f || isnan(scale)))
		return limit(zero, lo, hi);
	if (isnan(scale))
		product = acc < 0 ? -INFINITY : INFINITY;
	return limit(round_limited(product) + zero, lo, hi);
}

/* What is no number becomes the smallest, as in ONNX Runtime. */
int32_t ref_quantize(float x, float scale, int32_t zero, enum dtype to)
{
	int32_t lo, hi;
	float q = x / scale;

	ref_dtype_range(to, &lo, &hi);
	return isnan(q) ? lo : limit(round_limited(q) + zero, lo, hi);
}

/*
 * ref_quantize() for many, in a form that compilers make vectors of.  The limits come before the
 * rounding, which makes no difference, as they are integers; adding and subtracting 1.5 * 2^23
 * rounds to nearest, ties to even.
 */
void ref_quantize_bytes(const float *x, int64_t n, float scale, int32_t zero, enum dtype to, void *y)
{
	int32_t lo, hi;
	float low, high;
	uint8_t *byte = y;

	ref_dtype_range(to, &lo, &hi);
	low = (float)(lo - zero);
	high = (float)(hi - zero);
	for (int64_t i = 0; i < n; i++) {
		float q = x[i] / scale;

		q = q >= low ? q : low;
		q = q <= high ? q : high;
		q += 0x1.8p23f;
		q -= 0x1.8p23f;
		byte[i] = (uint8_t)((int32_t)q + zero);
	}
}

float ref_scale(const struct value *scale, int64_t channel)
{
	return ((const float *)scale->data)[shape_count(&scale->shape) > 1 ? channel : 0];
}

int32_t ref_zero(const struct value *zero, int64_t channel)
{
	if (!zero)
		return 0;
	return (int32_t)ref_load_int(zero, shape_count(&zero->shape) > 1 ? channel : 0);
}

static int check_list(const struct node *n, const struct value *const *in, int i, int64_t extent)
{
	const struct shape *s = &in[i]->shape;

	/* A scalar may also be a list of one. */
	if (shape_count(s) == 1 || (s->rank == 1 && s->dim[0] == extent && extent > 0))
		return 0;
	if (extent < 0)
		return ref_error(-ENOTSUP, n, "input %d of %s; one scale and zero point for the "
				 "whole tensor is supported", i, SHAPE(s));
	return ref_error(-EINVAL, n,
			 "input %d of %s; one scale and zero point is needed, or %" PRId64, i,
			 SHAPE(s), extent);
}

int ref_check_scale(const struct node *n, const struct value *const *in, int i, int64_t extent)
{
	int err = ref_check_dtype(n, in, i, 1u << DTYPE_F32);

	if (!err)
		err = check_list(n, in, i, extent);
	if (err || !ref_in(n, in, i + 1))
		return err;
	err = ref_check_dtype(n, in, i + 1, REF_BYTES | 1u << DTYPE_I32);
	return err ? err : check_list(n, in, i + 1, extent);
}

/* Per tensor the axis does not matter, and may lie outside of a scalar or a list. */
static int find_axis(const struct node *n, const struct value *const *in, int *axis)
{
	const struct shape *x = &in[0]->shape;
	int err;

	if (shape_count(&in[1]->shape) == 1) {
		*axis = -1;
		return ref_check_scale(n, in, 1, -1);
	}
	if (in[1]->shape.rank > 1)
		return ref_error(-ENOTSUP, n, "scales of %s: scales per block are not supported",
				 SHAPE(&in[1]->shape));
	err = ref_axis(n, n->attr.axis.axis, x->rank, axis);
	return err ? err : ref_check_scale(n, in, 1, x->dim[*axis]);
}

int ref_quantize_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct value *zero = ref_in(n, in, 2);
	int axis, err = ref_check_dtype(n, in, 0, 1u << DTYPE_F32 | 1u << DTYPE_I32);

	if (!err)
		err = find_axis(n, in, &axis);
	if (!err && zero)
		err = ref_check_dtype(n, in, 2, REF_BYTES);
	out->dtype = zero ? zero->dtype : DTYPE_U8;
	out->shape = in[0]->shape;
	return err;
}

/* Element i of a tensor belongs to this channel. */
struct channels {
	int64_t count, inner;
};

static struct channels channels_of(const struct shape *s, int axis)
{
	if (axis < 0)
		return (struct channels){ 1, shape_count(s) };
	return (struct channels){ s->dim[axis], ref_span(s, axis + 1, s->rank) };
}

/* n elements, in runs of the same channel. */
static void quantize_floats(const float *x, int64_t n, const struct channels *ch,
			    const struct value *scale, const struct value *zero, struct value *out)
{
	uint8_t *y = out->data;

	for (int64_t at = 0, run = 0; at < n; at += ch->inner, run++)
		ref_quantize_bytes(x + at, ch->inner, ref_scale(scale, run % ch->count),
				   ref_zero(zero, run % ch->count), out->dtype, y + at);
}

static void dequantize_bytes(const struct value *x, int64_t n, const struct channels *ch,
			     const struct value *scale, const struct value *zero, float *y)
{
	for (int64_t at = 0, run = 0; at < n; at += ch->inner, run++) {
		const float s = ref_scale(scale, run % ch->count);
		const int32_t z = ref_zero(zero, run % ch->count);
		const int8_t *i8 = (const int8_t *)x->data + at;
		const uint8_t *u8 = (const uint8_t *)x->data + at;

		if (x->dtype == DTYPE_I8)
			for (int64_t i = 0; i < ch->inner; i++)
				y[at + i] = (float)(i8[i] - z) * s;
		else
			for (int64_t i = 0; i < ch->inner; i++)
				y[at + i] = (float)(u8[i] - z) * s;
	}
}

int ref_quantize_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct value *x = in[0], *zero = ref_in(n, in, 2);
	struct channels ch;
	int axis, err = find_axis(n, in, &axis);

	if (err)
		return err;
	ch = channels_of(&x->shape, axis);
	if (x->dtype == DTYPE_F32) {
		quantize_floats(x->data, shape_count(&x->shape), &ch, in[1], zero, out);
		return 0;
	}
	for (int64_t i = 0; i < shape_count(&x->shape); i++) {
		int64_t c = i / ch.inner % ch.count;

		ref_store_int(out, i, ref_quantize((float)ref_load_real(x, i),
						   ref_scale(in[1], c), ref_zero(zero, c),
						   out->dtype));
	}
	return 0;
}

int ref_dequantize_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct value *zero = ref_in(n, in, 2);
	int axis, err = ref_check_dtype(n, in, 0, REF_BYTES | 1u << DTYPE_I32);

	if (!err)
		err = find_axis(n, in, &axis);
	if (!err && zero)
		err = ref_check_same(n, in, 0, 2);
	out->dtype = DTYPE_F32;
	out->shape = in[0]->shape;
	return err;
}

int ref_dequantize_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct value *x = in[0], *zero = ref_in(n, in, 2);
	struct channels ch;
	int axis, err = find_axis(n, in, &axis);

	if (err)
		return err;
	ch = channels_of(&x->shape, axis);
	if (x->dtype != DTYPE_I32) {
		dequantize_bytes(x, shape_count(&x->shape), &ch, in[1], zero, out->data);
		return 0;
	}
	for (int64_t i = 0; i < shape_count(&x->shape); i++) {
		int64_t c = i / ch.inner % ch.count;
		int64_t q = ref_load_int(x, i) - ref_zero(zero, c);

		((float *)out->data)[i] = (float)q * ref_scale(in[1], c);
	}
	return 0;
}
