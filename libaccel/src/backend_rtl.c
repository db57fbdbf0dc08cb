/* SPDX-License-Identifier: MIT */
/* rtl: the Verilated core, in process. */
#include "backend_sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "fcn_sim.h"
#include "text.h"

/* Some 10 ms: between two, the thread looks for new jobs. */
#define CYCLES 8192

struct chip {
	struct fcn_sim *sim;
	uint64_t start;		/* cycle of the last interrupt, or of the first run after it */
	bool running;
};

/*
 * The cores that this library was built with, ACCEL_CORES: CORE(16, 16) CORE(8, 8) …  They
 * announce themselves before main(); naming them here pulls them out of their archives.
 */
#ifdef ACCEL_CORES
struct fcn_core_entry;
#define CORE(r, c) extern struct fcn_core_entry fcn_core_##r##x##c;
ACCEL_CORES
#undef CORE
#define CORE(r, c) &fcn_core_##r##x##c,
extern struct fcn_core_entry *const accel_cores[];
struct fcn_core_entry *const accel_cores[] = { ACCEL_CORES };
#endif

static int bus_read(void *ctx, uint64_t pa, void *buf, size_t n)
{
	return sim_memory_read(ctx, pa, buf, n);
}

static int bus_write(void *ctx, uint64_t pa, const void *buf, size_t n)
{
	return sim_memory_write(ctx, pa, buf, n);
}

static int chip_read(void *arg, unsigned off, uint32_t *value)
{
	struct chip *c = arg;

	return fcn_sim_read32(c->sim, off, value);
}

static int chip_write(void *arg, unsigned off, uint32_t value)
{
	struct chip *c = arg;

	return fcn_sim_write32(c->sim, off, value);
}

static bool chip_run(void *arg)
{
	struct chip *c = arg;

	if (!c->running)
		c->start = fcn_sim_now(c->sim);
	c->running = fcn_sim_run_until_irq(c->sim, CYCLES) != 0;
	return !c->running;
}

static void chip_progress(void *arg, struct core_progress *p)
{
	struct chip *c = arg;

	p->cycles = fcn_sim_now(c->sim) - c->start;
}

static void chip_destroy(void *arg)
{
	struct chip *c = arg;

	fcn_sim_destroy(c->sim);
	free(c);
}

static const struct sim_chip_ops rtl_chip = {
	.read = chip_read,
	.write = chip_write,
	.run = chip_run,
	.progress = chip_progress,
	.destroy = chip_destroy,
};

static int no_such_core(const struct sim_options *o)
{
	struct text t = TEXT_INIT;
	unsigned rows, cols, n = 0;

	for (; !fcn_sim_geometry(n, &rows, &cols); n++)
		text_printf(&t, "%s%ux%u", n ? ", " : "", rows, cols);
	error(-EINVAL, "rtl: no core of %ux%u is built in; there is %s. Build with "
	      "ACCEL_GEOMETRIES=%ux%u, or use model:array=%ux%u", o->rows, o->cols,
	      n ? text_data(&t) : "none", o->rows, o->cols, o->rows, o->cols);
	text_free(&t);
	return -EINVAL;
}

static int explain(int err, const struct sim_options *o)
{
	switch (err) {
	case -ENOENT:
		return no_such_core(o);
	case -ENOTSUP:
		return error(-EINVAL, "rtl: waves=%s: this build does not write waves; "
			     "build with VARIANT=waves", o->waves);
	case -EIO:
		return error(-EINVAL, "rtl: waves=%s: the file cannot be written", o->waves);
	default:
		return error(err, "rtl: the simulator did not start: %s", strerror(-err));
	}
}

static int make_chip(const struct sim_options *o, struct sim_memory *memory, struct chip **out)
{
	const struct fcn_mem_ops mem = { .read = bus_read, .write = bus_write, .ctx = memory };
	const struct fcn_sim_config config = {
		.rows = o->rows,
		.cols = o->cols,
		.memory = (enum fcn_axi_preset)o->memory,
		.seed = o->seed,
		.mem = &mem,
		.waves = o->waves,
	};
	struct chip *c;
	int err;

	c = calloc(1, sizeof(*c));
	err = c ? fcn_sim_create(&config, &c->sim) : -ENOMEM;
	if (err) {
		free(c);
		return explain(err, o);
	}
	*out = c;
	return 0;
}

int backend_rtl_open(const char *rest, struct core_device **dev)
{
	struct sim_options o;
	struct sim_device *d;
	struct chip *chip = NULL;
	int err = sim_options_parse("rtl", rest, true, &o);

	if (err)
		return err;
	err = sim_device_new(&d);
	if (!err) {
		err = make_chip(&o, sim_device_memory(d), &chip);
		if (err)
			sim_device_free(d);
	}
	sim_options_free(&o);
	return err ? err : sim_device_start(d, &rtl_chip, chip, "Verilated core", true, dev);
}

int backend_rtl_list(int (*fn)(void *ctx, const char *uri, const char *description), void *ctx)
{
	unsigned rows, cols;
	int err = 0;

	for (unsigned i = 0; !err && !fcn_sim_geometry(i, &rows, &cols); i++) {
		char uri[64];

		snprintf(uri, sizeof(uri), "rtl:array=%ux%u", rows, cols);
		err = fn(ctx, uri, "the Verilated core, in process");
	}
	return err;
}
