/* SPDX-License-Identifier: MIT */
/* Layers of a net (layer.h) on the host's processor, in integers, bit for bit as on the core. */
#ifndef LIBACCEL_RUN_LAYER_H
#define LIBACCEL_RUN_LAYER_H

#include "plan.h"

/*
 * What is prepared once for a layer.  It changes when it runs (host_choose.c), and has buffers: a
 * host_layer runs for one thread at a time.
 */
enum { HOST_KERNELS = 4 };
#define HOST_ALL ((1u << HOST_KERNELS) - 1)

struct host_layer {
	const struct layer *l;
	/* Of plain: as in the layer; of a depthwise one: [y.k][x.k][channel].  NULL: not needed yet. */
	int16_t *weights;
	bool depthwise;
	/* host_choose.c: state NULL: that kernel is not for this layer. */
	void *state[HOST_KERNELS];
	int64_t best_ns[HOST_KERNELS];
	int chosen, tries;
};

/* allowed: bits of kernels, as host_options() gives them; plain always is. */
int host_layer_init(struct host_layer *h, const struct layer *l, unsigned allowed);
void host_layer_free(struct host_layer *h);

/* ---- host_choose.c ---- */

/* What follows "host:" in a URI.  -EINVAL. */
int host_options(const char *rest, unsigned *allowed);

int host_choose_init(struct host_layer *h, unsigned allowed);
void host_choose_free(struct host_layer *h);

/* -ENOTSUP: only plain can do it. */
struct host_view;
int host_choose_run(struct host_layer *h, const struct host_view *in, const struct host_view *out,
		    int lo, int hi);

/* The kernel that ran last: a name, for those who measure. */
const char *host_chosen(const struct host_layer *h);

/* A picture of an act: pixel (y, x) has its channels at data + y * row + x * pixel. */
struct host_view {
	int8_t *data;
	size_t row, pixel;
};

/* Computes one picture.  res.data NULL: the layer has no residual operand.  -ENOMEM. */
int host_layer_run(struct host_layer *h, const struct host_view *in,
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

/* The first and last input that any output meets. */
void host_input_range(const struct layer *l, const struct axis *a, int *first, int *last);

int host_input_make(const struct layer *l, const struct host_view *in, struct host_input *to);

/* acc[channel] = bias + sums, modulo 2^32, of output (y, x) before pooling. */
void host_conv_pixel(const struct host_layer *h, const struct host_input *in, int y, int x,
		     int32_t *acc);

#endif
