// SPDX-License-Identifier: GPL-2.0
/*
 * Names of registers.
 */

#include <linux/kernel.h>

#include <drm/fcn_accel_regs.h>

#include "fcn_regs.h"

#define FCN_REG_NAME(name)		{ FCN_REG_##name, #name }
#define FCN_SLOT_REG_NAME(n, name)	{ FCN_REG_SLOT_##name(n), "SLOT" #n "." #name }
#define FCN_SLOT_REG_NAMES(n) \
	FCN_SLOT_REG_NAME(n, ROOT), \
	FCN_SLOT_REG_NAME(n, CMD_VA), \
	FCN_SLOT_REG_NAME(n, CMD_COUNT), \
	FCN_SLOT_REG_NAME(n, PERF_VA), \
	FCN_SLOT_REG_NAME(n, SEQNO), \
	FCN_SLOT_REG_NAME(n, ABORT), \
	FCN_SLOT_REG_NAME(n, STATUS), \
	FCN_SLOT_REG_NAME(n, FAULT_ADDR), \
	FCN_SLOT_REG_NAME(n, FAULT_CMD)

const struct fcn_reg_name fcn_reg_names[] = {
	FCN_REG_NAME(ID),
	FCN_REG_NAME(VERSION),
	FCN_REG_NAME(CONFIG0),
	FCN_REG_NAME(CONFIG1),
	FCN_REG_NAME(CONFIG2),
	FCN_REG_NAME(CTRL),
	FCN_REG_NAME(STATUS),
	FCN_REG_NAME(IRQ_STATUS),
	FCN_REG_NAME(IRQ_ENABLE),
	FCN_REG_NAME(SEQNO_ADDR_LO),
	FCN_REG_NAME(SEQNO_ADDR_HI),
	FCN_REG_NAME(SCRATCH),
	FCN_REG_NAME(PROGRESS),
	FCN_SLOT_REG_NAMES(0),
	FCN_SLOT_REG_NAMES(1),
};

const unsigned int fcn_reg_count = ARRAY_SIZE(fcn_reg_names);
