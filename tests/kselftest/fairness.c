// SPDX-License-Identifier: GPL-2.0
/* Who gets the core: clients of the same priority share it, higher priorities go first. */
#include "fcn_fixture.h"

#include <sched.h>

FCN_DEVICE_FIXTURE

#define DEPTH 4			/* jobs that each client keeps queued */

struct client {
	int fd;
	struct fcn_job job[DEPTH];
	unsigned next, done;
};

static int client_init(struct client *c, uint64_t cycles)
{
	memset(c, 0, sizeof(*c));
	c->fd = fcn_open();
	if (c->fd < 0)
		return c->fd;
	for (int i = 0; i < DEPTH; i++) {
		int err = fcn_job_init(c->fd, &c->job[i], 1);

		if (err)
			return err;
		fcn_add_spin(&c->job[i], cycles);
		err = fcn_start(c->fd, &c->job[i]);
		if (err)
			return err;
	}
	return 0;
}

/* Counts what is done and queues it again. */
static int client_turn(struct client *c)
{
	struct fcn_job *job = &c->job[c->next % DEPTH];
	int err = fcn_syncobj_wait(c->fd, job->out, 0);

	if (err)
		return err == -ETIME ? 0 : err;
	c->done++;
	c->next++;
	return fcn_start(c->fd, job);
}

TEST_F(device, equal_clients_share)
{
	enum { N = 3, TURNS = 40 };
	struct client c[N];
	int64_t end = fcn_now() + 25 * FCN_SEC;
	unsigned most = 0;

	for (int i = 0; i < N; i++)
		ASSERT_EQ(0, client_init(&c[i], 2000));
	while (most < TURNS && fcn_now() < end) {
		for (int i = 0; i < N; i++) {
			ASSERT_EQ(0, client_turn(&c[i]));
			most = c[i].done > most ? c[i].done : most;
		}
		sched_yield();
	}
	EXPECT_LE(TURNS, most);
	for (int i = 0; i < N; i++) {
		EXPECT_LE(TURNS / 2, c[i].done) {
			TH_LOG("client %d had %u jobs done, the busiest %u", i, c[i].done, most);
		}
		close(c[i].fd);
	}
}

/* One client keeps its queue full; another's single job is done before many more of those. */
TEST_F(device, flood)
{
	struct client flood;
	struct fcn_job job;
	bool late;

	ASSERT_EQ(0, client_init(&flood, 2000));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	for (int i = 0; i < 5; i++) {
		unsigned before = flood.done;

		ASSERT_EQ(0, fcn_start(self->fd, &job));
		while (fcn_syncobj_wait(self->fd, job.out, 0) == -ETIME)
			ASSERT_EQ(0, client_turn(&flood));
		EXPECT_EQ(0, fcn_finish(self->fd, &job, 1, &late));
		EXPECT_GE(before + 3 * DEPTH, flood.done);
	}
	close(flood.fd);
}

/*
 * Jobs that note their order: each copies the last number to its own place, and its own number to
 * the last.  They do not name the buffer, so no fence orders them.
 */
struct order {
	int fd;
	struct fcn_bo bo;
	struct fcn_job job[16];
};

#define PLACE 64

static int order_add(struct order *o, unsigned i, uint32_t priority)
{
	struct fcn_job *job = &o->job[i];
	uint64_t last = o->bo.va, mine = last + (2 * i + 1) * PLACE;
	int err = fcn_job_init(o->fd, job, 4);

	if (err)
		return err;
	memset(o->bo.map + (2 * i + 2) * PLACE, (int)i + 1, PLACE);
	fcn_add_copy(job, last, mine, PLACE);
	fcn_add_copy(job, mine + PLACE, last, PLACE);
	job->priority = priority;
	return fcn_start(o->fd, job);
}

/* Number of jobs that ran before job i, by walking back. */
static int rank(const struct order *o, unsigned i)
{
	int n = 0;

	for (unsigned at = i + 1; at && n < 32; n++)
		at = o->bo.map[(2 * at - 1) * PLACE];
	return n;
}

/* Of the jobs from FILL on that have this priority, the rank of the first and of the last one. */
struct ranks {
	int first, last;
};

static struct ranks ranks_of(const struct order *o, const uint32_t *priority, unsigned from,
			     unsigned n, uint32_t wanted)
{
	struct ranks r = { 99, -1 };

	for (unsigned i = from; i < n; i++) {
		int at = rank(o, i);

		if (priority[i] != wanted)
			continue;
		r.first = at < r.first ? at : r.first;
		r.last = at > r.last ? at : r.last;
	}
	return r;
}

/*
 * Less than strict order: a job of the next lower priority was seen in between on 6.12 and 7.3, for a
 * reason that is not known (Documentation/state.md).  A higher priority is done with all its jobs
 * sooner, and low ones wait for all high ones.
 */
TEST_F(device, priorities)
{
	static const uint32_t priority[] = {
		/* The first fills the core's queue, whatever it is. */
		DRM_FCN_ACCEL_PRIORITY_LOW, DRM_FCN_ACCEL_PRIORITY_LOW,
		DRM_FCN_ACCEL_PRIORITY_LOW, DRM_FCN_ACCEL_PRIORITY_LOW,
		DRM_FCN_ACCEL_PRIORITY_NORMAL, DRM_FCN_ACCEL_PRIORITY_NORMAL,
		DRM_FCN_ACCEL_PRIORITY_HIGH, DRM_FCN_ACCEL_PRIORITY_HIGH,
	};
	enum { N = ARRAY_SIZE(priority), FILL = 2 };
	int blocker = fcn_open();
	struct order o = { .fd = self->fd };
	struct ranks high, normal, low;
	struct fcn_job spin;
	bool late;

	FCN_NEED_ROOT();
	ASSERT_LE(0, blocker);
	ASSERT_EQ(0, fcn_job_init(blocker, &spin, 1));
	fcn_add_spin(&spin, FCN_FOREVER);
	ASSERT_EQ(0, fcn_start(blocker, &spin));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &o.bo));
	for (unsigned i = 0; i < N; i++)
		ASSERT_EQ(0, order_add(&o, i, priority[i]));
	fcn_job_abandon(blocker, &spin);
	for (unsigned i = 0; i < N; i++)
		ASSERT_EQ(0, fcn_finish(self->fd, &o.job[i], 20, &late));
	high = ranks_of(&o, priority, FILL, N, DRM_FCN_ACCEL_PRIORITY_HIGH);
	normal = ranks_of(&o, priority, FILL, N, DRM_FCN_ACCEL_PRIORITY_NORMAL);
	low = ranks_of(&o, priority, FILL, N, DRM_FCN_ACCEL_PRIORITY_LOW);
	EXPECT_LT(high.last, normal.last);
	EXPECT_LT(normal.last, low.last);
	EXPECT_LT(high.last, low.first);
	/* Jobs of one file and priority keep their order. */
	for (unsigned i = 1; i < N; i++)
		if (priority[i] == priority[i - 1])
			EXPECT_LT(rank(&o, i - 1), rank(&o, i));
}

TEST_F(device, normal_and_low_need_nothing)
{
	struct fcn_job job;
	int status;
	pid_t pid;

	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		int err = 0;

		if (!geteuid() && setuid(65534))
			_exit(9);
		job.priority = DRM_FCN_ACCEL_PRIORITY_HIGH;
		err |= fcn_start(self->fd, &job) != -EPERM;
		job.priority = DRM_FCN_ACCEL_PRIORITY_LOW;
		err |= fcn_run(self->fd, &job) ? 2 : 0;
		job.priority = DRM_FCN_ACCEL_PRIORITY_NORMAL;
		err |= fcn_run(self->fd, &job) ? 4 : 0;
		_exit(err);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

FCN_MAIN
