/* SPDX-License-Identifier: MIT */
/* The compiler's stages, one after the other. */
#include "plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "partition.h"
#include "schedule.h"

static const struct plan_place no_place;

/* A layer of vectors takes them as the pixels of one picture. */
static struct plan_place layer_place(const struct plan_place *p, const struct axis *x, int size)
{
	struct plan_place t = *p;

	if (x->in == p->n * p->w && p->h == 1 && p->w == 1 && size == p->n) {
		t.w = p->n;
		t.n = 1;
	}
	return t;
}

static struct job_layer make_job_layer(const struct plan *plan, const struct partition *p,
				       const struct plan_place *place, int i)
{
	const struct layer *l = &plan->net->layer[i];
	struct job_layer j = { .l = l, .index = i, .choice = p->choice[i], .res = no_place };

	j.in = layer_place(&place[l->in], &l->x, l->x.in);
	j.out = layer_place(&place[l->out], &l->x, l->win_x.out);
	if (l->res >= 0)
		j.res = layer_place(&place[l->res], &l->x, l->win_x.out);
	return j;
}

static int pack_one(const struct core_config *config, struct job_layer *j, struct image *image)
{
	struct cut cut;
	int err = 0;

	for (int i = 0; !err && i < j->choice.n; i++) {
		err = cut_init(&cut, config, j->l, &j->choice.part[i]);
		if (err)
			break;
		err = pack_layer(image, &cut, &j->packed[i]);
		cut_free(&cut);
	}
	return err;
}

static int check_places(const struct job_layer *j)
{
	int err = schedule_check_place(&j->in, "input");

	if (!err && j->l->res >= 0)
		err = schedule_check_place(&j->res, "other operand");
	return err ? error_in(err, "layer '%s'", j->l->name) : 0;
}

static int build_jobs(struct plan *plan, const struct partition *p, const struct plan_place *place,
		      struct job_layer *jobs)
{
	struct image image = { 0 };
	int err = 0;

	for (int i = 0; !err && i < plan->n_layer; i++) {
		jobs[i] = make_job_layer(plan, p, place, plan->layer_order[i]);
		plan->layer_cycles[plan->layer_order[i]] =
			jobs[i].choice.cycles * (uint64_t)jobs[i].out.n;
		err = check_places(&jobs[i]);
		if (!err)
			err = pack_one(&plan->config, &jobs[i], &image);
	}
	plan->constants = image.data;
	plan->region[PLAN_CONST].bytes = (uint32_t)image.bytes;
	for (int i = 0; !err && i < plan->n_segment; i++) {
		struct plan_segment *s = &plan->segment[i];

		if (s->on_core)
			err = schedule_job(&plan->config, jobs + s->first_layer, s->n_layer,
					   plan->n_region, plan->region, s);
	}
	return err;
}

static int build(struct plan *plan, struct partition *p)
{
	struct plan_place *place = calloc((size_t)plan->net->n_act + 1, sizeof(*place));
	struct job_layer *jobs = calloc((size_t)plan->n_layer + 1, sizeof(*jobs));
	int err = -ENOMEM;

	plan->layer_cycles = calloc((size_t)plan->net->n_layer + 1, sizeof(*plan->layer_cycles));
	if (place && jobs && plan->layer_cycles) {
		err = alloc_memory(plan, place);
		if (!err)
			err = build_jobs(plan, p, place, jobs);
	} else {
		error(err, "out of memory for a plan");
	}
	free(place);
	free(jobs);
	return err;
}

int plan_compile(const struct graph *g, const struct core_config *config,
		 const struct plan_options *options, struct plan **out)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	struct partition p;
	int err;

	*out = NULL;
	if (!plan)
		return error(-ENOMEM, "out of memory for a plan");
	plan->g = g;
	if (options && options->host_only)
		config = NULL;
	if (config)
		plan->config = *config;
	err = net_lower(g, &plan->net);
	if (!err)
		err = partition_init(&p, g, plan->net, config, plan);
	if (err) {
		plan_free(plan);
		return err;
	}
	err = partition_segments(&p, options, plan);
	if (!err)
		err = build(plan, &p);
	partition_free(&p);
	if (err) {
		plan_free(plan);
		return err;
	}
	*out = plan;
	return 0;
}

static void free_segment(struct plan_segment *s)
{
	free(s->node);
	free(s->in);
	free(s->out);
	free(s->cmd);
	free(s->cmd_region);
	free(s->cmd_layer);
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (int i = 0; i < plan->n_segment; i++)
		free_segment(&plan->segment[i]);
	for (int i = 0; i < plan->n_reason; i++)
		free(plan->reason[i].text);
	net_free(plan->net);
	free(plan->segment);
	free(plan->region);
	free(plan->layer_order);
	free(plan->layer_cycles);
	free(plan->constants);
	free(plan->reason);
	free(plan);
}
