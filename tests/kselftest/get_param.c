// SPDX-License-Identifier: GPL-2.0
/* Version and parameters. */
#include "fcn_fixture.h"

FCN_DEVICE_FIXTURE

TEST_F(device, version)
{
	char name[16] = "", desc[64] = "";
	struct drm_version v = { .name = name, .name_len = sizeof(name) - 1,
				 .desc = desc, .desc_len = sizeof(desc) - 1 };

	ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_VERSION, &v));
	EXPECT_STREQ("fcn_accel", name);
	EXPECT_EQ(FCN_ACCEL_UAPI_MAJOR, v.version_major);
	EXPECT_LE(FCN_ACCEL_UAPI_MINOR, v.version_minor);
	EXPECT_LT(0, v.desc_len);
}

TEST_F(device, every_parameter)
{
	uint64_t v[DRM_FCN_ACCEL_PARAM_CLOCK_HZ + 1];

	for (uint32_t i = 0; i < ARRAY_SIZE(v); i++) {
		ASSERT_EQ(0, fcn_param(self->fd, i, &v[i]))
			TH_LOG("parameter %u", i);
	}
	EXPECT_EQ(1, v[DRM_FCN_ACCEL_PARAM_CORE_VERSION] >> FCN_VERSION_MAJOR_SHIFT);
	EXPECT_LE(8, v[DRM_FCN_ACCEL_PARAM_CONFIG0] & FCN_CONFIG0_ROWS_MASK);
	EXPECT_EQ(0, v[DRM_FCN_ACCEL_PARAM_VA_START] % FCN_PAGE);
	EXPECT_NE(0, v[DRM_FCN_ACCEL_PARAM_VA_START]);
	EXPECT_EQ(0, v[DRM_FCN_ACCEL_PARAM_VA_END] % FCN_PAGE);
	EXPECT_LT(v[DRM_FCN_ACCEL_PARAM_VA_START], v[DRM_FCN_ACCEL_PARAM_VA_END]);
	EXPECT_GE(UINT64_C(1) << 32, v[DRM_FCN_ACCEL_PARAM_VA_END]);
	EXPECT_LE(FCN_PAGE, v[DRM_FCN_ACCEL_PARAM_FILE_MEMORY_LIMIT]);
	EXPECT_LE(2, v[DRM_FCN_ACCEL_PARAM_FILE_JOB_LIMIT]);
	EXPECT_GE(1, v[DRM_FCN_ACCEL_PARAM_COHERENT]);
}

TEST_F(device, unknown_parameter)
{
	uint64_t v;

	EXPECT_EQ(-EINVAL, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_CLOCK_HZ + 1, &v));
	EXPECT_EQ(-EINVAL, fcn_param(self->fd, 0x80000000, &v));
	EXPECT_EQ(-EINVAL, fcn_param(self->fd, UINT32_MAX, &v));
}

TEST_F(device, reserved_field)
{
	for (int bit = 0; bit < 32; bit++) {
		struct drm_fcn_accel_get_param get = { .pad = 1u << bit };

		EXPECT_EQ(-EINVAL, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_GET_PARAM, &get));
	}
}

TEST_F(device, output_need_not_be_set)
{
	struct drm_fcn_accel_get_param get = { .value = UINT64_MAX };

	ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_GET_PARAM, &get));
	EXPECT_EQ(1, get.value >> FCN_VERSION_MAJOR_SHIFT);
}

TEST_F(device, bad_pointer)
{
	EXPECT_EQ(-EFAULT, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_GET_PARAM, NULL));
	EXPECT_EQ(-EFAULT, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_GET_PARAM, (void *)-4096l));
}

/* Numbers that no ioctl of the driver has. */
TEST_F(device, unknown_ioctl)
{
	uint64_t args[32] = { 0 };

	for (unsigned nr = DRM_FCN_ACCEL_FAULT_QUERY + 1; nr < 0x60; nr++)
		EXPECT_GT(0, fcn_ioctl(self->fd, DRM_IOWR(DRM_COMMAND_BASE + nr, uint64_t[32]),
				       args));
}

/* A shorter structure of an older caller counts as padded with zeros; a longer one is cut. */
TEST_F(device, other_sizes)
{
	uint64_t buf[8] = { DRM_FCN_ACCEL_PARAM_CONFIG0 };
	uint64_t want;

	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_CONFIG0, &want));
	ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOWR(DRM_COMMAND_BASE + DRM_FCN_ACCEL_GET_PARAM,
						  uint64_t[8]), buf));
	EXPECT_EQ(want, buf[1]);
}

/*
 * DRM's own ioctls for a display's primary node follow a pointer that a file of an accel node has not.
 * Found by tests/fuzz.
 */
TEST_F(device, master)
{
	struct drm_unique unique = { .unique_len = 0 };
	struct drm_auth auth = { .magic = 0 };
	uint8_t other[64] = { 0 };

	EXPECT_EQ(-EOPNOTSUPP, fcn_ioctl(self->fd, DRM_IOCTL_GET_UNIQUE, &unique));
	EXPECT_EQ(-EOPNOTSUPP, fcn_ioctl(self->fd, DRM_IOCTL_GET_MAGIC, &auth));
	/* DRM looks at the number alone. */
	EXPECT_EQ(-EOPNOTSUPP, fcn_ioctl(self->fd, _IOWR('x', 1, uint8_t[64]), other));
	EXPECT_EQ(-EOPNOTSUPP, fcn_ioctl(self->fd, _IO('x', 2), NULL));
}

/* Each of DRM's own ioctls, with nothing and with zeros. */
TEST_F(device, core_ioctls)
{
	uint64_t args[64];

	for (unsigned nr = 0; nr < 256; nr++) {
		if (nr >= DRM_COMMAND_BASE && nr < DRM_COMMAND_END)
			continue;
		memset(args, 0, sizeof(args));
		fcn_ioctl(self->fd, _IO(DRM_IOCTL_BASE, nr), args);
		fcn_ioctl(self->fd, DRM_IOWR(nr, uint64_t[64]), args);
	}
	EXPECT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_CONFIG0, &args[0]));
}

FCN_MAIN
