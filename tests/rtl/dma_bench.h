/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two sides of the DMA bench share: the device, the weather (how eager the environment
 * is), failures, and the rule that what is valid stays until it is taken.
 *
 * Of each cycle a side does, in this order: drive() inputs that depend on earlier cycles only,
 * settle() those that depend on this cycle's outputs, sample() what the rising edge will take.
 */
#ifndef DMA_BENCH_H
#define DMA_BENCH_H

#include "Vdma_tb.h"
#include "dma_ref.h"
#include "rng.h"

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

/* How often, in percent of the cycles, the environment is ready or valid. */
struct weather {
	uint32_t cmd = 100;	/* a command is offered */
	uint32_t req = 100;	/* LOAD's requests are taken */
	uint32_t rd = 100;	/* data that is due is given */
	uint32_t wr = 100;	/* buffer writes (LOAD into OFM) or write beats (STORE) are taken */
	uint32_t ofm = 100;	/* STORE's reads are taken */
	uint32_t latency = 64;	/* cycles from a request to its data, a burst to its answer */
	uint32_t jitter = 0;	/* cycles more, at random */
	uint32_t started = 8;	/* commands that may be started and not done */
	uint32_t storm = 0;	/* now and then nothing of it moves for so many cycles */
};

struct bench_error {
	std::string text;
	void operator()(const char *format, ...) __attribute__((format(printf, 2, 3)))
	{
		char line[400];
		va_list ap;

		if (!text.empty())
			return;
		va_start(ap, format);
		vsnprintf(line, sizeof(line), format, ap);
		va_end(ap);
		text = line;
	}
};

/* Bytes of a wide port. */
template <size_t N, class port> std::array<uint8_t, N> get_bytes(const port &p)
{
	std::array<uint8_t, N> b;

	memcpy(b.data(), &p[0], N);
	return b;
}

template <class port> void set_bytes(port &p, const void *bytes, size_t n)
{
	memcpy(&p[0], bytes, n);
}

/* Checks that a payload that was offered and not taken is offered again. */
template <class payload> class steady {
	bool held = false;
	payload last = {};

public:
	void reset() { held = false; }
	bool ok(bool valid, bool ready, const payload &now)
	{
		const bool good = !held || (valid && now == last);

		held = valid && !ready;
		last = now;
		return good;
	}
};

/* A command with its number; the numbers do not start at 0 and have gaps. */
struct numbered {
	fcn_cmd cmd;
	uint32_t index;
};

/* True in storms: stretches in which the environment stands still. */
class storm {
	uint32_t left = 0;

public:
	bool blows(struct rng *r, uint32_t cycles)
	{
		if (left)
			left--;
		else if (cycles && rng_below(r, 400) == 0)
			left = rng_below(r, cycles);
		return left != 0;
	}
};

#endif
