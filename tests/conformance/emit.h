/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a layer to commands: a test's emitter.  It shows how each kind of layer maps to the core, has
 * the four engines overlap, and splits what exceeds the buffers; it does not look for the fastest way.
 *
 * A layer becomes sub-convolutions (one, or one for each output phase of a deconvolution).  Those are cut
 * into tiles of output pixels that fit the accumulators and buffers, a tile into blocks of
 * at most C output channels, a block into chunks of weight tiles that fit half of the weight buffer.
 */
#ifndef CONFORMANCE_EMIT_H
#define CONFORMANCE_EMIT_H

#include "layer.h"
#include "rig.h"

/* A tensor in memory: rows of pixels of `pixel` bytes. */
struct tensor {
	uint32_t va, pixel, row;
};

/* Bytes that a pixel of so many channels takes: 1, 2, 4, 8 or a multiple of 16. */
uint32_t tensor_pixel(unsigned channels);

struct commands {
	struct fcn_cmd *cmd;
	unsigned n, room;
};

/*
 * The output may be larger than the layer's: a packed deconvolution makes whole phases.  The layer's
 * output starts at pixel (skip_y, skip_x) of it.
 */
struct extent {
	unsigned rows, cols, skip_y, skip_x;
};

struct extent emit_extent(const struct layer *l);

/* Into how many parts a layer was cut. */
struct parts {
	unsigned subs, tiles, blocks, chunks;
};

/* Appends the commands of a layer; weights and parameters go into the rig's memory. */
struct parts emit_layer(struct rig *rig, const struct layer *l, const struct tensor *in, const struct tensor *out,
		struct commands *to);

/* ---------------------------------------------------------------- emit_plan.c */

/* One dimension of a dense convolution; tap j of output i reads input in0 + i * in_step + j * tap_step. */
struct dim {
	unsigned n, out0, out_step; /* outputs, and where they go */
	int in0;
	unsigned in_step;
	int tap_step;
	unsigned taps, k0, k_step;  /* tap j has kernel index k0 + j * k_step; 0 taps: outputs are the bias */
};

struct sub {
	struct dim y, x;
};

/* At most C columns of the output. */
struct block {
	unsigned first, cols;   /* output columns: channels, or (phase, channel) pairs */
	unsigned ifm_channel;   /* first input channel that it reads */
	uint32_t weights, params; /* in memory */
};

/* The loops of a CONV command. */
struct loops {
	unsigned k0, k1, k2;
};

/* The i-th sub-convolution; false: there is none. */
bool plan_sub(const struct layer *l, unsigned i, struct sub *s);

/* All output columns, and those of a block that starts at `first`. */
unsigned plan_columns(const struct layer *l);
struct block plan_block(const struct rig *rig, const struct layer *l, unsigned first);

struct loops plan_loops(const struct rig *rig, const struct layer *l, const struct sub *s);

/* Writes weight tiles and parameters of a block into the rig's memory. */
void plan_pack(struct rig *rig, const struct layer *l, const struct sub *s, struct block *b);

#endif
