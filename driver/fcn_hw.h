/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_HW_H
#define FCN_HW_H

#include <linux/io.h>

#include "fcn_device.h"

/* The fields of a register of fcn_accel_regs.h. */
#define FCN_GET(value, field) \
	(((value) & FCN_##field##_MASK) >> FCN_##field##_SHIFT)

static inline u32 fcn_read(struct fcn_device *fdev, u32 reg)
{
	return readl(fdev->regs + reg);
}

static inline void fcn_write(struct fcn_device *fdev, u32 reg, u32 value)
{
	writel(value, fdev->regs + reg);
}

int fcn_hw_identify(struct fcn_device *fdev);
int fcn_hw_reset(struct fcn_device *fdev);
void fcn_hw_setup(struct fcn_device *fdev);
bool fcn_hw_alive(struct fcn_device *fdev);

void fcn_slot_start(struct fcn_device *fdev, struct fcn_slot *slot, bool flush);
#endif
