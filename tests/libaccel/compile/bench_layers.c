// SPDX-License-Identifier: MIT
/*
 * Layers on the Verilated core, each beside its peer: cycles, ratio to the better of SCALE-Sim's
 * two columns, utilisation (useful MACs of all that the array could have done).
 *
 *   bench_layers layers.csv [NAME_PART...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layers.h"

struct row {
	char name[64], op[16];
	int hin, win, cin, cout, k, stride, pad, hout, wout;
	double macs, os, ws;
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

static void bench(const struct row *r, struct device *d, const struct core_config *c)
{
	struct sample s = { .n = 1 };
	struct sample_result res;
	struct rng rng = { 1 };
	double best = r->os < r->ws ? r->os : r->ws, cycles;

	s.l.res = -1;
	s.l.deconv = !strcmp(r->op, "deconv");
	s.l.groups = 1;
	s.l.in_ch = r->cin;
	s.l.out_ch = r->cout;
	s.l.y = axis(r->hin, r->hout, r);
	s.l.x = axis(r->win, r->wout, r);
	s.l.win_y = (struct window){ 1, 1, r->hout };
	s.l.win_x = (struct window){ 1, 1, r->wout };
	s.l.min = -128;
	s.l.max = 127;
	sample_fill(&s, &rng);
	sample_run(&s, d, c, &res);
	cycles = (double)res.device.perf[1];
	printf("%-24s %9.0f cycles %6.3f of peer %6.2f%% | estimate %5.3f | "
	       "bus %4.1f%% load %4.1f%% store, stalls: load %.1f%% post %.1f%% "
	       "other %.1f%% idle %.1f%% weights %.1f%%\n",
	       r->name, cycles, cycles / best, 100 * r->macs / (cycles * c->rows * c->cols),
	       (double)res.estimate / cycles, 100 * (double)res.device.perf[9] / cycles,
	       100 * (double)res.device.perf[10] / cycles,
	       100 * (double)res.device.perf[3] / cycles, 100 * (double)res.device.perf[4] / cycles,
	       100 * (double)res.device.perf[5] / cycles, 100 * (double)res.device.perf[6] / cycles,
	       100 * (double)res.device.perf[7] / cycles);
	printf("#   %s, %u commands, %s\n", choice_text(&res.choice), res.n_cmd,
	       res.ran ? "" : res.why);
	fflush(stdout);
	sample_free(&s);
}

static bool wanted(const struct row *r, int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		if (strstr(r->name, argv[i]))
			return true;
	return argc <= 2;
}

int main(int argc, char **argv)
{
	struct core_config c = device_config(16, 16, false);
	FILE *f = argc > 1 ? fopen(argv[1], "r") : NULL;
	struct row r;
	char line[512];

	if (!f) {
		fprintf(stderr, "usage: %s layers.csv [NAME_PART...]\n", argv[0]);
		return 2;
	}
	while (fgets(line, sizeof(line), f)) {
		struct device *d;

		if (!read_row(line, &r) || !wanted(&r, argc, argv))
			continue;
		d = device_open(&c, !getenv("BENCH_MODEL"), 128 << 20);
		if (!d) {
			fprintf(stderr, "no Verilated core of 16x16\n");
			return 1;
		}
		bench(&r, d, &c);
		device_close(d);
	}
	fclose(f);
	return 0;
}
