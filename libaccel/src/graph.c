/* SPDX-License-Identifier: MIT */
/* Making, changing and freeing a graph. */
#define _POSIX_C_SOURCE 200809L

#include "graph_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "error.h"

#define SHAPE_MAX_COUNT (INT64_C(1) << 40)

int64_t shape_count(const struct shape *s)
{
	int64_t n = 1;
	bool zero = false;

	if (s->rank < 0)
		return -1;
	for (int i = 0; i < s->rank; i++) {
		if (s->dim[i] < 0)
			return -1;
		if (s->dim[i] == 0) {
			zero = true;
			continue;
		}
		if (s->dim[i] > SHAPE_MAX_COUNT / n)
			return -1;
		n *= s->dim[i];
	}
	return zero ? 0 : n;
}

bool shape_equal(const struct shape *a, const struct shape *b)
{
	if (a->rank != b->rank)
		return false;
	for (int i = 0; i < a->rank; i++)
		if (a->dim[i] != b->dim[i])
			return false;
	return true;
}

struct graph *graph_new(void)
{
	return calloc(1, sizeof(struct graph));
}

static void free_node(struct node *n)
{
	free(n->name);
	free(n->in);
	free(n->out);
}

void graph_free(struct graph *g)
{
	if (!g)
		return;
	for (int i = 0; i < g->n_tensor; i++) {
		free(g->tensor[i].name);
		free(g->tensor[i].owned);
	}
	for (int i = 0; i < g->n_node; i++)
		free_node(&g->node[i]);
	free(g->tensor);
	free(g->node);
	free(g->in);
	free(g->out);
	free(g->name);
	if (g->backing_mapped)
		munmap(g->backing, g->backing_size);
	else
		free(g->backing);
	free(g);
}

/*
 * Room for one more element in an array that doubles whenever its count is a power of two.  An
 * array that has shrunk is still at least as large as the next power of two, so no capacity needs
 * to be stored.
 */
static void *grow(void *array, int count, size_t size)
{
	if (count & (count - 1))
		return array;
	if (count > INT32_MAX / 2)
		return NULL;
	return realloc(array, (count ? 2 * (size_t)count : 1) * size);
}

static int no_memory(const char *what)
{
	return error(-ENOMEM, "out of memory for a %s of the graph", what);
}

/*
 * A fresh tensor name.  It must differ from every name of the file without comparing with each:
 * names of this form that come from outside push the counter on.
 */
#define FRESH_PREFIX "tensor#"

static char *fresh_name(struct graph *g)
{
	char name[32];

	snprintf(name, sizeof(name), FRESH_PREFIX "%llu", (unsigned long long)g->fresh++);
	return strdup(name);
}

static void note_name(struct graph *g, const char *name)
{
	const char *digits = name + strlen(FRESH_PREFIX);
	unsigned long long n;

	if (strncmp(name, FRESH_PREFIX, strlen(FRESH_PREFIX)))
		return;
	/* Longer numbers cannot be reached by counting. */
	if (strlen(digits) > 18 || strspn(digits, "0123456789") != strlen(digits))
		return;
	n = strtoull(digits, NULL, 10);
	if (n >= g->fresh)
		g->fresh = n + 1;
}

int graph_add_tensor(struct graph *g, const char *name, enum dtype dtype, const struct shape *shape)
{
	/* It may be that of another tensor, which moves. */
	struct shape s = shape ? *shape : (struct shape){ .rank = -1 };
	struct tensor *array = grow(g->tensor, g->n_tensor, sizeof(*array));
	struct tensor *t;

	if (!array)
		return no_memory("tensor");
	g->tensor = array;
	t = &array[g->n_tensor];
	*t = (struct tensor){ .dtype = dtype, .shape_known = shape && shape_count(&s) >= 0, .shape = s };
	t->name = name ? strdup(name) : fresh_name(g);
	if (!t->name)
		return no_memory("tensor's name");
	if (name)
		note_name(g, name);
	return g->n_tensor++;
}

int graph_add_const(struct graph *g, const char *name, enum dtype dtype, const struct shape *shape,
		    const void *data_copied)
{
	int64_t count = shape_count(shape);
	size_t size;
	void *data;
	int t;

	if (count < 0 || !dtype_size(dtype))
		return error(-EINVAL, "the constant '%s' has no known size", name ? name : "");
	size = (size_t)count * dtype_size(dtype);
	data = malloc(size ? size : 1);
	if (!data)
		return no_memory("constant");
	if (size)
		memcpy(data, data_copied, size);
	t = graph_add_tensor(g, name, dtype, shape);
	if (t < 0) {
		free(data);
		return t;
	}
	g->tensor[t].data = data;
	g->tensor[t].owned = data;
	return t;
}

static int *copy_ints(int n, const int *from)
{
	int *to = calloc(n ? (size_t)n : 1, sizeof(*to));

	if (to && n)
		memcpy(to, from, (size_t)n * sizeof(*to));
	return to;
}

static char *node_name(enum op op, int index, const char *name)
{
	char fresh[64];

	if (name && *name)
		return strdup(name);
	snprintf(fresh, sizeof(fresh), "%s_%d", op_name(op), index);
	return strdup(fresh);
}

int graph_add_node(struct graph *g, enum op op, const char *name, int n_in, const int *in,
		   int n_out, const int *out)
{
	struct node *array = grow(g->node, g->n_node, sizeof(*array));
	struct node *n;

	if (!array)
		return no_memory("node");
	g->node = array;
	n = &array[g->n_node];
	*n = (struct node){ .op = op, .n_in = n_in, .n_out = n_out };
	n->name = node_name(op, g->n_node, name);
	n->in = copy_ints(n_in, in);
	n->out = copy_ints(n_out, out);
	if (!n->name || !n->in || !n->out) {
		free_node(n);
		return no_memory("node");
	}
	return g->n_node++;
}

static int add_index(int **array, int *count, int tensor)
{
	int *p = grow(*array, *count, sizeof(*p));

	if (!p)
		return no_memory("list of inputs or outputs");
	*array = p;
	p[*count] = tensor;
	return (*count)++;
}

int graph_add_input(struct graph *g, int tensor)
{
	return add_index(&g->in, &g->n_in, tensor);
}

int graph_add_output(struct graph *g, int tensor)
{
	return add_index(&g->out, &g->n_out, tensor);
}

int graph_find_tensor(const struct graph *g, const char *name)
{
	for (int i = 0; i < g->n_tensor; i++)
		if (!strcmp(g->tensor[i].name, name))
			return i;
	return error(-ENOENT, "the graph has no tensor '%s'", name);
}

int graph_producer(const struct graph *g, int tensor)
{
	for (int i = 0; i < g->n_node; i++)
		for (int k = 0; k < g->node[i].n_out; k++)
			if (g->node[i].out[k] == tensor)
				return i;
	return -1;
}

int graph_keep_nodes(struct graph *g, const int *order, int n)
{
	struct node *kept = calloc(g->n_node ? (size_t)g->n_node : 1, sizeof(*kept));
	bool *moved = calloc(g->n_node ? (size_t)g->n_node : 1, sizeof(*moved));

	if (!kept || !moved) {
		free(kept);
		free(moved);
		return no_memory("new order of the nodes");
	}
	for (int i = 0; i < n; i++) {
		kept[i] = g->node[order[i]];
		moved[order[i]] = true;
	}
	for (int i = 0; i < g->n_node; i++)
		if (!moved[i])
			free_node(&g->node[i]);
	/* The array keeps its size, which grow() relies on. */
	if (n)
		memcpy(g->node, kept, (size_t)n * sizeof(*kept));
	g->n_node = n;
	free(kept);
	free(moved);
	return 0;
}
