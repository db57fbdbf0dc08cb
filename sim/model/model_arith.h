/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scalar formulas of Documentation/arithmetic.md.  Inline, because POST uses them for every element;
 * model_requant.c has sections 2 and 4.
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

/* First MIN, then MAX: MAX wins where MIN > MAX. */
static inline int16_t fcnm_clamp(int16_t y, int16_t min, int16_t max)
{
	y = y < min ? min : y;
	return y > max ? max : y;
}

#endif
