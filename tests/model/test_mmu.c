// SPDX-License-Identifier: Apache-2.0
/* Translation, permissions and bus errors: cause, address and index. */
#include "rig.h"
#include "tap.h"

#include <string.h>

#define VA RIG_DATA_VA
#define RESERVED_PDE 0xeu
#define RESERVED_PTE 0x8u

/* LOAD of rows x 64 bytes, a row every pitch bytes. */
static void load_rows(struct rig *r, uint32_t va, unsigned rows, uint32_t pitch)
{
	struct fcn_cmd c;

	fcn_load_init(&c, 0, 0);
	fcn_load_set_va(&c, va);
	fcn_load_set_px(&c, 4);
	fcn_load_set_run(&c, 64);
	fcn_load_set_rows_n(&c, rows);
	fcn_load_set_cols_n(&c, 1);
	fcn_load_set_pitch_y(&c, pitch);
	rig_add(r, &c);
}

static void store_rows(struct rig *r, uint32_t va, unsigned rows, uint32_t pitch)
{
	struct fcn_cmd c;

	fcn_store_init(&c, 0, 0);
	fcn_store_set_va(&c, va);
	fcn_store_set_px(&c, 4);
	fcn_store_set_run(&c, 64);
	fcn_store_set_rows_n(&c, rows);
	fcn_store_set_cols_n(&c, 1);
	fcn_store_set_pitch_y(&c, pitch);
	rig_add(r, &c);
}

static bool load_is(struct rig *r, uint32_t va, unsigned cause, uint32_t addr)
{
	rig_clear(r);
	rig_sync(r, FCN_OP_CONV_SYNC, 0, 0);
	load_rows(r, va, 1, 0);
	return rig_fault_is(rig_run(r), cause, cause ? 1 : 0, addr);
}

static bool store_is(struct rig *r, uint32_t va, unsigned cause, uint32_t addr)
{
	rig_clear(r);
	rig_sync(r, FCN_OP_CONV_SYNC, 0, 0);
	store_rows(r, va, 1, 0);
	return rig_fault_is(rig_run(r), cause, cause ? 1 : 0, addr);
}

static void test_entries(struct rig *r)
{
	uint32_t *pte = rig_pte(r, 0, VA), *pde = rig_pde(r, 0, 0x400000);
	const uint32_t good = *pte, directory = *pde;

	*pte = good & ~PTE_V;
	ok(load_is(r, VA + 0x120, FCN_CAUSE_MMU_INVALID, VA), "LOAD, table entry without V");
	ok(store_is(r, VA + 0x120, FCN_CAUSE_MMU_INVALID, VA), "STORE, table entry without V");
	*pte = good | RESERVED_PTE;
	ok(load_is(r, VA, FCN_CAUSE_MMU_INVALID, VA), "reserved bit of a table entry");
	*pte = good & ~PTE_R;
	ok(load_is(r, VA + 0x40, FCN_CAUSE_MMU_PERM, VA), "LOAD needs R");
	ok(store_is(r, VA, FCN_CAUSE_NONE, 0), "STORE does not");
	*pte = good & ~PTE_W;
	ok(load_is(r, VA, FCN_CAUSE_NONE, 0), "LOAD does not need W");
	ok(store_is(r, VA + 0xfc0, FCN_CAUSE_MMU_PERM, VA), "STORE does");
	*pte = good;
	*pde = directory & ~PTE_V;
	ok(load_is(r, 0x400100, FCN_CAUSE_MMU_INVALID, 0x400000), "directory entry without V");
	*pde = directory | 2;
	ok(load_is(r, 0x400100, FCN_CAUSE_MMU_INVALID, 0x400000), "reserved bit 1 of it");
	*pde = directory | 4;
	ok(load_is(r, 0x400100, FCN_CAUSE_MMU_INVALID, 0x400000), "reserved bit 2 of it");
	*pde = directory | 8;
	ok(load_is(r, 0x400100, FCN_CAUSE_MMU_INVALID, 0x400000), "reserved bit 3 of it");
	*pde = directory;
	ok(load_is(r, 0x400100, FCN_CAUSE_NONE, 0), "a good one");
}

/* VA and its neighbour share a TLB entry with nothing: far pages must not be mixed up. */
static void test_translation(struct rig *r)
{
	struct fcn_cmd c;
	unsigned i, bad = 0;
	size_t n;
	const uint8_t *ifm = fcn_model_buffer(r->m, FCN_MODEL_IFM, &n);

	*rig_pte(r, 0, VA + 0x1000) = ((VA + 0x5000) >> 12) << 4 | PTE_V | PTE_R;
	for (i = 0; i < 64; i++) {
		r->mem[VA + 0xfe0 + i] = 1;
		r->mem[VA + 0x5000 + i] = 2;
	}
	rig_clear(r);
	load_rows(r, VA + 0xfe0, 1, 0);
	is(rig_run(r).cause, FCN_CAUSE_NONE, "a pixel across two pages");
	for (i = 0; i < 64; i++)
		bad += ifm[i] != (i < 32 ? 1 : 2);
	is(bad, 0, "each of them was translated");
	*rig_pte(r, 0, VA + 0x1000) = ((VA + 0x1000) >> 12) << 4 | PTE_V | PTE_R | PTE_W;
	rig_clear(r);
	fcn_load_init(&c, 0, 0);
	fcn_load_set_px(&c, 4);
	fcn_load_set_run(&c, 16);
	fcn_load_set_va(&c, VA);
	fcn_load_set_rows_n(&c, 2);
	fcn_load_set_cols_n(&c, 1);
	fcn_load_set_pitch_y(&c, 0x100000); /* the same entry of the model's TLB */
	fcn_load_set_dst_pitch_y(&c, 16);
	rig_add(r, &c);
	r->mem[VA] = 3;
	r->mem[VA + 0x100000] = 4;
	rig_run(r);
	ok(ifm[0] == 3 && ifm[16] == 4, "far pages are not mixed up");
}

static void test_bus(struct rig *r)
{
	r->bad_read = VA + 0x300;
	ok(load_is(r, VA + 0x2e0, FCN_CAUSE_BUS_READ, VA + 0x300), "the second burst of a LOAD");
	ok(store_is(r, VA + 0x300, FCN_CAUSE_NONE, 0), "a STORE is not affected");
	rig_clear(r);
	load_rows(r, VA, 8, 0x100);
	ok(rig_fault_is(rig_run(r), FCN_CAUSE_BUS_READ, 0, VA + 0x300), "the first failing row");
	r->bad_read = RIG_NO_LINE;
	r->bad_write = VA + 0x300;
	rig_clear(r);
	store_rows(r, VA + 0x20, 8, 0x100);
	memset(r->mem + VA, 0xee, 0x800);
	ok(rig_fault_is(rig_run(r), FCN_CAUSE_BUS_WRITE, 0, VA + 0x300), "a burst of a STORE");
	ok(r->mem[VA + 0x220] != 0xee, "the bursts before it were written");
	ok(r->mem[VA + 0x320] == 0xee, "it was not");
	r->bad_write = RIG_NO_LINE;
	*rig_pte(r, 0, VA + 0x1000) &= ~PTE_W;
	rig_clear(r);
	store_rows(r, VA + 0xfe0, 1, 0);
	memset(r->mem + VA + 0xfe0, 0xee, 64);
	ok(rig_fault_is(rig_run(r), FCN_CAUSE_MMU_PERM, 0, VA + 0x1000),
	   "a STORE that runs into a page");
	ok(r->mem[VA + 0xfe0] != 0xee && r->mem[VA + 0x1000] == 0xee, "up to which it wrote");
	*rig_pte(r, 0, VA + 0x1000) |= PTE_W;
}

static void test_walk(struct rig *r)
{
	r->bad_read = RIG_ROOT_PA;
	rig_clear(r);
	load_rows(r, VA, 1, 0);
	ok(rig_fault_is(rig_run(r), FCN_CAUSE_BUS_WALK, 0, RIG_CMD_VA), "reading the directory");
	r->bad_read = (uint64_t)((uint8_t *)rig_pte(r, 0, VA) - r->mem);
	ok(load_is(r, VA + 0x80, FCN_CAUSE_BUS_WALK, VA), "reading a table");
	r->bad_read = RIG_NO_LINE;
	/* A directory beyond the memory that exists. */
	fcn_model_reg_write(r->m, FCN_REG_SLOT_ROOT(1), 0x0fffffff);
	fcn_model_reg_write(r->m, FCN_REG_SLOT_CMD_VA(1), RIG_CMD_VA);
	fcn_model_reg_write(r->m, FCN_REG_SLOT_CMD_COUNT(1), 1);
	fcn_model_reg_write(r->m, FCN_REG_SLOT_SEQNO(1), 99);
	fcn_model_run(r->m);
	ok(rig_fault_is(rig_record(r, 1), FCN_CAUSE_BUS_WALK, 0, RIG_CMD_VA), "a root in nowhere");
}

static void test_fetch(struct rig *r)
{
	unsigned i;

	rig_clear(r);
	for (i = 0; i < 70; i++)
		rig_sync(r, FCN_OP_CONV_SYNC, 0, 0);
	*rig_pte(r, 0, RIG_CMD_VA + 0x1000) &= ~PTE_V;
	ok(rig_fault_is(rig_run(r), FCN_CAUSE_MMU_INVALID, 64, RIG_CMD_VA + 0x1000),
	   "fetching from a page that is not there");
	*rig_pte(r, 0, RIG_CMD_VA + 0x1000) |= PTE_V;
	*rig_pte(r, 0, RIG_CMD_VA + 0x1000) &= ~PTE_R;
	ok(rig_fault_is(rig_run(r), FCN_CAUSE_MMU_PERM, 64, RIG_CMD_VA + 0x1000),
	   "fetching needs R");
	*rig_pte(r, 0, RIG_CMD_VA + 0x1000) |= PTE_R;
	r->bad_read = RIG_CMD_VA + 0x200;
	ok(rig_fault_is(rig_run(r), FCN_CAUSE_BUS_READ, 8, RIG_CMD_VA + 0x200),
	   "a bus error on fetching");
	r->bad_read = RIG_NO_LINE;
	is(rig_run(r).cause, FCN_CAUSE_NONE, "and without all that");
}

static void test_perf(struct rig *r)
{
	rig_clear(r);
	rig_sync(r, FCN_OP_CONV_SYNC, 0, 0);
	*rig_pte(r, 0, RIG_PERF_VA) &= ~PTE_W;
	ok(rig_fault_is(rig_run(r), FCN_CAUSE_MMU_PERM, 1, RIG_PERF_VA),
	   "the performance record needs W, and its index is the number of commands");
	*rig_pte(r, 0, RIG_PERF_VA) |= PTE_W;
	*rig_pte(r, 0, RIG_PERF_VA) &= ~PTE_R;
	is(rig_run(r).cause, FCN_CAUSE_NONE, "but not R");
	*rig_pte(r, 0, RIG_PERF_VA) |= PTE_R;
	r->bad_write = RIG_PERF_VA;
	ok(rig_fault_is(rig_run(r), FCN_CAUSE_BUS_WRITE, 1, RIG_PERF_VA), "a bus error on it");
	r->bad_write = RIG_NO_LINE;
}

static void test_all(bool map)
{
	struct rig r;

	rig_open(&r, &rig_small);
	r.map = map;
	test_entries(&r);
	test_translation(&r);
	test_bus(&r);
	test_walk(&r);
	test_fetch(&r);
	test_perf(&r);
	rig_close(&r);
}

int main(void)
{
	test_all(false);
	test_all(true);
	return done_testing();
}
