/* SPDX-License-Identifier: MIT */
/* The memory of a core in process: frames, page tables, virtual addresses. */
#define _GNU_SOURCE

#include "backend_sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "error.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "libaccel needs a little-endian machine");

/* Both parts lie above 4 GiB, so that all 40 bits of a physical address count. */
#define PRIVATE_PA UINT64_C(0x2300000000)
#define FRAMES_PA UINT64_C(0x8700000000)

enum {
	ENTRIES = 1024,		/* of a directory or table */
	FRAMES = 1 << 20,	/* as many as a job can address */
	DIRECTORY = 0,		/* pages of the private part */
	TABLES,
	RECORDS = TABLES + ENTRIES,
	PRIVATE_PAGES,
	RECORD_BYTES = 16,
};

/* Neighbours in virtual memory are none in physical memory: nothing may depend on it. */
#define SCATTER 0x15u

#define ENTRY_VALID 1u
#define ENTRY_READ_WRITE 7u

struct sim_bo {
	struct bo bo;
	struct sim_bo *next;
	bool dead;
	uint64_t last;		/* dead: to be kept until this job is done */
};

static uint32_t *entry(struct sim_memory *m, unsigned page, unsigned i)
{
	return (uint32_t *)(void *)(m->private + (size_t)page * SIM_PAGE) + i;
}

int sim_memory_init(struct sim_memory *m)
{
	size_t size = (size_t)PRIVATE_PAGES * SIM_PAGE;
	void *private;

	memset(m, 0, sizeof(*m));
	private = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	m->frame = calloc(FRAMES, sizeof(*m->frame));
	if (private == MAP_FAILED || !m->frame) {
		if (private != MAP_FAILED)
			munmap(private, size);
		free(m->frame);
		return error(-ENOMEM, "out of memory for the page tables of a device");
	}
	m->private = private;
	pthread_mutex_init(&m->lock, NULL);
	return 0;
}

static void destroy_bo(struct sim_bo *b)
{
	munmap(b->bo.map, b->bo.size);
	free(b);
}

void sim_memory_exit(struct sim_memory *m)
{
	while (m->first) {
		struct sim_bo *b = m->first;

		m->first = b->next;
		destroy_bo(b);
	}
	pthread_mutex_destroy(&m->lock);
	munmap(m->private, (size_t)PRIVATE_PAGES * SIM_PAGE);
	free(m->frame);
}

/*
 * The first gap that is large enough, as the pointer to what comes behind it.  Page 0 is never
 * used, and a page stays free behind every buffer: what runs over an end faults.
 */
static struct sim_bo **find_gap(struct sim_memory *m, size_t size, uint32_t *va)
{
	uint64_t from = SIM_PAGE;
	struct sim_bo **at = &m->first;

	for (; *at; at = &(*at)->next) {
		if ((*at)->bo.va >= from + size + SIM_PAGE)
			break;
		from = (uint64_t)(*at)->bo.va + (*at)->bo.size + SIM_PAGE;
	}
	*va = (uint32_t)from;
	return from + size + SIM_PAGE <= UINT64_C(1) << 32 ? at : NULL;
}

static void map_page(struct sim_memory *m, uint32_t va, uint8_t *host)
{
	uint32_t frame = va / SIM_PAGE ^ SCATTER, table = va / SIM_PAGE / ENTRIES;
	uint32_t *e = entry(m, TABLES + table, va / SIM_PAGE % ENTRIES);

	m->frame[frame] = host;
	*e = ((uint32_t)(FRAMES_PA / SIM_PAGE) + frame) << 4 | ENTRY_READ_WRITE;
	*entry(m, DIRECTORY, table) =
		((uint32_t)(PRIVATE_PA / SIM_PAGE) + TABLES + table) << 4 | ENTRY_VALID;
}

int sim_bo_create(struct sim_memory *m, size_t size, struct bo **bo)
{
	struct sim_bo *b, **at = NULL;
	void *host;

	if (!size || size > UINT32_MAX - 3 * SIM_PAGE)
		return error(-EINVAL, "a buffer of %zu bytes: the core addresses 1 to %u", size,
			     UINT32_MAX - 3 * SIM_PAGE);
	size = (size + SIM_PAGE - 1) / SIM_PAGE * SIM_PAGE;
	b = calloc(1, sizeof(*b));
	host = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!b || host == MAP_FAILED)
		goto no_memory;
	b->bo = (struct bo){ .size = size, .map = host };
	pthread_mutex_lock(&m->lock);
	at = find_gap(m, size, &b->bo.va);
	if (at) {
		b->next = *at;
		*at = b;
		for (size_t i = 0; i < size; i += SIM_PAGE)
			map_page(m, b->bo.va + (uint32_t)i, (uint8_t *)host + i);
		m->changed = true;
	}
	pthread_mutex_unlock(&m->lock);
	if (!at)
		goto no_memory;
	*bo = &b->bo;
	return 0;
no_memory:
	if (host != MAP_FAILED)
		munmap(host, size);
	free(b);
	return error(-ENOMEM, "no memory for a buffer of %zu bytes; the device has 4 GiB for all",
		     size);
}

void sim_bo_free(struct sim_memory *m, struct bo *bo, uint64_t last)
{
	struct sim_bo *b = (struct sim_bo *)(void *)bo;

	pthread_mutex_lock(&m->lock);
	for (size_t i = 0; i < bo->size; i += SIM_PAGE) {
		uint32_t page = (bo->va + (uint32_t)i) / SIM_PAGE;

		*entry(m, TABLES + page / ENTRIES, page % ENTRIES) = 0;
	}
	b->dead = true;
	b->last = last;
	m->changed = true;
	pthread_mutex_unlock(&m->lock);
}

void sim_memory_reap(struct sim_memory *m, uint64_t done)
{
	pthread_mutex_lock(&m->lock);
	for (struct sim_bo **at = &m->first; *at;) {
		struct sim_bo *b = *at;

		if (!b->dead || b->last > done) {
			at = &b->next;
			continue;
		}
		*at = b->next;
		for (size_t i = 0; i < b->bo.size; i += SIM_PAGE)
			m->frame[(b->bo.va + (uint32_t)i) / SIM_PAGE ^ SCATTER] = NULL;
		destroy_bo(b);
	}
	pthread_mutex_unlock(&m->lock);
}

bool sim_memory_take_changed(struct sim_memory *m)
{
	bool changed;

	pthread_mutex_lock(&m->lock);
	changed = m->changed;
	m->changed = false;
	pthread_mutex_unlock(&m->lock);
	return changed;
}

uint32_t sim_memory_root(void)
{
	return (uint32_t)(PRIVATE_PA / SIM_PAGE) + DIRECTORY;
}

uint64_t sim_memory_record(unsigned slot)
{
	return PRIVATE_PA + (uint64_t)RECORDS * SIM_PAGE + RECORD_BYTES * slot;
}

/* The page that holds pa. */
static uint8_t *find_page(struct sim_memory *m, uint64_t pa)
{
	uint64_t frame = (pa - FRAMES_PA) / SIM_PAGE, private = (pa - PRIVATE_PA) / SIM_PAGE;

	if (pa >= FRAMES_PA && frame < FRAMES)
		return m->frame[frame];
	if (pa >= PRIVATE_PA && private < PRIVATE_PAGES)
		return m->private + private * SIM_PAGE;
	return NULL;
}

int sim_memory_read(struct sim_memory *m, uint64_t pa, void *buf, size_t n)
{
	const uint8_t *page;

	pthread_mutex_lock(&m->lock);
	page = find_page(m, pa);
	if (page)
		memcpy(buf, page + pa % SIM_PAGE, n);
	pthread_mutex_unlock(&m->lock);
	return page ? 0 : -EIO;
}

int sim_memory_write(struct sim_memory *m, uint64_t pa, const void *buf, size_t n)
{
	uint8_t *page;

	pthread_mutex_lock(&m->lock);
	page = find_page(m, pa);
	if (page)
		memcpy(page + pa % SIM_PAGE, buf, n);
	pthread_mutex_unlock(&m->lock);
	return page ? 0 : -EIO;
}

void *sim_memory_map(struct sim_memory *m, uint64_t pa)
{
	void *page;

	pthread_mutex_lock(&m->lock);
	page = find_page(m, pa);
	pthread_mutex_unlock(&m->lock);
	return page;
}
