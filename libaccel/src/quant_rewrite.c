/* SPDX-License-Identifier: MIT */
/* Writes the decisions into the graph: QuantizeLinear and DequantizeLinear nodes. */
#include <stdlib.h>

#include "error.h"
#include "quant_priv.h"

/* The scale and zero point of a tensor as constants, which tensors of one scale share. */
static int scale_constants(struct quant *q, int root)
{
	const struct shape scalar = { 0, { 0 } };
	struct quant_tensor *t = &q->t[root];
	const char *base = q->g->tensor[root].name;
	int8_t zero = (int8_t)t->zero;

	if (t->scale_const < 0)
		t->scale_const = quant_add_const(q, base, "scale", DTYPE_F32, &scalar, &t->scale);
	if (t->scale_const >= 0 && t->zero_const < 0)
		t->zero_const = quant_add_const(q, base, "zero_point", DTYPE_I8, &scalar, &zero);
	return t->scale_const < 0 ? t->scale_const : t->zero_const < 0 ? t->zero_const : 0;
}

static void replace_output(struct node *n, int from, int to)
{
	for (int i = 0; i < n->n_out; i++)
		if (n->out[i] == from)
			n->out[i] = to;
}

/*
 * The tensors before and after the pair of nodes.  An output of the graph keeps its name, so what
 * is before gets a new one; all others are read under a new one.
 */
static int around(struct quant *q, int tensor, int *before, int *after)
{
	const char *base = q->g->tensor[tensor].name;
	int producer = q->t[tensor].producer;

	*before = tensor;
	*after = tensor;
	if (q->t[tensor].is_output && producer >= 0) {
		*before = quant_add_tensor(q, base, "QuantizeLinear_Input", DTYPE_F32, NULL);
		if (*before < 0)
			return *before;
		replace_output(&q->g->node[producer], tensor, *before);
		return 0;
	}
	*after = quant_add_tensor(q, base, "DequantizeLinear_Output", DTYPE_F32, NULL);
	return *after < 0 ? *after : 0;
}

/* Returns the tensor to read instead. */
static int quantise_tensor(struct quant *q, int tensor)
{
	const char *base = q->g->tensor[tensor].name;
	int root = quant_root(q, tensor), before, after, between;
	int err = scale_constants(q, root);

	if (!err)
		err = around(q, tensor, &before, &after);
	if (err)
		return err;
	between = quant_add_tensor(q, base, "QuantizeLinear_Output", DTYPE_I8, NULL);
	if (between < 0)
		return between;
	err = quant_add_linear(q, OP_QUANTIZE_LINEAR, base,
			       (int[]){ before, q->t[root].scale_const, q->t[root].zero_const },
			       between, 1);
	if (!err)
		err = quant_add_linear(q, OP_DEQUANTIZE_LINEAR, base,
				       (int[]){ between, q->t[root].scale_const,
						q->t[root].zero_const },
				       after, 1);
	return err ? err : after;
}

static int rewrite_constants(struct quant *q, int index)
{
	enum quant_kind kind = quant_kind(q, &q->g->node[index]);
	enum op op = q->g->node[index].op;
	int err = 0;

	if (kind == QUANT_WEIGHTED)
		return quant_rewrite_weights(q, index);
	/* Inputs of a Resize are no operands but the first. */
	if (kind != QUANT_ARITHMETIC || op == OP_RESIZE)
		return 0;
	for (int i = 0; !err && i < q->g->node[index].n_in; i++) {
		const struct tensor *t = quant_const(q, &q->g->node[index], i);

		if (t && t->dtype == DTYPE_F32)
			err = quant_rewrite_operand(q, index, i);
	}
	return err;
}

static void read_instead(struct quant *q, int n_node, const int *instead)
{
	for (int i = 0; i < n_node; i++) {
		struct node *n = &q->g->node[i];

		for (int k = 0; k < n->n_in; k++)
			if (n->in[k] >= 0 && n->in[k] < q->n_tensor)
				n->in[k] = instead[n->in[k]];
	}
}

int quant_rewrite(struct quant *q)
{
	int n_node = q->g->n_node, err = 0;
	int *instead = malloc(((size_t)q->n_tensor + 1) * sizeof(*instead));

	if (!instead)
		return error(-ENOMEM, "out of memory for %d tensors", q->n_tensor);
	for (int i = 0; i < n_node && !err; i++)
		err = rewrite_constants(q, i);
	for (int i = 0; i < q->n_tensor; i++) {
		q->t[i].scale_const = -1;
		q->t[i].zero_const = -1;
	}
	for (int i = 0; i < q->n_tensor && !err; i++) {
		instead[i] = q->t[i].quantised ? quantise_tensor(q, i) : i;
		err = instead[i] < 0 ? instead[i] : 0;
	}
	if (!err) {
		read_instead(q, n_node, instead);
		err = graph_sort(q->g);
	}
	free(instead);
	return err;
}
