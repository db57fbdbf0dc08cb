// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/class/devcoredump: what is known about a job that failed.
 */

/**
 * DOC: Core dump
 *
 * A file of little-endian numbers.  It begins with struct fcn_dump_header; then come the sections,
 * each a struct fcn_dump_section followed by as many bytes as it says:
 *
 *  1  fault: struct drm_fcn_accel_fault_query, as FAULT_QUERY returned it then
 *  2  registers: pairs of 32-bit numbers, offset and value, read when the dump was made: the other
 *     slot's job may be running by then.  Missing when the core could not be read.
 *  3  commands of the job, at most 1 MiB of them.  Missing when they lie in an imported dma-buf.
 *
 * The kernel keeps one dump per device until it is read or some minutes have passed.
 */

#include <linux/devcoredump.h>
#include <linux/highmem.h>
#include <linux/vmalloc.h>

#include <drm/drm_drv.h>
#include <drm/drm_gem.h>

#include <drm/fcn_accel.h>

#include "fcn_client.h"
#include "fcn_coredump.h"
#include "fcn_device.h"
#include "fcn_fault.h"
#include "fcn_gem.h"
#include "fcn_hw.h"
#include "fcn_job.h"
#include "fcn_regs.h"

#define FCN_DUMP_MAGIC		0x504e4346	/* "FCNP" */
#define FCN_DUMP_VERSION	1
#define FCN_DUMP_MAX_COMMANDS	((size_t)SZ_1M)
#define FCN_CMD_BYTES		64

struct fcn_dump_header {
	__le32 magic;
	__le32 version;
};

enum fcn_dump_type {
	FCN_DUMP_FAULT = 1,
	FCN_DUMP_REGISTERS = 2,
	FCN_DUMP_COMMANDS = 3,
};

struct fcn_dump_section {
	__le32 type;
	__le32 bytes;
};

static void *fcn_dump_begin(void *at, enum fcn_dump_type type, size_t bytes)
{
	struct fcn_dump_section *section = at;

	section->type = cpu_to_le32(type);
	section->bytes = cpu_to_le32(bytes);
	return section + 1;
}

static void *fcn_dump_fault(void *at, struct fcn_job *job)
{
	at = fcn_dump_begin(at, FCN_DUMP_FAULT, sizeof(job->fault));
	memcpy(at, &job->fault, sizeof(job->fault));
	return at + sizeof(job->fault);
}

static void *fcn_dump_registers(void *at, struct fcn_device *fdev)
{
	__le32 *pair;
	int idx;

	if (!drm_dev_enter(&fdev->drm, &idx))
		return at;
	/* The job keeps the device awake. */
	mutex_lock(&fdev->reset_lock);
	if (fdev->state == FCN_HW_RUNNING) {
		pair = fcn_dump_begin(at, FCN_DUMP_REGISTERS, fcn_reg_count * 2 * sizeof(*pair));
		for (unsigned int i = 0; i < fcn_reg_count; i++) {
			*pair++ = cpu_to_le32(fcn_reg_names[i].offset);
			*pair++ = cpu_to_le32(fcn_read(fdev, fcn_reg_names[i].offset));
		}
		at = pair;
	}
	mutex_unlock(&fdev->reset_lock);
	drm_dev_exit(idx);
	return at;
}

static void *fcn_dump_commands(void *at, struct fcn_job *job, size_t bytes)
{
	struct fcn_bo *bo = to_fcn_bo(job->cmd_bo);
	size_t done = 0;

	if (!bytes)
		return at;
	at = fcn_dump_begin(at, FCN_DUMP_COMMANDS, bytes);
	while (done < bytes) {
		const u64 offset = job->cmd_offset + done;
		const size_t n = min_t(size_t, bytes - done, PAGE_SIZE - offset_in_page(offset));

		memcpy_from_page(at + done, bo->base.pages[offset >> PAGE_SHIFT],
				 offset_in_page(offset), n);
		done += n;
	}
	return at + bytes;
}

/* Makes a dump, if there is memory for it. */
void fcn_coredump(struct fcn_job *job)
{
	struct fcn_device *fdev = job->client->fdev;
	struct fcn_dump_header *header;
	size_t commands = 0, size;
	void *data, *end;

	if (!to_fcn_bo(job->cmd_bo)->dmabuf)
		commands = min((size_t)job->cmd_count * FCN_CMD_BYTES, FCN_DUMP_MAX_COMMANDS);
	size = sizeof(*header) + 3 * sizeof(struct fcn_dump_section) +
	       sizeof(job->fault) + fcn_reg_count * 2 * sizeof(__le32) +
	       commands;
	data = __vmalloc(size, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
	if (!data)
		return;
	header = data;
	header->magic = cpu_to_le32(FCN_DUMP_MAGIC);
	header->version = cpu_to_le32(FCN_DUMP_VERSION);
	end = fcn_dump_fault(header + 1, job);
	end = fcn_dump_registers(end, fdev);
	end = fcn_dump_commands(end, job, commands);
	dev_coredumpv(fdev->drm.dev, data, end - data, GFP_KERNEL);
}
