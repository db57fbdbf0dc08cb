/* SPDX-License-Identifier: MIT */
/*
 * The thread of a core in process.  It alone holds the register window: it fills the two job slots
 * from the device's queue, lets the core run, and serves interrupts.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <string.h>

#include "backend_sim.h"
#include "drm/fcn_accel_regs.h"

#define PATIENCE 256	/* runs without progress before a job is aborted */

static int start_job(struct sim_device *d, unsigned slot, struct sim_job *job)
{
	bool changed = sim_memory_take_changed(&d->memory);
	uint32_t flush = changed ? FCN_SLOT_CMD_COUNT_TLB_FLUSH_MASK : 0;
	uint32_t perf = d->perf->va + SIM_PERF_BYTES * slot;
	const struct { unsigned off; uint32_t value; } write[] = {
		{ FCN_REG_SLOT_ROOT(slot), sim_memory_root() },
		{ FCN_REG_SLOT_CMD_VA(slot), job->cmd_va },
		{ FCN_REG_SLOT_CMD_COUNT(slot), job->cmd_count | flush },
		{ FCN_REG_SLOT_PERF_VA(slot), perf | FCN_SLOT_PERF_VA_ENABLE_MASK },
		{ FCN_REG_SLOT_SEQNO(slot), (uint32_t)job->token },
	};
	int err = 0;

	d->slot[slot] = job;
	job->state = JOB_RUNNING;
	memset((uint8_t *)d->perf->map + SIM_PERF_BYTES * slot, 0, SIM_PERF_BYTES);
	for (size_t i = 0; !err && i < sizeof(write) / sizeof(write[0]); i++)
		err = d->ops->write(d->chip, write[i].off, write[i].value);
	return err;
}

static struct sim_job *next_queued(struct sim_device *d)
{
	struct sim_job *job = d->first;

	while (job && job->state != JOB_QUEUED)
		job = job->next;
	return job;
}

static int fill_slots(struct sim_device *d)
{
	int err = 0;

	for (unsigned slot = 0; !err && slot < SIM_SLOTS; slot++) {
		struct sim_job *job = d->slot[slot] ? NULL : next_queued(d);

		if (job)
			err = start_job(d, slot, job);
	}
	return err;
}

static bool busy(const struct sim_device *d)
{
	for (unsigned slot = 0; slot < SIM_SLOTS; slot++)
		if (d->slot[slot])
			return true;
	return false;
}

static void finish(struct sim_device *d, struct sim_job *job, int err)
{
	job->err = err;
	job->state = JOB_DONE;
	d->completed = job->token;
	pthread_cond_broadcast(&d->done);
}

/* Takes the result of a slot's job if its completion record has been written. */
static bool collect(struct sim_device *d, unsigned slot)
{
	struct sim_job *job = d->slot[slot];
	uint32_t record[4];

	if (!job || sim_memory_read(&d->memory, sim_memory_record(slot), record, sizeof(record)) ||
	    record[0] != (uint32_t)job->token)
		return false;
	job->result.cause = record[1];
	job->result.fault_addr = record[2];
	job->result.fault_cmd = record[3];
	memcpy(job->result.perf, (uint8_t *)d->perf->map + SIM_PERF_BYTES * slot, SIM_PERF_BYTES);
	d->slot[slot] = NULL;
	finish(d, job, 0);
	return true;
}

/* In the order in which the jobs ran, so that d->completed only grows. */
static bool collect_all(struct sim_device *d)
{
	bool second = d->slot[0] && d->slot[1] && d->slot[1]->token < d->slot[0]->token, any = false;

	if (second)
		any = collect(d, 1);
	for (unsigned slot = 0; slot < SIM_SLOTS; slot++)
		any |= collect(d, slot);
	if (any) {
		d->stalled = 0;
		d->aborting = false;
	}
	return any;
}

/* First the interrupt is cleared, then records are read: one that comes later raises it again. */
static int serve(struct sim_device *d)
{
	int err = d->ops->write(d->chip, FCN_REG_IRQ_STATUS, UINT32_MAX);

	if (err)
		return err;
	collect_all(d);
	d->stalled = 0;
	d->aborting = false;
	return 0;
}

/* The job that runs is the older one. */
static unsigned running_slot(const struct sim_device *d)
{
	return !d->slot[0] || (d->slot[1] && d->slot[1]->token < d->slot[0]->token);
}

/* A job that moves nothing for long is aborted; when that does not help the core is lost. */
static int watch(struct sim_device *d)
{
	uint32_t progress = 0;
	int err = d->ops->read(d->chip, FCN_REG_PROGRESS, &progress);

	if (err)
		return err;
	/* Registers of a core that is gone read as ones; PROGRESS may be that, the identity is not. */
	if (progress == UINT32_MAX) {
		uint32_t id = 0;

		err = d->ops->read(d->chip, FCN_REG_ID, &id);
		if (err || id == UINT32_MAX)
			return -ENODEV;
	}
	if (progress != d->seen_progress)
		d->stalled = 0;
	d->seen_progress = progress;
	/* Before a job is blamed: an interrupt may be lost, its record is not. */
	if (++d->stalled < PATIENCE || collect_all(d))
		return 0;
	if (d->aborting)
		return -ENODEV;
	d->aborting = true;
	d->stalled = 0;
	return d->ops->write(d->chip, FCN_REG_SLOT_ABORT(running_slot(d)),
			     FCN_SLOT_ABORT_ABORT_MASK);
}

static void give_up(struct sim_device *d)
{
	d->dead = true;
	for (struct sim_job *job = d->first; job; job = job->next)
		if (job->state != JOB_DONE)
			finish(d, job, -ENODEV);
	memset(d->slot, 0, sizeof(d->slot));
}

/* Lets the core run for some milliseconds, without the lock. */
static int run(struct sim_device *d)
{
	struct core_progress progress = { 0, 0 };
	bool interrupt;

	pthread_mutex_unlock(&d->lock);
	interrupt = d->ops->run(d->chip);
	d->ops->progress(d->chip, &progress);
	pthread_mutex_lock(&d->lock);
	if (interrupt)
		return serve(d);
	d->slot[running_slot(d)]->progress = progress;
	return watch(d);
}

void *sim_device_thread(void *arg)
{
	struct sim_device *d = arg;

	pthread_mutex_lock(&d->lock);
	while (!d->stop) {
		int err = d->dead ? 0 : fill_slots(d);

		if (!err && busy(d))
			err = run(d);
		else if (!err)
			pthread_cond_wait(&d->work, &d->lock);
		if (err)
			give_up(d);
		sim_memory_reap(&d->memory, d->completed);
	}
	pthread_mutex_unlock(&d->lock);
	return NULL;
}
