/* SPDX-License-Identifier: MIT */
/* LOAD commands. */
#include "schedule.h"

#include "cost.h"

/* Positions first, first + step, ..: so many in front of a dimension, inside of it, behind it. */
struct part {
	int before, inside, after;
	int at; /* the first one inside */
};

static struct part divide(int first, int step, int n, int size)
{
	struct part p = { .at = first };

	while (p.before < n && p.at < 0) {
		p.before++;
		p.at += step;
	}
	if (p.at < size && p.before < n)
		p.inside = (size - 1 - p.at) / step + 1;
	if (p.inside > n - p.before)
		p.inside = n - p.before;
	p.after = n - p.before - p.inside;
	return p;
}

static unsigned px_of(const struct plan_place *p)
{
	return p->pixel_pitch == 1   ? 0
	       : p->pixel_pitch == 2 ? 1
	       : p->pixel_pitch == 4 ? 2
	       : p->pixel_pitch == 8 ? 3
				     : 4;
}

static const uint8_t load_space[] = {
	[SPACE_IFM] = 0, [SPACE_WGT] = 1, [SPACE_OFM] = 2, [SPACE_PAR] = 3, [SPACE_TABLE] = 4
};

/* A box in the buffer and where it comes from. */
struct load {
	enum space space;
	uint32_t dst, dst_y, dst_x; /* dst: of the whole box, padding included */
	struct part y, x;
	int ch, run;
	uint32_t from, pitch_y, pitch_x; /* memory: of the first pixel inside */
	unsigned px;
	int pad_value;
	uint32_t row_bytes; /* of memory that a row spans, for hazards */
};

static void emit_load(struct schedule *s, const struct plan_place *p, const struct load *d)
{
	struct fcn_cmd c;
	int rows = d->y.before + d->y.inside + d->y.after,
	    cols = d->x.before + d->x.inside + d->x.after;
	int inside_y = d->x.inside ? d->y.inside : 0, inside_x = d->y.inside ? d->x.inside : 0;
	uint64_t chunks = (uint64_t)rows * (uint64_t)cols * (uint64_t)((d->run + 15) / 16);
	uint64_t beats = d->px == 4 ? (uint64_t)inside_y * (uint64_t)inside_x *
					      (uint64_t)((d->run + 15) / 16)
				    : (uint64_t)inside_y * (((uint64_t)inside_x << d->px) / 16 + 1);

	if (rows <= 0 || cols <= 0)
		return;
	fcn_load_init(&c, 0, 0);
	fcn_load_set_va(&c, d->from);
	fcn_load_set_pitch_y(&c, d->pitch_y);
	fcn_load_set_pitch_x(&c, d->px == 4 ? d->pitch_x : 0);
	/* A box without a pixel inside is padding alone; padding in front counts the same as
	 * behind. */
	fcn_load_set_rows_n(&c, (uint32_t)d->y.inside);
	fcn_load_set_cols_n(&c, (uint32_t)d->x.inside);
	fcn_load_set_run(&c, (uint32_t)d->run);
	fcn_load_set_px(&c, d->px);
	fcn_load_set_space(&c, load_space[d->space]);
	fcn_load_set_pad_value(&c, d->pad_value);
	fcn_load_set_pad_top(&c, (uint32_t)d->y.before);
	fcn_load_set_pad_bottom(&c, (uint32_t)d->y.after);
	fcn_load_set_pad_left(&c, (uint32_t)d->x.before);
	fcn_load_set_pad_right(&c, (uint32_t)d->x.after);
	fcn_load_set_dst(&c, d->dst);
	fcn_load_set_dst_pitch_y(&c, d->dst_y);
	fcn_load_set_dst_pitch_x(&c, d->dst_x);
	stream_write(s->stream, d->space, d->dst,
		     (uint32_t)(rows - 1) * d->dst_y + (uint32_t)(cols - 1) * d->dst_x +
			     (uint32_t)d->run);
	for (int r = 0; r < inside_y && inside_x; r++)
		stream_read(s->stream, SPACE_REGION + p->region, d->from + (uint32_t)r * d->pitch_y,
			    d->row_bytes);
	stream_add(s->stream, &c, p->region, cost_load(chunks, beats));
}

/* Padding fields have 8 bits: what is more is split off into boxes of padding alone. */
static void emit_tall(struct schedule *s, const struct plan_place *p, struct load d)
{
	while (d.y.before > 255 || d.y.after > 255) {
		struct load pad = d;

		pad.y = (struct part){ .before = 255 };
		if (d.y.before > 255) {
			d.y.before -= 255;
			d.dst += 255 * d.dst_y;
		} else {
			d.y.after -= 255;
			pad.dst += (uint32_t)(d.y.before + d.y.inside + d.y.after) * d.dst_y;
		}
		pad.x = (struct part){ .before = d.x.before, .after = d.x.inside + d.x.after };
		emit_load(s, p, &pad);
	}
	emit_load(s, p, &d);
}

static void emit_wide(struct schedule *s, const struct plan_place *p, struct load d)
{
	while (d.x.before > 255 || d.x.after > 255) {
		struct load pad = d;

		pad.x = (struct part){ .before = 255 };
		if (d.x.before > 255) {
			d.x.before -= 255;
			d.dst += 255 * d.dst_x;
		} else {
			d.x.after -= 255;
			pad.dst += (uint32_t)(d.x.before + d.x.inside + d.x.after) * d.dst_x;
		}
		emit_tall(s, p, pad);
	}
	emit_tall(s, p, d);
}

static uint32_t place_at(const struct plan_place *p, int image, int y, int x, int ch)
{
	return p->offset + (uint32_t)image * p->image_pitch + (uint32_t)y * p->row_pitch +
	       (uint32_t)x * p->pixel_pitch + (uint32_t)ch;
}

/* A box whose pixels outside repeat the nearest one inside: up to nine boxes with pitches of 0. */
static void emit_edges(struct schedule *s, const struct plan_place *p, const struct load *d, int y0,
		       int x0, int image)
{
	const int ny[3] = { d->y.before, d->y.inside, d->y.after };
	const int nx[3] = { d->x.before, d->x.inside, d->x.after };
	const int at_y[3] = { 0, y0, p->h - 1 }, at_x[3] = { 0, x0, p->w - 1 };
	uint32_t dst_y = d->dst;

	for (int i = 0; i < 3; dst_y += (uint32_t)ny[i++] * d->dst_y) {
		uint32_t dst = dst_y;

		for (int j = 0; j < 3; dst += (uint32_t)nx[j++] * d->dst_x) {
			struct load part = *d;

			part.dst = dst;
			part.y = (struct part){ .inside = ny[i] };
			part.x = (struct part){ .inside = nx[j] };
			part.from = place_at(p, image, at_y[i], at_x[j], d->ch);
			part.pitch_y = i == 1 ? d->pitch_y : 0;
			part.pitch_x = j == 1 ? d->pitch_x : 0;
			if (j == 1 || d->px == 4) {
				emit_load(s, p, &part);
				continue;
			}
			/* Narrow pixels have no pitch: one column after the other. */
			part.x.inside = 1;
			for (int n = 0; n < nx[j]; n++, part.dst += d->dst_x)
				emit_load(s, p, &part);
		}
	}
}

void load_box(struct schedule *s, enum space space, uint32_t dst, const struct plan_place *p,
	      int image, const struct box *b, int pad_value, bool pad_edge)
{
	struct load d = { .space = space,
			  .dst = dst,
			  .dst_y = b->pitch_y,
			  .dst_x = b->pitch_x,
			  .ch = b->ch,
			  .run = b->n_ch,
			  .px = px_of(p),
			  .pad_value = pad_value };

	d.y = divide(b->y0, b->step_y, b->rows, p->h);
	d.x = divide(b->x0, b->step_x, b->cols, p->w);
	d.pitch_y = (uint32_t)b->step_y * p->row_pitch;
	d.pitch_x = (uint32_t)b->step_x * p->pixel_pitch;
	d.row_bytes = ((uint32_t)d.x.inside - 1) * d.pitch_x + (uint32_t)d.run;
	if (pad_edge) {
		emit_edges(s, p, &d, d.y.at, d.x.at, image);
		return;
	}
	if (d.y.inside > 0 && d.x.inside > 0)
		d.from = place_at(p, image, d.y.at, d.x.at, b->ch);
	else
		d.from = place_at(p, image, 0, 0, b->ch); /* never read */
	emit_wide(s, p, d);
}

void load_window(struct schedule *s, uint32_t dst, const struct plan_place *p, int image,
		 const struct box *b, int in_step, int taps, int tap_step, int pad_value)
{
	for (int r = 0; r < b->rows; r++) {
		struct box row = *b;

		row.y0 = b->y0 + r * in_step;
		row.step_y = tap_step;
		row.rows = taps;
		row.pitch_y = (uint32_t)b->n_ch;
		load_box(s, SPACE_IFM, dst + (uint32_t)r * b->pitch_y, p, image, &row, pad_value,
			 false);
	}
}

void load_const(struct schedule *s, enum space space, uint32_t dst, uint32_t from, uint32_t bytes,
		uint32_t unit)
{
	static const struct plan_place constants = { .region = PLAN_CONST };
	struct load d = { .space = space,
			  .dst = dst,
			  .dst_y = 0,
			  .dst_x = unit,
			  .run = (int)unit,
			  .px = 4,
			  .from = from,
			  .pitch_x = unit };

	d.y.inside = 1;
	d.x.inside = (int)(bytes / unit);
	emit_load(s, &constants, &d);
}

void load_grid(struct schedule *s, const struct plan_place *p, int image, const struct store *t)
{
	struct load d = { .space = SPACE_OFM,
			  .dst = t->src,
			  .dst_y = t->src_pitch_y,
			  .dst_x = t->src_pitch_x,
			  .ch = t->ch,
			  .run = t->n_ch,
			  .px = px_of(p) };

	d.y.inside = t->rows;
	d.x.inside = t->cols;
	d.from = place_at(p, image, t->y0, t->x0, t->ch);
	d.pitch_y = (uint32_t)t->step_y * p->row_pitch;
	d.pitch_x = (uint32_t)t->step_x * p->pixel_pitch;
	d.row_bytes = (uint32_t)(t->cols - 1) * d.pitch_x + (uint32_t)t->n_ch;
	emit_load(s, p, &d);
}
