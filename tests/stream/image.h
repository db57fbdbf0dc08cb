/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sparse physical memory: a few pages of 4096 bytes anywhere in 40 bits of address.  Where
 * there is no page, there is no memory: the bus answers with an error.
 */
#ifndef STREAM_IMAGE_H
#define STREAM_IMAGE_H

#include <stddef.h>
#include <stdint.h>

enum { IMAGE_PAGE = 4096, IMAGE_PAGES = 220, IMAGE_BUCKETS = 512 };

struct image {
	unsigned n;
	uint32_t pfn[IMAGE_PAGES];
	uint8_t data[IMAGE_PAGES][IMAGE_PAGE];
	uint8_t bucket[IMAGE_BUCKETS]; /* page + 1, open addressing; 0: free */
};

void image_init(struct image *m);

/* The page that holds physical address pa, or -1. */
int image_page(const struct image *m, uint64_t pa);

/* Adds a page of zeros that is not there yet; its number. */
unsigned image_add(struct image *m, uint32_t pfn);

/* Bytes of one page; NULL where there is no memory.  pa .. pa + n - 1 lie in one page. */
uint8_t *image_at(struct image *m, uint64_t pa);

uint32_t image_get32(struct image *m, uint64_t pa);
void image_put32(struct image *m, uint64_t pa, uint32_t value);

#endif
