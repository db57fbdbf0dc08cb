// SPDX-License-Identifier: Apache-2.0
/* XNNPACK as in Debian 12, or with XNNPACK_RESHAPES as in Debian 13 (run.sh looks). */
#include "reference.h"

#include <stdlib.h>
#include <string.h>
#include <xnnpack.h>

#ifdef XNNPACK_RESHAPES
#define create_conv_per_channel xnn_create_convolution2d_nhwc_qs8_qc8w
#define CACHES NULL, NULL,
#else
#define create_conv_per_channel xnn_create_convolution2d_nhwc_qc8
#define CACHES
#endif

bool reference_init(void)
{
	return xnn_initialize(NULL) == xnn_status_success;
}

static enum xnn_status create_conv(const struct random_layer *r, xnn_operator_t *op)
{
	const struct layer *l = &r->l;
	size_t ins = layer_in_channels(l), outs = layer_out_channels(l);

	if (r->kind == KIND_CONV_PER_CHANNEL)
		return create_conv_per_channel(
			l->y.pad, r->pad_after_x, r->pad_after_y, l->x.pad, l->y.k, l->x.k, l->y.stride, l->x.stride,
			l->y.dilation, l->x.dilation, l->groups, l->in_ch, l->out_ch, ins, outs, l->in_zp, r->in_scale,
			r->kernel_scale, r->weights, r->bias, l->out_zp, r->out_scale, l->out_min, l->out_max, 0, CACHES op);
	return xnn_create_convolution2d_nhwc_qs8(
		l->y.pad, r->pad_after_x, r->pad_after_y, l->x.pad, l->y.k, l->x.k, l->y.stride, l->x.stride,
		l->y.dilation, l->x.dilation, l->groups, l->in_ch, l->out_ch, ins, outs, l->in_zp, r->in_scale,
		r->kernel_scale[0], r->weights, r->bias, l->out_zp, r->out_scale, l->out_min, l->out_max, 0, CACHES op);
}

static enum xnn_status create_deconv(const struct random_layer *r, xnn_operator_t *op)
{
	const struct layer *l = &r->l;

	return xnn_create_deconvolution2d_nhwc_qs8(
		l->y.pad, r->pad_after_x, r->pad_after_y, l->x.pad, l->y.k, l->x.k, l->y.stride, l->x.stride,
		l->y.dilation, l->x.dilation, l->groups, l->in_ch, l->out_ch, layer_in_channels(l),
		layer_out_channels(l), l->in_zp, r->in_scale, r->kernel_scale[0], r->weights, r->bias, l->out_zp,
		r->out_scale, l->out_min, l->out_max, 0, CACHES op);
}

#ifdef XNNPACK_RESHAPES
/* *workspace: what the operator wants until it has run; to be freed. */
static enum xnn_status set_up(const struct random_layer *r, xnn_operator_t op, const int8_t *in, int8_t *out,
			      void **workspace)
{
	const struct layer *l = &r->l;
	bool per_channel = r->kind == KIND_CONV_PER_CHANNEL;
	size_t size = 0, align = 0;
	enum xnn_status s;

	if (l->deconv) {
		s = xnn_reshape_deconvolution2d_nhwc_qs8(op, 1, l->y.in, l->x.in, r->adjust_y, r->adjust_x, NULL, NULL,
							 NULL);
		return s == xnn_status_success ? xnn_setup_deconvolution2d_nhwc_qs8(op, in, out) : s;
	}
	s = (per_channel ? xnn_reshape_convolution2d_nhwc_qs8_qc8w : xnn_reshape_convolution2d_nhwc_qs8)(
		op, 1, l->y.in, l->x.in, &size, &align, NULL, NULL, NULL);
	if (s != xnn_status_success)
		return s;
	*workspace = size ? aligned_alloc(64, (size + 127) / 64 * 64) : NULL;
	if (size && !*workspace)
		abort();
	if (per_channel)
		return xnn_setup_convolution2d_nhwc_qs8_qc8w(op, *workspace, in, out);
	return xnn_setup_convolution2d_nhwc_qs8(op, *workspace, in, out);
}
#else
static enum xnn_status set_up(const struct random_layer *r, xnn_operator_t op, const int8_t *in, int8_t *out,
			      void **workspace)
{
	const struct layer *l = &r->l;

	(void)workspace;
	if (l->deconv)
		return xnn_setup_deconvolution2d_nhwc_qs8(op, 1, l->y.in, l->x.in, r->adjust_y, r->adjust_x, in, out,
							  NULL);
	if (r->kind == KIND_CONV_PER_CHANNEL)
		return xnn_setup_convolution2d_nhwc_qc8(op, 1, l->y.in, l->x.in, in, out, NULL);
	return xnn_setup_convolution2d_nhwc_qs8(op, 1, l->y.in, l->x.in, in, out, NULL);
}
#endif

bool reference_run(const struct random_layer *r, int8_t *output)
{
	size_t n = (size_t)r->l.y.in * r->l.x.in * layer_in_channels(&r->l);
	int8_t *in = calloc(n + XNN_EXTRA_BYTES, 1); /* XNNPACK may read behind the end */
	xnn_operator_t op = NULL;
	void *workspace = NULL;
	bool good;

	if (!in)
		abort();
	memcpy(in, r->input, n);
	good = (r->l.deconv ? create_deconv(r, &op) : create_conv(r, &op)) == xnn_status_success &&
	       set_up(r, op, in, output, &workspace) == xnn_status_success && xnn_run_operator(op, NULL) == xnn_status_success;
	if (op)
		xnn_delete_operator(op);
	free(workspace);
	free(in);
	return good;
}
