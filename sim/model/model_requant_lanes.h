/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of model_requant.c, which includes this once for each number of LANES, columns that are done at
 * a time in the vector types of gcc and clang, and each time names the functions REQUANT and RESIDUAL.
 */
ALWAYS_INLINE void REQUANT(const struct fcnm_channels *ch, const uint32_t *acc, uint32_t cols,
			   int32_t zp, int16_t *y)
{
	typedef uint32_t words __attribute__((vector_size(LANES * 4)));
	typedef int32_t ints __attribute__((vector_size(LANES * 4)));
	typedef int16_t shorts __attribute__((vector_size(LANES * 2)));
	typedef uint64_t longs __attribute__((vector_size(LANES * 8)));
	typedef int64_t slongs __attribute__((vector_size(LANES * 8)));

	longs off = { 0 }; /* lanes that are not 0: a value near a tie, but not on it */
	uint64_t off_any = 0;
	uint32_t col;

	for (col = 0; col < cols; col += LANES) {
		words a, bias, sign, m;
		longs p, t, half, significand, i, from_tie;
		ints v;
		shorts narrow;

		memcpy(&a, acc + col, sizeof(a));
		memcpy(&bias, ch->bias + col, sizeof(bias));
		memcpy(&significand, ch->significand + col, sizeof(significand));
		memcpy(&t, ch->t + col, sizeof(t));
		memcpy(&half, ch->half + col, sizeof(half));

		a += bias;
		sign = (words)((ints)a >> 31);
		m = (a ^ sign) - sign;
		p = __builtin_convertvector(m, longs) * significand;
		i = (p + half + (p >> t & 1)) >> t; /* to the nearest integer, ties to even */

		/* The fraction as a number of 64 bits, less a half: near a tie it is within 2^(64-14) of 0. */
		from_tie = (p << (64 - t)) + (UINT64_C(1) << 63);
		off |= (longs)((from_tie + (UINT64_C(1) << 50)) >> 51 == 0) & from_tie;

		/* 9 bits say enough, because y saturates from 2^8 on. */
		i |= (longs)((slongs)i > 0xff) & 0x100;
		v = __builtin_convertvector(i & 0x1ff, ints);
		v = (v ^ (ints)sign) - (ints)sign + zp;
		v = (v & (v >= -128)) | (-128 & (v < -128));
		v = (v & (v <= 127)) | (127 & (v > 127));
		narrow = __builtin_convertvector(v, shorts);
		memcpy(y + col, &narrow, sizeof(narrow));
	}
	for (col = 0; col < LANES; col++)
		off_any |= off[col];
	if (!off_any)
		return;
	for (col = 0; col < cols; col++)
		y[col] = exact(ch, col, acc[col], zp);
}

ALWAYS_INLINE void RESIDUAL(const struct fcnm_residual *r, const int8_t *b, uint32_t cols, int16_t *y)
{
	typedef int8_t bytes __attribute__((vector_size(LANES)));
	typedef int16_t shorts __attribute__((vector_size(LANES * 2)));
	typedef uint64_t longs __attribute__((vector_size(LANES * 8)));
	typedef int64_t slongs __attribute__((vector_size(LANES * 8)));

	/* |v| is below 2^41: with 2^42 added, which is a multiple of every 2^SHIFT, it is positive. */
	const uint64_t up = UINT64_C(1) << 42, half = (UINT64_C(1) << r->shift) - 1;
	const int64_t mul_a = r->mul_a, mul_b = r->mul_b, add = r->zo - (INT64_C(1) << (42 - r->shift));
	const int16_t za = r->za, zb = r->zb;
	const unsigned n = r->shift;
	uint32_t col;

	for (col = 0; col < cols; col += LANES) {
		shorts ys, narrow;
		bytes bs;
		slongs sum;
		longs v;

		memcpy(&ys, y + col, sizeof(ys));
		memcpy(&bs, b + col, sizeof(bs));
		v = (longs)(__builtin_convertvector(ys - za, slongs) * mul_a +
			    __builtin_convertvector(__builtin_convertvector(bs, shorts) - zb, slongs) * mul_b) + up;
		sum = (slongs)((2 * v + half + (v >> n & 1)) >> (n + 1)) + add;
		sum = (sum & (sum >= -128)) | (-128 & (sum < -128));
		sum = (sum & (sum <= 127)) | (127 & (sum > 127));
		narrow = __builtin_convertvector(sum, shorts);
		memcpy(y + col, &narrow, sizeof(narrow));
	}
}
