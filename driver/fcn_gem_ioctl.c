// SPDX-License-Identifier: GPL-2.0
/*
 * ioctls of buffer objects.
 */

#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_print.h>
#include <drm/drm_utils.h>
#include <drm/drm_vma_manager.h>

#include "fcn_client.h"
#include "fcn_device.h"
#include "fcn_gem.h"

#define FCN_BO_FLAGS	DRM_FCN_ACCEL_BO_CORE_READ_ONLY
#define FCN_ACCESS	(DRM_FCN_ACCEL_ACCESS_READ | DRM_FCN_ACCEL_ACCESS_WRITE)

int fcn_ioctl_bo_create(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct fcn_device *fdev = to_fcn_device(drm);
	struct fcn_client *client = file->driver_priv;
	struct drm_fcn_accel_bo_create *args = data;
	struct fcn_bo *bo;
	u32 handle;
	u64 size;
	int ret, idx;

	if (args->flags & ~FCN_BO_FLAGS) {
		drm_dbg(drm, "BO_CREATE: unknown flags 0x%x\n", args->flags);
		return -EINVAL;
	}
	if (!args->size || args->size > FCN_VA_END - FCN_VA_START) {
		drm_dbg(drm, "BO_CREATE: size %llu does not fit\n", args->size);
		return -EINVAL;
	}
	size = PAGE_ALIGN(args->size);

	fcn_vm_reap(client);
	/* Asked here too, so that memory is not even allocated; counted when it is mapped. */
	if (atomic64_read(&client->memory) + size > fcn_client_memory_limit())
		return -ENOMEM;
	if (!fcn_device_enter(fdev, &idx))
		return -ENODEV;
	bo = fcn_bo_create(fdev, size, args->flags);
	if (IS_ERR(bo)) {
		ret = PTR_ERR(bo);
		goto out_exit;
	}
	ret = drm_gem_handle_create(file, &bo->base.base, &handle);
	/* The handle keeps it now. */
	drm_gem_object_put(&bo->base.base);
	if (!ret) {
		args->size = size;
		args->handle = handle;
	}
out_exit:
	drm_dev_exit(idx);
	return ret;
}

int fcn_ioctl_bo_info(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct fcn_client *client = file->driver_priv;
	struct drm_fcn_accel_bo_info *args = data;
	struct drm_gem_object *obj;
	u64 va, offset = 0;
	int ret;

	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;
	ret = fcn_vm_find_bo(client, to_fcn_bo(obj), &va);
	if (ret)
		goto out_put;
	if (!to_fcn_bo(obj)->dmabuf) {
		ret = drm_gem_create_mmap_offset(obj);
		if (ret)
			goto out_put;
		offset = drm_vma_node_offset_addr(&obj->vma_node);
	}
	args->flags = to_fcn_bo(obj)->flags;
	args->size = obj->size;
	args->va = va;
	args->mmap_offset = offset;
out_put:
	drm_gem_object_put(obj);
	return ret;
}

static int fcn_check_access(struct drm_device *drm, u32 flags)
{
	if (flags && !(flags & ~FCN_ACCESS))
		return 0;
	drm_dbg(drm, "access flags 0x%x\n", flags);
	return -EINVAL;
}

/*
 * A write needs both: the CPU may write part of a cache line, and must not take stale bytes beside
 * it back to memory.
 */
static enum dma_data_direction fcn_direction(u32 flags)
{
	return flags & DRM_FCN_ACCEL_ACCESS_WRITE ? DMA_BIDIRECTIONAL : DMA_FROM_DEVICE;
}

/* Until jobs that stand against the CPU's access are done, or the time has come. */
static int fcn_bo_wait(struct drm_gem_object *obj, bool write, s64 timeout_ns)
{
	unsigned long timeout = drm_timeout_abs_to_jiffies(timeout_ns);
	enum dma_resv_usage usage = dma_resv_usage_rw(write);
	long ret;

	if (!timeout)
		return dma_resv_test_signaled(obj->resv, usage) ? 0 : -ETIME;
	do {
		ret = dma_resv_wait_timeout(obj->resv, usage, true, timeout);
		if (ret)
			return min(ret, 0L);
		/* Jiffies may run ahead of the clock a little. */
		timeout = 1;
	} while (ktime_get_ns() < timeout_ns);
	return -ETIME;
}

int fcn_ioctl_bo_cpu_prep(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_fcn_accel_bo_cpu_prep *args = data;
	const bool write = args->flags & DRM_FCN_ACCEL_ACCESS_WRITE;
	struct drm_gem_object *obj;
	struct fcn_bo *bo;
	int ret, idx;

	ret = fcn_check_access(drm, args->flags);
	if (ret)
		return ret;
	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;
	bo = to_fcn_bo(obj);

	/* Not inside drm_dev_enter(): it may take long, and unplugging ends it. */
	ret = fcn_bo_wait(obj, write, args->timeout_ns);
	if (ret)
		goto out_put;
	if (!drm_dev_enter(drm, &idx)) {
		ret = -ENODEV;
		goto out_put;
	}
	/* What the CPU does to an import is between it and the exporter. */
	if (!bo->dmabuf)
		dma_sync_sgtable_for_cpu(drm->dev, bo->base.sgt, fcn_direction(args->flags));
	drm_dev_exit(idx);
out_put:
	drm_gem_object_put(obj);
	return ret;
}

int fcn_ioctl_bo_cpu_fini(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_fcn_accel_bo_cpu_fini *args = data;
	struct drm_gem_object *obj;
	struct fcn_bo *bo;
	int ret, idx;

	ret = fcn_check_access(drm, args->flags);
	if (ret)
		return ret;
	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;
	bo = to_fcn_bo(obj);
	if (drm_dev_enter(drm, &idx)) {
		if (!bo->dmabuf)
			dma_sync_sgtable_for_device(drm->dev, bo->base.sgt,
						    fcn_direction(args->flags));
		drm_dev_exit(idx);
	} else {
		ret = -ENODEV;
	}
	drm_gem_object_put(obj);
	return ret;
}
