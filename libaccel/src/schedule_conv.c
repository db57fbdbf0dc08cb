/* SPDX-License-Identifier: MIT */
/*
 * A convolution in program order:
 *
 *	for each tile of the output: load its input
 *	  for each sub-convolution, group of blocks, chunk of the input: (load the chunk)
 *	    for each block: load weights, CONV; with the last chunk POST
 *	  STORE the group
 */
#include "schedule_conv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cost.h"

void schedule_init(struct schedule *s, const struct core_config *config, struct stream *stream)
{
	memset(s, 0, sizeof(*s));
	s->config = config;
	s->stream = stream;
}

/* ---- input ---- */

static uint32_t need_input(struct conv *k, const struct sub *sub, const struct box *b)
{
	const struct layer *l = k->l;
	uint32_t dst = ring_take(&k->s->ifm, b->bytes, k->s->config->ifm_bytes);

	if (k->c->t.layout == LAYOUT_WINDOW)
		load_window(k->s, dst, &k->w->in, k->image, b, sub->y.in_step, sub->y.taps,
			    sub->y.tap_step, l->pad_value);
	else
		load_box(k->s, SPACE_IFM, dst, &k->w->in, k->image, b, l->pad_value, l->pad_edge);
	return dst;
}

/* ---- CONV ---- */

/* What a CONV of a block needs to know. */
struct unit {
	const struct sub *sub;
	const struct group *g;
	const struct block *b;
	struct chunk chunk;
	struct range r; /* units of the tile */
	struct box box;
	uint32_t ifm; /* of the box */
	unsigned half, entry;
	bool keep;
};

/* Byte of the IFM buffer for the first pixel, and its pitches. */
static uint32_t pixel_base(const struct conv *k, const struct unit *u, uint32_t *pitch_y,
			   uint32_t *pitch_x)
{
	const struct box *b = &u->box;
	const struct sub_axis *y = &u->sub->y, *x = &u->sub->x;
	int ch = u->chunk.n_ch < u->g->n_in_ch ? u->g->in_ch + u->chunk.ch : u->b->in_ch;
	uint32_t at = u->ifm + (uint32_t)(ch - b->ch);

	*pitch_x = (uint32_t)(x->in_step / b->step_x) * b->pitch_x;
	at += (uint32_t)((x->in0 + u->r.x * x->in_step + u->chunk.kx * x->tap_step - b->x0) /
			 b->step_x) *
	      b->pitch_x;
	if (k->c->t.layout == LAYOUT_WINDOW) {
		*pitch_y = b->pitch_y;
		return at;
	}
	*pitch_y = (uint32_t)(y->in_step / b->step_y) * b->pitch_y;
	at += (uint32_t)((y->in0 + u->r.y * y->in_step + u->chunk.ky * y->tap_step - b->y0) /
			 b->step_y) *
	      b->pitch_y;
	return at;
}

/* Bytes from one turn of a loop to the next. */
static void loop_pitches(const struct conv *k, const struct unit *u, uint32_t pitch[3])
{
	pitch[0] = k->s->config->rows;
	pitch[1] = (uint32_t)u->sub->x.tap_step * u->box.pitch_x;
	pitch[2] = (uint32_t)u->sub->y.tap_step * u->box.pitch_y;
}

/* Turns of the loops: first and number. */
struct turns {
	int first[3], n[3];
};

static void conv_cmd(struct conv *k, const struct unit *u, const struct loops *all,
		     const struct turns *t)
{
	const struct core_config *config = k->s->config;
	uint32_t tiles = (uint32_t)(t->n[0] * t->n[1] * t->n[2]),
		 tile_bytes = k->w->packed->tile_bytes;
	uint32_t at = k->wgt_at +
		      (uint32_t)((t->first[2] * all->k1 + t->first[1]) * all->k0 + t->first[0]);
	uint32_t wgt = need_weights(k, at, tiles);
	uint32_t pitch_y, pitch_x, pitch[3], ifm = pixel_base(k, u, &pitch_y, &pitch_x);
	uint32_t pixels = (uint32_t)(u->r.n_y * u->r.n_x);
	bool keep = u->keep || t->first[0] || t->first[1] || t->first[2];
	struct fcn_cmd c;

	loop_pitches(k, u, pitch);
	for (int i = 0; i < 3; i++)
		ifm += (uint32_t)t->first[i] * pitch[i];
	fcn_conv_init(&c, 0, 0);
	fcn_conv_set_ifm(&c, ifm);
	fcn_conv_set_x_n(&c, (uint32_t)u->r.n_x - 1);
	fcn_conv_set_y_n(&c, (uint32_t)u->r.n_y - 1);
	fcn_conv_set_x_pitch(&c, pitch_x);
	fcn_conv_set_y_pitch(&c, pitch_y);
	fcn_conv_set_k0_n(&c, (uint32_t)t->n[0] - 1);
	fcn_conv_set_k1_n(&c, (uint32_t)t->n[1] - 1);
	fcn_conv_set_k2_n(&c, (uint32_t)t->n[2] - 1);
	fcn_conv_set_k0_pitch(&c, pitch[0]);
	fcn_conv_set_k1_pitch(&c, pitch[1]);
	fcn_conv_set_k2_pitch(&c, pitch[2]);
	fcn_conv_set_wgt(&c, wgt);
	fcn_conv_set_acc(&c, u->entry);
	fcn_conv_set_half(&c, u->half);
	fcn_conv_set_keep(&c, keep);
	stream_read(k->s->stream, SPACE_IFM, u->ifm, u->box.bytes);
	stream_read(k->s->stream, SPACE_WGT, wgt * tile_bytes, tiles * tile_bytes);
	stream_write(k->s->stream, SPACE_ACC, u->half * config->acc_entries + u->entry, pixels);
	/* Overwriting does not read: POST may use the half meanwhile. */
	if (keep || tiles > 1)
		stream_write(k->s->stream, SPACE_ACC_PORT, u->half, 1);
	stream_add(k->s->stream, &c, PLAN_NO_REGION, cost_conv(config, tiles, pixels));
}

/* Cuts a block's tiles into pieces: whole turns of the slowest loop that has room for one. */
static void conv_block(struct conv *k, const struct unit *u)
{
	struct loops n = cut_loops(k->c, u->sub, u->g, u->b, &u->chunk);
	int piece = k->c->t.piece, len[3] = { n.k0, n.k1, n.k2 }, all[3] = { n.k0, n.k1, n.k2 };
	struct turns t;

	/* Loops have at most 256 turns. */
	for (int i = 0, inner = 1; i < 3; inner *= all[i++]) {
		int fit = piece / inner > 0 ? piece / inner : 1;

		len[i] = fit < all[i] ? fit : all[i];
		if (len[i] > 256)
			len[i] = 256;
		/* A loop that is cut: all slower ones take one turn. */
		if (len[i] < all[i]) {
			int parts = (all[i] + len[i] - 1) / len[i];

			len[i] = (all[i] + parts - 1) / parts;
			for (int j = i + 1; j < 3; j++)
				len[j] = 1;
			break;
		}
	}
	for (t.first[2] = 0; t.first[2] < all[2]; t.first[2] += len[2])
		for (t.first[1] = 0; t.first[1] < all[1]; t.first[1] += len[1])
			for (t.first[0] = 0; t.first[0] < all[0]; t.first[0] += len[0]) {
				for (int i = 0; i < 3; i++)
					t.n[i] = all[i] - t.first[i] < len[i] ? all[i] - t.first[i]
									      : len[i];
				conv_cmd(k, u, &n, &t);
			}
	k->wgt_at += (uint32_t)(n.k0 * n.k1 * n.k2);
}

/* The same without the rows of taps that see only padding. */
static void conv_block_in_tile(struct conv *k, struct unit *u)
{
	struct chunk all = cut_chunk(k->c, u->sub, u->g, 0);
	struct loops n = cut_loops(k->c, u->sub, u->g, u->b, &all);
	struct taps t = cut_taps(k->c, u->sub, &k->tile);
	uint32_t row = (uint32_t)(n.k0 * n.k1);

	u->chunk = all;
	u->chunk.ky = t.first;
	u->chunk.n_ky = t.n;
	k->wgt_at += row * (uint32_t)t.first;
	conv_block(k, u);
	k->wgt_at += row * (uint32_t)(all.n_ky - t.first - t.n);
}

/* Accumulators for a block of so many pixels: the next half, or a part of the ring of both. */
static void take_acc(struct conv *k, uint32_t pixels, unsigned *half, unsigned *entry)
{
	unsigned all = k->s->config->acc_entries;

	if (!k->c->t.acc_stream) {
		*half = k->s->half++ % 2;
		*entry = 0;
		k->s->entry = all; /* what streams next finds no half begun */
		return;
	}
	if (k->s->entry + pixels > all) {
		k->s->entry = 0;
		k->s->half++;
	}
	*half = k->s->half % 2;
	*entry = k->s->entry;
	k->s->entry += pixels;
}

/* ---- POST and STORE ---- */

static void set_residual(struct fcn_cmd *c, const struct residual *r, uint32_t at)
{
	fcn_post_set_res_en(c, 1);
	fcn_post_set_res(c, at);
	fcn_post_set_res_mul_a(c, r->mul_a);
	fcn_post_set_res_mul_b(c, r->mul_b);
	fcn_post_set_res_shift(c, (uint32_t)r->shift);
	fcn_post_set_res_za(c, r->za);
	fcn_post_set_res_zb(c, r->zb);
	fcn_post_set_res_zo(c, r->zo);
}

/* A block's outputs into the group's pixels at `ofm`. */
static void post_block(struct conv *k, const struct unit *u, uint32_t block, uint32_t ofm,
		       int out_y, int out_x)
{
	const struct layer *l = k->l;
	const struct core_config *config = k->s->config;
	uint32_t pitch = (uint32_t)u->g->cols, at = ofm + (uint32_t)u->b->col;
	uint32_t par = need_params(k, block);
	bool pools = layer_pools(l);
	unsigned sx = pools ? (unsigned)l->win_x.s : 1, sy = pools ? (unsigned)l->win_y.s : 1;
	unsigned window = (unsigned)(l->win_y.k * l->win_x.k);
	struct fcn_cmd c;

	need_table(k);
	fcn_post_init(&c, 0, 0);
	fcn_post_set_acc(&c, u->entry);
	fcn_post_set_half(&c, u->half);
	fcn_post_set_x_n(&c, (uint32_t)out_x - 1);
	fcn_post_set_y_n(&c, (uint32_t)out_y - 1);
	fcn_post_set_acc_x_pitch(&c, sx);
	fcn_post_set_acc_y_pitch(&c, sy * (uint32_t)u->r.n_x);
	if (pools) {
		fcn_post_set_win_x_n(&c, (uint32_t)l->win_x.k - 1);
		fcn_post_set_win_y_n(&c, (uint32_t)l->win_y.k - 1);
		fcn_post_set_win_y_pitch(&c, (uint32_t)u->r.n_x);
	}
	fcn_post_set_ofm(&c, at);
	fcn_post_set_ofm_x_pitch(&c, pitch);
	fcn_post_set_ofm_y_pitch(&c, pitch * (uint32_t)out_x);
	fcn_post_set_cols_n(&c, (uint32_t)u->b->cols - 1);
	if (l->table) {
		fcn_post_set_table_en(&c, 1);
		fcn_post_set_table(&c, k->table);
		stream_read(k->s->stream, SPACE_TABLE, 256 * k->table, 256);
	}
	fcn_post_set_par(&c, par);
	fcn_post_set_zp(&c, l->zp);
	fcn_post_set_min(&c, l->min);
	fcn_post_set_max(&c, l->max);
	if (l->res >= 0)
		set_residual(&c, &l->residual, at);
	stream_read(k->s->stream, SPACE_ACC, u->half * config->acc_entries + u->entry,
		    (uint32_t)(u->r.n_y * u->r.n_x));
	stream_read(k->s->stream, SPACE_ACC_PORT, u->half, 1);
	stream_read(k->s->stream, SPACE_PAR, 16 * par, k->w->packed->block_bytes);
	stream_write_grid(k->s->stream, SPACE_OFM,
			  &(struct stream_grid){
				  .addr = at,
				  .bytes = (uint32_t)u->b->cols,
				  .rows = (uint32_t)out_y,
				  .pitch_y = pitch * (uint32_t)out_x,
				  .cols = (uint32_t)out_x,
				  .pitch_x = pitch,
			  });
	stream_add(
		k->s->stream, &c, PLAN_NO_REGION,
		cost_post(config, (uint64_t)out_y * (uint64_t)out_x, window, (unsigned)u->b->cols));
}

/* The rows of phases of a group, in the OFM buffer and in the output. */
static struct store group_store(const struct conv *k, const struct sub *s, const struct group *g,
				const struct range *units, uint32_t ofm, int phase)
{
	uint32_t pitch = (uint32_t)g->cols;
	int phases = s->x.phases, oy = units->n_y, ox = units->n_x, y = units->y, x = units->x;

	if (layer_pools(k->l)) {
		y = k->tile.y;
		x = k->tile.x;
		oy = k->tile.n_y;
		ox = k->tile.n_x;
	}
	return (struct store){
		.y0 = s->y.out0 + y * s->y.out_step + g->phase_y + phase,
		.step_y = s->y.out_step,
		.rows = oy,
		.x0 = s->x.out0 + x * s->x.out_step,
		.step_x = s->x.out_step,
		.cols = ox,
		.phases = phases,
		.ch = g->ch,
		.n_ch = g->n_ch,
		.src = ofm + (uint32_t)(phase * phases * g->n_ch),
		.src_pitch_x = pitch,
		.src_pitch_y = pitch * (uint32_t)ox,
		.src_pitch_s = (uint32_t)g->n_ch,
	};
}

/* ---- the loops ---- */

/* A group's place in the OFM buffer; its residual operand is loaded there. */
static uint32_t begin_group(struct conv *k, const struct sub *s, const struct group *g,
			    const struct range *r)
{
	struct store t = group_store(k, s, g, r, 0, 0);
	uint32_t bytes = (uint32_t)g->cols * (uint32_t)(t.rows * t.cols);

	return ring_take(&k->s->ofm, bytes, k->s->config->ofm_bytes);
}

static void load_residual(struct conv *k, const struct sub *s, const struct group *g,
			  const struct range *r, uint32_t ofm)
{
	struct store t = group_store(k, s, g, r, ofm, 0);

	if (k->l->res >= 0)
		load_grid(k->s, &k->w->res, k->image, &t);
}

/*
 * Stores the rows of phases, from `phase` on, whose columns are there when the first so many are.
 * Returns the next row.  One that shares a granule with columns to come is not stored yet: they
 * would have to wait for it.
 */
static int store_phases(struct conv *k, const struct unit *u, uint32_t ofm, int phase, int cols)
{
	const struct group *g = u->g;
	int row = u->sub->x.phases * g->n_ch;

	if (cols < g->cols)
		cols = g->cols % (int)OFM_GRANULE ? 0 : cols / (int)OFM_GRANULE * (int)OFM_GRANULE;
	for (; phase < g->n_phase_y && (phase + 1) * row <= cols; phase++) {
		struct store t = group_store(k, u->sub, g, &u->r, ofm, phase);

		store_grid(k->s, &k->w->out, k->image, &t);
	}
	return phase;
}

/* Parts of the accumulators for all blocks of a group at once: chunks come one after the other. */
static void group_by_chunks(struct conv *k, struct unit *u, uint32_t ofm)
{
	int n = cut_chunks(k->c, u->sub, u->g), phase = 0;
	uint32_t pixels = (uint32_t)(u->r.n_y * u->r.n_x);
	struct store out = group_store(k, u->sub, u->g, &u->r, 0, 0);

	take_acc(k, pixels * (uint32_t)u->g->n_block, &u->half, &u->entry);
	for (int i = 0; i < n; i++) {
		unsigned entry = u->entry;

		u->chunk = cut_chunk(k->c, u->sub, u->g, i);
		u->box = cut_box(k->c, u->sub, u->g, &u->chunk, &k->tile);
		u->ifm = need_input(k, u->sub, &u->box);
		u->keep = i > 0;
		for (int b = 0; b < u->g->n_block; b++, u->entry += pixels) {
			u->b = &k->c->block[u->g->first_block + b];
			conv_block(k, u);
		}
		u->entry = entry;
	}
	load_residual(k, u->sub, u->g, &u->r, ofm);
	for (int b = 0; b < u->g->n_block; b++, u->entry += pixels) {
		u->b = &k->c->block[u->g->first_block + b];
		post_block(k, u, k->block_at++, ofm, out.rows, out.cols);
		phase = store_phases(k, u, ofm, phase, u->b->col + u->b->cols);
	}
}

/* Blocks that share a half of the accumulators: as many as the first of the group wants. */
static int half_blocks(const struct conv *k, const struct unit *u, const struct store *out)
{
	const struct core_config *config = k->s->config;
	const struct block *b = &k->c->block[u->g->first_block];
	struct chunk chunk = cut_chunk(k->c, u->sub, u->g, 0);
	struct loops n = cut_loops(k->c, u->sub, u->g, b, &chunk);
	uint64_t tiles = (uint64_t)(n.k0 * n.k1) *
			 (uint64_t)cut_taps(k->c, u->sub, &k->tile).n,
		 pixels = (uint64_t)(u->r.n_y * u->r.n_x);
	uint64_t post = cost_post(config, (uint64_t)(out->rows * out->cols),
				  (uint64_t)(k->l->win_y.k * k->l->win_x.k), (unsigned)b->cols);

	if (k->c->t.acc_stream)
		return 1;
	return (int)cost_batch(config, cost_conv(config, tiles, pixels), post, pixels,
			       (unsigned)u->g->n_block);
}

/* The input is there: block by block. */
static void group_by_blocks(struct conv *k, struct unit *u, uint32_t ofm)
{
	struct store out = group_store(k, u->sub, u->g, &u->r, 0, 0);
	uint32_t pixels = (uint32_t)(u->r.n_y * u->r.n_x), entry;
	int phase = 0, batch = half_blocks(k, u, &out);

	for (int first = 0, b; first < u->g->n_block; first += batch) {
		int end = first + batch < u->g->n_block ? first + batch : u->g->n_block;

		take_acc(k, pixels * (uint32_t)(end - first), &u->half, &u->entry);
		entry = u->entry;
		for (b = first; b < end; b++, u->entry += pixels) {
			u->b = &k->c->block[u->g->first_block + b];
			conv_block_in_tile(k, u);
		}
		if (!first)
			load_residual(k, u->sub, u->g, &u->r, ofm);
		u->entry = entry;
		for (b = first; b < end; b++, u->entry += pixels) {
			u->b = &k->c->block[u->g->first_block + b];
			post_block(k, u, k->block_at++, ofm, out.rows, out.cols);
			phase = store_phases(k, u, ofm, phase, u->b->col + u->b->cols);
		}
	}
}

/* Weights and parameters of a group that has no unit in this tile. */
static void skip_group(struct conv *k, const struct sub *s, const struct group *g)
{
	int n = cut_chunks(k->c, s, g);

	for (int i = 0; i < n; i++) {
		struct chunk chunk = cut_chunk(k->c, s, g, i);

		for (int b = 0; b < g->n_block; b++) {
			struct loops u = cut_loops(k->c, s, g, &k->c->block[g->first_block + b],
						   &chunk);

			k->wgt_at += (uint32_t)(u.k0 * u.k1 * u.k2);
		}
	}
	k->block_at += (uint32_t)g->n_block;
}

/* The at-th tile. */
static void conv_tile(struct conv *k, int at)
{
	const struct cut *c = k->c;
	struct unit u = { .keep = false };

	k->wgt_at = 0;
	k->block_at = (uint32_t)cut_edge(c, at) * k->w->packed->n_block;
	if (c->t.ifm == IFM_TILE) {
		u.box = cut_box(c, NULL, NULL, NULL, &k->tile);
		u.ifm = need_input(k, c->sub, &u.box);
	}
	for (int s = 0; s < c->n_sub; s++)
		for (int g = 0; g < c->n_group; g++) {
			uint32_t ofm;

			u.sub = &c->sub[s];
			u.g = &c->group[g];
			u.r = cut_units(c, u.sub, &k->tile);
			if (u.r.n_y <= 0 || u.r.n_x <= 0) {
				skip_group(k, u.sub, u.g);
				continue;
			}
			ofm = begin_group(k, u.sub, u.g, &u.r);
			if (c->t.ifm == IFM_TILE)
				group_by_blocks(k, &u, ofm);
			else
				group_by_chunks(k, &u, ofm);
		}
}

void schedule_conv(struct schedule *s, const struct work *w)
{
	struct conv k = { .s = s, .w = w, .l = w->l, .c = w->cut };

	if (begin_weights(&k)) {
		stream_fail(s->stream, -ENOMEM);
		return;
	}
	for (k.image = 0; k.image < w->in.n; k.image++)
		for (int i = 0; cut_tile(w->cut, i, &k.tile); i++)
			conv_tile(&k, i);
	free(k.weights_there);
}
