// SPDX-License-Identifier: GPL-2.0
/*
 * What a job's end means for its fence and for FAULT_QUERY: uapi/drm/fcn_accel.h, in numbers.
 */

#include <drm/drm_file.h>

#include "../fcn_fault.h"
#include "fcn_kunit.h"

static void fcn_fault_test_errors(struct kunit *test)
{
	static const struct {
		u32 cause;
		int abort_error, error;
	} cases[] = {
		{ 0, 0, 0 },
		{ 1, 0, -EINVAL },
		{ 2, 0, -EFAULT },
		{ 3, 0, -EFAULT },
		{ 4, 0, -EIO },
		{ 5, 0, -EIO },
		{ 6, 0, -EIO },
		{ 7, 0, -EDEADLK },
		{ 8, 0, -ECANCELED },
		{ 8, -ETIME, -ETIME },
		{ 8, -ESRCH, -ESRCH },
		/* It ended by itself before the driver's request arrived. */
		{ 0, -ETIME, 0 },
		{ 7, -ETIME, -EDEADLK },
		/* Of a later core. */
		{ 9, 0, -EIO },
		{ 0xffffffff, 0, -EIO },
	};
	struct fcn_kunit *k = test->priv;

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fcn_job job = {
			.client = k->client,
			.outcome.cause = cases[i].cause,
			.abort_error = cases[i].abort_error,
		};

		KUNIT_EXPECT_EQ_MSG(test, fcn_fault_error(&job), cases[i].error, "cause %u, %d",
				    cases[i].cause, cases[i].abort_error);
	}
}

/* The file's last fault as it is asked for. */
static struct drm_fcn_accel_fault_query last_fault(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct drm_fcn_accel_fault_query q = { .index = 0 };
	struct drm_file *file = kunit_kzalloc(test, sizeof(*file), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, file);
	file->driver_priv = k->client;
	KUNIT_ASSERT_EQ(test, fcn_ioctl_fault_query(&k->fdev->drm, &q, file), 0);
	return q;
}

static void fcn_fault_test_describe(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct fcn_job job = {
		.client = k->client,
		.user_data = 0x1234567890abcdef,
		.outcome = { .cause = 2, .addr = 0xabc000, .cmd = 17 },
		.error = -EFAULT,
	};
	struct drm_fcn_accel_fault_query q;

	fcn_fault_note(&job);
	q = last_fault(test);
	KUNIT_EXPECT_EQ(test, q.user_data, 0x1234567890abcdef);
	KUNIT_EXPECT_EQ(test, q.error, EFAULT);
	KUNIT_EXPECT_EQ(test, q.cause, 2);
	KUNIT_EXPECT_EQ(test, q.addr, 0xabc000);
	KUNIT_EXPECT_EQ(test, q.cmd, 17);
	KUNIT_EXPECT_NE(test, q.time_ns, 0);

	/* Ended by the driver: the core's cause and address say nothing about the job. */
	job.outcome.cause = 8;
	job.error = -ETIME;
	fcn_fault_note(&job);
	q = last_fault(test);
	KUNIT_EXPECT_EQ(test, q.error, ETIME);
	KUNIT_EXPECT_EQ(test, q.cause, 0);
	KUNIT_EXPECT_EQ(test, q.addr, 0);
	KUNIT_EXPECT_EQ(test, q.cmd, 0);
}

/* The last 16 are kept, under numbers that go on. */
static void fcn_fault_test_kept(struct kunit *test)
{
	struct fcn_kunit *k = test->priv;
	struct drm_file *file = kunit_kzalloc(test, sizeof(*file), GFP_KERNEL);
	struct drm_fcn_accel_fault_query q = { .index = 0 };

	KUNIT_ASSERT_NOT_NULL(test, file);
	file->driver_priv = k->client;
	KUNIT_EXPECT_EQ(test, fcn_ioctl_fault_query(&k->fdev->drm, &q, file), -ENOENT);
	for (u64 i = 1; i <= 40; i++) {
		struct fcn_job job = {
			.client = k->client,
			.user_data = 100 + i,
			.error = -EIO,
		};

		fcn_fault_note(&job);
		for (u64 index = 0; index <= i + 1; index++) {
			bool kept = !index || (index <= i && index + 16 > i);

			q = (struct drm_fcn_accel_fault_query){ .index = index };
			KUNIT_ASSERT_EQ(test, fcn_ioctl_fault_query(&k->fdev->drm, &q, file),
					kept ? 0 : -ENOENT);
			if (!kept)
				continue;
			KUNIT_ASSERT_EQ(test, q.index, index ?: i);
			KUNIT_ASSERT_EQ(test, q.count, i);
			KUNIT_ASSERT_EQ(test, q.user_data, 100 + (index ?: i));
		}
	}
	q = (struct drm_fcn_accel_fault_query){ .index = U64_MAX };
	KUNIT_EXPECT_EQ(test, fcn_ioctl_fault_query(&k->fdev->drm, &q, file), -ENOENT);
}

static struct kunit_case fcn_fault_cases[] = {
	KUNIT_CASE(fcn_fault_test_errors),
	KUNIT_CASE(fcn_fault_test_describe),
	KUNIT_CASE(fcn_fault_test_kept),
	{ }
};

static struct kunit_suite fcn_fault_suite = {
	.name = "fcn_fault",
	.init = fcn_kunit_init,
	.exit = fcn_kunit_exit,
	.test_cases = fcn_fault_cases,
};

kunit_test_suite(fcn_fault_suite);
