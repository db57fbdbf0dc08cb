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
	struct fcn_job job[30];
};

#define PLACE 64

static int order_add(struct order *o, unsigned i, uint32_t priority)
{
	struct fcn_job *job = &o->job[i];
	uint64_t last = o->bo.va, mine = last + (2 * i + 1) * PLACE;
	int err = fcn_job_init(o->fd, job, 5);

	if (err)
		return err;
	memset(o->bo.map + (2 * i + 2) * PLACE, (int)i + 1, PLACE);
	fcn_add_copy(job, last, mine, PLACE);
	fcn_add_copy(job, mine + PLACE, last, PLACE);
	fcn_add_spin(job, 4000);
	job->priority = priority;
	return fcn_start(o->fd, job);
}

/* Number of jobs that ran before job i, by walking back. */
static int rank(const struct order *o, unsigned i)
{
	int n = 0;

	for (unsigned at = i + 1; at && n < 31; n++)
		at = o->bo.map[(2 * at - 1) * PLACE];
	return n;
}

/*
 * Two jobs of another file that end with it: as long as it is open, the core has no room for
 * others.
 */
struct blocker {
	int fd;
	struct fcn_job spin[2];
};

static int blocker_start(struct blocker *b)
{
	int err = 0;

	b->fd = fcn_open();
	if (b->fd < 0)
		return b->fd;
	for (int i = 0; i < 2 && !err; i++) {
		err = fcn_job_init(b->fd, &b->spin[i], 1);
		if (err)
			break;
		fcn_add_spin(&b->spin[i], FCN_FOREVER);
		err = fcn_start(b->fd, &b->spin[i]);
	}
	/* A job that was submitted is not yet one that the core has. */
	for (int i = 0; i < 1000 && !err && fcn_slots_taken() != 2; i++)
		fcn_sleep_ms(10);
	return err ? err : fcn_slots_taken() == 2 ? 0 : -ETIME;
}

static void blocker_stop(struct blocker *b)
{
	fcn_bo_unmap(&b->spin[1].cmd);
	fcn_job_abandon(b->fd, &b->spin[0]);
}

/* Orders enum drm_fcn_accel_priority. */
static int urgency(uint32_t priority)
{
	return priority == DRM_FCN_ACCEL_PRIORITY_HIGH ? 2 :
	       priority == DRM_FCN_ACCEL_PRIORITY_NORMAL ? 1 : 0;
}

/*
 * The kernel's scheduler can be told to weigh priorities instead: gpu_sched.sched_policy=2, not
 * the default.
 */
static bool priorities_are_weighed(void)
{
	char policy[16];

	return !fcn_read_file("/sys/module/gpu_sched/parameters/sched_policy", policy,
			      sizeof(policy)) && atoi(policy) == 2;
}

/*
 * Of the jobs that wait, all of a higher priority run before any of a lower one, however many they
 * are and in whatever order they were submitted; those of one priority keep their order. What the
 * core has been given already is not overtaken, so first it is filled.
 */
TEST_F_TIMEOUT(device, priorities, 60)
{
	enum { N = 30 };
	uint32_t priority[N];
	struct order o = { .fd = self->fd };
	struct blocker blocker;
	bool late;

	FCN_NEED_ROOT();
	if (priorities_are_weighed())
		SKIP(return, "gpu_sched.sched_policy=2 weighs priorities");
	ASSERT_EQ(0, blocker_start(&blocker));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &o.bo));
	/* Most are high: a scheduler that weighs would let others through. */
	for (unsigned i = 0; i < N; i++)
		priority[i] = i % 3 < 2 && i > 2 ? DRM_FCN_ACCEL_PRIORITY_HIGH :
			      i % 2 ? DRM_FCN_ACCEL_PRIORITY_NORMAL : DRM_FCN_ACCEL_PRIORITY_LOW;
	for (unsigned i = 0; i < N; i++)
		ASSERT_EQ(0, order_add(&o, i, priority[i]));
	blocker_stop(&blocker);
	for (unsigned i = 0; i < N; i++)
		ASSERT_EQ(0, fcn_finish(self->fd, &o.job[i], 20, &late));
	for (unsigned i = 0; i < N; i++) {
		int before = 0;

		for (unsigned k = 0; k < N; k++)
			before += urgency(priority[k]) > urgency(priority[i]) ||
				  (priority[k] == priority[i] && k < i);
		EXPECT_EQ(before + 1, rank(&o, i)) {
			TH_LOG("job %u, of urgency %d", i, urgency(priority[i]));
		}
	}
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
