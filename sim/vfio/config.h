/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The function's PCI configuration space.
 *
 * Identity: 1af4:10f0, of the range that QEMU's list of PCI IDs leaves for experimental use without registration, and
 * subsystem 1af4:fca0.  A device that is sold needs IDs of its own.
 */
#ifndef VF_CONFIG_H
#define VF_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VF_VENDOR 0x1af4
#define VF_DEVICE 0x10f0
#define VF_SUBDEVICE 0xfca0
#define VF_CLASS 0x120000 /* processing accelerator */

#define VF_CONFIG_BYTES 4096
#define VF_BAR_BYTES 4096

/* BAR2: MSI-X table and pending bits. */
#define VF_MSIX_TABLE 0
#define VF_MSIX_TABLE_BYTES 16
#define VF_MSIX_PBA 0x800
#define VF_MSIX_PBA_BYTES 8

struct vf_config {
	uint8_t byte[VF_CONFIG_BYTES];
	uint8_t mask[VF_CONFIG_BYTES]; /* bits that software can write */
	bool flr;                      /* software has asked for a function level reset */
};

/* A function after power-up; revision: the core's major version; msix: it has MSI-X besides MSI. */
void vf_config_init(struct vf_config *c, uint8_t revision, bool msix);

/* What a reset leaves: as after power-up. */
void vf_config_reset(struct vf_config *c);

/* offset + n <= VF_CONFIG_BYTES.  A write may set flr: the caller resets the function. */
void vf_config_read(const struct vf_config *c, size_t offset, void *buf, size_t n);
void vf_config_write(struct vf_config *c, size_t offset, const void *buf, size_t n);

bool vf_config_bus_master(const struct vf_config *c); /* may read and write memory, and send messages */
bool vf_config_asleep(const struct vf_config *c);     /* in a power state in which the BARs do not answer */
bool vf_config_msix(const struct vf_config *c);       /* MSI-X is enabled */
bool vf_config_msi(const struct vf_config *c);

#endif
