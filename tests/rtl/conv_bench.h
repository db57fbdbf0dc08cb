/* SPDX-License-Identifier: Apache-2.0 */
/* The design under test of conv_tb.cpp: clock, ports, counters, and the reference beside it. */
#ifndef CONV_BENCH_H
#define CONV_BENCH_H

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "Vconv_tb.h"
#include "conv_ref.h"

static const uint32_t IFM_BYTES = 1u << IFM_LOG2;
static const uint32_t WGT_BYTES = 1u << WGT_LOG2;
static const uint32_t ENTRIES = 1u << ACC_LOG2;

inline uint64_t rng_state = 88172645463325252ull;

inline uint32_t rnd(uint32_t n)		// 0..n-1
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (rng_state >> 16) % n;
}

inline int8_t byte_of(const QData &v, uint32_t i) { return v >> 8 * i; }
template <std::size_t N> inline int8_t byte_of(const VlWide<N> &v, uint32_t i)
{
	return v[i / 4] >> 8 * (i % 4);
}

class Bench {
public:
	Ref ref;
	Vconv_tb top;
	uint64_t cycle = 0;
	uint64_t active = 0, first_active = 0, last_active = 0, wait_wgt = 0;
	uint32_t done = 0;
	uint64_t deadline = UINT64_MAX;		// cycle in which the test is given up

	Bench() : ref(ROWS, COLS, IFM_BYTES, WGT_BYTES, ENTRIES)
	{
		top.clear_i = 1;
		for (int i = 0; i < 3; i++)
			tick();
		top.clear_i = 0;
		scrub();
	}

	// One clock cycle.  Inputs are those set before; outputs are counted as they are in the cycle.
	void tick()
	{
		if (cycle == deadline) {
			printf("not ok - no end after %llu cycles\n", (unsigned long long)cycle);
			exit(1);
		}
		top.clk_i = 0;
		top.eval();
		if (top.active_o) {
			if (!active++)
				first_active = cycle;
			last_active = cycle;
		}
		wait_wgt += top.wait_wgt_o;
		done += top.done_o;
		top.clk_i = 1;
		top.eval();
		cycle++;
	}

	void scrub()
	{
		top.scrub_i = 1;
		do
			tick();
		while (!top.scrub_done_o);
		top.scrub_i = 0;
		tick();
		ref.scrub();
	}

	void write_ifm(uint32_t addr, uint32_t len)	// random bytes; sets inputs only
	{
		top.ifm_wr_en_i = 1;
		top.ifm_wr_addr_i = addr;
		top.ifm_wr_len_i = len;
		for (int w = 0; w < 4; w++)
			top.ifm_wr_data_i[w] = rnd(1u << 31) * 2 + rnd(2);
		for (uint32_t i = 0; i < len; i++)
			ref.ifm[(addr + i) % IFM_BYTES] = byte_of(top.ifm_wr_data_i, i);
	}

	void fill()
	{
		for (uint32_t a = 0; a < IFM_BYTES; a += 16) {
			write_ifm(a, 16);
			tick();
		}
		top.ifm_wr_en_i = 0;
		top.wgt_wr_en_i = 1;
		for (uint32_t a = 0; a < WGT_BYTES; a += 16) {
			top.wgt_wr_addr_i = a;
			for (uint32_t i = 0; i < 16; i++)
				ref.wgt[a + i] = rnd(8) ? rnd(256) - 128 : -128;
			for (int w = 0; w < 4; w++)
				memcpy(&top.wgt_wr_data_i[w], &ref.wgt[a + 4 * w], 4);
			tick();
		}
		top.wgt_wr_en_i = 0;
	}

	void put(const Conv &v)		// the command at the port
	{
		const struct fcn_cmd c = v.pack();

		for (int w = 0; w < 16; w++)
			top.cmd_i[w] = c.w[w];
		top.cmd_valid_i = 1;
	}

	// Runs the commands; each waits for `gap` cycles on average before it is offered.
	void run(const std::vector<Conv> &chain, uint32_t gap)
	{
		active = wait_wgt = done = 0;
		deadline = cycle + 1000000;
		for (const Conv &v : chain) {
			bool taken = false;

			top.cmd_valid_i = 0;
			for (uint32_t idle = rnd(2 * gap + 1); idle; idle--)
				tick();
			for (put(v); !taken; tick()) {
				top.eval();
				taken = top.cmd_ready_o;
			}
			ref.run(v);
		}
		top.cmd_valid_i = 0;
		while (done < chain.size())
			tick();
		deadline = UINT64_MAX;
	}

	void post_read(uint32_t half, uint32_t entry)	// sets inputs only
	{
		top.post_rd_en_i = 1;
		top.post_rd_half_i = half;
		top.post_rd_entry_i = entry;
	}

	bool post_matches(uint32_t half, uint32_t entry) const
	{
		return !memcmp(&top.post_rd_data_o[0], &ref.acc[half][entry * COLS], 4 * COLS);
	}

	// Reads all accumulators, one entry a cycle.
	bool accumulators_match()
	{
		bool same = true;

		for (uint32_t i = 0; i < 2 * ENTRIES + 2; i++) {
			top.post_rd_en_i = 0;
			if (i < 2 * ENTRIES)
				post_read(i / ENTRIES, i % ENTRIES);
			if (i >= 2)
				same &= post_matches((i - 2) / ENTRIES, (i - 2) % ENTRIES);
			tick();
		}
		return same;
	}
};

#endif
