// SPDX-License-Identifier: Apache-2.0
#include "rig.h"

#include "drm/fcn_accel_regs.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	PAGE = 4096,
	ENTRIES = PAGE / 4,
	TABLES = RIG_BYTES / PAGE / ENTRIES,
	HIDDEN = (1 + TABLES + 1) * PAGE, /* directory, tables, completion records: not mapped */
	TOTAL = RIG_BYTES + HIDDEN,
	ENTRY_VRW = 7,
	RECORDS = RIG_BYTES + (1 + TABLES) * PAGE,
	PATIENCE = 500000000, /* cycles */
};

static uint8_t *at(struct rig *r, uint64_t pa, size_t n)
{
	return pa >= RIG_PA && pa + n <= RIG_PA + TOTAL ? r->mem + (pa - RIG_PA) : NULL;
}

static int mem_read(void *ctx, uint64_t pa, void *buf, size_t n)
{
	const uint8_t *from = at(ctx, pa, n);

	if (!from)
		return -EIO;
	memcpy(buf, from, n);
	return 0;
}

static int mem_write(void *ctx, uint64_t pa, const void *buf, size_t n)
{
	uint8_t *to = at(ctx, pa, n);

	if (!to)
		return -EIO;
	memcpy(to, buf, n);
	return 0;
}

static void *mem_map(void *ctx, uint64_t pa, bool write)
{
	(void)write;
	return at(ctx, pa, PAGE);
}

static void put32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static void make_tables(struct rig *r)
{
	uint8_t *dir = r->mem + RIG_BYTES;
	uint32_t pfn = (uint32_t)(RIG_PA / PAGE);

	for (uint32_t t = 0; t < TABLES; t++)
		put32(dir + 4 * (RIG_VA / PAGE / ENTRIES + t), (pfn + RIG_BYTES / PAGE + 1 + t) << 4 | 1);
	for (uint32_t p = 0; p < RIG_BYTES / PAGE; p++)
		put32(dir + PAGE + 4 * p, (pfn + p) << 4 | ENTRY_VRW);
}

static void reg_write(struct rig *r, unsigned off, uint32_t value)
{
	if (r->model)
		fcn_model_reg_write(r->model, off, value);
	else if (fcn_sim_write32(r->sim, off, value))
		abort();
}

static uint32_t reg_read(struct rig *r, unsigned off)
{
	uint32_t value = 0;

	if (r->model)
		return fcn_model_reg_read(r->model, off);
	if (fcn_sim_read32(r->sim, off, &value))
		abort();
	return value;
}

/* Reads the parameters of the core from its registers, as any software does. */
static void read_config(struct rig *r)
{
	uint32_t c0 = reg_read(r, FCN_REG_CONFIG0), c1 = reg_read(r, FCN_REG_CONFIG1);

	r->core.rows = (c0 & FCN_CONFIG0_ROWS_MASK) >> FCN_CONFIG0_ROWS_SHIFT;
	r->core.cols = (c0 & FCN_CONFIG0_COLS_MASK) >> FCN_CONFIG0_COLS_SHIFT;
	r->core.lanes = (c0 & FCN_CONFIG0_LANES_MASK) >> FCN_CONFIG0_LANES_SHIFT;
	r->core.ifm_log2 = (c1 & FCN_CONFIG1_IFM_LOG2_MASK) >> FCN_CONFIG1_IFM_LOG2_SHIFT;
	r->core.wgt_log2 = (c1 & FCN_CONFIG1_WGT_LOG2_MASK) >> FCN_CONFIG1_WGT_LOG2_SHIFT;
	r->core.ofm_log2 = (c1 & FCN_CONFIG1_OFM_LOG2_MASK) >> FCN_CONFIG1_OFM_LOG2_SHIFT;
	r->core.par_log2 = (c1 & FCN_CONFIG1_PAR_LOG2_MASK) >> FCN_CONFIG1_PAR_LOG2_SHIFT;
	r->core.acc_log2 = (c1 & FCN_CONFIG1_ACC_LOG2_MASK) >> FCN_CONFIG1_ACC_LOG2_SHIFT;
}

static bool open_device(struct rig *r, const struct rig_options *o)
{
	const struct fcn_model_ops ops = { .read = mem_read, .write = mem_write, .map = mem_map };
	const struct fcn_mem_ops mem = { .read = mem_read, .write = mem_write, .ctx = r };
	const struct fcn_sim_config config = {
		.rows = r->core.rows, .cols = r->core.cols, .memory = o->memory, .mem = &mem, .log = o->log,
	};
	int err;

	err = o->rtl ? fcn_sim_create(&config, &r->sim) : fcn_model_create(&r->core, &ops, r, &r->model);
	if (err && err != -ENOENT)
		abort();
	return err == 0;
}

bool rig_open(struct rig *r, const struct rig_options *o)
{
	const struct fcn_model_config config = FCN_MODEL_CONFIG_DEFAULT;

	memset(r, 0, sizeof(*r));
	r->core = config;
	r->core.rows = o->rows;
	r->core.cols = o->cols;
	r->core.lanes = o->cols < 16 ? o->cols : 16;
	r->mem = calloc(1, TOTAL);
	if (!r->mem)
		abort();
	make_tables(r);
	if (!open_device(r, o)) {
		free(r->mem);
		return false;
	}
	read_config(r);
	reg_write(r, FCN_REG_SEQNO_ADDR_LO, (uint32_t)rig_record_pa(0));
	reg_write(r, FCN_REG_SEQNO_ADDR_HI, (uint32_t)(rig_record_pa(0) >> 32));
	reg_write(r, FCN_REG_IRQ_ENABLE, FCN_IRQ_ENABLE_DONE_MASK | FCN_IRQ_ENABLE_FAULT_MASK);
	return true;
}

void rig_close(struct rig *r)
{
	fcn_model_destroy(r->model);
	if (r->sim)
		fcn_sim_destroy(r->sim);
	free(r->mem);
}

uint32_t rig_alloc(struct rig *r, uint32_t n, uint32_t align)
{
	uint32_t va = (r->used + align - 1) / align * align;

	assert(va + n <= RIG_BYTES);
	r->used = va + n;
	return RIG_VA + va;
}

void rig_free_all(struct rig *r)
{
	memset(r->mem, 0, r->used);
	r->used = 0;
}

void *rig_ptr(struct rig *r, uint32_t va)
{
	return r->mem + (va - RIG_VA);
}

uint32_t rig_commands(struct rig *r, const struct fcn_cmd *cmds, unsigned n)
{
	uint32_t va = rig_alloc(r, n * FCN_CMD_BYTES + FCN_CMD_BYTES, FCN_CMD_BYTES);
	uint8_t *p = rig_ptr(r, va);

	for (unsigned i = 0; i < n; i++)
		for (unsigned w = 0; w < FCN_CMD_WORDS; w++, p += 4)
			put32(p, cmds[i].w[w]);
	return va;
}

void rig_start(struct rig *r, unsigned slot, uint32_t cmd_va, unsigned n, uint32_t perf_va, uint32_t seqno)
{
	reg_write(r, FCN_REG_SLOT_ROOT(slot), (uint32_t)((RIG_PA + RIG_BYTES) / PAGE));
	reg_write(r, FCN_REG_SLOT_CMD_VA(slot), cmd_va);
	reg_write(r, FCN_REG_SLOT_CMD_COUNT(slot), n);
	reg_write(r, FCN_REG_SLOT_PERF_VA(slot), perf_va | 1);
	reg_write(r, FCN_REG_SLOT_SEQNO(slot), seqno);
}

const uint32_t *rig_record(struct rig *r, unsigned slot)
{
	return (const uint32_t *)(const void *)(r->mem + RECORDS + 16 * slot);
}

uint64_t rig_record_pa(unsigned slot)
{
	return RIG_PA + RECORDS + 16 * slot;
}

bool rig_wait(struct rig *r)
{
	bool ended = true;

	if (r->model)
		fcn_model_run(r->model);
	else
		ended = fcn_sim_run_until_irq(r->sim, PATIENCE) == 0;
	reg_write(r, FCN_REG_IRQ_STATUS, UINT32_MAX);
	return ended;
}

bool rig_run(struct rig *r, const struct fcn_cmd *cmds, unsigned n, struct rig_run *result)
{
	uint32_t va = rig_commands(r, cmds, n), perf = rig_alloc(r, 8 * RIG_PERF_NUMBERS, 128);

	rig_start(r, 0, va, n, perf, 1);
	if (!rig_wait(r))
		return false;
	result->cause = rig_record(r, 0)[1];
	result->addr = rig_record(r, 0)[2];
	result->index = rig_record(r, 0)[3];
	memcpy(result->perf, rig_ptr(r, perf), sizeof(result->perf));
	return true;
}
