/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of a passing sequence fails once: an error must come of it, and nothing may leak
 * or hang.  Linked with --wrap for malloc, calloc, realloc and strdup.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../onnx/tap.h"
#include "error.h"
#include "fake_plan.h"
#include "runtime.h"

enum { N = 3 * 4 * 5 };

static atomic_long countdown;	/* the allocation that makes it 0 fails; below 0: none */

static bool fails(void)
{
	return !fake_plan_busy && atomic_fetch_sub(&countdown, 1) == 1;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

char *__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

static atomic_bool threads_fail;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
	return atomic_load(&threads_fail) ? EAGAIN : __real_pthread_create(thread, attr, start, arg);
}

static int add(struct graph *g, enum op op, const char *name, int in)
{
	int out = in < 0 ? in : graph_add_tensor(g, NULL, DTYPE_I8, NULL), n;

	if (out < 0)
		return out;
	n = graph_add_node(g, op, name, 1, &in, 1, &out);
	return n < 0 ? n : out;
}

static int fill_graph(struct graph *g)
{
	const struct shape shape = { 4, { 1, 3, 4, 5 } };
	int t = graph_add_tensor(g, "x", DTYPE_I8, &shape);

	if (t >= 0 && graph_add_input(g, t) < 0)
		return -ENOMEM;
	t = add(g, OP_IDENTITY, "host", t);
	t = add(g, OP_IDENTITY, "core", t);
	return t < 0 ? t : graph_add_output(g, t);
}

static int make_model(struct accel_model **m)
{
	struct graph *g = graph_new();
	int err = g ? fill_graph(g) : -ENOMEM;

	if (err < 0) {
		graph_free(g);
		return err;
	}
	return model_new(g, m);
}

static int run(struct accel_program *p)
{
	int8_t x[N], y[N] = { 0 };
	struct accel_array in = { ACCEL_INT8, 4, { 1, 3, 4, 5 }, x, N };
	struct accel_array out = { ACCEL_INT8, 4, { 1, 3, 4, 5 }, y, N };
	struct accel_job *job;
	int err;

	for (int i = 0; i < N; i++)
		x[i] = (int8_t)i;
	err = accel_run(p, &in, &out);
	if (!err && memcmp(x, y, N))
		return 1;
	memset(y, 0, N);
	if (!err)
		err = accel_submit(p, &in, &out, &job);
	if (err)
		return err;
	err = accel_job_wait(job, INT64_MAX);
	accel_job_free(job);
	return err ? err : memcmp(x, y, N) != 0;
}

static int bind(struct accel_program *p, struct accel_device *dev)
{
	struct accel_buffer *buf;
	int err = accel_buffer_create(dev, 4096, &buf);

	if (err)
		return err;
	err = accel_program_bind_output(p, 0, buf, 0);
	accel_buffer_free(buf);
	return err ? err : accel_program_bind_output(p, 0, NULL, 0);
}

/* 0; a negative errno; 1: wrong results. */
static int sequence(const char *uri)
{
	struct accel_device *dev;
	struct accel_model *m = NULL;
	struct accel_program *p = NULL;
	int err = accel_device_open(uri, &dev);

	if (err)
		return err;
	err = make_model(&m);
	if (!err)
		err = accel_compile(m, dev, NULL, &p);
	if (!err)
		err = run(p);
	if (!err && strcmp(uri, "host:"))
		err = bind(p, dev);
	accel_program_free(p);
	accel_model_free(m);
	accel_device_close(dev);
	return err;
}

static void sweep(const char *uri)
{
	long n = 0, other = 0, wrong = 0, swallowed = 0;

	for (;;) {
		int result;

		atomic_store(&countdown, ++n);
		result = sequence(uri);
		if (atomic_load(&countdown) > 0) {
			ok(!result, "%s: the sequence passes", uri);
			break;
		}
		wrong += result > 0;
		swallowed += result == 0;
		other += result < 0 && result != -ENOMEM;
		if (result < 0 && result != -ENOMEM)
			note("%ld: %d: %s", n, result, error_message());
	}
	atomic_store(&countdown, -1);
	ok(n > 50, "%ld allocations failed, one by one", n - 1);
	ok(!wrong, "none led to a wrong result");
	ok(!other, "none to another error than -ENOMEM");
	/* What is only wanted, such as a fold or a message, may do without. */
	ok(swallowed <= 3, "%ld of them were not needed", swallowed);
}

struct inside {
	struct accel_program *p;
	const struct accel_array *in, *out;
	int calls, err;
};

static void submit_inside(void *ctx, int done, int total)
{
	struct inside *s = ctx;
	struct accel_job *job;

	(void)done;
	(void)total;
	if (s->calls++)
		return;
	atomic_store(&threads_fail, true);
	s->err = accel_submit(s->p, s->in, s->out, &job);
	atomic_store(&threads_fail, false);
}

/* No more threads: neither a device's nor a job's. */
static void no_threads(void)
{
	struct accel_device *dev;
	struct accel_model *m = NULL;
	struct accel_program *p = NULL;
	struct accel_job *job;
	struct inside inside;
	int8_t x[N] = { 0 }, y[N];
	struct accel_array in = { ACCEL_INT8, 4, { 1, 3, 4, 5 }, x, N };
	struct accel_array out = { ACCEL_INT8, 4, { 1, 3, 4, 5 }, y, N };
	int err;

	atomic_store(&threads_fail, true);
	err = accel_device_open("model:array=8x8", &dev);
	ok(err == -EAGAIN && !dev && strstr(error_message(), "cannot make a thread for the device"), "%s", error_message());
	err = accel_device_open("host:", &dev);
	if (!err)
		err = make_model(&m);
	if (!err)
		err = accel_compile(m, dev, NULL, &p);
	if (!err)
		err = accel_submit(p, &in, &out, &job);
	ok(err == -EAGAIN && !job && strstr(error_message(), "cannot make a thread for a job"), "%s", error_message());
	atomic_store(&threads_fail, false);
	ok(p && !accel_run(p, &in, &out), "and the next run is not kept waiting");
	inside = (struct inside){ p, &in, &out, 0, 0 };
	accel_program_on_progress(p, submit_inside, &inside);
	alarm(60);
	err = accel_run(p, &in, &out);
	alarm(0);
	ok(!err && inside.err == -EAGAIN, "nor is a run whose progress function submits");
	accel_program_free(p);
	accel_model_free(m);
	accel_device_close(dev);
}

int main(void)
{
	sweep("model:array=8x8");
	sweep("host:");
	no_threads();
	return tap_done();
}
