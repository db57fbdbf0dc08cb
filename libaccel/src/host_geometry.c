/* SPDX-License-Identifier: MIT */
/* Deconvolutions as convolutions, and padded inputs, for the kernels of the host. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "host_kernel.h"

static int floor_div(int a, int b)
{
	return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/* Taps come with falling input in a deconvolution, and are wanted with a rising one. */
static void add_tap(struct host_phase *p, int tap, int at)
{
	int i = p->n_tap++;

	for (; i > 0 && p->at[i - 1] > at; i--) {
		p->at[i] = p->at[i - 1];
		p->tap[i] = p->tap[i - 1];
	}
	p->at[i] = at;
	p->tap[i] = tap;
}

static void find_taps(const struct layer *l, const struct axis *a, struct host_phase *p)
{
	for (int k = 0; k < a->k; k++) {
		int at = p->first + a->pad - k * a->dilation;

		if (!l->deconv)
			add_tap(p, k, k * a->dilation - a->pad);
		else if (at % a->stride == 0)
			add_tap(p, k, floor_div(at, a->stride));
	}
}

struct host_phase *host_phases_make(const struct layer *l, const struct axis *a, int *n)
{
	int phases = l->deconv ? a->stride : 1;
	struct host_phase *p = calloc((size_t)phases, sizeof(*p));

	*n = 0;
	for (int i = 0; p && i < phases; i++) {
		p[i].first = i;
		p[i].step = phases;
		p[i].count = a->out > i ? (a->out - i + phases - 1) / phases : 0;
		p[i].in_step = l->deconv ? 1 : a->stride;
		p[i].tap = calloc((size_t)a->k, 2 * sizeof(*p[i].tap));
		*n = i + 1;
		if (!p[i].tap) {
			host_phases_free(p, *n);
			return NULL;
		}
		p[i].at = p[i].tap + a->k;
		find_taps(l, a, &p[i]);
	}
	return p;
}

void host_phases_free(struct host_phase *p, int n)
{
	for (int i = 0; p && i < n; i++)
		free(p[i].tap);
	free(p);
}

/* ---- padded inputs ---- */

static void set_extent(const struct layer *l, struct host_padded *p)
{
	int last_y, last_x;

	host_input_range(l, &l->y, &p->y0, &last_y);
	host_input_range(l, &l->x, &p->x0, &last_x);
	p->height = last_y - p->y0 + 1;
	p->width = last_x - p->x0 + 1;
}

bool host_padded_fits(const struct layer *l, size_t slack)
{
	struct host_padded p;
	size_t pixels;

	set_extent(l, &p);
	pixels = (size_t)p.height * (size_t)p.width;
	return pixels <= (INT32_MAX - slack) / (size_t)l->in_ch;
}

int host_padded_make(const struct layer *l, uint8_t flip, size_t slack, struct host_padded *p)
{
	size_t size;

	set_extent(l, p);
	p->flip = flip;
	size = (size_t)p->height * (size_t)p->width * (size_t)l->in_ch + slack;
	p->data = malloc(size);
	if (!p->data)
		return error(-ENOMEM, "out of memory for the input of layer '%s', %d x %d x %d",
			     l->name, p->height, p->width, l->in_ch);
	memset(p->data, (uint8_t)l->pad_value ^ flip, size);
	return 0;
}

static void copy(uint8_t *to, const int8_t *from, size_t n, uint8_t flip)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)from[i] ^ flip;
}

static int clamp(int v, int max)
{
	return v < 0 ? 0 : v > max ? max : v;
}

/* The pixels of a row that are inside of the input; no padding is among them. */
static void copy_inside(const struct layer *l, const struct host_view *in, const int8_t *row,
			const struct host_padded *p, uint8_t *to)
{
	const size_t ch = (size_t)l->in_ch;
	int x = p->x0 < 0 ? 0 : p->x0, end = p->x0 + p->width < l->x.in ? p->x0 + p->width : l->x.in;

	if (in->pixel == ch && end > x) {
		copy(to + (size_t)(x - p->x0) * ch, row + (size_t)x * ch, (size_t)(end - x) * ch,
		     p->flip);
		return;
	}
	for (; x < end; x++)
		copy(to + (size_t)(x - p->x0) * ch, row + (size_t)x * in->pixel, ch, p->flip);
}

static void copy_edges(const struct layer *l, const struct host_view *in, const int8_t *row,
		       const struct host_padded *p, uint8_t *to)
{
	const size_t ch = (size_t)l->in_ch;

	for (int i = 0; i < p->width; i++) {
		int x = p->x0 + i, from = clamp(x, l->x.in - 1);

		if (from != x)
			copy(to + (size_t)i * ch, row + (size_t)from * in->pixel, ch, p->flip);
	}
}

void host_padded_fill(const struct layer *l, const struct host_view *in, struct host_padded *p)
{
	for (int i = 0; i < p->height; i++) {
		int y = p->y0 + i, from = clamp(y, l->y.in - 1);
		const int8_t *row = in->data + (size_t)from * in->row;
		uint8_t *to = p->data + (size_t)i * (size_t)p->width * (size_t)l->in_ch;

		if (from != y && !l->pad_edge)
			continue;
		copy_inside(l, in, row, p, to);
		if (l->pad_edge)
			copy_edges(l, in, row, p, to);
	}
}
