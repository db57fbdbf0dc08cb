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

static void layers(const char *name, const struct accel_model *m, fill_fn *fill, int runs)
{
	struct layer_distance table[OP_COUNT] = { 0 };
	struct accel_array x = model_input(m);

	for (int i = 0; i < runs; i++) {
		fill(&x, 2000 + (unsigned)i);
		measure_layers(m, &x, table);
	}
	check_layers(name, table);
	free(x.data);
}

static void skip(const char *what)
{
	check(true, "%s # SKIP the model is not there", what);
}

/* ---- QDQ files ---- */

/*
 * A whole QDQ model: the file as it is, with ONNX Runtime's own optimisations, and its integer form
 * without any.  Small differences of early layers grow on their way, by as much as the network
 * makes of them; what each layer differs by is check_layers()'s.
 */
static void whole(const char *title, const struct accel_model *m, const char *file, fill_fn *fill,
		  int runs)
{
	struct distance as_is = measure(m, file, ORT_FAST, "host:", fill, runs, output_step(m));
	struct distance d = measure(m, save_integer(m, "integer.onnx"), ORT_PLAIN, "host:", fill, runs,
				    output_step(m));

	check(d.distinct && per_million(&d) <= 1000,
	      "%s: %lld of %lld outputs differ (%.1f per million; at most 1000), %lld by more than one",
	      title, (long long)d.differ, (long long)d.count, per_million(&d), (long long)d.far);
	comment("the file as it is, optimised: %lld differ, %lld by more than one",
		(long long)as_is.differ, (long long)as_is.far);
	layers(title, m, fill, runs > 4 ? 4 : runs);
}

static void given(const char *name, fill_fn *fill, int runs)
{
	struct accel_model *m = model_open(models, name, 0, 0, false);
	char path[4096];

	if (!m) {
		skip(name);
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", models, name);
	whole(name, m, path, fill, runs);
	accel_model_free(m);
}

void test_given_models(void)
{
	given("waifu2x_upconv7_142_qdq_s8.onnx", picture, 6);
	given("ppocr_det_640_qdq_s8.onnx", normalised, 1);
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
	whole(title, q, path, fill, runs);
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
