// SPDX-License-Identifier: GPL-2.0
/*
 * Jobs that take long: one that makes progress is left alone, however slow the core is, until the
 * cap ends it, and nobody else suffers.
 */
#include "fcn_fixture.h"

FIXTURE(hang) {
	int fd, other;
	struct fcn_parameter timeout, cap;
	struct fcn_job job, behind;
};

FIXTURE_SETUP(hang)
{
	if (geteuid())
		SKIP(return, "needs to be root, to set the module's parameters");
	if (fcn_set_parameter("timeout_ms", 200, &self->timeout) ||
	    fcn_set_parameter("job_cap_ms", 1500, &self->cap))
		SKIP(return, "the module has no parameters timeout_ms and job_cap_ms");
	self->fd = fcn_open();
	ASSERT_LE(0, self->fd);
	self->other = fcn_open();
	ASSERT_LE(0, self->other);
	ASSERT_EQ(0, fcn_job_init(self->fd, &self->job, 4));
	ASSERT_EQ(0, fcn_job_init(self->other, &self->behind, 1));
	self->job.user_data = 4711;
}

FIXTURE_TEARDOWN(hang)
{
	EXPECT_EQ(0, fcn_run(self->other, &self->behind));
	close(self->fd);
	close(self->other);
	fcn_restore_parameter(&self->timeout);
	fcn_restore_parameter(&self->cap);
}

TEST_F(hang, parameter_shows)
{
	uint64_t cap;

	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_JOB_CAP_MS, &cap));
	EXPECT_EQ(1500, cap);
}

TEST_F(hang, cap)
{
	struct drm_fcn_accel_fault_query q = { 0 };
	int64_t start = fcn_now(), took;
	bool late;

	fcn_add_spin(&self->job, FCN_FOREVER);
	ASSERT_EQ(0, fcn_start(self->fd, &self->job));
	EXPECT_EQ(-ETIME, fcn_finish(self->fd, &self->job, 20, &late));
	EXPECT_FALSE(late);
	took = fcn_now() - start;
	EXPECT_LE(FCN_SEC, took);
	EXPECT_GE(8 * FCN_SEC, took) {
		TH_LOG("the cap of 1.5 s took %lld ms", (long long)took / 1000000);
	}
	ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_FAULT_QUERY, &q));
	EXPECT_EQ(4711, q.user_data);
	EXPECT_EQ(ETIME, q.error);
	EXPECT_TRUE(q.cause == 0 || q.cause == FCN_CAUSE_ABORTED);
}

/* The other file's job, which waits behind it, runs as if nothing had happened. */
TEST_F(hang, neighbour)
{
	bool late;

	fcn_add_spin(&self->job, FCN_FOREVER);
	ASSERT_EQ(0, fcn_start(self->fd, &self->job));
	ASSERT_EQ(0, fcn_start(self->other, &self->behind));
	EXPECT_EQ(-ETIME, fcn_finish(self->fd, &self->job, 20, &late));
	EXPECT_EQ(0, fcn_finish(self->other, &self->behind, 20, &late));
}

/* The file's own next job, too. */
TEST_F(hang, next_job)
{
	struct fcn_job next;
	bool late;

	ASSERT_EQ(0, fcn_job_init(self->fd, &next, 1));
	fcn_add_spin(&self->job, FCN_FOREVER);
	ASSERT_EQ(0, fcn_start(self->fd, &self->job));
	ASSERT_EQ(0, fcn_start(self->fd, &next));
	EXPECT_EQ(-ETIME, fcn_finish(self->fd, &self->job, 20, &late));
	EXPECT_EQ(0, fcn_finish(self->fd, &next, 20, &late));
}

/* Cycles that this core computes in some milliseconds, here and now. */
static uint64_t cycles_in(int fd, struct fcn_job *job, unsigned ms)
{
	uint64_t cycles = 65536;

	for (;;) {
		int64_t start = fcn_now();
		uint64_t took;

		job->n_cmd = 0;
		fcn_add_spin(job, cycles);
		if (fcn_run(fd, job))
			return 0;
		took = (uint64_t)(fcn_now() - start);
		if (took > 100000000 || cycles > FCN_FOREVER / 16)
			return (uint64_t)((double)cycles * ms * 1e6 / (double)took);
		cycles *= 4;
	}
}

/* Room for a simulated core on a machine that has other work. */
static void be_patient(FIXTURE_DATA(hang) *self, unsigned timeout_ms, unsigned cap_ms)
{
	fcn_restore_parameter(&self->timeout);
	fcn_restore_parameter(&self->cap);
	fcn_set_parameter("timeout_ms", timeout_ms, &self->timeout);
	fcn_set_parameter("job_cap_ms", cap_ms, &self->cap);
}

/* Several times the timeout, but with progress, and below the cap. */
TEST_F_TIMEOUT(hang, slow_is_no_hang, 60)
{
	uint64_t cycles;
	int64_t start;

	be_patient(self, 400, 30000);
	cycles = cycles_in(self->fd, &self->job, 1500);
	ASSERT_NE(0, cycles);
	self->job.n_cmd = 0;
	fcn_add_spin(&self->job, cycles);
	start = fcn_now();
	EXPECT_EQ(0, fcn_run(self->fd, &self->job));
	EXPECT_LE(FCN_SEC / 2, fcn_now() - start);
}

/* A job's time begins when it runs, not when it is submitted. */
TEST_F_TIMEOUT(hang, waiting_does_not_count, 60)
{
	struct fcn_job many[6];
	uint64_t cycles;
	bool late;

	/* All of them take longer than the cap, each a fraction of it. */
	be_patient(self, 400, 3000u * (unsigned)fcn_slow());
	cycles = cycles_in(self->fd, &self->job, 800u * (unsigned)fcn_slow());
	ASSERT_NE(0, cycles);
	for (int i = 0; i < 6; i++) {
		ASSERT_EQ(0, fcn_job_init(self->fd, &many[i], 1));
		fcn_add_spin(&many[i], cycles);
		ASSERT_EQ(0, fcn_start(self->fd, &many[i]));
	}
	for (int i = 0; i < 6; i++)
		EXPECT_EQ(0, fcn_finish(self->fd, &many[i], 25, &late));
}

/* Time and again. */
TEST_F(hang, five_in_a_row)
{
	struct fcn_job many[5];
	bool late;

	for (int i = 0; i < 5; i++) {
		ASSERT_EQ(0, fcn_job_init(self->fd, &many[i], 1));
		fcn_add_spin(&many[i], FCN_FOREVER);
		ASSERT_EQ(0, fcn_start(self->fd, &many[i]));
	}
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(-ETIME, fcn_finish(self->fd, &many[i], 25, &late));
}

/* Closing the file ends its job at once, long before the cap. */
TEST_F(hang, close_ends_it)
{
	int64_t start;
	int file;

	fcn_restore_parameter(&self->cap);
	fcn_add_spin(&self->job, FCN_FOREVER);
	ASSERT_EQ(0, fcn_start(self->fd, &self->job));
	file = fcn_sync_file(self->fd, self->job.out);
	ASSERT_LE(0, file);
	start = fcn_now();
	fcn_job_abandon(self->fd, &self->job);
	self->fd = -1;
	EXPECT_EQ(0, fcn_run(self->other, &self->behind));
	EXPECT_GE(5 * FCN_SEC, fcn_now() - start);
	EXPECT_EQ(-ESRCH, fcn_sync_status(file));
}

FCN_MAIN
