// SPDX-License-Identifier: MIT
/* Every allocation of a compilation fails once: an error, no crash, no leak (the sanitizer looks). */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "error.h"
#include "failing.h"
#include "nets.h"
#include "plan.h"

#include "device.h"

#include "../onnx/tap.h"

static struct graph *make_graph(void)
{
	struct maker m = maker_new(5, false);
	int x = make_input(&m, 1, 3, 12, 12), y;

	x = make_conv(&m, x, 16, 3, 1, 1, 1, true);
	y = make_conv(&m, x, 16, 3, 1, 1, 1, false);
	x = make_node(&m, OP_ADD, x, y);
	x = make_node(&m, OP_SIGMOID, x, -1);
	x = make_node(&m, OP_HARD_SIGMOID, x, -1);
	y = make_pool(&m, OP_MAX_POOL, x, 2, 2, 0);
	y = make_deconv(&m, y, 16, 2, 2, 0);
	x = make_concat(&m, x, y);
	x = make_resize(&m, x, 2, true);
	x = make_pool(&m, OP_GLOBAL_AVERAGE_POOL, x, 0, 0, 0);
	x = make_gemm(&m, x, 5);
	return make_end(&m, x) ? m.g : NULL;
}

/* A layer of more parts than a cut has room for: -ENOMEM wherever. */
static void many_parts(const struct core_config *c)
{
	struct maker m = maker_new(5, false);
	int x = make_deconv(&m, make_input(&m, 1, 8, 2, 2), 260, 3, 3, 0);
	struct plan *plan;
	long all, tried = 0, wrong = 0;
	int err = make_end(&m, x) ? 0 : -1;

	failing_start(LONG_MAX, false);
	err = err ? err : plan_compile(m.g, c, NULL, &plan);
	failing_end();
	all = failing_count();
	if (!err)
		plan_free(plan);
	for (long n = 1; !err && n <= all; n++, tried++) {
		failing_start(n, false);
		err = plan_compile(m.g, c, NULL, &plan);
		failing_end();
		if (err && err != -ENOMEM && wrong++ < 3)
			note("allocation %ld: %d", n, err);
		err = 0;
		plan_free(plan);
	}
	ok(!err && !wrong && tried > 100, "a layer of many parts: %ld of %ld allocations fail in turn", tried, all);
	graph_free(m.g);
}

int main(void)
{
	struct core_config c = device_config(16, 16, false);
	struct graph *g = make_graph();
	struct plan *plan;
	long n, wrong = 0;
	int err = -ENOMEM;

	/* A tiling for which there is no memory is one that is not taken: that is no error. */
	for (n = 0; g && n < 3000; n += n < 200 ? 1 : 7) {
		failing_start(n + 1, false);
		err = plan_compile(g, &c, NULL, &plan);
		if (!failing_end()) {
			plan_free(plan);
			break;
		}
		wrong += err && err != -ENOMEM;
		if (err && err != -ENOMEM)
			note("allocation %ld: %d, %s", n, err, error_message());
		plan_free(plan);
	}
	ok(g && !wrong, "%ld allocations fail in turn", n);
	graph_free(g);
	many_parts(&c);
	return tap_done();
}
