/* SPDX-License-Identifier: MIT */
/* Real models: QDQ files from two quantisers, and float ones. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "compare.h"

typedef void fill_fn(struct accel_array *x, unsigned seed);

static void picture(struct accel_array *x, unsigned seed)
{
	fill_picture(x, seed, 0, 1);
}

/* Normalised as PP-OCR wants it: (v - 0.5) / 0.25, about. */
static void normalised(struct accel_array *x, unsigned seed)
{
	fill_picture(x, seed, -2, 2.2f);
}

/* host: and ONNX Runtime on the same inputs. */
static struct distance measure(const struct accel_model *m, const char *path, enum ort_level level,
			       const char *uri, fill_fn *fill, int runs, double step)
{
	struct ort_session *s = ort_load(path, level);
	struct accel_array x = model_input(m);
	struct runner r = runner_open(uri, m);
	struct distance d = { 0 };

	for (int i = 0; i < runs; i++) {
		struct accel_array y;

		fill(&x, 1000 + (unsigned)i);
		runner_run(&r, &x);
		ort_run(s, &x, &y);
		distance_add(&d, &r.y[0], &y, step);
		free(y.data);
	}
	runner_close(&r);
	ort_free(s);
	free(x.data);
	return d;
}

/* Returns how far deconvolutions were. */
static struct layer_distance layers(const char *name, const struct accel_model *m, fill_fn *fill, int runs)
{
	struct layer_distance table[OP_COUNT] = { 0 }, exact[OP_COUNT] = { 0 };
	struct accel_array x = model_input(m);

	for (int i = 0; i < runs; i++) {
		fill(&x, 2000 + (unsigned)i);
		measure_layers(m, to_integer_form, &x, table);
		measure_layers(m, to_exact_form, &x, exact);
	}
	check_layers(name, table);
	check_exact_layers(name, exact);
	free(x.data);
	return table[OP_CONV_TRANSPOSE];
}

static void skip(const char *what)
{
	check(true, "%s # SKIP the model is not there", what);
}

/* ---- QDQ files ---- */

/*
 * A whole QDQ model.  As the file is, with ONNX Runtime's optimisations, int8 operators among them:
 * at most `allowed` per million outputs may differ.  In the form that computes in float32 what is no
 * convolution, small differences of early layers grow on their way, by as much as the network makes
 * of them; what each layer differs by is check_layers()'s.  With exact sums, nothing differs.
 */
static struct layer_distance whole(const char *title, const struct accel_model *m,
				   const char *file, fill_fn *fill, int runs, double allowed)
{
	struct distance as_is = measure(m, file, ORT_INT8, "host:", fill, runs, output_step(m));
	struct distance d = measure(m, save_form(m, to_integer_form, "integer.onnx"), ORT_PLAIN,
				    "host:", fill, runs, output_step(m));
	struct distance e = measure(m, save_form(m, to_exact_form, "exact.onnx"), ORT_PLAIN, "host:",
				    fill, runs, output_step(m));

	check(as_is.distinct && per_million(&as_is) <= allowed,
	      "%s, the file as it is: %lld of %lld outputs differ (%.1f per million; at most %.0f), %lld by more than one",
	      title, (long long)as_is.differ, (long long)as_is.count, per_million(&as_is), allowed,
	      (long long)as_is.far);
	check(d.distinct && per_million(&d) <= 1000,
	      "%s, sums in float32: %lld of %lld outputs differ (%.1f per million; at most 1000), %lld by more than one",
	      title, (long long)d.differ, (long long)d.count, per_million(&d), (long long)d.far);
	check(e.distinct && !e.differ, "%s, sums exact: %lld of %lld outputs differ", title,
	      (long long)e.differ, (long long)e.count);
	return layers(title, m, fill, runs > 4 ? 4 : runs);
}

static void given(const char *name, fill_fn *fill, int runs, double allowed,
		  struct layer_distance *deconv)
{
	struct accel_model *m = model_open(models, name, 0, 0, false);
	struct layer_distance d;
	char path[4096];

	if (!m) {
		skip(name);
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", models, name);
	d = whole(name, m, path, fill, runs, allowed);
	deconv->count += d.count;
	deconv->differ += d.differ;
	deconv->max = d.max > deconv->max ? d.max : deconv->max;
	accel_model_free(m);
}

void test_given_models(void)
{
	struct layer_distance d = { 0 };

	given("waifu2x_upconv7_142_qdq_s8.onnx", picture, 6, 20, &d);
	given("ppocr_det_640_qdq_s8.onnx", normalised, 2, 0, &d);
	if (d.count)
		check(d.max <= 1 && (double)d.differ <= 5e-6 * (double)d.count,
		      "ConvTranspose of both files, sums in float32: %lld of %lld outputs differ, by one (%.1f per million; at most 5)",
		      (long long)d.differ, (long long)d.count, (double)d.differ * 1e6 / (double)d.count);
}

/* ---- files that libaccel's quantiser makes ---- */

static struct accel_model *quantise(const struct accel_model *m, fill_fn *fill, int count)
{
	struct accel_array *samples = calloc((size_t)count, sizeof(*samples));
	struct accel_model *q;

	for (int i = 0; i < count; i++) {
		samples[i] = model_input(m);
		fill(&samples[i], (unsigned)i + 1);
	}
	need(accel_model_quantize(m, samples, count, NULL, &q));
	for (int i = 0; i < count; i++)
		free(samples[i].data);
	free(samples);
	return q;
}

static void quantised(const char *dir, const char *name, int h, int w, fill_fn *fill, int samples,
		      int runs)
{
	struct accel_model *m = model_open(dir, name, h, w, false), *q;
	char title[128], path[4096];

	if (!m) {
		skip(name);
		return;
	}
	q = quantise(m, fill, samples);
	snprintf(title, sizeof(title), "%s, quantised", name);
	snprintf(path, sizeof(path), "%s/quantised.onnx", scratch);
	need(accel_model_save(q, path));
	whole(title, q, path, fill, runs, 1000);
	accel_model_free(q);
	accel_model_free(m);
}

void test_quantised_models(void)
{
	quantised(models, "dcgan_g.onnx", 0, 0, fill_normal, 16, 200);
	quantised(models, "vae_dec.onnx", 0, 0, fill_normal, 16, 200);
	quantised(models, "waifu2x_upconv7_142.onnx", 0, 0, picture, 2, 4);
	quantised(scratch, "ppocr_det.onnx", 320, 320, normalised, 2, 4);
}

/* ---- float files ---- */

static void floats(const char *dir, const char *name, int h, int w, fill_fn *fill, int runs)
{
	struct accel_model *m = model_open(dir, name, h, w, false);
	struct distance d;
	char path[4096];

	if (!m) {
		skip(name);
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	d = measure(m, path, ORT_PLAIN, "host:reference", fill, runs, 1);
	check(d.distinct && d.max <= 1e-4, "%s in float32: differs by %.2e at most (1e-4)", name, d.max);
	accel_model_free(m);
}

void test_float_models(void)
{
	floats(models, "dcgan_g.onnx", 0, 0, fill_normal, 20);
	floats(models, "vae_dec.onnx", 0, 0, fill_normal, 20);
	floats(models, "waifu2x_upconv7_142.onnx", 0, 0, picture, 1);
	floats(scratch, "ppocr_det.onnx", 160, 160, normalised, 1);
}
