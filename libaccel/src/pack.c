/* SPDX-License-Identifier: MIT */
#include "pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

#define IMAGE_MAX (UINT32_C(1) << 30)

static int image_add(struct image *m, size_t n, uint32_t *offset)
{
	size_t at = (m->bytes + 255) & ~(size_t)255, room = m->room;

	if (n > IMAGE_MAX || at + n > IMAGE_MAX)
		return error(-E2BIG, "weights for the core are more than %u bytes", IMAGE_MAX);
	while (room < at + n)
		room = room ? 2 * room : 4096;
	if (room != m->room) {
		void *p = realloc(m->data, room);

		if (!p)
			return error(-ENOMEM, "out of memory for %zu bytes of weights", room);
		m->data = p;
		memset(m->data + m->room, 0, room - m->room);
		m->room = room;
	}
	m->bytes = at + n;
	*offset = (uint32_t)at;
	return 0;
}

/* What the tiles of a block are made from. */
struct source {
	const struct cut *c;
	const struct sub *s;
	const struct group *g;
	const struct block *b;
	int edge;
};

/* The phase and channel of a column. */
struct column {
	int py, px, ch;
};

static struct column column(const struct source *f, int col)
{
	int at = f->b->col + col, phase = at / f->g->n_ch;

	return (struct column){ f->g->phase_y + phase / f->s->x.phases, phase % f->s->x.phases,
				f->g->ch + at % f->g->n_ch };
}

/* The weights of a column at a tap: those of its group's input channels; NULL: 0. */
static const int8_t *tap_weights(const struct source *f, struct column o, int ty, int tx)
{
	const struct layer *l = f->c->l;
	int ky = cut_kernel(f->c, true, &f->s->y, ty, o.py);
	int kx = cut_kernel(f->c, false, &f->s->x, tx, o.px);
	size_t at = ((size_t)o.ch * (size_t)l->y.k + (size_t)ky) * (size_t)l->x.k + (size_t)kx;

	return ky < 0 || kx < 0 ? NULL : l->weights + at * (size_t)(l->in_ch / l->groups);
}

/* Tap and channel of row `row` of tile `k0` in the fastest loop; false: beyond the last. */
static bool lane(const struct source *f, const struct chunk *k, int at, int *ty, int *tx, int *ch)
{
	int n = k->n_ch < f->g->n_in_ch ? k->n_ch : f->b->n_in_ch;

	switch (f->c->t.layout) {
	case LAYOUT_ROWS:
		*tx = at / n;
		*ch = at % n;
		return *tx < f->s->x.taps;
	case LAYOUT_WINDOW:
		*tx = at / n / f->s->y.taps;
		*ty = at / n % f->s->y.taps;
		*ch = at % n;
		return *tx < f->s->x.taps;
	default:
		*ch = at;
		return at < n;
	}
}

/* A column of a tile. */
static void fill_column(const struct source *f, const struct chunk *k, int ty, int tx, int k0,
			int col, uint8_t *tile)
{
	const struct layer *l = f->c->l;
	struct column o = column(f, col);
	int rows = (int)f->c->config->rows, cols = (int)f->c->config->cols, ch,
	    ig = l->in_ch / l->groups;
	int first = k->n_ch < f->g->n_in_ch ? f->g->in_ch + k->ch : f->b->in_ch;
	int from = o.ch / (l->out_ch / l->groups) * ig; /* its group's first input channel */
	int last_ty = -1, last_tx = -1;
	const int8_t *w = NULL;

	for (int r = 0; r < rows && lane(f, k, k0 * rows + r, &ty, &tx, &ch); r++) {
		int at = first + ch - from;

		if (ty != last_ty || tx != last_tx)
			w = tap_weights(f, o, ty, tx);
		last_ty = ty;
		last_tx = tx;
		if (w && at >= 0 && at < ig)
			tile[r * cols + col] = (uint8_t)w[at];
	}
}

static void fill_tile(const struct source *f, const struct chunk *k, int ty, int tx, int k0,
		      uint8_t *tile)
{
	for (int c = 0; c < f->b->cols; c++)
		fill_column(f, k, ty, tx, k0, c, tile);
}

static uint8_t *fill_block(const struct source *f, const struct chunk *k, uint8_t *to)
{
	struct loops n = cut_loops(f->c, f->s, f->g, f->b, k);
	size_t tile = f->c->config->rows * f->c->config->cols;

	for (int k2 = 0; k2 < n.k2; k2++)
		for (int k1 = 0; k1 < n.k1; k1++)
			for (int k0 = 0; k0 < n.k0; k0++, to += tile)
				fill_tile(f, k, k->ky + k2, k->kx + k1, k0, to);
	return to;
}

/* The sum of a column's weights over rows of taps: what padding and input add per unit of zero
 * point. */
static int32_t weight_sum(const struct source *f, struct column o, int first, int n)
{
	int ig = f->c->l->in_ch / f->c->l->groups;
	int32_t sum = 0;

	for (int ty = first; ty < first + n; ty++)
		for (int tx = 0; tx < f->s->x.taps; tx++) {
			const int8_t *w = tap_weights(f, o, ty, tx);

			for (int i = 0; w && i < ig; i++)
				sum += w[i];
		}
	return sum;
}

static void put32(uint8_t *to, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(v >> 8 * i);
}

static void fill_params(const struct source *f, uint8_t *to)
{
	const struct layer *l = f->c->l;
	struct taps t = cut_edge_taps(f->c, f->s, f->edge);

	for (int c = 0; c < f->b->cols; c++) {
		struct column o = column(f, c);
		/* Taps that are left out see padding only. */
		int32_t all = weight_sum(f, o, 0, f->s->y.taps),
			left_out = all - weight_sum(f, o, t.first, t.n);
		uint32_t zero = (uint32_t)l->in_zp * (uint32_t)all -
				(uint32_t)l->pad_value * (uint32_t)left_out,
			 scale;

		memcpy(&scale, &l->scale[o.ch], sizeof(scale));
		put32(to + 8 * c, (uint32_t)l->bias[o.ch] - zero);
		put32(to + 8 * c + 4, scale);
	}
}

static uint64_t count_group(const struct cut *c, const struct sub *s, const struct group *g)
{
	int n = cut_chunks(c, s, g);
	uint64_t tiles = 0;

	for (int i = 0; i < n; i++) {
		struct chunk k = cut_chunk(c, s, g, i);

		for (int b = 0; b < g->n_block; b++) {
			struct loops u = cut_loops(c, s, g, &c->block[g->first_block + b], &k);

			tiles += (uint64_t)u.k0 * (uint64_t)u.k1 * (uint64_t)u.k2;
		}
	}
	return tiles;
}

/* All weight tiles. */
static uint64_t count_tiles(const struct cut *c)
{
	uint64_t tiles = 0;

	for (int s = 0; s < c->n_sub; s++)
		for (int g = 0; g < c->n_group; g++)
			tiles += count_group(c, &c->sub[s], &c->group[g]);
	return tiles;
}

static void fill_weights(const struct cut *c, uint8_t *w)
{
	for (int s = 0; s < c->n_sub; s++)
		for (int g = 0; g < c->n_group; g++) {
			struct source f = { .c = c, .s = &c->sub[s], .g = &c->group[g] };
			const struct block *blocks = &c->block[f.g->first_block];
			int n = cut_chunks(c, f.s, f.g);

			for (int i = 0; i < n; i++) {
				struct chunk k = cut_chunk(c, f.s, f.g, i);

				for (int b = 0; b < f.g->n_block; b++) {
					f.b = &blocks[b];
					w = fill_block(&f, &k, w);
				}
			}
		}
}

static void fill_all_params(const struct cut *c, const struct packed *p, uint8_t *par)
{
	struct source f = { .c = c };

	for (f.edge = 0; f.edge < cut_edge_count(c); f.edge++)
		for (int s = 0; s < c->n_sub; s++)
			for (int g = 0; g < c->n_group; g++)
				for (int b = 0; b < c->group[g].n_block; b++) {
					f.s = &c->sub[s];
					f.g = &c->group[g];
					f.b = &c->block[f.g->first_block + b];
					fill_params(&f, par);
					par += p->block_bytes;
				}
}

int pack_layer(struct image *m, const struct cut *c, struct packed *p)
{
	uint64_t tiles;
	int err;

	memset(p, 0, sizeof(*p));
	p->tile_bytes = c->config->rows * c->config->cols;
	p->block_bytes = 8 * c->config->cols;
	tiles = count_tiles(c);
	if (tiles > IMAGE_MAX / p->tile_bytes)
		return error(-E2BIG, "weights for the core are more than %u bytes", IMAGE_MAX);
	p->n_tile = (uint32_t)tiles;
	p->n_block = (uint32_t)c->n_block * (uint32_t)c->n_sub;
	p->n_param = p->n_block * (uint32_t)cut_edge_count(c);
	err = image_add(m, (size_t)tiles * p->tile_bytes, &p->weights);
	if (!err)
		err = image_add(m, (size_t)p->n_param * p->block_bytes, &p->params);
	if (!err && c->l->table)
		err = image_add(m, 256, &p->table);
	if (err)
		return err;
	fill_weights(c, m->data + p->weights);
	fill_all_params(c, p, m->data + p->params);
	if (c->l->table)
		memcpy(m->data + p->table, c->l->table, 256);
	return 0;
}
