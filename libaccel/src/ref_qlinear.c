/* SPDX-License-Identifier: MIT */
/*
 * QLinearAdd, QLinearConcat and QLinearLeakyRelu of ONNX Runtime: real numbers in between, rounded
 * as QuantizeLinear does.
 */
#include "ref_priv.h"

static float dequantized(const struct value *x, int64_t i, const struct value *scale,
			 const struct value *zero)
{
	return (float)(ref_load_int(x, i) - ref_zero(zero, 0)) * ref_scale(scale, 0);
}

static void store(struct value *y, int64_t i, float x, const struct value *scale,
		  const struct value *zero)
{
	ref_store_int(y, i, ref_quantize(x, ref_scale(scale, 0), ref_zero(zero, 0), y->dtype));
}

int ref_check_operand(const struct node *n, const struct value *const *in, int i, int64_t extent)
{
	int err;

	for (int k = i; k < i + 2; k++)
		if (!ref_in(n, in, k))
			return ref_error(-EINVAL, n, "input %d is missing", k);
	err = ref_check_dtype(n, in, i, REF_BYTES);
	if (!err)
		err = ref_check_scale(n, in, i + 1, extent);
	if (!err && ref_in(n, in, i + 2))
		err = ref_check_same(n, in, i, i + 2);
	return err;
}

/* The output's scale at input i; its zero point has the type of the operands. */
static int check_result(const struct node *n, const struct value *const *in, int i, int operand)
{
	int err;

	if (!ref_in(n, in, i))
		return ref_error(-EINVAL, n, "input %d is missing", i);
	err = ref_check_scale(n, in, i, -1);
	if (!err && ref_in(n, in, i + 1))
		err = ref_check_same(n, in, i + 1, operand);
	return err;
}

/* a a_scale a_zero b b_scale b_zero y_scale y_zero */
int ref_qlinear_add_infer(const struct node *n, const struct value *const *in,
			  struct value *out)
{
	int err = ref_check_operand(n, in, 0, -1);

	if (!err)
		err = ref_check_operand(n, in, 3, -1);
	if (!err)
		err = ref_check_same(n, in, 0, 3);
	if (!err)
		err = check_result(n, in, 6, 0);
	if (err)
		return err;
	out->dtype = in[0]->dtype;
	return ref_broadcast(n, &in[0]->shape, &in[3]->shape, &out->shape);
}

int ref_qlinear_add_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *s = &out->shape;
	int64_t a_step[GRAPH_MAX_RANK], b_step[GRAPH_MAX_RANK];
	int64_t cols = s->rank ? s->dim[s->rank - 1] : 1;

	ref_broadcast_steps(&in[0]->shape, s, a_step);
	ref_broadcast_steps(&in[3]->shape, s, b_step);
	for (int64_t i = 0; i < shape_count(s); i++) {
		int64_t a = ref_row_offset(s, a_step, i / cols);
		int64_t b = ref_row_offset(s, b_step, i / cols);

		if (s->rank) {
			a += i % cols * a_step[s->rank - 1];
			b += i % cols * b_step[s->rank - 1];
		}
		store(out, i,
		      dequantized(in[0], a, in[1], in[2]) + dequantized(in[3], b, in[4], in[5]),
		      in[6], ref_in(n, in, 7));
	}
	return 0;
}

/* x x_scale x_zero y_scale y_zero */
int ref_qlinear_leaky_relu_infer(const struct node *n, const struct value *const *in,
				 struct value *out)
{
	int err = ref_check_operand(n, in, 0, -1);

	if (!err)
		err = check_result(n, in, 3, 0);
	out->dtype = in[0]->dtype;
	out->shape = in[0]->shape;
	return err;
}

int ref_qlinear_leaky_relu_eval(const struct node *n, const struct value *const *in,
				struct value *out)
{
	for (int64_t i = 0; i < shape_count(&out->shape); i++) {
		float x = dequantized(in[0], i, in[1], in[2]);

		store(out, i, x < 0 ? n->attr.act.alpha * x : x, in[3], ref_in(n, in, 4));
	}
	return 0;
}

/* y_scale y_zero, then x x_scale x_zero of each part */
int ref_qlinear_concat_infer(const struct node *n, const struct value *const *in,
			     struct value *out)
{
	int axis = 0, err = n->n_in % 3 == 2 ? 0 : ref_error(-EINVAL, n, "%d inputs", n->n_in);

	if (!err)
		err = check_result(n, in, 0, 2);
	if (!err)
		err = ref_axis(n, n->attr.axis.axis, in[2]->shape.rank, &axis);
	out->dtype = in[2]->dtype;
	out->shape = in[2]->shape;
	for (int i = 2; !err && i < n->n_in; i += 3) {
		struct shape s = in[i]->shape;

		err = ref_check_operand(n, in, i, -1);
		if (!err && (in[i]->dtype != out->dtype || s.rank != out->shape.rank))
			err = ref_error(-EINVAL, n, "input %d is %s %s", i,
					dtype_name(in[i]->dtype), SHAPE(&s));
		if (err || i == 2)
			continue;
		out->shape.dim[axis] += s.dim[axis];
		s.dim[axis] = out->shape.dim[axis];
		if (!shape_equal(&s, &out->shape))
			err = ref_error(-EINVAL, n, "%s and %s do not fit on axis %d",
					SHAPE(&in[2]->shape), SHAPE(&in[i]->shape), axis);
	}
	return err;
}

int ref_qlinear_concat_eval(const struct node *n, const struct value *const *in,
			    struct value *out)
{
	const struct shape *s = &out->shape;
	int64_t at = 0, whole;
	int axis, err = ref_axis(n, n->attr.axis.axis, s->rank, &axis);

	if (err)
		return err;
	whole = ref_span(s, axis, s->rank);
	for (int i = 2; i < n->n_in; i += 3) {
		int64_t part = ref_span(&in[i]->shape, axis, s->rank);

		for (int64_t k = 0; k < shape_count(&in[i]->shape); k++)
			store(out, k / part * whole + at + k % part,
			      dequantized(in[i], k, in[i + 1], in[i + 2]), in[0], in[1]);
		at += part;
	}
	return 0;
}
