/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the fcn_accel driver share: finding the device, ioctls, buffer objects, jobs.
 * No test macro is used here, so that children of a test can use it too.
 *
 * Functions that return int return 0 (or a descriptor) or a negative errno.
 */
#ifndef FCN_TEST_H
#define FCN_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "drm/fcn_accel.h"
#include "drm/fcn_accel_cmd.h"
#include "drm/fcn_accel_regs.h"

#define FCN_SEC 1000000000ll
#define FCN_PAGE 4096u
#define FCN_RECORD_BYTES 128

#define FCN_R DRM_FCN_ACCEL_ACCESS_READ
#define FCN_W DRM_FCN_ACCEL_ACCESS_WRITE
#define FCN_RW (FCN_R | FCN_W)

/* ---- device: fcn_device.c ---- */

/*
 * The device's node: $FCN_ACCEL_DEVICE, or the first one in /dev/accel that belongs to the driver;
 * NULL: there is none.
 */
const char *fcn_path(void);
int fcn_open(void);

/*
 * How many times slower this kernel is than others: $FCN_TEST_SLOW, or 1.  Waits for what must come get so
 * much more time; the functions below do that by themselves.
 */
int fcn_slow(void);

/* The same with waiting for at most some seconds, for a device that comes back. */
int fcn_open_wait(int seconds);

/* Its folder in sysfs: of the accel node's device, such as the PCI function. */
int fcn_sysfs(char *path, size_t size);

/* The device and its driver in sysfs, for the time when they are apart. */
struct fcn_binding {
	char device[512], driver[512];
};
int fcn_find_binding(struct fcn_binding *b);
int fcn_unbind(const struct fcn_binding *b);
int fcn_bind(const struct fcn_binding *b);	/* what the driver's probe says */

int fcn_ioctl(int fd, unsigned long request, void *arg);
int fcn_param(int fd, uint32_t param, uint64_t *value);
int64_t fcn_now(void);		/* CLOCK_MONOTONIC */
void fcn_sleep_ms(unsigned ms);

/* Small files of sysfs and procfs. */
int fcn_write_file(const char *path, const char *text);
int fcn_read_file(const char *path, char *text, size_t size);

/* A file of the device in debugfs. */
int fcn_debugfs(const char *name, char *text, size_t size);

/* How many jobs the core has been given: 0 to 2, as debugfs says; or a negative errno. */
int fcn_slots_taken(void);

/* Parameters of the module, which a test sets for itself; restore does nothing where set failed. */
struct fcn_parameter {
	const char *name;
	char value[32];
};
int fcn_set_parameter(const char *name, unsigned value, struct fcn_parameter *before);
void fcn_restore_parameter(struct fcn_parameter *before);

/* At the program's end all are as they are now, also when a test was killed in the middle. */
void fcn_keep_parameters(void);

/* ---- buffer objects: fcn_bo.c ---- */

struct fcn_bo {
	uint32_t handle;
	uint64_t va, size, mmap_offset;
	uint8_t *map;		/* NULL: an import */
};

int fcn_bo_create(int fd, uint64_t size, uint32_t flags, struct fcn_bo *bo);
int fcn_bo_info(int fd, uint32_t handle, struct fcn_bo *bo);	/* does not map */
void fcn_bo_unmap(struct fcn_bo *bo);
int fcn_bo_close(int fd, struct fcn_bo *bo);	/* unmaps, closes the handle */
int fcn_export(int fd, uint32_t handle);	/* dma-buf */
int fcn_import(int fd, int dmabuf, uint32_t *handle);
int fcn_prep(int fd, uint32_t handle, uint32_t flags, int64_t timeout_ns);
int fcn_fini(int fd, uint32_t handle, uint32_t flags);

/* Bytes that depend on the seed and on their place. */
void fcn_fill(void *p, size_t n, unsigned seed);
bool fcn_filled(const void *p, size_t n, unsigned seed);

/* ---- syncobjs and jobs: fcn_job.c ---- */

int fcn_syncobj(int fd, uint32_t flags, uint32_t *handle);
int fcn_syncobj_destroy(int fd, uint32_t handle);

/* Until CLOCK_MONOTONIC is timeout_ns: -ETIME. */
int fcn_syncobj_wait(int fd, uint32_t handle, int64_t timeout_ns);
int fcn_sync_file(int fd, uint32_t handle);	/* export of a syncobj's fence */

/* 0: signalled without an error; its error; -EINPROGRESS: has not signalled. */
int fcn_sync_status(int sync_file);

/* Submits jobs as they are. */
int fcn_submit(int fd, struct drm_fcn_accel_job *jobs, uint32_t n, uint32_t priority);

/*
 * A command stream in a buffer object, and all that a job needs: what fcn_start() submits.  Sizes
 * of lists are enough for tests.
 */
struct fcn_job {
	struct fcn_bo cmd;
	uint32_t n_cmd;
	struct drm_fcn_accel_bo_ref ref[8];
	uint32_t n_ref;
	uint32_t out;		/* syncobj with the job's fence */
	uint32_t perf_handle, perf_offset, priority;
	uint64_t user_data;
};

int fcn_job_init(int fd, struct fcn_job *job, uint32_t max_cmd);
void fcn_job_exit(int fd, struct fcn_job *job);

/* Closes the file with the job running: its mapping would keep the file open. */
void fcn_job_abandon(int fd, struct fcn_job *job);
void fcn_use(struct fcn_job *job, const struct fcn_bo *bo, uint32_t access);
int fcn_start(int fd, struct fcn_job *job);

/* What fcn_start() does first: the CPU's turn with the job's buffers ends. */
void fcn_hand_over(int fd, const struct fcn_job *job);

/* The fence's error (0: none), or -ETIME of the wait when `seconds` are over: then *late is set. */
int fcn_finish(int fd, struct fcn_job *job, int seconds, bool *late);

/* Start and finish.  -ETIMEDOUT: not done within a minute. */
int fcn_run(int fd, struct fcn_job *job);

/* ---- another driver: fcn_vgem.c ---- */

/* vgem, whose module may be loaded for that; negative: there is none. */
int fcn_vgem_open(void);

/* A fence for writing on a buffer of 4096 bytes of vgem's, which its dma-buf is. */
struct fcn_vgem_fence {
	int vgem, dmabuf;
	uint32_t fence;
};
int fcn_vgem_attach(int vgem, struct fcn_vgem_fence *fence);
int fcn_vgem_signal(struct fcn_vgem_fence *fence);	/* closes the dma-buf, too */

/* ---- command streams: fcn_stream.c ---- */

struct fcn_cmd *fcn_add(struct fcn_job *job, uint32_t opcode, uint32_t wait, uint32_t signal);

/* bytes: a multiple of 16, at most 32768; several in a row do not race. */
void fcn_add_copy(struct fcn_job *job, uint64_t from, uint64_t to, uint32_t bytes);

/* Reads only, or writes zeros that nothing was loaded over. */
void fcn_add_load(struct fcn_job *job, uint64_t from, uint32_t bytes);
void fcn_add_store(struct fcn_job *job, uint64_t to, uint32_t bytes);

/* Keeps the array busy for about so many cycles without touching memory. */
void fcn_add_spin(struct fcn_job *job, uint64_t cycles);
#define FCN_FOREVER (UINT64_C(1) << 40)

/*
 * A 1x1 convolution of `pixels` (at most 256) pixels on the whole array: operands at `operands`
 * (fcn_conv_operands() writes FCN_CONV_BYTES there), results at `to`, 32 bytes a pixel.
 */
#define FCN_CONV_BYTES 24576
struct fcn_geometry {
	unsigned rows, cols;
};
int fcn_geometry(int fd, struct fcn_geometry *g);
void fcn_conv_operands(const struct fcn_geometry *g, uint8_t *operands, unsigned pixels,
		       unsigned seed);
void fcn_add_conv(struct fcn_job *job, const struct fcn_geometry *g, uint64_t operands, uint64_t to,
		  unsigned pixels);

/* Whether the results are what Documentation/arithmetic.md says. */
bool fcn_conv_right(const struct fcn_geometry *g, const uint8_t *operands, const uint8_t *results,
		    unsigned pixels);

#endif
