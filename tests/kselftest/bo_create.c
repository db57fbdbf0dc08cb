// SPDX-License-Identifier: GPL-2.0
/* Making buffer objects, and what they are like. */
#include "fcn_fixture.h"

FCN_DEVICE_FIXTURE

static int create(int fd, uint64_t size, uint32_t flags, struct drm_fcn_accel_bo_create *args)
{
	*args = (struct drm_fcn_accel_bo_create){ .size = size, .flags = flags };
	return fcn_ioctl(fd, DRM_IOCTL_FCN_ACCEL_BO_CREATE, args);
}

TEST_F(device, sizes_round_up_to_pages)
{
	static const uint64_t sizes[] = { 1, 4095, 4096, 4097, 65536, 1000001 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct drm_fcn_accel_bo_create args;
		struct fcn_bo bo;

		ASSERT_EQ(0, create(self->fd, sizes[i], 0, &args));
		EXPECT_NE(0, args.handle);
		EXPECT_EQ((sizes[i] + FCN_PAGE - 1) / FCN_PAGE * FCN_PAGE, args.size);
		ASSERT_EQ(0, fcn_bo_info(self->fd, args.handle, &bo));
		EXPECT_EQ(args.size, bo.size);
		EXPECT_EQ(0, fcn_bo_close(self->fd, &bo));
	}
}

TEST_F(device, bad_sizes)
{
	static const uint64_t sizes[] = {
		0, UINT64_MAX, UINT64_MAX - 4094, UINT64_MAX - 4096, UINT64_C(1) << 63,
		UINT64_C(1) << 32, (UINT64_C(1) << 32) + 1, UINT64_C(1) << 44,
	};
	struct drm_fcn_accel_bo_create args;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_EQ(-EINVAL, create(self->fd, sizes[i], 0, &args))
			TH_LOG("size 0x%llx", (unsigned long long)sizes[i]);
	}
}

TEST_F(device, unknown_flags)
{
	struct drm_fcn_accel_bo_create args;

	for (int bit = 0; bit < 32; bit++) {
		if (1u << bit == DRM_FCN_ACCEL_BO_CORE_READ_ONLY)
			continue;
		EXPECT_EQ(-EINVAL, create(self->fd, 4096, 1u << bit, &args));
	}
	EXPECT_EQ(-EINVAL, create(self->fd, 4096, UINT32_MAX, &args));
	EXPECT_EQ(0, create(self->fd, 4096, DRM_FCN_ACCEL_BO_CORE_READ_ONLY, &args));
}

TEST_F(device, bad_pointer)
{
	EXPECT_EQ(-EFAULT, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_BO_CREATE, NULL));
}

TEST_F(device, info_of_no_handle)
{
	struct fcn_bo bo;

	EXPECT_EQ(-ENOENT, fcn_bo_info(self->fd, 0, &bo));
	EXPECT_EQ(-ENOENT, fcn_bo_info(self->fd, 12345, &bo));
	EXPECT_EQ(-ENOENT, fcn_bo_info(self->fd, UINT32_MAX, &bo));
	EXPECT_EQ(-EFAULT, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_BO_INFO, NULL));
}

TEST_F(device, info_of_closed_handle)
{
	struct fcn_bo bo, info;
	uint32_t handle;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &bo));
	handle = bo.handle;
	EXPECT_EQ(0, fcn_bo_close(self->fd, &bo));
	EXPECT_EQ(-ENOENT, fcn_bo_info(self->fd, handle, &info));
}

TEST_F(device, info_tells_flags)
{
	struct drm_fcn_accel_bo_create args;
	struct drm_fcn_accel_bo_info info = { .flags = UINT32_MAX, .va = 1, .mmap_offset = 1 };

	ASSERT_EQ(0, create(self->fd, 4096, DRM_FCN_ACCEL_BO_CORE_READ_ONLY, &args));
	info.handle = args.handle;
	ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_BO_INFO, &info));
	EXPECT_EQ(DRM_FCN_ACCEL_BO_CORE_READ_ONLY, info.flags);
	ASSERT_EQ(0, create(self->fd, 4096, 0, &args));
	info.handle = args.handle;
	ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_BO_INFO, &info));
	EXPECT_EQ(0, info.flags);
}

TEST_F(device, addresses_lie_apart_and_in_bounds)
{
	enum { N = 64 };
	struct fcn_bo bo[N];
	uint64_t start, end;

	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_VA_START, &start));
	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_VA_END, &end));
	for (int i = 0; i < N; i++) {
		ASSERT_EQ(0, fcn_bo_create(self->fd, 4096u * (uint64_t)(i % 5 + 1), 0, &bo[i]));
		EXPECT_EQ(0, bo[i].va % FCN_PAGE);
		EXPECT_LE(start, bo[i].va);
		EXPECT_GE(end, bo[i].va + bo[i].size);
		for (int j = 0; j < i; j++)
			EXPECT_TRUE(bo[j].va + bo[j].size <= bo[i].va ||
				    bo[i].va + bo[i].size <= bo[j].va);
		if (i % 3 == 2) {
			EXPECT_EQ(0, fcn_bo_close(self->fd, &bo[i - 1]));
			ASSERT_EQ(0, fcn_bo_create(self->fd, 20480, 0, &bo[i - 1]));
		}
	}
}

/* The pages of a freed one come back, but never with what was in them. */
TEST_F(device, memory_is_zeroed)
{
	enum { SIZE = 1 << 20 };

	for (int i = 0; i < 8; i++) {
		struct fcn_bo bo;
		size_t dirty = 0;

		ASSERT_EQ(0, fcn_bo_create(self->fd, SIZE, 0, &bo));
		for (size_t at = 0; at < SIZE; at++)
			dirty += bo.map[at] != 0;
		EXPECT_EQ(0, dirty);
		memset(bo.map, 0xa5, SIZE);
		EXPECT_EQ(0, fcn_bo_close(self->fd, &bo));
	}
}

/* What the core sees of new memory is zero, too, without the CPU having touched it. */
TEST_F(device, core_reads_zeros)
{
	struct drm_fcn_accel_bo_create args;
	struct fcn_bo from, to;
	struct fcn_job job;
	size_t dirty = 0;

	ASSERT_EQ(0, create(self->fd, 16384, 0, &args));
	ASSERT_EQ(0, fcn_bo_info(self->fd, args.handle, &from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 16384, 0, &to));
	memset(to.map, 0xff, to.size);
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 8));
	fcn_use(&job, &from, FCN_R);
	fcn_use(&job, &to, FCN_W);
	fcn_add_copy(&job, from.va, to.va, 16384);
	ASSERT_EQ(0, fcn_run(self->fd, &job));
	for (size_t at = 0; at < to.size; at++)
		dirty += to.map[at] != 0;
	EXPECT_EQ(0, dirty);
}

TEST_F(device, handles_are_the_files_own)
{
	int other = fcn_open();
	struct fcn_bo bo, info;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &bo));
	EXPECT_EQ(-ENOENT, fcn_bo_info(other, bo.handle, &info));
	close(other);
}

FCN_MAIN
