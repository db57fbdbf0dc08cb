/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_VM_H
#define FCN_VM_H

#include <linux/list.h>
#include <linux/mutex.h>

#include <drm/drm_mm.h>

#include "fcn_mmu.h"

struct fcn_bo;
struct fcn_client;

/* Bounds of device addresses; page 0 stays unmapped, so that a forgotten field faults. */
#define FCN_VA_START	FCN_MMU_PAGE_SIZE
#define FCN_VA_END	((u64)FCN_MMU_PAGES << FCN_MMU_PAGE_SHIFT)

/**
 * struct fcn_vm - Device address space of an open file
 */
struct fcn_vm {
	/** @lock: guards @mm, @mmu, and @nodes; memory is allocated under it */
	struct mutex lock;
	struct drm_mm mm;
	struct fcn_mmu mmu;

	/** @link: in fcn_device.vms, guarded by dma_lock */
	struct list_head link;

	/**
	 * @closed: mappings without a handle, until all jobs are done that were submitted before;
	 * guarded by the client's job_lock
	 */
	struct list_head closed;
	/** @zombies: unmapped, until no job can reach the memory; guarded by @lock */
	struct list_head zombies;
};

/**
 * struct fcn_vma - A buffer object's place in an address space
 *
 * Has a reference to the buffer object.
 */
struct fcn_vma {
	struct drm_mm_node node;
	struct fcn_bo *bo;
	struct fcn_client *client;
	/** @bo_link: in fcn_bo.vmas, guarded by its vma_lock */
	struct list_head bo_link;
	/** @handles: handles of the file for the buffer object; guarded by vma_lock */
	unsigned int handles;
	/** @link: in fcn_vm.closed, then in fcn_vm.zombies */
	struct list_head link;
	/** @until: closed: id of a job; zombie: order of a job */
	u64 until;
};

int fcn_vm_init(struct fcn_vm *vm, struct fcn_device *fdev);
void fcn_vm_fini(struct fcn_vm *vm);
void fcn_vm_free_tables(struct fcn_vm *vm);
int fcn_vm_open_bo(struct fcn_client *client, struct fcn_bo *bo);
void fcn_vm_close_bo(struct fcn_client *client, struct fcn_bo *bo);
int fcn_vm_find_bo(struct fcn_client *client, struct fcn_bo *bo, u64 *va);
void fcn_vm_reap(struct fcn_client *client);

#endif
