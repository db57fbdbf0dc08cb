/* SPDX-License-Identifier: MIT */
/* Sub-convolutions, groups, blocks and boxes: what a tiling means for a layer. */
#include "tile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

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

static int gcd(int a, int b)
{
	return b ? gcd(b, a % b) : a;
}

/* g neighbouring outputs make a unit. */
static struct sub_axis conv_axis(const struct axis *a, int g)
{
	return (struct sub_axis){
		.n = div_up(a->out, g),
		.out_step = g,
		.phases = g,
		.in0 = -a->pad,
		.in_step = g * a->stride,
		.taps = g == 1 ? a->k : (g - 1) * a->stride + (a->k - 1) * a->dilation + 1,
		.tap_step = g == 1 ? a->dilation : 1,
	};
}

/* Output o meets input i at kernel index k when o + pad = i * stride + k * dilation. */
static struct sub_axis phase_axis(const struct axis *a, int phase)
{
	int g = gcd(a->stride, a->dilation), k0 = 0;
	struct sub_axis s = { .out0 = phase, .out_step = a->stride, .phases = 1, .in_step = 1 };

	s.n = a->out > phase ? div_up(a->out - phase, a->stride) : 0;
	while (k0 < a->k && (phase + a->pad - k0 * a->dilation) % a->stride)
		k0++;
	s.taps = 1;
	s.tap_step = 1;
	if (k0 == a->k)
		return s; /* no tap: cut_kernel() finds none, the weights are 0 */
	s.taps = div_up(a->k - k0, a->stride / g);
	s.tap_step = a->dilation / g;
	s.in0 = (phase + a->pad - k0 * a->dilation) / a->stride - (s.taps - 1) * s.tap_step;
	return s;
}

/*
 * With w = g * stride, unit q makes the outputs o with o + pad in [q' * w, (q' + 1) * w), q' = q +
 * q0. Phase p meets kernel index k at the input q' * g + floor((p - k d) / s).
 */
static struct sub_axis packed_axis(const struct axis *a, int g)
{
	int w = g * a->stride, first = a->pad / w, last = (a->out - 1 + a->pad) / w;
	int back = (a->k - 1) * a->dilation / a->stride;

	return (struct sub_axis){
		.n = last - first + 1,
		.out0 = first * w - a->pad,
		.out_step = w,
		.phases = w,
		.in0 = first * g - back,
		.in_step = g,
		.taps = back + g,
		.tap_step = 1,
	};
}

static int make_subs(struct cut *c)
{
	const struct layer *l = c->l;
	int ny = l->deconv && !c->t.packed ? l->y.stride : 1;
	int nx = l->deconv && !c->t.packed ? l->x.stride : 1;

	c->sub = c->sub_room;
	if (ny * nx > CUT_SUBS)
		c->sub = calloc((size_t)ny * (size_t)nx, sizeof(*c->sub));
	if (!c->sub)
		return error(-ENOMEM, "out of memory for sub-convolutions");
	for (int i = 0; i < ny * nx; i++) {
		struct sub s;

		if (!l->deconv)
			s = (struct sub){ conv_axis(&l->y, c->t.pack_y),
					  conv_axis(&l->x, c->t.pack_x) };
		else if (c->t.packed)
			s = (struct sub){ packed_axis(&l->y, c->t.pack_y),
					  packed_axis(&l->x, c->t.pack_x) };
		else
			s = (struct sub){ phase_axis(&l->y, i / nx), phase_axis(&l->x, i % nx) };
		if (s.y.n && s.x.n)
			c->sub[c->n_sub++] = s;
	}
	return 0;
}

/* Output channels of a block that starts at ch, and the input channels that they need. */
static struct block channel_block(const struct cut *c, int ch)
{
	const struct layer *l = c->l;
	int end = c->t.ch + c->t.n_ch, cols = (int)c->config->cols, og = l->out_ch / l->groups,
	    ig = l->in_ch / l->groups;
	struct block b = { .col = ch };

	if (l->groups == 1 || og * 2 > cols) { /* a part of one group of channels */
		b.cols = min_int(cols, min_int(og - ch % og, end - ch));
		b.n_in_ch = ig;
	} else {
		b.cols = min_int(cols / og * og, end - ch);
		b.n_in_ch = b.cols / og * ig;
	}
	b.in_ch = ch / og * ig;
	return b;
}

/* Room for one more behind n: at first that of the cut, then 64 more at a time.  NULL: out of memory. */
static void *grow(void *array, const void *room, int n, size_t size)
{
	void *p;

	if (n < CUT_GROUPS || (n - CUT_GROUPS) % 64)
		return array;
	p = realloc(array == room ? NULL : array, (size_t)(n + 64) * size);
	if (p && array == room)
		memcpy(p, room, (size_t)n * size);
	return p;
}

static int add_block(struct cut *c, struct block b)
{
	void *p = grow(c->block, c->block_room, c->n_block, sizeof(b));

	if (!p)
		return error(-ENOMEM, "out of memory for blocks");
	c->block = p;
	c->block[c->n_block++] = b;
	return 0;
}

static int add_group(struct cut *c, struct group g)
{
	void *p = grow(c->group, c->group_room, c->n_group, sizeof(g));

	if (!p)
		return error(-ENOMEM, "out of memory for groups");
	c->group = p;
	c->group[c->n_group++] = g;
	return 0;
}

/* One phase: groups are runs of channels. */
static int make_channel_groups(struct cut *c)
{
	int ch = c->t.ch, end = ch + c->t.n_ch, err = 0;

	while (!err && ch < end) {
		struct group g = { .n_phase_y = 1, .ch = ch, .first_block = c->n_block };

		for (; !err && ch < end && g.n_block < c->t.group_blocks; g.n_block++) {
			struct block b = channel_block(c, ch);

			if (!g.n_block)
				g.in_ch = b.in_ch;
			g.n_in_ch = b.in_ch + b.n_in_ch - g.in_ch;
			ch += b.cols;
			b.col = g.cols;
			g.cols += b.cols;
			err = add_block(c, b);
		}
		g.n_ch = ch - g.ch;
		if (!err)
			err = add_group(c, g);
	}
	return err;
}

/* Several: groups are runs of rows of phases, with all channels. */
static int make_phase_groups(struct cut *c)
{
	int rows = c->sub->y.phases, in_row = c->sub->x.phases * c->t.n_ch, err = 0;
	int width = (int)c->config->cols;

	for (int p = 0; !err && p < rows; p += c->t.group_phases) {
		struct group g = { .phase_y = p,
				   .n_phase_y = min_int(c->t.group_phases, rows - p),
				   .ch = c->t.ch,
				   .n_ch = c->t.n_ch,
				   .first_block = c->n_block,
				   .n_in_ch = c->l->in_ch };

		g.cols = g.n_phase_y * in_row;
		for (int col = 0; !err && col < g.cols; col += width, g.n_block++)
			err = add_block(c, (struct block){ col, min_int(width, g.cols - col), 0,
							   c->l->in_ch });
		if (!err)
			err = add_group(c, g);
	}
	return err;
}

int cut_init(struct cut *c, const struct core_config *config, const struct layer *l,
	     const struct tiling *t)
{
	int err;

	*c = (struct cut){ .config = config, .l = l, .t = *t };
	c->group = c->group_room;
	c->block = c->block_room;
	err = make_subs(c);
	if (!err)
		err = c->sub->y.phases * c->sub->x.phases > 1 ? make_phase_groups(c)
							      : make_channel_groups(c);
	if (err)
		cut_free(c);
	else
		cut_edges(c);
	return err;
}

void cut_free(struct cut *c)
{
	if (c->sub != c->sub_room)
		free(c->sub);
	if (c->group != c->group_room)
		free(c->group);
	if (c->block != c->block_room)
		free(c->block);
	memset(c, 0, sizeof(*c));
}

/* ---- chunks and loops ---- */

struct chunk_counts {
	int ch, ky, kx;
};

static struct chunk_counts count_chunks(const struct cut *c, const struct sub *s,
					const struct group *g)
{
	if (c->t.ifm == IFM_TILE || c->t.layout != LAYOUT_PLAIN)
		return (struct chunk_counts){ 1, 1, 1 };
	return (struct chunk_counts){ div_up(g->n_in_ch, c->t.chunk_ch),
				      div_up(s->y.taps, c->t.chunk_ky),
				      div_up(s->x.taps, c->t.chunk_kx) };
}

int cut_chunks(const struct cut *c, const struct sub *s, const struct group *g)
{
	struct chunk_counts n = count_chunks(c, s, g);

	return n.ch * n.ky * n.kx;
}

struct chunk cut_chunk(const struct cut *c, const struct sub *s, const struct group *g, int i)
{
	struct chunk_counts n = count_chunks(c, s, g);
	struct chunk k = { 0, g->n_in_ch, 0, s->y.taps, 0, s->x.taps };

	if (n.ch > 1) {
		k.ch = i / (n.ky * n.kx) * c->t.chunk_ch;
		k.n_ch = min_int(c->t.chunk_ch, g->n_in_ch - k.ch);
	}
	if (n.ky > 1) {
		k.ky = i / n.kx % n.ky * c->t.chunk_ky;
		k.n_ky = min_int(c->t.chunk_ky, s->y.taps - k.ky);
	}
	if (n.kx > 1) {
		k.kx = i % n.kx * c->t.chunk_kx;
		k.n_kx = min_int(c->t.chunk_kx, s->x.taps - k.kx);
	}
	return k;
}

struct loops cut_loops(const struct cut *c, const struct sub *s, const struct group *g,
		       const struct block *b, const struct chunk *k)
{
	int rows = (int)c->config->rows;
	/* Channels are cut only where all blocks of the group read the same. */
	int ch = k->n_ch < g->n_in_ch ? k->n_ch : b->n_in_ch;

	switch (c->t.layout) {
	case LAYOUT_ROWS:
		return (struct loops){ div_up(s->x.taps * ch, rows), 1, k->n_ky };
	case LAYOUT_WINDOW:
		return (struct loops){ div_up(s->y.taps * s->x.taps * ch, rows), 1, 1 };
	default:
		return (struct loops){ div_up(ch, rows), k->n_kx, k->n_ky };
	}
}

int cut_kernel(const struct cut *c, bool is_y, const struct sub_axis *s, int t, int p)
{
	const struct axis *a = is_y ? &c->l->y : &c->l->x;
	int in = s->in0 + t * s->tap_step, out = s->out0 + p;
	int k = c->l->deconv ? out + a->pad - in * a->stride : in - out * a->stride + a->pad;

	if (k < 0 || k % a->dilation || k / a->dilation >= a->k)
		return -1;
	return k / a->dilation;
}

/* ---- tiles and boxes ---- */

int cut_rows(const struct cut *c)
{
	int n = 0;

	if (layer_pools(c->l))
		return c->l->win_y.out;
	for (int i = 0; i < c->n_sub; i++)
		n = max_int(n, c->sub[i].y.n);
	return n;
}

int cut_cols(const struct cut *c)
{
	int n = 0;

	if (layer_pools(c->l))
		return c->l->win_x.out;
	for (int i = 0; i < c->n_sub; i++)
		n = max_int(n, c->sub[i].x.n);
	return n;
}

static void units(const struct sub_axis *a, const struct window *w, int from, int n, int *first,
		  int *count)
{
	if (w) {
		*first = from * w->s;
		*count = (n - 1) * w->s + w->k;
		return;
	}
	*first = from;
	*count = max_int(0, min_int(n, a->n - from));
}

struct range cut_units(const struct cut *c, const struct sub *s, const struct range *tile)
{
	struct range r;

	bool pools = layer_pools(c->l);

	units(&s->y, pools ? &c->l->win_y : NULL, tile->y, tile->n_y, &r.y, &r.n_y);
	units(&s->x, pools ? &c->l->win_x : NULL, tile->x, tile->n_x, &r.x, &r.n_x);
	return r;
}

struct span {
	int first, last, step;
};

static struct span axis_span(const struct sub_axis *a, int q, int n, int k, int n_k)
{
	struct span s = { .first = a->in0 + q * a->in_step + k * a->tap_step, .step = 1 };

	s.last = s.first + (n - 1) * a->in_step + (n_k - 1) * a->tap_step;
	return s;
}

static void widen(struct span *s, struct span by, bool first)
{
	if (first || by.first < s->first)
		s->first = by.first;
	if (first || by.last > s->last)
		s->last = by.last;
	s->step = 1;
}

/*
 * One tap only: inputs between those that are used need not be loaded.  Narrow pixels are
 * neighbours in memory, so columns cannot be left out there.
 */
static int sparse(const struct cut *c, const struct sub_axis *a, int taps, bool is_x)
{
	if (c->n_sub > 1 || taps > 1 || c->l->pad_edge)
		return 1;
	if (is_x && c->l->in_ch <= 8)
		return 1;
	return a->in_step;
}

/* A box of 2^31 bytes or more fits in no buffer; its size is only compared. */
static void set_size(struct box *b)
{
	uint64_t row = (uint64_t)b->pitch_x * (uint64_t)b->cols, all;

	row = row < UINT64_C(1) << 31 ? row : UINT64_C(1) << 31;
	all = row * (uint64_t)b->rows;
	b->pitch_y = (uint32_t)row;
	b->bytes = all < UINT64_C(1) << 31 ? (uint32_t)all : UINT32_C(1) << 31;
}

struct box cut_box(const struct cut *c, const struct sub *s, const struct group *g,
		   const struct chunk *k, const struct range *tile)
{
	struct span y = { 0, 0, 1 }, x = { 0, 0, 1 };
	struct box b = { .ch = 0, .n_ch = c->l->in_ch };
	bool first = true;

	for (int i = 0; i < c->n_sub; i++) {
		const struct sub *u = &c->sub[i];
		struct range r = cut_units(c, u, tile);
		struct taps t = cut_taps(c, u, tile);

		if ((s && u != s) || !r.n_y || !r.n_x)
			continue;
		widen(&y, axis_span(&u->y, r.y, r.n_y, k ? k->ky : t.first, k ? k->n_ky : t.n),
		      first);
		widen(&x, axis_span(&u->x, r.x, r.n_x, k ? k->kx : 0, k ? k->n_kx : u->x.taps),
		      first);
		first = false;
		if (c->t.layout == LAYOUT_PLAIN) {
			y.step = sparse(c, &u->y, k ? k->n_ky : u->y.taps, false);
			x.step = sparse(c, &u->x, k ? k->n_kx : u->x.taps, true);
		}
	}
	if (g && k && c->l->in_ch > 8) {
		/* Wide pixels are read from a multiple of 16 bytes on. */
		b.ch = (g->in_ch + k->ch) & ~15;
		b.n_ch = g->in_ch + k->ch + k->n_ch - b.ch;
	}
	b.y0 = y.first;
	b.x0 = x.first;
	b.step_y = y.step;
	b.step_x = x.step;
	b.rows = (y.last - y.first) / y.step + 1;
	b.cols = (x.last - x.first) / x.step + 1;
	b.pitch_x = (uint32_t)b.n_ch;
	if (c->t.layout == LAYOUT_WINDOW) {
		/* A row of the box is an output row's: columns of y.taps pixels. */
		b.rows = cut_units(c, c->sub, tile).n_y;
		b.pitch_x *= (uint32_t)c->sub->y.taps;
	}
	set_size(&b);
	return b;
}
