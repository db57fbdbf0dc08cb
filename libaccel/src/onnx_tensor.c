/* SPDX-License-Identifier: MIT */
/* The elements of a TensorProto. */
#define _POSIX_C_SOURCE 200809L

#include "onnx_tensor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "error.h"
#include "file.h"
#include "onnx.h"
#include "onnx_arena.h"
#include "onnx_decode.h"

/* raw_data is little-endian and is used as it is. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "libaccel needs a little-endian machine");

const char *onnx_dtype_name(int dtype)
{
	static const char *const names[] = {
		"undefined", "float32", "uint8", "int8", "uint16", "int16",
		"int32", "int64", "string", "bool", "float16", "float64",
		"uint32", "uint64", "complex64", "complex128", "bfloat16", "float8e4m3fn",
		"float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1",
	};

	return dtype >= 0 && (size_t)dtype < sizeof(names) / sizeof(names[0]) ? names[dtype]
									      : "unknown";
}

static int check_dtype(const struct onnx_tensor *t)
{
	if (dtype_size((enum dtype)t->dtype))
		return 0;
	return error(-ENOTSUP,
		     "tensor '%.*s' has the unsupported type %s (%d); convert it to float32",
		     ONNX_STR(t->name), onnx_dtype_name(t->dtype), t->dtype);
}

static int get_shape(const struct onnx_tensor *t, struct shape *shape)
{
	if (t->n_dim > GRAPH_MAX_RANK)
		return error(-ENOTSUP, "tensor '%.*s' has %zu dimensions; %d are supported",
			     ONNX_STR(t->name), t->n_dim, GRAPH_MAX_RANK);
	*shape = (struct shape){ .rank = (int)t->n_dim };
	memcpy(shape->dim, t->dim, t->n_dim * sizeof(*t->dim));
	if (shape_count(shape) < 0)
		return error(-EINVAL, "tensor '%.*s' has a negative dimension or too many elements",
			     ONNX_STR(t->name));
	return 0;
}

/* The elements' field for a type. */
static uint32_t field_of(enum dtype dtype)
{
	switch (dtype) {
	case DTYPE_F32:
		return 4;
	case DTYPE_I64:
		return 7;
	case DTYPE_F64:
		return 10;
	default:
		return 5;
	}
}

struct fill {
	const struct onnx_tensor *t;
	enum dtype dtype;
	unsigned char *p;
};

/* The small types travel in int32_data. */
static bool in_range(enum dtype dtype, int32_t v)
{
	switch (dtype) {
	case DTYPE_I8:
		return v >= INT8_MIN && v <= INT8_MAX;
	case DTYPE_U8:
		return v >= 0 && v <= UINT8_MAX;
	case DTYPE_BOOL:
		return v == 0 || v == 1;
	default:
		return true;
	}
}

/*
 * Negative numbers of 32 bits come as varints of 64; the low bytes are the element's, whatever its
 * size.
 */
static int put_element(void *context, uint64_t value)
{
	struct fill *fill = context;
	size_t size = dtype_size(fill->dtype);

	if (!in_range(fill->dtype, (int32_t)value))
		return error(-EINVAL, "tensor '%.*s' holds %d, which is no %s",
			     ONNX_STR(fill->t->name), (int32_t)value, dtype_name(fill->dtype));
	memcpy(fill->p, &value, size);
	fill->p += size;
	return 0;
}

static int load_typed(const struct onnx_tensor *t, enum dtype dtype, void *to)
{
	struct fill fill = { t, dtype, to };
	const struct onnx_typed_field *typed;
	struct pb_span s = t->message;
	struct pb_field f;
	int err;

	while ((err = pb_next(&s, &f)) > 0) {
		typed = onnx_typed_field(f.number);
		if (!typed)
			continue;
		if (f.number != field_of(dtype))
			return error(-EINVAL, "tensor '%.*s' is %s and has its elements in %s",
				     ONNX_STR(t->name), dtype_name(dtype), typed->name);
		err = pb_scalars(&f, typed->wire, put_element, &fill);
		if (err)
			return err;
	}
	return err;
}

/* A C bool that is neither 0 nor 1 is undefined behaviour in whoever reads it. */
static int check_bools(const struct onnx_tensor *t)
{
	for (const uint8_t *p = t->raw.p; p != t->raw.end; p++)
		if (*p > 1)
			return error(-EINVAL, "tensor '%.*s' holds %d, which is no bool",
				     ONNX_STR(t->name), *p);
	return 0;
}

static int check_amount(const struct onnx_tensor *t, enum dtype dtype, size_t count)
{
	size_t size = dtype_size(dtype);

	if (t->external)
		return error(-ENOTSUP,
			     "the data of tensor '%.*s' are in another file, '%.*s'; save one file",
			     ONNX_STR(t->name), ONNX_STR(t->location));
	if (t->has_raw && t->n_element)
		return error(-EINVAL, "tensor '%.*s' has raw and typed data", ONNX_STR(t->name));
	if (t->has_raw && pb_size(t->raw) != count * size)
		return error(-EINVAL,
			     "tensor '%.*s' has %zu bytes of data; %zu elements of %s need %zu",
			     ONNX_STR(t->name), pb_size(t->raw), count, dtype_name(dtype),
			     count * size);
	if (!t->has_raw && t->n_element != count)
		return error(-EINVAL, "tensor '%.*s' has %zu elements of data; its shape has %zu",
			     ONNX_STR(t->name), t->n_element, count);
	return 0;
}

static int load_data(const struct onnx_tensor *t, enum dtype dtype, size_t count, const void **data,
		     void **owned)
{
	size_t size = dtype_size(dtype);
	int err = 0;

	if (dtype == DTYPE_BOOL && t->has_raw)
		err = check_bools(t);
	if (err)
		return err;
	if (t->has_raw && count && (uintptr_t)t->raw.p % size == 0) {
		*data = t->raw.p;
		return 0;
	}
	/*
	 * check_amount() has made sure that this is no more than the file has: 8 bytes for each of
	 * its own at most.
	 */
	*owned = malloc(count ? count * size : 1);
	if (!*owned)
		return error(-ENOMEM, "out of memory for the %zu elements of tensor '%.*s'", count,
			     ONNX_STR(t->name));
	if (!t->has_raw)
		err = load_typed(t, dtype, *owned);
	else if (count)
		memcpy(*owned, t->raw.p, count * size);
	if (err) {
		free(*owned);
		*owned = NULL;
		return err;
	}
	*data = *owned;
	return 0;
}

int onnx_tensor_load(const struct onnx_tensor *t, enum dtype *dtype, struct shape *shape,
		     const void **data, void **owned)
{
	size_t count;
	int err;

	*data = NULL;
	*owned = NULL;
	err = check_dtype(t);
	if (!err)
		err = get_shape(t, shape);
	if (err)
		return err;
	*dtype = (enum dtype)t->dtype;
	count = (size_t)shape_count(shape);
	err = check_amount(t, *dtype, count);
	return err ? err : load_data(t, *dtype, count, data, owned);
}

static int read_tensor(struct onnx_arena *a, struct pb_span s, struct value *out)
{
	struct onnx_tensor t = { .dtype = 0 };
	const void *data;
	void *owned;
	size_t size;
	int err;

	err = onnx_decode_tensor(a, s, &t);
	if (!err)
		err = onnx_tensor_load(&t, &out->dtype, &out->shape, &data, &owned);
	if (err)
		return err;
	if (!owned) {
		size = (size_t)shape_count(&out->shape) * dtype_size(out->dtype);
		owned = malloc(size);
		if (!owned)
			return error(-ENOMEM, "out of memory for a tensor of %zu bytes", size);
		memcpy(owned, data, size);
	}
	out->data = owned;
	return 0;
}

int onnx_read_tensor(const char *path, struct value *out)
{
	struct onnx_arena *a;
	void *bytes;
	size_t size;
	int err = file_map(path, ONNX_MAX_SIZE, &bytes, &size);

	if (err)
		return err;
	a = onnx_arena_new(ONNX_MEMORY_FIXED + ONNX_MEMORY_FACTOR * size);
	if (a)
		err = read_tensor(a, (struct pb_span){ bytes, (uint8_t *)bytes + size }, out);
	else
		err = error(-ENOMEM, "out of memory for a tensor");
	onnx_arena_free(a);
	munmap(bytes, size);
	return err ? error_in(err, "%s", path) : 0;
}
