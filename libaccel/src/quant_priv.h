/* SPDX-License-Identifier: MIT */
/* What quant*.c share. */
#ifndef LIBACCEL_QUANT_PRIV_H
#define LIBACCEL_QUANT_PRIV_H

#include <errno.h>

#include "quant.h"

/* What the samples gave a tensor. */
struct quant_seen {
	float lo, hi;		/* 0 is always between them */
	uint64_t *bin;		/* QUANT_BINS over -reach .. reach; NULL: not counted */
	double reach;		/* a power of two, 2^128 at most; 0: nothing but zeroes so far */
	uint64_t zeroes;	/* exact ones; they are in a bin too */
};
#define QUANT_BINS 8192

/* What is known of a tensor of the graph. */
struct quant_tensor {
	enum dtype dtype;	/* as the first sample gives it */
	struct shape shape;
	int producer;		/* node, or -1 */
	int readers, reader;	/* how many, and one of them */
	bool is_output;
	bool quantised;
	int same;		/* union-find: tensors of one scale; itself: the root */
	struct quant_seen seen;
	float scale;		/* of roots, and likewise: */
	int zero;
	int scale_const, zero_const;	/* tensors of the graph; -1: not made yet */
};

/* Names of tensors, so that new ones are different: a hash table of pointers into the graph. */
struct quant_names {
	const char **slot;
	size_t size, used;	/* size is a power of two */
};

struct quant {
	struct graph *g;	/* the copy that becomes the result */
	int n_tensor;		/* those that t describes; later ones are constants */
	struct quant_tensor *t;
	struct quant_names names;
	const struct value *samples;
	int count;
	struct quant_options options;
};

/* ---- quant_clone.c ---- */

/* share: constants are from's, which must live longer. */
int quant_clone(const struct graph *from, bool share, struct graph **out);

/* ---- quant_names.c ---- */

int quant_names_init(struct quant_names *names, const struct graph *g);
void quant_names_free(struct quant_names *names);

/* As graph_add_*(), with the name "base_suffix" or, if that is taken, one of its own. */
int quant_add_tensor(struct quant *q, const char *base, const char *suffix, enum dtype dtype,
		     const struct shape *shape);
int quant_add_const(struct quant *q, const char *base, const char *suffix, enum dtype dtype,
		    const struct shape *shape, const void *data);

/* ---- quant_graph.c: looking at and changing the graph ---- */

/* Producers and readers anew. */
void quant_index(struct quant *q);

/* Not a constant, and float32. */
bool quant_is_activation(const struct quant *q, int tensor);
const struct tensor *quant_const(const struct quant *q, const struct node *n, int i);
bool quant_is_scalar(const struct tensor *t);	/* a float constant of one element */

/* The only reader of a node's only output, if the graph does not need it otherwise; else NULL. */
struct node *quant_only_reader(const struct quant *q, const struct node *n);

/* y is written by n, and `by` (which did) drops out. */
void quant_take_output(struct node *n, struct node *by);
int quant_set_inputs(struct node *n, int n_in, const int *in);

/* ---- stages ---- */

int quant_fold_constants(struct graph *g);
int quant_fold_affine(struct quant *q);		/* into convolutions; the rest becomes depthwise */
int quant_fuse(struct quant *q);
int quant_describe(struct quant *q);		/* types and shapes, from the first sample */
int quant_plan(struct quant *q);
int quant_share_scales(struct quant *q);	/* after the ranges are known */
int quant_calibrate(struct quant *q);
int quant_rewrite(struct quant *q);

/* A factor and an offset per channel: y = x * scale + shift. */
struct quant_affine {
	int64_t channels;
	float *scale, *shift;	/* freed by the caller: free(scale) frees both */
};

/*
 * Whether node n is that on its input `x`, which has `rank` dimensions and `channels` of the second
 * (0: any number).  0: it is not; 1: it is; -ENOMEM.  A single factor or offset counts when
 * `scalar`.
 */
int quant_match_affine(const struct quant *q, const struct node *n, int x, int rank,
		       int64_t channels, bool scalar, struct quant_affine *a);

/* What a node is to quantisation. */
enum quant_kind {
	QUANT_FLOAT,		/* computes in float */
	QUANT_WEIGHTED,		/* constant weights: they are quantised too */
	QUANT_ARITHMETIC,	/* of several elements */
	QUANT_POINTWISE,	/* a function of one element: a table */
	QUANT_CLAMP,		/* a table, or part of the operator before it */
	QUANT_SAME,		/* elements keep their values */
};
enum quant_kind quant_kind(const struct quant *q, const struct node *n);

int quant_root(struct quant *q, int tensor);

/* The constants of a node as int8 and, for biases, int32, with DequantizeLinear behind them. */
int quant_rewrite_weights(struct quant *q, int node);
int quant_rewrite_operand(struct quant *q, int node, int input);

/* x, scale and zero point (-1: none) into one output. */
int quant_add_linear(struct quant *q, enum op op, const char *base, const int *in, int out,
		     int64_t axis);

/* ---- quant_range.c ---- */

int quant_see(struct quant_seen *s, const float *x, int64_t count, bool bins);
void quant_range(const struct quant_seen *s, const struct quant_options *o, float *lo, float *hi);
void quant_scale(float lo, float hi, float *scale, int *zero);

#endif
