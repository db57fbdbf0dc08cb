// SPDX-License-Identifier: GPL-2.0
/* Syncobjs and jobs. */
#define _GNU_SOURCE
#include "fcn_test.h"

#include <errno.h>
#include <linux/sync_file.h>
#include <string.h>
#include <unistd.h>

int fcn_syncobj(int fd, uint32_t flags, uint32_t *handle)
{
	struct drm_syncobj_create create = { .flags = flags };
	int err = fcn_ioctl(fd, DRM_IOCTL_SYNCOBJ_CREATE, &create);

	*handle = create.handle;
	return err;
}

int fcn_syncobj_destroy(int fd, uint32_t handle)
{
	struct drm_syncobj_destroy destroy = { .handle = handle };

	return fcn_ioctl(fd, DRM_IOCTL_SYNCOBJ_DESTROY, &destroy);
}

int fcn_syncobj_wait(int fd, uint32_t handle, int64_t timeout_ns)
{
	struct drm_syncobj_wait wait = {
		.handles = (uintptr_t)&handle,
		.timeout_nsec = timeout_ns,
		.count_handles = 1,
	};

	return fcn_ioctl(fd, DRM_IOCTL_SYNCOBJ_WAIT, &wait);
}

int fcn_sync_file(int fd, uint32_t handle)
{
	struct drm_syncobj_handle export = {
		.handle = handle,
		.flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
		.fd = -1,
	};
	int err = fcn_ioctl(fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &export);

	return err ? err : export.fd;
}

int fcn_sync_status(int sync_file)
{
	struct sync_file_info info = { .flags = 0 };
	int err = fcn_ioctl(sync_file, SYNC_IOC_FILE_INFO, &info);

	if (err)
		return err;
	return info.status == 1 ? 0 : info.status ? info.status : -EINPROGRESS;
}

int fcn_submit(int fd, struct drm_fcn_accel_job *jobs, uint32_t n, uint32_t priority)
{
	struct drm_fcn_accel_submit submit = {
		.jobs = (uintptr_t)jobs,
		.job_count = n,
		.job_size = sizeof(*jobs),
		.priority = priority,
	};

	return fcn_ioctl(fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &submit);
}

int fcn_job_init(int fd, struct fcn_job *job, uint32_t max_cmd)
{
	int err;

	memset(job, 0, sizeof(*job));
	err = fcn_bo_create(fd, max_cmd * (uint64_t)FCN_CMD_BYTES, 0, &job->cmd);
	return err ? err : fcn_syncobj(fd, 0, &job->out);
}

void fcn_job_exit(int fd, struct fcn_job *job)
{
	fcn_bo_close(fd, &job->cmd);
	fcn_syncobj_destroy(fd, job->out);
}

void fcn_job_abandon(int fd, struct fcn_job *job)
{
	fcn_bo_unmap(&job->cmd);
	close(fd);
}

void fcn_use(struct fcn_job *job, const struct fcn_bo *bo, uint32_t access)
{
	job->ref[job->n_ref++] = (struct drm_fcn_accel_bo_ref){ bo->handle, access };
}

/* Boards whose caches the core does not see: the driver is told where the CPU's turn ends. */
void fcn_hand_over(int fd, const struct fcn_job *job)
{
	fcn_fini(fd, job->cmd.handle, FCN_RW);
	for (uint32_t i = 0; i < job->n_ref; i++)
		fcn_fini(fd, job->ref[i].handle, FCN_RW);
	if (job->perf_handle)
		fcn_fini(fd, job->perf_handle, FCN_RW);
}

int fcn_start(int fd, struct fcn_job *job)
{
	struct drm_fcn_accel_sync out = { .handle = job->out };
	struct drm_fcn_accel_job kernel = {
		.bos = (uintptr_t)job->ref,
		.bo_count = job->n_ref,
		.out_syncs = (uintptr_t)&out,
		.out_sync_count = 1,
		.user_data = job->user_data,
		.cmd_handle = job->cmd.handle,
		.cmd_count = job->n_cmd,
		.perf_handle = job->perf_handle,
		.perf_offset = job->perf_offset,
	};

	fcn_hand_over(fd, job);
	return fcn_submit(fd, &kernel, 1, job->priority);
}

int fcn_finish(int fd, struct fcn_job *job, int seconds, bool *late)
{
	int err = fcn_syncobj_wait(fd, job->out, fcn_now() + seconds * fcn_slow() * FCN_SEC);
	int file;

	*late = err == -ETIME;
	if (err)
		return err;
	for (uint32_t i = 0; i < job->n_ref; i++)
		fcn_prep(fd, job->ref[i].handle, FCN_R, fcn_now() + FCN_SEC);
	if (job->perf_handle)
		fcn_prep(fd, job->perf_handle, FCN_R, fcn_now() + FCN_SEC);
	file = fcn_sync_file(fd, job->out);
	if (file < 0)
		return file;
	err = fcn_sync_status(file);
	close(file);
	return err;
}

int fcn_run(int fd, struct fcn_job *job)
{
	bool late;
	int err = fcn_start(fd, job);

	if (err)
		return err;
	err = fcn_finish(fd, job, 60, &late);
	return late ? -ETIMEDOUT : err;
}
