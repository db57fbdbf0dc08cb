/* SPDX-License-Identifier: MIT */
/* What lower*.c share.  Each file knows a family of patterns. */
#ifndef LIBACCEL_LOWER_H
#define LIBACCEL_LOWER_H

#include "error.h"
#include "layer.h"

struct lower {
	const struct graph *g;
	struct net *net;
	int *producer;		/* node of each tensor, or -1 */
	int *use_first, *use;	/* readers of tensor t: use[use_first[t]] and on */
	bool *is_output;
	int *act_of;		/* of each tensor, or -1 */
	bool *covered;		/* nodes of the pattern that is being tried */
	int *trail, n_trail;	/* the same as a list */
};

/* Patterns return one of these or a negative errno (-ENOMEM). */
enum { NO_MATCH, MATCH };

/* Where a pattern's result goes. */
struct target {
	int tensor;		/* int8 or uint8 */
	float scale;
	int zp;			/* as int8 */
	int min, max;		/* clamp, from Relu and Clip */
};

/* Where it comes from. */
struct operand {
	int act;
	int tensor;
	float scale;
	int zp;
	bool known;		/* scale and zp are; not for an int8 tensor as it is */
	bool flat;		/* seen through a Flatten or Reshape */
};

/* ---- lower.c ---- */

/* Remembers why a node is not on the core (the first reason stays); returns NO_MATCH or -ENOMEM. */
int lower_reason(struct lower *lo, int node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void lower_cover(struct lower *lo, int node);

/* The act of an int8 tensor, made when first asked for; -ENOMEM, or -ENOTSUP for its shape. */
int lower_act(struct lower *lo, int tensor);
int lower_new_act(struct lower *lo, const struct act *a);

/* A layer of kind CONV or COPY with everything neutral, named after a node; takes the trail. */
struct layer *lower_new_layer(struct lower *lo, int node, enum layer_kind kind, int in, int out);
void lower_drop_layer(struct lower *lo, int layer);
int lower_producer_layer(const struct lower *lo, int act);	/* or -1 */

/* What a convolution meets, padding included, is at most twice as large as an act may be. */
bool lower_padding_fits(const struct layer *l);

/* No node but this one needs the tensor, directly or through DequantizeLinear. */
bool lower_only_use(const struct lower *lo, int tensor, int node);

/* ---- lower_quant.c ---- */

bool lower_is_int8(const struct lower *lo, int tensor);
const struct tensor *lower_const(const struct lower *lo, const struct node *n, int input);
bool lower_scalar(const struct tensor *t, float *v);	/* a float32 constant of one element */
/* A zero point, less 128 for uint8; NULL: 0. */
int lower_zero(const struct tensor *t, int64_t i, enum dtype as);
bool lower_operand(struct lower *lo, int tensor, bool see_through, struct operand *o);
int lower_target(struct lower *lo, int q, struct target *t, int *root);
float lower_requant_scale(float xs, float ws, float ys);
int lower_quantize(float v, float scale, int zp);

/* Walks up through clamps from a float tensor; returns the tensor above them. */
int lower_clamps(struct lower *lo, int tensor, struct target *t);

/* ---- patterns ---- */

int lower_qlinear(struct lower *lo, int node);
int lower_conv(struct lower *lo, int node, const struct target *t);
int lower_dense(struct lower *lo, int node, const struct target *t);
int lower_pool(struct lower *lo, int node, const struct target *t);
int lower_average(struct lower *lo, int node, const struct target *t);
int lower_add(struct lower *lo, int node, const struct operand *a, const struct operand *b,
	      const struct target *t);
int lower_float_add(struct lower *lo, int node, const struct target *t);
int lower_table(struct lower *lo, int q);
int lower_concat(struct lower *lo, int node, const struct operand *in, int n,
		 const struct target *t);
int lower_float_concat(struct lower *lo, int node, const struct target *t);
int lower_move(struct lower *lo, int node, const struct target *t);
int lower_resize(struct lower *lo, int node, const struct target *t);

/* A depthwise 1x1 convolution with weights of 1 that maps int8 to the same int8. */
struct layer *lower_identity(struct lower *lo, int node, int in, int out);
/* Whether operand and result are quantised differently, and the table from one to the other. */
bool lower_requantises(const struct operand *x, const struct target *t);
int8_t *lower_requant_table(const struct operand *x, const struct target *t);

/* Weights of a depthwise convolution that are all the same; bias 0. */
int lower_fill(struct layer *l, int8_t weight, float scale);

#endif
