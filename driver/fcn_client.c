// SPDX-License-Identifier: GPL-2.0
/*
 * Open files.
 */

/**
 * DOC: Lifetimes
 *
 * An open file is a struct fcn_client.  Its jobs refer to it, so it lives until the last one is
 * gone, which may be long after close().
 *
 * Fences live longer still.  The scheduler's fences, which other processes may hold as sync files,
 * refer to the scheduler (for its name), hence to the device's memory, and through their parent to
 * code of this module.  So each client opens a file of its own that nobody sees, the keepalive:
 * it holds the device, and as a file it holds the module.  Each fence holds the keepalive.  The
 * last fput() is done by the kernel later and elsewhere, so no code of this module runs when the
 * module's last reference is dropped.
 *
 * Closing a file ends its jobs: those that wait in the scheduler, and the one that runs.
 */

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>

#include "fcn_client.h"
#include "fcn_device.h"
#include "fcn_fault.h"
#include "fcn_sched.h"
#include "fcn_slots.h"

static unsigned int file_memory_mb;
module_param(file_memory_mb, uint, 0644);
MODULE_PARM_DESC(file_memory_mb,
		 "MiB that the buffer objects of one file may have (0: half of the memory)");

static unsigned int file_jobs = 256;
module_param(file_jobs, uint, 0644);
MODULE_PARM_DESC(file_jobs, "Jobs that one file may have queued and running (default 256)");

/* Frees what must not be freed where fences are signalled. */
static struct workqueue_struct *fcn_wq;

int fcn_workqueue_init(void)
{
	fcn_wq = alloc_workqueue("fcn_accel", WQ_UNBOUND, 0);
	return fcn_wq ? 0 : -ENOMEM;
}

void fcn_workqueue_fini(void)
{
	destroy_workqueue(fcn_wq);
}

static int fcn_keepalive_release(struct inode *inode, struct file *file)
{
	struct fcn_device *fdev = file->private_data;

	drm_dev_put(&fdev->drm);
	return 0;
}

static const struct file_operations fcn_keepalive_fops = {
	.owner = THIS_MODULE,
	.release = fcn_keepalive_release,
};

static struct file *fcn_keepalive_open(struct fcn_device *fdev)
{
	struct file *file;

	drm_dev_get(&fdev->drm);
	file = anon_inode_getfile("[fcn_accel]", &fcn_keepalive_fops, fdev, 0);
	if (IS_ERR(file))
		drm_dev_put(&fdev->drm);
	return file;
}

u64 fcn_client_memory_limit(void)
{
	unsigned int mb = READ_ONCE(file_memory_mb);

	return mb ? (u64)mb << 20 : (u64)totalram_pages() << PAGE_SHIFT >> 1;
}

unsigned int fcn_client_job_limit(void)
{
	return clamp(READ_ONCE(file_jobs), 1u, 65536u);
}

/* What is refused counts at no time: it must not make others fail that fit. */
int fcn_client_charge(struct fcn_client *client, u64 bytes)
{
	const u64 limit = fcn_client_memory_limit();
	s64 sum = atomic64_read(&client->memory);

	do {
		if (sum + bytes > limit)
			return -ENOMEM;
	} while (!atomic64_try_cmpxchg(&client->memory, &sum, sum + bytes));
	return 0;
}

void fcn_client_uncharge(struct fcn_client *client, u64 bytes)
{
	atomic64_sub(bytes, &client->memory);
}

int fcn_client_take_jobs(struct fcn_client *client, unsigned int n)
{
	const unsigned int limit = fcn_client_job_limit();
	int sum = atomic_read(&client->queued);

	do {
		if (sum + n > limit)
			return -ENOSPC;
	} while (!atomic_try_cmpxchg(&client->queued, &sum, sum + n));
	return 0;
}

void fcn_client_return_jobs(struct fcn_client *client, unsigned int n)
{
	atomic_sub(n, &client->queued);
}

/* Frees jobs that the scheduler is done with, then mappings that only they have kept. */
static void fcn_client_reap(struct work_struct *work)
{
	struct fcn_client *client = container_of(work, struct fcn_client, reap_work);
	struct fcn_job *job, *next;
	LIST_HEAD(done);

	spin_lock(&client->job_lock);
	list_splice_init(&client->done, &done);
	spin_unlock(&client->job_lock);

	fcn_vm_reap(client);
	/* Jobs hold references to the client. */
	list_for_each_entry_safe(job, next, &done, link)
		fcn_job_destroy(job);
}

/* The scheduler is done with @job. */
void fcn_client_job_done(struct fcn_client *client, struct fcn_job *job)
{
	spin_lock(&client->job_lock);
	list_move_tail(&job->link, &client->done);
	queue_work(fcn_wq, &client->reap_work);
	spin_unlock(&client->job_lock);
}

static void fcn_client_free(struct work_struct *work)
{
	struct fcn_client *client = container_of(work, struct fcn_client, release_work);
	struct file *keepalive = client->keepalive;

	/* It may be queued once more, for jobs that its last run has found already. */
	cancel_work_sync(&client->reap_work);
	fcn_vm_reap(client);
	fcn_vm_fini(&client->vm);
	mutex_destroy(&client->submit_lock);
	kfree(client);
	fput(keepalive);
}

static void fcn_client_release(struct kref *ref)
{
	struct fcn_client *client = container_of(ref, struct fcn_client, ref);

	queue_work(fcn_wq, &client->release_work);
}

struct fcn_client *fcn_client_get(struct fcn_client *client)
{
	kref_get(&client->ref);
	return client;
}

void fcn_client_put(struct fcn_client *client)
{
	kref_put(&client->ref, fcn_client_release);
}

static const enum drm_sched_priority fcn_priority[FCN_PRIORITIES] = {
	[DRM_FCN_ACCEL_PRIORITY_NORMAL] = DRM_SCHED_PRIORITY_NORMAL,
	[DRM_FCN_ACCEL_PRIORITY_LOW] = DRM_SCHED_PRIORITY_LOW,
	[DRM_FCN_ACCEL_PRIORITY_HIGH] = DRM_SCHED_PRIORITY_HIGH,
};

static int fcn_client_init_entities(struct fcn_client *client)
{
	struct drm_gpu_scheduler *sched = &client->fdev->sched;
	int ret, i;

	for (i = 0; i < FCN_PRIORITIES; i++) {
		ret = drm_sched_entity_init(&client->entities[i], fcn_priority[i], &sched, 1, NULL);
		if (ret)
			goto err_fini;
	}
	return 0;

err_fini:
	while (i--)
		drm_sched_entity_fini(&client->entities[i]);
	return ret;
}

int fcn_client_open(struct drm_device *drm, struct drm_file *file)
{
	struct fcn_device *fdev = to_fcn_device(drm);
	struct fcn_client *client;
	int ret, idx;

	if (!fcn_device_enter(fdev, &idx))
		return -ENODEV;
	client = kzalloc(sizeof(*client), GFP_KERNEL);
	if (!client) {
		ret = -ENOMEM;
		goto err_exit;
	}
	kref_init(&client->ref);
	client->fdev = fdev;
	client->drm_id = file->client_id;
	mutex_init(&client->submit_lock);
	spin_lock_init(&client->job_lock);
	INIT_LIST_HEAD(&client->jobs);
	INIT_LIST_HEAD(&client->done);
	spin_lock_init(&client->fault_lock);
	INIT_WORK(&client->reap_work, fcn_client_reap);
	INIT_WORK(&client->release_work, fcn_client_free);

	client->keepalive = fcn_keepalive_open(fdev);
	if (IS_ERR(client->keepalive)) {
		ret = PTR_ERR(client->keepalive);
		goto err_free;
	}
	ret = fcn_vm_init(&client->vm, fdev);
	if (ret)
		goto err_keepalive;
	ret = fcn_client_init_entities(client);
	if (ret)
		goto err_vm;
	file->driver_priv = client;
	drm_dev_exit(idx);
	return 0;

err_vm:
	fcn_vm_fini(&client->vm);
err_keepalive:
	fput(client->keepalive);
err_free:
	mutex_destroy(&client->submit_lock);
	kfree(client);
err_exit:
	drm_dev_exit(idx);
	return ret;
}

/* The file's handles have been closed. */
void fcn_client_close(struct drm_device *drm, struct drm_file *file)
{
	struct fcn_client *client = file->driver_priv;
	struct fcn_device *fdev = client->fdev;
	bool busy;

	spin_lock(&client->job_lock);
	busy = !list_empty(&client->jobs);
	spin_unlock(&client->job_lock);

	/*
	 * The scheduler, when it takes a job from a queue that has another one, puts the queue back
	 * into its tree, even if drm_sched_entity_fini() has removed it meanwhile.  So it must not
	 * be at that.
	 */
	if (busy)
		fcn_sched_pause(fdev);
	for (int i = 0; i < FCN_PRIORITIES; i++)
		drm_sched_entity_fini(&client->entities[i]);
	if (busy)
		fcn_sched_continue(fdev);
	fcn_slots_cancel(client);
	fcn_client_put(client);
}
