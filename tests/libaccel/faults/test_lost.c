/* SPDX-License-Identifier: MIT */
/*
 * A core that dies between compiling and running, or in the middle of a run: by the simulator's
 * fault plan, on the Verilated core.  Runs and jobs must end with an error that says so, write no
 * output, and leave the library usable: everything can be freed, and another device works.
 *
 *   test_lost DEVICE
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "fcn_sim.h"
#include "unet.h"

#include "../onnx/tap.h"
#include "accel.h"

/* ---- the seam: a simulator with a fault plan ---- */

static const char *faults;	/* of devices that are opened from now on */

int __real_fcn_sim_create(const struct fcn_sim_config *config, struct fcn_sim **sim);
int __wrap_fcn_sim_create(const struct fcn_sim_config *config, struct fcn_sim **sim);
int __wrap_fcn_sim_create(const struct fcn_sim_config *config, struct fcn_sim **sim)
{
	struct fcn_sim_config c = *config;
	struct fcn_fault_plan plan = { 0 };
	char why[128] = "";
	int err = faults ? fcn_fault_plan_parse(&plan, faults, why, sizeof(why)) : 0;

	if (err) {
		fprintf(stderr, "%s: %s\n", faults, why);
		abort();
	}
	c.faults = &plan;
	err = __real_fcn_sim_create(&c, sim);
	fcn_fault_plan_free(&plan);
	return err;
}

/* ---- a network ---- */

static const char *uri;
static struct accel_model *model;
static struct accel_array x, y;
static void *expected;

struct target {
	struct accel_device *dev;
	struct accel_program *prog;
};

static bool target_open(struct target *t, const char *with)
{
	faults = with;
	*t = (struct target){ 0 };
	return !accel_device_open(uri, &t->dev) && !accel_compile(model, t->dev, NULL, &t->prog);
}

static void target_close(struct target *t)
{
	accel_program_free(t->prog);
	accel_device_close(t->dev);
}

/* Outputs stay as they were when a run fails. */
static bool untouched(void)
{
	for (size_t i = 0; i < y.data_size; i++)
		if (((unsigned char *)y.data)[i] != 0x5a)
			return false;
	return true;
}

static int run(struct target *t)
{
	memset(y.data, 0x5a, y.data_size);
	return accel_run(t->prog, &x, &y);
}

static int submit(struct target *t)
{
	struct accel_job *job;
	int err;

	memset(y.data, 0x5a, y.data_size);
	err = accel_submit(t->prog, &x, &y, &job);
	if (!err)
		err = accel_job_wait(job, INT64_MAX);
	accel_job_free(job);
	return err;
}

/* ---- what happens ---- */

/* Where the core died it stays dead; after a fault of one job the next is right. */
static void check(const char *what, const char *with, int wanted, bool dead)
{
	struct target t;
	bool good = target_open(&t, with);
	int first = good ? run(&t) : 0, later, later_job;
	bool clean = !first || untouched();
	char message[512];

	snprintf(message, sizeof(message), "%s", first ? accel_error_message() : "the run is right");
	later = good ? run(&t) : 0;
	clean &= !later || untouched();
	later_job = good ? submit(&t) : 0;
	if (!ok(good && first == wanted && clean && later == (dead ? wanted : 0) &&
			later_job == (dead ? wanted : 0) &&
			(dead || !memcmp(y.data, expected, y.data_size)),
		"%s: %s; the device %s", what, message, dead ? "is gone for later runs, too" : "goes on"))
		note("%d (wanted %d), then %d, then %d; outputs %s", first, wanted, later, later_job,
		     clean ? "untouched" : "written");
	target_close(&t);
}

static void *submit_thread(void *arg)
{
	return (void *)(intptr_t)submit(arg);
}

/* Several who wait for a core that dies: all are told. */
static void check_waiters(void)
{
	enum { N = 3 };
	struct accel_job *job[N] = { NULL };
	struct target t;
	bool good = target_open(&t, "all-ones-reg at=20000");
	int told = 0;

	for (int i = 0; good && i < N; i++)
		good = !accel_submit(t.prog, &x, &y, &job[i]);
	/* What was made with a device may be freed before what it needs. */
	target_close(&t);
	for (int i = 0; good && i < N; i++)
		told += accel_job_wait(job[i], INT64_MAX) == -ENODEV;
	for (int i = 0; i < N; i++)
		accel_job_free(job[i]);
	ok(good && told == N, "%d jobs wait when the core dies: %d end with -ENODEV", N, told);
}

static void check_another(void)
{
	struct target dead, fine;
	bool good = target_open(&dead, "all-ones-reg at=20000");
	pthread_t thread;
	void *err;

	good = good && !pthread_create(&thread, NULL, submit_thread, &dead);
	faults = NULL;
	if (good)
		pthread_join(thread, &err);
	good = target_open(&fine, NULL) && good;
	ok(good && !run(&fine) && !memcmp(y.data, expected, y.data_size),
	   "another device of the same process works beside the dead one");
	target_close(&fine);
	target_close(&dead);
}

int main(int argc, char **argv)
{
	bool good;
	struct target t;

	if (argc != 2) {
		fprintf(stderr, "usage: %s DEVICE\n", argv[0]);
		return 2;
	}
	uri = argv[1];
	setvbuf(stdout, NULL, _IOLBF, 0);
	make_unet_model(&model, &x, &y);
	if (!target_open(&t, NULL) || run(&t))
		abort();
	expected = malloc(y.data_size);
	memcpy(expected, y.data, y.data_size);
	target_close(&t);
	/* Opening resets the core and reads its identity: done by cycle 2000. */
	good = target_open(&t, "all-ones-reg at=0");
	ok(!good && !t.dev && strstr(accel_error_message(), "the core did not start"), "lost before it starts: %s", accel_error_message());
	target_close(&t);
	check("lost between compile and run", "all-ones-reg at=2000", -ENODEV, true);
	check("lost in the middle of a run", "all-ones-reg at=20000", -ENODEV, true);
	check("a read that never ends", "lost-read id=0 nth=20", -ENODEV, true);
	check("a bus error", "read-error id=0 nth=20", -EIO, false);
	check("an engine that hangs", "stuck-engine engine=store nth=3", -EIO, false);
	check("an interrupt that is lost", "lost-irq nth=1", 0, false);
	check_waiters();
	check_another();
	accel_model_free(model);
	free(x.data);
	free(y.data);
	free(expected);
	return tap_done();
}
