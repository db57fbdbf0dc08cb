// SPDX-License-Identifier: GPL-2.0
/*
 * A bus and an interrupt line that fail now and then, as the simulator's fault plan makes them:
 * tests/hil/faults.plan.  Only where $FCN_ACCEL_FAULTS says that they do.
 *
 * Each job ends well, and then its result is right, or with the error of what struck it, and with
 * the details of that; the next one starts from a clean core.
 */
#include "fcn_fixture.h"

FIXTURE(faults) {
	int fd;
	struct fcn_bo from, to;
	struct fcn_job job;
	struct fcn_parameter timeout;
};

FIXTURE_SETUP(faults)
{
	if (!getenv("FCN_ACCEL_FAULTS"))
		SKIP(return, "nothing makes the bus fail: FCN_ACCEL_FAULTS is not set");
	fcn_set_parameter("timeout_ms", 1000, &self->timeout);
	self->fd = fcn_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->to));
	ASSERT_EQ(0, fcn_job_init(self->fd, &self->job, 2));
	fcn_use(&self->job, &self->from, FCN_R);
	fcn_use(&self->job, &self->to, FCN_W);
	fcn_add_copy(&self->job, self->from.va, self->to.va, 4096);
}

FIXTURE_TEARDOWN(faults)
{
	close(self->fd);
	fcn_restore_parameter(&self->timeout);
}

/* Whether the driver's account of the last fault fits the error of its job. */
static bool account_fits(int fd, uint64_t user_data, int err)
{
	struct drm_fcn_accel_fault_query q = { 0 };

	if (fcn_ioctl(fd, DRM_IOCTL_FCN_ACCEL_FAULT_QUERY, &q) || q.user_data != user_data ||
	    (int)q.error != -err)
		return false;
	if (err == -EIO)
		return q.cause == FCN_CAUSE_BUS_READ || q.cause == FCN_CAUSE_BUS_WRITE ||
		       q.cause == FCN_CAUSE_BUS_WALK;
	return q.cause == 0 || q.cause == FCN_CAUSE_ABORTED;
}

TEST_F_TIMEOUT(faults, each_job_gets_its_own_end, 110)
{
	unsigned good = 0, bus = 0, stuck = 0, slow = 0;

	for (unsigned i = 0; i < 300 && (i < 120 || !stuck); i++) {
		int64_t start = fcn_now();
		int err;

		fcn_fill(self->from.map, 4096, i);
		self->job.user_data = 1000 + i;
		err = fcn_run(self->fd, &self->job);
		slow += fcn_now() - start > FCN_SEC * 9 / 10;
		if (!err) {
			good++;
			EXPECT_TRUE(fcn_filled(self->to.map, 4096, i));
			continue;
		}
		bus += err == -EIO;
		stuck += err == -ETIME;
		EXPECT_TRUE(err == -EIO || err == -ETIME)
			TH_LOG("job %u ended with %d", i, err);
		EXPECT_TRUE(account_fits(self->fd, 1000 + i, err))
			TH_LOG("job %u ended with %d; the driver says otherwise", i, err);
	}
	TH_LOG("%u jobs ended well, %u by a bus error, %u by standing still", good, bus, stuck);
	EXPECT_LT(50, good);
	/* A lost interrupt costs its own job the timeout, and no later one. */
	EXPECT_GT(40, slow);
	EXPECT_LT(0, bus);
	EXPECT_LT(0, stuck);
}

/* Jobs of two files: what strikes one leaves the other's alone. */
TEST_F_TIMEOUT(faults, two_files, 110)
{
	int other = fcn_open();
	struct fcn_bo from, to;
	struct fcn_job job;
	bool late;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, fcn_bo_create(other, 4096, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(other, 4096, 0, &to));
	ASSERT_EQ(0, fcn_job_init(other, &job, 2));
	fcn_add_copy(&job, from.va, to.va, 4096);
	for (unsigned i = 0; i < 50; i++) {
		int a, b;

		fcn_fill(self->from.map, 4096, i);
		fcn_fill(from.map, 4096, i + 100);
		ASSERT_EQ(0, fcn_start(self->fd, &self->job));
		ASSERT_EQ(0, fcn_start(other, &job));
		a = fcn_finish(self->fd, &self->job, 30, &late);
		EXPECT_FALSE(late);
		b = fcn_finish(other, &job, 30, &late);
		EXPECT_FALSE(late);
		EXPECT_TRUE(a == -EIO || a == -ETIME ||
			    (!a && fcn_filled(self->to.map, 4096, i)));
		EXPECT_TRUE(b == -EIO || b == -ETIME || (!b && fcn_filled(to.map, 4096, i + 100)));
	}
	close(other);
}

FCN_MAIN
