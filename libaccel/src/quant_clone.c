/* SPDX-License-Identifier: MIT */
/* A copy of a graph with the same numbers for tensors and nodes. */
#define _POSIX_C_SOURCE 200809L	/* strdup() */

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "quant_priv.h"

static int clone_tensor(const struct tensor *t, bool share, struct graph *to)
{
	int n;

	if (t->data && !share) {
		n = graph_add_const(to, t->name, t->dtype, &t->shape, t->data);
		return n < 0 ? n : 0;
	}
	n = graph_add_tensor(to, t->name, t->dtype, &t->shape);
	if (n < 0)
		return n;
	to->tensor[n].data = t->data;
	return 0;
}

static int clone_node(const struct node *n, struct graph *to)
{
	int k = graph_add_node(to, n->op, n->name, n->n_in, n->in, n->n_out, n->out);

	if (k < 0)
		return k;
	to->node[k].attr = n->attr;
	return 0;
}

static int clone_all(const struct graph *from, bool share, struct graph *to)
{
	int err = 0;

	for (int i = 0; !err && i < from->n_tensor; i++)
		err = clone_tensor(&from->tensor[i], share, to);
	for (int i = 0; !err && i < from->n_node; i++)
		err = clone_node(&from->node[i], to);
	for (int i = 0; err >= 0 && i < from->n_in; i++)
		err = graph_add_input(to, from->in[i]);
	for (int i = 0; err >= 0 && i < from->n_out; i++)
		err = graph_add_output(to, from->out[i]);
	return err < 0 ? err : 0;
}

int quant_clone(const struct graph *from, bool share, struct graph **out)
{
	struct graph *g = graph_new();
	int err = 0;

	*out = NULL;
	if (!g)
		return error(-ENOMEM, "out of memory for a copy of the graph");
	if (from->name) {
		g->name = strdup(from->name);
		err = g->name ? 0 : error(-ENOMEM, "out of memory for the graph's name");
	}
	if (!err)
		err = clone_all(from, share, g);
	if (err) {
		graph_free(g);
		return err;
	}
	g->opset = from->opset;
	*out = g;
	return 0;
}
