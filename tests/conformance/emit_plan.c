// SPDX-License-Identifier: Apache-2.0
/* Sub-convolutions, blocks of columns, and what the weight tiles hold. */
#include "emit.h"

#include <string.h>

static unsigned gcd(unsigned a, unsigned b)
{
	return b ? gcd(b, a % b) : a;
}

static struct dim conv_dim(const struct axis *a)
{
	return (struct dim){ .n = a->out, .out0 = 0, .out_step = 1, .in0 = -(int)a->pad, .in_step = a->stride,
			     .tap_step = (int)a->dilation, .taps = a->k, .k0 = 0, .k_step = 1 };
}

/*
 * Outputs o = phase + i * stride.  Input r and tap k meet there when o + pad = r * stride + k * dilation: for the
 * taps k0, k0 + k_step ..., whose inputs go down from tap to tap.
 */
static struct dim phase_dim(const struct axis *a, unsigned phase)
{
	unsigned g = gcd(a->stride, a->dilation), k0 = 0;
	struct dim d = { .out0 = phase, .out_step = a->stride, .in_step = 1,
			 .tap_step = -(int)(a->dilation / g), .k_step = a->stride / g };

	d.n = a->out > phase ? (a->out - phase + a->stride - 1) / a->stride : 0;
	while (k0 < a->k && ((int)(phase + a->pad) - (int)(k0 * a->dilation)) % (int)a->stride)
		k0++;
	if (k0 == a->k)
		return d; /* no tap */
	d.k0 = k0;
	d.taps = (a->k - k0 + d.k_step - 1) / d.k_step;
	d.in0 = ((int)(phase + a->pad) - (int)(k0 * a->dilation)) / (int)a->stride;
	return d;
}

/*
 * All phases at once: output o + pad = q * stride + phase reads inputs q - j with taps phase + j * stride.
 * Outputs begin with the phase 0 of the first q that has any; they are numbered in units of q.
 */
static struct dim packed_dim(const struct axis *a)
{
	unsigned first = a->pad / a->stride, last = (a->out - 1 + a->pad) / a->stride;

	return (struct dim){ .n = last - first + 1, .out0 = 0, .out_step = a->stride, .in0 = (int)first, .in_step = 1,
			     .tap_step = -1, .taps = a->k / a->stride, .k0 = 0, .k_step = a->stride };
}

struct extent emit_extent(const struct layer *l)
{
	struct dim y = packed_dim(&l->y), x = packed_dim(&l->x);

	if (l->layout != LAYOUT_PACKED)
		return (struct extent){ l->y.out, l->x.out, 0, 0 };
	return (struct extent){ y.n * l->y.stride, x.n * l->x.stride, l->y.pad % l->y.stride, l->x.pad % l->x.stride };
}

bool plan_sub(const struct layer *l, unsigned i, struct sub *s)
{
	bool phases = l->deconv && l->layout != LAYOUT_PACKED;

	if (i >= (phases ? l->y.stride * l->x.stride : 1))
		return false;
	if (phases) {
		s->y = phase_dim(&l->y, i / l->x.stride);
		s->x = phase_dim(&l->x, i % l->x.stride);
	} else if (l->deconv) {
		s->y = packed_dim(&l->y);
		s->x = packed_dim(&l->x);
	} else {
		s->y = conv_dim(&l->y);
		s->x = conv_dim(&l->x);
	}
	return true;
}

unsigned plan_columns(const struct layer *l)
{
	unsigned phases = l->layout == LAYOUT_PACKED ? l->y.stride * l->x.stride : 1;

	return layer_out_channels(l) * phases;
}

static unsigned at_most(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

struct block plan_block(const struct rig *rig, const struct layer *l, unsigned first)
{
	struct block b = { .first = first };

	if (layer_depthwise(l)) {
		b.cols = at_most(at_most(rig->core.rows, rig->core.cols), l->groups - first);
		b.ifm_channel = first;
	} else if (l->layout == LAYOUT_PACKED) {
		b.cols = at_most(rig->core.cols, plan_columns(l) - first);
	} else { /* a block does not reach into the next group */
		b.cols = at_most(rig->core.cols, l->out_ch - first % l->out_ch);
		b.ifm_channel = first / l->out_ch * l->in_ch;
	}
	return b;
}

static unsigned tiles_for(const struct rig *rig, unsigned lanes)
{
	return (lanes + rig->core.rows - 1) / rig->core.rows;
}

struct loops plan_loops(const struct rig *rig, const struct layer *l, const struct sub *s)
{
	unsigned ty = s->y.taps, tx = s->x.taps;

	if (!ty || !tx) /* one tile of zeros */
		return (struct loops){ 1, 1, 1 };
	if (layer_depthwise(l))
		return (struct loops){ 1, tx, ty };
	if (l->layout == LAYOUT_ROWS)
		return (struct loops){ tiles_for(rig, tx * l->in_ch), 1, ty };
	if (l->layout == LAYOUT_INTERLEAVED)
		return (struct loops){ tiles_for(rig, tx * ty * l->in_ch), 1, 1 };
	return (struct loops){ tiles_for(rig, l->in_ch), tx, ty };
}

/* Where a lane of a tile reads: tap (y, x) and input channel; false: nowhere, the weight is 0. */
struct lane {
	unsigned y, x, ch;
};

static bool find_lane(const struct rig *rig, const struct layer *l, const struct sub *s, const struct loops *k,
		      unsigned row, struct lane *lane)
{
	unsigned i = k->k0 * rig->core.rows + row;

	switch (l->layout) {
	case LAYOUT_ROWS:
		*lane = (struct lane){ k->k2, i / l->in_ch, i % l->in_ch };
		break;
	case LAYOUT_INTERLEAVED:
		*lane = (struct lane){ i / l->in_ch % s->y.taps, i / l->in_ch / s->y.taps, i % l->in_ch };
		break;
	default:
		*lane = (struct lane){ k->k2, k->k1, i };
		break;
	}
	return lane->y < s->y.taps && lane->x < s->x.taps && lane->ch < l->in_ch;
}

/* The weight of output column `col` for a lane. */
static int8_t weight(const struct layer *l, const struct sub *s, unsigned col, const struct lane *lane)
{
	unsigned oc = col % layer_out_channels(l), phase = col / layer_out_channels(l);
	unsigned ky = s->y.k0 + lane->y * s->y.k_step + phase / l->x.stride;
	unsigned kx = s->x.k0 + lane->x * s->x.k_step + phase % l->x.stride;

	return l->weights[((oc * l->y.k + ky) * l->x.k + kx) * l->in_ch + lane->ch];
}

/* Fills one tile; adds the weights of each column to sum[]. */
static void pack_tile(const struct rig *rig, const struct layer *l, const struct sub *s, const struct block *b,
		      const struct loops *k, int8_t *tile, int32_t *sum)
{
	struct lane lane;

	for (unsigned r = 0; r < rig->core.rows; r++)
		for (unsigned c = 0; c < b->cols; c++) {
			int8_t w = 0;

			if (layer_depthwise(l)) {
				lane = (struct lane){ k->k2, k->k1, 0 };
				if (r == c && s->y.taps && s->x.taps)
					w = weight(l, s, b->first + c, &lane);
			} else if (find_lane(rig, l, s, k, r, &lane)) {
				w = weight(l, s, b->first + c, &lane);
			}
			tile[r * rig->core.cols + c] = w;
			sum[c] += w;
		}
}

static void put32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* Padding holds the input's zero point, so that every tap of a column adds it: the bias takes it back. */
static void pack_params(struct rig *rig, const struct layer *l, const struct block *b, const int32_t *sum)
{
	uint8_t *p = rig_ptr(rig, b->params);

	for (unsigned c = 0; c < b->cols; c++) {
		unsigned oc = (b->first + c) % layer_out_channels(l);
		uint32_t bias = (uint32_t)l->bias[oc] - (uint32_t)(l->in_zp * sum[c]), scale;

		memcpy(&scale, &l->scale[oc], sizeof(scale));
		put32(p + 8 * c, bias);
		put32(p + 8 * c + 4, scale);
	}
}

void plan_pack(struct rig *rig, const struct layer *l, const struct sub *s, struct block *b)
{
	struct loops n = plan_loops(rig, l, s), k;
	unsigned bytes = rig->core.rows * rig->core.cols;
	int32_t sum[32] = { 0 };
	int8_t *tile;

	b->weights = rig_alloc(rig, n.k0 * n.k1 * n.k2 * bytes, 16);
	b->params = rig_alloc(rig, 8 * rig->core.cols, 16);
	tile = rig_ptr(rig, b->weights);
	for (k.k2 = 0; k.k2 < n.k2; k.k2++)
		for (k.k1 = 0; k.k1 < n.k1; k.k1++)
			for (k.k0 = 0; k.k0 < n.k0; k.k0++, tile += bytes)
				pack_tile(rig, l, s, b, &k, tile, sum);
	pack_params(rig, l, b, sum);
}
