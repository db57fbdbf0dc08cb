/* SPDX-License-Identifier: MIT */
/* What a tiling would cost: cycles of each engine, added up tile by tile. */
#include "tile_cost.h"

#include "cost.h"

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

static int div_up(int a, int b)
{
	return (a + b - 1) / b;
}

struct cost {
	uint64_t conv, load, post, store, first, last, commands;
};

static uint64_t max64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t box_chunks(const struct cut *c, const struct box *b)
{
	uint64_t n = (uint64_t)b->rows * (uint64_t)b->cols * (uint64_t)div_up(b->n_ch, 16);

	return c->t.layout == LAYOUT_WINDOW ? n * (uint64_t)c->sub->y.taps : n;
}

/* Chunks that a pixel of a group is stored in: smaller ones where it starts between two beats. */
static uint64_t store_chunks(const struct cut *c, const struct group *g)
{
	int align = g->ch & -g->ch;

	if (c->l->out_ch <= 8 || !align || align > 16)
		align = 16;
	return (uint64_t)div_up(g->n_ch, align);
}

/* STORE commands of a row of phases: units at the picture's edge are stored phase by phase. */
static uint64_t store_commands(const struct sub_axis *a, int size, int first, int n)
{
	int from = a->out0 + first * a->out_step, last = from + (n - 1) * a->out_step;
	int left = from < 0 ? a->phases + from : 0;
	int right = last + a->phases > size ? size - last : 0;

	return (uint64_t)(1 + max_int(left, 0) + max_int(right, 0));
}

static void add_cost(struct cost *to, const struct cost *c, uint64_t times)
{
	to->conv += times * c->conv;
	to->load += times * c->load;
	to->post += times * c->post;
	to->store += times * c->store;
	to->commands += times * c->commands;
	to->first = c->first;
	to->last = c->last;
}

/*
 * Weight tiles of a block in a tile; NULL: in any but those at the edges.  Of many chunks all are
 * taken to be as large as the first: never too few.
 */
static uint64_t block_tiles(const struct cut *c, const struct sub *s, const struct group *g,
			    const struct block *b, const struct range *tile)
{
	struct taps t = cut_taps(c, s, tile);
	int n = cut_chunks(c, s, g), counted = n > 16 ? 1 : n;
	uint64_t tiles = 0;

	for (int i = 0; i < counted; i++) {
		struct chunk k = cut_chunk(c, s, g, i);
		struct loops u;

		if (n == 1)
			k.n_ky = t.n;
		u = cut_loops(c, s, g, b, &k);
		tiles += (uint64_t)u.k0 * (uint64_t)u.k1 * (uint64_t)u.k2;
	}
	return n > 16 ? tiles * (uint64_t)n : tiles;
}

uint64_t tile_count(const struct cut *c)
{
	uint64_t tiles = 0;

	for (int s = 0; s < c->n_sub; s++)
		for (int g = 0; g < c->n_group; g = next_of(g, c->n_group))
			for (int b = 0; b < c->group[g].n_block;
			     b = next_of(b, c->group[g].n_block))
				tiles += times_of(g, c->n_group) *
					 times_of(b, c->group[g].n_block) *
					 block_tiles(c, &c->sub[s], &c->group[g],
						     &c->block[c->group[g].first_block + b], NULL);
	return tiles;
}

/* With the input in chunks the blocks of a group share the accumulators anyway. */
static unsigned batch_of(const struct cut *c, const struct group *g, uint64_t conv, uint64_t post,
			 uint64_t pixels)
{
	if (c->t.ifm == IFM_CHUNKS || c->t.acc_stream)
		return 1;
	return cost_batch(c->config, conv, post, pixels, (unsigned)g->n_block);
}

/*
 * Cycles of page walks for a box that is loaded a few channels at a time: where its pixels lie far
 * apart, each time walks them all again.
 */
static uint64_t walks(const struct cut *c, const struct box *b)
{
	uint64_t pitch = (uint64_t)div_up(c->l->in_ch, 16) * 16,
		 rows = (uint64_t)b->rows * (uint64_t)b->step_y,
		 lines = rows * (uint64_t)c->l->x.in * pitch >> 16;

	return lines > COST_TLB_LINES ? lines * COST_WALK : 0;
}

/* A group of a sub-convolution in a tile. */
static void cost_group(const struct cut *c, const struct sub *s, const struct group *g,
		       const struct range *tile, uint64_t times, struct cost *all)
{
	struct cost one_group = { .first = all->first }, *sum = &one_group;
	struct range r = cut_units(c, s, tile);
	uint64_t pixels = (uint64_t)r.n_y * (uint64_t)r.n_x, outputs = pixels, window = 1, conv = 0,
		 post = 0;
	int n = cut_chunks(c, s, g);

	if (!pixels)
		return;
	if (layer_pools(c->l)) {
		outputs = (uint64_t)tile->n_y * (uint64_t)tile->n_x;
		window = (uint64_t)(c->l->win_y.k * c->l->win_x.k);
	}
	for (int b = 0; b < g->n_block; b = next_of(b, g->n_block)) {
		const struct block *block = &c->block[g->first_block + b];
		uint64_t alike = times_of(b, g->n_block), tiles = block_tiles(c, s, g, block, tile), one,
			 pieces;

		one = cost_conv(c->config, tiles, pixels);
		post = cost_post(c->config, outputs, window, (unsigned)block->cols);
		/* Halves take turns, unless there are several blocks in each. */
		if (!c->t.acc_stream || 2 * pixels > c->config->acc_entries)
			one = cost_block(one, post, batch_of(c, g, one, post, pixels));
		conv += alike * one;
		sum->post += alike * post;
		pieces = (uint64_t)n * (1 + tiles / ((uint64_t)n * (uint64_t)c->t.piece));
		sum->commands += alike * (1 + pieces);
		if (c->t.weights_stay)
			continue;
		sum->commands += alike * pieces;
		sum->load += alike * tiles * c->config->rows * c->config->cols / 16;
	}
	if (c->t.ifm == IFM_CHUNKS) {
		struct chunk k = cut_chunk(c, s, g, 0);
		struct box b = cut_box(c, s, g, &k, tile);
		uint64_t chunks = box_chunks(c, &b);

		sum->load += (uint64_t)n * (chunks + walks(c, &b));
		sum->commands += (uint64_t)n;
		if (2 * b.bytes > c->config->ifm_bytes)
			conv += (uint64_t)n * (chunks + COST_LOAD_LATENCY);
		if (!sum->first)
			sum->first = chunks + (uint64_t)k.n_ch * (uint64_t)(k.n_kx * k.n_ky) *
						      c->config->cols / 16;
	}
	sum->commands += (uint64_t)g->n_phase_y *
			 (g->n_phase_y * s->x.phases == 1
				  ? 1
				  : store_commands(&s->x, c->l->x.out, r.x, r.n_x));
	sum->commands += c->l->res >= 0;
	/* No room for two groups in the OFM buffer: one is stored before the next is finished. */
	if (2 * outputs * (uint64_t)g->cols > c->config->ofm_bytes)
		conv += outputs * (uint64_t)(g->n_phase_y * s->x.phases) * store_chunks(c, g) +
			COST_STORE_LATENCY;
	sum->conv += conv;
	sum->store += outputs * (uint64_t)(g->n_phase_y * s->x.phases) * store_chunks(c, g);
	if (c->l->res >= 0)
		sum->load += outputs * (uint64_t)div_up(g->n_ch, 16);
	sum->last = post + outputs * (uint64_t)(g->n_phase_y * s->x.phases) *
				   (uint64_t)div_up(g->n_ch, 16);
	add_cost(all, sum, times);
}

static void cost_tile(const struct cut *c, const struct range *tile, struct cost *sum)
{
	if (c->t.ifm == IFM_TILE) {
		struct box b = cut_box(c, NULL, NULL, NULL, tile);

		sum->load += box_chunks(c, &b);
		sum->commands += c->t.layout == LAYOUT_WINDOW ? (uint64_t)b.rows : 1;
		if (!sum->first)
			sum->first = box_chunks(c, &b) +
				     (uint64_t)c->t.piece * c->config->rows * c->config->cols / 32;
		if (2 * b.bytes > c->config->ifm_bytes)
			sum->conv += box_chunks(c, &b) + COST_LOAD_LATENCY;
	}
	for (int s = 0; s < c->n_sub; s++)
		for (int g = 0; g < c->n_group; g = next_of(g, c->n_group))
			cost_group(c, &c->sub[s], &c->group[g], tile, times_of(g, c->n_group), sum);
}

/* A tile, when no other helps or hinders. */
static uint64_t cost_one(const struct cut *c, const struct range *t, uint64_t beats,
			 struct cost *sum)
{
	sum->conv = sum->post = sum->store = sum->commands = 0;
	sum->load = beats;
	cost_tile(c, t, sum);
	sum->load += COST_FETCH_BEATS * sum->commands;
	return max64(max64(sum->conv, sum->load),
		     max64(max64(sum->post, sum->store), COST_COMMAND * sum->commands)) +
	       sum->commands;
}

/*
 * Rows of tiles, or tiles of a row, with i standing for several of n: the `edge` first and last
 * count each for itself, of many in between only some.
 */
static int next_tile(int i, int n, int edge, int counted, uint64_t *times)
{
	int step = n > counted ? n / counted : 1;

	if (i < edge || i + step > n - edge)
		step = 1;
	*times = (uint64_t)step;
	return i + step;
}

enum { ROWS_COUNTED = 8, COLS_COUNTED = 4 };

static int max_edge(const struct cut *c)
{
	return max_int(1, max_int(c->edge_top, c->edge_bottom));
}

void tile_cost(struct cut *c)
{
	uint64_t tile_beats = (uint64_t)c->config->rows * c->config->cols / 16, times_y, times_x,
		 blocks = (uint64_t)c->n_block * (uint64_t)c->n_sub;
	uint64_t beats = c->t.weights_stay ? tile_count(c) * tile_beats : 0, units = 0;
	struct cost sum = { 0 };
	struct range t;
	int cols = cut_tile_cols(c), rows = cut_tiles(c) / cols;

	c->t.cycles = c->t.array = c->t.commands = c->t.beats = 0;
	beats += blocks * (uint64_t)cut_edge_count(c) * c->config->cols / 2;
	/* Loads for later tiles hardly help an earlier one, so each counts for itself. */
	for (int y = 0, next_y; y < rows; y = next_y) {
		next_y = next_tile(y, rows, max_edge(c), ROWS_COUNTED, &times_y);
		for (int x = 0, next_x; x < cols; x = next_x) {
			next_x = next_tile(x, cols, 1, COLS_COUNTED, &times_x);
			cut_tile(c, y * cols + x, &t);
			units += times_y * times_x * (uint64_t)t.n_y * (uint64_t)t.n_x;
			c->t.cycles += times_y * times_x * cost_one(c, &t, x || y ? 0 : beats, &sum);
			c->t.array += times_y * times_x * sum.conv;
			c->t.beats += times_y * times_x * (sum.load + sum.store);
			c->t.commands += times_y * times_x * sum.commands;
		}
	}
	/* Those that were counted for others may be smaller or larger by a unit. */
	if (units) {
		double share = (double)cut_rows(c) * (double)cut_cols(c) / (double)units;

		c->t.cycles = (uint64_t)((double)c->t.cycles * share);
		c->t.array = (uint64_t)((double)c->t.array * share);
	}
	c->t.cycles += sum.first + sum.last;
}
