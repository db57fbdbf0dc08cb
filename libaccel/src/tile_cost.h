/* SPDX-License-Identifier: MIT */
/* The cost of a tiling. */
#ifndef LIBACCEL_TILE_COST_H
#define LIBACCEL_TILE_COST_H

#include "tile.h"

/*
 * Of n blocks or groups all are alike but for the last, which is no larger: the first stands for
 * the others.
 */
static inline int next_of(int i, int n)
{
	return i || n < 3 ? i + 1 : n - 1;
}

static inline uint64_t times_of(int i, int n)
{
	return i || n < 3 ? 1 : (uint64_t)n - 1;
}

/* Weight tiles of the whole layer. */
uint64_t tile_count(const struct cut *c);

/* Sets t.cycles, t.array, t.commands and t.beats; the rest of t is there. */
void tile_cost(struct cut *c);

#endif
