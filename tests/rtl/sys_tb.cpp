// SPDX-License-Identifier: Apache-2.0
//
// Tests of the whole core in a small geometry: sys_tb [SEED [ROUNDS [TEST]]].  Prints TAP.

#include "sys_basic.h"
#include "sys_fault.h"
#include "sys_jobs.h"
#include "sys_random.h"
#include "sys_storm.h"

static unsigned rounds = 60;

static void random_copies(sys_bench &b, sys_check &t)
{
	test_random(b, t, rounds, false);
}

static void random_faults(sys_bench &b, sys_check &t)
{
	test_random(b, t, rounds, true);
}

static void storm(sys_bench &b, sys_check &t)
{
	test_storm(b, t, 10 * rounds);
}

static const struct {
	const char *name;
	void (*run)(sys_bench &b, sys_check &t);
} tests[] = {
	{ "registers", test_registers },
	{ "a copy, its records and interrupt", test_copy },
	{ "jobs of nothing, and of SYNC commands", test_empty_jobs },
	{ "a convolution through all engines", test_engines },
	{ "bandwidth", test_bandwidth },
	{ "translation of far addresses", test_translation },
	{ "forgetting translations", test_flush },
	{ "illegal commands", test_illegal },
	{ "page-table faults", test_mmu },
	{ "bus errors", test_bus_errors },
	{ "an earlier error wins over a later fault", test_order },
	{ "deadlock", test_deadlock },
	{ "two slots", test_two_slots },
	{ "the way from job to job", test_job_change },
	{ "abort", test_abort },
	{ "reset", test_reset },
	{ "buffers between clients", test_secrets },
	{ "random copies in random weather", random_copies },
	{ "random faults in random weather", random_faults },
	{ "a storm of jobs in both slots", storm },
};

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], nullptr, 0) : 1;
	unsigned failed = 0, n = 0;

	if (argc > 2)
		rounds = (unsigned)strtoul(argv[2], nullptr, 0);
	printf("# seed %llu, %u rounds\n", (unsigned long long)seed, rounds);
	for (auto &test : tests) {
		n++;
		if (argc > 3 && n != strtoul(argv[3], nullptr, 0))
			continue;
		sys_bench b(seed * 1000 + n);
		sys_check t;

		test.run(b, t);
		printf("%sok %u - %s\n", t.text.empty() ? "" : "not ", n, test.name);
		if (!t.text.empty()) {
			printf("# %s\n", t.text.c_str());
			failed++;
		}
		fflush(stdout);
	}
	printf("1..%zu\n", sizeof(tests) / sizeof(tests[0]));
	return failed != 0;
}
