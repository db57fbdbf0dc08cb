/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PCI function: configuration space, the core's registers in BAR0, MSI-X in BAR2, DMA, interrupt.
 *
 * Called by the protocol's thread; the core runs in the engine's.  Everything here is guarded by the engine's lock.
 */
#ifndef VF_DEVICE_H
#define VF_DEVICE_H

#include "config.h"
#include "dma.h"
#include "engine.h"
#include "irq.h"
#include "plan.h"
#include "watch.h"

#include <stdio.h>

/* What the fault plan has done to the server. */
enum vf_fate { VF_ALIVE, VF_MUTE, VF_DEAD };

struct vf_device_options {
	struct fcn_sim_config sim; /* mem and log are set by the device */
	const struct vf_plan *plan;
	FILE *log, *record;        /* or NULL */
	unsigned spin;             /* equal reads that make a loop */
	bool no_msix;              /* the function has MSI only */
	int stop_fd;               /* an eventfd that is signalled when the plan ends the server */
};

struct vf_device {
	struct vf_engine engine;
	struct vf_config config;
	struct vf_dma dma;
	struct vf_irq irq;
	struct vf_plan plan; /* the server's part is a copy, which strikes here */
	unsigned struck;     /* times that it did so */
	struct vf_watch watch;
	uint8_t msix_table[VF_MSIX_TABLE_BYTES];
	FILE *log, *record;
	int stop_fd;
	atomic_int fate;
};

/* As fcn_sim_create(); dev stays where it is until its end. */
int vf_device_init(struct vf_device *dev, const struct vf_device_options *opt);
void vf_device_destroy(struct vf_device *dev);

/* Bytes of a region; 0: there is none. */
uint32_t vf_device_region(uint32_t region);

/* -EINVAL: not within a region. */
int vf_device_read(struct vf_device *dev, uint32_t region, uint64_t offset, void *buf, size_t n);
int vf_device_write(struct vf_device *dev, uint32_t region, uint64_t offset, const void *buf, size_t n);

/* Power-on reset of core and configuration space; mappings and eventfds stay. */
void vf_device_reset(struct vf_device *dev);

int vf_device_map(struct vf_device *dev, const struct vf_dma_map *map, int fd);
int vf_device_unmap(struct vf_device *dev, const struct vf_dma_unmap *unmap);
int vf_device_set_irqs(struct vf_device *dev, struct vf_msg *msg);

/* The client has come or gone: what it lent is given back, and the function is reset, as VFIO does it. */
void vf_device_connected(struct vf_device *dev);
void vf_device_disconnected(struct vf_device *dev);

/* The device's side of the bus, for device.c: what the core's memory port is connected to. */
struct fcn_mem_ops vf_bus(struct vf_device *dev);
void vf_bus_irq(void *dev, bool level);

/* The interrupt goes out as a message; for the holder of the lock. */
void vf_bus_raise(struct vf_device *dev);

/* The plan's faults of the server that strike at this access; true: it is lost. */
bool vf_bus_fate(struct vf_device *dev, enum vf_fault_on on, uint64_t addr, uint64_t len);

/* One line of the log, with the core's cycle; for the holder of the lock. */
__attribute__((format(printf, 2, 3)))
void vf_log(struct vf_device *dev, const char *fmt, ...);

#endif
