// SPDX-License-Identifier: GPL-2.0
/*
 * Two processes: no command stream of one reads or writes the other's memory.  The streams name the
 * other's addresses, addresses that nothing is at, and what was there before.
 */
#include "fcn_fixture.h"

#include <sys/socket.h>

struct victim {
	pid_t pid;
	int socket;
	uint64_t va;
};

#define VICTIM_BYTES 65536

/* The other process: holds memory full of a pattern, runs jobs of its own, says whether it is whole. */
static void be_victim(int socket)
{
	int fd = fcn_open();
	struct fcn_bo bo, to;
	struct fcn_job job;
	char c;

	if (fd < 0 || fcn_bo_create(fd, VICTIM_BYTES, 0, &bo) || fcn_bo_create(fd, 4096, 0, &to) ||
	    fcn_job_init(fd, &job, 2))
		_exit(1);
	fcn_fill(bo.map, VICTIM_BYTES, 77);
	fcn_use(&job, &bo, FCN_R);
	fcn_use(&job, &to, FCN_W);
	fcn_add_copy(&job, bo.va, to.va, 4096);
	if (fcn_run(fd, &job) || write(socket, &bo.va, sizeof(bo.va)) != sizeof(bo.va))
		_exit(1);
	while (read(socket, &c, 1) == 1) {
		memset(to.map, 0, 4096);
		c = !fcn_run(fd, &job) && fcn_filled(bo.map, VICTIM_BYTES, 77) &&
		    fcn_filled(to.map, 4096, 77);
		if (write(socket, &c, 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static int start_victim(struct victim *v)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -errno;
	v->pid = fork();
	if (!v->pid) {
		close(pair[0]);
		be_victim(pair[1]);
	}
	close(pair[1]);
	v->socket = pair[0];
	return read(v->socket, &v->va, sizeof(v->va)) == sizeof(v->va) ? 0 : -EPIPE;
}

static bool whole(struct victim *v)
{
	char c = 1;

	return write(v->socket, &c, 1) == 1 && read(v->socket, &c, 1) == 1 && c == 1;
}

static int end_victim(struct victim *v)
{
	int status;

	close(v->socket);
	waitpid(v->pid, &status, 0);
	return status;
}

FIXTURE(two) {
	int fd;
	struct victim v;
	struct fcn_bo bo;
	struct fcn_job job;
};

FIXTURE_SETUP(two)
{
	/* First of all: the victim has no descriptor of this process. */
	ASSERT_EQ(0, start_victim(&self->v));
	self->fd = fcn_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &self->bo));
	ASSERT_EQ(0, fcn_job_init(self->fd, &self->job, 64));
	fcn_use(&self->job, &self->bo, FCN_RW);
}

FIXTURE_TEARDOWN(two)
{
	EXPECT_TRUE(whole(&self->v));
	close(self->fd);
	EXPECT_EQ(0, end_victim(&self->v));
}

/* A fault, unless the address is this file's own, too. */
static int attack(int fd, struct fcn_job *job, uint64_t va, bool write, const struct fcn_bo *bo)
{
	job->n_cmd = 0;
	if (write)
		fcn_add_copy(job, bo->va, va, 4096);
	else
		fcn_add_copy(job, va, bo->va, 4096);
	return fcn_run(fd, job);
}

static bool own(uint64_t va, const struct fcn_bo *bo)
{
	return va + 4096 > bo->va && va < bo->va + bo->size;
}

/*
 * Both files are likely to use the same addresses: then the job ends well, on the attacker's own
 * memory.
 */
TEST_F(two, the_others_addresses)
{
	for (uint32_t at = 0; at < VICTIM_BYTES; at += 4096) {
		uint64_t va = self->v.va + at;
		bool mine = own(va, &self->bo) || own(va, &self->job.cmd);

		fcn_fill(self->bo.map, 4096, 1);
		if (!own(va, &self->job.cmd))
			EXPECT_EQ(mine ? 0 : -EFAULT,
				  attack(self->fd, &self->job, va, true, &self->bo));
		fcn_fill(self->bo.map, 4096, 1);
		EXPECT_EQ(mine ? 0 : -EFAULT, attack(self->fd, &self->job, va, false, &self->bo));
		EXPECT_FALSE(fcn_filled(self->bo.map, 64, 77));
	}
	EXPECT_TRUE(whole(&self->v));
}

TEST_F(two, nothing_is_there)
{
	uint64_t start, end, edges[8];

	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_VA_START, &start));
	ASSERT_EQ(0, fcn_param(self->fd, DRM_FCN_ACCEL_PARAM_VA_END, &end));
	edges[0] = 0;
	edges[1] = start - 4096;
	edges[2] = end - 4096;
	edges[3] = 0x40000000;
	edges[4] = 0x7ffff000;
	edges[5] = 0x80000000;
	edges[6] = 0xffc00000;
	edges[7] = 0xfffff000;
	for (int i = 0; i < 8; i++) {
		if (own(edges[i], &self->bo) || own(edges[i], &self->job.cmd))
			continue;
		EXPECT_EQ(-EFAULT, attack(self->fd, &self->job, edges[i], false, &self->bo));
		EXPECT_EQ(-EFAULT, attack(self->fd, &self->job, edges[i], true, &self->bo));
	}
}

/* One page behind an object's end, and one in front of it. */
TEST_F(two, beyond_the_ends)
{
	struct fcn_bo alone;
	bool before, behind;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &alone));
	before = own(alone.va - 4096, &self->bo) || own(alone.va - 4096, &self->job.cmd);
	behind = own(alone.va + 4096, &self->bo) || own(alone.va + 4096, &self->job.cmd);
	if (!before)
		EXPECT_EQ(-EFAULT, attack(self->fd, &self->job, alone.va - 4096, true, &self->bo));
	if (!behind)
		EXPECT_EQ(-EFAULT, attack(self->fd, &self->job, alone.va + 4096, true, &self->bo));
}

/* An address wraps modulo 2^32 within a command: the other end is as unmapped as any. */
TEST_F(two, wrapping_pitch)
{
	struct fcn_cmd *c;

	self->job.n_cmd = 0;
	fcn_add_load(&self->job, self->bo.va, 16);
	c = (struct fcn_cmd *)(void *)self->job.cmd.map;
	fcn_load_set_rows_n(c, 65535);
	fcn_load_set_pitch_y(c, 0xfffff000);
	EXPECT_EQ(-EFAULT, fcn_run(self->fd, &self->job));
	self->job.n_cmd = 0;
	fcn_add_store(&self->job, self->bo.va, 16);
	fcn_store_set_rows_n(c, 65535);
	fcn_store_set_pitch_y(c, 0x7ffff000);
	EXPECT_EQ(-EFAULT, fcn_run(self->fd, &self->job));
}

TEST_F(two, freed_memory)
{
	struct fcn_bo gone;
	uint64_t va;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 16384, 0, &gone));
	va = gone.va;
	/* Its translations are in the core. */
	ASSERT_EQ(0, attack(self->fd, &self->job, va, true, &self->bo));
	ASSERT_EQ(0, fcn_bo_close(self->fd, &gone));
	EXPECT_EQ(-EFAULT, attack(self->fd, &self->job, va, false, &self->bo));
	EXPECT_EQ(-EFAULT, attack(self->fd, &self->job, va, true, &self->bo));
	EXPECT_EQ(-EFAULT, attack(self->fd, &self->job, va + 12288, true, &self->bo));
}

/* Memory that this file had and gave back is the victim's now, or the kernel's. */
TEST_F(two, memory_that_changed_hands)
{
	for (int i = 0; i < 4; i++) {
		struct victim next;
		struct fcn_bo gone;
		uint64_t va;

		ASSERT_EQ(0, fcn_bo_create(self->fd, VICTIM_BYTES, 0, &gone));
		va = gone.va;
		ASSERT_EQ(0, attack(self->fd, &self->job, va, true, &self->bo));
		ASSERT_EQ(0, fcn_bo_close(self->fd, &gone));
		ASSERT_EQ(0, start_victim(&next));
		for (uint32_t at = 0; at < VICTIM_BYTES; at += 4096)
			EXPECT_EQ(-EFAULT, attack(self->fd, &self->job, va + at, true, &self->bo));
		EXPECT_TRUE(whole(&next));
		EXPECT_EQ(0, end_victim(&next));
	}
}

/* Command streams themselves are fetched through the same tables. */
TEST_F(two, commands_of_a_closed_object)
{
	struct drm_fcn_accel_job kernel = { .cmd_handle = self->job.cmd.handle, .cmd_count = 1 };

	fcn_bo_close(self->fd, &self->job.cmd);
	EXPECT_EQ(-ENOENT, fcn_submit(self->fd, &kernel, 1, 0));
	ASSERT_EQ(0, fcn_job_init(self->fd, &self->job, 4));
}

FCN_MAIN
