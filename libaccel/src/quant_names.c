/* SPDX-License-Identifier: MIT */
/* New tensors with names that say where they come from, and that nobody else has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "quant_priv.h"

/* FNV-1a */
static size_t hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

/* Where the name is, or would be. */
static size_t find(const struct quant_names *n, const char *name)
{
	size_t i = hash(name) & (n->size - 1);

	while (n->slot[i] && strcmp(n->slot[i], name))
		i = (i + 1) & (n->size - 1);
	return i;
}

static int grow(struct quant_names *n)
{
	struct quant_names larger = { .size = n->size ? 2 * n->size : 64, .used = n->used };

	larger.slot = calloc(larger.size, sizeof(*larger.slot));
	if (!larger.slot)
		return error(-ENOMEM, "out of memory for %zu names", larger.size);
	for (size_t i = 0; i < n->size; i++)
		if (n->slot[i])
			larger.slot[find(&larger, n->slot[i])] = n->slot[i];
	free(n->slot);
	*n = larger;
	return 0;
}

static int insert(struct quant_names *n, const char *name)
{
	size_t i;
	int err = 2 * n->used >= n->size ? grow(n) : 0;

	if (err)
		return err;
	i = find(n, name);
	n->used += !n->slot[i];
	n->slot[i] = name;
	return 0;
}

int quant_names_init(struct quant_names *names, const struct graph *g)
{
	int err = grow(names);

	for (int i = 0; !err && i < g->n_tensor; i++)
		err = insert(names, g->tensor[i].name);
	return err;
}

void quant_names_free(struct quant_names *names)
{
	free(names->slot);
}

/* *name is to be freed; NULL when it is taken. */
static int compose(const struct quant *q, const char *base, const char *suffix, char **name)
{
	size_t size = strlen(base) + strlen(suffix) + 2;

	*name = malloc(size);
	if (!*name)
		return error(-ENOMEM, "out of memory for a name");
	snprintf(*name, size, "%s_%s", base, suffix);
	if (q->names.slot[find(&q->names, *name)]) {
		free(*name);
		*name = NULL;
	}
	return 0;
}

static int note(struct quant *q, char *name, int tensor)
{
	int err = tensor < 0 ? tensor : insert(&q->names, q->g->tensor[tensor].name);

	free(name);
	return err ? err : tensor;
}

int quant_add_tensor(struct quant *q, const char *base, const char *suffix, enum dtype dtype,
		     const struct shape *shape)
{
	char *name;
	int err = compose(q, base, suffix, &name);

	return err ? err : note(q, name, graph_add_tensor(q->g, name, dtype, shape));
}

int quant_add_const(struct quant *q, const char *base, const char *suffix, enum dtype dtype,
		    const struct shape *shape, const void *data)
{
	char *name;
	int err = compose(q, base, suffix, &name);

	return err ? err : note(q, name, graph_add_const(q->g, name, dtype, shape, data));
}
