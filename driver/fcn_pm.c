// SPDX-License-Identifier: GPL-2.0
/*
 * Suspend and resume: when the core has nothing to do, and of the whole machine.
 */

/**
 * DOC: Power
 *
 * Each job keeps the device awake from its submission until it is freed, so the core sleeps only
 * without jobs.  A sleeping core is taken to lose all registers: waking it up is a reset.
 *
 * When the machine suspends, the scheduler gives no more jobs to the core, and those that are there
 * get some time to end.  One that runs longer is cancelled, because what it has written so far
 * cannot be taken back; one that waits behind it has not begun, and begins after the resume.
 */

#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/pm_runtime.h>

#include <drm/drm_print.h>

#include "fcn_device.h"
#include "fcn_fence.h"
#include "fcn_hw.h"
#include "fcn_job.h"
#include "fcn_pm.h"
#include "fcn_recover.h"
#include "fcn_sched.h"
#include "fcn_slots.h"

#define FCN_AUTOSUSPEND_MS	500
/* What jobs get to end when the machine suspends. */
#define FCN_DRAIN_MS		5000

static void fcn_pm_set_state(struct fcn_device *fdev, enum fcn_hw_state state)
{
	unsigned long flags;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	WRITE_ONCE(fdev->state, state);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
}

static int fcn_pm_power_off(struct fcn_device *fdev)
{
	mutex_lock(&fdev->reset_lock);
	if (fdev->state != FCN_HW_GONE) {
		fcn_write(fdev, FCN_REG_IRQ_ENABLE, 0);
		/* The write has arrived. */
		fcn_read(fdev, FCN_REG_IRQ_ENABLE);
		fcn_pm_set_state(fdev, FCN_HW_OFF);
		synchronize_irq(fdev->irq);
		if (fdev->bus->power_off)
			fdev->bus->power_off(fdev);
	}
	mutex_unlock(&fdev->reset_lock);
	return 0;
}

/* A core that does not wake up is lost: its jobs fail, the wake-up of the device does not. */
static void fcn_pm_power_on(struct fcn_device *fdev)
{
	unsigned long flags;
	int ret = 0;

	mutex_lock(&fdev->reset_lock);
	if (fdev->state != FCN_HW_OFF)
		goto out_unlock;
	if (fdev->bus->power_on)
		ret = fdev->bus->power_on(fdev);
	if (!ret)
		ret = fcn_hw_reset(fdev);
	if (ret) {
		drm_err(&fdev->drm, "the core does not wake up (%d), it is lost\n", ret);
		fcn_recover_cut_off(fdev);
		fcn_recover_lost(fdev);
		goto out_unlock;
	}
	spin_lock_irqsave(&fdev->slot_lock, flags);
	fcn_hw_setup(fdev);
	WRITE_ONCE(fdev->state, FCN_HW_RUNNING);
	fcn_slots_start_all(fdev);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
out_unlock:
	mutex_unlock(&fdev->reset_lock);
}

static int fcn_pm_runtime_suspend(struct device *dev)
{
	return fcn_pm_power_off(dev_get_drvdata(dev));
}

/* An error would stay with the device, and keep it from waking up when it is bound again. */
static int fcn_pm_runtime_resume(struct device *dev)
{
	fcn_pm_power_on(dev_get_drvdata(dev));
	return 0;
}

/* The fence of the job that runs, or NULL. */
static struct dma_fence *fcn_pm_running(struct fcn_device *fdev)
{
	struct dma_fence *fence = NULL;
	struct fcn_slot *slot;
	unsigned long flags;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	slot = fcn_slots_oldest(fdev);
	if (slot)
		fence = dma_fence_get(&slot->job->fence->base);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
	return fence;
}

/* Waits for the jobs that the core has; true when it has none any more. */
static bool fcn_pm_drain(struct fcn_device *fdev)
{
	long left = msecs_to_jiffies(FCN_DRAIN_MS);
	struct dma_fence *fence;

	while (left > 0 && (fence = fcn_pm_running(fdev))) {
		left = dma_fence_wait_timeout(fence, false, left);
		dma_fence_put(fence);
	}
	return left > 0;
}

static int fcn_pm_suspend(struct device *dev)
{
	struct fcn_device *fdev = dev_get_drvdata(dev);

	fcn_sched_pause(fdev);
	fdev->asleep = true;
	if (!fcn_pm_drain(fdev))
		fcn_recover_cancel_running(fdev);
	if (!pm_runtime_status_suspended(dev))
		fcn_pm_power_off(fdev);
	return 0;
}

static int fcn_pm_resume(struct device *dev)
{
	struct fcn_device *fdev = dev_get_drvdata(dev);

	if (!pm_runtime_status_suspended(dev))
		fcn_pm_power_on(fdev);
	fdev->asleep = false;
	fcn_sched_continue(fdev);
	return 0;
}

const struct dev_pm_ops fcn_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(fcn_pm_suspend, fcn_pm_resume)
	RUNTIME_PM_OPS(fcn_pm_runtime_suspend, fcn_pm_runtime_resume, NULL)
};

/* The front end has woken the device up and counted it as used; from now on only jobs do that. */
void fcn_pm_start(struct fcn_device *fdev)
{
	struct device *dev = fdev->drm.dev;

	pm_runtime_set_autosuspend_delay(dev, FCN_AUTOSUSPEND_MS);
	pm_runtime_use_autosuspend(dev);
	pm_runtime_mark_last_busy(dev);
	pm_runtime_put_autosuspend(dev);
}

/* Undoes fcn_pm_start(), and wakes the device up. */
void fcn_pm_stop(struct fcn_device *fdev)
{
	struct device *dev = fdev->drm.dev;

	pm_runtime_get_sync(dev);
	pm_runtime_dont_use_autosuspend(dev);
}
