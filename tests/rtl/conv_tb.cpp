// SPDX-License-Identifier: Apache-2.0
//
// Test of the CONV engine: random commands against the loops of conv_ref.h, and cycle counts.
//
//   Vconv_tb [SEED [ROUNDS]]     prints TAP
//   Vconv_tb bench               prints simulated cycles a second, busy and idle
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <memory>

#include "conv_bench.h"

static int tests, failures;

static void result(bool ok, const char *what)
{
	tests++;
	failures += !ok;
	printf("%sok %d - %ux%u: %s\n", ok ? "" : "not ", tests, ROWS, COLS, what);
}

static Conv random_conv(uint32_t max_pixels)
{
	Conv v;

	do {
		v.x_n = rnd(rnd(4) ? 40 : 600);
		v.y_n = rnd(rnd(4) ? 4 : 40);
	} while (v.pixels() > max_pixels);
	v.ifm = rnd(1 << 24);
	v.x_pitch = rnd(1 << 24);
	v.y_pitch = rnd(1 << 24);
	for (int i = 0; i < 3; i++) {
		v.k_n[i] = rnd(3) ? 0 : rnd(4);
		v.k_pitch[i] = rnd(1 << 24);
	}
	v.wgt = rnd(1 << 16);
	v.acc = rnd(4096);
	v.half = rnd(2);
	v.keep = rnd(2);
	return v;
}

static std::vector<Conv> random_chain(uint32_t n, uint32_t max_pixels)
{
	std::vector<Conv> chain;

	while (chain.size() < n)
		chain.push_back(random_conv(max_pixels));
	return chain;
}

// Commands of one tile that add to where the one before ended, 0 to 4 entries back.
static std::vector<Conv> close_chain(uint32_t n)
{
	std::vector<Conv> chain = random_chain(1, 30);

	while (chain.size() < n) {
		const Conv &last = chain.back();
		Conv v = random_conv(rnd(2) ? 1 : 30);

		v.half = last.half;
		v.keep = 1;
		v.acc = (last.acc + last.pixels() - rnd(5)) % 4096;
		v.k_n[0] = rnd(2);
		chain.push_back(v);
	}
	return chain;
}

static void test_scrub(Bench &b)
{
	bool same = b.accumulators_match();

	b.top.peek_i = 1;
	b.top.peek_rd_en_i = 1;
	for (uint32_t a = 0; a < IFM_BYTES + 4; a++) {
		b.top.peek_rd_addr_i = a;
		b.tick();
		for (uint32_t i = 0; a >= 4 && i < ROWS; i++)
			same &= byte_of(b.top.peek_rd_data_o, i) == 0;
	}
	b.top.peek_i = b.top.peek_rd_en_i = 0;
	result(same, "scrub clears the buffers");
}

// A write and a read at random addresses in every cycle: a read sees all writes of earlier cycles.
static void test_wram(Bench &b, uint32_t rounds)
{
	struct Expect { int8_t byte[ROWS]; bool known[ROWS]; };
	std::deque<Expect> expect;
	bool same = true;

	b.top.peek_i = 1;
	for (uint32_t n = 0; n < 100 * rounds; n++) {
		const uint32_t ra = rnd(IFM_BYTES), wa = (ra + rnd(80) - 40) % IFM_BYTES;
		const uint32_t len = rnd(4) ? 1 + rnd(16) : 0;
		Expect e;

		for (uint32_t i = 0; i < ROWS; i++) {
			e.byte[i] = b.ref.ifm[(ra + i) % IFM_BYTES];
			e.known[i] = (ra + i - wa) % IFM_BYTES >= len;
		}
		expect.push_back(e);
		b.top.peek_rd_en_i = 1;
		b.top.peek_rd_addr_i = ra;
		b.top.ifm_wr_en_i = 0;
		if (len)
			b.write_ifm(wa, len);
		b.tick();
		if (expect.size() < 4)
			continue;
		for (uint32_t i = 0; i < ROWS; i++)
			same &= !expect[0].known[i] ||
				byte_of(b.top.peek_rd_data_o, i) == expect[0].byte[i];
		expect.pop_front();
	}
	b.top.peek_i = b.top.peek_rd_en_i = b.top.ifm_wr_en_i = 0;
	b.tick();
	result(same, "the IFM buffer keeps what is written at any byte");
}

static void test_chains(Bench &b, uint32_t rounds)
{
	bool sums = true, times = true, gaps = true, close = true;

	for (uint32_t n = 0; n < rounds; n++) {
		const bool near = n % 2;
		const auto chain = near ? close_chain(20) : random_chain(8, 600);
		Timing timing(b.ref);

		for (const Conv &v : chain)
			timing.run(v);
		b.run(chain, 0);
		(near ? close : sums) &= b.accumulators_match() && b.done == chain.size();
		if (b.active != timing.pixels || b.last_active - b.first_active + 1 != timing.span()) {
			printf("# %llu pixels in %llu cycles, expected %llu in %llu\n",
			       (unsigned long long)b.active,
			       (unsigned long long)(b.last_active - b.first_active + 1),
			       (unsigned long long)timing.pixels, (unsigned long long)timing.span());
			times = false;
		}
		b.run(random_chain(4, 100), rnd(200));
		gaps &= b.accumulators_match();
	}
	result(sums, "accumulators are those of the reference");
	result(close, "updates of entries that were just updated");
	result(gaps, "commands with gaps between them");
	result(times, "every tile takes exactly max(pixels, rows) cycles");
}

static void test_done(Bench &b, uint32_t rounds)
{
	bool same = true;

	for (uint32_t n = 0; n < rounds; n++) {
		const Conv v = random_conv(50);
		const uint32_t entry = b.ref.entry(v, v.pixels() - 1);

		b.run({ v }, 0);		// returns in the cycle after done_o
		b.post_read(v.half, entry);
		b.tick();
		b.top.post_rd_en_i = 0;
		b.tick();
		same &= b.post_matches(v.half, entry) && !b.top.busy_o;
	}
	result(same, "POST reads the last sum in the cycle after done");
}

static void test_halves(Bench &b, uint32_t rounds)
{
	bool same = true;

	for (uint32_t n = 0; n < rounds; n++) {
		Conv v = random_conv(200);
		std::deque<uint32_t> asked;

		b.done = 0;
		b.put(v);
		b.tick();		// idle: taken at once
		b.top.cmd_valid_i = 0;
		while (!b.done) {
			asked.push_back(rnd(ENTRIES));
			b.post_read(!v.half, asked.back());
			b.tick();
			if (asked.size() < 2)
				continue;
			same &= b.post_matches(!v.half, asked[0]);
			asked.pop_front();
		}
		b.top.post_rd_en_i = 0;
		b.ref.run(v);
		same &= b.accumulators_match();
	}
	result(same, "POST reads one half while CONV updates the other");
}

static void test_clear(Bench &b, uint32_t rounds)
{
	bool same = true;

	for (uint32_t n = 0; n < rounds; n++) {
		const int cycles = rnd(300), length = 1 + rnd(3);

		b.put(random_conv(100));
		for (int i = 0; i < cycles; i++)
			b.tick();
		b.top.cmd_valid_i = 0;
		b.top.clear_i = 1;
		for (int i = 0; i < length; i++)
			b.tick();
		b.top.clear_i = 0;
		same &= !b.top.busy_o;
		b.done = 0;
		b.scrub();
		same &= b.done == 0;
		b.fill();
		b.run(random_chain(3, 60), 0);
		same &= b.accumulators_match();
	}
	result(same, "a clear at any time, a scrub, then commands");
}

static void test_busy(Bench &b)
{
	Conv v = random_conv(1);
	std::vector<Conv> chain;
	double least = 100;

	for (uint32_t pixels : { 16u, 17u, 33u, 49u, 600u }) {
		v.x_n = (pixels < ROWS ? ROWS : pixels) - 1;
		v.k_n[0] = v.k_n[1] = v.k_n[2] = 0;
		for (int many = 0; many < 2; many++) {
			if (many)
				v.k_n[0] = v.k_n[1] = 9;
			v.acc = v.keep = 0;
			chain.assign(many ? 2 : 100, v);
			b.run(chain, 0);
			const double busy = 100.0 * b.active / (b.last_active - b.first_active + 1);
			if (busy < least)
				least = busy;
		}
	}
	printf("# array busy at least %.2f %% of the time from the first pixel to the last\n", least);
	result(least >= 99, "chains of tiles and of commands keep the array busy");
}

// Runs until `done` says so; prints cycles per second of processor time.
template <typename Done> static void rate(Bench &b, const char *what, Done done)
{
	const uint64_t from = b.cycle;
	const clock_t start = clock();

	while (!done())
		b.tick();
	printf("# %ux%u %s: %.2f Mcycle/s\n", ROWS, COLS, what,
	       (b.cycle - from) / 1e6 * CLOCKS_PER_SEC / (clock() - start));
}

static void bench(Bench &b)
{
	Conv v = random_conv(1);

	b.fill();
	v.x_n = v.y_n = 27;
	v.k_n[0] = v.k_n[1] = 19;
	v.acc = v.keep = 0;
	b.put(v);
	rate(b, "busy", [&] { return b.done == 8; });
	b.top.cmd_valid_i = 0;
	b.tick();
	while (b.top.busy_o)
		b.tick();
	const uint64_t end = b.cycle + 20000000;
	rate(b, "idle", [&] { return b.cycle == end; });
}

int main(int argc, char **argv)
{
	const bool speed = argc > 1 && !strcmp(argv[1], "bench");
	const uint32_t rounds = argc > 2 ? strtoul(argv[2], nullptr, 0) : 40;

	rng_state += argc > 1 ? strtoull(argv[1], nullptr, 0) : 0;
	auto b = std::make_unique<Bench>();
	if (speed) {
		bench(*b);
		return 0;
	}
	test_scrub(*b);
	b->fill();
	test_wram(*b, rounds);
	test_chains(*b, rounds);
	test_done(*b, rounds);
	test_halves(*b, rounds);
	test_clear(*b, rounds / 4);
	test_busy(*b);
	printf("1..%d\n", tests);
	return failures != 0;
}
