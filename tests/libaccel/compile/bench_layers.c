// SPDX-License-Identifier: MIT
/*
 * Layers on the Verilated 16x16 core, preset ddr, each beside its peer: cycles and their ratio to
 * the better of SCALE-Sim's two columns, utilisation (useful MACs of all that the array could have
 * done), and how far the compiler's estimates are from the core.
 *
 *   bench_layers [--csv] layers.csv [NAME_PART...]	(tests/bench/bench.sh builds it)
 *
 * BENCH_VERBOSE=1: how each was cut, stalls, commands.  BENCH_MODEL=1: on the functional model.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "layers.h"

struct row {
	char name[64], op[16];
	int hin, win, cin, cout, k, stride, pad, hout, wout;
	double macs, os, ws;
};

/* What is wanted of single rows: per cent of the array, or of the bus. */
static const struct target {
	const char *name;
	double percent;
	bool bus;
} targets[] = {
	{ "conv7s2_3_64_224", 90, false },	 { "conv3_3_64_224", 80, false },
	{ "deconv4s2_1024_512_4", 97, false },	 { "deconv4s2_512_256_8", 97, false },
	{ "deconv4s2_256_128_16", 97, false },	 { "deconv4s2_128_3_32", 60, false },
	{ "deconv2s2_1024_512_28", 97, false },	 { "deconv2s2_128_64_196", 97, false },
	{ "deconv4s2_21_21_16", 75, false },	 { "deconv16s8_21_21_70", 75, false },
	{ "fc_4096_4096", 95, true },
};

enum { ROWS_ALL = 20, ROWS_AT_PEER = 14 };
static const double most = 1.03;

struct sums {
	int rows, at_peer, above;
	double worst_ratio;
	struct errors schedule, tiling;
};

static bool read_row(const char *line, struct row *r)
{
	return sscanf(line, "%63[^,],%15[^,],%d,%d,%d,%d,%d,%d,%d,%d,%d,%lf,%lf,%lf", r->name,
		      r->op, &r->hin, &r->win, &r->cin, &r->cout, &r->k, &r->stride, &r->pad,
		      &r->hout, &r->wout, &r->macs, &r->os, &r->ws) == 14;
}

static struct axis axis(int in, int out, const struct row *r)
{
	return (struct axis){
		.in = in, .out = out, .k = r->k, .stride = r->stride, .dilation = 1, .pad = r->pad
	};
}

static void make(const struct row *r, struct sample *s)
{
	struct rng rng = { 1 };

	*s = (struct sample){ .n = 1 };
	s->l.res = -1;
	s->l.deconv = !strcmp(r->op, "deconv");
	s->l.groups = 1;
	s->l.in_ch = r->cin;
	s->l.out_ch = r->cout;
	s->l.y = axis(r->hin, r->hout, r);
	s->l.x = axis(r->win, r->wout, r);
	s->l.win_y = (struct window){ 1, 1, r->hout };
	s->l.win_x = (struct window){ 1, 1, r->wout };
	s->l.min = -128;
	s->l.max = 127;
	/* Zero points other than 0, as in real networks. */
	s->l.in_zp = s->l.pad_value = -7;
	s->l.zp = 5;
	sample_fill(s, &rng);
}

static void verbose(const struct sample_result *res)
{
	static const char *const stall[] = { "load", "post", "other", "idle", "weights" };
	const uint64_t *perf = res->device.perf;

	if (!getenv("BENCH_VERBOSE"))
		return;
	printf("#   %s, %u commands; store %.1f %% of the bus; stalls:", choice_text(&res->choice),
	       res->n_cmd, 100 * (double)perf[10] / (double)perf[1]);
	for (int i = 0; i < 5; i++)
		printf(" %s %.1f %%", stall[i], 100 * (double)perf[3 + i] / (double)perf[1]);
	printf("\n");
}

static void print_row(const struct row *r, const struct sample_result *res,
		      const struct core_config *c, bool csv, struct sums *sum)
{
	const struct target *t = NULL;
	double peer = r->os < r->ws ? r->os : r->ws, cycles = (double)res->device.perf[1];
	double ratio = cycles / peer, util = 100 * r->macs / (cycles * c->rows * c->cols);
	double bus = 100 * (double)res->device.perf[9] / cycles, value = util;
	double schedule = estimate_error((double)res->estimate, cycles);
	double tiling = estimate_error((double)res->choice.cycles, cycles);
	bool good = ratio <= most;
	char wanted[32] = "";

	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		if (!strcmp(targets[i].name, r->name))
			t = &targets[i];
	if (t) {
		value = t->bus ? bus : util;
		snprintf(wanted, sizeof(wanted), "%g%s", t->percent, t->bus ? " bus" : "");
		good = good && value >= t->percent;
	}
	printf(csv ? "%s,%.0f,%.0f,%.4f,%.2f,%.2f,%.1f,%s,%s,%.2f,%.2f\n"
		   : "%-24s %9.0f %9.0f  %6.3f %6.2f %8.2f %6.1f  %-7s %-7s %+6.2f  %+6.2f\n",
	       r->name, cycles, peer, ratio, most, util, bus, wanted, verdict(good), schedule,
	       tiling);
	verbose(res);
	fflush(stdout);
	sum->rows++;
	sum->at_peer += ratio <= 1;
	sum->above += ratio > most;
	if (ratio > sum->worst_ratio)
		sum->worst_ratio = ratio;
	add_error(&sum->schedule, schedule, r->name);
	add_error(&sum->tiling, tiling, r->name);
}

/* false: it could not be run. */
static bool bench(const struct row *r, const struct core_config *c, bool csv, struct sums *sum)
{
	struct device *d = device_open(c, !getenv("BENCH_MODEL"), 128 << 20);
	struct sample s;
	struct sample_result res;
	bool ran;

	if (!d) {
		fprintf(stderr, "bench_layers: no Verilated core of %ux%u\n", c->rows, c->cols);
		return false;
	}
	fprintf(stderr, "bench: layer %d, %s\n", sum->rows + 1, r->name);
	make(r, &s);
	sample_run(&s, d, c, &res);
	/* The bytes are compared by the tests; here nobody has computed them otherwise. */
	ran = res.ran;
	if (ran)
		print_row(r, &res, c, csv, sum);
	else
		printf("%s failed: %s\n", r->name, res.why);
	sample_free(&s);
	device_close(d);
	return ran;
}

static void head(bool csv)
{
	if (csv) {
		printf("layer,cycles,peer_cycles,ratio,ratio_wanted,utilisation,bus_read,wanted,"
		       "verdict,schedule_error,tiling_error\n");
		return;
	}
	printf("%-24s %9s %9s  %6s %6s %8s %6s  %-7s %-7s %6s  %6s\n", "layer", "cycles", "peer",
	       "ratio", "wanted", "array %", "bus %", "wanted", "", "sched.", "tiling");
}

static void tail(const struct sums *s)
{
	printf("\nRows above %.2f times the peer's cycles: %d, 0 wanted (worst %.3f): %s\n", most,
	       s->above, s->worst_ratio, verdict(!s->above));
	if (s->rows >= ROWS_ALL)
		printf("Rows at most 1.00 times: %d, %d wanted: %s\n", s->at_peer, ROWS_AT_PEER,
		       verdict(s->at_peer >= ROWS_AT_PEER));
	printf("Above 100 %% of the array: useful MACs count taps that see padding; "
	       "tiles at an edge leave such taps out.\n");
	print_errors(&s->schedule, "Estimate from the schedule", "layers");
	print_errors(&s->tiling, "Estimate that chooses a tiling", "layers");
}

static bool wanted(const struct row *r, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strstr(r->name, argv[i]))
			return true;
	return argc <= 1;
}

int main(int argc, char **argv)
{
	struct core_config c = device_config(16, 16, false);
	bool csv = argc > 1 && !strcmp(argv[1], "--csv"), good = true;
	struct sums sum = { 0 };
	struct row r;
	char line[512];
	FILE *f;

	argc -= 1 + csv;
	argv += 1 + csv;
	f = argc > 0 ? fopen(argv[0], "r") : NULL;
	if (!f) {
		fprintf(stderr, "usage: bench_layers [--csv] layers.csv [NAME_PART...]\n");
		return 2;
	}
	head(csv);
	while (good && fgets(line, sizeof(line), f))
		if (read_row(line, &r) && wanted(&r, argc, argv))
			good = bench(&r, &c, csv, &sum);
	fclose(f);
	if (good && !csv)
		tail(&sum);
	return !good;
}
