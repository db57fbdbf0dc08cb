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
 *   A value on a tie of at most 2^8 has an odd part of at most 9 bits.  m and 2^23 + F divide it but for powers of
 *   2, so neither they nor their product have more than 9 significant bits: steps 2 and 4 change nothing, and the tie
 *   goes to the even integer.
 *
 * REQUANT does that, and watches for a column that was near a tie but not on one: then exact() does them
 * again step by step.
 */
#include "model_int.h"
#include "model_arith.h"

#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/*
 * T, within the range that REQUANT needs.  For T <= 14, m * (2^23 + F) / 2^T is 0 or at least 2^9, so that y
 * saturates, as with T = 14; m * (2^23 + F) is below 2^55, so that T >= 57 gives 0, as with 57.
 */
#define T_MIN 14
#define T_MAX 57

void fcnm_channel_set(struct fcnm_channels *ch, unsigned col, uint32_t bias, uint32_t scale)
{
	const int exponent = (int)(scale >> 23 & 0xff), t = 150 - exponent;

	ch->bias[col] = bias;
	ch->exponent[col] = exponent;
	ch->significand[col] = (UINT32_C(1) << 23) | (scale & 0x7fffff);
	ch->t[col] = (uint64_t)(t < T_MIN ? T_MIN : t > T_MAX ? T_MAX : t);
	ch->half[col] = (UINT64_C(1) << (ch->t[col] - 1)) - 1;
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

/* Steps 1 to 7 as they stand there. */
static int16_t exact(const struct fcnm_channels *ch, uint32_t col, uint32_t acc, int32_t zp)
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
	return (int16_t)fcnm_sat8((negative ? -i : i) + zp);
}

/* More lanes are slower where the processor has no vectors as wide: gcc takes them apart. */
#define LANES 4u
#define REQUANT requant_4
#define RESIDUAL residual_4
#include "model_requant_lanes.h"

#ifdef __x86_64__
#undef LANES
#undef REQUANT
#undef RESIDUAL
#define LANES 8u
#define REQUANT requant_8
#define RESIDUAL residual_8
#include "model_requant_lanes.h"
#endif

/* ---- for each instruction set ---- */

static void requant_portable(const struct fcnm_channels *ch, const uint32_t *acc, uint32_t cols,
			     int32_t zp, int16_t *y)
{
	requant_4(ch, acc, cols, zp, y);
}

static void residual_portable(const struct fcnm_residual *r, const int8_t *b, uint32_t cols, int16_t *y)
{
	residual_4(r, b, cols, y);
}

#ifdef __x86_64__
#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

AVX2 static void requant_avx2(const struct fcnm_channels *ch, const uint32_t *acc, uint32_t cols,
			      int32_t zp, int16_t *y)
{
	requant_4(ch, acc, cols, zp, y);
}

AVX2 static void residual_avx2(const struct fcnm_residual *r, const int8_t *b, uint32_t cols, int16_t *y)
{
	residual_4(r, b, cols, y);
}

AVX512 static void requant_avx512(const struct fcnm_channels *ch, const uint32_t *acc, uint32_t cols,
				  int32_t zp, int16_t *y)
{
	requant_8(ch, acc, cols, zp, y);
}

AVX512 static void residual_avx512(const struct fcnm_residual *r, const int8_t *b, uint32_t cols, int16_t *y)
{
	residual_8(r, b, cols, y);
}
#endif

const struct fcnm_post_kernel *fcnm_post_select(unsigned skip)
{
	static const struct fcnm_post_kernel portable = { requant_portable, residual_portable };
#ifdef __x86_64__
	static const struct fcnm_post_kernel avx2 = { requant_avx2, residual_avx2 };
	static const struct fcnm_post_kernel avx512 = { requant_avx512, residual_avx512 };

	if (__builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512vl") && skip-- == 0)
		return &avx512;
	if (__builtin_cpu_supports("avx2") && skip-- == 0)
		return &avx2;
#endif
	return skip == 0 ? &portable : NULL;
}
