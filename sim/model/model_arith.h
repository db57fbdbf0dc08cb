/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scalar formulas of Documentation/arithmetic.md, sections 4 and 5.  Inline, because POST
 * uses them for every element; model_requant.c has section 2.
 */
#ifndef FCN_MODEL_ARITH_H
#define FCN_MODEL_ARITH_H

#include <stdint.h>

static inline int32_t fcnm_sat8(int64_t v)
{
	return v < -128 ? -128 : v > 127 ? 127 : (int32_t)v;
}

/*
 * v / 2^n to the nearest integer, ties to even; |v| below 2^61, n below 61.  In units of half
 * the divisor, adding one less than a half, or a half when the quotient is odd, makes
 * the floor of the shift the rounded value; doubling v keeps that true for n = 0.
 */
static inline int64_t fcnm_rne_shift(int64_t v, unsigned n)
{
	int64_t odd = v >> n & 1;

	return (2 * v + (INT64_C(1) << n) - 1 + odd) >> (n + 1);
}

struct fcnm_residual {
	int64_t mul_a, mul_b;
	int32_t za, zb, zo;
	unsigned shift;
};

static inline int32_t fcnm_residual_add(const struct fcnm_residual *r, int32_t y, int32_t b)
{
	int64_t v = (y - r->za) * r->mul_a + (b - r->zb) * r->mul_b;

	return fcnm_sat8(fcnm_rne_shift(v, r->shift) + r->zo);
}

/* First MIN, then MAX: MAX wins where MIN > MAX. */
static inline int32_t fcnm_clamp(int32_t y, int32_t min, int32_t max)
{
	y = y < min ? min : y;
	return y > max ? max : y;
}

#endif
