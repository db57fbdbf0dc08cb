/* SPDX-License-Identifier: MIT */
/* The stages of a plan as text. */
#include <errno.h>
#include <string.h>

#include "error.h"
#include "plan.h"
#include "text.h"

static const char *act_name(const struct net *net, int act)
{
	int t = net->act[act].tensor;

	return t >= 0 ? net->g->tensor[t].name : "(part)";
}

static void dump_act(const struct net *net, int act, struct text *out)
{
	const struct act *a = &net->act[act];

	text_printf(out, "%s %dx%dx%dx%d", act_name(net, act), a->n, a->h, a->w, a->c);
	if (a->parent >= 0)
		text_printf(out, " in %s from channel %d", act_name(net, a->parent), a->channel);
}

static void dump_layer(const struct net *net, const struct layer *l, struct text *out)
{
	text_printf(out, "%s (%s): ", l->name, op_name(l->op));
	dump_act(net, l->in, out);
	if (l->res >= 0) {
		text_printf(out, " + ");
		dump_act(net, l->res, out);
	}
	text_printf(out, " -> ");
	dump_act(net, l->out, out);
	if (l->kind == LAYER_COPY) {
		text_printf(out, ": copy, offset %d,%d, repeat %dx%d\n", l->y.pad, l->x.pad,
			    l->rep_y, l->rep_x);
		return;
	}
	text_printf(out, ": %s %dx%d stride %dx%d dilation %dx%d pad %d,%d groups %d",
		    l->deconv ? "deconv" : "conv", l->y.k, l->x.k, l->y.stride, l->x.stride,
		    l->y.dilation, l->x.dilation, l->y.pad, l->x.pad, l->groups);
	if (l->pad_edge)
		text_printf(out, " edge");
	if (l->table)
		text_printf(out, " table");
	if (layer_pools(l))
		text_printf(out, " max %dx%d stride %dx%d", l->win_y.k, l->win_x.k, l->win_y.s,
			    l->win_x.s);
	text_printf(out, " zp %d -> %d clamp %d..%d, %llu MACs\n", l->in_zp, l->zp, l->min, l->max,
		    (unsigned long long)l->macs);
}

int net_dump(const struct net *net, struct text *out)
{
	for (int i = 0; i < net->n_layer; i++) {
		text_printf(out, "%d ", i);
		dump_layer(net, &net->layer[i], out);
	}
	for (int i = 0; i < net->n_reason; i++)
		text_printf(out, "not a layer: %s (%s): %s\n",
			    net->g->node[net->reason[i].node].name,
			    op_name(net->g->node[net->reason[i].node].op), net->reason[i].text);
	return text_error(out);
}

static void dump_ports(const struct plan *plan, const char *what, const struct plan_port *port,
		       int n, struct text *out)
{
	for (int i = 0; i < n; i++)
		text_printf(out, "  %s %s (%s) scale %g zero point %d\n", what,
			    plan->g->tensor[port[i].tensor].name, dtype_name(port[i].dtype),
			    (double)port[i].place.scale, port[i].place.zero_point);
}

static void dump_partition(const struct plan *plan, struct text *out)
{
	for (int i = 0; i < plan->n_segment; i++) {
		const struct plan_segment *s = &plan->segment[i];

		text_printf(out, "segment %d on the %s: %d nodes", i, s->on_core ? "core" : "host",
			    s->n_node);
		text_printf(out, s->on_core ? ", %d layers\n" : "\n", s->n_layer);
		dump_ports(plan, "in", s->in, s->n_in, out);
		dump_ports(plan, "out", s->out, s->n_out, out);
		for (int k = 0; !s->on_core && k < s->n_node; k++)
			text_printf(out, "  %s (%s)\n", plan->g->node[s->node[k]].name,
				    op_name(plan->g->node[s->node[k]].op));
	}
	for (int i = 0; i < plan->n_reason; i++)
		text_printf(out, "on the host: %s (%s): %s\n",
			    plan->g->node[plan->reason[i].node].name,
			    op_name(plan->g->node[plan->reason[i].node].op), plan->reason[i].text);
}

static void dump_schedule(const struct plan *plan, struct text *out)
{
	for (int i = 0; i < plan->n_layer; i++) {
		int l = plan->layer_order[i];

		text_printf(out, "%d %s: %llu MACs, %llu cycles\n", l, plan->net->layer[l].name,
			    (unsigned long long)plan->net->layer[l].macs,
			    (unsigned long long)plan->layer_cycles[l]);
	}
	for (int i = 0; i < plan->n_segment; i++)
		if (plan->segment[i].on_core)
			text_printf(out, "segment %d: %u commands, %llu cycles\n", i,
				    plan->segment[i].n_cmd,
				    (unsigned long long)plan->segment[i].cycles);
}

static void dump_memory(const struct plan *plan, struct text *out)
{
	for (int i = 0; i < plan->n_region; i++)
		text_printf(out, "region %d: %u bytes, %s%s\n", i, plan->region[i].bytes,
			    i == PLAN_CONST   ? "constants"
			    : i == PLAN_ARENA ? "activations"
					      : plan->g->tensor[plan->region[i].tensor].name,
			    plan->region[i].written ? ", written" : "");
	text_printf(out, "activations: peak %llu of %llu bytes\n",
		    (unsigned long long)plan->arena_peak, (unsigned long long)plan->arena_total);
}

static void dump_commands(const struct plan *plan, struct text *out)
{
	for (int i = 0; i < plan->n_segment; i++) {
		const struct plan_segment *s = &plan->segment[i];

		for (uint32_t k = 0; k < s->n_cmd; k++) {
			text_printf(out, "%d %u layer %d region %d:", i, k, s->cmd_layer[k],
				    s->cmd_region[k]);
			for (int w = 0; w < FCN_CMD_WORDS; w++)
				text_printf(out, " %08x", s->cmd[k].w[w]);
			text_printf(out, "\n");
		}
	}
}

int plan_dump(const struct plan *plan, const char *stage, struct text *out)
{
	static const struct {
		const char *name;
		void (*dump)(const struct plan *plan, struct text *out);
	} stages[] = {
		{ "partition", dump_partition },
		{ "schedule", dump_schedule },
		{ "allocate", dump_memory },
		{ "emit", dump_commands },
	};

	if (!strcmp(stage, "lower"))
		return net_dump(plan->net, out);
	for (size_t i = 0; i < sizeof(stages) / sizeof(*stages); i++)
		if (!strcmp(stage, stages[i].name)) {
			stages[i].dump(plan, out);
			return text_error(out);
		}
	return error(-EINVAL,
		     "no stage '%s'; there are lower, partition, schedule, allocate and emit",
		     stage);
}
