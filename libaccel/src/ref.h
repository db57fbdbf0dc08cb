/* SPDX-License-Identifier: MIT */
/*
 * The C reference: straightforward, readable, every supported operator in float and integer form; the oracle inside the
 * project and the fallback for what the core cannot do.  One file per family of operators (ref_conv.c, ref_pool.c, …).
 */
#ifndef LIBACCEL_REF_H
#define LIBACCEL_REF_H

#include "graph.h"

/* A value at run time.  data is owned by whoever made it. */
struct value {
	enum dtype dtype;
	struct shape shape;
	void *data;
};

/*
 * Output dtypes and shapes of a node from its inputs (in[i] NULL when absent; in[i]->data NULL when not constant).
 * Operators whose output shape depends on a non-constant value give -EINVAL.  Messages name node, operator and shapes.
 */
int ref_infer(const struct node *n, const struct value *const *in, struct value *out);

/* Computes a node.  out[i] have the dtypes and shapes of ref_infer() and data to write to (NULL when absent). */
int ref_eval(const struct node *n, const struct value *const *in, struct value *out);

/* Runs the whole graph.  in: one per graph input; out: one per graph output, data allocated by the caller. */
int ref_run(const struct graph *g, const struct value *in, struct value *out);

#endif
