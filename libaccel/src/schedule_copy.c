/* SPDX-License-Identifier: MIT */
/*
 * Layers that move bytes: LOAD into the OFM buffer, padding included, and STORE, each pixel as
 * often as it is repeated.  Nothing else of the core is used.
 */
#include "schedule.h"

static uint32_t ring_take(uint32_t *head, uint32_t bytes, size_t ring)
{
	uint32_t at = *head;

	*head = (uint32_t)((at + (bytes + 63) / 64 * 64) % ring);
	return at;
}

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

/* A tile, in units: input pixels, of which some may lie outside. */
struct tile {
	int y, rows, x, cols;
	int ch, n_ch;
};

static void copy_tile(struct schedule *s, const struct work *w, int image, const struct tile *t)
{
	const struct layer *l = w->l;
	uint32_t pixel = (uint32_t)t->n_ch;
	struct box b = { .y0 = t->y,
			 .x0 = t->x,
			 .step_y = 1,
			 .step_x = 1,
			 .rows = t->rows,
			 .cols = t->cols,
			 .ch = l->from_ch + t->ch,
			 .n_ch = t->n_ch,
			 .pitch_x = pixel,
			 .pitch_y = pixel * (uint32_t)t->cols };
	struct store o = { .step_y = l->rep_y,
			   .rows = t->rows,
			   .step_x = l->rep_x,
			   .cols = t->cols,
			   .phases = 1,
			   .ch = l->to_ch + t->ch,
			   .n_ch = t->n_ch,
			   .src_pitch_x = pixel,
			   .src_pitch_y = b.pitch_y };

	b.bytes = b.pitch_y * (uint32_t)b.rows;
	o.src = ring_take(&s->ofm, b.bytes, s->config->ofm_bytes);
	load_box(s, SPACE_OFM, o.src, &w->in, image, &b, l->pad_value, false);
	/* The same bytes for each repetition: phases with a pitch of 0. */
	o.phases = l->rep_x;
	for (int i = 0; i < l->rep_y; i++) {
		o.y0 = (t->y + l->y.pad) * l->rep_y + i;
		o.x0 = (t->x + l->x.pad) * l->rep_x;
		store_grid(s, &w->out, image, &o);
	}
}

/* The unit that makes output 0 is number -pad; those that make the last one end the picture. */
void schedule_copy(struct schedule *s, const struct work *w)
{
	const struct layer *l = w->l;
	int rows = (l->y.out + l->rep_y - 1) / l->rep_y,
	    cols = (l->x.out + l->rep_x - 1) / l->rep_x;
	int room = (int)(s->config->ofm_bytes / 4),
	    ch = min_int(l->n_ch, room < 1024 ? room & ~15 : 1024);
	int tw = min_int(cols, room / ch > 1 ? room / ch : 1),
	    th = room / (ch * tw) > 1 ? room / (ch * tw) : 1;
	struct tile t;

	for (int image = 0; image < w->in.n; image++)
		for (t.y = -l->y.pad; t.y < rows - l->y.pad; t.y += th)
			for (t.x = -l->x.pad; t.x < cols - l->x.pad; t.x += tw)
				for (t.ch = 0; t.ch < l->n_ch; t.ch += ch) {
					t.rows = min_int(th, rows - l->y.pad - t.y);
					t.cols = min_int(tw, cols - l->x.pad - t.x);
					t.n_ch = min_int(ch, l->n_ch - t.ch);
					copy_tile(s, w, image, &t);
				}
}
