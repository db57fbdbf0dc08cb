// SPDX-License-Identifier: GPL-2.0
/*
 * Device address space of an open file.
 */

/**
 * DOC: Address spaces
 *
 * A buffer object is mapped into the address space of each file that has a handle for it.  When
 * the last handle is closed, its mapping goes in three steps:
 *
 *  1. closed: it stays until all jobs that were submitted before have ended, so that a client may
 *     close handles as soon as it has submitted;
 *  2. zombie: its entries are invalid, but jobs that were started before may still reach the memory
 *     through the core's TLB: the memory stays until they have ended.  Later ones flush the TLB
 *     when they start;
 *  3. freed, and no longer counted against the file's memory limit.
 *
 * Without jobs all three follow at once.
 */

#include <linux/slab.h>

#include "fcn_client.h"
#include "fcn_device.h"
#include "fcn_gem.h"
#include "fcn_vm.h"

/* A TLB line covers 16 pages. */
#define FCN_VM_LINE_PAGES	16

int fcn_vm_init(struct fcn_vm *vm, struct fcn_device *fdev)
{
	int ret;

	ret = fcn_mmu_init(&vm->mmu, fdev);
	if (ret)
		return ret;
	mutex_init(&vm->lock);
	INIT_LIST_HEAD(&vm->closed);
	INIT_LIST_HEAD(&vm->zombies);
	drm_mm_init(&vm->mm, FCN_VA_START >> FCN_MMU_PAGE_SHIFT, FCN_MMU_PAGES - 1);

	mutex_lock(&fdev->dma_lock);
	list_add(&vm->link, &fdev->vms);
	mutex_unlock(&fdev->dma_lock);
	return 0;
}

/* All handles have been closed, all jobs have ended, and fcn_vm_reap() has been called since. */
void fcn_vm_fini(struct fcn_vm *vm)
{
	struct fcn_device *fdev = vm->mmu.fdev;

	WARN_ON(!list_empty(&vm->closed) || !list_empty(&vm->zombies));
	mutex_lock(&fdev->dma_lock);
	list_del(&vm->link);
	fcn_mmu_fini(&vm->mmu);
	mutex_unlock(&fdev->dma_lock);
	drm_mm_takedown(&vm->mm);
	mutex_destroy(&vm->lock);
}

/* The device goes: what is mapped stays so on paper only. dma_lock is held. */
void fcn_vm_free_tables(struct fcn_vm *vm)
{
	mutex_lock(&vm->lock);
	fcn_mmu_fini(&vm->mmu);
	mutex_unlock(&vm->lock);
}

static struct fcn_vma *fcn_vma_find(struct fcn_client *client, struct fcn_bo *bo)
{
	struct fcn_vma *vma;

	lockdep_assert_held(&bo->vma_lock);

	list_for_each_entry(vma, &bo->vmas, bo_link)
		if (vma->client == client)
			return vma;
	return NULL;
}

static int fcn_vma_map(struct fcn_vm *vm, struct fcn_vma *vma)
{
	struct fcn_bo *bo = vma->bo;
	const u32 pages = bo->base.base.size >> FCN_MMU_PAGE_SHIFT;
	const u32 align = pages >= FCN_VM_LINE_PAGES ? FCN_VM_LINE_PAGES : 1;
	const bool writable = !(bo->flags & DRM_FCN_ACCEL_BO_CORE_READ_ONLY);
	int ret;

	mutex_lock(&vm->lock);
	ret = drm_mm_insert_node_generic(&vm->mm, &vma->node, pages, align, 0, 0);
	if (!ret) {
		ret = fcn_mmu_map(&vm->mmu, vma->node.start, pages, bo->base.sgt, writable);
		if (ret)
			drm_mm_remove_node(&vma->node);
	}
	mutex_unlock(&vm->lock);
	return ret;
}

/* A file has got one more handle for @bo: map it, unless it has another one. */
int fcn_vm_open_bo(struct fcn_client *client, struct fcn_bo *bo)
{
	const u64 size = bo->base.base.size;
	struct fcn_vma *vma;
	int ret;

	/* For its room, and what it counts for. */
	fcn_vm_reap(client);

	mutex_lock(&bo->vma_lock);
	vma = fcn_vma_find(client, bo);
	if (vma) {
		vma->handles++;
		ret = 0;
		goto out_unlock;
	}

	ret = fcn_client_charge(client, size);
	if (ret)
		goto out_unlock;
	vma = kzalloc(sizeof(*vma), GFP_KERNEL);
	if (!vma) {
		ret = -ENOMEM;
		goto out_uncharge;
	}
	vma->bo = bo;
	vma->client = client;
	vma->handles = 1;
	ret = fcn_vma_map(&client->vm, vma);
	if (ret)
		goto out_free;
	drm_gem_object_get(&bo->base.base);
	list_add(&vma->bo_link, &bo->vmas);
	mutex_unlock(&bo->vma_lock);
	return 0;

out_free:
	kfree(vma);
out_uncharge:
	fcn_client_uncharge(client, size);
out_unlock:
	mutex_unlock(&bo->vma_lock);
	return ret;
}

/* A file has closed a handle for @bo. */
void fcn_vm_close_bo(struct fcn_client *client, struct fcn_bo *bo)
{
	struct fcn_vma *vma;

	mutex_lock(&bo->vma_lock);
	vma = fcn_vma_find(client, bo);
	if (WARN_ON(!vma) || --vma->handles) {
		mutex_unlock(&bo->vma_lock);
		return;
	}
	list_del(&vma->bo_link);
	mutex_unlock(&bo->vma_lock);

	spin_lock(&client->job_lock);
	vma->until = client->submitted;
	list_add_tail(&vma->link, &client->vm.closed);
	spin_unlock(&client->job_lock);
	fcn_vm_reap(client);
}

/* The address of @bo in the file's address space, or -ENOENT. */
int fcn_vm_find_bo(struct fcn_client *client, struct fcn_bo *bo, u64 *va)
{
	struct fcn_vma *vma;

	mutex_lock(&bo->vma_lock);
	vma = fcn_vma_find(client, bo);
	if (vma)
		*va = vma->node.start << FCN_MMU_PAGE_SHIFT;
	mutex_unlock(&bo->vma_lock);
	return vma ? 0 : -ENOENT;
}

static void fcn_vma_free(struct fcn_vma *vma)
{
	struct drm_gem_object *obj = &vma->bo->base.base;

	kfree(vma);
	drm_gem_object_put(obj);
}

/*
 * Takes from the closed mappings those that no earlier job can want.  Jobs whose fences have
 * signalled stay in the list until the scheduler gets round to them.
 */
static void fcn_vm_take_closed(struct fcn_client *client, struct list_head *taken)
{
	struct fcn_vma *vma, *next;
	struct fcn_job *job;
	u64 oldest = U64_MAX;

	spin_lock(&client->job_lock);
	list_for_each_entry(job, &client->jobs, link)
		/* Pairs with fcn_job_signal(). */
		if (!smp_load_acquire(&job->ended)) {
			oldest = job->id;
			break;
		}
	list_for_each_entry_safe(vma, next, &client->vm.closed, link) {
		if (vma->until >= oldest)
			break;
		list_move_tail(&vma->link, taken);
	}
	spin_unlock(&client->job_lock);
}

/**
 * fcn_vm_reap() - Free mappings that nobody can use any more
 * @client: open file
 *
 * To be called when a handle has been closed, when a job has ended, and before a buffer object is
 * created or mapped, or a job submitted: with a fence in hand userspace need not wait for the work
 * that frees its job.
 */
void fcn_vm_reap(struct fcn_client *client)
{
	struct fcn_device *fdev = client->fdev;
	struct fcn_vm *vm = &client->vm;
	struct fcn_vma *vma, *next;
	unsigned long flags;
	u64 started, ended;
	LIST_HEAD(taken);
	LIST_HEAD(dead);

	/*
	 * All under one lock: who comes second, and finds nothing to do, relies on what the first
	 * one does.
	 */
	mutex_lock(&vm->lock);
	fcn_vm_take_closed(client, &taken);
	list_for_each_entry(vma, &taken, link) {
		fcn_mmu_unmap(&vm->mmu, vma->node.start, vma->node.size);
		drm_mm_remove_node(&vma->node);
	}
	if (!list_empty(&taken))
		fcn_mmu_changed(&vm->mmu);

	spin_lock_irqsave(&fdev->slot_lock, flags);
	started = vm->mmu.last_order;
	ended = fdev->completed_order;
	spin_unlock_irqrestore(&fdev->slot_lock, flags);

	list_for_each_entry(vma, &taken, link)
		vma->until = started;
	list_splice_tail(&taken, &vm->zombies);
	list_for_each_entry_safe(vma, next, &vm->zombies, link)
		if (vma->until <= ended) {
			fcn_client_uncharge(client, vma->bo->base.base.size);
			list_move_tail(&vma->link, &dead);
		}
	mutex_unlock(&vm->lock);

	list_for_each_entry_safe(vma, next, &dead, link)
		fcn_vma_free(vma);
}
