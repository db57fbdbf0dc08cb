/* SPDX-License-Identifier: MIT */
/*
 * QLinearConv, ConvInteger and the int8 convolutions of Documentation/arithmetic.md.
 *
 * Zero points are taken off before anything is multiplied, so that padding is 0.  That is modulo
 * 2^32 the same as folding them into the bias.
 */
#include <stdlib.h>

#include "error.h"
#include "ref_priv.h"

/* Elements as 32-bit integers, less the zero point of their channel. */
static uint32_t *widen(const struct value *v, const struct value *zero, int64_t channels)
{
	int64_t count = shape_count(&v->shape), inner = channels ? count / channels : 1;
	uint32_t *to = malloc(((size_t)count + 1) * sizeof(*to));

	for (int64_t i = 0; to && i < count; i++)
		to[i] = (uint32_t)ref_load_int(v, i) - (uint32_t)ref_zero(zero, i / inner);
	return to;
}

/* The accumulators of a convolution, to be freed; NULL: out of memory, with a message. */
static uint32_t *accumulate(const struct ref_conv *g, const struct value *x,
			    const struct value *x_zero, const struct value *w,
			    const struct value *w_zero, const int32_t *bias)
{
	int64_t count = g->batch * g->out_channels * g->out[0] * g->out[1] * g->out[2];
	uint32_t *acc = malloc(((size_t)count + 1) * sizeof(*acc));
	uint32_t *x32 = widen(x, x_zero, 1), *w32 = widen(w, w_zero, w->shape.dim[0]);
	int err = -ENOMEM;

	if (acc && x32 && w32)
		err = ref_conv_u32(g, x32, w32, (const uint32_t *)bias, acc);
	else
		error(err, "out of memory for a convolution");
	free(x32);
	free(w32);
	if (!err)
		return acc;
	free(acc);
	return NULL;
}

/* As many elements as the geometry says; only their number matters. */
static struct value flat(enum dtype t, int64_t first, int64_t count, const void *data)
{
	return (struct value){ t, { 2, { first, count / first } }, (void *)data };
}

static int qconv(const struct ref_conv *g, const struct ref_requant *q, const int8_t *x,
		 const int8_t *w, const int32_t *bias, int8_t *y)
{
	int64_t in = g->in[0] * g->in[1] * g->in[2], out = g->out[0] * g->out[1] * g->out[2];
	int64_t taps = g->kernel[0] * g->kernel[1] * g->kernel[2];
	int64_t weights = g->in_channels / g->group * g->out_channels * taps;
	const struct value zero = { DTYPE_I32, { .rank = 0 }, (void *)&q->x_zero };
	struct value xv = flat(DTYPE_I8, 1, g->batch * g->in_channels * in, x);
	struct value wv = flat(DTYPE_I8, 1, weights, w);
	uint32_t *acc = accumulate(g, &xv, &zero, &wv, NULL, bias);

	if (!acc)
		return -ENOMEM;
	for (int64_t i = 0; i < g->batch * g->out_channels * out; i++) {
		int64_t c = q->n_scale > 1 ? i / out % g->out_channels : 0;

		y[i] = (int8_t)ref_requantize((int32_t)acc[i], q->scale[c], q->y_zero, -128, 127);
	}
	free(acc);
	return 0;
}

int ref_qconv(const struct ref_conv *g, const struct ref_requant *q, const int8_t *x,
	      const int8_t *w, const int32_t *bias, int8_t *y)
{
	return g->transposed ? error(-EINVAL, "a transposed geometry for ref_qconv()")
			     : qconv(g, q, x, w, bias, y);
}

int ref_qconv_transpose(const struct ref_conv *g, const struct ref_requant *q, const int8_t *x,
			const int8_t *w, const int32_t *bias, int8_t *y)
{
	return g->transposed ? qconv(g, q, x, w, bias, y)
			     : error(-EINVAL, "no transposed geometry for ref_qconv_transpose()");
}

/* x x_scale x_zero w w_scale w_zero y_scale y_zero [bias] */
static int check_bias(const struct node *n, const struct value *const *in, int64_t channels)
{
	const struct value *bias = ref_in(n, in, 8);

	if (!bias)
		return 0;
	if (bias->shape.rank != 1 || bias->shape.dim[0] != channels)
		return ref_error(-EINVAL, n, "a bias of %s for %lld output channels",
				 SHAPE(&bias->shape), (long long)channels);
	return ref_check_dtype(n, in, 8, 1u << DTYPE_I32);
}

int ref_qlinear_conv_infer(const struct node *n, const struct value *const *in,
			   struct value *out)
{
	struct ref_conv g;
	int err = ref_check_dtype(n, in, 7, REF_BYTES);

	if (!err)
		err = ref_conv_geometry(n, &in[0]->shape, &in[3]->shape, &g);
	if (!err)
		err = ref_check_operand(n, in, 0, -1);
	if (!err)
		err = ref_check_operand(n, in, 3, g.out_channels);
	if (!err)
		err = ref_check_scale(n, in, 6, -1);
	if (!err)
		err = check_bias(n, in, g.out_channels);
	if (err)
		return err;
	out->dtype = in[7]->dtype;
	ref_conv_shape(&g, in[0]->shape.rank, &out->shape);
	return 0;
}

int ref_qlinear_conv_eval(const struct node *n, const struct value *const *in,
			  struct value *out)
{
	const struct value *bias = ref_in(n, in, 8);
	int32_t lo, hi, y_zero = ref_zero(in[7], 0);
	struct ref_conv g;
	uint32_t *acc;
	int64_t plane;
	int err = ref_conv_geometry(n, &in[0]->shape, &in[3]->shape, &g);

	if (err)
		return err;
	acc = accumulate(&g, in[0], in[2], in[3], in[5], bias ? bias->data : NULL);
	if (!acc)
		return -ENOMEM;
	ref_dtype_range(out->dtype, &lo, &hi);
	plane = g.out[0] * g.out[1] * g.out[2];
	for (int64_t i = 0; i < shape_count(&out->shape); i++) {
		int64_t c = i / plane % g.out_channels;
		float scale = ref_scale(in[1], 0) * ref_scale(in[4], c) / ref_scale(in[6], 0);

		ref_store_int(out, i, ref_requantize((int32_t)acc[i], scale, y_zero, lo, hi));
	}
	free(acc);
	return 0;
}

/* x w [x_zero [w_zero]] */
int ref_conv_integer_infer(const struct node *n, const struct value *const *in,
			   struct value *out)
{
	struct ref_conv g;
	int err = ref_conv_geometry(n, &in[0]->shape, &in[1]->shape, &g);

	for (int i = 0; !err && i < n->n_in; i++)
		if (in[i])
			err = ref_check_dtype(n, in, i, REF_BYTES);
	if (!err && ref_in(n, in, 2) && shape_count(&in[2]->shape) != 1)
		err = ref_error(-EINVAL, n, "zero points of %s for the input",
				SHAPE(&in[2]->shape));
	if (!err && ref_in(n, in, 3) && shape_count(&in[3]->shape) != 1 &&
	    (in[3]->shape.rank != 1 || in[3]->shape.dim[0] != g.out_channels))
		err = ref_error(-EINVAL, n, "zero points of %s for %lld output channels",
				SHAPE(&in[3]->shape), (long long)g.out_channels);
	if (err)
		return err;
	out->dtype = DTYPE_I32;
	ref_conv_shape(&g, in[0]->shape.rank, &out->shape);
	return 0;
}

int ref_conv_integer_eval(const struct node *n, const struct value *const *in,
			  struct value *out)
{
	struct ref_conv g;
	uint32_t *acc;
	int err = ref_conv_geometry(n, &in[0]->shape, &in[1]->shape, &g);

	if (err)
		return err;
	acc = accumulate(&g, in[0], ref_in(n, in, 2), in[1], ref_in(n, in, 3), NULL);
	if (!acc)
		return -ENOMEM;
	for (int64_t i = 0; i < shape_count(&out->shape); i++)
		((int32_t *)out->data)[i] = (int32_t)acc[i];
	free(acc);
	return 0;
}
