// SPDX-License-Identifier: Apache-2.0
#include "job.h"

#include "drm/fcn_accel_regs.h"

#include <errno.h>
#include <string.h>

#define PAGE 4096u
#define ROOT_PA 0x0000100000ull
#define TABLE_PA 0x2200201000ull
#define DATA_PA 0x7700000000ull /* of the first page; the others lie 5 pages apart, backwards */
#define SEQNO_PA 0x0000300000ull

#define PTE_V 1u
#define PTE_RW 6u

uint64_t job_pa(uint32_t va)
{
	uint64_t page = (va - JOB_VA) / PAGE;

	return DATA_PA + (JOB_PAGES - page) * 5 * PAGE + va % PAGE;
}

static uint32_t entry(uint64_t pa, uint32_t bits)
{
	return (uint32_t)(pa >> 12) << 4 | bits;
}

static void put32(struct job *job, uint64_t pa, uint32_t value)
{
	fcn_mem_write(fcn_sim_mem(job->sim), pa, &value, sizeof(value));
}

void job_init(struct job *job, struct fcn_sim *sim)
{
	*job = (struct job){ .sim = sim };
	put32(job, ROOT_PA + 4 * (JOB_VA >> 22), entry(TABLE_PA, PTE_V));
	for (uint32_t i = 0; i < JOB_PAGES; i++) {
		uint32_t va = JOB_VA + i * PAGE;

		put32(job, TABLE_PA + 4 * (va >> 12 & 1023), entry(job_pa(va), PTE_V | PTE_RW));
	}
	fcn_sim_write32(sim, FCN_REG_SEQNO_ADDR_LO, (uint32_t)SEQNO_PA);
	fcn_sim_write32(sim, FCN_REG_SEQNO_ADDR_HI, (uint32_t)(SEQNO_PA >> 32));
	fcn_sim_write32(sim, FCN_REG_IRQ_ENABLE, 0x1f);
}

static size_t in_page(uint32_t va, size_t n)
{
	size_t left = PAGE - va % PAGE;

	return n < left ? n : left;
}

void job_write(struct job *job, uint32_t va, const void *data, size_t n)
{
	const char *p = data;

	for (size_t run; n; n -= run, va += (uint32_t)run, p += run) {
		run = in_page(va, n);
		fcn_mem_write(fcn_sim_mem(job->sim), job_pa(va), p, run);
	}
}

void job_read(struct job *job, uint32_t va, void *data, size_t n)
{
	char *p = data;

	for (size_t run; n; n -= run, va += (uint32_t)run, p += run) {
		run = in_page(va, n);
		fcn_mem_read(fcn_sim_mem(job->sim), job_pa(va), p, run);
	}
}

void job_add(struct job *job, const struct fcn_cmd *cmd)
{
	job_write(job, JOB_CMD + job->commands++ * FCN_CMD_BYTES, cmd, sizeof(*cmd));
}

void job_add_copy(struct job *job, uint32_t from, uint32_t to, unsigned n)
{
	struct fcn_cmd load = { { 0 } }, store = { { 0 } };

	load.w[0] = FCN_OP_LOAD | FCN_CMD_VERSION << 8 | 1u << FCN_ENG_STORE << 20;
	load.w[1] = from;
	load.w[4] = 1 | 1u << 16; /* a row of one pixel */
	load.w[5] = n | 4u << 16 | 2u << 20; /* wide, into OFM */
	job_add(job, &load);
	store.w[0] = FCN_OP_STORE | FCN_CMD_VERSION << 8 | 1u << FCN_ENG_LOAD << 16;
	store.w[1] = to;
	store.w[4] = 1 | 1u << 16;
	store.w[5] = n | 4u << 16;
	job_add(job, &store);
}

int job_start(struct job *job, unsigned slot)
{
	const struct {
		unsigned off;
		uint32_t value;
	} writes[] = {
		{ FCN_REG_SLOT_ROOT(slot), (uint32_t)(ROOT_PA >> 12) },
		{ FCN_REG_SLOT_CMD_VA(slot), JOB_CMD },
		{ FCN_REG_SLOT_CMD_COUNT(slot), job->commands | FCN_SLOT_CMD_COUNT_TLB_FLUSH_MASK },
		{ FCN_REG_SLOT_PERF_VA(slot), JOB_PERF | FCN_SLOT_PERF_VA_ENABLE_MASK },
		{ FCN_REG_SLOT_SEQNO(slot), ++job->seqno },
	};

	for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		int err = fcn_sim_write32(job->sim, writes[i].off, writes[i].value);

		if (err)
			return err;
	}
	return 0;
}

int job_wait(struct job *job, unsigned slot, uint64_t max_cycles, struct job_result *result)
{
	uint32_t status;
	int err = fcn_sim_run_until_irq(job->sim, max_cycles);

	if (err)
		return err;
	err = fcn_sim_read32(job->sim, FCN_REG_IRQ_STATUS, &status);
	if (err)
		return err;
	fcn_mem_read(fcn_sim_mem(job->sim), SEQNO_PA + 16 * slot, result, sizeof(*result));
	return fcn_sim_write32(job->sim, FCN_REG_IRQ_STATUS, status);
}
