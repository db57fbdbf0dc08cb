// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "fcn_model.h"

#include <stdlib.h>

static int mem_read(void *ctx, uint64_t pa, void *buf, size_t n)
{
	return device_mem_read(ctx, pa, buf, n);
}

static int mem_write(void *ctx, uint64_t pa, const void *buf, size_t n)
{
	return device_mem_write(ctx, pa, buf, n);
}

static uint32_t model_read(struct device *d, unsigned off)
{
	return fcn_model_reg_read(d->core, off);
}

static void model_write(struct device *d, unsigned off, uint32_t value)
{
	fcn_model_reg_write(d->core, off, value);
}

static void model_advance(struct device *d, uint64_t cycles)
{
	(void)cycles;
	d->cycles += fcn_model_run(d->core);
}

static bool model_irq(struct device *d)
{
	return fcn_model_irq(d->core);
}

static void model_prefer(struct device *d, uint32_t cause, uint32_t index, uint32_t addr)
{
	fcn_model_set_prefer_fault(d->core, cause, index, addr);
}

static const char *model_misbehaved(struct device *d)
{
	(void)d;
	return NULL;
}

static void model_destroy(struct device *d)
{
	fcn_model_destroy(d->core);
	device_free(d);
}

struct device *device_model(const struct stream *s)
{
	struct fcn_model_config config = FCN_MODEL_CONFIG_DEFAULT;
	const struct fcn_model_ops ops = { .read = mem_read, .write = mem_write };
	struct device *d = device_new(s, "model");
	struct fcn_model *m;

	config.rows = s->g.rows;
	config.cols = s->g.cols;
	config.lanes = s->g.lanes;
	config.ifm_log2 = s->g.ifm_log2;
	config.wgt_log2 = s->g.wgt_log2;
	config.ofm_log2 = s->g.ofm_log2;
	config.par_log2 = s->g.par_log2;
	config.acc_log2 = s->g.acc_log2;
	if (fcn_model_create(&config, &ops, d, &m))
		abort();
	d->core = m;
	d->read = model_read;
	d->write = model_write;
	d->advance = model_advance;
	d->irq = model_irq;
	d->prefer = model_prefer;
	d->misbehaved = model_misbehaved;
	d->destroy = model_destroy;
	return d;
}
