// SPDX-License-Identifier: GPL-2.0
/*
 * Buffer objects as dma-bufs, out and in.
 */

/**
 * DOC: dma-bufs
 *
 * DRM's own dma-bufs know nothing of CPU caches.  Ours do the same for DMA_BUF_IOCTL_SYNC, and for
 * drivers that ask, as BO_CPU_PREP and BO_CPU_FINI do for clients.  All the rest is DRM's.
 */

#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/module.h>
#include <linux/sched.h>

#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <drm/drm_prime.h>

#include "fcn_client.h"
#include "fcn_device.h"
#include "fcn_dmabuf.h"
#include "fcn_gem.h"

static int fcn_dmabuf_begin_cpu_access(struct dma_buf *dmabuf, enum dma_data_direction direction)
{
	const bool write = direction != DMA_FROM_DEVICE;
	struct drm_gem_object *obj = dmabuf->priv;
	long ret;
	int idx;

	/*
	 * Who writes does not write every byte: at the end all of it goes to the device, so all of
	 * it must have come.
	 */
	if (write)
		direction = DMA_BIDIRECTIONAL;
	/* What the core writes is there when its jobs have ended. */
	ret = dma_resv_wait_timeout(obj->resv, dma_resv_usage_rw(write), true,
				    MAX_SCHEDULE_TIMEOUT);
	if (ret < 0)
		return ret;
	/* The memory stays when the device goes; there is nothing to maintain then. */
	if (drm_dev_enter(obj->dev, &idx)) {
		dma_sync_sgtable_for_cpu(obj->dev->dev, to_fcn_bo(obj)->base.sgt, direction);
		drm_dev_exit(idx);
	}
	return 0;
}

static int fcn_dmabuf_end_cpu_access(struct dma_buf *dmabuf, enum dma_data_direction direction)
{
	struct drm_gem_object *obj = dmabuf->priv;
	int idx;

	if (drm_dev_enter(obj->dev, &idx)) {
		dma_sync_sgtable_for_device(obj->dev->dev, to_fcn_bo(obj)->base.sgt, direction);
		drm_dev_exit(idx);
	}
	return 0;
}

static const struct dma_buf_ops fcn_dmabuf_ops = {
	.attach = drm_gem_map_attach,
	.detach = drm_gem_map_detach,
	.map_dma_buf = drm_gem_map_dma_buf,
	.unmap_dma_buf = drm_gem_unmap_dma_buf,
	.begin_cpu_access = fcn_dmabuf_begin_cpu_access,
	.end_cpu_access = fcn_dmabuf_end_cpu_access,
	.release = drm_gem_dmabuf_release,
	.mmap = drm_gem_dmabuf_mmap,
	.vmap = drm_gem_dmabuf_vmap,
	.vunmap = drm_gem_dmabuf_vunmap,
};

struct dma_buf *fcn_gem_export(struct drm_gem_object *obj, int flags)
{
	struct dma_buf_export_info info = {
		.exp_name = KBUILD_MODNAME,
		.owner = obj->dev->driver->fops->owner,
		.ops = &fcn_dmabuf_ops,
		.size = obj->size,
		.flags = flags,
		.priv = obj,
		.resv = obj->resv,
	};

	return drm_gem_dmabuf_export(obj->dev, &info);
}

/*
 * One of ours comes back as the buffer object that it is.  Another one's memory is mapped for the
 * device before there is a buffer object of which the removal would know: it waits for that.
 */
struct drm_gem_object *fcn_gem_prime_import(struct drm_device *drm, struct dma_buf *dmabuf)
{
	struct drm_gem_object *obj = dmabuf->priv;
	int idx;

	if (dmabuf->ops == &fcn_dmabuf_ops && obj->dev == drm) {
		drm_gem_object_get(obj);
		return obj;
	}
	if (!fcn_device_enter(to_fcn_device(drm), &idx))
		return ERR_PTR(-ENODEV);
	obj = drm_gem_prime_import(drm, dmabuf);
	drm_dev_exit(idx);
	return obj;
}

/* Called by drm_gem_prime_import(), so inside drm_dev_enter(). */
struct drm_gem_object *fcn_gem_prime_import_sg_table(struct drm_device *drm,
						     struct dma_buf_attachment *attach,
						     struct sg_table *sgt)
{
	struct drm_gem_object *obj;

	if (attach->dmabuf->size > FCN_VA_END - FCN_VA_START)
		return ERR_PTR(-EINVAL);
	obj = drm_gem_shmem_prime_import_sg_table(drm, attach, sgt);
	if (!IS_ERR(obj)) {
		/* The reference that DRM takes for it. */
		to_fcn_bo(obj)->dmabuf = attach->dmabuf;
		fcn_bo_add(to_fcn_device(drm), to_fcn_bo(obj));
	}
	return obj;
}

/* DRM reads the attachment of an import, which the removal takes away. */
int fcn_gem_prime_handle_to_fd(struct drm_device *drm, struct drm_file *file, u32 handle,
			       u32 flags, int *fd)
{
	int ret, idx;

	if (!drm_dev_enter(drm, &idx))
		return -ENODEV;
	ret = drm_gem_prime_handle_to_fd(drm, file, handle, flags, fd);
	drm_dev_exit(idx);
	return ret;
}
