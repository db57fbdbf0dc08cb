// SPDX-License-Identifier: GPL-2.0
/*
 * A core that does not wake up: its ID reads as ones when it is to be used again.  Only where
 * $FCN_ACCEL_ASLEEP says that this will happen (tests/hil/sessions).
 *
 * It is lost then, for those that have it open and for those that come.  Bound again it works, if the hardware
 * does: the failure does not stay with the device.
 */
#include "fcn_fixture.h"

#define TURNS 10

FIXTURE(asleep) {
	char status[600];
	struct fcn_binding binding;
};

FIXTURE_SETUP(asleep)
{
	if (!getenv("FCN_ACCEL_ASLEEP"))
		SKIP(return, "the core wakes up: FCN_ACCEL_ASLEEP is not set");
	ASSERT_EQ(0, fcn_find_binding(&self->binding));
	snprintf(self->status, sizeof(self->status), "%s/power/runtime_status", self->binding.device);
}

FIXTURE_TEARDOWN(asleep)
{
}

static bool sleeps(FIXTURE_DATA(asleep) *self)
{
	int64_t end = fcn_now() + 10 * fcn_slow() * FCN_SEC;
	char text[32];

	while (fcn_now() < end) {
		if (!fcn_read_file(self->status, text, sizeof(text)) && !strcmp(text, "suspended\n"))
			return true;
		fcn_sleep_ms(20);
	}
	return false;
}

TEST_F_TIMEOUT(asleep, does_not_wake_up, 120)
{
	int fd = fcn_open(), other, err = 0;
	struct fcn_job job;
	struct fcn_bo bo;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fcn_job_init(fd, &job, 1));
	fcn_add_spin(&job, 100);
	for (int i = 0; i < TURNS && !err; i++) {
		ASSERT_TRUE(sleeps(self));
		err = fcn_start(fd, &job);
		if (!err)
			err = fcn_syncobj_wait(fd, job.out, fcn_now() + 10 * fcn_slow() * FCN_SEC);
	}
	ASSERT_EQ(-ENODEV, err);
	EXPECT_EQ(-ENODEV, fcn_start(fd, &job));
	EXPECT_EQ(-ENODEV, fcn_bo_create(fd, 4096, 0, &bo));
	EXPECT_EQ(-ENODEV, fcn_open());
	fcn_bo_unmap(&job.cmd);
	close(fd);

	ASSERT_EQ(0, fcn_unbind(&self->binding));
	ASSERT_EQ(0, fcn_bind(&self->binding));
	other = fcn_open_wait(10);
	ASSERT_LE(0, other);
	ASSERT_EQ(0, fcn_job_init(other, &job, 1));
	fcn_add_spin(&job, 100);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(0, fcn_run(other, &job));
		EXPECT_TRUE(sleeps(self));
	}
	fcn_bo_unmap(&job.cmd);
	close(other);
}

FCN_MAIN
