/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_FAULT_H
#define FCN_FAULT_H

struct drm_device;
struct drm_file;
struct fcn_job;

int fcn_fault_error(const struct fcn_job *job);
void fcn_fault_note(struct fcn_job *job);
void fcn_fault_report(struct fcn_job *job);
int fcn_ioctl_fault_query(struct drm_device *drm, void *data, struct drm_file *file);

#endif
