/* SPDX-License-Identifier: MIT */
/*
 * Whole networks, byte for byte equal on every device.
 *
 *   test_real MODELS FETCHED [large]
 *
 * MODELS, FETCHED: folders of real models; what is not there is skipped.  large: bigger pictures,
 * for minutes.
 */
#include "test_real.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../onnx/tap.h"
#include "nets.h"

const char *const with_core[] = { "host:kernels=plain", "rtl:memory=ideal", "model:", "host:",
				  "host:kernels=pointwise+xnnpack", NULL };
const char *const without_core[] = { "host:kernels=plain", "model:", "host:",
				     "host:kernels=pointwise+xnnpack", NULL };

static const char *models, *fetched;

void check(bool good, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	ok(good, "%s", text);
	fflush(stdout);
}

typedef void fill_fn(struct accel_array *x, unsigned seed);

static void picture(struct accel_array *x, unsigned seed)
{
	fill_picture(x, seed, 0, 1);
}

/* About what PP-OCR's normalisation gives. */
static void normalised(struct accel_array *x, unsigned seed)
{
	fill_picture(x, seed, -2, 2.2f);
}

static void symmetric(struct accel_array *x, unsigned seed)
{
	fill_noise(x, seed, -3, 3);
}

/* The model is the caller's. */
static void equal(const char *name, const struct accel_model *m, fill_fn *fill,
		  const char *const *uris)
{
	struct accel_array x = model_input(m);
	struct accel_array y = model_output(m, 0);

	fill(&x, 1);
	check(same_everywhere(m, &x, uris), "%s, %lldx%lld to %lldx%lld: equal on %s", name,
	      (long long)x.dim[2], (long long)x.dim[3], (long long)(y.rank > 2 ? y.dim[2] : 1),
	      (long long)(y.rank > 2 ? y.dim[3] : 1),
	      uris == with_core ? "rtl:, model:, host:" : "model:, host:");
	free(x.data);
	free(y.data);
}

static struct accel_model *quantise(struct accel_model *m, fill_fn *fill)
{
	struct accel_array samples[4];
	struct accel_model *q;

	for (unsigned i = 0; i < 4; i++) {
		samples[i] = model_input(m);
		fill(&samples[i], i + 2);
	}
	need(accel_model_quantize(m, samples, 4, NULL, &q));
	for (int i = 0; i < 4; i++)
		free(samples[i].data);
	accel_model_free(m);
	return q;
}

static void file(const char *dir, const char *name, int h, int w, bool is_float, fill_fn *fill,
		 const char *const *uris)
{
	struct accel_model *m = model_open(dir, name, h, w, true);

	if (!m) {
		check(true, "%s # SKIP there is no %s/%s", name, dir, name);
		return;
	}
	if (is_float)
		m = quantise(m, fill);
	equal(name, m, fill, uris);
	accel_model_free(m);
}

static void made(const char *name, struct graph *g, const char *const *uris)
{
	struct accel_model *m = model_take(g);

	equal(name, m, symmetric, uris);
	accel_model_free(m);
}

static void small(void)
{
	file(models, "waifu2x_upconv7_142_qdq_s8.onnx", 24, 30, false, picture, with_core);
	file(models, "ppocr_det_640_qdq_s8.onnx", 64, 96, false, normalised, with_core);
	file(fetched, "ppocr_det.onnx", 32, 64, true, normalised, with_core);
	file(models, "dcgan_g.onnx", 0, 0, true, fill_normal, with_core);
	file(models, "vae_dec.onnx", 0, 0, true, fill_normal, with_core);
	made("U-Net", make_unet(32, 8, 1), with_core);
	made("FCN-8s", make_fcn8s(64, 16, 3), with_core);
	file(models, "waifu2x_upconv7_142_qdq_s8.onnx", 46, 62, false, picture, without_core);
	file(models, "ppocr_det_640_qdq_s8.onnx", 160, 160, false, normalised, without_core);
}

static void large(void)
{
	file(models, "waifu2x_upconv7_142_qdq_s8.onnx", 0, 0, false, picture, with_core);
	file(models, "ppocr_det_640_qdq_s8.onnx", 0, 0, false, normalised, without_core);
	file(fetched, "ppocr_det.onnx", 320, 320, true, normalised, with_core);
	made("U-Net", make_unet(128, 32, 1), with_core);
	made("FCN-8s", make_fcn8s(128, 4, 3), with_core);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: %s MODELS FETCHED [large]\n", argv[0]);
		return 2;
	}
	models = argv[1];
	fetched = argv[2];
	if (argc > 3 && !strcmp(argv[3], "large"))
		large();
	else
		small();
	test_shapes();
	return tap_done();
}
