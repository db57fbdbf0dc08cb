/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_MMU_H
#define FCN_MMU_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

struct fcn_device;
struct fcn_mmu_root;

#define FCN_MMU_PAGE_SHIFT	12
#define FCN_MMU_PAGE_SIZE	BIT(FCN_MMU_PAGE_SHIFT)
#define FCN_MMU_ENTRIES		1024
/* Pages of the whole virtual address space. */
#define FCN_MMU_PAGES		(FCN_MMU_ENTRIES * FCN_MMU_ENTRIES)

/* A page of entries: the directory or a table. */
struct fcn_mmu_table {
	__le32 *entries;
	dma_addr_t dma;
};

/**
 * struct fcn_mmu - Page tables of one address space
 *
 * Its user (fcn_vm.c) serialises all calls.
 */
struct fcn_mmu {
	struct fcn_device *fdev;
	/** @root: NULL when the tables have been freed */
	struct fcn_mmu_root *root;
	/** @root_pfn: as the core wants it; stays when the tables have been freed */
	u32 root_pfn;
	/** @tables: allocated when first needed, freed with the address space */
	struct fcn_mmu_table *tables;
	/** @generation: grows whenever an entry has changed; guarded by slot_lock */
	u64 generation;
	/** @flushed: generation that the core's TLB was flushed for; guarded by slot_lock */
	u64 flushed;
	/** @last_order: the last job that has got a slot, 0: none; guarded by slot_lock */
	u64 last_order;
};

int fcn_mmu_init(struct fcn_mmu *mmu, struct fcn_device *fdev);
void fcn_mmu_fini(struct fcn_mmu *mmu);
int fcn_mmu_map(struct fcn_mmu *mmu, u32 page, u32 pages, struct sg_table *sgt, bool writable);
void fcn_mmu_unmap(struct fcn_mmu *mmu, u32 page, u32 pages);
void fcn_mmu_changed(struct fcn_mmu *mmu);
void fcn_mmu_free_parked(struct fcn_device *fdev, u64 ran);

#endif
