// SPDX-License-Identifier: GPL-2.0
/* Fences from process to process: explicit ones by sync file, implicit ones by a shared dma-buf. */
#include "fcn_fixture.h"

#include <poll.h>
#include <sys/socket.h>

/* Descriptors over a socket. */
static int send_fds(int socket, const int *fds, int n)
{
	char control[CMSG_SPACE(4 * sizeof(int))] = "", byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = CMSG_SPACE((size_t)n * sizeof(int)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN((size_t)n * sizeof(int));
	memcpy(CMSG_DATA(c), fds, (size_t)n * sizeof(int));
	return sendmsg(socket, &msg, 0) == 1 ? 0 : -errno;
}

static int receive_fds(int socket, int *fds, int n)
{
	char control[CMSG_SPACE(4 * sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };

	if (recvmsg(socket, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		return -EPIPE;
	memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&msg)), (size_t)n * sizeof(int));
	return 0;
}

/*
 * The producer: a job that takes long, then fills a buffer.  Sends the buffer and the job's fence,
 * then lives on until the other end is closed.
 */
static void produce(int socket, uint64_t cycles, bool fault)
{
	int fd = fcn_open(), fds[2];
	struct fcn_bo from, shared;
	struct fcn_job job;
	char c;

	if (fd < 0 || fcn_bo_create(fd, 4096, 0, &from) || fcn_bo_create(fd, 4096, 0, &shared) ||
	    fcn_job_init(fd, &job, 4))
		_exit(1);
	fcn_fill(from.map, 4096, 21);
	fcn_use(&job, &from, FCN_R);
	fcn_use(&job, &shared, FCN_W);
	fcn_add_spin(&job, cycles);
	/* The copy waits for the array: a token from CONV. */
	fcn_cmd_set_signal((struct fcn_cmd *)(void *)job.cmd.map, 1u << FCN_ENG_LOAD);
	fcn_add_copy(&job, fault ? 0 : from.va, shared.va, 4096);
	fcn_cmd_set_wait((struct fcn_cmd *)(void *)job.cmd.map + 1, 1u << FCN_ENG_CONV);
	if (fcn_start(fd, &job))
		_exit(2);
	fds[0] = fcn_export(fd, shared.handle);
	fds[1] = fcn_sync_file(fd, job.out);
	if (fds[0] < 0 || fds[1] < 0 || send_fds(socket, fds, 2))
		_exit(3);
	while (read(socket, &c, 1) > 0)
		;
	_exit(0);
}

FIXTURE(process) {
	pid_t pid;
	int fd, socket, dmabuf, fence;
	struct fcn_bo shared, to;
	struct fcn_job job;
};

FIXTURE_VARIANT(process) {
	bool fault;
};

FIXTURE_VARIANT_ADD(process, good) {
	.fault = false,
};

FIXTURE_VARIANT_ADD(process, fault) {
	.fault = true,
};

FIXTURE_SETUP(process)
{
	int pair[2], fds[2];
	uint32_t handle;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	self->pid = fork();
	ASSERT_LE(0, self->pid);
	if (!self->pid) {
		close(pair[0]);
		produce(pair[1], 100000, variant->fault);
	}
	close(pair[1]);
	self->socket = pair[0];
	ASSERT_EQ(0, receive_fds(self->socket, fds, 2));
	self->dmabuf = fds[0];
	self->fence = fds[1];
	self->fd = fcn_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, fcn_import(self->fd, self->dmabuf, &handle));
	ASSERT_EQ(0, fcn_bo_info(self->fd, handle, &self->shared));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->to));
	ASSERT_EQ(0, fcn_job_init(self->fd, &self->job, 2));
	fcn_add_copy(&self->job, self->shared.va, self->to.va, 4096);
}

FIXTURE_TEARDOWN(process)
{
	int status;

	close(self->socket);
	EXPECT_EQ(self->pid, waitpid(self->pid, &status, 0));
	EXPECT_EQ(0, status);
	close(self->dmabuf);
	close(self->fence);
	close(self->fd);
}

/* The job names the shared buffer, so it runs behind the one that fills it. */
TEST_F(process, implicit)
{
	fcn_use(&self->job, &self->shared, FCN_R);
	fcn_use(&self->job, &self->to, FCN_W);
	ASSERT_EQ(0, fcn_run(self->fd, &self->job));
	EXPECT_EQ(variant->fault ? -EFAULT : 0, fcn_sync_status(self->fence));
	EXPECT_EQ(!variant->fault, fcn_filled(self->to.map, 4096, 21));
}

TEST_F(process, cpu_access_waits)
{
	ASSERT_EQ(0, fcn_prep(self->fd, self->shared.handle, FCN_R, INT64_MAX));
	EXPECT_EQ(variant->fault ? -EFAULT : 0, fcn_sync_status(self->fence));
}

TEST_F(process, dmabuf_polls)
{
	struct pollfd p = { .fd = self->dmabuf, .events = POLLIN };

	ASSERT_EQ(1, poll(&p, 1, 25000));
	EXPECT_EQ(variant->fault ? -EFAULT : 0, fcn_sync_status(self->fence));
}

TEST_F(process, explicit)
{
	struct drm_fcn_accel_sync in = { 0 }, out = { .handle = self->job.out };
	struct drm_syncobj_handle import = {
		.flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE, .fd = self->fence,
	};
	struct drm_fcn_accel_job kernel = {
		.in_syncs = (uintptr_t)&in, .in_sync_count = 1,
		.out_syncs = (uintptr_t)&out, .out_sync_count = 1,
		.cmd_handle = self->job.cmd.handle, .cmd_count = self->job.n_cmd,
	};
	bool late;

	ASSERT_EQ(0, fcn_syncobj(self->fd, 0, &in.handle));
	import.handle = in.handle;
	ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &import));
	ASSERT_EQ(0, fcn_submit(self->fd, &kernel, 1, 0));
	ASSERT_EQ(0, fcn_finish(self->fd, &self->job, 25, &late));
	EXPECT_EQ(!variant->fault, fcn_filled(self->to.map, 4096, 21));
}

/* The producer dies with its job running: whoever waits is told, and waits no longer. */
TEST_F(process, producer_is_killed)
{
	struct pollfd p = { .fd = self->fence, .events = POLLIN };
	int status, end;

	ASSERT_EQ(0, kill(self->pid, SIGKILL));
	ASSERT_EQ(self->pid, waitpid(self->pid, &status, 0));
	self->pid = fork();
	if (!self->pid)
		_exit(0);
	ASSERT_EQ(1, poll(&p, 1, 25000));
	end = fcn_sync_status(self->fence);
	EXPECT_TRUE(end == -ESRCH || end == 0 || end == -EFAULT) {
		TH_LOG("the fence's error is %d", end);
	}
	fcn_use(&self->job, &self->shared, FCN_R);
	EXPECT_EQ(0, fcn_run(self->fd, &self->job));
}

FCN_MAIN
