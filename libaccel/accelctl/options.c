/* SPDX-License-Identifier: MIT */
/* The options of accelctl.  Every option has a letter by which a command allows it (main.c). */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accelctl.h"
#include "error.h"

enum {
	OPT_DEVICE = 256, OPT_ARRAY, OPT_SHAPE, OPT_INPUT, OPT_CSV, OPT_JSON, OPT_SEED, OPT_MEAN,
	OPT_STD, OPT_RANGE_OUT, OPT_BGR, OPT_RESIZE, OPT_MULTIPLE, OPT_OVERLAY, OPT_DEVICES,
	OPT_LAYER, OPT_NO_LAYERS, OPT_TRACE, OPT_STAGE, OPT_HOST_ONLY,
	OPT_CALIB, OPT_CALIB_RANGE, OPT_PERCENTILE,
};

static const struct help {
	int option;
	char letter;
	const char *name, *argument, *text;
} helps[] = {
	{ OPT_DEVICE, 'd', "device", "URI", "auto, drm:, rtl:, model: or host: (auto)" },
	{ OPT_DEVICES, 'D', "devices", "URI,URI..",
	  "devices that are compared (rtl:,model:,host:)" },
	{ OPT_ARRAY, 'a', "array", "RxC",
	  "rows and columns of the array of rtl: and model: (16x16)" },
	{ OPT_HOST_ONLY, 'H', "host-only", NULL, "leave the core idle" },
	{ OPT_SHAPE, 'S', "shape", "[INPUT=]DIMS",
	  "shape of an input that the model leaves open: 1x3x640x640" },
	{ OPT_INPUT, 'i', "input", "FILE",
	  "a .npy file or picture for the next input; may be repeated" },
	{ 'o', 'o', "output", "FILE",
	  "where the next output goes: .npy, .png or .jpg; may be repeated" },
	{ OPT_SEED, 'x', "seed", "N", "seed of inputs that are not given (1)" },
	{ OPT_MEAN, 'p', "mean", "M[,M,M]", "of pictures: input = (value / 255 - mean) / std (0)" },
	{ OPT_STD, 'p', "std", "S[,S,S]", "see --mean (1)" },
	{ OPT_RANGE_OUT, 'p', "range", "LOW,HIGH",
	  "of outputs: what becomes black and white (0,1)" },
	{ OPT_BGR, 'p', "bgr", NULL, "the model's channels are blue, green, red" },
	{ OPT_RESIZE, 'p', "resize", NULL, "scale a picture to the size that the model wants" },
	{ OPT_MULTIPLE, 'p', "multiple", "N",
	  "extend a picture to multiples of N, and cut the output" },
	{ OPT_OVERLAY, 'p', "overlay", NULL, "lay the output, as colours, over the picture" },
	{ OPT_LAYER, 'L', "layer", "SPEC",
	  "a layer: conv|deconv,H,W,CIN,COUT,K,S,P; may be repeated" },
	{ OPT_NO_LAYERS, 'n', "no-layers", NULL, "only the whole network, its layers overlapping" },
	{ OPT_TRACE, 't', "trace", "FILE", "write a time line for Perfetto or chrome://tracing" },
	{ OPT_STAGE, 'g', "stage", "STAGE",
	  "import, lower, partition, schedule, allocate or emit" },
	{ OPT_CALIB, 'c', "calib", "FOLDER", "pictures or .npy files, one sample each" },
	{ OPT_CALIB_RANGE, 'c', "calib-range", "HOW",
	  "ranges of activations: minmax, percentile or entropy (minmax)" },
	{ OPT_PERCENTILE, 'c', "percentile", "P", "of --calib-range percentile (99.99)" },
	{ OPT_CSV, 'f', "csv", NULL, "print tables as comma-separated values" },
	{ OPT_JSON, 'f', "json", NULL, "print tables as JSON" },
	{ 'h', 0, "help", NULL, "show this" },
};

#define N_HELPS (sizeof(helps) / sizeof(helps[0]))

static bool is_allowed(const struct help *h, const char *allowed)
{
	return !h->letter || strchr(allowed, h->letter);
}

void print_options(const char *allowed)
{
	for (size_t i = 0; i < N_HELPS; i++) {
		const struct help *h = &helps[i];
		char option[64];

		if (!is_allowed(h, allowed))
			continue;
		snprintf(option, sizeof(option), "%s--%s%s%s", h->option == 'o' ? "-o, " :
			 h->option == 'h' ? "-h, " : "", h->name, h->argument ? " " : "",
			 h->argument ? h->argument : "");
		printf("  %-22s %s\n", option, h->text);
	}
}

static int append(struct list *l, const char *word)
{
	if (l->n == MAX_LIST)
		return usage_error("more than %d arguments of one kind: '%s'", MAX_LIST, word);
	l->word[l->n++] = word;
	return 0;
}

/* 1 or n finite numbers, separated by commas; one stands for all. */
static int parse_floats(const char *name, const char *text, int n, float *to)
{
	const char *p = text;
	char *end;
	int i = 0;

	for (;; p = end + 1) {
		float v = strtof(p, &end);

		if (end == p || i == n || !isfinite(v) || (*end && *end != ','))
			return usage_error("--%s %s: wanted are %d numbers, separated by commas",
					   name, text, n);
		to[i++] = v;
		if (!*end)
			break;
	}
	if (i != 1 && i != n)
		return usage_error("--%s %s: wanted are %d numbers, separated by commas", name,
				   text, n);
	while (i < n)
		to[i++] = to[0];
	return 0;
}

static int parse_number(const char *name, const char *text, uint64_t max, uint64_t *to)
{
	char *end;

	errno = 0;
	*to = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || *to > max)
		return usage_error("--%s %s: wanted is a number of at most %" PRIu64, name, text,
				   max);
	return 0;
}

int parse_dims(const char *text, int max, int64_t *dim)
{
	const char *p = text;
	int n = 0;

	for (;;) {
		char *end;
		long long v = strtoll(p, &end, 10);

		if (*p < '0' || *p > '9' || v > INT32_MAX || n == max)
			return usage_error("'%s' is no shape; wanted is something like 1x3x640x640",
					   text);
		dim[n++] = v;
		if (!*end)
			return n;
		if (*end != 'x')
			return usage_error("'%s' is no shape; wanted is something like 1x3x640x640",
					   text);
		p = end + 1;
	}
}

static int set_std(struct options *o, const char *text)
{
	int err = parse_floats("std", text, 3, o->picture.std);

	for (int i = 0; !err && i < 3; i++)
		if (!(o->picture.std[i] > 0))
			err = usage_error("--std %s: wanted are numbers above 0", text);
	return err;
}

static int set_range(struct options *o, const char *text)
{
	float v[2];
	int err = parse_floats("range", text, 2, v);

	if (!err && !(v[0] < v[1]))
		err = usage_error("--range %s: the first number must be the smaller one", text);
	o->picture.low = err ? 0 : v[0];
	o->picture.high = err ? 1 : v[1];
	return err;
}

static int set_multiple(struct options *o, const char *text)
{
	uint64_t v;
	int err = parse_number("multiple", text, 1024, &v);

	if (!err && !v)
		err = usage_error("--multiple 0: wanted is a number of at least 1");
	o->picture.multiple = err ? 1 : (int)v;
	return err;
}

static int set_percentile(struct options *o, const char *text)
{
	char *end;

	o->percentile = strtod(text, &end);
	if (end == text || *end || !(o->percentile > 50 && o->percentile <= 100))
		return usage_error("--percentile %s: wanted is a number above 50, up to 100", text);
	return 0;
}

static int set_option(int option, const char *text, struct options *o)
{
	switch (option) {
	case OPT_DEVICE: o->device = text; return 0;
	case OPT_DEVICES: o->devices = text; return 0;
	case OPT_ARRAY: o->array = text; return 0;
	case OPT_HOST_ONLY: o->host_only = true; return 0;
	case OPT_SHAPE: return append(&o->shapes, text);
	case OPT_INPUT: return append(&o->inputs, text);
	case 'o': return append(&o->outputs, text);
	case OPT_SEED: return parse_number("seed", text, UINT64_MAX, &o->seed);
	case OPT_MEAN: return parse_floats("mean", text, 3, o->picture.mean);
	case OPT_STD: return set_std(o, text);
	case OPT_RANGE_OUT: return set_range(o, text);
	case OPT_BGR: o->picture.bgr = true; return 0;
	case OPT_RESIZE: o->picture.resize = true; return 0;
	case OPT_MULTIPLE: return set_multiple(o, text);
	case OPT_OVERLAY: o->picture.overlay = true; return 0;
	case OPT_LAYER: return append(&o->layers, text);
	case OPT_NO_LAYERS: o->no_layers = true; return 0;
	case OPT_TRACE: o->trace = text; return 0;
	case OPT_STAGE: o->stage = text; return 0;
	case OPT_CALIB: o->calib = text; return 0;
	case OPT_CALIB_RANGE: o->calib_range = text; return 0;
	case OPT_PERCENTILE: return set_percentile(o, text);
	case OPT_CSV: o->format = FORMAT_CSV; return 0;
	case OPT_JSON: o->format = FORMAT_JSON; return 0;
	default: return 1;
	}
}

/* What getopt_long() makes of the table: only what the command allows. */
static void make_table(const char *allowed, struct option *to, char *shorts)
{
	size_t n = 0;

	strcpy(shorts, ":h");
	for (size_t i = 0; i < N_HELPS; i++) {
		const struct help *h = &helps[i];

		if (!is_allowed(h, allowed))
			continue;
		to[n++] = (struct option){
			h->name, h->argument ? required_argument : no_argument, NULL, h->option,
		};
		if (h->option == 'o')
			strcat(shorts, "o:");
	}
	to[n] = (struct option){ NULL, 0, NULL, 0 };
}

int parse_options(int argc, char **argv, const char *allowed, struct options *o)
{
	struct option table[N_HELPS + 1];
	char shorts[8];
	int err = 0;

	*o = (struct options){
		.device = "auto",
		.calib_range = "minmax",
		.seed = 1,
		.picture = { .std = { 1, 1, 1 }, .high = 1, .multiple = 1 },
	};
	make_table(allowed, table, shorts);
	while (!err) {
		int option = getopt_long(argc, argv, shorts, table, NULL);

		if (option == -1)
			break;
		if (option == ':')
			return usage_error("%s needs an argument", argv[optind - 1]);
		if (option == '?')
			return usage_error("there is no option '%s'; 'accelctl %s --help' lists "
					   "them", argv[optind - 1], argv[0]);
		err = set_option(option, optarg, o);
	}
	for (int i = optind; !err && i < argc; i++)
		err = append(&o->args, argv[i]);
	return err;
}
