/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of model_requant.c, which includes this once for each instruction set: LANES columns at a time, in the
 * vector types of gcc and clang.  Before, it names the functions REQUANT and RESIDUAL and their TARGET, and defines
 * what compilers do not find by themselves: MUL_LOW, the product of the low halves of 64-bit lanes; MIN_U, MIN_S and
 * MAX_S of 32-bit lanes.
 *
 * Products have 64 bits, so that even and odd columns are multiplied apart.  Bytes become 32 bits, and 32 bits bytes, by
 * way of 16 bits, because gcc does it element by element otherwise.
 */
TARGET static void REQUANT(const struct fcnm_channels *ch, const uint32_t *acc, uint32_t cols, int8_t *y)
{
	typedef uint32_t words __attribute__((vector_size(LANES * 4)));
	typedef int32_t ints __attribute__((vector_size(LANES * 4)));
	typedef uint64_t longs __attribute__((vector_size(LANES * 4)));
	typedef int16_t shorts __attribute__((vector_size(LANES * 2)));
	typedef int8_t bytes __attribute__((vector_size(LANES)));

	const ints zp = (ints){ 0 } + ch->zp, min = (ints){ 0 } + ch->min, max = (ints){ 0 } + ch->max;
	words near[FCNM_COLS_MAX / LANES], any = { 0 };
	uint32_t col, near_any = 0;

	for (col = 0; col < cols; col += LANES) {
		words a, bias, limit, m, value;
		longs factor[2], shift[2], even, odd;
		ints sign, v;
		bytes narrow;

		memcpy(&a, acc + col, sizeof(a));
		memcpy(&bias, ch->bias + col, sizeof(bias));
		memcpy(&limit, ch->limit + col, sizeof(limit));
		memcpy(&factor[0], ch->factor[0] + col / 2, sizeof(longs));
		memcpy(&factor[1], ch->factor[1] + col / 2, sizeof(longs));
		memcpy(&shift[0], ch->shift[0] + col / 2, sizeof(longs));
		memcpy(&shift[1], ch->shift[1] + col / 2, sizeof(longs));

		a += bias;
		sign = (ints)a >> 31;
		m = (a ^ (words)sign) - (words)sign;
		m = MIN_U(m, limit);
		even = MUL_LOW((longs)m, factor[0]) >> shift[0];
		odd = MUL_LOW((longs)m >> 32, factor[1]) >> shift[1];
		value = (words)(even | odd << 32) + (1u << (FRACTION - 1));

		/* A tie is where the fraction is now 0. */
		near[col / LANES] = (words)(((value + NEAR) & ((1u << FRACTION) - 2 * NEAR)) == 0);
		any |= near[col / LANES];

		v = (ints)(value >> FRACTION);
		v = (v ^ sign) - sign + zp;
		v = MAX_S(v, min);
		v = MIN_S(v, max);
		narrow = __builtin_convertvector(__builtin_convertvector(v, shorts), bytes);
		memcpy(y + col, &narrow, sizeof(narrow));
	}
	for (col = 0; col < LANES; col++)
		near_any |= any[col];
	if (__builtin_expect(!near_any, 1))
		return;
	for (col = 0; col < cols; col++)
		if (near[col / LANES][col % LANES])
			y[col] = exact(ch, col, acc[col]);
}

TARGET static void RESIDUAL(const struct fcnm_residual *r, const int8_t *y, const int8_t *b, uint32_t cols,
			    int8_t *sum)
{
	typedef uint32_t words __attribute__((vector_size(LANES * 4)));
	typedef int32_t ints __attribute__((vector_size(LANES * 4)));
	typedef uint64_t longs __attribute__((vector_size(LANES * 4)));
	typedef int16_t shorts __attribute__((vector_size(LANES * 2)));
	typedef int8_t bytes __attribute__((vector_size(LANES)));

	/* Factors without sign: 256 is added to both, and subtracted with what makes v positive. |v| is below 2^41. */
	const uint64_t up = (UINT64_C(1) << 42) - 256 * ((uint64_t)r->mul_a + r->mul_b);
	const uint64_t half = (UINT64_C(1) << r->shift) - 1;
	const longs mul_a = (longs){ 0 } + r->mul_a, mul_b = (longs){ 0 } + r->mul_b;
	const ints min = (ints){ 0 } + r->min, max = (ints){ 0 } + r->max;
	const unsigned n = r->shift;
	uint32_t col, i;

	if (n < RESIDUAL_SHIFT_MIN) {
		residual_exact(r, y, b, cols, sum);
		return;
	}
	for (col = 0; col < cols; col += LANES) {
		longs factor_a, factor_b, v[2];
		bytes narrow;
		shorts wide;
		ints q;

		memcpy(&narrow, y + col, sizeof(narrow));
		wide = __builtin_convertvector(narrow, shorts);
		factor_a = (longs)(__builtin_convertvector(wide, ints) - (r->za - 256));
		memcpy(&narrow, b + col, sizeof(narrow));
		wide = __builtin_convertvector(narrow, shorts);
		factor_b = (longs)(__builtin_convertvector(wide, ints) - (r->zb - 256));
		for (i = 0; i < 2; i++) {
			v[i] = MUL_LOW(factor_a, mul_a) + MUL_LOW(factor_b, mul_b) + up;
			/* As fcnm_rne_shift(). */
			v[i] = (2 * v[i] + half + (v[i] >> n & 1)) >> (n + 1);
			factor_a >>= 32;
			factor_b >>= 32;
		}
		q = (ints)(words)(v[0] | v[1] << 32) - ((1 << (42 - n)) - r->zo);
		q = MAX_S(q, min);
		q = MIN_S(q, max);
		narrow = __builtin_convertvector(__builtin_convertvector(q, shorts), bytes);
		memcpy(sum + col, &narrow, sizeof(narrow));
	}
}

#undef LANES
#undef REQUANT
#undef RESIDUAL
#undef TARGET
#undef MUL_LOW
#undef MIN_U
#undef MIN_S
#undef MAX_S
