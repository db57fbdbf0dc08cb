// SPDX-License-Identifier: GPL-2.0
/*
 * The module is unloaded and loaded again, 100 times; and not while somebody needs it.
 * $FCN_ACCEL_KO: the module's file; without it, modprobe.
 */
#include "fcn_fixture.h"

#include <sys/syscall.h>

#define TURNS 100

FIXTURE(module) {
	int unused;
};

FIXTURE_SETUP(module)
{
	int fd, err;

	if (geteuid())
		SKIP(return, "needs to be root");
	if (access("/sys/module/fcn_accel/refcnt", R_OK))
		SKIP(return, "the driver is no module");
	fd = fcn_open_wait(10);
	ASSERT_LE(0, fd);
	err = syscall(SYS_delete_module, "fcn_accel", O_NONBLOCK) ? -errno : 0;
	close(fd);
	/* Not with a file open. */
	ASSERT_TRUE(err == -EBUSY || err == -EAGAIN) {
		TH_LOG("unloading with a file open gave %d", err);
	}
}

FIXTURE_TEARDOWN(module)
{
	int fd = fcn_open_wait(10);

	EXPECT_LE(0, fd);
	close(fd);
}

static int load(void)
{
	const char *file = getenv("FCN_ACCEL_KO");
	int fd, err = 0;

	if (!file)
		return system("modprobe fcn_accel") ? -ENOEXEC : 0;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		err = -errno;
	close(fd);
	return err;
}

/* What was closed may need a moment until the module is free. */
static int unload(void)
{
	int64_t end = fcn_now() + 5 * fcn_slow() * FCN_SEC;

	while (syscall(SYS_delete_module, "fcn_accel", O_NONBLOCK)) {
		if ((errno != EBUSY && errno != EAGAIN) || fcn_now() > end)
			return -errno;
		fcn_sleep_ms(5);
	}
	return 0;
}

static int use(void)
{
	int fd = fcn_open_wait(10), err;
	struct fcn_job job;

	if (fd < 0)
		return fd;
	err = fcn_job_init(fd, &job, 1);
	if (!err)
		err = fcn_run(fd, &job);
	fcn_bo_unmap(&job.cmd);
	close(fd);
	return err;
}

TEST_F_TIMEOUT(module, unload_and_load, 120)
{
	for (int i = 0; i < TURNS; i++) {
		if (i % 4 == 0)
			ASSERT_EQ(0, use());
		ASSERT_EQ(0, unload());
		ASSERT_EQ(0, load());
	}
}

/* A mapping, a dma-buf and a fence need the module as much as a file does. */
TEST_F(module, held_by_what_is_left)
{
	int fd = fcn_open_wait(10), dmabuf;
	struct fcn_job job;
	struct fcn_bo bo;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fcn_bo_create(fd, 4096, 0, &bo));
	ASSERT_EQ(0, fcn_job_init(fd, &job, 1));
	ASSERT_EQ(0, fcn_run(fd, &job));
	dmabuf = fcn_export(fd, bo.handle);
	ASSERT_LE(0, dmabuf);
	fcn_bo_unmap(&job.cmd);
	close(fd);
	EXPECT_NE(0, syscall(SYS_delete_module, "fcn_accel", O_NONBLOCK));
	fcn_bo_unmap(&bo);
	/* The file goes now, by itself. */
	fcn_sleep_ms(200 * fcn_slow());
	EXPECT_NE(0, syscall(SYS_delete_module, "fcn_accel", O_NONBLOCK));
	close(dmabuf);
	ASSERT_EQ(0, unload());
	ASSERT_EQ(0, load());
}

/*
 * A fence that is out when the module goes, of a job that was done: either the module stays, or
 * the fence can still be asked and closed.
 */
TEST_F(module, fence_that_is_left)
{
	int fd = fcn_open_wait(10), file, gone;
	struct fcn_job job;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fcn_job_init(fd, &job, 1));
	ASSERT_EQ(0, fcn_run(fd, &job));
	file = fcn_sync_file(fd, job.out);
	ASSERT_LE(0, file);
	fcn_bo_unmap(&job.cmd);
	close(fd);
	fcn_sleep_ms(200);
	gone = !syscall(SYS_delete_module, "fcn_accel", O_NONBLOCK);
	EXPECT_EQ(0, fcn_sync_status(file));
	close(file);
	if (!gone)
		ASSERT_EQ(0, unload());
	ASSERT_EQ(0, load());
}

FCN_MAIN
