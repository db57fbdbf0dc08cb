/* SPDX-License-Identifier: MIT */
/*
 * Memory that is freed all at once, and of which there is a limit: what the decoder allocates from.

 */
#ifndef LIBACCEL_ONNX_ARENA_H
#define LIBACCEL_ONNX_ARENA_H

#include <stddef.h>

struct onnx_arena;

struct onnx_arena *onnx_arena_new(size_t limit);	/* NULL: out of memory */
void onnx_arena_free(struct onnx_arena *a);		/* NULL is fine */

/*
 * n elements of zeroes; NULL with a message when the limit is reached or memory runs out.  n may be
 * 0.
 */
void *onnx_arena_alloc(struct onnx_arena *a, size_t n, size_t size);

#endif
