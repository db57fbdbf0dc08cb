/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What LOAD and STORE must do on their ports, as the loops of theory-of-operation.md say it:
 * multiplications, bytes, no state.
 */
#ifndef DMA_REF_H
#define DMA_REF_H

#include "drm/fcn_accel_cmd.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

using beat_data = std::array<uint8_t, 16>;

/* Memory's contents: a function of the address. */
static inline uint8_t mem_byte(uint32_t va)
{
	uint32_t h = va * 0x9e3779b1u;

	h ^= h >> 15;
	return (uint8_t)((h * 0x85ebca77u) >> 24);
}

static inline beat_data mem_beat(uint32_t beat)
{
	beat_data d;

	for (uint32_t i = 0; i < 16; i++)
		d[i] = mem_byte(beat * 16 + i);
	return d;
}

struct read_burst {
	uint32_t va4;	/* VA[31:4] of the first beat */
	uint32_t len;	/* beats - 1 */
	bool operator==(const read_burst &o) const { return va4 == o.va4 && len == o.len; }
};

struct buffer_write {
	uint32_t space, addr, len;
	beat_data data;
	bool operator==(const buffer_write &o) const
	{
		return space == o.space && addr == o.addr && len == o.len && data == o.data;
	}
};

/* A run of consecutive beats, cut at multiples of 256 bytes. */
static inline void cut_run(uint32_t first_beat, uint32_t beats, std::vector<read_burst> &out)
{
	while (beats) {
		uint32_t n = std::min(beats, 16 - first_beat % 16);

		out.push_back({first_beat & 0xfffffff, n - 1});
		first_beat += n;
		beats -= n;
	}
}

static inline void ref_load_reads(const fcn_cmd *c, std::vector<read_burst> &out)
{
	const uint32_t px = fcn_load_get_px(c), run = fcn_load_get_run(c);
	const uint32_t rows = fcn_load_get_rows_n(c), cols = fcn_load_get_cols_n(c);

	if (run == 0 || cols == 0)
		return;
	for (uint32_t row = 0; row < rows; row++) {
		uint32_t va = fcn_load_get_va(c) + row * fcn_load_get_pitch_y(c);

		if (px < 4) {
			cut_run(va / 16, (va % 16 + (cols << px) + 15) / 16, out);
			continue;
		}
		for (uint32_t col = 0; col < cols; col++)
			cut_run((va + col * fcn_load_get_pitch_x(c)) / 16, (run + 15) / 16, out);
	}
}

static inline void ref_load_writes(const fcn_cmd *c, std::vector<buffer_write> &out)
{
	const int64_t top = fcn_load_get_pad_top(c), bottom = fcn_load_get_pad_bottom(c);
	const int64_t left = fcn_load_get_pad_left(c), right = fcn_load_get_pad_right(c);
	const int64_t rows = fcn_load_get_rows_n(c), cols = fcn_load_get_cols_n(c);
	const uint32_t run = fcn_load_get_run(c), px = fcn_load_get_px(c);
	const uint32_t pitch_x = px == 4 ? fcn_load_get_pitch_x(c) : 1u << px;

	for (int64_t row = -top; row <= rows + bottom - 1; row++)
		for (int64_t col = -left; col <= cols + right - 1; col++)
			for (uint32_t chunk = 0; chunk < run; chunk += 16) {
				const bool inside = row >= 0 && row < rows && col >= 0 && col < cols;
				const uint32_t va = fcn_load_get_va(c) +
						    (uint32_t)row * fcn_load_get_pitch_y(c) +
						    (uint32_t)col * pitch_x + chunk;
				buffer_write w = {};

				w.space = fcn_load_get_space(c);
				w.len = std::min(16u, run - chunk);
				w.addr = (fcn_load_get_dst(c) +
					  (uint32_t)(row + top) * fcn_load_get_dst_pitch_y(c) +
					  (uint32_t)(col + left) * fcn_load_get_dst_pitch_x(c) + chunk) &
					 0xffffff;
				for (uint32_t i = 0; i < w.len; i++)
					w.data[i] = inside ? mem_byte(va + i) :
							     (uint8_t)fcn_load_get_pad_value(c);
				out.push_back(w);
			}
}

struct write_beat {
	uint32_t va4;		/* VA[31:4] */
	beat_data data;		/* 0 where strb is */
	uint16_t strb;
	bool last, cmd_last;	/* of its burst, the burst of its command */
	uint32_t burst_va4;	/* first beat of its burst */
	uint32_t burst_len;	/* beats of the burst in front of this one */
};

/* Puts a chunk into the last beat, or into a new one. */
static inline void add_chunk(uint32_t va, const uint8_t *bytes, uint32_t n, size_t first,
			     std::vector<write_beat> &out)
{
	if (out.size() == first || out.back().va4 != va / 16) {
		write_beat b = {};

		b.va4 = va / 16;
		out.push_back(b);
	}
	for (uint32_t i = 0; i < n; i++) {
		out.back().data[va % 16 + i] = bytes[i];
		out.back().strb |= 1u << (va % 16 + i);
	}
}

/* Finds the bursts of the beats from `first` on. */
static inline void mark_bursts(size_t first, std::vector<write_beat> &out)
{
	for (size_t i = first; i < out.size(); i++) {
		const bool goes_on = i > first && out[i].va4 == out[i - 1].va4 + 1 &&
				     out[i].va4 % 16 != 0;

		out[i].burst_va4 = goes_on ? out[i - 1].burst_va4 : out[i].va4;
		out[i].burst_len = goes_on ? out[i - 1].burst_len + 1 : 0;
		if (i > first)
			out[i - 1].last = !goes_on;
	}
	if (out.size() > first) {
		out.back().last = true;
		out.back().cmd_last = true;
	}
}

static inline void ref_store(const fcn_cmd *c, const std::vector<uint8_t> &ofm,
			     std::vector<write_beat> &out)
{
	const uint32_t rows = fcn_store_get_rows_n(c), cols = fcn_store_get_cols_n(c);
	const uint32_t run = fcn_store_get_run(c);
	const size_t first = out.size();

	for (uint32_t row = 0; row < rows; row++)
		for (uint32_t col = 0; col < cols; col++)
			for (uint32_t sub = 0; sub <= fcn_store_get_sub_n(c); sub++)
				for (uint32_t chunk = 0; chunk < run; chunk += 16) {
					const uint32_t va = fcn_store_get_va(c) +
							    row * fcn_store_get_pitch_y(c) +
							    col * fcn_store_get_pitch_x(c) +
							    sub * fcn_store_get_pitch_s(c) + chunk;
					const uint32_t src = fcn_store_get_src(c) +
							     row * fcn_store_get_src_pitch_y(c) +
							     col * fcn_store_get_src_pitch_x(c) +
							     sub * fcn_store_get_src_pitch_s(c) + chunk;
					const uint32_t n = std::min(16u, run - chunk);
					uint8_t bytes[16];

					for (uint32_t i = 0; i < n; i++)
						bytes[i] = ofm[(src + i) % ofm.size()];
					add_chunk(va, bytes, n, first, out);
				}
	mark_bursts(first, out);
}

#endif
