// SPDX-License-Identifier: GPL-2.0
/*
 * A core comes, goes: what both front ends have in common.
 */

/**
 * DOC: Removal
 *
 * The core may go while files are open, jobs run and buffer objects are exported.  First nothing
 * new can begin: ioctls fail with -ENODEV, and so do jobs that the scheduler wants to start.  Then
 * the core is reset, so that it does no DMA, its jobs fail, and all memory is unmapped from it:
 * page tables, buffer objects, imports.  What is left is memory: files, mappings, fences, dma-bufs.
 * It goes when the last of them is closed.
 */

#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/pm_runtime.h>

#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "fcn_debugfs.h"
#include "fcn_device.h"
#include "fcn_drv.h"
#include "fcn_gem.h"
#include "fcn_hw.h"
#include "fcn_irq.h"
#include "fcn_recover.h"
#include "fcn_sched.h"
#include "fcn_vm.h"

#define FCN_IRQ_TEST_TIMEOUT_MS	5000
#define FCN_SCRATCH_PATTERN	0x5ca1ab1eu

/* A device that is not on the bus yet; freed with its last reference. */
struct fcn_device *fcn_device_alloc(struct device *dev, const struct fcn_bus_ops *bus)
{
	struct fcn_device *fdev;
	int ret;

	fdev = devm_drm_dev_alloc(dev, &fcn_drm_driver, struct fcn_device, drm);
	if (IS_ERR(fdev))
		return fdev;
	fdev->bus = bus;
	fdev->state = FCN_HW_FROZEN;
	spin_lock_init(&fdev->slot_lock);
	INIT_LIST_HEAD(&fdev->bos);
	INIT_LIST_HEAD(&fdev->vms);
	INIT_LIST_HEAD(&fdev->parked);
	init_completion(&fdev->irq_test);
	ratelimit_state_init(&fdev->dump_limit, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
	/* What is left out is not worth a line. */
	ratelimit_set_flags(&fdev->dump_limit, RATELIMIT_MSG_ON_RELEASE);
	timer_setup(&fdev->recheck, fcn_irq_recheck, 0);
	ret = drmm_mutex_init(&fdev->drm, &fdev->reset_lock);
	if (ret)
		return ERR_PTR(ret);
	ret = drmm_mutex_init(&fdev->drm, &fdev->pause_lock);
	if (ret)
		return ERR_PTR(ret);
	ret = drmm_mutex_init(&fdev->drm, &fdev->dma_lock);
	if (ret)
		return ERR_PTR(ret);
	return fdev;
}

/*
 * Whether buffer objects need cache maintenance, or are copied: a mapping of such memory tells.
 * Coherent memory, as the records are, does not.
 */
static int fcn_device_find_coherent(struct fcn_device *fdev)
{
	struct device *dev = fdev->drm.dev;
	struct page *page = alloc_page(GFP_KERNEL);
	dma_addr_t addr;
	int ret = 0;

	if (!page)
		return -ENOMEM;
	addr = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(dev, addr)) {
		ret = -ENOMEM;
	} else {
		/* A device that cannot reach all memory has some of it copied. */
		fdev->coherent = !dma_need_sync(dev, addr) && !dma_addressing_limited(dev);
		dma_unmap_page(dev, addr, PAGE_SIZE, DMA_BIDIRECTIONAL);
	}
	__free_page(page);
	return ret;
}

static int fcn_device_init_dma(struct fcn_device *fdev)
{
	struct device *dev = fdev->drm.dev;
	int ret;

	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(fdev->cfg.pa_bits));
	if (ret)
		return dev_err_probe(dev, ret, "no DMA with %u address bits\n",
				     fdev->cfg.pa_bits);
	dma_set_max_seg_size(dev, UINT_MAX);

	/* One page: the core wants 64-byte alignment. */
	fdev->records = dmam_alloc_coherent(dev, PAGE_SIZE, &fdev->records_dma, GFP_KERNEL);
	if (!fdev->records)
		return -ENOMEM;
	return fcn_device_find_coherent(fdev);
}

/* That registers keep what is written, and that interrupts arrive. */
static int fcn_device_self_test(struct fcn_device *fdev)
{
	struct device *dev = fdev->drm.dev;
	u32 value;

	fcn_write(fdev, FCN_REG_SCRATCH, FCN_SCRATCH_PATTERN);
	value = fcn_read(fdev, FCN_REG_SCRATCH);
	if (value != FCN_SCRATCH_PATTERN)
		return dev_err_probe(dev, -EIO, "SCRATCH reads 0x%08x, 0x%08x was written\n",
				     value, FCN_SCRATCH_PATTERN);

	reinit_completion(&fdev->irq_test);
	fcn_write(fdev, FCN_REG_IRQ_TEST, FCN_IRQ_TEST_TEST_MASK);
	if (!wait_for_completion_timeout(&fdev->irq_test,
					 msecs_to_jiffies(FCN_IRQ_TEST_TIMEOUT_MS)))
		return dev_err_probe(dev, -EIO, "no interrupt arrives\n");
	return 0;
}

static void fcn_device_set_state(struct fcn_device *fdev, enum fcn_hw_state state)
{
	spin_lock_irq(&fdev->slot_lock);
	WRITE_ONCE(fdev->state, state);
	spin_unlock_irq(&fdev->slot_lock);
}

/**
 * fcn_device_init() - Bring the core up and offer it to user space
 * @fdev: device with registers mapped, powered, and an interrupt
 */
int fcn_device_init(struct fcn_device *fdev)
{
	struct device *dev = fdev->drm.dev;
	int ret;

	ret = fcn_hw_identify(fdev);
	if (ret)
		return ret;
	ret = fcn_device_init_dma(fdev);
	if (ret)
		return ret;
	ret = fcn_hw_reset(fdev);
	if (ret)
		return dev_err_probe(dev, ret, "cannot reset the core\n");
	ret = devm_request_irq(dev, fdev->irq, fcn_irq_handler, 0, "fcn_accel", fdev);
	if (ret)
		return dev_err_probe(dev, ret, "cannot have interrupt %d\n", fdev->irq);
	fcn_hw_setup(fdev);
	ret = fcn_device_self_test(fdev);
	if (ret)
		goto err_reset;
	ret = fcn_sched_init(fdev);
	if (ret)
		goto err_reset;
	fcn_debugfs_init(fdev);
	fcn_device_set_state(fdev, FCN_HW_RUNNING);
	ret = drm_dev_register(&fdev->drm, 0);
	if (ret)
		goto err_reset;

	drm_info(&fdev->drm, "core %u.%u, %ux%u array, %scoherent\n",
		 FCN_GET(fdev->cfg.version, VERSION_MAJOR),
		 FCN_GET(fdev->cfg.version, VERSION_MINOR),
		 FCN_GET(fdev->cfg.config[0], CONFIG0_ROWS),
		 FCN_GET(fdev->cfg.config[0], CONFIG0_COLS), fdev->coherent ? "" : "not ");
	return 0;

err_reset:
	fcn_device_set_state(fdev, FCN_HW_GONE);
	fcn_hw_reset(fdev);
	timer_delete_sync(&fdev->recheck);
	return ret;
}

/*
 * As drm_dev_enter(), but false for a core that is lost, too: for what begins something new.  What
 * waits, reads or closes goes on until the device is unplugged.
 */
bool fcn_device_enter(struct fcn_device *fdev, int *idx)
{
	if (!drm_dev_enter(&fdev->drm, idx))
		return false;
	if (READ_ONCE(fdev->state) != FCN_HW_GONE)
		return true;
	drm_dev_exit(*idx);
	return false;
}

/* No DMA any more: what was mapped for it is unmapped. */
static void fcn_device_unmap_all(struct fcn_device *fdev)
{
	struct fcn_vm *vm;
	struct fcn_bo *bo;

	mutex_lock(&fdev->dma_lock);
	fdev->dma_gone = true;
	list_for_each_entry(vm, &fdev->vms, link)
		fcn_vm_free_tables(vm);
	list_for_each_entry(bo, &fdev->bos, link)
		fcn_bo_unmap_dma(bo);
	fcn_mmu_free_parked(fdev, U64_MAX);
	mutex_unlock(&fdev->dma_lock);
}

/* Stops the core for good. */
static void fcn_device_stop(struct fcn_device *fdev)
{
	mutex_lock(&fdev->reset_lock);
	spin_lock_irq(&fdev->slot_lock);
	if (fdev->state == FCN_HW_RUNNING)
		WRITE_ONCE(fdev->state, FCN_HW_FROZEN);
	spin_unlock_irq(&fdev->slot_lock);
	/* One that reads as ones may still do DMA. */
	if (fdev->state != FCN_HW_OFF && !fdev->dark && !fdev->cut_off && fcn_hw_reset(fdev))
		fcn_recover_cut_off(fdev);
	/* Fences signal when the core does no DMA any more. */
	fcn_recover_lost(fdev);
	mutex_unlock(&fdev->reset_lock);
	/* Nobody resumes it: its jobs must be freed all the same. */
	if (fdev->asleep)
		fcn_sched_continue(fdev);
	fdev->asleep = false;
	synchronize_irq(fdev->irq);
	timer_delete_sync(&fdev->recheck);
}

void fcn_device_remove(struct fcn_device *fdev)
{
	drm_dev_unplug(&fdev->drm);
	fcn_device_stop(fdev);
	fcn_device_unmap_all(fdev);
}

/* The machine goes down, or another kernel comes: no DMA from here on. */
void fcn_device_shutdown(struct fcn_device *fdev)
{
	drm_dev_unplug(&fdev->drm);
	fcn_device_stop(fdev);
}
