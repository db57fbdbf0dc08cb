// SPDX-License-Identifier: GPL-2.0
/*
 * Jobs that take too long, and cores that do not answer.
 */

/**
 * DOC: Recovery
 *
 * The scheduler calls for help when its oldest job has not ended for a while.  That is not yet a
 * hang: PROGRESS moves while the core works, and a simulated core works slowly.  So a job is ended
 * when PROGRESS has stood still between two calls, or when the job has run longer than the absolute
 * cap, so that nobody holds the core for ever.
 *
 * It also calls as soon as a register has read as all ones (fcn_irq.c).  That may have been one
 * read that went wrong.  If not, nobody answers, and there is nothing to wait for: step 2 comes at
 * once.
 *
 * Ending a job has three steps, each tried when the one before did not help:
 *
 *  1. ABORT of its slot.  The other slot's job goes on as if nothing had happened.
 *  2. CTRL.RESET.  The other slot's job has not begun: it is started again.
 *  3. The core is lost: all jobs fail with -ENODEV, until the driver is bound again.
 *
 * The scheduler does not see any of it: it is neither stopped nor restarted.  It sees the job's
 * fence signal with an error, and gets the job back.
 */

#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/module.h>

#include <drm/drm_print.h>

#include "fcn_client.h"
#include "fcn_compat.h"
#include "fcn_device.h"
#include "fcn_fence.h"
#include "fcn_hw.h"
#include "fcn_irq.h"
#include "fcn_job.h"
#include "fcn_recover.h"
#include "fcn_sched.h"
#include "fcn_slots.h"
#include "fcn_trace.h"

static unsigned int timeout_ms = 5000;
module_param(timeout_ms, uint, 0644);
MODULE_PARM_DESC(timeout_ms, "A job without progress for so long is ended (default 5000)");

static unsigned int job_cap_ms = 60000;
module_param(job_cap_ms, uint, 0644);
MODULE_PARM_DESC(job_cap_ms, "A job that runs longer is ended, 0: none (default 60000)");

/* Time for the core to take its requests back from the bus. */
#define FCN_ABORT_TIMEOUT_MS	1000

unsigned int fcn_job_cap_ms(void)
{
	return READ_ONCE(job_cap_ms);
}

/* How often the scheduler looks after a job. */
long fcn_timeout_jiffies(void)
{
	unsigned int ms = max(READ_ONCE(timeout_ms), 10u);
	unsigned int cap = fcn_job_cap_ms();

	return msecs_to_jiffies(cap ? min(ms, cap) : ms);
}

/* Whether @job, which has not ended, may have more time. */
static bool fcn_job_may_go_on(struct fcn_device *fdev, struct fcn_job *job)
{
	unsigned int cap = fcn_job_cap_ms();
	unsigned long flags;
	bool may = true;
	u32 progress;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	/* Ended meanwhile; or frozen, and whoever froze it will see to it; or not its turn. */
	if (fdev->state != FCN_HW_RUNNING || !fcn_slots_find(fdev, job) ||
	    fcn_slots_oldest(fdev)->job != job)
		goto out_unlock;

	progress = fcn_read(fdev, FCN_REG_PROGRESS);
	if (cap && ktime_ms_delta(ktime_get(), job->start) >= cap)
		may = false;
	else if (job->progress_valid && job->progress == progress)
		may = false;
	job->progress = progress;
	job->progress_valid = true;
	if (!may)
		fdev->stats.timeouts++;
out_unlock:
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
	return may;
}

/* Asks the core to end @job; true when it has ended. */
static bool fcn_job_abort(struct fcn_device *fdev, struct fcn_job *job)
{
	struct fcn_slot *slot;
	unsigned long flags;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	slot = fcn_slots_find(fdev, job);
	if (slot && fdev->state == FCN_HW_RUNNING)
		fcn_slot_abort(fdev, slot, -ETIME);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);

	if (dma_fence_wait_timeout(&job->fence->base, false,
				   msecs_to_jiffies(FCN_ABORT_TIMEOUT_MS)) > 0)
		return true;
	fcn_irq_look(fdev);
	return dma_fence_is_signaled(&job->fence->base);
}

/* Takes all jobs out of their slots; they are failed by the caller, without the lock. */
static unsigned int fcn_slots_empty(struct fcn_device *fdev, struct fcn_job *jobs[FCN_SLOT_COUNT])
{
	struct fcn_slot *slot;
	unsigned int n = 0;

	lockdep_assert_held(&fdev->slot_lock);

	while ((slot = fcn_slots_oldest(fdev))) {
		jobs[n++] = slot->job;
		fcn_slots_release(fdev, slot);
	}
	return n;
}

/* A core that cannot be reset does no DMA any more.  reset_lock is held. */
void fcn_recover_cut_off(struct fcn_device *fdev)
{
	lockdep_assert_held(&fdev->reset_lock);

	if (fdev->bus->quiesce) {
		fdev->bus->quiesce(fdev);
		fdev->cut_off = true;
	}
}

/**
 * fcn_recover_lost() - Give the core up
 * @fdev: device; reset_lock is held
 *
 * All jobs that have a slot fail, and all that will come.  Interrupts are not wanted any more:
 * nobody could make the line fall.
 */
void fcn_recover_lost(struct fcn_device *fdev)
{
	struct fcn_job *jobs[FCN_SLOT_COUNT];
	unsigned long flags;
	unsigned int n;

	lockdep_assert_held(&fdev->reset_lock);

	if (fdev->state == FCN_HW_GONE)
		return;
	disable_irq(fdev->irq);

	spin_lock_irqsave(&fdev->slot_lock, flags);
	WRITE_ONCE(fdev->state, FCN_HW_GONE);
	n = fcn_slots_empty(fdev, jobs);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);

	for (unsigned int i = 0; i < n; i++)
		fcn_job_fail(jobs[i], -ENODEV);
}

/*
 * Resets the core, and takes the job that runs from it, which then fails with @error.  Jobs that
 * wait keep their slots.  The core stays frozen.
 */
static int fcn_recover_freeze(struct fcn_device *fdev, struct fcn_slot *slot, int error)
{
	struct fcn_job *job = slot->job;
	unsigned long flags;
	int ret;

	lockdep_assert_held(&fdev->reset_lock);

	ret = fcn_hw_reset(fdev);
	if (ret && fdev->bus->hard_reset)
		ret = fdev->bus->hard_reset(fdev);
	trace_fcn_reset(fdev, ret);
	if (ret) {
		drm_err(&fdev->drm, "reset failed (%d), the core is lost\n", ret);
		fcn_recover_cut_off(fdev);
		fcn_recover_lost(fdev);
		return ret;
	}
	atomic64_inc(&fdev->resets);

	spin_lock_irqsave(&fdev->slot_lock, flags);
	fcn_slots_release(fdev, slot);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
	fcn_job_fail(job, job->abort_error ?: error);
	return 0;
}

/*
 * Resets the core, which has not ended @guilty when it was asked to; NULL: which does not answer,
 * so the job that is on it cannot be ended otherwise.
 */
static void fcn_recover_reset(struct fcn_device *fdev, struct fcn_job *guilty)
{
	struct fcn_slot *slot;
	unsigned long flags;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	slot = guilty ? fcn_slots_find(fdev, guilty) : fcn_slots_oldest(fdev);
	if (!slot || fdev->state != FCN_HW_RUNNING) {
		spin_unlock_irqrestore(&fdev->slot_lock, flags);
		return;
	}
	WRITE_ONCE(fdev->state, FCN_HW_FROZEN);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);

	drm_err(&fdev->drm, "the core does not %s, resetting it\n",
		guilty ? "end a job" : "answer");
	if (fcn_recover_freeze(fdev, slot, -ETIME))
		return;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	fcn_hw_setup(fdev);
	WRITE_ONCE(fdev->state, FCN_HW_RUNNING);
	fcn_slots_start_all(fdev);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
}

/* The machine suspends, and the job that runs does not end.  The core is left frozen. */
void fcn_recover_cancel_running(struct fcn_device *fdev)
{
	struct fcn_slot *slot = NULL;
	unsigned long flags;

	mutex_lock(&fdev->reset_lock);
	spin_lock_irqsave(&fdev->slot_lock, flags);
	if (fdev->state == FCN_HW_RUNNING)
		slot = fcn_slots_oldest(fdev);
	if (slot)
		WRITE_ONCE(fdev->state, FCN_HW_FROZEN);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
	if (slot)
		fcn_recover_freeze(fdev, slot, -ECANCELED);
	mutex_unlock(&fdev->reset_lock);
}

/* True: a register has read as all ones since the last call, and no job's time need be over. */
static bool fcn_recover_called_early(struct fcn_device *fdev)
{
	unsigned long flags;
	bool early;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	early = fdev->silent;
	fdev->silent = false;
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
	return early;
}

/* False when all that reads bring is ones.  A core that sleeps or is frozen is not asked. */
static bool fcn_recover_answers(struct fcn_device *fdev)
{
	lockdep_assert_held(&fdev->reset_lock);

	return fdev->state != FCN_HW_RUNNING ||
	       (fcn_hw_alive(fdev) && fcn_read(fdev, FCN_REG_SLOT_STATUS(0)) != U32_MAX &&
		fcn_read(fdev, FCN_REG_SLOT_STATUS(1)) != U32_MAX);
}

enum drm_gpu_sched_stat fcn_sched_timedout(struct drm_sched_job *sched_job)
{
	struct fcn_job *job = to_fcn_job(sched_job);
	struct fcn_device *fdev = job->client->fdev;
	bool early;

	mutex_lock(&fdev->reset_lock);
	early = fcn_recover_called_early(fdev);
	if (!fcn_recover_answers(fdev)) {
		fcn_recover_reset(fdev, NULL);
		goto out_unlock;
	}
	/* Not signalled under load does not mean not ended. */
	fcn_irq_look(fdev);
	if (!early && !fcn_job_may_go_on(fdev, job) && !fcn_job_abort(fdev, job))
		fcn_recover_reset(fdev, job);
out_unlock:
	mutex_unlock(&fdev->reset_lock);

	return fcn_compat_sched_keep(sched_job);
}
