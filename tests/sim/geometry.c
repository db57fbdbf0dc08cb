// SPDX-License-Identifier: Apache-2.0
#include "geometry.h"

#include <stdio.h>
#include <stdlib.h>

#define GEOMETRIES_MAX 8
#define TESTS_MAX 32

struct fcn_sim *open_core(void **state, struct fcn_sim_config cfg)
{
	const struct geometry *g = *state;
	struct fcn_sim *sim;

	cfg.rows = g->rows;
	cfg.cols = g->cols;
	assert_int_equal(fcn_sim_create(&cfg, &sim), 0);
	return sim;
}

struct fcn_sim *open_plan(void **state, struct fcn_sim_config cfg, const char *text)
{
	struct fcn_fault_plan plan;
	struct fcn_sim *sim;
	char err[100];

	if (fcn_fault_plan_parse(&plan, text, err, sizeof(err)))
		fail_msg("%s", err);
	cfg.faults = &plan;
	sim = open_core(state, cfg);
	fcn_fault_plan_free(&plan);
	return sim;
}

void close_clean(struct fcn_sim *sim)
{
	if (fcn_sim_protocol_errors(sim))
		fail_msg("%s", fcn_sim_protocol_error(sim, 0));
	fcn_sim_destroy(sim);
}

uint32_t get(struct fcn_sim *sim, unsigned off)
{
	uint32_t value = 0;

	assert_int_equal(fcn_sim_read32(sim, off, &value), 0);
	return value;
}

void set(struct fcn_sim *sim, unsigned off, uint32_t value)
{
	assert_int_equal(fcn_sim_write32(sim, off, value), 0);
}

int run_in_each_geometry(const char *group, const struct CMUnitTest *tests, size_t n)
{
	static struct geometry geometry[GEOMETRIES_MAX];
	static char names[GEOMETRIES_MAX * TESTS_MAX][80];
	static struct CMUnitTest all[GEOMETRIES_MAX * TESTS_MAX];
	size_t count = 0;

	for (unsigned g = 0; g < GEOMETRIES_MAX; g++) {
		if (fcn_sim_geometry(g, &geometry[g].rows, &geometry[g].cols))
			break;
		for (size_t i = 0; i < n; i++, count++) {
			snprintf(names[count], sizeof(names[0]), "%ux%u %s", geometry[g].rows, geometry[g].cols,
				 tests[i].name);
			all[count] = tests[i];
			all[count].name = names[count];
			all[count].initial_state = &geometry[g];
		}
	}
	/* The macro wants an array whose size it can see; the function behind it does not. */
	return _cmocka_run_group_tests(group, all, count, NULL, NULL);
}
