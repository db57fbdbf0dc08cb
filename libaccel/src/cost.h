/* SPDX-License-Identifier: MIT */
/*
 * The cost model: cycles that commands keep their engine busy, and the latencies behind.  Measured
 * on the Verilated core with the memory preset ddr (16 bytes a cycle, 64 cycles of latency).
 */
#ifndef LIBACCEL_COST_H
#define LIBACCEL_COST_H

#include <stdint.h>

#include "backend.h"

enum {
	COST_LOAD_LATENCY = 80,	/* from start to the first data */
	COST_LOAD_AHEAD = 60,	/* requests of a LOAD end that long before its data */
	COST_CONV_LATENCY = 48,	/* through the array into the accumulators */
	COST_POST_LATENCY = 26,
	COST_STORE_LATENCY = 86,	/* to memory's acknowledgement */
	COST_TOKEN = 3,
	COST_FETCH_BEATS = 4,	/* of a command */
	COST_COMMAND = 20,	/* commands are fetched no faster, four at a time */
	COST_TLB_LINES = 8,	/* of 16 pages: more than these in turn and the TLB has none */
	COST_WALK = 130,	/* of a line that it has not */
	COST_POST_MIN = 20,	/* a POST fetches parameters meanwhile */
};

/* chunks: those that land, padding too; beats: those that memory gives. */
uint32_t cost_load(uint64_t chunks, uint64_t beats);
uint32_t cost_conv(const struct core_config *c, uint64_t tiles, uint64_t pixels);
uint32_t cost_post(const struct core_config *c, uint64_t outputs, uint64_t window, unsigned cols);
/*
 * Blocks that share a half of the accumulators, of n: CONV fills one half while POST empties the
 * other, and where a block is short, several hide the latencies that one does not.
 */
unsigned cost_batch(const struct core_config *c, uint64_t conv, uint64_t post, uint64_t pixels,
		    unsigned n);
/* Cycles of CONV for a block, waiting for POST included. */
uint64_t cost_block(uint64_t conv, uint64_t post, unsigned batch);
uint32_t cost_store(uint64_t chunks, uint64_t bursts);

#endif
