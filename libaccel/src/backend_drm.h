/* SPDX-License-Identifier: MIT */
/*
 * drm: a core behind the kernel's fcn_accel driver, through libdrm.  Here the kernel is the driver:
 * it has the page tables, the queue and the faults; this side keeps handles, and one syncobj and
 * one performance record for every job that nobody has waited for yet.
 *
 * One device is one open file, and so one address space in the core's MMU: processes do not see
 * each other, and two devices of one process neither.
 */
#ifndef LIBACCEL_BACKEND_DRM_H
#define LIBACCEL_BACKEND_DRM_H

#include <pthread.h>

#include "backend.h"
#include "drm/fcn_accel.h"

struct drm_bo {
	struct bo bo;
	struct drm_bo *next;
	uint32_t handle;
	int dmabuf;		/* of an import: through which its memory is mapped; else -1 */
};

/* A job from submit() until wait() has its result; afterwards kept for the next submit(). */
struct drm_job {
	struct drm_job *next;
	uint64_t token;
	uint32_t syncobj;
	struct drm_bo *perf;	/* the buffer object of the record, and where in it */
	uint32_t perf_offset;
	int64_t start_ns;
	unsigned users;		/* threads in wait() */
	struct drm_fcn_accel_bo_ref *ref;
	struct bo_range *range;	/* of the buffer object of each ref */
	uint32_t n_ref, room;
};

struct drm_device {
	struct core_device dev;
	int fd;
	char path[64];
	bool coherent;
	uint64_t clock_hz;	/* 0: unknown */
	uint64_t va_bytes;	/* of the address space, as far as it has 32 bits */

	pthread_mutex_t lock;	/* of what follows */
	struct drm_bo *bo;
	unsigned n_import;	/* bos that are mapped through a dma-buf */
	struct drm_job *job, **last;	/* oldest first */
	struct drm_job *idle;
	uint64_t tokens;
};

static inline struct drm_device *drm_device(struct core_device *dev)
{
	return (struct drm_device *)(void *)dev;
}

/* A message for an errno of the kernel's: "PATH: cannot WHAT: why"; -ENODEV: what it means here. */
int drm_error(const struct drm_device *d, int err, const char *what);

/* ---- backend_drm_bo.c ---- */

int drm_bo_create(struct core_device *dev, size_t size, struct bo **bo);
int drm_bo_import(struct core_device *dev, int dmabuf_fd, struct bo **bo);
int drm_bo_export(struct core_device *dev, struct bo *bo);
void drm_bo_free(struct core_device *dev, struct bo *bo);

/* Between the host's accesses and the core's, where caches or exporters need to be told. */
int drm_bo_to_core(struct drm_device *d, const struct drm_job *job);
int drm_bo_to_host(struct drm_device *d, const struct drm_job *job);

/* ---- backend_drm_job.c, backend_drm_fault.c ---- */

int drm_submit(struct core_device *dev, const struct core_job *job, uint64_t *token);
int drm_wait(struct core_device *dev, uint64_t token, int64_t timeout_ns,
	     struct core_result *result);
void drm_progress(struct core_device *dev, uint64_t token, struct core_progress *p);
int drm_fence(struct core_device *dev, uint64_t token);
void drm_jobs_exit(struct drm_device *d);

/* Of a job whose fence has signalled: 0 with *result filled, or -ENODEV, -ENOMEM, .... */
int drm_result(const struct drm_device *d, const struct drm_job *job, struct core_result *result);

#endif
