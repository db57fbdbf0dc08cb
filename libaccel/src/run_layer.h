/* SPDX-License-Identifier: MIT */
/* Layers of a net (layer.h) on the host's processor, in integers, bit for bit as on the core. */
#ifndef LIBACCEL_RUN_LAYER_H
#define LIBACCEL_RUN_LAYER_H

#include "plan.h"

/* What is prepared once for a layer. */
struct host_layer {
	const struct layer *l;
	int16_t *weights;	/* as in the layer; of a depthwise one: [y.k][x.k][channel] */
	bool depthwise;
};

int host_layer_init(struct host_layer *h, const struct layer *l);
void host_layer_free(struct host_layer *h);

/* A picture of an act: pixel (y, x) has its channels at data + y * row + x * pixel. */
struct host_view {
	int8_t *data;
	size_t row, pixel;
};

/* Computes one picture.  res.data NULL: the layer has no residual operand.  -ENOMEM. */
int host_layer_run(const struct host_layer *h, const struct host_view *in,
		   const struct host_view *res, const struct host_view *out);

/* ---- run_conv.c: the sums ---- */

/*
 * The part of a convolution's input that it meets, as int16 without the zero point, with padding
 * filled in: rows of `width` pixels of all channels.
 */
struct host_input {
	int16_t *data;
	int y0, x0;		/* input coordinates of the first pixel */
	int height, width;
};

int host_input_make(const struct layer *l, const struct host_view *in, struct host_input *to);

/* acc[channel] = bias + sums, modulo 2^32, of output (y, x) before pooling. */
void host_conv_pixel(const struct host_layer *h, const struct host_input *in, int y, int x,
		     int32_t *acc);

#endif
