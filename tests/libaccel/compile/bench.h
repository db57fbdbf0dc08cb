/* SPDX-License-Identifier: MIT */
/* What the benchmarks of the compiler share: errors of its estimates, verdicts. */
#ifndef TESTS_COMPILE_BENCH_H
#define TESTS_COMPILE_BENCH_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

/* Relative errors of an estimate, in per cent. */
struct errors {
	int n;
	double sum, square, worst;
	char of[128]; /* whose the worst is */
};

static inline double estimate_error(double estimate, double cycles)
{
	return 100 * (estimate / cycles - 1);
}

static inline void add_error(struct errors *e, double error, const char *of)
{
	e->n++;
	e->sum += fabs(error);
	e->square += error * error;
	if (fabs(error) < fabs(e->worst))
		return;
	e->worst = error;
	snprintf(e->of, sizeof(e->of), "%.127s", of);
}

static inline void print_errors(const struct errors *e, const char *what, const char *of)
{
	if (!e->n)
		return;
	printf("%s, %d %s: mean of the absolute error %.2f %%, root of the mean square %.2f %%, "
	       "worst %+.2f %% (%s)\n",
	       what, e->n, of, e->sum / e->n, sqrt(e->square / e->n), e->worst, e->of);
}

static inline const char *verdict(bool met)
{
	return met ? "met" : "MISSED";
}

#endif
