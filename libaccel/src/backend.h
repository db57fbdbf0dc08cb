/* SPDX-License-Identifier: MIT */
/*
 * What a device with a core is to the rest of libaccel: memory that the core sees, and jobs.  The
 * Verilated core (backend_rtl.c) and the functional model (backend_model.c) run in process, driven
 * by backend_sim.c.
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

/*
 * A job: commands at cmd + cmd_offset (64-byte aligned).  Every buffer that it uses is mapped as
 * long as its bo lives.
 */
/* Bytes of a bo. */
struct bo_range {
	size_t start, bytes;
};

struct core_job {
	const struct bo *cmd;
	size_t cmd_offset;
	uint32_t cmd_count;
	const struct bo *const *bo;	/* all it reads or writes, for the driver's fences */
	const bool *bo_write;
	const struct bo_range *bo_range;	/* where in each; NULL: anywhere */
	int n_bo;
};

/*
 * The job's result.  perf: the performance record, theory-of-operation.md; all 0 after a fault, or
 * if the device has none.
 */
struct core_result {
	uint32_t cause, fault_addr, fault_cmd;
	uint64_t perf[16];
};

struct core_device;

/* How far a job is.  A number that the device does not know is 0. */
struct core_progress {
	uint64_t cycles;	/* since it started */
	uint32_t commands;	/* of the stream, about as many as are done */
};

struct core_ops {
	void (*close)(struct core_device *dev);	/* jobs that are under way are dropped */
	int (*bo_create)(struct core_device *dev, size_t size, struct bo **bo);	/* zeroed */
	void (*bo_free)(struct core_device *dev, struct bo *bo);
	/*
	 * Jobs of a device run one after the other, in the order of submission.  What the host
	 * wrote to a map before submit() is seen by the job, what the job wrote is seen by the
	 * host after wait().  *token names the job for wait().
	 */
	int (*submit)(struct core_device *dev, const struct core_job *job, uint64_t *token);
	/*
	 * Until CLOCK_MONOTONIC reaches timeout_ns: 0 with *result set (a fault is a result), or
	 * -ETIMEDOUT, or -ENODEV.  Once it has returned something else than -ETIMEDOUT the token
	 * is used up.
	 */
	int (*wait)(struct core_device *dev, uint64_t token, int64_t timeout_ns,
		    struct core_result *result);
	void (*progress)(struct core_device *dev, uint64_t token, struct core_progress *p);

	/* NULL where buffers are not shared with other devices: everywhere but on drm:. */
	int (*bo_import)(struct core_device *dev, int dmabuf_fd, struct bo **bo);
	int (*bo_export)(struct core_device *dev, struct bo *bo);
	int (*fence)(struct core_device *dev, uint64_t token);	/* a sync_file descriptor */
};

struct core_device {
	const struct core_ops *ops;
	struct core_config config;
	unsigned version_major, version_minor;
	bool cycles_real;	/* performance records are cycles of the Verilog, not estimates */
	char description[96];
};

/* The registers that describe a core, and what they say: sets dev->config and the version. */
struct core_registers {
	uint32_t version, config[3];
};
void core_config_decode(const struct core_registers *r, struct core_device *dev);

/* rest: what follows the scheme in the URI.  -ENODEV, -EINVAL. */
int backend_rtl_open(const char *rest, struct core_device **dev);
int backend_model_open(const char *rest, struct core_device **dev);
int backend_drm_open(const char *rest, struct core_device **dev);

/* Calls fn for every device of the scheme that can be opened, until it returns non-zero, which is returned. */
int backend_drm_list(int (*fn)(void *ctx, const char *uri, const char *description), void *ctx);
int backend_rtl_list(int (*fn)(void *ctx, const char *uri, const char *description), void *ctx);

#endif
