// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables of the core's MMU.
 */

/**
 * DOC: MMU
 *
 * Virtual addresses have 32 bits, physical ones up to 40; a page has 4096 bytes whatever the CPU's
 * pages have.  A directory of 1024 entries names tables of 1024 entries.  Layout of entries:
 * Documentation/theory-of-operation.md, MMU.
 *
 * The TLB is flushed through a bit of the next job of the address space, which costs no register
 * access.  A change of root flushes by itself.  Until then a job that runs may still reach what
 * has been unmapped: fcn_vm.c keeps the memory until then.
 *
 * The core also looks at roots to know when it must scrub its buffers: not between two jobs of the
 * same root.  So a root that may be the last one that the core has seen is not freed, else a new
 * address space could get it, and its first job would find the buffers of somebody else's.  Such
 * roots are parked until a job of another one has surely run; one that was aborted may not have.
 */

#include <linux/dma-mapping.h>
#include <linux/slab.h>

#include <drm/drm_print.h>

#include "fcn_device.h"
#include "fcn_mmu.h"

#define FCN_MMU_VALID		BIT(0)
#define FCN_MMU_READ		BIT(1)
#define FCN_MMU_WRITE		BIT(2)

/* A page directory. */
struct fcn_mmu_root {
	__le32 *entries;
	dma_addr_t dma;
	/* When parked: in fcn_device.parked, guarded by dma_lock. */
	struct list_head link;
	u64 last_order;
};

static __le32 fcn_mmu_entry(dma_addr_t addr, u32 bits)
{
	return cpu_to_le32((u32)(addr >> FCN_MMU_PAGE_SHIFT) << 4 | bits);
}

static __le32 *fcn_mmu_alloc_page(struct fcn_device *fdev, dma_addr_t *dma)
{
	return dma_alloc_coherent(fdev->drm.dev, FCN_MMU_PAGE_SIZE, dma, GFP_KERNEL | __GFP_NOWARN);
}

static void fcn_mmu_free_page(struct fcn_device *fdev, void *page, dma_addr_t dma)
{
	if (page)
		dma_free_coherent(fdev->drm.dev, FCN_MMU_PAGE_SIZE, page, dma);
}

int fcn_mmu_init(struct fcn_mmu *mmu, struct fcn_device *fdev)
{
	struct fcn_mmu_root *root;

	mmu->fdev = fdev;
	root = kzalloc(sizeof(*root), GFP_KERNEL);
	if (!root)
		return -ENOMEM;
	mmu->tables = kvcalloc(FCN_MMU_ENTRIES, sizeof(*mmu->tables), GFP_KERNEL);
	if (!mmu->tables)
		goto err_root;
	root->entries = fcn_mmu_alloc_page(fdev, &root->dma);
	if (!root->entries)
		goto err_tables;
	mmu->root = root;
	mmu->root_pfn = root->dma >> FCN_MMU_PAGE_SHIFT;
	return 0;

err_tables:
	kvfree(mmu->tables);
	mmu->tables = NULL;
err_root:
	kfree(root);
	return -ENOMEM;
}

static void fcn_mmu_free_root(struct fcn_device *fdev, struct fcn_mmu_root *root)
{
	fcn_mmu_free_page(fdev, root->entries, root->dma);
	kfree(root);
}

/**
 * fcn_mmu_free_parked() - Free parked roots
 * @fdev: device
 * @ran: order of a job that has surely run; roots that were used last before it are freed
 *
 * dma_lock is held.
 */
void fcn_mmu_free_parked(struct fcn_device *fdev, u64 ran)
{
	struct fcn_mmu_root *root, *next;

	lockdep_assert_held(&fdev->dma_lock);

	list_for_each_entry_safe(root, next, &fdev->parked, link) {
		if (root->last_order >= ran)
			continue;
		list_del(&root->link);
		fcn_mmu_free_root(fdev, root);
	}
}

/**
 * fcn_mmu_fini() - Free all tables
 * @mmu: page tables; no job of theirs is on the core.  Nothing happens when they are freed already.
 *
 * dma_lock is held.
 */
void fcn_mmu_fini(struct fcn_mmu *mmu)
{
	struct fcn_device *fdev = mmu->fdev;
	struct fcn_mmu_root *root = mmu->root;
	unsigned long flags;
	u64 ran;

	lockdep_assert_held(&fdev->dma_lock);

	if (!root)
		return;
	mmu->root = NULL;
	for (int i = 0; i < FCN_MMU_ENTRIES; i++)
		fcn_mmu_free_page(fdev, mmu->tables[i].entries, mmu->tables[i].dma);
	kvfree(mmu->tables);
	mmu->tables = NULL;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	root->last_order = mmu->last_order;
	ran = fdev->ran_order;
	spin_unlock_irqrestore(&fdev->slot_lock, flags);

	fcn_mmu_free_parked(fdev, ran);
	if (root->last_order && root->last_order >= ran)
		list_add(&root->link, &fdev->parked);
	else
		fcn_mmu_free_root(fdev, root);
}

/* The entry of @page; NULL: no memory for its table. */
static __le32 *fcn_mmu_walk(struct fcn_mmu *mmu, u32 page, bool alloc)
{
	const u32 index = page / FCN_MMU_ENTRIES;
	struct fcn_mmu_table *table = &mmu->tables[index];

	if (!table->entries) {
		if (!alloc)
			return NULL;
		table->entries = fcn_mmu_alloc_page(mmu->fdev, &table->dma);
		if (!table->entries)
			return NULL;
		/* The core sees a table of zeros, never one without them. */
		dma_wmb();
		WRITE_ONCE(mmu->root->entries[index], fcn_mmu_entry(table->dma, FCN_MMU_VALID));
	}
	return &table->entries[page % FCN_MMU_ENTRIES];
}

/**
 * fcn_mmu_map() - Map memory
 * @mmu: page tables
 * @page: first virtual page
 * @pages: how many
 * @sgt: memory, mapped for DMA
 * @writable: the core may write
 *
 * Jobs may run meanwhile: an entry only ever changes from invalid to valid.
 *
 * Return: 0; -ENODEV, the tables are gone; -EINVAL, @sgt is not made of whole pages or too small;
 * -ENOMEM.  Nothing is mapped then.
 */
int fcn_mmu_map(struct fcn_mmu *mmu, u32 page, u32 pages, struct sg_table *sgt, bool writable)
{
	const u32 bits = FCN_MMU_VALID | FCN_MMU_READ | (writable ? FCN_MMU_WRITE : 0);
	struct scatterlist *sg;
	u32 done = 0;
	int ret, i;

	if (!mmu->root)
		return -ENODEV;
	for_each_sgtable_dma_sg(sgt, sg, i) {
		dma_addr_t addr = sg_dma_address(sg);
		u32 n = sg_dma_len(sg) >> FCN_MMU_PAGE_SHIFT;

		if (!IS_ALIGNED(addr | sg_dma_len(sg), FCN_MMU_PAGE_SIZE) ||
		    (addr + sg_dma_len(sg) - 1) >> mmu->fdev->cfg.pa_bits) {
			drm_dbg(&mmu->fdev->drm, "memory at %pad is not whole pages below 2^%u\n",
				&addr, mmu->fdev->cfg.pa_bits);
			ret = -EINVAL;
			goto err_unmap;
		}
		for (n = min(n, pages - done); n; n--, done++, addr += FCN_MMU_PAGE_SIZE) {
			__le32 *entry = fcn_mmu_walk(mmu, page + done, true);

			if (!entry) {
				ret = -ENOMEM;
				goto err_unmap;
			}
			WRITE_ONCE(*entry, fcn_mmu_entry(addr, bits));
		}
	}
	if (done < pages) {
		drm_dbg(&mmu->fdev->drm, "%u pages of memory instead of %u\n", done, pages);
		ret = -EINVAL;
		goto err_unmap;
	}
	fcn_mmu_changed(mmu);
	return 0;

err_unmap:
	fcn_mmu_unmap(mmu, page, done);
	fcn_mmu_changed(mmu);
	return ret;
}

/* Makes entries invalid; the caller says fcn_mmu_changed() when it is done with all. */
void fcn_mmu_unmap(struct fcn_mmu *mmu, u32 page, u32 pages)
{
	if (!mmu->root)
		return;
	for (u32 i = 0; i < pages; i++) {
		__le32 *entry = fcn_mmu_walk(mmu, page + i, false);

		if (entry)
			WRITE_ONCE(*entry, 0);
	}
}

/* The next job of the address space will flush the TLB. */
void fcn_mmu_changed(struct fcn_mmu *mmu)
{
	unsigned long flags;

	dma_wmb();
	spin_lock_irqsave(&mmu->fdev->slot_lock, flags);
	mmu->generation++;
	spin_unlock_irqrestore(&mmu->fdev->slot_lock, flags);
}
