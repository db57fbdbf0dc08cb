/* SPDX-License-Identifier: MIT */
/*
 * Tables, and their printing as aligned text, comma-separated values or JSON.  An allocation that
 * fails is remembered and reported by report_print().
 */
#ifndef ACCELCTL_TABLE_H
#define ACCELCTL_TABLE_H

#include <stddef.h>

#include "accelctl.h"

#define TABLE_COLUMNS 20

struct table {
	const char *name;	/* title, and key in JSON */
	int n_column;
	struct {
		const char *name, *key;	/* in text; in CSV and JSON */
		bool number;	/* to the right, and without quotes in JSON */
	} column[TABLE_COLUMNS];
	char **cell;		/* row by row */
	size_t n_cell;
	bool failed;
};

void table_column(struct table *t, const char *name, bool number);
void table_column_key(struct table *t, const char *name, const char *key, bool number);

/* Cells are added one after the other, row by row; "" in a number's column: there is none. */
void table_cell(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints all, and frees them.  JSON of one table is an array of rows; of more: an object. */
int report_print(struct table *tables, int n, enum format format);

/* The same unless there was an error, which is returned; frees them all the same. */
int report_end(int err, struct table *tables, int n, enum format format);

#endif
