/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: any model is imported, inferred, run by the reference and quantised, and what comes
 * out is written, read and run again.  Errors are fine; the sanitizers look for everything else.
 */
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "onnx.h"
#include "onnx_write.h"
#include "quant.h"
#include "ref.h"

#define MAX_IO 8
#define MAX_ELEMENTS 200000	/* of all tensors: runs are to be short */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	int n_in, n_out;
	struct value in[MAX_IO], out[MAX_IO];
};

static void alloc_values(const struct graph *g, int n, const int *tensor, struct value *v)
{
	for (int i = 0; i < n; i++) {
		const struct tensor *t = &g->tensor[tensor[i]];

		v[i] = (struct value){ t->dtype, t->shape, NULL };
		v[i].data = calloc((size_t)shape_count(&t->shape) + 1, dtype_size(t->dtype));
	}
}

static void fill(const struct value *v, const uint8_t *data, size_t size)
{
	size_t bytes = (size_t)shape_count(&v->shape) * dtype_size(v->dtype);

	for (int64_t i = 0; v->dtype == DTYPE_F32 && i < shape_count(&v->shape); i++)
		((float *)v->data)[i] = (float)data[(size_t)i % size] / 64 - 2;
	for (size_t i = 0; v->dtype != DTYPE_F32 && i < bytes; i++)
		((uint8_t *)v->data)[i] = data[i % size];
}

static void run_free(struct run *r)
{
	for (int i = 0; i < r->n_in; i++)
		free(r->in[i].data);
	for (int i = 0; i < r->n_out; i++)
		free(r->out[i].data);
}

static bool is_small(const struct graph *g)
{
	int64_t sum = 0;

	for (int i = 0; i < g->n_tensor; i++) {
		const struct tensor *t = &g->tensor[i];

		if (!t->shape_known || shape_count(&t->shape) > MAX_ELEMENTS)
			return false;
		sum += shape_count(&t->shape);
	}
	return sum <= MAX_ELEMENTS;
}

/* Open dims become 3. */
static bool infer(struct graph *g)
{
	struct shape shape[MAX_IO];

	if (g->n_in > MAX_IO || g->n_out > MAX_IO || g->n_node > 200)
		return false;
	for (int i = 0; i < g->n_in; i++) {
		shape[i] = g->tensor[g->in[i]].shape;
		shape[i].rank = shape[i].rank < 0 ? 4 : shape[i].rank;
		for (int k = 0; k < shape[i].rank; k++)
			if (g->tensor[g->in[i]].shape.rank < 0 || shape[i].dim[k] < 0)
				shape[i].dim[k] = 3;
	}
	return !graph_infer(g, shape) && is_small(g);
}

static void run(const struct graph *g, const uint8_t *data, size_t size, struct run *r)
{
	r->n_in = g->n_in;
	r->n_out = g->n_out;
	alloc_values(g, g->n_in, g->in, r->in);
	alloc_values(g, g->n_out, g->out, r->out);
	for (int i = 0; i < g->n_in; i++)
		fill(&r->in[i], data, size);
	ref_run(g, r->in, r->out);
}

static void run_again(const struct graph *q, const uint8_t *data, size_t size)
{
	struct graph *g;
	struct run r;
	void *bytes;
	size_t written;

	if (onnx_write_memory(q, &bytes, &written))
		return;
	/* What was written can be read. */
	if (onnx_load_memory(bytes, written, &g))
		abort();
	free(bytes);
	if (infer(g)) {
		run(g, data, size, &r);
		run_free(&r);
	}
	graph_free(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct quant_options options;
	struct graph *g, *q, *raw;
	struct run r;

	if (!size || onnx_load_memory(data, size, &g))
		return 0;
	if (infer(g)) {
		run(g, data, size, &r);
		options = (struct quant_options){ .range = (enum quant_range)(data[size / 2] % 3) };
		if (r.n_in && !onnx_load_memory(data, size, &raw)) {
			if (!quant_graph(raw, r.in, 1, &options, &q)) {
				run_again(q, data, size);
				graph_free(q);
			}
			graph_free(raw);
		}
		run_free(&r);
	}
	graph_free(g);
	return 0;
}
