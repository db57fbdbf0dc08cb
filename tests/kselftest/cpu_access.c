// SPDX-License-Identifier: GPL-2.0
/* Begin and end of the CPU's accesses. */
#include "fcn_fixture.h"

FCN_DEVICE_FIXTURE

TEST_F(device, idle)
{
	struct fcn_bo bo;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &bo));
	for (uint32_t flags = 1; flags < 4; flags++) {
		EXPECT_EQ(0, fcn_prep(self->fd, bo.handle, flags, 0));
		EXPECT_EQ(0, fcn_fini(self->fd, bo.handle, flags));
		EXPECT_EQ(0, fcn_prep(self->fd, bo.handle, flags, INT64_MAX));
		EXPECT_EQ(0, fcn_fini(self->fd, bo.handle, flags));
	}
}

TEST_F(device, bad_flags)
{
	struct fcn_bo bo;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &bo));
	EXPECT_EQ(-EINVAL, fcn_prep(self->fd, bo.handle, 0, 0));
	EXPECT_EQ(-EINVAL, fcn_fini(self->fd, bo.handle, 0));
	for (int bit = 2; bit < 32; bit++) {
		EXPECT_EQ(-EINVAL, fcn_prep(self->fd, bo.handle, 1u << bit | 1, 0));
		EXPECT_EQ(-EINVAL, fcn_fini(self->fd, bo.handle, 1u << bit | 1));
	}
}

TEST_F(device, bad_handle)
{
	EXPECT_EQ(-ENOENT, fcn_prep(self->fd, 0, FCN_R, 0));
	EXPECT_EQ(-ENOENT, fcn_prep(self->fd, 999, FCN_R, 0));
	EXPECT_EQ(-ENOENT, fcn_fini(self->fd, 0, FCN_R));
	EXPECT_EQ(-ENOENT, fcn_fini(self->fd, 999, FCN_R));
	EXPECT_EQ(-EFAULT, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_BO_CPU_PREP, NULL));
	EXPECT_EQ(-EFAULT, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_BO_CPU_FINI, NULL));
}

/* A reader waits for those who write, a writer for all. */
TEST_F(device, waits_for_jobs)
{
	struct fcn_bo read, written, other;
	struct fcn_job job;
	int64_t start;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &read));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &written));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &other));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 4));
	fcn_use(&job, &read, FCN_R);
	fcn_use(&job, &written, FCN_W);
	fcn_add_spin(&job, FCN_FOREVER);
	ASSERT_EQ(0, fcn_start(self->fd, &job));
	EXPECT_EQ(0, fcn_prep(self->fd, other.handle, FCN_RW, 0));
	EXPECT_EQ(0, fcn_prep(self->fd, read.handle, FCN_R, 0));
	EXPECT_EQ(-ETIME, fcn_prep(self->fd, read.handle, FCN_W, 0));
	EXPECT_EQ(-ETIME, fcn_prep(self->fd, written.handle, FCN_R, 0));
	EXPECT_EQ(-ETIME, fcn_prep(self->fd, written.handle, FCN_W, 0));
	EXPECT_EQ(-ETIME, fcn_prep(self->fd, job.cmd.handle, FCN_W, 0));
	EXPECT_EQ(0, fcn_prep(self->fd, job.cmd.handle, FCN_R, 0));

	/* Negative times have passed, too; others are waited for. */
	EXPECT_EQ(-ETIME, fcn_prep(self->fd, written.handle, FCN_R, -1));
	EXPECT_EQ(-ETIME, fcn_prep(self->fd, written.handle, FCN_R, INT64_MIN));
	start = fcn_now();
	EXPECT_EQ(-ETIME, fcn_prep(self->fd, written.handle, FCN_R, start + FCN_SEC / 5));
	EXPECT_LE(FCN_SEC / 5, fcn_now() - start);
}

TEST_F(device, returns_when_the_job_is_done)
{
	struct fcn_bo from, to;
	struct fcn_job job;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &to));
	fcn_fill(from.map, 4096, 7);
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 4));
	fcn_use(&job, &from, FCN_R);
	fcn_use(&job, &to, FCN_W);
	fcn_add_spin(&job, 50000);
	fcn_add_copy(&job, from.va, to.va, 4096);
	ASSERT_EQ(0, fcn_start(self->fd, &job));
	ASSERT_EQ(0, fcn_prep(self->fd, to.handle, FCN_R, INT64_MAX));
	EXPECT_EQ(0, fcn_syncobj_wait(self->fd, job.out, 0));
	EXPECT_TRUE(fcn_filled(to.map, 4096, 7));
}

/* A failed job counts as done. */
TEST_F(device, failed_job)
{
	struct fcn_bo bo;
	struct fcn_job job;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &bo));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 4));
	fcn_use(&job, &bo, FCN_RW);
	fcn_add(&job, 0x99, 0, 0);
	ASSERT_EQ(-EINVAL, fcn_run(self->fd, &job));
	EXPECT_EQ(0, fcn_prep(self->fd, bo.handle, FCN_RW, 0));
}

/* Runs a job without PREP and FINI around it. */
static int run_bare(int fd, struct fcn_job *job)
{
	struct drm_fcn_accel_sync out = { .handle = job->out };
	struct drm_fcn_accel_job kernel = {
		.bos = (uintptr_t)job->ref,
		.bo_count = job->n_ref,
		.out_syncs = (uintptr_t)&out,
		.out_sync_count = 1,
		.cmd_handle = job->cmd.handle,
		.cmd_count = job->n_cmd,
	};
	int err = fcn_submit(fd, &kernel, 1, 0);

	return err ? err : fcn_syncobj_wait(fd, job->out, fcn_now() + 20 * FCN_SEC);
}

/* Where PARAM_COHERENT is 1, CPU and core see each other's writes without PREP and FINI. */
TEST_F(device, coherent_is_true)
{
	struct fcn_bo from, to;
	struct fcn_job job;
	uint64_t coherent;

	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_COHERENT, &coherent));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &to));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 2));
	fcn_use(&job, &from, FCN_R);
	fcn_use(&job, &to, FCN_W);
	fcn_add_copy(&job, from.va, to.va, 4096);
	ASSERT_EQ(0, fcn_run(self->fd, &job));
	for (unsigned i = 1; i < 5; i++) {
		fcn_fill(from.map, 4096, i);
		ASSERT_EQ(0, coherent ? run_bare(self->fd, &job) : fcn_run(self->fd, &job));
		EXPECT_TRUE(fcn_filled(to.map, 4096, i)) {
			TH_LOG("coherent: %d", (int)coherent);
		}
	}
}

/*
 * FINI for writing gives what the CPU wrote to the core, PREP for reading what the core wrote to
 * the CPU.
 */
TEST_F(device, each_direction)
{
	struct fcn_bo from, to;
	struct fcn_job job;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &to));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 2));
	fcn_use(&job, &from, FCN_R);
	fcn_use(&job, &to, FCN_W);
	fcn_add_copy(&job, from.va, to.va, 4096);
	ASSERT_EQ(0, fcn_fini(self->fd, job.cmd.handle, FCN_W));
	for (unsigned i = 1; i < 5; i++) {
		ASSERT_EQ(0, fcn_prep(self->fd, from.handle, FCN_W, INT64_MAX));
		fcn_fill(from.map, 4096, i);
		ASSERT_EQ(0, fcn_fini(self->fd, from.handle, FCN_W));
		ASSERT_EQ(0, run_bare(self->fd, &job));
		ASSERT_EQ(0, fcn_prep(self->fd, to.handle, FCN_R, INT64_MAX));
		EXPECT_TRUE(fcn_filled(to.map, 4096, i));
		ASSERT_EQ(0, fcn_fini(self->fd, to.handle, FCN_R));
	}
}

FCN_MAIN
