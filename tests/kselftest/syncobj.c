// SPDX-License-Identifier: GPL-2.0
/* Syncobjs, binary and timeline, in and out; sync files. */
#include "fcn_fixture.h"

#include <linux/dma-buf.h>
#include <linux/sync_file.h>
#include <poll.h>

FIXTURE(sync) {
	int fd, blocker;
	struct fcn_job spin;		/* of the blocker: ends when it is closed */
	struct fcn_job job;
	struct fcn_bo from, to;
};

FIXTURE_SETUP(sync)
{
	self->fd = fcn_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->to));
	ASSERT_EQ(0, fcn_job_init(self->fd, &self->job, 2));
	fcn_use(&self->job, &self->from, FCN_R);
	fcn_use(&self->job, &self->to, FCN_W);
	fcn_fill(self->from.map, 4096, 1);
	fcn_add_copy(&self->job, self->from.va, self->to.va, 4096);
	self->blocker = -1;
}

FIXTURE_TEARDOWN(sync)
{
	if (self->blocker >= 0)
		fcn_job_abandon(self->blocker, &self->spin);
	close(self->fd);
}

/* The core is busy until unblock(). */
static int block(FIXTURE_DATA(sync) *self)
{
	int err;

	self->blocker = fcn_open();
	if (self->blocker < 0)
		return self->blocker;
	err = fcn_job_init(self->blocker, &self->spin, 1);
	if (err)
		return err;
	fcn_add_spin(&self->spin, FCN_FOREVER);
	return fcn_start(self->blocker, &self->spin);
}

static void unblock(FIXTURE_DATA(sync) *self)
{
	fcn_job_abandon(self->blocker, &self->spin);
	self->blocker = -1;
}

static struct drm_fcn_accel_job kernel_job(const struct fcn_job *job)
{
	return (struct drm_fcn_accel_job){
		.bos = (uintptr_t)job->ref, .bo_count = job->n_ref,
		.cmd_handle = job->cmd.handle, .cmd_count = job->n_cmd,
	};
}

static int submit(FIXTURE_DATA(sync) *self, const struct drm_fcn_accel_sync *in, uint32_t n_in,
		  const struct drm_fcn_accel_sync *out, uint32_t n_out)
{
	struct drm_fcn_accel_job kernel = kernel_job(&self->job);

	kernel.in_syncs = (uintptr_t)in;
	kernel.in_sync_count = n_in;
	kernel.out_syncs = (uintptr_t)out;
	kernel.out_sync_count = n_out;
	return fcn_submit(self->fd, &kernel, 1, 0);
}

static int wait_points(int fd, uint32_t handle, uint64_t point, int64_t timeout_ns, uint32_t flags)
{
	struct drm_syncobj_timeline_wait wait = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)&point,
		.timeout_nsec = timeout_ns,
		.count_handles = 1,
		.flags = flags,
	};

	return fcn_ioctl(fd, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &wait);
}

static int64_t soon(void)
{
	return fcn_now() + 20 * FCN_SEC;
}

TEST_F(sync, out)
{
	struct drm_fcn_accel_sync out = { 0 };

	ASSERT_EQ(0, fcn_syncobj(self->fd, 0, &out.handle));
	EXPECT_EQ(-EINVAL, fcn_syncobj_wait(self->fd, out.handle, 0));
	ASSERT_EQ(0, submit(self, NULL, 0, &out, 1));
	ASSERT_EQ(0, fcn_syncobj_wait(self->fd, out.handle, soon()));
	EXPECT_TRUE(fcn_filled(self->to.map, 4096, 1));
}

/* Not before the job is done. */
TEST_F(sync, out_waits)
{
	struct drm_fcn_accel_sync out = { 0 };

	ASSERT_EQ(0, fcn_syncobj(self->fd, DRM_SYNCOBJ_CREATE_SIGNALED, &out.handle));
	ASSERT_EQ(0, block(self));
	ASSERT_EQ(0, submit(self, NULL, 0, &out, 1));
	EXPECT_EQ(-ETIME, fcn_syncobj_wait(self->fd, out.handle, fcn_now() + FCN_SEC / 10));
	EXPECT_FALSE(fcn_filled(self->to.map, 4096, 1));
	unblock(self);
	EXPECT_EQ(0, fcn_syncobj_wait(self->fd, out.handle, soon()));
	EXPECT_TRUE(fcn_filled(self->to.map, 4096, 1));
}

TEST_F(sync, many_outs)
{
	struct drm_fcn_accel_sync out[16] = { { 0 } };

	for (int i = 0; i < 16; i++) {
		ASSERT_EQ(0, fcn_syncobj(self->fd, 0, &out[i].handle));
		out[i].point = i % 2 ? (uint64_t)i : 0;
	}
	ASSERT_EQ(0, submit(self, NULL, 0, out, 16));
	for (int i = 0; i < 16; i++)
		EXPECT_EQ(0, i % 2 ? wait_points(self->fd, out[i].handle, (uint64_t)i, soon(), 0) :
				     fcn_syncobj_wait(self->fd, out[i].handle, soon()));
}

TEST_F(sync, in_that_has_signalled)
{
	struct drm_fcn_accel_sync in = { 0 }, out = { .handle = self->job.out };

	ASSERT_EQ(0, fcn_syncobj(self->fd, DRM_SYNCOBJ_CREATE_SIGNALED, &in.handle));
	ASSERT_EQ(0, submit(self, &in, 1, &out, 1));
	EXPECT_EQ(0, fcn_syncobj_wait(self->fd, out.handle, soon()));
}

/* Nothing will ever signal it, as far as the kernel knows. */
TEST_F(sync, in_without_a_fence)
{
	struct drm_fcn_accel_sync in = { 0 };

	ASSERT_EQ(0, fcn_syncobj(self->fd, 0, &in.handle));
	EXPECT_EQ(-EINVAL, submit(self, &in, 1, NULL, 0));
	in.point = 5;
	EXPECT_EQ(-EINVAL, submit(self, &in, 1, NULL, 0));
}

TEST_F(sync, bad_in)
{
	struct drm_fcn_accel_sync in = { .handle = 999 };

	EXPECT_EQ(-ENOENT, submit(self, &in, 1, NULL, 0));
	in.handle = 0;
	EXPECT_EQ(-ENOENT, submit(self, &in, 1, NULL, 0));
	ASSERT_EQ(0, fcn_syncobj(self->fd, DRM_SYNCOBJ_CREATE_SIGNALED, &in.handle));
	for (int bit = 0; bit < 32; bit++) {
		in.flags = 1u << bit;
		EXPECT_EQ(-EINVAL, submit(self, &in, 1, NULL, 0));
	}
}

/*
 * A job of one file waits for another file's.  The core is free meanwhile, so that only the fence
 * can hold it: the first job waits for the blocker, which another test shows to be killable.
 */
TEST_F(sync, in_of_another_file)
{
	struct drm_fcn_accel_sync in = { 0 }, out = { .handle = self->job.out };
	struct drm_syncobj_handle import = {
		.flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
	};

	ASSERT_EQ(0, block(self));
	import.fd = fcn_sync_file(self->blocker, self->spin.out);
	ASSERT_LE(0, import.fd);
	EXPECT_EQ(-EINPROGRESS, fcn_sync_status(import.fd));
	ASSERT_EQ(0, fcn_syncobj(self->fd, 0, &in.handle));
	import.handle = in.handle;
	ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &import));
	ASSERT_EQ(0, submit(self, &in, 1, &out, 1));
	EXPECT_EQ(-ETIME, fcn_syncobj_wait(self->fd, out.handle, fcn_now() + FCN_SEC / 10));
	unblock(self);
	EXPECT_EQ(0, fcn_syncobj_wait(self->fd, out.handle, soon()));
	EXPECT_EQ(-ESRCH, fcn_sync_status(import.fd));
	EXPECT_TRUE(fcn_filled(self->to.map, 4096, 1));
	close(import.fd);
}

TEST_F(sync, timeline)
{
	struct drm_fcn_accel_sync in = { 0 }, out = { 0 };

	ASSERT_EQ(0, fcn_syncobj(self->fd, 0, &out.handle));
	ASSERT_EQ(0, block(self));
	for (uint64_t point = 1; point <= 5; point++) {
		out.point = point * 10;
		in = out;
		in.point = out.point - 10;
		ASSERT_EQ(0, submit(self, &in, point > 1, &out, 1));
	}
	EXPECT_EQ(-ETIME, wait_points(self->fd, out.handle, 10, fcn_now() + FCN_SEC / 10, 0));
	unblock(self);
	EXPECT_EQ(0, wait_points(self->fd, out.handle, 50, soon(), 0));
	/* A point between two is that of the next one. */
	EXPECT_EQ(0, wait_points(self->fd, out.handle, 15, 0, 0));
	EXPECT_EQ(-EINVAL, wait_points(self->fd, out.handle, 51, 0, 0));
}

/* Another driver's fence as a point of a timeline. */
static int add_point(int fd, const struct fcn_vgem_fence *fence, uint32_t timeline, uint64_t point)
{
	struct dma_buf_export_sync_file sync = { .flags = DMA_BUF_SYNC_RW };
	struct drm_syncobj_transfer move = { .dst_handle = timeline, .dst_point = point };
	struct drm_syncobj_handle import = {
		.flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
	};
	int err = fcn_ioctl(fence->dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &sync);

	if (!err)
		err = fcn_syncobj(fd, 0, &import.handle);
	if (err)
		return err;
	import.fd = sync.fd;
	err = fcn_ioctl(fd, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &import);
	close(sync.fd);
	move.src_handle = import.handle;
	return err ? err : fcn_ioctl(fd, DRM_IOCTL_SYNCOBJ_TRANSFER, &move);
}

/*
 * A job waits for its own point, not for a later one that is not there yet; and for that if told
 * so.
 */
TEST_F(sync, point_before_the_last)
{
	struct drm_fcn_accel_sync point = { .point = 10 }, out = { 0 };
	int vgem = fcn_vgem_open();
	struct fcn_vgem_fence fence;

	if (vgem < 0)
		SKIP(return, "no vgem device");
	ASSERT_EQ(0, fcn_syncobj(self->fd, 0, &point.handle));
	ASSERT_EQ(0, fcn_syncobj(self->fd, 0, &out.handle));
	ASSERT_EQ(0, submit(self, NULL, 0, &point, 1));
	ASSERT_EQ(0, fcn_vgem_attach(vgem, &fence));
	ASSERT_EQ(0, add_point(self->fd, &fence, point.handle, 20));
	ASSERT_EQ(0, submit(self, &point, 1, &out, 1));
	EXPECT_EQ(0, fcn_syncobj_wait(self->fd, out.handle, fcn_now() + 5 * FCN_SEC));
	point.point = 20;
	ASSERT_EQ(0, submit(self, &point, 1, &out, 1));
	EXPECT_EQ(-ETIME, fcn_syncobj_wait(self->fd, out.handle, fcn_now() + FCN_SEC / 10));
	ASSERT_EQ(0, fcn_vgem_signal(&fence));
	EXPECT_EQ(0, fcn_syncobj_wait(self->fd, out.handle, soon()));
	close(vgem);
}

TEST_F(sync, timeline_wait_before_submit)
{
	struct drm_fcn_accel_sync out = { .point = 7 };
	int status;
	pid_t pid;

	ASSERT_EQ(0, fcn_syncobj(self->fd, 0, &out.handle));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(wait_points(self->fd, out.handle, 7, soon(),
				  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT) ? 1 : 0);
	fcn_sleep_ms(50);
	ASSERT_EQ(0, submit(self, NULL, 0, &out, 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

/* in and out may be the same syncobj. */
TEST_F(sync, chain_through_one)
{
	struct drm_fcn_accel_sync s = { 0 };

	ASSERT_EQ(0, fcn_syncobj(self->fd, DRM_SYNCOBJ_CREATE_SIGNALED, &s.handle));
	for (int i = 0; i < 10; i++)
		ASSERT_EQ(0, submit(self, &s, 1, &s, 1));
	EXPECT_EQ(0, fcn_syncobj_wait(self->fd, s.handle, soon()));
}

TEST_F(sync, sync_file_polls)
{
	struct pollfd p = { .events = POLLIN };
	struct drm_fcn_accel_sync out = { .handle = self->job.out };

	ASSERT_EQ(0, block(self));
	ASSERT_EQ(0, submit(self, NULL, 0, &out, 1));
	p.fd = fcn_sync_file(self->fd, out.handle);
	ASSERT_LE(0, p.fd);
	EXPECT_EQ(0, poll(&p, 1, 50));
	unblock(self);
	EXPECT_EQ(1, poll(&p, 1, 20000));
	EXPECT_EQ(0, fcn_sync_status(p.fd));
	close(p.fd);
}

/* Whose fence it is, for people who look for what hangs: the scheduler's, which has the driver's name. */
TEST_F(sync, sync_file_says_whose)
{
	struct sync_fence_info fence = { .flags = 0 };
	struct sync_file_info info = { .num_fences = 1, .sync_fence_info = (uintptr_t)&fence };
	struct drm_fcn_accel_sync out = { .handle = self->job.out };
	int file;

	ASSERT_EQ(0, block(self));
	ASSERT_EQ(0, submit(self, NULL, 0, &out, 1));
	file = fcn_sync_file(self->fd, out.handle);
	ASSERT_LE(0, file);
	ASSERT_EQ(0, fcn_ioctl(file, SYNC_IOC_FILE_INFO, &info));
	EXPECT_EQ(1, info.num_fences);
	EXPECT_STREQ("fcn_accel", fence.obj_name);
	EXPECT_EQ(0, fence.status);
	close(file);
}

/* The fence says how the job ended, to whoever holds it, also when its file is gone. */
TEST_F(sync, sync_file_outlives_the_file)
{
	int fd = fcn_open(), file;
	struct fcn_job job;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fcn_job_init(fd, &job, 1));
	ASSERT_EQ(0, fcn_run(fd, &job));
	file = fcn_sync_file(fd, job.out);
	ASSERT_LE(0, file);
	close(fd);
	EXPECT_EQ(0, fcn_sync_status(file));
	close(file);
}

/* What is destroyed while a job is to signal it: the job does not mind. */
TEST_F(sync, destroyed_while_queued)
{
	struct drm_fcn_accel_sync out = { 0 };

	ASSERT_EQ(0, fcn_syncobj(self->fd, 0, &out.handle));
	ASSERT_EQ(0, block(self));
	ASSERT_EQ(0, submit(self, &out, 0, &out, 1));
	ASSERT_EQ(0, fcn_syncobj_destroy(self->fd, out.handle));
	unblock(self);
	EXPECT_EQ(0, fcn_prep(self->fd, self->to.handle, FCN_R, soon()));
	EXPECT_TRUE(fcn_filled(self->to.map, 4096, 1));
}

FCN_MAIN
