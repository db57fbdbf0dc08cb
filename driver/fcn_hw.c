// SPDX-License-Identifier: GPL-2.0
/*
 * The core as a whole: identification, reset, setup.
 */

#include <linux/delay.h>
#include <linux/iopoll.h>

#include <drm/drm_print.h>

#include "fcn_client.h"
#include "fcn_hw.h"
#include "fcn_job.h"

/* A simulated core may be slow, but not that slow. */
#define FCN_RESET_TIMEOUT_US	(5 * USEC_PER_SEC)

#define FCN_IRQS \
	(FCN_IRQ_ENABLE_DONE_MASK | FCN_IRQ_ENABLE_FAULT_MASK | \
	 FCN_IRQ_ENABLE_SEQNO_ERR_MASK | FCN_IRQ_ENABLE_TEST_MASK)

int fcn_hw_identify(struct fcn_device *fdev)
{
	struct fcn_config *cfg = &fdev->cfg;
	struct drm_device *drm = &fdev->drm;
	u32 id = fcn_read(fdev, FCN_REG_ID);

	if (id != FCN_ID_MAGIC) {
		drm_err(drm, "no fcnaccel core: ID is 0x%08x\n", id);
		return -ENODEV;
	}
	cfg->version = fcn_read(fdev, FCN_REG_VERSION);
	if (FCN_GET(cfg->version, VERSION_MAJOR) != FCN_BLOCK_MAJOR) {
		drm_err(drm, "core of version %u.%u, the driver knows %u.x\n",
			FCN_GET(cfg->version, VERSION_MAJOR),
			FCN_GET(cfg->version, VERSION_MINOR), FCN_BLOCK_MAJOR);
		return -ENODEV;
	}
	cfg->config[0] = fcn_read(fdev, FCN_REG_CONFIG0);
	cfg->config[1] = fcn_read(fdev, FCN_REG_CONFIG1);
	cfg->config[2] = fcn_read(fdev, FCN_REG_CONFIG2);
	cfg->pa_bits = FCN_GET(cfg->config[2], CONFIG2_PA_BITS);
	if (FCN_GET(cfg->config[2], CONFIG2_SLOTS) != FCN_SLOT_COUNT ||
	    cfg->pa_bits < 32 || cfg->pa_bits > 40) {
		drm_err(drm, "CONFIG2 is 0x%08x: not a core of version %u\n",
			cfg->config[2], FCN_BLOCK_MAJOR);
		return -ENODEV;
	}
	return 0;
}

/* False when reads come back as all ones, as they do from a device that is no longer there. */
bool fcn_hw_alive(struct fcn_device *fdev)
{
	return fcn_read(fdev, FCN_REG_ID) == FCN_ID_MAGIC;
}

/**
 * fcn_hw_reset() - Put the core into its power-up state
 * @fdev: device; nobody else touches its registers
 *
 * The core first lets outstanding bus transactions end, so afterwards it does no DMA.
 *
 * Return: 0, -ENODEV (the device is not there) or -ETIMEDOUT (the bus is stuck).
 */
int fcn_hw_reset(struct fcn_device *fdev)
{
	u32 ctrl;

	if (!fcn_hw_alive(fdev))
		return -ENODEV;
	fcn_write(fdev, FCN_REG_CTRL, FCN_CTRL_RESET_MASK);
	return readl_poll_timeout(fdev->regs + FCN_REG_CTRL, ctrl,
				  !(ctrl & FCN_CTRL_RESET_MASK), 100, FCN_RESET_TIMEOUT_US);
}

/* After a reset: where records go, and interrupts. */
void fcn_hw_setup(struct fcn_device *fdev)
{
	fcn_write(fdev, FCN_REG_SEQNO_ADDR_HI, upper_32_bits(fdev->records_dma));
	fcn_write(fdev, FCN_REG_SEQNO_ADDR_LO, lower_32_bits(fdev->records_dma));
	fcn_write(fdev, FCN_REG_IRQ_STATUS, U32_MAX);
	fcn_write(fdev, FCN_REG_IRQ_ENABLE, FCN_IRQS);
}
