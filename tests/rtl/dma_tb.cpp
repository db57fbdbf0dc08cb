// SPDX-License-Identifier: Apache-2.0
/*
 * Test of LOAD and STORE: every request, buffer write and write beat against dma_ref.h, in any
 * weather, and how close they come to 16 bytes a cycle in fair weather.  Prints TAP.
 *
 *   dma_tb [SEED [ROUNDS]]
 */
#include "dma_gen.h"
#include "dma_load.h"
#include "dma_store.h"
#include "fcn_cmd_check.h"
#include "verilated.h"

#include <cstdlib>
#include <functional>

/* The device with both environments. */
class bench {
	struct rng rng_state;

public:
	Vdma_tb dut;
	bench_error fail;
	struct rng *rng = &rng_state;
	load_bench load;
	store_bench store;

	explicit bench(uint64_t seed)
		: rng_state{seed}, load(dut, &rng_state, fail), store(dut, &rng_state, fail)
	{
		load.clear();
		store.clear();
		dut.clk_i = 0;
		dut.clear_i = 0;
		dut.rst_i = 1;
		cycle();
		cycle();
		dut.rst_i = 0;
	}

	void cycle()
	{
		load.drive();
		store.drive();
		dut.clk_i = 0;
		dut.eval();
		load.settle();
		dut.eval();
		if (!dut.rst_i && !dut.clear_i) {
			load.sample();
			store.sample();
		} else {
			store.sample_nothing();
		}
		dut.clk_i = 1;
		dut.eval();
		load.edge();
		store.edge();
	}

	/* Until both are done, and some cycles more, in which nothing may happen. */
	void finish(uint64_t limit)
	{
		for (uint64_t i = 0; fail.text.empty() && !(load.idle() && store.idle()); i++) {
			cycle();
			if (i == limit)
				fail("not done after %llu cycles", (unsigned long long)limit);
		}
		for (int i = 0; i < 20 && fail.text.empty(); i++)
			cycle();
		if (!load.balanced() || !store.balanced())
			fail("reads, writes or counts are left over");
	}

	void clear(uint32_t cycles)
	{
		load.clear();
		store.clear();
		dut.clear_i = 1;
		for (uint32_t i = 0; i < cycles; i++)
			cycle();
		dut.clear_i = 0;
	}

	void check_legal(const fcn_cmd &c)
	{
		const char *why;

		if (fcn_cmd_check(&c, 16, 16, &why))
			fail("the bench made an illegal command: %s", why);
	}

	void add_load(const fcn_cmd &c)
	{
		check_legal(c);
		load.add(c, rng_u32(rng) & 0xffffff);
	}

	void add_store(const fcn_cmd &c)
	{
		check_legal(c);
		store.add(c, rng_u32(rng) & 0xffffff);
	}
};

static int tests;
static int failures;

static void result(const std::string &name, const std::string &error)
{
	printf("%sok %d - %s\n", error.empty() ? "" : "not ", ++tests, name.c_str());
	if (!error.empty()) {
		printf("# %s\n", error.c_str());
		failures++;
	}
	fflush(stdout);
}

static weather any_weather(struct rng *r)
{
	static const uint32_t percent[] = {100, 100, 95, 60, 20, 3};
	weather w;

	w.cmd = percent[rng_below(r, 6)];
	w.req = percent[rng_below(r, 6)];
	w.rd = percent[rng_below(r, 6)];
	w.wr = percent[rng_below(r, 6)];
	w.ofm = percent[rng_below(r, 6)];
	w.latency = rng_percent(r, 30) ? 1 : rng_below(r, 200);
	w.jitter = rng_percent(r, 50) ? 0 : rng_below(r, 50);
	w.started = rng_percent(r, 30) ? 100 : rng_range(r, 1, 8);
	w.storm = rng_percent(r, 50) ? 0 : 2000;
	return w;
}

/* Random commands on both sides at once. */
static void random_commands(uint64_t seed, uint32_t rounds, uint32_t commands)
{
	bench b(seed);
	uint32_t round;

	for (round = 0; round < rounds && b.fail.text.empty(); round++) {
		const uint64_t loads = b.load.done, stores = b.store.done;

		b.load.w = any_weather(b.rng);
		b.store.w = any_weather(b.rng);
		for (uint32_t i = 0; i < commands; i++) {
			b.add_load(gen_load(b.rng));
			b.add_store(gen_store(b.rng));
		}
		b.finish(50000000);
		if (b.load.done != loads + commands || b.store.done != stores + commands)
			b.fail("commands and ends do not match");
	}
	if (!b.fail.text.empty())
		b.fail.text += ", seed " + std::to_string(seed) + ", round " + std::to_string(round);
	printf("# %llu LOADs, %llu buffer writes, %llu beats read; %llu STOREs, %llu beats written\n",
	       (unsigned long long)b.load.done, (unsigned long long)b.load.writes_taken,
	       (unsigned long long)b.load.beats, (unsigned long long)b.store.done,
	       (unsigned long long)b.store.beats);
	result("random LOADs and STOREs in any weather", b.fail.text);
}

/* clear_i at any time; what comes afterwards is not disturbed. */
static void clearing(uint64_t seed, uint32_t rounds)
{
	bench b(seed);

	for (uint32_t round = 0; round < rounds && b.fail.text.empty(); round++) {
		b.load.w = any_weather(b.rng);
		b.store.w = any_weather(b.rng);
		for (int i = 0; i < 6; i++) {
			b.add_load(gen_load(b.rng));
			b.add_store(gen_store(b.rng));
		}
		for (uint32_t n = rng_below(b.rng, 600); n && b.fail.text.empty(); n--)
			b.cycle();
		b.clear(rng_range(b.rng, 1, 8));
		if (b.dut.req_valid_o || b.dut.ld_wr_valid_o || b.dut.st_rd_valid_o || b.dut.wr_valid_o ||
		    b.dut.ld_done_o || b.dut.st_done_o)
			b.fail("something is valid after clear");
	}
	b.load.w = b.store.w = weather();
	b.add_load(gen_load(b.rng));
	b.add_store(gen_store(b.rng));
	b.finish(1000000);
	result("clear at any time", b.fail.text);
}

static fcn_cmd make_load(uint32_t va, uint32_t rows, uint32_t cols, uint32_t px, uint32_t run,
			 uint32_t space)
{
	const uint32_t pixel = px == 4 ? (run + 15) & ~15u : 1u << px;
	fcn_cmd c;

	fcn_load_init(&c, 0, 0);
	fcn_load_set_va(&c, va);
	fcn_load_set_rows_n(&c, rows);
	fcn_load_set_cols_n(&c, cols);
	fcn_load_set_px(&c, px);
	fcn_load_set_run(&c, run);
	fcn_load_set_space(&c, space);
	fcn_load_set_pitch_x(&c, px == 4 ? pixel : 0);
	fcn_load_set_pitch_y(&c, cols * pixel);
	fcn_load_set_dst_pitch_x(&c, (run + 15) & ~15u);
	fcn_load_set_dst_pitch_y(&c, cols * ((run + 15) & ~15u));
	return c;
}

static fcn_cmd make_store(uint32_t va, uint32_t rows, uint32_t cols, uint32_t px, uint32_t run)
{
	const uint32_t pixel = px == 4 ? (run + 15) & ~15u : 1u << px;
	fcn_cmd c;

	fcn_store_init(&c, 0, 0);
	fcn_store_set_va(&c, va);
	fcn_store_set_rows_n(&c, rows);
	fcn_store_set_cols_n(&c, cols);
	fcn_store_set_px(&c, px);
	fcn_store_set_run(&c, run);
	fcn_store_set_pitch_x(&c, pixel);
	fcn_store_set_pitch_y(&c, cols * pixel);
	fcn_store_set_src_pitch_x(&c, (run + 15) & ~15u);
	fcn_store_set_src_pitch_y(&c, cols * ((run + 15) & ~15u));
	return c;
}

/* The largest counts, which the random commands do not reach. */
static void largest(uint64_t seed)
{
	bench b(seed);
	fcn_cmd c;

	b.add_load(make_load(0xfffffff0, 1, 1, 4, 65535, 0));
	b.add_load(make_load(0xffff0008, 1, 65535, 3, 7, 0));
	b.add_load(make_load(0x1001, 1, 65535, 0, 1, 3));
	b.add_load(make_load(0x1000, 65535, 1, 4, 1, 1));
	c = make_load(0, 65535, 0, 4, 16, 2);		/* all of it is padding */
	fcn_load_set_pad_left(&c, 1);
	fcn_load_set_pad_top(&c, 255);
	fcn_load_set_pad_bottom(&c, 255);
	b.add_load(c);
	c = make_load(0, 0, 65535, 2, 3, 4);
	fcn_load_set_pad_bottom(&c, 1);
	fcn_load_set_pad_left(&c, 255);
	fcn_load_set_pad_right(&c, 255);
	b.add_load(c);
	b.add_store(make_store(0xfffffff0, 1, 1, 4, 65535));
	b.add_store(make_store(0xffff0008, 1, 65535, 3, 7));
	b.add_store(make_store(0x1001, 65535, 1, 0, 1));
	c = make_store(0x1230, 16, 16, 2, 3);
	fcn_store_set_sub_n(&c, 255);
	fcn_store_set_pitch_s(&c, 4);
	fcn_store_set_pitch_x(&c, 1024);
	b.add_store(c);
	b.finish(10000000);
	result("largest counts", b.fail.text);
}

/* `commands` LOADs in fair weather: chunks written, of the cycles from the first to the last. */
static void load_rate(const char *name, const fcn_cmd &c, uint32_t commands, double want)
{
	bench b(1);
	double rate;
	char text[200];

	for (uint32_t i = 0; i < commands; i++)
		b.add_load(c);
	b.finish(10000000);
	rate = 100.0 * (double)b.load.writes_taken /
	       (double)(b.load.last_write - b.load.first_write + 1);
	snprintf(text, sizeof(text), "LOAD, %s: writes in %.1f %% of the cycles (%.0f wanted)", name,
		 rate, want);
	printf("# waited for memory in %llu cycles\n", (unsigned long long)b.load.waits);
	if (rate < want)
		b.fail("too slow");
	result(text, b.fail.text);
}

/* The same for STORE: chunks are reads of the OFM buffer here, `per_beat` of them in a beat. */
static void store_rate(const char *name, const fcn_cmd &c, uint32_t commands, double per_beat,
		       double want)
{
	bench b(1);
	double rate;
	char text[200];

	for (uint32_t i = 0; i < commands; i++)
		b.add_store(c);
	b.finish(10000000);
	rate = 100.0 * per_beat * (double)(b.store.beats - 1) /
	       (double)(b.store.last_beat - b.store.first_beat);
	snprintf(text, sizeof(text), "STORE, %s: a chunk in %.1f %% of the cycles (%.0f wanted)", name,
		 rate, want);
	if (rate < want)
		b.fail("too slow");
	result(text, b.fail.text);
}

static void rates(void)
{
	fcn_cmd c;

	load_rate("4096 contiguous bytes a pixel", make_load(0, 4, 4, 4, 4096, 0), 8, 99);
	load_rate("64-byte pixels", make_load(64, 32, 32, 4, 64, 0), 8, 99);
	load_rate("16-byte pixels", make_load(16, 32, 32, 4, 16, 0), 8, 99);
	load_rate("narrow pixels of 4 bytes", make_load(4, 32, 33, 2, 3, 0), 8, 99);
	load_rate("commands of 256 bytes", make_load(0, 1, 4, 4, 64, 1), 200, 95);
	c = make_load(0, 30, 30, 4, 32, 0);
	fcn_load_set_pad_top(&c, 1);
	fcn_load_set_pad_bottom(&c, 1);
	fcn_load_set_pad_left(&c, 1);
	fcn_load_set_pad_right(&c, 1);
	load_rate("padded box of 32-byte pixels", c, 8, 99);
	store_rate("4096 contiguous bytes a pixel", make_store(0, 4, 4, 4, 4096), 8, 1, 99);
	store_rate("64-byte pixels", make_store(0, 32, 32, 4, 64), 8, 1, 99);
	store_rate("16-byte pixels", make_store(0, 32, 32, 4, 16), 8, 1, 99);
	store_rate("narrow pixels of 4 bytes", make_store(0, 32, 32, 2, 3), 8, 4, 99);
	store_rate("narrow pixels of 1 byte", make_store(0, 32, 32, 0, 1), 8, 16, 99);
	c = make_store(0, 16, 16, 2, 3);
	fcn_store_set_sub_n(&c, 3);
	fcn_store_set_pitch_s(&c, 4);
	fcn_store_set_pitch_x(&c, 16);
	store_rate("4 sub-pixels of 3 bytes", c, 8, 4, 99);
}

int main(int argc, char **argv)
{
	const uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	const uint32_t rounds = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 60;

	/* Registers without a reset start with anything. */
	Verilated::randReset(2);
	Verilated::randSeed((int)(seed & 0x7fffffff) + 1);
	random_commands(seed, rounds, 20);
	clearing(seed + 1, 100);
	largest(seed + 2);
	rates();
	printf("1..%d\n", tests);
	return failures != 0;
}
