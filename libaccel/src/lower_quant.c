/* SPDX-License-Identifier: MIT */
/* Scales and zero points: what quantises a pattern's operands and its result. */
#include <math.h>

#include "lower.h"

bool lower_is_int8(const struct lower *lo, int tensor)
{
	const struct tensor *t = &lo->g->tensor[tensor];

	return (t->dtype == DTYPE_I8 || t->dtype == DTYPE_U8) && !t->data;
}

const struct tensor *lower_const(const struct lower *lo, const struct node *n, int input)
{
	if (input >= n->n_in || n->in[input] < 0 || !lo->g->tensor[n->in[input]].data)
		return NULL;
	return &lo->g->tensor[n->in[input]];
}

bool lower_scalar(const struct tensor *t, float *v)
{
	if (!t || t->dtype != DTYPE_F32 || shape_count(&t->shape) != 1)
		return false;
	*v = *(const float *)t->data;
	return true;
}

int lower_zero(const struct tensor *t, int64_t i, enum dtype as)
{
	int shift = as == DTYPE_U8 ? 128 : 0;

	if (!t)
		return -shift;
	if (shape_count(&t->shape) == 1)
		i = 0;
	return t->dtype == DTYPE_U8 ? ((const uint8_t *)t->data)[i] - 128
				    : ((const int8_t *)t->data)[i];
}

/* A scale that single precision arithmetic can work with. */
static bool usable(float scale)
{
	return scale >= 0x1p-126f && scale < 0x1p100f;
}

/* A Quantize- or DequantizeLinear of a whole tensor. */
static bool whole_tensor(const struct lower *lo, const struct node *n, float *scale)
{
	const struct tensor *zero = lower_const(lo, n, 2);

	if (n->n_in > 2 && n->in[2] >= 0 && (!zero || shape_count(&zero->shape) != 1))
		return false;
	return lower_scalar(lower_const(lo, n, 1), scale) && usable(*scale);
}

static bool sees_through(enum op op)
{
	return op == OP_FLATTEN || op == OP_RESHAPE || op == OP_SQUEEZE || op == OP_UNSQUEEZE ||
	       op == OP_IDENTITY;
}

/* An int8 tensor, or the float one that a DequantizeLinear makes of it. */
bool lower_operand(struct lower *lo, int tensor, bool see_through, struct operand *o)
{
	const struct node *n;

	*o = (struct operand){ .act = -1, .scale = 1 };
	for (int depth = 0; depth < 64 && tensor >= 0; depth++) {
		int p = lo->producer[tensor];

		if (lower_is_int8(lo, tensor) &&
		    !(see_through && p >= 0 && sees_through(lo->g->node[p].op))) {
			o->tensor = tensor;
			o->act = lower_act(lo, tensor);
			return o->act >= 0;
		}
		if (p < 0)
			return false;
		n = &lo->g->node[p];
		if (n->op == OP_DEQUANTIZE_LINEAR && !o->known) {
			if (n->in[0] < 0 || !whole_tensor(lo, n, &o->scale))
				return false;
			o->zp = lower_zero(lower_const(lo, n, 2), 0, lo->g->tensor[n->in[0]].dtype);
			o->known = true;
		} else if (see_through && sees_through(n->op) && n->in[0] >= 0) {
			o->flat = true;
		} else {
			return false;
		}
		lower_cover(lo, p);
		tensor = n->in[0];
	}
	return false;
}

int lower_quantize(float v, float scale, int zp)
{
	float q = v / scale;

	if (!(q > -1000))
		return -128;
	if (q > 1000)
		return 127;
	q = rintf(q) + (float)zp;
	return q < -128 ? -128 : q > 127 ? 127 : (int)q;
}

static float clip_bound(const struct lower *lo, const struct node *n, int input, float otherwise)
{
	float v = otherwise;

	lower_scalar(lower_const(lo, n, input), &v);
	return v;
}

/* A Clip whose bounds are constants. */
static bool const_clip(const struct lower *lo, const struct node *n)
{
	for (int i = 1; i < n->n_in; i++)
		if (n->in[i] >= 0 && !lower_const(lo, n, i))
			return false;
	return true;
}

/*
 * From the result upwards, so what is met first clamps last: bounds found so far limit those
 * above.
 */
int lower_clamps(struct lower *lo, int tensor, struct target *t)
{
	float low = -INFINITY, high = INFINITY;

	for (;;) {
		int p = lo->producer[tensor];
		const struct node *n = p >= 0 ? &lo->g->node[p] : NULL;
		float a = -INFINITY, b = INFINITY;

		if (n && n->op == OP_RELU) {
			a = 0;
		} else if (n && n->op == OP_CLIP && const_clip(lo, n)) {
			a = clip_bound(lo, n, 1, a);
			b = clip_bound(lo, n, 2, b);
		} else if (!n || n->op != OP_IDENTITY) {
			break;
		}
		/* x -> min(max(x, a), b) before min(max(., low), high). */
		low = fminf(fmaxf(fminf(a, b), low), high);
		high = fminf(fmaxf(b, low), high);
		lower_cover(lo, p);
		tensor = n->in[0];
	}
	t->min = low > -INFINITY ? lower_quantize(low, t->scale, t->zp) : -128;
	t->max = high < INFINITY ? lower_quantize(high, t->scale, t->zp) : 127;
	return tensor;
}

/* What a QuantizeLinear makes, and the node above it and its clamps. */
int lower_target(struct lower *lo, int q, struct target *t, int *root)
{
	const struct node *n = &lo->g->node[q];
	int above;

	*t = (struct target){ .tensor = n->out[0] };
	lower_cover(lo, q);
	if (!whole_tensor(lo, n, &t->scale))
		return lower_reason(lo, q, "its scale is not one constant for the whole tensor");
	t->zp = lower_zero(lower_const(lo, n, 2), 0, lo->g->tensor[n->out[0]].dtype);
	above = lower_clamps(lo, n->in[0], t);
	*root = lo->producer[above];
	return MATCH;
}

float lower_requant_scale(float xs, float ws, float ys)
{
	volatile float product = xs * ws;

	return product / ys;
}
