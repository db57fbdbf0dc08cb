/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that run once in each geometry that is linked. */
#ifndef GEOMETRY_H
#define GEOMETRY_H

#include "test.h"

#include "fcn_sim.h"

/* What *state of such a test points to. */
struct geometry {
	unsigned rows, cols;
};

/* Runs n tests in each geometry, their names with the geometry in front; as cmocka_run_group_tests(). */
int run_in_each_geometry(const char *group, const struct CMUnitTest *tests, size_t n);

/* A simulator of the test's geometry; with the plan of a text; both assert that it comes. */
struct fcn_sim *open_core(void **state, struct fcn_sim_config cfg);
struct fcn_sim *open_plan(void **state, struct fcn_sim_config cfg, const char *text);

/* Asserts that there was no protocol violation. */
void close_clean(struct fcn_sim *sim);

/* Register accesses that must succeed. */
uint32_t get(struct fcn_sim *sim, unsigned off);
void set(struct fcn_sim *sim, unsigned off, uint32_t value);

#endif
