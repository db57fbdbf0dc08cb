// SPDX-License-Identifier: GPL-2.0
/*
 * The driver's tracepoints tell a job's life: submitted, started in a slot, ended, under the same
 * names.
 */
#include "fcn_fixture.h"

#include <sys/stat.h>

#define TRACEFS "/sys/kernel/tracing"
#define INSTANCE TRACEFS "/instances/fcn_accel_test"

enum { LINES = 64, TEXT = 1 << 16 };

/* What a line says; numbers that it does not have are 0. */
struct event {
	char name[32];
	unsigned long long client, job, priority, commands, slot, seqno, flush, cause, addr, cmd,
		ns;
};

FIXTURE(trace) {
	int fd;
	unsigned long long client;
	struct event event[LINES];
	unsigned n;
};

static int enable(const char *what)
{
	char path[128];

	snprintf(path, sizeof(path), INSTANCE "/events/fcn_accel/enable");
	return fcn_write_file(path, what);
}

/* A file's name in traces: drm-client-id of its fdinfo. */
static unsigned long long client_id(int fd)
{
	static const char key[] = "drm-client-id:";
	char path[64], text[2048], *at;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (fcn_read_file(path, text, sizeof(text)))
		return 0;
	at = strstr(text, key);
	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

FIXTURE_SETUP(trace)
{
	FCN_NEED_ROOT();
	if (access(TRACEFS "/events/fcn_accel", F_OK))
		SKIP(return, "no tracefs, or the driver was built without tracepoints");
	self->fd = fcn_open();
	ASSERT_LE(0, self->fd);
	self->client = client_id(self->fd);
	ASSERT_NE(0, self->client);
	rmdir(INSTANCE);
	ASSERT_EQ(0, mkdir(INSTANCE, 0700));
	ASSERT_EQ(0, enable("1"));
}

FIXTURE_TEARDOWN(trace)
{
	enable("0");
	rmdir(INSTANCE);
	close(self->fd);
}

static unsigned long long number(const char *line, const char *key)
{
	char word[32];
	const char *at;

	snprintf(word, sizeof(word), " %s=", key);
	at = strstr(line, word);
	return at ? strtoull(at + strlen(word), NULL, 0) : 0;
}

/* Reads the events of the file's jobs, in their order. */
static void collect(FIXTURE_DATA(trace) *self)
{
	static char text[TEXT];
	char *save, *line;

	self->n = 0;
	if (fcn_read_file(INSTANCE "/trace", text, sizeof(text)))
		return;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct event e = { .client = number(line, "client") };
		const char *name = strstr(line, ": fcn_");

		if (*line == '#' || !name || e.client != self->client || self->n == LINES)
			continue;
		sscanf(name + 2, "%31[a-z_]", e.name);
		e.job = number(line, "job");
		e.priority = number(line, "priority");
		e.commands = number(line, "commands");
		e.slot = number(line, "slot");
		e.seqno = number(line, "seqno");
		e.flush = number(line, "flush");
		e.cause = number(line, "cause");
		e.addr = number(line, "addr");
		e.cmd = number(line, "cmd");
		e.ns = number(line, "ns");
		self->event[self->n++] = e;
	}
}

/* The one event of this name and job; NULL: none, or several. */
static const struct event *find(const FIXTURE_DATA(trace) *self, const char *name,
				unsigned long long job)
{
	const struct event *found = NULL;

	for (unsigned i = 0; i < self->n; i++) {
		const struct event *e = &self->event[i];

		if (strcmp(e->name, name) || e->job != job)
			continue;
		if (found)
			return NULL;
		found = e;
	}
	return found;
}

TEST_F(trace, life_of_jobs)
{
	enum { N = 5 };
	struct fcn_job job[N];
	unsigned long long seqno = 0;
	struct fcn_bo bo;
	int64_t start;
	bool late;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &bo));
	start = fcn_now();
	for (unsigned i = 0; i < N; i++) {
		ASSERT_EQ(0, fcn_job_init(self->fd, &job[i], 2 * N));
		for (unsigned k = 0; k <= i; k++)
			fcn_add_copy(&job[i], bo.va, bo.va + 2048, 1024);
		ASSERT_EQ(0, fcn_start(self->fd, &job[i]));
	}
	for (unsigned i = 0; i < N; i++)
		ASSERT_EQ(0, fcn_finish(self->fd, &job[i], 20, &late));
	collect(self);
	EXPECT_EQ(3 * N, self->n);
	for (unsigned i = 0; i < N; i++) {
		const struct event *submit = find(self, "fcn_job_submit", i + 1);
		const struct event *begin = find(self, "fcn_job_start", i + 1);
		const struct event *end = find(self, "fcn_job_end", i + 1);

		ASSERT_TRUE(submit && begin && end);
		EXPECT_TRUE(submit < begin && begin < end);
		EXPECT_EQ(2 * (i + 1), submit->commands);
		EXPECT_EQ(DRM_FCN_ACCEL_PRIORITY_NORMAL, submit->priority);
		EXPECT_EQ(begin->slot, end->slot);
		EXPECT_GT(FCN_SLOT_COUNT, begin->slot);
		/* The first comes behind new mappings. */
		EXPECT_TRUE(i || begin->flush);
		EXPECT_LT(seqno, begin->seqno);
		seqno = begin->seqno;
		EXPECT_EQ(0, end->cause);
		EXPECT_LT(0, end->ns);
		EXPECT_GT(fcn_now() - start, end->ns);
	}
}

TEST_F(trace, priority_and_fault)
{
	const struct event *e;
	struct fcn_job job;

	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 4));
	fcn_add(&job, FCN_OP_LOAD_SYNC, 0, 0);
	fcn_add_load(&job, 0x5000, 64);
	job.priority = DRM_FCN_ACCEL_PRIORITY_LOW;
	ASSERT_EQ(-EFAULT, fcn_run(self->fd, &job));
	collect(self);
	e = find(self, "fcn_job_submit", 1);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(DRM_FCN_ACCEL_PRIORITY_LOW, e->priority);
	e = find(self, "fcn_job_end", 1);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(FCN_CAUSE_MMU_INVALID, e->cause);
	EXPECT_EQ(0x5000, e->addr);
	EXPECT_EQ(1, e->cmd);
}

FCN_MAIN
