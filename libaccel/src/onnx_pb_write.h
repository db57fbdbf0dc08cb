/* SPDX-License-Identifier: MIT */
/*
 * Protocol buffers' wire format, written.  A failed allocation is remembered, so that a message can
 *be written field by field and asked about once.
 *
 *	size_t mark = pb_out_begin(&o, 7);
 *
 *	pb_out_varint(&o, 1, 42);
 *	pb_out_end(&o, mark);
 */
#ifndef LIBACCEL_ONNX_PB_WRITE_H
#define LIBACCEL_ONNX_PB_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pb_out {
	uint8_t *p;
	size_t size, capacity;
	bool failed;
};

void pb_out_varint(struct pb_out *o, uint32_t field, uint64_t v);
void pb_out_float(struct pb_out *o, uint32_t field, float v);
void pb_out_bytes(struct pb_out *o, uint32_t field, const void *p, size_t size);
void pb_out_string(struct pb_out *o, uint32_t field, const char *s);

/* A message as a field: what is written between begin and end. */
size_t pb_out_begin(struct pb_out *o, uint32_t field);
void pb_out_end(struct pb_out *o, size_t mark);

void pb_out_free(struct pb_out *o);

#endif
