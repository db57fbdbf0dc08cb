/* SPDX-License-Identifier: MIT */
/*
 * What the core computes, one layer at a time: the form between the graph and the command stream.
 *
 * lower.c makes a struct net from a quantised graph: every int8 tensor becomes a struct act, every
 * pattern (DequantizeLinear .. QuantizeLinear, or a QLinear operator) a struct layer.  All values
 * are int8; a uint8 tensor is kept as value - 128 with its zero point shifted alike.
 *
 * A net owns everything that it points to, except the graph.
 * Errors: functions return 0 or a negative errno and leave a message (error.h).
 */
#ifndef LIBACCEL_LAYER_H
#define LIBACCEL_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graph.h"

/* An int8 activation: n pictures of h x w pixels with c channels. */
struct act {
	int tensor;		/* graph tensor, or -1: a value inside a pattern */
	int n, h, w, c;
	float scale;		/* real = (value - zero_point) * scale */
	int zero_point;		/* -128..127, after the shift of uint8 */
	bool is_u8;		/* the graph's tensor is uint8 */
	/* A concatenation that is done by addressing: this act lies inside another one. */
	int parent;		/* act, or -1 */
	int channel;		/* first channel in the parent */
};

/* One dimension of space. */
struct axis {
	int in, out, k, stride, dilation;
	int pad;		/* before the first input; of a deconvolution: cut off the output */
};

enum layer_kind {
	/*
	 * y = clamp(residual(table(requantise(conv(x))))), then the maximum over a window.
	 * Everything that has weights, and also what has not: pools, adds and requantisation run
	 * as depthwise convolutions with weights of 1.
	 */
	LAYER_CONV,
	/* Moves bytes: out(y, x, to_ch + c) = in(y / rep_y - y.pad, .., from_ch + c). */
	LAYER_COPY,
};

/* Documentation/arithmetic.md, section 4. */
struct residual {
	uint32_t mul_a, mul_b;
	int shift, za, zb, zo;
};

/* A maximum over outputs of the convolution: window k, stride s, no padding of its own. */
struct window {
	int k, s, out;
};

struct layer {
	enum layer_kind kind;
	const char *name;	/* of the node that gives the layer its name; the graph's */
	enum op op;		/* its operator */
	int n_node;
	int *node;		/* graph nodes that the layer stands for, in rising order */
	int in, res, out;	/* acts; res -1: no residual operand */
	uint64_t macs;		/* useful ones */

	/* LAYER_CONV.  in_ch and out_ch are all channels; both are multiples of groups. */
	bool deconv;
	bool pad_edge;		/* padding repeats the edge instead of pad_value */
	int groups, in_ch, out_ch;
	struct axis y, x;
	int pad_value;		/* outside of the input: the zero point, or -128 for a maximum */
	int in_zp;		/* taken out of the input by way of the bias */
	int8_t *weights;	/* [out_ch][y.k][x.k][in_ch / groups] */
	int32_t *bias;		/* [out_ch], without the zero point's part */
	float *scale;		/* [out_ch] */
	int zp;			/* of the requantised value */
	int8_t *table;		/* 256 entries, entry 0 for -128; NULL: none */
	struct residual residual;
	int min, max;		/* clamp */
	struct window win_y, win_x;	/* k = 1, s = 1, out = y.out of the convolution: none */

	/* LAYER_COPY.  y.in, y.out, y.pad and so on; pad may be negative: a crop. */
	int rep_y, rep_x;	/* every input pixel becomes rep_y x rep_x outputs */
	int from_ch, to_ch, n_ch;	/* channels in the input and the output */
};

static inline bool layer_pools(const struct layer *l)
{
	return l->win_y.k > 1 || l->win_x.k > 1 || l->win_y.s > 1 || l->win_x.s > 1;
}

/* Why a node is not in any layer. */
struct reason {
	int node;
	char *text;
};

struct net {
	const struct graph *g;
	int n_act, n_layer, n_reason;
	struct act *act;
	struct layer *layer;	/* in an order in which they can run */
	struct reason *reason;	/* at most one per node */
};

/* Graph to net.  The graph must have all shapes (graph_infer()) and outlive the net. */
int net_lower(const struct graph *g, struct net **out);
void net_free(struct net *net);

struct text;
int net_dump(const struct net *net, struct text *out);

#endif
