/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

void table_column_key(struct table *t, const char *name, const char *key, bool number)
{
	if (t->n_column == TABLE_COLUMNS)
		abort();
	t->column[t->n_column].name = name;
	t->column[t->n_column].key = key;
	t->column[t->n_column++].number = number;
}

void table_column(struct table *t, const char *name, bool number)
{
	table_column_key(t, name, name, number);
}

void table_cell(struct table *t, const char *format, ...)
{
	char text[1024];
	char **cell = t->cell;
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if ((t->n_cell & (t->n_cell - 1)) == 0) {
		cell = realloc(t->cell, (t->n_cell ? 2 * t->n_cell : 1) * sizeof(*cell));
		if (!cell) {
			t->failed = true;
			return;
		}
		t->cell = cell;
	}
	cell[t->n_cell] = malloc(strlen(text) + 1);
	if (!cell[t->n_cell]) {
		t->failed = true;
		return;
	}
	strcpy(cell[t->n_cell++], text);
}

static size_t rows(const struct table *t)
{
	return t->n_column ? t->n_cell / (size_t)t->n_column : 0;
}

static const char *cell(const struct table *t, size_t row, int column)
{
	return t->cell[row * (size_t)t->n_column + (size_t)column];
}

/* As many columns of the screen as UTF-8 takes, for names that are not ASCII. */
static int width_of(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* Names come from files: what would write to the terminal is shown as '?'. */
static void put_plain(const char *text)
{
	for (; *text; text++)
		putchar((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
}

static void put_padded(const char *text, int width, bool right, bool last)
{
	int pad = width - width_of(text);

	if (right)
		printf("%*s", pad, "");
	put_plain(text);
	if (!right && !last)
		printf("%*s", pad, "");
	fputs(last ? "\n" : "  ", stdout);
}

static void print_text(const struct table *t)
{
	int width[TABLE_COLUMNS];

	for (int c = 0; c < t->n_column; c++) {
		width[c] = width_of(t->column[c].name);
		for (size_t r = 0; r < rows(t); r++)
			if (width_of(cell(t, r, c)) > width[c])
				width[c] = width_of(cell(t, r, c));
	}
	for (int c = 0; c < t->n_column; c++)
		put_padded(t->column[c].name, width[c], t->column[c].number, c == t->n_column - 1);
	for (size_t r = 0; r < rows(t); r++)
		for (int c = 0; c < t->n_column; c++)
			put_padded(cell(t, r, c), width[c], t->column[c].number,
				   c == t->n_column - 1);
}

static void put_csv(const char *text, bool last)
{
	if (strpbrk(text, ",\"\r\n")) {
		putchar('"');
		for (; *text; text++) {
			if (*text == '"')
				putchar('"');
			putchar(*text);
		}
		putchar('"');
	} else {
		fputs(text, stdout);
	}
	putchar(last ? '\n' : ',');
}

static void print_csv(const struct table *t)
{
	for (int c = 0; c < t->n_column; c++)
		put_csv(t->column[c].key, c == t->n_column - 1);
	for (size_t r = 0; r < rows(t); r++)
		for (int c = 0; c < t->n_column; c++)
			put_csv(cell(t, r, c), c == t->n_column - 1);
}

static void put_json(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void print_json(const struct table *t)
{
	fputs("[", stdout);
	for (size_t r = 0; r < rows(t); r++) {
		fputs(r ? ",\n {" : "\n {", stdout);
		for (int c = 0; c < t->n_column; c++) {
			fputs(c ? ", " : "", stdout);
			put_json(t->column[c].key);
			fputs(": ", stdout);
			if (!t->column[c].number)
				put_json(cell(t, r, c));
			else
				fputs(*cell(t, r, c) ? cell(t, r, c) : "null", stdout);
		}
		fputs("}", stdout);
	}
	fputs("\n]", stdout);
}

static void print_object(const struct table *tables, int n)
{
	fputs("{", stdout);
	for (int i = 0; i < n; i++) {
		fputs(i ? ",\n" : "\n", stdout);
		put_json(tables[i].name);
		fputs(": ", stdout);
		print_json(&tables[i]);
	}
	fputs("\n}\n", stdout);
}

/* Several tables have their names above them. */
static void print_each(const struct table *tables, int n, enum format format)
{
	for (int i = 0; i < n; i++) {
		if (n > 1)
			printf(format == FORMAT_CSV ? "%s# %s\n" : "%s%s:\n", i ? "\n" : "",
			       tables[i].name);
		if (format == FORMAT_CSV)
			print_csv(&tables[i]);
		else
			print_text(&tables[i]);
	}
}

static void table_free(struct table *t)
{
	for (size_t i = 0; i < t->n_cell; i++)
		free(t->cell[i]);
	free(t->cell);
	t->cell = NULL;
	t->n_cell = 0;
}

int report_print(struct table *tables, int n, enum format format)
{
	bool failed = false;

	for (int i = 0; i < n; i++)
		failed = failed || tables[i].failed;
	if (!failed && format != FORMAT_JSON) {
		print_each(tables, n, format);
	} else if (!failed && n == 1) {
		print_json(tables);
		putchar('\n');
	} else if (!failed) {
		print_object(tables, n);
	}
	for (int i = 0; i < n; i++)
		table_free(&tables[i]);
	return failed ? error(-ENOMEM, "out of memory for a table") : 0;
}

int report_end(int err, struct table *tables, int n, enum format format)
{
	if (!err)
		return report_print(tables, n, format);
	for (int i = 0; i < n; i++)
		table_free(&tables[i]);
	return err;
}
