// SPDX-License-Identifier: GPL-2.0
/*
 * When a job that has not ended may go on (fcn_recover.c, Recovery).  The file that is tested is
 * part of this one, because the question is a function of its own.
 */

#include "../fcn_recover.c"
#include "fcn_kunit.h"

static int fcn_recover_test_init(struct kunit *test)
{
	timeout_ms = 5000;
	job_cap_ms = 60000;
	return fcn_kunit_init(test);
}

static void fcn_recover_test_timeout(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, fcn_timeout_jiffies(), msecs_to_jiffies(5000));
	/* Not so often that nothing else gets done. */
	timeout_ms = 0;
	KUNIT_EXPECT_EQ(test, fcn_timeout_jiffies(), msecs_to_jiffies(10));
	/* Often enough for the cap. */
	timeout_ms = 5000;
	job_cap_ms = 200;
	KUNIT_EXPECT_EQ(test, fcn_timeout_jiffies(), msecs_to_jiffies(200));
	job_cap_ms = 0;
	KUNIT_EXPECT_EQ(test, fcn_timeout_jiffies(), msecs_to_jiffies(5000));
}

static struct fcn_job *running(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *job = fcn_kunit_job(test, k->client);

	k->fdev->state = FCN_HW_RUNNING;
	KUNIT_ASSERT_EQ(test, fcn_kunit_add(k->fdev, job), 0);
	return job;
}

static void fcn_recover_test_progress(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *job = running(test);
	u32 *progress = fcn_kunit_reg(test, FCN_REG_PROGRESS);

	/* The first look has nothing to compare with, whatever the register says. */
	*progress = 0;
	KUNIT_EXPECT_TRUE(test, fcn_job_may_go_on(k->fdev, job));
	*progress = 1;
	KUNIT_EXPECT_TRUE(test, fcn_job_may_go_on(k->fdev, job));
	/* It counts modulo 2^32: less is more, too. */
	*progress = 0;
	KUNIT_EXPECT_TRUE(test, fcn_job_may_go_on(k->fdev, job));
	KUNIT_EXPECT_EQ(test, k->fdev->stats.timeouts, 0);
	KUNIT_EXPECT_FALSE(test, fcn_job_may_go_on(k->fdev, job));
	KUNIT_EXPECT_EQ(test, k->fdev->stats.timeouts, 1);
}

static void fcn_recover_test_cap(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *job = running(test);
	u32 *progress = fcn_kunit_reg(test, FCN_REG_PROGRESS);

	job_cap_ms = 1000;
	job->start = ktime_sub_ms(ktime_get(), 900);
	++*progress;
	KUNIT_EXPECT_TRUE(test, fcn_job_may_go_on(k->fdev, job));
	job->start = ktime_sub_ms(ktime_get(), 1001);
	++*progress;
	KUNIT_EXPECT_FALSE(test, fcn_job_may_go_on(k->fdev, job));
	job_cap_ms = 0;
	++*progress;
	KUNIT_EXPECT_TRUE(test, fcn_job_may_go_on(k->fdev, job));
}

/* Nobody's time but that of the job that runs is measured. */
static void fcn_recover_test_not_its_turn(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *first = running(test), *second = running(test);

	job_cap_ms = 1000;
	second->start = ktime_sub_ms(ktime_get(), 5000);
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, fcn_job_may_go_on(k->fdev, second));
	KUNIT_EXPECT_TRUE(test, fcn_job_may_go_on(k->fdev, first));
	KUNIT_EXPECT_FALSE(test, fcn_job_may_go_on(k->fdev, first));

	/* The first goes: the second's time begins now. */
	spin_lock_irq(&k->fdev->slot_lock);
	fcn_slots_release(k->fdev, fcn_slots_find(k->fdev, first));
	spin_unlock_irq(&k->fdev->slot_lock);
	KUNIT_EXPECT_TRUE(test, fcn_job_may_go_on(k->fdev, second));
	/* What has ended is not ended again. */
	KUNIT_EXPECT_TRUE(test, fcn_job_may_go_on(k->fdev, first));
	KUNIT_EXPECT_TRUE(test, fcn_job_may_go_on(k->fdev, first));
}

static void fcn_recover_test_frozen(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *job = running(test);

	k->fdev->state = FCN_HW_FROZEN;
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, fcn_job_may_go_on(k->fdev, job));
}

/* One read that went wrong is noted and forgotten; registers that go on reading as ones are not. */
static void fcn_recover_test_silent(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	u32 *id = fcn_kunit_reg(test, FCN_REG_ID);
	u32 *status = fcn_kunit_reg(test, FCN_REG_SLOT_STATUS(1));

	k->fdev->state = FCN_HW_RUNNING;
	k->fdev->silent = true;
	KUNIT_EXPECT_TRUE(test, fcn_recover_called_early(k->fdev));
	KUNIT_EXPECT_FALSE(test, fcn_recover_called_early(k->fdev));

	*id = FCN_ID_MAGIC;
	mutex_lock(&k->fdev->reset_lock);
	KUNIT_EXPECT_TRUE(test, fcn_recover_answers(k->fdev));
	*status = U32_MAX;
	KUNIT_EXPECT_FALSE(test, fcn_recover_answers(k->fdev));
	*status = 0;
	*id = U32_MAX;
	KUNIT_EXPECT_FALSE(test, fcn_recover_answers(k->fdev));
	/* Nobody asks a core that sleeps. */
	k->fdev->state = FCN_HW_OFF;
	KUNIT_EXPECT_TRUE(test, fcn_recover_answers(k->fdev));
	mutex_unlock(&k->fdev->reset_lock);
}

/* The core is lost: every job that has a slot fails, and every one that comes. */
static void fcn_recover_test_lost(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job *jobs[] = { running(test), running(test) };
	struct fcn_job *late = fcn_kunit_job(test, k->client);

	mutex_lock(&k->fdev->reset_lock);
	fcn_recover_lost(k->fdev);
	mutex_unlock(&k->fdev->reset_lock);
	for (int i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(&jobs[i]->fence->base));
		KUNIT_EXPECT_EQ(test, jobs[i]->fence->base.error, -ENODEV);
	}
	KUNIT_EXPECT_EQ(test, fcn_kunit_add(k->fdev, late), -ENODEV);
}

static struct kunit_case fcn_recover_cases[] = {
	KUNIT_CASE(fcn_recover_test_timeout),
	KUNIT_CASE(fcn_recover_test_progress),
	KUNIT_CASE(fcn_recover_test_cap),
	KUNIT_CASE(fcn_recover_test_not_its_turn),
	KUNIT_CASE(fcn_recover_test_frozen),
	KUNIT_CASE(fcn_recover_test_silent),
	KUNIT_CASE(fcn_recover_test_lost),
	{ }
};

static struct kunit_suite fcn_recover_suite = {
	.name = "fcn_recover",
	.init = fcn_recover_test_init,
	.exit = fcn_kunit_exit,
	.test_cases = fcn_recover_cases,
};

kunit_test_suite(fcn_recover_suite);
