/* SPDX-License-Identifier: MIT */
/*
 * A text that grows: what the dumps of the stages are written to.
 *
 * An allocation that fails is remembered instead of returned, so that a dump can print line after
 *line and ask once:
 *
 *	struct text t = TEXT_INIT;
 *
 *	text_printf(&t, "%d nodes\n", n);
 *	err = text_error(&t);
 *	...
 *	text_free(&t);
 */
#ifndef LIBACCEL_TEXT_H
#define LIBACCEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *data;		/* NUL-terminated; NULL as long as nothing was printed */
	size_t size;		/* without the NUL */
	size_t capacity;
	bool failed;		/* memory ran out; data holds what was printed before */
};

#define TEXT_INIT { NULL, 0, 0, false }

void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
int text_error(const struct text *t);		/* 0, or -ENOMEM with a message */
const char *text_data(const struct text *t);	/* "" as long as nothing was printed */
void text_free(struct text *t);			/* makes it empty; it may be used again */

#endif
