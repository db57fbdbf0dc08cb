// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduler's side of jobs.
 */

#include <drm/drm_managed.h>

#include "fcn_client.h"
#include "fcn_compat.h"
#include "fcn_device.h"
#include "fcn_fence.h"
#include "fcn_job.h"
#include "fcn_sched.h"
#include "fcn_slots.h"

/*
 * Gives a job to the core.  Others wait for fences while this runs, so no memory is allocated, and
 * no lock is taken that is held where memory is.
 */
static struct dma_fence *fcn_sched_run(struct drm_sched_job *sched_job)
{
	struct fcn_job *job = to_fcn_job(sched_job);
	struct fcn_device *fdev = job->client->fdev;
	struct dma_fence *fence = &job->fence->base;
	unsigned long flags;
	int ret;

	/* The parameters may be changed at any time; the scheduler reads under this lock. */
	spin_lock(&fdev->sched.job_list_lock);
	fdev->sched.timeout = fcn_timeout_jiffies();
	spin_unlock(&fdev->sched.job_list_lock);

	spin_lock_irqsave(&fdev->slot_lock, flags);
	fcn_fence_init(job->fence, fdev, ++fdev->fence_seqno);
	job->fence_ready = true;
	/* For the scheduler; before the job can end. */
	dma_fence_get(fence);
	ret = fcn_slots_add(fdev, job);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);

	if (ret)
		fcn_job_fail(job, ret);
	return fence;
}

/*
 * The scheduler is done with a job.  One that it has cancelled has not been on the core, so its
 * scheduler fence has no parent, and holds neither device nor module: give it one.
 */
static void fcn_sched_free(struct drm_sched_job *sched_job)
{
	struct fcn_job *job = to_fcn_job(sched_job);
	struct fcn_client *client = job->client;

	if (!job->fence_ready) {
		struct dma_fence *fence = &job->fence->base;

		fcn_fence_init(job->fence, client->fdev, 0);
		job->fence_ready = true;
		dma_fence_signal(fence);
		/* Whoever finds the parent finds a fence, see drm_sched_fence_set_parent(). */
		smp_store_release(&sched_job->s_fence->parent, dma_fence_get(fence));
	}
	if (job->counted) {
		job->counted = false;
		fcn_client_return_jobs(client, 1);
	}
	drm_sched_job_cleanup(sched_job);
	fcn_client_job_done(client, job);
}

static const struct drm_sched_backend_ops fcn_sched_ops = {
	.run_job = fcn_sched_run,
	.timedout_job = fcn_sched_timedout,
	.free_job = fcn_sched_free,
};

static void fcn_sched_fini(struct drm_device *drm, void *arg)
{
	struct fcn_device *fdev = arg;

	drm_sched_fini(&fdev->sched);
}

/*
 * The scheduler lives as long as the DRM device, that is, until all files, jobs and fences are
 * gone: they use it even when the core has been unplugged.
 */
int fcn_sched_init(struct fcn_device *fdev)
{
	int ret;

	fdev->fence_context = dma_fence_context_alloc(1);
	ret = fcn_compat_sched_init(&fdev->sched, &fcn_sched_ops, FCN_SLOT_COUNT,
				    fcn_timeout_jiffies(), fdev->drm.dev, "fcn_accel");
	if (ret)
		return ret;
	return drmm_add_action_or_reset(&fdev->drm, fcn_sched_fini, fdev);
}

/* The scheduler starts and frees no jobs until fcn_sched_continue(); several may want that. */
void fcn_sched_pause(struct fcn_device *fdev)
{
	mutex_lock(&fdev->pause_lock);
	if (fdev->pauses++ == 0)
		drm_sched_wqueue_stop(&fdev->sched);
	mutex_unlock(&fdev->pause_lock);
}

void fcn_sched_continue(struct fcn_device *fdev)
{
	mutex_lock(&fdev->pause_lock);
	if (--fdev->pauses == 0)
		drm_sched_wqueue_start(&fdev->sched);
	mutex_unlock(&fdev->pause_lock);
}

/* fcn_sched_timedout() now, and not when a job's time is over; in interrupt context, too. */
void fcn_sched_look(struct fcn_device *fdev)
{
	drm_sched_fault(&fdev->sched);
}
