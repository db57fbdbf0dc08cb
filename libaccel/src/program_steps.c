/* SPDX-License-Identifier: MIT */
/* What a plan means for the runtime: an order of steps, how long values live, who does what. */
#include <errno.h>
#include <stdlib.h>

#include "error.h"
#include "runtime.h"

static void count(struct accel_program *p)
{
	for (int i = 0; i < p->plan->n_segment; i++) {
		const struct plan_segment *s = &p->plan->segment[i];

		p->n_step += s->on_core ? 1 : s->n_node;
		p->n_layer += s->on_core ? s->n_layer : s->n_node;
	}
}

static void name_host_layer(struct accel_program *p, int layer, const struct node *n)
{
	struct accel_layer_profile *l = &p->layer[layer].public;

	l->name = n->name;
	l->op = op_name(n->op);
	l->macs = profile_macs(p->g, n);
}

static void name_core_layers(struct accel_program *p, int first, const struct plan_segment *s)
{
	for (int i = 0; i < s->n_layer; i++) {
		int index = p->plan->layer_order[s->first_layer + i];
		const struct layer *from = &p->plan->net->layer[index];
		struct accel_layer_profile *l = &p->layer[first + i].public;

		l->name = from->name;
		l->op = op_name(from->op);
		l->macs = from->macs;
		l->on_core = !p->place;
		l->divided = l->on_core && s->n_layer > 1;
		l->estimated_cycles = p->plan->layer_cycles[index];
		p->layer[first + i].estimate = p->plan->layer_cycles[index] + 1;
	}
}

static void list_steps(struct accel_program *p)
{
	int n = 0, layer = 0;

	for (int i = 0; i < p->plan->n_segment; i++) {
		const struct plan_segment *s = &p->plan->segment[i];

		if (s->on_core) {
			p->step[n++] = (struct step){ i, -1, layer };
			name_core_layers(p, layer, s);
			layer += s->n_layer;
		}
		for (int k = 0; !s->on_core && k < s->n_node; k++) {
			p->step[n++] = (struct step){ i, s->node[k], layer };
			name_host_layer(p, layer++, &p->g->node[s->node[k]]);
		}
	}
}

/* Later steps overwrite what earlier ones said. */
static void find_last(struct accel_program *p)
{
	for (int i = 0; i < p->g->n_tensor; i++)
		p->last[i] = -1;
	for (int i = 0; i < p->n_step; i++) {
		const struct plan_segment *s = &p->plan->segment[p->step[i].segment];
		const struct node *n = p->step[i].node < 0 ? NULL : &p->g->node[p->step[i].node];

		for (int k = 0; n && k < n->n_in; k++)
			if (n->in[k] >= 0)
				p->last[n->in[k]] = i;
		for (int k = 0; !n && k < s->n_in; k++)
			p->last[s->in[k].tensor] = i;
	}
}

/* A node that nobody runs is done where host and core meet: on the way of the core. */
static void explain_nodes(struct accel_program *p)
{
	const char *why = !p->dev->core ? "the device has no core" :
			  p->host_only ? "the application asked for the host" : "";

	for (int i = 0; i < p->g->n_node; i++) {
		p->on_core[i] = !p->place;
		p->reason[i] = p->on_core[i] ? "" : why;
	}
	for (int i = 0; i < p->n_step; i++)
		if (p->step[i].node >= 0) {
			p->on_core[p->step[i].node] = false;
			p->reason[p->step[i].node] = why;
		}
	for (int i = 0; i < p->plan->n_reason; i++)
		if (!p->on_core[p->plan->reason[i].node])
			p->reason[p->plan->reason[i].node] = p->plan->reason[i].text;
}

/* What the runtime relies on when it converts. */
static int check_port(const struct accel_program *p, const struct plan_port *port)
{
	const struct tensor *t = &p->g->tensor[port->tensor];
	const struct plan_place *at = &port->place;

	if (t->dtype == port->dtype &&
	    (t->dtype == DTYPE_F32 || t->dtype == DTYPE_I8 || t->dtype == DTYPE_U8) &&
	    shape_count(&t->shape) == (int64_t)at->n * at->c * at->h * at->w)
		return 0;
	return error(-EPROTO, "a bug of the compiler: '%s' has another type or size on its way to "
		     "the core", t->name);
}

static int check_ports(const struct accel_program *p)
{
	int err = 0;

	for (int i = 0; i < p->plan->n_segment; i++) {
		const struct plan_segment *s = &p->plan->segment[i];

		for (int k = 0; !err && s->on_core && k < s->n_in; k++)
			err = check_port(p, &s->in[k]);
		for (int k = 0; !err && s->on_core && k < s->n_out; k++)
			err = check_port(p, &s->out[k]);
	}
	return err;
}

int program_steps_init(struct accel_program *p)
{
	int err = check_ports(p);

	if (err)
		return err;
	count(p);
	p->step = calloc((size_t)p->n_step + 1, sizeof(*p->step));
	p->layer = calloc((size_t)p->n_layer + 1, sizeof(*p->layer));
	p->last = calloc((size_t)p->g->n_tensor + 1, sizeof(*p->last));
	p->on_core = calloc((size_t)p->g->n_node + 1, sizeof(*p->on_core));
	p->reason = calloc((size_t)p->g->n_node + 1, sizeof(*p->reason));
	if (!p->step || !p->layer || !p->last || !p->on_core || !p->reason)
		return error(-ENOMEM, "out of memory for a program of %d steps", p->n_step);
	list_steps(p);
	find_last(p);
	explain_nodes(p);
	return 0;
}

void program_steps_exit(struct accel_program *p)
{
	free(p->step);
	free(p->layer);
	free(p->last);
	free(p->on_core);
	free(p->reason);
}
