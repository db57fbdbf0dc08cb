// SPDX-License-Identifier: MIT
/*
 * Whole networks with seeded weights on the Verilated core (BENCH_MODEL: on the model): cycles and
 * utilisation.
 *
 *   bench_nets [NAME...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "error.h"
#include "nets.h"
#include "runtime.h"

static double seconds(void)
{
	struct timespec t;

	timespec_get(&t, TIME_UTC);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void fill(struct values *s)
{
	struct rng r = { 1 };

	for (int i = 0; i < s->g->n_in; i++) {
		float *x = values_make(s, s->g->in[i]);

		for (int64_t k = 0; k < shape_count(&s->g->tensor[s->g->in[i]].shape); k++)
			x[k] = (float)rng_range(&r, -1000, 1000) * 0.005f;
	}
}

static void per_layer(const struct plan *plan)
{
	const char *show = getenv("BENCH_LAYERS");

	for (int i = 0; show && i < plan->n_layer; i++) {
		const struct layer *l = &plan->net->layer[plan->layer_order[i]];

		printf("#   %-24s %10.0f MACs, estimate %6.2f%%\n", l->name, (double)l->macs,
		       100 * (double)l->macs /
			       (256 * (double)plan->layer_cycles[plan->layer_order[i]]));
	}
}

static void bench(const char *name, struct graph *g, const struct core_config *c)
{
	struct device *d = device_open(c, !getenv("BENCH_MODEL"), 256 << 20);
	struct plan *plan;
	struct values s;
	uint64_t perf[16], macs = 0;
	double start = seconds(), compiled;

	if (plan_compile(g, c, NULL, &plan)) {
		printf("%s: %s\n", name, error_message());
		return;
	}
	compiled = seconds() - start;
	values_init(&s, g);
	fill(&s);
	if (!plan_run(plan, d, &s, perf))
		printf("%s failed\n", name);
	for (int i = 0; i < plan->n_layer; i++)
		macs += plan->net->layer[plan->layer_order[i]].macs;
	printf("%-12s %10.0f cycles %6.2f%% of %4.0f M MACs | estimate %5.3f | "
	       "bus %4.1f%% load %4.1f%% store, stalls: load %.1f%% post %.1f%% "
	       "other %.1f%% idle %.1f%% weights %.1f%% | "
	       "compiled in %.2f s, %u commands, %d segments, peak %.1f of %.1f MB\n",
	       name, (double)perf[1], 100 * (double)macs / ((double)perf[1] * c->rows * c->cols),
	       (double)macs * 1e-6, (double)plan->segment[0].cycles / (double)perf[1],
	       100 * (double)perf[9] / (double)perf[1], 100 * (double)perf[10] / (double)perf[1],
	       100 * (double)perf[3] / (double)perf[1], 100 * (double)perf[4] / (double)perf[1],
	       100 * (double)perf[5] / (double)perf[1], 100 * (double)perf[6] / (double)perf[1],
	       100 * (double)perf[7] / (double)perf[1], compiled, plan->segment[0].n_cmd,
	       plan->n_segment, (double)plan->arena_peak * 1e-6, (double)plan->arena_total * 1e-6);
	per_layer(plan);
	fflush(stdout);
	values_free(&s);
	plan_free(plan);
	graph_free(g);
	device_close(d);
}

static bool wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(name, argv[i]))
			return true;
	return argc <= 1;
}

int main(int argc, char **argv)
{
	struct core_config c = device_config(16, 16, false);

	if (wanted("unet128", argc, argv))
		bench("unet128", make_unet(128, 32, 1), &c);
	if (wanted("dcgan", argc, argv))
		bench("dcgan", make_dcgan(64, 1), &c);
	if (wanted("fcn8s", argc, argv))
		bench("fcn8s", make_fcn8s(128, 4, 1), &c);
	if (wanted("upconv7", argc, argv))
		bench("upconv7", make_upconv7(142, 1), &c);
	return 0;
}
