/* SPDX-License-Identifier: MIT */
#include "case.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "onnx_import.h"
#include "ref.h"

#define MAX_VALUES 16

/* Tolerances of ONNX's own backend test. */
static const double relative = 1e-3, absolute = 1e-7;

struct list {
	int n;
	struct value v[MAX_VALUES];
	char *name[MAX_VALUES];		/* of inputs */
};

/* How the inputs are given. */
enum binding { BIND_NONE, BIND_WEIGHTS, BIND_ALL };

static void list_free(struct list *l)
{
	for (int i = 0; i < l->n; i++) {
		free(l->v[i].data);
		free(l->name[i]);
	}
	l->n = 0;
}

/* input_0.pb, input_1.pb, … as far as they go. */
static int read_list(const char *folder, int set, const char *kind, struct list *l)
{
	char path[4096];
	int err;

	for (l->n = 0; l->n < MAX_VALUES; l->n++) {
		snprintf(path, sizeof(path), "%s/test_data_set_%d/%s_%d.pb", folder, set, kind,
			 l->n);
		if (access(path, R_OK))
			return 0;
		err = onnx_read_tensor(path, &l->v[l->n]);
		if (err)
			return err;
		l->name[l->n] = NULL;
	}
	return error(-ENOTSUP, "more than %d values", MAX_VALUES);
}

static bool is_initializer(const struct onnx_model *m, struct onnx_str name)
{
	for (size_t i = 0; i < m->n_initializer; i++)
		if (m->initializer[i].name.size == name.size &&
		    !memcmp(m->initializer[i].name.s, name.s, name.size))
			return true;
	return false;
}

/* The files are numbered as the inputs that have no value in the model. */
static int name_inputs(const struct onnx_model *m, struct list *l)
{
	int n = 0;

	for (size_t i = 0; i < m->n_input; i++) {
		struct onnx_str name = m->input[i].name;

		if (is_initializer(m, name))
			continue;
		if (n >= l->n)
			return error(-EINVAL, "the model has more inputs than there are files");
		l->name[n] = malloc(name.size + 1);
		memcpy(l->name[n], name.s, name.size);
		l->name[n++][name.size] = 0;
	}
	return n == l->n ? 0 : error(-EINVAL, "there are more files than inputs");
}

static int check_types(const struct onnx_model *m)
{
	for (size_t i = 0; i < m->n_input; i++)
		if (!m->input[i].is_tensor)
			return error(-ENOTSUP, "input %zu is not a tensor", i);
	return 0;
}

/* What the model consists of, for the table. */
static void describe(const struct onnx_model *m, struct case_info *info)
{
	const struct onnx_node *first = NULL;

	info->known = true;
	for (size_t i = 0; i < m->n_node; i++) {
		const struct onnx_node *n = &m->node[i];

		if (import_is_constant(n))
			continue;
		info->known = info->known && rule_find(n);
		if (!first)
			first = n;
		else if (n->op_type.size != first->op_type.size ||
			 memcmp(n->op_type.s, first->op_type.s, first->op_type.size))
			return;
	}
	if (first)
		snprintf(info->op, sizeof(info->op), "%.*s", ONNX_STR(first->op_type));
}

static bool close_enough(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) && isnan(b);
	return a == b || fabs(a - b) <= absolute + relative * fabs(b);
}

static double element(const struct value *v, int64_t i)
{
	return v->dtype == DTYPE_F32 ? (double)((const float *)v->data)[i]
				     : ((const double *)v->data)[i];
}

static int compare(const struct value *got, const struct value *want, int index)
{
	int64_t count = shape_count(&want->shape);

	if (got->dtype != want->dtype || !shape_equal(&got->shape, &want->shape))
		return error(-EDOM, "output %d has another type or shape", index);
	if (want->dtype != DTYPE_F32 && want->dtype != DTYPE_F64) {
		size_t size = dtype_size(want->dtype) * (size_t)count;

		return memcmp(got->data, want->data, size) ? error(-EDOM, "output %d differs",
								   index) : 0;
	}
	for (int64_t i = 0; i < count; i++)
		if (!close_enough(element(got, i), element(want, i)))
			return error(-EDOM, "output %d differs at %lld: %g instead of %g", index,
				     (long long)i, element(got, i), element(want, i));
	return 0;
}

/*
 * Half of the sets taken from PyTorch is of opset 6, which the import refuses because a few
 * operators mean something else there.  For the others it is the same as opset 7, and whether it
 * is shows in the outputs.
 */
static bool read_as_opset_7(struct onnx_model *m)
{
	bool older = false;

	for (size_t i = 0; i < m->n_opset; i++) {
		if (m->opset[i].domain.size || m->opset[i].version >= ONNX_MIN_OPSET)
			continue;
		m->opset[i].version = ONNX_MIN_OPSET;
		older = true;
	}
	return older;
}

static bool is_bound(enum binding how, int input)
{
	return how == BIND_ALL || (how == BIND_WEIGHTS && input > 0);
}

static int import(const char *path, enum binding how, const struct list *in, struct graph **g)
{
	struct onnx_binding bind[MAX_VALUES];
	struct shape shape[MAX_VALUES];
	struct onnx_model *m;
	int n_bind = 0, n_shape = 0, err = onnx_open(path, &m);

	if (err)
		return err;
	read_as_opset_7(m);
	for (int i = 0; i < in->n; i++) {
		if (is_bound(how, i))
			bind[n_bind++] = (struct onnx_binding){ in->name[i], in->v[i] };
		else
			shape[n_shape++] = in->v[i].shape;
	}
	err = onnx_import_bind(m, bind, n_bind, g);
	if (err)
		return err;
	err = graph_infer(*g, shape);
	if (err) {
		graph_free(*g);
		*g = NULL;
	}
	return err;
}

static int run(const struct graph *g, enum binding how, const struct list *in,
	       const struct list *want)
{
	struct value given[MAX_VALUES], got[MAX_VALUES] = { 0 };
	int n = 0, err;

	for (int i = 0; i < in->n; i++)
		if (!is_bound(how, i))
			given[n++] = in->v[i];
	if (n != g->n_in || g->n_out != want->n)
		return error(-EDOM, "the graph has %d inputs and %d outputs", g->n_in, g->n_out);
	for (int i = 0; i < g->n_out; i++) {
		const struct tensor *t = &g->tensor[g->out[i]];

		got[i] = (struct value){ t->dtype, t->shape, NULL };
		got[i].data = malloc((size_t)shape_count(&t->shape) * dtype_size(t->dtype) + 1);
	}
	err = ref_run(g, given, got);
	for (int i = 0; i < want->n; i++) {
		if (!err)
			err = compare(&got[i], &want->v[i], i);
		free(got[i].data);
	}
	return err;
}

static int attempt(const char *path, enum binding how, const struct list *in,
		   const struct list *want)
{
	struct graph *g = NULL;
	int err = import(path, how, in, &g);

	if (!err)
		err = run(g, how, in, want);
	graph_free(g);
	return err;
}

/* With weights as inputs if the operator allows that; and everything again as constants. */
static int run_set(const char *path, const struct list *in, const struct list *want)
{
	int err = attempt(path, BIND_NONE, in, want);

	if (err)
		err = attempt(path, BIND_WEIGHTS, in, want);
	if (!err)
		err = attempt(path, BIND_ALL, in, want);
	return err;
}

static int run_sets(const char *folder, const char *path, struct case_info *info)
{
	struct list in = { 0 }, want = { 0 };
	struct onnx_model *m;
	int err = onnx_open(path, &m), sets = 0;

	if (err)
		return err;
	describe(m, info);
	info->old_opset = read_as_opset_7(m);
	err = check_types(m);
	for (; !err; sets++) {
		err = read_list(folder, sets, "input", &in);
		if (!err)
			err = read_list(folder, sets, "output", &want);
		if (!err && !want.n)
			break;
		if (!err)
			err = name_inputs(m, &in);
		info->rank = in.n ? in.v[0].shape.rank : 0;
		if (!err)
			err = run_set(path, &in, &want);
		list_free(&in);
		list_free(&want);
	}
	list_free(&in);
	list_free(&want);
	onnx_close(m);
	return err || sets ? err : error(-ENOENT, "there are no data");
}

void case_run(const char *folder, struct case_info *info)
{
	char path[4096];
	int err;

	*info = (struct case_info){ .result = CASE_PASSED };
	snprintf(path, sizeof(path), "%s/model.onnx", folder);
	err = run_sets(folder, path, info);
	if (!err)
		return;
	info->result = err == -ENOTSUP || info->old_opset ? CASE_UNSUPPORTED : CASE_FAILED;
	snprintf(info->reason, sizeof(info->reason), "%s%s",
		 info->old_opset ? "of an opset before 7; read as 7: " : "", error_message());
}
