/* SPDX-License-Identifier: MIT */
/* A layer on the host: what follows the sums (Documentation/arithmetic.md, 2 to 5), and copies. */
#include "run_layer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "host_kernel.h"
#include "ref.h"

/* Weights of a depthwise layer by tap, then by channel, so that channels are neighbours. */
static void copy_weights(struct host_layer *h)
{
	const struct layer *l = h->l;
	size_t taps = (size_t)(l->y.k * l->x.k), n = (size_t)l->out_ch * taps *
						   (size_t)(l->in_ch / l->groups);

	for (size_t i = 0; i < n; i++) {
		size_t at = h->depthwise ? i % taps * (size_t)l->in_ch + i / taps : i;

		h->weights[at] = l->weights[i];
	}
}

/* Plain's weights, when it has to run. */
static int make_plain(struct host_layer *h)
{
	const struct layer *l = h->l;
	size_t n = (size_t)l->out_ch * (size_t)(l->y.k * l->x.k);

	if (h->weights)
		return 0;
	h->weights = malloc(n * (size_t)(l->in_ch / l->groups) * sizeof(*h->weights) + 1);
	if (!h->weights)
		return error(-ENOMEM, "out of memory for the weights of layer '%s'", l->name);
	copy_weights(h);
	return 0;
}

int host_layer_init(struct host_layer *h, const struct layer *l, unsigned allowed)
{
	int err;

	*h = (struct host_layer){ .l = l, .chosen = -1 };
	if (l->kind != LAYER_CONV)
		return 0;
	h->depthwise = l->groups == l->in_ch && l->groups == l->out_ch;
	err = host_choose_init(h, allowed);
	return err || h->chosen >= 0 ? err : make_plain(h);
}

void host_layer_free(struct host_layer *h)
{
	host_choose_free(h);
	free(h->weights);
	h->weights = NULL;
}

static int64_t rne_shift(int64_t v, int n)
{
	int64_t half = n ? INT64_C(1) << (n - 1) : 0, rest = v & ((INT64_C(1) << n) - 1);
	int64_t q = v >> n;

	return q + (n && (rest > half || (rest == half && (q & 1))));
}

static int limit(int64_t v, int lo, int hi)
{
	return (int)(v < lo ? lo : v > hi ? hi : v);
}

static int add_residual(const struct residual *q, int v, int other)
{
	int64_t sum = (int64_t)(v - q->za) * q->mul_a + (int64_t)(other - q->zb) * q->mul_b;

	return limit(rne_shift(sum, q->shift) + q->zo, -128, 127);
}

/* One output, of the sum with its bias.  MAX wins where MIN > MAX. */
static int8_t finish(const struct layer *l, int c, int32_t acc, const int8_t *res)
{
	int v = ref_requantize(acc, l->scale[c], l->zp, -128, 127);

	if (l->table)
		v = l->table[v + 128];
	if (res)
		v = add_residual(&l->residual, v, res[c]);
	v = v < l->min ? l->min : v;
	return (int8_t)(v > l->max ? l->max : v);
}

static int8_t *pixel_of(const struct host_view *v, int y, int x)
{
	return v->data + (size_t)y * v->row + (size_t)x * v->pixel;
}

static void convolve(const struct host_layer *h, const struct host_input *in,
		     const struct host_view *res, const struct host_view *out, int32_t *acc)
{
	const struct layer *l = h->l;

	for (int y = 0; y < l->y.out; y++)
		for (int x = 0; x < l->x.out; x++) {
			const int8_t *other = res->data ? pixel_of(res, y, x) : NULL;
			int8_t *to = pixel_of(out, y, x);

			host_conv_pixel(h, in, y, x, acc);
			for (int c = 0; c < l->out_ch; c++)
				to[c] = finish(l, c, acc[c], other);
		}
}

static void pool(const struct layer *l, const struct host_view *from, const struct host_view *out)
{
	for (int y = 0; y < l->win_y.out; y++)
		for (int x = 0; x < l->win_x.out; x++) {
			int8_t *to = pixel_of(out, y, x);

			memset(to, -128, (size_t)l->out_ch);
			for (int k = 0; k < l->win_y.k * l->win_x.k; k++) {
				const int8_t *v = pixel_of(from, y * l->win_y.s + k / l->win_x.k,
							   x * l->win_x.s + k % l->win_x.k);

				for (int c = 0; c < l->out_ch; c++)
					to[c] = v[c] > to[c] ? v[c] : to[c];
			}
		}
}

/* Sums and all that follows, pixel by pixel. */
static int run_plain(struct host_layer *h, const struct host_view *in, const struct host_view *res,
		     const struct host_view *out)
{
	int32_t *acc = malloc((size_t)h->l->out_ch * sizeof(*acc) + 1);
	struct host_input input = { 0 };
	int err = make_plain(h);

	if (!err && !acc)
		err = error(-ENOMEM, "out of memory for layer '%s'", h->l->name);
	if (!err)
		err = host_input_make(h->l, in, &input);
	if (!err)
		convolve(h, &input, res, out, acc);
	free(input.data);
	free(acc);
	return err;
}

/* Where table and residual follow, they do the clamping; MAX wins where MIN > MAX. */
static int run_kernel(struct host_layer *h, const struct host_view *in, const struct host_view *res,
		      const struct host_view *out)
{
	const struct layer *l = h->l;
	bool more = host_has_finish(l);
	int err = host_choose_run(h, in, out, more ? -128 : l->min < l->max ? l->min : l->max,
				  more ? 127 : l->max);

	if (err == -ENOTSUP)
		return run_plain(h, in, res, out);
	if (!err && more)
		host_finish(l, out, res);
	return err;
}

static int run_conv(struct host_layer *h, const struct host_view *in, const struct host_view *res,
		    const struct host_view *out)
{
	const struct layer *l = h->l;
	const size_t pixel = (size_t)l->out_ch, row = pixel * (size_t)l->x.out;
	struct host_view before = *out;
	int err;

	if (!layer_pools(l))
		return run_kernel(h, in, res, out);
	before = (struct host_view){ malloc(row * (size_t)l->y.out + 1), row, pixel };
	if (!before.data)
		return error(-ENOMEM, "out of memory for layer '%s'", l->name);
	err = run_kernel(h, in, res, &before);
	if (!err)
		pool(l, &before, out);
	free(before.data);
	return err;
}

static void run_copy(const struct layer *l, const struct host_view *in, const struct host_view *out)
{
	for (int y = 0; y < l->y.out; y++)
		for (int x = 0; x < l->x.out; x++) {
			int iy = y / l->rep_y - l->y.pad, ix = x / l->rep_x - l->x.pad;
			int8_t *to = pixel_of(out, y, x) + l->to_ch;

			if (iy < 0 || ix < 0 || iy >= l->y.in || ix >= l->x.in)
				memset(to, l->pad_value, (size_t)l->n_ch);
			else
				memcpy(to, pixel_of(in, iy, ix) + l->from_ch, (size_t)l->n_ch);
		}
}

int host_layer_run(struct host_layer *h, const struct host_view *in,
		   const struct host_view *res, const struct host_view *out)
{
	if (h->l->kind == LAYER_CONV)
		return run_conv(h, in, res, out);
	run_copy(h->l, in, out);
	return 0;
}
