/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference of CONV for conv_tb.cpp: the loops of Documentation/theory-of-operation.md over plain
 * arrays, and the cycle in which each pixel should enter the array.
 */
#ifndef CONV_REF_H
#define CONV_REF_H

#include <cstdint>
#include <cstring>
#include <vector>

#include "drm/fcn_accel_cmd.h"

struct Conv {
	uint32_t ifm, x_n, y_n, x_pitch, y_pitch;
	uint32_t k_n[3], k_pitch[3];	/* K0, K1, K2 */
	uint32_t wgt, acc, half, keep;

	uint32_t pixels() const { return (x_n + 1) * (y_n + 1); }
	uint32_t tiles() const { return (k_n[0] + 1) * (k_n[1] + 1) * (k_n[2] + 1); }

	struct fcn_cmd pack() const
	{
		struct fcn_cmd c;

		memset(&c, 0, sizeof(c));
		c.w[0] = FCN_OP_CONV | FCN_CMD_VERSION << 8;
		c.w[FCN_CONV_IFM_WORD] = ifm;
		c.w[FCN_CONV_X_N_WORD] = x_n | y_n << FCN_CONV_Y_N_SHIFT;
		c.w[FCN_CONV_X_PITCH_WORD] = x_pitch;
		c.w[FCN_CONV_Y_PITCH_WORD] = y_pitch;
		c.w[FCN_CONV_K0_N_WORD] = k_n[0] | k_n[1] << FCN_CONV_K1_N_SHIFT |
					  k_n[2] << FCN_CONV_K2_N_SHIFT;
		c.w[FCN_CONV_K0_PITCH_WORD] = k_pitch[0];
		c.w[FCN_CONV_K1_PITCH_WORD] = k_pitch[1];
		c.w[FCN_CONV_K2_PITCH_WORD] = k_pitch[2];
		c.w[FCN_CONV_WGT_WORD] = wgt;
		c.w[FCN_CONV_ACC_WORD] = acc | half << FCN_CONV_HALF_SHIFT |
					 keep << FCN_CONV_KEEP_SHIFT;
		return c;
	}
};

/* The buffers.  Sizes are powers of two. */
struct Ref {
	const uint32_t rows, cols;
	std::vector<int8_t> ifm, wgt;
	std::vector<uint32_t> acc[2];

	Ref(uint32_t r, uint32_t c, uint32_t ifm_bytes, uint32_t wgt_bytes, uint32_t entries)
		: rows(r), cols(c), ifm(ifm_bytes), wgt(wgt_bytes),
		  acc{std::vector<uint32_t>(entries * c), std::vector<uint32_t>(entries * c)}
	{
	}

	uint32_t entries() const { return acc[0].size() / cols; }
	uint32_t entry(const Conv &v, uint32_t p) const { return (v.acc + p) & (entries() - 1); }

	void scrub()
	{
		ifm.assign(ifm.size(), 0);
		wgt.assign(wgt.size(), 0);
		for (auto &half : acc)
			half.assign(half.size(), 0);
	}

	void run(const Conv &v)
	{
		uint32_t t = 0;

		for (uint32_t k2 = 0; k2 <= v.k_n[2]; k2++)
			for (uint32_t k1 = 0; k1 <= v.k_n[1]; k1++)
				for (uint32_t k0 = 0; k0 <= v.k_n[0]; k0++, t++)
					tile(v, t, v.ifm + k2 * v.k_pitch[2] +
					     k1 * v.k_pitch[1] + k0 * v.k_pitch[0]);
	}

private:
	void tile(const Conv &v, uint32_t t, uint32_t addr)
	{
		const uint32_t size = rows * cols;
		const int8_t *w = &wgt[(v.wgt + t) * size & (wgt.size() - 1)];
		uint32_t p = 0;

		for (uint32_t y = 0; y <= v.y_n; y++)
			for (uint32_t x = 0; x <= v.x_n; x++, p++)
				pixel(&acc[v.half][entry(v, p) * cols], w,
				      addr + y * v.y_pitch + x * v.x_pitch, v.keep || t > 0);
	}

	void pixel(uint32_t *sums, const int8_t *w, uint32_t addr, bool keep)
	{
		for (uint32_t c = 0; c < cols; c++) {
			uint32_t sum = keep ? sums[c] : 0;

			for (uint32_t r = 0; r < rows; r++)
				sum += ifm[(addr + r) & (ifm.size() - 1)] * w[r * cols + c];
			sums[c] = sum;
		}
	}
};

/*
 * Cycles in which pixels enter the array, relative to the first, for commands that are always there
 * in time: a tile starts `rows` cycles after the one before, or when its pixels are through; unless an
 * accumulator entry was used within the last three cycles.
 */
class Timing {
public:
	explicit Timing(const Ref &r) : ref(r) {}

	uint64_t pixels = 0;
	uint64_t span() const { return next; }		/* first to last pixel, inclusive */

	void run(const Conv &v)
	{
		for (uint32_t t = 0; t < v.tiles(); t++)
			tile(v, v.keep || t > 0);
	}

private:
	const Ref &ref;
	uint64_t next = 0;		/* first cycle free for a pixel */
	uint64_t weights = 0;		/* cycle from which the next tile's weights are there */
	struct { uint64_t at; uint32_t half, entry; } recent[3] = {};

	bool busy(uint64_t at, uint32_t half, uint32_t entry) const
	{
		for (const auto &u : recent)
			if (pixels && u.half == half && u.entry == entry && u.at + 3 >= at)
				return true;
		return false;
	}

	void tile(const Conv &v, bool add)
	{
		uint64_t at = next > weights ? next : weights;

		while (add && busy(at, v.half, ref.entry(v, 0)))
			at++;
		weights = at + ref.rows;
		for (uint32_t p = 0; p < v.pixels(); p++, at++, pixels++)
			recent[pixels % 3] = { at, v.half, ref.entry(v, p) };
		next = at;
	}
};

#endif
