/* SPDX-License-Identifier: MIT */
/* accelctl: libaccel on the command line. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "accelctl.h"
#include "error.h"

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

/* allowed: the options that a command has, as in options.c. */
static const struct command {
	const char *name, *args, *what, *allowed;
	int (*run)(const struct options *o);
} commands[] = {
	{ "info", "[MODEL]", "lists devices; with MODEL: its inputs, outputs, and what runs where",
	  "daSfH", cmd_info },
	{ "run", "MODEL [IMAGE | --input FILE] -o OUT", "runs a model on a picture or on arrays",
	  "daSioxpH", cmd_run },
	{ "verify", "MODEL [IMAGE | --input FILE] --devices URI,URI..",
	  "runs a model on several devices and compares the outputs byte for byte", "DaSixpfH",
	  cmd_verify },
	{ "quantize", "MODEL --calib FOLDER -o OUT.onnx",
	  "turns a float model into an int8 one, with pictures or .npy files as samples",
	  "Sopc", cmd_quantize },
	{ "bench", "MODEL.. | --layer SPEC..",
	  "work, cycles, utilisation and traffic of every layer, and of all", "daSLnxfH",
	  cmd_bench },
	{ "profile", "MODEL [IMAGE | --input FILE]",
	  "what every layer of one run took; with --trace: on a time line", "daSioxptfH",
	  cmd_profile },
	{ "dump", "--stage STAGE MODEL", "shows what a stage of the compiler made of a model",
	  "daSgH", cmd_dump },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void print_help(void)
{
	printf("Usage: accelctl COMMAND [ARGUMENT..] [OPTION..]\n"
	       "Runs neural networks on the fcnaccel convolution core.\n\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].what);
	printf("\n'accelctl COMMAND --help' lists the options of a command; accelctl(1) explains "
	       "them.\n");
}

static void print_command_help(const struct command *c)
{
	printf("Usage: accelctl %s %s\n%s.\n\n", c->name, c->args, c->what);
	print_options(c->allowed);
}

static int report(int result, const char *command)
{
	if (result == RESULT_DIFFERENT)
		return EXIT_DIFFERENT;
	if (result >= 0)
		return EXIT_DONE;
	fprintf(stderr, "accelctl%s%s: %s\n", command ? " " : "", command ? command : "",
		accel_error_message());
	return usage ? EXIT_USAGE : EXIT_FAILED;
}

/* What nobody could read counts as failed. */
static int written(int result)
{
	if ((fflush(stdout) || ferror(stdout)) && result >= 0)
		return error(-EIO, "cannot write to standard output");
	return result;
}

static int run(const struct command *c, int argc, char **argv)
{
	struct options o;
	int result = parse_options(argc, argv, c->allowed, &o);

	if (result == 1) {
		print_command_help(c);
		result = 0;
	} else if (!result) {
		result = c->run(&o);
	}
	return report(written(result), c->name);
}

int main(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2)
		return report(usage_error("no command is given; 'accelctl --help' lists them"),
			      NULL);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help();
		return report(written(0), NULL);
	}
	if (!strcmp(argv[1], "--version")) {
		printf("accelctl %s\n", accel_version());
		return report(written(0), NULL);
	}
	c = find_command(argv[1]);
	if (!c)
		return report(usage_error("there is no command '%s'; 'accelctl --help' lists them",
					  argv[1]), NULL);
	return run(c, argc - 1, argv + 1);
}
