/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>

#include "error.h"

static bool reserve(struct text *t, size_t more)
{
	size_t capacity = t->capacity ? t->capacity : 256;
	char *data;

	while (capacity - t->size <= more) {
		if (capacity > SIZE_MAX / 2)
			return false;
		capacity *= 2;
	}
	if (capacity == t->capacity)
		return true;
	data = realloc(t->data, capacity);
	if (!data)
		return false;
	t->data = data;
	t->capacity = capacity;
	return true;
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list ap;
	int n;

	if (t->failed)
		return;
	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0 || !reserve(t, (size_t)n)) {
		t->failed = true;
		return;
	}
	va_start(ap, format);
	vsnprintf(t->data + t->size, t->capacity - t->size, format, ap);
	va_end(ap);
	t->size += (size_t)n;
}

int text_error(const struct text *t)
{
	return t->failed
		       ? error(-ENOMEM, "out of memory for a text of more than %zu bytes", t->size)
		       : 0;
}

const char *text_data(const struct text *t)
{
	return t->data ? t->data : "";
}

void text_free(struct text *t)
{
	free(t->data);
	*t = (struct text)TEXT_INIT;
}
