/* SPDX-License-Identifier: MIT */
/*
 * The constant image: weight tiles, channel parameters and tables, as LOAD wants them.
 *
 * Weights of a layer lie in the order in which a tile of the output uses them: sub-convolution,
 * group, chunk, block, tile.  Parameters: edge (cut_edges()), sub-convolution, group, block, C columns each.
 */
#ifndef LIBACCEL_PACK_H
#define LIBACCEL_PACK_H

#include <stdint.h>

#include "tile.h"

/* Grows; offsets stay valid. */
struct image {
	uint8_t *data;
	size_t bytes, room;
};

/* A layer's part of the image. */
struct packed {
	uint32_t weights, params, table;	/* offsets */
	uint32_t tile_bytes;
	uint32_t block_bytes;			/* parameters of a block */
	uint32_t n_tile, n_block;		/* of the whole layer */
	uint32_t n_param;			/* blocks of parameters: n_block of each edge */
};

/* Appends a layer.  -ENOMEM, -E2BIG. */
int pack_layer(struct image *image, const struct cut *c, struct packed *p);

#endif
