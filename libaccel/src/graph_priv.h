/* SPDX-License-Identifier: MIT */
/* What graph*.c share. */
#ifndef LIBACCEL_GRAPH_PRIV_H
#define LIBACCEL_GRAPH_PRIV_H

#include "graph.h"

struct text;

/*
 * Keeps the nodes order[0 .. n-1], in this order, and frees the others.  -ENOMEM leaves the graph
 * as it was.
 */
int graph_keep_nodes(struct graph *g, const int *order, int n);

/* "1x3x?x5", "scalar", or "unknown". */
void graph_print_shape(struct text *t, const struct shape *s);

#endif
