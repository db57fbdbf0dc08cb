// SPDX-License-Identifier: Apache-2.0
/* Jobs: two slots, roots, aborts, records and interrupts. */
#include "rig.h"
#include "tap.h"

#include <string.h>

#define STATUS(r, slot) fcn_model_reg_read((r)->m, FCN_REG_SLOT_STATUS(slot))
#define IRQ_STATUS(r) fcn_model_reg_read((r)->m, FCN_REG_IRQ_STATUS)
#define BUSY 1u
#define RUNNING 2u

static void clear_irq(struct rig *r)
{
	fcn_model_reg_write(r->m, FCN_REG_IRQ_STATUS, 0xffffffff);
}

static void one_sync(struct rig *r)
{
	rig_clear(r);
	rig_sync(r, FCN_OP_CONV_SYNC, 0, 0);
}

static void test_two_slots(struct rig *r)
{
	one_sync(r);
	clear_irq(r);
	rig_start(r, 1, 0, 11, false);
	rig_start(r, 0, 0, 12, false);
	ok(STATUS(r, 0) == BUSY && STATUS(r, 1) == BUSY, "two jobs wait");
	fcn_model_step(r->m);
	ok(STATUS(r, 1) == (BUSY | RUNNING) && STATUS(r, 0) == BUSY, "the one started first runs");
	is(fcn_model_reg_read(r->m, FCN_REG_STATUS) & 3, 3, "STATUS names its slot");
	while (STATUS(r, 1))
		fcn_model_step(r->m);
	ok(STATUS(r, 0) == BUSY && rig_record(r, 1).seqno == 11, "it ends, with its record");
	is(IRQ_STATUS(r), 2, "DONE of slot 1");
	rig_start(r, 1, 0, 13, false);
	while (STATUS(r, 0))
		fcn_model_step(r->m);
	ok(rig_record(r, 0).seqno == 12 && rig_record(r, 1).seqno == 11,
	   "then the other one, before a later start");
	fcn_model_run(r->m);
	is(rig_record(r, 1).seqno, 13, "then that");
	is(IRQ_STATUS(r), 3, "DONE of both");
	ok(!fcn_model_step(r->m), "nothing is left to do");
	is(fcn_model_reg_read(r->m, FCN_REG_STATUS), 4, "STATUS is idle");
}

static bool ifm_is_zero(struct rig *r)
{
	static const uint8_t zeros[64];
	size_t n;

	return !memcmp(fcn_model_buffer(r->m, FCN_MODEL_IFM, &n), zeros, sizeof(zeros));
}

static void run_root(struct rig *r, unsigned root)
{
	rig_start(r, 0, root, 1, false);
	fcn_model_run(r->m);
}

static void test_scrub(struct rig *r)
{
	static const enum fcn_model_space spaces[] = { FCN_MODEL_IFM, FCN_MODEL_WGT, FCN_MODEL_OFM,
						       FCN_MODEL_PAR, FCN_MODEL_TABLE,
						       FCN_MODEL_ACC };
	const uint8_t *p;
	size_t n, i, left = 0;
	unsigned s;

	one_sync(r);
	run_root(r, 0);
	for (s = 0; s < 6; s++)
		rig_randomise(r, spaces[s]);
	run_root(r, 0);
	ok(!ifm_is_zero(r), "buffers stay for a job of the same root");
	rig_start(r, 1, 1, 1, false);
	fcn_model_reg_write(r->m, FCN_REG_SLOT_ABORT(1), 1);
	fcn_model_run(r->m);
	run_root(r, 0);
	ok(!ifm_is_zero(r), "a job that never ran takes nothing away");
	run_root(r, 1);
	for (s = 0; s < 6; s++) {
		p = fcn_model_buffer(r->m, spaces[s], &n);
		for (i = 0; i < n; i++)
			left += p[i];
	}
	is(left, 0, "another root finds zeros in all of them");
	rig_randomise(r, FCN_MODEL_IFM);
	fcn_model_reg_write(r->m, FCN_REG_CTRL, FCN_CTRL_RESET_MASK);
	fcn_model_reg_write(r->m, FCN_REG_SEQNO_ADDR_LO, RIG_SEQNO_PA);
	run_root(r, 1);
	ok(ifm_is_zero(r), "so does the first job after a reset");
}

static void test_abort(struct rig *r)
{
	one_sync(r);
	clear_irq(r);
	rig_start(r, 0, 0, 21, false);
	rig_start(r, 1, 0, 22, false);
	fcn_model_step(r->m);
	fcn_model_reg_write(r->m, FCN_REG_SLOT_ABORT(1), 1);
	is(fcn_model_reg_read(r->m, FCN_REG_SLOT_ABORT(1)), 1, "ABORT reads 1 until it is done");
	fcn_model_step(r->m);
	is(fcn_model_reg_read(r->m, FCN_REG_SLOT_ABORT(1)), 0, "and then 0");
	ok(rig_fault_is(rig_record(r, 1), FCN_CAUSE_ABORTED, 0, 0), "a queued job is aborted");
	is(STATUS(r, 0), BUSY | RUNNING, "the running one is not");
	fcn_model_reg_write(r->m, FCN_REG_SLOT_ABORT(0), 1);
	fcn_model_run(r->m);
	ok(rig_fault_is(rig_record(r, 0), FCN_CAUSE_ABORTED, 0, 0), "until it is aborted itself");
	is(STATUS(r, 0), FCN_CAUSE_ABORTED << 4, "SLOT_STATUS has the cause");
	is(IRQ_STATUS(r), 0xc, "FAULT of both slots");
	fcn_model_reg_write(r->m, FCN_REG_SLOT_ABORT(0), 1);
	ok(fcn_model_reg_read(r->m, FCN_REG_SLOT_ABORT(0)) == 0 && !fcn_model_step(r->m),
	   "aborting an idle slot does nothing");
	rig_start(r, 0, 0, 23, false);
	is(STATUS(r, 0), BUSY, "a start clears the cause");
	fcn_model_run(r->m);
	is(rig_record(r, 0).cause, FCN_CAUSE_NONE, "the next job is not affected");
}

static void test_records(struct rig *r)
{
	memset(r->mem + RIG_SEQNO_PA, 0xee, 64);
	memset(r->mem + RIG_PERF_VA, 0xee, 256);
	rig_clear(r);
	rig_start(r, 1, 0, 31, true);
	fcn_model_run(r->m);
	ok(rig_fault_is(rig_record(r, 1), FCN_CAUSE_NONE, 0, 0), "a job without commands");
	ok(rig_record(r, 0).seqno == 0xeeeeeeee && r->mem[RIG_SEQNO_PA + 32] == 0xee,
	   "only its own completion record is written");
	is(rig_perf(r, FCN_MODEL_PERF_SEQNO), 31 | 1ull << 32, "the performance record");
	is(rig_perf(r, 15), 0, "has 16 numbers");
	is(rig_perf(r, 16), 0xeeeeeeeeeeeeeeeeull, "and not one more");
	memset(r->mem + RIG_PERF_VA, 0xee, 256);
	rig_sync(r, 0, 0, 0);
	rig_start(r, 0, 0, 32, true);
	fcn_model_run(r->m);
	is(rig_perf(r, 0), 0xeeeeeeeeeeeeeeeeull, "a job that faults writes none");
	is(fcn_model_reg_read(r->m, FCN_REG_SLOT_FAULT_ADDR(0)), RIG_CMD_VA,
	   "the address is in the registers, too");
}

static void test_seqno_error(struct rig *r)
{
	one_sync(r);
	clear_irq(r);
	fcn_model_reg_write(r->m, FCN_REG_SEQNO_ADDR_HI, 0xff);
	rig_start(r, 0, 0, 41, false);
	fcn_model_run(r->m);
	is(IRQ_STATUS(r), 0x11, "SEQNO_ERR and DONE, when the record cannot be written");
	is(STATUS(r, 0), 0, "the job's state is in the registers");
	fcn_model_reg_write(r->m, FCN_REG_SEQNO_ADDR_HI, 0);
}

static void test_irq(struct rig *r)
{
	clear_irq(r);
	r->irqs = 0;
	fcn_model_reg_write(r->m, FCN_REG_IRQ_ENABLE, 1);
	one_sync(r);
	rig_start(r, 1, 0, 51, false);
	fcn_model_run(r->m);
	is(r->irqs, 0, "the other slot is not enabled");
	rig_start(r, 0, 0, 52, false);
	fcn_model_run(r->m);
	ok(r->irqs == 1 && fcn_model_irq(r->m), "a job's end raises the line");
	clear_irq(r);
	ok(!fcn_model_irq(r->m), "until it is acknowledged");
}

/* A flush is allowed at any time, and entries may change between jobs. */
static void test_flush(struct rig *r)
{
	one_sync(r);
	*rig_pte(r, 0, RIG_CMD_VA) &= ~PTE_V;
	fcn_model_reg_write(r->m, FCN_REG_CTRL, FCN_CTRL_TLB_FLUSH_MASK);
	is(fcn_model_reg_read(r->m, FCN_REG_CTRL), 0, "a flush is done at once");
	ok(rig_fault_is(rig_run(r), FCN_CAUSE_MMU_INVALID, 0, RIG_CMD_VA), "the entry was read anew");
	*rig_pte(r, 0, RIG_CMD_VA) |= PTE_V;
	is(rig_run(r).cause, FCN_CAUSE_NONE, "and so it was in the next job");
}

int main(void)
{
	struct rig r;

	rig_open(&r, &rig_small);
	test_two_slots(&r);
	test_scrub(&r);
	test_abort(&r);
	test_records(&r);
	test_seqno_error(&r);
	test_irq(&r);
	test_flush(&r);
	rig_close(&r);
	return done_testing();
}
