// SPDX-License-Identifier: GPL-2.0
/*
 * Jobs: from memory to memory.  fcn_submit.c makes them, fcn_sched.c runs them.
 */

#include <linux/pm_runtime.h>
#include <linux/slab.h>

#include <drm/drm_gem.h>

#include "fcn_client.h"
#include "fcn_compat.h"
#include "fcn_device.h"
#include "fcn_fault.h"
#include "fcn_fence.h"
#include "fcn_job.h"

/**
 * fcn_job_create() - Allocate all that a job will ever need
 * @client: open file
 * @entity: its queue
 *
 * The device is awake from here until fcn_job_destroy().
 */
struct fcn_job *fcn_job_create(struct fcn_client *client, struct drm_sched_entity *entity)
{
	struct device *dev = client->fdev->drm.dev;
	struct fcn_job *job;
	int ret;

	job = kzalloc(sizeof(*job), GFP_KERNEL);
	if (!job)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&job->link);
	job->fence = fcn_fence_alloc(client->keepalive);
	if (!job->fence) {
		ret = -ENOMEM;
		goto err_free;
	}
	ret = pm_runtime_resume_and_get(dev);
	if (ret < 0) {
		ret = -ENODEV;
		goto err_fence;
	}
	/* It did not wake up. */
	if (READ_ONCE(client->fdev->state) == FCN_HW_GONE) {
		ret = -ENODEV;
		goto err_pm;
	}
	job->pm_held = true;
	ret = fcn_compat_sched_job_init(&job->base, entity, client, client->drm_id);
	if (ret)
		goto err_pm;
	job->client = fcn_client_get(client);
	return job;

err_pm:
	pm_runtime_put_autosuspend(dev);
err_fence:
	fcn_fence_free(job->fence);
err_free:
	kfree(job);
	return ERR_PTR(ret);
}

/* May sleep, and take locks under which memory is allocated. */
void fcn_job_destroy(struct fcn_job *job)
{
	struct fcn_client *client = job->client;

	if (job->error)
		fcn_fault_report(job);
	if (job->cmd_bo)
		drm_gem_object_put(job->cmd_bo);
	if (job->fence_ready)
		dma_fence_put(&job->fence->base);
	else
		fcn_fence_free(job->fence);
	if (job->pm_held) {
		pm_runtime_mark_last_busy(client->fdev->drm.dev);
		pm_runtime_put_autosuspend(client->fdev->drm.dev);
	}
	kfree(job);
	fcn_client_put(client);
}

/* Signals the job's fence; the job may be gone afterwards. */
static void fcn_job_signal(struct fcn_job *job)
{
	struct dma_fence *fence = dma_fence_get(&job->fence->base);

	if (job->counted) {
		job->counted = false;
		fcn_client_return_jobs(job->client, 1);
	}
	if (job->error)
		dma_fence_set_error(fence, job->error);
	/* fcn_vm_take_closed() */
	smp_store_release(&job->ended, true);
	dma_fence_signal(fence);
	dma_fence_put(fence);
}

/**
 * fcn_job_ended() - The core is done with a job, well or not
 * @job: job, with its outcome; it may be gone afterwards
 *
 * Called in interrupt context, too.
 */
void fcn_job_ended(struct fcn_job *job)
{
	struct fcn_client *client = job->client;

	atomic64_inc(&client->jobs_done);
	job->error = fcn_fault_error(job);
	if (job->error)
		fcn_fault_note(job);
	fcn_job_signal(job);
}

/* Ends a job that is not on the core; it may be gone afterwards. */
void fcn_job_fail(struct fcn_job *job, int error)
{
	job->error = error;
	fcn_fault_note(job);
	fcn_job_signal(job);
}
