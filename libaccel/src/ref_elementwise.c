/* SPDX-License-Identifier: MIT */
/* Add, Sub, Mul, Div, PRelu and Sum: two or more inputs, broadcast. */
#include <string.h>

#include "ref_priv.h"

/* A row: a and b advance by 0 where they are broadcast, else by 1. */
struct row {
	int64_t n;
	const struct value *a, *b;
	struct value *y;
	int64_t a_at, b_at, y_at, a_step, b_step;
};

#define DEFINE_ROW(name, T, expression) \
	static void name(const struct row *r) \
	{ \
		const T *a = (const T *)r->a->data + r->a_at; \
		const T *b = (const T *)r->b->data + r->b_at; \
		T *y = (T *)r->y->data + r->y_at; \
		for (int64_t i = 0; i < r->n; i++) { \
			T u = a[i * r->a_step], v = b[i * r->b_step]; \
			y[i] = (expression); \
		} \
	}

DEFINE_ROW(add_f32, float, u + v)
DEFINE_ROW(add_f64, double, u + v)
DEFINE_ROW(sub_f32, float, u - v)
DEFINE_ROW(sub_f64, double, u - v)
DEFINE_ROW(mul_f32, float, u * v)
DEFINE_ROW(mul_f64, double, u * v)
DEFINE_ROW(div_f32, float, u / v)
DEFINE_ROW(div_f64, double, u / v)
DEFINE_ROW(prelu_f32, float, u < 0 ? u * v : u)
DEFINE_ROW(prelu_f64, double, u < 0 ? u * v : u)

/* Modulo 2^64, which stored in a narrower type is modulo that type's range. */
static int64_t wrap_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t wrap_mul(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a * (uint64_t)b);
}

static int64_t wrap_sub(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* Towards zero.  The caller has refused b = 0. */
static int64_t wrap_div(int64_t a, int64_t b)
{
	return b == -1 ? wrap_sub(0, a) : a / b;
}

static int64_t int_op(enum op op, int64_t a, int64_t b)
{
	switch (op) {
	case OP_SUB:
		return wrap_sub(a, b);
	case OP_MUL:
		return wrap_mul(a, b);
	case OP_DIV:
		return wrap_div(a, b);
	case OP_PRELU:
		return a < 0 ? wrap_mul(a, b) : a;
	default:
		return wrap_add(a, b);
	}
}

static void int_row(const struct row *r, enum op op)
{
	for (int64_t i = 0; i < r->n; i++) {
		int64_t a = ref_load_int(r->a, r->a_at + i * r->a_step);
		int64_t b = ref_load_int(r->b, r->b_at + i * r->b_step);

		ref_store_int(r->y, r->y_at + i, int_op(op, a, b));
	}
}

static void do_row(const struct row *r, enum op op)
{
	bool f32 = r->y->dtype == DTYPE_F32;

	if (!ref_is_float(r->y->dtype)) {
		int_row(r, op);
		return;
	}
	switch (op) {
	case OP_SUB:
		(f32 ? sub_f32 : sub_f64)(r);
		break;
	case OP_MUL:
		(f32 ? mul_f32 : mul_f64)(r);
		break;
	case OP_DIV:
		(f32 ? div_f32 : div_f64)(r);
		break;
	case OP_PRELU:
		(f32 ? prelu_f32 : prelu_f64)(r);
		break;
	default:
		(f32 ? add_f32 : add_f64)(r);
		break;
	}
}

/* y may be a: each element is read before it is written, and then a is not broadcast. */
static void apply(enum op op, const struct value *a, const struct value *b, struct value *y)
{
	int64_t a_step[GRAPH_MAX_RANK], b_step[GRAPH_MAX_RANK];
	int64_t count = shape_count(&y->shape);
	int last = y->shape.rank - 1;
	struct row r = { .n = last < 0 ? 1 : y->shape.dim[last], .a = a, .b = b, .y = y };

	ref_broadcast_steps(&a->shape, &y->shape, a_step);
	ref_broadcast_steps(&b->shape, &y->shape, b_step);
	if (last >= 0) {
		r.a_step = a_step[last];
		r.b_step = b_step[last];
	}
	for (; r.y_at < count; r.y_at += r.n) {
		r.a_at = ref_row_offset(&y->shape, a_step, r.y_at / r.n);
		r.b_at = ref_row_offset(&y->shape, b_step, r.y_at / r.n);
		do_row(&r, op);
	}
}

int ref_binary_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	int err = ref_check_dtype(n, in, 0, REF_NUMBERS);

	if (!err)
		err = ref_check_same(n, in, 0, 1);
	if (!err)
		err = ref_broadcast(n, &in[0]->shape, &in[1]->shape, &out->shape);
	if (!err && n->op == OP_PRELU && !shape_equal(&out->shape, &in[0]->shape))
		err = ref_error(-EINVAL, n, "the slope's shape %s does not fit in %s",
				SHAPE(&in[1]->shape), SHAPE(&in[0]->shape));
	out->dtype = in[0]->dtype;
	return err;
}

static bool has_zero(const struct value *v)
{
	for (int64_t i = 0; i < shape_count(&v->shape); i++)
		if (!ref_load_int(v, i))
			return true;
	return false;
}

int ref_binary_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	if (n->op == OP_DIV && !ref_is_float(in[1]->dtype) && has_zero(in[1]))
		return ref_error(-EINVAL, n, "integers are divided by zero");
	apply(n->op, in[0], in[1], out);
	return 0;
}

int ref_sum_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	int err = ref_check_dtype(n, in, 0, REF_FLOATS);

	out->dtype = in[0]->dtype;
	out->shape = in[0]->shape;
	for (int i = 1; !err && i < n->n_in; i++) {
		err = ref_check_same(n, in, 0, i);
		if (!err)
			err = ref_broadcast(n, &out->shape, &in[i]->shape, &out->shape);
	}
	return err;
}

int ref_sum_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	memset(out->data, 0, ref_size(out));
	for (int i = 0; i < n->n_in; i++)
		apply(OP_ADD, out, in[i], out);
	return 0;
}
