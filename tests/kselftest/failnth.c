// SPDX-License-Identifier: GPL-2.0
/*
 * Every allocation of a call fails once: the first, then the second, and so on until the call has no
 * more of them.  Each time the call must fail with the documented error, or manage without, and the
 * device must work afterwards.  Leaks show when the module has been unloaded (kmemleak).
 *
 * Needs a kernel with fault injection, or the module fcn_failnth, and to be root.
 */
#include "fcn_fixture.h"
#include "fcn_failnth.h"

#include <dirent.h>
#include <linux/udmabuf.h>
#include <poll.h>
#include <sys/ioctl.h>

/* More allocations than that are a loop. */
#define MAX_NTH 4000

FIXTURE(failnth) {
	int fd;
	struct fcn_bo from, to;
	struct fcn_job job;
};

FIXTURE_SETUP(failnth)
{
	ASSERT_EQ(0, failnth_init());
	failnth_except_nothing();
	/*
	 * drm_minor_alloc() takes the error that this returns for the device that it puts later: an
	 * oops of DRM's, for every driver.
	 */
	ASSERT_EQ(0, failnth_except("drm_sysfs_minor_alloc", NULL));
	self->fd = fcn_open_wait(10);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->to));
	ASSERT_EQ(0, fcn_job_init(self->fd, &self->job, 2));
	fcn_use(&self->job, &self->from, FCN_R);
	fcn_use(&self->job, &self->to, FCN_W);
	fcn_add_copy(&self->job, self->from.va, self->to.va, 4096);
}

FIXTURE_TEARDOWN(failnth)
{
	failnth_disarm();
	failnth_only_module(false);
	close(self->fd);
}

/* A real job's result. */
static bool works(FIXTURE_DATA(failnth) *self)
{
	static unsigned seed;

	fcn_fill(self->from.map, 4096, ++seed);
	return !fcn_run(self->fd, &self->job) && fcn_filled(self->to.map, 4096, seed);
}

/* The same through a file of its own, for calls that take the device away. */
static bool works_anew(int seconds)
{
	FIXTURE_DATA(failnth) own;
	bool good = false;

	own.fd = fcn_open_wait(seconds);
	if (own.fd < 0)
		return false;
	if (!fcn_bo_create(own.fd, 4096, 0, &own.from) && !fcn_bo_create(own.fd, 4096, 0, &own.to) &&
	    !fcn_job_init(own.fd, &own.job, 2)) {
		fcn_use(&own.job, &own.from, FCN_R);
		fcn_use(&own.job, &own.to, FCN_W);
		fcn_add_copy(&own.job, own.from.va, own.to.va, 4096);
		good = works(&own);
		fcn_job_exit(own.fd, &own.job);
		fcn_bo_unmap(&own.from);
		fcn_bo_unmap(&own.to);
	}
	close(own.fd);
	return good;
}

/*
 * for_each_failure(n, armed): the body makes one call between failnth_arm(n) and
 * armed = failnth_disarm(); it ends behind the first call that had no n-th allocation.
 */
#define for_each_failure(n, armed)						\
	for (n = 1, armed = true; armed && n < MAX_NTH; n++)

#define DONE(n)									\
	do {									\
		EXPECT_LT(2, n) TH_LOG("nothing was made to fail");		\
		EXPECT_GT(MAX_NTH, n);						\
		printf("# %d allocations\n", (n) - 2);				\
	} while (0)

/* What a call may return when an allocation fails. */
#define EXPECT_NO_MEMORY(n, armed, err)						\
	EXPECT_TRUE((armed) ? (err) >= 0 || (err) == -ENOMEM : (err) >= 0) {	\
		TH_LOG("allocation %d%s: %d, by\n%s", n, (armed) ? "" : " (none failed)", err,	\
		       failnth_callers());					\
	}

TEST_F_TIMEOUT(failnth, open, 120)
{
	const char *path = fcn_path();
	bool armed;
	int n;

	for_each_failure(n, armed) {
		int fd;

		failnth_arm(n);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
		armed = failnth_disarm();
		EXPECT_NO_MEMORY(n, armed, fd);
		if (fd >= 0)
			close(fd);
		ASSERT_TRUE(works(self));
	}
	DONE(n);
}

TEST_F_TIMEOUT(failnth, bo_create, 120)
{
	struct fcn_parameter limit;
	struct fcn_bo bo;
	bool armed;
	int n;

	for_each_failure(n, armed) {
		struct drm_fcn_accel_bo_create create = { .size = 3 * 4096 };
		struct drm_gem_close close = { .handle = 0 };
		int err;

		failnth_arm(n);
		err = fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_BO_CREATE, &create);
		armed = failnth_disarm();
		EXPECT_NO_MEMORY(n, armed, err);
		close.handle = create.handle;
		if (!err)
			EXPECT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_GEM_CLOSE, &close));
		ASSERT_TRUE(works(self));
	}
	DONE(n);
	/* What failed is not counted: with the fixture's three pages there is room up to the limit. */
	ASSERT_EQ(0, fcn_set_parameter("file_memory_mb", 1, &limit));
	EXPECT_EQ(0, fcn_bo_create(self->fd, (1 << 20) - 3 * 4096, 0, &bo));
	EXPECT_EQ(0, fcn_bo_close(self->fd, &bo));
	fcn_restore_parameter(&limit);
}

/* The first buffer of a file, which has no page tables yet. False when no n-th allocation was there to fail. */
static bool create_first(struct __test_metadata *_metadata, FIXTURE_DATA(failnth) *self, uint64_t size, int n)
{
	struct drm_fcn_accel_bo_create create = { .size = size };
	struct drm_gem_close close_args = { .handle = 0 };
	int fd = fcn_open(), err;
	bool armed;

	ASSERT_LE(0, fd);
	failnth_arm(n);
	err = fcn_ioctl(fd, DRM_IOCTL_FCN_ACCEL_BO_CREATE, &create);
	armed = failnth_disarm();
	EXPECT_NO_MEMORY(n, armed, err);
	close_args.handle = create.handle;
	if (!err)
		EXPECT_EQ(0, fcn_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &close_args));
	close(fd);
	ASSERT_TRUE(works(self));
	return armed;
}

TEST_F_TIMEOUT(failnth, bo_create_first, 120)
{
	int n = 1;

	while (n < MAX_NTH && create_first(_metadata, self, 4096, n))
		n++;
	DONE(n + 1);
}

/* More than one table's worth. Its pages are many: all beginnings, then every 97th. */
TEST_F_TIMEOUT(failnth, bo_create_large, 240)
{
	int n = 1;

	while (n < 8 * MAX_NTH && create_first(_metadata, self, 5 << 20, n))
		n += n < 120 ? 1 : 97;
	EXPECT_GT(8 * MAX_NTH, n);
}

TEST_F_TIMEOUT(failnth, map_and_touch, 120)
{
	struct fcn_bo bo;
	bool armed;
	int n;

	for_each_failure(n, armed) {
		struct drm_fcn_accel_bo_create create = { .size = 2 * 4096 };
		volatile uint8_t *map;
		int err;

		ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_BO_CREATE, &create));
		failnth_arm(n);
		err = fcn_bo_info(self->fd, create.handle, &bo);
		map = err ? MAP_FAILED : mmap(NULL, bo.size, PROT_READ | PROT_WRITE, MAP_SHARED,
					      self->fd, (off_t)bo.mmap_offset);
		if (!err && map == MAP_FAILED)
			err = -errno;
		/* A fault that finds no memory for page tables is tried again by the kernel. */
		if (!err)
			map[4096] = 42;
		armed = failnth_disarm();
		EXPECT_NO_MEMORY(n, armed, err);
		if (!err) {
			EXPECT_EQ(42, map[4096]);
			bo.map = (uint8_t *)map;
		}
		bo.handle = create.handle;
		EXPECT_EQ(0, fcn_bo_close(self->fd, &bo));
		ASSERT_TRUE(works(self));
	}
	DONE(n);
}

/* All that a job can have; one that was refused has not run, and its syncobjs are as before. */
TEST_F_TIMEOUT(failnth, submit, 240)
{
	struct fcn_parameter limit;
	uint32_t in, out, line;
	bool armed;
	int n;

	for_each_failure(n, armed) {
		struct drm_fcn_accel_sync ins[2], outs[2];
		struct drm_fcn_accel_job job = {
			.bos = (uintptr_t)self->job.ref,
			.bo_count = self->job.n_ref,
			.in_syncs = (uintptr_t)ins,
			.in_sync_count = 2,
			.out_syncs = (uintptr_t)outs,
			.out_sync_count = 2,
			.cmd_handle = self->job.cmd.handle,
			.cmd_count = self->job.n_cmd,
		};
		int err, file;

		ASSERT_EQ(0, fcn_syncobj(self->fd, DRM_SYNCOBJ_CREATE_SIGNALED, &in));
		ASSERT_EQ(0, fcn_syncobj(self->fd, 0, &out));
		ASSERT_EQ(0, fcn_syncobj(self->fd, 0, &line));
		ins[0] = (struct drm_fcn_accel_sync){ .handle = in };
		ins[1] = (struct drm_fcn_accel_sync){ .handle = self->job.out };
		outs[0] = (struct drm_fcn_accel_sync){ .handle = out };
		outs[1] = (struct drm_fcn_accel_sync){ .handle = line, .point = 7 };
		ASSERT_TRUE(works(self));
		fcn_fill(self->from.map, 4096, 1000000);

		failnth_arm(n);
		err = fcn_submit(self->fd, &job, 1, 0);
		armed = failnth_disarm();
		EXPECT_NO_MEMORY(n, armed, err);
		if (err) {
			EXPECT_EQ(-EINVAL, fcn_syncobj_wait(self->fd, out, 0));
			EXPECT_EQ(-EINVAL, fcn_sync_file(self->fd, line));
			EXPECT_FALSE(fcn_filled(self->to.map, 4096, 1000000));
		} else {
			EXPECT_EQ(0, fcn_syncobj_wait(self->fd, out, fcn_now() + 60 * FCN_SEC));
			EXPECT_TRUE(fcn_filled(self->to.map, 4096, 1000000));
			file = fcn_sync_file(self->fd, out);
			EXPECT_EQ(0, fcn_sync_status(file));
			close(file);
		}
		fcn_syncobj_destroy(self->fd, in);
		fcn_syncobj_destroy(self->fd, out);
		fcn_syncobj_destroy(self->fd, line);
		ASSERT_TRUE(works(self));
	}
	DONE(n);
	/* What was refused is not counted: there is room for as many jobs as ever, one. */
	ASSERT_EQ(0, fcn_set_parameter("file_jobs", 1, &limit));
	EXPECT_TRUE(works(self));
	fcn_restore_parameter(&limit);
}

TEST_F_TIMEOUT(failnth, export, 120)
{
	struct fcn_bo bo;
	bool armed;
	int n;

	for_each_failure(n, armed) {
		int dmabuf;

		ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &bo));
		failnth_arm(n);
		dmabuf = fcn_export(self->fd, bo.handle);
		armed = failnth_disarm();
		EXPECT_NO_MEMORY(n, armed, dmabuf);
		if (dmabuf >= 0)
			close(dmabuf);
		EXPECT_EQ(0, fcn_bo_close(self->fd, &bo));
		ASSERT_TRUE(works(self));
	}
	DONE(n);
}

TEST_F_TIMEOUT(failnth, import, 120)
{
	struct udmabuf_create create = { .flags = UDMABUF_FLAGS_CLOEXEC, .size = 8192 };
	int dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), n;
	struct fcn_bo bo;
	bool armed;

	if (dev < 0)
		SKIP(return, "no /dev/udmabuf");
	create.memfd = (uint32_t)memfd_create("fcn", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	ASSERT_EQ(0, ftruncate((int)create.memfd, 8192));
	ASSERT_EQ(0, fcntl((int)create.memfd, F_ADD_SEALS, F_SEAL_SHRINK));
	for_each_failure(n, armed) {
		int dmabuf = ioctl(dev, UDMABUF_CREATE, &create), err;

		ASSERT_LE(0, dmabuf);
		bo = (struct fcn_bo){ .map = NULL };
		failnth_arm(n);
		err = fcn_import(self->fd, dmabuf, &bo.handle);
		armed = failnth_disarm();
		EXPECT_NO_MEMORY(n, armed, err);
		if (!err)
			EXPECT_EQ(0, fcn_bo_close(self->fd, &bo));
		close(dmabuf);
		ASSERT_TRUE(works(self));
	}
	DONE(n);
	close((int)create.memfd);
	close(dev);
}

/* The core sleeps as soon as it has nothing to do: the next job's submission wakes it up, by a reset. */
TEST_F_TIMEOUT(failnth, wake_up, 240)
{
	char path[600], delay[32], status[32];
	bool armed;
	int n;

	ASSERT_EQ(0, fcn_sysfs(path, sizeof(path) - 64));
	strcat(path, "/power/autosuspend_delay_ms");
	ASSERT_EQ(0, fcn_read_file(path, delay, sizeof(delay)));
	ASSERT_EQ(0, fcn_write_file(path, "0"));
	strcpy(strstr(path, "/autosuspend"), "/runtime_status");
	for_each_failure(n, armed) {
		int err, turn;

		for (turn = 0; turn < 200; turn++) {
			ASSERT_EQ(0, fcn_read_file(path, status, sizeof(status)));
			if (!strcmp(status, "suspended\n"))
				break;
			fcn_sleep_ms(10);
		}
		ASSERT_STREQ("suspended\n", status);
		failnth_arm(n);
		err = fcn_start(self->fd, &self->job);
		armed = failnth_disarm();
		EXPECT_NO_MEMORY(n, armed, err);
		if (!err)
			EXPECT_EQ(0, fcn_syncobj_wait(self->fd, self->job.out, fcn_now() + 60 * FCN_SEC));
		ASSERT_TRUE(works(self));
	}
	DONE(n);
	strcpy(strstr(path, "/runtime_status"), "/autosuspend_delay_ms");
	fcn_write_file(path, delay);
}

/* A limit that is short, for one job that does not end; others get all the time they want. */
static int hang(FIXTURE_DATA(failnth) *self, struct fcn_job *job)
{
	struct fcn_parameter timeout, cap;
	bool late = false;
	int err = fcn_set_parameter("timeout_ms", 50, &timeout);

	if (!err)
		err = fcn_set_parameter("job_cap_ms", 100, &cap);
	if (!err)
		err = fcn_start(self->fd, job);
	if (!err)
		err = fcn_finish(self->fd, job, 20, &late);
	fcn_restore_parameter(&timeout);
	fcn_restore_parameter(&cap);
	return late ? -ETIMEDOUT : err;
}

/*
 * A job that the driver ends: by an abort, or where the core is deaf to that ($FCN_ACCEL_DEAF,
 * tests/hil/failnth.sh) by a reset of it.  That happens in the kernel's workers, so these are armed; what
 * else they do is none of this test's business, so only allocations count that the module makes.
 */
TEST_F_TIMEOUT(failnth, abort, 240)
{
	const unsigned deaf = getenv("FCN_ACCEL_DEAF") ? 1 : 0;
	uint64_t resets, before;
	struct fcn_job job;
	bool armed;
	int n;

	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	fcn_add_spin(&job, FCN_FOREVER);
	ASSERT_EQ(0, failnth_only_module(true));
	/* It frees the dump twice when it cannot add its device: a mistake of the kernel's, in 6.12. */
	failnth_except_nothing();
	ASSERT_EQ(0, failnth_except("dev_coredumpm_timeout", NULL));
	for_each_failure(n, armed) {
		struct drm_fcn_accel_fault_query q = { 0 };

		ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_RESET_COUNT, &before));
		failnth_drop_dump();
		failnth_arm_workers(n);
		EXPECT_EQ(-ETIME, hang(self, &job));
		/* Its report, with the core dump, comes later; more than two of them in a second are left out. */
		fcn_sleep_ms(600);
		armed = failnth_disarm_workers();
		EXPECT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_FAULT_QUERY, &q));
		EXPECT_EQ(ETIME, q.error);
		EXPECT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_RESET_COUNT, &resets));
		EXPECT_EQ(before + deaf, resets);
		ASSERT_TRUE(works(self));
	}
	failnth_drop_dump();
	DONE(n);
}

/* What functions of the kernel, called by the probe, say for lack of memory; the driver passes it on. */
static bool kernels_error(int err)
{
	switch (err) {
	case -ENOSPC:
		return failnth_within("pci_alloc_irq_vectors_affinity");
	case -EBUSY:
	case -EINVAL:
		return failnth_within("pcim_iomap_region");
	default:
		return false;
	}
}

TEST_F_TIMEOUT(failnth, probe, 600)
{
	struct fcn_binding binding;
	bool armed;
	int n;

	ASSERT_EQ(0, fcn_find_binding(&binding));
	/* What it has left out when memory came to its end, unregister_irq_proc() warns of. */
	ASSERT_EQ(0, failnth_except("register_irq_proc", "proc_dir_entry"));
	for_each_failure(n, armed) {
		bool works;
		int err;

		ASSERT_EQ(0, fcn_unbind(&binding));
		failnth_arm(n);
		err = fcn_bind(&binding);
		armed = failnth_disarm();
		if (!armed || !kernels_error(err))
			EXPECT_NO_MEMORY(n, armed, err);
		works = !err && works_anew(2);
		/* device_add() does not notice that it has made no node in /dev. */
		if (!err && !works) {
			EXPECT_TRUE(armed && failnth_within("devtmpfs_create_node")) {
				TH_LOG("does not work without allocation %d, by\n%s", n, failnth_callers());
			}
			ASSERT_EQ(0, fcn_unbind(&binding));
		}
		if (!works) {
			ASSERT_EQ(0, fcn_bind(&binding));
			ASSERT_TRUE(works_anew(10));
		}
	}
	DONE(n);
}

/* Removal cannot fail; the file that is open sees it happen. */
TEST_F_TIMEOUT(failnth, remove, 300)
{
	struct fcn_binding binding;
	bool armed;
	int n;

	ASSERT_EQ(0, fcn_find_binding(&binding));
	for_each_failure(n, armed) {
		int fd = fcn_open_wait(10), err;
		struct fcn_job job;
		uint64_t v;

		ASSERT_LE(0, fd);
		ASSERT_EQ(0, fcn_job_init(fd, &job, 1));
		fcn_add_spin(&job, FCN_FOREVER);
		ASSERT_EQ(0, fcn_start(fd, &job));
		/* The path is looked up before, and the file opened: only the unbinding is of interest. */
		failnth_arm(n);
		err = fcn_unbind(&binding);
		armed = failnth_disarm();
		if (armed && err == -ENOMEM) {
			/* Opening or writing the file of sysfs failed, not the removal. */
			EXPECT_EQ(0, fcn_param(fd, 0, &v));
			EXPECT_EQ(0, fcn_unbind(&binding));
		} else {
			EXPECT_EQ(0, err);
		}
		EXPECT_EQ(-ENODEV, fcn_param(fd, 0, &v));
		fcn_job_abandon(fd, &job);
		ASSERT_EQ(0, fcn_bind(&binding));
		ASSERT_TRUE(works_anew(10));
	}
	DONE(n);
}

int main(int argc, char **argv)
{
	if (!fcn_path() || !failnth_possible()) {
		ksft_print_header();
		ksft_exit_skip("no fcn_accel device, or neither /proc/PID/fail-nth nor the module fcn_failnth\n");
	}
	fcn_keep_parameters();
	fcn_slow_tests();
	return test_harness_run(argc, argv);
}
