/* SPDX-License-Identifier: MIT */
/* The stages of quantisation, one after the other. */
#include <stdlib.h>

#include "error.h"
#include "quant_priv.h"

static int check_float(const struct graph *g)
{
	for (int i = 0; i < g->n_node; i++) {
		switch (g->node[i].op) {
		case OP_CONV_INTEGER:
		case OP_DEQUANTIZE_LINEAR:
		case OP_QLINEAR_ADD:
		case OP_QLINEAR_CONCAT:
		case OP_QLINEAR_CONV:
		case OP_QLINEAR_LEAKY_RELU:
		case OP_QLINEAR_MATMUL:
		case OP_QUANTIZE_LINEAR:
			return error(-EINVAL,
				     "the model is quantised already: '%s' (%s); start from the "
				     "float model", g->node[i].name, op_name(g->node[i].op));
		default:
			break;
		}
	}
	return 0;
}

static int check_options(struct quant_options *o)
{
	if ((unsigned int)o->range > QUANT_RANGE_ENTROPY)
		return error(-EINVAL, "no such way to find ranges: %d", (int)o->range);
	if (o->percentile == 0)
		o->percentile = 99.99;
	if (!(o->percentile > 50 && o->percentile <= 100))
		return error(-EINVAL, "percentile %g is not between 50 and 100", o->percentile);
	return 0;
}

/* Attributes that a file may leave to the weights: the graph has no shapes yet. */
static void complete_kernels(struct graph *g)
{
	for (int i = 0; i < g->n_node; i++) {
		struct node *n = &g->node[i];
		const struct tensor *w = n->n_in > 1 && n->in[1] >= 0 ? &g->tensor[n->in[1]] : NULL;

		if ((n->op != OP_CONV && n->op != OP_CONV_TRANSPOSE) || !w || !w->data ||
		    w->shape.rank < 3 || w->shape.rank > 5)
			continue;
		if (n->attr.conv.spatial && n->attr.conv.spatial != w->shape.rank - 2)
			continue;	/* graph_infer() will say so */
		n->attr.conv.spatial = w->shape.rank - 2;
		for (int k = 0; k < n->attr.conv.spatial; k++)
			if (!n->attr.conv.kernel[k])
				n->attr.conv.kernel[k] = w->shape.dim[k + 2];
	}
}

static int prepare(struct quant *q)
{
	int err = quant_fold_constants(q->g);

	if (err)
		return err;
	complete_kernels(q->g);
	q->n_tensor = q->g->n_tensor;
	q->t = calloc((size_t)q->n_tensor + 1, sizeof(*q->t));
	if (!q->t)
		return error(-ENOMEM, "out of memory for %d tensors", q->n_tensor);
	err = quant_names_init(&q->names, q->g);
	if (!err)
		err = quant_describe(q);
	if (!err)
		err = quant_fuse(q);
	return err ? err : quant_fold_affine(q);
}

/* What the writer needs of an operator depends on types. */
static void describe_types(struct quant *q)
{
	for (int i = 0; i < q->n_tensor; i++)
		if (q->g->tensor[i].dtype == DTYPE_NONE)
			q->g->tensor[i].dtype = q->t[i].dtype;
}

/*
 * Ranks of outputs; dims, too, if the model's inputs leave nothing open.  A rank
 * must be there: other programs refuse outputs without one.
 */
static void describe_outputs(struct quant *q)
{
	bool known = true;

	for (int i = 0; i < q->g->n_in; i++)
		known = known && shape_count(&q->g->tensor[q->g->in[i]].shape) >= 0;
	for (int i = 0; i < q->g->n_out; i++) {
		struct tensor *t = &q->g->tensor[q->g->out[i]];

		if (t->data || q->t[q->g->out[i]].producer < 0)
			continue;
		t->shape = q->t[q->g->out[i]].shape;
		t->shape_known = known;
		for (int k = 0; !known && k < t->shape.rank; k++)
			t->shape.dim[k] = -1;
	}
}

static int quantise(struct quant *q)
{
	int err = prepare(q);

	if (!err)
		err = quant_plan(q);
	if (!err)
		err = quant_calibrate(q);
	if (!err)
		err = quant_share_scales(q);
	if (!err)
		err = quant_rewrite(q);
	if (err)
		return err;
	describe_types(q);
	describe_outputs(q);
	return 0;
}

int quant_graph(const struct graph *g, const struct value *samples, int count,
		const struct quant_options *options, struct graph **out)
{
	struct quant q = { .samples = samples, .count = count };
	int err = check_float(g);

	*out = NULL;
	if (options)
		q.options = *options;
	if (!err)
		err = check_options(&q.options);
	if (!err && (count < 1 || !g->n_in))
		err = error(-EINVAL, "no samples to find the activations' ranges with");
	if (!err)
		err = quant_clone(g, false, &q.g);
	if (!err)
		err = quantise(&q);
	for (int i = 0; q.t && i < q.n_tensor; i++)
		free(q.t[i].seen.bin);
	free(q.t);
	quant_names_free(&q.names);
	if (err) {
		graph_free(q.g);
		return error_in(err, "cannot quantise");
	}
	*out = q.g;
	return 0;
}
