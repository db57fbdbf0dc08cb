/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_DRV_H
#define FCN_DRV_H

struct drm_driver;

extern const struct drm_driver fcn_drm_driver;

#endif
