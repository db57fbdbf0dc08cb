/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_SUBMIT_H
#define FCN_SUBMIT_H

struct drm_device;
struct drm_file;

int fcn_ioctl_submit(struct drm_device *drm, void *data, struct drm_file *file);

#endif
