/* SPDX-License-Identifier: MIT */
/* drm: jobs, from submission to the end of a wait. */
#ifdef LIBACCEL_DRM
#define _POSIX_C_SOURCE 200809L

#include "backend_drm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xf86drm.h>

#include "drm/fcn_accel_cmd.h"
#include "drm/fcn_accel_regs.h"
#include "error.h"

#define RECORD_BYTES 128
#define RECORDS 32		/* in a buffer object of a coherent device: a page */
#define FULL_TRIES 1000

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- job objects ---- */

static void free_job(struct drm_device *d, struct drm_job *j)
{
	if (j->syncobj)
		drmSyncobjDestroy(d->fd, j->syncobj);
	free(j->ref);
	free(j->range);
	free(j);
}

void drm_jobs_exit(struct drm_device *d)
{
	while (d->job) {
		struct drm_job *j = d->job;

		d->job = j->next;
		free_job(d, j);
	}
	while (d->idle) {
		struct drm_job *j = d->idle;

		d->idle = j->next;
		free_job(d, j);
	}
	d->last = &d->job;
}

/* With the lock held. */
static void put_idle(struct drm_device *d, struct drm_job *j)
{
	j->token = 0;
	j->next = d->idle;
	d->idle = j;
}

/*
 * Makes as many idle jobs as there are records in a buffer object.  Where caches are told whose turn
 * it is, that is for a whole buffer object: a record has one of its own, as its job does not end
 * with others.
 */
static int make_jobs(struct drm_device *d)
{
	const uint32_t records = d->coherent ? RECORDS : 1;
	struct bo *perf;
	int err = drm_bo_create(&d->dev, (size_t)records * RECORD_BYTES, &perf);

	for (uint32_t i = 0; !err && i < records; i++) {
		struct drm_job *j = calloc(1, sizeof(*j));

		if (!j)
			return error(-ENOMEM, "out of memory for a job");
		j->perf = (struct drm_bo *)(void *)perf;
		j->perf_offset = i * RECORD_BYTES;
		pthread_mutex_lock(&d->lock);
		put_idle(d, j);
		pthread_mutex_unlock(&d->lock);
	}
	return err;
}

static struct drm_job *take_idle(struct drm_device *d)
{
	struct drm_job *j;

	pthread_mutex_lock(&d->lock);
	j = d->idle;
	if (j)
		d->idle = j->next;
	pthread_mutex_unlock(&d->lock);
	return j;
}

static int need_syncobj(struct drm_device *d, struct drm_job *j)
{
	if (j->syncobj || !drmSyncobjCreate(d->fd, 0, &j->syncobj))
		return 0;
	j->syncobj = 0;
	return drm_error(d, -errno, "make a syncobj");
}

/* Where the list points to a job; with the lock held. */
static struct drm_job **find_job(struct drm_device *d, uint64_t token)
{
	struct drm_job **at = &d->job;

	while (*at && (*at)->token != token)
		at = &(*at)->next;
	return *at ? at : NULL;
}

/* ---- submission ---- */

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

static uint32_t handle_of(const struct bo *bo)
{
	return ((const struct drm_bo *)(const void *)bo)->handle;
}

static int need_refs(struct drm_job *j, uint32_t n)
{
	struct drm_fcn_accel_bo_ref *ref;
	struct bo_range *range;

	if (n <= j->room)
		return 0;
	ref = realloc(j->ref, n * sizeof(*ref));
	if (ref)
		j->ref = ref;
	range = ref ? realloc(j->range, n * sizeof(*range)) : NULL;
	if (!range)
		return error(-ENOMEM, "out of memory for a job of %u buffers", n - 2);
	j->range = range;
	j->room = n;
	return 0;
}

static void list_ranges(struct drm_job *j, const struct core_job *job)
{
	for (int i = 0; i < job->n_bo; i++)
		j->range[i] = job->bo_range ? job->bo_range[i] :
					      (struct bo_range){ 0, job->bo[i]->size };
	j->range[job->n_bo] = (struct bo_range){ job->cmd_offset,
						 (size_t)job->cmd_count * FCN_CMD_BYTES };
	j->range[job->n_bo + 1] = (struct bo_range){ j->perf_offset, RECORD_BYTES };
}

/*
 * All that the job uses: its buffers, its commands, its record.  The driver adds up the accesses of
 * one that is named twice.
 */
static int list_refs(struct drm_job *j, const struct core_job *job)
{
	uint32_t n = (uint32_t)job->n_bo + 2;
	int err = need_refs(j, n);

	if (err)
		return err;
	list_ranges(j, job);
	for (int i = 0; i < job->n_bo; i++)
		j->ref[i] = (struct drm_fcn_accel_bo_ref){
			handle_of(job->bo[i]),
			DRM_FCN_ACCEL_ACCESS_READ |
			(job->bo_write[i] ? DRM_FCN_ACCEL_ACCESS_WRITE : 0),
		};
	j->ref[n - 2] = (struct drm_fcn_accel_bo_ref){ handle_of(job->cmd),
						       DRM_FCN_ACCEL_ACCESS_READ };
	j->ref[n - 1] = (struct drm_fcn_accel_bo_ref){ j->perf->handle,
						       DRM_FCN_ACCEL_ACCESS_WRITE };
	j->n_ref = n;
	return 0;
}

/*
 * The driver has as many of this file's jobs as it takes: until the oldest that still runs is done.
 * False: none runs, so waiting helps nothing.
 */
static bool wait_for_room(struct drm_device *d)
{
	struct drm_job *j;
	uint32_t syncobj = 0;
	int err;

	pthread_mutex_lock(&d->lock);
	for (j = d->job; j; j = j->next) {
		syncobj = j->syncobj;
		if (drmSyncobjWait(d->fd, &syncobj, 1, 0, 0, NULL) == -ETIME)
			break;
	}
	if (j)
		j->users++;
	pthread_mutex_unlock(&d->lock);
	if (!j)
		return false;
	err = drmSyncobjWait(d->fd, &syncobj, 1, INT64_MAX, 0, NULL);
	pthread_mutex_lock(&d->lock);
	if (!--j->users && !j->token)
		put_idle(d, j);
	pthread_mutex_unlock(&d->lock);
	return !err;
}

static int submit_ioctl(struct drm_device *d, struct drm_fcn_accel_submit *submit)
{
	bool room = true;
	int err;

	for (int i = 0; i < FULL_TRIES; i++) {
		err = drmIoctl(d->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, submit) ? -errno : 0;
		if (err != -ENOSPC || !room)
			break;
		room = wait_for_room(d);
	}
	if (err == -ENOSPC)
		return error(-EBUSY, "%s: the driver takes no more jobs of this device; wait for "
			     "some", d->path);
	return err ? drm_error(d, err, "submit a job") : 0;
}

static int run(struct drm_device *d, struct drm_job *j, const struct core_job *job)
{
	struct drm_fcn_accel_sync out = { .handle = j->syncobj };
	struct drm_fcn_accel_job kernel = {
		.bos = (uintptr_t)j->ref,
		.bo_count = j->n_ref,
		.out_syncs = (uintptr_t)&out,
		.out_sync_count = 1,
		.user_data = j->token,
		.cmd_handle = handle_of(job->cmd),
		.cmd_offset = (uint32_t)job->cmd_offset,
		.cmd_count = job->cmd_count,
		.perf_handle = j->perf->handle,
		.perf_offset = j->perf_offset,
	};
	struct drm_fcn_accel_submit submit = {
		.jobs = (uintptr_t)&kernel,
		.job_count = 1,
		.job_size = sizeof(kernel),
		.priority = DRM_FCN_ACCEL_PRIORITY_NORMAL,
	};
	int err;

	memset((char *)j->perf->bo.map + j->perf_offset, 0, RECORD_BYTES);
	err = drm_bo_to_core(d, j);
	j->start_ns = now();
	return err ? err : submit_ioctl(d, &submit);
}

int drm_submit(struct core_device *dev, const struct core_job *job, uint64_t *token)
{
	struct drm_device *d = drm_device(dev);
	struct drm_job *j;
	int err = check_job(job);

	while (!err && !(j = take_idle(d)))
		err = make_jobs(d);
	if (err)
		return err;
	pthread_mutex_lock(&d->lock);
	j->token = ++d->tokens;
	pthread_mutex_unlock(&d->lock);
	err = need_syncobj(d, j);
	if (!err)
		err = list_refs(j, job);
	if (!err)
		err = run(d, j, job);
	*token = j->token;
	pthread_mutex_lock(&d->lock);
	j->next = NULL;
	if (err) {
		put_idle(d, j);
	} else {
		*d->last = j;
		d->last = &j->next;
	}
	pthread_mutex_unlock(&d->lock);
	return err;
}

/* ---- waiting ---- */

static void unlink_job(struct drm_device *d, struct drm_job **at)
{
	struct drm_job *j = *at;

	*at = j->next;
	if (d->last == &j->next)
		d->last = at;
	j->token = 0;
}

/* The first thread to see the end takes the job out of the list; false: another has. */
static bool end_wait(struct drm_device *d, struct drm_job *j, uint64_t token, bool used_up)
{
	struct drm_job **at;
	bool ours = true;

	pthread_mutex_lock(&d->lock);
	if (used_up) {
		at = find_job(d, token);
		ours = at != NULL;
		if (at)
			unlink_job(d, at);
	}
	if (!--j->users && !j->token)
		put_idle(d, j);
	pthread_mutex_unlock(&d->lock);
	return ours;
}

static int no_job(uint64_t token)
{
	return error(-EINVAL, "there is no job %llu to wait for", (unsigned long long)token);
}

int drm_wait(struct core_device *dev, uint64_t token, int64_t timeout_ns,
	     struct core_result *result)
{
	struct drm_device *d = drm_device(dev);
	struct drm_job *j, **at;
	int err;

	pthread_mutex_lock(&d->lock);
	at = find_job(d, token);
	j = at ? *at : NULL;
	if (j)
		j->users++;
	pthread_mutex_unlock(&d->lock);
	if (!j)
		return no_job(token);
	err = drmSyncobjWait(d->fd, &j->syncobj, 1, timeout_ns, 0, NULL);
	if (err == -ETIME) {
		end_wait(d, j, token, false);
		return error(-ETIMEDOUT, "the job is not done yet");
	}
	if (err) {
		drm_error(d, err, "wait for a job");
	} else {
		err = drm_bo_to_host(d, j);
		if (!err)
			err = drm_result(d, j, result);
	}
	return end_wait(d, j, token, true) ? err : no_job(token);
}

/* Only the clock is known here: the driver counts no commands. */
void drm_progress(struct core_device *dev, uint64_t token, struct core_progress *p)
{
	struct drm_device *d = drm_device(dev);
	struct drm_job **at;

	*p = (struct core_progress){ 0, 0 };
	pthread_mutex_lock(&d->lock);
	at = find_job(d, token);
	if (at)
		p->cycles = (uint64_t)((double)(now() - (*at)->start_ns) * 1e-9 *
				       (double)d->clock_hz);
	pthread_mutex_unlock(&d->lock);
}

int drm_fence(struct core_device *dev, uint64_t token)
{
	struct drm_device *d = drm_device(dev);
	struct drm_job **at;
	int fd = -1, err = 0;

	pthread_mutex_lock(&d->lock);
	at = find_job(d, token);
	if (at && drmSyncobjExportSyncFile(d->fd, (*at)->syncobj, &fd))
		err = -errno;
	pthread_mutex_unlock(&d->lock);
	if (!at)
		return no_job(token);
	return err ? drm_error(d, err, "make a fence of a job") : fd;
}

#else

typedef int built_without_libdrm;

#endif
