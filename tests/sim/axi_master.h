/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A random AXI4 master that knows what it must read.  Memory is LINES lines of 256 bytes; a line
 * with a write under way is not read, and the other way round.
 */
#ifndef AXI_MASTER_H
#define AXI_MASTER_H

#include "fcn_sim_core.h"
#include "fcn_sim_rng.h"

#include <stdbool.h>
#include <stdint.h>

#define MASTER_LINES 64
#define MASTER_LINE 256
#define MASTER_IDS 3
#define MASTER_QUEUE 64

struct master_burst {
	uint64_t addr;
	unsigned beats, beat;
	bool error; /* a beat came with a response that is not OKAY */
};

struct master {
	struct fcn_pins_out out; /* of this cycle */
	struct fcn_rng rng;
	uint64_t base;
	unsigned busy;         /* of 256: how eager it is */
	bool quiet;            /* starts nothing new */
	bool always_ready;     /* never makes R and B wait */
	uint8_t shadow[MASTER_LINES * MASTER_LINE];
	uint8_t readers[MASTER_LINES], writers[MASTER_LINES];

	struct master_burst rd[MASTER_IDS][MASTER_QUEUE];
	unsigned rd_head[MASTER_IDS], rd_tail[MASTER_IDS];
	int last_rid;          /* ID of the last data beat if its burst goes on, or -1 */

	struct master_burst wr[MASTER_QUEUE];
	uint8_t wr_data[MASTER_QUEUE][MASTER_LINE];
	uint16_t wr_strb[MASTER_QUEUE][MASTER_LINE / FCN_BEAT];
	unsigned wr_head, wr_tail; /* answered, begun */
	bool aw_left;          /* the address of the youngest write has not been offered */
	unsigned w_next;       /* its next beat */

	/* What happened. */
	uint64_t reads, writes, read_errors, write_errors, mismatches, strays;
	uint64_t interleavings; /* a beat came in the middle of another ID's burst */
	uint64_t first_beat_at, last_beat_at; /* cycles */
};

void master_init(struct master *m, uint64_t seed, uint64_t base);

/* The end of cycle `now`, with the slave's pins; afterwards m->out is of the next cycle. */
void master_cycle(struct master *m, uint64_t now, const struct fcn_pins_in *in);

/* Begins one read; only while no address is on the pins. */
void master_read(struct master *m, unsigned id, uint64_t addr, unsigned beats);

/* Everything that was begun has been answered. */
bool master_done(const struct master *m);

#endif
