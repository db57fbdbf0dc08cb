/* SPDX-License-Identifier: MIT */
/* A whole graph, node by node.  A value is freed when the last node that reads it is done. */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "ref_priv.h"

struct run {
	const struct graph *g;
	struct value *value;		/* of each tensor; data NULL: not there */
	int *last;			/* the last node that reads a tensor; n_node: it is kept */
	const struct value **in;	/* of the node at hand */
	struct value *out;
	ref_observer *fn;
	void *ctx;
};

/* Values of nodes are the run's; inputs and constants are not. */
static bool is_owned(const struct run *r, int tensor)
{
	return r->last[tensor] >= 0;
}

static void release(struct run *r, int tensor)
{
	if (!is_owned(r, tensor))
		return;
	free(r->value[tensor].data);
	r->value[tensor].data = NULL;
}

static void run_free(struct run *r)
{
	for (int i = 0; r->value && r->last && i < r->g->n_tensor; i++)
		release(r, i);
	free(r->value);
	free(r->last);
	free(r->in);
	free(r->out);
}

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

static int run_alloc(struct run *r)
{
	const struct graph *g = r->g;
	int max_in = 1, max_out = 1;

	for (int i = 0; i < g->n_node; i++) {
		max_in = max_int(max_in, g->node[i].n_in);
		max_out = max_int(max_out, g->node[i].n_out);
	}
	r->value = calloc((size_t)g->n_tensor + 1, sizeof(*r->value));
	r->last = malloc(((size_t)g->n_tensor + 1) * sizeof(*r->last));
	r->in = calloc((size_t)max_in, sizeof(*r->in));
	r->out = calloc((size_t)max_out, sizeof(*r->out));
	if (r->value && r->last && r->in && r->out)
		return 0;
	return error(-ENOMEM, "out of memory for running a graph of %d nodes", g->n_node);
}

static void find_lifetimes(struct run *r)
{
	const struct graph *g = r->g;

	for (int i = 0; i < g->n_tensor; i++)
		r->last[i] = -1;
	for (int i = 0; i < g->n_node; i++) {
		const struct node *n = &g->node[i];

		for (int k = 0; k < n->n_out; k++)
			if (n->out[k] >= 0)
				r->last[n->out[k]] = i;
		for (int k = 0; k < n->n_in; k++)
			if (n->in[k] >= 0 && r->last[n->in[k]] >= 0)
				r->last[n->in[k]] = i;
	}
	for (int i = 0; i < g->n_out; i++)
		if (r->last[g->out[i]] >= 0)
			r->last[g->out[i]] = g->n_node;
}

static int observe(struct run *r, int tensor)
{
	return r->fn ? r->fn(r->ctx, tensor, &r->value[tensor]) : 0;
}

static int set_inputs(struct run *r, const struct value *in)
{
	const struct graph *g = r->g;
	int err = 0;

	for (int i = 0; i < g->n_tensor; i++) {
		const struct tensor *t = &g->tensor[i];

		r->value[i] = (struct value){ t->dtype, t->shape, (void *)t->data };
	}
	for (int i = 0; !err && i < g->n_in; i++) {
		const struct tensor *t = &g->tensor[g->in[i]];

		if (in[i].dtype != t->dtype || !shape_equal(&in[i].shape, &t->shape) ||
		    !in[i].data)
			return error(-EINVAL, "input '%s' is %s %s instead of %s %s", t->name,
				     dtype_name(in[i].dtype), SHAPE(&in[i].shape),
				     dtype_name(t->dtype), SHAPE(&t->shape));
		r->value[g->in[i]].data = in[i].data;
		err = observe(r, g->in[i]);
	}
	return err;
}

static int alloc_outputs(struct run *r, const struct node *n)
{
	for (int i = 0; i < n->n_out; i++) {
		struct value *v;

		r->out[i] = (struct value){ .shape = { .rank = -1 } };
		if (n->out[i] < 0)
			continue;
		v = &r->value[n->out[i]];
		if (shape_count(&v->shape) < 0 || !dtype_size(v->dtype))
			return ref_error(-EINVAL, n,
					 "the shape of '%s' is unknown; graph_infer() finds it",
					 r->g->tensor[n->out[i]].name);
		v->data = malloc(ref_size(v) + 1);
		if (!v->data)
			return ref_error(-ENOMEM, n, "out of memory for an output of %s %s",
					 dtype_name(v->dtype), SHAPE(&v->shape));
		r->out[i] = *v;
	}
	return 0;
}

static int run_node(struct run *r, int index)
{
	const struct node *n = &r->g->node[index];
	int err = alloc_outputs(r, n);

	for (int i = 0; i < n->n_in; i++)
		r->in[i] = n->in[i] < 0 ? NULL : &r->value[n->in[i]];
	if (!err)
		err = ref_eval(n, r->in, r->out);
	for (int i = 0; !err && i < n->n_out; i++)
		if (n->out[i] >= 0)
			err = observe(r, n->out[i]);
	for (int i = 0; i < n->n_in; i++)
		if (n->in[i] >= 0 && r->last[n->in[i]] == index)
			release(r, n->in[i]);
	for (int i = 0; i < n->n_out; i++)
		if (n->out[i] >= 0 && r->last[n->out[i]] == index)
			release(r, n->out[i]);
	return err;
}

/* Only when all is done, so that an error leaves the caller's memory as it was. */
static int copy_outputs(const struct run *r, struct value *out)
{
	const struct graph *g = r->g;

	for (int i = 0; i < g->n_out; i++) {
		const struct value *v = &r->value[g->out[i]];

		if (!v->data)
			return error(-EINVAL, "nothing produces the output '%s'",
				     g->tensor[g->out[i]].name);
		if (out[i].dtype != v->dtype || !shape_equal(&out[i].shape, &v->shape) ||
		    !out[i].data)
			return error(-EINVAL, "output '%s' is %s %s, but %s %s was expected",
				     g->tensor[g->out[i]].name, dtype_name(v->dtype),
				     SHAPE(&v->shape), dtype_name(out[i].dtype),
				     SHAPE(&out[i].shape));
	}
	for (int i = 0; i < g->n_out; i++)
		memcpy(out[i].data, r->value[g->out[i]].data, ref_size(&out[i]));
	return 0;
}

int ref_run_observed(const struct graph *g, const struct value *in, struct value *out,
		     ref_observer *fn, void *ctx)
{
	struct run r = { .g = g, .fn = fn, .ctx = ctx };
	int err = run_alloc(&r);

	if (!err) {
		find_lifetimes(&r);
		err = set_inputs(&r, in);
	}
	for (int i = 0; !err && i < g->n_node; i++)
		err = run_node(&r, i);
	if (!err)
		err = copy_outputs(&r, out);
	run_free(&r);
	return err;
}

int ref_run(const struct graph *g, const struct value *in, struct value *out)
{
	return ref_run_observed(g, in, out, NULL, NULL);
}
