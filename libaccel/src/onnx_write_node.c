/* SPDX-License-Identifier: MIT */
/* NodeProto: input 1, output 2, name 3, op_type 4, attribute 5, domain 7. */
#include "onnx_write_node.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "error.h"

bool onnx_write_is_microsoft(enum op op)
{
	return op == OP_QLINEAR_ADD || op == OP_QLINEAR_CONCAT || op == OP_QLINEAR_LEAKY_RELU;
}

static const struct tensor *input(const struct graph *g, const struct node *n, int i)
{
	return i < n->n_in && n->in[i] >= 0 ? &g->tensor[n->in[i]] : NULL;
}

static int resize_opset(const union attr *a)
{
	if (a->resize.coord == RESIZE_HALF_PIXEL_SYMMETRIC)
		return 19;
	return a->resize.antialias ? 18 : ONNX_WRITE_OPSET;
}

static int average_pool_opset(const struct conv_attr *a)
{
	for (int i = 0; i < a->spatial; i++)
		if (a->dilation[i] != 1)
			return 19;
	return ONNX_WRITE_OPSET;
}

/* Axes that are computed, or noop_with_empty_axes, came with opset 18. */
static int reduce_opset(const struct graph *g, const struct node *n)
{
	const struct tensor *axes = input(g, n, 1);

	return n->attr.reduce.noop_if_empty || (axes && !axes->data) ? 18 : ONNX_WRITE_OPSET;
}

/* Parts that are not equal, without their sizes, came with opset 18. */
static int split_opset(const struct graph *g, const struct node *n)
{
	const struct tensor *x = input(g, n, 0);
	int64_t axis = n->attr.axis.axis;

	if (input(g, n, 1) || !x || x->shape.rank < 1)
		return ONNX_WRITE_OPSET;
	if (axis < 0)
		axis += x->shape.rank;
	if (axis < 0 || axis >= x->shape.rank || x->shape.dim[axis] % n->n_out == 0)
		return ONNX_WRITE_OPSET;
	return 18;
}

/* Arithmetic of bytes, and Relu of integers, came with opset 14. */
static int typed_opset(const struct graph *g, const struct node *n)
{
	const struct tensor *x = input(g, n, 0);

	if (!x || x->dtype == DTYPE_F32 || x->dtype == DTYPE_F64)
		return ONNX_WRITE_OPSET;
	return n->op == OP_RELU || dtype_size(x->dtype) == 1 ? 14 : ONNX_WRITE_OPSET;
}

int onnx_write_node_opset(const struct graph *g, const struct node *n)
{
	switch (n->op) {
	case OP_ADD:
	case OP_DIV:
	case OP_MUL:
	case OP_RELU:
	case OP_SUB:
		return typed_opset(g, n);
	case OP_AVERAGE_POOL:
		return average_pool_opset(&n->attr.conv);
	case OP_HARD_SWISH:
		return 14;
	case OP_PAD:
		if (n->attr.pad.mode == PAD_WRAP)
			return 19;
		return input(g, n, 3) ? 18 : ONNX_WRITE_OPSET;
	case OP_REDUCE_MEAN:
		return reduce_opset(g, n);
	case OP_RESHAPE:
		return n->attr.reshape.allowzero ? 14 : ONNX_WRITE_OPSET;
	case OP_RESIZE:
		return resize_opset(&n->attr);
	case OP_SPLIT:
		return split_opset(g, n);
	default:
		return ONNX_WRITE_OPSET;
	}
}

bool onnx_write_is_attr(const struct onnx_writer *w, const struct node *n, int i)
{
	return n->op == OP_REDUCE_MEAN && i == 1 && w->opset < 18 && input(w->g, n, 1);
}

static void write_names(struct onnx_writer *w, const struct node *n)
{
	for (int i = 0; i < n->n_in; i++)
		if (!onnx_write_is_attr(w, n, i))
			pb_out_string(&w->out, 1, n->in[i] < 0 ? "" : w->g->tensor[n->in[i]].name);
	for (int i = 0; i < n->n_out; i++)
		pb_out_string(&w->out, 2, n->out[i] < 0 ? "" : w->g->tensor[n->out[i]].name);
}

static void write_plain(struct onnx_writer *w, const struct node *n)
{
	size_t mark = pb_out_begin(&w->out, 1);

	write_names(w, n);
	pb_out_string(&w->out, 3, n->name);
	pb_out_string(&w->out, 4, op_name(n->op));
	onnx_write_attrs(w, n);
	if (onnx_write_is_microsoft(n->op))
		pb_out_string(&w->out, 7, "com.microsoft");
	pb_out_end(&w->out, mark);
}

/* A node between names. */
static void write_helper(struct onnx_writer *w, enum op op, const char *a, const char *b,
			 const char *out, const int64_t *axis)
{
	size_t mark = pb_out_begin(&w->out, 1);

	pb_out_string(&w->out, 1, a);
	if (b)
		pb_out_string(&w->out, 1, b);
	pb_out_string(&w->out, 2, out);
	pb_out_string(&w->out, 4, op_name(op));
	if (axis)
		onnx_write_int(&w->out, "axis", *axis);
	pb_out_end(&w->out, mark);
}

/*
 * Before opset 13 Softmax ran over all dimensions from its axis on: Flatten, Softmax, and the shape
 * as it was.
 */
static void write_flat_softmax(struct onnx_writer *w, const struct node *n)
{
	const char *x = w->g->tensor[n->in[0]].name, *y = w->g->tensor[n->out[0]].name;
	const int64_t last = -1;
	char name[3][32];

	for (int i = 0; i < 3; i++)
		snprintf(name[i], sizeof(name[i]), "tensor#%" PRIu64, w->fresh++);
	write_helper(w, OP_FLATTEN, x, NULL, name[0], &n->attr.axis.axis);
	write_helper(w, OP_SOFTMAX, name[0], NULL, name[1], &last);
	write_helper(w, OP_SHAPE, x, NULL, name[2], NULL);
	write_helper(w, OP_RESHAPE, name[1], name[2], y, NULL);
}

static bool is_flat_softmax(const struct graph *g, const struct node *n)
{
	int64_t axis = n->attr.axis.axis;

	return n->op == OP_SOFTMAX && n->attr.axis.flatten_2d && axis != -1 &&
	       axis != g->tensor[n->in[0]].shape.rank - 1;
}

int onnx_write_node(struct onnx_writer *w, const struct node *n)
{
	if (is_flat_softmax(w->g, n))
		write_flat_softmax(w, n);
	else
		write_plain(w, n);
	return w->out.failed ? error(-ENOMEM, "out of memory for writing '%s' (%s)", n->name,
				     op_name(n->op))
			     : 0;
}
