/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of a simulator.  Private to fcn_sim*.c. */
#ifndef FCN_SIM_PRIV_H
#define FCN_SIM_PRIV_H

#include "fcn_axi.h"
#include "fcn_sim.h"

/* The interrupt line: what the core drives, and what the plan lets through. */
struct fcn_sim_line {
	bool raw;                /* the core drives it */
	bool lost;               /* until the core lets it fall */
	uint64_t spurious_until; /* cycle */
	bool seen;
	uint64_t rises;
	void (*fn)(void *ctx, bool level);
	void *ctx;
};

/* Master of the AXI4-Lite port: one access at a time. */
struct fcn_sim_lite {
	bool busy; /* an access that timed out has not been answered yet */
	bool irregular;
	struct fcn_rng rng;
	uint64_t reads, writes;
};

struct fcn_sim {
	const struct fcn_core_ops *ops;
	void *core;
	uint64_t now, clocked;
	struct fcn_pins_in in;   /* of cycle `now` */
	struct fcn_pins_out out; /* of cycle `now` */
	struct fcn_axi axi;
	struct fcn_faults faults;
	struct fcn_mem *mem;
	struct fcn_sim_line line;
	struct fcn_sim_lite lite;
	FILE *log;
	uint32_t reg_timeout;
	bool clock_idle;
	bool parked;       /* the core is idle, until a register is written */
	uint64_t probe_at; /* cycle in which to ask next whether it is */
};

/* One clock cycle. */
void fcn_sim_cycle(struct fcn_sim *sim);

/* Register access past the fault plan, the counters and the transcript. */
int fcn_sim_raw_read32(struct fcn_sim *sim, unsigned off, uint32_t *value);

/* Writes coverage into the folder that the environment names, if any. */
void fcn_sim_coverage_at_end(struct fcn_sim *sim);

/* Follows the core's interrupt line and the clock. */
void fcn_sim_line_update(struct fcn_sim *sim);

#endif
