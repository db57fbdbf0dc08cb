/* SPDX-License-Identifier: MIT */
/*
 * The host backend beside ONNX Runtime, one thread each, same QDQ model, in turns within one run.
 * The ratio is to the faster of ONNX Runtime on the file as it is and on the same with uint8
 * activations.
 *
 *   bench_host LIBRARY MODELS SCRATCH [-l] [NAME...]
 *
 * Times are CPU time of the process, the least of RUNS runs: what another process takes of the
 * machine does not count.  -l: layers, with the kernel that each took.
 */
#define _POSIX_C_SOURCE 200809L

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nets.h"
#include "../libaccel/ort/ort.h"
#include "../libaccel/real/models.h"
#include "onnx_write.h"
#include "run_layer.h"
#include "runtime.h"

#define RUNS 15
#define WARM 8		/* layers try their kernels meanwhile */

/* tests/libaccel/ort/integer_form.c */
void to_uint8(struct graph *g);

static const char *scratch;
static bool layers;

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static double time_host(struct runner *r, const struct accel_array *x)
{
	double start = cpu_ms();

	runner_run(r, x);
	return cpu_ms() - start;
}

static double time_ort(struct ort_session *s, const struct accel_array *x)
{
	struct accel_array y;
	double start = cpu_ms(), took;

	ort_run(s, x, &y);
	took = cpu_ms() - start;
	free(y.data);
	return took;
}

static void print_layers(struct accel_program *p)
{
	for (int i = 0; i < accel_program_layer_count(p); i++) {
		struct accel_layer_profile l = { .size = sizeof(l) };
		const char *kernel = "";

		need(accel_program_layer(p, i, &l));
		for (int k = 0; p->host_layer && k < p->plan->net->n_layer; k++)
			if (p->host_layer[k].l && p->host_layer[k].l->name == l.name)
				kernel = host_chosen(&p->host_layer[k]);
		printf("#   %-36.36s %-18s %-10s %9.3f ms %8.1f M MACs %7.1f GMAC/s\n", l.name, l.op,
		       kernel, (double)l.time_ns * 1e-6, (double)l.macs * 1e-6,
		       (double)l.macs / ((double)l.time_ns + 1));
	}
}

/* ONNX Runtime leaves some int8 convolutions in float32; of uint8 it makes integers everywhere. */
static struct ort_session *load_uint8(const struct accel_model *m)
{
	char path[4096];
	struct graph *g;

	need(model_infer(m, &g));
	to_uint8(g);
	need(graph_infer(g, NULL));
	snprintf(path, sizeof(path), "%s/uint8.onnx", scratch);
	need(onnx_write(g, path));
	graph_free(g);
	return ort_load(path, ORT_FAST);
}

static void bench(const char *name, const struct accel_model *m, const char *path)
{
	static const char *const uris[] = { "host:", "host:kernels=pointwise+xnnpack",
					    "host:kernels=plain" };
	struct accel_array x = model_input(m);
	struct ort_session *s = ort_load(path, ORT_FAST), *u8 = load_uint8(m);
	double ort = INFINITY, ort_u8 = INFINITY, peer;

	fill_noise(&x, 1, 0, 1);
	for (size_t u = 0; u < sizeof(uris) / sizeof(uris[0]); u++) {
		struct runner r = runner_open(uris[u], m);
		double host = INFINITY;
		int runs = u < 2 ? RUNS : 2;

		for (int i = 0; i < WARM && u < 2; i++)
			runner_run(&r, &x);
		for (int i = 0; i < runs; i++) {
			host = fmin(host, time_host(&r, &x));
			ort = fmin(ort, time_ort(s, &x));
			ort_u8 = fmin(ort_u8, time_ort(u8, &x));
		}
		peer = fmin(ort, ort_u8);
		printf("%-9s %-31s %8.2f ms, ONNX Runtime %s %7.2f ms (as uint8 %7.2f), ratio %5.2f%s\n",
		       name, uris[u], host, ort_version(), ort, ort_u8, host / peer,
		       u ? "" : " (wanted: at most 1.2)");
		if (layers && !u)
			print_layers(r.prog);
		fflush(stdout);
		runner_close(&r);
	}
	ort_free(s);
	ort_free(u8);
	free(x.data);
}

static bool wanted(const char *name, int n, char **names)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(name, names[i]))
			return true;
	return n <= 0;
}

static void bench_file(const char *name, const char *dir, const char *file)
{
	struct accel_model *m = model_open(dir, file, 0, 0, false);
	char path[4096];

	if (!m) {
		printf("%-12s skipped: there is no %s/%s\n", name, dir, file);
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", dir, file);
	bench(name, m, path);
	accel_model_free(m);
}

static void bench_graph(const char *name, struct graph *g)
{
	struct accel_model *m = model_take(g);
	char path[4096];

	snprintf(path, sizeof(path), "%s/bench.onnx", scratch);
	need(accel_model_save(m, path));
	bench(name, m, path);
	accel_model_free(m);
}

int main(int argc, char **argv)
{
	int first = 4;

	if (argc < 4) {
		fprintf(stderr, "usage: %s LIBRARY MODELS SCRATCH [-l] [NAME...]\n", argv[0]);
		return 2;
	}
	ort_open(argv[1]);
	scratch = argv[3];
	if (argc > 4 && !strcmp(argv[4], "-l")) {
		layers = true;
		first++;
	}
	if (wanted("upconv_7", argc - first, argv + first))
		bench_file("upconv_7", argv[2], "waifu2x_upconv7_142_qdq_s8.onnx");
	if (wanted("unet128", argc - first, argv + first))
		bench_graph("unet128", make_unet(128, 32, 1));
	if (wanted("ppocr640", argc - first, argv + first))
		bench_file("ppocr640", argv[2], "ppocr_det_640_qdq_s8.onnx");
	return 0;
}
