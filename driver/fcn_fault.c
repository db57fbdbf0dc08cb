// SPDX-License-Identifier: GPL-2.0
/*
 * Jobs that fail: what their fences, their files and the log say.
 */

#include <linux/timekeeping.h>

#include <drm/drm_file.h>
#include <drm/drm_print.h>

#include <drm/fcn_accel_regs.h>

#include "fcn_client.h"
#include "fcn_coredump.h"
#include "fcn_device.h"
#include "fcn_fault.h"
#include "fcn_job.h"

#define FCN_FAULT_LINE \
	"client %llu job %llu failed with %d: %s, address 0x%08x, command %u\n"

static const struct {
	int error;
	const char *name;
} fcn_causes[] = {
	[FCN_CAUSE_NONE] = { 0, "none" },
	[FCN_CAUSE_ILLEGAL] = { -EINVAL, "illegal command" },
	[FCN_CAUSE_MMU_INVALID] = { -EFAULT, "address not mapped" },
	[FCN_CAUSE_MMU_PERM] = { -EFAULT, "access not allowed" },
	[FCN_CAUSE_BUS_READ] = { -EIO, "bus error on read" },
	[FCN_CAUSE_BUS_WRITE] = { -EIO, "bus error on write" },
	[FCN_CAUSE_BUS_WALK] = { -EIO, "bus error on page table" },
	[FCN_CAUSE_DEADLOCK] = { -EDEADLK, "token deadlock" },
	[FCN_CAUSE_ABORTED] = { -ECANCELED, "ended by the driver" },
};

static bool fcn_fault_by_driver(const struct fcn_job *job)
{
	return job->outcome.cause == FCN_CAUSE_NONE || job->outcome.cause == FCN_CAUSE_ABORTED;
}

/* The error of a job's fence. */
int fcn_fault_error(const struct fcn_job *job)
{
	const u32 cause = job->outcome.cause;

	if (cause == FCN_CAUSE_ABORTED && job->abort_error)
		return job->abort_error;
	/* A later core's cause: its fault all the same. */
	return cause < ARRAY_SIZE(fcn_causes) ? fcn_causes[cause].error : -EIO;
}

/* Keeps a job's fault for the file to ask for; in interrupt context, too. */
void fcn_fault_note(struct fcn_job *job)
{
	const bool by_driver = fcn_fault_by_driver(job);
	struct fcn_client *client = job->client;
	unsigned long flags;

	job->fault = (struct drm_fcn_accel_fault_query){
		.user_data = job->user_data,
		.time_ns = ktime_get_ns(),
		.error = -job->error,
		.cause = by_driver ? FCN_CAUSE_NONE : job->outcome.cause,
		.addr = by_driver ? 0 : job->outcome.addr,
		.cmd = by_driver ? 0 : job->outcome.cmd,
	};
	spin_lock_irqsave(&client->fault_lock, flags);
	job->fault.index = ++client->fault_count;
	job->fault.count = client->fault_count;
	client->faults[(job->fault.index - 1) % FCN_FAULTS_KEPT] = job->fault;
	spin_unlock_irqrestore(&client->fault_lock, flags);
}

/*
 * Tells the administrator.  A client's mistakes are not worth a warning; a bus that answers with
 * errors, and a core that makes no progress, are.
 */
void fcn_fault_report(struct fcn_job *job)
{
	const struct fcn_outcome *outcome = &job->outcome;
	struct fcn_client *client = job->client;
	struct device *dev = client->fdev->drm.dev;
	const char *name;

	/* Unplugged, closed, suspended: nobody's fault. */
	if (job->error == -ENODEV || job->error == -ESRCH || job->error == -ECANCELED)
		return;
	name = outcome->cause < ARRAY_SIZE(fcn_causes) ? fcn_causes[outcome->cause].name :
							 "unknown cause";
	if (job->error == -EIO || job->error == -ETIME)
		dev_err_ratelimited(dev, FCN_FAULT_LINE, client->drm_id, job->id, job->error, name,
				    outcome->addr, outcome->cmd);
	else
		dev_info_ratelimited(dev, FCN_FAULT_LINE, client->drm_id, job->id, job->error,
				     name, outcome->addr, outcome->cmd);
	if (__ratelimit(&client->fdev->dump_limit))
		fcn_coredump(job);
}

int fcn_ioctl_fault_query(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_fcn_accel_fault_query *args = data;
	struct fcn_client *client = file->driver_priv;
	u64 index = args->index;
	int ret = -ENOENT;

	spin_lock_irq(&client->fault_lock);
	if (!index)
		index = client->fault_count;
	if (index && index <= client->fault_count &&
	    client->fault_count - index < FCN_FAULTS_KEPT) {
		*args = client->faults[(index - 1) % FCN_FAULTS_KEPT];
		args->count = client->fault_count;
		ret = 0;
	}
	spin_unlock_irq(&client->fault_lock);
	return ret;
}
