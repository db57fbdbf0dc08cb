/* SPDX-License-Identifier: MIT */
/* accel_run(), and runs in a thread of their own. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "error.h"
#include "runtime.h"

/* No errno is as low. */
#define NO_FENCE INT_MIN

struct accel_job {
	struct accel_program *p;
	struct value *in, *out;		/* data: the job's */
	void **to;			/* where the application wants the outputs */
	uint64_t number;	/* of its turn; set with the lock held */
	pthread_t thread;
	bool started;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool done, copied;
	int err;
	char message[ERROR_SIZE];	/* of the run's error */
	int fence;		/* NO_FENCE: not yet; another negative: why there is none */
};

/* ---- arrays of the application ---- */

static bool is_bound(struct accel_program *p, int index, bool in)
{
	int region = program_io_region(p, index, in);
	bool bound;

	pthread_mutex_lock(&p->lock);
	bound = region >= 0 && p->binding[region].buf;
	pthread_mutex_unlock(&p->lock);
	return bound;
}

/* As many values as the graph has inputs (outputs); data NULL: bound. */
static int get_values(struct accel_program *p, const struct accel_array *a, bool in,
		      struct value **out)
{
	const struct graph *g = p->g;
	int n = in ? g->n_in : g->n_out, err = 0;
	struct value *v = calloc((size_t)n + 1, sizeof(*v));

	if (!v)
		return error(-ENOMEM, "out of memory for a run");
	for (int i = 0; !err && i < n; i++) {
		const struct tensor *t = &g->tensor[in ? g->in[i] : g->out[i]];

		v[i] = (struct value){ t->dtype, t->shape, NULL };
		if (is_bound(p, i, in))
			continue;
		if (!a)
			err = error(-EINVAL, "no array is given for %s '%s'",
				    in ? "input" : "output", t->name);
		else
			err = array_check(&a[i], t->dtype, &t->shape, in ? "input" : "output",
					  t->name);
		if (!err)
			v[i].data = a[i].data;
	}
	if (err) {
		free(v);
		return err;
	}
	*out = v;
	return 0;
}

int accel_run(struct accel_program *prog, const struct accel_array *inputs,
	      const struct accel_array *outputs)
{
	struct value *in = NULL, *out = NULL;
	int err = turn_check(prog);

	if (err)
		return err;
	turn_wait(prog, turn_draw(prog));
	err = get_values(prog, inputs, true, &in);
	if (!err)
		err = get_values(prog, outputs, false, &out);
	if (!err)
		err = run_program(prog, in, out, NULL);
	turn_end(prog);
	free(in);
	free(out);
	return err;
}

/* ---- jobs ---- */

static bool has_fences(const struct accel_program *p)
{
	return !p->place && p->dev->core && p->dev->core->ops->fence;
}

static void submitted(void *ctx, int fence)
{
	struct accel_job *job = ctx;

	pthread_mutex_lock(&job->lock);
	job->fence = fence;
	pthread_cond_broadcast(&job->changed);
	pthread_mutex_unlock(&job->lock);
}

static void *job_thread(void *arg)
{
	struct accel_job *job = arg;
	const struct run_watch watch = { submitted, job };
	uint64_t number;
	int err;

	/* start() holds the lock until there is a number. */
	pthread_mutex_lock(&job->lock);
	number = job->number;
	pthread_mutex_unlock(&job->lock);
	turn_wait(job->p, number);
	err = run_program(job->p, job->in, job->out, has_fences(job->p) ? &watch : NULL);
	turn_end(job->p);
	pthread_mutex_lock(&job->lock);
	job->err = err;
	strcpy(job->message, err ? error_message() : "");
	job->done = true;
	pthread_cond_broadcast(&job->changed);
	pthread_mutex_unlock(&job->lock);
	return NULL;
}

static size_t size_of(const struct value *v)
{
	return value_size(v->dtype, &v->shape);
}

/* Memory of the job's own for every value; of inputs, with a copy. */
static int own_values(struct value *v, int n, bool copy)
{
	int err = 0;

	for (int i = 0; i < n; i++) {
		void *own = NULL;

		if (v[i].data && !err) {
			own = malloc(size_of(&v[i]) + 1);
			err = own ? 0 : error(-ENOMEM, "out of memory for a job's arrays");
		}
		if (own && copy)
			memcpy(own, v[i].data, size_of(&v[i]));
		v[i].data = own;
	}
	return err;
}

/* The first loop of own_values() that fails leaves only memory of the job's. */
static int take_arrays(struct accel_job *job, const struct accel_array *inputs,
		       const struct accel_array *outputs)
{
	const struct graph *g = job->p->g;
	int err;

	err = get_values(job->p, inputs, true, &job->in);
	if (err)
		return err;
	err = own_values(job->in, g->n_in, true);
	if (err)
		return err;
	err = get_values(job->p, outputs, false, &job->out);
	if (err)
		return err;
	job->to = calloc((size_t)g->n_out + 1, sizeof(*job->to));
	for (int i = 0; job->to && i < g->n_out; i++)
		job->to[i] = job->out[i].data;
	err = own_values(job->out, g->n_out, false);
	return err || job->to ? err : error(-ENOMEM, "out of memory for a job");
}

static struct accel_job *new_job(struct accel_program *p)
{
	struct accel_job *job = calloc(1, sizeof(*job));
	pthread_condattr_t monotonic;

	if (!job)
		return NULL;
	pthread_mutex_init(&job->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&job->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	job->p = program_get(p);
	job->fence = NO_FENCE;
	return job;
}

/*
 * The number is drawn here, so that jobs run in the order of their submission; but not before there is
 * a thread to call it off: a progress function's turn does not end as long as it waits for another.
 */
static int start(struct accel_job *job)
{
	int err;

	pthread_mutex_lock(&job->lock);
	err = -pthread_create(&job->thread, NULL, job_thread, job);
	if (!err) {
		job->number = turn_draw(job->p);
		job->started = true;
	}
	pthread_mutex_unlock(&job->lock);
	return err ? error(err, "cannot make a thread for a job: %s", strerror(-err)) : 0;
}

int accel_submit(struct accel_program *prog, const struct accel_array *inputs,
		 const struct accel_array *outputs, struct accel_job **out)
{
	struct accel_job *job;
	int err = device_check(prog->dev);

	*out = NULL;
	if (err)
		return err;
	job = new_job(prog);
	if (!job)
		return error(-ENOMEM, "out of memory for a job");
	err = take_arrays(job, inputs, outputs);
	if (!err)
		err = start(job);
	if (err) {
		accel_job_free(job);
		return err;
	}
	*out = job;
	return 0;
}

static bool wait_done(struct accel_job *job, int64_t timeout_ns)
{
	struct timespec until = {
		.tv_sec = (time_t)(timeout_ns / 1000000000),
		.tv_nsec = (long)(timeout_ns % 1000000000),
	};

	while (!job->done) {
		if (timeout_ns == INT64_MAX)
			pthread_cond_wait(&job->changed, &job->lock);
		else if (timeout_ns <= 0 ||
			 pthread_cond_timedwait(&job->changed, &job->lock, &until))
			break;
	}
	return job->done;
}

static void copy_outputs(struct accel_job *job)
{
	for (int i = 0; i < job->p->g->n_out; i++)
		if (job->to[i])
			memcpy(job->to[i], job->out[i].data, size_of(&job->out[i]));
	job->copied = true;
}

int accel_job_wait(struct accel_job *job, int64_t timeout_ns)
{
	int err = turn_check(job->p);

	if (err)
		return err;
	pthread_mutex_lock(&job->lock);
	if (!wait_done(job, timeout_ns))
		err = error(-ETIMEDOUT, "the job is not done yet");
	else if (job->err)
		err = error(job->err, "%s", job->message);
	else if (!job->copied)
		copy_outputs(job);
	pthread_mutex_unlock(&job->lock);
	return err;
}

/* Under the lock; the fence exists, or the run is over without having made one. */
static int copy_fence(const struct accel_job *job)
{
	int fd;

	if (job->fence == NO_FENCE)
		return job->err ? error(job->err, "%s", job->message) :
				  error(-ENOTSUP, "the core had nothing to do in this run");
	if (job->fence < 0)
		return error(job->fence, "%s: a fence of the job could not be made: %s",
			     job->p->dev->uri, strerror(-job->fence));
	fd = fcntl(job->fence, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? error(-errno, "cannot copy a fence: %s", strerror(errno)) : fd;
}

int accel_job_fence(struct accel_job *job)
{
	int fd = turn_check(job->p);

	if (fd)
		return fd;
	if (!has_fences(job->p))
		return error(-ENOTSUP, "%s has no fences; use accel_job_wait()", job->p->dev->uri);
	pthread_mutex_lock(&job->lock);
	while (job->fence == NO_FENCE && !job->done)
		pthread_cond_wait(&job->changed, &job->lock);
	fd = copy_fence(job);
	pthread_mutex_unlock(&job->lock);
	return fd;
}

static void free_values(struct value *v, int n)
{
	for (int i = 0; v && i < n; i++)
		free(v[i].data);
	free(v);
}

void accel_job_free(struct accel_job *job)
{
	if (!job || !device_ours(job->p->dev))
		return;
	if (job->started)
		pthread_join(job->thread, NULL);
	free_values(job->in, job->p->g->n_in);
	free_values(job->out, job->p->g->n_out);
	free(job->to);
	if (job->fence >= 0)
		close(job->fence);
	accel_program_free(job->p);
	pthread_cond_destroy(&job->changed);
	pthread_mutex_destroy(&job->lock);
	free(job);
}
