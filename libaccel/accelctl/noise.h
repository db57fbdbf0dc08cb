/* SPDX-License-Identifier: MIT */
/* Seeded numbers for inputs that nobody gave: the same on every machine. */
#ifndef ACCELCTL_NOISE_H
#define ACCELCTL_NOISE_H

#include <stdint.h>

/* splitmix64 */
static inline uint64_t noise_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* Nearly normal: a sum of twelve uniform numbers. */
static inline float noise_normal(uint64_t *state)
{
	int32_t sum = 0;

	for (int i = 0; i < 3; i++) {
		uint64_t v = noise_next(state);

		sum += (int32_t)((v & 0xffff) + (v >> 16 & 0xffff) + (v >> 32 & 0xffff) +
				 (v >> 48));
	}
	return (float)(sum - 6 * 65535) / 65536.0f;
}

#endif
