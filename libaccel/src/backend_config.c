/* SPDX-License-Identifier: MIT */
/* The core's parameters, as its registers tell them. */
#include "backend.h"
#include "drm/fcn_accel_regs.h"

#define FIELD(value, field) (((value) & field##_MASK) >> field##_SHIFT)

void core_config_decode(const struct core_registers *r, struct core_device *dev)
{
	struct core_config *c = &dev->config;

	dev->version_major = FIELD(r->version, FCN_VERSION_MAJOR);
	dev->version_minor = FIELD(r->version, FCN_VERSION_MINOR);
	c->rows = FIELD(r->config[0], FCN_CONFIG0_ROWS);
	c->cols = FIELD(r->config[0], FCN_CONFIG0_COLS);
	c->lanes = FIELD(r->config[0], FCN_CONFIG0_LANES);
	c->ifm_bytes = (size_t)1 << FIELD(r->config[1], FCN_CONFIG1_IFM_LOG2);
	c->wgt_bytes = (size_t)1 << FIELD(r->config[1], FCN_CONFIG1_WGT_LOG2);
	c->ofm_bytes = (size_t)1 << FIELD(r->config[1], FCN_CONFIG1_OFM_LOG2);
	c->par_bytes = (size_t)1 << FIELD(r->config[1], FCN_CONFIG1_PAR_LOG2);
	c->acc_entries = 1u << FIELD(r->config[1], FCN_CONFIG1_ACC_LOG2);
	c->queue_depth = FIELD(r->config[2], FCN_CONFIG2_QUEUE_DEPTH);
}
