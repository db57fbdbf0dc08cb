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

FCN_MAIN
