// SPDX-License-Identifier: Apache-2.0
/*
 * Requantisation: Documentation/arithmetic.md, section 2, in integers; libaccel's reference
 * uses floating point instead, so that each checks the other.
 *
 * Four columns at a time, without a branch, in the vector types of gcc and clang; compiled for
 * each instruction set.  Vectors are passed by pointer, because their calling convention
 * depends on the instruction set.
 */
#include "model_int.h"

#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define LANES 4u /* more are slower with AVX2, where gcc takes them apart */

typedef int64_t lanes __attribute__((vector_size(LANES * 8)));
typedef uint64_t ulanes __attribute__((vector_size(LANES * 8)));

void fcnm_channel_set(struct fcnm_channels *ch, unsigned col, uint32_t bias, uint32_t scale)
{
	ch->bias[col] = bias;
	ch->exponent[col] = scale >> 23 & 0xff;
	ch->significand[col] = (INT64_C(1) << 23) | (scale & 0x7fffff);
}

/* v = mask ? a : v; a mask is what a comparison gives. */
ALWAYS_INLINE void select_if(lanes *v, const lanes *mask, const lanes *a)
{
	*v = (*a & *mask) | (*v & ~*mask);
}

ALWAYS_INLINE void at_least(lanes *v, int64_t low)
{
	const lanes lows = *v - *v + low, mask = *v < lows;

	select_if(v, &mask, &lows);
}

ALWAYS_INLINE void at_most(lanes *v, int64_t high)
{
	const lanes highs = *v - *v + high, mask = *v > highs;

	select_if(v, &mask, &highs);
}

/*
 * v / 2^n to the nearest integer, ties to even; 0 <= v < 2^61, 0 <= n < 61.  In units of half the
 * divisor, adding one less than a half, or a half when the quotient is odd, makes the floor
 * of the shift the rounded value; doubling v keeps that true for n = 0.
 */
ALWAYS_INLINE void rne_shift(lanes *v, const lanes *n)
{
	const ulanes u = (ulanes)*v, s = (ulanes)*n, one = u - u + 1;

	*v = (lanes)((2 * u + (one << s) - 1 + (u >> s & 1)) >> (s + 1));
}

/* The bit length of v, 0 < v < 2^32: 1 + the place of its highest bit, found by halving. */
ALWAYS_INLINE void bit_length(const lanes *v, lanes *length)
{
	lanes rest = *v, step;
	int64_t bits;

	*length = *v - *v + 1;
	for (bits = 16; bits; bits /= 2) {
		step = (lanes)((ulanes)rest >> (uint64_t)bits);
		step = (step > 0) & bits;
		rest = (lanes)((ulanes)rest >> (ulanes)step);
		*length += step;
	}
}

/*
 * Steps 2 to 4: p, which is |acc + bias|, becomes the product's 24 significant bits, and e the
 * power of 2 that belongs to them.  The significand has 24 bits, so the product of it and of
 * n bits has n + 23 or n + 24; where rounding m makes it 2^24, that counts as 24 bits.
 */
ALWAYS_INLINE void product24(lanes *p, const lanes *significand, lanes *e)
{
	const lanes odd = *p | 1;
	lanes n, cut, more;

	bit_length(&odd, &n);
	cut = n - 24;
	at_least(&cut, 0);
	rne_shift(p, &cut);
	*p *= *significand;
	n -= cut;
	*e = cut;
	more = (lanes)((ulanes)*p >> (ulanes)(n + 23));
	cut = n - 1 + more;
	rne_shift(p, &cut);
	*e += cut;
}

/* p * 2^-h to the nearest integer, ties to even; p <= 2^24; 2^30 stands for all above. */
ALWAYS_INLINE void scale(lanes *p, const lanes *h)
{
	lanes left = -*h, right = *h;

	at_least(&left, 0);
	at_most(&left, 30);
	*p = (lanes)((ulanes)*p << (ulanes)left);
	at_most(p, INT64_C(1) << 30);
	at_least(&right, 0);
	at_most(&right, 26); /* 26 gives 0, as any more */
	rne_shift(p, &right);
}

ALWAYS_INLINE void requant_group(const struct fcnm_channels *ch, uint32_t col,
				 const uint32_t *acc, int32_t zp, int32_t *y)
{
	lanes significand, exponent, p, negative, e, h;
	int32_t sum;
	uint32_t i;

	memcpy(&significand, ch->significand + col, sizeof(lanes));
	memcpy(&exponent, ch->exponent + col, sizeof(lanes));
	for (i = 0; i < LANES; i++) {
		sum = (int32_t)(acc[col + i] + ch->bias[col + i]);
		p[i] = sum;
	}
	negative = p < 0; /* -1 or 0 */
	p = (p ^ negative) - negative;
	product24(&p, &significand, &e);
	/* An exponent of 0 needs no rule of its own: h is above 25. */
	h = 150 - exponent - e;
	scale(&p, &h);
	p = ((p ^ negative) - negative) + zp;
	at_least(&p, -128);
	at_most(&p, 127);
	for (i = 0; i < LANES; i++)
		y[col + i] = (int32_t)p[i];
}

ALWAYS_INLINE void requant_any(const struct fcnm_channels *ch, const uint32_t *acc, uint32_t cols,
			       int32_t zp, int32_t *y)
{
	uint32_t col;

	for (col = 0; col < cols; col += LANES)
		requant_group(ch, col, acc, zp, y);
}

static void requant_portable(const struct fcnm_channels *ch, const uint32_t *acc, uint32_t cols,
			     int32_t zp, int32_t *y)
{
	requant_any(ch, acc, cols, zp, y);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void
requant_avx2(const struct fcnm_channels *ch, const uint32_t *acc, uint32_t cols, int32_t zp,
	     int32_t *y)
{
	requant_any(ch, acc, cols, zp, y);
}

__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))) static void
requant_avx512(const struct fcnm_channels *ch, const uint32_t *acc, uint32_t cols, int32_t zp,
	       int32_t *y)
{
	requant_any(ch, acc, cols, zp, y);
}
#endif

fcnm_requant_fn fcnm_requant_select(unsigned skip)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512vl") && skip-- == 0)
		return requant_avx512;
	if (__builtin_cpu_supports("avx2") && skip-- == 0)
		return requant_avx2;
#endif
	return skip == 0 ? requant_portable : NULL;
}
