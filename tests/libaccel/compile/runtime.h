/* SPDX-License-Identifier: MIT */
/* Runs plans: host nodes by the reference, jobs on a device of the tests, or layers in plain C. */
#ifndef TESTS_COMPILE_RUNTIME_H
#define TESTS_COMPILE_RUNTIME_H

#include "device.h"
#include "layers.h"
#include "ref.h"

/* Values of all tensors of a graph; data NULL where there is none. */
struct values {
	const struct graph *g;
	struct value *v;
	bool *owned;
};

bool values_init(struct values *s, const struct graph *g);
void values_free(struct values *s);

/* Gives a tensor room, of its type and shape; returns the data. */
void *values_make(struct values *s, int tensor);

/* Fills the graph's inputs, which are float. */
void values_random(struct values *s, uint64_t seed);

/* Runs the graph as it is, node by node; false with a message on stderr. */
bool values_reference(struct values *s);

/* The largest difference of outputs, in steps of their quantisation. */
double values_difference(const struct values *a, const struct values *b);

/* Runs a plan from the inputs in `s`; false with a message on stderr.  perf: sum of the records. */
bool plan_run(const struct plan *plan, struct device *d, struct values *s, uint64_t *perf);

/* The same; cycles: of each segment, 0 for those on the host. */
bool plan_run_each(const struct plan *plan, struct device *d, struct values *s, uint64_t *perf,
		   uint64_t *cycles);

/* The same with every layer computed in plain C instead of on a device. */
bool plan_interpret(const struct plan *plan, struct values *s);

#endif
