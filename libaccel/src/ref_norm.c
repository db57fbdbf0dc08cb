/* SPDX-License-Identifier: MIT */
/* BatchNormalization (of inference) and InstanceNormalization. */
#include <math.h>

#include "ref_priv.h"

/* Inputs from `first` on hold one float per channel. */
static int check_inputs(const struct node *n, const struct value *const *in, int first)
{
	const struct shape *x = &in[0]->shape;
	int err = ref_check_dtype(n, in, 0, 1u << DTYPE_F32);

	if (!err && x->rank < 2)
		err = ref_error(-EINVAL, n, "an input of %s has no channels", SHAPE(x));
	for (int i = first; !err && i < n->n_in; i++) {
		const struct shape *s = &in[i]->shape;

		err = ref_check_same(n, in, 0, i);
		if (!err && (s->rank != 1 || s->dim[0] != x->dim[1]))
			err = ref_error(-EINVAL, n, "input %d of %s for the channels of %s", i,
					SHAPE(s), SHAPE(x));
	}
	return err;
}

int ref_batch_norm_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	out->dtype = in[0]->dtype;
	out->shape = in[0]->shape;
	return check_inputs(n, in, 1);
}

/* y = x * a + b over a plane. */
static void scale_plane(const float *x, int64_t count, float a, float b, float *y)
{
	for (int64_t i = 0; i < count; i++)
		y[i] = x[i] * a + b;
}

int ref_batch_norm_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *s = &out->shape;
	const float *scale = in[1]->data, *bias = in[2]->data, *mean = in[3]->data,
		    *variance = in[4]->data;
	int64_t channels = s->dim[1], plane = ref_span(s, 2, s->rank);

	for (int64_t i = 0; i < s->dim[0] * channels; i++) {
		int64_t c = i % channels;
		double a = (double)scale[c] /
			   sqrt((double)variance[c] + (double)n->attr.norm.epsilon);
		double b = (double)bias[c] - (double)mean[c] * a;

		scale_plane((const float *)in[0]->data + i * plane, plane, (float)a, (float)b,
			    (float *)out->data + i * plane);
	}
	return 0;
}

int ref_instance_norm_infer(const struct node *n, const struct value *const *in,
			    struct value *out)
{
	out->dtype = in[0]->dtype;
	out->shape = in[0]->shape;
	return check_inputs(n, in, 1);
}

static void mean_and_variance(const float *x, int64_t count, double *mean, double *variance)
{
	double sum = 0, squares = 0;

	for (int64_t i = 0; i < count; i++)
		sum += (double)x[i];
	*mean = sum / (double)count;
	for (int64_t i = 0; i < count; i++) {
		double d = (double)x[i] - *mean;

		squares += d * d;
	}
	*variance = squares / (double)count;
}

int ref_instance_norm_eval(const struct node *n, const struct value *const *in,
			   struct value *out)
{
	const struct shape *s = &out->shape;
	const float *scale = in[1]->data, *bias = in[2]->data;
	int64_t channels = s->dim[1], plane = ref_span(s, 2, s->rank);

	for (int64_t i = 0; plane && i < s->dim[0] * channels; i++) {
		const float *x = (const float *)in[0]->data + i * plane;
		double mean, variance, a, b;

		mean_and_variance(x, plane, &mean, &variance);
		a = (double)scale[i % channels] / sqrt(variance + (double)n->attr.norm.epsilon);
		b = (double)bias[i % channels] - mean * a;
		scale_plane(x, plane, (float)a, (float)b, (float *)out->data + i * plane);
	}
	return 0;
}
