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
 * same root.  So the root of an address space that is freed must not be given to the next one as
 * long as it is the last that the core has seen: fcn_mmu_fini() parks it.
 */

#include <linux/dma-mapping.h>
#include <linux/slab.h>

#include <drm/drm_print.h>

#include "fcn_device.h"
#include "fcn_mmu.h"

#define FCN_MMU_VALID		BIT(0)
#define FCN_MMU_READ		BIT(1)
#define FCN_MMU_WRITE		BIT(2)

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
	mmu->fdev = fdev;
	mmu->tables = kvcalloc(FCN_MMU_ENTRIES, sizeof(*mmu->tables), GFP_KERNEL);
	if (!mmu->tables)
		return -ENOMEM;
	mmu->root = fcn_mmu_alloc_page(fdev, &mmu->root_dma);
	if (!mmu->root) {
		kvfree(mmu->tables);
		mmu->tables = NULL;
		return -ENOMEM;
	}
	return 0;
}

/* The page that fcn_mmu_fini() has parked; dma_lock is held. */
void fcn_mmu_free_parked(struct fcn_device *fdev)
{
	lockdep_assert_held(&fdev->dma_lock);

	fcn_mmu_free_page(fdev, fdev->parked_root, fdev->parked_root_dma);
	fdev->parked_root = NULL;
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
	unsigned long flags;
	bool last;

	lockdep_assert_held(&fdev->dma_lock);

	if (!mmu->root)
		return;
	for (int i = 0; i < FCN_MMU_ENTRIES; i++)
		fcn_mmu_free_page(fdev, mmu->tables[i].entries, mmu->tables[i].dma);
	kvfree(mmu->tables);
	mmu->tables = NULL;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	last = fdev->last_root == mmu->root_dma;
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
	if (last) {
		/* What was parked before is no longer the last root. */
		fcn_mmu_free_parked(fdev);
		fdev->parked_root = mmu->root;
		fdev->parked_root_dma = mmu->root_dma;
	} else {
		fcn_mmu_free_page(fdev, mmu->root, mmu->root_dma);
	}
	mmu->root = NULL;
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
		WRITE_ONCE(mmu->root[index], fcn_mmu_entry(table->dma, FCN_MMU_VALID));
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
