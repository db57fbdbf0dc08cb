/* SPDX-License-Identifier: MIT */
/* NodeProto and AttributeProto. */
#include <errno.h>
#include <string.h>

#include "error.h"
#include "onnx_arena.h"
#include "onnx_decode.h"

static int put_int(void *context, uint64_t value)
{
	struct onnx_attr *attr = context;

	attr->ints[attr->n_ints++] = (int64_t)value;
	return 0;
}

static float float_of_bits(uint64_t bits)
{
	uint32_t b = (uint32_t)bits;
	float f;

	memcpy(&f, &b, sizeof(f));
	return f;
}

static int put_float(void *context, uint64_t value)
{
	struct onnx_attr *attr = context;

	attr->floats[attr->n_floats++] = float_of_bits(value);
	return 0;
}

/* Scalars may be packed, so that the number of fields does not tell the number of elements. */
static int alloc_attr(struct onnx_arena *a, struct pb_span s, struct onnx_attr *attr)
{
	size_t floats = 0, ints = 0, strings = 0;
	struct pb_field f;
	int64_t n;
	int err;

	while ((err = pb_next(&s, &f)) > 0) {
		n = 0;
		if (f.number == 7)
			floats += (size_t)(n = pb_scalars_count(&f, PB_FIXED32,
								"AttributeProto.floats"));
		else if (f.number == 8)
			ints += (size_t)(n = pb_scalars_count(&f, PB_VARINT,
							      "AttributeProto.ints"));
		else if (f.number == 9)
			strings++;
		if (n < 0)
			return (int)n;
	}
	if (err)
		return err;
	attr->floats = onnx_arena_alloc(a, floats, sizeof(*attr->floats));
	attr->ints = onnx_arena_alloc(a, ints, sizeof(*attr->ints));
	attr->strings = onnx_arena_alloc(a, strings, sizeof(*attr->strings));
	return attr->floats && attr->ints && attr->strings ? 0 : -ENOMEM;
}

static int decode_attr_tensor(struct onnx_arena *a, const struct pb_field *f,
			      struct onnx_attr *attr)
{
	int err = pb_expect(f, PB_BYTES, "AttributeProto.t");

	if (err)
		return err;
	if (attr->t)
		return error(-EBADMSG, "it has two tensors");
	attr->t = onnx_arena_alloc(a, 1, sizeof(*attr->t));
	return attr->t ? onnx_decode_tensor(a, f->bytes, attr->t) : -ENOMEM;
}

static int decode_attr_field(struct onnx_arena *a, const struct pb_field *f, struct onnx_attr *attr)
{
	switch (f->number) {
	case 1:
		return onnx_decode_str(f, "AttributeProto.name", &attr->name);
	case 2:
		attr->f = float_of_bits(f->value);
		return pb_expect(f, PB_FIXED32, "AttributeProto.f");
	case 3:
		attr->i = (int64_t)f->value;
		return pb_expect(f, PB_VARINT, "AttributeProto.i");
	case 4:
		return onnx_decode_str(f, "AttributeProto.s", &attr->s);
	case 5:
		return decode_attr_tensor(a, f, attr);
	case 7:
		return pb_scalars(f, PB_FIXED32, put_float, attr);
	case 8:
		return pb_scalars(f, PB_VARINT, put_int, attr);
	case 9:
		return onnx_decode_str(f, "AttributeProto.strings",
				       &attr->strings[attr->n_strings++]);
	case 20:
		attr->type = (int)f->value;
		return pb_expect(f, PB_VARINT, "AttributeProto.type");
	case 21:
		attr->reference = true;
		return 0;
	default:
		return 0;
	}
}

static int decode_attr(struct onnx_arena *a, struct pb_span s, struct onnx_attr *attr)
{
	struct pb_field f;
	int err = alloc_attr(a, s, attr);

	if (err)
		return err;
	while ((err = pb_next(&s, &f)) > 0) {
		err = decode_attr_field(a, &f, attr);
		if (err)
			return error_in(err, "attribute '%.*s'", ONNX_STR(attr->name));
	}
	if (!err && !attr->name.size)
		return error(-EBADMSG, "an attribute has no name");
	return err;
}

static int decode_node_field(struct onnx_arena *a, const struct pb_field *f, struct onnx_node *n)
{
	int err;

	switch (f->number) {
	case 1:
		return onnx_decode_str(f, "NodeProto.input", &n->in[n->n_in++]);
	case 2:
		return onnx_decode_str(f, "NodeProto.output", &n->out[n->n_out++]);
	case 3:
		return onnx_decode_str(f, "NodeProto.name", &n->name);
	case 4:
		return onnx_decode_str(f, "NodeProto.op_type", &n->op_type);
	case 5:
		err = pb_expect(f, PB_BYTES, "NodeProto.attribute");
		return err ? err : decode_attr(a, f->bytes, &n->attr[n->n_attr++]);
	case 7:
		return onnx_decode_str(f, "NodeProto.domain", &n->domain);
	default:
		return 0;
	}
}

int onnx_decode_node(struct onnx_arena *a, struct pb_span s, struct onnx_node *n)
{
	size_t count[PB_COUNTED];
	struct pb_field f;
	int err = pb_count(s, count);

	if (err)
		return err;
	n->in = onnx_arena_alloc(a, count[1], sizeof(*n->in));
	n->out = onnx_arena_alloc(a, count[2], sizeof(*n->out));
	n->attr = onnx_arena_alloc(a, count[5], sizeof(*n->attr));
	if (!n->in || !n->out || !n->attr)
		return -ENOMEM;
	while ((err = pb_next(&s, &f)) > 0) {
		err = decode_node_field(a, &f, n);
		if (err)
			return error_in(err, "'%.*s' (%.*s)", ONNX_STR(n->name),
					ONNX_STR(n->op_type));
	}
	if (!err && !n->op_type.size)
		return error(-EBADMSG, "'%.*s' has no operator", ONNX_STR(n->name));
	return err;
}
