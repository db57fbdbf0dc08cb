/* SPDX-License-Identifier: MIT */
/* STORE commands. */
#include <errno.h>

#include "cost.h"
#include "error.h"
#include "schedule.h"

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

int schedule_check_place(const struct plan_place *p, const char *what)
{
	uint32_t wide = p->offset | p->pixel_pitch | p->row_pitch | p->image_pitch;
	uint32_t pitch = p->pixel_pitch;
	bool narrow = pitch == 1 || pitch == 2 || pitch == 4 || pitch == 8;

	if (narrow ? wide & (pitch - 1) : wide & 15)
		return error(-ENOTSUP, "the %s starts between two beats of memory", what);
	return 0;
}

/* The largest alignment that STORE knows and that all addresses have: log2. */
static unsigned alignment(const struct plan_place *p, uint32_t va)
{
	uint32_t bits = va | p->pixel_pitch | p->row_pitch;
	unsigned px = 4;

	while (px && bits & ((1u << px) - 1))
		px--;
	return px;
}

/* A STORE command before it is one. */
struct job {
	uint32_t va, pitch_y, pitch_x, pitch_s;
	uint32_t src, src_y, src_x, src_s;
	int rows, cols, subs, run;
	unsigned px;
};

static void emit_store(struct schedule *s, const struct plan_place *p, const struct job *j)
{
	uint64_t pixels = (uint64_t)j->rows * (uint64_t)j->cols * (uint64_t)j->subs;
	uint64_t chunks = pixels * (uint64_t)((j->run + 15) / 16);
	uint32_t span = (uint32_t)(j->cols - 1) * j->pitch_x +
			(uint32_t)(j->subs - 1) * j->pitch_s + (uint32_t)j->run;
	struct fcn_cmd c;

	fcn_store_init(&c, 0, 0);
	fcn_store_set_va(&c, j->va);
	fcn_store_set_pitch_y(&c, j->pitch_y);
	fcn_store_set_pitch_x(&c, j->pitch_x);
	fcn_store_set_rows_n(&c, (uint32_t)j->rows);
	fcn_store_set_cols_n(&c, (uint32_t)j->cols);
	fcn_store_set_run(&c, (uint32_t)j->run);
	fcn_store_set_px(&c, j->px);
	fcn_store_set_pitch_s(&c, j->pitch_s);
	fcn_store_set_src(&c, j->src);
	fcn_store_set_src_pitch_y(&c, j->src_y);
	fcn_store_set_src_pitch_x(&c, j->src_x);
	fcn_store_set_src_pitch_s(&c, j->src_s);
	fcn_store_set_sub_n(&c, (uint32_t)j->subs - 1);
	stream_read_grid(s->stream, SPACE_OFM,
			 &(struct stream_grid){
				 .addr = j->src,
				 .bytes = (uint32_t)(j->subs - 1) * j->src_s + (uint32_t)j->run,
				 .rows = (uint32_t)j->rows,
				 .pitch_y = j->src_y,
				 .cols = (uint32_t)j->cols,
				 .pitch_x = j->src_x,
			 });
	for (int r = 0; r < j->rows; r++)
		stream_write(s->stream, SPACE_REGION + p->region, j->va + (uint32_t)r * j->pitch_y,
			     span);
	stream_add(s->stream, &c, p->region, cost_store(chunks, pixels));
}

/*
 * Channels that do not start at a multiple of 16 bytes: parts of 1, 2, 4 or 8 bytes, as sub-pixels.
 * The phases are not in the command then.
 */
static void store_parts(struct schedule *s, const struct plan_place *p, struct job j, int phases)
{
	int part = 1 << j.px, whole = j.run / part, rest = j.run % part;
	struct job k = j;

	for (int i = 0; i < phases; i++) {
		for (int done = 0; done < whole; done += k.subs) {
			k = j;
			k.va = j.va + (uint32_t)i * j.pitch_s + (uint32_t)(done * part);
			k.src = j.src + (uint32_t)i * j.src_s + (uint32_t)(done * part);
			k.subs = min_int(whole - done, 256);
			k.run = part;
			k.pitch_s = k.src_s = (uint32_t)part;
			emit_store(s, p, &k);
		}
		if (!rest)
			continue;
		k = j;
		k.va = j.va + (uint32_t)i * j.pitch_s + (uint32_t)(whole * part);
		k.src = j.src + (uint32_t)i * j.src_s + (uint32_t)(whole * part);
		k.subs = 1;
		k.run = rest;
		k.pitch_s = k.src_s = 0;
		emit_store(s, p, &k);
	}
}

static void store_job(struct schedule *s, const struct plan_place *p, int image,
		      const struct store *t)
{
	struct job j = {
		.va = p->offset + (uint32_t)image * p->image_pitch +
		      (uint32_t)t->y0 * p->row_pitch + (uint32_t)t->x0 * p->pixel_pitch +
		      (uint32_t)t->ch,
		.pitch_y = (uint32_t)t->step_y * p->row_pitch,
		.pitch_x = (uint32_t)t->step_x * p->pixel_pitch,
		.src = t->src,
		.src_y = t->src_pitch_y,
		.src_x = t->src_pitch_x,
		.rows = t->rows,
		.cols = t->cols,
		.subs = t->phases,
		.run = t->n_ch,
	};

	if (t->rows <= 0 || t->cols <= 0 || t->phases <= 0)
		return;
	if (t->phases > 1) {
		j.pitch_s = p->pixel_pitch;
		j.src_s = t->src_pitch_s;
	}
	j.px = alignment(p, j.va);
	if (j.px == 4 || j.run <= 1 << j.px)
		emit_store(s, p, &j);
	else
		store_parts(s, p, j, t->phases);
}

/* Units first .. first + n - 1 of those whose output from + unit * step is inside 0 .. size - 1. */
static void inside(int from, int step, int units, int size, int *first, int *n)
{
	*first = from < 0 ? (-from + step - 1) / step : 0;
	*n = from >= size ? 0 : min_int(units, (size - 1 - from) / step + 1) - *first;
}

static struct store columns(const struct store *t, int first, int n, int phase, int phases)
{
	struct store u = *t;

	u.x0 = t->x0 + first * t->step_x + phase;
	u.cols = n;
	u.phases = phases;
	u.src = t->src + (uint32_t)first * t->src_pitch_x + (uint32_t)phase * t->src_pitch_s;
	return u;
}

void store_grid(struct schedule *s, const struct plan_place *p, int image, const struct store *t)
{
	struct store rows = *t, u;
	int first, n, lo = 0, hi = t->cols;

	inside(t->y0, t->step_y, t->rows, p->h, &first, &n);
	rows.y0 = t->y0 + first * t->step_y;
	rows.rows = n;
	rows.src = t->src + (uint32_t)first * t->src_pitch_y;

	/* Units of which all phases are inside, in one go; those at the edges phase by phase. */
	for (int i = 0; i < t->phases; i++) {
		inside(t->x0 + i, t->step_x, t->cols, p->w, &first, &n);
		lo = max_int(lo, first);
		hi = min_int(hi, first + n);
	}
	if (hi > lo) {
		u = columns(&rows, lo, hi - lo, 0, t->phases);
		store_job(s, p, image, &u);
	} else {
		lo = hi = t->cols;
	}
	for (int i = 0; i < t->phases; i++) {
		inside(t->x0 + i, t->step_x, t->cols, p->w, &first, &n);
		u = columns(&rows, first, min_int(first + n, lo) - first, i, 1);
		store_job(s, p, image, &u);
		u = columns(&rows, max_int(first, hi), first + n - max_int(first, hi), i, 1);
		store_job(s, p, image, &u);
	}
}
