/* SPDX-License-Identifier: MIT */
/* Constants as integers: weights with a scale per output channel, biases at the accumulator's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "quant_priv.h"

/* A bias must fit in int32 with room for the sum it is added to. */
#define BIAS_MAX 0x1p30

/* The weights of a node on their way to int8. */
struct weights {
	struct shape shape;
	int axis;		/* of the output channels */
	int64_t channels, inner, bias_count;
	const float *w, *bias;	/* bias may be NULL */
	float x_scale;
	float *scale;		/* of each channel */
	float *bias_scale;
	int8_t *w8;
	int8_t *zero;
	int32_t *bias32;
};

static void weights_free(struct weights *w)
{
	free(w->scale);
	free(w->bias_scale);
	free(w->w8);
	free(w->zero);
	free(w->bias32);
}

/* Groups of a transposed convolution share scales: ONNX has one axis for them. */
static int channel_axis(const struct node *n)
{
	if (n->op == OP_CONV || (n->op == OP_GEMM && n->attr.gemm.trans_b))
		return 0;
	return 1;
}

static int weights_init(struct quant *q, const struct node *n, struct weights *w)
{
	const struct tensor *t = quant_const(q, n, 1), *bias = quant_const(q, n, 2);
	int64_t count = shape_count(&t->shape);

	*w = (struct weights){
		.shape = t->shape,
		.axis = channel_axis(n),
		.inner = 1,
		.w = t->data,
		.bias = bias ? bias->data : NULL,
		.bias_count = bias ? shape_count(&bias->shape) : 0,
		.x_scale = q->t[quant_root(q, n->in[0])].scale,
	};
	w->channels = t->shape.dim[w->axis];
	for (int i = w->axis + 1; i < t->shape.rank; i++)
		w->inner *= t->shape.dim[i];
	w->scale = calloc((size_t)w->channels, sizeof(*w->scale));
	w->zero = calloc((size_t)w->channels, 1);
	w->w8 = malloc((size_t)count);
	w->bias_scale = malloc(((size_t)w->bias_count + 1) * sizeof(*w->bias_scale));
	w->bias32 = malloc(((size_t)w->bias_count + 1) * sizeof(*w->bias32));
	if (w->scale && w->zero && w->w8 && w->bias_scale && w->bias32)
		return 0;
	weights_free(w);
	return error(-ENOMEM, "out of memory for the weights of '%s'", n->name);
}

static int64_t channel_of(const struct weights *w, int64_t i)
{
	return i / w->inner % w->channels;
}

static float max_float(float a, float b)
{
	return a > b ? a : b;
}

/*
 * The largest weight is 127.  A channel whose bias is large beside its weights gets a larger scale,
 * so that the bias fits.
 */
static int choose_scales(const struct node *n, struct weights *w)
{
	for (int64_t i = 0; i < shape_count(&w->shape); i++) {
		float *s = &w->scale[channel_of(w, i)];

		if (!isfinite(w->w[i]))
			return error(-EINVAL, "'%s' (%s): a weight is not a number", n->name,
				     op_name(n->op));
		*s = max_float(*s, fabsf(w->w[i]) / 127);
	}
	for (int64_t i = 0; i < w->bias_count; i++) {
		float *s = &w->scale[i % w->channels];

		if (!isfinite(w->bias[i]))
			return error(-EINVAL, "'%s' (%s): a bias is not a number", n->name,
				     op_name(n->op));
		*s = max_float(*s, (float)(fabs((double)w->bias[i]) / (double)w->x_scale /
					   BIAS_MAX));
	}
	for (int64_t c = 0; c < w->channels; c++)
		w->scale[c] = max_float(w->scale[c], 0x1p-40f);
	return 0;
}

static void round_all(struct weights *w)
{
	for (int64_t i = 0; i < shape_count(&w->shape); i++)
		w->w8[i] = (int8_t)rintf(w->w[i] / w->scale[channel_of(w, i)]);
	for (int64_t i = 0; i < w->bias_count; i++) {
		w->bias_scale[i] = w->x_scale * w->scale[i % w->channels];
		w->bias32[i] = (int32_t)rint((double)w->bias[i] / (double)w->bias_scale[i]);
	}
}

int quant_add_linear(struct quant *q, enum op op, const char *base, const int *in, int out,
		     int64_t axis)
{
	size_t size = strlen(base) + 32;
	char *name = malloc(size);
	int node;

	if (!name)
		return error(-ENOMEM, "out of memory for a name");
	strcpy(name, base);
	strcat(name, op == OP_QUANTIZE_LINEAR ? "_QuantizeLinear" : "_DequantizeLinear");
	node = graph_add_node(q->g, op, name, in[2] < 0 ? 2 : 3, in, 1, &out);
	free(name);
	if (node < 0)
		return node;
	q->g->node[node].attr.axis.axis = axis;
	return 0;
}

/* Puts DequantizeLinear(in) where a node had a constant. */
static int replace_input(struct quant *q, int node, int input, const int *in, int64_t axis)
{
	const char *base = q->g->tensor[q->g->node[node].in[input]].name;
	int out, err;

	for (int i = 0; i < 3; i++)
		if (in[i] < -1)
			return in[i];
	out = quant_add_tensor(q, base, "DequantizeLinear_Output", DTYPE_F32, NULL);
	if (out < 0)
		return out;
	err = quant_add_linear(q, OP_DEQUANTIZE_LINEAR, base, in, out, axis);
	if (!err)
		q->g->node[node].in[input] = out;
	return err;
}

static int write_weights(struct quant *q, int node, const struct weights *w)
{
	const char *base = q->g->tensor[q->g->node[node].in[1]].name;
	const struct shape channels = { 1, { w->channels } };
	int in[3] = { -1, -1, -1 };

	in[0] = quant_add_const(q, base, "quantized", DTYPE_I8, &w->shape, w->w8);
	if (in[0] >= 0)
		in[1] = quant_add_const(q, base, "scale", DTYPE_F32, &channels, w->scale);
	if (in[0] >= 0 && in[1] >= 0)
		in[2] = quant_add_const(q, base, "zero_point", DTYPE_I8, &channels, w->zero);
	return replace_input(q, node, 1, in, w->axis);
}

static int write_bias(struct quant *q, int node, const struct weights *w)
{
	const char *base = q->g->tensor[q->g->node[node].in[2]].name;
	const struct shape shape = { 1, { w->bias_count } };
	int in[3] = { -1, -1, -1 };

	in[0] = quant_add_const(q, base, "quantized", DTYPE_I32, &shape, w->bias32);
	if (in[0] >= 0)
		in[1] = quant_add_const(q, base, "scale", DTYPE_F32, &shape, w->bias_scale);
	return replace_input(q, node, 2, in, 0);
}

int quant_rewrite_weights(struct quant *q, int node)
{
	struct weights w;
	int err = weights_init(q, &q->g->node[node], &w);

	if (err)
		return err;
	err = choose_scales(&q->g->node[node], &w);
	if (!err) {
		round_all(&w);
		err = write_weights(q, node, &w);
	}
	if (!err && w.bias)
		err = write_bias(q, node, &w);
	weights_free(&w);
	return err;
}

/* A constant that is an operand like any other: one scale and zero point. */
int quant_rewrite_operand(struct quant *q, int node, int input)
{
	const struct tensor *t = &q->g->tensor[q->g->node[node].in[input]];
	const struct shape shape = t->shape, scalar = { 0, { 0 } };
	const char *base = t->name;
	const float *x = t->data;
	int64_t count = shape_count(&shape);
	struct quant_seen seen = { 0 };
	int8_t *x8 = malloc((size_t)count + 1), zero8;
	int zero, in[3] = { -1, -1, -1 }, err;
	float scale;

	err = x8 ? quant_see(&seen, x, count, false)
		 : error(-ENOMEM, "out of memory for the constant '%s'", base);
	if (err) {
		free(x8);
		return error_in(err, "the constant '%s'", base);
	}
	quant_scale(seen.lo, seen.hi, &scale, &zero);
	zero8 = (int8_t)zero;
	for (int64_t i = 0; i < count; i++) {
		float v = rintf(x[i] / scale) + (float)zero;

		x8[i] = (int8_t)(v < -128 ? -128 : v > 127 ? 127 : v);
	}
	in[0] = quant_add_const(q, base, "quantized", DTYPE_I8, &shape, x8);
	free(x8);
	if (in[0] >= 0)
		in[1] = quant_add_const(q, base, "scale", DTYPE_F32, &scalar, &scale);
	if (in[0] >= 0 && in[1] >= 0)
		in[2] = quant_add_const(q, base, "zero_point", DTYPE_I8, &scalar, &zero8);
	return replace_input(q, node, input, in, 1);
}
