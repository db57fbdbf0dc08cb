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

uint32_t cost_store(uint64_t chunks, uint64_t bursts)
{
	return cap(chunks > bursts ? chunks : bursts);
}
