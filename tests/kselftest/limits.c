// SPDX-License-Identifier: GPL-2.0
/* What one file may have: jobs, memory. */
#include "fcn_fixture.h"

FCN_DEVICE_FIXTURE

TEST_F(device, jobs)
{
	int blocker = fcn_open();
	struct drm_fcn_accel_sync out;
	struct drm_fcn_accel_job two[2];
	struct fcn_job spin, job;
	uint64_t limit;
	bool late;

	ASSERT_LE(0, blocker);
	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_FILE_JOB_LIMIT, &limit));
	if (limit > 4096)
		SKIP(return, "a limit of %llu jobs takes too long", (unsigned long long)limit);
	ASSERT_EQ(0, fcn_job_init(blocker, &spin, 1));
	fcn_add_spin(&spin, FCN_FOREVER);
	ASSERT_EQ(0, fcn_start(blocker, &spin));

	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	out = (struct drm_fcn_accel_sync){ .handle = job.out };
	two[0] = (struct drm_fcn_accel_job){ .cmd_handle = job.cmd.handle,
					     .out_syncs = (uintptr_t)&out, .out_sync_count = 1 };
	two[1] = two[0];
	for (uint64_t i = 0; i < limit - 1; i++)
		ASSERT_EQ(0, fcn_submit(self->fd, two, 1, i % 2));
	EXPECT_EQ(-ENOSPC, fcn_submit(self->fd, two, 2, 0));
	EXPECT_EQ(0, fcn_submit(self->fd, two, 1, 0));
	EXPECT_EQ(-ENOSPC, fcn_submit(self->fd, two, 1, 0));
	EXPECT_EQ(-ENOSPC, fcn_submit(self->fd, two, 1, 1));

	/* Another file has its own. */
	ASSERT_EQ(0, fcn_start(blocker, &spin));
	fcn_job_abandon(blocker, &spin);
	ASSERT_EQ(0, fcn_finish(self->fd, &job, 29, &late));
	ASSERT_EQ(0, fcn_prep(self->fd, job.cmd.handle, FCN_W, fcn_now() + 20 * FCN_SEC));
	EXPECT_EQ(0, fcn_submit(self->fd, two, 2, 0));
	EXPECT_EQ(0, fcn_finish(self->fd, &job, 20, &late));
}

/* What was refused does not count. */
TEST_F(device, refused_jobs_do_not_count)
{
	struct fcn_job job;
	uint64_t limit;

	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_FILE_JOB_LIMIT, &limit));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	for (uint64_t i = 0; i < 2 * limit && i < 10000; i++) {
		struct drm_fcn_accel_job bad[2] = {
			{ .cmd_handle = job.cmd.handle },
			{ .cmd_handle = job.cmd.handle, .in_sync_count = 1, .in_syncs = 8 },
		};

		ASSERT_EQ(-EFAULT, fcn_submit(self->fd, bad, 2, 0));
	}
	EXPECT_EQ(0, fcn_run(self->fd, &job));
}

TEST_F(device, memory)
{
	struct fcn_parameter before = { 0 };
	struct fcn_bo bo[5];
	uint64_t limit;
	int fd;

	FCN_NEED_ROOT();
	if (fcn_set_parameter("file_memory_mb", 4, &before))
		SKIP(return, "the module has no parameter file_memory_mb");
	fd = fcn_open();
	EXPECT_LE(0, fd);
	EXPECT_EQ(0, fcn_param(fd, DRM_FCN_ACCEL_PARAM_FILE_MEMORY_LIMIT, &limit));
	EXPECT_EQ(4 << 20, limit);
	EXPECT_EQ(-ENOMEM, fcn_bo_create(fd, (4 << 20) + 1, 0, &bo[0]));
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(0, fcn_bo_create(fd, 1 << 20, 0, &bo[i]));
	EXPECT_EQ(-ENOMEM, fcn_bo_create(fd, 4096, 0, &bo[4]));
	EXPECT_EQ(0, fcn_bo_close(fd, &bo[2]));
	EXPECT_EQ(0, fcn_bo_create(fd, 1 << 20, 0, &bo[2]));
	EXPECT_EQ(-ENOMEM, fcn_bo_create(fd, 1, 0, &bo[4]));
	/* Another file has its own. */
	EXPECT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &bo[4]));
	close(fd);
	fcn_restore_parameter(&before);
}

/* Imports count, too; what a file has already counts once. */
TEST_F(device, imports_are_memory)
{
	struct fcn_parameter before = { 0 };
	struct fcn_bo bo[3], import = { 0 };
	uint32_t handle[4] = { 0 };
	int dmabuf[3], fd;

	FCN_NEED_ROOT();
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, fcn_bo_create(self->fd, 2 << 20, 0, &bo[i]));
		dmabuf[i] = fcn_export(self->fd, bo[i].handle);
		ASSERT_LE(0, dmabuf[i]);
	}
	if (fcn_set_parameter("file_memory_mb", 4, &before))
		SKIP(return, "the module has no parameter file_memory_mb");
	fd = fcn_open();
	EXPECT_LE(0, fd);
	EXPECT_EQ(0, fcn_import(fd, dmabuf[0], &handle[0]));
	EXPECT_EQ(0, fcn_import(fd, dmabuf[1], &handle[1]));
	EXPECT_EQ(0, fcn_import(fd, dmabuf[1], &handle[3]));
	EXPECT_EQ(-ENOMEM, fcn_import(fd, dmabuf[2], &handle[2]));
	import.handle = handle[0];
	EXPECT_EQ(0, fcn_bo_close(fd, &import));
	EXPECT_EQ(0, fcn_import(fd, dmabuf[2], &handle[2]));
	close(fd);
	fcn_restore_parameter(&before);
	for (int i = 0; i < 3; i++)
		close(dmabuf[i]);
}

/* A failed creation gives its memory and address back: as many fit afterwards as before. */
TEST_F(device, too_large_again_and_again)
{
	uint64_t limit, start, end;
	struct fcn_bo bo;

	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_FILE_MEMORY_LIMIT, &limit));
	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_VA_START, &start));
	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_VA_END, &end));
	if (limit + FCN_PAGE > end - start)
		SKIP(return, "the memory limit is larger than the address space");
	for (int i = 0; i < 200; i++)
		ASSERT_EQ(-ENOMEM, fcn_bo_create(self->fd, limit + 1, 0, &bo));
	for (int i = 0; i < 200; i++) {
		ASSERT_EQ(0, fcn_bo_create(self->fd, 65536, 0, &bo));
		ASSERT_EQ(0, fcn_bo_close(self->fd, &bo));
	}
}

FCN_MAIN
