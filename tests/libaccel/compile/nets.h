/* SPDX-License-Identifier: MIT */
/* Quantised graphs for the tests, made with seeded weights. */
#ifndef TESTS_COMPILE_NETS_H
#define TESTS_COMPILE_NETS_H

#include "graph.h"
#include "layers.h"

/* A graph under construction: every tensor is (N, C, H, W), float behind a DequantizeLinear. */
struct maker {
	struct graph *g;
	struct rng rng;
	bool u8;		/* activations */
	bool per_channel;	/* weights */
};

struct maker maker_new(uint64_t seed, bool u8);

int make_input(struct maker *m, int n, int c, int h, int w);

/* QuantizeLinear and DequantizeLinear behind a float tensor. */
int make_qdq(struct maker *m, int x, float scale, int zp);
int make_conv(struct maker *m, int x, int out, int k, int stride, int pad, int groups, bool relu);
int make_deconv(struct maker *m, int x, int out, int k, int stride, int pad);
int make_gemm(struct maker *m, int x, int out);
int make_node(struct maker *m, enum op op, int a, int b);	/* one output, b -1: one input */
int make_pool(struct maker *m, enum op op, int x, int k, int stride, int pad);
int make_concat(struct maker *m, int a, int b);
int make_resize(struct maker *m, int x, int s, bool linear);
int make_pad(struct maker *m, int x, const int64_t pads[8]);
int make_slice(struct maker *m, int x, int axis, int from, int to);

/* Makes x an output, and infers all shapes. */
bool make_end(struct maker *m, int x);

/* U-Net with 2x2 up-convolutions; DCGAN's generator. */
struct graph *make_unet(int size, int channels, uint64_t seed);
struct graph *make_dcgan(int features, uint64_t seed);
struct graph *make_fcn8s(int size, int narrow, uint64_t seed);
struct graph *make_upconv7(int size, uint64_t seed);

#endif
