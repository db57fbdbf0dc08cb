/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vfio-user protocol on the wire, as QEMU speaks it (major 0, minor 0).
 *
 * Host endianness.  A message is a header and a payload; file descriptors come with the message's first
 * byte.  Names without a prefix of the protocol's own are those of its specification.
 */
#ifndef VF_PROTO_H
#define VF_PROTO_H

#include <stdint.h>

#define VF_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " has the size that the protocol says")

enum vf_command {
	VF_VERSION = 1,
	VF_DMA_MAP = 2,
	VF_DMA_UNMAP = 3,
	VF_DEVICE_GET_INFO = 4,
	VF_DEVICE_GET_REGION_INFO = 5,
	VF_DEVICE_GET_REGION_IO_FDS = 6,
	VF_DEVICE_GET_IRQ_INFO = 7,
	VF_DEVICE_SET_IRQS = 8,
	VF_REGION_READ = 9,
	VF_REGION_WRITE = 10,
	VF_DMA_READ = 11,
	VF_DMA_WRITE = 12,
	VF_DEVICE_RESET = 13,
	VF_REGION_WRITE_MULTI = 15,
	VF_DEVICE_FEATURE = 16,
	VF_MIG_DATA_READ = 17,
	VF_MIG_DATA_WRITE = 18,
};

/* Of vf_header.flags. */
#define VF_TYPE_MASK 0xfu
#define VF_TYPE_COMMAND 0u
#define VF_TYPE_REPLY 1u
#define VF_NO_REPLY 0x10u
#define VF_ERROR 0x20u

struct vf_header {
	uint16_t id, command;
	uint32_t size; /* of the whole message */
	uint32_t flags;
	uint32_t error; /* errno, with VF_ERROR */
};
VF_SIZE(struct vf_header, 16);

struct vf_version {
	uint16_t major, minor;
	/* JSON, NUL-terminated */
};
VF_SIZE(struct vf_version, 4);

#define VF_MAP_READ 1u
#define VF_MAP_WRITE 2u

struct vf_dma_map {
	uint32_t argsz, flags;
	uint64_t offset, iova, size;
};
VF_SIZE(struct vf_dma_map, 32);

#define VF_UNMAP_ALL 2u

struct vf_dma_unmap {
	uint32_t argsz, flags;
	uint64_t iova, size;
};
VF_SIZE(struct vf_dma_unmap, 24);

#define VF_DEVICE_FLAG_RESET 1u
#define VF_DEVICE_FLAG_PCI 2u

struct vf_device_info {
	uint32_t argsz, flags, regions, irqs;
};
VF_SIZE(struct vf_device_info, 16);

/* PCI's regions. */
enum { VF_BAR0 = 0, VF_BAR2 = 2, VF_BAR5 = 5, VF_ROM = 6, VF_CONFIG = 7, VF_VGA = 8, VF_REGIONS = 9 };

#define VF_REGION_FLAG_READ 1u
#define VF_REGION_FLAG_WRITE 2u

struct vf_region_info {
	uint32_t argsz, flags, index, cap_offset;
	uint64_t size, offset;
};
VF_SIZE(struct vf_region_info, 32);

struct vf_region_io_fds {
	uint32_t argsz, flags, index, count;
};
VF_SIZE(struct vf_region_io_fds, 16);

/* PCI's interrupts. */
enum { VF_IRQ_INTX = 0, VF_IRQ_MSI = 1, VF_IRQ_MSIX = 2, VF_IRQ_ERR = 3, VF_IRQ_REQ = 4, VF_IRQS = 5 };

#define VF_IRQ_FLAG_EVENTFD 1u
#define VF_IRQ_FLAG_NORESIZE 8u

struct vf_irq_info {
	uint32_t argsz, flags, index, count;
};
VF_SIZE(struct vf_irq_info, 16);

#define VF_SET_DATA_NONE 1u
#define VF_SET_DATA_BOOL 2u
#define VF_SET_DATA_EVENTFD 4u
#define VF_SET_DATA_MASK 7u
#define VF_SET_MASK 8u
#define VF_SET_UNMASK 0x10u
#define VF_SET_TRIGGER 0x20u
#define VF_SET_ACTION_MASK 0x38u

struct vf_irq_set {
	uint32_t argsz, flags, index, start, count;
};
VF_SIZE(struct vf_irq_set, 20);

struct vf_region_access {
	uint64_t offset;
	uint32_t region, count;
	/* data */
};
VF_SIZE(struct vf_region_access, 16);

/* Limits that the server announces. */
#define VF_MAX_FDS 8
#define VF_MAX_DATA (1u << 20)
#define VF_MAX_MAPS 65535u
#define VF_PAGE 4096u

/* The largest message: data, and what stands before it. */
#define VF_MAX_MESSAGE (VF_MAX_DATA + 64u)

#endif
