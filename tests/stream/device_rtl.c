// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "fcn_sim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int mem_read(void *ctx, uint64_t pa, void *buf, size_t n)
{
	return device_mem_read(ctx, pa, buf, n);
}

static int mem_write(void *ctx, uint64_t pa, const void *buf, size_t n)
{
	return device_mem_write(ctx, pa, buf, n);
}

/* A register that does not answer reads as ones: whatever the player waits for then never comes. */
static uint32_t rtl_read(struct device *d, unsigned off)
{
	uint32_t value = UINT32_MAX;
	int err = fcn_sim_read32(d->core, off, &value);

	if (err)
		fprintf(stderr, "# register 0x%03x cannot be read: %d\n", off, err);
	return value;
}

static void rtl_write(struct device *d, unsigned off, uint32_t value)
{
	int err = fcn_sim_write32(d->core, off, value);

	if (err)
		fprintf(stderr, "# register 0x%03x cannot be written: %d\n", off, err);
}

static void rtl_advance(struct device *d, uint64_t cycles)
{
	fcn_sim_advance(d->core, cycles, false);
	d->cycles = fcn_sim_now(d->core);
}

static bool rtl_irq(struct device *d)
{
	return fcn_sim_irq(d->core);
}

static void rtl_prefer(struct device *d, uint32_t cause, uint32_t index, uint32_t addr)
{
	(void)d, (void)cause, (void)index, (void)addr;
}

static const char *rtl_misbehaved(struct device *d)
{
	return fcn_sim_protocol_error(d->core, 0);
}

static void rtl_destroy(struct device *d)
{
	fcn_sim_destroy(d->core);
	device_free(d);
}

struct device *device_rtl(const struct stream *s, const struct rtl_options *o)
{
	struct device *d = device_new(s, "rtl");
	const struct fcn_mem_ops mem = { .read = mem_read, .write = mem_write, .ctx = d };
	const struct fcn_sim_config config = {
		.rows = s->g.rows, .cols = s->g.cols, .memory = (enum fcn_axi_preset)o->preset,
		.seed = s->seed, .mem = &mem, .waves = o->waves,
	};
	struct fcn_sim *sim;
	int err = fcn_sim_create(&config, &sim);

	if (err) {
		device_free(d);
		if (err == -ENOENT)
			return NULL;
		fprintf(stderr, "fcn_sim_create: %d\n", err);
		exit(2);
	}
	d->core = sim;
	d->timed = true;
	d->read = rtl_read;
	d->write = rtl_write;
	d->advance = rtl_advance;
	d->irq = rtl_irq;
	d->prefer = rtl_prefer;
	d->misbehaved = rtl_misbehaved;
	d->destroy = rtl_destroy;
	return d;
}
