// SPDX-License-Identifier: GPL-2.0
/* Threads of one file: each call may meet every other. */
#include "fcn_fixture.h"

#include <pthread.h>

FCN_DEVICE_FIXTURE

#define THREADS 4

struct worker {
	int fd;
	unsigned seed;
	int err;
	bool wrong;
};

/* Buffers and jobs of its own; results are right whatever the others do. */
static void *copies(void *arg)
{
	struct worker *w = arg;
	struct fcn_job job;

	w->err = fcn_job_init(w->fd, &job, 2);
	for (unsigned i = 0; !w->err && i < 40; i++) {
		struct fcn_bo from, to;

		w->err = fcn_bo_create(w->fd, 8192, 0, &from);
		if (!w->err)
			w->err = fcn_bo_create(w->fd, 8192, 0, &to);
		if (w->err)
			break;
		job.n_cmd = job.n_ref = 0;
		fcn_use(&job, &from, FCN_R);
		fcn_use(&job, &to, FCN_W);
		fcn_fill(from.map, 8192, w->seed + i);
		fcn_add_copy(&job, from.va, to.va, 8192);
		w->err = fcn_run(w->fd, &job);
		w->wrong |= !fcn_filled(to.map, 8192, w->seed + i);
		fcn_bo_close(w->fd, &from);
		fcn_bo_close(w->fd, &to);
	}
	return NULL;
}

TEST_F_TIMEOUT(device, results, 60)
{
	pthread_t thread[THREADS];
	struct worker w[THREADS];

	for (unsigned i = 0; i < THREADS; i++) {
		w[i] = (struct worker){ .fd = self->fd, .seed = 100 * i };
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, copies, &w[i]));
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		EXPECT_EQ(0, w[i].err);
		EXPECT_FALSE(w[i].wrong);
	}
}

static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/*
 * Every call with handles that another thread may just have closed, or not made yet.  What comes
 * back is one of the documented errors.
 */
static void *chaos(void *arg)
{
	struct worker *w = arg;
	uint32_t state = w->seed;
	int64_t end = fcn_now() + 4 * FCN_SEC;

	while (fcn_now() < end && !w->err) {
		uint32_t handle = next(&state) % 24, other = next(&state) % 24, sync;
		struct drm_fcn_accel_bo_create create = { .size = next(&state) % 40000 };
		struct drm_gem_close close_args = { .handle = handle };
		struct drm_fcn_accel_bo_ref ref[2] = { { handle, 1 + next(&state) % 3 },
						       { other, 1 + next(&state) % 3 } };
		struct drm_fcn_accel_sync out = { .handle = next(&state) % 8 };
		struct drm_fcn_accel_job job = {
			.bos = (uintptr_t)ref, .bo_count = next(&state) % 3,
			.out_syncs = (uintptr_t)&out, .out_sync_count = next(&state) % 2,
			.cmd_handle = handle, .cmd_count = next(&state) % 70,
			.perf_handle = next(&state) % 4 ? 0 : other,
		};
		struct fcn_bo bo;
		int err = 0, fd;

		switch (next(&state) % 9) {
		case 0:
		case 1:
			err = fcn_ioctl(w->fd, DRM_IOCTL_FCN_ACCEL_BO_CREATE, &create);
			break;
		case 2:
			err = fcn_ioctl(w->fd, DRM_IOCTL_GEM_CLOSE, &close_args);
			break;
		case 3:
			err = fcn_bo_info(w->fd, handle, &bo);
			break;
		case 4:
			err = fcn_prep(w->fd, handle, 1 + next(&state) % 3,
				       fcn_now() + next(&state) % 1000000);
			break;
		case 5:
			fd = fcn_export(w->fd, handle);
			if (fd >= 0) {
				fcn_import(w->fd, fd, &sync);
				close(fd);
			}
			break;
		case 6:
			if (fcn_syncobj(w->fd, next(&state) % 2, &sync) == 0 && sync >= 8)
				fcn_syncobj_destroy(w->fd, sync);
			break;
		default:
			err = fcn_submit(w->fd, &job, 1, next(&state) % 2);
			break;
		}
		if (err && err != -EINVAL && err != -ENOENT && err != -ENOSPC && err != -ETIME &&
		    err != -ENOMEM)
			w->err = err;
	}
	return NULL;
}

TEST_F_TIMEOUT(device, chaos, 60)
{
	pthread_t thread[THREADS];
	struct worker w[THREADS];
	struct fcn_job job;
	int fd;

	for (unsigned i = 0; i < THREADS; i++) {
		w[i] = (struct worker){ .fd = self->fd, .seed = i + 1 };
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, chaos, &w[i]));
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		EXPECT_EQ(0, w[i].err);
	}
	/* Another client does not notice what is left. */
	fd = fcn_open();
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fcn_job_init(fd, &job, 1));
	EXPECT_EQ(0, fcn_run(fd, &job));
	close(fd);
}

static void *close_it(void *arg)
{
	fcn_sleep_ms(20);
	close(*(int *)arg);
	return NULL;
}

/*
 * The descriptor is closed while another thread waits, again and again: a call that is under way
 * ends by itself, the next one finds no file, and the file's job has ended.
 */
TEST_F(device, closed_by_another_thread)
{
	for (int i = 0; i < 20; i++) {
		struct fcn_job job;
		pthread_t thread;
		int fd = fcn_open(), file, err;

		ASSERT_LE(0, fd);
		ASSERT_EQ(0, fcn_job_init(fd, &job, 1));
		fcn_add_spin(&job, FCN_FOREVER);
		ASSERT_EQ(0, fcn_start(fd, &job));
		file = fcn_sync_file(fd, job.out);
		ASSERT_LE(0, file);
		fcn_bo_unmap(&job.cmd);
		ASSERT_EQ(0, pthread_create(&thread, NULL, close_it, &fd));
		do
			err = fcn_syncobj_wait(fd, job.out, fcn_now() + FCN_SEC / 100);
		while (err == -ETIME);
		EXPECT_EQ(-EBADF, err);
		pthread_join(thread, NULL);
		for (int k = 0; k < 500 && fcn_sync_status(file) == -EINPROGRESS; k++)
			fcn_sleep_ms(10);
		EXPECT_EQ(-ESRCH, fcn_sync_status(file));
		close(file);
	}
}

FCN_MAIN
