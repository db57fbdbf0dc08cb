/* SPDX-License-Identifier: MIT */
#include "models.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onnx.h"
#include "run_layer.h"
#include "runtime.h"

void need(int err)
{
	if (!err)
		return;
	fprintf(stderr, "%s\n", accel_error_message());
	exit(1);
}

struct accel_model *model_take(struct graph *g)
{
	struct accel_model *m;

	need(model_new(g, &m));
	return m;
}

/* What the last transposed convolution reads becomes an output, too. */
static void show_inner(struct graph *g)
{
	for (int i = g->n_node; i-- > 0;)
		if (g->node[i].op == OP_CONV_TRANSPOSE) {
			if (graph_add_output(g, g->node[i].in[0]) < 0)
				abort();
			return;
		}
}

struct accel_model *model_open(const char *dir, const char *name, int h, int w, bool inner)
{
	struct graph *g;
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "rb");
	if (!file)
		return NULL;
	fclose(file);
	need(onnx_load(path, &g));
	if (h) {
		struct tensor *t = &g->tensor[g->in[0]];

		t->shape.dim[0] = 1;
		t->shape.dim[2] = h;
		t->shape.dim[3] = w;
		t->shape_known = true;
		/* What the file says of the others holds for the old size. */
		for (int i = 0; i < g->n_tensor; i++)
			if (i != g->in[0] && !g->tensor[i].data) {
				g->tensor[i].shape.rank = -1;
				g->tensor[i].shape_known = false;
			}
	}
	if (inner)
		show_inner(g);
	return model_take(g);
}

static struct accel_array array_for(const struct accel_tensor_info *info)
{
	struct accel_array a = { .dtype = info->dtype, .rank = info->rank };

	memcpy(a.dim, info->dim, sizeof(a.dim));
	a.data_size = accel_dtype_size(a.dtype);
	for (int i = 0; i < a.rank; i++)
		a.data_size *= (size_t)a.dim[i];
	a.data = calloc(a.data_size + 1, 1);
	if (!a.data)
		abort();
	return a;
}

struct accel_array model_input(const struct accel_model *m)
{
	struct accel_tensor_info info = { .size = sizeof(info) };

	need(accel_model_input(m, 0, &info));
	return array_for(&info);
}

struct accel_array model_output(const struct accel_model *m, int index)
{
	struct accel_tensor_info info = { .size = sizeof(info) };

	need(accel_model_output(m, index, &info));
	return array_for(&info);
}

/* ---- inputs ---- */

static uint32_t next(uint64_t *s)
{
	*s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*s >> 32);
}

static double uniform(uint64_t *s)
{
	return (double)next(s) / 4294967296.0;
}

void fill_noise(struct accel_array *x, unsigned seed, float low, float high)
{
	uint64_t s = seed;
	float *v = x->data;

	for (size_t i = 0; i < x->data_size / sizeof(*v); i++)
		v[i] = low + (high - low) * (float)uniform(&s);
}

void fill_normal(struct accel_array *x, unsigned seed)
{
	uint64_t s = seed;
	float *v = x->data;

	for (size_t i = 0; i < x->data_size / sizeof(*v); i++) {
		double r = sqrt(-2 * log(1 - uniform(&s)));

		v[i] = (float)(r * cos(2 * 3.14159265358979 * uniform(&s)));
	}
}

/* Blocks of strokes, as letters are, on a ground that changes slowly. */
void fill_picture(struct accel_array *x, unsigned seed, float low, float high)
{
	int channels = (int)x->dim[1], h = (int)x->dim[2], w = (int)x->dim[3];
	float *v = x->data;
	uint64_t s = seed;

	for (int c = 0; c < channels; c++) {
		double fy = uniform(&s) * 6, fx = uniform(&s) * 6;

		for (int y = 0; y < h; y++)
			for (int i = 0; i < w; i++)
				v[(c * h + y) * w + i] =
					(float)(0.75 + 0.12 * sin(fy * y / h + c) + 0.12 * cos(fx * i / w));
	}
	for (int line = 0; line < h * w / 400; line++) {
		int y0 = (int)(uniform(&s) * h), x0 = (int)(uniform(&s) * w), tall = 2 + (int)(next(&s) % 10);
		int wide = next(&s) % 2 ? 2 : 9;
		float ink = (float)uniform(&s) * 0.3f;

		for (int y = y0; y < y0 + tall && y < h; y++)
			for (int i = x0; i < x0 + wide && i < w; i++)
				for (int c = 0; c < channels; c++)
					v[(c * h + y) * w + i] = ink;
	}
	for (size_t i = 0; i < x->data_size / sizeof(*v); i++)
		v[i] = low + (high - low) * v[i];
}

float output_step(const struct accel_model *m)
{
	const struct graph *g = m->g;
	int at = g->out[0];

	for (int n = graph_producer(g, at); n >= 0; n = graph_producer(g, at)) {
		const struct node *node = &g->node[n];

		if (node->op == OP_DEQUANTIZE_LINEAR || node->op == OP_QUANTIZE_LINEAR)
			return *(const float *)g->tensor[node->in[1]].data;
		at = node->in[0];
	}
	return 0;
}

/* ---- runs ---- */

struct runner runner_open(const char *uri, const struct accel_model *m)
{
	struct runner r = { .n_out = accel_model_output_count(m) };

	if (r.n_out > MODEL_OUTPUTS)
		abort();
	for (int i = 0; i < r.n_out; i++)
		r.y[i] = model_output(m, i);
	need(accel_device_open(uri, &r.dev));
	need(accel_compile(m, r.dev, NULL, &r.prog));
	return r;
}

void runner_run(struct runner *r, const struct accel_array *x)
{
	need(accel_run(r->prog, x, r->y));
}

void runner_close(struct runner *r)
{
	for (int i = 0; i < r->n_out; i++)
		free(r->y[i].data);
	accel_program_free(r->prog);
	accel_device_close(r->dev);
}

static bool is_constant(const struct accel_array *a)
{
	const char *data = a->data;
	size_t size = accel_dtype_size(a->dtype);

	for (size_t i = size; i < a->data_size; i += size)
		if (memcmp(data, data + i, size))
			return false;
	return a->data_size > size;
}

/* The host tries another kernel in each of its first runs. */
static int runs_on(const char *uri)
{
	return strncmp(uri, "host:", 5) ? 1 : 2 * HOST_KERNELS + 1;
}

static bool same_run(struct runner *r, const struct accel_array *x, const struct runner *want,
		     const char *uri)
{
	bool good = true;

	runner_run(r, x);
	for (int i = 0; i < r->n_out; i++)
		if (memcmp(r->y[i].data, want->y[i].data, want->y[i].data_size)) {
			printf("# output %d differs on %s\n", i, uri);
			good = false;
		}
	return good;
}

bool same_everywhere(const struct accel_model *m, const struct accel_array *x, const char *const *uris)
{
	struct runner first = runner_open(uris[0], m);
	bool good = true, lively = false;

	runner_run(&first, x);
	for (int i = 0; i < first.n_out; i++)
		lively |= !is_constant(&first.y[i]);
	if (!lively)
		printf("# the output is one value everywhere: that tests nothing\n");
	for (int u = 1; uris[u]; u++) {
		struct runner r = runner_open(uris[u], m);

		for (int i = 0; i < runs_on(uris[u]); i++)
			good &= same_run(&r, x, &first, uris[u]);
		runner_close(&r);
	}
	runner_close(&first);
	return good && lively;
}
