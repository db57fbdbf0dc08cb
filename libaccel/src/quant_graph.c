/* SPDX-License-Identifier: MIT */
/* Small steps on the graph that is being quantised. */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "quant_priv.h"

static void index_node(struct quant *q, int index)
{
	const struct node *n = &q->g->node[index];

	for (int k = 0; k < n->n_out; k++)
		if (n->out[k] >= 0 && n->out[k] < q->n_tensor)
			q->t[n->out[k]].producer = index;
	for (int k = 0; k < n->n_in; k++) {
		if (n->in[k] < 0 || n->in[k] >= q->n_tensor)
			continue;
		q->t[n->in[k]].readers++;
		q->t[n->in[k]].reader = index;
	}
}

void quant_index(struct quant *q)
{
	for (int i = 0; i < q->n_tensor; i++) {
		q->t[i].producer = -1;
		q->t[i].readers = 0;
		q->t[i].is_output = false;
	}
	for (int i = 0; i < q->g->n_node; i++)
		index_node(q, i);
	for (int i = 0; i < q->g->n_out; i++)
		q->t[q->g->out[i]].is_output = true;
}

bool quant_is_activation(const struct quant *q, int tensor)
{
	return tensor >= 0 && tensor < q->n_tensor && !q->g->tensor[tensor].data &&
	       q->t[tensor].dtype == DTYPE_F32;
}

const struct tensor *quant_const(const struct quant *q, const struct node *n, int i)
{
	if (i >= n->n_in || n->in[i] < 0 || !q->g->tensor[n->in[i]].data)
		return NULL;
	return &q->g->tensor[n->in[i]];
}

bool quant_is_scalar(const struct tensor *t)
{
	return t && t->dtype == DTYPE_F32 && shape_count(&t->shape) == 1;
}

struct node *quant_only_reader(const struct quant *q, const struct node *n)
{
	int t = n->out[0];

	if (n->n_out != 1 || t < 0 || t >= q->n_tensor || q->t[t].readers != 1 ||
	    q->t[t].is_output)
		return NULL;
	return &q->g->node[q->t[t].reader];
}

/* A node without outputs is dropped by graph_sort(). */
void quant_take_output(struct node *n, struct node *by)
{
	n->out[0] = by->out[0];
	by->out[0] = -1;
}

int quant_set_inputs(struct node *n, int n_in, const int *in)
{
	int *copy = malloc((size_t)n_in * sizeof(*copy));

	if (!copy)
		return error(-ENOMEM, "out of memory for the inputs of '%s'", n->name);
	memcpy(copy, in, (size_t)n_in * sizeof(*copy));
	free(n->in);
	n->in = copy;
	n->n_in = n_in;
	return 0;
}
