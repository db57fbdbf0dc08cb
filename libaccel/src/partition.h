/* SPDX-License-Identifier: MIT */
/*
 * Which layers run on the core, what is left for the host, and the order of both.
 *
 * Everything is driven by what the graph's outputs need: a tensor that a layer makes is made on the
 * core, all others by their nodes on the host.
 */
#ifndef LIBACCEL_PARTITION_H
#define LIBACCEL_PARTITION_H

#include "plan.h"
#include "tile.h"

struct partition {
	const struct graph *g;
	struct net *net;
	int *producer;			/* node of each tensor, or -1 */
	int *act_of;			/* act of each tensor, or -1 */
	bool *on_core;			/* act: made by layers that the core can do */
	bool *layer_ok, *layer_used;
	bool *host_used;		/* node: the host runs it */
	bool *tensor_wanted;		/* tensor: the host needs it, or it is an output */
	struct choice *choice;		/* of layers that are ok */
};

/*
 * Whether this core can do a layer, and how best.  -ENOTSUP with the reason as message.  Depends on
 * nothing but its arguments.
 */
int partition_layer(const struct core_config *config, const struct net *net, const struct layer *l,
		    struct choice *t);

int partition_init(struct partition *p, const struct graph *g, struct net *net,
		   const struct core_config *config, struct plan *plan);
void partition_free(struct partition *p);

/* Fills plan.segment but for commands, plan.layer_order, and the tensors of ports. */
int partition_segments(struct partition *p, const struct plan_options *options, struct plan *plan);

/*
 * How a port's tensor may be something else than the act's: the float side of a Quantize- or
 * DequantizeLinear, which the runtime does while it copies.
 */
bool partition_float_side(const struct graph *g, const struct node *n);

#endif
