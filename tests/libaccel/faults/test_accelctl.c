/* SPDX-License-Identifier: MIT */
/*
 * Memory that runs out under accelctl: every command is run in a child whose nth allocation, and all
 * later ones, fail.  It must end with exit code 1 and one line that says so, leave no output and leak
 * nothing.
 *
 *   test_accelctl FOLDER        files of tests/libaccel/cli/make_files.c
 *
 * main() of accelctl is accelctl_main() here.
 */
#define _GNU_SOURCE

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accel.h"
#include "failing.h"

#include "../onnx/tap.h"

/* So many at the beginning, in between and at the end fail where there are more in all; with EVERY in the environment all do. */
enum { FIRST = 50, BETWEEN = 25, LAST = 25, ARGS = 16 };

int accelctl_main(int argc, char **argv);
int model_main(int argc, char **argv);
int ncnn_main(int argc, char **argv);
int picture_main(int argc, char **argv);

static const struct program {
	const char *name;
	int (*main)(int argc, char **argv);
} programs[] = {
	{ "accelctl", accelctl_main },
	{ "accel-model", model_main },
	{ "accel-ncnn2onnx", ncnn_main },
	{ "accel-picture", picture_main },
};

/* The second device of a verification: another bit in the first element. */
static int runs_until_different;

int __real_accel_run(struct accel_program *prog, const struct accel_array *in, const struct accel_array *out);
int __wrap_accel_run(struct accel_program *prog, const struct accel_array *in, const struct accel_array *out);
int __wrap_accel_run(struct accel_program *prog, const struct accel_array *in, const struct accel_array *out)
{
	int err = __real_accel_run(prog, in, out);

	if (runs_until_different && !--runs_until_different)
		*(unsigned char *)out->data ^= 1;
	return err;
}

/* Between the child and its parent. */
struct shared {
	long count;
	bool failed;
};

static struct shared *shared;

static void silence(int fd, const char *path)
{
	int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (to < 0 || dup2(to, fd) < 0)
		abort();
	close(to);
}

static void child(char **argv, int argc, long n)
{
	const struct program *p = programs;
	int code;

	while (strcmp(p->name, argv[0]))
		p++;
	silence(1, "accelctl.out");
	silence(2, "accelctl.err");
	alarm(60);
	failing_start(n, true);
	code = p->main(argc, argv);
	shared->failed = failing_end();
	shared->count = failing_count();
	exit(code);	/* and the leak sanitizer looks */
}

/* Exit code; or -1. */
static int run(char **argv, int argc, long n)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		child(argv, argc, n);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static bool one_line_of_memory(char *line, size_t size)
{
	FILE *f = fopen("accelctl.err", "r");
	bool good = f && fgets(line, (int)size, f) && strstr(line, "emory") && fgetc(f) == EOF;

	if (f)
		fclose(f);
	return good;
}

static long next(long n, long all)
{
	long step = (all - FIRST - LAST) / BETWEEN;

	return getenv("EVERY") || all <= FIRST + BETWEEN + LAST || n < FIRST || n + step > all - LAST ? n + 1 : n + step;
}

/* Words of text, which they lie in; the first one is accelctl where there is no other program. */
static int split(const char *command, char *text, size_t size, char **argv)
{
	int argc = 1;

	argv[0] = "accelctl";
	snprintf(text, size, "%s", command);
	for (char *word = strtok(text, " "); word && argc < ARGS; word = strtok(NULL, " ")) {
		if (argc == 1 && !strncmp(word, "accel-", 6))
			argv[0] = word;
		else
			argv[argc++] = word;
	}
	argv[argc] = NULL;
	return argc;
}

/* output: the file that the command writes; NULL: none. */
static void sweep(const char *command, const char *output)
{
	char text[512], line[1024] = "", *argv[ARGS + 1];
	long tried = 0, wrong = 0, all;
	int argc = split(command, text, sizeof(text), argv), code;

	code = run(argv, argc, 1000000000);
	all = shared->count;
	if (code)
		note("%s: exit code %d without a failure", command, code);
	for (long n = 1; !code && n <= all; n = next(n, all)) {
		bool good;
		int result;

		if (output)
			unlink(output);
		result = run(argv, argc, n);
		good = shared->failed && result == 1 && one_line_of_memory(line, sizeof(line)) &&
		       !(output && !access(output, F_OK));
		tried++;
		if (!good && wrong++ < 3)
			note("allocation %ld: exit code %d: %s", n, result, line);
	}
	ok(!code && !wrong && tried > 0, "%s: out of memory at %ld of %ld allocations", command, tried, all);
}

/* A file for a sweep, whose failure there is the sweep's. */
static void make(const char *command)
{
	char text[512], *argv[ARGS + 1];
	int argc = split(command, text, sizeof(text), argv);

	run(argv, argc, 1000000000);
}

/* Of each type of an output. */
static void differs(const char *model, const char *row)
{
	char text[512], command[256], line[1024], *argv[ARGS + 1];
	bool found = false;
	int argc, code;
	FILE *f;

	snprintf(command, sizeof(command), "verify %s.onnx a.png --devices host:,host: --csv", model);
	argc = split(command, text, sizeof(text), argv);
	runs_until_different = 2;
	code = run(argv, argc, 1000000000);
	runs_until_different = 0;
	f = fopen("accelctl.out", "r");
	while (f && fgets(line, sizeof(line), f))
		found = found || strstr(line, row);
	if (f)
		fclose(f);
	ok(code == 3 && found, "verify finds a difference: %s: %s", model, row);
}

int main(int argc, char **argv)
{
	if (argc != 2 || chdir(argv[1])) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 2;
	sweep("info copy.onnx --json", NULL);
	sweep("run copy.onnx a.png -o oom.png", "oom.png");
	sweep("run copy.onnx a.jpg -o oom.jpg", "oom.jpg");
	sweep("run large.onnx large.jpg -o oom.jpg", "oom.jpg");
	sweep("run copy.onnx --input x.npy -o oom.npy --device model:array=8x8", "oom.npy");
	sweep("quantize copy.onnx --calib one -o oom.onnx", "oom.onnx");
	sweep("profile copy.onnx a.png --trace oom.json", "oom.json");
	sweep("verify copy.onnx a.png --devices host:,model:array=8x8 --csv", NULL);
	sweep("bench --layer conv,4,4,8,8,1,1,0 --device model:array=8x8 --csv", NULL);
	sweep("dump --stage emit copy.onnx --device model:array=8x8", NULL);
	sweep("run copy.onnx odd.png -o oom.png --resize", "oom.png");
	sweep("run sixteen.onnx odd.png -o oom.png --multiple 16", "oom.png");
	sweep("run classes.onnx a.png -o oom.png --overlay", "oom.png");
	sweep("run copy.onnx --input double.npy -o oom.npy", "oom.npy");
	sweep("accel-model noise 2x3x4 1 oom.npy", "oom.npy");
	sweep("accel-model mlp oom.onnx", "oom.onnx");
	sweep("accel-model batch copy.onnx 2 oom.onnx", "oom.onnx");
	sweep("accel-ncnn2onnx n.param n.bin oom.onnx", "oom.onnx");
	make("accel-model noise 1x1x24x32 1 map.npy");
	sweep("accel-picture regions a.png map.npy 0.3 oom.png", "oom.png");
	differs("copy", ",1,");
	differs("out-double", ",1,");
	differs("out-int32", ",1,");
	differs("out-int64", ",1,");
	differs("out-int8", ",1,");
	differs("out-uint8", ",1,");
	differs("out-bool", ",1,");
	return tap_done();
}
