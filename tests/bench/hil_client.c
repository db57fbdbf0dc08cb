// SPDX-License-Identifier: MIT
/*
 * Runs a model again and again, as an application would, and says what a run takes of time and of processor.
 *
 *   hil_client DEVICE MODEL.onnx one|two WARM RUNS [PAUSE]
 *
 * one: a run begins when the last one has ended.  two: two programs take turns, so that one's run waits in the queue while the
 * other's is on the core.  PAUSE: seconds of silence behind the line "measures" and before the line "measured",
 * for whoever looks at processes from outside.
 *
 * While it measures, the process has the name hil-measures: what it asks of the kernel then can be told from all that came
 * before.  Each run's output must be the first one's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "accel.h"

#define MAX_RUNS 100000

static void die(const char *what)
{
	fprintf(stderr, "hil_client: %s: %s\n", what, accel_error_message());
	exit(1);
}

static void need(int err, const char *what)
{
	if (err < 0)
		die(what);
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct accel_array make_array(const struct accel_tensor_info *info)
{
	struct accel_array a = { .dtype = info->dtype, .rank = info->rank };

	a.data_size = accel_dtype_size(info->dtype);
	for (int i = 0; i < info->rank; i++) {
		a.dim[i] = info->dim[i];
		a.data_size *= (size_t)info->dim[i];
	}
	a.data = calloc(1, a.data_size);
	if (!a.data)
		die("out of memory");
	return a;
}

static void fill(struct accel_array *a)
{
	uint32_t state = 1;

	for (size_t i = 0; i < a->data_size / sizeof(float); i++) {
		state = state * 1664525 + 1013904223;
		((float *)a->data)[i] = (float)(int32_t)state / 2147483648.0f;
	}
}

struct client {
	struct accel_program *prog[2];
	struct accel_array in, out[2], want;
};

static void same(const struct client *c, int k)
{
	if (memcmp(c->out[k].data, c->want.data, c->want.data_size)) {
		fprintf(stderr, "hil_client: a run's output differs from the first one's\n");
		exit(1);
	}
	memset(c->out[k].data, 0, c->out[k].data_size);
}

/* took: of each run, or NULL. */
static void run_one(struct client *c, int runs, int64_t *took)
{
	for (int i = 0; i < runs; i++) {
		int64_t start = clock_ns(CLOCK_MONOTONIC);

		need(accel_run(c->prog[0], &c->in, &c->out[0]), "run");
		if (took)
			took[i] = clock_ns(CLOCK_MONOTONIC) - start;
		same(c, 0);
	}
}

/* took: from one end to the next. */
static void run_two(struct client *c, int runs, int64_t *took)
{
	struct accel_job *job[2] = { NULL, NULL };
	int64_t last = clock_ns(CLOCK_MONOTONIC);

	for (int i = 0; i < runs + 2; i++) {
		int k = i % 2;

		if (job[k]) {
			int64_t now;

			need(accel_job_wait(job[k], INT64_MAX), "wait");
			now = clock_ns(CLOCK_MONOTONIC);
			if (took)
				took[i - 2] = now - last;
			last = now;
			accel_job_free(job[k]);
			job[k] = NULL;
			same(c, k);
		}
		if (i < runs)
			need(accel_submit(c->prog[k], &c->in, &c->out[k], &job[k]), "submit");
	}
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void say(const char *what, unsigned pause)
{
	if (!pause)
		return;
	printf("%s\n", what);
	fflush(stdout);
}

static int number(const char *text, int most)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || end == text || n < 0 || n > most) {
		fprintf(stderr, "hil_client: '%s' is no number up to %d\n", text, most);
		exit(2);
	}
	return (int)n;
}

static void measure(struct client *c, void (*run)(struct client *, int, int64_t *), int runs, unsigned pause)
{
	int64_t *took = calloc((size_t)runs, sizeof(*took)), cpu, wall;

	if (!took)
		die("out of memory");
	say("measures", pause);
	sleep(pause);
	prctl(PR_SET_NAME, "hil-measures");
	cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	wall = clock_ns(CLOCK_MONOTONIC);
	run(c, runs, took);
	wall = clock_ns(CLOCK_MONOTONIC) - wall;
	cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	prctl(PR_SET_NAME, "hil_client");
	sleep(pause);
	say("measured", pause);
	qsort(took, (size_t)runs, sizeof(*took), by_size);
	printf("runs=%d median_us=%.1f mean_us=%.1f cpu_us=%.1f\n", runs, (double)took[runs / 2] * 1e-3,
	       (double)wall * 1e-3 / runs, (double)cpu * 1e-3 / runs);
	free(took);
}

int main(int argc, char **argv)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	struct accel_program_info program = { .size = sizeof(program) };
	struct accel_device *dev;
	struct accel_model *model;
	struct client c;
	bool two = argc > 3 && !strcmp(argv[3], "two");
	int warm, runs;
	unsigned pause;

	if (argc < 6 || argc > 7 || (!two && strcmp(argv[3], "one"))) {
		fprintf(stderr, "usage: hil_client DEVICE MODEL.onnx one|two WARM RUNS [PAUSE]\n");
		return 2;
	}
	warm = number(argv[4], MAX_RUNS);
	runs = number(argv[5], MAX_RUNS);
	pause = argc > 6 ? (unsigned)number(argv[6], 60) : 0;
	if (warm < 1 || runs < 1) {
		fprintf(stderr, "hil_client: WARM and RUNS are at least 1\n");
		return 2;
	}
	need(accel_device_open(argv[1], &dev), "open");
	need(accel_model_load(argv[2], &model), "load");
	need(accel_model_input(model, 0, &info), "input");
	c.in = make_array(&info);
	fill(&c.in);
	need(accel_model_output(model, 0, &info), "output");
	c.want = make_array(&info);
	for (int k = 0; k < 2; k++) {
		c.out[k] = make_array(&info);
		need(accel_compile(model, dev, NULL, &c.prog[k]), "compile");
	}
	need(accel_program_get_info(c.prog[0], &program), "program");
	need(accel_run(c.prog[0], &c.in, &c.want), "run");
	(two ? run_two : run_one)(&c, warm, NULL);
	/* Of the core: the first run, warm ones, then those that count. */
	printf("jobs=%d before=%d\n", runs * program.jobs, (1 + warm) * program.jobs);
	measure(&c, two ? run_two : run_one, runs, pause);
	for (int k = 0; k < 2; k++) {
		accel_program_free(c.prog[k]);
		free(c.out[k].data);
	}
	free(c.in.data);
	free(c.want.data);
	accel_model_free(model);
	accel_device_close(dev);
	return 0;
}
