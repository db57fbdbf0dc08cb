/* SPDX-License-Identifier: MIT */
/* Numbers that are the same on every machine (xorshift64*). */
#ifndef TESTS_REF_RNG_H
#define TESTS_REF_RNG_H

#include <stdint.h>

static uint64_t rng_state = UINT64_C(0x9e3779b97f4a7c15);

static inline uint32_t rng(void)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return (uint32_t)((rng_state * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

static inline int64_t rng_range(int64_t lo, int64_t hi)
{
	return lo + (int64_t)(rng() % (uint64_t)(hi - lo + 1));
}

static inline float rng_real(float lo, float hi)
{
	return lo + (hi - lo) * ((float)(rng() >> 8) * 0x1p-24f);
}

#endif
