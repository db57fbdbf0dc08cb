/* SPDX-License-Identifier: MIT */
/* Arrays for all inputs or outputs of a model. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "accelctl.h"
#include "error.h"
#include "noise.h"

size_t array_bytes(const struct accel_array *a)
{
	size_t n = accel_dtype_size(a->dtype);

	for (int i = 0; i < a->rank; i++) {
		if (a->dim[i] < 0 || (a->dim[i] && n > ((size_t)1 << 40) / (size_t)a->dim[i]))
			return SIZE_MAX;
		n *= (size_t)a->dim[i];
	}
	return n;
}

int array_alloc(struct accel_array *a)
{
	size_t n = array_bytes(a);

	a->data = n == SIZE_MAX ? NULL : calloc(1, n + 1);
	a->data_size = n;
	return a->data ? 0 : error(-ENOMEM, "out of memory for an array");
}

void free_tensors(struct tensors *t)
{
	for (int i = 0; i < t->n; i++)
		free(t->array[i].data);
	free(t->array);
	*t = (struct tensors){ 0, NULL };
}

static int list_init(struct tensors *t, int n)
{
	t->n = n;
	t->array = calloc((size_t)n + 1, sizeof(*t->array));
	if (t->array)
		return 0;
	t->n = 0;
	return error(-ENOMEM, "out of memory for %d arrays", n);
}

static int from_info(const struct accel_tensor_info *info, struct accel_array *a)
{
	if (info->rank < 0)
		return error(-EINVAL, "'%s' has no known shape; give --shape", info->name);
	a->dtype = info->dtype;
	a->rank = info->rank;
	memcpy(a->dim, info->dim, sizeof(a->dim));
	for (int i = 0; i < a->rank; i++)
		if (a->dim[i] < 0)
			return error(-EINVAL, "dim %d of '%s' is open; give --shape", i,
				     info->name);
	return array_alloc(a);
}

static void fill(struct accel_array *a, uint64_t *state)
{
	size_t n = a->data_size / accel_dtype_size(a->dtype);

	for (size_t i = 0; i < n; i++) {
		switch (a->dtype) {
		case ACCEL_FLOAT32: ((float *)a->data)[i] = noise_normal(state); break;
		case ACCEL_FLOAT64: ((double *)a->data)[i] = noise_normal(state); break;
		case ACCEL_INT32: ((int32_t *)a->data)[i] = (int32_t)(noise_next(state) % 256); break;
		case ACCEL_INT64: ((int64_t *)a->data)[i] = (int64_t)(noise_next(state) % 256); break;
		case ACCEL_BOOL: ((uint8_t *)a->data)[i] = noise_next(state) & 1; break;
		default: ((uint8_t *)a->data)[i] = (uint8_t)noise_next(state);
		}
	}
}

int random_inputs(const struct accel_model *model, uint64_t seed, struct tensors *t)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	uint64_t state = seed;
	int err = list_init(t, accel_model_input_count(model));

	for (int i = 0; !err && i < t->n; i++) {
		err = accel_model_input(model, i, &info);
		if (!err)
			err = from_info(&info, &t->array[i]);
		if (!err)
			fill(&t->array[i], &state);
	}
	if (err)
		free_tensors(t);
	return err;
}

int alloc_outputs(const struct accel_model *model, struct tensors *t)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	int err = list_init(t, accel_model_output_count(model));

	for (int i = 0; !err && i < t->n; i++) {
		err = accel_model_output(model, i, &info);
		if (!err)
			err = from_info(&info, &t->array[i]);
	}
	if (err)
		free_tensors(t);
	return err;
}
