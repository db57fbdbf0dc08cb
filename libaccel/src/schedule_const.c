/* SPDX-License-Identifier: MIT */
/* Weights, parameters and tables of a convolution: loaded when the schedule needs them. */
#include <errno.h>
#include <stdlib.h>

#include "schedule_conv.h"

static void load_weights(struct conv *k, uint32_t dst, uint32_t at, uint32_t n)
{
	const struct packed *p = k->w->packed;

	load_const(k->s, SPACE_WGT, dst, p->weights + at * p->tile_bytes, n * p->tile_bytes,
		   p->tile_bytes);
}

int begin_weights(struct conv *k)
{
	const struct packed *p = k->w->packed;

	if (!k->c->t.weights_stay)
		return 0;
	k->weights_there = calloc(p->n_tile, sizeof(*k->weights_there));
	if (!k->weights_there)
		return -ENOMEM;
	k->weights_base = ring_take(&k->s->wgt, p->n_tile * p->tile_bytes, k->s->config->wgt_bytes);
	return 0;
}

/* Loads those that are not there yet: in a tile at an edge some may not have been needed. */
static uint32_t need_staying_weights(struct conv *k, uint32_t at, uint32_t n)
{
	uint32_t tile = k->w->packed->tile_bytes, ring = (uint32_t)k->s->config->wgt_bytes;

	for (uint32_t i = at, run; i < at + n; i += run) {
		bool there = k->weights_there[i];

		for (run = 0; i + run < at + n && k->weights_there[i + run] == there; run++)
			k->weights_there[i + run] = true;
		if (!there)
			load_weights(k, (k->weights_base + i * tile) % ring, i, run);
	}
	return (k->weights_base + at * tile) % ring / tile;
}

uint32_t need_weights(struct conv *k, uint32_t at, uint32_t n)
{
	uint32_t dst;

	if (k->weights_there)
		return need_staying_weights(k, at, n);
	dst = ring_take(&k->s->wgt, n * k->w->packed->tile_bytes, k->s->config->wgt_bytes);
	load_weights(k, dst, at, n);
	return dst / k->w->packed->tile_bytes;
}

/*
 * Parameters come in runs of half a buffer, and stay while the next are not needed; all of a small
 * layer's are loaded once.
 */
uint32_t need_params(struct conv *k, uint32_t block)
{
	const struct packed *p = k->w->packed;
	uint32_t room = (uint32_t)(k->s->config->par_bytes / p->block_bytes),
		 run = room > 1 ? room / 2 : 1;

	if (block < k->par_first || block >= k->par_have) {
		uint32_t n = p->n_param - block < run ? p->n_param - block : run;

		k->par_base = ring_take(&k->s->par, n * p->block_bytes, k->s->config->par_bytes);
		k->par_first = block;
		k->par_have = block + n;
		load_const(k->s, SPACE_PAR, k->par_base, p->params + block * p->block_bytes,
			   n * p->block_bytes, p->block_bytes);
	}
	return (k->par_base + (block - k->par_first) * p->block_bytes) %
	       (uint32_t)k->s->config->par_bytes / 16;
}

void need_table(struct conv *k)
{
	if (!k->l->table || k->table_there)
		return;
	k->table = k->s->table++ % 2;
	k->table_there = true;
	load_const(k->s, SPACE_TABLE, 256 * k->table, k->w->packed->table, 256, 256);
}
