// SPDX-License-Identifier: Apache-2.0
/*
 * Speed of the simulated core, and of the functional model beside it: the same jobs on both, in turn, in the
 * processor time of one thread.  Each job is bound by another engine: a convolution by the
 * array, POST by the requantisers, in every form that it has, a copy by memory.
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime() */

#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUND_SECONDS 0.1 /* that a job is repeated for, at least, on one of them */
#define ROUNDS 4          /* on both in turn, so that what else the machine does slows down both */

static double thread_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A job in the memory of a device, and how long it took there. */
struct device {
	struct rig rig;
	uint32_t va, n, perf_va, seqno;
	double seconds;
	unsigned times;
};

static void run_once(struct device *d)
{
	rig_start(&d->rig, 0, d->va, d->n, d->perf_va, ++d->seqno);
	if (!rig_wait(&d->rig) || rig_record(&d->rig, 0)[0] != d->seqno || rig_record(&d->rig, 0)[1]) {
		fprintf(stderr, "bench_core: the job failed\n");
		exit(1);
	}
}

static void run_round(struct device *d)
{
	const double start = thread_seconds();
	double seconds;

	do {
		run_once(d);
		d->times++;
		seconds = thread_seconds() - start;
	} while (seconds < ROUND_SECONDS);
	d->seconds += seconds;
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

typedef void (*job_fn)(struct rig *rig, unsigned form, struct commands *to);

static void append(struct commands *to, const struct list *l)
{
	to->cmd = realloc(to->cmd, (to->n + l->n) * sizeof(*to->cmd));
	if (!to->cmd)
		abort();
	memcpy(to->cmd + to->n, l->cmd, l->n * sizeof(*to->cmd));
	to->n += l->n;
}

/* A 3x3 convolution of 64 to 64 channels, on 56x56 pixels. */
static void conv_job(struct rig *rig, unsigned form, struct commands *to)
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

	(void)form;
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

/* What a POST may do, bit by bit. */
enum { TABLE = 1, RESIDUAL = 2, POOL = 4, FORMS = 6 };

static const struct {
	const char *name;
	unsigned form;
} forms[FORMS] = {
	{ "alone", 0 },			     { "with table", TABLE },
	{ "with residual", RESIDUAL },	     { "with table and residual", TABLE | RESIDUAL },
	{ "with windows of 3x3", POOL },     { "with table and windows of 3x3", TABLE | POOL },
};

static void set_form(struct fcn_cmd *c, unsigned form)
{
	if (form & TABLE)
		fcn_post_set_table_en(c, 1);
	if (form & RESIDUAL) {
		fcn_post_set_res_en(c, 1);
		fcn_post_set_res_mul_a(c, 0x53000000);
		fcn_post_set_res_mul_b(c, 0x35000000);
		fcn_post_set_res_shift(c, 31);
		fcn_post_set_res_za(c, 3);
		fcn_post_set_res_zb(c, -5);
		fcn_post_set_res_zo(c, 7);
	}
	if (form & POOL) {
		fcn_post_set_win_x_n(c, 2);
		fcn_post_set_win_y_n(c, 2);
		fcn_post_set_win_y_pitch(c, 32);
	}
}

/* POST over the sums of one weight tile, again and again. */
static void post_job(struct rig *rig, unsigned form, struct commands *to)
{
	enum { PIXELS = 512, TIMES = 64 };
	static struct list l;
	struct fcn_cmd *c;

	l.n = 0;
	load_run(&l, random_data(rig, PIXELS * ROWS), PIXELS * ROWS, SPACE_IFM, 0, 0, 0);
	load_run(&l, random_data(rig, ROWS * COLS), ROWS * COLS, SPACE_WGT, 0, 0, CONV);
	load_run(&l, random_data(rig, 256), 256, SPACE_TABLE, 0, 0, 0);
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
		set_form(c, form);
	}
	append(to, &l);
}

static void copy_job(struct rig *rig, unsigned form, struct commands *to)
{
	enum { PARTS = 64 };
	static struct list l;
	const uint32_t from = random_data(rig, PARTS * COPY_BYTES), dest = rig_alloc(rig, PARTS * COPY_BYTES, 4096);

	(void)form;
	l.n = 0;
	add_copy(&l, from, dest, PARTS);
	append(to, &l);
}

/* -------------------------------------------------------------- the same job on both */

struct speed {
	uint64_t perf[RIG_PERF_NUMBERS]; /* of the core */
	double core, model;              /* seconds */
};

/* The job is there, and has run once. */
static void prepare(struct device *d, job_fn job, unsigned form)
{
	struct commands cmds = { 0 };

	job(&d->rig, form, &cmds);
	d->va = rig_commands(&d->rig, cmds.cmd, cmds.n);
	d->n = cmds.n;
	d->perf_va = rig_alloc(&d->rig, 8 * RIG_PERF_NUMBERS, 128);
	free(cmds.cmd);
	run_once(d);
}

static struct speed time_both(job_fn job, unsigned form)
{
	const struct rig_options options = { .rows = ROWS, .cols = COLS };
	struct device core = { 0 }, model = { 0 };
	struct speed s;

	open_core(&core.rig, FCN_AXI_DDR, NULL);
	if (!rig_open(&model.rig, &options))
		abort();
	prepare(&core, job, form);
	prepare(&model, job, form);
	for (unsigned i = 0; i < ROUNDS; i++) {
		run_round(&core);
		run_round(&model);
	}
	memcpy(s.perf, rig_ptr(&core.rig, core.perf_va), sizeof(s.perf));
	s.core = core.seconds / core.times;
	s.model = model.seconds / model.times;
	rig_close(&core.rig);
	rig_close(&model.rig);
	return s;
}

static double cycles_per_second(const struct speed *s)
{
	return (double)s->perf[PERF_CYCLES] / s->core;
}

static void ratio(const char *what, const char *form, const struct speed *s)
{
	char name[64];

	snprintf(name, sizeof(name), "model over Verilated core, %s%s", what, form);
	row(name, s->core / s->model, "times", ">= 50");
}

void bench_speed(double array_speed)
{
	const struct speed conv = time_both(conv_job, 0), copy = time_both(copy_job, 0);
	struct speed post[FORMS];

	for (unsigned i = 0; i < FORMS; i++)
		post[i] = time_both(post_job, forms[i].form);
	row("array busy, 3x3 conv, 64 channels (the tests' emitter)",
	    100.0 * (double)conv.perf[PERF_ARRAY] / (double)conv.perf[PERF_CYCLES], "%", ">= 97 %");
	row("simulation, bare 16x16 array", array_speed / 1e6, "Mcycles/s", "-");
	row("simulation, whole 16x16 core in that convolution", cycles_per_second(&conv) / 1e6, "Mcycles/s", ">= 0.6");
	row("... of the bare array's speed", 100.0 * cycles_per_second(&conv) / array_speed, "%", ">= 50 %");
	row("simulation, whole 16x16 core in POST alone", cycles_per_second(&post[0]) / 1e6, "Mcycles/s", "-");
	row("simulation, whole 16x16 core in a copy", cycles_per_second(&copy) / 1e6, "Mcycles/s", "-");
	ratio("convolution", "", &conv);
	for (unsigned i = 0; i < FORMS; i++)
		ratio("POST ", forms[i].name, &post[i]);
	ratio("copy", "", &copy);
}
