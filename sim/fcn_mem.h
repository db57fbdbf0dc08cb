/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical memory of the simulator: what stands behind the core's AXI4 master.
 *
 * struct fcn_mem is a sparse memory of 2^40 bytes.  Pages of 4 KiB come into being, filled with
 * zeros, when they are first written or asked for by pointer; a page that never was reads as
 * zeros and costs nothing.
 */
#ifndef FCN_MEM_H
#define FCN_MEM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FCN_MEM_BITS 40   /* physical address bits */
#define FCN_MEM_PAGE 4096 /* bytes */

/*
 * How the bus reaches memory.  A program may bring its own, for example the mapped memory of a
 * guest.  One call moves a whole burst (at most 4096 bytes that do not cross a multiple of
 * 4096), a write with byte strobes one call for each run of enabled bytes.  Both return 0, or
 * a negative errno, which the bus answers with DECERR.  They are called from within
 * fcn_sim_advance() and its relatives and must not call the simulator.
 */
struct fcn_mem_ops {
	int (*read)(void *ctx, uint64_t pa, void *buf, size_t n);
	int (*write)(void *ctx, uint64_t pa, const void *buf, size_t n);
	void *ctx;
};

struct fcn_mem;

/* An empty memory, or NULL without memory of the host.  Not safe for use by two threads at once. */
struct fcn_mem *fcn_mem_create(void);
void fcn_mem_destroy(struct fcn_mem *mem);

/* Copies n bytes; 0, -ERANGE (nothing is copied) beyond 2^40, or -ENOMEM. */
int fcn_mem_read(struct fcn_mem *mem, uint64_t pa, void *buf, size_t n);
int fcn_mem_write(struct fcn_mem *mem, uint64_t pa, const void *buf, size_t n);

/*
 * The host's address of byte pa, good up to the end of its page and until
 * fcn_mem_destroy(); makes the page.  NULL beyond 2^40 or without memory.
 */
void *fcn_mem_ptr(struct fcn_mem *mem, uint64_t pa);

/* Pages that exist. */
size_t fcn_mem_pages(const struct fcn_mem *mem);

/* The memory as the bus sees it. */
struct fcn_mem_ops fcn_mem_ops(struct fcn_mem *mem);

#ifdef __cplusplus
}
#endif

#endif
