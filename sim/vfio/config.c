// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <string.h>

/* Offsets and bits are those of the PCI specifications, under Linux' names. */
#define PCI_COMMAND 0x04
#define PCI_COMMAND_MASTER 0x4
#define PCI_COMMAND_WRITABLE 0x0546 /* memory, master, parity, SERR, INTx disable */
#define PCI_STATUS 0x06
#define PCI_STATUS_CAP_LIST 0x10
#define PCI_REVISION_ID 0x08
#define PCI_CLASS_PROG 0x09
#define PCI_CACHE_LINE_SIZE 0x0c
#define PCI_BASE_ADDRESS_0 0x10
#define PCI_SUBSYSTEM_VENDOR_ID 0x2c
#define PCI_CAPABILITY_LIST 0x34
#define PCI_INTERRUPT_LINE 0x3c

#define CAP_PM 0x40
#define CAP_MSI 0x50
#define CAP_EXP 0x70
#define CAP_MSIX 0xb0

#define PM_CTRL (CAP_PM + 4)
#define MSI_FLAGS (CAP_MSI + 2)
#define EXP_DEVCTL (CAP_EXP + 0x08)
#define EXP_DEVCTL_FLR 0x80 /* in its second byte */
#define MSIX_FLAGS (CAP_MSIX + 2)

static void put(uint8_t *to, unsigned offset, uint32_t value, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		to[offset + i] = (uint8_t)(value >> 8 * i);
}

static void capability(struct vf_config *c, unsigned at, uint8_t id, unsigned next)
{
	c->byte[at] = id;
	c->byte[at + 1] = (uint8_t)next;
}

/* D0 and D3hot; D3hot keeps everything. */
static void init_pm(struct vf_config *c)
{
	capability(c, CAP_PM, 0x01, CAP_MSI);
	put(c->byte, CAP_PM + 2, 0x0003, 2);
	put(c->byte, PM_CTRL, 0x0008, 2); /* No_Soft_Reset */
	put(c->mask, PM_CTRL, 0x0003, 2);
}

/* One vector, 64-bit address. */
static void init_msi(struct vf_config *c)
{
	capability(c, CAP_MSI, 0x05, CAP_EXP);
	put(c->byte, MSI_FLAGS, 0x0080, 2);
	put(c->mask, MSI_FLAGS, 0x0001, 2);
	put(c->mask, CAP_MSI + 4, 0xfffffffc, 4);
	put(c->mask, CAP_MSI + 8, 0xffffffff, 4);
	put(c->mask, CAP_MSI + 12, 0xffff, 2);
}

/* An endpoint of version 2 behind a link of 2.5 GT/s by one lane, which nobody measures. */
static void init_exp(struct vf_config *c, bool msix)
{
	capability(c, CAP_EXP, 0x10, msix ? CAP_MSIX : 0);
	put(c->byte, CAP_EXP + 0x02, 0x0002, 2);     /* version 2, endpoint */
	put(c->byte, CAP_EXP + 0x04, 0x10008001, 4); /* payload up to 256 bytes, role-based errors, FLR */
	put(c->mask, EXP_DEVCTL, 0x7fff, 2);         /* the FLR bit reads 0 */
	put(c->byte, EXP_DEVCTL, 0x2810, 2);
	put(c->byte, CAP_EXP + 0x0c, 0x00000011, 4); /* link: one lane, 2.5 GT/s */
	put(c->byte, CAP_EXP + 0x12, 0x0011, 2);
}

/* One vector, table and pending bits in BAR2. */
static void init_msix(struct vf_config *c)
{
	capability(c, CAP_MSIX, 0x11, 0);
	put(c->mask, MSIX_FLAGS, 0xc000, 2);
	put(c->byte, CAP_MSIX + 4, VF_MSIX_TABLE | 2, 4);
	put(c->byte, CAP_MSIX + 8, VF_MSIX_PBA | 2, 4);
}

void vf_config_init(struct vf_config *c, uint8_t revision, bool msix)
{
	memset(c, 0, sizeof(*c));
	put(c->byte, 0, VF_VENDOR | VF_DEVICE << 16, 4);
	put(c->mask, PCI_COMMAND, PCI_COMMAND_WRITABLE, 2);
	put(c->byte, PCI_STATUS, PCI_STATUS_CAP_LIST, 2);
	put(c->byte, PCI_REVISION_ID, revision, 1);
	put(c->byte, PCI_CLASS_PROG, VF_CLASS, 3);
	put(c->mask, PCI_CACHE_LINE_SIZE, 0xff, 1);
	put(c->mask, PCI_BASE_ADDRESS_0, ~(uint32_t)(VF_BAR_BYTES - 1), 4);
	put(c->mask, PCI_BASE_ADDRESS_0 + 8, ~(uint32_t)(VF_BAR_BYTES - 1), 4);
	put(c->byte, PCI_SUBSYSTEM_VENDOR_ID, VF_VENDOR | (uint32_t)VF_SUBDEVICE << 16, 4);
	put(c->byte, PCI_CAPABILITY_LIST, CAP_PM, 1);
	put(c->mask, PCI_INTERRUPT_LINE, 0xff, 1);
	init_pm(c);
	init_msi(c);
	init_exp(c, msix);
	if (msix)
		init_msix(c);
}

void vf_config_reset(struct vf_config *c)
{
	vf_config_init(c, c->byte[PCI_REVISION_ID], c->byte[CAP_MSIX]);
}

void vf_config_read(const struct vf_config *c, size_t offset, void *buf, size_t n)
{
	memcpy(buf, c->byte + offset, n);
}

void vf_config_write(struct vf_config *c, size_t offset, const void *buf, size_t n)
{
	const uint8_t *from = buf;

	for (size_t i = 0; i < n; i++) {
		uint8_t mask = c->mask[offset + i];

		c->byte[offset + i] = (uint8_t)((c->byte[offset + i] & ~mask) | (from[i] & mask));
		if (offset + i == EXP_DEVCTL + 1 && from[i] & EXP_DEVCTL_FLR)
			c->flr = true;
	}
}

bool vf_config_bus_master(const struct vf_config *c)
{
	return c->byte[PCI_COMMAND] & PCI_COMMAND_MASTER;
}

bool vf_config_asleep(const struct vf_config *c)
{
	return c->byte[PM_CTRL] & 3;
}

bool vf_config_msix(const struct vf_config *c)
{
	return c->byte[MSIX_FLAGS + 1] & 0x80;
}

bool vf_config_msi(const struct vf_config *c)
{
	return c->byte[MSI_FLAGS] & 1;
}
