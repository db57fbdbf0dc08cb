// SPDX-License-Identifier: Apache-2.0
/* Address spaces: random placement of pages, areas of them, and the tables in memory. */
#include "stream.h"

#include <assert.h>
#include <string.h>

enum { PFN_BITS = 28, VPN_BITS = 20, DIR_SHIFT = 10, TABLE_ENTRIES = 1024 };

const struct vpage *root_page(const struct root *r, uint32_t va)
{
	uint32_t vpn = va / IMAGE_PAGE;

	for (unsigned i = 0; i < r->npages; i++)
		if (r->page[i].vpn == vpn)
			return &r->page[i];
	return NULL;
}

uint64_t root_translate(const struct root *r, uint32_t va, uint8_t flags)
{
	const struct vpage *p = root_page(r, va);

	if (!p || p->dir_bad || (p->flags & flags) != flags || p->flags & PTE_RESERVED)
		return UINT64_MAX;
	return (uint64_t)p->pfn * IMAGE_PAGE + va % IMAGE_PAGE;
}

uint32_t pages_new_pfn(struct stream *s, struct rng *r)
{
	uint32_t pfn;

	do {
		pfn = rng_u32(r) >> (32 - PFN_BITS);
		if (s->image.n && rng_percent(r, 40)) /* a neighbour: bursts must not run into it */
			pfn = s->image.pfn[s->image.n - 1] + 1;
		else if (rng_percent(r, 5))
			pfn = rng_percent(r, 50) ? 0 : (1u << PFN_BITS) - 1;
		pfn &= (1u << PFN_BITS) - 1;
	} while (image_page(&s->image, (uint64_t)pfn * IMAGE_PAGE) >= 0);
	return pfn;
}

static uint32_t new_page(struct stream *s, struct rng *r)
{
	uint32_t pfn = pages_new_pfn(s, r);

	image_add(&s->image, pfn);
	return pfn;
}

unsigned pages_new_root(struct stream *s, struct rng *r)
{
	struct root *root = &s->root[s->nroots];

	assert(s->nroots < MAX_ROOTS);
	memset(root, 0, sizeof(*root));
	root->pfn = new_page(s, r);
	return s->nroots++;
}

/* Whether the root has, or can still get, a table for directory index i. */
static bool dir_fits(const struct root *root, uint32_t index)
{
	for (unsigned i = 0; i < root->ndirs; i++)
		if (root->dir[i].index == index)
			return true;
	return root->ndirs < MAX_DIRS;
}

static void dir_add(struct stream *s, struct rng *r, struct root *root, uint32_t index)
{
	for (unsigned i = 0; i < root->ndirs; i++)
		if (root->dir[i].index == index)
			return;
	root->dir[root->ndirs].index = index;
	root->dir[root->ndirs].pfn = new_page(s, r);
	root->dir[root->ndirs].entry = root->dir[root->ndirs].pfn << 4 | PTE_V;
	root->ndirs++;
}

/* Areas keep a page of distance, so that to run off one is a fault. */
static bool place_fits(const struct root *root, uint32_t vpn, uint32_t pages)
{
	uint32_t mask = (1u << VPN_BITS) - 1;

	if (!dir_fits(root, vpn >> DIR_SHIFT))
		return false;
	if (vpn >> DIR_SHIFT != ((vpn + pages - 1) & mask) >> DIR_SHIFT && root->ndirs + 2 > MAX_DIRS)
		return false;
	for (unsigned i = 0; i < root->npages; i++)
		if (((root->page[i].vpn - vpn + 1) & mask) < pages + 2)
			return false;
	return true;
}

/* Places where carries happen: first page, last page, a directory's or a TLB line's border. */
static uint32_t random_vpn(const struct root *root, struct rng *r, uint32_t pages)
{
	uint32_t mask = (1u << VPN_BITS) - 1, dir = rng_below(r, 1u << (VPN_BITS - DIR_SHIFT));

	if (root->ndirs && rng_percent(r, 60))
		dir = root->dir[rng_below(r, root->ndirs)].index;
	switch (rng_below(r, 10)) {
	case 0:
		return 0;
	case 1:
		return (0u - rng_range(r, 1, pages)) & mask; /* wraps to 0 unless all fit */
	case 2:
		return ((dir << DIR_SHIFT) - rng_below(r, pages)) & mask;
	case 3:
	case 4:
		return (dir << DIR_SHIFT | ((rng_below(r, 64) * 16 - rng_below(r, pages)) & (TABLE_ENTRIES - 1))) & mask;
	default:
		return dir << DIR_SHIFT | rng_below(r, TABLE_ENTRIES);
	}
}

/* The bits of a float scale. */
static uint32_t random_scale(struct rng *r)
{
	uint32_t exponent = rng_percent(r, 4) ? rng_below(r, 256) : rng_range(r, 108, 127);
	uint32_t bits = exponent << 23 | rng_below(r, 1u << 23);
	float ratio;

	if (rng_percent(r, 40)) { /* odd multiples of n give halves, or what rounding makes of them */
		ratio = (float)rng_small(r, 5) / (float)(2 * rng_range(r, 1, 200));
		memcpy(&bits, &ratio, sizeof(bits));
	} else if (rng_percent(r, 15)) {
		bits &= 0xff800000; /* a power of two: ties */
	}
	return rng_percent(r, 2) ? bits | 0x80000000 : bits;
}

/*
 * A bias and a scale whose exact product lies half way between two floats, of which the lower one, q * 2^k with an even
 * q, is an integer and a half: both roundings of requantisation are ties, and the first decides the second.
 */
static void tie_params(struct rng *r, uint32_t *bias, uint32_t *scale)
{
	uint32_t shift, drop = 1, m, s, c;

	do {
		c = 2 * rng_below(r, 100) + 1;
		m = 2 * rng_range(r, 1, 50) + 1;
		for (shift = 23; c << shift >= 1u << 24;)
			shift--;
		s = 2 * (c << shift) + 1;
	} while (s % m);
	for (s /= m; s < 1u << 23; drop++)
		s *= 2;
	*bias = rng_percent(r, 50) ? m : 0u - m;
	*scale = (149 - shift - drop) << 23 | (s & 0x7fffff);
}

static void fill_params(uint8_t *page, struct rng *r)
{
	for (unsigned at = 0; at < IMAGE_PAGE; at += 8) {
		uint32_t bias = rng_u32(r), scale = random_scale(r);

		if (rng_percent(r, 90))
			bias = (uint32_t)((int32_t)bias >> rng_range(r, 16, 31));
		if (rng_percent(r, 5))
			tie_params(r, &bias, &scale);
		for (unsigned i = 0; i < 4; i++) {
			page[at + i] = (uint8_t)(bias >> (8 * i));
			page[at + 4 + i] = (uint8_t)(scale >> (8 * i));
		}
	}
}

/* Data of a page: full range, small numbers (sums then survive requantisation bit by bit), mostly 0. */
static void fill_data(uint8_t *page, struct rng *r)
{
	unsigned style = rng_below(r, 4);

	for (unsigned at = 0; at < IMAGE_PAGE; at++) {
		int32_t v = (int8_t)rng_u32(r);

		if (style == 1)
			v = v / 32;
		else if (style == 2 && rng_percent(r, 90))
			v = 0;
		else if (style == 3 && rng_percent(r, 20))
			v = v < 0 ? -128 : 127;
		page[at] = (uint8_t)v;
	}
}

static void fill(struct stream *s, struct rng *r, enum area_kind kind, uint32_t pfn)
{
	uint8_t *page = image_at(&s->image, (uint64_t)pfn * IMAGE_PAGE);

	if (kind == AREA_PARAMS)
		fill_params(page, r);
	else
		fill_data(page, r);
}

/* Finds virtual pages for an area and makes the tables that they need; NULL: there is no room. */
static struct area *place_area(struct stream *s, struct rng *r, struct root *root, uint32_t pages)
{
	struct area *area = &root->area[root->nareas];
	uint32_t mask = (1u << VPN_BITS) - 1, vpn;
	unsigned tries = 0;

	if (root->nareas == MAX_AREAS || root->npages + pages > MAX_VPAGES)
		return NULL;
	do {
		if (tries++ == 200)
			return NULL;
		vpn = random_vpn(root, r, pages);
	} while (!place_fits(root, vpn, pages));
	for (uint32_t i = 0; i < pages; i++) {
		root->page[root->npages + i].vpn = (vpn + i) & mask;
		dir_add(s, r, root, ((vpn + i) & mask) >> DIR_SHIFT);
	}
	area->va = vpn * IMAGE_PAGE;
	area->pages = pages;
	root->nareas++;
	return area;
}

struct area *pages_new_area(struct stream *s, struct rng *r, struct root *root,
			    enum area_kind kind, uint32_t pages, uint8_t flags)
{
	/* A big area is several times the same few pages. */
	uint32_t fresh = kind == AREA_BIG ? 3 : pages;
	struct vpage *page = &root->page[root->npages];
	struct area *area;

	if (s->image.n + fresh + 2 + MAX_ROOTS > IMAGE_PAGES)
		return NULL;
	area = place_area(s, r, root, pages);
	if (!area)
		return NULL;
	area->kind = kind;
	area->flags = flags;
	for (uint32_t i = 0; i < pages; i++) {
		page[i].pfn = i < fresh ? new_page(s, r) : page[i % fresh].pfn;
		page[i].flags = flags;
		if (i < fresh)
			fill(s, r, kind, page[i].pfn);
	}
	root->npages += pages;
	return area;
}

bool pages_share_area(struct stream *s, struct rng *r, struct root *root, const struct root *owner,
		      const struct area *area, uint8_t flags)
{
	struct vpage *page = &root->page[root->npages];
	struct area *mine = place_area(s, r, root, area->pages);

	if (!mine)
		return false;
	mine->kind = area->kind;
	mine->flags = flags;
	for (uint32_t i = 0; i < area->pages; i++) {
		page[i].pfn = root_page(owner, area->va + i * IMAGE_PAGE)->pfn;
		page[i].flags = flags;
	}
	root->npages += area->pages;
	return true;
}

const struct area *root_area(const struct root *root, struct rng *r, uint8_t flags)
{
	const struct area *found = NULL;
	unsigned n = 0;

	for (unsigned i = 0; i < root->nareas; i++) {
		const struct area *a = &root->area[i];

		if (a->kind != AREA_CODE && a->kind != AREA_PERF && (a->flags & flags) == flags &&
		    rng_below(r, ++n) == 0)
			found = a;
	}
	return found;
}

static uint64_t table_pa(const struct root *root, uint32_t vpn)
{
	for (unsigned i = 0; i < root->ndirs; i++)
		if (root->dir[i].index == vpn >> DIR_SHIFT)
			return (uint64_t)root->dir[i].pfn * IMAGE_PAGE;
	return UINT64_MAX;
}

uint64_t root_pte_pa(const struct root *root, uint32_t vpn)
{
	return table_pa(root, vpn) + 4 * (vpn % TABLE_ENTRIES);
}

/* Entries that are not valid may hold anything else. */
static void garbage(struct stream *s, struct rng *r, uint32_t pfn)
{
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		image_put32(&s->image, (uint64_t)pfn * IMAGE_PAGE + 4 * i, rng_u32(r) & ~(uint32_t)PTE_V);
}

static void write_entries(struct stream *s, const struct root *root)
{
	uint64_t dir = (uint64_t)root->pfn * IMAGE_PAGE;

	for (unsigned d = 0; d < root->ndirs; d++)
		image_put32(&s->image, dir + 4 * root->dir[d].index, root->dir[d].entry);
	for (unsigned p = 0; p < root->npages; p++)
		image_put32(&s->image, root_pte_pa(root, root->page[p].vpn),
			    root->page[p].pfn << 4 | root->page[p].flags);
}

void pages_write(struct stream *s, struct rng *r)
{
	for (unsigned i = 0; i < s->nroots; i++) {
		if (rng_percent(r, 30))
			garbage(s, r, s->root[i].pfn);
		for (unsigned d = 0; d < s->root[i].ndirs; d++)
			if (rng_percent(r, 30))
				garbage(s, r, s->root[i].dir[d].pfn);
	}
	/* The oldest version of a root last: newer ones may have more pages, but their edits are yet to come. */
	for (unsigned i = s->nroots; i-- > 0;)
		write_entries(s, &s->root[i]);
}

void stream_write_code(struct stream *s, const struct job *job)
{
	for (unsigned i = 0; i < job->n; i++) {
		uint32_t va = job->cmd_va + i * FCN_CMD_BYTES;
		const struct vpage *p = root_page(&s->root[job->root], va);

		for (unsigned w = 0; p && w < FCN_CMD_WORDS; w++)
			image_put32(&s->image, (uint64_t)p->pfn * IMAGE_PAGE + va % IMAGE_PAGE + 4 * w, job->cmd[i].w[w]);
	}
}
