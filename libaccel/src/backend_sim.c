/* SPDX-License-Identifier: MIT */
/*
 * A core in process, driven as Documentation/programmers-guide.md says: its start, and what the
 * rest of libaccel may ask of it.  Jobs go into a queue, which the device's thread works off
 * (backend_sim_thread.c).
 */
#define _GNU_SOURCE

#include "backend_sim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drm/fcn_accel_cmd.h"
#include "drm/fcn_accel_regs.h"
#include "error.h"

_Static_assert(SIM_SLOTS == FCN_SLOT_COUNT, "as many slots as the core has");

#define RESET_TRIES 1000

static struct sim_device *sim_device(struct core_device *dev)
{
	return (struct sim_device *)(void *)dev;
}

static int op_bo_create(struct core_device *dev, size_t size, struct bo **bo)
{
	return sim_bo_create(&sim_device(dev)->memory, size, bo);
}

static void op_bo_free(struct core_device *dev, struct bo *bo)
{
	struct sim_device *d = sim_device(dev);

	pthread_mutex_lock(&d->lock);
	sim_bo_free(&d->memory, bo, d->submitted);
	sim_memory_reap(&d->memory, d->completed);
	pthread_mutex_unlock(&d->lock);
}

static int check_job(const struct core_job *job)
{
	size_t size = job->cmd->size, bytes = (size_t)job->cmd_count * FCN_CMD_BYTES;

	if (job->cmd_offset % FCN_CMD_BYTES)
		return error(-EINVAL, "a job's commands start at byte %zu of their buffer; "
			     "it must be a multiple of %d", job->cmd_offset, FCN_CMD_BYTES);
	if (job->cmd_count > FCN_SLOT_CMD_COUNT_COUNT_MASK || job->cmd_offset > size ||
	    bytes > size - job->cmd_offset)
		return error(-EINVAL, "a job's %u commands do not fit in their buffer of %zu bytes",
			     job->cmd_count, size);
	return 0;
}

static int op_submit(struct core_device *dev, const struct core_job *job, uint64_t *token)
{
	struct sim_device *d = sim_device(dev);
	struct sim_job *j;
	int err = check_job(job);

	if (err)
		return err;
	j = calloc(1, sizeof(*j));
	if (!j)
		return error(-ENOMEM, "out of memory for a job");
	j->cmd_va = job->cmd->va + (uint32_t)job->cmd_offset;
	j->cmd_count = job->cmd_count;
	pthread_mutex_lock(&d->lock);
	if (d->dead) {
		pthread_mutex_unlock(&d->lock);
		free(j);
		return error(-ENODEV, "the core has stopped answering; open the device again");
	}
	*token = j->token = ++d->submitted;
	*d->last = j;
	d->last = &j->next;
	pthread_cond_signal(&d->work);
	pthread_mutex_unlock(&d->lock);
	return 0;
}

/* Where the list points to a job. */
static struct sim_job **find_job(struct sim_device *d, uint64_t token)
{
	struct sim_job **at = &d->first;

	while (*at && (*at)->token != token)
		at = &(*at)->next;
	return *at ? at : NULL;
}

/* Until the job is done; -ETIMEDOUT.  pthread_cond_timedwait() takes no time for ever. */
static int wait_done(struct sim_device *d, const struct sim_job *job, int64_t timeout_ns)
{
	struct timespec until = {
		.tv_sec = (time_t)(timeout_ns / 1000000000),
		.tv_nsec = (long)(timeout_ns % 1000000000),
	};

	while (job->state != JOB_DONE) {
		if (timeout_ns == INT64_MAX)
			pthread_cond_wait(&d->done, &d->lock);
		else if (timeout_ns <= 0 || pthread_cond_timedwait(&d->done, &d->lock, &until))
			return job->state == JOB_DONE ? 0 : -ETIMEDOUT;
	}
	return 0;
}

static void unlink_job(struct sim_device *d, struct sim_job **at)
{
	struct sim_job *job = *at;

	*at = job->next;
	if (d->last == &job->next)
		d->last = at;
}

static int op_wait(struct core_device *dev, uint64_t token, int64_t timeout_ns,
		   struct core_result *result)
{
	struct sim_device *d = sim_device(dev);
	struct sim_job **at, *job = NULL;
	int err = -EINVAL;

	pthread_mutex_lock(&d->lock);
	at = find_job(d, token);
	if (at) {
		job = *at;
		err = wait_done(d, job, timeout_ns);
	}
	if (at && !err) {
		err = job->err;
		*result = job->result;
		unlink_job(d, find_job(d, token));	/* the list may have changed */
		free(job);
	}
	pthread_mutex_unlock(&d->lock);
	if (err == -EINVAL)
		return error(err, "there is no job %llu to wait for", (unsigned long long)token);
	if (err == -ETIMEDOUT)
		return error(err, "the job is not done yet");
	return err ? error(err, "the core has stopped answering; open the device again") : 0;
}

static void op_progress(struct core_device *dev, uint64_t token, struct core_progress *p)
{
	struct sim_device *d = sim_device(dev);
	struct sim_job **at;

	*p = (struct core_progress){ 0, 0 };
	pthread_mutex_lock(&d->lock);
	at = find_job(d, token);
	if (at)
		*p = (*at)->progress;
	pthread_mutex_unlock(&d->lock);
}

static void op_close(struct core_device *dev)
{
	struct sim_device *d = sim_device(dev);

	pthread_mutex_lock(&d->lock);
	d->stop = true;
	pthread_cond_signal(&d->work);
	pthread_mutex_unlock(&d->lock);
	pthread_join(d->thread, NULL);
	d->ops->destroy(d->chip);
	sim_device_free(d);
}

static const struct core_ops sim_ops = {
	.close = op_close,
	.bo_create = op_bo_create,
	.bo_free = op_bo_free,
	.submit = op_submit,
	.wait = op_wait,
	.progress = op_progress,
};

/* ---- life ---- */

int sim_device_new(struct sim_device **out)
{
	struct sim_device *d = calloc(1, sizeof(*d));
	pthread_condattr_t monotonic;
	int err;

	*out = NULL;
	if (!d)
		return error(-ENOMEM, "out of memory for a device");
	err = sim_memory_init(&d->memory);
	if (err) {
		free(d);
		return err;
	}
	d->last = &d->first;
	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&d->work, NULL);
	pthread_cond_init(&d->done, &monotonic);
	pthread_condattr_destroy(&monotonic);
	*out = d;
	return 0;
}

struct sim_memory *sim_device_memory(struct sim_device *d)
{
	return &d->memory;
}

void sim_device_free(struct sim_device *d)
{
	while (d->first) {
		struct sim_job *job = d->first;

		d->first = job->next;
		free(job);
	}
	sim_memory_exit(&d->memory);
	pthread_cond_destroy(&d->work);
	pthread_cond_destroy(&d->done);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

static int read_config(struct sim_device *d)
{
	struct core_registers r = { 0 };
	uint32_t id = 0;
	int err = d->ops->read(d->chip, FCN_REG_ID, &id);

	if (!err)
		err = d->ops->read(d->chip, FCN_REG_VERSION, &r.version);
	for (unsigned i = 0; !err && i < 3; i++)
		err = d->ops->read(d->chip, FCN_REG_CONFIG0 + 4 * i, &r.config[i]);
	if (err)
		return err;
	core_config_decode(&r, &d->dev);
	return id == FCN_ID_MAGIC && d->dev.version_major == 1 ? 0 : -ENODEV;
}

/* "Start" of the programmer's guide. */
static int start_chip(struct sim_device *d)
{
	uint64_t records = sim_memory_record(0);
	uint32_t ctrl = 1;
	int err = d->ops->write(d->chip, FCN_REG_CTRL, FCN_CTRL_RESET_MASK);

	for (int i = 0; !err && (ctrl & FCN_CTRL_RESET_MASK); i++)
		err = i < RESET_TRIES ? d->ops->read(d->chip, FCN_REG_CTRL, &ctrl) : -ETIMEDOUT;
	if (!err)
		err = read_config(d);
	if (!err)
		err = d->ops->write(d->chip, FCN_REG_SEQNO_ADDR_HI, (uint32_t)(records >> 32));
	if (!err)
		err = d->ops->write(d->chip, FCN_REG_SEQNO_ADDR_LO, (uint32_t)records);
	if (!err)
		err = d->ops->write(d->chip, FCN_REG_IRQ_ENABLE,
				    FCN_IRQ_ENABLE_DONE_MASK | FCN_IRQ_ENABLE_FAULT_MASK |
				    FCN_IRQ_ENABLE_SEQNO_ERR_MASK);
	return err;
}

int sim_device_start(struct sim_device *d, const struct sim_chip_ops *ops, void *chip,
		     const char *what, bool cycles_real, struct core_device **dev)
{
	int err;

	d->ops = ops;
	d->chip = chip;
	d->dev.ops = &sim_ops;
	d->dev.cycles_real = cycles_real;
	err = start_chip(d);
	if (err)
		error(-ENODEV, "the core did not start: %s", strerror(-err));
	else
		err = sim_bo_create(&d->memory, SIM_SLOTS * SIM_PERF_BYTES, &d->perf);
	if (!err) {
		err = -pthread_create(&d->thread, NULL, sim_device_thread, d);
		if (err)
			error(err, "cannot make a thread for the device: %s", strerror(-err));
	}
	if (err) {
		ops->destroy(chip);
		sim_device_free(d);
		return err;
	}
	snprintf(d->dev.description, sizeof(d->dev.description), "%s, %u x %u", what,
		 d->dev.config.rows, d->dev.config.cols);
	*dev = &d->dev;
	return 0;
}
