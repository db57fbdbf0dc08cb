/* SPDX-License-Identifier: Apache-2.0 */
/* Random layers with their data. */
#ifndef CONFORMANCE_RANDOM_LAYER_H
#define CONFORMANCE_RANDOM_LAYER_H

#include "layer.h"
#include "rng.h"

#include <stdio.h>

enum layer_kind { KIND_CONV, KIND_CONV_PER_CHANNEL, KIND_DEPTHWISE, KIND_DECONV, KIND_DECONV_PACKED, KINDS };

const char *layer_kind_name(enum layer_kind k);

struct random_layer {
	enum layer_kind kind;
	struct layer l;
	unsigned pad_after_y, pad_after_x;   /* the reference wants to know them */
	unsigned adjust_y, adjust_x;         /* output padding of a deconvolution */
	float in_scale, out_scale;
	float *kernel_scale;                 /* of each output channel; one value but for KIND_CONV_PER_CHANNEL */
	float *scale;                        /* what l.scale points to, and so on */
	int8_t *weights, *input;             /* input: [y.in][x.in][channels] */
	int32_t *bias;
};

/* Makes a layer of at most `macs` multiplications. */
void random_layer_make(struct random_layer *r, enum layer_kind kind, uint64_t seed, uint64_t macs);
void random_layer_free(struct random_layer *r);
void random_layer_print(const struct random_layer *r, FILE *to);

#endif
