// SPDX-License-Identifier: Apache-2.0
/*
 * Commands of a layer.  The tokens, with numbers that count through the layer:
 *
 *   chunk i   LOAD of weights: waits for CONV i - 2, whose half of the weight buffer it takes; signals CONV.
 *             CONV: waits for LOAD; signals LOAD.  LOADs are done in order, so this covers the input and
 *             the parameters that were loaded before.
 *   block v   its first CONV waits for POST v - 2, whose half of the accumulators it takes; its last one
 *             signals POST, which signals CONV.
 *   tile t    its first POST waits for STORE t - 2, whose half of the OFM buffer it takes; its last one
 *             signals STORE, which signals POST.
 *
 * A LOAD of chunk i knows that CONV i - 2 is done.  As each tile and block has a chunk of its own, the input
 * of tile t - 3 and the parameters of block v - 8 are then free, without tokens of their own.
 */
#include "emit.h"

#include <assert.h>
#include <stdlib.h>

enum { IFM_SLOTS = 3, PAR_SLOTS = 8, PAR_SLOT = 256, PX_WIDE = 4 };
enum { LOAD = 1 << FCN_ENG_LOAD, CONV = 1 << FCN_ENG_CONV, POST = 1 << FCN_ENG_POST, STORE = 1 << FCN_ENG_STORE };

/* Some outputs of a sub-convolution, and the input that they need. */
struct tile {
	unsigned y, x, rows, cols;
	int in_y, in_x;            /* the first input row and column, which may be padding */
	unsigned in_rows, in_cols;
};

struct emit {
	const struct rig *rig;
	const struct layer *l;
	const struct tensor *in, *out;
	struct commands *to;
	struct sub s;
	struct loops n;         /* of a block */
	unsigned chunk, block, tile; /* how many there were */
};

static struct fcn_cmd *new_command(struct commands *to)
{
	if (to->n == to->room) {
		to->room = to->room ? 2 * to->room : 256;
		to->cmd = realloc(to->cmd, to->room * sizeof(*to->cmd));
		if (!to->cmd)
			abort();
	}
	return &to->cmd[to->n++];
}

uint32_t tensor_pixel(unsigned channels)
{
	uint32_t n = 1;

	while (n < channels && n < 8)
		n *= 2;
	return channels <= 8 ? n : (channels + 15) / 16 * 16;
}

static uint32_t px_format(uint32_t pixel)
{
	return pixel == 1 ? 0 : pixel == 2 ? 1 : pixel == 4 ? 2 : pixel == 8 ? 3 : PX_WIDE;
}

/* ------------------------------------------------------------------ tiles */

static unsigned taps(const struct dim *d)
{
	return d->taps ? d->taps : 1;
}

/* Inputs before that of the first tap, when taps go down. */
static unsigned before(const struct dim *d)
{
	return d->tap_step < 0 ? (taps(d) - 1) * (unsigned)-d->tap_step : 0;
}

static unsigned inputs(const struct dim *d, unsigned outputs)
{
	return (outputs - 1) * d->in_step + (taps(d) - 1) * (unsigned)abs(d->tap_step) + 1;
}

static struct tile make_tile(const struct emit *e, unsigned y, unsigned x, unsigned rows, unsigned cols)
{
	const struct dim *dy = &e->s.y, *dx = &e->s.x;
	struct tile t = { .y = y, .x = x };

	t.rows = rows < dy->n - y ? rows : dy->n - y;
	t.cols = cols < dx->n - x ? cols : dx->n - x;
	t.in_y = dy->in0 + (int)(y * dy->in_step) - (int)before(dy);
	t.in_x = dx->in0 + (int)(x * dx->in_step) - (int)before(dx);
	t.in_rows = inputs(dy, t.rows);
	t.in_cols = inputs(dx, t.cols);
	return t;
}

/* Bytes from an input row (of an output row, when rows are interleaved) to the next. */
static uint32_t row_bytes(const struct emit *e, const struct tile *t)
{
	return t->in_cols * layer_in_channels(e->l) * (e->l->layout == LAYOUT_INTERLEAVED ? e->l->y.k : 1);
}

static uint32_t ifm_slot(const struct emit *e)
{
	return ((1u << e->rig->core.ifm_log2) / IFM_SLOTS) & ~15u;
}

static uint32_t ofm_slot(const struct emit *e)
{
	return 1u << (e->rig->core.ofm_log2 - 1);
}

static bool tile_fits(const struct emit *e, unsigned rows, unsigned cols)
{
	struct tile t = make_tile(e, 0, 0, rows, cols);
	unsigned bands = e->l->layout == LAYOUT_INTERLEAVED ? t.rows : t.in_rows;

	return rows * cols <= 1u << e->rig->core.acc_log2 && rows * cols * plan_columns(e->l) <= ofm_slot(e) &&
	       bands * row_bytes(e, &t) <= ifm_slot(e);
}

static void tile_size(const struct emit *e, unsigned *rows, unsigned *cols)
{
	*rows = e->s.y.n;
	*cols = e->s.x.n;
	while (!tile_fits(e, *rows, *cols)) {
		assert(*rows > 1 || *cols > 1); /* the tests have no layer whose pixel needs more than a buffer */
		if (*rows > 1)
			*rows = (*rows + 1) / 2;
		else
			*cols = (*cols + 1) / 2;
	}
}

/* ------------------------------------------------------------------ commands */

/* How much of n inputs from `first` on is padding before, data, padding behind. */
static void split(int first, unsigned n, unsigned size, unsigned *pad, unsigned *data, unsigned *behind)
{
	int lo = first < 0 ? 0 : first, hi = first + (int)n;

	if (hi > (int)size)
		hi = (int)size;
	*data = hi > lo ? (unsigned)(hi - lo) : 0;
	*pad = *data ? (unsigned)(lo - first) : n;
	*behind = n - *pad - *data;
	assert(*pad < 256 && *behind < 256);
}

/* Input rows in_y .. in_y + rows - 1 of a tile to the IFM buffer. */
static void load_rows(struct emit *e, const struct tile *t, int in_y, unsigned rows, uint32_t dst, uint32_t pitch_y,
		      uint32_t pitch_x)
{
	struct fcn_cmd *c = new_command(e->to);
	unsigned top, height, bottom, left, width, right;
	bool wide = px_format(e->in->pixel) == PX_WIDE;

	split(in_y, rows, e->l->y.in, &top, &height, &bottom);
	split(t->in_x, t->in_cols, e->l->x.in, &left, &width, &right);
	fcn_load_init(c, 0, 0);
	fcn_load_set_va(c, e->in->va + (in_y > 0 ? (uint32_t)in_y : 0) * e->in->row +
				   (t->in_x > 0 ? (uint32_t)t->in_x : 0) * e->in->pixel);
	fcn_load_set_pitch_y(c, e->in->row);
	fcn_load_set_pitch_x(c, wide ? e->in->pixel : 0);
	fcn_load_set_rows_n(c, height);
	fcn_load_set_cols_n(c, width);
	fcn_load_set_run(c, layer_in_channels(e->l));
	fcn_load_set_px(c, px_format(e->in->pixel));
	fcn_load_set_pad_value(c, e->l->in_zp);
	fcn_load_set_pad_top(c, top);
	fcn_load_set_pad_bottom(c, bottom);
	fcn_load_set_pad_left(c, left);
	fcn_load_set_pad_right(c, right);
	fcn_load_set_dst(c, dst);
	fcn_load_set_dst_pitch_y(c, pitch_y);
	fcn_load_set_dst_pitch_x(c, pitch_x);
}

static void load_input(struct emit *e, const struct tile *t)
{
	uint32_t base = e->tile % IFM_SLOTS * ifm_slot(e), pixel = layer_in_channels(e->l), row = row_bytes(e, t);

	if (e->l->layout != LAYOUT_INTERLEAVED) {
		load_rows(e, t, t->in_y, t->in_rows, base, row, pixel);
		return;
	}
	for (unsigned y = 0; y < t->rows; y++)
		load_rows(e, t, t->in_y + (int)(y * e->s.y.in_step), e->l->y.k, base + y * row, pixel,
			  pixel * e->l->y.k);
}

/* A run of bytes to parameters or weights. */
static void load_run(struct emit *e, uint32_t wait, uint32_t signal, uint32_t va, uint32_t n, uint32_t space,
		     uint32_t dst)
{
	for (uint32_t at = 0; at < n; at += 0x8000) {
		struct fcn_cmd *c = new_command(e->to);
		uint32_t left = n - at, run = left < 0x8000 ? left : 0x8000;

		fcn_load_init(c, at == 0 ? wait : 0, run == left ? signal : 0);
		fcn_load_set_va(c, va + at);
		fcn_load_set_rows_n(c, 1);
		fcn_load_set_cols_n(c, 1);
		fcn_load_set_run(c, run);
		fcn_load_set_px(c, PX_WIDE);
		fcn_load_set_space(c, space);
		fcn_load_set_dst(c, dst + at);
	}
}

/* Weight tiles from `first` on for the loops `n`, and the CONV that uses them. */
static void emit_chunk(struct emit *e, const struct tile *t, const struct block *b, const struct loops *first,
		       const struct loops *n, bool last)
{
	unsigned tile_bytes = e->rig->core.rows * e->rig->core.cols, slot = e->chunk % 2;
	unsigned slot_tiles = (1u << e->rig->core.wgt_log2) / tile_bytes / 2;
	unsigned number = (first->k2 * e->n.k1 + first->k1) * e->n.k0 + first->k0;
	uint32_t pixel = layer_in_channels(e->l), row = row_bytes(e, t), rows = e->rig->core.rows;
	uint32_t tap_y = (uint32_t)e->s.y.tap_step * row, tap_x = (uint32_t)e->s.x.tap_step * pixel;
	bool interleaved = e->l->layout == LAYOUT_INTERLEAVED;
	struct fcn_cmd *c;

	load_run(e, e->chunk >= 2 ? CONV : 0, CONV, b->weights + number * tile_bytes, n->k0 * n->k1 * n->k2 * tile_bytes, 1,
		 slot * slot_tiles * tile_bytes);
	c = new_command(e->to);
	fcn_conv_init(c, LOAD | (number == 0 && e->block >= 2 ? POST : 0), LOAD | (last ? POST : 0));
	fcn_conv_set_ifm(c, e->tile % IFM_SLOTS * ifm_slot(e) + (interleaved ? 0 : before(&e->s.y) * row) +
				    before(&e->s.x) * pixel + b->ifm_channel + first->k2 * tap_y + first->k1 * tap_x +
				    first->k0 * rows);
	fcn_conv_set_x_n(c, t->cols - 1);
	fcn_conv_set_y_n(c, t->rows - 1);
	fcn_conv_set_x_pitch(c, e->s.x.in_step * pixel * (interleaved ? e->l->y.k : 1));
	fcn_conv_set_y_pitch(c, interleaved ? row : e->s.y.in_step * row);
	fcn_conv_set_k0_n(c, n->k0 - 1);
	fcn_conv_set_k1_n(c, n->k1 - 1);
	fcn_conv_set_k2_n(c, n->k2 - 1);
	fcn_conv_set_k0_pitch(c, rows);
	fcn_conv_set_k1_pitch(c, tap_x);
	fcn_conv_set_k2_pitch(c, tap_y);
	fcn_conv_set_wgt(c, slot * slot_tiles);
	fcn_conv_set_half(c, e->block % 2);
	fcn_conv_set_keep(c, number != 0);
	e->chunk++;
}

static unsigned at_most(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* As many whole inner loops as fit half of the weight buffer. */
static struct loops chunk_loops(const struct emit *e)
{
	unsigned room = (1u << e->rig->core.wgt_log2) / (e->rig->core.rows * e->rig->core.cols) / 2;
	struct loops c = { at_most(e->n.k0, room), 1, 1 };

	if (c.k0 == e->n.k0)
		c.k1 = at_most(e->n.k1, room / c.k0);
	if (c.k0 == e->n.k0 && c.k1 == e->n.k1)
		c.k2 = at_most(e->n.k2, room / c.k0 / c.k1);
	return c;
}

static void emit_chunks(struct emit *e, const struct tile *t, const struct block *b)
{
	struct loops step = chunk_loops(e), at;

	for (at.k2 = 0; at.k2 < e->n.k2; at.k2 += step.k2)
		for (at.k1 = 0; at.k1 < e->n.k1; at.k1 += step.k1)
			for (at.k0 = 0; at.k0 < e->n.k0; at.k0 += step.k0) {
				struct loops n = { at_most(step.k0, e->n.k0 - at.k0), at_most(step.k1, e->n.k1 - at.k1),
						   at_most(step.k2, e->n.k2 - at.k2) };

				emit_chunk(e, t, b, &at, &n,
					   at.k0 + n.k0 == e->n.k0 && at.k1 + n.k1 == e->n.k1 && at.k2 + n.k2 == e->n.k2);
			}
}

static void emit_post(struct emit *e, const struct tile *t, const struct block *b, bool first, bool last)
{
	struct fcn_cmd *c = new_command(e->to);
	unsigned pixel = plan_columns(e->l);

	fcn_post_init(c, CONV | (first && e->tile >= 2 ? STORE : 0), CONV | (last ? STORE : 0));
	fcn_post_set_half(c, e->block % 2);
	fcn_post_set_x_n(c, t->cols - 1);
	fcn_post_set_y_n(c, t->rows - 1);
	fcn_post_set_acc_x_pitch(c, 1);
	fcn_post_set_acc_y_pitch(c, t->cols);
	fcn_post_set_ofm(c, e->tile % 2 * ofm_slot(e) + b->first);
	fcn_post_set_ofm_x_pitch(c, pixel);
	fcn_post_set_ofm_y_pitch(c, t->cols * pixel);
	fcn_post_set_cols_n(c, b->cols - 1);
	fcn_post_set_par(c, e->block % PAR_SLOTS * PAR_SLOT / 16);
	fcn_post_set_zp(c, e->l->out_zp);
	fcn_post_set_min(c, e->l->out_min);
	fcn_post_set_max(c, e->l->out_max);
}

/* A tile to memory; a packed one in as many commands as there are phases of rows. */
static void emit_store(struct emit *e, const struct tile *t)
{
	const struct dim *y = &e->s.y, *x = &e->s.x;
	bool packed = e->l->layout == LAYOUT_PACKED;
	unsigned phases = packed ? e->l->y.stride : 1, subs = packed ? e->l->x.stride : 1;
	unsigned pixel = plan_columns(e->l), run = layer_out_channels(e->l);

	for (unsigned p = 0; p < phases; p++) {
		struct fcn_cmd *c = new_command(e->to);

		fcn_store_init(c, p == 0 ? POST : 0, p == phases - 1 ? POST : 0);
		fcn_store_set_va(c, e->out->va + (y->out0 + t->y * y->out_step + p) * e->out->row +
					    (x->out0 + t->x * x->out_step) * e->out->pixel);
		fcn_store_set_pitch_y(c, y->out_step * e->out->row);
		fcn_store_set_pitch_x(c, x->out_step * e->out->pixel);
		fcn_store_set_pitch_s(c, e->out->pixel);
		fcn_store_set_rows_n(c, t->rows);
		fcn_store_set_cols_n(c, t->cols);
		fcn_store_set_run(c, run);
		fcn_store_set_px(c, px_format(e->out->pixel));
		fcn_store_set_src(c, e->tile % 2 * ofm_slot(e) + p * subs * run);
		fcn_store_set_src_pitch_y(c, t->cols * pixel);
		fcn_store_set_src_pitch_x(c, pixel);
		fcn_store_set_src_pitch_s(c, run);
		fcn_store_set_sub_n(c, subs - 1);
	}
}

static void emit_tile(struct emit *e, const struct tile *t, const struct block *blocks, unsigned n)
{
	load_input(e, t);
	for (unsigned i = 0; i < n; i++) {
		load_run(e, 0, 0, blocks[i].params, 8 * blocks[i].cols, 3, e->block % PAR_SLOTS * PAR_SLOT);
		emit_chunks(e, t, &blocks[i]);
		emit_post(e, t, &blocks[i], i == 0, i == n - 1);
		e->block++;
	}
	emit_store(e, t);
	e->tile++;
}

static void emit_sub(struct emit *e, struct rig *rig)
{
	unsigned columns = plan_columns(e->l), n = 0, rows, cols;
	struct block *blocks = calloc(columns, sizeof(*blocks));

	if (!blocks)
		abort();
	e->n = plan_loops(rig, e->l, &e->s);
	for (unsigned first = 0; first < columns; first += blocks[n++].cols) {
		blocks[n] = plan_block(rig, e->l, first);
		plan_pack(rig, e->l, &e->s, &blocks[n]);
	}
	tile_size(e, &rows, &cols);
	for (unsigned y = 0; y < e->s.y.n; y += rows)
		for (unsigned x = 0; x < e->s.x.n; x += cols) {
			struct tile t = make_tile(e, y, x, rows, cols);

			emit_tile(e, &t, blocks, n);
		}
	free(blocks);
}

struct parts emit_layer(struct rig *rig, const struct layer *l, const struct tensor *in, const struct tensor *out,
			struct commands *to)
{
	struct emit e = { .rig = rig, .l = l, .in = in, .out = out, .to = to };
	unsigned subs = 0;

	for (unsigned i = 0; plan_sub(l, i, &e.s); i++)
		if (e.s.y.n && e.s.x.n) {
			emit_sub(&e, rig);
			subs++;
		}
	return (struct parts){ subs, e.tile, e.block, e.chunk };
}
