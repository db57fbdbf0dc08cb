// SPDX-License-Identifier: Apache-2.0
/* Registers: the AXI4-Lite master, and the faults of the register path. */
#include "fcn_names.h"
#include "fcn_sim_priv.h"

#include "drm/fcn_accel_regs.h"

#include <errno.h>
#include <inttypes.h>

#define WINDOW 4096

/* One cycle in which the requests on the pins are withdrawn once they are taken. */
static void request_cycle(struct fcn_sim *sim)
{
	bool ar = sim->in.lite_arvalid && sim->out.lite_arready;
	bool aw = sim->in.lite_awvalid && sim->out.lite_awready;
	bool w = sim->in.lite_wvalid && sim->out.lite_wready;

	fcn_sim_cycle(sim);
	sim->in.lite_arvalid &= !ar;
	sim->in.lite_awvalid &= !aw;
	sim->in.lite_wvalid &= !w;
}

/* With a random memory, the port is irregular, too. */
static void hesitate(struct fcn_sim *sim)
{
	if (!sim->lite.irregular)
		return;
	for (uint32_t n = fcn_rng_below(&sim->lite.rng, 4); n; n--)
		request_cycle(sim);
}

/* Waits for the answer to what was put on the pins, and takes it. */
static int wait_answer(struct fcn_sim *sim, uint32_t *value)
{
	uint64_t end = sim->now + sim->reg_timeout;
	uint8_t resp;

	sim->lite.busy = true;
	while (!sim->out.lite_rvalid && !sim->out.lite_bvalid) {
		if (sim->now >= end)
			return -ETIMEDOUT;
		request_cycle(sim);
	}
	hesitate(sim);
	resp = sim->out.lite_rvalid ? sim->out.lite_rresp : sim->out.lite_bresp;
	*value = sim->out.lite_rdata;
	sim->in.lite_rready = sim->out.lite_rvalid;
	sim->in.lite_bready = sim->out.lite_bvalid;
	request_cycle(sim);
	sim->in.lite_rready = sim->in.lite_bready = 0;
	sim->lite.busy = false;
	return resp ? -EIO : 0;
}

/* The answer to an access that was given up must not be taken for the answer to the next. */
static int finish_old(struct fcn_sim *sim)
{
	uint32_t ignored;

	if (!sim->lite.busy)
		return 0;
	return wait_answer(sim, &ignored) == -ETIMEDOUT ? -ETIMEDOUT : 0;
}

int fcn_sim_raw_read32(struct fcn_sim *sim, unsigned off, uint32_t *value)
{
	int err = finish_old(sim);

	if (err)
		return err;
	sim->in.lite_arvalid = 1;
	sim->in.lite_araddr = (uint16_t)off;
	return wait_answer(sim, value);
}

/* Address and data together, or, irregularly, one of them first. */
static void offer_write(struct fcn_sim *sim)
{
	bool data_first = sim->lite.irregular && fcn_rng_chance(&sim->lite.rng, 128);

	sim->in.lite_awvalid = !data_first;
	sim->in.lite_wvalid = data_first || !sim->lite.irregular;
	if (!sim->lite.irregular)
		return;
	hesitate(sim);
	if (data_first)
		sim->in.lite_awvalid = 1;
	else
		sim->in.lite_wvalid = 1;
}

static int raw_write32(struct fcn_sim *sim, unsigned off, uint32_t value)
{
	uint32_t ignored;
	int err = finish_old(sim);

	if (err)
		return err;
	sim->parked = false;
	sim->in.lite_awaddr = (uint16_t)off;
	sim->in.lite_wdata = value;
	offer_write(sim);
	return wait_answer(sim, &ignored);
}

/* Delays the access as the plan says; true when the plan says that the device is dead. */
static bool suffer(struct fcn_sim *sim, unsigned off)
{
	struct fcn_fault_effect e = fcn_faults_apply(&sim->faults, FCN_EVENT_REG, sim->now, off, 4, 0);

	if (e.delay)
		fcn_sim_advance(sim, e.delay, false);
	return e.ones;
}

static void log_access(const struct fcn_sim *sim, const char *what, unsigned off, uint32_t value, int err)
{
	const char *name = fcn_reg_name(off);
	char text[200];

	if (!sim->log)
		return;
	fcn_reg_print(off, value, text, sizeof(text));
	fprintf(sim->log, "%" PRIu64 " %s 0x%03x %s 0x%08x %s%s\n", sim->now, what, off, name ? name : "-", value,
		text, err ? " failed" : "");
}

/* A write that has the core stop a job, or all of them. */
static bool stops_jobs(unsigned off, uint32_t value)
{
	if (off == FCN_REG_CTRL)
		return value & FCN_CTRL_RESET_MASK;
	for (unsigned slot = 0; slot < FCN_SLOT_COUNT; slot++)
		if (off == FCN_REG_SLOT_ABORT(slot))
			return value & FCN_SLOT_ABORT_ABORT_MASK;
	return false;
}

static bool is_register(unsigned off)
{
	return off < WINDOW && off % 4 == 0;
}

int fcn_sim_read32(struct fcn_sim *sim, unsigned off, uint32_t *value)
{
	int err = 0;

	if (!is_register(off))
		return -EINVAL;
	sim->lite.reads++;
	if (suffer(sim, off))
		*value = UINT32_MAX;
	else
		err = fcn_sim_raw_read32(sim, off, value);
	if (err)
		*value = UINT32_MAX;
	log_access(sim, "read", off, *value, err);
	return err;
}

int fcn_sim_write32(struct fcn_sim *sim, unsigned off, uint32_t value)
{
	int err = 0;

	if (!is_register(off))
		return -EINVAL;
	sim->lite.writes++;
	log_access(sim, "write", off, value, 0);
	if (suffer(sim, off))
		return 0;
	err = raw_write32(sim, off, value);
	/* Behind the write, so that the core drains before the stuck engine's data arrives. */
	if (stops_jobs(off, value))
		fcn_faults_stop(&sim->faults);
	return err;
}
