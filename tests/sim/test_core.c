// SPDX-License-Identifier: Apache-2.0
/* The simulator with the Verilated core, in each geometry that is linked. */
#include "test.h"

#include "drm/fcn_accel_regs.h"
#include "geometry.h"
#include "job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT 200000 /* cycles that none of these jobs needs */

static void core_says_its_geometry(void **state)
{
	const struct geometry *g = *state;
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });

	assert_int_equal(get(sim, FCN_REG_ID), FCN_ID_MAGIC);
	assert_int_equal(get(sim, FCN_REG_CONFIG0) & 0xffff, g->rows | g->cols << 8);
	close_clean(sim);
}

static void core_gets_idle(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });
	struct fcn_sim_counters c;

	assert_int_equal(fcn_sim_advance(sim, UINT64_C(1) << 40, true), UINT64_C(1) << 40);
	assert_true(fcn_sim_idle(sim));
	fcn_sim_counters(sim, &c);
	assert_true(c.clocked < 20000);
	close_clean(sim);
}

/* Bytes that differ from job to job and address to address. */
static void fill(uint8_t *data, size_t n, unsigned salt)
{
	for (size_t i = 0; i < n; i++)
		data[i] = (uint8_t)(i * 13 + (i >> 8) * 7 + salt);
}

static void copy_jobs(struct fcn_sim *sim, unsigned jobs)
{
	static const unsigned sizes[] = { 16, 256, 4096 + 48, 20000, 272 };
	uint8_t in[20000], out[20000];
	struct job_result result;
	struct job job;

	job_init(&job, sim);
	for (unsigned i = 0; i < jobs; i++) {
		unsigned n = sizes[i % COUNT(sizes)], slot = i % 2;

		fill(in, n, i);
		job_write(&job, JOB_IN + 16 * i, in, n);
		job.commands = 0;
		job_add_copy(&job, JOB_IN + 16 * i, JOB_OUT + 48 * i, n);
		assert_int_equal(job_start(&job, slot), 0);
		assert_int_equal(job_wait(&job, slot, LIMIT, &result), 0);
		assert_int_equal(result.cause, FCN_CAUSE_NONE);
		assert_int_equal(result.seqno, job.seqno);
		job_read(&job, JOB_OUT + 48 * i, out, n);
		assert_memory_equal(in, out, n);
		assert_false(fcn_sim_irq(sim));
	}
}

static void jobs_copy_in_every_memory(void **state)
{
	for (int preset = 0; preset < FCN_AXI_RANDOM; preset++) {
		struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ .memory = preset });

		copy_jobs(sim, 5);
		close_clean(sim);
	}
	for (unsigned seed = 0; seed < 20; seed++) {
		struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ .memory = FCN_AXI_RANDOM, .seed = seed });

		copy_jobs(sim, 3);
		close_clean(sim);
	}
}

static void jobs_follow_after_idling(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });

	for (int i = 0; i < 3; i++) {
		copy_jobs(sim, 2);
		fcn_sim_advance(sim, 1000000, false);
		assert_true(fcn_sim_idle(sim));
	}
	close_clean(sim);
}

/*
 * Starts a copy of 1024 bytes under a plan, and returns what became of it.  A second job, in the other
 * slot, must not be harmed.
 */
static struct job_result faulty_copy(void **state, const char *plan)
{
	struct fcn_sim *sim = open_plan(state, (struct fcn_sim_config){ 0 }, plan);
	struct job_result first, second;
	struct fcn_sim_counters c;
	struct job job;

	job_init(&job, sim);
	job_add_copy(&job, JOB_IN, JOB_OUT, 1024);
	assert_int_equal(job_start(&job, 0), 0);
	assert_int_equal(job_wait(&job, 0, LIMIT, &first), 0);
	fcn_sim_counters(sim, &c);
	assert_int_equal(c.faults, 1);
	assert_int_equal(job_start(&job, 1), 0);
	assert_int_equal(job_wait(&job, 1, LIMIT, &second), 0);
	assert_int_equal(second.cause, FCN_CAUSE_NONE);
	close_clean(sim);
	return first;
}

static void bus_errors_end_the_job(void **state)
{
	struct job_result r;
	char plan[100];

	snprintf(plan, sizeof(plan), "read-error addr=0x%llx len=0x100", (unsigned long long)job_pa(JOB_IN + 256));
	r = faulty_copy(state, plan);
	assert_int_equal(r.cause, FCN_CAUSE_BUS_READ);
	assert_int_equal(r.fault_addr, JOB_IN + 256);
	assert_int_equal(r.fault_cmd, 0);

	snprintf(plan, sizeof(plan), "write-error addr=0x%llx len=0x100", (unsigned long long)job_pa(JOB_OUT + 512));
	r = faulty_copy(state, plan);
	assert_int_equal(r.cause, FCN_CAUSE_BUS_WRITE);
	assert_int_equal(r.fault_addr, JOB_OUT + 512);
	assert_int_equal(r.fault_cmd, 1);

	r = faulty_copy(state, "read-error id=1");
	assert_int_equal(r.cause, FCN_CAUSE_BUS_READ);
	assert_int_equal(r.fault_addr, JOB_CMD);
	assert_int_equal(r.fault_cmd, 0);

	r = faulty_copy(state, "read-error id=2 resp=decerr");
	assert_int_equal(r.cause, FCN_CAUSE_BUS_WALK);
}

static void late_memory_is_only_late(void **state)
{
	assert_int_equal(faulty_copy(state, "late-read id=0 nth=2 cycles=5000").cause, FCN_CAUSE_NONE);
	assert_int_equal(faulty_copy(state, "late-read id=2 cycles=5000").cause, FCN_CAUSE_NONE);
	assert_int_equal(faulty_copy(state, "late-write nth=2 cycles=5000").cause, FCN_CAUSE_NONE);
}

/* A bus that never answers: the core waits, its reset does not end, and only the power switch helps. */
static void lost_answers_stop_the_core(void **state)
{
	static const char *const plans[] = { "lost-read id=0 nth=3", "lost-read id=2", "lost-write" };

	for (size_t i = 0; i < COUNT(plans); i++) {
		struct fcn_sim *sim = open_plan(state, (struct fcn_sim_config){ 0 }, plans[i]);
		struct job_result result;
		struct job job;

		job_init(&job, sim);
		job_add_copy(&job, JOB_IN, JOB_OUT, 1024);
		assert_int_equal(job_start(&job, 0), 0);
		assert_int_equal(job_wait(&job, 0, LIMIT, &result), -ETIMEDOUT);
		assert_false(fcn_sim_idle(sim));
		assert_true(get(sim, FCN_REG_STATUS) & FCN_STATUS_BUSY_MASK);
		set(sim, FCN_REG_CTRL, FCN_CTRL_RESET_MASK);
		fcn_sim_advance(sim, LIMIT, false);
		assert_int_equal(get(sim, FCN_REG_CTRL), FCN_CTRL_RESET_MASK);
		fcn_sim_reset(sim);
		copy_jobs(sim, 2);
		close_clean(sim);
	}
}

/* A job whose engine is stuck: nothing moves, and nobody says so. */
static struct fcn_sim *stuck_copy(void **state, const char *plan, struct job *job)
{
	struct fcn_sim *sim = open_plan(state, (struct fcn_sim_config){ 0 }, plan);
	struct job_result result;
	uint32_t progress;

	job_init(job, sim);
	job_add_copy(job, JOB_IN, JOB_OUT, 1024);
	assert_int_equal(job_start(job, 0), 0);
	assert_int_equal(job_wait(job, 0, LIMIT, &result), -ETIMEDOUT);
	progress = get(sim, FCN_REG_PROGRESS);
	fcn_sim_advance(sim, LIMIT, false);
	assert_int_equal(get(sim, FCN_REG_PROGRESS), progress);
	assert_true(get(sim, FCN_REG_SLOT_STATUS(0)) & FCN_SLOT_STATUS_RUNNING_MASK);
	assert_false(fcn_sim_irq(sim));
	return sim;
}

/* Unlike a lost answer, it ends with an abort, which fails that job alone, or with a reset. */
static void stuck_engines_end_with_the_job(void **state)
{
	char store[100];
	const char *const plans[] = { "stuck-engine engine=load nth=3", "stuck-engine engine=load nth=4",
				      "stuck-engine engine=fetch", store };

	snprintf(store, sizeof(store), "stuck-engine engine=store addr=0x%llx len=0x400", (unsigned long long)job_pa(JOB_OUT));
	for (size_t i = 0; i < COUNT(plans); i++) {
		struct job_result result;
		struct fcn_sim *sim;
		struct job job;

		sim = stuck_copy(state, plans[i], &job);
		assert_int_equal(job_start(&job, 1), 0); /* waits behind it */
		set(sim, FCN_REG_SLOT_ABORT(0), FCN_SLOT_ABORT_ABORT_MASK);
		assert_int_equal(job_wait(&job, 0, LIMIT, &result), 0);
		assert_int_equal(result.cause, FCN_CAUSE_ABORTED);
		assert_int_equal(job_wait(&job, 1, LIMIT, &result), 0);
		assert_int_equal(result.cause, FCN_CAUSE_NONE);
		copy_jobs(sim, 2);
		close_clean(sim);

		sim = stuck_copy(state, plans[i], &job);
		set(sim, FCN_REG_CTRL, FCN_CTRL_RESET_MASK);
		fcn_sim_advance(sim, LIMIT, false);
		assert_int_equal(get(sim, FCN_REG_CTRL), 0);
		assert_true(fcn_sim_idle(sim));
		copy_jobs(sim, 2);
		close_clean(sim);
	}
}

/* A job that waits for its turn can be taken back at once. */
static void queued_jobs_can_be_aborted(void **state)
{
	struct job_result result;
	struct fcn_sim *sim;
	struct job job;

	sim = stuck_copy(state, "stuck-engine engine=load nth=3", &job);
	assert_int_equal(job_start(&job, 1), 0);
	set(sim, FCN_REG_SLOT_ABORT(1), FCN_SLOT_ABORT_ABORT_MASK);
	assert_int_equal(job_wait(&job, 1, LIMIT, &result), 0);
	assert_int_equal(result.cause, FCN_CAUSE_ABORTED);
	assert_int_equal(job_start(&job, 1), 0);
	assert_int_equal(job_wait(&job, 0, LIMIT, &result), 0); /* stuck no more */
	assert_int_equal(result.cause, FCN_CAUSE_NONE);
	assert_int_equal(job_wait(&job, 1, LIMIT, &result), 0);
	assert_int_equal(result.cause, FCN_CAUSE_NONE);
	close_clean(sim);
}

static void same_seed_same_cycles(void **state)
{
	for (int preset = 0; preset < FCN_AXI_PRESETS; preset++) {
		struct fcn_sim_config cfg = { .memory = preset, .seed = 3 };
		struct fcn_sim *a = open_core(state, cfg), *b = open_core(state, cfg);
		struct fcn_sim_counters ca, cb;

		copy_jobs(a, 3);
		copy_jobs(b, 3);
		fcn_sim_counters(a, &ca);
		fcn_sim_counters(b, &cb);
		assert_memory_equal(&ca, &cb, sizeof(ca));
		close_clean(a);
		close_clean(b);
	}
}

/* Two cores in turns, each stopped in the middle of its job. */
static void instances_are_apart(void **state)
{
	struct fcn_sim *sim[2];
	struct job job[2];
	uint8_t in[1024], out[1024];

	for (unsigned i = 0; i < 2; i++) {
		sim[i] = open_core(state, (struct fcn_sim_config){ .memory = i ? FCN_AXI_IDEAL : FCN_AXI_DDR });
		job_init(&job[i], sim[i]);
		fill(in, sizeof(in), i);
		job_write(&job[i], JOB_IN, in, sizeof(in));
		job_add_copy(&job[i], JOB_IN, JOB_OUT, sizeof(in));
		assert_int_equal(job_start(&job[i], i), 0);
	}
	for (unsigned n = 0; n < LIMIT / 100; n++)
		for (unsigned i = 0; i < 2; i++)
			fcn_sim_advance(sim[i], 97, true);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(fcn_sim_irq(sim[i]));
		fill(in, sizeof(in), i);
		job_read(&job[i], JOB_OUT, out, sizeof(out));
		assert_memory_equal(in, out, sizeof(in));
		close_clean(sim[i]);
	}
}

static void counters_count_the_job(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });
	struct fcn_sim_counters c;
	struct job_result result;
	struct job job;

	job_init(&job, sim);
	job_add_copy(&job, JOB_IN, JOB_OUT, 1024);
	assert_int_equal(job_start(&job, 0), 0);
	assert_int_equal(job_wait(&job, 0, LIMIT, &result), 0);
	fcn_sim_counters(sim, &c);
	assert_int_equal(c.r_beats_load, 1024 / 16);
	assert_int_equal(c.r_beats_fetch, 2 * 64 / 16);
	assert_true(c.r_beats_walk > 0);
	assert_int_equal(c.r_beats, c.r_beats_load + c.r_beats_fetch + c.r_beats_walk);
	assert_int_equal(c.w_beats, 1024 / 16 + 128 / 16 + 1); /* data, performance and completion records */
	assert_int_equal(c.b_resps, c.aw_bursts);
	assert_int_equal(c.irqs, 1);
	assert_int_equal(c.faults, 0);
	close_clean(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(core_says_its_geometry),
		cmocka_unit_test(core_gets_idle),
		cmocka_unit_test(jobs_copy_in_every_memory),
		cmocka_unit_test(jobs_follow_after_idling),
		cmocka_unit_test(bus_errors_end_the_job),
		cmocka_unit_test(late_memory_is_only_late),
		cmocka_unit_test(lost_answers_stop_the_core),
		cmocka_unit_test(stuck_engines_end_with_the_job),
		cmocka_unit_test(queued_jobs_can_be_aborted),
		cmocka_unit_test(same_seed_same_cycles),
		cmocka_unit_test(instances_are_apart),
		cmocka_unit_test(counters_count_the_job),
	};

	return run_in_each_geometry("core", tests, COUNT(tests));
}
