// SPDX-License-Identifier: Apache-2.0
#include "fields.h"

#include "cmd_fields.h"
#include "fcn_cmd_check.h"

enum {
	TRIES = 40,
	COST = 300,          /* of most commands */
	COST_LONG = 1500,    /* of some */
	COST_CORNER = 5000,  /* of one with an extreme value */
	COST_EMPTY = 70000,  /* of few: 65535 empty rows */
};

static uint32_t align16(uint32_t v)
{
	return (v + 15) & ~UINT32_C(15);
}

static uint32_t pick(struct rng *r, const uint8_t *percents)
{
	uint32_t x = rng_below(r, 100), i = 0;

	while (x >= percents[i])
		x -= percents[i++];
	return i;
}

static void choose_window(struct gen *g, enum space space, uint32_t total, uint32_t size, uint32_t align)
{
	for (unsigned i = 0; i < WINDOWS; i++) {
		struct window *w = &g->win[space][i];

		w->size = size;
		w->base = rng_percent(&g->r, 25) ? total - rng_below(&g->r, size) /* across the end */
						 : rng_below(&g->r, total);
		w->base = w->base / align * align;
	}
}

void fields_windows(struct gen *g)
{
	const struct geometry *geo = &g->s->g;
	uint32_t tile = geo->rows * geo->cols;

	choose_window(g, SP_IFM, space_size(geo, SP_IFM), 512 << rng_below(&g->r, 3), 1);
	choose_window(g, SP_WGT, space_size(geo, SP_WGT), tile * rng_range(&g->r, 3, 9), tile);
	choose_window(g, SP_OFM, space_size(geo, SP_OFM), 512 << rng_below(&g->r, 3), 1);
	choose_window(g, SP_PAR, space_size(geo, SP_PAR), 256 << rng_below(&g->r, 2), 16);
	choose_window(g, SP_ACC, 1u << geo->acc_log2, rng_range(&g->r, 20, 90), 1);
	g->win[SP_TBL][0] = (struct window){ 0, 256 };
	g->win[SP_TBL][1] = (struct window){ 256, 256 };
}

/* An address in a window; sometimes elsewhere; sometimes with bits above the buffer's size. */
static uint32_t hot(struct gen *g, enum space space, uint32_t mask)
{
	const struct window *w = &g->win[space][rng_below(&g->r, WINDOWS)];
	uint32_t at = rng_percent(&g->r, 20) ? w->base : w->base + rng_below(&g->r, w->size);
	uint32_t size = space == SP_ACC ? space_size(&g->s->g, space) / 2 : space_size(&g->s->g, space);

	if (rng_percent(&g->r, 4))
		at = rng_u32(&g->r);
	if (rng_percent(&g->r, 10))
		at += size * rng_u32(&g->r);
	return at & mask;
}

/* A pitch: what is neighbouring most often, then gaps, none, backwards, anything small. */
static uint32_t pitch(struct gen *g, uint32_t next, uint32_t unit)
{
	static const uint8_t percents[] = { 60, 15, 5, 10, 10 };

	switch (pick(&g->r, percents)) {
	case 0:
		return next;
	case 1:
		return next + unit * rng_small(&g->r, 8);
	case 2:
		return 0;
	case 3:
		return 0u - next;
	default:
		return unit * rng_below(&g->r, 64);
	}
}

/* A place in an area that has `flags`; most often where it fits, sometimes near a page's end. */
static uint32_t place(struct gen *g, const struct area *a, uint32_t unit)
{
	uint32_t at = rng_below(&g->r, a->pages * IMAGE_PAGE);

	if (rng_percent(&g->r, 30))
		at = 0;
	else if (rng_percent(&g->r, 20))
		at = rng_range(&g->r, 1, a->pages) * IMAGE_PAGE - rng_below(&g->r, 128);
	return a->va + at / unit * unit;
}

static const struct area *params_area(const struct gen *g)
{
	for (unsigned i = 0; i < g->root->nareas; i++)
		if (g->root->area[i].kind == AREA_PARAMS && g->root->area[i].flags & PTE_R)
			return &g->root->area[i];
	return NULL;
}

bool fields_fill(struct gen *g, enum space space, const struct window *w, struct fcn_cmd *c)
{
	const struct area *a = space == SP_PAR ? params_area(g) : root_area(g->root, &g->r, PTE_V | PTE_R);
	uint32_t run = w->size, at;

	if (!a)
		return false;
	if (run > a->pages * IMAGE_PAGE)
		run = a->pages * IMAGE_PAGE;
	at = rng_below(&g->r, a->pages * IMAGE_PAGE - run + 1) & ~UINT32_C(15);
	fcn_load_init(c, 0, 0);
	fcn_load_set_va(c, a->va + at);
	fcn_load_set_rows_n(c, 1);
	fcn_load_set_cols_n(c, 1);
	fcn_load_set_run(c, run);
	fcn_load_set_px(c, 4);
	fcn_load_set_space(c, (uint32_t)space);
	fcn_load_set_dst(c, w->base);
	return true;
}

/* Bytes of a pixel that suit the destination. */
static uint32_t random_run(struct gen *g, enum space space)
{
	const struct geometry *geo = &g->s->g;

	switch (space) {
	case SP_WGT:
		return rng_percent(&g->r, 70) ? geo->rows * geo->cols * rng_small(&g->r, 3) : rng_small(&g->r, 600);
	case SP_PAR:
		return 8 * rng_small(&g->r, geo->cols);
	case SP_TBL:
		return rng_percent(&g->r, 70) ? 256 : rng_small(&g->r, 512);
	default:
		return rng_small(&g->r, 64);
	}
}

static bool make_load(struct gen *g, struct fcn_cmd *c)
{
	static const uint8_t spaces[] = { 40, 20, 20, 12, 8 };
	enum space space = (enum space)pick(&g->r, spaces);
	bool chunks = space != SP_IFM && space != SP_OFM, box = !chunks || rng_percent(&g->r, 25);
	const struct area *a = space == SP_PAR ? params_area(g) : root_area(g->root, &g->r, PTE_V | PTE_R);
	uint32_t px = rng_percent(&g->r, box ? 45 : 5) ? rng_below(&g->r, 4) : 4;
	uint32_t run = px < 4 ? rng_below(&g->r, (1u << px) + 1) : random_run(g, space);
	uint32_t rows = box ? rng_below(&g->r, 6) : 1, cols = box ? rng_below(&g->r, px < 4 ? 24 : 6) : 1;
	uint32_t unit = px < 4 ? 1u << px : 16, step = chunks ? align16(run) : run, pad_cols;
	uint32_t pitch_x = px < 4 ? 0 : pitch(g, align16(run), 16);

	if (!a)
		return false;
	fcn_load_init(c, 0, 0);
	fcn_load_set_va(c, place(g, a, unit));
	fcn_load_set_pitch_y(c, pitch(g, (px < 4 ? cols * unit : cols * pitch_x), unit));
	if (rng_percent(&g->r, 10))
		fcn_load_set_pitch_y(c, (uint32_t)IMAGE_PAGE * rng_below(&g->r, 3));
	fcn_load_set_pitch_x(c, pitch_x);
	fcn_load_set_rows_n(c, rows);
	fcn_load_set_cols_n(c, cols);
	fcn_load_set_run(c, run);
	fcn_load_set_px(c, px);
	fcn_load_set_space(c, (uint32_t)space);
	fcn_load_set_pad_value(c, (int32_t)(rng_u32(&g->r) & 255) - 128);
	if (box && rng_percent(&g->r, 50)) {
		fcn_load_set_pad_top(c, rng_below(&g->r, 4));
		fcn_load_set_pad_bottom(c, rng_below(&g->r, 4));
		fcn_load_set_pad_left(c, rng_below(&g->r, 4));
		fcn_load_set_pad_right(c, rng_below(&g->r, 4));
	}
	pad_cols = cols + fcn_load_get_pad_left(c) + fcn_load_get_pad_right(c);
	fcn_load_set_dst(c, hot(g, space, chunks ? 0xfffff0 : 0xffffff));
	fcn_load_set_dst_pitch_x(c, pitch(g, step, chunks ? 16 : 1));
	fcn_load_set_dst_pitch_y(c, pitch(g, pad_cols * step, chunks ? 16 : 1));
	if (rng_percent(&g->r, 15)) { /* rows interleaved */
		fcn_load_set_dst_pitch_y(c, step);
		fcn_load_set_dst_pitch_x(c, step * rng_range(&g->r, 1, 7));
	}
	return true;
}

static bool make_conv(struct gen *g, struct fcn_cmd *c)
{
	const struct geometry *geo = &g->s->g;
	uint32_t x = rng_small(&g->r, 12), y = rng_small(&g->r, 8), pixel, row;
	uint32_t tiles = space_size(geo, SP_WGT) / (geo->rows * geo->cols);

	pixel = rng_percent(&g->r, 50) ? geo->rows : rng_small(&g->r, 40);
	row = pitch(g, x * pixel, 1);
	fcn_conv_init(c, 0, 0);
	fcn_conv_set_ifm(c, hot(g, SP_IFM, 0xffffff));
	fcn_conv_set_x_n(c, x - 1);
	fcn_conv_set_y_n(c, y - 1);
	fcn_conv_set_x_pitch(c, pitch(g, pixel, 1));
	fcn_conv_set_y_pitch(c, row);
	fcn_conv_set_k0_n(c, rng_small(&g->r, 3) - 1);
	fcn_conv_set_k1_n(c, rng_small(&g->r, 4) - 1);
	fcn_conv_set_k2_n(c, rng_small(&g->r, 3) - 1);
	fcn_conv_set_k0_pitch(c, pitch(g, geo->rows, 1));
	fcn_conv_set_k1_pitch(c, pitch(g, pixel, 1));
	fcn_conv_set_k2_pitch(c, pitch(g, row, 1));
	fcn_conv_set_wgt(c, hot(g, SP_WGT, 0xffffffff) / (geo->rows * geo->cols) +
				    (rng_percent(&g->r, 10) ? tiles * rng_below(&g->r, 64) : 0));
	fcn_conv_set_acc(c, hot(g, SP_ACC, 0xfff));
	fcn_conv_set_half(c, rng_below(&g->r, 2));
	fcn_conv_set_keep(c, rng_percent(&g->r, 30));
	return true;
}

static int32_t random_s8(struct rng *r)
{
	return rng_percent(r, 50) ? (int32_t)rng_below(r, 21) - 10 : (int32_t)rng_below(r, 256) - 128;
}

static void make_residual(struct gen *g, struct fcn_cmd *c)
{
	uint32_t shift = rng_percent(&g->r, 80) ? rng_range(&g->r, 20, 31) : rng_below(&g->r, 41);
	uint32_t top = rng_percent(&g->r, 80) && shift < 31 ? 1u << shift : 0x7fffffff;

	fcn_post_set_res_en(c, 1);
	fcn_post_set_res(c, rng_percent(&g->r, 40) ? fcn_post_get_ofm(c) : hot(g, SP_OFM, 0xffffff));
	fcn_post_set_res_mul_a(c, rng_below(&g->r, top));
	fcn_post_set_res_mul_b(c, rng_below(&g->r, top));
	fcn_post_set_res_shift(c, shift);
	fcn_post_set_res_za(c, random_s8(&g->r));
	fcn_post_set_res_zb(c, random_s8(&g->r));
	fcn_post_set_res_zo(c, random_s8(&g->r));
}

static void make_window(struct gen *g, struct fcn_cmd *c)
{
	uint32_t most = rng_percent(&g->r, 80) ? 3 : 16;

	fcn_post_set_win_x_n(c, rng_below(&g->r, most));
	fcn_post_set_win_y_n(c, rng_below(&g->r, most));
	fcn_post_set_win_y_pitch(c, rng_below(&g->r, rng_percent(&g->r, 80) ? 16 : 4096));
}

static bool make_post(struct gen *g, struct fcn_cmd *c)
{
	const struct geometry *geo = &g->s->g;
	uint32_t x = rng_small(&g->r, 10), y = rng_small(&g->r, 8);
	uint32_t n = rng_percent(&g->r, 40) ? geo->cols : rng_range(&g->r, 1, geo->cols);

	fcn_post_init(c, 0, 0);
	fcn_post_set_acc(c, hot(g, SP_ACC, 0xfff));
	fcn_post_set_half(c, rng_below(&g->r, 2));
	fcn_post_set_x_n(c, x - 1);
	fcn_post_set_y_n(c, y - 1);
	fcn_post_set_acc_x_pitch(c, pitch(g, 1, 1));
	fcn_post_set_acc_y_pitch(c, pitch(g, x, 1));
	fcn_post_set_ofm(c, hot(g, SP_OFM, 0xffffff));
	fcn_post_set_ofm_x_pitch(c, pitch(g, n, 1));
	fcn_post_set_ofm_y_pitch(c, pitch(g, x * n, 1));
	fcn_post_set_cols_n(c, n - 1);
	fcn_post_set_table_en(c, rng_percent(&g->r, 25));
	fcn_post_set_table(c, fcn_post_get_table_en(c) && rng_percent(&g->r, 50));
	fcn_post_set_par(c, hot(g, SP_PAR, 0xfffff) / 16);
	fcn_post_set_zp(c, random_s8(&g->r));
	fcn_post_set_min(c, rng_percent(&g->r, 70) ? -128 : random_s8(&g->r));
	fcn_post_set_max(c, rng_percent(&g->r, 70) ? 127 : random_s8(&g->r));
	if (rng_percent(&g->r, 25))
		make_residual(g, c);
	else if (rng_percent(&g->r, 30))
		make_window(g, c);
	return true;
}

static bool make_store(struct gen *g, struct fcn_cmd *c)
{
	const struct area *a = root_area(g->root, &g->r, PTE_V | PTE_W);
	uint32_t px = rng_percent(&g->r, 50) ? rng_below(&g->r, 4) : 4;
	uint32_t unit = px < 4 ? 1u << px : 16;
	uint32_t run = px < 4 ? rng_below(&g->r, unit + 1) : rng_small(&g->r, 80);
	uint32_t rows = rng_below(&g->r, 6), cols = rng_below(&g->r, 8);
	uint32_t subs = rng_percent(&g->r, 60) ? 1 : rng_small(&g->r, 8);
	uint32_t sub = pitch(g, px < 4 ? unit : align16(run), unit), pixel = pitch(g, subs * sub, unit);

	if (!a)
		return false;
	fcn_store_init(c, 0, 0);
	fcn_store_set_va(c, place(g, a, unit));
	fcn_store_set_pitch_y(c, pitch(g, cols * pixel, unit));
	if (rng_percent(&g->r, 10))
		fcn_store_set_pitch_y(c, (uint32_t)IMAGE_PAGE * rng_below(&g->r, 3));
	fcn_store_set_pitch_x(c, pixel);
	fcn_store_set_pitch_s(c, sub);
	fcn_store_set_rows_n(c, rows);
	fcn_store_set_cols_n(c, cols);
	fcn_store_set_run(c, run);
	fcn_store_set_px(c, px);
	fcn_store_set_src(c, hot(g, SP_OFM, 0xffffff));
	fcn_store_set_src_pitch_s(c, pitch(g, run, 1));
	fcn_store_set_src_pitch_x(c, pitch(g, subs * run, 1));
	fcn_store_set_src_pitch_y(c, pitch(g, cols * subs * run, 1));
	fcn_store_set_sub_n(c, subs - 1);
	return true;
}

/*
 * Sets one field to its largest, smallest or any value, and everything that multiplies with it to
 * little.  Returns the largest value that the field can have.
 */
static uint32_t corner(struct gen *g, struct fcn_cmd *c)
{
	unsigned first = 0, n = 0;
	const struct cmd_field *f;

	for (unsigned i = 0; i < cmd_fields_n; i++)
		if (cmd_fields[i].opcode == fcn_cmd_get_opcode(c))
			first = n++ ? first : i;
	f = &cmd_fields[first + rng_below(&g->r, n)];
	if (f->mask >> f->shift >= 63 && rng_percent(&g->r, 50))
		for (unsigned i = first; i < first + n; i++) /* counts are the fields of 4 to 16 bits */
			if (cmd_fields[i].mask >> cmd_fields[i].shift < 65536 && rng_percent(&g->r, 60) &&
			    cmd_fields[i].max > 4)
				fcn_cmd_set(c, cmd_fields[i].word, cmd_fields[i].shift, cmd_fields[i].mask,
					    rng_below(&g->r, 2));
	fcn_cmd_set(c, f->word, f->shift, f->mask,
		    rng_percent(&g->r, 70) ? f->max :
		    f->is_signed           ? 0x80 :
		    rng_percent(&g->r, 50) ? (f->mask >> f->shift) & ~UINT32_C(15) :
					     rng_u32(&g->r) & (f->mask >> f->shift));
	return f->max;
}

static int is_unmapped(void *ctx, const struct touch *t)
{
	return t->space == SP_MEM &&
	       root_translate(ctx, t->addr, t->write ? PTE_V | PTE_W : PTE_V | PTE_R) == UINT64_MAX;
}

static uint64_t budget(struct rng *r, uint32_t corner_max)
{
	if (corner_max)
		return corner_max == 65535 && rng_percent(r, 40) ? COST_EMPTY : COST_CORNER;
	return rng_percent(r, 10) ? COST_LONG : COST;
}

bool fields_random(struct gen *g, unsigned engine, struct fcn_cmd *c)
{
	static bool (*const make[ENGINES])(struct gen *, struct fcn_cmd *) = {
		make_load, make_conv, make_post, make_store
	};
	struct root *root = &g->s->root[g->job->root];
	const struct geometry *geo = &g->s->g;

	for (unsigned i = 0; i < TRIES; i++) {
		uint32_t corner_max = 0;
		const char *why;

		if (!make[engine](g, c))
			return false;
		if (rng_percent(&g->r, 15))
			corner_max = corner(g, c);
		if (!fcn_cmd_check(c, geo->rows, geo->cols, &why) &&
		    access_cost(geo, c) <= budget(&g->r, corner_max) &&
		    !access_walk(geo, c, is_unmapped, root) &&
		    !(engine == FCN_ENG_POST && access_residual_races(geo, c)))
			return true;
	}
	return false;
}
