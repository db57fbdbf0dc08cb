/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between kernels, and nothing else.  Kbuild reads from the kernel's headers which
 * side of each is there.
 */
#ifndef FCN_COMPAT_H
#define FCN_COMPAT_H

#include <drm/gpu_scheduler.h>

static inline int fcn_compat_sched_init(struct drm_gpu_scheduler *sched,
					const struct drm_sched_backend_ops *ops,
					u32 credits, long timeout,
					struct device *dev, const char *name)
{
#if FCN_HAVE_SCHED_INIT_ARGS
	const struct drm_sched_init_args args = {
		.ops = ops,
		.num_rqs = DRM_SCHED_PRIORITY_COUNT,
		.credit_limit = credits,
		.timeout = timeout,
		.name = name,
		.dev = dev,
	};

	return drm_sched_init(sched, &args);
#else
	return drm_sched_init(sched, ops, NULL, DRM_SCHED_PRIORITY_COUNT, credits, 0, timeout,
			      NULL, NULL, name, dev);
#endif
}

static inline int fcn_compat_sched_job_init(struct drm_sched_job *job,
					    struct drm_sched_entity *entity,
					    void *owner, u64 client_id)
{
#if FCN_HAVE_SCHED_CLIENT_ID
	return drm_sched_job_init(job, entity, 1, owner, client_id);
#else
	return drm_sched_job_init(job, entity, 1, owner);
#endif
}

/*
 * The answer of timedout_job() that gives @job back to the scheduler, done or not, and leaves
 * the other jobs alone.  Older kernels have no such answer: there the driver puts the job back on
 * the list of pending jobs, and wakes the worker that frees jobs, because @job may have ended
 * while it was not on the list.  @job may be freed before this returns.
 */
static inline enum drm_gpu_sched_stat fcn_compat_sched_keep(struct drm_sched_job *job)
{
#if FCN_HAVE_SCHED_NO_HANG
	return DRM_GPU_SCHED_STAT_NO_HANG;
#else
	struct drm_gpu_scheduler *sched = job->sched;

	spin_lock(&sched->job_list_lock);
	list_add(&job->list, &sched->pending_list);
	spin_unlock(&sched->job_list_lock);
	queue_work(sched->submit_wq, &sched->work_free_job);
	return DRM_GPU_SCHED_STAT_NOMINAL;
#endif
}

#endif
