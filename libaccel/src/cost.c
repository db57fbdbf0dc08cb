/* SPDX-License-Identifier: MIT */
#include "cost.h"

static uint32_t cap(uint64_t cycles)
{
	return cycles > UINT32_MAX ? UINT32_MAX : (uint32_t)cycles;
}

uint32_t cost_load(uint64_t chunks, uint64_t beats)
{
	return cap(chunks > beats ? chunks : beats);
}

uint32_t cost_conv(const struct core_config *c, uint64_t tiles, uint64_t pixels)
{
	return cap(tiles * (pixels > c->rows ? pixels : c->rows));
}

uint32_t cost_post(const struct core_config *c, uint64_t outputs, uint64_t window, unsigned cols)
{
	uint64_t cycles = outputs * window * ((cols + c->lanes - 1) / c->lanes);

	return cap(cycles > COST_POST_MIN ? cycles : COST_POST_MIN);
}

/* From the end of a half's last CONV to the next that may start in it, but for POST's work. */
enum { TURN = COST_CONV_LATENCY + COST_POST_LATENCY + 8 };

unsigned cost_batch(const struct core_config *c, uint64_t conv, uint64_t post, uint64_t pixels,
		    unsigned n)
{
	uint64_t room = c->acc_entries / (pixels ? pixels : 1),
		 batch = conv > post ? (TURN + conv - post - 1) / (conv - post) : room;

	batch = batch < room ? batch : room;
	batch = batch < n ? batch : n;
	return batch ? (unsigned)batch : 1;
}

uint64_t cost_block(uint64_t conv, uint64_t post, unsigned batch)
{
	uint64_t turn = (batch * (conv + post) + TURN) / (2 * (uint64_t)batch);

	return conv > turn ? conv : turn;
}

uint32_t cost_store(uint64_t chunks, uint64_t bursts)
{
	return cap(chunks > bursts ? chunks : bursts);
}
