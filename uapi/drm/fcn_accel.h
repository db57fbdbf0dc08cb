/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * User-space interface of the fcn_accel driver: DRM accel node /dev/accel/accelN of an fcnaccel
 * convolution core.
 *
 * A client creates buffer objects, writes a command stream into one (fcn_accel_cmd.h), and
 * submits jobs.  Every open file has an address space of its own in the core's MMU: each of the
 * file's buffer objects is mapped there as long as the file has a handle for it.  Commands name
 * those addresses.  The driver never reads a command; one that names an address outside the
 * file's buffer objects ends its job with a fault and does nothing else.
 *
 * Rules of all ioctls
 *  - Reserved fields and unknown flags must be 0, else -EINVAL.  Nothing has been done when an
 *    ioctl fails, except that its structure cannot be written to: -EFAULT comes afterwards then.
 *  - -EFAULT: a pointer to unreadable or unwritable memory.  -ENOENT: no such handle.  -ENOMEM: out
 *    of memory, or over the file's memory limit.  -EINTR: a signal came; call again.
 *  - -ENODEV: the device is gone.  Or it is lost: it did not come back from a reset; then open(),
 *    BO_CREATE, SUBMIT and imports fail, and the rest works on.
 *  - Timeouts are absolute times of CLOCK_MONOTONIC in nanoseconds; one that has passed asks
 *    without waiting.  -ETIME when it passes.
 *  - Structures are the same for 32-bit and 64-bit callers.
 *  - Fields are marked Input, Output, or both.  Output fields need not be set before the call.
 *
 * Error of a job's fence (sync file, syncobj)
 *    -EINVAL     the core refused a command
 *    -EFAULT     the MMU refused an address
 *    -EIO        the bus answered with an error
 *    -EDEADLK    the command stream's tokens deadlocked
 *    -ETIME      no progress, or over the cap on a job's run time
 *    -ESRCH      the file was closed
 *    -ECANCELED  the machine was suspended, and the job did not end in time
 *    -ENODEV     the device is gone, or lost
 * DRM_IOCTL_FCN_ACCEL_FAULT_QUERY tells the details.
 *
 * Versions (DRM_IOCTL_VERSION, name "fcn_accel")
 *    1.0  first
 */
#ifndef _UAPI_FCN_ACCEL_H_
#define _UAPI_FCN_ACCEL_H_

#include "drm.h"

#if defined(__cplusplus)
extern "C" {
#endif

#define FCN_ACCEL_UAPI_MAJOR	1
#define FCN_ACCEL_UAPI_MINOR	0

#define DRM_FCN_ACCEL_GET_PARAM		0x00
#define DRM_FCN_ACCEL_BO_CREATE		0x01
#define DRM_FCN_ACCEL_BO_INFO		0x02
#define DRM_FCN_ACCEL_BO_CPU_PREP	0x03
#define DRM_FCN_ACCEL_BO_CPU_FINI	0x04
#define DRM_FCN_ACCEL_SUBMIT		0x05
#define DRM_FCN_ACCEL_FAULT_QUERY	0x06

/* What DRM_IOCTL_FCN_ACCEL_GET_PARAM tells.  A later minor version may add parameters. */
enum drm_fcn_accel_param {
	/*
	 * The core's registers VERSION, CONFIG0, CONFIG1, CONFIG2 as they are; fields:
	 * fcn_accel_regs.h.
	 */
	DRM_FCN_ACCEL_PARAM_CORE_VERSION = 0,
	DRM_FCN_ACCEL_PARAM_CONFIG0 = 1,
	DRM_FCN_ACCEL_PARAM_CONFIG1 = 2,
	DRM_FCN_ACCEL_PARAM_CONFIG2 = 3,
	/* Bounds of a file's device addresses: first, and one behind the last. */
	DRM_FCN_ACCEL_PARAM_VA_START = 4,
	DRM_FCN_ACCEL_PARAM_VA_END = 5,
	/*
	 * Bytes that the buffer objects of one file may have in sum; one whose last handle was
	 * closed counts until the jobs that were submitted before are done.
	 */
	DRM_FCN_ACCEL_PARAM_FILE_MEMORY_LIMIT = 6,
	/* Jobs that one file may have queued and running in sum, and jobs in one SUBMIT. */
	DRM_FCN_ACCEL_PARAM_FILE_JOB_LIMIT = 7,
	/* The absolute cap on a job's run time, in milliseconds; 0: none. */
	DRM_FCN_ACCEL_PARAM_JOB_CAP_MS = 8,
	/* 1: the core and the CPU see each other's writes without BO_CPU_PREP and BO_CPU_FINI. */
	DRM_FCN_ACCEL_PARAM_COHERENT = 9,
	/* Times that the core has been reset since the driver was bound to it. */
	DRM_FCN_ACCEL_PARAM_RESET_COUNT = 10,
	/* The core's clock in hertz; 0: unknown. */
	DRM_FCN_ACCEL_PARAM_CLOCK_HZ = 11,
};

/**
 * struct drm_fcn_accel_get_param - DRM_IOCTL_FCN_ACCEL_GET_PARAM: one number about the device
 *
 * -EINVAL: no such parameter.
 */
struct drm_fcn_accel_get_param {
	/** @param: Input: enum drm_fcn_accel_param */
	__u32 param;
	/** @pad: Reserved, must be 0 */
	__u32 pad;
	/** @value: Output */
	__u64 value;
};

/* The core may only read the buffer object; a job's write to it is a fault. */
#define DRM_FCN_ACCEL_BO_CORE_READ_ONLY	(1u << 0)

/**
 * struct drm_fcn_accel_bo_create - DRM_IOCTL_FCN_ACCEL_BO_CREATE: a zeroed buffer object
 *
 * It lives as long as a handle, a mapping, an exported dma-buf or a job refers to it.
 * -EINVAL: size is 0 or does not fit into the address space.  -ENOSPC: no room left in the file's
 * address space.
 */
struct drm_fcn_accel_bo_create {
	/** @size: Input: bytes; Output: the same rounded up to whole pages */
	__u64 size;
	/** @flags: Input: DRM_FCN_ACCEL_BO_… */
	__u32 flags;
	/** @handle: Output: not 0 */
	__u32 handle;
};

/**
 * struct drm_fcn_accel_bo_info - DRM_IOCTL_FCN_ACCEL_BO_INFO: where a buffer object is
 *
 * For buffer objects of any origin, imported dma-bufs included.
 */
struct drm_fcn_accel_bo_info {
	/** @handle: Input */
	__u32 handle;
	/** @flags: Output: DRM_FCN_ACCEL_BO_… */
	__u32 flags;
	/** @size: Output: bytes, whole pages */
	__u64 size;
	/** @va: Output: its address in this file's device address space; page aligned */
	__u64 va;
	/**
	 * @mmap_offset: Output: offset for mmap() of the device file; 0: an import, to be mapped
	 * through its exporter
	 */
	__u64 mmap_offset;
};

/* What the CPU, or a job, does with a buffer object. */
#define DRM_FCN_ACCEL_ACCESS_READ	(1u << 0)
#define DRM_FCN_ACCEL_ACCESS_WRITE	(1u << 1)

/**
 * struct drm_fcn_accel_bo_cpu_prep - DRM_IOCTL_FCN_ACCEL_BO_CPU_PREP: begin of an access by the CPU
 *
 * Waits for jobs that write the buffer object (for a write: for all that use it), then makes what
 * they wrote visible to the CPU.  A job that failed counts as done: its error is in its fence
 * alone.
 */
struct drm_fcn_accel_bo_cpu_prep {
	/** @handle: Input */
	__u32 handle;
	/** @flags: Input: DRM_FCN_ACCEL_ACCESS_…, at least one */
	__u32 flags;
	/** @timeout_ns: Input: absolute */
	__s64 timeout_ns;
};

/**
 * struct drm_fcn_accel_bo_cpu_fini - DRM_IOCTL_FCN_ACCEL_BO_CPU_FINI: end of an access by the CPU
 *
 * Makes what the CPU wrote visible to jobs that are submitted afterwards.
 */
struct drm_fcn_accel_bo_cpu_fini {
	/** @handle: Input */
	__u32 handle;
	/** @flags: Input: as given to DRM_IOCTL_FCN_ACCEL_BO_CPU_PREP */
	__u32 flags;
};

/** struct drm_fcn_accel_bo_ref - A buffer object that a job uses */
struct drm_fcn_accel_bo_ref {
	/** @handle: Input */
	__u32 handle;
	/**
	 * @access: Input: DRM_FCN_ACCEL_ACCESS_…, at least one; says what the job's fence is to
	 * others, not what the MMU allows
	 */
	__u32 access;
};

/** struct drm_fcn_accel_sync - A syncobj that a job waits for or signals */
struct drm_fcn_accel_sync {
	/** @handle: Input: syncobj */
	__u32 handle;
	/** @flags: Reserved, must be 0 */
	__u32 flags;
	/** @point: Input: point of a timeline syncobj; 0: a binary one */
	__u64 point;
};

/**
 * struct drm_fcn_accel_job - One command stream to run
 *
 * It starts when the fences of @in_syncs have signalled, and those that the reservation objects
 * of its buffer objects hold against its accesses.  A buffer object whose handle is closed stays
 * mapped until all jobs that the file submitted before are done, and is out of reach of those that
 * it submits then; one that a job uses but does not name is not waited for.
 */
struct drm_fcn_accel_job {
	/**
	 * @bos: Input: pointer to @bo_count struct drm_fcn_accel_bo_ref; duplicates are allowed,
	 * their accesses add up
	 */
	__u64 bos;
	/** @in_syncs: Input: pointer to @in_sync_count struct drm_fcn_accel_sync */
	__u64 in_syncs;
	/**
	 * @out_syncs: Input: pointer to @out_sync_count struct drm_fcn_accel_sync: they get the
	 * job's fence
	 */
	__u64 out_syncs;
	/** @user_data: Input: comes back in struct drm_fcn_accel_fault_query */
	__u64 user_data;
	/** @bo_count: Input: may be 0; at most 65536 */
	__u32 bo_count;
	/** @in_sync_count: Input: at most 1024 */
	__u32 in_sync_count;
	/** @out_sync_count: Input: at most 1024 */
	__u32 out_sync_count;
	/** @cmd_handle: Input: buffer object of the commands; counts as read */
	__u32 cmd_handle;
	/** @cmd_offset: Input: first command, bytes, a multiple of 64 */
	__u32 cmd_offset;
	/**
	 * @cmd_count: Input: commands of 64 bytes; at most 2^24 - 1, and inside the buffer object
	 */
	__u32 cmd_count;
	/**
	 * @perf_handle: Input: buffer object for the performance record of 128 bytes; counts as
	 * written; 0: none is wanted
	 */
	__u32 perf_handle;
	/** @perf_offset: Input: bytes, a multiple of 128; 0 without @perf_handle */
	__u32 perf_offset;
	/** @flags: Reserved, must be 0 */
	__u32 flags;
	/** @pad: Reserved, must be 0 */
	__u32 pad;
};

/*
 * Of the jobs whose in-fences have signalled, those of a higher priority are given to the core
 * first.  It is given two jobs at a time; what it has been given is not overtaken.  (That is so
 * unless gpu_sched.sched_policy=2, not the default, makes Linux' scheduler weigh priorities.)
 * HIGH needs CAP_SYS_NICE, else -EPERM.
 */
enum drm_fcn_accel_priority {
	DRM_FCN_ACCEL_PRIORITY_NORMAL = 0,
	DRM_FCN_ACCEL_PRIORITY_LOW = 1,
	DRM_FCN_ACCEL_PRIORITY_HIGH = 2,
};

/**
 * struct drm_fcn_accel_submit - DRM_IOCTL_FCN_ACCEL_SUBMIT: queues jobs
 *
 * All jobs of a call are queued, or none.  Jobs of one file and priority run in the order of
 * their submission.  @in_syncs are looked up before any job is queued: a job does not wait for
 * @out_syncs of an earlier one of the same call, and need not.
 * -ENOSPC: over the file's job limit.  -E2BIG: @job_size is larger than the driver knows and its
 * tail is not 0, or larger than a page.  -EINVAL: no jobs, a @job_size of 0, an unknown priority,
 * an in-sync without a fence.
 */
struct drm_fcn_accel_submit {
	/**
	 * @jobs: Input: pointer to @job_count structures of @job_size bytes that start with
	 * struct drm_fcn_accel_job
	 */
	__u64 jobs;
	/** @job_count: Input: at least 1 */
	__u32 job_count;
	/**
	 * @job_size: Input: sizeof(struct drm_fcn_accel_job) as the caller knows it; what a
	 * shorter one lacks counts as 0
	 */
	__u32 job_size;
	/** @priority: Input: enum drm_fcn_accel_priority */
	__u32 priority;
	/** @flags: Reserved, must be 0 */
	__u32 flags;
};

/**
 * struct drm_fcn_accel_fault_query - DRM_IOCTL_FCN_ACCEL_FAULT_QUERY: one of the file's last faults
 *
 * The driver keeps a file's last 16 faults.  -ENOENT: no fault of that number, or no longer.
 */
struct drm_fcn_accel_fault_query {
	/** @index: Input: number of the fault, from 1; 0: the last one; Output: its number */
	__u64 index;
	/** @count: Output: faults that this file has had */
	__u64 count;
	/** @user_data: Output: the job's */
	__u64 user_data;
	/** @time_ns: Output: when it was handled, CLOCK_MONOTONIC */
	__u64 time_ns;
	/**
	 * @cause: Output: FCN_CAUSE_… of fcn_accel_regs.h; 0: the driver ended the job (@error
	 * says why)
	 */
	__u32 cause;
	/** @error: Output: the positive errno that the job's fence carries negated */
	__u32 error;
	/** @addr: Output: device address; its grain depends on @cause, see fcn_accel_regs.h */
	__u32 addr;
	/** @cmd: Output: index of the command in the stream */
	__u32 cmd;
};

#define DRM_IOCTL_FCN_ACCEL_GET_PARAM \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_FCN_ACCEL_GET_PARAM, struct drm_fcn_accel_get_param)
#define DRM_IOCTL_FCN_ACCEL_BO_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_FCN_ACCEL_BO_CREATE, struct drm_fcn_accel_bo_create)
#define DRM_IOCTL_FCN_ACCEL_BO_INFO \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_FCN_ACCEL_BO_INFO, struct drm_fcn_accel_bo_info)
#define DRM_IOCTL_FCN_ACCEL_BO_CPU_PREP \
	DRM_IOW(DRM_COMMAND_BASE + DRM_FCN_ACCEL_BO_CPU_PREP, struct drm_fcn_accel_bo_cpu_prep)
#define DRM_IOCTL_FCN_ACCEL_BO_CPU_FINI \
	DRM_IOW(DRM_COMMAND_BASE + DRM_FCN_ACCEL_BO_CPU_FINI, struct drm_fcn_accel_bo_cpu_fini)
#define DRM_IOCTL_FCN_ACCEL_SUBMIT \
	DRM_IOW(DRM_COMMAND_BASE + DRM_FCN_ACCEL_SUBMIT, struct drm_fcn_accel_submit)
#define DRM_IOCTL_FCN_ACCEL_FAULT_QUERY \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_FCN_ACCEL_FAULT_QUERY, struct drm_fcn_accel_fault_query)

#if defined(__cplusplus)
}
#endif

#endif
