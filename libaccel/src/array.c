/* SPDX-License-Identifier: MIT */
/* Arrays, and small things that all of accel.h needs. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "error.h"
#include "npy.h"
#include "runtime.h"
#include "text.h"

_Static_assert(ACCEL_MAX_RANK == GRAPH_MAX_RANK, "arrays and tensors have the same rank");
_Static_assert((int)ACCEL_FLOAT32 == (int)DTYPE_F32 && (int)ACCEL_UINT8 == (int)DTYPE_U8 &&
	       (int)ACCEL_INT8 == (int)DTYPE_I8 && (int)ACCEL_INT32 == (int)DTYPE_I32 &&
	       (int)ACCEL_INT64 == (int)DTYPE_I64 && (int)ACCEL_BOOL == (int)DTYPE_BOOL &&
	       (int)ACCEL_FLOAT64 == (int)DTYPE_F64, "types have the same numbers");

const char *accel_version(void)
{
	return "1.0.0";
}

const char *accel_error_message(void)
{
	return error_message();
}

size_t accel_dtype_size(enum accel_dtype dtype)
{
	return dtype_size((enum dtype)dtype);
}

const char *accel_dtype_name(enum accel_dtype dtype)
{
	return dtype_size((enum dtype)dtype) ? dtype_name((enum dtype)dtype) : "unknown";
}

int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int sized_put(void *to, const void *full, size_t full_size)
{
	size_t size, known;

	memcpy(&size, to, sizeof(size));
	if (size < sizeof(size) || size > 65536)
		return error(-EINVAL, "the field `size` of a structure is %zu; set it to sizeof()",
			     size);
	known = size < full_size ? size : full_size;
	memset((char *)to + known, 0, size - known);
	memcpy((char *)to + sizeof(size), (const char *)full + sizeof(size), known - sizeof(size));
	return 0;
}

int sized_get(void *to, size_t to_size, const void *from)
{
	size_t size = 0;

	memset(to, 0, to_size);
	if (!from)
		return 0;
	memcpy(&size, from, sizeof(size));
	if (size < sizeof(size) || size > 65536)
		return error(-EINVAL, "the field `size` of the options is %zu; set it to sizeof()",
			     size);
	memcpy(to, from, size < to_size ? size : to_size);
	return 0;
}

size_t value_size(enum dtype dtype, const struct shape *shape)
{
	return (size_t)shape_count(shape) * dtype_size(dtype);
}

static void print_dims(struct text *t, enum dtype dtype, int rank, const int64_t *dim)
{
	text_printf(t, "%s", dtype_size(dtype) ? dtype_name(dtype) : "of an unknown type");
	for (int i = 0; i < rank && i < GRAPH_MAX_RANK; i++)
		text_printf(t, i ? "x%" PRId64 : " %" PRId64, dim[i]);
}

int array_check(const struct accel_array *a, enum dtype dtype, const struct shape *shape,
		const char *what, const char *name)
{
	bool fits = (int)a->dtype == (int)dtype && a->rank == shape->rank;
	struct text t = TEXT_INIT;

	for (int i = 0; fits && i < a->rank; i++)
		fits = a->dim[i] == shape->dim[i];
	if (!fits) {
		print_dims(&t, (enum dtype)a->dtype, a->rank, a->dim);
		text_printf(&t, ", the model has ");
		print_dims(&t, dtype, shape->rank, shape->dim);
		error(-EINVAL, "the array for %s '%s' is %s", what, name, text_data(&t));
		text_free(&t);
		return -EINVAL;
	}
	if (a->data_size < value_size(dtype, shape) || !a->data)
		return error(-EINVAL, "the array for %s '%s' has %zu bytes of memory; it needs %zu",
			     what, name, a->data ? a->data_size : 0, value_size(dtype, shape));
	return 0;
}

int output_check(const char *path)
{
	struct stat st;

	if (stat(path, &st) || S_ISREG(st.st_mode))
		return 0;
	return error(-EINVAL, "cannot write %s: it is there, and no regular file", path);
}

int accel_array_load(const char *path, struct accel_array *array)
{
	struct value v;
	int err = npy_read(path, &v);

	memset(array, 0, sizeof(*array));
	if (err)
		return err;
	array->dtype = (enum accel_dtype)v.dtype;
	array->rank = v.shape.rank;
	memcpy(array->dim, v.shape.dim, sizeof(array->dim));
	array->data = v.data;
	array->data_size = value_size(v.dtype, &v.shape);
	return 0;
}

int accel_array_save(const char *path, const struct accel_array *array)
{
	struct value v = { (enum dtype)array->dtype, { .rank = array->rank }, array->data };
	int err;

	if (array->rank < 0 || array->rank > ACCEL_MAX_RANK)
		return error(-EINVAL, "%s: an array of rank %d; 0 to %d are possible", path,
			     array->rank, ACCEL_MAX_RANK);
	memcpy(v.shape.dim, array->dim, (size_t)array->rank * sizeof(v.shape.dim[0]));
	if (shape_count(&v.shape) < 0)
		return error(-EINVAL, "%s: an array with a negative or too large dim", path);
	err = array_check(array, v.dtype, &v.shape, "file", path);
	if (!err)
		err = output_check(path);
	return err ? err : npy_write(path, &v);
}
