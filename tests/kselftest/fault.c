// SPDX-License-Identifier: GPL-2.0
/* Faults: the fence's error, the details, and that nobody else notices. */
#include "fcn_fixture.h"

#define FAULTS_KEPT 16

FIXTURE(fault) {
	int fd;
	struct fcn_bo bo;
	struct fcn_job job;
};

FIXTURE_SETUP(fault)
{
	self->fd = fcn_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->bo));
	ASSERT_EQ(0, fcn_job_init(self->fd, &self->job, 32));
	fcn_use(&self->job, &self->bo, FCN_RW);
	self->job.user_data = 0x123456789abcdef0;
}

FIXTURE_TEARDOWN(fault)
{
	/* The context, and the core, can be used again. */
	self->job.n_cmd = 0;
	fcn_add_copy(&self->job, self->bo.va, self->bo.va + 2048, 2048);
	EXPECT_EQ(0, fcn_run(self->fd, &self->job));
	close(self->fd);
}

static int query(int fd, uint64_t index, struct drm_fcn_accel_fault_query *q)
{
	*q = (struct drm_fcn_accel_fault_query){ .index = index };
	return fcn_ioctl(fd, DRM_IOCTL_FCN_ACCEL_FAULT_QUERY, q);
}

TEST_F(fault, none)
{
	struct drm_fcn_accel_fault_query q;

	EXPECT_EQ(-ENOENT, query(self->fd, 0, &q));
	EXPECT_EQ(-ENOENT, query(self->fd, 1, &q));
	EXPECT_EQ(-ENOENT, query(self->fd, UINT64_MAX, &q));
	EXPECT_EQ(-EFAULT, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_FAULT_QUERY, NULL));
}

#define EXPECT_FAULT(err, cause_, addr_, cmd_)					\
	do {									\
		struct drm_fcn_accel_fault_query q;				\
		int64_t before = fcn_now();					\
		EXPECT_EQ(err, fcn_run(self->fd, &self->job));			\
		ASSERT_EQ(0, query(self->fd, 0, &q));				\
		EXPECT_EQ(1, q.index);						\
		EXPECT_EQ(1, q.count);						\
		EXPECT_EQ(self->job.user_data, q.user_data);			\
		EXPECT_EQ(cause_, q.cause);					\
		EXPECT_EQ(-(err), q.error);					\
		EXPECT_EQ(addr_, q.addr);					\
		EXPECT_EQ(cmd_, q.cmd);						\
		EXPECT_LE(before, q.time_ns);					\
		EXPECT_GE(fcn_now(), q.time_ns);				\
	} while (0)

TEST_F(fault, illegal)
{
	fcn_add_copy(&self->job, self->bo.va, self->bo.va, 64);
	fcn_add(&self->job, 0x99, 0, 0);
	EXPECT_FAULT(-EINVAL, FCN_CAUSE_ILLEGAL, self->job.cmd.va + 2 * FCN_CMD_BYTES, 2);
}

TEST_F(fault, wrong_version)
{
	fcn_add_copy(&self->job, self->bo.va, self->bo.va, 64);
	fcn_cmd_set_version((struct fcn_cmd *)(void *)self->job.cmd.map, FCN_CMD_VERSION + 1);
	EXPECT_FAULT(-EINVAL, FCN_CAUSE_ILLEGAL, self->job.cmd.va, 0);
}

TEST_F(fault, bit_without_a_field)
{
	fcn_add_copy(&self->job, self->bo.va, self->bo.va, 64);
	((struct fcn_cmd *)(void *)self->job.cmd.map)->w[15] = 1;
	EXPECT_FAULT(-EINVAL, FCN_CAUSE_ILLEGAL, self->job.cmd.va, 0);
}

TEST_F(fault, zeroed_commands)
{
	self->job.n_cmd = 3;
	EXPECT_FAULT(-EINVAL, FCN_CAUSE_ILLEGAL, self->job.cmd.va, 0);
}

TEST_F(fault, read_of_nothing)
{
	fcn_add_copy(&self->job, self->bo.va, self->bo.va, 64);
	fcn_add_copy(&self->job, 0x10, self->bo.va, 64);
	/* 0x10 is in the page at 0, which is never mapped. */
	EXPECT_FAULT(-EFAULT, FCN_CAUSE_MMU_INVALID, 0, 2);
}

TEST_F(fault, write_of_nothing)
{
	fcn_add_copy(&self->job, self->bo.va, 0, 64);
	EXPECT_FAULT(-EFAULT, FCN_CAUSE_MMU_INVALID, 0, 1);
}

TEST_F(fault, write_of_read_only)
{
	struct fcn_bo only;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, DRM_FCN_ACCEL_BO_CORE_READ_ONLY, &only));
	fcn_add_copy(&self->job, self->bo.va, only.va, 64);
	EXPECT_FAULT(-EFAULT, FCN_CAUSE_MMU_PERM, only.va, 1);
}

TEST_F(fault, deadlock)
{
	fcn_add_copy(&self->job, self->bo.va, self->bo.va, 64);
	fcn_add(&self->job, FCN_OP_CONV_SYNC, 1u << FCN_ENG_POST, 0);
	EXPECT_FAULT(-EDEADLK, FCN_CAUSE_DEADLOCK, 0, 2);
}

TEST_F(fault, deadlock_of_two)
{
	fcn_add(&self->job, FCN_OP_CONV_SYNC, 1u << FCN_ENG_POST, 1u << FCN_ENG_POST);
	fcn_add(&self->job, FCN_OP_POST_SYNC, 1u << FCN_ENG_CONV, 1u << FCN_ENG_CONV);
	EXPECT_FAULT(-EDEADLK, FCN_CAUSE_DEADLOCK, 0, 0);
}

TEST_F(fault, the_last_ones_are_kept)
{
	enum { N = FAULTS_KEPT + 5 };
	struct drm_fcn_accel_fault_query q;

	for (uint32_t i = 1; i <= N; i++) {
		self->job.n_cmd = 0;
		self->job.user_data = 1000 + i;
		for (uint32_t k = 0; k < i; k++)
			fcn_add(&self->job, FCN_OP_LOAD_SYNC, 0, 0);
		fcn_add(&self->job, 0x99, 0, 0);
		ASSERT_EQ(-EINVAL, fcn_run(self->fd, &self->job));
	}
	for (uint32_t i = 1; i <= N; i++) {
		int err = query(self->fd, i, &q);

		EXPECT_EQ(i <= N - FAULTS_KEPT ? -ENOENT : 0, err);
		if (err)
			continue;
		EXPECT_EQ(i, q.index);
		EXPECT_EQ(N, q.count);
		EXPECT_EQ(1000 + i, q.user_data);
		EXPECT_EQ(i, q.cmd);
	}
	EXPECT_EQ(-ENOENT, query(self->fd, N + 1, &q));
	ASSERT_EQ(0, query(self->fd, 0, &q));
	EXPECT_EQ(N, q.index);
}

TEST_F(fault, of_another_file)
{
	struct drm_fcn_accel_fault_query q;
	int other = fcn_open();

	ASSERT_LE(0, other);
	fcn_add(&self->job, 0x99, 0, 0);
	ASSERT_EQ(-EINVAL, fcn_run(self->fd, &self->job));
	EXPECT_EQ(-ENOENT, query(other, 0, &q));
	EXPECT_EQ(-ENOENT, query(other, 1, &q));
	close(other);
}

/* Bad and good jobs of two files at once: each gets its own end. */
TEST_F(fault, only_the_guilty)
{
	enum { N = 12 };
	int other = fcn_open();
	struct fcn_job good[N], bad[N];
	struct fcn_bo from, to;
	bool late;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, fcn_bo_create(other, 4096, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(other, N * 4096, 0, &to));
	fcn_fill(from.map, 4096, 4);
	for (uint32_t i = 0; i < N; i++) {
		ASSERT_EQ(0, fcn_job_init(other, &good[i], 2));
		ASSERT_EQ(0, fcn_job_init(self->fd, &bad[i], 2));
		fcn_use(&good[i], &from, FCN_R);
		fcn_use(&good[i], &to, FCN_W);
		fcn_add_copy(&good[i], from.va, to.va + i * 4096, 4096);
		if (i % 3 == 0)
			fcn_add_store(&bad[i], 0, 64);
		else if (i % 3 == 1)
			fcn_add(&bad[i], 0xff, 0, 0);
		else
			fcn_add(&bad[i], FCN_OP_LOAD_SYNC, 2, 0);
	}
	for (uint32_t i = 0; i < N; i++) {
		ASSERT_EQ(0, fcn_start(self->fd, &bad[i]));
		ASSERT_EQ(0, fcn_start(other, &good[i]));
	}
	for (uint32_t i = 0; i < N; i++) {
		int want = i % 3 == 0 ? -EFAULT : i % 3 == 1 ? -EINVAL : -EDEADLK;

		EXPECT_EQ(want, fcn_finish(self->fd, &bad[i], 20, &late));
		EXPECT_EQ(0, fcn_finish(other, &good[i], 20, &late));
		EXPECT_TRUE(fcn_filled(to.map + i * 4096, 4096, 4));
	}
	close(other);
}

/* Later jobs of the same file run. */
TEST_F(fault, jobs_behind_it)
{
	struct fcn_job behind[4];
	bool late;

	fcn_add_store(&self->job, 0, 64);
	for (int i = 0; i < 4; i++)
		ASSERT_EQ(0, fcn_job_init(self->fd, &behind[i], 1));
	ASSERT_EQ(0, fcn_start(self->fd, &self->job));
	for (int i = 0; i < 4; i++)
		ASSERT_EQ(0, fcn_start(self->fd, &behind[i]));
	EXPECT_EQ(-EFAULT, fcn_finish(self->fd, &self->job, 20, &late));
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(0, fcn_finish(self->fd, &behind[i], 20, &late));
}

FCN_MAIN
