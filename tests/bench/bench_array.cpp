// SPDX-License-Identifier: Apache-2.0
//
// Speed of a bare systolic array in Verilator: the ceiling for the whole core.  A vector enters in every
// cycle, and a tile of weights in ROWS of every TILE cycles.  Prints cycles per second of one thread's time.
#include "Vfcn_array.h"
#include "verilated.h"

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <memory>

namespace {

constexpr int ROWS = 16, TILE = 64, CYCLES = 400000;

double thread_seconds()
{
	timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

uint32_t next(uint32_t &state)
{
	state = state * 1664525 + 1013904223;
	return state;
}

void cycle(Vfcn_array &top)
{
	top.clk_i = 0;
	top.eval();
	top.clk_i = 1;
	top.eval();
}

} // namespace

int main()
{
	VerilatedContext context;
	auto top = std::make_unique<Vfcn_array>(&context);
	uint32_t state = 1;
	double start = thread_seconds();

	top->en_i = 1;
	for (int i = 0; i < CYCLES; i++) {
		int at = i % TILE;

		for (int w = 0; w < 4; w++) {
			top->a_i[w] = next(state);
			top->w_i[w] = next(state);
		}
		top->swap_i = at == 0;
		top->shift_i = at < ROWS;
		top->first_i = at == 0;
		cycle(*top);
	}
	std::printf("%.0f\n", CYCLES / (thread_seconds() - start));
	top->final();
	return 0;
}
