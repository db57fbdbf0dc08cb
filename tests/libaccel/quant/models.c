/* SPDX-License-Identifier: MIT */
/*
 * Quantises real models and says how close they come.
 *
 *	models FOLDER [OUTPUT_FOLDER]
 *
 * Every float .onnx file of the folder, with smooth pictures (or normal noise for a latent vector)
 * as samples and others to judge by.  The results are written to the output folder, and read again.
 */
#define _DEFAULT_SOURCE	/* scandir() */
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "error.h"
#include "net.h"
#include "onnx.h"
#include "onnx_write.h"
#include "quant.h"
#include "rng.h"
#include "tap.h"

#define SAMPLES 6
#define JUDGES 2

static const char *output_folder;

/* Open dims: one picture of 160 x 160. */
static struct shape input_shape(const struct graph *g)
{
	struct shape s = g->tensor[g->in[0]].shape;

	for (int i = 0; i < s.rank; i++)
		s.dim[i] = s.dim[i] > 0 ? s.dim[i] : i ? 160 : 1;
	return s;
}

static void fill(struct value *v)
{
	int64_t pixels = v->shape.rank == 4 ? v->shape.dim[2] * v->shape.dim[3] : 1;

	if (pixels > 1) {
		net_fill(v);
		return;
	}
	/* The sum of twelve is nearly normal. */
	for (int64_t i = 0; i < shape_count(&v->shape); i++) {
		float sum = 0;

		for (int k = 0; k < 12; k++)
			sum += rng_real(-0.5f, 0.5f);
		((float *)v->data)[i] = sum;
	}
}

static bool is_float(const struct graph *g)
{
	return g->n_in == 1 && g->n_out == 1 && g->tensor[g->in[0]].dtype == DTYPE_F32 &&
	       !net_count(g, OP_QUANTIZE_LINEAR) && !net_count(g, OP_QLINEAR_CONV);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void judge(const struct graph *g, const struct graph *q, const char *name,
		  const char *range, double time)
{
	struct shape s = input_shape(g);
	double snr = INFINITY, psnr = INFINITY;

	for (int i = 0; i < JUDGES; i++) {
		struct value x = net_value(&s), a, b;

		fill(&x);
		a = net_run(g, &x);
		b = net_run(q, &x);
		snr = fmin(snr, net_snr(&a, &b));
		psnr = fmin(psnr, net_psnr(&a, &b));
		free(x.data);
		free(a.data);
		free(b.data);
	}
	ok(snr > 15, "%s, %s: SNR %.1f dB, PSNR %.1f dB (%.1f s)", name, range, snr, psnr, time);
}

static void save(const struct graph *q, const char *name, const char *range)
{
	char path[4096];

	if (!output_folder)
		return;
	snprintf(path, sizeof(path), "%s/%.*s_%s.onnx", output_folder, (int)strlen(name) - 5, name,
		 range);
	if (onnx_write(q, path))
		ok(false, "%s", error_message());
}

static void run_model(struct graph *g, const char *name)
{
	static const char *const ranges[] = { "minmax", "percentile", "entropy" };
	struct shape s = input_shape(g);
	struct value samples[SAMPLES];

	g->tensor[g->out[0]].dtype = DTYPE_F32;
	for (int i = 0; i < SAMPLES; i++) {
		samples[i] = net_value(&s);
		fill(&samples[i]);
	}
	for (int range = 0; range < 3; range++) {
		struct quant_options options = { .range = (enum quant_range)range };
		double start = seconds();
		struct graph *q;

		if (quant_graph(g, samples, SAMPLES, &options, &q)) {
			ok(false, "%s, %s: %s", name, ranges[range], error_message());
			continue;
		}
		judge(g, q, name, ranges[range], seconds() - start);
		save(q, name, ranges[range]);
		graph_free(q);
	}
	for (int i = 0; i < SAMPLES; i++)
		free(samples[i].data);
}

static int is_model(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 5 && !strcmp(e->d_name + n - 5, ".onnx");
}

int main(int argc, char **argv)
{
	struct dirent **entry;
	int n = argc > 1 ? scandir(argv[1], &entry, is_model, alphasort) : -1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	output_folder = argc > 2 ? argv[2] : NULL;
	for (int i = 0; i < n; i++) {
		char path[4096];
		struct graph *g;

		snprintf(path, sizeof(path), "%s/%s", argv[1], entry[i]->d_name);
		if (onnx_load(path, &g))
			ok(false, "%s", error_message());
		else if (is_float(g))
			run_model(g, entry[i]->d_name);
		graph_free(g);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	return tap_done();
}
