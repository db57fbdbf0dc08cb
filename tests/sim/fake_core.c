// SPDX-License-Identifier: Apache-2.0
#include "fake_core.h"

#include "drm/fcn_accel_regs.h"
#include "fcn_sim_core.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct fake {
	struct fcn_pins_out out;
	bool aw, w;
	uint16_t awaddr;
	uint32_t wdata;
	uint32_t scratch, irq_status, irq_enable, mode, timer, data, cycles;
	uint32_t wait; /* cycles before accesses are looked at */
};

static void *fake_create(uint64_t seed)
{
	(void)seed;
	return calloc(1, sizeof(struct fake));
}

static void fake_destroy(void *core)
{
	free(core);
}

static void write_reg(struct fake *f, unsigned off, uint32_t value)
{
	switch (off) {
	case FCN_REG_SCRATCH:
		f->scratch = value;
		break;
	case FCN_REG_IRQ_STATUS:
		f->irq_status &= ~value;
		break;
	case FCN_REG_IRQ_ENABLE:
		f->irq_enable = value;
		break;
	case FCN_REG_IRQ_TEST:
		f->irq_status |= value & FCN_IRQ_TEST_TEST_MASK;
		break;
	case FAKE_MODE:
		f->mode = value;
		f->wait = value == FAKE_SLOW ? FAKE_SLOW_CYCLES : 0;
		break;
	case FAKE_TIMER:
		f->timer = value;
		break;
	case FAKE_READ:
		f->out.arvalid = 1;
		f->out.ar = (struct fcn_axi_addr){ .addr = value, .size = 4, .burst = 1 };
		break;
	}
}

static uint32_t read_reg(const struct fake *f, unsigned off)
{
	switch (off) {
	case FCN_REG_SCRATCH:
		return f->scratch;
	case FCN_REG_STATUS:
		return f->timer ? FCN_STATUS_BUSY_MASK : FCN_STATUS_BUS_IDLE_MASK;
	case FCN_REG_IRQ_STATUS:
		return f->irq_status;
	case FCN_REG_IRQ_ENABLE:
		return f->irq_enable;
	case FAKE_DATA:
		return f->data;
	case FAKE_CYCLES:
		return f->cycles;
	default:
		return 0;
	}
}

static void write_channel(struct fake *f, const struct fcn_pins_in *in)
{
	struct fcn_pins_out *out = &f->out;

	if (in->lite_awvalid && out->lite_awready) {
		f->aw = true;
		f->awaddr = in->lite_awaddr;
	}
	if (in->lite_wvalid && out->lite_wready) {
		f->w = true;
		f->wdata = in->lite_wdata;
	}
	out->lite_bvalid &= !in->lite_bready;
	if (f->aw && f->w && !out->lite_bvalid) {
		out->lite_bresp = f->mode == FAKE_ERROR ? 2 : 0;
		out->lite_bvalid = 1;
		write_reg(f, f->awaddr, f->wdata);
		f->aw = f->w = false;
	}
	out->lite_awready = !f->aw && !f->wait && f->mode != FAKE_MUTE;
	out->lite_wready = !f->w && !f->wait && f->mode != FAKE_MUTE;
}

static void read_channel(struct fake *f, const struct fcn_pins_in *in)
{
	struct fcn_pins_out *out = &f->out;

	out->lite_rvalid &= !in->lite_rready;
	if (in->lite_arvalid && out->lite_arready) {
		out->lite_rvalid = 1;
		out->lite_rresp = f->mode == FAKE_ERROR ? 2 : 0;
		out->lite_rdata = read_reg(f, in->lite_araddr);
	}
	out->lite_arready = !out->lite_rvalid && !f->wait && f->mode != FAKE_MUTE;
}

static void fake_cycle(void *core, uint64_t now, const struct fcn_pins_in *in, struct fcn_pins_out *out)
{
	struct fake *f = core;

	(void)now;
	f->cycles++;
	if (in->rst)
		memset(f, 0, sizeof(*f));
	f->out.rready = f->out.bready = 1;
	f->out.arvalid &= !in->arready;
	if (in->rvalid)
		memcpy(&f->data, in->rdata, sizeof(f->data));
	if (f->wait)
		f->wait--;
	if (f->timer && !--f->timer)
		f->irq_status |= FCN_IRQ_STATUS_TEST_MASK;
	write_channel(f, in);
	read_channel(f, in);
	f->out.irq = (f->irq_status & f->irq_enable) != 0;
	*out = f->out;
}

static int fake_waves(void *core, const char *path)
{
	(void)core;
	return path ? -ENOTSUP : 0;
}

static int fake_coverage(void *core, const char *path)
{
	(void)core;
	(void)path;
	return -ENOTSUP;
}

static const struct fcn_core_ops ops = { 1, 1, fake_create, fake_destroy, fake_cycle, fake_waves, fake_coverage };
static struct fcn_core_entry entry = { &ops, NULL };

__attribute__((constructor))
static void announce(void)
{
	fcn_core_register(&entry);
}
