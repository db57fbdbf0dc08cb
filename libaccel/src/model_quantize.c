/* SPDX-License-Identifier: MIT */
/* Quantisation of a model: samples to values, the graph to a model. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "quant.h"
#include "runtime.h"

static int get_range(enum accel_range range, enum quant_range *to)
{
	switch (range) {
	case ACCEL_RANGE_MINMAX: *to = QUANT_RANGE_MINMAX; return 0;
	case ACCEL_RANGE_PERCENTILE: *to = QUANT_RANGE_PERCENTILE; return 0;
	case ACCEL_RANGE_ENTROPY: *to = QUANT_RANGE_ENTROPY; return 0;
	}
	return error(-EINVAL, "the range %d is none of enum accel_range", (int)range);
}

/* Whether a sample fits the model is for quant_graph() to say. */
static int get_value(const struct accel_array *a, const char *name, struct value *v)
{
	if (a->rank < 0 || a->rank > GRAPH_MAX_RANK)
		return error(-EINVAL, "a sample for '%s' has rank %d; 0 to %d are possible", name,
			     a->rank, GRAPH_MAX_RANK);
	*v = (struct value){ (enum dtype)a->dtype, { .rank = a->rank }, a->data };
	memcpy(v->shape.dim, a->dim, (size_t)a->rank * sizeof(a->dim[0]));
	if (shape_count(&v->shape) < 0)
		return error(-EINVAL, "a sample for '%s' has a negative or too large dim", name);
	return array_check(a, v->dtype, &v->shape, "input", name);
}

static int quantize(const struct accel_model *model, const struct accel_array *samples, int count,
		    const struct quant_options *options, struct value *value, struct graph **g)
{
	const struct graph *from = model->g;
	int err = 0;

	for (int i = 0; !err && i < count * from->n_in; i++)
		err = get_value(&samples[i], from->tensor[from->in[i % from->n_in]].name,
				&value[i]);
	return err ? err : quant_graph(from, value, count, options, g);
}

int accel_model_quantize(const struct accel_model *model, const struct accel_array *samples,
			 int count, const struct accel_quantize_options *options,
			 struct accel_model **quantized)
{
	struct accel_quantize_options o;
	struct quant_options q = { 0 };
	struct value *value;
	struct graph *g = NULL;
	int err = sized_get(&o, sizeof(o), options);

	*quantized = NULL;
	if (!err)
		err = get_range(o.range, &q.range);
	if (!err && (count < 1 || (model->g->n_in && count > INT32_MAX / model->g->n_in)))
		err = error(-EINVAL, "%d samples; at least one is needed", count);
	if (err)
		return err;
	q.percentile = o.percentile;
	q.progress = o.progress;
	q.ctx = o.ctx;
	value = calloc((size_t)count * (size_t)model->g->n_in + 1, sizeof(*value));
	if (!value)
		return error(-ENOMEM, "out of memory for %d samples", count);
	err = quantize(model, samples, count, &q, value, &g);
	free(value);
	return err ? err : model_new(g, quantized);
}
