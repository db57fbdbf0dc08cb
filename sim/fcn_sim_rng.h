/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that are the same for a seed on every machine (splitmix64). */
#ifndef FCN_SIM_RNG_H
#define FCN_SIM_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct fcn_rng {
	uint64_t state;
};

static inline uint64_t fcn_rng_next(struct fcn_rng *rng)
{
	uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* 0 .. n - 1; n > 0. */
static inline uint32_t fcn_rng_below(struct fcn_rng *rng, uint32_t n)
{
	return (uint32_t)(((fcn_rng_next(rng) >> 32) * n) >> 32);
}

/* True in `of256` of 256 cases. */
static inline bool fcn_rng_chance(struct fcn_rng *rng, unsigned of256)
{
	return (fcn_rng_next(rng) >> 56) < of256;
}

#endif
