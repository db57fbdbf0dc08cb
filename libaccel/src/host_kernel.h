/* SPDX-License-Identifier: MIT */
/*
 * Ways to compute a convolution on the host, all with the same bytes as result: a layer takes the
 * fastest (host_choose.c).
 *
 *	plain		run_conv.c; any layer, on any machine
 *	pointwise	host_pointwise.c; a table of 256 values
 *	depthwise	host_depthwise.c; a channel for each vector lane
 *	vnni		host_vnni*.c; x86 with AVX-512 VNNI
 *	xnnpack		host_xnnpack.c; where the build has libxnnpack
 */
#ifndef LIBACCEL_HOST_KERNEL_H
#define LIBACCEL_HOST_KERNEL_H

#include "run_layer.h"

/*
 * From int8 to int8: y = limit(requantise(conv(x)), lo, hi), before pooling; no table, no residual.
 * make(): -ENOTSUP without a message: not this layer; -ENOMEM with one.
 * run(): one picture; writes out_ch bytes of each pixel.  A kernel has buffers of its own, so it
 * runs for one thread at a time.
 */
struct host_kernel {
	const char *name;
	int (*make)(const struct layer *l, void **state);
	int (*run)(void *state, const struct host_view *in, const struct host_view *out, int lo,
		   int hi);
	void (*free)(void *state);
};

extern const struct host_kernel host_depthwise, host_pointwise, host_vnni, host_xnnpack;

/* The scale as a finite factor that is not negative, or -1: none (ref_requantize()). */
float host_scale(float scale);

/* ---- host_geometry.c ---- */

/*
 * One dimension of a convolution as one of stride 1 or more over a padded input.  A deconvolution
 * is one such for each phase: outputs first, first + step, ...; the j-th meets under tap t the
 * input j * in_step + at[t].
 */
struct host_phase {
	int first, step, count;
	int in_step;
	int n_tap;
	int *tap, *at;		/* kernel indices, by rising input */
};

/* As many as the deconvolution's stride, else 1; free with host_phases_free().  NULL: no memory. */
struct host_phase *host_phases_make(const struct layer *l, const struct axis *a, int *n);
void host_phases_free(struct host_phase *p, int n);

/*
 * The part of the input that outputs meet, with padding around: rows of width pixels of all
 * channels, each byte exclusive-ored with `flip`.
 */
struct host_padded {
	uint8_t *data;
	int y0, x0;		/* input coordinates of the first pixel */
	int height, width;
	uint8_t flip;
};

/*
 * Whether all of it and `slack` bytes behind can be reached by 32-bit offsets, as kernels use them.  Padding alone may make
 * more of a small input: a kernel of the host answers -ENOTSUP to such a layer.
 */
bool host_padded_fits(const struct layer *l, size_t slack);

/* slack: bytes that may be read behind the end.  It must fit.  -ENOMEM. */
int host_padded_make(const struct layer *l, uint8_t flip, size_t slack, struct host_padded *p);
void host_padded_fill(const struct layer *l, const struct host_view *in, struct host_padded *p);

/* ---- host_finish.c: what follows the requantisation ---- */

bool host_has_finish(const struct layer *l);
/* v[i] = table[v[i] + 128]. */
void host_look_up(const int8_t *table, int8_t *v, size_t n);

/* In place; res.data NULL: none. */
void host_finish(const struct layer *l, const struct host_view *out, const struct host_view *res);

#endif
