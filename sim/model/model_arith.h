/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scalar formulas of Documentation/arithmetic.md.  Inline, because POST uses them for every element;
 * model_requant.c has sections 2 and 4.
 */
#ifndef FCN_MODEL_ARITH_H
#define FCN_MODEL_ARITH_H

#include <stdint.h>

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

/* First MIN, then MAX: MAX wins where MIN > MAX.  Within -128..127, they leave nothing to saturate. */
static inline int8_t fcnm_clamp(int64_t v, int32_t min, int32_t max)
{
	v = v < min ? min : v;
	return (int8_t)(v > max ? max : v);
}

#endif
