// SPDX-License-Identifier: Apache-2.0
/* What the core sees of the guest: memory behind its AXI port, and who hears its interrupt. */
#include "device.h"
#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <unistd.h>

void vf_log(struct vf_device *dev, const char *fmt, ...)
{
	va_list ap;

	if (!dev->log)
		return;
	va_start(ap, fmt);
	fprintf(dev->log, "%" PRIu64 " ", fcn_sim_now(dev->engine.sim));
	vfprintf(dev->log, fmt, ap);
	putc('\n', dev->log);
	va_end(ap);
}

/* Ends the server, or its voice.  The protocol's thread may be waiting for a message. */
static void set_fate(struct vf_device *dev, enum vf_fate fate)
{
	uint64_t one = 1;

	if ((int)fate <= atomic_load(&dev->fate))
		return;
	atomic_store(&dev->fate, fate);
	vf_log(dev, "server %s, as planned", fate == VF_DEAD ? "dead" : "mute");
	if (fate == VF_DEAD && write(dev->stop_fd, &one, sizeof(one)) < 0)
		vf_log(dev, "cannot stop: errno %d", errno);
}

bool vf_bus_fate(struct vf_device *dev, enum vf_fault_on on, uint64_t addr, uint64_t len)
{
	unsigned struck = vf_plan_event(&dev->plan, on, fcn_sim_now(dev->engine.sim), addr, len);

	dev->struck += (unsigned)__builtin_popcount(struck);
	if (struck & 1u << VF_FAULT_VANISH && vf_dma_vanish(&dev->dma, addr))
		vf_log(dev, "mapping of 0x%" PRIx64 " vanished, as planned", addr);
	if (struck & 1u << VF_FAULT_MUTE)
		set_fate(dev, VF_MUTE);
	if (struck & 1u << VF_FAULT_DEAD)
		set_fate(dev, VF_DEAD);
	return struck & 1u << VF_FAULT_DEAF;
}

/* Before DMA: whether the function may, and whether the plan lets it. */
static int begin(struct vf_device *dev, uint64_t pa, size_t n)
{
	vf_bus_fate(dev, VF_ON_DMA, pa, n);
	return vf_config_bus_master(&dev->config) && !vf_config_asleep(&dev->config) ? 0 : -EPERM;
}

static int finish(struct vf_device *dev, char what, uint64_t pa, const void *buf, size_t n, int err)
{
	vf_record_dma(dev->record, what, fcn_sim_now(dev->engine.sim), pa, buf, n, err);
	if (err)
		vf_log(dev, "dma %s 0x%" PRIx64 " %zu refused: %s", what == 'r' ? "read" : "write", pa, n,
		       err == -EPERM ? "bus mastering is off" : err == -EACCES ? "mapped without that right" : "not mapped");
	return err;
}

static int bus_read(void *ctx, uint64_t pa, void *buf, size_t n)
{
	struct vf_device *dev = ctx;
	int err = begin(dev, pa, n);

	return finish(dev, 'r', pa, buf, n, err ? err : vf_dma_read(&dev->dma, pa, buf, n));
}

static int bus_write(void *ctx, uint64_t pa, const void *buf, size_t n)
{
	struct vf_device *dev = ctx;
	int err = begin(dev, pa, n);

	return finish(dev, 'w', pa, buf, n, err ? err : vf_dma_write(&dev->dma, pa, buf, n));
}

struct fcn_mem_ops vf_bus(struct vf_device *dev)
{
	return (struct fcn_mem_ops){ .read = bus_read, .write = bus_write, .ctx = dev };
}

void vf_bus_raise(struct vf_device *dev)
{
	const char *how = "off";

	if (vf_config_bus_master(&dev->config))
		how = vf_irq_raise(&dev->irq, vf_config_msix(&dev->config), vf_config_msi(&dev->config));
	vf_log(dev, "message %s", how);
}

void vf_bus_irq(void *ctx, bool level)
{
	struct vf_device *dev = ctx;

	vf_record_irq(dev->record, fcn_sim_now(dev->engine.sim), level);
	if (level)
		vf_bus_raise(dev);
}
