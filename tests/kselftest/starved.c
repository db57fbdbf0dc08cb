// SPDX-License-Identifier: GPL-2.0
/*
 * Real-time threads on every processor keep the kernel's workers away, as a busy machine may for any
 * time.  What the uAPI promises of a job that has ended holds without them: interrupts end jobs, and
 * calls do by themselves what they rely on.
 */
#include "fcn_fixture.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

/*
 * Linux 6.12 and later let ordinary threads have a twentieth of the time all the same, so a worker may
 * get through in some turn; no test fails by that.
 */
#define MAX_CPUS 64

/* Above ordinary threads and workers, below threads that handle interrupts (50). */
enum { SPINNER = 1, CALLER = 2 };

struct crowd {
	atomic_bool stop;
	int64_t end;
	int n;
	pthread_t thread[MAX_CPUS];
};

static int be_real_time(int priority)
{
	struct sched_param param = { .sched_priority = priority };

	return sched_setscheduler(0, priority ? SCHED_FIFO : SCHED_OTHER, &param) ? -errno : 0;
}

static void *spin(void *arg)
{
	struct crowd *crowd = arg;

	while (!atomic_load_explicit(&crowd->stop, memory_order_relaxed) && fcn_now() < crowd->end)
		;
	return NULL;
}

/*
 * One thread for each processor that this one may run on: only interrupts and the caller get through.
 * They go by themselves in the end, as whom the caller waits for may wait for them.
 */
static int crowd_start(struct crowd *crowd)
{
	struct sched_param param = { .sched_priority = SPINNER };
	pthread_attr_t attr;
	cpu_set_t all, one;
	int err = 0;

	atomic_store(&crowd->stop, false);
	crowd->end = fcn_now() + 2 * fcn_slow() * FCN_SEC;
	crowd->n = 0;
	if (sched_getaffinity(0, sizeof(all), &all) || be_real_time(CALLER))
		return -errno;
	pthread_attr_init(&attr);
	pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
	pthread_attr_setschedparam(&attr, &param);
	for (int cpu = 0; cpu < MAX_CPUS && !err; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		pthread_attr_setaffinity_np(&attr, sizeof(one), &one);
		err = -pthread_create(&crowd->thread[crowd->n], &attr, spin, crowd);
		crowd->n += !err;
	}
	pthread_attr_destroy(&attr);
	return err;
}

static void crowd_end(struct crowd *crowd)
{
	/* No reason to fail: what is tested holds without it, too. */
	if (crowd->n && fcn_now() >= crowd->end)
		printf("# the crowd went too early, the machine is slow\n");
	atomic_store(&crowd->stop, true);
	for (int i = 0; i < crowd->n; i++)
		pthread_join(crowd->thread[i], NULL);
	crowd->n = 0;
	be_real_time(0);
}

FIXTURE(starved) {
	int fd;
	struct fcn_bo other;
	struct fcn_job job, next;
	struct crowd crowd;
};

/* When the last handle of the job's buffer object is closed. */
FIXTURE_VARIANT(starved) {
	bool in_mid_job;
};

FIXTURE_VARIANT_ADD(starved, closed_in_mid_job) {
	.in_mid_job = true,
};

FIXTURE_VARIANT_ADD(starved, closed_behind_the_job) {
	.in_mid_job = false,
};

FIXTURE_SETUP(starved)
{
	FCN_NEED_ROOT();
	self->fd = fcn_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->other));
	ASSERT_EQ(0, fcn_job_init(self->fd, &self->job, 2));
	ASSERT_EQ(0, fcn_job_init(self->fd, &self->next, 1));
	fcn_use(&self->next, &self->other, FCN_RW);
}

FIXTURE_TEARDOWN(starved)
{
	crowd_end(&self->crowd);
	close(self->fd);
}

/* A job that writes to `bo` is on the core, and the crowd is there. */
static int start_job(FIXTURE_DATA(starved) *self, const struct fcn_bo *bo, uint64_t cycles)
{
	int64_t end = fcn_now() + 5 * fcn_slow() * FCN_SEC;
	int err;

	self->job.n_cmd = self->job.n_ref = 0;
	fcn_use(&self->job, bo, FCN_RW);
	fcn_add_spin(&self->job, cycles);
	fcn_add_copy(&self->job, self->other.va, bo->va, 4096);
	err = fcn_start(self->fd, &self->job);
	if (err)
		return err;
	while (!fcn_slots_taken() && fcn_syncobj_wait(self->fd, self->job.out, 0) == -ETIME)
		if (fcn_now() > end)
			return -ETIMEDOUT;
	return crowd_start(&self->crowd);
}

/*
 * A buffer object is closed beside its only job, which ends with the crowd there: one that was too
 * short for that is tried again, longer.  The crowd stays.
 */
static int close_and_end(FIXTURE_DATA(starved) *self, bool in_mid_job, uint64_t size, uint64_t *va)
{
	struct fcn_bo bo;
	bool late;
	int err;

	for (uint64_t cycles = 20000; cycles < 4000000; cycles *= 2) {
		err = fcn_bo_create(self->fd, size, 0, &bo);
		if (err)
			return err;
		*va = bo.va;
		err = start_job(self, &bo, cycles);
		if (err)
			return err;
		if (in_mid_job)
			fcn_bo_close(self->fd, &bo);
		err = fcn_syncobj_wait(self->fd, self->job.out, 0);
		if (err == -ETIME) {
			err = fcn_finish(self->fd, &self->job, 5, &late);
			return in_mid_job || err ? err : fcn_bo_close(self->fd, &bo);
		}
		crowd_end(&self->crowd);
		if (!in_mid_job)
			fcn_bo_close(self->fd, &bo);
		if (err)
			return err;
	}
	return -ETIMEDOUT;
}

/* A later job does not reach the memory.  The workers, let loose behind it, may come first: several turns. */
TEST_F_TIMEOUT(starved, later_job, 60)
{
	for (int i = 0; i < 8; i++) {
		uint64_t va = 0;
		bool late;

		ASSERT_EQ(0, close_and_end(self, variant->in_mid_job, 16384, &va));
		self->next.n_cmd = 0;
		fcn_add_copy(&self->next, va, self->other.va, 4096);
		ASSERT_EQ(0, fcn_start(self->fd, &self->next));
		crowd_end(&self->crowd);
		ASSERT_EQ(-EFAULT, fcn_finish(self->fd, &self->next, 60, &late));
	}
}

/* A buffer object, or the import of one, for which there is room only behind the end of the job's. */
static int fill_up(FIXTURE_DATA(starved) *self, bool in_mid_job, int dmabuf)
{
	const uint64_t size = 768 * 1024;
	struct fcn_parameter before;
	struct fcn_bo next;
	uint32_t handle;
	uint64_t va;
	int err;

	err = fcn_set_parameter("file_memory_mb", 1, &before);
	if (!err)
		err = close_and_end(self, in_mid_job, size, &va);
	if (!err)
		err = dmabuf < 0 ? fcn_bo_create(self->fd, size, 0, &next) :
				   fcn_import(self->fd, dmabuf, &handle);
	fcn_restore_parameter(&before);
	return err;
}

/* The memory does not count against the file's limit any more. */
TEST_F_TIMEOUT(starved, limit, 60)
{
	EXPECT_EQ(0, fill_up(self, variant->in_mid_job, -1));
	crowd_end(&self->crowd);
}

TEST_F_TIMEOUT(starved, limit_of_imports, 60)
{
	int from = fcn_open(), dmabuf;
	struct fcn_bo bo;

	ASSERT_LE(0, from);
	ASSERT_EQ(0, fcn_bo_create(from, 768 * 1024, 0, &bo));
	dmabuf = fcn_export(from, bo.handle);
	ASSERT_LE(0, dmabuf);
	EXPECT_EQ(0, fill_up(self, variant->in_mid_job, dmabuf));
	crowd_end(&self->crowd);
	close(dmabuf);
	close(from);
}

FCN_MAIN
