/* SPDX-License-Identifier: MIT */
/* Which nodes are needed, and in which order. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "graph_priv.h"
#include "text.h"

enum colour { WHITE, NEEDED, ON_PATH, DONE };

struct sort {
	const struct graph *g;
	int *producer;		/* of each tensor; -1: none */
	bool *given;		/* of each tensor: input or constant */
	unsigned char *colour;	/* of each node */
	int *stack, *next;	/* nodes on the path and the input of each that is looked at next */
	int *order, n_order;
};

static void sort_free(struct sort *s)
{
	free(s->producer);
	free(s->given);
	free(s->colour);
	free(s->stack);
	free(s->next);
	free(s->order);
}

static int sort_alloc(struct sort *s, const struct graph *g)
{
	size_t tensors = (size_t)g->n_tensor + 1, nodes = (size_t)g->n_node + 1;

	*s = (struct sort){
		.g = g,
		.producer = malloc(tensors * sizeof(int)),
		.given = calloc(tensors, sizeof(bool)),
		.colour = calloc(nodes, 1),
		.stack = malloc(nodes * sizeof(int)),
		.next = malloc(nodes * sizeof(int)),
		.order = malloc(nodes * sizeof(int)),
	};
	if (s->producer && s->given && s->colour && s->stack && s->next && s->order)
		return 0;
	sort_free(s);
	return error(-ENOMEM, "out of memory for sorting a graph of %d nodes", g->n_node);
}

static int note_output(struct sort *s, int node, int tensor)
{
	const struct node *n = &s->g->node[node];
	int other;

	assert(tensor < s->g->n_tensor);
	other = s->producer[tensor];
	if (other >= 0)
		return error(-EINVAL, "tensor '%s' is written by '%s' (%s) and by '%s' (%s)",
			     s->g->tensor[tensor].name, s->g->node[other].name,
			     op_name(s->g->node[other].op), n->name, op_name(n->op));
	if (s->given[tensor])
		return error(-EINVAL,
			     "'%s' (%s) writes tensor '%s', which is an input or a constant",
			     n->name, op_name(n->op), s->g->tensor[tensor].name);
	s->producer[tensor] = node;
	return 0;
}

static int find_producers(struct sort *s)
{
	const struct graph *g = s->g;
	int err;

	for (int i = 0; i < g->n_tensor; i++) {
		s->producer[i] = -1;
		s->given[i] = g->tensor[i].data;
	}
	for (int i = 0; i < g->n_in; i++)
		s->given[g->in[i]] = true;
	for (int i = 0; i < g->n_node; i++) {
		for (int k = 0; k < g->node[i].n_out; k++) {
			if (g->node[i].out[k] < 0)
				continue;
			err = note_output(s, i, g->node[i].out[k]);
			if (err)
				return err;
		}
	}
	return 0;
}

/*
 * Marks the producer of a tensor as needed, and leaves it on the stack to have its inputs looked
 * at.
 */
static int need(struct sort *s, int tensor, const char *reader, const char *op, int *n_stack)
{
	int p;

	if (tensor < 0 || s->given[tensor])
		return 0;
	p = s->producer[tensor];
	if (p < 0)
		return error(-EINVAL, "nothing produces tensor '%s', which %s (%s) needs",
			     s->g->tensor[tensor].name, reader, op);
	if (s->colour[p] == WHITE) {
		s->colour[p] = NEEDED;
		s->stack[(*n_stack)++] = p;
	}
	return 0;
}

static int find_needed(struct sort *s)
{
	const struct graph *g = s->g;
	int n_stack = 0, err = 0;

	for (int i = 0; !err && i < g->n_out; i++)
		err = need(s, g->out[i], "the graph", "output", &n_stack);
	while (!err && n_stack) {
		const struct node *n = &g->node[s->stack[--n_stack]];

		for (int k = 0; !err && k < n->n_in; k++)
			err = need(s, n->in[k], n->name, op_name(n->op), &n_stack);
	}
	return err;
}

/* The cycle is the part of the path from node on. */
static int cycle_error(const struct sort *s, int depth, int node)
{
	struct text t = TEXT_INIT;
	int first = depth - 1;

	while (s->stack[first] != node)
		first--;
	/* The path goes from readers to producers; people follow the data. */
	for (int i = depth - 1; i >= first; i--) {
		const struct node *n = &s->g->node[s->stack[i]];

		text_printf(&t, "'%s' (%s) -> ", n->name, op_name(n->op));
	}
	text_printf(&t, "'%s'", s->g->node[s->stack[depth - 1]].name);
	error(-ELOOP, "the graph has a cycle of %d nodes: %s", depth - first, text_data(&t));
	text_free(&t);
	return -ELOOP;
}

/* The next producer among a node's inputs that has no place yet; -1: none is left. */
static int next_producer(struct sort *s, int depth)
{
	const struct node *n = &s->g->node[s->stack[depth - 1]];

	while (s->next[depth - 1] < n->n_in) {
		int tensor = n->in[s->next[depth - 1]++];
		int p = tensor < 0 ? -1 : s->producer[tensor];

		if (p >= 0 && s->colour[p] != DONE)
			return p;
	}
	return -1;
}

/* Depth first, without recursion: a file may have a path of any length. */
static int place(struct sort *s, int node)
{
	int depth = 0, p = node;

	for (;;) {
		if (p >= 0) {
			if (s->colour[p] == ON_PATH)
				return cycle_error(s, depth, p);
			s->colour[p] = ON_PATH;
			s->stack[depth] = p;
			s->next[depth++] = 0;
		} else {
			int done = s->stack[--depth];

			s->colour[done] = DONE;
			s->order[s->n_order++] = done;
			if (!depth)
				return 0;
		}
		p = next_producer(s, depth);
	}
}

int graph_sort(struct graph *g)
{
	struct sort s;
	int err = sort_alloc(&s, g);

	if (err)
		return err;
	err = find_producers(&s);
	if (!err)
		err = find_needed(&s);
	/* Starting in the order that the nodes have keeps it where it is topological. */
	for (int i = 0; !err && i < g->n_node; i++)
		if (s.colour[i] == NEEDED)
			err = place(&s, i);
	if (!err)
		err = graph_keep_nodes(g, s.order, s.n_order);
	sort_free(&s);
	return err;
}
