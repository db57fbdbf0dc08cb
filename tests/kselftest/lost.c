// SPDX-License-Identifier: GPL-2.0
/*
 * A core that dies: from some moment on all its registers read as ones, and writes do nothing.
 * Only where $FCN_ACCEL_LOST says that this will happen (tests/hil/sessions), for the device does
 * not come back.
 *
 * The driver is told by the first interrupt that finds no record of a job, and does not wait for the job's
 * time to be over.  Every job that is there ends with -ENODEV, nothing new begins, what is open can be
 * used up and closed, and the driver can be unbound.
 */
#include "fcn_fixture.h"

FIXTURE(lost) {
	int fd, other;
	struct fcn_parameter timeout, cap;
};

FIXTURE_SETUP(lost)
{
	if (!getenv("FCN_ACCEL_LOST"))
		SKIP(return, "the device will not die: FCN_ACCEL_LOST is not set");
	/* Nobody looks after jobs for longer than this test may take. */
	ASSERT_EQ(0, fcn_set_parameter("timeout_ms", 3600 * 1000, &self->timeout));
	ASSERT_EQ(0, fcn_set_parameter("job_cap_ms", 0, &self->cap));
	self->fd = fcn_open();
	ASSERT_LE(0, self->fd);
	self->other = fcn_open();
	ASSERT_LE(0, self->other);
}

FIXTURE_TEARDOWN(lost)
{
	fcn_restore_parameter(&self->timeout);
	fcn_restore_parameter(&self->cap);
}

/* One test, in the order in which things happen to a device. */
TEST_F_TIMEOUT(lost, all_ones, 100)
{
	struct drm_fcn_accel_fault_query q = { 0 };
	struct fcn_job last, spin, behind[6];
	struct fcn_bo bo, from, to;
	uint32_t handle;
	struct fcn_binding binding;
	int dmabuf, file;
	uint8_t *map;
	uint64_t v;
	bool late;

	ASSERT_EQ(0, fcn_find_binding(&binding));

	/* It lives: a job with a result. */
	ASSERT_EQ(0, fcn_bo_create(self->other, 4096, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(self->other, 4096, 0, &to));
	fcn_fill(from.map, 4096, 1);
	for (int i = 0; i < 6; i++) {
		ASSERT_EQ(0, fcn_job_init(self->other, &behind[i], 2));
		fcn_add_copy(&behind[i], from.va, to.va, 4096);
	}
	ASSERT_EQ(0, fcn_run(self->other, &behind[0]));
	ASSERT_TRUE(fcn_filled(to.map, 4096, 1));

	/*
	 * It dies while the first of these runs, which needs no register to end well.  But its interrupt
	 * cannot be cleared any more, and comes again, without a record of the second one; the rest
	 * wait.
	 */
	ASSERT_EQ(0, fcn_job_init(self->fd, &last, 1));
	fcn_add_spin(&last, 500000);
	ASSERT_EQ(0, fcn_start(self->fd, &last));
	ASSERT_EQ(0, fcn_job_init(self->fd, &spin, 1));
	spin.user_data = 4711;
	fcn_add_spin(&spin, FCN_FOREVER);
	ASSERT_EQ(0, fcn_start(self->fd, &spin));
	for (int i = 0; i < 6; i++)
		ASSERT_EQ(0, fcn_start(self->other, &behind[i]));
	file = fcn_sync_file(self->other, behind[5].out);
	ASSERT_LE(0, file);
	EXPECT_EQ(0, fcn_finish(self->fd, &last, 60, &late));
	EXPECT_EQ(-ENODEV, fcn_finish(self->fd, &spin, 60, &late));
	EXPECT_FALSE(late);
	for (int i = 0; i < 6; i++)
		EXPECT_EQ(-ENODEV, fcn_finish(self->other, &behind[i], 5, &late));
	EXPECT_EQ(-ENODEV, fcn_sync_status(file));
	ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_FAULT_QUERY, &q));
	EXPECT_EQ(4711, q.user_data);
	EXPECT_EQ(ENODEV, q.error);

	/* Nothing new begins. */
	EXPECT_EQ(-ENODEV, fcn_start(self->fd, &spin));
	EXPECT_EQ(-ENODEV, fcn_start(self->other, &behind[0]));
	EXPECT_EQ(-ENODEV, fcn_bo_create(self->fd, 4096, 0, &bo));
	EXPECT_GT(0, fcn_open());

	/* What is there can be used up: memory, dma-bufs, waits, questions. */
	EXPECT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_CORE_VERSION, &v));
	EXPECT_EQ(0, fcn_prep(self->other, from.handle, FCN_RW, fcn_now() + FCN_SEC));
	EXPECT_TRUE(fcn_filled(from.map, 4096, 1));
	dmabuf = fcn_export(self->other, from.handle);
	ASSERT_LE(0, dmabuf);
	EXPECT_EQ(-ENODEV, fcn_import(self->fd, dmabuf, &handle));
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, dmabuf, 0);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_TRUE(fcn_filled(map, 4096, 1));
	EXPECT_EQ(0, fcn_bo_close(self->other, &to));

	/* Unbound with files open: from now on all ioctls say so, and nothing hangs. */
	ASSERT_EQ(0, fcn_unbind(&binding));
	EXPECT_EQ(-ENODEV, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_CORE_VERSION, &v));
	EXPECT_EQ(-ENODEV, fcn_start(self->fd, &spin));
	EXPECT_TRUE(fcn_filled(map, 4096, 1));
	munmap(map, 4096);
	close(dmabuf);
	close(file);
}

FCN_MAIN
