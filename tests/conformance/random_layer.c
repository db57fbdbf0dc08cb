// SPDX-License-Identifier: Apache-2.0
#include "random_layer.h"

#include <math.h>
#include <stdlib.h>

const char *layer_kind_name(enum layer_kind k)
{
	static const char *const names[KINDS] = {
		"conv", "conv-per-channel", "depthwise", "deconv", "deconv-packed",
	};

	return k < KINDS ? names[k] : NULL;
}

/* Most layers are small; some have what makes them exceed a buffer. */
enum style { STYLE_ANY, STYLE_LARGE, STYLE_DEEP };

static unsigned extent(unsigned k, unsigned dilation)
{
	return (k - 1) * dilation + 1;
}

/* A convolution's dimension; the padding behind follows from what is drawn for the output. */
static unsigned make_conv_axis(struct axis *a, struct rng *r, enum style style)
{
	unsigned after;

	do {
		a->k = rng_percent(r, 15) ? rng_range(r, 1, 16) : rng_range(r, 1, 5);
		a->stride = rng_percent(r, 60) ? 1 : rng_range(r, 1, 8);
		a->dilation = rng_percent(r, 75) ? 1 : rng_range(r, 2, 4);
		a->in = style == STYLE_LARGE ? rng_range(r, 24, 120) : rng_range(r, 1, style == STYLE_DEEP ? 6 : 24);
		a->pad = rng_percent(r, 30) ? 0 : rng_below(r, extent(a->k, a->dilation));
		after = rng_percent(r, 70) ? a->pad : rng_below(r, extent(a->k, a->dilation));
	} while (a->in + a->pad + after < extent(a->k, a->dilation));
	a->out = (a->in + a->pad + after - extent(a->k, a->dilation)) / a->stride + 1;
	return after;
}

/* XNNPACK (of 2022) crashes where a phase has no output, so there are at least `stride` outputs. */
static unsigned make_deconv_axis(struct axis *a, struct rng *r, enum style style, bool packed, unsigned *adjust)
{
	unsigned after, full;

	do {
		a->stride = rng_percent(r, 50) ? 2 : rng_range(r, 1, 8);
		a->dilation = packed || rng_percent(r, 80) ? 1 : rng_range(r, 2, 4);
		a->k = packed		   ? a->stride * rng_range(r, 1, 16 / a->stride < 4 ? 16 / a->stride : 4) :
		       rng_percent(r, 20) ? rng_range(r, 1, 16) : rng_range(r, 1, 6);
		a->in = style == STYLE_LARGE ? rng_range(r, 12, 60) : rng_range(r, 1, style == STYLE_DEEP ? 4 : 12);
		a->pad = rng_percent(r, 30) ? 0 : rng_below(r, extent(a->k, a->dilation));
		after = rng_percent(r, 70) ? a->pad : rng_below(r, extent(a->k, a->dilation));
		*adjust = rng_percent(r, 60) ? 0 : rng_below(r, a->stride);
		full = (a->in - 1) * a->stride + extent(a->k, a->dilation) + *adjust;
	} while (full < a->pad + after + a->stride);
	a->out = full - a->pad - after;
	return after;
}

static unsigned make_channels(struct rng *r, enum style style)
{
	if (style == STYLE_LARGE)
		return rng_range(r, 1, 20);
	if (style == STYLE_DEEP)
		return rng_range(r, 1, rng_percent(r, 50) ? 1200 : 60);
	switch (rng_below(r, 4)) {
	case 0:
		return rng_range(r, 1, 8);
	case 1:
		return rng_range(r, 1, 40);
	case 2:
		return 16 * rng_range(r, 1, 6);
	default:
		return rng_range(r, 1, 80);
	}
}

static void make_shape(struct random_layer *r, struct rng *rng)
{
	struct layer *l = &r->l;
	bool packed = r->kind == KIND_DECONV_PACKED;
	enum style style = rng_percent(rng, 60) ? STYLE_ANY : rng_percent(rng, 50) ? STYLE_LARGE : STYLE_DEEP;

	l->deconv = r->kind == KIND_DECONV || packed;
	if (l->deconv) {
		r->pad_after_y = make_deconv_axis(&l->y, rng, style, packed, &r->adjust_y);
		r->pad_after_x = make_deconv_axis(&l->x, rng, style, packed, &r->adjust_x);
	} else {
		r->pad_after_y = make_conv_axis(&l->y, rng, style);
		r->pad_after_x = make_conv_axis(&l->x, rng, style);
	}
	l->groups = packed || rng_percent(rng, 80) ? 1 : rng_range(rng, 2, 6);
	l->in_ch = make_channels(rng, style);
	l->out_ch = packed ? rng_range(rng, 1, 24) : make_channels(rng, style);
	if (r->kind == KIND_DEPTHWISE) {
		l->groups = 1 + make_channels(rng, style);
		l->in_ch = l->out_ch = 1;
	}
	l->layout = packed ? LAYOUT_PACKED : LAYOUT_PLAIN;
	if (!l->deconv && l->groups == 1 && l->in_ch <= 8 && l->x.dilation == 1)
		l->layout = l->y.dilation == 1 && rng_percent(rng, 50) ? LAYOUT_INTERLEAVED : LAYOUT_ROWS;
	if (rng_percent(rng, 20) && !packed)
		l->layout = LAYOUT_PLAIN;
}

static uint64_t macs_of(const struct layer *l)
{
	uint64_t pixels = l->deconv ? (uint64_t)l->y.in * l->x.in : (uint64_t)l->y.out * l->x.out;

	return pixels * l->y.k * l->x.k * l->groups * l->in_ch * l->out_ch;
}

/* The input of one output pixel must fit a third of the IFM buffer: the emitter does not cut channels. */
static bool pixel_fits(const struct layer *l)
{
	return (uint64_t)extent(l->y.k, l->y.dilation) * extent(l->x.k, l->x.dilation) * layer_in_channels(l) <= 40000;
}

static void *make(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		abort();
	return p;
}

static int8_t random_s8(struct rng *r)
{
	return (int8_t)(rng_below(r, 256) - 128);
}

static void make_data(struct random_layer *r, struct rng *rng)
{
	unsigned outs = layer_out_channels(&r->l), ins = layer_in_channels(&r->l);
	size_t nw = (size_t)outs * r->l.y.k * r->l.x.k * r->l.in_ch, ni = (size_t)r->l.y.in * r->l.x.in * ins;
	unsigned magnitude = rng_percent(rng, 50) ? 1 : rng_range(rng, 1, 32);

	r->weights = make(nw, 1);
	r->input = make(ni, 1);
	r->bias = make(outs, sizeof(*r->bias));
	for (size_t i = 0; i < nw; i++)
		r->weights[i] = (int8_t)(random_s8(rng) / (int)magnitude);
	for (size_t i = 0; i < ni; i++)
		r->input[i] = random_s8(rng);
	for (unsigned c = 0; c < outs; c++)
		r->bias[c] = (int32_t)rng_u32(rng) >> rng_range(rng, 14, 24);
}

static float random_float(struct rng *r, float lo, float hi)
{
	return lo + (hi - lo) * (float)rng_below(r, 1 << 20) / (float)(1 << 20);
}

/* Scales for which most outputs are neither 0 nor at an end. */
static void make_scales(struct random_layer *r, struct rng *rng)
{
	unsigned outs = layer_out_channels(&r->l);
	float taps = (float)(r->l.y.k * r->l.x.k * r->l.in_ch), aim;
	float shared = random_float(rng, 0.001f, 0.1f);

	aim = random_float(rng, 10.0f, 200.0f) / (5500.0f * sqrtf(taps));
	r->in_scale = random_float(rng, 0.001f, 0.2f);
	r->out_scale = r->in_scale * shared / aim;
	r->kernel_scale = make(outs, sizeof(float));
	r->scale = make(outs, sizeof(float));
	for (unsigned c = 0; c < outs; c++) {
		r->kernel_scale[c] = r->kind == KIND_CONV_PER_CHANNEL ? shared * random_float(rng, 0.2f, 5.0f) : shared;
		r->scale[c] = r->in_scale * r->kernel_scale[c];
		r->scale[c] /= r->out_scale;
	}
}

void random_layer_make(struct random_layer *r, enum layer_kind kind, uint64_t seed, uint64_t macs)
{
	struct rng rng = { seed * KINDS + kind };

	*r = (struct random_layer){ .kind = kind };
	do
		make_shape(r, &rng);
	while (macs_of(&r->l) > macs || !pixel_fits(&r->l));
	make_data(r, &rng);
	make_scales(r, &rng);
	r->l.in_zp = random_s8(&rng);
	r->l.out_zp = random_s8(&rng);
	r->l.out_min = -128;
	r->l.out_max = 127;
	if (rng_percent(&rng, 30)) {
		r->l.out_min = (int8_t)rng_range(&rng, 0, 100) - 100;
		r->l.out_max = (int8_t)rng_range(&rng, 1, 100);
	}
	r->l.weights = r->weights;
	r->l.bias = r->bias;
	r->l.scale = r->scale;
}

void random_layer_free(struct random_layer *r)
{
	free(r->weights);
	free(r->input);
	free(r->bias);
	free(r->kernel_scale);
	free(r->scale);
}

static void print_axis(const char *name, const struct axis *a, unsigned after, unsigned adjust, FILE *to)
{
	fprintf(to, "#   %s: in %u out %u kernel %u stride %u dilation %u padding %u+%u adjustment %u\n", name, a->in,
		a->out, a->k, a->stride, a->dilation, a->pad, after, adjust);
}

void random_layer_print(const struct random_layer *r, FILE *to)
{
	static const char *const layouts[LAYOUTS] = { "plain", "rows", "interleaved", "packed" };
	const struct layer *l = &r->l;

	fprintf(to, "#   %s, %u groups of %u to %u channels, layout %s, zero points %d and %d, clamp %d..%d\n",
		layer_kind_name(r->kind), l->groups, l->in_ch, l->out_ch, layouts[l->layout], l->in_zp, l->out_zp,
		l->out_min, l->out_max);
	print_axis("y", &l->y, r->pad_after_y, r->adjust_y, to);
	print_axis("x", &l->x, r->pad_after_x, r->adjust_x, to);
}
