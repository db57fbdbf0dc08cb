// SPDX-License-Identifier: GPL-2.0
/*
 * The core's registers: identification, reset, and the two job slots.
 */

/**
 * DOC: Job slots
 *
 * The core has two job slots, so that the next job starts without the host in between.  The
 * scheduler has two credits, hence a job that it wants to run always finds a slot.  Starting a job
 * takes five register writes and no reads.  Jobs run in the order in which they are started, one
 * at a time.  Two things follow that the driver relies on:
 *
 *  - when a job has ended, so have all that were started before it;
 *  - a job that waits in its slot has not touched anything yet, so after a reset it can be started
 *    again.
 *
 * The driver never aborts a job that waits.  So each job that was started has run when the next
 * one of the same file starts, or the core has been reset.  fcn_mmu.c relies on that.
 */

#include <linux/delay.h>
#include <linux/iopoll.h>

#include <drm/drm_print.h>

#include "fcn_client.h"
#include "fcn_hw.h"
#include "fcn_job.h"

/* A simulated core may be slow, but not that slow. */
#define FCN_RESET_TIMEOUT_US	(5 * USEC_PER_SEC)

#define FCN_IRQS \
	(FCN_IRQ_ENABLE_DONE_MASK | FCN_IRQ_ENABLE_FAULT_MASK | \
	 FCN_IRQ_ENABLE_SEQNO_ERR_MASK | FCN_IRQ_ENABLE_TEST_MASK)

int fcn_hw_identify(struct fcn_device *fdev)
{
	struct fcn_config *cfg = &fdev->cfg;
	struct drm_device *drm = &fdev->drm;
	u32 id = fcn_read(fdev, FCN_REG_ID);

	if (id != FCN_ID_MAGIC) {
		drm_err(drm, "no fcnaccel core: ID is 0x%08x\n", id);
		return -ENODEV;
	}
	cfg->version = fcn_read(fdev, FCN_REG_VERSION);
	if (FCN_GET(cfg->version, VERSION_MAJOR) != FCN_BLOCK_MAJOR) {
		drm_err(drm, "core of version %u.%u, the driver knows %u.x\n",
			FCN_GET(cfg->version, VERSION_MAJOR),
			FCN_GET(cfg->version, VERSION_MINOR), FCN_BLOCK_MAJOR);
		return -ENODEV;
	}
	cfg->config[0] = fcn_read(fdev, FCN_REG_CONFIG0);
	cfg->config[1] = fcn_read(fdev, FCN_REG_CONFIG1);
	cfg->config[2] = fcn_read(fdev, FCN_REG_CONFIG2);
	cfg->pa_bits = FCN_GET(cfg->config[2], CONFIG2_PA_BITS);
	if (FCN_GET(cfg->config[2], CONFIG2_SLOTS) != FCN_SLOT_COUNT ||
	    cfg->pa_bits < 32 || cfg->pa_bits > 40) {
		drm_err(drm, "CONFIG2 is 0x%08x: not a core of version %u\n",
			cfg->config[2], FCN_BLOCK_MAJOR);
		return -ENODEV;
	}
	return 0;
}

/* False when reads come back as all ones, as they do from a device that is no longer there. */
bool fcn_hw_alive(struct fcn_device *fdev)
{
	return fcn_read(fdev, FCN_REG_ID) == FCN_ID_MAGIC;
}

/**
 * fcn_hw_reset() - Put the core into its power-up state
 * @fdev: device; nobody else touches its registers
 *
 * The core first lets outstanding bus transactions end, so afterwards it does no DMA.
 *
 * Return: 0, -ENODEV (the device is not there) or -ETIMEDOUT (the bus is stuck).
 */
int fcn_hw_reset(struct fcn_device *fdev)
{
	u32 ctrl;

	if (!fcn_hw_alive(fdev))
		return -ENODEV;
	fcn_write(fdev, FCN_REG_CTRL, FCN_CTRL_RESET_MASK);
	return readl_poll_timeout(fdev->regs + FCN_REG_CTRL, ctrl,
				  !(ctrl & FCN_CTRL_RESET_MASK), 100, FCN_RESET_TIMEOUT_US);
}

/* After a reset: where records go, and interrupts. */
void fcn_hw_setup(struct fcn_device *fdev)
{
	fdev->last_root = 0;
	fcn_write(fdev, FCN_REG_SEQNO_ADDR_HI, upper_32_bits(fdev->records_dma));
	fcn_write(fdev, FCN_REG_SEQNO_ADDR_LO, lower_32_bits(fdev->records_dma));
	fcn_write(fdev, FCN_REG_IRQ_STATUS, U32_MAX);
	fcn_write(fdev, FCN_REG_IRQ_ENABLE, FCN_IRQS);
}

void fcn_slot_start(struct fcn_device *fdev, struct fcn_slot *slot, bool flush)
{
	const unsigned int n = slot - fdev->slot;
	struct fcn_job *job = slot->job;
	struct fcn_mmu *mmu = &job->client->vm.mmu;
	u32 count = job->cmd_count;

	lockdep_assert_held(&fdev->slot_lock);

	/* 0 means that the slot has not been started. */
	if (++fdev->last_seqno == 0)
		++fdev->last_seqno;
	slot->seqno = fdev->last_seqno;

	if (flush || mmu->flushed != mmu->generation)
		count |= FCN_SLOT_CMD_COUNT_TLB_FLUSH_MASK;
	mmu->flushed = mmu->generation;
	fdev->last_root = mmu->root_dma;

	job->start = ktime_get();
	job->progress_valid = false;

	/* writel(): commands, tables and data are in memory before the core looks at them. */
	fcn_write(fdev, FCN_REG_SLOT_ROOT(n), mmu->root_dma >> FCN_MMU_PAGE_SHIFT);
	fcn_write(fdev, FCN_REG_SLOT_CMD_VA(n), job->cmd_va);
	fcn_write(fdev, FCN_REG_SLOT_CMD_COUNT(n), count);
	fcn_write(fdev, FCN_REG_SLOT_PERF_VA(n), job->perf_va);
	fcn_write(fdev, FCN_REG_SLOT_SEQNO(n), slot->seqno);
}

/**
 * fcn_slots_add() - Give a job a slot, and start it
 * @fdev: device
 * @job: job; the scheduler's credits say that there is room for it
 *
 * A frozen core is not touched: the job is started when it thaws.
 *
 * Return: 0, or -ENODEV.
 */
int fcn_slots_add(struct fcn_device *fdev, struct fcn_job *job)
{
	struct fcn_slot *slot;

	lockdep_assert_held(&fdev->slot_lock);

	if (fdev->state == FCN_HW_GONE)
		return -ENODEV;
	for (slot = fdev->slot; slot < fdev->slot + FCN_SLOT_COUNT; slot++)
		if (!slot->job)
			break;
	if (WARN_ON_ONCE(slot == fdev->slot + FCN_SLOT_COUNT))
		return -EBUSY;

	slot->job = job;
	slot->seqno = 0;
	slot->order = ++fdev->last_order;
	job->client->vm.last_order = slot->order;
	if (fdev->state == FCN_HW_RUNNING)
		fcn_slot_start(fdev, slot, false);
	return 0;
}

/* The slot whose job runs, or will run first.  NULL: all are empty. */
struct fcn_slot *fcn_slots_oldest(struct fcn_device *fdev)
{
	struct fcn_slot *oldest = NULL;

	lockdep_assert_held(&fdev->slot_lock);

	for (int i = 0; i < FCN_SLOT_COUNT; i++) {
		struct fcn_slot *slot = &fdev->slot[i];

		if (slot->job && (!oldest || slot->order < oldest->order))
			oldest = slot;
	}
	return oldest;
}

/*
 * Starts the jobs of all slots, in their order, on a core that has been reset.
 * Flushes without asking: what was to be flushed for an earlier start is forgotten.
 */
void fcn_slots_start_all(struct fcn_device *fdev)
{
	u64 done = 0;

	lockdep_assert_held(&fdev->slot_lock);

	for (int i = 0; i < FCN_SLOT_COUNT; i++) {
		struct fcn_slot *next = NULL;

		for (int j = 0; j < FCN_SLOT_COUNT; j++) {
			struct fcn_slot *slot = &fdev->slot[j];

			if (slot->job && slot->order > done && (!next || slot->order < next->order))
				next = slot;
		}
		if (!next)
			return;
		done = next->order;
		fcn_slot_start(fdev, next, true);
	}
}

/* The job of @slot, the oldest, has ended: make room for another one. */
void fcn_slots_release(struct fcn_device *fdev, struct fcn_slot *slot)
{
	lockdep_assert_held(&fdev->slot_lock);

	fdev->completed_order = slot->order;
	slot->job = NULL;
	slot->seqno = 0;
}
