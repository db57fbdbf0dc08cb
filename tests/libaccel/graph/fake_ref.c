/* SPDX-License-Identifier: MIT */
/*
 * Stands in for the C reference, so that the graph's own work is tested alone: outputs have the
 * shape of input 0, except those of Shape, Reshape, Transpose and GlobalMaxPool (one element); only
 * Add, Relu, Identity and GlobalMaxPool (its first element) of float32 can be computed.
 */
#include <errno.h>
#include <string.h>

#include "error.h"
#include "ref.h"

static void reshape(const struct value *to, struct value *out)
{
	out->shape.rank = (int)to->shape.dim[0];
	memcpy(out->shape.dim, to->data, (size_t)out->shape.rank * sizeof(int64_t));
}

int ref_infer(const struct node *n, const struct value *const *in, struct value *out)
{
	for (int i = 0; i < n->n_out; i++) {
		out[i].dtype = in[0]->dtype;
		out[i].shape = in[0]->shape;
	}
	switch (n->op) {
	case OP_ADD:
		if (!shape_equal(&in[0]->shape, &in[1]->shape))
			return error(-EINVAL, "'%s' (%s): the shapes differ", n->name,
				     op_name(n->op));
		break;
	case OP_SHAPE:
		out[0].dtype = DTYPE_I64;
		out[0].shape = (struct shape){ .rank = 1, .dim = { in[0]->shape.rank } };
		break;
	case OP_RESHAPE:
		if (!in[1]->data)
			return error(-EINVAL, "'%s' (%s): the shape is not constant", n->name,
				     op_name(n->op));
		reshape(in[1], &out[0]);
		break;
	case OP_GLOBAL_MAX_POOL:
		out[0].shape = (struct shape){ .rank = 1, .dim = { 1 } };
		break;
	case OP_TRANSPOSE:
		for (int i = 0; i < n->attr.transpose.rank; i++)
			out[0].shape.dim[i] = in[0]->shape.dim[n->attr.transpose.perm[i]];
		break;
	default:
		break;
	}
	return 0;
}

int ref_eval(const struct node *n, const struct value *const *in, struct value *out)
{
	int64_t count = shape_count(&out[0].shape);
	const float *a = in[0]->data;
	float *y = out[0].data;

	if (n->op != OP_ADD && n->op != OP_RELU && n->op != OP_IDENTITY && n->op != OP_GLOBAL_MAX_POOL)
		return error(-ENOTSUP, "'%s' (%s) is not faked", n->name, op_name(n->op));
	for (int64_t i = 0; i < count; i++) {
		y[i] = a[i];
		if (n->op == OP_ADD)
			y[i] += ((const float *)in[1]->data)[i];
		if (n->op == OP_RELU && y[i] < 0)
			y[i] = 0;
	}
	return 0;
}
