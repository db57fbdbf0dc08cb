/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_PM_H
#define FCN_PM_H

#include <linux/pm.h>

struct fcn_device;

extern const struct dev_pm_ops fcn_pm_ops;

void fcn_pm_start(struct fcn_device *fdev);
void fcn_pm_stop(struct fcn_device *fdev);

#endif
