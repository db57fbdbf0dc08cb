// SPDX-License-Identifier: Apache-2.0
/* The simulator: core, bus, clock. */
#include "fcn_sim_priv.h"

#include "drm/fcn_accel_regs.h"

#include <errno.h>
#include <stdlib.h>

#define RESET_CYCLES 8
#define DEFAULT_SIZE 16
#define DEFAULT_REG_TIMEOUT 10000

/* Cycles without bus traffic before the core is asked whether it is idle, and before it is again. */
#define QUIET 64
#define PROBE_AGAIN 512

int fcn_sim_geometry(unsigned i, unsigned *rows, unsigned *cols)
{
	const struct fcn_core_ops *ops = fcn_core_at(i);

	if (!ops)
		return -ENOENT;
	*rows = ops->rows;
	*cols = ops->cols;
	return 0;
}

void fcn_sim_cycle(struct fcn_sim *sim)
{
	fcn_axi_sample(&sim->axi, sim->now, &sim->in, &sim->out);
	sim->ops->cycle(sim->core, sim->now, &sim->in, &sim->out);
	sim->now++;
	sim->clocked++;
	fcn_axi_drive(&sim->axi, sim->now, &sim->out, &sim->in);
	fcn_sim_line_update(sim);
}

void fcn_sim_reset(struct fcn_sim *sim)
{
	fcn_axi_reset(&sim->axi);
	fcn_faults_stop(&sim->faults);
	sim->in = (struct fcn_pins_in){ .rst = 1 };
	sim->lite.busy = false;
	sim->parked = false;
	/* The bus stays silent: what the core drives before its reset has worked means nothing. */
	for (int i = 0; i < RESET_CYCLES; i++) {
		sim->ops->cycle(sim->core, sim->now, &sim->in, &sim->out);
		sim->now++;
		sim->clocked++;
	}
	sim->in.rst = 0;
	fcn_axi_drive(&sim->axi, sim->now, &sim->out, &sim->in);
	fcn_sim_line_update(sim);
}

static int init_axi(struct fcn_sim *sim, const struct fcn_sim_config *cfg)
{
	struct fcn_axi_config axi = { .seed = cfg->seed, .faults = &sim->faults, .log = cfg->log };

	if ((unsigned)cfg->memory >= FCN_AXI_PRESETS)
		return -EINVAL;
	axi.timing = fcn_axi_timing(cfg->memory, cfg->seed);
	if (cfg->read_latency)
		axi.timing.read_latency = cfg->read_latency;
	if (cfg->write_latency)
		axi.timing.write_latency = cfg->write_latency;
	if (cfg->mem) {
		axi.mem = *cfg->mem;
	} else {
		sim->mem = fcn_mem_create();
		if (!sim->mem)
			return -ENOMEM;
		axi.mem = fcn_mem_ops(sim->mem);
	}
	fcn_axi_init(&sim->axi, &axi);
	return 0;
}

static int init(struct fcn_sim *sim, const struct fcn_sim_config *cfg)
{
	int err;

	sim->ops = fcn_core_find(cfg->rows ? cfg->rows : DEFAULT_SIZE, cfg->cols ? cfg->cols : DEFAULT_SIZE);
	if (!sim->ops)
		return -ENOENT;
	sim->log = cfg->log;
	sim->reg_timeout = cfg->reg_timeout ? cfg->reg_timeout : DEFAULT_REG_TIMEOUT;
	sim->clock_idle = cfg->clock_idle;
	sim->lite.irregular = cfg->memory == FCN_AXI_RANDOM;
	sim->lite.rng.state = cfg->seed;
	err = fcn_faults_init(&sim->faults, cfg->faults);
	if (err)
		return err;
	err = init_axi(sim, cfg);
	if (err)
		return err;
	sim->core = sim->ops->create(cfg->seed);
	if (!sim->core)
		return -ENOMEM;
	err = fcn_sim_waves(sim, cfg->waves);
	if (err)
		return err;
	fcn_sim_reset(sim);
	return 0;
}

int fcn_sim_create(const struct fcn_sim_config *cfg, struct fcn_sim **out)
{
	struct fcn_sim *sim = calloc(1, sizeof(*sim));
	int err;

	*out = NULL;
	if (!sim)
		return -ENOMEM;
	err = init(sim, cfg);
	if (err) {
		fcn_sim_destroy(sim);
		return err;
	}
	*out = sim;
	return 0;
}

void fcn_sim_destroy(struct fcn_sim *sim)
{
	if (!sim)
		return;
	if (sim->core) {
		fcn_sim_coverage_at_end(sim);
		sim->ops->destroy(sim->core);
	}
	fcn_faults_free(&sim->faults);
	fcn_mem_destroy(sim->mem);
	free(sim);
}

/* Whether the core says that it has nothing to do. */
/* Whether a register reads, of the bits in mask, as wanted. */
static bool reads(struct fcn_sim *sim, unsigned off, uint32_t mask, uint32_t wanted)
{
	uint32_t value;

	return !fcn_sim_raw_read32(sim, off, &value) && (value & mask) == wanted;
}

/*
 * Whether the core has nothing to do.  Slots first: a slot is busy from the doorbell on, STATUS
 * only from the start of the job.
 */
static bool core_idle(struct fcn_sim *sim)
{
	return fcn_axi_idle(&sim->axi) &&
	       reads(sim, FCN_REG_SLOT_STATUS(0), FCN_SLOT_STATUS_BUSY_MASK, 0) &&
	       reads(sim, FCN_REG_SLOT_STATUS(1), FCN_SLOT_STATUS_BUSY_MASK, 0) &&
	       reads(sim, FCN_REG_CTRL, UINT32_MAX, 0) &&
	       reads(sim, FCN_REG_STATUS, ~FCN_STATUS_SLOT_MASK, FCN_STATUS_BUS_IDLE_MASK) && fcn_axi_idle(&sim->axi);
}

bool fcn_sim_idle(struct fcn_sim *sim)
{
	if (!sim->parked)
		sim->parked = core_idle(sim) && !sim->clock_idle;
	return (sim->parked || core_idle(sim)) && sim->faults.next_irq == UINT64_MAX &&
	       sim->now >= sim->line.spurious_until;
}

/* Lets a core that is idle stand still: only the clock, and the plan's interrupts, go on. */
static void skip(struct fcn_sim *sim, uint64_t end)
{
	uint64_t to = end < sim->faults.next_irq ? end : sim->faults.next_irq;

	if (sim->now < sim->line.spurious_until && sim->line.spurious_until < to)
		to = sim->line.spurious_until;
	sim->now = to > sim->now ? to : sim->now + 1;
	fcn_sim_line_update(sim);
}

/* Asks the core, now and then when it is quiet, whether it may be parked. */
static void probe(struct fcn_sim *sim, uint64_t end)
{
	if (sim->clock_idle || sim->now - sim->axi.active < QUIET || end - sim->now < QUIET || sim->lite.busy)
		return;
	sim->parked = core_idle(sim);
	sim->probe_at = sim->now + PROBE_AGAIN;
}

uint64_t fcn_sim_advance(struct fcn_sim *sim, uint64_t cycles, bool stop_on_irq)
{
	uint64_t start = sim->now;
	uint64_t end = cycles < UINT64_MAX - start ? start + cycles : UINT64_MAX;

	sim->probe_at = start;
	while (sim->now < end && !(stop_on_irq && sim->line.seen)) {
		if (sim->parked)
			skip(sim, end);
		else
			fcn_sim_cycle(sim);
		if (!sim->parked && sim->now >= sim->probe_at)
			probe(sim, end);
	}
	return sim->now - start;
}

int fcn_sim_run_until_irq(struct fcn_sim *sim, uint64_t max_cycles)
{
	fcn_sim_advance(sim, max_cycles, true);
	return sim->line.seen ? 0 : -ETIMEDOUT;
}

uint64_t fcn_sim_now(const struct fcn_sim *sim)
{
	return sim->now;
}

struct fcn_mem *fcn_sim_mem(struct fcn_sim *sim)
{
	return sim->mem;
}

int fcn_sim_waves(struct fcn_sim *sim, const char *path)
{
	return sim->ops->waves(sim->core, path);
}
