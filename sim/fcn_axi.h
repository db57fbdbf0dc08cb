/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AXI4 slave and protocol checker: the memory side of the simulated core.  Private to the
 * simulator and its tests.
 *
 * In each cycle `now` both sides' pins are known; fcn_axi_sample() does the handshakes of that
 * cycle, and fcn_axi_drive() chooses the slave's pins of a cycle whose master pins are known:
 *
 *     sample(now, in, out); clock edge; now++; drive(now, out, in); sample(now, in, out); …
 *
 * Writes take effect when their response is first driven, reads see memory when their first
 * beat is first driven: a master that does not wait for a response may see old data.
 */
#ifndef FCN_AXI_H
#define FCN_AXI_H

#include "fcn_axi_timing.h"
#include "fcn_fault_run.h"
#include "fcn_mem.h"
#include "fcn_sim_core.h"
#include "fcn_sim_rng.h"

#include <stdio.h>

#define FCN_AXI_IDS 4         /* the ID pins have two bits */
#define FCN_AXI_QUEUE 64      /* bursts that a queue holds; a power of 2 */
#define FCN_AXI_BEATS 1024    /* write beats that are buffered; a power of 2, at least 4 bursts */
#define FCN_AXI_BURST_MAX 256 /* beats of the longest burst AXI4 knows */
#define FCN_AXI_ERRORS 16     /* messages about violations that are kept */

struct fcn_axi_counters {
	uint64_t ar_bursts, r_beats, aw_bursts, w_beats, b_resps;
	uint64_t ar_stalls, aw_stalls, w_stalls; /* cycles in which the core had to wait */
	uint64_t r_beats_id[FCN_AXI_IDS];
};

struct fcn_axi_config {
	struct fcn_axi_timing timing;
	uint64_t seed;
	struct fcn_mem_ops mem;
	struct fcn_faults *faults;
	FILE *log; /* transcript, or NULL */
};

/* A read burst that was taken and is not answered in full. */
struct fcn_axi_rd {
	uint64_t addr, ready, number;
	uint16_t beats, beat;
	struct fcn_fault_effect effect;
};

struct fcn_axi_rd_queue {
	struct fcn_axi_rd q[FCN_AXI_QUEUE];
	unsigned head, n;
	bool open; /* the head's data is in `data` */
	uint8_t data[FCN_AXI_BURST_MAX * FCN_BEAT];
};

/* A write burst whose address was taken and that is not answered. */
struct fcn_axi_wr {
	uint64_t addr, ready;
	uint8_t id;
	struct fcn_fault_effect effect;
};

struct fcn_axi_wbeat {
	uint8_t data[FCN_BEAT];
	uint16_t strb;
	bool last;
};

struct fcn_axi_read {
	struct fcn_axi_rd_queue id[FCN_AXI_IDS];
	unsigned outstanding;
	uint64_t taken;
	int current;  /* ID whose burst is being answered, or -1 */
	bool driving; /* a beat is on the pins */
};

struct fcn_axi_write {
	struct fcn_axi_wr q[FCN_AXI_QUEUE];
	uint64_t q_head, q_tail;       /* bursts answered, addresses taken */
	struct fcn_axi_wbeat beat[FCN_AXI_BEATS];
	uint64_t beat_head, beat_tail; /* beats written, beats taken */
	uint64_t lasts;                /* bursts whose last beat was taken */
	bool driving;                  /* a response is on the pins */
};

/* What the checker remembers of the last cycle. */
struct fcn_axi_check {
	bool ar_waits, aw_waits, w_waits;
	struct fcn_pins_out last;
	uint64_t aw_seen;              /* addresses offered, taken or not */
	uint64_t w_bursts;             /* bursts whose last beat was taken */
	unsigned w_beats;              /* beats taken of the one behind them */
	uint8_t aw_len[2 * FCN_AXI_QUEUE]; /* beats - 1 of each, by its AW */
	uint8_t w_len[2 * FCN_AXI_QUEUE];  /* and by its WLAST */
	uint64_t errors;
	char error[FCN_AXI_ERRORS][120];
};

struct fcn_axi {
	struct fcn_axi_config cfg;
	struct fcn_rng rng;
	struct fcn_axi_read rd;
	struct fcn_axi_write wr;
	struct fcn_axi_check check;
	struct fcn_axi_counters count;
	uint64_t active; /* last cycle in which a channel was in use */
	bool busy;
};

void fcn_axi_init(struct fcn_axi *axi, const struct fcn_axi_config *cfg);

/* Forgets all bursts, as when core and bus are reset together; keeps counters and errors. */
void fcn_axi_reset(struct fcn_axi *axi);

void fcn_axi_sample(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_in *in, const struct fcn_pins_out *out);
void fcn_axi_drive(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_out *out, struct fcn_pins_in *in);

/* Nothing is outstanding. */
bool fcn_axi_idle(const struct fcn_axi *axi);

/* The channels, for fcn_axi.c. */
void fcn_axi_read_sample(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_in *in, const struct fcn_pins_out *out);
void fcn_axi_read_drive(struct fcn_axi *axi, uint64_t now, struct fcn_pins_in *in);
void fcn_axi_write_sample(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_in *in, const struct fcn_pins_out *out);
void fcn_axi_write_drive(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_out *out, struct fcn_pins_in *in);
void fcn_axi_check_cycle(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_in *in, const struct fcn_pins_out *out);

/* Cycle in which a burst that was complete in cycle `now` may be answered. */
uint64_t fcn_axi_due(struct fcn_axi *axi, uint64_t now, uint32_t latency, const struct fcn_fault_effect *effect);

#endif
