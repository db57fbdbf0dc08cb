/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char message[ERROR_SIZE];
static _Thread_local unsigned int no_memory;	/* errors that were -ENOMEM */

/*
 * Names in a message come from files.  Control characters would let a file write to the user's
 * terminal, so they are shown as '?'.  Bytes of 0x80 and more stay: UTF-8.
 */
static void set_message(const char *text)
{
	size_t i;

	for (i = 0; text[i] && i < sizeof(message) - 1; i++) {
		unsigned char c = (unsigned char)text[i];

		message[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	message[i] = 0;
}

/* The arguments may be the message itself, so it is formatted elsewhere first. */
int error(int err, const char *format, ...)
{
	char text[ERROR_SIZE];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	set_message(text);
	no_memory += err == -ENOMEM;
	return err;
}

int error_in(int err, const char *format, ...)
{
	char text[2 * ERROR_SIZE];
	size_t n;
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, ERROR_SIZE / 2, format, ap);
	va_end(ap);
	n = strlen(text);
	snprintf(text + n, sizeof(text) - n, ": %s", message);
	set_message(text);
	return err;
}

const char *error_message(void)
{
	return message;
}

unsigned int error_mark(void)
{
	return no_memory;
}

int error_memory(int err, unsigned int mark, const char *what)
{
	return err == -ENOMEM && no_memory == mark ? error(err, "out of memory for %s", what) : err;
}

void error_save(struct error_state *state)
{
	strcpy(state->message, message);
	state->no_memory = no_memory;
}

void error_restore(const struct error_state *state)
{
	strcpy(message, state->message);
	no_memory = state->no_memory;
}
