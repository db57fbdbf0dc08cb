// SPDX-License-Identifier: GPL-2.0
/* Processes that die with jobs queued and running. */
#include "fcn_fixture.h"

FCN_DEVICE_FIXTURE

/* Holds the core for ever, with more jobs and memory behind it; says so, and waits to be killed. */
static void be_killed(int pipe, int jobs)
{
	int fd = fcn_open();
	struct fcn_job job, next;
	struct fcn_bo bo;

	if (fd < 0 || fcn_bo_create(fd, 1 << 20, 0, &bo) || fcn_job_init(fd, &job, 2) ||
	    fcn_job_init(fd, &next, 2))
		_exit(1);
	fcn_fill(bo.map, bo.size, 1);
	fcn_use(&job, &bo, FCN_RW);
	fcn_use(&next, &bo, FCN_RW);
	fcn_add_spin(&job, FCN_FOREVER);
	fcn_add_copy(&next, bo.va, bo.va + 65536, 32768);
	if (fcn_start(fd, &job))
		_exit(1);
	for (int i = 0; i < jobs; i++)
		if (fcn_start(fd, &next))
			_exit(1);
	if (write(pipe, "x", 1) != 1)
		_exit(1);
	pause();
	_exit(1);
}

static pid_t start(int jobs)
{
	int end[2];
	pid_t pid;
	char c;

	if (pipe(end))
		return -1;
	pid = fork();
	if (!pid) {
		close(end[0]);
		be_killed(end[1], jobs);
	}
	close(end[1]);
	if (pid > 0 && read(end[0], &c, 1) != 1) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	close(end[0]);
	return pid;
}

TEST_F_TIMEOUT(device, in_mid_job, 60)
{
	struct fcn_bo from, to;
	struct fcn_job job;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &to));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 2));
	fcn_use(&job, &from, FCN_R);
	fcn_use(&job, &to, FCN_W);
	fcn_add_copy(&job, from.va, to.va, 4096);
	for (int i = 0; i < 20; i++) {
		pid_t pid = start(i % 5);
		int status;

		ASSERT_LT(0, pid);
		fcn_fill(from.map, 4096, (unsigned)i);
		ASSERT_EQ(0, fcn_start(self->fd, &job));
		if (i % 2)
			fcn_sleep_ms(20);
		ASSERT_EQ(0, kill(pid, SIGKILL));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
		ASSERT_EQ(0, fcn_prep(self->fd, to.handle, FCN_R, fcn_now() + 20 * FCN_SEC));
		EXPECT_TRUE(fcn_filled(to.map, 4096, (unsigned)i));
	}
}

static long shared_kib(void)
{
	char text[8192], *at;

	if (fcn_read_file("/proc/meminfo", text, sizeof(text)))
		return -1;
	at = strstr(text, "\nShmem:");
	return at ? strtol(at + 7, NULL, 10) : -1;
}

/* 20 times a MiB: it must come back.  Other processes may have moved some of the rest. */
TEST_F_TIMEOUT(device, memory_comes_back, 60)
{
	long before, after;

	before = shared_kib();
	ASSERT_LE(0, before);
	for (int i = 0; i < 20; i++) {
		pid_t pid = start(2);

		ASSERT_LT(0, pid);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	for (int i = 0; i < 50 * fcn_slow(); i++) {
		after = shared_kib();
		if (after < before + 4096)
			break;
		fcn_sleep_ms(100);
	}
	EXPECT_GT(before + 4096, after);
}

/* Two at once: the second one's job waits behind the first one's when both die. */
TEST_F_TIMEOUT(device, two_at_once, 60)
{
	struct fcn_job job;

	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	for (int i = 0; i < 10; i++) {
		pid_t a = start(3), b = start(3);

		ASSERT_LT(0, a);
		ASSERT_LT(0, b);
		kill(i % 2 ? a : b, SIGKILL);
		kill(i % 2 ? b : a, SIGKILL);
		waitpid(a, NULL, 0);
		waitpid(b, NULL, 0);
		ASSERT_EQ(0, fcn_run(self->fd, &job));
	}
}

#define LONG_JOBS 32
#define LONG_REFS 65536
#define LONG_SYNCS 1024

/*
 * Submits what takes minutes: each of many references to a buffer object that is in use is compared with each of
 * the fences that a job waits for already.
 */
static void submit_long(int pipe)
{
	struct drm_fcn_accel_bo_ref *ref = calloc(LONG_REFS, sizeof(*ref));
	struct drm_fcn_accel_sync *sync = calloc(LONG_SYNCS, sizeof(*sync));
	struct drm_fcn_accel_job job[LONG_JOBS];
	uint64_t point = 1;
	struct fcn_job spin;
	struct fcn_bo bo;
	int fd = fcn_open();

	if (fd < 0 || !ref || !sync || fcn_bo_create(fd, 4096, 0, &bo) || fcn_job_init(fd, &spin, 1))
		_exit(1);
	fcn_use(&spin, &bo, FCN_RW);
	fcn_add_spin(&spin, FCN_FOREVER);
	if (fcn_start(fd, &spin))
		_exit(1);
	for (int i = 0; i < LONG_SYNCS; i++) {
		struct drm_syncobj_timeline_array signal = {
			.handles = (uintptr_t)&sync[i].handle,
			.points = (uintptr_t)&point,
			.count_handles = 1,
		};

		if (fcn_syncobj(fd, 0, &sync[i].handle) ||
		    fcn_ioctl(fd, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, &signal))
			_exit(1);
		sync[i].point = point;
	}
	for (int i = 0; i < LONG_REFS; i++)
		ref[i] = (struct drm_fcn_accel_bo_ref){ bo.handle, FCN_RW };
	for (int i = 0; i < LONG_JOBS; i++)
		job[i] = (struct drm_fcn_accel_job){
			.bos = (uintptr_t)ref,
			.bo_count = LONG_REFS,
			.in_syncs = (uintptr_t)sync,
			.in_sync_count = LONG_SYNCS,
			.cmd_handle = spin.cmd.handle,
		};
	if (write(pipe, "x", 1) != 1)
		_exit(1);
	fcn_submit(fd, job, LONG_JOBS, 0);
	_exit(2);
}

TEST_F_TIMEOUT(device, in_submit, 100)
{
	int64_t end;
	int status, ends[2];
	pid_t pid;
	char c;

	ASSERT_EQ(0, pipe(ends));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		submit_long(ends[1]);
	close(ends[1]);
	ASSERT_EQ(1, read(ends[0], &c, 1));
	close(ends[0]);
	fcn_sleep_ms(500);
	EXPECT_EQ(0, waitpid(pid, &status, WNOHANG)) {
		TH_LOG("SUBMIT was not in the middle of it");
	}
	kill(pid, SIGKILL);
	end = fcn_now() + 10 * fcn_slow() * FCN_SEC;
	while (!waitpid(pid, &status, WNOHANG)) {
		ASSERT_GT(end, fcn_now()) {
			TH_LOG("it goes on behind its kill");
		}
		fcn_sleep_ms(10);
	}
	EXPECT_TRUE(WIFSIGNALED(status));
}

FCN_MAIN
