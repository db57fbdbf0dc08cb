// SPDX-License-Identifier: GPL-2.0
/* Mappings of buffer objects, and the flag that lets the core only read. */
#include "fcn_fixture.h"

#include <setjmp.h>
#include <signal.h>

FCN_DEVICE_FIXTURE

static void *map(int fd, const struct fcn_bo *bo, size_t size, int prot)
{
	return mmap(NULL, size, prot, MAP_SHARED, fd, (off_t)bo->mmap_offset);
}

TEST_F(device, two_mappings_are_the_same_memory)
{
	struct fcn_bo bo;
	uint8_t *again;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 8192, 0, &bo));
	again = map(self->fd, &bo, 8192, PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, again);
	fcn_fill(bo.map, 8192, 1);
	EXPECT_TRUE(fcn_filled(again, 8192, 1));
	again[5000] ^= 0xff;
	EXPECT_FALSE(fcn_filled(bo.map, 8192, 1));
}

TEST_F(device, mapping_outlives_the_handle)
{
	struct fcn_bo bo;
	uint8_t *keep;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 8192, 0, &bo));
	keep = map(self->fd, &bo, 8192, PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, keep);
	fcn_fill(keep, 8192, 2);
	EXPECT_EQ(0, fcn_bo_close(self->fd, &bo));
	EXPECT_TRUE(fcn_filled(keep, 8192, 2));
	fcn_fill(keep, 8192, 3);
	EXPECT_TRUE(fcn_filled(keep, 8192, 3));
}

TEST_F(device, mapping_outlives_the_file)
{
	int fd = fcn_open();
	struct fcn_bo bo;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fcn_bo_create(fd, 8192, 0, &bo));
	close(fd);
	fcn_fill(bo.map, 8192, 4);
	EXPECT_TRUE(fcn_filled(bo.map, 8192, 4));
}

TEST_F(device, too_long)
{
	struct fcn_bo bo;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 8192, 0, &bo));
	EXPECT_EQ(MAP_FAILED, map(self->fd, &bo, 12288, PROT_READ));
	bo.mmap_offset += 1u << 30;
	EXPECT_EQ(MAP_FAILED, map(self->fd, &bo, 8192, PROT_READ));
}

TEST_F(device, not_without_a_handle)
{
	int other = fcn_open();
	struct fcn_bo bo;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, fcn_bo_create(self->fd, 8192, 0, &bo));
	EXPECT_EQ(MAP_FAILED, map(other, &bo, 8192, PROT_READ));
	EXPECT_EQ(0, fcn_bo_close(self->fd, &bo));
	EXPECT_EQ(MAP_FAILED, map(self->fd, &bo, 8192, PROT_READ));
	close(other);
}

TEST_F(device, offset_zero_is_none)
{
	struct fcn_bo bo = { .mmap_offset = 0 };

	EXPECT_EQ(MAP_FAILED, map(self->fd, &bo, 4096, PROT_READ));
}

/* The file is open for reading only: so are its mappings. */
TEST_F(device, read_only_file)
{
	struct fcn_bo bo = { 0 };
	struct drm_fcn_accel_bo_create create = { .size = 4096 };
	int fd = open(fcn_path(), O_RDONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fcn_ioctl(fd, DRM_IOCTL_FCN_ACCEL_BO_CREATE, &create));
	ASSERT_EQ(0, fcn_bo_info(fd, create.handle, &bo));
	EXPECT_EQ(MAP_FAILED, map(fd, &bo, 4096, PROT_READ | PROT_WRITE));
	EXPECT_NE(MAP_FAILED, map(fd, &bo, 4096, PROT_READ));
	close(fd);
}

/* A child that has the mapping sees what the core writes. */
TEST_F(device, child_shares_the_memory)
{
	struct fcn_bo from, to;
	struct fcn_job job;
	int status;
	pid_t pid;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &to));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		fcn_fill(from.map, 4096, 9);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 4));
	fcn_use(&job, &from, FCN_R);
	fcn_use(&job, &to, FCN_W);
	fcn_add_copy(&job, from.va, to.va, 4096);
	ASSERT_EQ(0, fcn_run(self->fd, &job));
	EXPECT_TRUE(fcn_filled(to.map, 4096, 9));
}

TEST_F(device, core_read_only)
{
	struct fcn_bo only, to;
	struct fcn_job job;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, DRM_FCN_ACCEL_BO_CORE_READ_ONLY, &only));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &to));
	fcn_fill(only.map, 4096, 5);
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 4));
	fcn_use(&job, &only, FCN_R);
	fcn_use(&job, &to, FCN_W);
	fcn_add_copy(&job, only.va, to.va, 4096);
	EXPECT_EQ(0, fcn_run(self->fd, &job));
	EXPECT_TRUE(fcn_filled(to.map, 4096, 5));

	job.n_cmd = 0;
	fcn_fill(to.map, 4096, 6);
	fcn_add_copy(&job, to.va, only.va, 4096);
	EXPECT_EQ(-EFAULT, fcn_run(self->fd, &job));
	EXPECT_TRUE(fcn_filled(only.map, 4096, 5));
}

/* Nor may the core write the performance record into it. */
TEST_F(device, core_read_only_record)
{
	struct fcn_bo only;
	struct fcn_job job;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, DRM_FCN_ACCEL_BO_CORE_READ_ONLY, &only));
	fcn_fill(only.map, 4096, 5);
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 4));
	job.perf_handle = only.handle;
	EXPECT_EQ(-EFAULT, fcn_run(self->fd, &job));
	EXPECT_TRUE(fcn_filled(only.map, 4096, 5));
}

FCN_MAIN
