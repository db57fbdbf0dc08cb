// SPDX-License-Identifier: Apache-2.0
/* The register window. */
#include "model_int.h"

#include <string.h>

#define IRQ_MASK (FCN_IRQ_STATUS_DONE_MASK | FCN_IRQ_STATUS_FAULT_MASK | \
		  FCN_IRQ_STATUS_SEQNO_ERR_MASK | FCN_IRQ_STATUS_TEST_MASK)

bool fcn_model_irq(const struct fcn_model *m)
{
	return m->irq_level;
}

/* Which slot's window off lies in, or FCN_SLOT_COUNT; *reg is the offset in it. */
static unsigned slot_of(unsigned off, unsigned *reg)
{
	unsigned slot;

	if (off < FCN_SLOT_BASE)
		return FCN_SLOT_COUNT;
	slot = (off - FCN_SLOT_BASE) / FCN_SLOT_STRIDE;
	*reg = (off - FCN_SLOT_BASE) % FCN_SLOT_STRIDE;
	return slot < FCN_SLOT_COUNT ? slot : FCN_SLOT_COUNT;
}

/* Reading ----------------------------------------------------------------------------- */

static uint32_t config1(const struct fcn_model_config *c)
{
	return c->ifm_log2 << FCN_CONFIG1_IFM_LOG2_SHIFT |
	       c->wgt_log2 << FCN_CONFIG1_WGT_LOG2_SHIFT |
	       c->ofm_log2 << FCN_CONFIG1_OFM_LOG2_SHIFT |
	       c->par_log2 << FCN_CONFIG1_PAR_LOG2_SHIFT |
	       c->acc_log2 << FCN_CONFIG1_ACC_LOG2_SHIFT;
}

static uint32_t config2(const struct fcn_model_config *c)
{
	return (uint32_t)FCNM_QUEUE_DEPTH << FCN_CONFIG2_QUEUE_DEPTH_SHIFT |
	       c->tlb_lines << FCN_CONFIG2_TLB_LINES_SHIFT |
	       (uint32_t)FCNM_PA_BITS << FCN_CONFIG2_PA_BITS_SHIFT |
	       (uint32_t)FCN_SLOT_COUNT << FCN_CONFIG2_SLOTS_SHIFT;
}

static uint32_t status(const struct fcn_model *m)
{
	const bool busy = m->slot[m->first].busy;

	return (uint32_t)busy << FCN_STATUS_BUSY_SHIFT |
	       (busy ? m->first : 0) << FCN_STATUS_SLOT_SHIFT | FCN_STATUS_BUS_IDLE_MASK;
}

static uint32_t slot_status(const struct fcn_model *m, unsigned slot)
{
	const struct fcnm_slot *s = &m->slot[slot];
	const bool running = m->running && m->first == slot;

	return (uint32_t)s->busy << FCN_SLOT_STATUS_BUSY_SHIFT |
	       (uint32_t)running << FCN_SLOT_STATUS_RUNNING_SHIFT |
	       s->fault.cause << FCN_SLOT_STATUS_CAUSE_SHIFT;
}

static uint32_t slot_read(const struct fcn_model *m, unsigned slot, unsigned reg)
{
	const struct fcnm_slot *s = &m->slot[slot];

	switch (reg) {
	case FCN_SLOT_ROOT: return s->root;
	case FCN_SLOT_CMD_VA: return s->cmd_va;
	case FCN_SLOT_CMD_COUNT: return s->cmd_count;
	case FCN_SLOT_PERF_VA: return s->perf_va;
	case FCN_SLOT_SEQNO: return s->seqno;
	case FCN_SLOT_ABORT: return (uint32_t)s->abort << FCN_SLOT_ABORT_ABORT_SHIFT;
	case FCN_SLOT_STATUS: return slot_status(m, slot);
	case FCN_SLOT_FAULT_ADDR: return s->fault.addr;
	case FCN_SLOT_FAULT_CMD: return s->fault.index;
	default: return 0;
	}
}

uint32_t fcn_model_reg_read(const struct fcn_model *m, unsigned off)
{
	const struct fcn_model_config *c = &m->cfg;
	unsigned reg = 0, slot = slot_of(off, &reg);

	if (slot < FCN_SLOT_COUNT)
		return slot_read(m, slot, reg);
	switch (off) {
	case FCN_REG_ID: return FCN_ID_MAGIC;
	case FCN_REG_VERSION:
		return (uint32_t)FCN_BLOCK_MAJOR << FCN_VERSION_MAJOR_SHIFT |
		       (uint32_t)FCN_BLOCK_MINOR << FCN_VERSION_MINOR_SHIFT;
	case FCN_REG_CONFIG0:
		return c->rows << FCN_CONFIG0_ROWS_SHIFT | c->cols << FCN_CONFIG0_COLS_SHIFT |
		       c->lanes << FCN_CONFIG0_LANES_SHIFT;
	case FCN_REG_CONFIG1: return config1(c);
	case FCN_REG_CONFIG2: return config2(c);
	case FCN_REG_STATUS: return status(m);
	case FCN_REG_IRQ_STATUS: return m->irq_status;
	case FCN_REG_IRQ_ENABLE: return m->irq_enable;
	case FCN_REG_SEQNO_ADDR_LO: return m->seqno_lo;
	case FCN_REG_SEQNO_ADDR_HI: return m->seqno_hi;
	case FCN_REG_SCRATCH: return m->scratch;
	case FCN_REG_PROGRESS: return m->progress;
	default: return 0; /* CTRL and IRQ_TEST are done at once, and read 0 */
	}
}

/* Writing ----------------------------------------------------------------------------- */

static void slot_write(struct fcn_model *m, unsigned slot, unsigned reg, uint32_t v)
{
	struct fcnm_slot *s = &m->slot[slot];

	if (reg == FCN_SLOT_ABORT) {
		if (s->busy && (v & FCN_SLOT_ABORT_ABORT_MASK))
			s->abort = true;
		return;
	}
	if (s->busy)
		return;
	switch (reg) {
	case FCN_SLOT_ROOT: s->root = v & FCN_SLOT_ROOT_PFN_MASK; break;
	case FCN_SLOT_CMD_VA: s->cmd_va = v & FCN_SLOT_CMD_VA_ADDR_MASK; break;
	case FCN_SLOT_CMD_COUNT:
		s->cmd_count = v & (FCN_SLOT_CMD_COUNT_COUNT_MASK |
				    FCN_SLOT_CMD_COUNT_TLB_FLUSH_MASK);
		break;
	case FCN_SLOT_PERF_VA:
		s->perf_va = v & (FCN_SLOT_PERF_VA_ADDR_MASK | FCN_SLOT_PERF_VA_ENABLE_MASK);
		break;
	case FCN_SLOT_SEQNO:
		s->seqno = v;
		fcnm_job_kick(m, slot);
		break;
	default:
		break;
	}
}

/* Back to power-up; the buffers are scrubbed when the next job starts. */
static void reset(struct fcn_model *m)
{
	m->irq_status = m->irq_enable = 0;
	m->seqno_lo = m->seqno_hi = m->scratch = m->progress = 0;
	memset(m->slot, 0, sizeof(m->slot));
	m->first = 0;
	m->running = false;
	m->root_known = false;
	m->last = (struct fcnm_fault){ 0 };
}

static void ctrl_write(struct fcn_model *m, uint32_t v)
{
	if (v & FCN_CTRL_TLB_FLUSH_MASK)
		fcnm_tlb_flush(m);
	if (v & FCN_CTRL_RESET_MASK)
		reset(m);
}

void fcn_model_reg_write(struct fcn_model *m, unsigned off, uint32_t v)
{
	unsigned reg = 0, slot = slot_of(off, &reg);

	if (slot < FCN_SLOT_COUNT) {
		slot_write(m, slot, reg, v);
		return;
	}
	switch (off) {
	case FCN_REG_CTRL: ctrl_write(m, v); break;
	case FCN_REG_IRQ_STATUS: m->irq_status &= ~v; break;
	case FCN_REG_IRQ_ENABLE: m->irq_enable = v & IRQ_MASK; break;
	case FCN_REG_IRQ_TEST: m->irq_status |= v & FCN_IRQ_TEST_TEST_MASK; break;
	case FCN_REG_SEQNO_ADDR_LO: m->seqno_lo = v & FCN_SEQNO_ADDR_LO_ADDR_MASK; break;
	case FCN_REG_SEQNO_ADDR_HI: m->seqno_hi = v & FCN_SEQNO_ADDR_HI_ADDR_MASK; break;
	case FCN_REG_SCRATCH: m->scratch = v; break;
	default: break;
	}
	fcnm_irq_update(m);
}
