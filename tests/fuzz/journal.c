// SPDX-License-Identifier: GPL-2.0
/* A record that outlives the kernel. */
#define _GNU_SOURCE
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <sys/io.h>

#define DEBUGCON 0xe9

static int debugcon_open(void)
{
	return ioperm(DEBUGCON, 1, 1) ? -errno : 0;
}

static void debugcon_write(const char *text, size_t n)
{
	outsb(DEBUGCON, text, n);
}
#else
static int debugcon_open(void)
{
	return -EOPNOTSUPP;
}

static void debugcon_write(const char *text, size_t n)
{
	(void)text;
	(void)n;
}
#endif

static int file = -1;
static bool debugcon;

int journal_open(const char *path)
{
	if (!path)
		return 0;
	if (!strcmp(path, "debugcon")) {
		int err = debugcon_open();

		debugcon = !err;
		return err;
	}
	file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_DSYNC, 0644);
	return file < 0 ? -errno : 0;
}

/* One call for each sequence, so that processes do not mix their lines. */
void journal_write(const char *text, size_t n)
{
	if (debugcon)
		debugcon_write(text, n);
	else if (file >= 0 && write(file, text, n) != (ssize_t)n)
		perror("journal");
}
