// SPDX-License-Identifier: Apache-2.0
/*
 * Speed of the simulated core, and of the functional model beside it: the same jobs on both, in turn, in the
 * processor time of one thread.  Each job is bound by another engine: a convolution by the
 * array, POST by the requantisers, a copy by memory.
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime() */

#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LEAST_SECONDS 0.3 /* that a job is repeated for */

static double thread_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seconds that a job of these commands takes, without the first time; its record in *perf. */
static double time_job(struct rig *rig, const struct fcn_cmd *cmds, unsigned n, uint64_t perf[RIG_PERF_NUMBERS])
{
	const uint32_t va = rig_commands(rig, cmds, n), perf_va = rig_alloc(rig, 8 * RIG_PERF_NUMBERS, 128);
	double start = 0, seconds;
	uint32_t seqno = 0;

	do {
		if (seqno == 1)
			start = thread_seconds();
		rig_start(rig, 0, va, n, perf_va, ++seqno);
		if (!rig_wait(rig) || rig_record(rig, 0)[0] != seqno || rig_record(rig, 0)[1]) {
			fprintf(stderr, "bench_core: the job failed\n");
			exit(1);
		}
		seconds = thread_seconds() - start;
	} while (seqno < 2 || seconds < LEAST_SECONDS);
	memcpy(perf, rig_ptr(rig, perf_va), 8 * RIG_PERF_NUMBERS);
	return seconds / (seqno - 1);
}

static uint32_t random_data(struct rig *rig, uint32_t n)
{
	const uint32_t va = rig_alloc(rig, n, 64);
	uint8_t *data = rig_ptr(rig, va);

	for (uint32_t i = 0; i < n; i++)
		data[i] = (uint8_t)((i + 1) * 2246822519u >> 24);
	return va;
}

/* -------------------------------------------------------------- jobs: each appends its commands */

typedef void (*job_fn)(struct rig *rig, struct commands *to);

static void append(struct commands *to, const struct list *l)
{
	to->cmd = realloc(to->cmd, (to->n + l->n) * sizeof(*to->cmd));
	if (!to->cmd)
		abort();
	memcpy(to->cmd + to->n, l->cmd, l->n * sizeof(*to->cmd));
	to->n += l->n;
}

/* A 3x3 convolution of 64 to 64 channels, on 56x56 pixels. */
static void conv_job(struct rig *rig, struct commands *to)
{
	enum { CHANNELS = 64, TAPS = 9, SIDE = 56 };
	static const struct axis axis = { .in = SIDE, .out = SIDE, .k = 3, .stride = 1, .dilation = 1, .pad = 1 };
	static int8_t weights[CHANNELS * CHANNELS * TAPS];
	static int32_t bias[CHANNELS];
	static float scale[CHANNELS];
	const struct layer l = { .groups = 1, .in_ch = CHANNELS, .out_ch = CHANNELS, .y = axis, .x = axis,
				 .out_min = -128, .out_max = 127, .weights = weights, .bias = bias, .scale = scale };
	const struct tensor in = { random_data(rig, SIDE * SIDE * CHANNELS), CHANNELS, SIDE * CHANNELS };
	const struct tensor out = { rig_alloc(rig, SIDE * SIDE * CHANNELS, 64), CHANNELS, SIDE * CHANNELS };

	for (unsigned i = 0; i < sizeof(weights); i++)
		weights[i] = (int8_t)(i * 2654435761u >> 24);
	for (unsigned i = 0; i < CHANNELS; i++)
		scale[i] = 0.0005f;
	emit_layer(rig, &l, &in, &out, to);
}

/* Bias and scale of 16 channels: sums of one weight tile reach about +-2^17, outputs -128 to 127. */
static uint32_t parameters(struct rig *rig)
{
	const uint32_t va = random_data(rig, 8 * COLS);
	uint32_t *par = rig_ptr(rig, va);

	for (unsigned i = 0; i < COLS; i++) {
		par[2 * i] >>= 20;
		par[2 * i + 1] = 0x3a800000 + (par[2 * i + 1] >> 9); /* 2^-10 to 2^-9 */
	}
	return va;
}

/* POST over the sums of one weight tile, again and again. */
static void post_job(struct rig *rig, struct commands *to)
{
	enum { PIXELS = 512, TIMES = 64 };
	static struct list l;
	struct fcn_cmd *c;

	l.n = 0;
	load_run(&l, random_data(rig, PIXELS * ROWS), PIXELS * ROWS, SPACE_IFM, 0, 0, 0);
	load_run(&l, random_data(rig, ROWS * COLS), ROWS * COLS, SPACE_WGT, 0, 0, CONV);
	load_run(&l, parameters(rig), 8 * COLS, SPACE_PAR, 0, 0, POST);
	c = next(&l);
	fcn_conv_init(c, LOAD, POST);
	fcn_conv_set_x_n(c, PIXELS - 1);
	fcn_conv_set_x_pitch(c, ROWS);
	for (unsigned i = 0; i < TIMES; i++) {
		c = next(&l);
		fcn_post_init(c, i ? 0 : LOAD | CONV, 0);
		fcn_post_set_x_n(c, PIXELS - 1);
		fcn_post_set_acc_x_pitch(c, 1);
		fcn_post_set_ofm_x_pitch(c, COLS);
		fcn_post_set_cols_n(c, COLS - 1);
		fcn_post_set_min(c, -128);
		fcn_post_set_max(c, 127);
	}
	append(to, &l);
}

static void copy_job(struct rig *rig, struct commands *to)
{
	enum { PARTS = 64 };
	static struct list l;
	const uint32_t from = random_data(rig, PARTS * COPY_BYTES), dest = rig_alloc(rig, PARTS * COPY_BYTES, 4096);

	l.n = 0;
	add_copy(&l, from, dest, PARTS);
	append(to, &l);
}

/* -------------------------------------------------------------- the same job on both */

struct speed {
	uint64_t perf[RIG_PERF_NUMBERS]; /* of the core */
	double core, model;              /* seconds */
};

static double time_on(struct rig *rig, job_fn job, uint64_t perf[RIG_PERF_NUMBERS])
{
	struct commands cmds = { 0 };
	double seconds;

	job(rig, &cmds);
	seconds = time_job(rig, cmds.cmd, cmds.n, perf);
	free(cmds.cmd);
	rig_close(rig);
	return seconds;
}

static struct speed time_both(job_fn job)
{
	const struct rig_options options = { .rows = ROWS, .cols = COLS };
	uint64_t unused[RIG_PERF_NUMBERS];
	struct speed s;
	struct rig rig;

	open_core(&rig, FCN_AXI_DDR, NULL);
	s.core = time_on(&rig, job, s.perf);
	if (!rig_open(&rig, &options))
		abort();
	s.model = time_on(&rig, job, unused);
	return s;
}

static double cycles_per_second(const struct speed *s)
{
	return (double)s->perf[PERF_CYCLES] / s->core;
}

void bench_speed(double array_speed)
{
	const struct speed conv = time_both(conv_job), post = time_both(post_job), copy = time_both(copy_job);

	row("array busy, 3x3 conv, 64 channels (the tests' emitter)",
	    100.0 * (double)conv.perf[PERF_ARRAY] / (double)conv.perf[PERF_CYCLES], "%", ">= 97 %");
	row("simulation, bare 16x16 array", array_speed / 1e6, "Mcycles/s", "-");
	row("simulation, whole 16x16 core in that convolution", cycles_per_second(&conv) / 1e6, "Mcycles/s", ">= 0.6");
	row("... of the bare array's speed", 100.0 * cycles_per_second(&conv) / array_speed, "%", ">= 50 %");
	row("simulation, whole 16x16 core in POST alone", cycles_per_second(&post) / 1e6, "Mcycles/s", "-");
	row("simulation, whole 16x16 core in a copy", cycles_per_second(&copy) / 1e6, "Mcycles/s", "-");
	row("functional model over the Verilated core, convolution", conv.core / conv.model, "times", ">= 50");
	row("functional model over the Verilated core, POST alone", post.core / post.model, "times", ">= 50");
	row("functional model over the Verilated core, copy", copy.core / copy.model, "times", ">= 50");
}
