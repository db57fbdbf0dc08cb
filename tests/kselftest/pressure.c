// SPDX-License-Identifier: GPL-2.0
/*
 * Memory gets short: buffers are refused cleanly, jobs go on.  Something is left for the system, so
 * that the kernel kills nobody.
 */
#include "fcn_fixture.h"

#define LEAVE_KIB (64 << 10)
#define CHUNK (4u << 20)

FCN_DEVICE_FIXTURE

static long available_kib(void)
{
	char text[8192], *at;

	if (fcn_read_file("/proc/meminfo", text, sizeof(text)))
		return -1;
	at = strstr(text, "\nMemAvailable:");
	return at ? strtol(at + 14, NULL, 10) : -1;
}

/* Takes memory that nothing can be done about until little is left; lives until it is killed. */
static void eat(int pipe, long leave)
{
	while (available_kib() > leave + (long)(CHUNK >> 10)) {
		void *p = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		if (p == MAP_FAILED)
			break;
	}
	if (write(pipe, "x", 1) != 1)
		_exit(1);
	pause();
	_exit(0);
}

static pid_t start_eater(long leave)
{
	int end[2];
	pid_t pid;
	char c;

	if (pipe(end))
		return -1;
	pid = fork();
	if (!pid)
		eat(end[1], leave);
	close(end[1]);
	if (pid > 0 && read(end[0], &c, 1) != 1)
		pid = -1;
	close(end[0]);
	return pid;
}

TEST_F_TIMEOUT(device, little_is_left, 60)
{
	struct fcn_bo from, to, more;
	struct fcn_job job;
	pid_t eater;
	int status;

	if (available_kib() > 4 << 20)
		SKIP(return, "too much memory to fill");
	ASSERT_EQ(0, fcn_bo_create(self->fd, 65536, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 65536, 0, &to));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 8));
	fcn_use(&job, &from, FCN_R);
	fcn_use(&job, &to, FCN_W);
	fcn_add_copy(&job, from.va, to.va, 32768);
	eater = start_eater(LEAVE_KIB);
	ASSERT_LT(0, eater);
	for (unsigned i = 0; i < 30; i++) {
		int err = fcn_bo_create(self->fd, CHUNK / 4, 0, &more);

		EXPECT_TRUE(err == 0 || err == -ENOMEM);
		fcn_fill(from.map, 32768, i);
		ASSERT_EQ(0, fcn_run(self->fd, &job));
		EXPECT_TRUE(fcn_filled(to.map, 32768, i));
		if (!err) {
			memset(more.map, 1, more.size);
			EXPECT_EQ(0, fcn_bo_close(self->fd, &more));
		}
	}
	kill(eater, SIGKILL);
	waitpid(eater, &status, 0);
}

/* Buffers themselves fill the memory, up to the file's limit or nearly all there is. */
TEST_F_TIMEOUT(device, buffers_fill_it, 60)
{
	long before = available_kib();
	struct drm_fcn_accel_bo_create create;
	struct fcn_job job;
	int err = 0;

	if (before > 4 << 20)
		SKIP(return, "too much memory to fill");
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	while (!err && available_kib() > LEAVE_KIB * 2) {
		create = (struct drm_fcn_accel_bo_create){ .size = CHUNK };
		err = fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_BO_CREATE, &create);
		EXPECT_TRUE(err == 0 || err == -ENOMEM);
		ASSERT_EQ(0, fcn_run(self->fd, &job));
	}
	/* The mapping holds the file, too. */
	fcn_bo_unmap(&job.cmd);
	close(self->fd);
	for (int i = 0; i < 50 * fcn_slow() && available_kib() < before - (32 << 10); i++)
		fcn_sleep_ms(100);
	EXPECT_LT(before - (32 << 10), available_kib());
	self->fd = fcn_open();
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	EXPECT_EQ(0, fcn_run(self->fd, &job));
}

FCN_MAIN
