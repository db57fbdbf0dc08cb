/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_REGS_H
#define FCN_REGS_H

#include <linux/types.h>

struct fcn_reg_name {
	u32 offset;
	const char *name;
};

/* Registers that may be read at any time: for debugfs and core dumps. */
extern const struct fcn_reg_name fcn_reg_names[];
extern const unsigned int fcn_reg_count;

#endif
