/* SPDX-License-Identifier: MIT */
/*
 * Protocol buffers' wire format: reads the fields of a message one by one, without copying.
 *
 *	struct pb_span s = message;
 *	struct pb_field f;
 *	int err;
 *
 *	while ((err = pb_next(&s, &f)) > 0)
 *		...
 *
 * Nothing is read outside the span; there is no recursion: a field of bytes that is a message is a
 *span of its own.
 */
#ifndef LIBACCEL_ONNX_PB_H
#define LIBACCEL_ONNX_PB_H

#include <stddef.h>
#include <stdint.h>

struct pb_span {
	const uint8_t *p, *end;
};

enum pb_wire { PB_VARINT = 0, PB_FIXED64 = 1, PB_BYTES = 2, PB_FIXED32 = 5 };

struct pb_field {
	uint32_t number;
	enum pb_wire wire;
	uint64_t value;		/* of a varint, fixed32 or fixed64 */
	struct pb_span bytes;	/* of PB_BYTES */
};

static inline size_t pb_size(struct pb_span s)
{
	return (size_t)(s.end - s.p);
}

/* The next field: 1, or 0 at the end, or -EBADMSG with a message. */
int pb_next(struct pb_span *s, struct pb_field *f);

/* A bare varint, as in packed fields: 0 or -EBADMSG. */
int pb_varint(struct pb_span *s, uint64_t *value);

/* 0 if the field has this wire type, else -EBADMSG; what: "NodeProto.input". */
int pb_expect(const struct pb_field *f, enum pb_wire wire, const char *what);

/*
 * Counts the fields of a message: count[i] of number i.  Fields of higher numbers are checked and
 * not counted.
 */
#define PB_COUNTED 32
int pb_count(struct pb_span s, size_t count[PB_COUNTED]);

/*
 * Elements of a repeated scalar field, packed or not (writers may mix both).  pb_scalars_count()
 * says how many elements one occurrence holds, or -EBADMSG.
 */
int64_t pb_scalars_count(const struct pb_field *f, enum pb_wire wire, const char *what);

/* Calls put(context, value) for each of them. */
int pb_scalars(const struct pb_field *f, enum pb_wire wire,
	       int (*put)(void *context, uint64_t value), void *context);

#endif
