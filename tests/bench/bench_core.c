// SPDX-License-Identifier: Apache-2.0
/*
 * Figures of the core, in a table with the target beside each: how busy the array is, how fast data passes,
 * how soon a job follows another, and how fast simulation and model are.  A benchmark, not a test: it
 * does not judge.
 *
 *   bench_core ARRAY_SPEED     cycles per second of the bare array, from bench_array in the same run
 *
 * Cycles per unit of work are differences between a job and one twice as long, so that
 * starting and ending a job does not count.
 */
#include "bench.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SEEN_LINE = 256 };

void row(const char *what, double value, const char *unit, const char *target)
{
	printf("| %-58s | %10.2f %-14s | %-22s |\n", what, value, unit, target);
}

struct fcn_cmd *next(struct list *l)
{
	if (l->n == sizeof(l->cmd) / sizeof(l->cmd[0]))
		abort();
	return &l->cmd[l->n++];
}

void open_core(struct rig *rig, enum fcn_axi_preset memory, FILE *log)
{
	const struct rig_options o = { .rows = ROWS, .cols = COLS, .rtl = true, .memory = memory, .log = log };

	if (!rig_open(rig, &o)) {
		fprintf(stderr, "bench_core: no %ux%u core is linked\n", ROWS, COLS);
		exit(2);
	}
}

static struct rig_run run(struct rig *rig, const struct list *l)
{
	struct rig_run result;

	if (!rig_run(rig, l->cmd, l->n, &result) || result.cause) {
		fprintf(stderr, "bench_core: the job failed\n");
		exit(1);
	}
	return result;
}

void load_run(struct list *l, uint32_t va, uint32_t n, uint32_t space, uint32_t dst, uint32_t wait, uint32_t signal)
{
	struct fcn_cmd *c = next(l);

	fcn_load_init(c, wait, signal);
	fcn_load_set_va(c, va);
	fcn_load_set_rows_n(c, 1);
	fcn_load_set_cols_n(c, 1);
	fcn_load_set_run(c, n);
	fcn_load_set_px(c, 4);
	fcn_load_set_space(c, space);
	fcn_load_set_dst(c, dst);
}

/* ------------------------------------------------------- (a) array fed on chip */

/* `times` CONV commands of 32 tiles over `pixels` pixels, everything on chip. */
static struct rig_run run_chain(struct rig *rig, uint32_t data, unsigned pixels, unsigned times)
{
	static struct list l;

	l.n = 0;
	load_run(&l, data, 0x8000, SPACE_IFM, 0, 0, 0);
	load_run(&l, data, 0x2000, SPACE_WGT, 0, 0, CONV);
	for (unsigned i = 0; i < times; i++) {
		struct fcn_cmd *c = next(&l);

		fcn_conv_init(c, i == 0 ? LOAD : 0, 0);
		fcn_conv_set_x_n(c, pixels - 1);
		fcn_conv_set_x_pitch(c, ROWS);
		fcn_conv_set_k0_n(c, 31);
		fcn_conv_set_k0_pitch(c, ROWS);
	}
	return run(rig, &l);
}

static void bench_array_busy(struct rig *rig)
{
	static const unsigned pixels[] = { 16, 49, 64, 512 };
	uint32_t data = rig_alloc(rig, 0x8000, 64);
	char what[64];

	run_chain(rig, data, 1, 1); /* the first job of a root also reads page tables */
	for (unsigned i = 0; i < sizeof(pixels) / sizeof(pixels[0]); i++) {
		struct rig_run one = run_chain(rig, data, pixels[i], 20), two = run_chain(rig, data, pixels[i], 40);

		snprintf(what, sizeof(what), "array busy, weight tiles of %u pixels, on chip", pixels[i]);
		row(what, 100.0 * (double)(two.perf[PERF_ARRAY] - one.perf[PERF_ARRAY]) /
			  (double)(two.perf[PERF_CYCLES] - one.perf[PERF_CYCLES]), "%", "100 %");
	}
}

/* -------------------------------------------------------------- (b) copy */

enum { COPY_SLOTS = 4 };

void add_copy(struct list *l, uint32_t from, uint32_t to, unsigned parts)
{
	for (unsigned i = 0; i < parts; i++) {
		uint32_t at = i * COPY_BYTES, slot = i % COPY_SLOTS * COPY_BYTES;
		struct fcn_cmd *c;

		load_run(l, from + at, COPY_BYTES, SPACE_OFM, slot, i >= COPY_SLOTS ? STORE : 0, STORE);
		c = next(l);
		fcn_store_init(c, LOAD, LOAD);
		fcn_store_set_va(c, to + at);
		fcn_store_set_rows_n(c, 1);
		fcn_store_set_cols_n(c, 1);
		fcn_store_set_run(c, COPY_BYTES);
		fcn_store_set_px(c, 4);
		fcn_store_set_src(c, slot);
	}
}

static struct rig_run run_copy(struct rig *rig, uint32_t from, uint32_t to, unsigned parts)
{
	static struct list l;

	l.n = 0;
	add_copy(&l, from, to, parts);
	return run(rig, &l);
}

static void bench_copy(struct rig *rig)
{
	enum { PARTS = 32 };
	uint32_t from = rig_alloc(rig, 2 * PARTS * COPY_BYTES, 4096), to = rig_alloc(rig, 2 * PARTS * COPY_BYTES, 4096);
	struct rig_run one = run_copy(rig, from, to, PARTS), two = run_copy(rig, from, to, 2 * PARTS);

	row("copy memory to memory through the OFM buffer, each way",
	    (double)(PARTS * COPY_BYTES) / (double)(two.perf[PERF_CYCLES] - one.perf[PERF_CYCLES]), "bytes/cycle",
	    "16 (the bus)");
}

/* --------------------------------------------------------------- (c) next job */

/* Cycle of the first line of the transcript, from `from` on, that begins with `event`; 0: there is none. */
static uint64_t find_event(FILE *log, uint64_t from, const char *event)
{
	char line[SEEN_LINE], *rest;

	rewind(log);
	while (fgets(line, sizeof(line), log)) {
		uint64_t when = strtoull(line, &rest, 10);

		if (when >= from && !strncmp(rest + 1, event, strlen(event)))
			return when;
	}
	return 0;
}

/* Two jobs of one LOAD each, queued; twice, so that the second time all translations are known. */
static void bench_next_job(enum fcn_axi_preset memory, const char *name, const char *target)
{
	static struct list l;
	FILE *log = tmpfile();
	struct rig rig;
	char event[64], what[64];
	uint64_t start = 0, accepted, first;
	uint32_t data, cmds, perf;

	if (!log)
		abort();
	open_core(&rig, memory, log);
	data = rig_alloc(&rig, 4096, 4096);
	perf = rig_alloc(&rig, 4096, 4096);
	l.n = 0;
	load_run(&l, data, 4096, SPACE_IFM, 0, 0, 0);
	cmds = rig_commands(&rig, l.cmd, l.n);
	for (unsigned i = 0; i < 2; i++) {
		start = fcn_sim_now(rig.sim);
		rig_start(&rig, 0, cmds, 1, perf, 2 * i + 1);
		rig_start(&rig, 1, cmds, 1, perf + 128, 2 * i + 2);
		while (rig_record(&rig, 1)[0] != 2 * i + 2)
			if (!rig_wait(&rig))
				abort();
		fcn_sim_advance(rig.sim, 1000, false);
	}
	snprintf(event, sizeof(event), "aw id=0 addr=0x%010" PRIx64, rig_record_pa(0));
	accepted = find_event(log, find_event(log, start, event), "b ");
	first = find_event(log, accepted, "ar id=0");
	snprintf(what, sizeof(what), "record accepted to next job's first LOAD burst, %s", name);
	row(what, (double)(first - accepted), "cycles", target);
	rig_close(&rig);
	fclose(log);
}

int main(int argc, char **argv)
{
	struct rig rig;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_core ARRAY_SPEED\n");
		return 2;
	}
	printf("| %-58s | %-25s | %-22s |\n|%.60s|%.27s|%.24s|\n", "figure", "measured", "target",
	       "------------------------------------------------------------", "---------------------------",
	       "------------------------");
	open_core(&rig, FCN_AXI_DDR, NULL);
	bench_array_busy(&rig);
	bench_copy(&rig);
	bench_next_job(FCN_AXI_DDR, "ddr", "few");
	bench_next_job(FCN_AXI_IDEAL, "ideal", "few");
	rig_close(&rig);
	bench_speed(strtod(argv[1], NULL));
	return 0;
}
