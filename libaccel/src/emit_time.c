/* SPDX-License-Identifier: MIT */
/*
 * When each command would start, if no queue were ever full: the engines of the core as four
 * pipelines, each with the cycles that a command keeps it busy and the latency behind that.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cost.h"
#include "emit.h"

struct clock {
	uint64_t free; /* the engine can start its next command */
	uint64_t done; /* the last command is done */
	uint64_t recent[8]; /* when the last 8 commands are done: no more may be under way */
	unsigned n;
};

static uint64_t max64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* A LOAD's requests run ahead of its data; its data comes behind that of the LOAD before. */
static void step_load(struct clock *c, struct task *op)
{
	uint64_t first = max64(c->done, op->start + COST_LOAD_LATENCY);

	c->done = first + op->cycles;
	c->free = max64(op->start + 2, c->done > COST_LOAD_AHEAD ? c->done - COST_LOAD_AHEAD : 0);
}

static void step(struct clock *c, struct task *op)
{
	static const unsigned latency[ENGINES] = {
		[FCN_ENG_CONV] = COST_CONV_LATENCY,
		[FCN_ENG_POST] = COST_POST_LATENCY,
		[FCN_ENG_STORE] = COST_STORE_LATENCY,
	};

	if (op->engine == FCN_ENG_LOAD) {
		step_load(c, op);
	} else {
		c->free = op->start + op->cycles;
		c->done = max64(c->done, c->free + latency[op->engine]);
	}
	c->recent[c->n++ % 8] = c->done;
}

uint64_t stream_time(struct stream *s)
{
	struct clock clock[ENGINES];
	uint64_t *done, end = 0;

	memset(clock, 0, sizeof(clock));
	done = malloc((size_t)(s->n_op + 1) * sizeof(*done));
	if (!done) {
		s->err = -ENOMEM;
		return 0;
	}
	for (int64_t i = 0; i < s->n_op; i++) {
		struct task *op = &s->op[i];
		struct clock *c = &clock[op->engine];

		op->start = max64(c->free, c->recent[c->n % 8]);
		for (int e = 0; e < ENGINES; e++)
			if (op->dep[e] >= 0)
				op->start = max64(op->start, done[op->dep[e]] + COST_TOKEN);
		step(c, op);
		done[i] = c->done;
		end = max64(end, c->done);
	}
	free(done);
	return end;
}
