/* SPDX-License-Identifier: MIT */
/* Where the schedule of a convolution is, and the constants that it needs. */
#ifndef LIBACCEL_SCHEDULE_CONV_H
#define LIBACCEL_SCHEDULE_CONV_H

#include "schedule.h"

struct conv {
	struct schedule *s;
	const struct work *w;
	const struct layer *l;
	const struct cut *c;
	int image;
	struct range tile;
	uint32_t weights_base; /* ring position of the layer's first weight tile, if they stay, */
	bool *weights_there; /* and which are loaded */
	uint32_t wgt_at; /* weight tiles since the start of a pass over the layer */
	uint32_t par_base, par_have; /* blocks of parameters that are loaded: position, end */
	uint32_t par_first;
	uint32_t block_at; /* blocks of parameters in front of the next */
	unsigned table;
	bool table_there;
};

/* The next bytes of a ring. */
static inline uint32_t ring_take(uint32_t *head, uint32_t bytes, size_t ring)
{
	uint32_t at = *head;

	*head = (uint32_t)((at + (bytes + 63) / 64 * 64) % ring);
	return at;
}

/* ---- schedule_const.c ---- */

/* Makes tiles [at, at + n) of the layer present; returns their place in the buffer, in tiles. */
uint32_t need_weights(struct conv *k, uint32_t at, uint32_t n);

/* Makes a block's parameters present; returns their place in units of 16 bytes. */
uint32_t need_params(struct conv *k, uint32_t block);

/* Makes the layer's table present, if it has one. */
void need_table(struct conv *k);

/* Takes room for weights that stay.  0 or -ENOMEM. */
int begin_weights(struct conv *k);

#endif
