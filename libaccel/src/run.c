/* SPDX-License-Identifier: MIT */
/* One inference: the steps of a program, one after the other. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "runtime.h"

static int init(struct run *r, const struct value *in, const struct value *out)
{
	const struct graph *g = r->p->g;
	size_t n = (size_t)g->n_tensor + 1;

	r->value = calloc(n, sizeof(*r->value));
	r->owned = calloc(n, sizeof(*r->owned));
	r->wanted = calloc(n, sizeof(*r->wanted));
	if (!r->value || !r->owned || !r->wanted)
		return error(-ENOMEM, "out of memory for running a model of %d tensors",
			     g->n_tensor);
	for (int i = 0; i < g->n_tensor; i++) {
		const struct tensor *t = &g->tensor[i];

		r->value[i] = (struct value){ t->dtype, t->shape, (void *)t->data };
	}
	for (int i = 0; i < g->n_in; i++)
		r->value[g->in[i]].data = in[i].data;
	for (int i = 0; i < g->n_out; i++)
		if (out[i].data)
			r->wanted[g->out[i]] = true;
	r->start_ns = now_ns();
	return 0;
}

static void release(struct run *r, int tensor)
{
	if (!r->owned[tensor])
		return;
	free(r->value[tensor].data);
	r->value[tensor].data = NULL;
	r->owned[tensor] = false;
}

static void finish(struct run *r)
{
	for (int i = 0; r->value && r->owned && i < r->p->g->n_tensor; i++)
		release(r, i);
	free(r->value);
	free(r->owned);
	free(r->wanted);
}

int run_alloc(struct run *r, int tensor)
{
	struct value *v = &r->value[tensor];

	if (r->owned[tensor])
		return 0;
	v->data = malloc(value_size(v->dtype, &v->shape) + 1);
	if (!v->data)
		return error(-ENOMEM, "out of memory for '%s', %zu bytes",
			     r->p->g->tensor[tensor].name, value_size(v->dtype, &v->shape));
	r->owned[tensor] = true;
	return 0;
}

static int eval(struct run *r, const struct node *n, const struct value **in, struct value *out)
{
	int err = 0;

	for (int i = 0; i < n->n_in; i++)
		in[i] = n->in[i] < 0 ? NULL : &r->value[n->in[i]];
	for (int i = 0; !err && i < n->n_out; i++) {
		if (n->out[i] < 0)
			continue;
		err = run_alloc(r, n->out[i]);
		out[i] = r->value[n->out[i]];
	}
	return err ? err : ref_eval(n, in, out);
}

static int run_host(struct run *r, const struct step *step)
{
	const struct node *n = &r->p->g->node[step->node];
	const struct value **in = calloc((size_t)n->n_in + 1, sizeof(*in));
	struct value *out = calloc((size_t)n->n_out + 1, sizeof(*out));
	int64_t start = now_ns();
	int err;

	err = in && out ? eval(r, n, in, out) : error(-ENOMEM, "out of memory for '%s'", n->name);
	free(in);
	free(out);
	if (!err)
		profile_host(r, step->layer, start);
	return err;
}

static void release_if_done(struct run *r, int tensor, int step)
{
	if (tensor >= 0 && r->p->last[tensor] <= step && !r->wanted[tensor])
		release(r, tensor);
}

/* Frees what no later step needs. */
static void release_all(struct run *r, int index)
{
	const struct step *step = &r->p->step[index];
	const struct plan_segment *s = &r->p->plan->segment[step->segment];
	const struct node *n = step->node < 0 ? NULL : &r->p->g->node[step->node];

	for (int i = 0; n && i < n->n_in; i++)
		release_if_done(r, n->in[i], index);
	for (int i = 0; n && i < n->n_out; i++)
		release_if_done(r, n->out[i], index);
	for (int i = 0; !n && i < s->n_in; i++)
		release_if_done(r, s->in[i].tensor, index);
}

static int copy_outputs(const struct run *r, const struct value *out)
{
	const struct graph *g = r->p->g;

	for (int i = 0; i < g->n_out; i++)
		if (out[i].data && !r->value[g->out[i]].data)
			return error(-EPROTO, "a bug of the compiler: nothing makes the output "
				     "'%s'", g->tensor[g->out[i]].name);
	for (int i = 0; i < g->n_out; i++)
		if (out[i].data)
			memcpy(out[i].data, r->value[g->out[i]].data,
			       value_size(out[i].dtype, &out[i].shape));
	return 0;
}

void run_progress(const struct run *r, int done)
{
	if (r->p->progress)
		r->p->progress(r->p->progress_ctx, done, r->p->n_layer);
}

static int last_core_step(const struct accel_program *p)
{
	int last = -1;

	for (int i = 0; !p->place && i < p->n_step; i++)
		if (p->step[i].node < 0)
			last = i;
	return last;
}

int run_program(struct accel_program *p, const struct value *in, const struct value *out,
		const struct run_watch *watch)
{
	struct run r = { .p = p, .watch = watch, .last_core = last_core_step(p) };
	unsigned int mark = error_mark();
	int err = init(&r, in, out);

	program_relocate(p);
	for (int i = 0; !err && i < p->n_step; i++) {
		const struct step *step = &p->step[i];

		run_progress(&r, step->layer);
		err = step->node < 0 ? run_core(&r, step) : run_host(&r, step);
		if (!err)
			release_all(&r, i);
	}
	if (!err)
		err = copy_outputs(&r, out);
	if (!err)
		run_progress(&r, p->n_layer);
	finish(&r);
	return error_memory(err, mark, "a run");
}
