/* SPDX-License-Identifier: MIT */
/* Conv and ConvTranspose in float; the loops also for integers, which ref_qconv.c uses. */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "ref_priv.h"

#define PANEL 64	/* pixels; as many as the mask in struct tap has bits */
#define DEPTH 64

/*
 * A tile: neighbouring pixels, of the output of a convolution or the input of a transposed one.
 * The other side's element for pixel i under a tap is base[i] + tap->offset, if bit i of inside
 * says that there is one.  Both are modulo 2^64: far outside they may not fit.
 */
struct tile {
	int64_t first;
	int n;
	bool dense;		/* base[i] is base[0] + i */
	uint64_t all;		/* a bit for each pixel */
	uint64_t base[PANEL];
	int64_t at[3][PANEL];
};

struct tap {
	int64_t shift[3];	/* of the kernel's element, dilated */
	uint64_t offset;
	uint64_t inside;
};

struct plan {
	int64_t in_plane, out_plane, taps;
	int64_t group_in, group_out;	/* channels */
	const int64_t *other;		/* extents of the side that is not tiled */
	struct tile tile;
	struct tap *tap;
};

static int64_t volume(const int64_t *dim)
{
	return dim[0] * dim[1] * dim[2];
}

static uint64_t offset_in(const int64_t *dim, const int64_t *at)
{
	uint64_t row = (uint64_t)at[0] * (uint64_t)dim[1] + (uint64_t)at[1];

	return row * (uint64_t)dim[2] + (uint64_t)at[2];
}

/* Position i in a box as coordinates. */
static void unravel(const int64_t *dim, int64_t i, int64_t *at)
{
	at[2] = i % dim[2];
	at[1] = i / dim[2] % dim[1];
	at[0] = i / dim[2] / dim[1];
}

static int plan_init(const struct ref_conv *g, struct plan *p)
{
	*p = (struct plan){
		.in_plane = volume(g->in),
		.out_plane = volume(g->out),
		.taps = volume(g->kernel),
		.group_in = g->in_channels / g->group,
		.group_out = g->out_channels / g->group,
		.other = g->transposed ? g->out : g->in,
	};
	p->tap = calloc((size_t)p->taps, sizeof(*p->tap));
	if (!p->tap)
		return error(-ENOMEM, "out of memory for a kernel of %lld elements",
			     (long long)p->taps);
	for (int64_t i = 0; i < p->taps; i++) {
		struct tap *t = &p->tap[i];

		unravel(g->kernel, i, t->shift);
		for (int d = 0; d < 3; d++)
			t->shift[d] *= g->dilation[d];
		t->offset = offset_in(p->other, t->shift);
	}
	return 0;
}

static uint64_t pixels_inside(const struct plan *p, const struct tap *t)
{
	uint64_t mask = 0;

	for (int i = 0; i < p->tile.n; i++) {
		bool inside = true;

		for (int d = 0; d < 3; d++) {
			int64_t at = p->tile.at[d][i] + t->shift[d];

			inside = inside && at >= 0 && at < p->other[d];
		}
		mask |= (uint64_t)inside << i;
	}
	return mask;
}

/* Pixel o of the tiled side lies over o * stride - pad of the other, and on from there. */
static void plan_tile(const struct ref_conv *g, struct plan *p, int64_t first, int64_t pixels)
{
	const int64_t *dim = g->transposed ? g->in : g->out;
	struct tile *t = &p->tile;

	t->first = first;
	t->n = pixels - first < PANEL ? (int)(pixels - first) : PANEL;
	t->all = ~UINT64_C(0) >> (PANEL - t->n);
	t->dense = true;
	for (int i = 0; i < t->n; i++) {
		int64_t at[3];

		unravel(dim, first + i, at);
		for (int d = 0; d < 3; d++) {
			at[d] = at[d] * g->stride[d] - g->pad_begin[d];
			t->at[d][i] = at[d];
		}
		t->base[i] = offset_in(p->other, at);
		t->dense = t->dense && t->base[i] == t->base[0] + (uint64_t)i;
	}
	for (int64_t i = 0; i < p->taps; i++)
		p->tap[i].inside = pixels_inside(p, &p->tap[i]);
}

#define T float
#define NAME(name) name##_f32
#include "ref_conv_loops.h"
#undef T
#undef NAME

#define T uint32_t
#define NAME(name) name##_u32
#include "ref_conv_loops.h"
#undef T
#undef NAME

static int check_bias(const struct node *n, const struct value *const *in, int64_t channels)
{
	const struct value *bias = ref_in(n, in, 2);

	if (!bias)
		return 0;
	if (bias->shape.rank != 1 || bias->shape.dim[0] != channels)
		return ref_error(-EINVAL, n, "a bias of %s for %lld output channels",
				 SHAPE(&bias->shape), (long long)channels);
	return ref_check_same(n, in, 0, 2);
}

void ref_conv_shape(const struct ref_conv *g, int rank, struct shape *s)
{
	s->rank = rank;
	s->dim[0] = g->batch;
	s->dim[1] = g->out_channels;
	for (int i = 2; i < rank; i++)
		s->dim[i] = g->out[3 - rank + i];
}

int ref_conv_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	struct ref_conv g;
	int err = ref_check_dtype(n, in, 0, 1u << DTYPE_F32);

	if (!err)
		err = ref_check_same(n, in, 0, 1);
	if (!err)
		err = ref_conv_geometry(n, &in[0]->shape, &in[1]->shape, &g);
	if (!err)
		err = check_bias(n, in, g.out_channels);
	if (err)
		return err;
	out->dtype = DTYPE_F32;
	ref_conv_shape(&g, in[0]->shape.rank, &out->shape);
	return 0;
}

int ref_conv_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct value *bias = ref_in(n, in, 2);
	struct ref_conv g;
	int err = ref_conv_geometry(n, &in[0]->shape, &in[1]->shape, &g);

	if (!err)
		err = ref_conv_f32(&g, in[0]->data, in[1]->data, bias ? bias->data : NULL,
				   out->data);
	return err;
}
