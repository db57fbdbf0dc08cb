// SPDX-License-Identifier: GPL-2.0
/*
 * Hardware fences.
 */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/slab.h>

#include "fcn_device.h"
#include "fcn_fence.h"

static const char *fcn_fence_driver_name(struct dma_fence *base)
{
	return "fcn_accel";
}

static const char *fcn_fence_timeline_name(struct dma_fence *base)
{
	return "fcn_accel-core";
}

static void fcn_fence_release(struct dma_fence *base)
{
	struct fcn_fence *fence = container_of(base, struct fcn_fence, base);
	struct file *keepalive = fence->keepalive;

	dma_fence_free(base);
	fput(keepalive);
}

static const struct dma_fence_ops fcn_fence_ops = {
	.get_driver_name = fcn_fence_driver_name,
	.get_timeline_name = fcn_fence_timeline_name,
	.release = fcn_fence_release,
};

/* Memory for a fence; it becomes one by fcn_fence_init(). */
struct fcn_fence *fcn_fence_alloc(struct file *keepalive)
{
	struct fcn_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	/* dma_fence_free() frees the whole. */
	BUILD_BUG_ON(offsetof(struct fcn_fence, base) != 0);
	if (fence)
		fence->keepalive = get_file(keepalive);
	return fence;
}

void fcn_fence_init(struct fcn_fence *fence, struct fcn_device *fdev, u64 seqno)
{
	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &fcn_fence_ops, &fence->lock, fdev->fence_context, seqno);
}

/* Frees a fence that has not become one. */
void fcn_fence_free(struct fcn_fence *fence)
{
	if (!fence)
		return;
	fput(fence->keepalive);
	kfree(fence);
}
