/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulator: a Verilated fcn core with memory, interrupt line and register port.
 *
 *     struct fcn_sim_config cfg = { .rows = 16, .cols = 16 };
 *     struct fcn_sim *sim;
 *     int err = fcn_sim_create(&cfg, &sim);
 *
 *     fcn_mem_write(fcn_sim_mem(sim), 0x1000, data, sizeof(data));
 *     fcn_sim_write32(sim, FCN_REG_SLOT_SEQNO(0), 1);
 *     fcn_sim_run_until_irq(sim, 1000000);
 *     fcn_sim_destroy(sim);
 *
 * Time passes only in the calls that say so, in cycles of the core's clock.  The same calls on
 * the same configuration give the same result, cycle by cycle, on every machine.
 *
 * A program has as many instances as it likes; each is used by one thread at a time.
 * Functions that return int return 0 or a negative errno.
 */
#ifndef FCN_SIM_H
#define FCN_SIM_H

#include "fcn_axi_timing.h"
#include "fcn_fault.h"
#include "fcn_mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fcn_sim;

/* All zeros is a good configuration; fields that are 0 have the default in parentheses. */
struct fcn_sim_config {
	unsigned rows, cols;           /* geometry (16 x 16); must be linked into the program */
	enum fcn_axi_preset memory;    /* timing (FCN_AXI_DDR) */
	uint32_t read_latency;         /* cycles (the preset's) */
	uint32_t write_latency;        /* cycles (the preset's) */
	uint64_t seed;                 /* of everything random */
	const struct fcn_mem_ops *mem; /* copied (a sparse memory of the simulator's own) */
	const struct fcn_fault_plan *faults; /* copied (no faults) */
	const char *waves;             /* FST file that is opened before the first cycle (none) */
	FILE *log;                     /* transcript of registers, bursts and interrupts (none) */
	uint32_t reg_timeout;          /* cycles after which a register access fails (10000) */
	bool clock_idle;               /* clock the core even while nothing can happen: for waves */
};

/* The geometries linked into the program: i = 0, 1, … until -ENOENT. */
int fcn_sim_geometry(unsigned i, unsigned *rows, unsigned *cols);

/*
 * Makes a simulator and resets the core.  -ENOENT: the geometry is not linked; -ENOTSUP: waves are
 * asked for and not built in; -EIO: the waves' file cannot be made; -ENOMEM.
 */
int fcn_sim_create(const struct fcn_sim_config *cfg, struct fcn_sim **sim);
void fcn_sim_destroy(struct fcn_sim *sim);

/* Power-on reset of core and bus: bursts under way are forgotten, memory is kept. */
void fcn_sim_reset(struct fcn_sim *sim);

/*
 * Registers, by their offset (a multiple of 4 below 4096; else -EINVAL).  An access takes
 * some cycles.  -ETIMEDOUT: the core did not answer; -EIO: it answered with an error.
 */
int fcn_sim_read32(struct fcn_sim *sim, unsigned off, uint32_t *value);
int fcn_sim_write32(struct fcn_sim *sim, unsigned off, uint32_t value);

/*
 * Lets cycles pass; returns how many did.  With stop_on_irq it returns in the cycle in which
 * the interrupt line is seen high, at once if it already is.
 */
uint64_t fcn_sim_advance(struct fcn_sim *sim, uint64_t cycles, bool stop_on_irq);

/* Lets cycles pass until the interrupt line is high, or fails with -ETIMEDOUT after max_cycles. */
int fcn_sim_run_until_irq(struct fcn_sim *sim, uint64_t max_cycles);

/* Cycles since fcn_sim_create(). */
uint64_t fcn_sim_now(const struct fcn_sim *sim);

/* The interrupt line. */
bool fcn_sim_irq(const struct fcn_sim *sim);

/*
 * fn is called, from within the calls that let cycles pass, when the line changes.  It must
 * not call the simulator.  NULL: no one.
 */
void fcn_sim_on_irq(struct fcn_sim *sim, void (*fn)(void *ctx, bool level), void *ctx);

/* Physical memory; NULL when the configuration brought its own. */
struct fcn_mem *fcn_sim_mem(struct fcn_sim *sim);

/*
 * True when nothing will happen before the next register write: no job, no bus transaction,
 * no reset, no planned interrupt.  Asks the core itself, which takes some cycles.
 */
bool fcn_sim_idle(struct fcn_sim *sim);

/* Violations of AXI4 or of the core's own promises about its bursts; a good core has none. */
uint64_t fcn_sim_protocol_errors(const struct fcn_sim *sim);

/* The i-th of them, "cycle 17: AR: …"; the first few are kept, NULL for the others. */
const char *fcn_sim_protocol_error(const struct fcn_sim *sim, unsigned i);

struct fcn_sim_counters {
	uint64_t cycles;         /* as fcn_sim_now() */
	uint64_t clocked;        /* those in which the core was clocked */
	uint64_t ar_bursts, r_beats, aw_bursts, w_beats, b_resps;
	uint64_t ar_stalls, aw_stalls, w_stalls; /* cycles in which the core waited for ready */
	uint64_t r_beats_load, r_beats_fetch, r_beats_walk; /* parts of r_beats */
	uint64_t reg_reads, reg_writes;
	uint64_t irqs;           /* times the line rose */
	uint64_t faults;         /* times an entry of the fault plan struck */
};

void fcn_sim_counters(const struct fcn_sim *sim, struct fcn_sim_counters *c);

/* Opens an FST file of waves; path NULL closes it.  -ENOTSUP: not built in, -EIO. */
int fcn_sim_waves(struct fcn_sim *sim, const char *path);

/*
 * Writes line and toggle coverage for verilator_coverage.  -ENOTSUP: not built in.  With the environment
 * variable FCN_SIM_COVERAGE set to a folder, every instance does so at its end.
 */
int fcn_sim_coverage(struct fcn_sim *sim, const char *path);

#ifdef __cplusplus
}
#endif

#endif
