// SPDX-License-Identifier: GPL-2.0
/* The driver's files in debugfs tell the truth: registers, state, clients. */
#include "fcn_fixture.h"

FCN_DEVICE_FIXTURE

static unsigned long long client_id(int fd)
{
	char path[64], text[4096] = "", *at;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	fcn_read_file(path, text, sizeof(text));
	at = strstr(text, "drm-client-id:");
	return at ? strtoull(at + strlen("drm-client-id:"), NULL, 10) : 0;
}

struct client {
	long long memory, jobs;
	int queued;
};

/* The client's line; -ENOENT: it has none. */
static int read_client(unsigned long long id, struct client *c)
{
	char text[16384], key[64], *at;
	int err = fcn_debugfs("clients", text, sizeof(text));

	if (err)
		return err;
	snprintf(key, sizeof(key), "client %llu memory ", id);
	at = strstr(text, key);
	if (!at || (at != text && at[-1] != '\n'))
		return -ENOENT;
	return sscanf(at + strlen(key), "%lld queued %d jobs %lld busy_ns", &c->memory, &c->queued,
		      &c->jobs) == 3 ? 0 : -EINVAL;
}

/* Each by its name, once; what is constant has its value. Reading wakes the core up. */
TEST_F(device, registers)
{
	static const char *const names[] = {
		"ID", "VERSION", "CTRL", "SCRATCH", "SLOT0.SEQNO", "SLOT1.SEQNO"
	};
	char text[16384], key[64];
	unsigned id;

	FCN_NEED_ROOT();
	ASSERT_EQ(0, fcn_debugfs("registers", text, sizeof(text)));
	ASSERT_EQ(1, sscanf(text, "0x000 ID 0x%x", &id));
	EXPECT_EQ(FCN_ID_MAGIC, id);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char *at;

		snprintf(key, sizeof(key), " %s ", names[i]);
		at = strstr(text, key);
		EXPECT_NE(NULL, at);
		EXPECT_TRUE(!at || !strstr(at + 1, key));
	}
}

TEST_F(device, slots)
{
	char text[4096], key[64];
	struct fcn_job job;
	int other = fcn_open();

	FCN_NEED_ROOT();
	ASSERT_LE(0, other);
	ASSERT_EQ(0, fcn_job_init(other, &job, 1));
	fcn_add_spin(&job, FCN_FOREVER);
	ASSERT_EQ(0, fcn_start(other, &job));
	for (int i = 0; i < 100 * fcn_slow() && fcn_slots_taken() < 1; i++)
		fcn_sleep_ms(20);
	ASSERT_EQ(0, fcn_debugfs("state", text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "state running\n"));
	snprintf(key, sizeof(key), " client %llu job ", client_id(other));
	EXPECT_NE(NULL, strstr(text, key));
	EXPECT_TRUE(strstr(text, "slot0 idle\n") || strstr(text, "slot1 idle\n"));
	fcn_job_abandon(other, &job);
}

TEST_F(device, clients)
{
	unsigned long long id = client_id(self->fd);
	struct client before, after;
	struct fcn_job job;
	struct fcn_bo bo;
	bool late;

	FCN_NEED_ROOT();
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	ASSERT_EQ(0, read_client(id, &before));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 3 << 16, 0, &bo));
	fcn_add_spin(&job, 1000);
	ASSERT_EQ(0, fcn_run(self->fd, &job));
	/* It is counted when it has ended, a moment behind its fence. */
	for (int i = 0; i < 100 * fcn_slow(); i++) {
		ASSERT_EQ(0, read_client(id, &after));
		if (!after.queued && after.jobs > before.jobs)
			break;
		fcn_sleep_ms(20);
	}
	EXPECT_EQ(before.memory + (3 << 16), after.memory);
	EXPECT_EQ(before.jobs + 1, after.jobs);
	EXPECT_EQ(0, after.queued);

	/* One that waits or runs is counted, too. */
	job.n_cmd = 0;
	fcn_add_spin(&job, 3000000);
	ASSERT_EQ(0, fcn_start(self->fd, &job));
	ASSERT_EQ(0, read_client(id, &after));
	EXPECT_EQ(1, after.queued);
	EXPECT_EQ(0, fcn_finish(self->fd, &job, 60, &late));
	EXPECT_EQ(0, fcn_bo_close(self->fd, &bo));
	/* Jobs that might use it are over a moment behind their fences, too. */
	for (int i = 0; i < 100 * fcn_slow(); i++) {
		ASSERT_EQ(0, read_client(id, &after));
		if (after.memory == before.memory)
			break;
		fcn_sleep_ms(20);
	}
	EXPECT_EQ(before.memory, after.memory);
}

FCN_MAIN
