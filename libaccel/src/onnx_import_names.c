/* SPDX-License-Identifier: MIT */
/* Names in an ONNX file: what defines each. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "onnx_import.h"

static int compare_str(struct onnx_str a, struct onnx_str b)
{
	if (a.size != b.size)
		return a.size < b.size ? -1 : 1;
	return a.size ? memcmp(a.s, b.s, a.size) : 0;
}

static int compare(const void *a, const void *b)
{
	const struct name_entry *x = a, *y = b;
	int c = compare_str(x->name, y->name);

	return c ? c : (int)x->kind - (int)y->kind;
}

static int add(struct names *names, struct onnx_str name, enum name_kind kind)
{
	if (!name.size)
		return kind == NAME_OUTPUT ? 0 : error(-EINVAL, "an initializer has no name");
	if (memchr(name.s, 0, name.size))
		return error(-EINVAL, "the name '%.*s' has a zero byte", ONNX_STR(name));
	names->entry[names->n++] = (struct name_entry){ name, kind, -1, false };
	return 0;
}

static int add_all(struct names *names, const struct onnx_model *m)
{
	int err = 0;

	for (size_t i = 0; !err && i < m->n_initializer; i++)
		err = add(names, m->initializer[i].name, NAME_INITIALIZER);
	for (size_t i = 0; !err && i < m->n_input; i++)
		err = add(names, m->input[i].name, NAME_INPUT);
	for (size_t i = 0; !err && i < m->n_node; i++)
		for (size_t k = 0; !err && k < m->node[i].n_out; k++)
			err = add(names, m->node[i].out[k], NAME_OUTPUT);
	return err;
}

static const char *kind_name(enum name_kind kind)
{
	static const char *const names[] = { "an initializer", "an input", "a node's output" };

	return names[kind];
}

/*
 * Sorted by name and kind: an input that follows its initializer goes, any other pair is an error.

 */
static int merge(struct names *names)
{
	size_t n = 0;

	for (size_t i = 0; i < names->n; i++) {
		struct name_entry *e = &names->entry[i], *last = n ? &names->entry[n - 1] : NULL;

		if (!last || compare_str(last->name, e->name)) {
			names->entry[n++] = *e;
			continue;
		}
		if (last->kind != NAME_INITIALIZER || e->kind != NAME_INPUT)
			return error(-EINVAL, "'%.*s' is defined twice: as %s and as %s",
				     ONNX_STR(e->name), kind_name(last->kind), kind_name(e->kind));
	}
	names->n = n;
	return 0;
}

int names_collect(struct names *names, const struct onnx_model *m)
{
	size_t n = m->n_initializer + m->n_input;
	int err;

	for (size_t i = 0; i < m->n_node; i++)
		n += m->node[i].n_out;
	if (n > ONNX_MAX_TENSORS)
		return error(-EFBIG, "the model has %zu tensors; %d are supported", n,
			     ONNX_MAX_TENSORS);
	names->entry = calloc(n + 1, sizeof(*names->entry));
	if (!names->entry)
		return error(-ENOMEM, "out of memory for the names of %zu tensors", n);
	err = add_all(names, m);
	if (err)
		return err;
	qsort(names->entry, names->n, sizeof(*names->entry), compare);
	return merge(names);
}

struct name_entry *names_find(const struct names *names, struct onnx_str name)
{
	size_t low = 0, high = names->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = compare_str(name, names->entry[middle].name);

		if (!c)
			return &names->entry[middle];
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
