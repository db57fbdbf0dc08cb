/* SPDX-License-Identifier: MIT */
/* The choice of a tiling: all that might be good are tried, the cost model decides. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "cost.h"
#include "error.h"
#include "pack.h"
#include "schedule.h"
#include "tile.h"

struct search {
	const struct core_config *config;
	const struct layer *l;
	struct tiling best;
	bool found;
};

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

static int div_up(int a, int b)
{
	return (a + b - 1) / b;
}

/*
 * Of n blocks or groups all are alike but for the last, which is no larger: the first stands for
 * the others.
 */
static int next_of(int i, int n)
{
	return i || n < 3 ? i + 1 : n - 1;
}

static uint64_t times_of(int i, int n)
{
	return i || n < 3 ? 1 : (uint64_t)n - 1;
}

/* ---- does it fit ---- */

static struct range whole_tile(const struct cut *c)
{
	return (struct range){ 0, min_int(c->t.th, cut_rows(c)), 0, min_int(c->t.tw, cut_cols(c)) };
}

/* The largest box of a tile. */
static uint32_t box_bytes(const struct cut *c)
{
	struct range tile = whole_tile(c);
	struct box b;

	if (c->t.ifm == IFM_TILE) {
		b = cut_box(c, NULL, NULL, NULL, &tile);
		return b.bytes;
	}
	uint32_t most = 0;

	/* Without groups of channels all groups of blocks read alike. */
	for (int s = 0; s < c->n_sub; s++)
		for (int g = 0; g < (c->l->groups > 1 && c->n_group < 256 ? c->n_group : 1); g++) {
			struct chunk k = cut_chunk(c, &c->sub[s], &c->group[g], 0);

			b = cut_box(c, &c->sub[s], &c->group[g], &k, &tile);
			/* Of many groups one may start in the middle of a beat. */
			if (c->n_group >= 256 && b.bytes < UINT32_C(1) << 26)
				b.bytes += 30 * (uint32_t)(b.rows * b.cols);
			if (b.bytes > most)
				most = b.bytes;
		}
	return most;
}

static bool fits(const struct cut *c)
{
	const struct core_config *config = c->config;
	struct range tile = whole_tile(c), r = cut_units(c, c->sub, &tile);
	int64_t pixels = (int64_t)r.n_y * r.n_x, outputs = (int64_t)tile.n_y * tile.n_x;

	if (r.n_y > 4096 || r.n_x > 4096 || tile.n_x > 4096)
		return false;
	for (int g = 0; g < c->n_group; g = c->l->res >= 0 ? g + 1 : next_of(g, c->n_group)) {
		/* A residual operand is loaded from a multiple of 16 bytes on. */
		if (c->l->res >= 0 && c->group[g].ch % 16)
			return false;
		int64_t blocks = c->t.ifm == IFM_CHUNKS ? c->group[g].n_block : 1;

		if (pixels * blocks > config->acc_entries)
			return false;
		if (outputs * c->group[g].cols > (int64_t)config->ofm_bytes)
			return false;
	}
	return box_bytes(c) <= config->ifm_bytes;
}

/* ---- what it costs ---- */

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

/* Weight tiles of a block.  Of many chunks all are taken to be as large as the first: never too
 * few. */
static uint64_t block_tiles(const struct cut *c, const struct sub *s, const struct group *g,
			    const struct block *b)
{
	int n = cut_chunks(c, s, g), counted = n > 16 ? 1 : n;
	uint64_t tiles = 0;

	for (int i = 0; i < counted; i++) {
		struct chunk k = cut_chunk(c, s, g, i);
		struct loops u = cut_loops(c, s, g, b, &k);

		tiles += (uint64_t)u.k0 * (uint64_t)u.k1 * (uint64_t)u.k2;
	}
	return n > 16 ? tiles * (uint64_t)n : tiles;
}

static uint64_t count_tiles(const struct cut *c)
{
	uint64_t tiles = 0;

	for (int s = 0; s < c->n_sub; s++)
		for (int g = 0; g < c->n_group; g = next_of(g, c->n_group))
			for (int b = 0; b < c->group[g].n_block;
			     b = next_of(b, c->group[g].n_block))
				tiles += times_of(g, c->n_group) *
					 times_of(b, c->group[g].n_block) *
					 block_tiles(c, &c->sub[s], &c->group[g],
						     &c->block[c->group[g].first_block + b]);
	return tiles;
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
		uint64_t alike = times_of(b, g->n_block), tiles = block_tiles(c, s, g, block), one,
			 pieces;

		one = cost_conv(c->config, tiles, pixels);
		post = cost_post(c->config, outputs, window, (unsigned)block->cols);
		/* Halves take turns, unless there are several blocks in each. */
		if (!c->t.acc_stream || 2 * pixels > c->config->acc_entries)
			one = max64(one,
				    (one + post + COST_CONV_LATENCY + COST_POST_LATENCY + 8) / 2);
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

		sum->load += (uint64_t)n * chunks;
		sum->commands += (uint64_t)n;
		if (2 * b.bytes > c->config->ifm_bytes)
			conv += (uint64_t)n * (chunks + COST_LOAD_LATENCY);
		if (!sum->first)
			sum->first = chunks + (uint64_t)k.n_ch * (uint64_t)(k.n_kx * k.n_ky) *
						      c->config->cols / 16;
	}
	sum->commands += (uint64_t)g->n_phase_y + (c->l->res >= 0);
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

/* Beyond this, tiles in the middle are taken to be alike. */
enum { TILES_COUNTED = 16 };

static void cost_all(struct cut *c, uint64_t n_tile, uint64_t n_block)
{
	uint64_t beats = c->t.weights_stay
				 ? n_tile * (uint64_t)c->config->rows * c->config->cols / 16
				 : 0;
	struct cost sum = { 0 };
	struct range t;
	int n = schedule_tiles(c), step = n > TILES_COUNTED ? n / TILES_COUNTED : 1;

	c->t.cycles = c->t.array = c->t.commands = 0;
	beats += n_block * c->config->cols / 2;
	/* Loads for later tiles hardly help an earlier one, so each counts for itself. */
	for (int i = 0; schedule_tile(c, i, &t); i += i && i < n - 1 - step ? step : 1) {
		uint64_t times = i && i < n - 1 - step ? (uint64_t)step : 1;

		c->t.cycles += times * cost_one(c, &t, i ? 0 : beats, &sum);
		c->t.array += times * sum.conv;
		c->t.commands += times * sum.commands;
	}
	c->t.cycles += sum.first + sum.last;
}

/* ---- what is tried ---- */

static void try_tiling(struct search *s, struct tiling t)
{
	const struct core_config *config = s->config;
	uint64_t tiles, blocks, room = config->wgt_bytes / (config->rows * config->cols);
	struct cut c;

	if (t.th < 1 || t.tw < 1 || cut_init(&c, config, s->l, &t))
		return;
	if (fits(&c)) {
		tiles = count_tiles(&c);
		blocks = (uint64_t)c.n_block * (uint64_t)c.n_sub;
		c.t.weights_stay = tiles <= room;
		c.t.piece = room < 4 ? 1 : room / 4 < 4096 ? (int)(room / 4) : 4096;
		c.t.acc_stream = tiles == blocks;
		cost_all(&c, tiles, blocks);
		if (!s->found || c.t.cycles < s->best.cycles)
			s->best = c.t;
		s->found = true;
	}
	cut_free(&c);
}

/* Tiles of at most `units`: whole rows where they fit, and less. */
static void try_sizes(struct search *s, struct tiling t, int units)
{
	struct cut c;
	int rows, cols;

	t.th = t.tw = 1;
	if (units < 1 || cut_init(&c, s->config, s->l, &t))
		return;
	rows = cut_rows(&c);
	cols = cut_cols(&c);
	cut_free(&c);
	for (int parts = 1; parts <= 64; parts = parts < 4 ? parts + 1 : 2 * parts) {
		int most, last = 0;

		t.tw = div_up(cols, parts);
		if (layer_pools(s->l)) {
			const struct window *x = &s->l->win_x, *y = &s->l->win_y;
			int width = (t.tw - 1) * x->s + x->k, height = units / width;

			most = height < y->k ? 0 : (height - y->k) / y->s + 1;
		} else {
			most = units / t.tw;
		}
		most = min_int(most, rows);
		for (int n = 1; n <= 8 && most; n *= 2) {
			t.th = max_int(1, most / n);
			if (t.th == last)
				break;
			last = t.th;
			try_tiling(s, t);
		}
		if (t.tw == 1 || (most >= 4 && parts >= 2))
			break;
	}
}

static void try_groups(struct search *s, struct tiling t)
{
	const struct core_config *config = s->config;
	int lanes = max_int((int)config->rows, 16), entries = (int)config->acc_entries;
	int kernel = max_int(s->l->y.k, s->l->x.k), in_ch = s->l->in_ch;
	bool phases = t.packed || t.pack_y * t.pack_x > 1;

	t.chunk_ky = t.chunk_kx = INT_MAX / 2;
	t.chunk_ch = in_ch;
	for (int n = 1; n <= 64; n *= 2) {
		if (phases)
			t.group_phases = n;
		else
			t.group_blocks = n;
		t.ifm = IFM_TILE;
		try_sizes(s, t, entries);
		try_sizes(s, t, entries / 2);
		t.ifm = IFM_CHUNKS;
		if (t.layout != LAYOUT_PLAIN)
			continue;
		/* A group's blocks share the accumulators. */
		for (int ch = div_up(in_ch, lanes) * lanes; ch >= lanes;
		     ch = ch / 2 / lanes * lanes) {
			t.chunk_ch = ch;
			if (s->l->groups > 1 && (n > 1 || phases))
				break;
			try_sizes(s, t, entries / n);
		}
	}
	if (s->found)
		return;
	/* Last resort: a tap at a time. */
	t.group_phases = 1;
	t.group_blocks = s->l->res >= 0 && config->cols < 16 ? 2 : 1;
	t.ifm = IFM_CHUNKS;
	t.chunk_ch = lanes;
	for (int ky = kernel; t.layout == LAYOUT_PLAIN && ky >= 1; ky /= 2) {
		t.chunk_ky = t.chunk_kx = ky;
		for (int units = entries; units >= 1 && !s->found; units /= 2)
			try_sizes(s, t, units);
	}
}

/* Whether outputs may share columns: the rest of the layer must not know single outputs. */
static bool can_pack(const struct layer *l)
{
	return l->groups == 1 && l->res < 0 && !layer_pools(l);
}

/* Weight tiles of a run of taps with all channels; a loop has 256 turns. */
static int64_t run_tiles(const struct search *s, int taps_x, int taps_y)
{
	return ((int64_t)taps_x * taps_y * s->l->in_ch + s->config->rows - 1) / s->config->rows;
}

static void try_layouts(struct search *s, struct tiling t)
{
	const struct layer *l = s->l;
	int rows = (int)s->config->rows;
	struct cut c;
	bool runs = l->groups == 1 && !l->pad_edge && l->in_ch % rows, one;

	t.layout = LAYOUT_PLAIN;
	try_groups(s, t);
	if (!runs)
		return;
	t.group_blocks = t.group_phases = t.th = t.tw = 1;
	if (cut_init(&c, s->config, l, &t))
		return;
	for (int i = 0; i < c.n_sub; i++)
		runs = runs && c.sub[i].x.tap_step == 1 && run_tiles(s, c.sub[i].x.taps, 1) <= 256;
	one = c.n_sub == 1 && run_tiles(s, c.sub->x.taps, c.sub->y.taps) <= 256;
	cut_free(&c);
	if (!runs)
		return;
	t.layout = LAYOUT_ROWS;
	try_groups(s, t);
	if (!one || l->in_ch > rows)
		return;
	t.layout = LAYOUT_WINDOW;
	try_groups(s, t);
}

/* All ways of some output channels. */
static bool search_channels(struct search *s, int ch, int n_ch)
{
	const struct layer *l = s->l;
	int cols = (int)s->config->cols, most = n_ch < cols ? cols / n_ch : 1;
	struct tiling t = { .ch = ch,
			    .n_ch = n_ch,
			    .pack_y = 1,
			    .pack_x = 1,
			    .group_blocks = 1,
			    .group_phases = 1,
			    .piece = 1 };

	s->found = false;
	try_layouts(s, t);
	if (!can_pack(l))
		return s->found;
	t.packed = l->deconv;
	if (l->deconv)
		try_layouts(s, t);
	if (l->deconv)
		most = 2 * cols / (n_ch * l->y.stride * l->x.stride);
	for (int y = 1; y <= 4 && y <= most; y *= 2)
		for (int x = 1; x <= 8 && x * y <= most; x++) {
			t.pack_y = y;
			t.pack_x = x;
			if (x * y > 1)
				try_layouts(s, t);
		}
	return s->found;
}

static void one_part(struct choice *c, const struct tiling *t)
{
	*c = (struct choice){ 1, { *t }, t->cycles, t->commands };
}

/* The channels that fill whole blocks, and the rest. */
static void try_split(struct search *s, int first, struct choice *best)
{
	struct choice c = { .n = 2 };

	if (first < 1 || first >= s->l->out_ch || !search_channels(s, 0, first))
		return;
	c.part[1] = s->best;
	if (!search_channels(s, first, s->l->out_ch - first))
		return;
	/* The rest runs first: what else it does than to compute overlaps with the main part. */
	c.part[0] = s->best;
	c.cycles = c.part[0].array + c.part[1].cycles + (c.part[0].cycles - c.part[0].array) / 4;
	c.commands = c.part[0].commands + c.part[1].commands;
	if (c.cycles < best->cycles)
		*best = c;
}

int tile_choose(const struct core_config *config, const struct layer *l, struct choice *best)
{
	struct search s = { .config = config, .l = l };
	int cols = (int)config->cols, phases = l->deconv ? l->y.stride * l->x.stride : 1;

	if (config->par_bytes < 8 * config->cols || config->wgt_bytes < config->rows * config->cols)
		return error(-ENOTSUP, "the core's buffers hold no block of parameters or weights");
	if (!search_channels(&s, 0, l->out_ch))
		return error(-ENOTSUP, "no tile of it fits the buffers of this core");
	one_part(best, &s.best);
	if (!can_pack(l) || l->out_ch > 4 * cols || l->out_ch * phases % cols == 0)
		return 0;
	try_split(&s, l->out_ch / cols * cols, best);
	if (phases > 1 && cols % phases == 0)
		try_split(&s, l->out_ch * phases / cols * cols / phases, best);
	return 0;
}
