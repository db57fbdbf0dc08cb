/* SPDX-License-Identifier: MIT */
#include "onnx_pb.h"

#include <errno.h>
#include <string.h>

#include "error.h"

int pb_varint(struct pb_span *s, uint64_t *value)
{
	uint64_t v = 0;
	unsigned int shift;

	for (shift = 0; shift < 70; shift += 7) {
		uint8_t b;

		if (s->p == s->end)
			return error(-EBADMSG, "the file is damaged: a number is cut off");
		b = *s->p++;
		/* The tenth byte holds one bit; protobuf's own readers ignore what is above it. */
		v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80)) {
			*value = v;
			return 0;
		}
	}
	return error(-EBADMSG, "the file is damaged: a number has more than 64 bits");
}

/* Little-endian, whatever the machine is. */
static uint64_t fixed(const uint8_t *p, unsigned int size)
{
	uint64_t v = 0;

	for (unsigned int i = 0; i < size; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

static int read_fixed(struct pb_span *s, struct pb_field *f, unsigned int size)
{
	if (pb_size(*s) < size)
		return error(-EBADMSG, "the file is damaged: field %u is cut off", f->number);
	f->value = fixed(s->p, size);
	s->p += size;
	return 0;
}

static int read_bytes(struct pb_span *s, struct pb_field *f)
{
	uint64_t size;
	int err = pb_varint(s, &size);

	if (err)
		return err;
	if (size > pb_size(*s))
		return error(-EBADMSG, "the file is cut off: field %u has %llu bytes, %zu are left",
			     f->number, (unsigned long long)size, pb_size(*s));
	f->bytes.p = s->p;
	s->p += size;
	f->bytes.end = s->p;
	return 0;
}

int pb_next(struct pb_span *s, struct pb_field *f)
{
	uint64_t tag;
	int err;

	if (s->p == s->end)
		return 0;
	err = pb_varint(s, &tag);
	if (err)
		return err;
	if (tag > UINT32_MAX || tag < 8)
		return error(-EBADMSG, "the file is damaged: %#llx is no field",
			     (unsigned long long)tag);
	*f = (struct pb_field){ .number = (uint32_t)(tag >> 3), .wire = (enum pb_wire)(tag & 7) };
	switch (tag & 7) {
	case PB_VARINT:
		err = pb_varint(s, &f->value);
		break;
	case PB_FIXED64:
		err = read_fixed(s, f, 8);
		break;
	case PB_BYTES:
		err = read_bytes(s, f);
		break;
	case PB_FIXED32:
		err = read_fixed(s, f, 4);
		break;
	default:
		/* 3 and 4 are groups, which nothing in ONNX uses. */
		return error(-EBADMSG, "the file is damaged: field %u has wire type %u", f->number,
			     (unsigned int)(tag & 7));
	}
	return err ? err : 1;
}

int pb_expect(const struct pb_field *f, enum pb_wire wire, const char *what)
{
	if (f->wire == wire)
		return 0;
	return error(-EBADMSG, "the file is damaged: %s has wire type %d instead of %d", what,
		     (int)f->wire, (int)wire);
}

int pb_count(struct pb_span s, size_t count[PB_COUNTED])
{
	struct pb_field f;
	int err;

	memset(count, 0, PB_COUNTED * sizeof(*count));
	while ((err = pb_next(&s, &f)) > 0)
		if (f.number < PB_COUNTED)
			count[f.number]++;
	return err;
}

static unsigned int fixed_size(enum pb_wire wire)
{
	return wire == PB_FIXED32 ? 4 : 8;
}

static int64_t count_varints(struct pb_span s, const char *what)
{
	int64_t n = 0;

	if (s.p != s.end && (s.end[-1] & 0x80))
		return error(-EBADMSG, "the file is damaged: the last number of %s is cut off",
			     what);
	for (; s.p != s.end; s.p++)
		n += !(*s.p & 0x80);
	return n;
}

int64_t pb_scalars_count(const struct pb_field *f, enum pb_wire wire, const char *what)
{
	if (f->wire == wire)
		return 1;
	if (f->wire != PB_BYTES)
		return pb_expect(f, wire, what);
	if (wire == PB_VARINT)
		return count_varints(f->bytes, what);
	if (pb_size(f->bytes) % fixed_size(wire))
		return error(-EBADMSG, "the file is damaged: %s has %zu bytes, not a multiple of %u",
			     what, pb_size(f->bytes), fixed_size(wire));
	return (int64_t)(pb_size(f->bytes) / fixed_size(wire));
}

int pb_scalars(const struct pb_field *f, enum pb_wire wire,
	       int (*put)(void *context, uint64_t value), void *context)
{
	struct pb_span s = f->bytes;
	uint64_t v;
	int err = 0;

	if (f->wire == wire)
		return put(context, f->value);
	while (!err && s.p != s.end) {
		if (wire == PB_VARINT) {
			err = pb_varint(&s, &v);
			if (err)
				return err;
		} else {
			v = fixed(s.p, fixed_size(wire));
			s.p += fixed_size(wire);
		}
		err = put(context, v);
	}
	return err;
}
