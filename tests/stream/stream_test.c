// SPDX-License-Identifier: Apache-2.0
/*
 * Random command streams: the Verilated core against the functional model, or the model against
 * itself.  stream_test --help
 */
#include "cover.h"
#include "fcn_axi_timing.h"
#include "play.h"
#include "shuffle.h"
#include "stream_gen.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] =
	"usage: stream_test [options]\n"
	"  --seed N          the first case's seed (1)\n"
	"  --count N         cases (100)\n"
	"  --seconds N       stop after this time, however many cases are left\n"
	"  --failures N      stop after so many cases that fail (5)\n"
	"  --geometry RxC    of the core (16x16)\n"
	"  --preset NAME     memory timing: ddr, ideal, random, or mixed (mixed)\n"
	"  --plan NAME       each case has a job that goes wrong like this; none: no case has\n"
	"  --model-only      no core: the model plays each case in two orders\n"
	"  --shrink          leave out of a failing case what it does not need to fail\n"
	"  --print           print each case\n"
	"  --waves FILE      waves of the last case, when the core is built with them\n"
	"  --cover-in FILE   add the coverage of an earlier run (may be repeated)\n"
	"  --cover-out FILE  save the coverage\n"
	"  --cover           print the coverage; fail when a class was never hit\n";

struct options {
	uint64_t seed, count, seconds, failures;
	struct geometry g;
	const char *preset, *waves, *cover_out;
	struct gen_options gen;
	bool model_only, print, shrink, cover;
};

struct totals {
	uint64_t cases, failed, jobs, faults, commands, overlap, cycles;
};

static struct geometry default_geometry(unsigned rows, unsigned cols)
{
	return (struct geometry){ .rows = rows, .cols = cols, .lanes = cols < 16 ? cols : 16, .ifm_log2 = 17,
				  .wgt_log2 = 16, .ofm_log2 = 16, .par_log2 = 13, .acc_log2 = 9 };
}

static int preset_of(const struct options *o, uint64_t seed)
{
	static const enum fcn_axi_preset mixed[] = {
		FCN_AXI_RANDOM, FCN_AXI_RANDOM, FCN_AXI_RANDOM, FCN_AXI_DDR, FCN_AXI_IDEAL,
	};

	if (strcmp(o->preset, "mixed"))
		return fcn_axi_preset_find(o->preset);
	return mixed[seed % 5];
}

static bool play_rtl(const struct options *o, const struct stream *s, struct totals *t, struct result *r)
{
	const struct rtl_options rtl = { .preset = preset_of(o, s->seed), .waves = o->waves };
	struct device *dut = device_rtl(s, &rtl), *model;
	bool good;

	if (!dut) {
		fprintf(stderr, "stream_test: no %ux%u core is linked\n", s->g.rows, s->g.cols);
		exit(2);
	}
	model = device_model(s);
	good = play(s, dut, model, r);
	t->cycles += dut->cycles;
	dut->destroy(dut);
	model->destroy(model);
	return good;
}

/* The model on both sides; if nothing goes wrong, then in another order, which must not matter. */
static bool play_model(struct stream *s, struct result *r)
{
	struct device *a = device_model(s), *b = device_model(s), *c, *d;
	bool good = play(s, a, b, r), clean = true;
	uint64_t pa;

	for (unsigned i = 0; i < s->njobs; i++)
		clean &= s->job[i].plan == PLAN_NONE;
	if (good && clean) {
		struct result again;

		shuffle(s, s->seed + 1);
		c = device_model(s);
		d = device_model(s);
		good = play(s, c, d, &again);
		if (!good)
			*r = again;
		if (good && !shuffle_equal(s, a->mem, c->mem, &pa)) {
			snprintf(r->why, sizeof(r->why), "the case has a race: memory at 0x%010" PRIx64
				 " depends on the order of the commands", pa);
			good = false;
		}
		c->destroy(c);
		d->destroy(d);
	}
	a->destroy(a);
	b->destroy(b);
	return good;
}

/* Tries a smaller case: whether it fails, too. */
static bool still_fails(const struct options *o, const struct stream *s, struct result *r)
{
	struct totals ignored = { 0 };

	return !play_rtl(o, s, &ignored, r);
}

/* Makes commands into SYNC commands with the same tokens, as long as the case fails. */
static void shrink(const struct options *o, struct stream *s, struct result *r)
{
	struct result smaller;

	for (unsigned j = 0; j < s->njobs; j++)
		for (unsigned i = 0; i < s->job[j].n; i++) {
			struct fcn_cmd *c = &s->job[j].cmd[i], old = *c;

			if ((fcn_cmd_get_opcode(c) & 15) == 15)
				continue;
			fcn_cmd_init(c, fcn_cmd_get_opcode(&old) | 15, fcn_cmd_get_wait(&old), fcn_cmd_get_signal(&old));
			stream_write_code(s, &s->job[j]);
			if (still_fails(o, s, &smaller))
				*r = smaller;
			else
				*c = old;
			stream_write_code(s, &s->job[j]);
		}
}

static void print_failure(const struct options *o, const struct stream *s, const char *why)
{
	stream_print(s, stdout);
	printf("# %s\n", why);
	printf("# repeat: stream_test --geometry %ux%u --seed %" PRIu64 " --count 1 --preset %s%s", s->g.rows, s->g.cols,
	       s->seed, o->preset, o->model_only ? " --model-only" : "");
	if (o->gen.only_plan || o->gen.no_faults)
		printf(" --plan %s", o->gen.no_faults ? "none" : plan_name(o->gen.plan));
	putchar('\n');
}

static void sum_up(struct totals *t, const struct stream *s, const struct result *r)
{
	t->cases++;
	for (unsigned i = 0; i < s->njobs; i++) {
		t->jobs++;
		t->faults += r->job[i].cause != 0;
		t->commands += s->job[i].n;
		t->overlap += s->job[i].overlap;
	}
}

static void run_case(const struct options *o, uint64_t seed, struct stream *s, struct totals *t)
{
	struct result r;
	bool good;

	stream_gen(s, &o->g, seed, &o->gen);
	if (o->print)
		stream_print(s, stdout);
	good = o->model_only ? play_model(s, &r) : play_rtl(o, s, t, &r);
	sum_up(t, s, &r);
	if (good) {
		cover_add(s, &r);
		return;
	}
	t->failed++;
	if (o->shrink && !o->model_only)
		shrink(o, s, &r);
	print_failure(o, s, r.why);
}

static int run_all(const struct options *o)
{
	struct stream *s = calloc(1, sizeof(*s));
	struct totals t = { 0 };
	time_t start = time(NULL);
	unsigned never = 0;

	if (!s)
		abort();
	for (uint64_t i = 0; i < o->count; i++) {
		if (t.failed >= o->failures || (o->seconds && (uint64_t)(time(NULL) - start) >= o->seconds))
			break;
		run_case(o, o->seed + i, s, &t);
	}
	printf("# %" PRIu64 " cases, %" PRIu64 " jobs, %" PRIu64 " of them with a fault, %" PRIu64 " commands, %" PRIu64
	       " may overlap another engine's, %" PRIu64 " cycles, %ld s\n",
	       t.cases, t.jobs, t.faults, t.commands, t.overlap, t.cycles, (long)(time(NULL) - start));
	if (o->cover) {
		never = cover_print(stdout);
		printf("# %u classes were never hit\n", never);
	}
	if (o->cover_out && cover_save(o->cover_out)) {
		perror(o->cover_out);
		t.failed++;
	}
	free(s);
	return t.failed || never;
}

static enum plan plan_of(const char *name)
{
	for (unsigned p = 0; p < PLANS; p++)
		if (!strcmp(plan_name((enum plan)p), name))
			return (enum plan)p;
	fprintf(stderr, "stream_test: there is no plan '%s'\n", name);
	exit(2);
}

/* Options with a value; returns false for one that is not known. */
static bool take_option(struct options *o, const char *name, const char *value)
{
	unsigned rows, cols;

	if (!strcmp(name, "--seed"))
		o->seed = strtoull(value, NULL, 0);
	else if (!strcmp(name, "--count"))
		o->count = strtoull(value, NULL, 0);
	else if (!strcmp(name, "--seconds"))
		o->seconds = strtoull(value, NULL, 0);
	else if (!strcmp(name, "--failures"))
		o->failures = strtoull(value, NULL, 0);
	else if (!strcmp(name, "--geometry") && sscanf(value, "%ux%u", &rows, &cols) == 2)
		o->g = default_geometry(rows, cols);
	else if (!strcmp(name, "--preset") && (!strcmp(value, "mixed") || fcn_axi_preset_find(value) >= 0))
		o->preset = value;
	else if (!strcmp(name, "--plan"))
		o->gen.plan = plan_of(value);
	else if (!strcmp(name, "--waves"))
		o->waves = value;
	else if (!strcmp(name, "--cover-out"))
		o->cover_out = value;
	else
		return !strcmp(name, "--cover-in") && cover_load(value) == 0;
	if (!strcmp(name, "--plan")) {
		o->gen.no_faults = o->gen.plan == PLAN_NONE;
		o->gen.only_plan = !o->gen.no_faults;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct options o = { .seed = 1, .count = 100, .failures = 5, .g = default_geometry(16, 16), .preset = "mixed" };

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--model-only")) {
			o.model_only = true;
		} else if (!strcmp(argv[i], "--print")) {
			o.print = true;
		} else if (!strcmp(argv[i], "--shrink")) {
			o.shrink = true;
		} else if (!strcmp(argv[i], "--cover")) {
			o.cover = true;
		} else if (i + 1 < argc && take_option(&o, argv[i], argv[i + 1])) {
			i++;
		} else {
			fputs(usage, stderr);
			return 2;
		}
	}
	return run_all(&o);
}
