/* SPDX-License-Identifier: MIT */
/* MatMul, Gemm and QLinearMatMul. */
#include <inttypes.h>
#include <stdlib.h>

#include "ref_priv.h"

/* y[rows][cols] = a[rows][depth] * b[depth][cols], many times; steps count elements. */
struct product {
	int64_t rows, cols, depth;
	int64_t a_row, a_col, b_row, b_col;
	struct shape batch;	/* with a last dimension of 1, so that its rows are the matrices */
	int64_t a_step[GRAPH_MAX_RANK], b_step[GRAPH_MAX_RANK];
};

/* The shape of the matrices in a stack. */
static struct shape stack_of(const struct shape *s)
{
	struct shape stack = { .rank = s->rank > 2 ? s->rank - 1 : 1 };

	for (int i = 0; i < stack.rank - 1; i++)
		stack.dim[i] = s->dim[i];
	stack.dim[stack.rank - 1] = 1;
	return stack;
}

/* Vectors become matrices of one row (a) or column (b); that dimension is not in the output. */
static int plan_matmul(const struct node *n, const struct shape *a, const struct shape *b,
		       struct product *p, struct shape *out)
{
	struct shape a_stack = stack_of(a), b_stack = stack_of(b);
	int err;

	if (a->rank < 1 || b->rank < 1)
		return ref_error(-EINVAL, n, "a scalar has no rows");
	p->rows = a->rank > 1 ? a->dim[a->rank - 2] : 1;
	p->cols = b->rank > 1 ? b->dim[b->rank - 1] : 1;
	p->depth = a->dim[a->rank - 1];
	if (p->depth != (b->rank > 1 ? b->dim[b->rank - 2] : b->dim[0]))
		return ref_error(-EINVAL, n, "%s times %s", SHAPE(a), SHAPE(b));
	p->a_row = p->depth;
	p->a_col = 1;
	p->b_row = p->cols;
	p->b_col = 1;
	err = ref_broadcast(n, &a_stack, &b_stack, &p->batch);
	if (err)
		return err;
	ref_broadcast_steps(&a_stack, &p->batch, p->a_step);
	ref_broadcast_steps(&b_stack, &p->batch, p->b_step);
	*out = p->batch;
	out->rank--;
	if (a->rank > 1)
		out->dim[out->rank++] = p->rows;
	if (b->rank > 1)
		out->dim[out->rank++] = p->cols;
	return 0;
}

/* One row of y.  Sums are in double: exact to the last bit of float in nearly all cases. */
static void float_row(const struct product *p, const float *a, const float *b, double *sum)
{
	for (int64_t j = 0; j < p->cols; j++)
		sum[j] = 0;
	/* Contiguous whichever way b lies. */
	if (p->b_col == 1) {
		for (int64_t k = 0; k < p->depth; k++)
			for (int64_t j = 0; j < p->cols; j++)
				sum[j] += (double)a[k * p->a_col] * (double)b[k * p->b_row + j];
		return;
	}
	for (int64_t j = 0; j < p->cols; j++)
		for (int64_t k = 0; k < p->depth; k++)
			sum[j] += (double)a[k * p->a_col] *
				  (double)b[k * p->b_row + j * p->b_col];
}

static void float_product(const struct product *p, const float *a, const float *b, double *sum,
			  float *y)
{
	for (int64_t i = 0; i < p->rows; i++, y += p->cols) {
		float_row(p, a + i * p->a_row, b, sum);
		for (int64_t j = 0; j < p->cols; j++)
			y[j] = (float)sum[j];
	}
}

/* Integers modulo 2^64; a_zero and b_zero (one per column, or NULL) are taken off first. */
static int64_t int_element(const struct product *p, const struct value *a, int64_t a_at,
			   int64_t a_zero, const struct value *b, int64_t b_at, int64_t b_zero)
{
	uint64_t sum = 0;

	for (int64_t k = 0; k < p->depth; k++) {
		int64_t u = ref_load_int(a, a_at + k * p->a_col) - a_zero;
		int64_t v = ref_load_int(b, b_at + k * p->b_row) - b_zero;

		sum += (uint64_t)u * (uint64_t)v;
	}
	return (int64_t)sum;
}

static void int_product(const struct product *p, const struct value *a, int64_t a_at,
			const struct value *b, int64_t b_at, struct value *y, int64_t y_at)
{
	for (int64_t i = 0; i < p->rows; i++)
		for (int64_t j = 0; j < p->cols; j++)
			ref_store_int(y, y_at + i * p->cols + j,
				      int_element(p, a, a_at + i * p->a_row, 0, b,
						  b_at + j * p->b_col, 0));
}

static const unsigned int number_types = 1u << DTYPE_F32 | 1u << DTYPE_I32 | 1u << DTYPE_I64;

int ref_matmul_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	struct product p;
	int err = ref_check_dtype(n, in, 0, number_types);

	if (!err)
		err = ref_check_same(n, in, 0, 1);
	out->dtype = in[0]->dtype;
	return err ? err : plan_matmul(n, &in[0]->shape, &in[1]->shape, &p, &out->shape);
}

static double *sums(const struct node *n, int64_t cols)
{
	double *sum = malloc(((size_t)cols + 1) * sizeof(*sum));

	if (!sum)
		ref_error(-ENOMEM, n, "out of memory for a row of %" PRId64, cols);
	return sum;
}

int ref_matmul_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	int64_t y_size;
	struct product p;
	struct shape shape;
	double *sum;
	int err = plan_matmul(n, &in[0]->shape, &in[1]->shape, &p, &shape);

	if (err)
		return err;
	sum = sums(n, p.cols);
	if (!sum)
		return -ENOMEM;
	y_size = p.rows * p.cols;
	for (int64_t i = 0; i < shape_count(&p.batch); i++) {
		int64_t a_at = ref_row_offset(&p.batch, p.a_step, i) * p.rows * p.depth;
		int64_t b_at = ref_row_offset(&p.batch, p.b_step, i) * p.depth * p.cols;

		if (out->dtype == DTYPE_F32)
			float_product(&p, (const float *)in[0]->data + a_at,
				      (const float *)in[1]->data + b_at, sum,
				      (float *)out->data + i * y_size);
		else
			int_product(&p, in[0], a_at, in[1], b_at, out, i * y_size);
	}
	free(sum);
	return 0;
}

static void plan_gemm(const struct node *n, const struct shape *a, const struct shape *b,
		      struct product *p)
{
	bool ta = n->attr.gemm.trans_a, tb = n->attr.gemm.trans_b;

	*p = (struct product){
		.rows = a->dim[ta],
		.depth = a->dim[!ta],
		.cols = b->dim[!tb],
		.a_row = ta ? 1 : a->dim[1],
		.a_col = ta ? a->dim[1] : 1,
		.b_row = tb ? 1 : b->dim[1],
		.b_col = tb ? b->dim[1] : 1,
	};
}

int ref_gemm_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	const struct shape *a = &in[0]->shape, *b = &in[1]->shape;
	const struct value *c = ref_in(n, in, 2);
	struct shape both;
	struct product p;
	int err = ref_check_dtype(n, in, 0, number_types);

	if (!err)
		err = ref_check_same(n, in, 0, 1);
	if (!err && (a->rank != 2 || b->rank != 2 ||
		     a->dim[!n->attr.gemm.trans_a] != b->dim[n->attr.gemm.trans_b]))
		err = ref_error(-EINVAL, n, "%s times %s", SHAPE(a), SHAPE(b));
	if (err)
		return err;
	plan_gemm(n, a, b, &p);
	out->dtype = in[0]->dtype;
	out->shape = (struct shape){ 2, { p.rows, p.cols } };
	if (!c)
		return 0;
	err = ref_check_same(n, in, 0, 2);
	if (!err)
		err = ref_broadcast(n, &out->shape, &c->shape, &both);
	if (!err && !shape_equal(&both, &out->shape))
		err = ref_error(-EINVAL, n, "C of %s does not fit in %s", SHAPE(&c->shape),
				SHAPE(&out->shape));
	return err;
}

/* y = alpha * y + beta * c; integers exactly as long as both are 1. */
static void gemm_add(const struct node *n, const struct value *c, struct value *y)
{
	double alpha = (double)n->attr.gemm.alpha, beta = c ? (double)n->attr.gemm.beta : 0;
	int64_t step[2] = { 0, 0 }, cols = y->shape.dim[1];

	if (c)
		ref_broadcast_steps(&c->shape, &y->shape, step);
	for (int64_t i = 0; i < shape_count(&y->shape); i++) {
		int64_t at = i / cols * step[0] + i % cols * step[1];
		double real = alpha * ref_load_real(y, i) + (c ? beta * ref_load_real(c, at) : 0);

		if (ref_is_float(y->dtype))
			ref_store_real(y, i, real);
		else if (n->attr.gemm.alpha == 1 && (!c || n->attr.gemm.beta == 1))
			ref_store_int(y, i, (int64_t)((uint64_t)ref_load_int(y, i) +
						      (c ? (uint64_t)ref_load_int(c, at) : 0)));
		else
			ref_store_int(y, i, ref_real_to_int(real));
	}
}

int ref_gemm_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	struct product p;
	double *sum;

	plan_gemm(n, &in[0]->shape, &in[1]->shape, &p);
	sum = sums(n, p.cols);
	if (!sum)
		return -ENOMEM;
	if (out->dtype == DTYPE_F32)
		float_product(&p, in[0]->data, in[1]->data, sum, out->data);
	else
		int_product(&p, in[0], 0, in[1], 0, out, 0);
	free(sum);
	gemm_add(n, ref_in(n, in, 2), out);
	return 0;
}

int ref_qlinear_matmul_infer(const struct node *n, const struct value *const *in,
			     struct value *out)
{
	struct product p;
	int err = ref_check_dtype(n, in, 7, REF_BYTES);

	if (!err)
		err = plan_matmul(n, &in[0]->shape, &in[3]->shape, &p, &out->shape);
	if (!err)
		err = ref_check_operand(n, in, 0, p.rows);
	if (!err)
		err = ref_check_operand(n, in, 3, p.cols);
	if (!err)
		err = ref_check_scale(n, in, 6, -1);
	out->dtype = in[7]->dtype;
	return err;
}

/* Scales may be one per row of a and one per column of b. */
static void qlinear_product(const struct product *p, const struct value *const *in, int64_t a_at,
			    int64_t b_at, struct value *y, int64_t y_at)
{
	int32_t lo, hi, y_zero = ref_zero(in[7], 0);

	ref_dtype_range(y->dtype, &lo, &hi);
	for (int64_t i = 0; i < p->rows * p->cols; i++) {
		int64_t r = i / p->cols, c = i % p->cols;
		float scale = ref_scale(in[1], r) * ref_scale(in[4], c) / ref_scale(in[6], 0);
		int64_t acc = int_element(p, in[0], a_at + r * p->a_row, ref_zero(in[2], r), in[3],
					  b_at + c, ref_zero(in[5], c));

		ref_store_int(y, y_at + i,
			      ref_requantize((int32_t)acc, scale, y_zero, lo, hi));
	}
}

int ref_qlinear_matmul_eval(const struct node *n, const struct value *const *in,
			    struct value *out)
{
	struct product p;
	struct shape shape;
	int err = plan_matmul(n, &in[0]->shape, &in[3]->shape, &p, &shape);

	for (int64_t i = 0; !err && i < shape_count(&p.batch); i++)
		qlinear_product(&p, in,
				ref_row_offset(&p.batch, p.a_step, i) * p.rows * p.depth,
				ref_row_offset(&p.batch, p.b_step, i) * p.depth * p.cols, out,
				i * p.rows * p.cols);
	return err;
}
