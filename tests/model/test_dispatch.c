// SPDX-License-Identifier: Apache-2.0
/* Queues, tokens, deadlock, and which fault comes first. */
#include "rig.h"
#include "tap.h"

#include <string.h>

#define LOAD_BIT (1u << FCN_ENG_LOAD)
#define CONV_BIT (1u << FCN_ENG_CONV)
#define POST_BIT (1u << FCN_ENG_POST)
#define STORE_BIT (1u << FCN_ENG_STORE)

#define HOLE_A 0x300000u /* pages without a translation */
#define HOLE_B 0x301000u

/* LOAD of 16 bytes to dst of the OFM buffer. */
static struct fcn_cmd *load16(struct rig *r, unsigned wait, unsigned signal, uint32_t va,
			      uint32_t dst)
{
	struct fcn_cmd c;

	fcn_load_init(&c, wait, signal);
	fcn_load_set_va(&c, va);
	fcn_load_set_px(&c, 4);
	fcn_load_set_space(&c, FCN_MODEL_OFM);
	fcn_load_set_run(&c, 16);
	fcn_load_set_rows_n(&c, 1);
	fcn_load_set_cols_n(&c, 1);
	fcn_load_set_dst(&c, dst);
	return rig_add(r, &c);
}

static struct fcn_cmd *store16(struct rig *r, unsigned wait, unsigned signal, uint32_t va,
			       uint32_t src)
{
	struct fcn_cmd c;

	fcn_store_init(&c, wait, signal);
	fcn_store_set_va(&c, va);
	fcn_store_set_px(&c, 4);
	fcn_store_set_run(&c, 16);
	fcn_store_set_rows_n(&c, 1);
	fcn_store_set_cols_n(&c, 1);
	fcn_store_set_src(&c, src);
	return rig_add(r, &c);
}

static void syncs(struct rig *r, unsigned n, unsigned opcode, unsigned wait, unsigned signal)
{
	while (n--)
		rig_sync(r, opcode, wait, signal);
}

static bool run_is(struct rig *r, unsigned cause, uint32_t index, uint32_t addr)
{
	return rig_fault_is(rig_run(r), cause, index, addr);
}

/* The STORE that comes first in the stream waits for the LOAD behind it. */
static void test_order(struct rig *r)
{
	unsigned i;

	for (i = 0; i < 16; i++)
		r->mem[RIG_DATA_VA + i] = (uint8_t)(i + 1);
	rig_clear(r);
	store16(r, LOAD_BIT, LOAD_BIT, RIG_DATA_VA + 64, 0);
	load16(r, 0, STORE_BIT, RIG_DATA_VA, 0);
	load16(r, STORE_BIT, 0, RIG_DATA_VA + 32, 0);
	ok(run_is(r, FCN_CAUSE_NONE, 0, 0), "a token orders STORE behind LOAD, and LOAD behind it");
	ok(!memcmp(r->mem + RIG_DATA_VA, r->mem + RIG_DATA_VA + 64, 16), "data took that way");
	is(rig_perf(r, FCN_MODEL_PERF_COMMANDS), 3, "three commands were started");
	is(rig_perf(r, FCN_MODEL_PERF_LOAD_BEATS), 2, "two beats were read");
	is(rig_perf(r, FCN_MODEL_PERF_STORE_BEATS), 1, "one was written");
	is(rig_perf(r, FCN_MODEL_PERF_SEQNO) >> 32, 1, "the record has version 1");
}

static void test_deadlock(struct rig *r)
{
	rig_clear(r);
	rig_sync(r, FCN_OP_CONV_SYNC, 0, 0);
	rig_sync(r, FCN_OP_POST_SYNC, CONV_BIT, 0);
	rig_sync(r, FCN_OP_LOAD_SYNC, 0, 0);
	ok(run_is(r, FCN_CAUSE_DEADLOCK, 1, 0), "nobody sends the token of command 1");

	rig_clear(r);
	rig_sync(r, FCN_OP_STORE_SYNC, 0, 0);
	rig_sync(r, FCN_OP_CONV_SYNC, POST_BIT, POST_BIT);
	rig_sync(r, FCN_OP_POST_SYNC, CONV_BIT, CONV_BIT);
	ok(run_is(r, FCN_CAUSE_DEADLOCK, 1, 0), "a circle: the lower index counts");

	rig_clear(r);
	rig_sync(r, FCN_OP_CONV_SYNC, POST_BIT, 0);
	syncs(r, 8, FCN_OP_CONV_SYNC, 0, 0);
	rig_sync(r, FCN_OP_POST_SYNC, 0, CONV_BIT);
	ok(run_is(r, FCN_CAUSE_DEADLOCK, 0, 0), "the sender is behind a full queue");

	rig_clear(r);
	rig_sync(r, FCN_OP_CONV_SYNC, POST_BIT, 0);
	syncs(r, 7, FCN_OP_CONV_SYNC, 0, 0);
	rig_sync(r, FCN_OP_POST_SYNC, 0, CONV_BIT);
	ok(run_is(r, FCN_CAUSE_NONE, 0, 0), "a queue holds eight");

	rig_clear(r);
	syncs(r, 255, FCN_OP_LOAD_SYNC, 0, STORE_BIT);
	ok(run_is(r, FCN_CAUSE_NONE, 0, 0), "255 tokens may be left over");
	rig_sync(r, FCN_OP_LOAD_SYNC, 0, STORE_BIT);
	ok(run_is(r, FCN_CAUSE_DEADLOCK, 255, 0), "the 256th cannot be sent");
	rig_sync(r, FCN_OP_STORE_SYNC, LOAD_BIT, 0);
	ok(run_is(r, FCN_CAUSE_NONE, 0, 0), "unless one is taken");
	rig_clear(r);
	rig_sync(r, FCN_OP_STORE_SYNC, LOAD_BIT, 0);
	ok(run_is(r, FCN_CAUSE_DEADLOCK, 0, 0), "counters are 0 at a job's start");
}

static void test_illegal(struct rig *r)
{
	rig_clear(r);
	store16(r, 0, 0, RIG_DATA_VA + 128, 0);
	rig_sync(r, FCN_OP_LOAD_SYNC, LOAD_BIT, 0);
	ok(run_is(r, FCN_CAUSE_ILLEGAL, 1, RIG_CMD_VA + 64), "a command waits for itself");
	rig_clear(r);
	rig_sync(r, 0x55, 0, 0);
	ok(run_is(r, FCN_CAUSE_ILLEGAL, 0, RIG_CMD_VA), "an opcode that does not exist");
	rig_clear(r);
	rig_sync(r, FCN_OP_CONV_SYNC, POST_BIT, 0);
	syncs(r, 8, FCN_OP_CONV_SYNC, 0, 0);
	rig_sync(r, 0, 0, 0);
	ok(run_is(r, FCN_CAUSE_DEADLOCK, 0, 0), "an illegal command whose turn never comes");
	rig_clear(r);
	rig_sync(r, FCN_OP_CONV_SYNC, POST_BIT, 0);
	rig_sync(r, 0, 0, 0);
	ok(run_is(r, FCN_CAUSE_ILLEGAL, 1, RIG_CMD_VA + 64), "an illegal one before a deadlock");
}

static bool reaches(struct rig *r, unsigned cause, uint32_t index, uint32_t addr)
{
	fcn_model_set_prefer_fault(r->m, cause, index, addr);
	rig_run(r);
	return fcn_model_fault_allowed(r->m);
}

static void test_prefer(struct rig *r)
{
	struct rig_record rec;

	rig_clear(r);
	load16(r, 0, STORE_BIT, HOLE_A, 0);
	load16(r, 0, 0, HOLE_B, 0);
	store16(r, 0, 0, HOLE_B, 0);
	store16(r, LOAD_BIT, 0, HOLE_A, 0);
	rig_sync(r, 0, 0, 0);
	ok(reaches(r, FCN_CAUSE_MMU_INVALID, 0, HOLE_A), "LOAD may fault first");
	ok(reaches(r, FCN_CAUSE_MMU_INVALID, 2, HOLE_B), "STORE may fault first");
	ok(reaches(r, FCN_CAUSE_ILLEGAL, 4, RIG_CMD_VA + 4 * 64), "so may the illegal command");
	ok(!reaches(r, FCN_CAUSE_MMU_INVALID, 1, HOLE_B), "the second LOAD may not");
	ok(!reaches(r, FCN_CAUSE_MMU_INVALID, 3, HOLE_A), "the second STORE may not");
	ok(!reaches(r, FCN_CAUSE_MMU_INVALID, 0, HOLE_B), "the address must be right");
	ok(!reaches(r, FCN_CAUSE_MMU_PERM, 0, HOLE_A), "the cause must be right");
	rec = rig_run(r);
	ok(rec.index == 0, "without the preferred one: the lowest index");
	fcn_model_set_prefer_fault(r->m, FCN_CAUSE_NONE, 0, 0);
	rig_run(r);
	ok(!fcn_model_fault_allowed(r->m), "no preference, but a fault");
	rig_clear(r);
	rig_run(r);
	ok(fcn_model_fault_allowed(r->m), "no preference, and no fault");
	rig_sync(r, FCN_OP_CONV_SYNC, POST_BIT, 0);
	ok(reaches(r, FCN_CAUSE_DEADLOCK, 0, 0), "a deadlock can be preferred, too");
	fcn_model_set_prefer_fault(r->m, FCN_CAUSE_NONE, 0, 0);
}

/* n commands between a LOAD that faults and a STORE that faults, all in LOAD's queue. */
static bool store_behind(struct rig *r, unsigned n)
{
	rig_clear(r);
	load16(r, 0, 0, HOLE_A, 0);
	syncs(r, n, FCN_OP_LOAD_SYNC, 0, 0);
	store16(r, 0, 0, HOLE_B, 0);
	return reaches(r, FCN_CAUSE_MMU_INVALID, n + 1, HOLE_B);
}

/* Behind a fault that is on its way, 7 more commands are started and 8 are queued. */
static void test_behind_fault(struct rig *r)
{
	ok(store_behind(r, 15), "15 commands fit behind a failing one");
	ok(!store_behind(r, 16), "16 do not");

	rig_clear(r);
	load16(r, 0, 0, HOLE_A, 0);
	rig_sync(r, FCN_OP_LOAD_SYNC, CONV_BIT, 0);
	syncs(r, 256, FCN_OP_CONV_SYNC, 0, LOAD_BIT);
	store16(r, CONV_BIT, 0, HOLE_B, 0);
	rig_sync(r, FCN_OP_CONV_SYNC, 0, STORE_BIT);
	ok(reaches(r, FCN_CAUSE_MMU_INVALID, 258, HOLE_B),
	   "a command behind a failing one takes its token");

	rig_clear(r);
	load16(r, 0, STORE_BIT, HOLE_A, 0);
	rig_sync(r, FCN_OP_LOAD_SYNC, 0, STORE_BIT);
	store16(r, LOAD_BIT, 0, HOLE_B, 0);
	ok(!reaches(r, FCN_CAUSE_MMU_INVALID, 2, HOLE_B), "but is not done, and sends none");
	fcn_model_set_prefer_fault(r->m, FCN_CAUSE_NONE, 0, 0);
}

/* What a faulting job's other engines do, and what the next job finds. */
static void test_after_fault(struct rig *r)
{
	rig_clear(r);
	load16(r, 0, 0, HOLE_A, 0);
	store16(r, 0, 0, RIG_DATA_VA + 256, 0);
	memset(r->mem + RIG_DATA_VA + 256, 0xee, 16);
	ok(run_is(r, FCN_CAUSE_MMU_INVALID, 0, HOLE_A), "LOAD faults");
	ok(r->mem[RIG_DATA_VA + 256] != 0xee, "a STORE that does not wait for it runs");
	rig_clear(r);
	rig_sync(r, FCN_OP_LOAD_SYNC, 0, CONV_BIT);
	rig_sync(r, FCN_OP_CONV_SYNC, LOAD_BIT, 0);
	ok(run_is(r, FCN_CAUSE_NONE, 0, 0), "the next job is not affected");
}

int main(void)
{
	struct rig r;

	rig_open(&r, &rig_small);
	*rig_pte(&r, 0, HOLE_A) = 0;
	*rig_pte(&r, 0, HOLE_B) = 0;
	test_order(&r);
	test_deadlock(&r);
	test_illegal(&r);
	test_prefer(&r);
	test_behind_fault(&r);
	test_after_fault(&r);
	rig_close(&r);
	return done_testing();
}
