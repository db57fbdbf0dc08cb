// SPDX-License-Identifier: GPL-2.0
/* SUBMIT: every field's valid and invalid values.  What is refused has done nothing. */
#include "fcn_fixture.h"

#define NOWHERE UINT64_C(0x10)		/* a page that no process has */

FIXTURE(submit) {
	int fd;
	struct fcn_job job;		/* a copy of a page */
	struct fcn_bo from, to;
	struct drm_fcn_accel_sync out;
	struct drm_fcn_accel_job kernel;
};

FIXTURE_SETUP(submit)
{
	self->fd = fcn_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->to));
	ASSERT_EQ(0, fcn_job_init(self->fd, &self->job, 64));
	fcn_use(&self->job, &self->from, FCN_R);
	fcn_use(&self->job, &self->to, FCN_W);
	fcn_fill(self->from.map, 4096, 1);
	fcn_add_copy(&self->job, self->from.va, self->to.va, 4096);
	self->out.handle = self->job.out;
	self->kernel = (struct drm_fcn_accel_job){
		.bos = (uintptr_t)self->job.ref,
		.bo_count = self->job.n_ref,
		.out_syncs = (uintptr_t)&self->out,
		.out_sync_count = 1,
		.cmd_handle = self->job.cmd.handle,
		.cmd_count = self->job.n_cmd,
	};
}

FIXTURE_TEARDOWN(submit)
{
	struct fcn_job end;
	bool late;

	/* Nothing was left behind: a job still runs. */
	EXPECT_EQ(0, fcn_submit(self->fd, &self->kernel, 1, 0));
	EXPECT_EQ(0, fcn_finish(self->fd, &self->job, 20, &late));
	EXPECT_TRUE(fcn_filled(self->to.map, 4096, 1));
	EXPECT_EQ(0, fcn_job_init(self->fd, &end, 1));
	EXPECT_EQ(0, fcn_run(self->fd, &end));
	close(self->fd);
}

/* Submits a changed copy of the job: expected is err, and that nothing ran. */
#define EXPECT_REFUSED(err, change)						\
	do {									\
		struct drm_fcn_accel_job changed = self->kernel;		\
		change;								\
		EXPECT_EQ(err, fcn_submit(self->fd, &changed, 1, 0))		\
			TH_LOG("%s", #change);					\
	} while (0)

TEST_F(submit, valid)
{
	bool late;

	ASSERT_EQ(0, fcn_submit(self->fd, &self->kernel, 1, 0));
	EXPECT_EQ(0, fcn_finish(self->fd, &self->job, 20, &late));
	EXPECT_TRUE(fcn_filled(self->to.map, 4096, 1));
}

TEST_F(submit, reserved_fields)
{
	for (int bit = 0; bit < 32; bit++) {
		EXPECT_REFUSED(-EINVAL, changed.flags = 1u << bit);
		EXPECT_REFUSED(-EINVAL, changed.pad = 1u << bit);
		self->out.flags = 1u << bit;
		EXPECT_REFUSED(-EINVAL, (void)0);
		self->out.flags = 0;
	}
}

TEST_F(submit, call)
{
	struct drm_fcn_accel_submit s = {
		.jobs = (uintptr_t)&self->kernel, .job_count = 1,
		.job_size = sizeof(self->kernel),
	};

	for (int bit = 0; bit < 32; bit++) {
		s.flags = 1u << bit;
		EXPECT_EQ(-EINVAL, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
	}
	s.flags = 0;
	s.job_count = 0;
	EXPECT_EQ(-EINVAL, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
	s.job_count = 1;
	s.job_size = 0;
	EXPECT_EQ(-EINVAL, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
	s.job_size = sizeof(self->kernel);
	s.priority = DRM_FCN_ACCEL_PRIORITY_HIGH + 1;
	EXPECT_EQ(-EINVAL, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
	s.priority = UINT32_MAX;
	EXPECT_EQ(-EINVAL, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
	EXPECT_EQ(-EFAULT, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, NULL));
}

TEST_F(submit, too_many_jobs)
{
	struct drm_fcn_accel_submit s = { .jobs = (uintptr_t)&self->kernel,
					  .job_size = sizeof(self->kernel) };
	uint64_t limit;

	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_FILE_JOB_LIMIT, &limit));
	s.job_count = (uint32_t)limit + 1;
	EXPECT_EQ(-ENOSPC, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
	s.job_count = UINT32_MAX;
	EXPECT_EQ(-ENOSPC, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
}

/* A caller of another age: what it lacks is 0, what the driver does not know must be 0. */
TEST_F(submit, job_size)
{
	struct {
		struct drm_fcn_accel_job job;
		uint64_t more[8];
	} longer = { .job = self->kernel };
	struct drm_fcn_accel_submit s = {
		.jobs = (uintptr_t)&longer, .job_count = 1, .job_size = sizeof(longer),
	};
	bool late;

	ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
	EXPECT_EQ(0, fcn_finish(self->fd, &self->job, 20, &late));
	longer.more[7] = 1;
	EXPECT_EQ(-E2BIG, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
	longer.more[7] = 0;
	longer.more[0] = UINT64_C(1) << 63;
	EXPECT_EQ(-E2BIG, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
	s.job_size = UINT32_MAX;
	EXPECT_GT(0, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));

	/* Without the fields behind cmd_count: there is no record. */
	s.job_size = offsetof(struct drm_fcn_accel_job, perf_handle);
	longer.job.perf_handle = 77777;
	ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
	EXPECT_EQ(0, fcn_finish(self->fd, &self->job, 20, &late));
}

TEST_F(submit, two_jobs_in_a_longer_stride)
{
	struct {
		struct drm_fcn_accel_job job;
		uint64_t more;
	} two[2] = { { self->kernel, 0 }, { self->kernel, 0 } };
	struct drm_fcn_accel_submit s = {
		.jobs = (uintptr_t)two, .job_count = 2, .job_size = sizeof(two[0]),
	};
	bool late;

	ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
	EXPECT_EQ(0, fcn_finish(self->fd, &self->job, 20, &late));
}

TEST_F(submit, all_or_nothing)
{
	struct drm_fcn_accel_job two[2] = { self->kernel, self->kernel };

	two[1].flags = 1;
	EXPECT_EQ(-EINVAL, fcn_submit(self->fd, two, 2, 0));
	EXPECT_EQ(-EINVAL, fcn_syncobj_wait(self->fd, self->out.handle, 0));
	two[1].flags = 0;
	two[1].cmd_handle = 999;
	EXPECT_EQ(-ENOENT, fcn_submit(self->fd, two, 2, 0));
	EXPECT_EQ(-EINVAL, fcn_syncobj_wait(self->fd, self->out.handle, 0));
	EXPECT_EQ(0, fcn_prep(self->fd, self->to.handle, FCN_RW, 0));
	EXPECT_FALSE(fcn_filled(self->to.map, 4096, 1));
}

TEST_F(submit, handles)
{
	self->job.ref[1].handle = 0;
	EXPECT_REFUSED(-ENOENT, (void)0);
	self->job.ref[1].handle = 999;
	EXPECT_REFUSED(-ENOENT, (void)0);
	self->job.ref[1].handle = self->to.handle;
	EXPECT_REFUSED(-ENOENT, changed.cmd_handle = 0);
	EXPECT_REFUSED(-ENOENT, changed.cmd_handle = 999);
	EXPECT_REFUSED(-ENOENT, changed.perf_handle = 999);
	self->out.handle = 0;
	EXPECT_REFUSED(-ENOENT, (void)0);
	self->out.handle = 999;
	EXPECT_REFUSED(-ENOENT, (void)0);
	self->out.handle = self->job.out;
}

TEST_F(submit, access)
{
	self->job.ref[0].access = 0;
	EXPECT_REFUSED(-EINVAL, (void)0);
	for (int bit = 2; bit < 32; bit++) {
		self->job.ref[0].access = 1u << bit | FCN_R;
		EXPECT_REFUSED(-EINVAL, (void)0);
	}
	self->job.ref[0].access = FCN_R;
}

TEST_F(submit, pointers)
{
	struct drm_fcn_accel_submit s = { .jobs = NOWHERE, .job_count = 1,
					  .job_size = sizeof(self->kernel) };

	EXPECT_EQ(-EFAULT, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
	s.jobs = UINT64_MAX - 63;
	EXPECT_EQ(-EFAULT, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_SUBMIT, &s));
	EXPECT_REFUSED(-EFAULT, changed.bos = NOWHERE);
	EXPECT_REFUSED(-EFAULT, changed.bos = UINT64_MAX - 7);
	EXPECT_REFUSED(-EFAULT, changed.out_syncs = NOWHERE);
	EXPECT_REFUSED(-EFAULT, changed.in_sync_count = 1; changed.in_syncs = NOWHERE);
	EXPECT_REFUSED(-EFAULT, changed.in_sync_count = 1; changed.in_syncs = 0);
}

TEST_F(submit, counts)
{
	EXPECT_REFUSED(-EINVAL, changed.bo_count = 65537);
	EXPECT_REFUSED(-EINVAL, changed.bo_count = UINT32_MAX);
	EXPECT_REFUSED(-EINVAL, changed.in_sync_count = 1025);
	EXPECT_REFUSED(-EINVAL, changed.in_sync_count = UINT32_MAX);
	EXPECT_REFUSED(-EINVAL, changed.out_sync_count = 1025);
	EXPECT_REFUSED(-EINVAL, changed.out_sync_count = UINT32_MAX);
}

TEST_F(submit, as_many_as_allowed)
{
	struct drm_fcn_accel_bo_ref *ref = calloc(65536, sizeof(*ref));
	struct drm_fcn_accel_sync *sync = calloc(1024, sizeof(*sync));
	struct drm_fcn_accel_job job = self->kernel;
	bool late;

	ASSERT_NE(NULL, ref);
	ASSERT_NE(NULL, sync);
	for (int i = 0; i < 65536; i++)
		ref[i] = self->job.ref[i & 1];
	for (int i = 0; i < 1024; i++)
		sync[i].handle = self->job.out;
	job.bos = (uintptr_t)ref;
	job.bo_count = 65536;
	job.out_syncs = (uintptr_t)sync;
	job.out_sync_count = 1024;
	ASSERT_EQ(0, fcn_submit(self->fd, &job, 1, 0));
	EXPECT_EQ(0, fcn_finish(self->fd, &self->job, 20, &late));
	free(ref);
	free(sync);
}

TEST_F(submit, commands)
{
	EXPECT_REFUSED(-EINVAL, changed.cmd_offset = 1);
	EXPECT_REFUSED(-EINVAL, changed.cmd_offset = 32);
	EXPECT_REFUSED(-EINVAL, changed.cmd_offset = 4096);
	EXPECT_REFUSED(-EINVAL, changed.cmd_offset = 4096 - 64);
	EXPECT_REFUSED(-EINVAL, changed.cmd_offset = 8192);
	EXPECT_REFUSED(-EINVAL, changed.cmd_offset = 0xffffffc0);
	EXPECT_REFUSED(-EINVAL, changed.cmd_count = 65);
	EXPECT_REFUSED(-EINVAL, changed.cmd_count = 1u << 24);
	EXPECT_REFUSED(-EINVAL, changed.cmd_count = UINT32_MAX);
	/* 64 bytes * 2^26 and an offset wrap to few. */
	EXPECT_REFUSED(-EINVAL, changed.cmd_count = 1u << 26; changed.cmd_offset = 64);
}

TEST_F(submit, record)
{
	struct fcn_bo perf;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &perf));
	EXPECT_REFUSED(-EINVAL, changed.perf_offset = 128);
	for (uint32_t off = 1; off < 128; off *= 2)
		EXPECT_REFUSED(-EINVAL, changed.perf_handle = perf.handle;
			       changed.perf_offset = off);
	EXPECT_REFUSED(-EINVAL, changed.perf_handle = perf.handle; changed.perf_offset = 4096);
	EXPECT_REFUSED(-EINVAL, changed.perf_handle = perf.handle;
		       changed.perf_offset = 0xffffff80);
}

/* Duplicates, none at all, and the commands' own buffer object among them. */
TEST_F(submit, lists_that_are_allowed)
{
	struct drm_fcn_accel_bo_ref ref[5] = {
		self->job.ref[0], self->job.ref[1], self->job.ref[0],
		{ self->job.ref[0].handle, FCN_W }, { self->job.cmd.handle, FCN_RW },
	};
	struct drm_fcn_accel_job job = self->kernel;
	bool late;

	job.bos = (uintptr_t)ref;
	job.bo_count = 5;
	ASSERT_EQ(0, fcn_submit(self->fd, &job, 1, 0));
	EXPECT_EQ(0, fcn_finish(self->fd, &self->job, 20, &late));
	job.bos = NOWHERE;
	job.bo_count = 0;
	ASSERT_EQ(0, fcn_submit(self->fd, &job, 1, 0));
	EXPECT_EQ(0, fcn_finish(self->fd, &self->job, 20, &late));
	job.out_syncs = NOWHERE;
	job.out_sync_count = 0;
	ASSERT_EQ(0, fcn_submit(self->fd, &job, 1, 0));
	/* It named no buffer object, but its commands. */
	EXPECT_EQ(0, fcn_prep(self->fd, job.cmd_handle, FCN_W, fcn_now() + 20 * FCN_SEC));
}

FCN_MAIN
