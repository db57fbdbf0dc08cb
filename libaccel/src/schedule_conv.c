/* SPDX-License-Identifier: MIT */
/*
 * A convolution in program order:
 *
 *	for each tile of the output: load its input
 *	  for each sub-convolution, group of blocks, chunk of the input: (load the chunk)
 *	    for each block: load weights, CONV; with the last chunk POST
 *	  STORE the group
 */
#include "schedule.h"

#include <string.h>

#include "cost.h"

/* Where the schedule of a layer is. */
struct conv {
	struct schedule *s;
	const struct work *w;
	const struct layer *l;
	const struct cut *c;
	int image;
	struct range tile;
	bool first_tile;
	uint32_t weights_base; /* ring position of the layer's first weight tile, if they stay */
	uint32_t wgt_at; /* weight tiles since the start of a pass over the layer */
	uint32_t par_base, par_have; /* blocks of parameters that are loaded: position, end */
	uint32_t par_first;
	uint32_t block_at; /* blocks since the start of a pass */
	unsigned table;
	bool table_there;
};

static uint32_t round_up(uint32_t v, uint32_t to)
{
	return (v + to - 1) / to * to;
}

/* The next bytes of a ring. */
static uint32_t ring_take(uint32_t *head, uint32_t bytes, size_t ring)
{
	uint32_t at = *head;

	*head = (uint32_t)((at + round_up(bytes, 64)) % ring);
	return at;
}

void schedule_init(struct schedule *s, const struct core_config *config, struct stream *stream)
{
	memset(s, 0, sizeof(*s));
	s->config = config;
	s->stream = stream;
}

/* ---- tiles ---- */

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

int schedule_tiles(const struct cut *c)
{
	struct cuts y, x;

	cut_layer(c, &y, &x);
	return count_cuts(&y) * count_cuts(&x);
}

bool schedule_tile(const struct cut *c, int i, struct range *tile)
{
	struct cuts y, x;

	cut_layer(c, &y, &x);
	tile->n_y = get_cut(&y, i / count_cuts(&x), &tile->y);
	tile->n_x = get_cut(&x, i % count_cuts(&x), &tile->x);
	return tile->n_y > 0;
}

/* ---- weights, parameters, tables ---- */

/* Makes tiles [at, at + n) of the layer present; returns their place in the buffer, in tiles. */
static uint32_t need_weights(struct conv *k, uint32_t at, uint32_t n)
{
	const struct packed *p = k->w->packed;
	size_t ring = k->s->config->wgt_bytes;
	uint32_t dst;

	if (k->c->t.weights_stay && !k->first_tile)
		return (uint32_t)(k->weights_base + at * p->tile_bytes) % ring / p->tile_bytes;
	dst = ring_take(&k->s->wgt, n * p->tile_bytes, ring);
	load_const(k->s, SPACE_WGT, dst, p->weights + at * p->tile_bytes, n * p->tile_bytes,
		   p->tile_bytes);
	return dst / p->tile_bytes;
}

/*
 * Parameters come in runs of half a buffer, and stay while the next are not needed; all of a small
 * layer's are loaded once.  Returns a block's place in units of 16 bytes.
 */
static uint32_t need_params(struct conv *k, uint32_t block)
{
	const struct packed *p = k->w->packed;
	uint32_t room = (uint32_t)(k->s->config->par_bytes / p->block_bytes),
		 run = room > 1 ? room / 2 : 1;

	if (block < k->par_first || block >= k->par_have) {
		uint32_t n = p->n_block - block < run ? p->n_block - block : run;

		k->par_base = ring_take(&k->s->par, n * p->block_bytes, k->s->config->par_bytes);
		k->par_first = block;
		k->par_have = block + n;
		load_const(k->s, SPACE_PAR, k->par_base, p->params + block * p->block_bytes,
			   n * p->block_bytes, p->block_bytes);
	}
	return (k->par_base + (block - k->par_first) * p->block_bytes) %
	       (uint32_t)k->s->config->par_bytes / 16;
}

static void need_table(struct conv *k)
{
	if (!k->l->table || k->table_there)
		return;
	k->table = k->s->table++ % 2;
	k->table_there = true;
	load_const(k->s, SPACE_TABLE, 256 * k->table, k->w->packed->table, 256, 256);
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
	stream_write(k->s->stream, SPACE_OFM, at,
		     pitch * (uint32_t)(out_y * out_x - 1) + (uint32_t)u->b->cols);
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

static void store_group(struct conv *k, const struct sub *s, const struct group *g,
			const struct range *r, uint32_t ofm)
{
	for (int phase = 0; phase < g->n_phase_y; phase++) {
		struct store t = group_store(k, s, g, r, ofm, phase);

		store_grid(k->s, &k->w->out, k->image, &t);
	}
}

/* Parts of the accumulators for all blocks of a group at once: chunks come one after the other. */
static void group_by_chunks(struct conv *k, struct unit *u, uint32_t ofm)
{
	int n = cut_chunks(k->c, u->sub, u->g);
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
	}
}

/* The input is there: block by block. */
static void group_by_blocks(struct conv *k, struct unit *u, uint32_t ofm)
{
	struct store out = group_store(k, u->sub, u->g, &u->r, 0, 0);

	u->chunk = cut_chunk(k->c, u->sub, u->g, 0);
	for (int b = 0; b < u->g->n_block; b++) {
		u->b = &k->c->block[u->g->first_block + b];
		take_acc(k, (uint32_t)(u->r.n_y * u->r.n_x), &u->half, &u->entry);
		conv_block(k, u);
		if (!b)
			load_residual(k, u->sub, u->g, &u->r, ofm);
		post_block(k, u, k->block_at++, ofm, out.rows, out.cols);
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

static void conv_tile(struct conv *k)
{
	const struct cut *c = k->c;
	struct unit u = { .keep = false };

	k->wgt_at = k->block_at = 0;
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
			store_group(k, u.sub, u.g, &u.r, ofm);
		}
}

/* The first tile has units of every sub-convolution, so that all weights are met in it. */
void schedule_conv(struct schedule *s, const struct work *w)
{
	struct conv k = { .s = s, .w = w, .l = w->l, .c = w->cut, .first_tile = true };

	k.weights_base = s->wgt;
	for (k.image = 0; k.image < w->in.n; k.image++)
		for (int i = 0; schedule_tile(w->cut, i, &k.tile); i++) {
			conv_tile(&k);
			k.first_tile = false;
		}
}
