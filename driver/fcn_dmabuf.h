/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_DMABUF_H
#define FCN_DMABUF_H

struct dma_buf;
struct dma_buf_attachment;
struct drm_device;
struct drm_file;
struct drm_gem_object;
struct sg_table;

struct dma_buf *fcn_gem_export(struct drm_gem_object *obj, int flags);
struct drm_gem_object *fcn_gem_prime_import(struct drm_device *drm, struct dma_buf *dmabuf);
struct drm_gem_object *fcn_gem_prime_import_sg_table(struct drm_device *drm,
						     struct dma_buf_attachment *attach,
						     struct sg_table *sgt);
int fcn_gem_prime_handle_to_fd(struct drm_device *drm, struct drm_file *file, u32 handle,
			       u32 flags, int *fd);

#endif
