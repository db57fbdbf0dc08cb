/* SPDX-License-Identifier: MIT */
/* What ref*.c share. */
#ifndef LIBACCEL_REF_PRIV_H
#define LIBACCEL_REF_PRIV_H

#include <errno.h>

#include "ref.h"

/* Operators get in[0 .. n->n_in - 1], of known shapes; those before min_in are present. */
typedef int ref_infer_fn(const struct node *n, const struct value *const *in, struct value *out);
typedef int ref_eval_fn(const struct node *n, const struct value *const *in, struct value *out);

/* error() with "'name' (Op): " before the message. */
int ref_error(int err, const struct node *n, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A shape in a message: "1x3x5x5". */
struct ref_text {
	char s[96];
};
struct ref_text ref_shape_text(const struct shape *s);
#define SHAPE(shape) (ref_shape_text(shape).s)

/* Sets of types. */
#define REF_FLOATS (1u << DTYPE_F32 | 1u << DTYPE_F64)
#define REF_BYTES (1u << DTYPE_U8 | 1u << DTYPE_I8)
#define REF_INTS (REF_BYTES | 1u << DTYPE_I32 | 1u << DTYPE_I64)
#define REF_NUMBERS (REF_FLOATS | REF_INTS)
#define REF_ANY (REF_NUMBERS | 1u << DTYPE_BOOL)
int ref_check_dtype(const struct node *n, const struct value *const *in, int i,
		    unsigned int types);

/* Both inputs must be of one type. */
int ref_check_same(const struct node *n, const struct value *const *in, int i, int k);

/* NULL when absent. */
static inline const struct value *ref_in(const struct node *n, const struct value *const *in,
					 int i)
{
	return i < n->n_in ? in[i] : NULL;
}

static inline bool ref_is_float(enum dtype t)
{
	return t == DTYPE_F32 || t == DTYPE_F64;
}

size_t ref_size(const struct value *v);		/* bytes */

/* Elements as the widest type of their kind.  Storing an integer wraps, as in C. */
int64_t ref_load_int(const struct value *v, int64_t i);
void ref_store_int(struct value *v, int64_t i, int64_t x);
double ref_load_real(const struct value *v, int64_t i);
void ref_store_real(struct value *v, int64_t i, double x);	/* floats only */
int64_t ref_real_to_int(double x);				/* towards zero, limited */

/* 0 <= *axis < rank, from an attribute that may count from the end. */
int ref_axis(const struct node *n, int64_t attr, int rank, int *axis);

/* Elements of the dimensions from first to before end. */
int64_t ref_span(const struct shape *s, int first, int end);

/*
 * A constant list of integers.  Returns their number, at most max; -1 when the input is absent; a
 * negative errno less than -1 otherwise.
 */
#define REF_ABSENT (-1)
int ref_ints(const struct node *n, const struct value *const *in, int i, const char *what, int max,
	     int64_t *to);

/* Broadcasting.  -EINVAL: the shapes do not fit. */
int ref_broadcast(const struct node *n, const struct shape *a, const struct shape *b,
		  struct shape *out);
/* Steps of an input through an output that it is broadcast to. */
void ref_broadcast_steps(const struct shape *in, const struct shape *out, int64_t *step);
/* Where a row (all dimensions but the last) starts. */
int64_t ref_row_offset(const struct shape *out, const int64_t *step, int64_t row);

/* y[i0][i1]… = x[offset + i0 * step[0] + i1 * step[1] + …], of y's dims. */
void ref_copy_steps(const struct value *x, int64_t offset, const int64_t *step, struct value *y);

/*
 * y[i0][i1]… = x[map[0][i0]][map[1][i1]]…, or *fill where one of these is negative.  map[i] has
 * y->shape.dim[i] entries.
 */
void ref_gather(const struct value *x, int64_t *const *map, const void *fill, struct value *y);
int ref_maps_alloc(const struct node *n, const struct shape *y, int64_t **map);
void ref_maps_free(int64_t **map);

/* A window sliding along one dimension: shared by convolutions and pools. */
struct ref_window {
	int64_t in, kernel, stride, dilation, pad_begin, pad_end, out;
};
#define REF_MAX_EXTENT (INT64_C(1) << 30)
int ref_window(const struct node *n, int axis, struct ref_window *w);
void ref_conv_shape(const struct ref_conv *g, int rank, struct shape *s);	/* of the output */

/* Convolutions on float and, for integers, modulo 2^32.  bias may be NULL.  -ENOMEM. */
int ref_conv_f32(const struct ref_conv *g, const float *x, const float *w, const float *bias,
		 float *y);
int ref_conv_u32(const struct ref_conv *g, const uint32_t *x, const uint32_t *w,
		 const uint32_t *bias, uint32_t *y);

/* Q and DQ, as QuantizeLinear and DequantizeLinear do. */
int32_t ref_quantize(float x, float scale, int32_t zero, enum dtype to);
void ref_quantize_bytes(const float *x, int64_t n, float scale, int32_t zero, enum dtype to,
			void *y);	/* to int8 or uint8 */
void ref_dtype_range(enum dtype t, int32_t *lo, int32_t *hi);

/*
 * The scale and zero point in inputs i and i + 1: a scalar, or one per element of a dimension of
 * `extent` (-1: must be a scalar).  The zero point may be absent where the operator allows it.
 */
int ref_check_scale(const struct node *n, const struct value *const *in, int i, int64_t extent);

/*
 * A quantised tensor at input i, its scale behind it, and a zero point of its type, which may be absent: one for all or, extent >= 0, so many.
 */
int ref_check_operand(const struct node *n, const struct value *const *in, int i, int64_t extent);
float ref_scale(const struct value *scale, int64_t channel);
int32_t ref_zero(const struct value *zero, int64_t channel);	/* 0 for NULL */

#define REF_OP(name) \
	int ref_##name##_infer(const struct node *n, const struct value *const *in, \
			       struct value *out); \
	int ref_##name##_eval(const struct node *n, const struct value *const *in, \
			      struct value *out)

REF_OP(argmax);
REF_OP(batch_norm);
REF_OP(binary);
REF_OP(cast);
REF_OP(clip);
REF_OP(concat);
REF_OP(conv);
REF_OP(conv_integer);
REF_OP(depth_to_space);
REF_OP(dequantize);
REF_OP(flatten);
REF_OP(gemm);
REF_OP(identity);
REF_OP(instance_norm);
REF_OP(matmul);
REF_OP(pad);
REF_OP(pool);
REF_OP(qlinear_add);
REF_OP(qlinear_concat);
REF_OP(qlinear_conv);
REF_OP(qlinear_leaky_relu);
REF_OP(qlinear_matmul);
REF_OP(quantize);
REF_OP(reduce_mean);
REF_OP(reshape);
REF_OP(resize);
REF_OP(shape);
REF_OP(slice);
REF_OP(softmax);
REF_OP(split);
REF_OP(squeeze);
REF_OP(sum);
REF_OP(transpose);
REF_OP(unary);
REF_OP(unsqueeze);

#endif
