// SPDX-License-Identifier: Apache-2.0
/* The interrupt line between the core and whoever listens. */
#include "fcn_sim_priv.h"

#include <inttypes.h>

/* The core raised or lowered its line. */
static void raw_changed(struct fcn_sim *sim, bool level)
{
	struct fcn_sim_line *line = &sim->line;

	line->raw = level;
	line->lost = level && fcn_faults_apply(&sim->faults, FCN_EVENT_IRQ, sim->now, 0, 1, 0).lost;
	if (line->lost && sim->log)
		fprintf(sim->log, "%" PRIu64 " irq lost\n", sim->now);
}

static void seen_changed(struct fcn_sim *sim, bool level)
{
	struct fcn_sim_line *line = &sim->line;

	line->seen = level;
	line->rises += level;
	if (sim->log)
		fprintf(sim->log, "%" PRIu64 " irq %d\n", sim->now, level);
	if (line->fn)
		line->fn(line->ctx, level);
}

void fcn_sim_line_update(struct fcn_sim *sim)
{
	struct fcn_sim_line *line = &sim->line;
	bool seen;

	if (sim->out.irq != line->raw)
		raw_changed(sim, sim->out.irq);
	if (sim->now >= sim->faults.next_irq)
		line->spurious_until = sim->now + fcn_faults_take_irq(&sim->faults, sim->now);
	seen = (line->raw && !line->lost) || sim->now < line->spurious_until;
	if (seen != line->seen)
		seen_changed(sim, seen);
}

bool fcn_sim_irq(const struct fcn_sim *sim)
{
	return sim->line.seen;
}

void fcn_sim_on_irq(struct fcn_sim *sim, void (*fn)(void *ctx, bool level), void *ctx)
{
	sim->line.fn = fn;
	sim->line.ctx = ctx;
}
