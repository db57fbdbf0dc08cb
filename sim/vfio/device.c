// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "record.h"

#include "drm/fcn_accel_regs.h"
#include "fcn_names.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

int vf_device_init(struct vf_device *dev, const struct vf_device_options *opt)
{
	struct fcn_sim_config cfg = opt->sim;
	struct fcn_mem_ops bus = vf_bus(dev);
	struct fcn_sim *sim;
	uint32_t version;
	int err;

	memset(dev, 0, sizeof(*dev));
	dev->log = opt->log;
	dev->record = opt->record;
	dev->stop_fd = opt->stop_fd;
	memcpy(dev->plan.fault, opt->plan->fault, sizeof(dev->plan.fault));
	dev->plan.n = opt->plan->n;
	cfg.mem = &bus;
	cfg.log = opt->log;
	cfg.faults = &opt->plan->core;
	err = vf_irq_init(&dev->irq);
	if (err) {
		fprintf(stderr, "fcn-vfio: no interrupts without the kernel's asynchronous I/O (CONFIG_AIO, fs.aio-max-nr)\n");
		return err;
	}
	err = fcn_sim_create(&cfg, &sim);
	if (err)
		return err;
	vf_engine_init(&dev->engine, sim);
	vf_watch_init(&dev->watch, opt->spin);
	vf_record_begin(opt->record, &cfg);
	fcn_sim_on_irq(sim, vf_bus_irq, dev);
	/* A read like any other: it belongs into the transcript. */
	vf_record_access(dev->record, 'R', fcn_sim_now(sim), FCN_REG_VERSION, 0);
	vf_engine_read32(&dev->engine, FCN_REG_VERSION, &version);
	vf_record_value(dev->record, fcn_sim_now(sim), version);
	vf_config_init(&dev->config, (uint8_t)(version >> FCN_VERSION_MAJOR_SHIFT), !opt->no_msix);
	return vf_engine_start(&dev->engine);
}

void vf_device_destroy(struct vf_device *dev)
{
	vf_engine_stop(&dev->engine);
	vf_record_mark(dev->record, 'E', fcn_sim_now(dev->engine.sim));
	vf_irq_destroy(&dev->irq);
	vf_dma_clear(&dev->dma);
	fcn_sim_destroy(dev->engine.sim);
	vf_engine_destroy(&dev->engine);
}

uint32_t vf_device_region(uint32_t region)
{
	return region == VF_BAR0 || region == VF_BAR2 ? VF_BAR_BYTES : region == VF_CONFIG ? VF_CONFIG_BYTES : 0;
}

/* Says so when software reads the same again and again. */
static void look_for_loop(struct vf_device *dev, unsigned off, uint32_t value)
{
	uint64_t run = vf_watch_read(&dev->watch, off, value);
	const char *name = fcn_reg_name(off);
	char text[200];

	if (!run)
		return;
	fcn_reg_print(off, value, text, sizeof(text));
	vf_log(dev, "loop on %s", name ? name : "no register");
	fprintf(stderr, "fcn-vfio: the guest has read %s (0x%03x) %" PRIu64 " times and always got 0x%08x (%s): it waits for a change\n",
		name ? name : "no register", off, run, value, text);
}

static uint32_t register_read(struct vf_device *dev, unsigned off)
{
	struct fcn_sim *sim = dev->engine.sim;
	uint32_t value;

	vf_bus_fate(dev, VF_ON_REG, off, 4);
	vf_record_access(dev->record, 'R', fcn_sim_now(sim), off, 0);
	/* A failed read leaves all ones, as PCI has it. */
	if (vf_engine_read32(&dev->engine, off, &value))
		vf_log(dev, "register 0x%03x did not answer", off);
	vf_record_value(dev->record, fcn_sim_now(sim), value);
	look_for_loop(dev, off, value);
	return value;
}

static void register_write(struct vf_device *dev, unsigned off, uint32_t value)
{
	struct fcn_sim *sim = dev->engine.sim;
	struct fcn_sim_counters before, after;

	vf_bus_fate(dev, VF_ON_REG, off, 4);
	vf_watch_write(&dev->watch, off);
	if (vf_bus_fate(dev, VF_ON_WRITE, off, 4)) {
		vf_log(dev, "register 0x%03x is deaf, as planned", off);
		return;
	}
	fcn_sim_counters(sim, &before);
	vf_record_access(dev->record, 'W', fcn_sim_now(sim), off, value);
	if (vf_engine_write32(&dev->engine, off, value))
		vf_log(dev, "register 0x%03x did not take a write", off);
	/*
	 * The core's line is a level, a message is an event.  If clearing some causes leaves others, the line does not rise
	 * again: like any such bridge, send another message, or the rest would never be heard of.
	 */
	fcn_sim_counters(sim, &after);
	if ((off == FCN_REG_IRQ_STATUS || off == FCN_REG_IRQ_ENABLE) && fcn_sim_irq(sim) && before.irqs == after.irqs)
		vf_bus_raise(dev);
}

/* The window has registers of 32 bits; other accesses are what PCI calls unsupported. */
static bool is_register(struct vf_device *dev, uint64_t offset, size_t n, const char *what)
{
	if (n == 4 && offset % 4 == 0)
		return true;
	vf_watch_odd(&dev->watch, (unsigned)offset);
	vf_log(dev, "%s of %zu bytes at 0x%03" PRIx64 " is not of 32 aligned bits", what, n, offset);
	return false;
}

static void bar0_read(struct vf_device *dev, uint64_t offset, void *buf, size_t n)
{
	uint32_t value;

	memset(buf, 0xff, n);
	if (!is_register(dev, offset, n, "read"))
		return;
	value = register_read(dev, (unsigned)offset);
	memcpy(buf, &value, sizeof(value));
}

static void bar0_write(struct vf_device *dev, uint64_t offset, const void *buf, size_t n)
{
	uint32_t value;

	if (!is_register(dev, offset, n, "write"))
		return;
	memcpy(&value, buf, sizeof(value));
	register_write(dev, (unsigned)offset, value);
}

static uint8_t *bar2_byte(struct vf_device *dev, uint64_t offset)
{
	return offset - VF_MSIX_TABLE < VF_MSIX_TABLE_BYTES ? &dev->msix_table[offset - VF_MSIX_TABLE] : NULL;
}

static void bar2_read(struct vf_device *dev, uint64_t offset, uint8_t *buf, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint8_t *byte = bar2_byte(dev, offset + i);

		buf[i] = byte ? *byte : offset + i == VF_MSIX_PBA ? dev->irq.pending : 0;
	}
}

static void bar2_write(struct vf_device *dev, uint64_t offset, const uint8_t *buf, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t *byte = bar2_byte(dev, offset + i);

		if (byte)
			*byte = buf[i];
	}
}

static void reset_locked(struct vf_device *dev, const char *why)
{
	vf_log(dev, "%s", why);
	vf_record_mark(dev->record, 'X', fcn_sim_now(dev->engine.sim));
	vf_engine_reset(&dev->engine);
	vf_config_reset(&dev->config);
	memset(dev->msix_table, 0, sizeof(dev->msix_table));
	dev->irq.pending = false;
}

static void config_write(struct vf_device *dev, uint64_t offset, const void *buf, size_t n)
{
	uint32_t value = 0;

	memcpy(&value, buf, n < sizeof(value) ? n : sizeof(value));
	vf_log(dev, "config write 0x%03" PRIx64 " %zu 0x%x", offset, n, value);
	vf_config_write(&dev->config, offset, buf, n);
	if (dev->config.flr)
		reset_locked(dev, "function level reset");
}

static bool in_region(uint32_t region, uint64_t offset, size_t n)
{
	uint32_t size = vf_device_region(region);

	return offset <= size && n <= size - offset;
}

int vf_device_read(struct vf_device *dev, uint32_t region, uint64_t offset, void *buf, size_t n)
{
	if (!n || !in_region(region, offset, n))
		return -EINVAL;
	vf_engine_lock(&dev->engine);
	if (region == VF_CONFIG)
		vf_config_read(&dev->config, offset, buf, n);
	else if (vf_config_asleep(&dev->config))
		memset(buf, 0xff, n);
	else if (region == VF_BAR0)
		bar0_read(dev, offset, buf, n);
	else
		bar2_read(dev, offset, buf, n);
	vf_engine_unlock(&dev->engine);
	return 0;
}

int vf_device_write(struct vf_device *dev, uint32_t region, uint64_t offset, const void *buf, size_t n)
{
	if (!n || !in_region(region, offset, n))
		return -EINVAL;
	vf_engine_lock(&dev->engine);
	if (region == VF_CONFIG)
		config_write(dev, offset, buf, n);
	else if (vf_config_asleep(&dev->config))
		vf_log(dev, "write to BAR%" PRIu32 " of a sleeping function", region);
	else if (region == VF_BAR0)
		bar0_write(dev, offset, buf, n);
	else
		bar2_write(dev, offset, buf, n);
	vf_engine_unlock(&dev->engine);
	return 0;
}

void vf_device_reset(struct vf_device *dev)
{
	vf_engine_lock(&dev->engine);
	reset_locked(dev, "reset");
	vf_engine_unlock(&dev->engine);
}

int vf_device_map(struct vf_device *dev, const struct vf_dma_map *map, int fd)
{
	int err;

	vf_engine_lock(&dev->engine);
	err = vf_dma_map(&dev->dma, map->iova, map->size, map->flags, fd, map->offset);
	vf_log(dev, "map 0x%" PRIx64 " 0x%" PRIx64 " %s%s", map->iova, map->size, fd < 0 ? "without a file" : "",
	       err == -ENODEV ? " refused: neither memfd nor a file of tmpfs or hugetlbfs" : err ? " refused" : "");
	vf_engine_unlock(&dev->engine);
	return err;
}

int vf_device_unmap(struct vf_device *dev, const struct vf_dma_unmap *unmap)
{
	int err = 0;

	vf_engine_lock(&dev->engine);
	if (unmap->flags & VF_UNMAP_ALL)
		vf_dma_clear(&dev->dma);
	else
		err = vf_dma_unmap(&dev->dma, unmap->iova, unmap->size);
	vf_log(dev, "unmap 0x%" PRIx64 " 0x%" PRIx64 "%s", unmap->iova, unmap->size, err ? " refused" : "");
	vf_engine_unlock(&dev->engine);
	return err;
}

int vf_device_set_irqs(struct vf_device *dev, struct vf_msg *msg)
{
	int err;

	vf_engine_lock(&dev->engine);
	err = vf_irq_set(&dev->irq, msg);
	vf_engine_unlock(&dev->engine);
	return err;
}

void vf_device_connected(struct vf_device *dev)
{
	vf_engine_lock(&dev->engine);
	vf_log(dev, "client connected");
	vf_engine_unlock(&dev->engine);
}

void vf_device_disconnected(struct vf_device *dev)
{
	vf_engine_lock(&dev->engine);
	vf_dma_clear(&dev->dma);
	vf_irq_clear(&dev->irq);
	/*
	 * A job that goes on would find the next client's memory at the addresses that this one chose.  Bus mastering off is not
	 * enough: a driver puts it on before it looks at the core.
	 */
	reset_locked(dev, "client gone");
	vf_engine_unlock(&dev->engine);
}
