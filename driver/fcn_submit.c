// SPDX-License-Identifier: GPL-2.0
/*
 * SUBMIT: from what user space wrote to jobs in the scheduler.
 */

/**
 * DOC: Submission
 *
 * First everything is copied from user space, with no lock held: a page may take as long as its
 * owner likes.  The jobs count already, which bounds what a file can have copied.  All else that
 * can fail follows, for all jobs of the call: look-ups, memory, waking the device, locks, fence
 * slots, dependencies.  Then nothing can fail: the jobs are armed and pushed, and their fences are
 * put into reservation objects and syncobjs.
 *
 * Jobs of one call go into one queue, and the core runs them in its order.  So a job needs no fence
 * of an earlier one of the same call.
 */

#include <linux/capability.h>
#include <linux/dma-fence-chain.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <drm/drm_drv.h>
#include <drm/drm_exec.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_print.h>
#include <drm/drm_syncobj.h>

#include <drm/fcn_accel_regs.h>

#include "fcn_client.h"
#include "fcn_device.h"
#include "fcn_gem.h"
#include "fcn_job.h"
#include "fcn_submit.h"
#include "fcn_trace.h"

#define FCN_MAX_BOS		65536
#define FCN_MAX_SYNCS		1024
#define FCN_CMD_BYTES		64
#define FCN_PERF_BYTES		128
#define FCN_ACCESS		(DRM_FCN_ACCEL_ACCESS_READ | DRM_FCN_ACCEL_ACCESS_WRITE)
/* A write and a read of one queue; later ones replace them. */
#define FCN_FENCES_PER_BO	2

struct fcn_submit_bo {
	struct drm_gem_object *obj;
	bool write;
};

struct fcn_submit_out {
	struct drm_syncobj *syncobj;
	struct dma_fence_chain *chain;
	u64 point;
};

/* One job on its way. */
struct fcn_submit_job {
	/* What user space wrote: the job and its lists. */
	struct drm_fcn_accel_job args;
	struct drm_fcn_accel_bo_ref *refs;
	struct drm_fcn_accel_sync *in_syncs;
	struct drm_fcn_accel_sync *out_syncs;

	struct fcn_job *job;
	/* Until the job is armed, NULL; then its fence. */
	struct dma_fence *fence;
	struct fcn_submit_bo *bos;
	u32 bo_count;
	struct fcn_submit_out *outs;
	u32 out_count;
};

struct fcn_submit {
	struct fcn_client *client;
	struct drm_file *file;
	u32 priority;
	struct drm_sched_entity *entity;
	struct fcn_submit_job *jobs;
	u32 count;
};

static struct drm_device *fcn_submit_drm(const struct fcn_submit *submit)
{
	return &submit->client->fdev->drm;
}

/*
 * Lists may be long, and each fence is compared with those that a job has already: others get their
 * turn, and a process that is killed does not go on.
 */
static int fcn_submit_breathe(void)
{
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static int fcn_submit_add_bo(struct fcn_submit *submit, struct fcn_submit_job *sj, u32 handle,
			     u32 access)
{
	struct fcn_submit_bo *bo = &sj->bos[sj->bo_count];

	bo->obj = drm_gem_object_lookup(submit->file, handle);
	if (!bo->obj) {
		drm_dbg(fcn_submit_drm(submit), "SUBMIT: no buffer object %u\n", handle);
		return -ENOENT;
	}
	bo->write = access & DRM_FCN_ACCEL_ACCESS_WRITE;
	sj->bo_count++;
	return 0;
}

static int fcn_submit_add_bos(struct fcn_submit *submit, struct fcn_submit_job *sj)
{
	int ret = 0;

	for (u32 i = 0; i < sj->args.bo_count && !ret; i++) {
		const struct drm_fcn_accel_bo_ref *ref = &sj->refs[i];

		if (!ref->access || ref->access & ~FCN_ACCESS) {
			drm_dbg(fcn_submit_drm(submit), "SUBMIT: access 0x%x\n", ref->access);
			return -EINVAL;
		}
		ret = fcn_submit_add_bo(submit, sj, ref->handle, ref->access);
		if (!ret)
			ret = fcn_submit_breathe();
	}
	return ret;
}

/* The device address of [offset, offset + bytes) of a buffer object that was added last. */
static int fcn_submit_locate(struct fcn_submit *submit, struct fcn_submit_job *sj, u64 offset,
			     u64 bytes, u32 *va)
{
	struct drm_gem_object *obj = sj->bos[sj->bo_count - 1].obj;
	u64 base;
	int ret;

	if (offset > obj->size || bytes > obj->size - offset) {
		drm_dbg(fcn_submit_drm(submit), "SUBMIT: %llu bytes at %llu of %zu\n", bytes,
			offset, obj->size);
		return -EINVAL;
	}
	ret = fcn_vm_find_bo(submit->client, to_fcn_bo(obj), &base);
	if (ret)
		return ret;
	*va = base + offset;
	return 0;
}

static int fcn_submit_add_commands(struct fcn_submit *submit, struct fcn_submit_job *sj)
{
	const struct drm_fcn_accel_job *args = &sj->args;
	struct fcn_job *job = sj->job;
	int ret;

	ret = fcn_submit_add_bo(submit, sj, args->cmd_handle, DRM_FCN_ACCEL_ACCESS_READ);
	if (ret)
		return ret;
	ret = fcn_submit_locate(submit, sj, args->cmd_offset,
				(u64)args->cmd_count * FCN_CMD_BYTES, &job->cmd_va);
	if (ret)
		return ret;
	job->cmd_bo = sj->bos[sj->bo_count - 1].obj;
	drm_gem_object_get(job->cmd_bo);
	job->cmd_offset = args->cmd_offset;
	job->cmd_count = args->cmd_count;
	job->user_data = args->user_data;

	if (!args->perf_handle)
		return 0;
	ret = fcn_submit_add_bo(submit, sj, args->perf_handle, DRM_FCN_ACCEL_ACCESS_WRITE);
	if (ret)
		return ret;
	ret = fcn_submit_locate(submit, sj, args->perf_offset, FCN_PERF_BYTES, &job->perf_va);
	job->perf_va |= FCN_SLOT_PERF_VA_ENABLE_MASK;
	return ret;
}

static int fcn_submit_add_in_syncs(struct fcn_submit *submit, struct fcn_submit_job *sj)
{
	struct dma_fence *fence;
	int ret = 0;

	for (u32 i = 0; i < sj->args.in_sync_count && !ret; i++) {
		const struct drm_fcn_accel_sync *sync = &sj->in_syncs[i];

		if (sync->flags)
			return -EINVAL;
		ret = drm_syncobj_find_fence(submit->file, sync->handle, sync->point, 0, &fence);
		/* Consumes the fence, well or not. */
		if (!ret)
			ret = drm_sched_job_add_dependency(&sj->job->base, fence);
		if (!ret)
			ret = fcn_submit_breathe();
	}
	return ret;
}

static int fcn_submit_add_out_syncs(struct fcn_submit *submit, struct fcn_submit_job *sj)
{
	for (u32 i = 0; i < sj->args.out_sync_count; i++) {
		const struct drm_fcn_accel_sync *sync = &sj->out_syncs[i];
		struct fcn_submit_out *out = &sj->outs[i];

		if (sync->flags)
			return -EINVAL;
		out->syncobj = drm_syncobj_find(submit->file, sync->handle);
		if (!out->syncobj)
			return -ENOENT;
		sj->out_count++;
		out->point = sync->point;
		if (!out->point)
			continue;
		out->chain = dma_fence_chain_alloc();
		if (!out->chain)
			return -ENOMEM;
	}
	return 0;
}

static int fcn_submit_check(struct fcn_submit *submit, const struct drm_fcn_accel_job *args)
{
	struct drm_device *drm = fcn_submit_drm(submit);

	if (args->flags || args->pad) {
		drm_dbg(drm, "SUBMIT: job flags 0x%x, pad 0x%x\n", args->flags, args->pad);
		return -EINVAL;
	}
	if (args->bo_count > FCN_MAX_BOS || args->in_sync_count > FCN_MAX_SYNCS ||
	    args->out_sync_count > FCN_MAX_SYNCS) {
		drm_dbg(drm, "SUBMIT: %u buffer objects, %u and %u syncobjs\n", args->bo_count,
			args->in_sync_count, args->out_sync_count);
		return -EINVAL;
	}
	if (args->cmd_count > FCN_SLOT_CMD_COUNT_COUNT_MASK ||
	    !IS_ALIGNED(args->cmd_offset, FCN_CMD_BYTES)) {
		drm_dbg(drm, "SUBMIT: %u commands at %u\n", args->cmd_count, args->cmd_offset);
		return -EINVAL;
	}
	if (!IS_ALIGNED(args->perf_offset, FCN_PERF_BYTES) ||
	    (!args->perf_handle && args->perf_offset)) {
		drm_dbg(drm, "SUBMIT: performance record %u at %u\n", args->perf_handle,
			args->perf_offset);
		return -EINVAL;
	}
	return 0;
}

/* Copies an array; NULL when it is empty. */
static void *fcn_submit_copy_array(u64 from, u32 count, size_t size)
{
	void *to;

	if (!count)
		return NULL;
	to = kvmalloc_array(count, size, GFP_KERNEL_ACCOUNT);
	if (!to)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(to, u64_to_user_ptr(from), count * size)) {
		kvfree(to);
		return ERR_PTR(-EFAULT);
	}
	return to;
}

/* The job's structure is there, its lists are not. */
static int fcn_submit_copy_lists(struct fcn_submit_job *sj)
{
	const struct drm_fcn_accel_job *args = &sj->args;
	void *list;

	list = fcn_submit_copy_array(args->bos, args->bo_count, sizeof(*sj->refs));
	if (IS_ERR(list))
		return PTR_ERR(list);
	sj->refs = list;
	list = fcn_submit_copy_array(args->in_syncs, args->in_sync_count, sizeof(*sj->in_syncs));
	if (IS_ERR(list))
		return PTR_ERR(list);
	sj->in_syncs = list;
	list = fcn_submit_copy_array(args->out_syncs, args->out_sync_count,
				     sizeof(*sj->out_syncs));
	if (IS_ERR(list))
		return PTR_ERR(list);
	sj->out_syncs = list;
	return 0;
}

static int fcn_submit_copy(struct fcn_submit *submit, const struct drm_fcn_accel_submit *args)
{
	submit->jobs = kvcalloc(submit->count, sizeof(*submit->jobs), GFP_KERNEL_ACCOUNT);
	if (!submit->jobs)
		return -ENOMEM;
	for (u32 i = 0; i < submit->count; i++) {
		const u64 addr = args->jobs + (u64)i * args->job_size;
		struct fcn_submit_job *sj = &submit->jobs[i];
		int ret;

		ret = copy_struct_from_user(&sj->args, sizeof(sj->args), u64_to_user_ptr(addr),
					    args->job_size);
		if (!ret)
			ret = fcn_submit_check(submit, &sj->args);
		if (!ret)
			ret = fcn_submit_copy_lists(sj);
		if (ret)
			return ret;
	}
	return 0;
}

/* One job of the call, up to its fences. */
static int fcn_submit_parse(struct fcn_submit *submit, struct fcn_submit_job *sj)
{
	struct fcn_job *job;
	int ret;

	/* Two more for commands and performance record. */
	sj->bos = kvcalloc(sj->args.bo_count + 2, sizeof(*sj->bos), GFP_KERNEL_ACCOUNT);
	sj->outs = kvcalloc(sj->args.out_sync_count, sizeof(*sj->outs), GFP_KERNEL_ACCOUNT);
	if (!sj->bos || !sj->outs)
		return -ENOMEM;
	job = fcn_job_create(submit->client, submit->entity);
	if (IS_ERR(job))
		return PTR_ERR(job);
	sj->job = job;

	ret = fcn_submit_add_bos(submit, sj);
	if (!ret)
		ret = fcn_submit_add_commands(submit, sj);
	if (!ret)
		ret = fcn_submit_add_in_syncs(submit, sj);
	if (!ret)
		ret = fcn_submit_add_out_syncs(submit, sj);
	return ret;
}

/* Locks all buffer objects of all jobs, with room for their fences. */
static int fcn_submit_lock(struct fcn_submit *submit, struct drm_exec *exec)
{
	drm_exec_init(exec, DRM_EXEC_INTERRUPTIBLE_WAIT | DRM_EXEC_IGNORE_DUPLICATES, 0);
	drm_exec_until_all_locked(exec) {
		for (u32 i = 0; i < submit->count; i++) {
			const struct fcn_submit_job *sj = &submit->jobs[i];

			for (u32 j = 0; j < sj->bo_count; j++) {
				int ret = drm_exec_prepare_obj(exec, sj->bos[j].obj,
							       FCN_FENCES_PER_BO);

				drm_exec_retry_on_contention(exec);
				if (!ret)
					ret = fcn_submit_breathe();
				if (ret)
					return ret;
			}
		}
	}
	return 0;
}

static int fcn_submit_add_implicit(struct fcn_submit *submit)
{
	for (u32 i = 0; i < submit->count; i++) {
		const struct fcn_submit_job *sj = &submit->jobs[i];

		for (u32 j = 0; j < sj->bo_count; j++) {
			int ret = drm_sched_job_add_implicit_dependencies(&sj->job->base,
									  sj->bos[j].obj,
									  sj->bos[j].write);
			if (!ret)
				ret = fcn_submit_breathe();
			if (ret)
				return ret;
		}
	}
	return 0;
}

/* The point of no return. */
static void fcn_submit_push(struct fcn_submit *submit)
{
	struct fcn_client *client = submit->client;

	mutex_lock(&client->submit_lock);
	for (u32 i = 0; i < submit->count; i++) {
		struct fcn_submit_job *sj = &submit->jobs[i];
		struct fcn_job *job = sj->job;

		cond_resched();
		drm_sched_job_arm(&job->base);
		sj->fence = dma_fence_get(&job->base.s_fence->finished);
		for (u32 j = 0; j < sj->bo_count; j++)
			dma_resv_add_fence(sj->bos[j].obj->resv, sj->fence,
					   sj->bos[j].write ? DMA_RESV_USAGE_WRITE :
							      DMA_RESV_USAGE_READ);

		job->counted = true;
		spin_lock(&client->job_lock);
		job->id = ++client->submitted;
		list_add_tail(&job->link, &client->jobs);
		spin_unlock(&client->job_lock);

		trace_fcn_job_submit(job, submit->priority);
		/* The job may be done and gone when this returns. */
		drm_sched_entity_push_job(&job->base);
		sj->job = NULL;
	}
	mutex_unlock(&client->submit_lock);
}

static void fcn_submit_signal(struct fcn_submit *submit)
{
	for (u32 i = 0; i < submit->count; i++) {
		const struct fcn_submit_job *sj = &submit->jobs[i];

		for (u32 j = 0; j < sj->out_count; j++) {
			struct fcn_submit_out *out = &sj->outs[j];

			if (!out->point) {
				drm_syncobj_replace_fence(out->syncobj, sj->fence);
				continue;
			}
			drm_syncobj_add_point(out->syncobj, out->chain, sj->fence, out->point);
			out->chain = NULL;
		}
	}
}

static void fcn_submit_release(struct fcn_submit *submit)
{
	for (u32 i = 0; submit->jobs && i < submit->count; i++) {
		struct fcn_submit_job *sj = &submit->jobs[i];

		for (u32 j = 0; j < sj->bo_count; j++)
			drm_gem_object_put(sj->bos[j].obj);
		for (u32 j = 0; j < sj->out_count; j++) {
			dma_fence_chain_free(sj->outs[j].chain);
			drm_syncobj_put(sj->outs[j].syncobj);
		}
		if (sj->job) {
			drm_sched_job_cleanup(&sj->job->base);
			fcn_job_destroy(sj->job);
		}
		dma_fence_put(sj->fence);
		kvfree(sj->bos);
		kvfree(sj->outs);
		kvfree(sj->refs);
		kvfree(sj->in_syncs);
		kvfree(sj->out_syncs);
	}
	kvfree(submit->jobs);
}

/* The device is entered. */
static int fcn_submit_jobs(struct fcn_submit *submit)
{
	struct drm_exec exec;
	int ret = 0;

	for (u32 i = 0; i < submit->count && !ret; i++)
		ret = fcn_submit_parse(submit, &submit->jobs[i]);
	if (ret)
		return ret;
	ret = fcn_submit_lock(submit, &exec);
	if (!ret)
		ret = fcn_submit_add_implicit(submit);
	if (!ret)
		fcn_submit_push(submit);
	drm_exec_fini(&exec);
	if (!ret)
		fcn_submit_signal(submit);
	return ret;
}

int fcn_ioctl_submit(struct drm_device *drm, void *data, struct drm_file *file)
{
	const struct drm_fcn_accel_submit *args = data;
	struct fcn_client *client = file->driver_priv;
	struct fcn_submit submit = {
		.client = client,
		.file = file,
		.priority = args->priority,
		.count = args->job_count,
	};
	int ret, idx;

	if (args->flags || !args->job_count || !args->job_size ||
	    args->priority >= FCN_PRIORITIES) {
		drm_dbg(drm, "SUBMIT: flags 0x%x, %u jobs of %u bytes, priority %u\n",
			args->flags, args->job_count, args->job_size, args->priority);
		return -EINVAL;
	}
	if (args->job_size > PAGE_SIZE)
		return -E2BIG;
	if (args->priority == DRM_FCN_ACCEL_PRIORITY_HIGH && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (args->job_count > fcn_client_job_limit())
		return -ENOSPC;
	submit.entity = &client->entities[args->priority];

	ret = fcn_client_take_jobs(client, args->job_count);
	if (ret)
		return ret;
	ret = fcn_submit_copy(&submit, args);
	if (!ret && !fcn_device_enter(client->fdev, &idx))
		ret = -ENODEV;
	if (!ret) {
		/* What was closed, and whose jobs are done, is out of reach of these. */
		fcn_vm_reap(client);
		ret = fcn_submit_jobs(&submit);
		drm_dev_exit(idx);
	}
	if (ret)
		fcn_client_return_jobs(client, args->job_count);
	fcn_submit_release(&submit);
	return ret;
}
