/* SPDX-License-Identifier: MIT */
/*
 * What a device with a core is to the rest of libaccel: memory that the core sees, and jobs.  One implementation drives the
 * Verilated core and the functional model in process (backend_sim.c), another the kernel driver (backend_drm.c).
 *
 * Threads: all functions may be called by several threads at once; the implementation locks.
 * Errors: 0 or a negative errno with a message (error.h).
 */
#ifndef LIBACCEL_BACKEND_H
#define LIBACCEL_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The core's parameters, in units (not logarithms). */
struct core_config {
	unsigned rows, cols, lanes;
	size_t ifm_bytes, wgt_bytes, ofm_bytes, par_bytes;
	unsigned acc_entries;
	unsigned queue_depth;
};

/* Memory: size is rounded up to 4096; va is where the core sees it, map where the host does. */
struct bo {
	uint32_t va;
	size_t size;
	void *map;
};

/* A job: commands at cmd + cmd_offset (64-byte aligned).  Every buffer that it uses is mapped as long as its bo lives. */
struct core_job {
	const struct bo *cmd;
	size_t cmd_offset;
	uint32_t cmd_count;
	const struct bo *const *bo;	/* all it reads or writes, for the driver's fences */
	const bool *bo_write;
	int n_bo;
};

/* The job's result.  perf: the performance record, theory-of-operation.md; all 0 if the device has none. */
struct core_result {
	uint32_t cause, fault_addr, fault_cmd;
	uint64_t perf[16];
};

struct core_device;

struct core_ops {
	void (*close)(struct core_device *dev);
	int (*bo_create)(struct core_device *dev, size_t size, struct bo **bo);	/* zeroed */
	int (*bo_import)(struct core_device *dev, int dmabuf_fd, struct bo **bo);
	int (*bo_export)(struct core_device *dev, struct bo *bo);
	void (*bo_free)(struct core_device *dev, struct bo *bo);
	int (*cpu_begin)(struct core_device *dev, struct bo *bo, bool write);	/* before and after the host touches map */
	int (*cpu_end)(struct core_device *dev, struct bo *bo, bool write);
	/* Runs in order of submission per device; *token names it for wait().  Jobs of one device see each other's memory. */
	int (*submit)(struct core_device *dev, const struct core_job *job, uint64_t *token);
	/* Until CLOCK_MONOTONIC reaches timeout_ns: 0 with *result set (a fault is a result), or -ETIMEDOUT, -ENODEV. */
	int (*wait)(struct core_device *dev, uint64_t token, int64_t timeout_ns, struct core_result *result);
	int (*fence)(struct core_device *dev, uint64_t token);	/* sync_file descriptor or -ENOTSUP */
};

struct core_device {
	const struct core_ops *ops;
	struct core_config config;
	bool cycles_real;	/* performance records are cycles of the Verilog, not estimates */
};

/* rest: what follows the scheme in the URI.  -ENODEV, -EINVAL. */
int backend_rtl_open(const char *rest, struct core_device **dev);
int backend_model_open(const char *rest, struct core_device **dev);
int backend_drm_open(const char *rest, struct core_device **dev);

#endif
