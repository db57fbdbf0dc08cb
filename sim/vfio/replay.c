// SPDX-License-Identifier: Apache-2.0
/* Plays a bus transcript into a core, with no guest. */
#include "engine.h"
#include "record.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct replay {
	FILE *from, *to;
	char line[VF_RECORD_LINE + 2];
	unsigned long number; /* of the line */
	bool failed;
	struct vf_engine engine;
};

__attribute__((format(printf, 2, 3)))
static int fail(struct replay *r, const char *fmt, ...)
{
	va_list ap;

	if (r->failed)
		return -EINVAL;
	r->failed = true;
	fprintf(r->to, "line %lu: ", r->number);
	va_start(ap, fmt);
	vfprintf(r->to, fmt, ap);
	va_end(ap);
	fputc('\n', r->to);
	return -EINVAL;
}

static int next_line(struct replay *r)
{
	size_t n;

	r->number++;
	if (!fgets(r->line, sizeof(r->line), r->from))
		return fail(r, "the transcript ends too early");
	n = strlen(r->line);
	if (!n || r->line[n - 1] != '\n')
		return fail(r, "not the line of a transcript");
	r->line[n - 1] = 0;
	return 0;
}

/* The cycle of the line at hand. */
static uint64_t line_cycle(const struct replay *r)
{
	return strlen(r->line) > 2 ? strtoull(r->line + 2, NULL, 10) : 0;
}

/* The core does what `did` says; the transcript must say so, too.  Then takes the next line. */
static int expect(struct replay *r, const char *did)
{
	if (r->failed)
		return -EINVAL;
	if (strcmp(r->line, did))
		return fail(r, "the transcript has '%.80s', the core does '%.80s'", r->line, did);
	return next_line(r);
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int decode(const char *hex, uint8_t *buf, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int hi = hex_digit(hex[2 * i]), lo = hi < 0 ? -1 : hex_digit(hex[2 * i + 1]);

		if (lo < 0)
			return -EINVAL;
		buf[i] = (uint8_t)(hi << 4 | lo);
	}
	return hex[2 * n] ? -EINVAL : 0;
}

static int bus_read(void *ctx, uint64_t pa, void *buf, size_t n)
{
	struct replay *r = ctx;
	char did[64], failed[32];
	size_t prefix = (size_t)sprintf(did, "r %" PRIu64 " %" PRIx64 " ", fcn_sim_now(r->engine.sim), pa);
	int err = 0;

	if (r->failed)
		return -EIO;
	sprintf(failed, "!%zx", n);
	if (strncmp(r->line, did, prefix))
		return fail(r, "the transcript has '%.80s', the core does '%s'", r->line, did);
	if (!strcmp(r->line + prefix, failed))
		err = -EFAULT;
	else if (decode(r->line + prefix, buf, n))
		return fail(r, "the core reads %zu bytes, the transcript has others", n);
	return next_line(r) ? -EIO : err;
}

static int bus_write(void *ctx, uint64_t pa, const void *buf, size_t n)
{
	struct replay *r = ctx;
	char did[VF_RECORD_LINE];
	bool refused = strchr(r->line, '!');

	vf_record_dma_line(did, 'w', fcn_sim_now(r->engine.sim), pa, buf, n, refused);
	return expect(r, did) ? -EIO : refused ? -EFAULT : 0;
}

static void on_irq(void *ctx, bool level)
{
	struct replay *r = ctx;
	char did[64];

	sprintf(did, "I %" PRIu64 " %d", fcn_sim_now(r->engine.sim), level);
	expect(r, did);
}

/* A register access or reset, in the cycle that has come. */
static int act(struct replay *r)
{
	char what = r->line[0], did[64];
	unsigned off, value = 0;
	uint32_t got = 0;

	if (what == 'X') {
		if (next_line(r))
			return -EINVAL;
		vf_engine_reset(&r->engine);
		return 0;
	}
	if (sscanf(r->line + 1, "%*u %x %x", &off, &value) != (what == 'W' ? 2 : 1) || off > 4092 || off % 4)
		return fail(r, "not a register access");
	if (next_line(r))
		return -EINVAL;
	if (what == 'W') {
		vf_engine_write32(&r->engine, off, value);
		return 0;
	}
	vf_engine_read32(&r->engine, off, &got);
	sprintf(did, "V %" PRIu64 " %x", fcn_sim_now(r->engine.sim), got);
	return expect(r, did);
}

static int play(struct replay *r)
{
	int err = next_line(r);

	while (!err && !r->failed) {
		uint64_t now = fcn_sim_now(r->engine.sim), cycle = line_cycle(r);
		bool input = r->line[0] && strchr("WRXE", r->line[0]);

		if (!input && !(r->line[0] && strchr("rwI", r->line[0])))
			return fail(r, "not the line of a transcript");
		if (now > cycle || (r->engine.idle && now != cycle))
			return fail(r, "the core is in cycle %" PRIu64 "%s and has not done '%.80s'", now,
				    r->engine.idle ? ", idle," : "", r->line);
		if (input && now == cycle) {
			if (r->line[0] == 'E')
				return 0;
			err = act(r);
		} else {
			vf_engine_step(&r->engine);
		}
	}
	return -EINVAL;
}

/* What stands before `begin`. */
static int read_header(struct replay *r, struct fcn_sim_config *cfg, char *faults, size_t size)
{
	int preset;
	char name[16];
	unsigned version;

	if (next_line(r))
		return -EINVAL;
	if (sscanf(r->line, "fcn-record %u", &version) != 1 || version != VF_RECORD_VERSION)
		return fail(r, "no transcript of version %d", VF_RECORD_VERSION);
	while (!next_line(r) && strcmp(r->line, "begin")) {
		if (sscanf(r->line, "array %ux%u", &cfg->rows, &cfg->cols) == 2 || sscanf(r->line, "seed %" SCNu64, &cfg->seed) == 1)
			continue;
		if (sscanf(r->line, "memory %15s", name) == 1 && (preset = fcn_axi_preset_find(name)) >= 0)
			cfg->memory = (enum fcn_axi_preset)preset;
		else if (!strncmp(r->line, "fault ", 6) && strlen(faults) + strlen(r->line) < size)
			strcat(strcat(faults, r->line + 6), "\n");
		else
			return fail(r, "'%.80s' is not of a transcript's head", r->line);
	}
	return r->failed ? -EINVAL : 0;
}

static int run(struct replay *r, const char *waves)
{
	struct fcn_sim_config cfg = { .waves = waves };
	struct fcn_mem_ops bus = { bus_read, bus_write, r };
	struct fcn_fault_plan plan;
	char faults[16384] = "", why[200];
	struct fcn_sim *sim;
	int err = read_header(r, &cfg, faults, sizeof(faults));

	if (err)
		return err;
	if (fcn_fault_plan_parse(&plan, faults, why, sizeof(why)))
		return fail(r, "faults: %s", why);
	cfg.mem = &bus;
	cfg.faults = &plan;
	err = fcn_sim_create(&cfg, &sim);
	fcn_fault_plan_free(&plan);
	if (err == -ENOTSUP || err == -EIO)
		return fail(r, "waves to %s: %s", waves, err == -EIO ? "cannot be written" : "not built in, VARIANT=waves has them");
	if (err)
		return fail(r, "no core of %ux%u: %s", cfg.rows, cfg.cols, strerror(-err));
	vf_engine_init(&r->engine, sim);
	fcn_sim_on_irq(sim, on_irq, r);
	err = play(r);
	if (!err)
		fprintf(r->to, "%lu lines, %" PRIu64 " cycles: the core did the same\n", r->number, fcn_sim_now(sim));
	fcn_sim_destroy(sim);
	vf_engine_destroy(&r->engine);
	return err;
}

int vf_replay(const char *path, const char *waves, FILE *to)
{
	struct replay *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->to = to;
	r->from = fopen(path, "r");
	if (!r->from) {
		err = -errno;
		fprintf(to, "%s: %s\n", path, strerror(-err));
	} else {
		err = run(r, waves);
		fclose(r->from);
	}
	free(r);
	return err;
}
