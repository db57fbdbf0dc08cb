/* SPDX-License-Identifier: MIT */
/* model: the functional model of the core, in process. */
#include "backend_sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "fcn_model.h"

struct chip {
	struct fcn_model *model;
	uint32_t steps;		/* since the last interrupt: about the commands done */
};

static int bus_read(void *ctx, uint64_t pa, void *buf, size_t n)
{
	return sim_memory_read(ctx, pa, buf, n);
}

static int bus_write(void *ctx, uint64_t pa, const void *buf, size_t n)
{
	return sim_memory_write(ctx, pa, buf, n);
}

static void *bus_map(void *ctx, uint64_t pa, bool write)
{
	(void)write;
	return sim_memory_map(ctx, pa);
}

static int chip_read(void *arg, unsigned off, uint32_t *value)
{
	struct chip *c = arg;

	*value = fcn_model_reg_read(c->model, off);
	return 0;
}

static int chip_write(void *arg, unsigned off, uint32_t value)
{
	struct chip *c = arg;

	fcn_model_reg_write(c->model, off, value);
	return 0;
}

/* A command is never interrupted: some take milliseconds, most much less. */
static bool chip_run(void *arg)
{
	struct chip *c = arg;

	for (int i = 0; i < 64 && !fcn_model_irq(c->model); i++)
		c->steps += fcn_model_step(c->model);
	return fcn_model_irq(c->model);
}

static void chip_progress(void *arg, struct core_progress *p)
{
	struct chip *c = arg;

	p->commands = c->steps;
	if (fcn_model_irq(c->model))
		c->steps = 0;
}

static void chip_destroy(void *arg)
{
	struct chip *c = arg;

	fcn_model_destroy(c->model);
	free(c);
}

static const struct sim_chip_ops model_chip = {
	.read = chip_read,
	.write = chip_write,
	.run = chip_run,
	.progress = chip_progress,
	.destroy = chip_destroy,
};

static int make_chip(const struct sim_options *o, struct sim_memory *memory, struct chip **out)
{
	const struct fcn_model_ops ops = { .read = bus_read, .write = bus_write, .map = bus_map };
	struct fcn_model_config config = FCN_MODEL_CONFIG_DEFAULT;
	struct chip *c = calloc(1, sizeof(*c));
	int err;

	config.rows = o->rows;
	config.cols = o->cols;
	config.lanes = o->cols < 16 ? o->cols : 16;
	err = c ? fcn_model_create(&config, &ops, memory, &c->model) : -ENOMEM;
	if (err) {
		free(c);
		return err == -EINVAL ? error(err, "model: has no core of %ux%u; rows and columns "
					      "are 8, 16 or 32 each", o->rows, o->cols) :
					error(err, "out of memory for a model of the core");
	}
	*out = c;
	return 0;
}

int backend_model_open(const char *rest, struct core_device **dev)
{
	struct sim_options o;
	struct sim_device *d;
	struct chip *chip = NULL;
	int err = sim_options_parse("model", rest, false, &o);

	if (err)
		return err;
	err = sim_device_new(&d);
	if (err)
		return err;
	err = make_chip(&o, sim_device_memory(d), &chip);
	if (err) {
		sim_device_free(d);
		return err;
	}
	return sim_device_start(d, &model_chip, chip, "functional model", false, dev);
}
