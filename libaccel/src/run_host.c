/* SPDX-License-Identifier: MIT */
/* A segment of layers on the host's processor. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "run_layer.h"
#include "runtime.h"

int program_host_init(struct accel_program *p)
{
	const struct net *net = p->plan->net;
	unsigned allowed = HOST_ALL;
	int err = 0;

	if (!strncmp(p->dev->uri, "host:", 5))
		err = host_options(p->dev->uri + 5, &allowed);
	if (err)
		return err;
	p->host_layer = calloc((size_t)net->n_layer + 1, sizeof(*p->host_layer));
	if (!p->host_layer)
		return error(-ENOMEM, "out of memory for the layers of a program");
	for (int i = 0; !err && i < p->plan->n_layer; i++) {
		int index = p->plan->layer_order[i];

		err = host_layer_init(&p->host_layer[index], &net->layer[index], allowed);
	}
	return err;
}

void program_host_exit(struct accel_program *p)
{
	for (int i = 0; p->host_layer && i < p->plan->net->n_layer; i++)
		host_layer_free(&p->host_layer[i]);
	free(p->host_layer);
	free(p->place);
}

/*
 * Picture n of an act.  A layer may take the n vectors of an act as the pixels of one picture: they
 * lie as those would.
 */
static struct host_view view(const struct accel_program *p, int act, int n)
{
	const struct plan_place *at = &p->place[act];
	int8_t *base = program_region(p, at->region);

	return (struct host_view){ base + at->offset + (size_t)n * at->image_pitch, at->row_pitch,
				   at->pixel_pitch };
}

static int run_layer(const struct accel_program *p, int index)
{
	const struct layer *l = &p->plan->net->layer[index];
	const struct act *in = &p->plan->net->act[l->in];
	int pictures = l->x.in == in->w && l->y.in == in->h ? in->n : 1, err = 0;

	for (int n = 0; !err && n < pictures; n++) {
		struct host_view from = view(p, l->in, n), to = view(p, l->out, n);
		struct host_view res = { NULL, 0, 0 };

		if (l->res >= 0)
			res = view(p, l->res, n);
		err = host_layer_run(&p->host_layer[index], &from, &res, &to);
	}
	return err;
}

int run_host_layers(struct run *r, const struct step *step)
{
	const struct plan *plan = r->p->plan;
	const struct plan_segment *s = &plan->segment[step->segment];
	int err = 0;

	for (int i = 0; !err && i < s->n_layer; i++) {
		int64_t start = now_ns();

		run_progress(r, step->layer + i);
		err = run_layer(r->p, plan->layer_order[s->first_layer + i]);
		if (!err)
			profile_host(r, step->layer + i, start);
	}
	return err;
}
