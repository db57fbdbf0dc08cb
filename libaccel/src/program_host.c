/* SPDX-License-Identifier: MIT */
/*
 * A plan whose layers run on the host's processor: the stages of plan_compile() up to memory, with
 * nothing of commands.  The partition is that of a core, so that the host computes in integers what
 * that core does, and in the graph's own arithmetic what it does not: with equal results.
 */
#include <errno.h>
#include <stdlib.h>

#include "alloc.h"
#include "error.h"
#include "partition.h"
#include "runtime.h"

static int make_places(struct plan *plan, struct plan_place **place)
{
	plan->layer_cycles = calloc((size_t)plan->net->n_layer + 1, sizeof(*plan->layer_cycles));
	*place = calloc((size_t)plan->net->n_act + 1, sizeof(**place));
	if (!plan->layer_cycles || !*place)
		return error(-ENOMEM, "out of memory for a plan");
	return alloc_memory(plan, *place);
}

static int divide(struct plan *plan, const struct plan_options *options)
{
	struct partition p;
	int err = partition_init(&p, plan->g, plan->net, &plan->config, plan);

	if (err)
		return err;
	err = partition_segments(&p, options, plan);
	partition_free(&p);
	return err;
}

int program_host_plan(const struct graph *g, const struct core_config *config,
		      const struct plan_options *options, struct plan **out,
		      struct plan_place **place)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	int err;

	*out = NULL;
	*place = NULL;
	if (!plan)
		return error(-ENOMEM, "out of memory for a plan");
	plan->g = g;
	plan->config = *config;
	err = net_lower(g, &plan->net);
	if (!err)
		err = divide(plan, options);
	if (!err)
		err = make_places(plan, place);
	if (err) {
		plan_free(plan);
		free(*place);
		*place = NULL;
		return err;
	}
	*out = plan;
	return 0;
}
