// SPDX-License-Identifier: Apache-2.0
/* The AXI4 slave as a whole. */
#include "fcn_axi.h"

#include <string.h>

void fcn_axi_init(struct fcn_axi *axi, const struct fcn_axi_config *cfg)
{
	memset(axi, 0, sizeof(*axi));
	axi->cfg = *cfg;
	axi->rng.state = cfg->seed;
	axi->rd.current = -1;
}

void fcn_axi_reset(struct fcn_axi *axi)
{
	struct fcn_axi_check *check = &axi->check;

	memset(&axi->rd, 0, sizeof(axi->rd));
	memset(&axi->wr, 0, sizeof(axi->wr));
	axi->rd.current = -1;
	axi->busy = false;
	check->ar_waits = check->aw_waits = check->w_waits = false;
	check->aw_seen = check->w_bursts = 0;
	check->w_beats = 0;
}

bool fcn_axi_idle(const struct fcn_axi *axi)
{
	return !axi->rd.outstanding && axi->wr.q_head == axi->wr.q_tail &&
	       axi->wr.beat_head == axi->wr.beat_tail;
}

uint64_t fcn_axi_due(struct fcn_axi *axi, uint64_t now, uint32_t latency, const struct fcn_fault_effect *effect)
{
	uint32_t spread = axi->cfg.timing.spread < latency ? axi->cfg.timing.spread : latency - 1;

	if (spread)
		latency -= fcn_rng_below(&axi->rng, spread + 1);
	return now + latency + effect->delay;
}

void fcn_axi_sample(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_in *in, const struct fcn_pins_out *out)
{
	bool offers = out->arvalid | out->awvalid | out->wvalid;

	if (!offers && !axi->busy)
		return;
	fcn_axi_check_cycle(axi, now, in, out);
	fcn_axi_read_sample(axi, now, in, out);
	fcn_axi_write_sample(axi, now, in, out);
	axi->active = now;
	axi->busy = offers || !fcn_axi_idle(axi);
}

void fcn_axi_drive(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_out *out, struct fcn_pins_in *in)
{
	fcn_axi_read_drive(axi, now, in);
	fcn_axi_write_drive(axi, now, out, in);
}
