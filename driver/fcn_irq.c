// SPDX-License-Identifier: GPL-2.0
/*
 * The end of jobs: interrupts and completion records.
 */

/**
 * DOC: Completion
 *
 * When a job ends, the core writes a record to memory, then sets the slot's BUSY to 0 and raises
 * an interrupt.  The handler clears all interrupt causes with one write and decides by the records:
 * no register is read.  Three races come with that.
 *
 *  - The clearing write is posted: it may reach the core after the records have been looked at,
 *    and take a cause with it that was set in between.  So if jobs remain, a timer looks
 *    at the records (at memory, not at registers) once more a little later.
 *
 *  - A record is visible before BUSY is 0, and a start of a busy slot is ignored.  A record that
 *    is seen by the interrupt of its own job is safe.  One that is seen for another reason is not:
 *    the second of two, one found by the timer, one found when a late interrupt may be on its way.
 *    Then, and only then, BUSY is read, and if it is 1 the job is left to its own interrupt.
 *
 *  - An interrupt may come without a record: a spurious one, or the bus refused the record.  Then
 *    the slot's registers tell.
 *
 * A status of all ones says nothing about a slot: the device may be gone.  Whether it is, is found
 * out at once, by the worker that looks after jobs that take long (fcn_recover.c).
 */

#include <drm/drm_print.h>

#include "fcn_client.h"
#include "fcn_hw.h"
#include "fcn_irq.h"
#include "fcn_job.h"
#include "fcn_sched.h"
#include "fcn_slots.h"
#include "fcn_trace.h"

/* How long a posted write may take, with a lot of room. */
#define FCN_RECHECK_JIFFIES	2

/* Why fcn_slots_collect() is called. */
enum fcn_collect {
	FCN_COLLECT_IRQ,
	FCN_COLLECT_LOOK,	/* no interrupt came */
};

static u32 fcn_slot_status(struct fcn_device *fdev, const struct fcn_slot *slot)
{
	u32 status = fcn_read(fdev, FCN_REG_SLOT_STATUS(slot - fdev->slot));

	lockdep_assert_held(&fdev->slot_lock);

	if (status == U32_MAX)
		fdev->silent = true;
	return status;
}

/* Also when the status is all ones: the job is left where it is. */
static bool fcn_slot_busy(struct fcn_device *fdev, const struct fcn_slot *slot)
{
	return fcn_slot_status(fdev, slot) & FCN_SLOT_STATUS_BUSY_MASK;
}

static bool fcn_slot_recorded(struct fcn_device *fdev, const struct fcn_slot *slot)
{
	const struct fcn_record *record = &fdev->records[slot - fdev->slot];

	return slot->seqno && le32_to_cpu(READ_ONCE(record->seqno)) == slot->seqno;
}

/* Takes the job out of its slot and notes its end. */
static struct fcn_job *fcn_slot_finish(struct fcn_device *fdev, struct fcn_slot *slot,
				       const struct fcn_outcome *outcome)
{
	struct fcn_job *job = slot->job;
	u64 ns = ktime_to_ns(ktime_sub(ktime_get(), job->start));

	job->outcome = *outcome;
	job->client->busy_ns += ns;
	fdev->stats.jobs++;
	fdev->stats.busy_ns += ns;
	fdev->stats.faults += outcome->cause != FCN_CAUSE_NONE;
	trace_fcn_job_end(job, slot - fdev->slot, ns);
	if (outcome->cause != FCN_CAUSE_ABORTED)
		fdev->ran_order = slot->order;
	fcn_slots_release(fdev, slot);
	return job;
}

static struct fcn_job *fcn_slot_finish_recorded(struct fcn_device *fdev, struct fcn_slot *slot)
{
	const struct fcn_record *record = &fdev->records[slot - fdev->slot];
	struct fcn_outcome outcome;

	/* The record's seqno was read before. */
	dma_rmb();
	outcome.cause = le32_to_cpu(READ_ONCE(record->cause));
	outcome.addr = le32_to_cpu(READ_ONCE(record->addr));
	outcome.cmd = le32_to_cpu(READ_ONCE(record->cmd));
	return fcn_slot_finish(fdev, slot, &outcome);
}

/*
 * The oldest job has no record, and something is odd.  When its slot is busy, nothing is.
 * Else either the bus refused the record, and the registers have what it would say; or the slot
 * never took the job: it is started again.
 */
static struct fcn_job *fcn_slot_finish_unrecorded(struct fcn_device *fdev, struct fcn_slot *slot)
{
	u32 status = fcn_slot_status(fdev, slot);
	const unsigned int n = slot - fdev->slot;
	struct fcn_outcome outcome;

	if (status & FCN_SLOT_STATUS_BUSY_MASK)
		return NULL;
	/* It may have ended since the record was looked at. */
	if (fcn_slot_recorded(fdev, slot))
		return fcn_slot_finish_recorded(fdev, slot);
	if (fcn_read(fdev, FCN_REG_SLOT_SEQNO(n)) != slot->seqno) {
		fdev->stats.restarts++;
		fcn_slot_start(fdev, slot, true);
		return NULL;
	}
	dev_err_ratelimited(fdev->drm.dev, "slot %u: completion record lost\n", n);
	outcome.cause = FCN_GET(status, SLOT_STATUS_CAUSE);
	outcome.addr = fcn_read(fdev, FCN_REG_SLOT_FAULT_ADDR(n));
	outcome.cmd = FCN_GET(fcn_read(fdev, FCN_REG_SLOT_FAULT_CMD(n)), SLOT_FAULT_CMD_INDEX);
	return fcn_slot_finish(fdev, slot, &outcome);
}

/* Takes jobs that have ended out of their slots, in order.  Returns how many. */
static unsigned int fcn_slots_collect(struct fcn_device *fdev, enum fcn_collect why,
				      struct fcn_job *done[FCN_SLOT_COUNT])
{
	bool sure = why == FCN_COLLECT_IRQ && !fdev->irq_stale;
	struct fcn_slot *slot, *ended[FCN_SLOT_COUNT];
	unsigned int n = 0, count = 0;
	struct fcn_job *job;

	lockdep_assert_held(&fdev->slot_lock);

	if (why == FCN_COLLECT_IRQ)
		fdev->irq_stale = false;

	slot = fcn_slots_oldest(fdev);
	if (!slot || !slot->seqno)
		return 0;
	if (!fcn_slot_recorded(fdev, slot)) {
		job = fcn_slot_finish_unrecorded(fdev, slot);
		if (job)
			done[n++] = job;
		return n;
	}

	ended[count++] = slot;
	for (int i = 0; i < FCN_SLOT_COUNT; i++)
		if (&fdev->slot[i] != slot && fdev->slot[i].job &&
		    fcn_slot_recorded(fdev, &fdev->slot[i]))
			ended[count++] = &fdev->slot[i];

	if (count > 1 || !sure) {
		if (fcn_slot_busy(fdev, ended[count - 1]))
			count--;
		else
			fdev->irq_stale = true;
	}
	while (n < count) {
		done[n] = fcn_slot_finish_recorded(fdev, ended[n]);
		n++;
	}
	return n;
}

static unsigned int fcn_irq_collect(struct fcn_device *fdev, enum fcn_collect why)
{
	struct fcn_job *done[FCN_SLOT_COUNT];
	unsigned long flags;
	bool more, silent;
	unsigned int n = 0;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	if (fdev->state == FCN_HW_GONE || fdev->state == FCN_HW_OFF) {
		spin_unlock_irqrestore(&fdev->slot_lock, flags);
		return 0;
	}
	/* Also without an interrupt: a line that stays high never rises again. */
	fcn_write(fdev, FCN_REG_IRQ_STATUS, U32_MAX);
	if (fdev->state == FCN_HW_RUNNING)
		n = fcn_slots_collect(fdev, why, done);
	more = fcn_slots_oldest(fdev);
	silent = fdev->silent;
	if (why == FCN_COLLECT_IRQ) {
		fdev->stats.irqs++;
		fdev->stats.irqs_empty += !n;
	} else {
		fdev->stats.irqs_lost += n;
	}
	spin_unlock_irqrestore(&fdev->slot_lock, flags);

	if (more)
		mod_timer(&fdev->recheck, jiffies + FCN_RECHECK_JIFFIES);
	if (silent)
		fcn_sched_look(fdev);
	for (unsigned int i = 0; i < n; i++)
		fcn_job_ended(done[i]);
	return n;
}

irqreturn_t fcn_irq_handler(int irq, void *arg)
{
	struct fcn_device *fdev = arg;

	fcn_irq_collect(fdev, FCN_COLLECT_IRQ);
	if (READ_ONCE(fdev->state) == FCN_HW_FROZEN)
		complete(&fdev->irq_test);
	return IRQ_HANDLED;
}

/* Looks for jobs that have ended without an interrupt. */
void fcn_irq_look(struct fcn_device *fdev)
{
	fcn_irq_collect(fdev, FCN_COLLECT_LOOK);
}

/* Like fcn_irq_look(), but reads no register while the records have no news. */
void fcn_irq_recheck(struct timer_list *timer)
{
	struct fcn_device *fdev = container_of(timer, struct fcn_device, recheck);
	struct fcn_slot *slot;
	unsigned long flags;
	bool news;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	slot = fcn_slots_oldest(fdev);
	news = slot && fcn_slot_recorded(fdev, slot);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
	if (news)
		fcn_irq_look(fdev);
}
