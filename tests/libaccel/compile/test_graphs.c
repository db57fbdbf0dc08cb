// SPDX-License-Identifier: MIT
/*
 * Random quantised graphs through the whole compiler: the model of the core against plain C, layer
 * by layer, byte for byte; and both against the graph itself in float arithmetic, which rounds
 * elsewhere.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "random_graph.h"
#include "runtime.h"
#include "text.h"

#include "../onnx/tap.h"

static bool dump(const struct plan *plan)
{
	static const char *const stages[] = { "lower", "partition", "schedule", "allocate",
					      "emit" };
	struct text t = TEXT_INIT;
	bool good = true;

	for (int i = 0; i < 5; i++)
		good = !plan_dump(plan, stages[i], &t) && good;
	good = good && plan_dump(plan, "nonsense", &t) < 0 && t.size > 0;
	if (getenv("DUMP"))
		printf("%s", text_data(&t));
	text_free(&t);
	return good;
}

static void one(struct device *d, const struct core_config *c, uint64_t seed, int *nodes, int *host)
{
	struct plan_options options = { .layer_jobs = seed % 4 == 1 };
	struct graph *g = random_graph(seed);
	struct values core, plain, real;
	struct plan *plan;
	uint64_t perf[16];
	double diff;

	if (!g) {
		ok(false, "seed %llu: no graph", (unsigned long long)seed);
		return;
	}
	if (plan_compile(g, c, &options, &plan)) {
		ok(false, "%ux%u seed %llu: %s", c->rows, c->cols, (unsigned long long)seed,
		   error_message());
		graph_free(g);
		return;
	}
	values_init(&core, g);
	values_init(&plain, g);
	values_init(&real, g);
	values_random(&core, seed);
	values_random(&plain, seed);
	values_random(&real, seed);
	if (!plan_run(plan, d, &core, perf) || !plan_interpret(plan, &plain) ||
	    !values_reference(&real) || !dump(plan))
		ok(false, "%ux%u seed %llu does not run", c->rows, c->cols,
		   (unsigned long long)seed);
	else if (values_difference(&core, &plain) > 0)
		ok(false, "%ux%u seed %llu: core and plain C differ by %g", c->rows, c->cols,
		   (unsigned long long)seed, values_difference(&core, &plain));
	diff = values_difference(&plain, &real);
	if (diff > 4.5)
		ok(false, "seed %llu: layers and graph differ by %g", (unsigned long long)seed,
		   diff);
	for (int i = 0; i < plan->n_segment; i++) {
		*nodes += plan->segment[i].n_node;
		*host += plan->segment[i].on_core ? 0 : plan->segment[i].n_node;
	}
	if (getenv("REASONS"))
		for (int i = 0; i < plan->n_reason; i++)
			note("seed %llu: %s: %s", (unsigned long long)seed,
			     op_name(g->node[plan->reason[i].node].op), plan->reason[i].text);
	values_free(&core);
	values_free(&plain);
	values_free(&real);
	plan_free(plan);
	graph_free(g);
}

int main(int argc, char **argv)
{
	static const struct {
		unsigned rows, cols;
		bool small;
	} cores[] = { { 16, 16, false }, { 8, 8, true }, { 8, 16, false }, { 32, 32, false } };
	int count = argc > 1 ? atoi(argv[1]) : 60;
	unsigned first = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
	bool rtl = getenv("RTL"); /* the Verilated core, if linked: finds commands that race */

	for (size_t i = 0; i < (rtl ? 1 : sizeof(cores) / sizeof(*cores)); i++) {
		struct core_config c = device_config(cores[i].rows, cores[i].cols, cores[i].small);
		struct device *d = device_open(&c, rtl, 64 << 20);
		int before = tap_failed, nodes = 0, host = 0;

		for (int n = 0; d && n < count; n++)
			one(d, &c, first + (unsigned)n, &nodes, &host);
		ok(d && tap_failed == before, "%d random graphs on %ux%u%s", count, c.rows, c.cols,
		   cores[i].small ? " with small buffers" : "");
		note("%d of %d nodes on the host", host, nodes);
		device_close(d);
	}
	return tap_done();
}
