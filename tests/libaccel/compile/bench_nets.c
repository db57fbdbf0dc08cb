// SPDX-License-Identifier: MIT
/*
 * Whole networks with seeded weights on the Verilated 16x16 core, preset ddr: cycles, utilisation,
 * memory, and, layer by layer in jobs of their own, how far the compiler's estimates are from the
 * core.
 *
 *   bench_nets [--csv] [NAME...]	(tests/bench/bench.sh builds it)
 *
 * Names: unet128 dcgan fcn8s; and upconv7, which takes minutes and is left out unless named.
 * BENCH_LAYERS=1: a line for each layer.  BENCH_MODEL=1: on the functional model.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "error.h"
#include "nets.h"
#include "runtime.h"

struct bench {
	struct core_config c;
	bool csv;
	struct errors net, layers;
};

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

/* Runs a plan from the same inputs; cycles NULL or of each segment. */
static bool run(const struct plan *plan, const struct core_config *c, uint64_t perf[16],
		uint64_t *cycles)
{
	struct device *d = device_open(c, !getenv("BENCH_MODEL"), 256 << 20);
	struct values s;
	bool good;

	if (!d) {
		fprintf(stderr, "bench_nets: no Verilated core of %ux%u\n", c->rows, c->cols);
		return false;
	}
	values_init(&s, plan->g);
	fill(&s);
	good = plan_run_each(plan, d, &s, perf, cycles);
	values_free(&s);
	device_close(d);
	return good;
}

/* Each layer alone; what they add up to, or 0. */
static double each_layer(struct bench *b, const char *name, const struct graph *g)
{
	struct plan_options options = { .layer_jobs = true };
	uint64_t perf[16] = { 0 }, *cycles;
	struct plan *plan;
	double sum = 0;

	if (plan_compile(g, &b->c, &options, &plan))
		return 0;
	cycles = calloc((size_t)plan->n_segment, sizeof(*cycles));
	if (cycles && run(plan, &b->c, perf, cycles))
		sum = (double)perf[1];
	for (int i = 0; sum > 0 && i < plan->n_segment; i++) {
		const struct plan_segment *s = &plan->segment[i];
		int index = s->on_core ? plan->layer_order[s->first_layer] : -1;
		double estimate, error;
		char of[128];

		if (index < 0)
			continue;
		estimate = (double)plan->layer_cycles[index];
		error = estimate_error(estimate, (double)cycles[i]);
		snprintf(of, sizeof(of), "%.20s %.40s", name, plan->net->layer[index].name);
		add_error(&b->layers, error, of);
		if (getenv("BENCH_LAYERS"))
			printf("#   %-30s %10.0f MACs %9.0f cycles %6.2f %%, estimate %+.2f %%\n",
			       of, (double)plan->net->layer[index].macs, (double)cycles[i],
			       100 * (double)plan->net->layer[index].macs /
				       ((double)cycles[i] * b->c.rows * b->c.cols),
			       error);
	}
	free(cycles);
	plan_free(plan);
	return sum;
}

static void print_net(struct bench *b, const char *name, double wanted, const struct plan *plan,
		      const uint64_t perf[16], double compiled, double sum)
{
	double macs = 0, cycles = (double)perf[1], util, error;

	for (int i = 0; i < plan->n_layer; i++)
		macs += (double)plan->net->layer[plan->layer_order[i]].macs;
	util = 100 * macs / (cycles * b->c.rows * b->c.cols);
	error = estimate_error((double)plan->segment[0].cycles, cycles);
	add_error(&b->net, error, name);
	printf(b->csv ? "%s,%.0f,%.0f,%.2f,%.0f,%s,%.2f,%.0f,%.1f,%.1f,%.0f,%.0f,%.2f\n"
		      : "%-10s %6.0f %9.0f  %7.2f %6.0f  %-7s %+6.2f %10.0f  %5.1f  %5.1f %9.0f %9.0f "
			"%8.2f\n",
	       name, macs * 1e-6, cycles, util, wanted, verdict(util >= wanted), error, sum,
	       100 * (double)perf[9] / cycles, 100 * (double)perf[10] / cycles,
	       (double)plan->arena_peak * 1e-3, (double)plan->arena_total * 1e-3, compiled);
	fflush(stdout);
}

static bool bench(struct bench *b, const char *name, double wanted, struct graph *g)
{
	uint64_t perf[16] = { 0 };
	struct plan *plan;
	double start = seconds(), compiled, sum;
	bool good = false;

	fprintf(stderr, "bench: network %s\n", name);
	if (!g || plan_compile(g, &b->c, NULL, &plan)) {
		printf("%s: %s\n", name, g ? error_message() : "not made");
		graph_free(g);
		return false;
	}
	compiled = seconds() - start;
	if (run(plan, &b->c, perf, NULL)) {
		fprintf(stderr, "bench: network %s, layer by layer\n", name);
		sum = each_layer(b, name, g);
		print_net(b, name, wanted, plan, perf, compiled, sum);
		good = sum > 0;
	}
	if (!good)
		printf("%s failed\n", name);
	plan_free(plan);
	graph_free(g);
	return good;
}

static void head(bool csv)
{
	if (csv)
		printf("network,million_macs,cycles,utilisation,wanted,verdict,estimate_error,"
		       "cycles_layer_by_layer,bus_read,bus_write,peak_kb,kb_without_reuse,"
		       "compile_seconds\n");
	else
		printf("%-10s %6s %9s  %7s %6s  %-7s %6s %10s  %5s  %5s %9s %9s %8s\n", "network",
		       "M MACs", "cycles", "array %", "wanted", "", "est. %", "one by one", "read %",
		       "wr. %", "peak kB", "no reuse", "compile s");
}

static bool wanted(const char *name, int argc, char **argv, bool by_default)
{
	for (int i = 0; i < argc; i++)
		if (!strcmp(name, argv[i]))
			return true;
	return argc <= 0 && by_default;
}

int main(int argc, char **argv)
{
	struct bench b = { .c = device_config(16, 16, false) };
	bool good = true;

	b.csv = argc > 1 && !strcmp(argv[1], "--csv");
	argc -= 1 + b.csv;
	argv += 1 + b.csv;
	head(b.csv);
	if (wanted("unet128", argc, argv, true))
		good = good && bench(&b, "unet128", 93, make_unet(128, 32, 1));
	if (wanted("dcgan", argc, argv, true))
		good = good && bench(&b, "dcgan", 85, make_dcgan(64, 1));
	if (wanted("fcn8s", argc, argv, true))
		good = good && bench(&b, "fcn8s", 85, make_fcn8s(128, 4, 1));
	if (wanted("upconv7", argc, argv, false))
		good = good && bench(&b, "upconv7", 95, make_upconv7(142, 1));
	if (good && !b.csv) {
		printf("\n");
		print_errors(&b.net, "Estimate from the schedule", "networks");
		print_errors(&b.layers, "Estimate that chooses a tiling", "layers of them, alone");
	}
	return !good;
}
