/* SPDX-License-Identifier: Apache-2.0 */
/* Random legal LOADs and STOREs: small, with every format, and often at an edge. */
#ifndef DMA_GEN_H
#define DMA_GEN_H

#include "drm/fcn_accel_cmd.h"
#include "rng.h"

/* Rows or columns: mostly few, sometimes none.  Of a tiny command: one or none. */
static inline uint32_t gen_count(struct rng *r, bool tiny, uint32_t max)
{
	if (tiny)
		return rng_below(r, 4) != 0;
	return rng_percent(r, 6) ? 0 : rng_small(r, max);
}

static inline uint32_t gen_run(struct rng *r, bool tiny, uint32_t px)
{
	if (tiny)
		return 1;
	if (rng_percent(r, 4))
		return 0;
	if (px < 4)
		return rng_percent(r, 50) ? 1u << px : rng_range(r, 1, 1u << px);
	return rng_percent(r, 5) ? rng_small(r, 3000) : rng_small(r, 100);
}

/* A virtual address; it often lies shortly before the end of the address space or of a line. */
static inline uint32_t gen_va(struct rng *r, uint32_t align)
{
	uint32_t va = rng_u32(r);

	if (rng_percent(r, 20))
		va = 0u - rng_below(r, 600);
	else if (rng_percent(r, 20))
		va = (va & ~255u) - rng_below(r, 40);
	return va & ~(align - 1);
}

/* A pitch in memory: neighbours, overlaps, gaps, backwards, anything. */
static inline uint32_t gen_pitch(struct rng *r, uint32_t align, uint32_t size)
{
	const uint32_t packed = (size + align - 1) & ~(align - 1);

	switch (rng_below(r, 8)) {
	case 0:
		return rng_u32(r) & ~(align - 1);
	case 1:
		return 0u - packed;
	case 2:
		return 0;
	case 3:
		return packed + align * rng_below(r, 8);
	case 4:
		return align * rng_below(r, 40);
	default:
		return packed;
	}
}

static inline uint32_t gen_pad(struct rng *r)
{
	return rng_percent(r, 60) ? 0 : rng_percent(r, 2) ? rng_below(r, 256) : rng_below(r, 4);
}

static inline struct fcn_cmd gen_load(struct rng *r)
{
	const bool tiny = rng_percent(r, 25);
	const uint32_t px = rng_percent(r, 50) ? 4 : rng_below(r, 4);
	const uint32_t align = 1u << px, run = gen_run(r, tiny, px), space = rng_below(r, 5);
	const uint32_t cols = gen_count(r, tiny, px == 4 ? 8 : 60);
	const uint32_t chunks = space == 0 || space == 2 ? 0xffffff : 0xfffff0;
	struct fcn_cmd c;

	fcn_load_init(&c, 0, 0);
	fcn_load_set_va(&c, gen_va(r, align));
	fcn_load_set_pitch_x(&c, px == 4 ? gen_pitch(r, align, run) : 0);
	fcn_load_set_pitch_y(&c, gen_pitch(r, align, px == 4 ? cols * run : cols << px));
	fcn_load_set_rows_n(&c, gen_count(r, tiny, 6));
	fcn_load_set_cols_n(&c, cols);
	fcn_load_set_run(&c, run);
	fcn_load_set_px(&c, px);
	fcn_load_set_space(&c, space);
	fcn_load_set_pad_value(&c, (int32_t)rng_below(r, 256) - 128);
	fcn_load_set_pad_top(&c, gen_pad(r));
	fcn_load_set_pad_bottom(&c, gen_pad(r));
	fcn_load_set_pad_left(&c, gen_pad(r));
	fcn_load_set_pad_right(&c, gen_pad(r));
	fcn_load_set_dst(&c, rng_u32(r) & chunks);
	fcn_load_set_dst_pitch_y(&c, rng_u32(r) & chunks);
	fcn_load_set_dst_pitch_x(&c, rng_u32(r) & chunks);
	return c;
}

static inline struct fcn_cmd gen_store(struct rng *r)
{
	const bool tiny = rng_percent(r, 25);
	const uint32_t px = rng_percent(r, 40) ? 4 : rng_below(r, 4);
	const uint32_t align = 1u << px, run = gen_run(r, tiny, px);
	const uint32_t cols = gen_count(r, tiny, px == 4 ? 6 : 30);
	const uint32_t subs = rng_percent(r, 1) ? 256 : tiny || rng_percent(r, 60) ? 1 : rng_small(r, 6);
	struct fcn_cmd c;

	fcn_store_init(&c, 0, 0);
	fcn_store_set_va(&c, gen_va(r, align));
	fcn_store_set_pitch_s(&c, gen_pitch(r, align, run));
	fcn_store_set_pitch_x(&c, gen_pitch(r, align, subs * (px == 4 ? run : align)));
	fcn_store_set_pitch_y(&c, gen_pitch(r, align, cols * subs * (px == 4 ? run : align)));
	fcn_store_set_rows_n(&c, gen_count(r, tiny, 4));
	fcn_store_set_cols_n(&c, cols);
	fcn_store_set_run(&c, run);
	fcn_store_set_px(&c, px);
	fcn_store_set_src(&c, rng_u32(r));
	fcn_store_set_src_pitch_y(&c, rng_u32(r));
	fcn_store_set_src_pitch_x(&c, rng_u32(r));
	fcn_store_set_src_pitch_s(&c, rng_u32(r));
	fcn_store_set_sub_n(&c, subs - 1);
	return c;
}

#endif
