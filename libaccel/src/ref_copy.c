/* SPDX-License-Identifier: MIT */
/* Moving elements of any type: what Transpose, Slice, Pad, Resize and others come down to. */
#include <stdlib.h>
#include <string.h>

#include "ref_priv.h"

/* The size is known to the compiler in each case, so that no function is called. */
static void copy_element(char *to, const char *from, size_t size)
{
	switch (size) {
	case 1:
		*to = *from;
		break;
	case 4:
		memcpy(to, from, 4);
		break;
	default:
		memcpy(to, from, 8);
		break;
	}
}

/* n elements, `step` apart in the source. */
static void copy_row(char *to, const char *from, int64_t n, int64_t step, size_t size)
{
	int64_t bytes = step * (int64_t)size;

	if (step == 1) {
		memcpy(to, from, (size_t)n * size);
		return;
	}
	for (int64_t i = 0; i < n; i++)
		copy_element(to + (size_t)i * size, from + i * bytes, size);
}

void ref_copy_steps(const struct value *x, int64_t offset, const int64_t *step, struct value *y)
{
	const struct shape *s = &y->shape;
	int64_t count = shape_count(s), n = s->rank ? s->dim[s->rank - 1] : 1;
	int64_t last = s->rank ? step[s->rank - 1] : 1;
	size_t size = dtype_size(y->dtype);

	if (!count)
		return;
	for (int64_t row = 0; row < count / n; row++) {
		int64_t from = offset + ref_row_offset(s, step, row);

		copy_row((char *)y->data + (size_t)(row * n) * size,
			 (const char *)x->data + (size_t)from * size, n, last, size);
	}
}

static void gather_row(char *to, const char *from, const int64_t *map, int64_t n, const char *fill,
		       size_t size)
{
	for (int64_t i = 0; i < n; i++)
		copy_element(to + (size_t)i * size,
			     map[i] < 0 ? fill : from + (size_t)map[i] * size, size);
}

/* Where the source row of a destination row starts; -1: outside of x. */
static int64_t source_row(const struct shape *x, const struct shape *y, int64_t *const *map,
			  int64_t row)
{
	int64_t offset = 0, step = x->dim[x->rank - 1];

	for (int i = y->rank - 2; i >= 0; i--) {
		int64_t at = map[i][row % y->dim[i]];

		if (at < 0)
			return -1;
		offset += at * step;
		step *= x->dim[i];
		row /= y->dim[i];
	}
	return offset;
}

void ref_gather(const struct value *x, int64_t *const *map, const void *fill, struct value *y)
{
	int rank = y->shape.rank;
	int64_t count = shape_count(&y->shape), n;
	size_t size = dtype_size(y->dtype);
	const char *from = x->data;
	char *to = y->data;

	if (!rank)
		memcpy(to, from, size);
	if (!rank || !count)
		return;
	n = y->shape.dim[rank - 1];
	for (int64_t row = 0; row < count / n; row++, to += (size_t)n * size) {
		int64_t at = source_row(&x->shape, &y->shape, map, row);

		if (at >= 0) {
			gather_row(to, from + (size_t)at * size, map[rank - 1], n, fill, size);
			continue;
		}
		for (int64_t i = 0; i < n; i++)
			copy_element(to + (size_t)i * size, fill, size);
	}
}

int ref_maps_alloc(const struct node *n, const struct shape *y, int64_t **map)
{
	bool ok = true;

	for (int i = 0; i < y->rank; i++) {
		map[i] = malloc(((size_t)y->dim[i] + 1) * sizeof(**map));
		ok = ok && map[i];
	}
	for (int i = y->rank; i < GRAPH_MAX_RANK; i++)
		map[i] = NULL;
	if (ok)
		return 0;
	ref_maps_free(map);
	return ref_error(-ENOMEM, n, "out of memory for an output of %s", SHAPE(y));
}

void ref_maps_free(int64_t **map)
{
	for (int i = 0; i < GRAPH_MAX_RANK; i++) {
		free(map[i]);
		map[i] = NULL;
	}
}
