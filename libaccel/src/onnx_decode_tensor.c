/* SPDX-License-Identifier: MIT */
/* TensorProto: where its parts are.  onnx_tensor.c reads the elements. */
#include <errno.h>

#include "error.h"
#include "onnx_arena.h"
#include "onnx_decode.h"
#include "onnx_tensor.h"

const struct onnx_typed_field *onnx_typed_field(uint32_t number)
{
	static const struct onnx_typed_field fields[] = {
		{ 4, PB_FIXED32, "TensorProto.float_data" },
		{ 5, PB_VARINT, "TensorProto.int32_data" },
		{ 7, PB_VARINT, "TensorProto.int64_data" },
		{ 10, PB_FIXED64, "TensorProto.double_data" },
		{ 11, PB_VARINT, "TensorProto.uint64_data" },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].number == number)
			return &fields[i];
	return NULL;
}

static int put_dim(void *context, uint64_t value)
{
	struct onnx_tensor *t = context;

	t->dim[t->n_dim++] = (int64_t)value;
	return 0;
}

/* Counts the dimensions and the elements. */
static int scan(struct pb_span s, struct onnx_tensor *t, size_t *n_dim)
{
	const struct onnx_typed_field *typed;
	struct pb_field f;
	int64_t n;
	int err;

	*n_dim = 0;
	while ((err = pb_next(&s, &f)) > 0) {
		if (f.number == 1) {
			n = pb_scalars_count(&f, PB_VARINT, "TensorProto.dims");
			*n_dim += n < 0 ? 0 : (size_t)n;
		} else if ((typed = onnx_typed_field(f.number))) {
			n = pb_scalars_count(&f, typed->wire, typed->name);
			t->n_element += n < 0 ? 0 : (size_t)n;
		} else {
			continue;
		}
		if (n < 0)
			return (int)n;
	}
	return err;
}

/* StringStringEntryProto: the key "location" names the file. */
static int decode_external(struct pb_span s, struct onnx_tensor *t)
{
	struct onnx_str key = { NULL, 0 }, value = { NULL, 0 };
	struct pb_field f;
	int err;

	while ((err = pb_next(&s, &f)) > 0) {
		if (f.number == 1)
			err = onnx_decode_str(&f, "StringStringEntryProto.key", &key);
		else if (f.number == 2)
			err = onnx_decode_str(&f, "StringStringEntryProto.value", &value);
		if (err < 0)
			return err;
	}
	t->external = true;
	if (!err && onnx_str_is(key, "location"))
		t->location = value;
	return err;
}

static int decode_tensor_field(const struct pb_field *f, struct onnx_tensor *t)
{
	int err;

	switch (f->number) {
	case 1:
		return pb_scalars(f, PB_VARINT, put_dim, t);
	case 2:
		t->dtype = (int)f->value;
		return pb_expect(f, PB_VARINT, "TensorProto.data_type");
	case 3:
		return error(-ENOTSUP, "its data are in segments; save the model without them");
	case 8:
		return onnx_decode_str(f, "TensorProto.name", &t->name);
	case 9:
		t->has_raw = true;
		t->raw = f->bytes;
		return pb_expect(f, PB_BYTES, "TensorProto.raw_data");
	case 13:
		err = pb_expect(f, PB_BYTES, "TensorProto.external_data");
		return err ? err : decode_external(f->bytes, t);
	case 14:
		if (f->value == 1)
			t->external = true;
		return pb_expect(f, PB_VARINT, "TensorProto.data_location");
	default:
		return 0;
	}
}

int onnx_decode_tensor(struct onnx_arena *a, struct pb_span s, struct onnx_tensor *t)
{
	struct pb_field f;
	size_t n_dim;
	int err = scan(s, t, &n_dim);

	if (err)
		return err;
	t->message = s;
	t->dim = onnx_arena_alloc(a, n_dim, sizeof(*t->dim));
	if (!t->dim)
		return -ENOMEM;
	while ((err = pb_next(&s, &f)) > 0) {
		err = decode_tensor_field(&f, t);
		if (err)
			return error_in(err, "tensor '%.*s'", ONNX_STR(t->name));
	}
	return err;
}
