// SPDX-License-Identifier: GPL-2.0
/* /proc/PID/fdinfo: what Documentation/gpu/drm-usage-stats.rst wants, and that its numbers are true. */
#include "fcn_fixture.h"

FCN_DEVICE_FIXTURE

static int read_fdinfo(int fd, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	return fcn_read_file(path, text, size);
}

/* The number behind a line's key; the key may be a prefix. -1: there is no such line. */
static long long number(const char *text, const char *key, char *unit)
{
	for (const char *at = text; at; at = strchr(at, '\n')) {
		char *end;
		long long v;

		at += *at == '\n';
		if (strncmp(at, key, strlen(key)) || !strchr(at, ':'))
			continue;
		v = strtoll(strchr(at, ':') + 1, &end, 10);
		if (unit)
			sscanf(end, " %7s", unit);
		return v;
	}
	return -1;
}

static long long busy(int fd)
{
	char text[4096] = "";

	read_fdinfo(fd, text, sizeof(text));
	return number(text, "drm-engine-", NULL);
}

static long long memory(int fd)
{
	char text[4096] = "", unit[8] = "";
	long long v;

	read_fdinfo(fd, text, sizeof(text));
	v = number(text, "drm-total-", unit);
	return !strcmp(unit, "MiB") ? v << 20 : !strcmp(unit, "KiB") ? v << 10 : v;
}

TEST_F(device, keys)
{
	char text[4096], unit[8] = "";

	ASSERT_EQ(0, read_fdinfo(self->fd, text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "drm-driver:\tfcn_accel\n"));
	EXPECT_LT(0, number(text, "drm-client-id:", NULL));
	EXPECT_EQ(0, number(text, "drm-engine-", unit));
	EXPECT_STREQ("ns", unit);
	EXPECT_LE(0, number(text, "drm-total-", NULL));
}

TEST_F(device, clients_differ)
{
	char a[4096], b[4096];
	int other = fcn_open();

	ASSERT_LE(0, other);
	ASSERT_EQ(0, read_fdinfo(self->fd, a, sizeof(a)));
	ASSERT_EQ(0, read_fdinfo(other, b, sizeof(b)));
	EXPECT_NE(number(a, "drm-client-id:", NULL), number(b, "drm-client-id:", NULL));
	close(other);
}

/* The time of a file's jobs, neither more than has passed nor much less. */
TEST_F(device, engine_time)
{
	int other = fcn_open();
	struct fcn_job job;
	int64_t start, took = 0;
	long long before, used;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	for (uint64_t cycles = 50000; took < FCN_SEC / 5; cycles *= 2) {
		job.n_cmd = 0;
		fcn_add_spin(&job, cycles);
		before = busy(self->fd);
		start = fcn_now();
		ASSERT_EQ(0, fcn_run(self->fd, &job));
		took = fcn_now() - start;
	}
	used = busy(self->fd) - before;
	EXPECT_GE(took, used);
	EXPECT_LE(took / 2, used) {
		TH_LOG("a job of %lld ns counts as %lld ns", (long long)took, used);
	}
	EXPECT_EQ(0, busy(other));
	close(other);
}

/* Grows while a job runs, so that a monitor sees long ones, too. */
TEST_F(device, engine_time_of_a_running_job)
{
	struct fcn_job job;
	long long first, second;
	int fd = fcn_open();

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fcn_job_init(fd, &job, 1));
	fcn_add_spin(&job, FCN_FOREVER);
	ASSERT_EQ(0, fcn_start(fd, &job));
	fcn_sleep_ms(300);
	first = busy(fd);
	fcn_sleep_ms(300);
	second = busy(fd);
	EXPECT_LT(first, second);
	fcn_job_abandon(fd, &job);
}

TEST_F(device, memory_counts)
{
	long long empty = memory(self->fd);
	struct fcn_bo bo[3];

	ASSERT_LE(0, empty);
	for (int i = 0; i < 3; i++)
		ASSERT_EQ(0, fcn_bo_create(self->fd, 1 << 20, 0, &bo[i]));
	EXPECT_EQ(empty + (3 << 20), memory(self->fd));
	fcn_bo_close(self->fd, &bo[1]);
	EXPECT_EQ(empty + (2 << 20), memory(self->fd));
}

TEST_F(device, resets_are_counted)
{
	uint64_t n;

	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_RESET_COUNT, &n));
}

FCN_MAIN
