/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#ifdef FCN_KUNIT
#define TRACE_SYSTEM fcn_accel_kunit
#else
#define TRACE_SYSTEM fcn_accel
#endif

#if !defined(FCN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define FCN_TRACE_H

#include <linux/tracepoint.h>

#include <drm/drm_file.h>

#include "fcn_client.h"
#include "fcn_device.h"
#include "fcn_job.h"

/* A job is known by its file's client id and its number in that file. */

TRACE_EVENT(fcn_job_submit,
	TP_PROTO(const struct fcn_job *job, u32 priority),
	TP_ARGS(job, priority),
	TP_STRUCT__entry(
		__field(int, minor)
		__field(u64, client)
		__field(u64, id)
		__field(u32, priority)
		__field(u32, commands)
	),
	TP_fast_assign(
		__entry->minor = job->client->fdev->drm.accel->index;
		__entry->client = job->client->drm_id;
		__entry->id = job->id;
		__entry->priority = priority;
		__entry->commands = job->cmd_count;
	),
	TP_printk("accel%d client=%llu job=%llu priority=%u commands=%u", __entry->minor,
		  __entry->client, __entry->id, __entry->priority, __entry->commands)
);

TRACE_EVENT(fcn_job_start,
	TP_PROTO(const struct fcn_job *job, unsigned int slot, u32 seqno, bool flush),
	TP_ARGS(job, slot, seqno, flush),
	TP_STRUCT__entry(
		__field(int, minor)
		__field(u64, client)
		__field(u64, id)
		__field(unsigned int, slot)
		__field(u32, seqno)
		__field(bool, flush)
	),
	TP_fast_assign(
		__entry->minor = job->client->fdev->drm.accel->index;
		__entry->client = job->client->drm_id;
		__entry->id = job->id;
		__entry->slot = slot;
		__entry->seqno = seqno;
		__entry->flush = flush;
	),
	TP_printk("accel%d client=%llu job=%llu slot=%u seqno=%u flush=%d", __entry->minor,
		  __entry->client, __entry->id, __entry->slot, __entry->seqno, __entry->flush)
);

TRACE_EVENT(fcn_job_end,
	TP_PROTO(const struct fcn_job *job, unsigned int slot, u64 ns),
	TP_ARGS(job, slot, ns),
	TP_STRUCT__entry(
		__field(int, minor)
		__field(u64, client)
		__field(u64, id)
		__field(unsigned int, slot)
		__field(u32, cause)
		__field(u32, addr)
		__field(u32, cmd)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->minor = job->client->fdev->drm.accel->index;
		__entry->client = job->client->drm_id;
		__entry->id = job->id;
		__entry->slot = slot;
		__entry->cause = job->outcome.cause;
		__entry->addr = job->outcome.addr;
		__entry->cmd = job->outcome.cmd;
		__entry->ns = ns;
	),
	TP_printk("accel%d client=%llu job=%llu slot=%u cause=%u addr=0x%08x cmd=%u ns=%llu",
		  __entry->minor, __entry->client, __entry->id, __entry->slot, __entry->cause,
		  __entry->addr, __entry->cmd, __entry->ns)
);

TRACE_EVENT(fcn_reset,
	TP_PROTO(const struct fcn_device *fdev, int ret),
	TP_ARGS(fdev, ret),
	TP_STRUCT__entry(
		__field(int, minor)
		__field(int, ret)
	),
	TP_fast_assign(
		__entry->minor = fdev->drm.accel->index;
		__entry->ret = ret;
	),
	TP_printk("accel%d ret=%d", __entry->minor, __entry->ret)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE fcn_trace
#include <trace/define_trace.h>
