// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/accel/<device>/: registers, slots, clients.
 *
 * The DRM core does not call drm_driver.debugfs_init for accel devices.
 */

#include <linux/pm_runtime.h>
#include <linux/seq_file.h>

#include <drm/drm_debugfs.h>
#include <drm/drm_drv.h>

#include "fcn_client.h"
#include "fcn_debugfs.h"
#include "fcn_device.h"
#include "fcn_hw.h"
#include "fcn_job.h"
#include "fcn_regs.h"
#include "fcn_slots.h"

static struct fcn_device *fcn_debugfs_device(struct seq_file *m)
{
	struct drm_debugfs_entry *entry = m->private;

	return to_fcn_device(entry->dev);
}

static int fcn_debugfs_registers(struct seq_file *m, void *unused)
{
	struct fcn_device *fdev = fcn_debugfs_device(m);
	struct device *dev = fdev->drm.dev;
	int ret, idx;

	if (!drm_dev_enter(&fdev->drm, &idx))
		return -ENODEV;
	ret = pm_runtime_resume_and_get(dev);
	if (ret < 0)
		goto out_exit;
	mutex_lock(&fdev->reset_lock);
	if (fdev->state == FCN_HW_RUNNING)
		for (unsigned int i = 0; i < fcn_reg_count; i++)
			seq_printf(m, "0x%03x %-18s 0x%08x\n", fcn_reg_names[i].offset,
				   fcn_reg_names[i].name, fcn_read(fdev, fcn_reg_names[i].offset));
	else
		seq_puts(m, "the core is not running\n");
	mutex_unlock(&fdev->reset_lock);
	pm_runtime_mark_last_busy(dev);
	pm_runtime_put_autosuspend(dev);
	ret = 0;
out_exit:
	drm_dev_exit(idx);
	return ret;
}

static const char * const fcn_state_names[] = {
	[FCN_HW_GONE] = "gone",
	[FCN_HW_OFF] = "sleeping",
	[FCN_HW_FROZEN] = "frozen",
	[FCN_HW_RUNNING] = "running",
};

static int fcn_debugfs_state(struct seq_file *m, void *unused)
{
	struct fcn_device *fdev = fcn_debugfs_device(m);
	unsigned long flags;

	spin_lock_irqsave(&fdev->slot_lock, flags);
	seq_printf(m, "state %s\n", fcn_state_names[fdev->state]);
	for (int i = 0; i < FCN_SLOT_COUNT; i++) {
		const struct fcn_slot *slot = &fdev->slot[i];

		if (!slot->job) {
			seq_printf(m, "slot%d idle\n", i);
			continue;
		}
		seq_printf(m, "slot%d client %llu job %llu order %llu seqno %u for %lld us%s\n", i,
			   slot->job->client->drm_id, slot->job->id, slot->order, slot->seqno,
			   ktime_us_delta(ktime_get(), slot->job->start),
			   slot == fcn_slots_oldest(fdev) ? "" : " (waits)");
	}
	seq_printf(m, "jobs %llu\n", fdev->stats.jobs);
	seq_printf(m, "busy_ns %llu\n", fdev->stats.busy_ns);
	seq_printf(m, "interrupts %llu\n", fdev->stats.irqs);
	seq_printf(m, "interrupts_without_job %llu\n", fdev->stats.irqs_empty);
	seq_printf(m, "jobs_without_interrupt %llu\n", fdev->stats.irqs_lost);
	seq_printf(m, "faults %llu\n", fdev->stats.faults);
	seq_printf(m, "timeouts %llu\n", fdev->stats.timeouts);
	seq_printf(m, "restarts %llu\n", fdev->stats.restarts);
	spin_unlock_irqrestore(&fdev->slot_lock, flags);
	seq_printf(m, "resets %lld\n", atomic64_read(&fdev->resets));
	return 0;
}

static int fcn_debugfs_clients(struct seq_file *m, void *unused)
{
	struct fcn_device *fdev = fcn_debugfs_device(m);
	struct fcn_vm *vm;

	/* All clients that have memory or jobs, closed files included. */
	mutex_lock(&fdev->dma_lock);
	list_for_each_entry(vm, &fdev->vms, link) {
		struct fcn_client *client = container_of(vm, struct fcn_client, vm);

		seq_printf(m, "client %llu memory %lld queued %d jobs %lld busy_ns %llu%s\n",
			   client->drm_id, atomic64_read(&client->memory),
			   atomic_read(&client->queued), atomic64_read(&client->jobs_done),
			   fcn_slots_busy_ns(client), READ_ONCE(client->closing) ? " closed" : "");
	}
	mutex_unlock(&fdev->dma_lock);
	return 0;
}

static const struct drm_debugfs_info fcn_debugfs_files[] = {
	{ "registers", fcn_debugfs_registers, 0 },
	{ "state", fcn_debugfs_state, 0 },
	{ "clients", fcn_debugfs_clients, 0 },
};

void fcn_debugfs_init(struct fcn_device *fdev)
{
	drm_debugfs_add_files(&fdev->drm, fcn_debugfs_files, ARRAY_SIZE(fcn_debugfs_files));
}
