// SPDX-License-Identifier: Apache-2.0
/* Fault plans: text, and which events they hit. */
#include "test.h"

#include "fcn_fault_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each line is what the printer makes of it, so that it also comes back. */
static const char canonical[] =
	"seed 7\n"
	"read-error\n"
	"read-error addr=0x4000 len=0x100 id=2 at=9 nth=3 count=4 beat=0 resp=decerr\n"
	"late-read addr=0x0 len=0x1 one-in=100 cycles=5000\n"
	"late-read cycles=1\n"
	"lost-read nth=2 count=all\n"
	"write-error count=5 one-in=3\n"
	"late-write cycles=18446\n"
	"lost-write id=0\n"
	"slow-reg addr=0x118 len=0x4 cycles=77\n"
	"slow-reg count=1 cycles=77\n"
	"all-ones-reg at=1000\n"
	"lost-irq nth=2\n"
	"spurious-irq at=0\n"
	"spurious-irq at=120000 cycles=4\n"
	"stuck-engine engine=load\n"
	"stuck-engine addr=0x4000 len=0x1000 at=9 nth=3 engine=store\n";

static void expect_plan(const char *text, const char *printed)
{
	struct fcn_fault_plan plan;
	char err[80], buf[2048];

	assert_int_equal(fcn_fault_plan_parse(&plan, text, err, sizeof(err)), 0);
	assert_string_equal(err, "");
	assert_int_equal(fcn_fault_plan_print(&plan, buf, sizeof(buf)), strlen(printed));
	assert_string_equal(buf, printed);
	fcn_fault_plan_free(&plan);
}

static void plans_come_back(void **state)
{
	(void)state;
	expect_plan(canonical, canonical);
}

static void spelling_is_free(void **state)
{
	(void)state;
	expect_plan("", "");
	expect_plan("\n# nothing\n   # at all\r\n", "");
	expect_plan("seed 0x10", "seed 16\n");
	expect_plan("\tread-error  nth=0x3,addr=16384 , len=256,resp=slverr # why", "read-error addr=0x4000 len=0x100 nth=3\n");
	expect_plan("read-error addr=5", "read-error addr=0x5 len=0x1\n");
	expect_plan("lost-irq count=1 nth=1", "lost-irq\n");
	expect_plan("lost-irq one-in=3 count=5", "lost-irq count=5 one-in=3\n");
}

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *text, *err;
	} cases[] = {
		{ "\n\nx nth=1", "line 3: unknown fault 'x'" },
		{ "read-error nth", "line 1: 'nth' is not key=value" },
		{ "read-error foo=1", "line 1: unknown key 'foo'" },
		{ "read-error cycles=1", "line 1: read-error has no cycles" },
		{ "lost-irq\nlost-irq addr=1", "line 2: lost-irq has no addr" },
		{ "spurious-irq at=1 nth=2", "line 1: spurious-irq has no nth" },
		{ "read-error nth=1 nth=2", "line 1: nth is there twice" },
		{ "read-error nth=", "line 1: nth: bad value ''" },
		{ "read-error nth=-1", "line 1: nth: bad value '-1'" },
		{ "read-error nth=+1", "line 1: nth: bad value '+1'" },
		{ "read-error nth=0x", "line 1: nth: bad value '0x'" },
		{ "read-error nth=1z", "line 1: nth: bad value '1z'" },
		{ "read-error nth=1f", "line 1: nth: bad value '1f'" },
		{ "read-error nth=99999999999999999999", "line 1: nth: bad value '99999999999999999999'" },
		{ "read-error nth=0", "line 1: nth: 0 is not in 1..18446744073709551615" },
		{ "read-error id=4", "line 1: id: 4 is not in 0..3" },
		{ "read-error resp=okay", "line 1: resp: bad value 'okay'" },
		{ "read-error resp=2", "line 1: resp: bad value '2'" },
		{ "read-error len=4", "line 1: len without addr" },
		{ "late-read nth=4", "line 1: late-read needs cycles=" },
		{ "spurious-irq", "line 1: spurious-irq needs at=" },
		{ "stuck-engine nth=2", "line 1: stuck-engine needs engine=" },
		{ "stuck-engine engine=post", "line 1: engine: bad value 'post'" },
		{ "stuck-engine engine=1", "line 1: engine: bad value '1'" },
		{ "read-error engine=load", "line 1: read-error has no engine" },
		{ "seed", "line 1: seed needs one number" },
		{ "seed 1 2", "line 1: seed needs one number" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fcn_fault_plan plan;
		char err[120];

		assert_int_equal(fcn_fault_plan_parse(&plan, cases[i].text, err, sizeof(err)), -EINVAL);
		assert_string_equal(err, cases[i].err);
		assert_int_equal(plan.n, 0);
		assert_null(plan.fault);
	}
}

static void printing_truncates(void **state)
{
	struct fcn_fault_plan plan;
	char buf[8];

	(void)state;
	assert_int_equal(fcn_fault_plan_parse(&plan, "read-error\nlost-irq", NULL, 0), 0);
	assert_int_equal(fcn_fault_plan_print(&plan, buf, sizeof(buf)), strlen("read-error\nlost-irq\n"));
	assert_string_equal(buf, "read-er");
	assert_int_equal(fcn_fault_plan_print(&plan, NULL, 0), strlen("read-error\nlost-irq\n"));
	fcn_fault_plan_free(&plan);
}

/* Whatever bytes come, the parser ends, stays in its buffers, and what it takes comes back. */
static void noise_is_survived(void **state)
{
	struct fcn_rng rng = { 1 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[sizeof(canonical)], err[40], one[2048], two[2048];
		struct fcn_fault_plan plan;

		memcpy(text, canonical, sizeof(text));
		for (unsigned n = fcn_rng_below(&rng, 4); n; n--)
			text[fcn_rng_below(&rng, sizeof(text) - 1)] = "=, \n#0x9a-e"[fcn_rng_below(&rng, 11)];
		text[fcn_rng_below(&rng, sizeof(text))] = 0;
		if (fcn_fault_plan_parse(&plan, text, err, sizeof(err)))
			continue;
		fcn_fault_plan_print(&plan, one, sizeof(one));
		fcn_fault_plan_free(&plan);
		assert_int_equal(fcn_fault_plan_parse(&plan, one, err, sizeof(err)), 0);
		fcn_fault_plan_print(&plan, two, sizeof(two));
		assert_string_equal(one, two);
		fcn_fault_plan_free(&plan);
	}
}

static void start(struct fcn_faults *fs, const char *text)
{
	struct fcn_fault_plan plan;

	assert_int_equal(fcn_fault_plan_parse(&plan, text, NULL, 0), 0);
	assert_int_equal(fcn_faults_init(fs, &plan), 0);
	fcn_fault_plan_free(&plan);
}

static void nth_and_count_choose(void **state)
{
	struct fcn_faults fs;

	(void)state;
	start(&fs, "read-error nth=3 count=2 resp=decerr beat=5");
	for (int i = 1; i <= 6; i++) {
		struct fcn_fault_effect e = fcn_faults_apply(&fs, FCN_EVENT_READ, 0, 0, 16, 1);

		assert_int_equal(e.resp, i == 3 || i == 4 ? FCN_RESP_DECERR : 0);
		if (e.resp)
			assert_int_equal(e.beat, 5);
		assert_int_equal(fcn_faults_apply(&fs, FCN_EVENT_WRITE, 0, 0, 16, 1).resp, 0);
	}
	assert_int_equal(fs.applied, 2);
	fcn_faults_free(&fs);
}

static void place_id_and_time_filter(void **state)
{
	struct fcn_faults fs;

	(void)state;
	start(&fs, "lost-write addr=0x100 len=0x10 id=2 at=50 count=all");
	assert_false(fcn_faults_apply(&fs, FCN_EVENT_WRITE, 50, 0xf0, 16, 2).lost);
	assert_false(fcn_faults_apply(&fs, FCN_EVENT_WRITE, 50, 0x110, 16, 2).lost);
	assert_false(fcn_faults_apply(&fs, FCN_EVENT_WRITE, 50, 0x100, 16, 1).lost);
	assert_false(fcn_faults_apply(&fs, FCN_EVENT_WRITE, 49, 0x100, 16, 2).lost);
	assert_true(fcn_faults_apply(&fs, FCN_EVENT_WRITE, 50, 0x100, 16, 2).lost);
	assert_true(fcn_faults_apply(&fs, FCN_EVENT_WRITE, 50, 0xf0, 17, 2).lost);
	assert_true(fcn_faults_apply(&fs, FCN_EVENT_WRITE, 50, 0x10f, 1, 2).lost);
	fcn_faults_free(&fs);
}

static void delays_add_up(void **state)
{
	struct fcn_faults fs;

	(void)state;
	start(&fs, "late-read cycles=10 count=all\nlate-read cycles=5 nth=2\nread-error nth=2");
	assert_int_equal(fcn_faults_apply(&fs, FCN_EVENT_READ, 0, 0, 16, 0).delay, 10);
	struct fcn_fault_effect e = fcn_faults_apply(&fs, FCN_EVENT_READ, 0, 0, 16, 0);
	assert_int_equal(e.delay, 15);
	assert_int_equal(e.resp, FCN_RESP_SLVERR);
	assert_int_equal(e.beat, -1);
	fcn_faults_free(&fs);
}

static unsigned hits(const char *plan, uint64_t *pattern)
{
	struct fcn_faults fs;
	unsigned n = 0;

	start(&fs, plan);
	*pattern = 0;
	for (int i = 0; i < 10000; i++)
		if (fcn_faults_apply(&fs, FCN_EVENT_IRQ, 0, 0, 1, 0).lost) {
			n++;
			*pattern = *pattern * 31 + (uint64_t)i;
		}
	fcn_faults_free(&fs);
	return n;
}

static void chance_follows_the_seed(void **state)
{
	uint64_t a, b, c;

	(void)state;
	assert_in_range(hits("seed 1\nlost-irq one-in=10", &a), 900, 1100);
	hits("seed 1\nlost-irq one-in=10", &b);
	hits("seed 2\nlost-irq one-in=10", &c);
	assert_true(a == b);
	assert_true(a != c);
}

static void spurious_interrupts_come_in_time(void **state)
{
	struct fcn_faults fs;

	(void)state;
	start(&fs, "spurious-irq at=30 cycles=4\nspurious-irq at=10");
	assert_int_equal(fs.next_irq, 10);
	assert_int_equal(fcn_faults_take_irq(&fs, 9), 0);
	assert_int_equal(fcn_faults_take_irq(&fs, 12), 1);
	assert_int_equal(fs.next_irq, 30);
	assert_int_equal(fcn_faults_take_irq(&fs, 30), 4);
	assert_true(fs.next_irq == UINT64_MAX);
	fcn_faults_free(&fs);
}

/* From its nth burst on an engine waits for a stop, and never again after it; the others do not. */
static void stuck_engines_wait_for_a_stop(void **state)
{
	struct fcn_faults fs;

	(void)state;
	start(&fs, "stuck-engine engine=load nth=2\nstuck-engine engine=store at=50");
	for (uint64_t round = 0; round < 3; round++) {
		uint64_t stop = fs.stops + 1;

		assert_int_equal(fcn_faults_apply(&fs, FCN_EVENT_READ, 0, 0, 16, 0).stop, 0);
		assert_int_equal(fcn_faults_apply(&fs, FCN_EVENT_READ, 0, 0, 16, 0).stop, round ? 0 : stop);
		assert_int_equal(fcn_faults_apply(&fs, FCN_EVENT_READ, 0, 0, 16, 0).stop, round ? 0 : stop);
		assert_int_equal(fcn_faults_apply(&fs, FCN_EVENT_READ, 0, 0, 16, 1).stop, 0);
		assert_int_equal(fcn_faults_apply(&fs, FCN_EVENT_READ, 0, 0, 16, 2).stop, 0);
		/* One that has not struck yet is not over. */
		assert_int_equal(fcn_faults_apply(&fs, FCN_EVENT_WRITE, 50 * round, 0, 16, 0).stop, round == 1 ? stop : 0);
		fcn_faults_stop(&fs);
	}
	fcn_faults_free(&fs);
}

static void no_plan_is_no_fault(void **state)
{
	struct fcn_fault_plan empty = { 0 };
	struct fcn_faults fs;

	(void)state;
	assert_int_equal(fcn_faults_init(&fs, NULL), 0);
	assert_int_equal(fcn_faults_apply(&fs, FCN_EVENT_READ, 0, 0, 16, 0).delay, 0);
	assert_int_equal(fcn_faults_init(&fs, &empty), 0);
	assert_true(fs.next_irq == UINT64_MAX);
	fcn_faults_free(&fs);
	assert_string_equal(fcn_fault_name(FCN_FAULT_LOST_IRQ), "lost-irq");
	assert_null(fcn_fault_name(FCN_FAULT_KINDS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_come_back),
		cmocka_unit_test(spelling_is_free),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(printing_truncates),
		cmocka_unit_test(noise_is_survived),
		cmocka_unit_test(nth_and_count_choose),
		cmocka_unit_test(place_id_and_time_filter),
		cmocka_unit_test(delays_add_up),
		cmocka_unit_test(chance_follows_the_seed),
		cmocka_unit_test(spurious_interrupts_come_in_time),
		cmocka_unit_test(stuck_engines_wait_for_a_stop),
		cmocka_unit_test(no_plan_is_no_fault),
	};

	return cmocka_run_group_tests_name("fault plan", tests, NULL, NULL);
}
