/* SPDX-License-Identifier: MIT */
/*
 * libaccel against ONNX Runtime.
 *
 *   test_ort LIBRARY MODELS SCRATCH
 *
 * MODELS: the folder of real models.  What is not there is skipped.
 */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../onnx/tap.h"
#include "onnx_write.h"
#include "runtime.h"

const char *scratch, *models;

void distance_add(struct distance *d, const struct accel_array *a, const struct accel_array *b,
		  double step)
{
	const float *x = a->data, *y = b->data;

	if (a->dtype != ACCEL_FLOAT32 || b->dtype != ACCEL_FLOAT32 || a->data_size != b->data_size) {
		fprintf(stderr, "outputs of different types or sizes\n");
		exit(1);
	}
	for (size_t i = 0; i < a->data_size / sizeof(*x); i++) {
		double off = fabs((double)x[i] - (double)y[i]) / step;

		d->count++;
		d->differ += !(off == 0);
		d->far += !(off <= 1.001);
		d->distinct += x[i] != x[0];
		d->max = off > d->max ? off : d->max;
	}
}

double per_million(const struct distance *d)
{
	return (double)d->differ * 1e6 / (double)d->count;
}

const char *save_form(const struct accel_model *m, form_fn *form, const char *name)
{
	static char path[4096];
	struct graph *g;

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	need(model_infer(m, &g));
	form(g);
	need(graph_infer(g, NULL));
	need(onnx_write(g, path));
	graph_free(g);
	return path;
}

void check(bool good, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	ok(good, "%s", text);
}

void comment(const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	note("%s", text);
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: %s LIBRARY MODELS SCRATCH\n", argv[0]);
		return 2;
	}
	ort_open(argv[1]);
	models = argv[2];
	scratch = argv[3];
	note("ONNX Runtime %s, CPU provider, one thread", ort_version());
	test_given_models();
	test_quantised_models();
	test_float_models();
	test_operators();
	return tap_done();
}
