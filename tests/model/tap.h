/* SPDX-License-Identifier: Apache-2.0 */
/* Test Anything Protocol, as much of it as these programs need. */
#ifndef TESTS_MODEL_TAP_H
#define TESTS_MODEL_TAP_H

#include <stdarg.h>
#include <stdio.h>

static int tap_count, tap_failed;

/* One test point.  The text may have printf formats. */
__attribute__((format(printf, 2, 3), unused)) static int ok(int passed, const char *fmt, ...)
{
	va_list ap;

	tap_count++;
	if (!passed)
		tap_failed++;
	printf("%sok %d - ", passed ? "" : "not ", tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	return passed;
}

/* As ok(), and prints both numbers when they differ. */
__attribute__((unused)) static int is(unsigned long long got, unsigned long long want,
				      const char *what)
{
	if (!ok(got == want, "%s", what))
		printf("# got 0x%llx, want 0x%llx\n", got, want);
	return got == want;
}

/* The plan, and the exit status. */
static inline int done_testing(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? 1 : 0;
}

#endif
