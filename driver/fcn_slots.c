// SPDX-License-Identifier: GPL-2.0
/*
 * The core's two job slots.
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
 * To keep it so, a job that waits is not aborted before its turn has come.
 */

#include <drm/drm_print.h>

#include "fcn_client.h"
#include "fcn_device.h"
#include "fcn_hw.h"
#include "fcn_job.h"
#include "fcn_slots.h"
#include "fcn_trace.h"

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

	flush |= mmu->flushed != mmu->generation;
	if (flush)
		count |= FCN_SLOT_CMD_COUNT_TLB_FLUSH_MASK;
	mmu->flushed = mmu->generation;

	job->start = ktime_get();
	job->progress_valid = false;
	trace_fcn_job_start(job, n, slot->seqno, flush);

	/* writel(): commands, tables and data are in memory before the core looks at them. */
	fcn_write(fdev, FCN_REG_SLOT_ROOT(n), mmu->root_pfn);
	fcn_write(fdev, FCN_REG_SLOT_CMD_VA(n), job->cmd_va);
	fcn_write(fdev, FCN_REG_SLOT_CMD_COUNT(n), count);
	fcn_write(fdev, FCN_REG_SLOT_PERF_VA(n), job->perf_va);
	fcn_write(fdev, FCN_REG_SLOT_SEQNO(n), slot->seqno);
}

/**
 * fcn_slot_abort() - Ask the core to end the oldest job
 * @fdev: device, running
 * @slot: its slot
 * @error: for the job's fence
 *
 * It ends like any other, with a record and an interrupt.
 */
void fcn_slot_abort(struct fcn_device *fdev, struct fcn_slot *slot, int error)
{
	lockdep_assert_held(&fdev->slot_lock);

	if (!slot->job->abort_error)
		slot->job->abort_error = error;
	fcn_write(fdev, FCN_REG_SLOT_ABORT(slot - fdev->slot), FCN_SLOT_ABORT_ABORT_MASK);
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

/* The slot of @job; NULL: it has ended. */
struct fcn_slot *fcn_slots_find(struct fcn_device *fdev, const struct fcn_job *job)
{
	lockdep_assert_held(&fdev->slot_lock);

	for (int i = 0; i < FCN_SLOT_COUNT; i++)
		if (fdev->slot[i].job == job)
			return &fdev->slot[i];
	return NULL;
}

/* The turn of another job has come: its run time begins, unless nobody wants it any more. */
static void fcn_slots_turn(struct fcn_device *fdev)
{
	struct fcn_slot *slot = fcn_slots_oldest(fdev);

	if (!slot)
		return;
	slot->job->start = ktime_get();
	if (slot->job->client->closing && fdev->state == FCN_HW_RUNNING)
		fcn_slot_abort(fdev, slot, -ESRCH);
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
	job->client->vm.mmu.last_order = slot->order;
	if (fdev->state == FCN_HW_RUNNING)
		fcn_slot_start(fdev, slot, false);
	return 0;
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
			break;
		done = next->order;
		fcn_slot_start(fdev, next, true);
	}
	fcn_slots_turn(fdev);
}

/* The jobs of a file that is being closed are not wanted any more. */
void fcn_slots_cancel(struct fcn_client *client)
{
	struct fcn_device *fdev = client->fdev;
	struct fcn_slot *slot;
	unsigned long flags;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	WRITE_ONCE(client->closing, true);
	slot = fcn_slots_oldest(fdev);
	if (slot && slot->job->client == client && fdev->state == FCN_HW_RUNNING)
		fcn_slot_abort(fdev, slot, -ESRCH);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
}

/* The job of @slot, the oldest, has ended: make room for another one. */
void fcn_slots_release(struct fcn_device *fdev, struct fcn_slot *slot)
{
	lockdep_assert_held(&fdev->slot_lock);

	fdev->completed_order = slot->order;
	slot->job = NULL;
	slot->seqno = 0;
	fcn_slots_turn(fdev);
}

/* Time that the core has spent on the jobs of a file, the one that runs included. */
u64 fcn_slots_busy_ns(struct fcn_client *client)
{
	struct fcn_device *fdev = client->fdev;
	struct fcn_slot *slot;
	unsigned long flags;
	u64 ns;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	ns = client->busy_ns;
	slot = fcn_slots_oldest(fdev);
	if (slot && slot->seqno && slot->job->client == client)
		ns += ktime_to_ns(ktime_sub(ktime_get(), slot->job->start));
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
	return ns;
}
