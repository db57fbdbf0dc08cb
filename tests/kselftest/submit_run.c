// SPDX-License-Identifier: GPL-2.0
/* Jobs that run: results, order, performance records. */
#include "fcn_fixture.h"

FCN_DEVICE_FIXTURE

TEST_F(device, no_commands)
{
	struct fcn_job job;

	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 1));
	EXPECT_EQ(0, fcn_run(self->fd, &job));
}

TEST_F(device, copies)
{
	struct fcn_bo from, to;
	struct fcn_job job;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 65536, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 65536, 0, &to));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 64));
	fcn_use(&job, &from, FCN_R);
	fcn_use(&job, &to, FCN_W);
	fcn_fill(from.map, 65536, 11);
	for (uint32_t at = 0; at < 65536; at += 8192)
		fcn_add_copy(&job, from.va + at, to.va + at, 8192);
	ASSERT_EQ(0, fcn_run(self->fd, &job));
	EXPECT_TRUE(fcn_filled(to.map, 65536, 11));
}

TEST_F(device, convolution)
{
	enum { PIXELS = 200 };
	struct fcn_bo operands, results;
	struct fcn_geometry g;
	struct fcn_job job;

	ASSERT_EQ(0, fcn_geometry(self->fd, &g));
	ASSERT_EQ(0, fcn_bo_create(self->fd, FCN_CONV_BYTES, 0, &operands));
	ASSERT_EQ(0, fcn_bo_create(self->fd, PIXELS * 32, 0, &results));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 8));
	fcn_use(&job, &operands, FCN_R);
	fcn_use(&job, &results, FCN_W);
	for (unsigned seed = 0; seed < 3; seed++) {
		fcn_conv_operands(&g, operands.map, PIXELS, seed);
		memset(results.map, 0x55, results.size);
		job.n_cmd = 0;
		fcn_add_conv(&job, &g, operands.va, results.va, PIXELS);
		ASSERT_EQ(0, fcn_run(self->fd, &job));
		EXPECT_TRUE(fcn_conv_right(&g, operands.map, results.map, PIXELS));
	}
}

/* The comparison can fail: one wrong byte is seen. */
TEST_F(device, convolution_is_compared)
{
	struct fcn_bo operands, results;
	struct fcn_geometry g;
	struct fcn_job job;

	ASSERT_EQ(0, fcn_geometry(self->fd, &g));
	ASSERT_EQ(0, fcn_bo_create(self->fd, FCN_CONV_BYTES, 0, &operands));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &results));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 8));
	fcn_use(&job, &operands, FCN_R);
	fcn_use(&job, &results, FCN_W);
	fcn_conv_operands(&g, operands.map, 100, 5);
	fcn_add_conv(&job, &g, operands.va, results.va, 100);
	ASSERT_EQ(0, fcn_run(self->fd, &job));
	ASSERT_TRUE(fcn_conv_right(&g, operands.map, results.map, 100));
	results.map[99 * 32 + g.cols - 1] ^= 1;
	EXPECT_FALSE(fcn_conv_right(&g, operands.map, results.map, 100));
}

TEST_F(device, commands_at_an_offset)
{
	struct fcn_bo from, to;
	struct fcn_job job;
	struct drm_fcn_accel_sync out;
	struct drm_fcn_accel_job kernel;
	bool late;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &to));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 64));
	fcn_fill(from.map, 4096, 12);
	job.n_cmd = 61;
	fcn_add_copy(&job, from.va, to.va, 4096);
	memset(job.cmd.map, 0xff, 61 * FCN_CMD_BYTES);
	out = (struct drm_fcn_accel_sync){ .handle = job.out };
	kernel = (struct drm_fcn_accel_job){
		.out_syncs = (uintptr_t)&out, .out_sync_count = 1,
		.cmd_handle = job.cmd.handle, .cmd_offset = 61 * FCN_CMD_BYTES, .cmd_count = 2,
	};
	fcn_use(&job, &from, FCN_R);
	fcn_use(&job, &to, FCN_W);
	fcn_hand_over(self->fd, &job);
	ASSERT_EQ(0, fcn_submit(self->fd, &kernel, 1, 0));
	EXPECT_EQ(0, fcn_finish(self->fd, &job, 20, &late));
	EXPECT_TRUE(fcn_filled(to.map, 4096, 12));
}

/* Numbers of theory-of-operation.md: 0 seqno and version, 1 cycles, 9 and 10 beats, 13 commands. */
TEST_F(device, performance_record)
{
	struct fcn_bo from, to, perf;
	struct fcn_job job;
	uint64_t r[16];

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &to));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &perf));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 64));
	fcn_use(&job, &from, FCN_R);
	fcn_use(&job, &to, FCN_W);
	fcn_add_copy(&job, from.va, to.va, 4096);
	fcn_add_copy(&job, from.va, to.va, 1024);
	job.perf_handle = perf.handle;
	job.perf_offset = 4096 - FCN_RECORD_BYTES;
	memset(perf.map, 0xee, 4096);
	ASSERT_EQ(0, fcn_run(self->fd, &job));
	memcpy(r, perf.map + job.perf_offset, sizeof(r));
	EXPECT_EQ(1, r[0] >> 32);
	EXPECT_LT((4096 + 1024) / 16, r[1]);
	EXPECT_GT(100000, r[1]);
	EXPECT_EQ((4096 + 1024) / 16, r[9]);
	EXPECT_EQ((4096 + 1024) / 16, r[10]);
	EXPECT_EQ(4, r[13]);
	for (uint32_t i = 0; i < job.perf_offset; i++)
		if (perf.map[i] != 0xee)
			ASSERT_EQ(0xee, perf.map[i]);
}

/* The record of a job that failed is not written. */
TEST_F(device, no_record_of_a_fault)
{
	struct fcn_bo perf;
	struct fcn_job job;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &perf));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 4));
	fcn_fill(perf.map, 4096, 3);
	job.perf_handle = perf.handle;
	fcn_add(&job, 0x99, 0, 0);
	ASSERT_EQ(-EINVAL, fcn_run(self->fd, &job));
	EXPECT_TRUE(fcn_filled(perf.map, 4096, 3));
}

/* Each job reads what the one before wrote. */
TEST_F(device, order_of_a_file)
{
	enum { N = 24 };
	struct fcn_bo data;
	struct fcn_job job;
	struct drm_fcn_accel_sync out;
	struct drm_fcn_accel_job kernel[N];
	bool late;

	ASSERT_EQ(0, fcn_bo_create(self->fd, (N + 1) * 4096, 0, &data));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 2 * N));
	fcn_use(&job, &data, FCN_RW);
	fcn_fill(data.map, 4096, 13);
	out = (struct drm_fcn_accel_sync){ .handle = job.out };
	for (uint32_t i = 0; i < N; i++) {
		uint32_t n = job.n_cmd;

		fcn_add_copy(&job, data.va + i * 4096, data.va + (i + 1) * 4096, 4096);
		kernel[i] = (struct drm_fcn_accel_job){
			.bos = (uintptr_t)job.ref, .bo_count = 1,
			.out_syncs = (uintptr_t)&out, .out_sync_count = i == N - 1,
			.cmd_handle = job.cmd.handle, .cmd_offset = n * FCN_CMD_BYTES, .cmd_count = 2,
		};
		/* Each is a job of its own: no token reaches from one to the next. */
		fcn_cmd_set_wait((struct fcn_cmd *)(void *)job.cmd.map + n, 0);
		fcn_cmd_set_signal((struct fcn_cmd *)(void *)job.cmd.map + n + 1, 0);
	}
	for (uint32_t i = 1; i < N; i++)
		fcn_cmd_set_signal((struct fcn_cmd *)(void *)job.cmd.map + 2 * i - 1, 0);
	fcn_hand_over(self->fd, &job);
	for (int i = 0; i < N; i += 8)
		ASSERT_EQ(0, fcn_submit(self->fd, &kernel[i], 8, 0));
	ASSERT_EQ(0, fcn_finish(self->fd, &job, 30, &late));
	EXPECT_TRUE(fcn_filled(data.map + N * 4096, 4096, 13));
}

/* Buffers of the core survive from job to job of a file, and never reach another one's. */
TEST_F(device, nothing_is_left_in_the_core)
{
	int other = fcn_open();
	struct fcn_bo secret, mine;
	struct fcn_job job;
	size_t dirty = 0;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, fcn_bo_create(other, 32768, 0, &secret));
	ASSERT_EQ(0, fcn_job_init(other, &job, 4));
	memset(secret.map, 0x5e, secret.size);
	fcn_add_load(&job, secret.va, 32768);
	ASSERT_EQ(0, fcn_run(other, &job));

	ASSERT_EQ(0, fcn_bo_create(self->fd, 32768, 0, &mine));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 4));
	memset(mine.map, 0xff, mine.size);
	fcn_use(&job, &mine, FCN_W);
	fcn_add_store(&job, mine.va, 32768);
	ASSERT_EQ(0, fcn_run(self->fd, &job));
	for (size_t i = 0; i < mine.size; i++)
		dirty += mine.map[i] != 0;
	EXPECT_EQ(0, dirty);
	close(other);
}

/* A handle that is closed before its job runs: the memory stays until then. */
TEST_F(device, closed_while_queued)
{
	struct fcn_bo from, to;
	struct fcn_job spin, job;
	bool late;

	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(self->fd, 4096, 0, &to));
	fcn_fill(from.map, 4096, 14);
	ASSERT_EQ(0, fcn_job_init(self->fd, &spin, 1));
	ASSERT_EQ(0, fcn_job_init(self->fd, &job, 2));
	fcn_add_spin(&spin, 100000);
	fcn_use(&job, &from, FCN_R);
	fcn_use(&job, &to, FCN_W);
	fcn_add_copy(&job, from.va, to.va, 4096);
	ASSERT_EQ(0, fcn_start(self->fd, &spin));
	ASSERT_EQ(0, fcn_start(self->fd, &job));
	ASSERT_EQ(0, fcn_bo_close(self->fd, &from));
	job.n_ref = 0;
	EXPECT_EQ(0, fcn_finish(self->fd, &job, 30, &late));
	EXPECT_EQ(0, fcn_prep(self->fd, to.handle, FCN_R, 0));
	EXPECT_TRUE(fcn_filled(to.map, 4096, 14));
}

FCN_MAIN
