/* SPDX-License-Identifier: MIT */
/*
 * Whether counts stay flat over a long run: samples taken while nothing runs, a straight line through those behind the warm-up, and what
 * that line gains until the end.
 */
#ifndef SOAK_FLAT_H
#define SOAK_FLAT_H

#include <stdbool.h>

enum { FLAT_COUNTS = 6 };

struct flat {
	const char *name[FLAT_COUNTS];
	/* The gain from the line's first to its last sample that is no leak: caches and rounding. */
	double allowed[FLAT_COUNTS];
	int counts;
	double (*row)[1 + FLAT_COUNTS];	/* time, then the counts */
	int n, room;
};

/* Adds a sample and prints it as a comment; false: out of memory. */
bool flat_add(struct flat *f, double time, const double *count);

/*
 * The gain of a count, over the second half of the samples; 0 with fewer than 4.  The line is Theil and Sen's: the median
 * of the slopes of all pairs, so that a single odd sample does not count.
 */
double flat_gain(const struct flat *f, int count);

/* A test line for each count, numbered from *test on; the failures. */
int flat_judge(const struct flat *f, int *test);

#endif
