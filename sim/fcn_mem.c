// SPDX-License-Identifier: Apache-2.0
/* The sparse memory: a radix tree of three levels over the 28 bits of a page number. */
#include "fcn_mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TOP_BITS 10
#define MID_BITS 9
#define LOW_BITS 9
#define PAGE_BITS 12

_Static_assert(TOP_BITS + MID_BITS + LOW_BITS + PAGE_BITS == FCN_MEM_BITS, "levels cover an address");

struct low {
	uint8_t *page[1 << LOW_BITS];
};

struct mid {
	struct low *low[1 << MID_BITS];
};

struct fcn_mem {
	struct mid *mid[1 << TOP_BITS];
	size_t pages;
	/* The page of the last look-up: most accesses go where the last one went. */
	uint64_t last_pfn;
	uint8_t *last;
};

struct fcn_mem *fcn_mem_create(void)
{
	return calloc(1, sizeof(struct fcn_mem));
}

static void low_destroy(struct low *low)
{
	if (!low)
		return;
	for (size_t i = 0; i < 1 << LOW_BITS; i++)
		free(low->page[i]);
	free(low);
}

static void mid_destroy(struct mid *mid)
{
	if (!mid)
		return;
	for (size_t i = 0; i < 1 << MID_BITS; i++)
		low_destroy(mid->low[i]);
	free(mid);
}

void fcn_mem_destroy(struct fcn_mem *mem)
{
	if (!mem)
		return;
	for (size_t i = 0; i < 1 << TOP_BITS; i++)
		mid_destroy(mem->mid[i]);
	free(mem);
}

/* Where the tree keeps the pointer to a page; NULL when a level is missing and not to be made. */
static uint8_t **page_slot(struct fcn_mem *mem, uint64_t pfn, int make)
{
	struct mid **mid = &mem->mid[pfn >> (MID_BITS + LOW_BITS)];
	struct low **low;

	if (!*mid && make)
		*mid = calloc(1, sizeof(**mid));
	if (!*mid)
		return NULL;
	low = &(*mid)->low[(pfn >> LOW_BITS) & ((1 << MID_BITS) - 1)];
	if (!*low && make)
		*low = calloc(1, sizeof(**low));
	if (!*low)
		return NULL;
	return &(*low)->page[pfn & ((1 << LOW_BITS) - 1)];
}

static uint8_t *page_find(struct fcn_mem *mem, uint64_t pfn, int make)
{
	uint8_t **slot;

	if (mem->last && mem->last_pfn == pfn)
		return mem->last;
	slot = page_slot(mem, pfn, make);
	if (!slot)
		return NULL;
	if (!*slot && make) {
		*slot = calloc(1, FCN_MEM_PAGE);
		mem->pages += *slot != NULL;
	}
	if (*slot) {
		mem->last_pfn = pfn;
		mem->last = *slot;
	}
	return *slot;
}

static int in_range(uint64_t pa, size_t n)
{
	uint64_t size = UINT64_C(1) << FCN_MEM_BITS;

	return n <= size && pa <= size - n;
}

/* Bytes from pa to the end of its page, at most n. */
static size_t in_page(uint64_t pa, size_t n)
{
	size_t left = FCN_MEM_PAGE - (pa & (FCN_MEM_PAGE - 1));

	return n < left ? n : left;
}

int fcn_mem_read(struct fcn_mem *mem, uint64_t pa, void *buf, size_t n)
{
	uint8_t *to = buf;

	if (!in_range(pa, n))
		return -ERANGE;
	while (n) {
		size_t run = in_page(pa, n);
		const uint8_t *page = page_find(mem, pa >> PAGE_BITS, 0);

		if (page)
			memcpy(to, page + (pa & (FCN_MEM_PAGE - 1)), run);
		else
			memset(to, 0, run);
		pa += run;
		to += run;
		n -= run;
	}
	return 0;
}

int fcn_mem_write(struct fcn_mem *mem, uint64_t pa, const void *buf, size_t n)
{
	const uint8_t *from = buf;

	if (!in_range(pa, n))
		return -ERANGE;
	while (n) {
		size_t run = in_page(pa, n);
		uint8_t *page = page_find(mem, pa >> PAGE_BITS, 1);

		if (!page)
			return -ENOMEM;
		memcpy(page + (pa & (FCN_MEM_PAGE - 1)), from, run);
		pa += run;
		from += run;
		n -= run;
	}
	return 0;
}

void *fcn_mem_ptr(struct fcn_mem *mem, uint64_t pa)
{
	uint8_t *page;

	if (!in_range(pa, 1))
		return NULL;
	page = page_find(mem, pa >> PAGE_BITS, 1);
	return page ? page + (pa & (FCN_MEM_PAGE - 1)) : NULL;
}

size_t fcn_mem_pages(const struct fcn_mem *mem)
{
	return mem->pages;
}

static int bus_read(void *ctx, uint64_t pa, void *buf, size_t n)
{
	return fcn_mem_read(ctx, pa, buf, n);
}

static int bus_write(void *ctx, uint64_t pa, const void *buf, size_t n)
{
	return fcn_mem_write(ctx, pa, buf, n);
}

struct fcn_mem_ops fcn_mem_ops(struct fcn_mem *mem)
{
	return (struct fcn_mem_ops){ .read = bus_read, .write = bus_write, .ctx = mem };
}
