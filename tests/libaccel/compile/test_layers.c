// SPDX-License-Identifier: MIT
/* Random layers on the functional model of several cores, against plain C, byte for byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layers.h"

#include "../onnx/tap.h"

static void make_axis(struct rng *r, struct axis *a, bool deconv, int most)
{
	do {
		a->k = rng_range(r, 0, 3) ? rng_range(r, 1, 4) : rng_range(r, 1, 16);
		a->stride = rng_range(r, 0, 2) ? rng_range(r, 1, 2) : rng_range(r, 1, 8);
		a->dilation = rng_range(r, 0, 3) ? 1 : rng_range(r, 2, 3);
		a->in = rng_range(r, 1, most);
		a->pad = rng_range(r, 0, (a->k - 1) * a->dilation);
		if (rng_range(r, 0, 60) == 0 && !deconv)
			a->pad = rng_range(r, 0, 300);
		if (deconv)
			a->out = (a->in - 1) * a->stride - a->pad + a->dilation * (a->k - 1) + 1 +
				 rng_range(r, 0, a->stride - 1) - rng_range(r, 0, a->pad);
		else
			a->out = (a->in + a->pad + rng_range(r, 0, a->pad) -
				  a->dilation * (a->k - 1) - 1 + a->stride) /
				 a->stride;
	} while (a->out < 1 || a->out > 6 * most);
}

static void make_channels(struct rng *r, struct layer *l, int most)
{
	int kind = rng_range(r, 0, 5);

	l->groups = 1;
	l->in_ch = rng_range(r, 0, 1) ? rng_range(r, 1, 24) : rng_range(r, 1, most);
	l->out_ch = rng_range(r, 0, 1) ? rng_range(r, 1, 24) : rng_range(r, 1, most);
	if (kind == 0) {
		l->groups = l->in_ch = l->out_ch;
	} else if (kind == 1) {
		l->groups = rng_range(r, 2, 6);
		l->in_ch = l->groups * rng_range(r, 1, most / 6);
		l->out_ch = l->groups * rng_range(r, 1, most / 6);
	}
}

static void make_window(struct rng *r, struct window *w, int in, bool pools)
{
	w->k = w->s = 1;
	if (pools && in > 1) {
		w->k = rng_range(r, 1, in < 4 ? in : 4);
		w->s = rng_range(r, 1, 3);
	}
	w->out = (in - w->k) / w->s + 1;
}

static void make_residual(struct rng *r, struct layer *l)
{
	l->res = 1;
	l->residual = (struct residual){ .mul_a = rng_next(r) >> 1 & 0x7fffffff,
					 .mul_b = rng_next(r) >> 1 & 0x7fffffff,
					 .shift = rng_range(r, 28, 32),
					 .za = rng_range(r, -128, 127),
					 .zb = rng_range(r, -128, 127),
					 .zo = rng_range(r, -128, 127) };
}

static void make_sample(struct rng *r, struct sample *s, int size, int channels)
{
	struct layer *l = &s->l;

	memset(s, 0, sizeof(*s));
	s->n = rng_range(r, 0, 4) ? 1 : 2;
	l->res = -1;
	l->deconv = rng_range(r, 0, 1);
	make_axis(r, &l->y, l->deconv, size);
	make_axis(r, &l->x, l->deconv, size);
	make_channels(r, l, channels);
	l->in_zp = rng_range(r, -128, 127);
	l->pad_value = rng_range(r, 0, 3) ? l->in_zp : rng_range(r, -128, 127);
	l->zp = rng_range(r, -128, 127);
	l->pad_edge = rng_range(r, 0, 11) == 0 && l->y.pad < 250 && l->x.pad < 250;
	l->min = rng_range(r, 0, 1) ? -128 : rng_range(r, -128, 0);
	l->max = rng_range(r, 0, 1) ? 127 : rng_range(r, 0, 127);
	make_window(r, &l->win_y, l->y.out, false);
	make_window(r, &l->win_x, l->x.out, false);
	if (!l->deconv && rng_range(r, 0, 4) == 0)
		make_residual(r, l);
	else if (!l->deconv && rng_range(r, 0, 3) == 0) {
		make_window(r, &l->win_y, l->y.out, true);
		make_window(r, &l->win_x, l->x.out, true);
	}
	if (rng_range(r, 0, 3) == 0) {
		l->table = malloc(256);
		for (int i = 0; i < 256; i++)
			l->table[i] = (int8_t)rng_next(r);
	}
	if (rng_range(r, 0, 3) == 0)
		s->pitch_extra = 16 * rng_range(r, 1, 3);
	if (rng_range(r, 0, 7) == 0)
		s->out_skew = rng_range(r, 1, 20);
	sample_fill(s, r);
}

static void make_copy(struct rng *r, struct sample *s, int size)
{
	struct layer *l = &s->l;
	struct axis *a[2] = { &l->y, &l->x };

	memset(s, 0, sizeof(*s));
	s->n = 1;
	l->kind = LAYER_COPY;
	l->res = -1;
	l->groups = 1;
	l->rep_y = rng_range(r, 1, 3);
	l->rep_x = rng_range(r, 1, 3);
	for (int i = 0; i < 2; i++) {
		int rep = i ? l->rep_x : l->rep_y;

		a[i]->in = rng_range(r, 1, size);
		a[i]->k = a[i]->stride = a[i]->dilation = 1;
		do {
			a[i]->pad = rng_range(r, -3, 3);
			a[i]->out = rep * (a[i]->in + a[i]->pad + rng_range(r, -3, 3)) +
				    rng_range(r, 0, rep - 1);
		} while (a[i]->out < 1);
	}
	l->in_ch = rng_range(r, 1, 70);
	l->from_ch = l->in_ch > 8 ? rng_range(r, 0, (l->in_ch - 1) / 16) * 16 : 0;
	l->n_ch = l->in_ch > 8 ? rng_range(r, 1, l->in_ch - l->from_ch) : l->in_ch;
	l->out_ch = l->n_ch;
	l->pad_value = rng_range(r, -128, 127);
	l->win_y = (struct window){ 1, 1, l->y.out };
	l->win_x = (struct window){ 1, 1, l->x.out };
	sample_fill(s, r);
}

static void one(struct sample *s, struct device *d, const struct core_config *c, unsigned seed)
{
	struct sample_result res;

	sample_reference(s);
	sample_run(s, d, c, &res);
	/* Odd groups of channels with a residual operand need more than a small buffer has: the
	 * host's. */
	if (!res.ran && c->ofm_bytes < 65536 && s->l.groups > 1 && s->l.res >= 0 &&
	    strstr(res.why, "no tile")) {
		sample_free(s);
		return;
	}
	if (!res.ran || res.wrong) {
		ok(false, "%ux%u seed %u: %s", c->rows, c->cols, seed, sample_name(s));
		note("%s", res.why);
		note("%s", choice_text(&res.choice));
	}
	sample_free(s);
}

/* So many small stores that wait for one engine that its tokens have to be taken ahead of time. */
static void many_tokens(void)
{
	struct core_config c = device_config(8, 8, false);
	struct sample s = { .n = 1,
			    .l = { .res = -1,
				   .deconv = true,
				   .groups = 1,
				   .in_ch = 32,
				   .out_ch = 18,
				   .y = { 40, 202, 10, 5, 1, 2 },
				   .x = { 8, 42, 10, 5, 1, 2 },
				   .in_zp = -3,
				   .pad_value = -3,
				   .min = -128,
				   .max = 127,
				   .win_y = { 1, 1, 202 },
				   .win_x = { 1, 1, 42 } } };
	struct rng r = { 1 };
	int before = tap_failed;
	struct device *d = device_open(&c, false, 64 << 20);

	sample_fill(&s, &r);
	if (d)
		one(&s, d, &c, 0);
	ok(d && tap_failed == before, "a layer with more tokens than a counter holds");
	device_close(d);
}

int main(int argc, char **argv)
{
	static const struct {
		unsigned rows, cols;
		bool small;
	} cores[] = { { 16, 16, false },
		      { 8, 8, false },
		      { 8, 16, false },
		      { 32, 32, false },
		      { 8, 8, true } };
	int count = argc > 1 ? atoi(argv[1]) : 60;
	unsigned first = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
	bool rtl = getenv("RTL"); /* the Verilated core, if linked: finds commands that race */

	for (size_t i = 0; i < (rtl ? 1 : sizeof(cores) / sizeof(*cores)); i++) {
		struct core_config c = device_config(cores[i].rows, cores[i].cols, cores[i].small);
		struct device *d = device_open(&c, rtl, 64 << 20);
		int before = tap_failed;

		if (!d) {
			ok(false, "model of %ux%u", c.rows, c.cols);
			continue;
		}
		for (int n = 0; n < count; n++) {
			struct rng r = { first + (unsigned)n };
			struct sample s;

			if (n % 8 == 7)
				make_copy(&r, &s, 24);
			else
				make_sample(&r, &s, n % 4 ? 10 : 24, n % 4 == 3 ? 100 : 40);
			one(&s, d, &c, first + (unsigned)n);
		}
		ok(tap_failed == before, "%d random layers on %ux%u%s", count, c.rows, c.cols,
		   cores[i].small ? " with small buffers" : "");
		device_close(d);
	}
	many_tokens();
	return tap_done();
}
