// SPDX-License-Identifier: Apache-2.0
/* The AXI slave against a random master; timing of the presets; faults. */
#include "test.h"

#include "axi_master.h"
#include "fcn_axi.h"

#include <errno.h>
#include <stdlib.h>

#define BASE 0x1234500000

struct bench {
	struct fcn_axi axi;
	struct fcn_faults faults;
	struct fcn_mem *mem;
	struct master master;
	struct fcn_pins_in in;
	uint64_t now;
};

static struct bench *start(enum fcn_axi_preset preset, uint64_t seed, const char *plan_text)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct fcn_axi_config cfg = { .timing = fcn_axi_timing(preset, seed), .seed = seed, .faults = &b->faults };
	struct fcn_fault_plan plan;
	char err[100];

	assert_int_equal(fcn_fault_plan_parse(&plan, plan_text, err, sizeof(err)), 0);
	assert_int_equal(fcn_faults_init(&b->faults, &plan), 0);
	fcn_fault_plan_free(&plan);
	b->mem = fcn_mem_create();
	cfg.mem = fcn_mem_ops(b->mem);
	fcn_axi_init(&b->axi, &cfg);
	master_init(&b->master, seed, BASE);
	fcn_axi_drive(&b->axi, b->now, &b->master.out, &b->in);
	return b;
}

static void stop(struct bench *b)
{
	fcn_faults_free(&b->faults);
	fcn_mem_destroy(b->mem);
	free(b);
}

static void run(struct bench *b, unsigned cycles)
{
	while (cycles--) {
		fcn_axi_sample(&b->axi, b->now, &b->in, &b->master.out);
		master_cycle(&b->master, b->now, &b->in);
		b->now++;
		fcn_axi_drive(&b->axi, b->now, &b->master.out, &b->in);
	}
}

/* Lets the master finish; false when it does not within a generous time. */
static bool finish(struct bench *b)
{
	b->master.quiet = true;
	for (int i = 0; i < 2000 && !master_done(&b->master); i++)
		run(b, 100);
	run(b, 2);
	return master_done(&b->master);
}

static void expect_clean(struct bench *b)
{
	assert_int_equal(b->master.mismatches, 0);
	assert_int_equal(b->master.strays, 0);
	if (b->axi.check.errors)
		fail_msg("%s", b->axi.check.error[0]);
}

/* Random traffic; what it read and wrote must be right, and memory as the master thinks. */
static void traffic(enum fcn_axi_preset preset, uint64_t seed)
{
	struct bench *b = start(preset, seed, "");
	uint8_t memory[sizeof(b->master.shadow)];

	b->master.busy = 32 + (seed * 37) % 224;
	run(b, 5000);
	assert_true(finish(b));
	expect_clean(b);
	assert_true(fcn_axi_idle(&b->axi));
	assert_int_equal(fcn_mem_read(b->mem, BASE, memory, sizeof(memory)), 0);
	assert_memory_equal(memory, b->master.shadow, sizeof(memory));
	assert_int_equal(b->axi.count.ar_bursts, b->master.reads);
	assert_int_equal(b->axi.count.aw_bursts, b->master.writes);
	assert_int_equal(b->axi.count.b_resps, b->master.writes);
	assert_int_equal(b->master.read_errors + b->master.write_errors, 0);
	assert_true(b->master.reads > 20 && b->master.writes > 10);
	if (preset != FCN_AXI_RANDOM)
		assert_int_equal(b->master.interleavings, 0);
	stop(b);
}

static void data_is_right_in_all_presets(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		traffic(FCN_AXI_IDEAL, seed);
		traffic(FCN_AXI_DDR, seed);
		traffic(FCN_AXI_RANDOM, seed);
	}
}

static void random_memory_interleaves_and_stalls(void **state)
{
	uint64_t interleavings = 0, ar = 0, aw = 0, w = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct bench *b = start(FCN_AXI_RANDOM, seed, "");

		run(b, 5000);
		interleavings += b->master.interleavings;
		ar += b->axi.count.ar_stalls;
		aw += b->axi.count.aw_stalls;
		w += b->axi.count.w_stalls;
		stop(b);
	}
	assert_true(interleavings > 100 && ar > 100 && aw > 100 && w > 100);
}

static void seeds_repeat(void **state)
{
	struct bench *a = start(FCN_AXI_RANDOM, 5, ""), *b = start(FCN_AXI_RANDOM, 5, "");

	(void)state;
	run(a, 3000);
	run(b, 3000);
	assert_memory_equal(&a->axi.count, &b->axi.count, sizeof(a->axi.count));
	assert_memory_equal(a->master.shadow, b->master.shadow, sizeof(a->master.shadow));
	stop(a);
	stop(b);
}

/* One read of 16 beats, begun in cycle 0: the cycles of its first and last beat. */
static void time_read(enum fcn_axi_preset preset, const char *plan, uint64_t first)
{
	struct bench *b = start(preset, 1, plan);

	b->master.quiet = b->master.always_ready = true;
	master_read(&b->master, 0, BASE, 16);
	assert_true(finish(b));
	expect_clean(b);
	assert_int_equal(b->master.first_beat_at, first);
	assert_int_equal(b->master.last_beat_at, first + 15);
	stop(b);
}

static void latencies_are_as_promised(void **state)
{
	(void)state;
	time_read(FCN_AXI_IDEAL, "", 1);
	time_read(FCN_AXI_DDR, "", 64);
	time_read(FCN_AXI_DDR, "late-read cycles=5000", 5064);
}

static void bursts_follow_without_a_gap(void **state)
{
	struct bench *b = start(FCN_AXI_DDR, 1, "");

	(void)state;
	b->master.quiet = b->master.always_ready = true;
	for (unsigned i = 0; i < 8; i++) {
		master_read(&b->master, i % 2, BASE + i * MASTER_LINE, 16);
		run(b, 1);
	}
	assert_true(finish(b));
	expect_clean(b);
	assert_int_equal(b->master.last_beat_at, 64 + 8 * 16 - 1);
	stop(b);
}

static void errors_reach_their_burst(void **state)
{
	struct bench *b = start(FCN_AXI_DDR, 3, "read-error nth=5 count=3\nread-error nth=20 beat=0 resp=decerr\n"
						"write-error nth=4 count=2");
	uint8_t memory[sizeof(b->master.shadow)];

	(void)state;
	run(b, 10000);
	assert_true(finish(b));
	expect_clean(b);
	assert_int_equal(b->master.read_errors, 4);
	assert_int_equal(b->master.write_errors, 2);
	assert_int_equal(b->faults.applied, 6);
	/* A write that failed has changed nothing. */
	assert_int_equal(fcn_mem_read(b->mem, BASE, memory, sizeof(memory)), 0);
	assert_memory_equal(memory, b->master.shadow, sizeof(memory));
	stop(b);
}

static void a_lost_read_blocks_its_id_only(void **state)
{
	struct bench *b = start(FCN_AXI_RANDOM, 1, "lost-read id=1 nth=2");

	(void)state;
	run(b, 300); /* short, so that the ID that is stuck does not fill the slave */
	assert_false(finish(b));
	expect_clean(b);
	assert_int_equal(b->master.rd_head[1], 1);
	assert_int_equal(b->master.rd_head[0], b->master.rd_tail[0]);
	assert_int_equal(b->master.rd_head[2], b->master.rd_tail[2]);
	assert_int_equal(b->master.wr_head, b->master.wr_tail);
	assert_false(fcn_axi_idle(&b->axi));
	fcn_axi_reset(&b->axi);
	assert_true(fcn_axi_idle(&b->axi));
	stop(b);
}

static void a_lost_write_blocks_all_writes(void **state)
{
	struct bench *b = start(FCN_AXI_DDR, 1, "lost-write nth=3");

	(void)state;
	run(b, 20000);
	assert_false(finish(b));
	expect_clean(b);
	assert_int_equal(b->axi.count.b_resps, 2);
	stop(b);
}

static int no_read(void *ctx, uint64_t pa, void *buf, size_t n)
{
	(void)ctx, (void)pa, (void)buf, (void)n;
	return -EFAULT;
}

static int no_write(void *ctx, uint64_t pa, const void *buf, size_t n)
{
	(void)ctx, (void)pa, (void)buf, (void)n;
	return -EFAULT;
}

static void memory_that_fails_is_decerr(void **state)
{
	struct bench *b = start(FCN_AXI_IDEAL, 1, "");

	(void)state;
	b->axi.cfg.mem = (struct fcn_mem_ops){ no_read, no_write, NULL };
	run(b, 1000);
	assert_true(finish(b));
	expect_clean(b);
	assert_int_equal(b->master.read_errors, b->master.reads);
	assert_int_equal(b->master.write_errors, b->master.writes);
	stop(b);
}

static void presets_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < FCN_AXI_PRESETS; i++)
		assert_int_equal(fcn_axi_preset_find(fcn_axi_preset_name(i)), i);
	assert_int_equal(fcn_axi_preset_find("fast"), -EINVAL);
	assert_null(fcn_axi_preset_name(FCN_AXI_PRESETS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_is_right_in_all_presets),
		cmocka_unit_test(random_memory_interleaves_and_stalls),
		cmocka_unit_test(seeds_repeat),
		cmocka_unit_test(latencies_are_as_promised),
		cmocka_unit_test(bursts_follow_without_a_gap),
		cmocka_unit_test(errors_reach_their_burst),
		cmocka_unit_test(a_lost_read_blocks_its_id_only),
		cmocka_unit_test(a_lost_write_blocks_all_writes),
		cmocka_unit_test(memory_that_fails_is_decerr),
		cmocka_unit_test(presets_have_names),
	};

	return cmocka_run_group_tests_name("AXI slave", tests, NULL, NULL);
}
