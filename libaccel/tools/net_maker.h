/* SPDX-License-Identifier: MIT */
/*
 * Quantised networks with seeded weights, node by node: for the model maker and for tests.
 *
 * An error is remembered in the maker (and its message kept, error.h): what is made after it makes
 * nothing and returns 0, so that only the end needs a look.
 */
#ifndef TOOLS_NET_MAKER_H
#define TOOLS_NET_MAKER_H

#include "graph.h"

struct rng {
	uint64_t s;
};

uint32_t rng_next(struct rng *r);
int rng_range(struct rng *r, int lo, int hi);	/* both included */

/* A graph under construction: every tensor is (N, C, H, W), float behind a DequantizeLinear. */
struct maker {
	struct graph *g;
	struct rng rng;
	bool u8;		/* activations */
	bool per_channel;	/* weights */
	int err;
};

struct maker maker_new(uint64_t seed, bool u8);

/* Each returns the tensor that it made. */
int make_input(struct maker *m, int n, int c, int h, int w);

/* QuantizeLinear and DequantizeLinear behind a float tensor. */
int make_qdq(struct maker *m, int x, float scale, int zp);
int make_conv(struct maker *m, int x, int out, int k, int stride, int pad, int groups, bool relu);
int make_deconv(struct maker *m, int x, int out, int k, int stride, int pad);
int make_gemm(struct maker *m, int x, int out);			/* of all values of a picture */
int make_node(struct maker *m, enum op op, int a, int b);	/* one output, b -1: one input */
int make_pool(struct maker *m, enum op op, int x, int k, int stride, int pad);
int make_concat(struct maker *m, int a, int b);
int make_resize(struct maker *m, int x, int s, bool linear);
int make_pad(struct maker *m, int x, const int64_t pads[8]);
int make_slice(struct maker *m, int x, int axis, int from, int to);

/* Makes x an output, and infers all shapes.  false: m->err says why. */
bool make_end(struct maker *m, int x);

/* make_end() of all outputs, and the graph; NULL, with the graph freed, after an error. */
struct graph *maker_finish(struct maker *m, int n, const int *output);

#endif
