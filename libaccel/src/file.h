/* SPDX-License-Identifier: MIT */
/* Whole files: read by mapping, written so that nobody ever sees half of one. */
#ifndef LIBACCEL_FILE_H
#define LIBACCEL_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Maps a regular file of 1 to max bytes, read-only; munmap() it. */
int file_map(const char *path, int64_t max, void **bytes, size_t *size);

struct file_part {
	const void *data;
	size_t size;
};

/*
 * Writes the parts, one after the other, to a new file beside path and renames it to path.  When
 * that fails, path is what it was before.
 */
int file_write(const char *path, const struct file_part *part, int n_part);

#endif
