/* SPDX-License-Identifier: MIT */
/* Table, residual and clamp (Documentation/arithmetic.md, 3 to 5), on bytes that lie in rows. */
#include <stddef.h>

#include "host_kernel.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

bool host_has_finish(const struct layer *l)
{
	return l->table || l->res >= 0;
}

static void table_plain(const int8_t *table, int8_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i] = table[v[i] + 128];
}

#ifdef __x86_64__
/* 64 look-ups at once: the table is four registers, an index of eight bits picks from them. */
__attribute__((target("avx512f,avx512bw,avx512vbmi"))) static void
table_vbmi(const int8_t *table, int8_t *v, size_t n)
{
	const __m512i t0 = _mm512_loadu_si512(table), t1 = _mm512_loadu_si512(table + 64);
	const __m512i t2 = _mm512_loadu_si512(table + 128), t3 = _mm512_loadu_si512(table + 192);

	for (size_t i = 0; i < n; i += 64) {
		__mmask64 some = n - i >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << (n - i)) - 1;
		__m512i x = _mm512_maskz_loadu_epi8(some, v + i);
		/* Negative values are the lower half of the table. */
		__m512i low = _mm512_permutex2var_epi8(t0, x, t1);
		__m512i high = _mm512_permutex2var_epi8(t2, x, t3);

		x = _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), high, low);
		_mm512_mask_storeu_epi8(v + i, some, x);
	}
}
#endif

void host_look_up(const int8_t *table, int8_t *v, size_t n)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512vbmi")) {
		table_vbmi(table, v, n);
		return;
	}
#endif
	table_plain(table, v, n);
}

/*
 * Doubles are exact here: sums of 41 bits, and a power of two as factor.  Adding and subtracting
 * 1.5 * 2^52 rounds to nearest, ties to even.
 */
static void add_residual(const struct layer *l, const int8_t *res, int8_t *v, size_t n)
{
	const struct residual *q = &l->residual;
	const double a = q->mul_a, b = q->mul_b, magic = 0x1.8p52;
	const double step = 1.0 / (double)(UINT64_C(1) << q->shift);
	const double lo = -128.0 - q->zo, hi = 127.0 - q->zo;
	const int za = q->za, zb = q->zb, zo = q->zo;

	for (size_t i = 0; i < n; i++) {
		double sum = (double)(v[i] - za) * a + (double)(res[i] - zb) * b;

		sum *= step;
		sum = sum < lo ? lo : sum;
		sum = sum > hi ? hi : sum;
		sum += magic;
		sum -= magic;
		v[i] = (int8_t)((int)sum + zo);
	}
}

/* MAX wins where MIN > MAX. */
static void clamp(const struct layer *l, int8_t *v, size_t n)
{
	const int8_t min = (int8_t)l->min, max = (int8_t)l->max;

	for (size_t i = 0; i < n; i++) {
		int8_t x = v[i] < min ? min : v[i];

		v[i] = x > max ? max : x;
	}
}

static void finish_run(const struct layer *l, const int8_t *res, int8_t *v, size_t n)
{
	if (l->table)
		host_look_up(l->table, v, n);
	if (res)
		add_residual(l, res, v, n);
	if (l->min > -128 || l->max < 127)
		clamp(l, v, n);
}

void host_finish(const struct layer *l, const struct host_view *out, const struct host_view *res)
{
	const size_t ch = (size_t)l->out_ch;
	bool dense = out->pixel == ch && (!res->data || res->pixel == ch);

	for (int y = 0; y < l->y.out; y++) {
		int8_t *to = out->data + (size_t)y * out->row;
		const int8_t *other = res->data ? res->data + (size_t)y * res->row : NULL;

		if (dense) {
			finish_run(l, other, to, ch * (size_t)l->x.out);
			continue;
		}
		for (int x = 0; x < l->x.out; x++)
			finish_run(l, other ? other + (size_t)x * res->pixel : NULL,
				   to + (size_t)x * out->pixel, ch);
	}
}
