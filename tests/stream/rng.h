/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seeded random numbers (splitmix64): the same on every machine, so that a seed is all that a
 * failure needs to be repeated.
 */
#ifndef STREAM_RNG_H
#define STREAM_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t rng_u64(struct rng *r)
{
	uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline uint32_t rng_u32(struct rng *r)
{
	return (uint32_t)(rng_u64(r) >> 32);
}

/* 0 .. n-1; 0 for n = 0. */
static inline uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)(((rng_u64(r) >> 32) * n) >> 32);
}

/* lo .. hi, both included. */
static inline uint32_t rng_range(struct rng *r, uint32_t lo, uint32_t hi)
{
	return lo + rng_below(r, hi - lo + 1);
}

static inline bool rng_percent(struct rng *r, uint32_t percent)
{
	return rng_below(r, 100) < percent;
}

/* 1 .. max, small numbers most often. */
static inline uint32_t rng_small(struct rng *r, uint32_t max)
{
	return 1 + rng_below(r, 1 + rng_below(r, max));
}

#endif
