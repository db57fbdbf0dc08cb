/* SPDX-License-Identifier: MIT */
/*
 * XNNPACK, whose quantised operators compute Documentation/arithmetic.md's formula.
 *
 * The build (libaccel.mk) looks which functions the header has, and defines ACCEL_XNNPACK as
 *	1	as in Debian 12: *_qc8, set-up in one step, one scale for all channels of a
 *		deconvolution
 *	2	as in Debian 13: *_qs8_qc8w, caches, set-up in two steps
 * or not at all.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "host_kernel.h"

#ifdef ACCEL_XNNPACK

#include <pthread.h>
#include <xnnpack.h>

struct xnn {
	const struct layer *l;
	unsigned y_end, x_end;		/* padding behind, */
	unsigned y_more, x_more;	/* and what a deconvolution adds */
	float *scale;
	int8_t *in, *out;	/* without gaps; `in` has room for what is read behind its end */
	/* Made by the first run, and again if these change: */
	xnn_operator_t op;
	size_t pixel;		/* of the output */
	int lo, hi;
	int8_t *to;		/* where it writes */
	void *workspace;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool usable;

static void initialise(void)
{
	usable = xnn_initialize(NULL) == xnn_status_success;
}

static size_t size_in(const struct layer *l)
{
	return (size_t)l->y.in * (size_t)l->x.in * (size_t)l->in_ch;
}

/* ---- what XNNPACK can do ---- */

/* Padding behind the last input (of a deconvolution: what is cut off behind) that gives a->out. */
static int pad_end(const struct layer *l, const struct axis *a)
{
	int reach = (a->k - 1) * a->dilation;

	if (l->deconv)
		return (a->in - 1) * a->stride + reach + 1 - a->pad - a->out;
	return (a->out - 1) * a->stride + reach + 1 - a->pad - a->in;
}

/* Rest of the input that no output meets is fine, if it is less than a stride. */
static bool axis_fits(const struct layer *l, const struct axis *a)
{
	return a->pad >= 0 && pad_end(l, a) > -a->stride && (!l->deconv || a->stride <= a->k);
}

static bool scales_fit(const struct layer *l)
{
	for (int c = 0; c < l->out_ch; c++) {
		if (!(l->scale[c] >= 0x1p-32f && l->scale[c] < 256))
			return false;
		if (ACCEL_XNNPACK == 1 && l->deconv && l->scale[c] != l->scale[0])
			return false;
	}
	return true;
}

static bool fits(const struct layer *l)
{
	if (l->pad_edge || l->pad_value != l->in_zp || !axis_fits(l, &l->y) ||
	    !axis_fits(l, &l->x) || !scales_fit(l))
		return false;
	pthread_once(&once, initialise);
	return usable;
}

/* ---- operators ---- */

#if ACCEL_XNNPACK == 1
#define create_conv xnn_create_convolution2d_nhwc_qc8
#define create_deconv xnn_create_deconvolution2d_nhwc_qs8
#define SCALE(x) ((x)->scale[0])
#define CACHES
#else
#define create_conv xnn_create_convolution2d_nhwc_qs8_qc8w
#define create_deconv xnn_create_deconvolution2d_nhwc_qs8_qc8w
#define SCALE(x) ((x)->scale)
#define CACHES NULL, NULL,
#endif

static enum xnn_status create(struct xnn *x)
{
	const struct layer *l = x->l;
	const uint32_t ky = (uint32_t)l->y.k, kx = (uint32_t)l->x.k;
	const uint32_t sy = (uint32_t)l->y.stride, sx = (uint32_t)l->x.stride;
	const uint32_t dy = (uint32_t)l->y.dilation, dx = (uint32_t)l->x.dilation;
	const uint32_t top = (uint32_t)l->y.pad, left = (uint32_t)l->x.pad;
	const uint32_t groups = (uint32_t)l->groups;
	const size_t in = (size_t)l->in_ch, out = (size_t)l->out_ch;

	if (l->deconv)
		return create_deconv(top, x->x_end, x->y_end, left, ky, kx, sy, sx, dy, dx, groups,
				     in / groups, out / groups, in, x->pixel, (int8_t)l->in_zp, 1,
				     SCALE(x), l->weights, l->bias, (int8_t)l->zp, 1,
				     (int8_t)x->lo, (int8_t)x->hi, 0, CACHES &x->op);
	return create_conv(top, x->x_end, x->y_end, left, ky, kx, sy, sx, dy, dx, groups,
			   in / groups, out / groups, in, x->pixel, (int8_t)l->in_zp, 1, x->scale,
			   l->weights, l->bias, (int8_t)l->zp, 1, (int8_t)x->lo, (int8_t)x->hi, 0,
			   CACHES &x->op);
}

#if ACCEL_XNNPACK == 1
static enum xnn_status set_up(struct xnn *x, int8_t *to)
{
	const struct layer *l = x->l;
	const size_t h = (size_t)l->y.in, w = (size_t)l->x.in;

	if (l->deconv)
		return xnn_setup_deconvolution2d_nhwc_qs8(x->op, 1, h, w, x->y_more, x->x_more,
							  x->in, to, NULL);
	return xnn_setup_convolution2d_nhwc_qc8(x->op, 1, h, w, x->in, to, NULL);
}
#else
static enum xnn_status set_up_conv(struct xnn *x, int8_t *to)
{
	const struct layer *l = x->l;
	size_t size = 0, align = 0;
	enum xnn_status s;

	s = xnn_reshape_convolution2d_nhwc_qs8_qc8w(x->op, 1, (size_t)l->y.in, (size_t)l->x.in, &size,
						    &align, NULL, NULL, NULL);
	if (s != xnn_status_success)
		return s;
	free(x->workspace);
	x->workspace = size ? aligned_alloc(64, (size + 127) / 64 * 64) : NULL;
	if (size && !x->workspace)
		return xnn_status_out_of_memory;
	return xnn_setup_convolution2d_nhwc_qs8_qc8w(x->op, x->workspace, x->in, to);
}

static enum xnn_status set_up(struct xnn *x, int8_t *to)
{
	const struct layer *l = x->l;
	enum xnn_status s;

	if (!l->deconv)
		return set_up_conv(x, to);
	s = xnn_reshape_deconvolution2d_nhwc_qs8_qc8w(x->op, 1, (size_t)l->y.in, (size_t)l->x.in,
						      x->y_more, x->x_more, NULL, NULL, NULL);
	return s == xnn_status_success ?
		xnn_setup_deconvolution2d_nhwc_qs8_qc8w(x->op, x->in, to) : s;
}
#endif

static int operator_ready(struct xnn *x, size_t pixel, int lo, int hi, int8_t *to)
{
	enum xnn_status s = xnn_status_success;

	if (x->op && (x->pixel != pixel || x->lo != lo || x->hi != hi)) {
		xnn_delete_operator(x->op);
		x->op = NULL;
	}
	if (!x->op) {
		x->pixel = pixel;
		x->lo = lo;
		x->hi = hi;
		x->to = NULL;
		s = create(x);
	}
	if (s == xnn_status_success && x->to != to)
		s = set_up(x, to);
	if (s == xnn_status_success) {
		x->to = to;
		return 0;
	}
	return s == xnn_status_out_of_memory ?
		error(-ENOMEM, "out of memory for layer '%s' in XNNPACK", x->l->name) : -ENOTSUP;
}

/* ---- the kernel ---- */

static void xnn_free(void *state)
{
	struct xnn *x = state;

	if (x->op)
		xnn_delete_operator(x->op);
	free(x->workspace);
	free(x->scale);
	free(x->in);
	free(x->out);
	free(x);
}

static int xnn_make(const struct layer *l, void **state)
{
	struct xnn *x;
	int y_end = pad_end(l, &l->y), x_end = pad_end(l, &l->x), err;

	if (!fits(l))
		return -ENOTSUP;
	x = calloc(1, sizeof(*x));
	if (!x)
		return error(-ENOMEM, "out of memory for layer '%s'", l->name);
	x->l = l;
	x->y_end = y_end > 0 ? (unsigned)y_end : 0;
	x->x_end = x_end > 0 ? (unsigned)x_end : 0;
	x->y_more = y_end < 0 ? (unsigned)-y_end : 0;
	x->x_more = x_end < 0 ? (unsigned)-x_end : 0;
	x->scale = malloc((size_t)l->out_ch * sizeof(*x->scale));
	x->in = calloc(size_in(l) + XNN_EXTRA_BYTES, 1);
	x->out = malloc((size_t)l->y.out * (size_t)l->x.out * (size_t)l->out_ch + 1);
	if (x->scale && x->in && x->out) {
		memcpy(x->scale, l->scale, (size_t)l->out_ch * sizeof(*x->scale));
		/* Whether it takes the layer shows when it makes an operator. */
		err = operator_ready(x, (size_t)l->out_ch, -128, 127, x->out);
	} else {
		err = error(-ENOMEM, "out of memory for layer '%s'", l->name);
	}
	if (err) {
		xnn_free(x);
		return err;
	}
	*state = x;
	return 0;
}

static void copy_in(const struct layer *l, const struct host_view *in, int8_t *to)
{
	const size_t ch = (size_t)l->in_ch, row = (size_t)l->x.in * ch;

	for (int y = 0; y < l->y.in; y++)
		for (int x = 0; x < l->x.in; x++) {
			const int8_t *from = in->data + (size_t)y * in->row + (size_t)x * in->pixel;

			if (in->pixel == ch) {
				memcpy(to + (size_t)y * row, from, row);
				break;
			}
			memcpy(to + (size_t)y * row + (size_t)x * ch, from, ch);
		}
}

static void copy_out(const struct layer *l, const int8_t *from, const struct host_view *out)
{
	const size_t ch = (size_t)l->out_ch, row = (size_t)l->x.out * ch;

	for (int y = 0; y < l->y.out; y++)
		for (int x = 0; x < l->x.out; x++)
			memcpy(out->data + (size_t)y * out->row + (size_t)x * out->pixel,
			       from + (size_t)y * row + (size_t)x * ch, ch);
}

static int xnn_run(void *state, const struct host_view *in, const struct host_view *out, int lo,
		   int hi)
{
	struct xnn *x = state;
	const struct layer *l = x->l;
	/* It knows distances of pixels, but rows follow each other. */
	bool direct = out->row == (size_t)l->x.out * out->pixel || l->y.out == 1;
	int err;

	if (lo == hi)
		return -ENOTSUP;	/* it wants a range */
	err = operator_ready(x, direct ? out->pixel : (size_t)l->out_ch, lo, hi,
			     direct ? out->data : x->out);
	if (err)
		return err;
	copy_in(l, in, x->in);
	if (xnn_run_operator(x->op, NULL) != xnn_status_success)
		return error(-EIO, "XNNPACK cannot run layer '%s'", l->name);
	if (!direct)
		copy_out(l, x->out, out);
	return 0;
}

#else

static int xnn_make(const struct layer *l, void **state)
{
	(void)l;
	(void)state;
	return -ENOTSUP;
}

#define xnn_run NULL
#define xnn_free NULL

#endif

const struct host_kernel host_xnnpack = { "xnnpack", xnn_make, xnn_run, xnn_free };
