/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_FENCE_H
#define FCN_FENCE_H

#include <linux/dma-fence.h>
#include <linux/spinlock.h>

struct file;
struct fcn_device;

/**
 * struct fcn_fence - Signals when the core is done with a job
 *
 * Only the scheduler sees it: as parent of the job's scheduler fence, which others see.
 */
struct fcn_fence {
	struct dma_fence base;
	/** @lock: of the fence */
	spinlock_t lock;
	/** @keepalive: see fcn_client.c */
	struct file *keepalive;
};

struct fcn_fence *fcn_fence_alloc(struct file *keepalive);
void fcn_fence_init(struct fcn_fence *fence, struct fcn_device *fdev, u64 seqno);
void fcn_fence_free(struct fcn_fence *fence);

#endif
