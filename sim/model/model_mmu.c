// SPDX-License-Identifier: Apache-2.0
/* Translation, and bursts to memory. */
#include "model_int.h"

#include <string.h>

#define ENTRY_V 0x1u
#define ENTRY_R 0x2u /* table entries only */
#define ENTRY_W 0x4u
#define DIRECTORY_RESERVED 0xeu
#define TABLE_RESERVED 0x8u
#define WALK_LINE 64u /* bytes: entries are read 16 at a time */

void fcnm_tlb_flush(struct fcn_model *m)
{
	unsigned i;

	for (i = 0; i < FCNM_TLB_ENTRIES; i++)
		m->tlb[i].valid = false;
}

static uint64_t entry_pa(uint32_t entry)
{
	return (uint64_t)(entry >> 4) << 12;
}

static bool entry_usable(uint32_t entry, uint32_t reserved)
{
	return (entry & ENTRY_V) && !(entry & reserved);
}

static bool read_entry(struct fcn_model *m, uint64_t table, uint32_t index, uint32_t *entry)
{
	uint8_t line[WALK_LINE];
	const uint32_t off = 4 * index;

	if (m->ops.read(m->ctx, table + (off & ~(WALK_LINE - 1)), line, WALK_LINE))
		return false;
	*entry = fcnm_le32(line + (off & (WALK_LINE - 1)));
	return true;
}

/* The table entry of a page, or the cause why there is none. */
static unsigned walk(struct fcn_model *m, uint32_t page, uint32_t *pte)
{
	uint32_t pde;

	if (!read_entry(m, (uint64_t)m->root << 12, page >> 10, &pde))
		return FCN_CAUSE_BUS_WALK;
	if (!entry_usable(pde, DIRECTORY_RESERVED))
		return FCN_CAUSE_MMU_INVALID;
	if (!read_entry(m, entry_pa(pde), page & 0x3ff, pte))
		return FCN_CAUSE_BUS_WALK;
	return entry_usable(*pte, TABLE_RESERVED) ? FCN_CAUSE_NONE : FCN_CAUSE_MMU_INVALID;
}

static void *map_page(struct fcn_model *m, uint32_t pte, bool write)
{
	return m->ops.map ? m->ops.map(m->ctx, entry_pa(pte), write) : NULL;
}

/* The page that va lies in, with permission for the access; NULL with *fault otherwise. */
static const struct fcnm_page *translate(struct fcn_model *m, uint32_t va, bool write,
					 struct fcnm_fault *fault)
{
	const uint32_t page = va >> 12;
	struct fcnm_page *t = &m->tlb[page % FCNM_TLB_ENTRIES];

	fault->addr = va & ~(FCNM_PAGE - 1);
	if (!t->valid || t->page != page) {
		t->valid = false;
		fault->cause = walk(m, page, &t->pte);
		if (fault->cause != FCN_CAUSE_NONE)
			return NULL;
		t->valid = true;
		t->page = page;
		t->direct[0] = t->pte & ENTRY_R ? map_page(m, t->pte, false) : NULL;
		t->direct[1] = t->pte & ENTRY_W ? map_page(m, t->pte, true) : NULL;
	}
	if (!(t->pte & (write ? ENTRY_W : ENTRY_R))) {
		fault->cause = FCN_CAUSE_MMU_PERM;
		return NULL;
	}
	return t;
}

static bool bus_fault(struct fcnm_fault *fault, unsigned cause, uint32_t va)
{
	fault->cause = cause;
	fault->addr = va & ~(FCNM_LINE - 1);
	return false;
}

bool fcnm_read_burst(struct fcn_model *m, uint32_t va, void *buf, uint32_t n,
		     struct fcnm_fault *fault)
{
	const struct fcnm_page *t = translate(m, va, false, fault);
	const uint32_t off = va & (FCNM_PAGE - 1);

	if (!t)
		return false;
	if (t->direct[0])
		memcpy(buf, (const uint8_t *)t->direct[0] + off, n);
	else if (m->ops.read(m->ctx, entry_pa(t->pte) + off, buf, n))
		return bus_fault(fault, FCN_CAUSE_BUS_READ, va);
	return true;
}

/* The length of the run of equal strobes that starts at i. */
static uint32_t strobe_run(const uint8_t *strobe, uint32_t i, uint32_t n)
{
	uint32_t end = i + 1;

	while (end < n && !strobe[end] == !strobe[i])
		end++;
	return end - i;
}

bool fcnm_write_burst(struct fcn_model *m, uint32_t va, const uint8_t *buf, const uint8_t *strobe,
		      uint32_t n, struct fcnm_fault *fault)
{
	const struct fcnm_page *t = translate(m, va, true, fault);
	const uint32_t off = va & (FCNM_PAGE - 1);
	uint32_t i, run;

	if (!t)
		return false;
	for (i = 0; i < n; i += run) {
		run = strobe_run(strobe, i, n);
		if (!strobe[i])
			continue;
		if (t->direct[1])
			memcpy((uint8_t *)t->direct[1] + off + i, buf + i, run);
		else if (m->ops.write(m->ctx, entry_pa(t->pte) + off + i, buf + i, run))
			return bus_fault(fault, FCN_CAUSE_BUS_WRITE, va);
	}
	return true;
}
