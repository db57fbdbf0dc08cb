// SPDX-License-Identifier: Apache-2.0
/*
 * The arithmetic of POST: requantisation (Documentation/arithmetic.md, section 2) and residual add (section 4), in
 * integers; libaccel's reference uses floating point for the first, so that each checks the other.
 *
 * Requantisation rounds three times: the sum to 24 significant bits (step 2), the product to 24
 * (step 4), the value to an integer (step 5).  Almost always the last rounding alone gives the same
 * integer, and it needs no bit lengths:
 *
 *   T = 150 - E, so that the value is m * (2^23 + F) / 2^T.  Steps 2 and 4 move it by less than 2^-24
 *   of itself each, so by less than 2^-15 where it is below 2^8.  From 2^8 on y saturates, whatever ZP is,
 *   and both roundings are monotonic, so they do not bring a value of 2^8 or more below it.  So where the
 *   value is farther than 2^-14 from a tie of step 5, steps 2 and 4 cannot change its integer.
 *
 * REQUANT computes the value with FRACTION bits behind the point, in 32 bits: m is limited to what makes 2^8 of
 * it, so that it stays below 2^10.  Columns that are near a tie go through exact(), which does steps 1 to 7 as
 * they stand there.
 */
#include "model_int.h"
#include "model_arith.h"

#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

/*
 * T, within the range that REQUANT needs.  For T <= 14, m * (2^23 + F) / 2^T is 0 or at least 2^9, so that y
 * saturates, as with T = 14; m * (2^23 + F) is below 2^55, so that T >= 57 gives 0, as with 57, and needs
 * no limit from 46 on.
 */
#define T_MIN 14
#define T_NO_LIMIT 46
#define T_MAX 57

#define FRACTION 21
#define NEAR (UINT32_C(1) << (FRACTION - 13)) /* a tie: twice 2^-14, as what is behind FRACTION is cut off */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "even columns are the low halves of 64-bit lanes");

void fcnm_channel_set(struct fcnm_channels *ch, unsigned col, uint32_t bias, uint32_t scale)
{
	const int exponent = (int)(scale >> 23 & 0xff), wide = 150 - exponent;
	const int t = wide < T_MIN ? T_MIN : wide > T_MAX ? T_MAX : wide;
	const uint32_t significand = UINT32_C(1) << 23 | (scale & 0x7fffff);

	ch->bias[col] = bias;
	ch->exponent[col] = exponent;
	ch->significand[col] = significand;
	ch->limit[col] = t >= T_NO_LIMIT ? UINT32_MAX :
					   (uint32_t)(((UINT64_C(1) << (t + 8)) + significand - 1) / significand);
	/* 8 bits farther left, so that the shift is to the right for all T. */
	ch->factor[col % 2][col / 2] = (uint64_t)significand << 8;
	ch->shift[col % 2][col / 2] = (uint64_t)(t + 8 - FRACTION);
}

static int bit_length(uint64_t v)
{
	return v ? 64 - __builtin_clzll(v) : 0;
}

/* v to 24 significant bits; *e grows by the power of 2 that was taken out. */
static uint64_t round24(uint64_t v, int *e)
{
	const int cut = bit_length(v) - 24;

	if (cut <= 0)
		return v;
	*e += cut;
	return (uint64_t)fcnm_rne_shift((int64_t)v, (unsigned)cut);
}

/* Steps 1 to 7 as they stand there, and the clamp. */
static int8_t exact(const struct fcnm_channels *ch, uint32_t col, uint32_t acc)
{
	const uint32_t a = acc + ch->bias[col];
	const bool negative = a >> 31;
	int e = 0, h;
	uint64_t p;
	int64_t i;

	p = round24(negative ? 0u - a : a, &e) * ch->significand[col];
	p = round24(p, &e);
	h = 150 - ch->exponent[col] - e;
	if (h >= 0)
		i = h > 25 ? 0 : fcnm_rne_shift((int64_t)p, (unsigned)h);
	else
		i = h < -30 || p << -h > UINT64_C(1) << 30 ? p ? INT64_C(1) << 30 : 0 : (int64_t)(p << -h);
	return fcnm_clamp((negative ? -i : i) + ch->zp, ch->min, ch->max);
}

#define RESIDUAL_SHIFT_MIN 12 /* from which on what is shifted fits 32 bits */

/* Section 4 as it stands there, and the clamp. */
static void residual_exact(const struct fcnm_residual *r, const int8_t *y, const int8_t *b, uint32_t cols, int8_t *sum)
{
	uint32_t i;

	for (i = 0; i < cols; i++) {
		int64_t v = (int64_t)(y[i] - r->za) * r->mul_a + (int64_t)(b[i] - r->zb) * r->mul_b;

		sum[i] = fcnm_clamp(fcnm_rne_shift(v, r->shift) + r->zo, r->min, r->max);
	}
}

/* ---- for each instruction set.  More lanes are slower where vectors are not as wide: gcc takes them apart. ---- */

#define LANES 4u
#define REQUANT requant_portable
#define RESIDUAL residual_portable
#define TARGET
#define MUL_LOW(a, b) (((a) & UINT32_MAX) * (b))
#define MIN_U(a, b) (((a) & (words)((a) < (b))) | ((b) & (words)((a) >= (b))))
#define MIN_S(a, b) (((a) & ((a) < (b))) | ((b) & ((a) >= (b))))
#define MAX_S(a, b) (((a) & ((a) > (b))) | ((b) & ((a) <= (b))))
#include "model_requant_lanes.h"

#ifdef __x86_64__
#define LANES 8u
#define REQUANT requant_avx2
#define RESIDUAL residual_avx2
#define TARGET __attribute__((target("avx2")))
#define MUL_LOW(a, b) ((longs)_mm256_mul_epu32((__m256i)(a), (__m256i)(b)))
#define MIN_U(a, b) ((words)_mm256_min_epu32((__m256i)(a), (__m256i)(b)))
#define MIN_S(a, b) ((ints)_mm256_min_epi32((__m256i)(a), (__m256i)(b)))
#define MAX_S(a, b) ((ints)_mm256_max_epi32((__m256i)(a), (__m256i)(b)))
#include "model_requant_lanes.h"

#define LANES 16u
#define REQUANT requant_16
#define RESIDUAL residual_16
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl")))
#define MUL_LOW(a, b) ((longs)_mm512_mul_epu32((__m512i)(a), (__m512i)(b)))
#define MIN_U(a, b) ((words)_mm512_min_epu32((__m512i)(a), (__m512i)(b)))
#define MIN_S(a, b) ((ints)_mm512_min_epi32((__m512i)(a), (__m512i)(b)))
#define MAX_S(a, b) ((ints)_mm512_max_epi32((__m512i)(a), (__m512i)(b)))
#include "model_requant_lanes.h"

/* Columns come in eights. */
static void requant_avx512(const struct fcnm_channels *ch, const uint32_t *acc, uint32_t cols, int8_t *y)
{
	(cols % 16 ? requant_avx2 : requant_16)(ch, acc, cols, y);
}

static void residual_avx512(const struct fcnm_residual *r, const int8_t *y, const int8_t *b, uint32_t cols, int8_t *sum)
{
	(cols % 16 ? residual_avx2 : residual_16)(r, y, b, cols, sum);
}
#endif

const struct fcnm_post_kernel *fcnm_post_select(unsigned skip)
{
	static const struct fcnm_post_kernel portable = { requant_portable, residual_portable };
#ifdef __x86_64__
	static const struct fcnm_post_kernel avx2 = { requant_avx2, residual_avx2 };
	static const struct fcnm_post_kernel avx512 = { requant_avx512, residual_avx512 };

	if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && skip-- == 0)
		return &avx512;
	if (__builtin_cpu_supports("avx2") && skip-- == 0)
		return &avx2;
#endif
	return skip == 0 ? &portable : NULL;
}
