// SPDX-License-Identifier: MIT
/*
 * Judges a table of samples that something else took: lines of numbers, the time first.
 *
 *   judge NAME=ALLOWED... <table
 *
 * One NAME and the gain that is allowed for each column behind the time.  Prints the table and the verdict as TAP lines without a plan.
 */
#include "flat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct flat f = { .counts = argc - 1 };
	double v[1 + FLAT_COUNTS];
	int test = 0, got = 0;

	if (argc < 2 || argc - 1 > FLAT_COUNTS) {
		fprintf(stderr, "usage: judge NAME=ALLOWED... <table\n");
		return 2;
	}
	for (int i = 0; i < f.counts; i++) {
		char *equals = strchr(argv[1 + i], '=');

		if (!equals) {
			fprintf(stderr, "judge: '%s' is not NAME=ALLOWED\n", argv[1 + i]);
			return 2;
		}
		*equals = '\0';
		f.name[i] = argv[1 + i];
		f.allowed[i] = atof(equals + 1);
	}
	while (scanf("%lf", &v[got]) == 1)
		if (++got == 1 + f.counts) {
			if (!flat_add(&f, v[0], &v[1]))
				return 1;
			got = 0;
		}
	got = flat_judge(&f, &test);
	free(f.row);
	return got != 0;
}
