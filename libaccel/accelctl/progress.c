/* SPDX-License-Identifier: MIT */
/* The progress bar. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "accelctl.h"

#define WIDTH 40

static const char *title;	/* NULL: standard error is no terminal */
static time_t started;

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void draw(const char *what, int done, int total)
{
	char bar[WIDTH + 1];
	int full = total > 0 ? (int)((long)done * WIDTH / total) : WIDTH;
	long seconds = (long)(now() - started);

	if (!title)
		return;
	for (int i = 0; i < WIDTH; i++)
		bar[i] = i < full ? '#' : '.';
	bar[WIDTH] = 0;
	fprintf(stderr, "\r%s [%s] %s %d of %d, %ld:%02ld ", title, bar, what, done, total,
		seconds / 60, seconds % 60);
	fflush(stderr);
}

static void draw_layers(void *ctx, int done, int total)
{
	(void)ctx;
	draw("layer", done, total);
}

int progress_samples(void *ctx, int done, int total)
{
	(void)ctx;
	draw("sample", done, total);
	return 0;
}

void progress_start(struct accel_program *prog, const char *what)
{
	title = NULL;
	if (!isatty(STDERR_FILENO))
		return;
	title = what;
	started = now();
	if (prog)
		accel_program_on_progress(prog, draw_layers, NULL);
}

/* Leaves nothing behind: what follows may be an error message. */
void progress_end(void)
{
	if (title)
		fprintf(stderr, "\r\033[K");
	title = NULL;
}
