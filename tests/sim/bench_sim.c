// SPDX-License-Identifier: Apache-2.0
/*
 * Speed of the simulation, not a test: cycles per second of processor time, per geometry that is linked.
 *
 *     bench_sim [SECONDS]      of processor time for each figure, 1 if not given
 *
 * idle      the core is clocked and has nothing to do
 * copy      LOAD and STORE move memory
 * conv      the array takes a pixel in every cycle
 */
#include "drm/fcn_accel_regs.h"
#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SLICE 20000 /* cycles between looks at the clock */
#define COPIES 100

/* A machine is shared: time spent by others does not count. */
static double cpu_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static void add_copies(struct job *job)
{
	for (int i = 0; i < COPIES; i++)
		job_add_copy(job, JOB_IN, JOB_OUT, 65520);
}

/* One tile of weights after the other over a box of pixels, for as long as 255 commands last. */
static void add_convs(struct job *job)
{
	for (int i = 0; i < 250; i++) {
		struct fcn_cmd conv = { { 0 } };

		conv.w[0] = FCN_OP_CONV | FCN_CMD_VERSION << 8;
		conv.w[2] = 15 | 15u << 16; /* 16 x 16 pixels */
		conv.w[3] = 16;
		conv.w[4] = 256;
		conv.w[5] = 255; /* 256 tiles */
		conv.w[6] = 16;
		job_add(job, &conv);
	}
}

/* Processor time per cycle while `add`'s job runs again and again; NULL: no job. */
static void measure(const char *what, unsigned rows, unsigned cols, void (*add)(struct job *),
		    double seconds)
{
	struct fcn_sim_config cfg = { .rows = rows, .cols = cols, .clock_idle = true };
	struct job_result result;
	struct fcn_sim *sim;
	struct job job;
	uint64_t cycles = 0;
	double start, now;

	if (fcn_sim_create(&cfg, &sim)) {
		fprintf(stderr, "no simulator\n");
		exit(1);
	}
	job_init(&job, sim);
	if (add) {
		add(&job);
		job_start(&job, 0);
	}
	fcn_sim_advance(sim, SLICE, false); /* what follows a reset */
	start = now = cpu_seconds();
	while (now - start < seconds) {
		cycles += fcn_sim_advance(sim, SLICE, true);
		if (fcn_sim_irq(sim)) {
			job_wait(&job, 0, 1, &result);
			job_start(&job, 0);
		}
		now = cpu_seconds();
	}
	printf("%ux%u %-7s %12.0f cycles/s\n", rows, cols, what, (double)cycles / (now - start));
	fflush(stdout);
	fcn_sim_destroy(sim);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1;
	unsigned rows, cols;

	for (unsigned i = 0; !fcn_sim_geometry(i, &rows, &cols); i++) {
		measure("idle", rows, cols, NULL, seconds);
		measure("copy", rows, cols, add_copies, seconds);
		measure("conv", rows, cols, add_convs, seconds);
	}
	return 0;
}
