/* SPDX-License-Identifier: MIT */
#include "onnx_pb_write.h"

#include <stdlib.h>
#include <string.h>

#include "onnx_pb.h"

#define VARINT_MAX 10

static uint8_t *reserve(struct pb_out *o, size_t more)
{
	size_t capacity = o->capacity ? o->capacity : 4096;
	uint8_t *p;

	if (o->failed)
		return NULL;
	while (capacity - o->size < more && capacity <= SIZE_MAX / 2)
		capacity *= 2;
	if (capacity != o->capacity) {
		p = capacity - o->size < more ? NULL : realloc(o->p, capacity);
		if (!p) {
			o->failed = true;
			return NULL;
		}
		o->p = p;
		o->capacity = capacity;
	}
	return o->p + o->size;
}

static size_t encode(uint8_t *to, uint64_t v)
{
	size_t n = 0;

	while (v > 0x7f) {
		to[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	to[n++] = (uint8_t)v;
	return n;
}

static void put(struct pb_out *o, const void *p, size_t size)
{
	uint8_t *to = reserve(o, size);

	if (!to || !size)
		return;
	memcpy(to, p, size);
	o->size += size;
}

static void put_varint(struct pb_out *o, uint64_t v)
{
	uint8_t bytes[VARINT_MAX];

	put(o, bytes, encode(bytes, v));
}

static void put_tag(struct pb_out *o, uint32_t field, enum pb_wire wire)
{
	put_varint(o, (uint64_t)field << 3 | wire);
}

void pb_out_varint(struct pb_out *o, uint32_t field, uint64_t v)
{
	put_tag(o, field, PB_VARINT);
	put_varint(o, v);
}

void pb_out_float(struct pb_out *o, uint32_t field, float v)
{
	uint32_t bits;
	uint8_t bytes[4];

	memcpy(&bits, &v, sizeof(bits));
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(bits >> (8 * i));
	put_tag(o, field, PB_FIXED32);
	put(o, bytes, sizeof(bytes));
}

void pb_out_bytes(struct pb_out *o, uint32_t field, const void *p, size_t size)
{
	put_tag(o, field, PB_BYTES);
	put_varint(o, size);
	put(o, p, size);
}

void pb_out_string(struct pb_out *o, uint32_t field, const char *s)
{
	pb_out_bytes(o, field, s, strlen(s));
}

size_t pb_out_begin(struct pb_out *o, uint32_t field)
{
	put_tag(o, field, PB_BYTES);
	return o->size;
}

/* The length is known only now: the message makes room for it. */
void pb_out_end(struct pb_out *o, size_t mark)
{
	uint8_t bytes[VARINT_MAX];
	size_t size = o->size - mark;
	size_t n = encode(bytes, size);

	if (!reserve(o, n))
		return;
	memmove(o->p + mark + n, o->p + mark, size);
	memcpy(o->p + mark, bytes, n);
	o->size += n;
}

void pb_out_free(struct pb_out *o)
{
	free(o->p);
	*o = (struct pb_out){ .size = 0 };
}
