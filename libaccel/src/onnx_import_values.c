/* SPDX-License-Identifier: MIT */
/* What has a value before any node runs: initializers, inputs (bound or not), Constant nodes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "onnx_import.h"

/*
 * Puts the first node that reads a value before the message, so that a person knows what it is for.

 */
static int in_reader(int err, const struct onnx_model *m, struct onnx_str name)
{
	for (size_t i = 0; i < m->n_node; i++)
		for (size_t k = 0; k < m->node[i].n_in; k++)
			if (m->node[i].in[k].size == name.size &&
			    !memcmp(m->node[i].in[k].s, name.s, name.size))
				return import_in_node(err, m, &m->node[i]);
	return err;
}

char *import_copy_str(struct onnx_str s)
{
	char *copy = malloc(s.size + 1);

	if (!copy) {
		error(-ENOMEM, "out of memory for a name of %zu bytes", s.size);
		return NULL;
	}
	if (s.size)
		memcpy(copy, s.s, s.size);
	copy[s.size] = 0;
	return copy;
}

/* Makes the tensor of a name. */
int import_add_tensor(struct import *im, struct onnx_str name, enum dtype dtype,
		      const struct shape *shape)
{
	struct name_entry *e = names_find(&im->names, name);
	char *copy = import_copy_str(name);

	if (!copy)
		return -ENOMEM;
	e->tensor = graph_add_tensor(im->g, copy, dtype, shape);
	free(copy);
	return e->tensor;
}

/*
 * Makes a constant of a tensor of the file; an initializer's name is its own, a Constant's is its
 * output's.
 */
static int add_constant(struct import *im, struct onnx_str name, const struct onnx_tensor *t)
{
	enum dtype dtype;
	struct shape shape;
	const void *data;
	void *owned;
	int tensor, err = onnx_tensor_load(t, &dtype, &shape, &data, &owned);

	if (err)
		return err;
	tensor = import_add_tensor(im, name, dtype, &shape);
	if (tensor < 0) {
		free(owned);
		return tensor;
	}
	im->g->tensor[tensor].data = data;
	im->g->tensor[tensor].owned = owned;
	return 0;
}

/* The same of a value that is copied. */
static int add_copy(struct import *im, struct onnx_str name, const struct value *v)
{
	char *copy = import_copy_str(name);
	int tensor;

	if (!copy)
		return -ENOMEM;
	tensor = graph_add_const(im->g, copy, v->dtype, &v->shape, v->data);
	free(copy);
	if (tensor >= 0)
		names_find(&im->names, name)->tensor = tensor;
	return tensor;
}

static int import_initializers(struct import *im)
{
	for (size_t i = 0; i < im->m->n_initializer; i++) {
		const struct onnx_tensor *t = &im->m->initializer[i];
		int err = add_constant(im, t->name, t);

		if (err)
			return in_reader(err, im->m, t->name);
	}
	return 0;
}

static int input_shape(const struct onnx_value_info *v, struct shape *shape)
{
	*shape = (struct shape){ .rank = -1 };
	if (!v->has_shape)
		return 0;
	if (v->n_dim > GRAPH_MAX_RANK)
		return error(-ENOTSUP, "input '%.*s' has %zu dimensions; %d are supported",
			     ONNX_STR(v->name), v->n_dim, GRAPH_MAX_RANK);
	shape->rank = (int)v->n_dim;
	memcpy(shape->dim, v->dim, v->n_dim * sizeof(*v->dim));
	return 0;
}

static int import_input(struct import *im, const struct onnx_value_info *v)
{
	struct shape shape;
	int tensor, err = input_shape(v, &shape);

	if (err)
		return err;
	if (!v->is_tensor)
		return error(-ENOTSUP, "input '%.*s' is not a tensor", ONNX_STR(v->name));
	if (!dtype_size((enum dtype)v->dtype))
		return error(-ENOTSUP, "input '%.*s' has the unsupported type %s (%d)",
			     ONNX_STR(v->name), onnx_dtype_name(v->dtype), v->dtype);
	tensor = import_add_tensor(im, v->name, (enum dtype)v->dtype, &shape);
	return tensor < 0 ? tensor : graph_add_input(im->g, tensor);
}

static const struct value *find_binding(const struct onnx_binding *bind, int n,
					struct onnx_str name)
{
	for (int i = 0; i < n; i++)
		if (onnx_str_is(name, bind[i].input))
			return &bind[i].value;
	return NULL;
}

static int import_inputs(struct import *im, const struct onnx_binding *bind, int n_bind)
{
	for (size_t i = 0; i < im->m->n_input; i++) {
		const struct onnx_value_info *v = &im->m->input[i];
		const struct value *value = find_binding(bind, n_bind, v->name);
		int err;

		if (names_find(&im->names, v->name)->tensor >= 0)
			continue;	/* it has an initializer */
		err = value ? add_copy(im, v->name, value) : import_input(im, v);
		if (err < 0)
			return in_reader(err, im->m, v->name);
	}
	return 0;
}

static int check_bindings(const struct import *im, const struct onnx_binding *bind, int n_bind)
{
	for (int i = 0; i < n_bind; i++) {
		struct onnx_str name = { bind[i].input, strlen(bind[i].input) };
		const struct name_entry *e = names_find(&im->names, name);

		if (!e || e->kind != NAME_INPUT)
			return error(-ENOENT, "the model has no input '%s' to bind", bind[i].input);
	}
	return 0;
}

/* The scalar and list forms of Constant. */
static bool literal(const struct onnx_attr *a, struct value *v)
{
	if (a->type == ONNX_ATTR_FLOAT && onnx_str_is(a->name, "value_float"))
		*v = (struct value){ DTYPE_F32, { .rank = 0 }, (void *)&a->f };
	else if (a->type == ONNX_ATTR_INT && onnx_str_is(a->name, "value_int"))
		*v = (struct value){ DTYPE_I64, { .rank = 0 }, (void *)&a->i };
	else if (a->type == ONNX_ATTR_FLOATS && onnx_str_is(a->name, "value_floats"))
		*v = (struct value){ DTYPE_F32, { 1, { (int64_t)a->n_floats } }, a->floats };
	else if (a->type == ONNX_ATTR_INTS && onnx_str_is(a->name, "value_ints"))
		*v = (struct value){ DTYPE_I64, { 1, { (int64_t)a->n_ints } }, a->ints };
	else
		return false;
	return true;
}

static int import_constant(struct import *im, const struct onnx_node *n)
{
	struct value v;
	int tensor;

	if (n->n_attr != 1 || n->n_out != 1 || !n->out[0].size || n->n_in)
		return error(-EINVAL, "it must have one attribute and one output");
	if (n->attr->type == ONNX_ATTR_TENSOR && n->attr->t && onnx_str_is(n->attr->name, "value"))
		return add_constant(im, n->out[0], n->attr->t);
	if (!literal(n->attr, &v))
		return error(-ENOTSUP, "its attribute '%.*s' is not supported",
			     ONNX_STR(n->attr->name));
	tensor = add_copy(im, n->out[0], &v);
	return tensor < 0 ? tensor : 0;
}

/* All of them before the other nodes, whose rules look at constants wherever they come from. */
static int import_constants(struct import *im)
{
	for (size_t i = 0; i < im->m->n_node; i++) {
		const struct onnx_node *n = &im->m->node[i];
		int err = import_is_constant(n) ? import_constant(im, n) : 0;

		if (err)
			return import_in_node(err, im->m, n);
	}
	return 0;
}

int import_values(struct import *im, const struct onnx_binding *bind, int n_bind)
{
	int err = check_bindings(im, bind, n_bind);

	if (!err)
		err = import_initializers(im);
	if (!err)
		err = import_inputs(im, bind, n_bind);
	return err ? err : import_constants(im);
}
