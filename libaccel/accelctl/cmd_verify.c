/* SPDX-License-Identifier: MIT */
/* accelctl verify: the same model on several devices must give the same bytes. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "table.h"

static int run_on(const struct options *o, const char *uri, const struct accel_model *model,
		  const struct tensors *in, struct tensors *out)
{
	struct accel_program *prog = NULL;
	struct accel_device *dev;
	int err = open_device(o, uri, &dev);

	if (err)
		return err;
	err = open_program(o, model, dev, false, &prog);
	if (!err)
		err = alloc_outputs(model, out);
	if (!err) {
		progress_start(prog, uri);
		err = accel_run(prog, in->array, out->array);
		progress_end();
	}
	accel_program_free(prog);
	accel_device_close(dev);
	return err ? error_in(err, "on %s", uri) : 0;
}

static double number(const struct accel_array *a, size_t i)
{
	switch (a->dtype) {
	case ACCEL_FLOAT32: return (double)((const float *)a->data)[i];
	case ACCEL_FLOAT64: return ((const double *)a->data)[i];
	case ACCEL_INT32: return (double)((const int32_t *)a->data)[i];
	case ACCEL_INT64: return (double)((const int64_t *)a->data)[i];
	case ACCEL_INT8: return (double)((const int8_t *)a->data)[i];
	default: return (double)((const uint8_t *)a->data)[i];
	}
}

/* Adds a row; returns whether anything differs. */
static bool compare(struct table *t, const char *uri, const char *name,
		    const struct accel_array *a, const struct accel_array *b)
{
	size_t size = accel_dtype_size(a->dtype), n = a->data_size / size;
	uint64_t different = 0;
	double most = 0;

	for (size_t i = 0; i < n; i++) {
		if (!memcmp((char *)a->data + i * size, (char *)b->data + i * size, size))
			continue;
		different++;
		most = fmax(most, fabs(number(a, i) - number(b, i)));
	}
	table_cell(t, "%s", uri);
	table_cell(t, "%s", name);
	table_cell(t, "%zu", n);
	table_cell(t, "%" PRIu64, different);
	table_cell(t, "%g", most);
	table_cell(t, "%s", different ? "DIFFERENT" : "equal");
	return different;
}

static int compare_all(struct table *t, const char *uri, const struct accel_model *model,
		       const struct tensors *a, const struct tensors *b)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	int result = 0;

	for (int i = 0; i < a->n; i++) {
		int err = accel_model_output(model, i, &info);

		if (err)
			return err;
		if (compare(t, uri, info.name, &a->array[i], &b->array[i]))
			result = RESULT_DIFFERENT;
	}
	return result;
}

/* All against the first. */
static int verify(const struct options *o, const struct list *devices,
		  const struct accel_model *model, const struct tensors *in, struct table *t)
{
	struct tensors first = { 0, NULL };
	int result = run_on(o, devices->word[0], model, in, &first);

	for (int i = 1; result >= 0 && i < devices->n; i++) {
		struct tensors other = { 0, NULL };
		int one = run_on(o, devices->word[i], model, in, &other);

		if (!one)
			one = compare_all(t, devices->word[i], model, &first, &other);
		if (one)
			result = one;
		free_tensors(&other);
	}
	free_tensors(&first);
	return result;
}

static int verify_model(const struct options *o, const struct list *devices)
{
	struct tensors in = { 0, NULL };
	struct source source = { { 0, 0, NULL }, 0, 0 };
	struct table t = { .name = "outputs" };
	struct accel_model *model;
	int err, result = open_model(o, o->args.word[0], &model);

	if (result)
		return result;
	table_column(&t, "device", false);
	table_column(&t, "output", false);
	table_column(&t, "elements", true);
	table_column(&t, "different", true);
	table_column(&t, "by at most", true);
	table_column(&t, "result", false);
	result = load_inputs(o, 1, model, &in, &source);
	if (!result)
		result = verify(o, devices, model, &in, &t);
	err = report_print(&t, 1, result < 0 ? FORMAT_TEXT : o->format);
	free_tensors(&in);
	free(source.im.rgb);
	accel_model_free(model);
	return result < 0 ? result : err ? err : result;
}

int cmd_verify(const struct options *o)
{
	const char *text = o->devices ? o->devices : "rtl:,model:,host:";
	struct list devices;
	char *copy;
	int result;

	if (!o->args.n)
		return usage_error("no model is given");
	copy = malloc(strlen(text) + 1);
	if (!copy)
		return error(-ENOMEM, "out of memory");
	strcpy(copy, text);
	result = split_devices(copy, &devices);
	if (!result && devices.n < 2)
		result = usage_error("--devices %s: at least two are needed", text);
	if (!result)
		result = verify_model(o, &devices);
	free(copy);
	return result;
}
