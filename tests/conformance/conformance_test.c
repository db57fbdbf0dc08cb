// SPDX-License-Identifier: Apache-2.0
/*
 * Random layers on the functional model or the Verilated core against XNNPACK: every byte of
 * every output must be equal.  Prints TAP, a test for each kind of layer.
 */
#include "emit.h"
#include "reference.h"

#include "fcn_names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: conformance_test [options]\n"
	"  --seed N         the first layer's seed (1)\n"
	"  --count N        layers of each kind (100)\n"
	"  --macs N         the largest layer (2000000)\n"
	"  --geometry RxC   of the core (16x16)\n"
	"  --kind NAME      only this kind of layer\n"
	"  --rtl            the Verilated core, not the model\n"
	"  --first N        number of the first TAP test, without a plan (1)\n";

struct options {
	uint64_t seed, count, macs;
	unsigned rows, cols, first;
	int kind; /* -1: all */
	bool rtl;
};

/* Layers of a kind, and how many of them were cut in more than one part. */
struct counts {
	uint64_t run, failed, tiles, blocks, chunks, layout[LAYOUTS];
};

static struct tensor make_tensor(struct rig *rig, unsigned rows, unsigned cols, unsigned channels)
{
	struct tensor t = { .pixel = tensor_pixel(channels) };

	t.row = (cols * t.pixel + 15) / 16 * 16;
	t.va = rig_alloc(rig, rows * t.row, 64);
	return t;
}

static void put_input(struct rig *rig, const struct random_layer *r, const struct tensor *t)
{
	unsigned n = layer_in_channels(&r->l);

	for (unsigned y = 0; y < r->l.y.in; y++)
		for (unsigned x = 0; x < r->l.x.in; x++)
			memcpy(rig_ptr(rig, t->va + y * t->row + x * t->pixel), r->input + (y * r->l.x.in + x) * n, n);
}

/* Counts the bytes that differ, and tells where the first one is. */
static uint64_t compare(struct rig *rig, const struct random_layer *r, const struct tensor *t,
			const struct extent *e, const int8_t *want)
{
	unsigned n = layer_out_channels(&r->l);
	uint64_t differ = 0;

	for (unsigned y = 0; y < r->l.y.out; y++)
		for (unsigned x = 0; x < r->l.x.out; x++) {
			const int8_t *got = rig_ptr(rig, t->va + (y + e->skip_y) * t->row + (x + e->skip_x) * t->pixel);

			for (unsigned c = 0; c < n; c++, want++)
				if (got[c] != *want && differ++ == 0)
					printf("# output (%u, %u) channel %u is %d, XNNPACK %d\n", y, x, c, got[c], *want);
		}
	return differ;
}

static void count(struct counts *n, const struct layer *l, const struct parts *p)
{
	n->run++;
	n->tiles += p->tiles > p->subs;
	n->blocks += p->blocks > p->tiles;
	n->chunks += p->chunks > p->blocks;
	n->layout[l->layout]++;
}

/* Whether the layer ran and all outputs are equal. */
static bool run_layer(struct rig *rig, const struct random_layer *r, const int8_t *want, struct counts *n)
{
	struct extent e = emit_extent(&r->l);
	struct tensor in, out;
	struct commands cmds = { 0 };
	struct parts parts;
	struct rig_run run;
	uint64_t differ;
	const char *cause;

	rig_free_all(rig);
	in = make_tensor(rig, r->l.y.in, r->l.x.in, layer_in_channels(&r->l));
	out = make_tensor(rig, e.rows, e.cols, layer_out_channels(&r->l));
	put_input(rig, r, &in);
	parts = emit_layer(rig, &r->l, &in, &out, &cmds);
	count(n, &r->l, &parts);
	if (!rig_run(rig, cmds.cmd, cmds.n, &run)) {
		printf("# the job never ends\n");
		run.cause = UINT32_MAX;
	} else if (run.cause) {
		cause = fcn_cause_name(run.cause);
		printf("# fault %s at 0x%08" PRIx32 ", command %" PRIu32 "\n", cause ? cause : "?", run.addr, run.index);
	}
	free(cmds.cmd);
	if (run.cause)
		return false;
	differ = compare(rig, r, &out, &e, want);
	if (differ)
		printf("# %" PRIu64 " bytes differ\n", differ);
	return differ == 0;
}

static bool run_seed(const struct options *o, struct rig *rig, enum layer_kind kind, uint64_t seed, struct counts *n)
{
	struct random_layer r;
	int8_t *want;
	bool good = true;

	random_layer_make(&r, kind, seed, o->macs);
	want = malloc((size_t)r.l.y.out * r.l.x.out * layer_out_channels(&r.l));
	if (!want)
		abort();
	if (reference_run(&r, want))
		good = run_layer(rig, &r, want, n);
	if (!good) {
		random_layer_print(&r, stdout);
		printf("# repeat: conformance_test --geometry %ux%u --kind %s --seed %" PRIu64 " --count 1 --macs %" PRIu64
		       "%s\n", o->rows, o->cols, layer_kind_name(kind), seed, o->macs, o->rtl ? " --rtl" : "");
	}
	free(want);
	random_layer_free(&r);
	return good;
}

static bool run_kind(const struct options *o, struct rig *rig, enum layer_kind kind, unsigned number)
{
	struct counts n = { 0 };

	for (uint64_t i = 0; i < o->count; i++)
		n.failed += !run_seed(o, rig, kind, o->seed + i, &n);
	if (n.run < o->count / 2) {
		printf("# XNNPACK supports only %" PRIu64 " of %" PRIu64 " layers\n", n.run, o->count);
		n.failed++;
	}
	printf("%s %u - %s %ux%u: %" PRIu64 " layers of kind %s are equal to XNNPACK\n", n.failed ? "not ok" : "ok", number,
	       o->rtl ? "core" : "model", o->rows, o->cols, n.run, layer_kind_name(kind));
	printf("# cut into tiles %" PRIu64 ", blocks %" PRIu64 ", chunks %" PRIu64 "; rows as runs %" PRIu64
	       ", interleaved %" PRIu64 "\n", n.tiles, n.blocks, n.chunks, n.layout[LAYOUT_ROWS],
	       n.layout[LAYOUT_INTERLEAVED]);
	return n.failed == 0;
}

static int run_all(const struct options *o)
{
	unsigned number = o->first ? o->first : 1, n = 0;
	bool good = true;
	const struct rig_options rig_options = { .rows = o->rows, .cols = o->cols, .rtl = o->rtl, .memory = FCN_AXI_DDR };
	struct rig rig;

	if (!reference_init()) {
		printf("Bail out! XNNPACK does not initialise\n");
		return 1;
	}
	if (!rig_open(&rig, &rig_options)) {
		printf("Bail out! no %ux%u core is linked\n", o->rows, o->cols);
		return 1;
	}
	for (unsigned k = 0; k < KINDS; k++)
		if (o->kind < 0 || o->kind == (int)k) {
			good &= run_kind(o, &rig, (enum layer_kind)k, number + n);
			n++;
		}
	rig_close(&rig);
	if (!o->first)
		printf("1..%u\n", n);
	return !good;
}

static int kind_of(const char *name)
{
	for (unsigned k = 0; k < KINDS; k++)
		if (!strcmp(layer_kind_name((enum layer_kind)k), name))
			return (int)k;
	fprintf(stderr, "conformance_test: there is no kind '%s'\n", name);
	exit(2);
}

static bool take_option(struct options *o, const char *name, const char *value)
{
	if (!strcmp(name, "--seed"))
		o->seed = strtoull(value, NULL, 0);
	else if (!strcmp(name, "--count"))
		o->count = strtoull(value, NULL, 0);
	else if (!strcmp(name, "--macs"))
		o->macs = strtoull(value, NULL, 0);
	else if (!strcmp(name, "--kind"))
		o->kind = kind_of(value);
	else if (!strcmp(name, "--first"))
		o->first = (unsigned)strtoul(value, NULL, 0);
	else
		return !strcmp(name, "--geometry") && sscanf(value, "%ux%u", &o->rows, &o->cols) == 2;
	return true;
}

int main(int argc, char **argv)
{
	struct options o = { .seed = 1, .count = 100, .macs = 2000000, .rows = 16, .cols = 16, .kind = -1 };

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--rtl")) {
			o.rtl = true;
		} else if (i + 1 < argc && take_option(&o, argv[i], argv[i + 1])) {
			i++;
		} else {
			fputs(usage, stderr);
			return 2;
		}
	}
	return run_all(&o);
}
