/* SPDX-License-Identifier: MIT */
/*
 * A QDQ graph in the form in which ONNX Runtime, with all its optimisations off, computes
 * convolutions in integers and everything else as the file says.
 *
 * As it stands, a QDQ file gives ONNX Runtime a choice.  Without optimisations it computes
 * everything in float32.  With them it fuses DequantizeLinear, Conv, QuantizeLinear into integer
 * operators, but on x86 only uint8 ones (it turns int8 into uint8 where a QuantizeLinear has a
 * single reader, and leaves other convolutions in float32), and it also fuses Mul, Add, LeakyRelu
 * and others into operators that round differently from the file.
 *
 * Weights become uint8, too: of uint8 times int8, ONNX Runtime adds two products in 16 bits, which
 * saturate, on x86 processors without VNNI.  (A convolution of four channels of 255 * 127 gives half
 * of its sum there.)  Of uint8 times uint8 its sums are exact on every processor.
 */
#include <stdlib.h>
#include <string.h>

#include "compare.h"

static int checked(int index)
{
	if (index < 0)
		abort();
	return index;
}

/* Constants of int8 as uint8, 128 higher. */
static int raise_const(struct graph *g, int tensor)
{
	struct shape shape = g->tensor[tensor].shape;
	int64_t n = shape_count(&shape);
	uint8_t *v = malloc((size_t)n + 1);
	int raised;

	if (!v || g->tensor[tensor].dtype != DTYPE_I8)
		abort();
	for (int64_t i = 0; i < n; i++)
		v[i] = (uint8_t)(((const int8_t *)g->tensor[tensor].data)[i] + 128);
	raised = checked(graph_add_const(g, NULL, DTYPE_U8, &shape, v));
	free(v);
	return raised;
}

/* Activations as uint8 with zero points 128 higher: the same values. */
void to_uint8(struct graph *g)
{
	for (int i = 0; i < g->n_node; i++) {
		const struct node *n = &g->node[i];
		bool q = n->op == OP_QUANTIZE_LINEAR;
		int x = q ? n->out[0] : n->in[0], zero;

		if ((!q && n->op != OP_DEQUANTIZE_LINEAR) || g->tensor[x].data)
			continue;
		if (n->n_in < 3)
			abort();
		zero = raise_const(g, n->in[2]);
		g->tensor[x].dtype = DTYPE_U8;
		g->node[i].in[2] = zero;
	}
}

static int only_reader(const struct graph *g, int tensor)
{
	int reader = -1;

	for (int i = 0; i < g->n_node; i++)
		for (int k = 0; k < g->node[i].n_in; k++) {
			if (g->node[i].in[k] != tensor)
				continue;
			if (reader >= 0)
				return -1;
			reader = i;
		}
	return reader;
}

/* DequantizeLinear before input k of a node. */
static const struct node *dequantise(const struct graph *g, const struct node *n, int k)
{
	int at = n->in[k] < 0 ? -1 : graph_producer(g, n->in[k]);

	return at >= 0 && g->node[at].op == OP_DEQUANTIZE_LINEAR ? &g->node[at] : NULL;
}

/*
 * The QuantizeLinear that alone reads a tensor, or its Relu; the latter is in the quantisation where
 * zero is the lowest value.
 */
static int quantised_by(const struct graph *g, int tensor)
{
	int at = only_reader(g, tensor);
	bool relu = at >= 0 && g->node[at].op == OP_RELU;

	if (relu)
		at = only_reader(g, g->node[at].out[0]);
	if (at < 0 || g->node[at].op != OP_QUANTIZE_LINEAR)
		return -1;
	return relu && *(const uint8_t *)g->tensor[g->node[at].in[2]].data ? -1 : at;
}

/* The Conv becomes a QLinearConv with the QuantizeLinear's output; that one has no reader then. */
static bool fuse_conv(struct graph *g, int conv)
{
	const struct node *n = &g->node[conv];
	int q = quantised_by(g, n->out[0]), in[9], out, fresh;
	const struct node *x, *w, *b;
	union attr attr = n->attr;

	if (q < 0)
		return false;
	x = dequantise(g, n, 0);
	w = dequantise(g, n, 1);
	b = n->n_in > 2 ? dequantise(g, n, 2) : NULL;
	if (!x || !w || (n->n_in > 2 && !b))
		return false;
	if (w->n_in < 3)
		abort();
	memcpy(in, x->in, 3 * sizeof(*in));
	in[3] = raise_const(g, w->in[0]);
	in[4] = w->in[1];
	in[5] = raise_const(g, w->in[2]);
	memcpy(in + 6, g->node[q].in + 1, 2 * sizeof(*in));
	in[8] = b ? b->in[0] : -1;
	out = g->node[q].out[0];
	/* The old pair gets an output that nobody reads; graph_sort() drops it. */
	fresh = graph_add_tensor(g, NULL, g->tensor[out].dtype, &g->tensor[out].shape);
	g->node[q].out[0] = fresh;
	conv = graph_add_node(g, OP_QLINEAR_CONV, NULL, b ? 9 : 8, in, 1, &out);
	if (fresh < 0 || conv < 0)
		abort();
	g->node[conv].attr = attr;
	return true;
}

int to_integer_form(struct graph *g)
{
	int n = g->n_node, fused = 0;

	to_uint8(g);
	for (int i = 0; i < n; i++)
		if (g->node[i].op == OP_CONV)
			fused += fuse_conv(g, i);
	return fused;
}
