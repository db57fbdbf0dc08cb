/* SPDX-License-Identifier: MIT */
/* What the rules use: a node's attributes and inputs. */
#include <assert.h>
#include <errno.h>

#include "error.h"
#include "onnx_import.h"

void draft_fail(struct draft *d, int err)
{
	if (!d->err)
		d->err = err;
}

static const char *type_name(int type)
{
	static const char *const names[] = { "nothing",	 "a float", "an int", "a string",
					     "a tensor", "a graph", "floats", "ints",
					     "strings",	 "tensors", "graphs", "a sparse tensor" };

	return type >= 0 && (size_t)type < sizeof(names) / sizeof(names[0]) ? names[type]
									    : "something else";
}

static const struct onnx_attr *find(struct draft *d, const char *name)
{
	for (size_t i = 0; i < d->src->n_attr; i++) {
		if (onnx_str_is(d->src->attr[i].name, name)) {
			d->used |= UINT64_C(1) << i;
			return &d->src->attr[i];
		}
	}
	return NULL;
}

const struct onnx_attr *attr_find(struct draft *d, const char *name, enum onnx_attr_type type)
{
	const struct onnx_attr *attr = find(d, name);

	if (!attr)
		return NULL;
	if (attr->type == (int)type && !attr->reference)
		return attr;
	draft_error(d, -EINVAL, "attribute '%s' is %s instead of %s", name, type_name(attr->type),
		    type_name((int)type));
	return NULL;
}

int64_t attr_int(struct draft *d, const char *name, int64_t absent)
{
	const struct onnx_attr *attr = attr_find(d, name, ONNX_ATTR_INT);

	return attr ? attr->i : absent;
}

float attr_float(struct draft *d, const char *name, float absent)
{
	const struct onnx_attr *attr = attr_find(d, name, ONNX_ATTR_FLOAT);

	return attr ? attr->f : absent;
}

int attr_choice(struct draft *d, const char *name, int absent, const char *const *choice, int n)
{
	const struct onnx_attr *attr = attr_find(d, name, ONNX_ATTR_STRING);

	if (!attr)
		return absent;
	for (int i = 0; i < n; i++)
		if (onnx_str_is(attr->s, choice[i]))
			return i;
	draft_error(d, -ENOTSUP, "attribute '%s' is '%.*s', which is not supported", name,
		    ONNX_STR(attr->s));
	return absent;
}

void attr_ignore(struct draft *d, const char *name)
{
	find(d, name);
}

bool attr_required(struct draft *d, const char *name)
{
	if (find(d, name))
		return true;
	draft_error(d, -EINVAL, "attribute '%s' is missing", name);
	return false;
}

int attr_finish(const struct draft *d)
{
	for (size_t i = 0; i < d->src->n_attr; i++)
		if (!(d->used >> i & 1))
			return error(-ENOTSUP,
				     "attribute '%.*s' is unknown at opset %lld, or given twice",
				     ONNX_STR(d->src->attr[i].name), (long long)d->import->opset);
	return 0;
}

static void set_input(struct draft *d, int i, enum dtype dtype, const struct shape *shape,
		      const void *data)
{
	int tensor;

	assert(i < d->n_in + DRAFT_EXTRA);
	tensor = graph_add_const(d->import->g, NULL, dtype, shape, data);
	if (tensor < 0) {
		draft_fail(d, tensor);
		return;
	}
	d->in[i] = tensor;
	if (i >= d->n_in)
		d->n_in = i + 1;
}

void draft_set_ints(struct draft *d, int i, size_t n, const int64_t *v)
{
	set_input(d, i, DTYPE_I64, &(struct shape){ .rank = 1, .dim = { (int64_t)n } }, v);
}

void draft_set_floats(struct draft *d, int i, size_t n, const float *v)
{
	set_input(d, i, DTYPE_F32, &(struct shape){ .rank = 1, .dim = { (int64_t)n } }, v);
}

void draft_set_scalar(struct draft *d, int i, float v)
{
	set_input(d, i, DTYPE_F32, &(struct shape){ .rank = 0 }, &v);
}

void draft_attr_to_input(struct draft *d, const char *name, int i)
{
	const struct onnx_attr *attr = find(d, name);

	if (!attr)
		return;
	if (attr->type == ONNX_ATTR_FLOATS)
		draft_set_floats(d, i, attr->n_floats, attr->floats);
	else if (attr_find(d, name, ONNX_ATTR_INTS))
		draft_set_ints(d, i, attr->n_ints, attr->ints);
}

const struct tensor *draft_const(const struct draft *d, int i)
{
	const struct tensor *t;

	if (i >= d->n_in || d->in[i] < 0)
		return NULL;
	t = &d->import->g->tensor[d->in[i]];
	return t->data ? t : NULL;
}

void draft_need_input(struct draft *d, int i, const char *what)
{
	if (i >= d->n_in || d->in[i] < 0)
		draft_error(d, -EINVAL, "input %d, its %s, is missing", i, what);
}
