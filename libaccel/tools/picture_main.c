/* SPDX-License-Identifier: MIT */
/*
 * accel-picture: what the demos do to pictures before and behind a network.
 *
 * Exit codes as accelctl's: 0 done, 1 failed, 2 a mistake on the command line.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "picture.h"

static bool usage;

int usage_error(const char *format, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	usage = true;
	return error(-EINVAL, "%s", text);
}

int parse_int(const char *what, const char *text, int max, int *to)
{
	char *end;
	long v = strtol(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || v > max)
		return usage_error("%s %s: wanted is a number of at most %d", what, text, max);
	*to = (int)v;
	return 0;
}

int parse_fraction(const char *what, const char *text, double *to)
{
	char *end;

	*to = strtod(text, &end);
	if (end == text || *end || !(*to >= 0 && *to <= 1))
		return usage_error("%s %s: wanted is a number from 0 to 1", what, text);
	return 0;
}

static const struct command {
	const char *name;
	int min, max;		/* of arguments */
	const char *args, *what;
	int (*run)(int n, char **arg);
} commands[] = {
	{ "crop", 6, 6, "IN X Y WIDTH HEIGHT OUT", "cuts a rectangle out of a picture", cmd_crop },
	{ "scale", 5, 5, "IN WIDTH HEIGHT smooth|bicubic|nearest OUT",
	  "scales; smooth is a triangle as wide as the scale needs", cmd_scale },
	{ "psnr", 2, 2, "A B", "prints the peak signal to noise ratio in dB", cmd_psnr },
	{ "regions", 4, 4, "IMAGE MAP.npy THRESHOLD OUT",
	  "tints and frames what a map of probabilities marks, and lists it", cmd_regions },
	{ "overlap", 3, 3, "A.npy B.npy THRESHOLD",
	  "prints in per cent how far two maps mark the same", cmd_overlap },
	{ "beside", 3, 17, "OUT IN CAPTION [IN CAPTION]..",
	  "puts up to 8 pictures side by side, each below its caption", cmd_beside },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	printf("Usage: accel-picture COMMAND ARGUMENT..\n"
	       "Pictures are PNG or JPEG files, by their names.\n\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf("  %s %s\n      %s\n", commands[i].name, commands[i].args,
		       commands[i].what);
}

static int run(int argc, char **argv)
{
	if (argc < 2)
		return usage_error("no command is given; --help lists them");
	for (size_t i = 0; i < N_COMMANDS; i++) {
		const struct command *c = &commands[i];

		if (strcmp(argv[1], c->name))
			continue;
		if (argc - 2 < c->min || argc - 2 > c->max)
			return usage_error("wanted is: %s %s", c->name, c->args);
		return c->run(argc - 2, argv + 2);
	}
	return usage_error("there is no command '%s'; --help lists them", argv[1]);
}

int main(int argc, char **argv)
{
	int err;

	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print_help();
		return 0;
	}
	err = run(argc, argv);
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = error(-EIO, "cannot write to standard output");
	if (err)
		fprintf(stderr, "accel-picture: %s\n", accel_error_message());
	return err ? usage ? 2 : 1 : 0;
}
