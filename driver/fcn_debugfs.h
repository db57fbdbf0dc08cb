/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_DEBUGFS_H
#define FCN_DEBUGFS_H

struct fcn_device;

void fcn_debugfs_init(struct fcn_device *fdev);

#endif
