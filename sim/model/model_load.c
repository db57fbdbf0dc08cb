// SPDX-License-Identifier: Apache-2.0
/* LOAD: memory, with padding around it, into a buffer. */
#include "model_int.h"

#include <string.h>

#define WIDE 4u /* LOAD.PX of pixels that start at multiples of 16 bytes */

struct load {
	struct fcn_model *m;
	const struct fcnm_buffer *buf;
	uint32_t run, px;
	bool whole_chunks; /* the last chunk of a pixel is filled up with zeros */
	uint32_t dst_pitch_x;
	uint32_t cols_n, pitch_x, pad_left, pad_right;
	int pad_value;
	struct fcnm_fault *fault;
};

static uint32_t chunks(uint32_t bytes)
{
	return (bytes + FCNM_BEAT - 1) / FCNM_BEAT;
}

/* Zeros behind a pixel at dst, up to the end of its last chunk. */
static void fill_up(const struct load *l, uint32_t dst)
{
	if (l->whole_chunks)
		fcnm_buffer_fill(l->buf, dst + l->run, 0, chunks(l->run) * FCNM_BEAT - l->run);
}

static void pad_pixels(const struct load *l, uint32_t dst, uint32_t n)
{
	l->m->counts.load_chunks += (uint64_t)n * chunks(l->run);
	for (; n; n--, dst += l->dst_pitch_x) {
		fcnm_buffer_fill(l->buf, dst, l->pad_value, l->run);
		fill_up(l, dst);
	}
}

/* Reads the beats that cover n bytes at va, all in one line; *data points to va's byte. */
static bool read_beats(const struct load *l, uint32_t va, uint32_t n, uint8_t line[FCNM_LINE],
		       const uint8_t **data)
{
	const uint32_t lead = va & (FCNM_BEAT - 1);
	const uint32_t beats = chunks(lead + n);

	if (!fcnm_read_burst(l->m, va - lead, line, beats * FCNM_BEAT, l->fault))
		return false;
	l->m->counts.load_beats += beats;
	*data = line + lead;
	return true;
}

/* How many of n bytes at va lie in va's line. */
static uint32_t in_line(uint32_t va, uint64_t n)
{
	uint32_t room = FCNM_LINE - (va & (FCNM_LINE - 1));

	return n < room ? (uint32_t)n : room;
}

static bool wide_pixel(const struct load *l, uint32_t va, uint32_t dst)
{
	uint8_t line[FCNM_LINE];
	const uint8_t *data;
	uint32_t done, n;

	for (done = 0; done < l->run; done += n) {
		n = in_line(va + done, l->run - done);
		if (!read_beats(l, va + done, n, line, &data))
			return false;
		fcnm_buffer_write(l->buf, dst + done, data, n);
	}
	fill_up(l, dst);
	return true;
}

static bool wide_row(const struct load *l, uint32_t va, uint32_t dst)
{
	uint32_t col;

	for (col = 0; col < l->cols_n; col++, va += l->pitch_x, dst += l->dst_pitch_x)
		if (!wide_pixel(l, va, dst))
			return false;
	return true;
}

/* A line is a whole number of narrow pixels, which start at multiples of their size. */
static bool narrow_row(const struct load *l, uint32_t va, uint32_t dst)
{
	const uint32_t size = 1u << l->px;
	uint64_t left = (uint64_t)l->cols_n * size;
	uint8_t line[FCNM_LINE];
	const uint8_t *data;
	uint32_t n, i;

	for (; left; left -= n, va += n) {
		n = in_line(va, left);
		if (!read_beats(l, va, n, line, &data))
			return false;
		for (i = 0; i < n; i += size, dst += l->dst_pitch_x) {
			fcnm_buffer_write(l->buf, dst, data + i, l->run);
			fill_up(l, dst);
		}
	}
	return true;
}

/* A row that is in memory, with the padding before and behind it. */
static bool load_row(const struct load *l, uint32_t va, uint32_t dst)
{
	pad_pixels(l, dst, l->pad_left);
	dst += l->pad_left * l->dst_pitch_x;
	if (!(l->px == WIDE ? wide_row(l, va, dst) : narrow_row(l, va, dst)))
		return false;
	l->m->counts.load_chunks += (uint64_t)l->cols_n * chunks(l->run);
	pad_pixels(l, dst + l->cols_n * l->dst_pitch_x, l->pad_right);
	return true;
}

bool fcnm_load(struct fcn_model *m, const struct fcn_cmd *c, struct fcnm_fault *fault)
{
	const uint32_t space = fcn_load_get_space(c);
	const struct load l = {
		.m = m, .buf = &m->buf[space], .fault = fault,
		.run = fcn_load_get_run(c), .px = fcn_load_get_px(c),
		.whole_chunks = space != FCN_MODEL_IFM && space != FCN_MODEL_OFM,
		.dst_pitch_x = fcn_load_get_dst_pitch_x(c),
		.cols_n = fcn_load_get_cols_n(c), .pitch_x = fcn_load_get_pitch_x(c),
		.pad_left = fcn_load_get_pad_left(c), .pad_right = fcn_load_get_pad_right(c),
		.pad_value = fcn_load_get_pad_value(c),
	};
	const uint32_t top = fcn_load_get_pad_top(c), rows_n = fcn_load_get_rows_n(c);
	const uint32_t rows = top + rows_n + fcn_load_get_pad_bottom(c);
	const uint32_t width = l.pad_left + l.cols_n + l.pad_right;
	uint32_t dst = fcn_load_get_dst(c), va = fcn_load_get_va(c), row;

	if (!l.run)
		return true;
	for (row = 0; row < rows; row++, dst += fcn_load_get_dst_pitch_y(c)) {
		if (row < top || row >= top + rows_n) {
			pad_pixels(&l, dst, width);
			continue;
		}
		if (!load_row(&l, va, dst))
			return false;
		va += fcn_load_get_pitch_y(c);
	}
	return true;
}
