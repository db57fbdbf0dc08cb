/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700

#include "files.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* nftw() hands nothing through to its callback. */
static char **found;
static size_t n_found;

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t n = strlen(path);

	(void)st;
	(void)ftw;
	if (type != FTW_F || n < 5 || strcmp(path + n - 5, ".onnx"))
		return 0;
	found = realloc(found, (n_found + 2) * sizeof(*found));
	if (!found)
		abort();
	found[n_found++] = strdup(path);
	found[n_found] = NULL;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **files_find(int n, char *const *folder, size_t *count)
{
	found = calloc(1, sizeof(*found));
	n_found = 0;
	for (int i = 0; i < n; i++)
		nftw(folder[i], visit, 16, 0);
	qsort(found, n_found, sizeof(*found), compare);
	*count = n_found;
	return found;
}

void files_free(char **path)
{
	for (size_t i = 0; path[i]; i++)
		free(path[i]);
	free(path);
}

unsigned char *files_read(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	unsigned char *p = NULL;
	long n;

	if (!f || fseek(f, 0, SEEK_END) || (n = ftell(f)) < 0 || fseek(f, 0, SEEK_SET)) {
		perror(path);
		abort();
	}
	*size = (size_t)n;
	p = malloc(*size ? *size : 1);
	if (!p || fread(p, 1, *size, f) != *size)
		abort();
	fclose(f);
	return p;
}
