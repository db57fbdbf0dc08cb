/* SPDX-License-Identifier: MIT */
/*
 * The C reference: straightforward, readable, every supported operator in float and integer form;
 * the oracle inside the project and the fallback for what the core cannot do.  One file per family
 * of operators (ref_conv.c, ref_pool.c, …); ref.c has the table of all.
 *
 * Memory: an operator needs no more than a small multiple of its inputs and outputs, ref_run() what
 * is alive at one time.  Errors: error.h; -ENOTSUP for a type or an option that no operator here
 * has, -EINVAL for what makes no sense.  Threads: no state is shared.
 */
#ifndef LIBACCEL_REF_H
#define LIBACCEL_REF_H

#include "graph.h"

/* A value at run time.  data is owned by whoever made it. */
struct value {
	enum dtype dtype;
	struct shape shape;
	void *data;
};

/*
 * Output dtypes and shapes of a node from its inputs (in[i] NULL when absent; in[i]->data NULL when
 * not constant).  Operators whose output shape depends on a non-constant value give -EINVAL.
 * Messages name node, operator and shapes.
 */
int ref_infer(const struct node *n, const struct value *const *in, struct value *out);

/*
 * Computes a node.  out[i] have the dtypes and shapes of ref_infer(), which is checked, and data to
 * write to (NULL when absent).
 */
int ref_eval(const struct node *n, const struct value *const *in, struct value *out);

/*
 * Runs the whole graph after graph_infer().  in: one per graph input; out: one per graph output,
 * data allocated by the caller.
 */
int ref_run(const struct graph *g, const struct value *in, struct value *out);

/*
 * The same, showing every value that is not constant as soon as it is known: inputs first, then
 * what each node writes.  fn returns 0, or a negative errno that ends the run.
 */
typedef int ref_observer(void *ctx, int tensor, const struct value *v);
int ref_run_observed(const struct graph *g, const struct value *in, struct value *out,
		     ref_observer *fn, void *ctx);

/*
 * The geometry of a convolution, 1-D to 3-D as 3-D: dimensions that are not there come first, with
 * extent 1, kernel 1, stride 1 and no padding, so that 2-D uses indices 1 (y) and 2 (x).  auto_pad
 * and output_shape are resolved.  pad_end of a transposed one follows from the output's extent.
 */
struct ref_conv {
	bool transposed;
	int64_t batch, group;
	int64_t in_channels, out_channels;	/* of all groups */
	int64_t in[3], out[3];
	int64_t kernel[3], stride[3], dilation[3], pad_begin[3], pad_end[3];
};

/* Of Conv, ConvInteger, ConvTranspose and QLinearConv nodes; x, w: shapes of input and weights. */
int ref_conv_geometry(const struct node *n, const struct shape *x, const struct shape *w,
		      struct ref_conv *g);

/*
 * Documentation/arithmetic.md, 2, with q limited to lo..hi instead of int8's range:
 * q = rne(f32(acc) * scale) + zero.
 */
int32_t ref_requantize(int32_t acc, float scale, int32_t zero, int32_t lo, int32_t hi);

/* What a quantised convolution has beside its weights. */
struct ref_requant {
	int32_t x_zero, y_zero;
	const float *scale;	/* f32(f32(xs * ws) / ys) */
	int64_t n_scale;	/* 1, or one per output channel */
};

/*
 * int8 convolutions with int32 accumulators, which wrap: the integer oracle.  Layouts are ONNX's:
 * x, y: NCHW; w: OIHW, or IOHW transposed; bias: one per output channel, at the accumulator's
 * scale, or NULL.  -ENOMEM.
 */
int ref_qconv(const struct ref_conv *g, const struct ref_requant *q, const int8_t *x,
	      const int8_t *w, const int32_t *bias, int8_t *y);
int ref_qconv_transpose(const struct ref_conv *g, const struct ref_requant *q, const int8_t *x,
			const int8_t *w, const int32_t *bias, int8_t *y);

#endif
