/* SPDX-License-Identifier: MIT */
/* drm: how a job ended. */
#ifdef LIBACCEL_DRM
#define _POSIX_C_SOURCE 200809L

#include "backend_drm.h"

#include <errno.h>
#include <linux/sync_file.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#include "drm/fcn_accel_regs.h"

/* The high half of a record's first number: its version, 0 where no record was written. */
static bool has_record(const struct core_result *result)
{
	return result->perf[0] >> 32;
}

/* The negative errno of the job's fence, 0 for none. */
static int fence_error(const struct drm_device *d, const struct drm_job *job, int *error)
{
	struct sync_file_info info = { 0 };
	int fd, err = 0;

	if (drmSyncobjExportSyncFile(d->fd, job->syncobj, &fd))
		return drm_error(d, -errno, "ask how a job ended");
	if (drmIoctl(fd, SYNC_IOC_FILE_INFO, &info))
		err = drm_error(d, -errno, "ask how a job ended");
	close(fd);
	*error = info.status < 0 ? info.status : 0;
	return err;
}

/* The driver's account of the job's fault; false: it has none, or no longer. */
static bool find_fault(const struct drm_device *d, uint64_t token,
		       struct drm_fcn_accel_fault_query *fault)
{
	*fault = (struct drm_fcn_accel_fault_query){ .index = 0 };
	while (!drmIoctl(d->fd, DRM_IOCTL_FCN_ACCEL_FAULT_QUERY, fault)) {
		if (fault->user_data == token)
			return true;
		if (fault->index <= 1)
			return false;
		fault->index--;
	}
	return false;
}

/* What an error stands for when nothing else is known. */
static uint32_t cause_of(int error)
{
	switch (error) {
	case -EINVAL:
		return FCN_CAUSE_ILLEGAL;
	case -EFAULT:
		return FCN_CAUSE_MMU_INVALID;
	case -EIO:
		return FCN_CAUSE_BUS_READ;
	case -EDEADLK:
		return FCN_CAUSE_DEADLOCK;
	default:
		return FCN_CAUSE_ABORTED;
	}
}

int drm_result(const struct drm_device *d, const struct drm_job *job, struct core_result *result)
{
	struct drm_fcn_accel_fault_query fault;
	int err, error = 0;

	*result = (struct core_result){ 0 };
	memcpy(result->perf, (const char *)job->perf->bo.map + job->perf_offset,
	       sizeof(result->perf));
	/*
	 * A record is written by jobs that ended well, and by no other: no need to ask.  Unless caches
	 * or bounce buffers are in between: they may bring back that of an earlier job.
	 */
	if (d->coherent && has_record(result))
		return 0;
	err = fence_error(d, job, &error);
	if (err || error || !has_record(result))
		memset(result->perf, 0, sizeof(result->perf));
	if (err || !error)
		return err;
	if (error == -ENODEV)
		return drm_error(d, error, "run a job");
	result->cause = cause_of(error);
	if (find_fault(d, job->token, &fault)) {
		result->fault_addr = fault.addr;
		result->fault_cmd = fault.cmd;
		if (fault.cause)
			result->cause = fault.cause;
	}
	return 0;
}

#else

typedef int built_without_libdrm;

#endif
