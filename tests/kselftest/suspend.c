// SPDX-License-Identifier: GPL-2.0
/*
 * Suspend to idle and resume, by the kernel's own test mode: all of it but the idling, from which
 * many machines (QEMU among them) cannot wake themselves.  $FCN_ACCEL_WAKE set: the clock of this
 * machine can wake it up, so really.
 */
#include "fcn_fixture.h"

#include <time.h>

FIXTURE(suspend) {
	int fd;
	struct fcn_bo from, to;
	struct fcn_job job;
	struct fcn_parameter timeout, cap;
};

FIXTURE_SETUP(suspend)
{
	if (geteuid())
		SKIP(return, "needs to be root");
	/* A core that has woken up must say itself that a job is done: nobody looks after it in time. */
	ASSERT_EQ(0, fcn_set_parameter("timeout_ms", 3600 * 1000, &self->timeout));
	ASSERT_EQ(0, fcn_set_parameter("job_cap_ms", 0, &self->cap));
	self->fd = fcn_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->to));
	ASSERT_EQ(0, fcn_job_init(self->fd, &self->job, 2));
	fcn_fill(self->from.map, 4096, 1);
	fcn_use(&self->job, &self->from, FCN_R);
	fcn_use(&self->job, &self->to, FCN_W);
	fcn_add_copy(&self->job, self->from.va, self->to.va, 4096);
}

FIXTURE_TEARDOWN(suspend)
{
	fcn_write_file("/sys/power/pm_test", "none");
	fcn_restore_parameter(&self->timeout);
	fcn_restore_parameter(&self->cap);
	close(self->fd);
}

static bool can(const char *path, const char *word)
{
	char text[256];

	return !fcn_read_file(path, text, sizeof(text)) && strstr(text, word);
}

/* level: devices are suspended and resumed; platform: their last steps, without interrupts, too. */
static int suspend_test(const char *level)
{
	if (!can("/sys/power/pm_test", level) || !can("/sys/power/state", "freeze"))
		return -ENOTSUP;
	fcn_write_file("/sys/module/suspend/parameters/pm_test_delay", "1");
	if (fcn_write_file("/sys/power/pm_test", level))
		return -ENOTSUP;
	return fcn_write_file("/sys/power/state", "freeze");
}

/* Until the clock's alarm, in two seconds. */
static int freeze(void)
{
	char now[32];

	if (!can("/sys/power/state", "freeze"))
		return -ENOTSUP;
	snprintf(now, sizeof(now), "%lld", (long long)time(NULL) + 2);
	fcn_write_file("/sys/class/rtc/rtc0/wakealarm", "0");
	if (fcn_write_file("/sys/class/rtc/rtc0/wakealarm", now))
		return -ENOTSUP;
	return fcn_write_file("/sys/power/state", "freeze");
}

static bool works(FIXTURE_DATA(suspend) *self)
{
	memset(self->to.map, 0, 4096);
	return !fcn_run(self->fd, &self->job) && fcn_filled(self->to.map, 4096, 1);
}

TEST_F(suspend, devices_idle)
{
	int err;

	ASSERT_TRUE(works(self));
	err = suspend_test("devices");
	if (err == -ENOTSUP)
		SKIP(return, "the kernel has no test of suspending devices");
	ASSERT_EQ(0, err);
	EXPECT_TRUE(works(self));
	ASSERT_EQ(0, suspend_test("platform"));
	EXPECT_TRUE(works(self));
}

/* A job that runs, and others behind it: they end well, or with the cancellation that is documented. */
TEST_F(suspend, devices_with_jobs)
{
	struct fcn_job spin, behind[3];
	bool late;
	int err;

	ASSERT_EQ(0, fcn_job_init(self->fd, &spin, 1));
	fcn_add_spin(&spin, 200000);
	ASSERT_EQ(0, fcn_start(self->fd, &spin));
	for (int i = 0; i < 3; i++) {
		behind[i] = self->job;
		ASSERT_EQ(0, fcn_syncobj(self->fd, 0, &behind[i].out));
		ASSERT_EQ(0, fcn_start(self->fd, &behind[i]));
	}
	err = suspend_test("platform");
	if (err == -ENOTSUP)
		SKIP(return, "the kernel has no test of suspending devices");
	ASSERT_EQ(0, err);
	err = fcn_finish(self->fd, &spin, 20, &late);
	EXPECT_TRUE(err == 0 || err == -ECANCELED) {
		TH_LOG("the running job ended with %d", err);
	}
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(0, fcn_finish(self->fd, &behind[i], 20, &late));
	EXPECT_TRUE(works(self));
}

/*
 * A job that does not end in time is cancelled, and is not begun again: what it has written cannot be
 * taken back.  One that waits behind it begins after the resume.
 */
TEST_F_TIMEOUT(suspend, cancelled, 60)
{
	struct fcn_bo other;
	struct fcn_job once;
	bool late;
	int err;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &other));
	ASSERT_EQ(0, fcn_job_init(self->fd, &once, 5));
	fcn_fill(other.map, 4096, 2);
	/* Done twice, it leaves something else. */
	fcn_add_copy(&once, self->from.va, self->to.va, 4096);
	fcn_add_copy(&once, other.va, self->from.va, 4096);
	fcn_add_spin(&once, FCN_FOREVER);
	ASSERT_EQ(0, fcn_start(self->fd, &once));
	self->job.n_ref = 0;
	self->job.n_cmd = 0;
	fcn_add_copy(&self->job, self->from.va, other.va, 4096);
	ASSERT_EQ(0, fcn_start(self->fd, &self->job));
	err = suspend_test("platform");
	if (err == -ENOTSUP)
		SKIP(return, "the kernel has no test of suspending devices");
	ASSERT_EQ(0, err);
	EXPECT_EQ(-ECANCELED, fcn_finish(self->fd, &once, 20, &late));
	EXPECT_EQ(0, fcn_finish(self->fd, &self->job, 20, &late));
	EXPECT_TRUE(fcn_filled(self->to.map, 4096, 1));
	EXPECT_TRUE(fcn_filled(self->from.map, 4096, 2));
	EXPECT_TRUE(fcn_filled(other.map, 4096, 2));
}

TEST_F(suspend, to_idle)
{
	ASSERT_TRUE(works(self));
	for (int i = 0; i < 2; i++) {
		int err = getenv("FCN_ACCEL_WAKE") ? freeze() : suspend_test("platform");

		if (err == -ENOTSUP)
			SKIP(return, "no suspend to idle, or no clock to wake from it");
		ASSERT_EQ(0, err);
		EXPECT_TRUE(works(self));
	}
}

/* The device sleeps by itself when it has nothing to do, and wakes for the next job. */
TEST_F(suspend, runtime)
{
	char path[600], status[32] = "";

	ASSERT_EQ(0, fcn_sysfs(path, sizeof(path) - 32));
	strcat(path, "/power/runtime_status");
	for (int turn = 0; turn < 3; turn++) {
		ASSERT_TRUE(works(self));
		for (int i = 0; i < 60; i++) {
			ASSERT_EQ(0, fcn_read_file(path, status, sizeof(status)));
			if (strcmp(status, "active\n") && strcmp(status, "suspending\n"))
				break;
			fcn_sleep_ms(50);
		}
		if (!strcmp(status, "unsupported\n"))
			SKIP(return, "no runtime power management here");
		ASSERT_STREQ("suspended\n", status);
	}
	EXPECT_TRUE(works(self));
}

FCN_MAIN
