// SPDX-License-Identifier: MIT
#include "flat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool flat_add(struct flat *f, double time, const double *count)
{
	if (f->n == f->room) {
		int room = f->room ? 2 * f->room : 256;
		void *row = realloc(f->row, (size_t)room * sizeof(*f->row));

		if (!row)
			return false;
		f->row = row;
		f->room = room;
	}
	if (!f->n) {
		printf("# %8s", "s");
		for (int i = 0; i < f->counts; i++)
			printf(" %14s", f->name[i]);
		printf("\n");
	}
	f->row[f->n][0] = time;
	memcpy(&f->row[f->n][1], count, (size_t)f->counts * sizeof(*count));
	printf("# %8.0f", time);
	for (int i = 0; i < f->counts; i++)
		printf(" %14.0f", count[i]);
	printf("\n");
	fflush(stdout);
	f->n++;
	return true;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double flat_gain(const struct flat *f, int count)
{
	int first = f->n / 2, n = f->n - first, pairs = 0;
	double *slope, median;

	/* Not more pairs than are needed: of a long run, every so-manieth sample. */
	int step = n > 400 ? n / 400 : 1;

	if (n < 4)
		return 0;
	slope = malloc((size_t)(n / step + 1) * (size_t)(n / step + 1) * sizeof(*slope));
	if (!slope)
		return 0;
	for (int i = first; i < f->n; i += step)
		for (int j = i + step; j < f->n; j += step)
			slope[pairs++] = (f->row[j][1 + count] - f->row[i][1 + count]) / (f->row[j][0] - f->row[i][0]);
	qsort(slope, (size_t)pairs, sizeof(*slope), by_value);
	median = slope[pairs / 2];
	free(slope);
	return median * (f->row[f->n - 1][0] - f->row[first][0]);
}

int flat_judge(const struct flat *f, int *test)
{
	int failed = 0;

	for (int i = 0; i < f->counts; i++) {
		double gain = flat_gain(f, i);
		bool enough = f->n >= 8, good = enough && gain <= f->allowed[i];

		printf("%sok %d - %s: a gain of %.1f in %d samples (allowed: %.0f)\n", good ? "" : "not ", ++*test, f->name[i], gain, f->n,
		       f->allowed[i]);
		if (!enough)
			printf("# too short a run: 8 samples are wanted\n");
		failed += !good;
	}
	return failed;
}
