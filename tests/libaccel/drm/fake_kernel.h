/* SPDX-License-Identifier: MIT */
/*
 * A kernel with fcn_accel devices, by replacing open(), access() and ioctl(): for what a real one
 * cannot be asked to do.  libdrm is the real one.  What works is tested in a guest, on the driver.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

enum { FAKE_NODES = 4, FAKE_FAULTS = 16 };

struct fake_node {
	bool exists;
	int open_errno;			/* 0: opens */
	const char *driver;
	int major;
};

/* What the kernel is like; set by tests at any time, not while other threads run. */
extern struct fake_kernel {
	struct fake_node node[FAKE_NODES];
	uint32_t core_version;
	bool coherent;
	bool lost;			/* every ioctl of the device: -ENODEV */
	unsigned fail_nr;		/* this ioctl fails, with fail_errno, fail_times times */
	int fail_errno, fail_times;
	bool hold;			/* jobs do not end, until fake_release() */
	int end;			/* how jobs end: 0, or a negative errno for the fence */
	bool no_record;
	bool old_record;		/* a failed job has one, too: of an earlier job, out of a cache */
	uint32_t cause, addr, cmd;	/* of the fault that is kept; cause UINT32_MAX: none is */
	uint64_t other_faults;		/* of other jobs, behind it */
	int max_jobs;			/* more that have not ended: -ENOSPC */
	void (*on_wait)(void);		/* called once, by who waits for a job for ever */

	/* What has happened. */
	int handles, syncobjs;		/* that are open */
	int prep, fini, sync_start, sync_end, submits;
} fake;

/* All back to one good device, nothing held; true if nothing was leaked before. */
bool fake_reset(void);
void fake_release(void);		/* the oldest job that is held ends */

/* A dma-buf of somebody else's, of so many bytes. */
int fake_dmabuf(unsigned bytes);

#endif
