/* SPDX-License-Identifier: MIT */
/* The choice of a tiling: all that might be good are tried, the cost model decides. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "error.h"
#include "tile_cost.h"

struct search {
	const struct core_config *config;
	const struct layer *l;
	struct tiling best;
	bool found;
	bool no_memory;	/* something was not tried: what was found may not be the best */
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

/* ---- does it fit ---- */

static struct range whole_tile(const struct cut *c)
{
	return (struct range){ 0, min_int(c->t.th, cut_rows(c)), 0, min_int(c->t.tw, cut_cols(c)) };
}

/* The largest box of a tile. */
static uint32_t box_bytes(const struct cut *c)
{
	struct range tile = whole_tile(c);
	struct cut all = *c;
	struct box b;

	if (c->t.ifm == IFM_TILE) {
		all.middle = 0; /* as if it were no tile at an edge */
		all.bottom = INT_MAX;
		b = cut_box(&all, NULL, NULL, NULL, &tile);
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

/* ---- what is tried ---- */

/* cut_init() of what is tried: false: it cannot be. */
static bool make_cut(struct search *s, const struct tiling *t, struct cut *c)
{
	int err = cut_init(c, s->config, s->l, t);

	s->no_memory |= err == -ENOMEM;
	return !err;
}

/* Of two that take as long, the one that leaves memory alone. */
static uint64_t weight(const struct tiling *t)
{
	return t->cycles + t->beats / 64;
}

static void try_tiling(struct search *s, struct tiling t)
{
	const struct core_config *config = s->config;
	uint64_t tiles, blocks, room = config->wgt_bytes / (config->rows * config->cols);
	struct cut c;

	if (t.th < 1 || t.tw < 1 || !make_cut(s, &t, &c))
		return;
	if (fits(&c)) {
		tiles = tile_count(&c);
		blocks = (uint64_t)c.n_block * (uint64_t)c.n_sub;
		c.t.weights_stay = tiles <= room;
		c.t.piece = room < 4 ? 1 : room / 4 < 4096 ? (int)(room / 4) : 4096;
		c.t.acc_stream = tiles == blocks;
		tile_cost(&c);
		if (!s->found || weight(&c.t) < weight(&s->best))
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
	if (units < 1 || !make_cut(s, &t, &c))
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
	if (!make_cut(s, &t, &c))
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
	if (!search_channels(&s, 0, l->out_ch) && !s.no_memory)
		return error(-ENOTSUP, "no tile of it fits the buffers of this core");
	one_part(best, &s.best);
	if (can_pack(l) && l->out_ch <= 4 * cols && l->out_ch * phases % cols) {
		try_split(&s, l->out_ch / cols * cols, best);
		if (phases > 1 && cols % phases == 0)
			try_split(&s, l->out_ch * phases / cols * cols / phases, best);
	}
	return s.no_memory ? error(-ENOMEM, "out of memory for tilings") : 0;
}
