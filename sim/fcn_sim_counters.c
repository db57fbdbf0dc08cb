// SPDX-License-Identifier: Apache-2.0
/* What a simulation counted and found wrong. */
#include "fcn_sim_priv.h"

/* The core's AXI IDs of reads. */
enum { ID_LOAD, ID_FETCH, ID_WALK };

uint64_t fcn_sim_protocol_errors(const struct fcn_sim *sim)
{
	return sim->axi.check.errors;
}

const char *fcn_sim_protocol_error(const struct fcn_sim *sim, unsigned i)
{
	const struct fcn_axi_check *check = &sim->axi.check;

	return i < check->errors && i < FCN_AXI_ERRORS ? check->error[i] : NULL;
}

void fcn_sim_counters(const struct fcn_sim *sim, struct fcn_sim_counters *c)
{
	const struct fcn_axi_counters *axi = &sim->axi.count;

	*c = (struct fcn_sim_counters){
		.cycles = sim->now,
		.clocked = sim->clocked,
		.ar_bursts = axi->ar_bursts,
		.r_beats = axi->r_beats,
		.aw_bursts = axi->aw_bursts,
		.w_beats = axi->w_beats,
		.b_resps = axi->b_resps,
		.ar_stalls = axi->ar_stalls,
		.aw_stalls = axi->aw_stalls,
		.w_stalls = axi->w_stalls,
		.r_beats_load = axi->r_beats_id[ID_LOAD],
		.r_beats_fetch = axi->r_beats_id[ID_FETCH],
		.r_beats_walk = axi->r_beats_id[ID_WALK],
		.reg_reads = sim->lite.reads,
		.reg_writes = sim->lite.writes,
		.irqs = sim->line.rises,
		.faults = sim->faults.applied,
	};
}
