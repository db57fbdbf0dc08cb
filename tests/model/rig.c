// SPDX-License-Identifier: Apache-2.0
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct fcn_model_config rig_default = FCN_MODEL_CONFIG_DEFAULT;

const struct fcn_model_config rig_small = {
	.rows = 8, .cols = 8, .lanes = 4, .ifm_log2 = 10, .wgt_log2 = 10, .ofm_log2 = 10,
	.par_log2 = 8, .acc_log2 = 4, .tlb_lines = 4,
};

/* Memory ------------------------------------------------------------------------------ */

static bool bad(uint64_t line, uint64_t pa, size_t n)
{
	return pa + n > RIG_MEM_BYTES || pa / 256 == line / 256;
}

static int mem_read(void *ctx, uint64_t pa, void *buf, size_t n)
{
	struct rig *r = ctx;

	if (n > 256 || pa / 256 != (pa + n - 1) / 256)
		abort();
	if (bad(r->bad_read, pa, n))
		return 1;
	memcpy(buf, r->mem + pa, n);
	return 0;
}

static int mem_write(void *ctx, uint64_t pa, const void *buf, size_t n)
{
	struct rig *r = ctx;

	if (n > 256 || pa / 256 != (pa + n - 1) / 256)
		abort();
	if (bad(r->bad_write, pa, n))
		return 1;
	memcpy(r->mem + pa, buf, n);
	return 0;
}

static void *mem_map(void *ctx, uint64_t pa, bool write)
{
	struct rig *r = ctx;
	uint64_t line = write ? r->bad_write : r->bad_read;

	if (!r->map || pa + 4096 > RIG_MEM_BYTES || pa / 4096 == line / 4096)
		return NULL;
	return r->mem + pa;
}

static void on_irq(void *ctx, bool level)
{
	struct rig *r = ctx;

	r->irqs += level;
}

/* Rig --------------------------------------------------------------------------------- */

static uint32_t *word(struct rig *r, uint32_t pa)
{
	return (uint32_t *)(r->mem + pa);
}

uint32_t *rig_pde(struct rig *r, unsigned root, uint32_t va)
{
	return word(r, RIG_ROOT_PA + 0x4000 * root) + (va >> 22);
}

/* Tables lie behind the directory; the first two directory entries have one. */
uint32_t *rig_pte(struct rig *r, unsigned root, uint32_t va)
{
	return word(r, RIG_ROOT_PA + 0x4000 * root + 0x1000) + (va >> 12);
}

static void make_tables(struct rig *r, unsigned root)
{
	uint32_t va;

	for (va = 0; va < RIG_MEM_BYTES; va += 4u << 20)
		*rig_pde(r, root, va) =
			((RIG_ROOT_PA + 0x4000 * root + 0x1000 + (va >> 22) * 4096) >> 12) << 4 |
			PTE_V;
	for (va = RIG_PAGES; va < RIG_MEM_BYTES; va += 4096)
		*rig_pte(r, root, va) = va >> 12 << 4 | PTE_V | PTE_R | PTE_W;
}

void rig_open(struct rig *r, const struct fcn_model_config *cfg)
{
	static const struct fcn_model_ops ops = {
		.read = mem_read, .write = mem_write, .map = mem_map, .irq = on_irq,
	};

	memset(r, 0, sizeof(*r));
	r->cfg = *cfg;
	r->bad_read = r->bad_write = RIG_NO_LINE;
	r->mem = calloc(1, RIG_MEM_BYTES);
	if (!r->mem || fcn_model_create(cfg, &ops, r, &r->m)) {
		printf("Bail out! no model\n");
		exit(1);
	}
	make_tables(r, 0);
	make_tables(r, 1);
	fcn_model_reg_write(r->m, FCN_REG_SEQNO_ADDR_LO, RIG_SEQNO_PA);
}

void rig_close(struct rig *r)
{
	fcn_model_destroy(r->m);
	free(r->mem);
}

/* Commands ---------------------------------------------------------------------------- */

void rig_clear(struct rig *r)
{
	r->n_cmds = 0;
}

struct fcn_cmd *rig_add(struct rig *r, const struct fcn_cmd *c)
{
	struct fcn_cmd *at = (struct fcn_cmd *)(r->mem + RIG_CMD_VA) + r->n_cmds++;

	if (r->n_cmds > RIG_CMD_MAX)
		abort();
	*at = *c;
	return at;
}

struct fcn_cmd *rig_sync(struct rig *r, unsigned opcode, unsigned wait, unsigned signal)
{
	struct fcn_cmd c;

	fcn_cmd_init(&c, opcode, wait, signal);
	return rig_add(r, &c);
}

void rig_start(struct rig *r, unsigned slot, unsigned root, uint32_t seqno, bool perf)
{
	fcn_model_reg_write(r->m, FCN_REG_SLOT_ROOT(slot), (RIG_ROOT_PA + 0x4000 * root) >> 12);
	fcn_model_reg_write(r->m, FCN_REG_SLOT_CMD_VA(slot), RIG_CMD_VA);
	fcn_model_reg_write(r->m, FCN_REG_SLOT_CMD_COUNT(slot), r->n_cmds);
	fcn_model_reg_write(r->m, FCN_REG_SLOT_PERF_VA(slot), RIG_PERF_VA | perf);
	fcn_model_reg_write(r->m, FCN_REG_SLOT_SEQNO(slot), seqno);
}

struct rig_record rig_record(const struct rig *r, unsigned slot)
{
	struct rig_record rec;

	memcpy(&rec, r->mem + RIG_SEQNO_PA + 16 * slot, sizeof(rec));
	return rec;
}

struct rig_record rig_run(struct rig *r)
{
	static uint32_t seqno;
	struct rig_record rec;

	rig_start(r, 0, 0, ++seqno, true);
	fcn_model_run(r->m);
	rec = rig_record(r, 0);
	if (rec.seqno != seqno || fcn_model_reg_read(r->m, FCN_REG_SLOT_STATUS(0)) !=
					  rec.cause << FCN_SLOT_STATUS_CAUSE_SHIFT)
		printf("Bail out! registers and completion record differ\n"), exit(1);
	return rec;
}

uint64_t rig_perf(const struct rig *r, unsigned index)
{
	uint64_t v;

	memcpy(&v, r->mem + RIG_PERF_VA + 8 * index, sizeof(v));
	return v;
}

bool rig_fault_is(struct rig_record rec, unsigned cause, uint32_t index, uint32_t addr)
{
	if (rec.cause == cause && rec.index == index && rec.addr == addr)
		return true;
	printf("# cause %u index %u addr 0x%x, want %u %u 0x%x\n", rec.cause, rec.index, rec.addr,
	       cause, index, addr);
	return false;
}

/* Random ------------------------------------------------------------------------------ */

uint32_t rig_rand(void)
{
	static uint64_t s = UINT64_C(0x9e3779b97f4a7c15);

	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return (uint32_t)(s >> 24);
}

uint32_t rig_below(uint32_t n)
{
	return (uint32_t)((uint64_t)rig_rand() * n >> 32);
}

void rig_randomise(struct rig *r, enum fcn_model_space space)
{
	size_t n, i;
	/* The model's own memory, which it owns as non-const. */
	uint8_t *p = (uint8_t *)(uintptr_t)fcn_model_buffer(r->m, space, &n);

	for (i = 0; i < n; i++)
		p[i] = (uint8_t)rig_rand();
}
