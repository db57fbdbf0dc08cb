// SPDX-License-Identifier: GPL-2.0
/*
 * The two job slots and the completion records: what is written to the core, and what is made of
 * what it says (Documentation/programmers-guide.md; fcn_slots.c, fcn_irq.c).
 */

#include "../fcn_fence.h"
#include "../fcn_irq.h"
#include "../fcn_slots.h"
#include "fcn_kunit.h"

#define FLUSH 0x80000000u

static int fcn_slots_test_init(struct kunit *test)
{
	int ret = fcn_kunit_init(test);
	struct fcn_kunit *k = test->priv;

	if (!ret)
		k->fdev->state = FCN_HW_RUNNING;
	return ret;
}

/* A job that is told by its numbers. */
static struct fcn_job *make_job(struct kunit *test, struct fcn_client *client, u32 n)
{
	struct fcn_job *job = fcn_kunit_job(test, client);

	job->cmd_va = 0x1000 * n;
	job->cmd_count = n;
	job->perf_va = 0x100000 * n | 1;
	return job;
}

static u32 slot_reg(struct kunit *test, u32 offset)
{
	return *fcn_kunit_reg(test, offset);
}

static void record(struct kunit *test, int slot, u32 seqno, u32 cause, u32 addr, u32 cmd)
{
	struct fcn_kunit *k = test->priv;

	k->fdev->records[slot] = (struct fcn_record){
		.seqno = cpu_to_le32(seqno), .cause = cpu_to_le32(cause),
		.addr = cpu_to_le32(addr), .cmd = cpu_to_le32(cmd),
	};
}

static bool ended(struct fcn_job *job)
{
	return dma_fence_is_signaled(&job->fence->base);
}

static int error(struct fcn_job *job)
{
	return job->fence->base.error;
}

static void fcn_slots_test_start(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *job = make_job(test, k->client, 3);

	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, job), 0);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_ROOT(0)), k->client->vm.mmu.root_pfn);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_CMD_VA(0)), 0x3000);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_CMD_COUNT(0)) & ~FLUSH, 3);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_PERF_VA(0)), 0x300001);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_SEQNO(0)), 1);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_SEQNO(1)), 0);
}

/* Behind a change of the page tables the next start flushes, and only that. */
static void fcn_slots_test_flush(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *jobs[4];

	for (int i = 0; i < 4; i++) {
		if (i % 2 == 0)
			fcn_mmu_changed(&k->client->vm.mmu);
		jobs[i] = make_job(test, k->client, 1);
		KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, jobs[i]), 0);
		KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_CMD_COUNT(0)),
				i % 2 ? 1 : FLUSH | 1);
		record(test, 0, i + 1, 0, 0, 0);
		fcn_irq_handler(0, k->fdev);
		KUNIT_EXPECT_TRUE(test, ended(jobs[i]));
	}
}

/* 0 means that a slot has not been started, so no job is started as that. */
static void fcn_slots_test_seqno_wraps(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;

	k->fdev->last_seqno = U32_MAX - 1;
	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, make_job(test, k->client, 1)), 0);
	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, make_job(test, k->client, 2)), 0);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_SEQNO(0)), U32_MAX);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_SEQNO(1)), 1);
}

/* A frozen core is not touched; when it thaws, jobs start in their order, with a flush. */
static void fcn_slots_test_thaw(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *a = make_job(test, k->client, 1), *b = make_job(test, k->client, 2);
	struct fcn_job *c = make_job(test, k->client, 3);

	/* Order b, c, with b in slot 1. */
	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, a), 0);
	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, b), 0);
	record(test, 0, 1, 0, 0, 0);
	fcn_irq_handler(0, k->fdev);
	KUNIT_EXPECT_TRUE(test, ended(a));
	k->fdev->state = FCN_HW_FROZEN;
	memset(k->regs, 0, FCN_BLOCK_SIZE);
	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, c), 0);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_SEQNO(0)), 0);

	spin_lock_irq(&k->fdev->slot_lock);
	k->fdev->state = FCN_HW_RUNNING;
	fcn_slots_start_all(k->fdev);
	spin_unlock_irq(&k->fdev->slot_lock);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_SEQNO(1)), 3);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_SEQNO(0)), 4);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_CMD_COUNT(1)), FLUSH | 2);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_CMD_COUNT(0)), FLUSH | 3);
}

static void fcn_slots_test_faults(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *bad = make_job(test, k->client, 1), *good = make_job(test, k->client, 2);

	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, bad), 0);
	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, good), 0);
	record(test, 0, 1, FCN_CAUSE_MMU_PERM, 0x77000, 5);
	fcn_irq_handler(0, k->fdev);
	KUNIT_EXPECT_TRUE(test, ended(bad));
	KUNIT_EXPECT_EQ(test, error(bad), -EFAULT);
	KUNIT_EXPECT_EQ(test, k->client->faults[0].addr, 0x77000);
	KUNIT_EXPECT_EQ(test, k->client->faults[0].cmd, 5);
	KUNIT_EXPECT_FALSE(test, ended(good));
	record(test, 1, 2, 0, 0, 0);
	fcn_irq_handler(0, k->fdev);
	KUNIT_EXPECT_TRUE(test, ended(good));
	KUNIT_EXPECT_EQ(test, error(good), 0);
	KUNIT_EXPECT_EQ(test, k->fdev->completed_order, 2);
}

/* One interrupt for two records: the second's slot is asked whether it is free already. */
static void fcn_slots_test_two_at_once(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *a = make_job(test, k->client, 1), *b = make_job(test, k->client, 2);

	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, a), 0);
	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, b), 0);
	record(test, 0, 1, 0, 0, 0);
	record(test, 1, 2, 0, 0, 0);
	*fcn_kunit_reg(test, FCN_REG_SLOT_STATUS(1)) = FCN_SLOT_STATUS_BUSY_MASK;
	fcn_irq_handler(0, k->fdev);
	KUNIT_EXPECT_TRUE(test, ended(a));
	KUNIT_EXPECT_FALSE(test, ended(b));
	*fcn_kunit_reg(test, FCN_REG_SLOT_STATUS(1)) = 0;
	fcn_irq_handler(0, k->fdev);
	KUNIT_EXPECT_TRUE(test, ended(b));
}

/* The record of an earlier job of the same slot is none of this one. */
static void fcn_slots_test_spurious(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *a = make_job(test, k->client, 1), *b = make_job(test, k->client, 2);

	fcn_irq_handler(0, k->fdev);
	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, a), 0);
	record(test, 0, 1, 0, 0, 0);
	fcn_irq_handler(0, k->fdev);
	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, b), 0);
	*fcn_kunit_reg(test, FCN_REG_SLOT_STATUS(0)) = FCN_SLOT_STATUS_BUSY_MASK;
	fcn_irq_handler(0, k->fdev);
	KUNIT_EXPECT_FALSE(test, ended(b));
	KUNIT_EXPECT_FALSE(test, k->fdev->silent);
	/* A function that is gone reads as ones. */
	*fcn_kunit_reg(test, FCN_REG_SLOT_STATUS(0)) = U32_MAX;
	fcn_irq_handler(0, k->fdev);
	KUNIT_EXPECT_FALSE(test, ended(b));
	KUNIT_EXPECT_TRUE(test, k->fdev->silent);
	KUNIT_EXPECT_EQ(test, k->fdev->stats.irqs_empty, 3);
}

/* The bus has refused the record: the registers say the same. */
static void fcn_slots_test_lost_record(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *job = make_job(test, k->client, 1);

	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, job), 0);
	*fcn_kunit_reg(test, FCN_REG_SLOT_STATUS(0)) =
		FCN_CAUSE_BUS_WRITE << FCN_SLOT_STATUS_CAUSE_SHIFT;
	*fcn_kunit_reg(test, FCN_REG_SLOT_FAULT_ADDR(0)) = 0x1234;
	*fcn_kunit_reg(test, FCN_REG_SLOT_FAULT_CMD(0)) = 9;
	fcn_irq_handler(0, k->fdev);
	KUNIT_EXPECT_TRUE(test, ended(job));
	KUNIT_EXPECT_EQ(test, error(job), -EIO);
	KUNIT_EXPECT_EQ(test, k->client->faults[0].addr, 0x1234);
	KUNIT_EXPECT_EQ(test, k->client->faults[0].cmd, 9);
}

/* The slot never took the job (it was still busy): it is started once more, as another number. */
static void fcn_slots_test_not_taken(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *job = make_job(test, k->client, 1);

	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, job), 0);
	*fcn_kunit_reg(test, FCN_REG_SLOT_STATUS(0)) = 0;
	*fcn_kunit_reg(test, FCN_REG_SLOT_SEQNO(0)) = 77;
	fcn_irq_handler(0, k->fdev);
	KUNIT_EXPECT_FALSE(test, ended(job));
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_SEQNO(0)), 2);
	KUNIT_EXPECT_EQ(test, k->fdev->stats.restarts, 1);
}

/* A file that closes: its job is ended when its turn comes, not before. */
static void fcn_slots_test_closing(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_client *other = fcn_kunit_client(test);
	struct fcn_job *a = make_job(test, k->client, 1), *b = make_job(test, other, 2);

	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, a), 0);
	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, b), 0);
	fcn_slots_cancel(other);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_ABORT(0)), 0);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_ABORT(1)), 0);
	record(test, 0, 1, 0, 0, 0);
	fcn_irq_handler(0, k->fdev);
	KUNIT_EXPECT_EQ(test, error(a), 0);
	KUNIT_EXPECT_EQ(test, slot_reg(test, FCN_REG_SLOT_ABORT(1)), FCN_SLOT_ABORT_ABORT_MASK);
	record(test, 1, 2, FCN_CAUSE_ABORTED, 0, 0);
	fcn_irq_handler(0, k->fdev);
	KUNIT_EXPECT_EQ(test, error(b), -ESRCH);
	/* The core may not have looked at the aborted job's root. */
	KUNIT_EXPECT_EQ(test, k->fdev->ran_order, 1);
	KUNIT_EXPECT_EQ(test, k->fdev->completed_order, 2);
	fcn_kunit_client_fini(other);
}

static struct kunit_case fcn_slots_cases[] = {
	KUNIT_CASE(fcn_slots_test_start),
	KUNIT_CASE(fcn_slots_test_flush),
	KUNIT_CASE(fcn_slots_test_seqno_wraps),
	KUNIT_CASE(fcn_slots_test_thaw),
	KUNIT_CASE(fcn_slots_test_faults),
	KUNIT_CASE(fcn_slots_test_two_at_once),
	KUNIT_CASE(fcn_slots_test_spurious),
	KUNIT_CASE(fcn_slots_test_lost_record),
	KUNIT_CASE(fcn_slots_test_not_taken),
	KUNIT_CASE(fcn_slots_test_closing),
	{ }
};

static struct kunit_suite fcn_slots_suite = {
	.name = "fcn_slots",
	.init = fcn_slots_test_init,
	.exit = fcn_kunit_exit,
	.test_cases = fcn_slots_cases,
};

kunit_test_suite(fcn_slots_suite);
