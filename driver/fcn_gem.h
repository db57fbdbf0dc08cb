/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_GEM_H
#define FCN_GEM_H

#include <linux/mutex.h>

#include <drm/drm_gem_shmem_helper.h>

#include <drm/fcn_accel.h>

struct dma_buf;
struct fcn_device;

/**
 * struct fcn_bo - Buffer object: memory of ours, or an imported dma-buf
 *
 * Its memory stays in place, mapped for DMA, from creation until it is freed or the device goes.
 */
struct fcn_bo {
	struct drm_gem_shmem_object base;
	/** @flags: DRM_FCN_ACCEL_BO_… */
	u32 flags;
	/** @dmabuf: whose memory it is, with a reference; NULL: ours */
	struct dma_buf *dmabuf;
	/** @link: in fcn_device.bos, guarded by dma_lock */
	struct list_head link;
	/** @vma_lock: guards @vmas and their handles; outside of the address spaces' locks */
	struct mutex vma_lock;
	struct list_head vmas;
};

#define to_fcn_bo(obj) container_of(to_drm_gem_shmem_obj(obj), struct fcn_bo, base)

struct drm_gem_object *fcn_gem_create_object(struct drm_device *drm, size_t size);
struct fcn_bo *fcn_bo_create(struct fcn_device *fdev, size_t size, u32 flags);
void fcn_bo_add(struct fcn_device *fdev, struct fcn_bo *bo);
void fcn_bo_unmap_dma(struct fcn_bo *bo);

int fcn_ioctl_bo_create(struct drm_device *drm, void *data, struct drm_file *file);
int fcn_ioctl_bo_info(struct drm_device *drm, void *data, struct drm_file *file);
int fcn_ioctl_bo_cpu_prep(struct drm_device *drm, void *data, struct drm_file *file);
int fcn_ioctl_bo_cpu_fini(struct drm_device *drm, void *data, struct drm_file *file);

#endif
