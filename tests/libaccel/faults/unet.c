// SPDX-License-Identifier: MIT
/* The network of the tests of devices that die and of callers that err. */
#include <stdlib.h>

#include "nets.h"
#include "onnx_write.h"
#include "unet.h"

static void make_array(const struct accel_tensor_info *info, struct accel_array *a)
{
	size_t n = 1;

	*a = (struct accel_array){ .dtype = info->dtype, .rank = info->rank };
	for (int i = 0; i < info->rank; i++)
		n *= (size_t)(a->dim[i] = info->dim[i]);
	a->data_size = n * accel_dtype_size(a->dtype);
	a->data = calloc(1, a->data_size);
	for (size_t i = 0; i < n; i++)
		((float *)a->data)[i] = (float)(i * 37 % 101) / 50 - 1;
}

void make_unet_model(struct accel_model **model, struct accel_array *x, struct accel_array *y)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	struct graph *g = make_unet(16, 4, 1);
	void *bytes;
	size_t size;

	if (!g || onnx_write_memory(g, &bytes, &size) || accel_model_load_memory(bytes, size, model))
		abort();
	graph_free(g);
	free(bytes);
	accel_model_input(*model, 0, &info);
	make_array(&info, x);
	accel_model_output(*model, 0, &info);
	make_array(&info, y);
}
