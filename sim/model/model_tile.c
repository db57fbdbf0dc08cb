// SPDX-License-Identifier: Apache-2.0
/*
 * The inner loop of CONV: one weight tile over all pixels.
 *
 * One body, written with the vector types of gcc and clang, is compiled for each width
 * of the array and each instruction set.  Sums are of uint32_t, which wraps as the
 * accumulators do; the product of two sign-extended bytes is exact in it.
 */
#include "model_int.h"

#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define ROWS_MAX 32u
#define COLS_MAX 32u

/* Eight columns; the compiler makes of it what the instruction set has. */
typedef uint32_t lane8 __attribute__((vector_size(32)));

/* The R activations of a pixel, widened. */
ALWAYS_INLINE void fetch_pixel(const struct fcnm_buffer *ifm, uint32_t addr, uint32_t rows,
			       uint32_t a[ROWS_MAX])
{
	const uint32_t at = addr & ifm->mask;
	uint32_t r;

	if (__builtin_expect(at + rows <= ifm->mask + 1, 1)) {
		for (r = 0; r < rows; r++)
			a[r] = (uint32_t)(int8_t)ifm->data[at + r];
	} else {
		for (r = 0; r < rows; r++)
			a[r] = (uint32_t)(int8_t)ifm->data[(at + r) & ifm->mask];
	}
}

/* entry (+)= a x w, for 8 * groups columns. */
ALWAYS_INLINE void mac_pixel(uint32_t *entry, const uint32_t a[ROWS_MAX], const lane8 *w,
			     uint32_t rows, uint32_t groups, bool add)
{
	lane8 sum[COLS_MAX / 8];
	uint32_t r, g;

	if (add)
		memcpy(sum, entry, groups * sizeof(lane8));
	else
		memset(sum, 0, groups * sizeof(lane8));
	for (r = 0; r < rows; r++)
		for (g = 0; g < groups; g++)
			sum[g] += a[r] * w[r * groups + g];
	memcpy(entry, sum, groups * sizeof(lane8));
}

ALWAYS_INLINE void widen_weights(const struct fcnm_tile *t, uint32_t n, lane8 *w)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		((uint32_t *)w)[i] = (uint32_t)t->weights[i];
}

ALWAYS_INLINE void tile_of(const struct fcnm_tile *t, uint32_t rows, uint32_t groups)
{
	/* gcc 14 reads 64 bytes at once as if they were aligned, and with the address sanitizer aligns the frame to what is declared. */
	lane8 w[ROWS_MAX * COLS_MAX / 8] __attribute__((aligned(64)));
	uint32_t a[ROWS_MAX];
	uint32_t x, y, addr, p = t->acc_first;

	widen_weights(t, rows * groups * 8, w);
	for (y = 0; y < t->y_n; y++) {
		addr = t->base + y * t->y_pitch;
		for (x = 0; x < t->x_n; x++, addr += t->x_pitch, p++) {
			fetch_pixel(t->ifm, addr, rows, a);
			mac_pixel(t->acc + (p & t->acc_mask) * groups * 8, a, w, rows, groups,
				  t->add);
		}
	}
}

/* Constant arguments let the compiler unroll the loops and keep weights in registers. */
ALWAYS_INLINE void tile_any(const struct fcnm_tile *t)
{
	switch (t->rows << 8 | t->cols) {
	case 8 << 8 | 8: tile_of(t, 8, 1); break;
	case 8 << 8 | 16: tile_of(t, 8, 2); break;
	case 8 << 8 | 32: tile_of(t, 8, 4); break;
	case 16 << 8 | 8: tile_of(t, 16, 1); break;
	case 16 << 8 | 16: tile_of(t, 16, 2); break;
	case 16 << 8 | 32: tile_of(t, 16, 4); break;
	case 32 << 8 | 8: tile_of(t, 32, 1); break;
	case 32 << 8 | 16: tile_of(t, 32, 2); break;
	case 32 << 8 | 32: tile_of(t, 32, 4); break;
	}
}

static void tile_portable(const struct fcnm_tile *t)
{
	tile_any(t);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void tile_avx2(const struct fcnm_tile *t)
{
	tile_any(t);
}

__attribute__((target("avx512f,avx512bw,avx512vl"))) static void
tile_avx512(const struct fcnm_tile *t)
{
	tile_any(t);
}
#endif

fcnm_tile_fn fcnm_tile_select(unsigned skip)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512vl") && skip-- == 0)
		return tile_avx512;
	if (__builtin_cpu_supports("avx2") && skip-- == 0)
		return tile_avx2;
#endif
	return skip == 0 ? tile_portable : NULL;
}
