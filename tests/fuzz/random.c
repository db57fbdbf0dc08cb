// SPDX-License-Identifier: GPL-2.0
/* Seeded numbers (splitmix64). */
#include "fuzz.h"

uint64_t rng_u64(struct rng *r)
{
	uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)(((rng_u64(r) >> 32) * n) >> 32);
}

uint64_t rng_odd(struct rng *r)
{
	static const uint64_t some[] = {
		0, 1, 2, 3, 7, 8, 15, 16, 63, 64, 127, 128, 255, 4095, 4096, 4097, 65535, 65536, 65537, 0x7fffffff, 0x80000000,
		0xfffff000, 0xffffffff, UINT64_C(1) << 32, (UINT64_C(1) << 32) - 4096, UINT64_C(1) << 40, INT64_MAX,
		UINT64_C(1) << 63, UINT64_MAX - 4095, UINT64_MAX,
	};
	uint64_t v = some[rng_below(r, sizeof(some) / sizeof(some[0]))];

	switch (rng_below(r, 8)) {
	case 0: return UINT64_C(1) << rng_below(r, 64);
	case 1: return rng_u64(r) >> rng_below(r, 64);
	case 2: return v + rng_below(r, 5) - 2;
	default: return v;
	}
}
