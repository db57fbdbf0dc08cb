/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest memory as the device sees it: ranges of I/O addresses, each mapped from a file that the client passed, or
 * known without a file (the guest's ROM): DMA to those fails.
 *
 * One thread at a time; the device's lock sees to it, so that an unmap never meets a copy.
 */
#ifndef VF_DMA_H
#define VF_DMA_H

#include <stddef.h>
#include <stdint.h>

struct vf_dma_range {
	uint64_t iova, size;
	uint32_t flags; /* VF_MAP_READ, VF_MAP_WRITE */
	uint8_t *mem;   /* NULL: not mappable */
};

struct vf_dma {
	struct vf_dma_range *range; /* by iova; they do not overlap */
	size_t n, room;
	size_t last; /* where the last look-up ended */
};

/*
 * Adds a range; fd -1: not mappable, else stays the caller's.  -EINVAL: not whole pages (of hugetlbfs: huge ones), empty,
 * beyond 2^64, unknown flags, or not all within the file; -ENODEV: no file of tmpfs or hugetlbfs (a memfd is one); -EEXIST: overlaps another;
 * -ENOSPC: too many; or of mmap().
 */
int vf_dma_map(struct vf_dma *dma, uint64_t iova, uint64_t size, uint32_t flags, int fd, uint64_t offset);

/* Removes a range, which must be named exactly as it was mapped: -ENOENT. */
int vf_dma_unmap(struct vf_dma *dma, uint64_t iova, uint64_t size);

/* Removes all ranges. */
void vf_dma_clear(struct vf_dma *dma);

/* Removes the range that iova lies in; returns whether there was one. */
int vf_dma_vanish(struct vf_dma *dma, uint64_t iova);

/*
 * Copies n bytes that lie in one range.  -EFAULT: no range, not mappable, or the file has become shorter; -EACCES: the range
 * does not allow it.  A write stores its first word last, so that who polls that word sees all of it.
 */
int vf_dma_read(struct vf_dma *dma, uint64_t iova, void *buf, size_t n);
int vf_dma_write(struct vf_dma *dma, uint64_t iova, const void *buf, size_t n);

/* Once per process, before the first copy: a file that becomes shorter must not kill the process. */
int vf_dma_guard_install(void);

#endif
