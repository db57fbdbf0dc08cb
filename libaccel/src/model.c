/* SPDX-License-Identifier: MIT */
/* Models: a graph as it was imported, and the shapes that the application gives its inputs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "onnx.h"
#include "onnx_write.h"
#include "runtime.h"

struct accel_model *model_get(struct accel_model *m)
{
	atomic_fetch_add(&m->refs, 1);
	return m;
}

void accel_model_free(struct accel_model *m)
{
	if (!m || atomic_fetch_sub(&m->refs, 1) != 1)
		return;
	graph_free(m->g);
	free(m->in);
	free(m->out);
	free(m);
}

static int clone_tensors(const struct graph *from, struct graph *to)
{
	for (int i = 0; i < from->n_tensor; i++) {
		const struct tensor *t = &from->tensor[i];
		int n = graph_add_tensor(to, t->name, t->dtype, &t->shape);

		if (n < 0)
			return n;
		to->tensor[n].data = t->data;
	}
	return 0;
}

static int clone_nodes(const struct graph *from, struct graph *to)
{
	for (int i = 0; i < from->n_node; i++) {
		const struct node *n = &from->node[i];
		int k = graph_add_node(to, n->op, n->name, n->n_in, n->in, n->n_out, n->out);

		if (k < 0)
			return k;
		to->node[k].attr = n->attr;
	}
	return 0;
}

static int clone_lists(const struct graph *from, struct graph *to)
{
	int err = 0;

	for (int i = 0; err >= 0 && i < from->n_in; i++)
		err = graph_add_input(to, from->in[i]);
	for (int i = 0; err >= 0 && i < from->n_out; i++)
		err = graph_add_output(to, from->out[i]);
	return err < 0 ? err : 0;
}

/* A copy with the same numbers, which shares the constants' data. */
static int clone(const struct graph *from, struct graph **out)
{
	struct graph *g = graph_new();
	int err = g ? clone_tensors(from, g) : error(-ENOMEM, "out of memory for a graph");

	if (!err)
		err = clone_nodes(from, g);
	if (!err)
		err = clone_lists(from, g);
	if (err) {
		graph_free(g);
		return err;
	}
	g->opset = from->opset;
	*out = g;
	return 0;
}

static int infer(const struct accel_model *m, struct graph *g)
{
	struct shape *in = calloc((size_t)g->n_in + 1, sizeof(*in));
	int err;

	if (!in)
		return error(-ENOMEM, "out of memory for the shapes of %d inputs", g->n_in);
	for (int i = 0; i < g->n_in; i++)
		in[i] = m->in[i].shape;
	err = graph_infer(g, in);
	free(in);
	return err;
}

int model_infer(const struct accel_model *m, struct graph **out)
{
	struct graph *g;
	int err = clone(m->g, &g);

	if (err)
		return err;
	err = infer(m, g);
	if (err) {
		graph_free(g);
		return err;
	}
	*out = g;
	return 0;
}

static bool all_known(const struct accel_model *m)
{
	for (int i = 0; i < m->g->n_in; i++)
		if (shape_count(&m->in[i].shape) < 0)
			return false;
	return true;
}

static struct value info_of(const struct tensor *t)
{
	return (struct value){ t->dtype, t->shape, NULL };
}

/* The outputs' types and shapes: the file's, until the shapes of all inputs are known. */
static int update_outputs(struct accel_model *m)
{
	struct graph *g;
	int err;

	if (!all_known(m))
		return 0;
	err = model_infer(m, &g);
	if (err)
		return err;
	for (int i = 0; i < g->n_out; i++)
		m->out[i] = info_of(&g->tensor[g->out[i]]);
	graph_free(g);
	return 0;
}

static struct value *info_list(const struct graph *g, int n, const int *tensor)
{
	struct value *v = calloc((size_t)n + 1, sizeof(*v));

	for (int i = 0; v && i < n; i++)
		v[i] = info_of(&g->tensor[tensor[i]]);
	return v;
}

int model_new(struct graph *g, struct accel_model **out)
{
	struct accel_model *m = calloc(1, sizeof(*m));
	int err = 0;

	*out = NULL;
	if (!m) {
		graph_free(g);
		return error(-ENOMEM, "out of memory for a model");
	}
	atomic_init(&m->refs, 1);
	m->g = g;
	m->in = info_list(g, g->n_in, g->in);
	m->out = info_list(g, g->n_out, g->out);
	if (!m->in || !m->out)
		err = error(-ENOMEM, "out of memory for a model");
	if (!err)
		err = update_outputs(m);
	if (err) {
		accel_model_free(m);
		return err;
	}
	*out = m;
	return 0;
}

int accel_model_load(const char *path, struct accel_model **model)
{
	struct graph *g;
	int err = onnx_load(path, &g);

	*model = NULL;
	if (err)
		return err;
	err = model_new(g, model);
	return err ? error_in(err, "%s", path) : 0;
}

int accel_model_load_memory(const void *data, size_t size, struct accel_model **model)
{
	struct graph *g;
	int err = onnx_load_memory(data, size, &g);

	*model = NULL;
	return err ? err : model_new(g, model);
}

int accel_model_input_count(const struct accel_model *model)
{
	return model->g->n_in;
}

int accel_model_output_count(const struct accel_model *model)
{
	return model->g->n_out;
}

static int get_info(const char *name, const struct value *v, struct accel_tensor_info *info)
{
	struct accel_tensor_info i = {
		.name = name,
		.dtype = (enum accel_dtype)v->dtype,
		.rank = v->shape.rank,
	};

	for (int k = 0; k < v->shape.rank; k++)
		i.dim[k] = v->shape.dim[k];
	return sized_put(info, &i, sizeof(i));
}

int accel_model_input(const struct accel_model *model, int index, struct accel_tensor_info *info)
{
	const struct graph *g = model->g;

	if (index < 0 || index >= g->n_in)
		return error(-EINVAL, "the model has no input %d; it has %d", index, g->n_in);
	return get_info(g->tensor[g->in[index]].name, &model->in[index], info);
}

int accel_model_output(const struct accel_model *model, int index, struct accel_tensor_info *info)
{
	const struct graph *g = model->g;

	if (index < 0 || index >= g->n_out)
		return error(-EINVAL, "the model has no output %d; it has %d", index, g->n_out);
	return get_info(g->tensor[g->out[index]].name, &model->out[index], info);
}

static int check_dims(const struct tensor *t, int rank, const int64_t *dim)
{
	if (rank < 0 || rank > GRAPH_MAX_RANK)
		return error(-EINVAL, "a shape of rank %d for input '%s'; 0 to %d are possible",
			     rank, t->name, GRAPH_MAX_RANK);
	if (t->shape.rank >= 0 && t->shape.rank != rank)
		return error(-EINVAL, "a shape of rank %d for input '%s', which has rank %d", rank,
			     t->name, t->shape.rank);
	for (int i = 0; i < rank; i++) {
		if (dim[i] < 0)
			return error(-EINVAL, "dim %d of the shape for input '%s' is %lld", i,
				     t->name, (long long)dim[i]);
		if (t->shape.rank >= 0 && t->shape.dim[i] >= 0 && t->shape.dim[i] != dim[i])
			return error(-EINVAL, "dim %d of the shape for input '%s' is %lld; the "
				     "model fixes it at %lld", i, t->name, (long long)dim[i],
				     (long long)t->shape.dim[i]);
	}
	return 0;
}

int accel_model_set_input_shape(struct accel_model *model, int index, int rank, const int64_t *dim)
{
	const struct graph *g = model->g;
	struct shape before, after = { .rank = rank };
	int err;

	if (index < 0 || index >= g->n_in)
		return error(-EINVAL, "the model has no input %d; it has %d", index, g->n_in);
	err = check_dims(&g->tensor[g->in[index]], rank, dim);
	if (err)
		return err;
	for (int i = 0; i < rank; i++)
		after.dim[i] = dim[i];
	if (shape_count(&after) < 0)
		return error(-EINVAL, "the shape for input '%s' has too many elements",
			     g->tensor[g->in[index]].name);
	before = model->in[index].shape;
	model->in[index].shape = after;
	err = update_outputs(model);
	if (err)
		model->in[index].shape = before;
	return err;
}

int accel_model_save(const struct accel_model *model, const char *path)
{
	struct graph *g;
	int err = output_check(path);

	if (!err)
		err = model_infer(model, &g);
	if (err)
		return err;
	err = onnx_write(g, path);
	graph_free(g);
	return err;
}
