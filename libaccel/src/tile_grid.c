/* SPDX-License-Identifier: MIT */
/* The grid of tiles of a layer, and its edges, where whole rows of taps see nothing but padding. */
#include "tile.h"

#include <limits.h>

/* A dimension that is cut: `parts` equal ones, and perhaps a small one at each end. */
struct cuts {
	int n, small, parts;
};

/*
 * With `ramp` the first and the last are small: nothing runs while the first is loaded and while
 * the last is stored.  Equal parts rather than a small rest.
 */
static struct cuts cut_dimension(int n, int size, int ramp)
{
	struct cuts c = { .n = n, .small = (size + 3) / 4 };

	if (c.small < ramp)
		c.small = ramp;
	if (!ramp || c.small >= size || n <= size + c.small)
		c.small = 0;
	c.parts = (n - 2 * c.small + size - 1) / size;
	return c;
}

static int count_cuts(const struct cuts *c)
{
	return c->parts + (c->small ? 2 : 0);
}

/* The i-th; 0: there is none. */
static int get_cut(const struct cuts *c, int i, int *first)
{
	int middle = c->n - 2 * c->small, at = c->small ? i - 1 : i;

	*first = at < 0 ? 0 : c->n - c->small;
	if (at < 0 || (at == c->parts && c->small))
		return c->small;
	if (at >= c->parts)
		return 0;
	*first = c->small + (int)((int64_t)middle * at / c->parts);
	return c->small + (int)((int64_t)middle * (at + 1) / c->parts) - *first;
}

/* Small tiles lie along y, or along x when there is only one row of tiles; they fill the array
 * still. */
static void cut_layer(const struct cut *c, struct cuts *y, struct cuts *x)
{
	int rows = cut_rows(c), cols = cut_cols(c), full = (int)c->config->rows;
	int width = cols < c->t.tw ? cols : c->t.tw, height = rows < c->t.th ? rows : c->t.th;

	*y = cut_dimension(rows, c->t.th, (full + width - 1) / width);
	*x = cut_dimension(cols, c->t.tw, rows <= c->t.th ? (full + height - 1) / height : 0);
}

int cut_tiles(const struct cut *c)
{
	struct cuts y, x;

	cut_layer(c, &y, &x);
	return count_cuts(&y) * count_cuts(&x);
}

int cut_tile_cols(const struct cut *c)
{
	struct cuts y, x;

	cut_layer(c, &y, &x);
	return count_cuts(&x);
}

bool cut_tile(const struct cut *c, int i, struct range *tile)
{
	struct cuts y, x;

	cut_layer(c, &y, &x);
	tile->n_y = get_cut(&y, i / count_cuts(&x), &tile->y);
	tile->n_x = get_cut(&x, i % count_cuts(&x), &tile->x);
	return tile->n_y > 0;
}

/* ---- edges ---- */

/* In a window layout the rows' taps are one run with others: none can be left out. */
static bool may_skip(const struct cut *c)
{
	return c->t.ifm == IFM_TILE && c->t.layout != LAYOUT_WINDOW && !c->l->pad_edge;
}

static struct taps seeing(const struct cut *c, const struct sub *s, const struct range *tile)
{
	struct range r = cut_units(c, s, tile);
	struct taps t = { 0, s->y.taps };
	int64_t first = s->y.in0 + (int64_t)r.y * s->y.in_step,
		last = first + (int64_t)(r.n_y - 1) * s->y.in_step;

	/* One is always left, for something has to set the accumulators. */
	while (r.n_y > 0 && t.n > 1 && last + (int64_t)t.first * s->y.tap_step < 0) {
		t.first++;
		t.n--;
	}
	while (r.n_y > 0 && t.n > 1 &&
	       first + (int64_t)(t.first + t.n - 1) * s->y.tap_step >= c->l->y.in)
		t.n--;
	return t;
}

struct taps cut_taps(const struct cut *c, const struct sub *s, const struct range *tile)
{
	if (tile && (tile->y < c->middle || tile->y >= c->bottom))
		return seeing(c, s, tile);
	return (struct taps){ 0, s->y.taps };
}

static bool skips(const struct cut *c, int row)
{
	struct cuts y, x;
	struct range tile = { .n_x = 1 };

	cut_layer(c, &y, &x);
	tile.n_y = get_cut(&y, row, &tile.y);
	for (int i = 0; i < c->n_sub; i++)
		if (seeing(c, &c->sub[i], &tile).n < c->sub[i].y.taps)
			return true;
	return false;
}

/* Each row of tiles at an edge has parameters of its own, so they must be few. */
enum { EDGE_MAX = 4 };

void cut_edges(struct cut *c)
{
	struct cuts y, x;
	int rows, top = 0, bottom = 0;

	c->edge_top = c->edge_bottom = c->middle = 0;
	c->bottom = INT_MAX;
	if (!may_skip(c))
		return;
	cut_layer(c, &y, &x);
	rows = count_cuts(&y);
	while (top <= EDGE_MAX && top < rows && skips(c, top))
		top++;
	while (bottom <= EDGE_MAX && bottom < rows - top && skips(c, rows - 1 - bottom))
		bottom++;
	if (top > EDGE_MAX || bottom > EDGE_MAX)
		return;
	c->edge_top = top;
	c->edge_bottom = bottom;
	c->middle = INT_MAX;
	if (top < rows)
		get_cut(&y, top, &c->middle);
	if (bottom)
		get_cut(&y, rows - bottom, &c->bottom);
}

int cut_edge(const struct cut *c, int i)
{
	struct cuts y, x;
	int rows, row;

	cut_layer(c, &y, &x);
	rows = count_cuts(&y);
	row = i / count_cuts(&x);
	if (row < c->edge_top)
		return row;
	return row < rows - c->edge_bottom ? c->edge_top
					   : c->edge_top + 1 + row - (rows - c->edge_bottom);
}

struct taps cut_edge_taps(const struct cut *c, const struct sub *s, int edge)
{
	struct cuts y, x;
	struct range tile = { .n_x = 1 };
	int row = edge;

	if (edge == c->edge_top)
		return (struct taps){ 0, s->y.taps };
	cut_layer(c, &y, &x);
	if (edge > c->edge_top)
		row = count_cuts(&y) - c->edge_bottom + edge - c->edge_top - 1;
	tile.n_y = get_cut(&y, row, &tile.y);
	return seeing(c, s, &tile);
}
