/* SPDX-License-Identifier: MIT */
/*
 * fork(), and functions called from threads and progress functions where accel.h says what must
 * happen.  What would wait for itself ends with an error; an alarm ends what hangs all the same.
 *
 *   test_misuse DEVICE...
 */
#define _GNU_SOURCE

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unet.h"

#include "../onnx/tap.h"
#include "accel.h"

enum { WAITERS = 4 };

static struct accel_model *model;
static struct accel_array x, y;
static void *expected;

struct target {
	struct accel_device *dev;
	struct accel_program *prog;
	struct accel_job *job;
};

static bool target_open(struct target *t, const char *uri)
{
	*t = (struct target){ 0 };
	return !accel_device_open(uri, &t->dev) && !accel_compile(model, t->dev, NULL, &t->prog);
}

static void target_close(struct target *t)
{
	accel_job_free(t->job);
	accel_program_free(t->prog);
	accel_device_close(t->dev);
	*t = (struct target){ 0 };
}

/* 0 when it gives what it should. */
static int run(struct accel_program *prog)
{
	int err;

	memset(y.data, 0, y.data_size);
	err = accel_run(prog, &x, &y);
	return err ? err : memcmp(y.data, expected, y.data_size) != 0;
}

/* ---- fork() ---- */

/* Without running what the parent registered for its end; make coverage, which builds without sanitizers, counts there. */
#ifdef __SANITIZE_ADDRESS__
#define leave _exit
#else
#define leave exit
#endif

/* What a child may not use, and what it may; every line is a function.  How many did something else. */
static int refused(struct target *t, struct accel_buffer *buf)
{
	struct accel_layer_profile p = { .size = sizeof(p) };
	struct accel_node_info node = { .size = sizeof(node) };
	struct accel_device_info info = { .size = sizeof(info) };
	struct accel_program *prog;
	struct accel_array array;
	struct accel_buffer *b;
	struct accel_job *job;
	int wrong = 0;

	wrong += accel_run(t->prog, &x, &y) != -EPERM;
	wrong += !strstr(accel_error_message(), "fork()");
	wrong += accel_submit(t->prog, &x, &y, &job) != -EPERM || job;
	wrong += accel_job_wait(t->job, INT64_MAX) != -EPERM;
	wrong += accel_job_fence(t->job) != -EPERM;
	wrong += accel_compile(model, t->dev, NULL, &prog) != -EPERM || prog;
	wrong += accel_buffer_create(t->dev, 4096, &b) != -EPERM || b;
	wrong += accel_program_layer(t->prog, 0, &p) != -EPERM;
	wrong += accel_program_bind_input(t->prog, 0, NULL, 0) != -EPERM;
	accel_array_load("/nonexistent", &array);
	wrong += buf && (accel_buffer_map(buf) || !strstr(accel_error_message(), "fork()"));
	/* What was known before fork() still is. */
	wrong += accel_program_node(t->prog, 0, &node) || !*node.name;
	wrong += accel_device_get_info(t->dev, &info) || !*info.uri;
	accel_program_on_progress(t->prog, NULL, NULL);
	accel_buffer_free(buf);
	target_close(t);
	return wrong;
}

static int child(struct target *t, struct accel_buffer *buf, const char *uri)
{
	struct target own;
	int wrong;

	alarm(60);
	wrong = refused(t, buf);
	if (!target_open(&own, uri) || run(own.prog))
		wrong += 100;
	target_close(&own);
	return wrong;
}

/* Forks while other threads run on the device: a child inherits their locks. */
/*
 * In the middle of a job, and of no allocation: that a child inherits the allocator's locks as some
 * thread has them is said of the address sanitizer, not of libaccel.
 */
struct halt {
	sem_t there, on;
	bool been;
};

static void stand_still(void *ctx, int done, int total)
{
	struct halt *halt = ctx;

	(void)done;
	(void)total;
	if (halt->been)
		return;
	halt->been = true;
	sem_post(&halt->there);
	sem_wait(&halt->on);
}

static void check_fork(const char *uri)
{
	struct accel_buffer *buf = NULL;
	struct halt halt = { .been = false };
	struct target t;
	int status = -1, again = -1;
	bool good = target_open(&t, uri);
	pid_t pid;

	if (good && strncmp(uri, "host:", 5))
		good = !accel_buffer_create(t.dev, 4096, &buf);
	sem_init(&halt.there, 0, 0);
	sem_init(&halt.on, 0, 0);
	if (good)
		accel_program_on_progress(t.prog, stand_still, &halt);
	good = good && !accel_submit(t.prog, &x, &y, &t.job) && !sem_wait(&halt.there);
	fflush(stdout);
	pid = good ? fork() : -1;
	if (!pid)
		leave(child(&t, buf, uri));
	if (pid > 0)
		waitpid(pid, &status, 0);
	sem_post(&halt.on);
	ok(good && WIFEXITED(status) && !WEXITSTATUS(status),
	   "%s in a child of fork(): -EPERM, and freeing does nothing; a device of its own works (%d)", uri,
	   WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
	if (good && !accel_job_wait(t.job, INT64_MAX))
		again = run(t.prog);
	ok(!again, "%s: the parent goes on", uri);
	accel_buffer_free(buf);
	target_close(&t);
}

/* ---- from a progress function ---- */

struct inside {
	struct target *t;
	int calls, wrong;
	struct accel_job *job;
};

static void from_inside(void *ctx, int done, int total)
{
	struct accel_layer_profile p = { .size = sizeof(p) };
	struct inside *in = ctx;

	(void)done;
	(void)total;
	if (in->calls++)
		return;
	in->wrong += accel_run(in->t->prog, &x, &y) != -EDEADLK;
	in->wrong += !strstr(accel_error_message(), "progress");
	in->wrong += accel_program_layer(in->t->prog, 0, &p) != -EDEADLK;
	in->wrong += accel_program_bind_input(in->t->prog, 0, NULL, 0) != -EDEADLK;
	in->wrong += accel_submit(in->t->prog, &x, &y, &in->job) != 0;
	in->wrong += in->job && accel_job_wait(in->job, INT64_MAX) != -EDEADLK;
	accel_program_on_progress(in->t->prog, NULL, NULL);
}

static void check_inside(const char *uri)
{
	struct target t;
	struct inside in = { .t = &t };
	bool good = target_open(&t, uri);
	int err = -1, later = -1;

	if (good) {
		accel_program_on_progress(t.prog, from_inside, &in);
		err = run(t.prog);
		memset(y.data, 0, y.data_size);
		if (in.job)
			later = accel_job_wait(in.job, INT64_MAX);
		later = later ? later : memcmp(y.data, expected, y.data_size) != 0;
	}
	ok(good && !err && in.calls == 1 && !in.wrong && !later,
	   "%s: what a progress function may not wait for is -EDEADLK; a run that it starts comes next", uri);
	accel_job_free(in.job);
	target_close(&t);
}

/* ---- threads ---- */

static void *wait_thread(void *job)
{
	return (void *)(intptr_t)accel_job_wait(job, INT64_MAX);
}

/* Many wait for one job, whose device, model and program are freed meanwhile. */
static void check_waiters(const char *uri)
{
	pthread_t thread[WAITERS];
	struct target t;
	bool good = target_open(&t, uri);
	intptr_t wrong = 0;

	memset(y.data, 0, y.data_size);
	good = good && !accel_submit(t.prog, &x, &y, &t.job);
	for (int i = 0; good && i < WAITERS; i++)
		good = !pthread_create(&thread[i], NULL, wait_thread, t.job);
	accel_program_free(t.prog);
	accel_device_close(t.dev);
	for (int i = 0; good && i < WAITERS; i++) {
		void *err;

		pthread_join(thread[i], &err);
		wrong += err != NULL;
	}
	ok(good && !wrong && !memcmp(y.data, expected, y.data_size),
	   "%s: %d threads wait for a job whose program and device are freed meanwhile", uri, WAITERS);
	accel_job_free(t.job);
}

static void *run_thread(void *t)
{
	struct accel_array mine = y;
	intptr_t wrong;

	mine.data = malloc(mine.data_size);
	wrong = accel_run(((struct target *)t)->prog, &x, &mine) || memcmp(mine.data, expected, y.data_size);
	free(mine.data);
	return (void *)wrong;
}

static void check_runners(const char *uri)
{
	pthread_t thread[WAITERS];
	struct target t;
	bool good = target_open(&t, uri);
	intptr_t wrong = 0;

	for (int i = 0; good && i < WAITERS; i++)
		good = !pthread_create(&thread[i], NULL, run_thread, &t);
	for (int i = 0; good && i < WAITERS; i++) {
		void *w;

		pthread_join(thread[i], &w);
		wrong += w != NULL;
	}
	ok(good && !wrong, "%s: %d threads run one program: each in its turn", uri, WAITERS);
	target_close(&t);
}

int main(int argc, char **argv)
{
	struct target t;

	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(240);
	make_unet_model(&model, &x, &y);
	if (!target_open(&t, "host:") || accel_run(t.prog, &x, &y))
		abort();
	expected = malloc(y.data_size);
	memcpy(expected, y.data, y.data_size);
	target_close(&t);
	for (int i = 1; i < argc; i++) {
		check_fork(argv[i]);
		check_inside(argv[i]);
		check_waiters(argv[i]);
		check_runners(argv[i]);
	}
	accel_model_free(model);
	free(x.data);
	free(y.data);
	free(expected);
	return tap_done();
}
