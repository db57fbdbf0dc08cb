/* SPDX-License-Identifier: Apache-2.0 */
/* A convolution or transposed convolution as the tests describe it. */
#ifndef CONFORMANCE_LAYER_H
#define CONFORMANCE_LAYER_H

#include <stdbool.h>
#include <stdint.h>

/* One dimension of space. */
struct axis {
	unsigned in, out, k, stride, dilation, pad; /* pad: before the first input; of a deconvolution: cut off the output */
};

/* How the IFM buffer is laid out. All but LAYOUT_PLAIN need groups = 1. */
enum layout {
	LAYOUT_PLAIN,       /* pixel by pixel, tap by tap */
	LAYOUT_ROWS,        /* a row of taps is one run of bytes; needs x.dilation = 1; convolutions only */
	LAYOUT_INTERLEAVED, /* rows interleaved, all taps are one run; needs dilations of 1; convolutions only */
	LAYOUT_PACKED,      /* columns hold (phase, channel); deconvolutions with k = m * stride, dilation 1 */
	LAYOUTS
};

struct layer {
	bool deconv;
	unsigned groups, in_ch, out_ch; /* channels of a group */
	struct axis y, x;
	enum layout layout;
	int8_t in_zp, out_zp, out_min, out_max;
	const int8_t *weights;  /* [groups * out_ch][y.k][x.k][in_ch] */
	const int32_t *bias;    /* [groups * out_ch] */
	const float *scale;     /* [groups * out_ch]: of the input times of the weights by of the output */
};

static inline unsigned layer_in_channels(const struct layer *l)
{
	return l->groups * l->in_ch;
}

static inline unsigned layer_out_channels(const struct layer *l)
{
	return l->groups * l->out_ch;
}

/* Weight tiles that are diagonals: one channel in and out of each group. */
static inline bool layer_depthwise(const struct layer *l)
{
	return l->groups > 1 && l->in_ch == 1 && l->out_ch == 1;
}

#endif
