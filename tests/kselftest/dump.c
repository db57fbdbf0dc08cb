// SPDX-License-Identifier: GPL-2.0
/* What a core dump holds (driver/fcn_coredump.c): the fault, the registers, the commands. */
#include "fcn_fixture.h"

#include <dirent.h>

#define MAX_DUMP (4u << 20)

enum { FAULT = 1, REGISTERS, COMMANDS };

FIXTURE(dump) {
	int fd;
	char device[512];
	uint8_t *data;
	size_t size;
};

FIXTURE_SETUP(dump)
{
	FCN_NEED_ROOT();
	self->fd = fcn_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, fcn_sysfs(self->device, sizeof(self->device)));
	self->data = malloc(MAX_DUMP);
	ASSERT_NE(NULL, self->data);
}

FIXTURE_TEARDOWN(dump)
{
	free(self->data);
	close(self->fd);
}

/* The device's dump: the path of its data; false: it has none. */
static bool find_dump(const char *device, char *path, size_t size)
{
	static const char class[] = "/sys/class/devcoredump";
	struct dirent *entry;
	bool found = false;
	DIR *dir = opendir(class);

	while (dir && !found && (entry = readdir(dir))) {
		char link[600], *real;

		snprintf(link, sizeof(link), "%s/%s/failing_device", class, entry->d_name);
		real = realpath(link, NULL);
		found = real && !strcmp(real, device);
		free(real);
		if (found)
			snprintf(path, size, "%s/%s/data", class, entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static ssize_t read_all(const char *path, uint8_t *data, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t at = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, data + at, size - at)) > 0)
		at += (size_t)n;
	close(fd);
	return n < 0 ? -errno : (ssize_t)at;
}

/* A section's bytes, or NULL. */
static const uint8_t *section(const FIXTURE_DATA(dump) *self, uint32_t type, uint32_t *bytes)
{
	uint32_t head[2];

	for (size_t at = 8; at + sizeof(head) <= self->size; at += sizeof(head) + head[1]) {
		memcpy(head, self->data + at, sizeof(head));
		if (head[1] > self->size - at - sizeof(head))
			return NULL;
		if (head[0] == type) {
			*bytes = head[1];
			return self->data + at + sizeof(head);
		}
	}
	return NULL;
}

static bool dump_is_of(const FIXTURE_DATA(dump) *self, uint64_t user_data)
{
	struct drm_fcn_accel_fault_query fault;
	uint32_t bytes;
	const uint8_t *at = section(self, FAULT, &bytes);

	if (!at || bytes != sizeof(fault))
		return false;
	memcpy(&fault, at, sizeof(fault));
	return fault.user_data == user_data;
}

/*
 * Runs a job that fails until there is its dump. One that the kernel still has keeps others out,
 * and so does, for some seconds, a limit on their rate.
 */
static int make_dump(FIXTURE_DATA(dump) *self, struct fcn_job *job, int want)
{
	int64_t end = fcn_now() + 25 * FCN_SEC;
	char path[600];

	while (fcn_now() < end) {
		if (find_dump(self->device, path, sizeof(path)))
			fcn_write_file(path, "1");
		job->user_data++;
		if (fcn_run(self->fd, job) != want)
			return -EPROTO;
		for (int i = 0; i < 20 && !find_dump(self->device, path, sizeof(path)); i++)
			fcn_sleep_ms(50);
		if (find_dump(self->device, path, sizeof(path))) {
			ssize_t n = read_all(path, self->data, MAX_DUMP);

			self->size = n > 0 ? (size_t)n : 0;
			if (dump_is_of(self, job->user_data))
				return 0;
		}
	}
	return -ETIME;
}

/* Everything, of a job whose commands do not begin with the buffer and cross a page. */
TEST_F_TIMEOUT(dump, of_an_illegal_command, 60)
{
	enum { N = 100, BAD = 97 };
	struct drm_fcn_accel_fault_query fault, query = { 0 };
	uint32_t head[2], bytes, pair[2];
	uint64_t version, config0;
	struct fcn_job job;
	unsigned ids = 0;
	const uint8_t *at;

	ASSERT_EQ(0, fcn_job_init(self->fd, &job, N));
	job.user_data = 0x5eed000000000000;
	for (uint32_t i = 0; i < N; i++)
		fcn_add(&job, i == BAD ? 0x99 : FCN_OP_LOAD_SYNC, 0, 0);
	ASSERT_EQ(0, make_dump(self, &job, -EINVAL));

	memcpy(head, self->data, sizeof(head));
	EXPECT_EQ(0, memcmp(self->data, "FCNP", 4));
	EXPECT_EQ(1, head[1]);

	/* The fault is what the file is told. */
	at = section(self, FAULT, &bytes);
	ASSERT_NE(NULL, at);
	ASSERT_EQ(sizeof(fault), bytes);
	memcpy(&fault, at, sizeof(fault));
	ASSERT_EQ(0, fcn_ioctl(self->fd, DRM_IOCTL_FCN_ACCEL_FAULT_QUERY, &query));
	EXPECT_EQ(0, memcmp(&fault, &query, sizeof(fault)));
	EXPECT_EQ(FCN_CAUSE_ILLEGAL, fault.cause);
	EXPECT_EQ(BAD, fault.cmd);
	EXPECT_EQ(EINVAL, fault.error);

	/* Registers: offsets that rise, and values that are known otherwise. */
	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_CORE_VERSION, &version));
	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_CONFIG0, &config0));
	at = section(self, REGISTERS, &bytes);
	ASSERT_NE(NULL, at);
	EXPECT_EQ(0, bytes % sizeof(pair));
	for (uint32_t i = 0, last = 0; i < bytes; i += sizeof(pair), last = pair[0]) {
		memcpy(pair, at + i, sizeof(pair));
		EXPECT_TRUE(!i || pair[0] > last);
		if (pair[0] == FCN_REG_ID)
			EXPECT_EQ(FCN_ID_MAGIC, pair[1]);
		if (pair[0] == FCN_REG_VERSION)
			EXPECT_EQ(version, pair[1]);
		if (pair[0] == FCN_REG_CONFIG0)
			EXPECT_EQ(config0, pair[1]);
		ids += pair[0] == FCN_REG_ID || pair[0] == FCN_REG_VERSION ||
		       pair[0] == FCN_REG_CONFIG0 || pair[0] == FCN_REG_SLOT_STATUS(1);
	}
	EXPECT_EQ(4, ids);

	/* Commands: what was submitted, byte for byte. */
	at = section(self, COMMANDS, &bytes);
	ASSERT_NE(NULL, at);
	ASSERT_EQ(N * FCN_CMD_BYTES, bytes);
	EXPECT_EQ(0, memcmp(at, job.cmd.map, bytes));
}

/* The dump of a job that the driver ended says so, and has its commands. */
TEST_F_TIMEOUT(dump, of_a_hang, 100)
{
	struct drm_fcn_accel_fault_query fault;
	struct fcn_parameter cap;
	struct fcn_job job;
	uint32_t bytes;
	const uint8_t *at;
	int err;

	ASSERT_EQ(0, fcn_set_parameter("job_cap_ms", 500, &cap));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	fcn_add_spin(&job, FCN_FOREVER);
	err = make_dump(self, &job, -ETIME);
	fcn_restore_parameter(&cap);
	ASSERT_EQ(0, err);
	at = section(self, FAULT, &bytes);
	ASSERT_NE(NULL, at);
	memcpy(&fault, at, sizeof(fault));
	EXPECT_EQ(ETIME, fault.error);
	EXPECT_EQ(0, fault.cause);
	at = section(self, COMMANDS, &bytes);
	ASSERT_NE(NULL, at);
	ASSERT_EQ(FCN_CMD_BYTES, bytes);
	EXPECT_EQ(0, memcmp(at, job.cmd.map, bytes));
}

/* A client whose files it closed is nobody's fault: no dump. */
TEST_F(dump, not_of_a_closed_file)
{
	char path[600];
	struct fcn_job job;
	int fd = fcn_open();

	ASSERT_LE(0, fd);
	if (find_dump(self->device, path, sizeof(path)))
		fcn_write_file(path, "1");
	ASSERT_EQ(0, fcn_job_init(fd, &job, 1));
	fcn_add_spin(&job, FCN_FOREVER);
	ASSERT_EQ(0, fcn_start(fd, &job));
	fcn_job_abandon(fd, &job);
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	ASSERT_EQ(0, fcn_run(self->fd, &job));
	fcn_sleep_ms(300);
	EXPECT_FALSE(find_dump(self->device, path, sizeof(path)));
}

FCN_MAIN
