/* SPDX-License-Identifier: MIT */
/*
 * accel-model: makes models and inputs for benchmarks, tests and demos.  Documentation/man/accel-model.1
 *
 * Exit codes as accelctl's: 0 done, 1 failed, 2 a mistake on the command line.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accel.h"
#include "error.h"
#include "model_change.h"
#include "nets.h"
#include "onnx_write.h"

static bool usage;

static int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int usage_error(const char *format, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	usage = true;
	return error(-EINVAL, "%s", text);
}

static int parse_number(const char *what, const char *text, uint64_t min, uint64_t max,
			uint64_t *to)
{
	char *end;

	errno = 0;
	*to = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || *to < min || *to > max)
		return usage_error("%s=%s: wanted is a number from %llu to %llu", what, text,
				   (unsigned long long)min, (unsigned long long)max);
	return 0;
}

static const struct net_kind *find_net(const char *name)
{
	for (int i = 0; i < n_net_kinds; i++)
		if (!strcmp(net_kinds[i].name, name))
			return &net_kinds[i];
	return NULL;
}

/* "size=128", "seed=3" */
static int parse_option(const struct net_kind *kind, char *word, int *option, uint64_t *seed)
{
	char *value = strchr(word, '=');
	uint64_t v;

	if (!value)
		return usage_error("'%s' is no option such as seed=2", word);
	*value++ = 0;
	if (!strcmp(word, "seed"))
		return parse_number(word, value, 0, UINT64_MAX, seed);
	for (int i = 0; i < NET_OPTIONS && kind->option[i].name; i++) {
		const struct net_option *o = &kind->option[i];
		int err;

		if (strcmp(o->name, word))
			continue;
		err = parse_number(word, value, (uint64_t)o->min, (uint64_t)o->max, &v);
		option[i] = err ? 0 : (int)v;
		return err;
	}
	return usage_error("%s has no option '%s'; --help lists them", kind->name, word);
}

static int make_net(const struct net_kind *kind, int n, char **arg)
{
	int option[NET_OPTIONS], err = 0;
	uint64_t seed = 1;
	struct graph *g;

	if (!n)
		return usage_error("wanted is: %s OUT.onnx [OPTION=VALUE]..", kind->name);
	for (int i = 0; i < NET_OPTIONS; i++)
		option[i] = kind->option[i].value;
	for (int i = 1; !err && i < n; i++)
		err = parse_option(kind, arg[i], option, &seed);
	if (err)
		return err;
	g = kind->make(option, seed);
	if (!g)
		return error_in(-EINVAL, "%s", kind->name);
	err = onnx_write(g, arg[0]);
	graph_free(g);
	return err;
}

/* "64x100x1x1" */
static int parse_shape(const char *text, struct shape *s)
{
	const char *p = text;
	char *end;

	*s = (struct shape){ .rank = 0 };
	do {
		long v = strtol(p, &end, 10);

		if (*p < '0' || *p > '9' || v < 1 || v > INT32_MAX || (*end && *end != 'x') ||
		    s->rank == ACCEL_MAX_RANK)
			return usage_error("'%s' is no shape such as 64x100x1x1", text);
		s->dim[s->rank++] = v;
		p = end + 1;
	} while (*end);
	return 0;
}

static int make_noise(int n, char **arg)
{
	struct shape s;
	uint64_t seed;
	int err;

	if (n != 3)
		return usage_error("wanted is: noise DIMS SEED OUT.npy");
	err = parse_shape(arg[0], &s);
	if (!err)
		err = parse_number("SEED", arg[1], 0, UINT64_MAX, &seed);
	return err ? err : noise_write(&s, seed, arg[2]);
}

static int make_shape(int n, char **arg)
{
	struct shape s;
	int err;

	if (n != 3)
		return usage_error("wanted is: shape MODEL.onnx DIMS OUT.onnx");
	err = parse_shape(arg[1], &s);
	return err ? err : shape_write(arg[0], &s, arg[2]);
}

static int make_batch(int n, char **arg)
{
	uint64_t count;
	int err;

	if (n != 3)
		return usage_error("wanted is: batch MODEL.onnx COUNT OUT.onnx");
	err = parse_number("COUNT", arg[1], 1, 65536, &count);
	return err ? err : batch_write(arg[0], (int64_t)count, arg[2]);
}

static void print_help(void)
{
	printf("Usage: accel-model NETWORK OUT.onnx [OPTION=VALUE]..\n"
	       "       accel-model batch MODEL.onnx COUNT OUT.onnx\n"
	       "       accel-model shape MODEL.onnx DIMS OUT.onnx\n"
	       "       accel-model noise DIMS SEED OUT.npy\n"
	       "Makes models with seeded weights, models for several or for smaller inputs, and "
	       "random inputs.\n\n");
	for (int i = 0; i < n_net_kinds; i++) {
		const struct net_kind *k = &net_kinds[i];

		printf("  %-12s %s\n", k->name, k->what);
		for (int o = 0; o < NET_OPTIONS && k->option[o].name; o++)
			printf("    %s=%d, %s (%d to %d)\n", k->option[o].name, k->option[o].value,
			       k->option[o].what, k->option[o].min, k->option[o].max);
	}
	printf("\nEach takes seed=N (1), too.\n");
}

static int run(int argc, char **argv)
{
	const struct net_kind *kind;

	if (argc < 2)
		return usage_error("no network is given; --help lists them");
	if (!strcmp(argv[1], "noise"))
		return make_noise(argc - 2, argv + 2);
	if (!strcmp(argv[1], "batch"))
		return make_batch(argc - 2, argv + 2);
	if (!strcmp(argv[1], "shape"))
		return make_shape(argc - 2, argv + 2);
	kind = find_net(argv[1]);
	if (!kind)
		return usage_error("there is no network '%s'; --help lists them", argv[1]);
	return make_net(kind, argc - 2, argv + 2);
}

int main(int argc, char **argv)
{
	int err;

	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print_help();
		return 0;
	}
	err = run(argc, argv);
	if (err)
		fprintf(stderr, "accel-model: %s\n", accel_error_message());
	return err ? usage ? 2 : 1 : 0;
}
