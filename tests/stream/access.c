// SPDX-License-Identifier: Apache-2.0
/*
 * What commands touch: the loops of Documentation/theory-of-operation.md, written once more and
 * without any data.  The generator orders commands by it, the checker knows by it what a job
 * that faulted may have written.
 */
#include "stream.h"

#include <stdlib.h>

struct walk {
	const struct geometry *g;
	int (*fn)(void *ctx, const struct touch *t);
	void *ctx;
};

uint32_t space_size(const struct geometry *g, enum space s)
{
	switch (s) {
	case SP_IFM:
		return UINT32_C(1) << g->ifm_log2;
	case SP_WGT:
		return UINT32_C(1) << g->wgt_log2;
	case SP_OFM:
		return UINT32_C(1) << g->ofm_log2;
	case SP_PAR:
		return UINT32_C(1) << g->par_log2;
	case SP_TBL:
		return 512;
	case SP_ACC:
		return UINT32_C(2) << g->acc_log2;
	default:
		return IMAGE_PAGES * IMAGE_PAGE;
	}
}

static int touch_mem(const struct walk *w, bool write, uint32_t va, uint32_t n)
{
	struct touch t = { SP_MEM, write, va, n };

	return w->fn(w->ctx, &t);
}

/* Bytes of a buffer, which wrap at its end. */
static int touch_buffer(const struct walk *w, enum space s, bool write, uint32_t addr, uint32_t n)
{
	uint32_t size = space_size(w->g, s);
	int stop = 0;

	while (n && !stop) {
		uint32_t at = addr & (size - 1);
		uint32_t run = n < size - at ? n : size - at;
		struct touch t = { s, write, at, run };

		stop = w->fn(w->ctx, &t);
		addr += run;
		n -= run;
	}
	return stop;
}

static uint32_t at_most(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static int load_pixel(const struct walk *w, const struct fcn_cmd *c, bool inside, uint32_t va, uint32_t dst)
{
	enum space space = (enum space)fcn_load_get_space(c);
	bool chunks = space != SP_IFM && space != SP_OFM;
	uint32_t px = fcn_load_get_px(c), run = fcn_load_get_run(c);
	int stop = 0;

	if (inside && px < 4 && run)
		stop = touch_mem(w, false, va, 1u << px);
	for (uint32_t at = 0; at < run && !stop; at += 16) {
		uint32_t n = at_most(16, run - at);

		if (inside && px == 4)
			stop = touch_mem(w, false, va + at, n);
		if (!stop)
			stop = touch_buffer(w, space, true, dst + at, chunks ? 16 : n);
	}
	return stop;
}

static int walk_load(const struct walk *w, const struct fcn_cmd *c)
{
	uint32_t px = fcn_load_get_px(c);
	uint32_t pitch_x = px == 4 ? fcn_load_get_pitch_x(c) : 1u << px;
	int32_t rows = (int32_t)fcn_load_get_rows_n(c), cols = (int32_t)fcn_load_get_cols_n(c);
	int32_t top = (int32_t)fcn_load_get_pad_top(c), left = (int32_t)fcn_load_get_pad_left(c);
	int32_t last_row = rows + (int32_t)fcn_load_get_pad_bottom(c);
	int32_t last_col = cols + (int32_t)fcn_load_get_pad_right(c);
	int stop = 0;

	for (int32_t y = -top; y < last_row && !stop; y++)
		for (int32_t x = -left; x < last_col && !stop; x++) {
			bool inside = y >= 0 && y < rows && x >= 0 && x < cols;
			uint32_t va = fcn_load_get_va(c) + (uint32_t)y * fcn_load_get_pitch_y(c) +
				      (uint32_t)x * pitch_x;
			uint32_t dst = fcn_load_get_dst(c) + (uint32_t)(y + top) * fcn_load_get_dst_pitch_y(c) +
				       (uint32_t)(x + left) * fcn_load_get_dst_pitch_x(c);

			stop = load_pixel(w, c, inside, va, dst);
		}
	return stop;
}

static uint32_t conv_tiles(const struct fcn_cmd *c)
{
	return (fcn_conv_get_k0_n(c) + 1) * (fcn_conv_get_k1_n(c) + 1) * (fcn_conv_get_k2_n(c) + 1);
}

static int conv_tile(const struct walk *w, const struct fcn_cmd *c, uint32_t ifm)
{
	uint32_t entries = UINT32_C(1) << w->g->acc_log2, p = fcn_conv_get_acc(c);
	uint32_t half = fcn_conv_get_half(c) << w->g->acc_log2;
	int stop = 0;

	for (uint32_t y = 0; y <= fcn_conv_get_y_n(c) && !stop; y++)
		for (uint32_t x = 0; x <= fcn_conv_get_x_n(c) && !stop; x++, p++) {
			struct touch t = { SP_ACC, true, half | (p & (entries - 1)), 1 };

			stop = touch_buffer(w, SP_IFM, false,
					    ifm + y * fcn_conv_get_y_pitch(c) + x * fcn_conv_get_x_pitch(c),
					    w->g->rows);
			if (!stop)
				stop = w->fn(w->ctx, &t);
		}
	return stop;
}

static int walk_conv(const struct walk *w, const struct fcn_cmd *c)
{
	uint32_t tile_bytes = w->g->rows * w->g->cols;
	int stop = touch_buffer(w, SP_WGT, false, fcn_conv_get_wgt(c) * tile_bytes,
				at_most(conv_tiles(c) * tile_bytes, space_size(w->g, SP_WGT)));

	for (uint32_t k2 = 0; k2 <= fcn_conv_get_k2_n(c); k2++)
		for (uint32_t k1 = 0; k1 <= fcn_conv_get_k1_n(c); k1++)
			for (uint32_t k0 = 0; k0 <= fcn_conv_get_k0_n(c) && !stop; k0++)
				stop = conv_tile(w, c, fcn_conv_get_ifm(c) + k2 * fcn_conv_get_k2_pitch(c) +
							       k1 * fcn_conv_get_k1_pitch(c) +
							       k0 * fcn_conv_get_k0_pitch(c));
	return stop;
}

static int post_pixel(const struct walk *w, const struct fcn_cmd *c, uint32_t y, uint32_t x)
{
	uint32_t entries = UINT32_C(1) << w->g->acc_log2, n = fcn_post_get_cols_n(c) + 1;
	uint32_t half = fcn_post_get_half(c) << w->g->acc_log2;
	uint32_t first = fcn_post_get_acc(c) + y * fcn_post_get_acc_y_pitch(c) + x * fcn_post_get_acc_x_pitch(c);
	uint32_t step = y * fcn_post_get_ofm_y_pitch(c) + x * fcn_post_get_ofm_x_pitch(c);
	int stop = 0;

	for (uint32_t wy = 0; wy <= fcn_post_get_win_y_n(c) && !stop; wy++)
		for (uint32_t wx = 0; wx <= fcn_post_get_win_x_n(c) && !stop; wx++) {
			uint32_t e = first + wy * fcn_post_get_win_y_pitch(c) + wx;
			struct touch t = { SP_ACC, false, half | (e & (entries - 1)), 1 };

			stop = w->fn(w->ctx, &t);
		}
	if (!stop && fcn_post_get_res_en(c))
		stop = touch_buffer(w, SP_OFM, false, fcn_post_get_res(c) + step, n);
	return stop ? stop : touch_buffer(w, SP_OFM, true, fcn_post_get_ofm(c) + step, n);
}

static int walk_post(const struct walk *w, const struct fcn_cmd *c)
{
	int stop = touch_buffer(w, SP_PAR, false, 16 * fcn_post_get_par(c), 8 * (fcn_post_get_cols_n(c) + 1));

	if (!stop && fcn_post_get_table_en(c))
		stop = touch_buffer(w, SP_TBL, false, 256 * fcn_post_get_table(c), 256);
	for (uint32_t y = 0; y <= fcn_post_get_y_n(c) && !stop; y++)
		for (uint32_t x = 0; x <= fcn_post_get_x_n(c) && !stop; x++)
			stop = post_pixel(w, c, y, x);
	return stop;
}

static int store_pixel(const struct walk *w, const struct fcn_cmd *c, uint32_t va, uint32_t src)
{
	uint32_t run = fcn_store_get_run(c);
	int stop = 0;

	for (uint32_t at = 0; at < run && !stop; at += 16) {
		uint32_t n = at_most(16, run - at);

		stop = touch_buffer(w, SP_OFM, false, src + at, n);
		if (!stop)
			stop = touch_mem(w, true, va + at, n);
	}
	return stop;
}

static int walk_store(const struct walk *w, const struct fcn_cmd *c)
{
	int stop = 0;

	for (uint32_t y = 0; y < fcn_store_get_rows_n(c); y++)
		for (uint32_t x = 0; x < fcn_store_get_cols_n(c); x++)
			for (uint32_t i = 0; i <= fcn_store_get_sub_n(c) && !stop; i++)
				stop = store_pixel(w, c,
						   fcn_store_get_va(c) + y * fcn_store_get_pitch_y(c) +
							   x * fcn_store_get_pitch_x(c) + i * fcn_store_get_pitch_s(c),
						   fcn_store_get_src(c) + y * fcn_store_get_src_pitch_y(c) +
							   x * fcn_store_get_src_pitch_x(c) +
							   i * fcn_store_get_src_pitch_s(c));
	return stop;
}

int access_walk(const struct geometry *g, const struct fcn_cmd *c,
		int (*fn)(void *ctx, const struct touch *t), void *ctx)
{
	struct walk w = { g, fn, ctx };

	switch (fcn_cmd_get_opcode(c)) {
	case FCN_OP_LOAD:
		return walk_load(&w, c);
	case FCN_OP_CONV:
		return walk_conv(&w, c);
	case FCN_OP_POST:
		return walk_post(&w, c);
	case FCN_OP_STORE:
		return walk_store(&w, c);
	default:
		return 0;
	}
}

static uint64_t at_least(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t chunks_of(uint32_t run)
{
	return at_least(1, (run + 15) / 16);
}

uint64_t access_cost(const struct geometry *g, const struct fcn_cmd *c)
{
	uint64_t pixels, rows, cols;

	switch (fcn_cmd_get_opcode(c)) {
	case FCN_OP_LOAD:
		rows = fcn_load_get_rows_n(c) + fcn_load_get_pad_top(c) + fcn_load_get_pad_bottom(c);
		cols = fcn_load_get_cols_n(c) + fcn_load_get_pad_left(c) + fcn_load_get_pad_right(c);
		return at_least(1, rows) * at_least(1, cols) * chunks_of(fcn_load_get_run(c));
	case FCN_OP_CONV:
		pixels = (uint64_t)(fcn_conv_get_x_n(c) + 1) * (fcn_conv_get_y_n(c) + 1);
		return conv_tiles(c) * at_least(pixels, g->rows);
	case FCN_OP_POST:
		pixels = (uint64_t)(fcn_post_get_x_n(c) + 1) * (fcn_post_get_y_n(c) + 1);
		return pixels * (fcn_post_get_win_x_n(c) + 1) * (fcn_post_get_win_y_n(c) + 1) *
		       (fcn_post_get_cols_n(c) / g->lanes + 1);
	case FCN_OP_STORE:
		return at_least(1, fcn_store_get_rows_n(c)) * at_least(1, fcn_store_get_cols_n(c)) *
		       (fcn_store_get_sub_n(c) + 1) * chunks_of(fcn_store_get_run(c));
	default:
		return 1;
	}
}

bool access_residual_races(const struct geometry *g, const struct fcn_cmd *c)
{
	uint32_t size = space_size(g, SP_OFM), n = fcn_post_get_cols_n(c) + 1, pixel = 1;
	bool in_place = ((fcn_post_get_res(c) ^ fcn_post_get_ofm(c)) & (size - 1)) == 0;
	uint32_t *writer;
	bool races = false;

	if (!fcn_post_get_res_en(c))
		return false;
	writer = calloc(size, sizeof(*writer)); /* the last pixel that writes a byte, from 1 on */
	if (!writer)
		abort();
	for (unsigned pass = 0; pass < 2; pass++) {
		pixel = 1;
		for (uint32_t y = 0; y <= fcn_post_get_y_n(c); y++)
			for (uint32_t x = 0; x <= fcn_post_get_x_n(c); x++, pixel++) {
				uint32_t step = y * fcn_post_get_ofm_y_pitch(c) + x * fcn_post_get_ofm_x_pitch(c);
				uint32_t out = fcn_post_get_ofm(c) + step, in = fcn_post_get_res(c) + step;

				for (uint32_t i = 0; i < n; i++) {
					uint32_t w = (out + i) & (size - 1), r = (in + i) & (size - 1);

					if (pass == 0) {
						races |= in_place && writer[w]; /* pixels overlap */
						writer[w] = pixel;
					} else if (writer[r] && (r != w || writer[r] != pixel)) {
						races = true;
					}
				}
			}
	}
	free(writer);
	return races;
}
