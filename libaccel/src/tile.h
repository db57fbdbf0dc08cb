/* SPDX-License-Identifier: MIT */
/*
 * How a convolution is cut for the core.
 *
 * Any convolution, transposed or not, is made of dense sub-convolutions.  In each dimension of
 * space a sub-convolution has n units; unit q reads the inputs in0 + q * in_step + t * tap_step for
 * its taps t, and makes the outputs out0 + q * out_step + p for its phases p.  The weight between a
 * tap and a phase is that of the kernel index at which they meet, or 0 where they do not.
 *
 *   convolution           one, of one phase; or, packed, neighbouring outputs as phases
 *   transposed, phases    one sub-convolution for each of the s * s output phases; no zeros at all
 *   transposed, packed    one with all s * s phases side by side in the columns, for few channels
 *
 * The columns of a sub-convolution are (phase, channel) pairs.  They are cut into groups, which are
 * stored together, and groups into blocks of at most C columns, one array width.
 */
#ifndef LIBACCEL_TILE_H
#define LIBACCEL_TILE_H

#include <stdbool.h>
#include <stdint.h>

#include "backend.h"
#include "layer.h"

struct sub_axis {
	int n;
	int out0, out_step, phases;
	int in0, in_step;
	int taps, tap_step;	/* taps in rising order of inputs */
};

struct sub {
	struct sub_axis y, x;
};

enum layout {
	LAYOUT_PLAIN,		/* a tap's channels fill ceil(channels / R) weight tiles */
	LAYOUT_ROWS,		/* the taps of a row, side by side in the buffer, are one run */
	LAYOUT_WINDOW,		/* rows interleaved: all taps are one run */
};

/* How much of the input is in the buffer at once. */
enum ifm_mode {
	IFM_TILE,		/* all that a tile needs, for all sub-convolutions */
	IFM_CHUNKS,		/* a chunk at a time, for one group of blocks */
};

/* Columns that are stored together. */
struct group {
	int phase_y, n_phase_y;	/* rows of phases; all of their columns */
	int ch, n_ch;		/* output channels, of every phase */
	int first_block, n_block;
	int in_ch, n_in_ch;	/* input channels that its blocks read */
	int cols;
};

struct block {
	int col, cols;		/* in the group */
	int in_ch, n_in_ch;
};

/* A part of the taps and channels; whole ones but for IFM_CHUNKS. */
struct chunk {
	int ch, n_ch;		/* of the group's input channels */
	int ky, n_ky, kx, n_kx;
};

/* The choice, for a layer. */
struct tiling {
	int ch, n_ch;		/* output channels */
	int pack_y, pack_x;	/* outputs in the columns (transposed: times the stride) */
	bool packed;		/* transposed: phases are in the columns */
	enum layout layout;
	enum ifm_mode ifm;
	int th, tw;		/* units (of a max-pool: its outputs) of a tile */
	int group_blocks;	/* at most so many in a group */
	int group_phases;	/* packed: rows of phases in a group */
	int chunk_ch, chunk_ky, chunk_kx;
	int piece;		/* weight tiles of a LOAD and CONV, at most */
	bool weights_stay;	/* all weights of the layer are in the buffer at once */
	bool acc_stream;	/* one weight tile in all: accumulators are never added to */
	uint64_t cycles;	/* the estimate that decided */
	uint64_t array;		/* of them, those of the array alone */
	uint64_t commands;	/* about */
	uint64_t beats;		/* read and written, about */
};

/*
 * A layer may be done in two parts, each with some of the output channels: those that fill the
 * array's columns, and the rest, packed.
 */
struct choice {
	int n;
	struct tiling part[2];
	uint64_t cycles, commands;
};

/* A tiling with all that follows from it. */
enum { CUT_SUBS = 4, CUT_GROUPS = 16 };

/* The compiler tries thousands of tilings for a layer: few parts lie in the rooms, more are allocated.  Not to be copied for keeps. */
struct cut {
	const struct core_config *config;
	const struct layer *l;
	struct tiling t;
	int n_sub, n_group, n_block;
	struct sub *sub;
	struct group *group;
	struct block *block;
	struct sub sub_room[CUT_SUBS];
	struct group group_room[CUT_GROUPS];
	struct block block_room[CUT_GROUPS];
	/* Rows of tiles at the edges, where taps may be left out; the units between them. */
	int edge_top, edge_bottom, middle, bottom;
};

/* -ENOMEM, or -EINVAL with a message when the tiling does not suit the layer or the core. */
int cut_init(struct cut *c, const struct core_config *config, const struct layer *l,
	     const struct tiling *t);
void cut_free(struct cut *c);

/* Chunks of a group; the i-th of a sub-convolution. */
int cut_chunks(const struct cut *c, const struct sub *s, const struct group *g);
struct chunk cut_chunk(const struct cut *c, const struct sub *s, const struct group *g, int i);

/* The tile loops of a block in a chunk: K0, K1, K2 turns.  Tiles are numbered K0 fastest. */
struct loops {
	int k0, k1, k2;
};

struct loops cut_loops(const struct cut *c, const struct sub *s, const struct group *g,
		       const struct block *b, const struct chunk *k);

/* A range of units in both dimensions. */
struct range {
	int y, n_y, x, n_x;
};

/* Tiles of a layer, those of a row, and the i-th; false: there is none. */
int cut_tiles(const struct cut *c);
int cut_tile_cols(const struct cut *c);
bool cut_tile(const struct cut *c, int i, struct range *tile);

/*
 * Rows of taps that see nothing but padding, whatever the unit, are left out where that is a whole
 * tile's.  What they would have added, pad value times weights, goes into the bias instead, so each
 * row of tiles at an edge has parameters of its own: edge 0, 1, ..; all others share those of the
 * edge number edge_top.
 */
struct taps {
	int first, n;
};

void cut_edges(struct cut *c);	/* by cut_init() */
int cut_edge(const struct cut *c, int i);	/* of the i-th tile */
struct taps cut_taps(const struct cut *c, const struct sub *s, const struct range *tile);
struct taps cut_edge_taps(const struct cut *c, const struct sub *s, int edge);

static inline int cut_edge_count(const struct cut *c)
{
	return c->edge_top + 1 + c->edge_bottom;
}

/* Kernel index where unit 0's tap t meets its phase p, or -1. */
int cut_kernel(const struct cut *c, bool is_y, const struct sub_axis *a, int t, int p);

/* Units of the tiles' grid, and the sub-convolution's units that a range of them covers. */
int cut_rows(const struct cut *c);
int cut_cols(const struct cut *c);

/* The IFM buffer's contents: a box of input pixels with some channels. */
struct box {
	int y0, x0;		/* input position of the first pixel; may be outside */
	int step_y, step_x;	/* between neighbours in the box */
	int rows, cols;
	int ch, n_ch;		/* first input channel, and channels in the box */
	uint32_t pitch_x, pitch_y;	/* bytes */
	uint32_t bytes;
};

/* Units of a sub-convolution in a tile: of a max-pool, all that its windows need. */
struct range cut_units(const struct cut *c, const struct sub *s, const struct range *tile);

/* The box for a tile: for all subs (s NULL), or for one; chunk NULL: all taps and channels. */
struct box cut_box(const struct cut *c, const struct sub *s, const struct group *g,
		   const struct chunk *k, const struct range *tile);

/* Finds the best way; -ENOTSUP with a message when the core cannot do the layer at all. */
int tile_choose(const struct core_config *config, const struct layer *l, struct choice *best);

#endif
