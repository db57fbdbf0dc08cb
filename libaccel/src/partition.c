/* SPDX-License-Identifier: MIT */
#include "partition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

/* So many commands of one layer are more than a stream should hold. */
enum { PARTITION_COMMANDS = 1 << 18 };

static bool small_enough(const struct axis *a)
{
	return a->in <= 1 << 16 && a->out <= 1 << 16;
}

int partition_layer(const struct core_config *config, const struct net *net, const struct layer *l,
		    struct choice *t)
{
	const struct act *in = &net->act[l->in], *out = &net->act[l->out];
	int err;

	memset(t, 0, sizeof(*t));
	if (in->n > 4096)
		return error(-ENOTSUP, "a batch of %d is more than 4096", in->n);
	if (!small_enough(&l->y) || !small_enough(&l->x))
		return error(-ENOTSUP,
			     "%dx%d to %dx%d pixels are more than 65536 in a row or column",
			     l->y.in, l->x.in, l->y.out, l->x.out);
	if (l->kind == LAYER_COPY) {
		uint64_t bytes = (uint64_t)out->n * (uint64_t)out->h * (uint64_t)out->w *
				 (uint64_t)l->n_ch;

		return bytes / (config->ofm_bytes / 8) < PARTITION_COMMANDS
			       ? 0
			       : error(-ENOTSUP, "copying %llu bytes takes too many commands",
				       (unsigned long long)bytes);
	}
	if (l->in_ch > 1 << 16 || l->out_ch > 1 << 16)
		return error(-ENOTSUP, "%d to %d channels are more than 65536", l->in_ch,
			     l->out_ch);
	err = tile_choose(config, l, t);
	if (!err && t->commands * (uint64_t)in->n > PARTITION_COMMANDS)
		return error(-ENOTSUP, "it would take %llu commands, more than %d",
			     (unsigned long long)t->commands * (unsigned long long)in->n,
			     PARTITION_COMMANDS);
	return err;
}

bool partition_float_side(const struct graph *g, const struct node *n)
{
	const struct tensor *scale = &g->tensor[n->in[1]];
	const struct tensor *zero = n->n_in > 2 && n->in[2] >= 0 ? &g->tensor[n->in[2]] : NULL;

	return scale->data && scale->dtype == DTYPE_F32 && shape_count(&scale->shape) == 1 &&
	       *(const float *)scale->data > 0 &&
	       (!zero || (zero->data && shape_count(&zero->shape) == 1)) &&
	       g->tensor[n->op == OP_QUANTIZE_LINEAR ? n->in[0] : n->out[0]].dtype == DTYPE_F32;
}

/* ---- which acts are made on the core ---- */

static bool has_children(const struct partition *p, int act)
{
	for (int i = 0; i < p->net->n_act; i++)
		if (p->net->act[i].parent == act)
			return true;
	return false;
}

static bool made(const struct partition *p, int act)
{
	for (int i = 0; i < p->net->n_layer; i++)
		if (p->net->layer[i].out == act)
			return p->layer_ok[i];
	return false;
}

/* Parents are made of all of their children.  Children come before their parents but for parts. */
static void find_made(struct partition *p)
{
	bool changed = true;

	for (int i = 0; i < p->net->n_act; i++)
		p->on_core[i] = has_children(p, i) || made(p, i);
	while (changed) {
		changed = false;
		for (int i = 0; i < p->net->n_act; i++) {
			int parent = p->net->act[i].parent;

			if (parent < 0 || p->on_core[i] || !p->on_core[parent])
				continue;
			p->on_core[parent] = false;
			changed = true;
		}
	}
	/* A concatenation for the host: its operands are tensors of their own, its copies are not
	 * needed. */
	for (int i = 0; i < p->net->n_act; i++) {
		struct act *a = &p->net->act[i];

		if (a->parent >= 0 && !p->on_core[a->parent]) {
			if (a->tensor < 0)
				p->on_core[i] = false;
			else
				a->parent = -1;
		}
	}
}

/* ---- what is needed ---- */

struct stack {
	int *tensor, n;
	bool *seen;
};

static void push(struct stack *s, int tensor)
{
	if (tensor < 0 || s->seen[tensor])
		return;
	s->seen[tensor] = true;
	s->tensor[s->n++] = tensor;
}

/* The layers that make an act, and what they read. */
static void need_act(struct partition *p, struct stack *s, int act)
{
	const struct net *net = p->net;

	for (int i = 0; i < net->n_layer; i++) {
		const struct layer *l = &net->layer[i];

		if (l->out != act || p->layer_used[i])
			continue;
		p->layer_used[i] = true;
		push(s, net->act[l->in].tensor);
		if (l->res >= 0)
			push(s, net->act[l->res].tensor);
	}
	for (int i = 0; i < net->n_act; i++)
		if (net->act[i].parent == act) {
			if (net->act[i].tensor >= 0)
				push(s, net->act[i].tensor);
			need_act(p, s, i);
		}
}

static bool is_core_tensor(const struct partition *p, int tensor)
{
	return tensor >= 0 && p->act_of[tensor] >= 0 && p->on_core[p->act_of[tensor]];
}

/* A node's inputs, on the host; one that only quantises for the core, or for the host, is not run.
 */
static void need_node(struct partition *p, struct stack *s, int node)
{
	const struct node *n = &p->g->node[node];

	p->host_used[node] = true;
	for (int i = 0; i < n->n_in; i++)
		if (n->in[i] >= 0) {
			p->tensor_wanted[n->in[i]] = true;
			push(s, n->in[i]);
		}
}

/*
 * A tensor that is needed.  Those that the host has to make may have been asked for by a layer
 * alone: then a QuantizeLinear is left to the copy into the core's memory.
 */
static void need_tensor(struct partition *p, struct stack *s, int tensor)
{
	int node = p->producer[tensor];
	const struct node *n = node >= 0 ? &p->g->node[node] : NULL;

	if (is_core_tensor(p, tensor)) {
		need_act(p, s, p->act_of[tensor]);
		return;
	}
	if (!n)
		return; /* constant or input */
	if (n->op == OP_DEQUANTIZE_LINEAR && is_core_tensor(p, n->in[0]) &&
	    partition_float_side(p->g, n)) {
		push(s, n->in[0]);
		return;
	}
	if (n->op == OP_QUANTIZE_LINEAR && p->act_of[tensor] >= 0 && !p->tensor_wanted[tensor] &&
	    partition_float_side(p->g, n)) {
		p->tensor_wanted[n->in[0]] = true;
		push(s, n->in[0]);
		return;
	}
	need_node(p, s, node);
}

static int find_needed(struct partition *p)
{
	size_t n = (size_t)p->g->n_tensor + 1;
	struct stack s = { malloc(n * sizeof(int)), 0, calloc(n, sizeof(bool)) };
	bool changed = true;

	/* What the host wants may come to light after a layer has asked for the same tensor: again
	 * then. */
	for (int pass = 0; s.tensor && s.seen && changed && pass < 64; pass++) {
		int before = 0, after = 0;

		for (int i = 0; i < p->g->n_tensor; i++)
			before += p->tensor_wanted[i];
		memset(s.seen, 0, n * sizeof(bool));
		memset(p->layer_used, 0, (size_t)p->net->n_layer * sizeof(bool));
		memset(p->host_used, 0, (size_t)p->g->n_node * sizeof(bool));
		for (int i = 0; i < p->g->n_out; i++) {
			p->tensor_wanted[p->g->out[i]] = true;
			push(&s, p->g->out[i]);
		}
		while (s.n)
			need_tensor(p, &s, s.tensor[--s.n]);
		for (int i = 0; i < p->g->n_tensor; i++)
			after += p->tensor_wanted[i];
		changed = after != before;
	}
	free(s.tensor);
	free(s.seen);
	return s.tensor && s.seen ? 0
				  : error(-ENOMEM, "out of memory for the partition of the graph");
}

/* ---- all of it ---- */

static int add_reason(struct plan *plan, int node, const char *text)
{
	struct reason *r;
	char *copy;

	for (int i = 0; i < plan->n_reason; i++)
		if (plan->reason[i].node == node)
			return 0;
	r = realloc(plan->reason, (size_t)(plan->n_reason + 1) * sizeof(*r));
	copy = malloc(strlen(text) + 1);
	if (r)
		plan->reason = r;
	if (!r || !copy) {
		free(copy);
		return error(-ENOMEM, "out of memory for a message");
	}
	strcpy(copy, text);
	plan->reason[plan->n_reason++] = (struct reason){ node, copy };
	return 0;
}

/* The node that a layer is named after: one of its own. */
static int main_node(const struct graph *g, const struct layer *l)
{
	int i = 0;

	while (i < l->n_node - 1 && g->node[l->node[i]].name != l->name)
		i++;
	return l->node[i];
}

static int check_layers(struct partition *p, const struct core_config *config, struct plan *plan)
{
	for (int i = 0; i < p->net->n_layer; i++) {
		const struct layer *l = &p->net->layer[i];
		int err = config ? partition_layer(config, p->net, l, &p->choice[i]) : -ENOTSUP;

		if (err && err != -ENOTSUP && err != -E2BIG && err != -EINVAL)
			return err;
		p->layer_ok[i] = !err;
		if (err && config && add_reason(plan, main_node(p->g, l), error_message()))
			return -ENOMEM;
	}
	return 0;
}

/* Why the nodes that the host runs are not on the core. */
static int copy_reasons(const struct partition *p, struct plan *plan)
{
	for (int i = 0; i < p->net->n_reason; i++)
		if (p->host_used[p->net->reason[i].node] &&
		    add_reason(plan, p->net->reason[i].node, p->net->reason[i].text))
			return -ENOMEM;
	return 0;
}

int partition_init(struct partition *p, const struct graph *g, struct net *net,
		   const struct core_config *config, struct plan *plan)
{
	size_t nt = (size_t)g->n_tensor + 1, nn = (size_t)g->n_node + 1,
	       na = (size_t)net->n_act + 1;
	size_t nl = (size_t)net->n_layer + 1;
	int err;

	*p = (struct partition){ .g = g, .net = net };
	p->producer = malloc(nt * sizeof(int));
	p->act_of = malloc(nt * sizeof(int));
	p->on_core = calloc(na, sizeof(bool));
	p->layer_ok = calloc(nl, sizeof(bool));
	p->layer_used = calloc(nl, sizeof(bool));
	p->host_used = calloc(nn, sizeof(bool));
	p->tensor_wanted = calloc(nt, sizeof(bool));
	p->choice = calloc(nl, sizeof(*p->choice));
	if (!p->producer || !p->act_of || !p->on_core || !p->layer_ok || !p->layer_used ||
	    !p->host_used || !p->tensor_wanted || !p->choice) {
		partition_free(p);
		return error(-ENOMEM, "out of memory for the partition of the graph");
	}
	memset(p->producer, 0xff, nt * sizeof(int));
	memset(p->act_of, 0xff, nt * sizeof(int));
	for (int i = 0; i < g->n_node; i++)
		for (int k = 0; k < g->node[i].n_out; k++)
			if (g->node[i].out[k] >= 0)
				p->producer[g->node[i].out[k]] = i;
	for (int i = 0; i < net->n_act; i++)
		if (net->act[i].tensor >= 0)
			p->act_of[net->act[i].tensor] = i;
	err = check_layers(p, config, plan);
	if (!err) {
		find_made(p);
		err = find_needed(p);
	}
	if (!err)
		err = copy_reasons(p, plan);
	if (err)
		partition_free(p);
	return err;
}

void partition_free(struct partition *p)
{
	free(p->producer);
	free(p->act_of);
	free(p->on_core);
	free(p->layer_ok);
	free(p->layer_used);
	free(p->host_used);
	free(p->tensor_wanted);
	free(p->choice);
	memset(p, 0, sizeof(*p));
}
