// SPDX-License-Identifier: MIT
#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drm/fcn_accel_regs.h"
#include "fcn_model.h"
#ifdef WITH_RTL
#include "fcn_sim.h"
#endif

#define PAGE 4096u
#define ROOT_PA 0x1000u
#define SEQNO_PA 0x2000u
#define TABLES_PA 0x100000u
#define DATA_PA 0x10000000u
#define DATA_VA 0x08000000u

struct device {
	struct core_config config;
	uint8_t *low, *data; /* page tables and records; jobs' memory */
	uint32_t bytes, used;
	uint32_t seqno;
	struct fcn_model *model;
#ifdef WITH_RTL
	struct fcn_sim *sim;
#endif
};

#define LOW_BYTES (TABLES_PA + 0x100000u)

static uint8_t *at(struct device *d, uint64_t pa, size_t n)
{
	if (pa + n <= LOW_BYTES)
		return d->low + pa;
	if (pa >= DATA_PA && pa + n <= DATA_PA + (uint64_t)d->bytes)
		return d->data + (pa - DATA_PA);
	return NULL;
}

static int mem_read(void *ctx, uint64_t pa, void *buf, size_t n)
{
	uint8_t *p = at(ctx, pa, n);

	if (!p)
		return -1;
	memcpy(buf, p, n);
	return 0;
}

static int mem_write(void *ctx, uint64_t pa, const void *buf, size_t n)
{
	uint8_t *p = at(ctx, pa, n);

	if (!p)
		return -1;
	memcpy(p, buf, n);
	return 0;
}

static void *mem_map(void *ctx, uint64_t pa, bool write)
{
	(void)write;
	return at(ctx, pa, PAGE);
}

static void put32(struct device *d, uint32_t pa, uint32_t v)
{
	memcpy(d->low + pa, &v, 4);
}

static void make_tables(struct device *d)
{
	for (uint32_t i = 0; i < d->bytes / PAGE; i++) {
		uint32_t va = DATA_VA + i * PAGE;
		uint32_t table = TABLES_PA + ((va >> 22) - (DATA_VA >> 22)) * PAGE;

		put32(d, ROOT_PA + 4 * (va >> 22), table >> 12 << 4 | 1);
		put32(d, table + 4 * (va >> 12 & 1023), (DATA_PA + i * PAGE) >> 12 << 4 | 7);
	}
}

static unsigned log2_of(size_t n)
{
	unsigned i = 0;

	while ((size_t)1 << i < n)
		i++;
	return i;
}

static void reg_write(struct device *d, unsigned off, uint32_t v)
{
#ifdef WITH_RTL
	if (d->sim) {
		fcn_sim_write32(d->sim, off, v);
		return;
	}
#endif
	fcn_model_reg_write(d->model, off, v);
}

static bool open_model(struct device *d)
{
	const struct core_config *c = &d->config;
	const struct fcn_model_ops ops = { .read = mem_read, .write = mem_write, .map = mem_map };
	struct fcn_model_config m = {
		.rows = c->rows,
		.cols = c->cols,
		.lanes = c->lanes,
		.ifm_log2 = log2_of(c->ifm_bytes),
		.wgt_log2 = log2_of(c->wgt_bytes),
		.ofm_log2 = log2_of(c->ofm_bytes),
		.par_log2 = log2_of(c->par_bytes),
		.acc_log2 = log2_of(c->acc_entries),
		.tlb_lines = 16,
	};

	return !fcn_model_create(&m, &ops, d, &d->model);
}

static bool open_rtl(struct device *d)
{
#ifdef WITH_RTL
	struct fcn_mem_ops ops = { mem_read, mem_write, d };
	const char *seed = getenv("MEMORY_SEED"); /* of random memory timing; otherwise ddr */
	struct fcn_sim_config c = { .rows = d->config.rows,
				    .cols = d->config.cols,
				    .mem = &ops,
				    .memory = seed ? FCN_AXI_RANDOM : FCN_AXI_DDR,
				    .seed = seed ? (uint64_t)atoi(seed) : 0 };

	return !fcn_sim_create(&c, &d->sim);
#else
	(void)d;
	return false;
#endif
}

struct device *device_open(const struct core_config *config, bool rtl, uint32_t bytes)
{
	struct device *d = calloc(1, sizeof(*d));

	d->config = *config;
	d->bytes = (bytes + PAGE - 1) / PAGE * PAGE;
	d->low = calloc(1, LOW_BYTES);
	d->data = calloc(1, d->bytes);
	make_tables(d);
	if (!(rtl ? open_rtl(d) : open_model(d))) {
		device_close(d);
		return NULL;
	}
	reg_write(d, FCN_REG_SEQNO_ADDR_LO, SEQNO_PA);
	reg_write(d, FCN_REG_SEQNO_ADDR_HI, 0);
	reg_write(d, FCN_REG_IRQ_ENABLE, 0x1f);
	return d;
}

void device_close(struct device *d)
{
	if (!d)
		return;
	fcn_model_destroy(d->model);
#ifdef WITH_RTL
	if (d->sim)
		fcn_sim_destroy(d->sim);
#endif
	free(d->low);
	free(d->data);
	free(d);
}

struct core_config device_config(unsigned rows, unsigned cols, bool small)
{
	struct core_config c = { .rows = rows,
				 .cols = cols,
				 .lanes = cols < 16 ? cols : 16,
				 .ifm_bytes = 1 << 17,
				 .wgt_bytes = 1 << 16,
				 .ofm_bytes = 1 << 16,
				 .par_bytes = 1 << 13,
				 .acc_entries = 512,
				 .queue_depth = 8 };

	if (small) {
		c.ifm_bytes = 1 << 11;
		c.wgt_bytes = 1 << 11;
		c.ofm_bytes = 1 << 10;
		c.par_bytes = 1 << 9;
		c.acc_entries = 32;
	}
	return c;
}

uint32_t device_alloc(struct device *d, uint32_t bytes)
{
	uint32_t va = DATA_VA + d->used;

	bytes = (bytes + PAGE - 1) / PAGE * PAGE;
	if (bytes > d->bytes - d->used)
		return 0;
	d->used += bytes;
	return va;
}

void *device_ptr(struct device *d, uint32_t va)
{
	return d->data + (va - DATA_VA);
}

void device_free_all(struct device *d)
{
	d->used = 0;
}

static bool wait_end(struct device *d)
{
#ifdef WITH_RTL
	if (d->sim) {
		int err = fcn_sim_run_until_irq(d->sim, UINT64_C(1) << 40);

		reg_write(d, FCN_REG_IRQ_STATUS, 0x1f);
		return !err;
	}
#endif
	fcn_model_run(d->model);
	reg_write(d, FCN_REG_IRQ_STATUS, 0x1f);
	return true;
}

bool device_run(struct device *d, const struct plan_segment *s, const uint32_t *va,
		struct device_result *r)
{
	uint32_t before = d->used, cmd = device_alloc(d, s->n_cmd * FCN_CMD_BYTES);
	uint32_t perf = device_alloc(d, PAGE), record[4];
	bool ended;

	memset(r, 0, sizeof(*r));
	if (!cmd || !perf) {
		fprintf(stderr, "no memory for %u commands\n", s->n_cmd);
		return false;
	}
	plan_relocate(s, va, device_ptr(d, cmd));
	memset(device_ptr(d, perf), 0, PAGE);
	reg_write(d, FCN_REG_SLOT_ROOT(0), ROOT_PA >> 12);
	reg_write(d, FCN_REG_SLOT_CMD_VA(0), cmd);
	reg_write(d, FCN_REG_SLOT_CMD_COUNT(0), s->n_cmd);
	reg_write(d, FCN_REG_SLOT_PERF_VA(0), perf | FCN_SLOT_PERF_VA_ENABLE_MASK);
	reg_write(d, FCN_REG_SLOT_SEQNO(0), ++d->seqno);
	ended = wait_end(d);
	memcpy(record, d->low + SEQNO_PA, sizeof(record));
	if (record[0] != d->seqno)
		ended = false;
	r->cause = record[1];
	r->addr = record[2];
	r->index = record[3];
	memcpy(r->perf, device_ptr(d, perf), sizeof(r->perf));
	d->used = before;
	return ended;
}
