/* SPDX-License-Identifier: MIT */
/*
 * The order of execution: as many layers as can run, then as many nodes of the host, and so on.
 * What passes between them becomes ports.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "partition.h"

struct order {
	struct partition *p;
	struct plan *plan;
	bool *host; /* tensor: the host has it */
	bool *core; /* act: the core has it */
	bool *layer_done, *node_done;
	int *made_in; /* act: segment that makes it, or -1 */
};

static void *grow(void *array, int n, size_t size)
{
	void *p = realloc(array, (size_t)(n + 1) * size);

	if (!p)
		error(-ENOMEM, "out of memory for the segments of a plan");
	return p;
}

static struct plan_segment *add_segment(struct plan *plan, bool on_core)
{
	void *p = grow(plan->segment, plan->n_segment, sizeof(*plan->segment));

	if (!p)
		return NULL;
	plan->segment = p;
	plan->segment[plan->n_segment] = (struct plan_segment){ .on_core = on_core,
								.first_layer = plan->n_layer };
	return &plan->segment[plan->n_segment++];
}

static int add_node(struct plan_segment *s, int node)
{
	void *p = grow(s->node, s->n_node, sizeof(*s->node));

	if (!p)
		return -ENOMEM;
	s->node = p;
	s->node[s->n_node++] = node;
	return 0;
}

static int add_port(struct plan_port **ports, int *n, struct plan_port port)
{
	void *p = grow(*ports, *n, sizeof(**ports));

	if (!p)
		return -ENOMEM;
	*ports = p;
	(*ports)[(*n)++] = port;
	return 0;
}

/* An act that all of its parts make, or that is there itself. */
static bool act_ready(const struct order *o, int act)
{
	const struct net *net = o->p->net;
	bool parts = false;

	if (o->core[act])
		return true;
	for (int i = 0; i < net->n_act; i++)
		if (net->act[i].parent == act) {
			parts = true;
			if (!act_ready(o, i))
				return false;
		}
	return parts;
}

/* The host's tensor for an act that it has: the act's own, or the float one in front of it. */
static int host_side(const struct order *o, int act)
{
	const struct graph *g = o->p->g;
	int tensor = o->p->net->act[act].tensor, node;

	if (tensor < 0 || o->p->on_core[act])
		return -1;
	if (o->host[tensor])
		return tensor;
	node = o->p->producer[tensor];
	if (node >= 0 && g->node[node].op == OP_QUANTIZE_LINEAR &&
	    partition_float_side(g, &g->node[node]) && o->host[g->node[node].in[0]])
		return g->node[node].in[0];
	return -1;
}

static bool can_run(const struct order *o, const struct layer *l)
{
	return (act_ready(o, l->in) || host_side(o, l->in) >= 0) &&
	       (l->res < 0 || act_ready(o, l->res) || host_side(o, l->res) >= 0);
}

static int zero_of(const struct graph *g, const struct node *n, bool u8)
{
	const struct tensor *zero = n->n_in > 2 && n->in[2] >= 0 ? &g->tensor[n->in[2]] : NULL;

	if (!zero)
		return u8 ? -128 : 0;
	return u8 ? *(const uint8_t *)zero->data - 128 : *(const int8_t *)zero->data;
}

/* A port of an act with a tensor of the host; quantised by a node, or (NULL) copied. */
static struct plan_port make_port(const struct order *o, int act, int tensor, const struct node *n)
{
	const struct graph *g = o->p->g;
	struct plan_port port = { .tensor = tensor, .dtype = g->tensor[tensor].dtype };

	port.place.scale = 1;
	port.place.offset = (uint32_t)act; /* until memory is allocated */
	if (n) {
		port.place.scale = *(const float *)g->tensor[n->in[1]].data;
		port.place.zero_point = zero_of(g, n, o->p->net->act[act].is_u8);
	}
	return port;
}

static int take_in(struct order *o, struct plan_segment *s, int act)
{
	const struct graph *g = o->p->g;
	int tensor, node;

	if (act < 0 || act_ready(o, act))
		return 0;
	tensor = host_side(o, act);
	node = o->p->producer[o->p->net->act[act].tensor];
	o->core[act] = true;
	return add_port(&s->in, &s->n_in,
			make_port(o, act, tensor,
				  tensor == o->p->net->act[act].tensor ? NULL : &g->node[node]));
}

static int run_layer(struct order *o, struct plan_segment *s, int i)
{
	struct net *net = o->p->net;
	const struct layer *l = &net->layer[i];
	void *p = grow(o->plan->layer_order, o->plan->n_layer, sizeof(int));
	int err;

	if (!p)
		return -ENOMEM;
	o->plan->layer_order = p;
	o->plan->layer_order[o->plan->n_layer++] = i;
	s->n_layer++;
	o->layer_done[i] = true;
	err = take_in(o, s, l->in);
	if (!err && l->res >= 0)
		err = take_in(o, s, l->res);
	for (int k = 0; !err && k < l->n_node; k++)
		err = add_node(s, l->node[k]);
	o->core[l->out] = true;
	return err;
}

/* Tensors that the host wants and that this segment has completed. */
static int give_out(struct order *o, struct plan_segment *s)
{
	const struct graph *g = o->p->g;
	const struct net *net = o->p->net;
	int err = 0;

	for (int a = 0; !err && a < net->n_act; a++) {
		int t = net->act[a].tensor;

		if (t < 0 || !o->p->on_core[a] || o->made_in[a] >= 0 || !act_ready(o, a))
			continue;
		o->made_in[a] = o->plan->n_segment - 1;
		if (o->p->tensor_wanted[t] && !o->host[t]) {
			o->host[t] = true;
			err = add_port(&s->out, &s->n_out, make_port(o, a, t, NULL));
		}
		for (int i = 0; !err && i < g->n_node; i++) {
			const struct node *n = &g->node[i];

			if (n->op != OP_DEQUANTIZE_LINEAR || n->in[0] != t ||
			    !o->p->tensor_wanted[n->out[0]] || o->host[n->out[0]] ||
			    !partition_float_side(g, n))
				continue;
			o->host[n->out[0]] = true;
			err = add_port(&s->out, &s->n_out, make_port(o, a, n->out[0], n));
		}
	}
	return err;
}

/* Runs what can run on the core; *any: something did. */
static int core_phase(struct order *o, const struct plan_options *options, bool *any)
{
	struct plan_segment *s = NULL;
	int err = 0;

	for (int i = 0; !err && i < o->p->net->n_layer; i++) {
		if (!o->p->layer_used[i] || o->layer_done[i] || !can_run(o, &o->p->net->layer[i]))
			continue;
		if (!s || (options && options->layer_jobs)) {
			err = s ? give_out(o, s) : 0;
			s = err ? NULL : add_segment(o->plan, true);
			if (!s)
				return -ENOMEM;
		}
		err = run_layer(o, s, i);
		*any = true;
	}
	return !err && s ? give_out(o, s) : err;
}

static bool node_ready(const struct order *o, const struct node *n)
{
	for (int i = 0; i < n->n_in; i++)
		if (n->in[i] >= 0 && !o->host[n->in[i]])
			return false;
	return true;
}

static int host_phase(struct order *o, bool *any)
{
	const struct graph *g = o->p->g;
	struct plan_segment *s = NULL;
	int err = 0;

	for (int i = 0; !err && i < g->n_node; i++) {
		const struct node *n = &g->node[i];

		if (!o->p->host_used[i] || o->node_done[i] || !node_ready(o, n))
			continue;
		if (!s)
			s = add_segment(o->plan, false);
		if (!s)
			return -ENOMEM;
		err = add_node(s, i);
		o->node_done[i] = true;
		*any = true;
		for (int k = 0; k < n->n_out; k++)
			if (n->out[k] >= 0)
				o->host[n->out[k]] = true;
	}
	return err;
}

/* All layers and nodes that are needed have run. */
static int check_complete(const struct order *o)
{
	const struct graph *g = o->p->g;

	for (int i = 0; i < g->n_out; i++)
		if (!o->host[g->out[i]])
			return error(-EINVAL, "nothing makes the output '%s'",
				     g->tensor[g->out[i]].name);
	return 0;
}

static void start(struct order *o)
{
	const struct graph *g = o->p->g;

	for (int t = 0; t < g->n_tensor; t++)
		o->host[t] = g->tensor[t].data || shape_count(&g->tensor[t].shape) == 0;
	for (int i = 0; i < g->n_in; i++)
		o->host[g->in[i]] = true;
}

int partition_segments(struct partition *p, const struct plan_options *options, struct plan *plan)
{
	const struct graph *g = p->g;
	struct order o = {
		.p = p,
		.plan = plan,
		.host = calloc((size_t)g->n_tensor + 1, sizeof(bool)),
		.core = calloc((size_t)p->net->n_act + 1, sizeof(bool)),
		.layer_done = calloc((size_t)p->net->n_layer + 1, sizeof(bool)),
		.node_done = calloc((size_t)g->n_node + 1, sizeof(bool)),
		.made_in = malloc(((size_t)p->net->n_act + 1) * sizeof(int)),
	};
	bool any = true;
	int err = 0;

	if (o.host && o.core && o.layer_done && o.node_done && o.made_in) {
		memset(o.made_in, 0xff, ((size_t)p->net->n_act + 1) * sizeof(int));
		start(&o);
		while (!err && any) {
			any = false;
			err = core_phase(&o, options, &any);
			if (!err)
				err = host_phase(&o, &any);
		}
		if (!err)
			err = check_complete(&o);
	} else {
		err = error(-ENOMEM, "out of memory for an order of %d nodes", g->n_node);
	}
	free(o.host);
	free(o.core);
	free(o.layer_done);
	free(o.node_done);
	free(o.made_in);
	return err;
}
