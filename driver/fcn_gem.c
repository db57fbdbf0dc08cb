// SPDX-License-Identifier: GPL-2.0
/*
 * Buffer objects: shmem memory or imported dma-bufs, mapped for DMA as long as they live.
 */

#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_prime.h>

#include "fcn_client.h"
#include "fcn_device.h"
#include "fcn_dmabuf.h"
#include "fcn_gem.h"

/* dma_buf_unmap_attachment_unlocked(); MODULE_IMPORT_NS() is not the same in all kernels. */
MODULE_INFO(import_ns, "DMA_BUF");

/* Maps a buffer object into the address space of a file that gets a handle for it. */
static int fcn_gem_open(struct drm_gem_object *obj, struct drm_file *file)
{
	int ret, idx;

	if (!fcn_device_enter(to_fcn_device(obj->dev), &idx))
		return -ENODEV;
	ret = fcn_vm_open_bo(file->driver_priv, to_fcn_bo(obj));
	drm_dev_exit(idx);
	return ret;
}

static void fcn_gem_close(struct drm_gem_object *obj, struct drm_file *file)
{
	fcn_vm_close_bo(file->driver_priv, to_fcn_bo(obj));
}

/**
 * fcn_bo_unmap_dma() - Take a buffer object away from the device
 * @bo: buffer object that no job can reach
 *
 * Its pages, and what others do with them, stay.  dma_lock is held.
 */
void fcn_bo_unmap_dma(struct fcn_bo *bo)
{
	struct drm_gem_object *obj = &bo->base.base;
	struct sg_table *sgt = bo->base.sgt;

	lockdep_assert_held(&to_fcn_device(obj->dev)->dma_lock);

	if (!sgt)
		return;
	bo->base.sgt = NULL;
	if (bo->dmabuf) {
		dma_buf_unmap_attachment_unlocked(obj->import_attach, sgt, DMA_BIDIRECTIONAL);
		/* An exporter may keep the mapping for as long as there is the attachment. */
		dma_buf_detach(bo->dmabuf, obj->import_attach);
		obj->import_attach = NULL;
	} else {
		dma_unmap_sgtable(obj->dev->dev, sgt, DMA_BIDIRECTIONAL, 0);
		sg_free_table(sgt);
		kfree(sgt);
	}
}

static void fcn_gem_free(struct drm_gem_object *obj)
{
	struct fcn_device *fdev = to_fcn_device(obj->dev);
	struct fcn_bo *bo = to_fcn_bo(obj);
	struct dma_buf *dmabuf = bo->dmabuf;

	WARN_ON(!list_empty(&bo->vmas));
	mutex_lock(&fdev->dma_lock);
	list_del_init(&bo->link);
	fcn_bo_unmap_dma(bo);
	mutex_unlock(&fdev->dma_lock);
	mutex_destroy(&bo->vma_lock);
	drm_gem_shmem_free(&bo->base);
	/* Not before: the lock that shmem takes is the dma-buf's. */
	if (dmabuf)
		dma_buf_put(dmabuf);
}

static enum drm_gem_object_status fcn_gem_status(struct drm_gem_object *obj)
{
	return DRM_GEM_OBJECT_RESIDENT;
}

static const struct drm_gem_object_funcs fcn_gem_funcs = {
	.free = fcn_gem_free,
	.open = fcn_gem_open,
	.close = fcn_gem_close,
	.status = fcn_gem_status,
	.export = fcn_gem_export,
	.print_info = drm_gem_shmem_object_print_info,
	.pin = drm_gem_shmem_object_pin,
	.unpin = drm_gem_shmem_object_unpin,
	.get_sg_table = drm_gem_shmem_object_get_sg_table,
	.vmap = drm_gem_shmem_object_vmap,
	.vunmap = drm_gem_shmem_object_vunmap,
	.mmap = drm_gem_shmem_object_mmap,
	.vm_ops = &drm_gem_shmem_vm_ops,
};

struct drm_gem_object *fcn_gem_create_object(struct drm_device *drm, size_t size)
{
	struct fcn_bo *bo = kzalloc(sizeof(*bo), GFP_KERNEL);

	if (!bo)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&bo->link);
	INIT_LIST_HEAD(&bo->vmas);
	mutex_init(&bo->vma_lock);
	bo->base.base.funcs = &fcn_gem_funcs;
	return &bo->base.base;
}

/* From now on the device's removal unmaps it.  The caller is inside drm_dev_enter(). */
void fcn_bo_add(struct fcn_device *fdev, struct fcn_bo *bo)
{
	mutex_lock(&fdev->dma_lock);
	list_add(&bo->link, &fdev->bos);
	mutex_unlock(&fdev->dma_lock);
}

/**
 * fcn_bo_create() - Create a zeroed buffer object
 * @fdev: device, entered
 * @size: bytes, whole pages
 * @flags: DRM_FCN_ACCEL_BO_…
 */
struct fcn_bo *fcn_bo_create(struct fcn_device *fdev, size_t size, u32 flags)
{
	struct drm_gem_shmem_object *shmem;
	struct sg_table *sgt;
	struct fcn_bo *bo;

	shmem = drm_gem_shmem_create(&fdev->drm, size);
	/* No memory for shmem's inode is ENOSPC there; here that is the address space. */
	if (shmem == ERR_PTR(-ENOSPC))
		return ERR_PTR(-ENOMEM);
	if (IS_ERR(shmem))
		return ERR_CAST(shmem);
	bo = container_of(shmem, struct fcn_bo, base);
	bo->flags = flags;

	/* Zeroed pages, also seen so by a core that does not see the CPU's caches. */
	sgt = drm_gem_shmem_get_pages_sgt(shmem);
	/* Of addresses or of room for copies there is not enough. */
	if (sgt == ERR_PTR(-EIO))
		sgt = ERR_PTR(-ENOMEM);
	if (IS_ERR(sgt)) {
		drm_gem_object_put(&shmem->base);
		return ERR_CAST(sgt);
	}
	fcn_bo_add(fdev, bo);
	return bo;
}
