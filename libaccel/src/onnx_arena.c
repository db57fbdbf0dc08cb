/* SPDX-License-Identifier: MIT */
#include "onnx_arena.h"

#include <errno.h>
#include <stdlib.h>

#include "error.h"

#define BLOCK_SIZE 8192		/* models of one operator should not cost more */

struct block {
	struct block *next;
	max_align_t data[];
};

struct onnx_arena {
	struct block *blocks;
	char *free;		/* the rest of the block that small arrays share */
	size_t n_free;
	size_t left;		/* of the limit */
};

struct onnx_arena *onnx_arena_new(size_t limit)
{
	struct onnx_arena *a = calloc(1, sizeof(*a));

	if (a)
		a->left = limit;
	return a;
}

void onnx_arena_free(struct onnx_arena *a)
{
	struct block *b, *next;

	if (!a)
		return;
	for (b = a->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

/* The limit is for whole blocks, so that it bounds what is really taken. */
static char *add_block(struct onnx_arena *a, size_t size)
{
	struct block *b;

	size += sizeof(*b);
	if (size > a->left) {
		error(-ENOMEM,
		      "the file describes more than its size allows for; it is damaged or hostile");
		return NULL;
	}
	b = calloc(1, size);
	if (!b) {
		error(-ENOMEM, "out of memory for the description of the model");
		return NULL;
	}
	a->left -= size;
	b->next = a->blocks;
	a->blocks = b;
	return (char *)b->data;
}

void *onnx_arena_alloc(struct onnx_arena *a, size_t n, size_t size)
{
	static max_align_t nothing;
	const size_t align = _Alignof(max_align_t);
	size_t bytes;
	char *p;

	if (!n)
		return &nothing;
	/* What cannot be multiplied is above the limit, too. */
	if (n > a->left / size)
		return add_block(a, a->left);
	bytes = (n * size + align - 1) & ~(align - 1);
	/* An array of its own block leaves the rest of the shared block to others. */
	if (bytes > a->n_free && bytes > BLOCK_SIZE / 4)
		return add_block(a, bytes);
	if (bytes > a->n_free) {
		p = add_block(a, BLOCK_SIZE);
		if (!p)
			return NULL;
		a->free = p;
		a->n_free = BLOCK_SIZE;
	}
	p = a->free;
	a->free += bytes;
	a->n_free -= bytes;
	return p;
}
