// SPDX-License-Identifier: Apache-2.0
/* The library around the core: registers, time, interrupts, faults, several instances. */
#include "test.h"

#include "drm/fcn_accel_regs.h"
#include "fake_core.h"
#include "fcn_sim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEST_BIT FCN_IRQ_TEST_TEST_MASK

static struct fcn_sim *open_plan(const struct fcn_sim_config *base, const char *text)
{
	struct fcn_sim_config cfg = base ? *base : (struct fcn_sim_config){ 0 };
	struct fcn_fault_plan plan;
	struct fcn_sim *sim;
	char err[100];

	assert_int_equal(fcn_fault_plan_parse(&plan, text, err, sizeof(err)), 0);
	cfg.rows = cfg.cols = 1;
	cfg.faults = &plan;
	assert_int_equal(fcn_sim_create(&cfg, &sim), 0);
	fcn_fault_plan_free(&plan);
	return sim;
}

static uint32_t get(struct fcn_sim *sim, unsigned off)
{
	uint32_t value = 0;

	assert_int_equal(fcn_sim_read32(sim, off, &value), 0);
	return value;
}

static void set(struct fcn_sim *sim, unsigned off, uint32_t value)
{
	assert_int_equal(fcn_sim_write32(sim, off, value), 0);
}

static void configurations_are_checked(void **state)
{
	struct fcn_sim *sim = (void *)1;
	unsigned rows, cols;

	(void)state;
	assert_int_equal(fcn_sim_create(&(struct fcn_sim_config){ .rows = 3, .cols = 1 }, &sim), -ENOENT);
	assert_null(sim);
	assert_int_equal(fcn_sim_create(&(struct fcn_sim_config){ .rows = 1, .cols = 1, .memory = 9 }, &sim), -EINVAL);
	assert_int_equal(fcn_sim_create(&(struct fcn_sim_config){ .rows = 1, .cols = 1, .waves = "x" }, &sim), -ENOTSUP);
	assert_int_equal(fcn_sim_geometry(0, &rows, &cols), 0);
	assert_int_equal(rows, 1);
	assert_int_equal(fcn_sim_geometry(1, &rows, &cols), -ENOENT);
	fcn_sim_destroy(NULL);
}

static void registers_keep_their_value(void **state)
{
	struct fcn_sim *sim = open_plan(NULL, "");
	uint32_t value;
	uint64_t t = fcn_sim_now(sim);

	(void)state;
	set(sim, FCN_REG_SCRATCH, 0x12345678);
	assert_int_equal(get(sim, FCN_REG_SCRATCH), 0x12345678);
	assert_in_range(fcn_sim_now(sim) - t, 4, 12);
	assert_int_equal(fcn_sim_read32(sim, 2, &value), -EINVAL);
	assert_int_equal(fcn_sim_read32(sim, 4096, &value), -EINVAL);
	assert_int_equal(fcn_sim_write32(sim, 4096, 0), -EINVAL);
	fcn_sim_reset(sim);
	assert_int_equal(get(sim, FCN_REG_SCRATCH), 0);
	fcn_sim_destroy(sim);
}

static void errors_of_the_port_are_eio(void **state)
{
	struct fcn_sim *sim = open_plan(NULL, "");
	uint32_t value;

	(void)state;
	set(sim, FAKE_MODE, FAKE_ERROR);
	assert_int_equal(fcn_sim_read32(sim, 0, &value), -EIO);
	assert_int_equal(fcn_sim_write32(sim, 0, 0), -EIO);
	fcn_sim_destroy(sim);
}

static void a_mute_core_times_out(void **state)
{
	struct fcn_sim *sim = open_plan(&(struct fcn_sim_config){ .reg_timeout = 100 }, "");
	uint32_t value;
	uint64_t t;

	(void)state;
	set(sim, FAKE_MODE, FAKE_MUTE);
	t = fcn_sim_now(sim);
	assert_int_equal(fcn_sim_read32(sim, 0, &value), -ETIMEDOUT);
	assert_int_equal(fcn_sim_now(sim) - t, 100);
	assert_int_equal(value, UINT32_MAX);
	assert_int_equal(fcn_sim_write32(sim, 0, 0), -ETIMEDOUT);
	assert_false(fcn_sim_idle(sim));
	fcn_sim_reset(sim);
	set(sim, FCN_REG_SCRATCH, 5);
	assert_int_equal(get(sim, FCN_REG_SCRATCH), 5);
	fcn_sim_destroy(sim);
}

/* What comes after a timeout must not be answered by the answer that came too late. */
static void late_answers_are_not_mixed_up(void **state)
{
	struct fcn_sim *sim = open_plan(&(struct fcn_sim_config){ .reg_timeout = 120 }, "");
	uint32_t value;
	int err, tries = 0;

	(void)state;
	set(sim, FCN_REG_SCRATCH, 0xabc);
	set(sim, FAKE_MODE, FAKE_SLOW);
	assert_int_equal(fcn_sim_read32(sim, FCN_REG_IRQ_ENABLE, &value), -ETIMEDOUT);
	do
		err = fcn_sim_read32(sim, FCN_REG_SCRATCH, &value);
	while (err == -ETIMEDOUT && ++tries < 10);
	assert_int_equal(err, 0);
	assert_int_equal(value, 0xabc);
	assert_in_range(tries, 1, 3);
	fcn_sim_destroy(sim);
}

static void time_passes_as_asked(void **state)
{
	struct fcn_sim *sim = open_plan(&(struct fcn_sim_config){ .clock_idle = true }, "");
	uint64_t t = fcn_sim_now(sim);
	uint32_t edges = get(sim, FAKE_CYCLES);
	uint64_t t_read = fcn_sim_now(sim);
	struct fcn_sim_counters c;

	(void)state;
	assert_int_equal(fcn_sim_advance(sim, 0, false), 0);
	assert_int_equal(fcn_sim_advance(sim, 12345, false), 12345);
	assert_int_equal(get(sim, FAKE_CYCLES) - edges, 12345 + t_read - t);
	fcn_sim_counters(sim, &c);
	assert_int_equal(c.cycles, fcn_sim_now(sim));
	assert_int_equal(c.clocked, c.cycles);
	assert_int_equal(c.reg_reads, 2);
	fcn_sim_destroy(sim);
}

static void an_idle_core_is_not_clocked(void **state)
{
	struct fcn_sim *sim = open_plan(NULL, "");
	struct fcn_sim_counters c;

	(void)state;
	assert_int_equal(fcn_sim_advance(sim, UINT64_C(1) << 40, false), UINT64_C(1) << 40);
	fcn_sim_counters(sim, &c);
	assert_true(c.cycles > UINT64_C(1) << 40);
	assert_true(c.clocked < 1000);
	assert_true(fcn_sim_idle(sim));

	/* A write wakes it, and while it is busy every cycle counts. */
	set(sim, FCN_REG_IRQ_ENABLE, TEST_BIT);
	set(sim, FAKE_TIMER, 5000);
	assert_false(fcn_sim_idle(sim));
	uint64_t t = fcn_sim_now(sim);
	assert_int_equal(fcn_sim_run_until_irq(sim, 1000000), 0);
	assert_in_range(fcn_sim_now(sim) - t, 4900, 5000);
	assert_true(fcn_sim_irq(sim));
	fcn_sim_destroy(sim);
}

static void count_edge(void *ctx, bool level)
{
	int *edges = ctx;

	edges[level]++;
}

static void interrupts_are_seen(void **state)
{
	struct fcn_sim *sim = open_plan(NULL, "");
	int edges[2] = { 0 };

	(void)state;
	fcn_sim_on_irq(sim, count_edge, edges);
	set(sim, FCN_REG_IRQ_ENABLE, TEST_BIT);
	assert_int_equal(fcn_sim_run_until_irq(sim, 500), -ETIMEDOUT);
	set(sim, FCN_REG_IRQ_TEST, TEST_BIT);
	assert_int_equal(fcn_sim_run_until_irq(sim, 500), 0);
	assert_int_equal(fcn_sim_advance(sim, 100, true), 0);
	assert_int_equal(fcn_sim_advance(sim, 100, false), 100);
	set(sim, FCN_REG_IRQ_STATUS, TEST_BIT);
	fcn_sim_advance(sim, 1, false);
	assert_false(fcn_sim_irq(sim));
	assert_int_equal(edges[1], 1);
	assert_int_equal(edges[0], 1);
	fcn_sim_destroy(sim);
}

static void raise_and_clear(struct fcn_sim *sim)
{
	set(sim, FCN_REG_IRQ_TEST, TEST_BIT);
	fcn_sim_advance(sim, 10, false);
	set(sim, FCN_REG_IRQ_STATUS, TEST_BIT);
	fcn_sim_advance(sim, 10, false);
}

static void interrupts_get_lost(void **state)
{
	struct fcn_sim *sim = open_plan(NULL, "lost-irq nth=2");
	int edges[2] = { 0 };

	(void)state;
	fcn_sim_on_irq(sim, count_edge, edges);
	set(sim, FCN_REG_IRQ_ENABLE, TEST_BIT);
	raise_and_clear(sim);
	assert_int_equal(edges[1], 1);
	raise_and_clear(sim);
	assert_int_equal(edges[1], 1);
	raise_and_clear(sim);
	assert_int_equal(edges[1], 2);
	assert_int_equal(edges[0], 2);
	fcn_sim_destroy(sim);
}

static void interrupts_come_without_a_reason(void **state)
{
	struct fcn_sim *sim = open_plan(NULL, "spurious-irq at=500\nspurious-irq at=1000000 cycles=7");
	int edges[2] = { 0 };

	(void)state;
	fcn_sim_on_irq(sim, count_edge, edges);
	assert_false(fcn_sim_idle(sim)); /* something is still to come */
	assert_int_equal(fcn_sim_run_until_irq(sim, 10000), 0);
	assert_int_equal(fcn_sim_now(sim), 500);
	assert_int_equal(get(sim, FCN_REG_IRQ_STATUS), 0);
	assert_int_equal(fcn_sim_run_until_irq(sim, 10000000), 0);
	assert_int_equal(fcn_sim_now(sim), 1000000);
	fcn_sim_advance(sim, 6, false);
	assert_true(fcn_sim_irq(sim));
	fcn_sim_advance(sim, 1, false);
	assert_false(fcn_sim_irq(sim));
	assert_int_equal(edges[1], 2);
	assert_true(fcn_sim_idle(sim));
	fcn_sim_destroy(sim);
}

static void registers_get_slow(void **state)
{
	struct fcn_sim *sim = open_plan(NULL, "slow-reg addr=0x3c len=4 cycles=3000 nth=2 count=1");
	uint64_t t;

	(void)state;
	set(sim, FCN_REG_SCRATCH, 9);
	t = fcn_sim_now(sim);
	assert_int_equal(get(sim, FCN_REG_SCRATCH), 9);
	assert_in_range(fcn_sim_now(sim) - t, 3000, 3010);
	t = fcn_sim_now(sim);
	assert_int_equal(get(sim, FCN_REG_SCRATCH), 9);
	assert_in_range(fcn_sim_now(sim) - t, 2, 10);
	fcn_sim_destroy(sim);
}

/* The core gets idle while the access is on its way, and must wake all the same. */
static void slow_writes_wake_the_core(void **state)
{
	struct fcn_sim *sim = open_plan(NULL, "slow-reg addr=0x804 len=4 cycles=5000");

	(void)state;
	set(sim, FCN_REG_IRQ_ENABLE, TEST_BIT);
	set(sim, FAKE_TIMER, 1000);
	assert_int_equal(fcn_sim_run_until_irq(sim, 2000), 0);
	fcn_sim_destroy(sim);
}

static void devices_die(void **state)
{
	struct fcn_sim *sim = open_plan(NULL, "all-ones-reg nth=3");

	(void)state;
	set(sim, FCN_REG_SCRATCH, 9);
	assert_int_equal(get(sim, FCN_REG_SCRATCH), 9);
	for (int i = 0; i < 3; i++)
		assert_int_equal(get(sim, FCN_REG_SCRATCH), UINT32_MAX);
	set(sim, FCN_REG_SCRATCH, 1);
	assert_int_equal(get(sim, FCN_REG_ID), UINT32_MAX);
	fcn_sim_destroy(sim);
}

static uint32_t read_word(struct fcn_sim *sim, uint32_t pa)
{
	set(sim, FAKE_READ, pa);
	fcn_sim_advance(sim, 100, false);
	return get(sim, FAKE_DATA);
}

static int my_read(void *ctx, uint64_t pa, void *buf, size_t n)
{
	memset(buf, *(int *)ctx + (int)(pa >> 12), n);
	return 0;
}

static int my_write(void *ctx, uint64_t pa, const void *buf, size_t n)
{
	(void)ctx, (void)pa, (void)buf, (void)n;
	return -EFAULT;
}

static void memory_is_behind_the_bus(void **state)
{
	struct fcn_sim *sim = open_plan(NULL, "");
	uint32_t word = 0xfeedbeef;
	int ctx = 0x20;
	struct fcn_mem_ops mem = { my_read, my_write, &ctx };

	(void)state;
	assert_int_equal(fcn_mem_write(fcn_sim_mem(sim), 0x1230, &word, sizeof(word)), 0);
	assert_int_equal(read_word(sim, 0x1230), word);
	fcn_sim_destroy(sim);

	sim = open_plan(&(struct fcn_sim_config){ .mem = &mem }, "");
	assert_null(fcn_sim_mem(sim));
	assert_int_equal(read_word(sim, 0x3000), 0x23232323);
	fcn_sim_destroy(sim);
}

static void violations_are_reported(void **state)
{
	struct fcn_sim *sim = open_plan(NULL, "");

	(void)state;
	read_word(sim, 0x10);
	assert_int_equal(fcn_sim_protocol_errors(sim), 0);
	assert_null(fcn_sim_protocol_error(sim, 0));
	read_word(sim, 0x18);
	assert_int_equal(fcn_sim_protocol_errors(sim), 1);
	assert_non_null(strstr(fcn_sim_protocol_error(sim, 0), "AR: address 0x18 is not a multiple of 16"));
	assert_null(fcn_sim_protocol_error(sim, 1));
	fcn_sim_destroy(sim);
}

static void instances_are_apart(void **state)
{
	struct fcn_sim *sim[8];

	(void)state;
	for (unsigned i = 0; i < COUNT(sim); i++) {
		sim[i] = open_plan(&(struct fcn_sim_config){ .memory = i % FCN_AXI_PRESETS, .seed = i }, "");
		set(sim[i], FCN_REG_SCRATCH, i);
		*(uint32_t *)fcn_mem_ptr(fcn_sim_mem(sim[i]), 0x40) = 100 + i;
	}
	for (unsigned i = 0; i < COUNT(sim); i++) {
		assert_int_equal(get(sim[i], FCN_REG_SCRATCH), i);
		fcn_sim_advance(sim[i], 1000, false);
		assert_int_equal(read_word(sim[i], 0x40), 100 + i);
		fcn_sim_destroy(sim[i]);
	}
}

static void the_transcript_says_what_happened(void **state)
{
	char text[4096];
	FILE *log = tmpfile();
	struct fcn_sim *sim = open_plan(&(struct fcn_sim_config){ .log = log }, "lost-irq");
	size_t n;

	(void)state;
	set(sim, FCN_REG_IRQ_ENABLE, TEST_BIT);
	read_word(sim, 0x1230);
	raise_and_clear(sim);
	raise_and_clear(sim);
	fcn_sim_destroy(sim);
	rewind(log);
	n = fread(text, 1, sizeof(text) - 1, log);
	text[n] = 0;
	fclose(log);
	assert_non_null(strstr(text, " write 0x02c IRQ_ENABLE 0x80000000 "));
	assert_non_null(strstr(text, " ar id=0 addr=0x0000001230 beats=1\n"));
	assert_non_null(strstr(text, " r-last id=0 resp=0\n"));
	assert_non_null(strstr(text, " irq lost\n"));
	assert_non_null(strstr(text, " irq 1\n"));
	assert_non_null(strstr(text, " irq 0\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configurations_are_checked),
		cmocka_unit_test(registers_keep_their_value),
		cmocka_unit_test(errors_of_the_port_are_eio),
		cmocka_unit_test(a_mute_core_times_out),
		cmocka_unit_test(late_answers_are_not_mixed_up),
		cmocka_unit_test(time_passes_as_asked),
		cmocka_unit_test(an_idle_core_is_not_clocked),
		cmocka_unit_test(interrupts_are_seen),
		cmocka_unit_test(interrupts_get_lost),
		cmocka_unit_test(interrupts_come_without_a_reason),
		cmocka_unit_test(registers_get_slow),
		cmocka_unit_test(slow_writes_wake_the_core),
		cmocka_unit_test(devices_die),
		cmocka_unit_test(memory_is_behind_the_bus),
		cmocka_unit_test(violations_are_reported),
		cmocka_unit_test(instances_are_apart),
		cmocka_unit_test(the_transcript_says_what_happened),
	};

	return cmocka_run_group_tests_name("simulator", tests, NULL, NULL);
}
