/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_JOB_H
#define FCN_JOB_H

#include <linux/ktime.h>
#include <linux/types.h>

#include <drm/gpu_scheduler.h>

#include <drm/fcn_accel.h>

struct drm_gem_object;
struct fcn_client;
struct fcn_fence;

/* What the core says about a job that has ended. */
struct fcn_outcome {
	u32 cause;
	u32 addr;
	u32 cmd;
};

/**
 * struct fcn_job - A command stream to run
 */
struct fcn_job {
	struct drm_sched_job base;
	/** @client: the job has a reference */
	struct fcn_client *client;
	/** @fence: not yet a fence before run_job() */
	struct fcn_fence *fence;
	bool fence_ready;
	/** @pm_held: the job keeps the device awake */
	bool pm_held;
	/** @counted: against the file's job limit */
	bool counted;

	/** @link: in the client's jobs, then done; guarded by job_lock */
	struct list_head link;
	/** @id: counts the file's jobs, from 1; guarded by job_lock */
	u64 id;
	/** @ended: about to signal: whoever sees the fence has to see this; no lock */
	bool ended;

	/** @cmd_bo: for the core dump; the job has a reference */
	struct drm_gem_object *cmd_bo;
	u64 cmd_offset;
	u64 user_data;
	/* As the slot's registers want them. */
	u32 cmd_va;
	u32 cmd_count;
	u32 perf_va;

	/** @start: when the core began with it; guarded by slot_lock, as what follows */
	ktime_t start;
	/** @abort_error: why the driver ends it, 0: it does not */
	int abort_error;
	/** @progress: PROGRESS as the last timeout has seen it */
	u32 progress;
	bool progress_valid;

	/** @outcome: written once, before the fence signals */
	struct fcn_outcome outcome;
	/** @error: the fence's error */
	int error;
	/** @fault: what the file is told about it, if it is one */
	struct drm_fcn_accel_fault_query fault;
};

#define to_fcn_job(job) container_of(job, struct fcn_job, base)

struct fcn_job *fcn_job_create(struct fcn_client *client, struct drm_sched_entity *entity);
void fcn_job_destroy(struct fcn_job *job);
void fcn_job_ended(struct fcn_job *job);
void fcn_job_fail(struct fcn_job *job, int error);

/* fcn_client.c */
void fcn_client_job_done(struct fcn_client *client, struct fcn_job *job);

#endif
