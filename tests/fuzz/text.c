// SPDX-License-Identifier: GPL-2.0
/* Sequences as text: one operation a line, its arguments by name; one that is left out is 0. */
#include "fuzz.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int op_print(char *text, size_t size, const struct op *op)
{
	const struct op_kind *kind = &op_kinds[op->kind];
	int n = snprintf(text, size, "%s", kind->name);

	for (unsigned i = 0; kind->arg[i].name; i++)
		if (op->arg[i] && (size_t)n < size)
			n += snprintf(text + n, size - (size_t)n, op->arg[i] < 10 ? " %s=%" PRIu64 : " %s=0x%" PRIx64,
				      kind->arg[i].name, op->arg[i]);
	return n;
}

int seq_print(char *text, size_t size, const struct seq *s)
{
	int n = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		n += op_print(text + n, size - (size_t)n, &s->op[i]);
		n += snprintf(text + n, size - (size_t)n, "\n");
	}
	return n + snprintf(text + n, size - (size_t)n, "end\n");
}

static const struct op_kind *kind_of(const char *name)
{
	for (unsigned i = 0; i < op_kinds_n; i++)
		if (!strcmp(op_kinds[i].name, name))
			return &op_kinds[i];
	return NULL;
}

/* "name=number"; false: it is not that, or the kind has no such argument. */
static bool read_arg(const struct op_kind *kind, char *word, struct op *op)
{
	char *value = strchr(word, '='), *end;

	if (!value)
		return false;
	*value++ = '\0';
	for (unsigned i = 0; kind->arg[i].name; i++) {
		if (strcmp(kind->arg[i].name, word))
			continue;
		errno = 0;
		op->arg[i] = strtoull(value, &end, 0);
		return !errno && end != value && !*end && *value != '-';
	}
	return false;
}

static const char *read_op(char *text, struct op *op)
{
	char *rest = NULL, *word = strtok_r(text, " \t\r\n", &rest);
	const struct op_kind *kind = kind_of(word);

	if (!kind)
		return "no such operation";
	memset(op, 0, sizeof(*op));
	op->kind = (uint32_t)(kind - op_kinds);
	while ((word = strtok_r(NULL, " \t\r\n", &rest)))
		if (!read_arg(kind, word, op))
			return "an argument is wanted as name=number, with a name that the operation has";
	return NULL;
}

int seq_read(FILE *from, const char *name, int *line, struct seq *s)
{
	char text[512];

	s->n = 0;
	while (fgets(text, sizeof(text), from)) {
		const char *wrong = NULL;

		++*line;
		text[strcspn(text, "#\r\n")] = '\0';
		if (!text[strspn(text, " \t")])
			continue;
		if (!strcmp(text, "end")) {
			if (s->n)
				return 1;
			continue;
		}
		if (s->n == MAX_OPS)
			wrong = "too many operations in a sequence";
		else
			wrong = read_op(text, &s->op[s->n]);
		if (wrong) {
			fprintf(stderr, "%s:%d: %s\n", name, *line, wrong);
			return -*line;
		}
		s->n++;
	}
	return s->n > 0;
}
