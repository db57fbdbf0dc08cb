/* SPDX-License-Identifier: MIT */
/* Shapes of all tensors, and folding of what is constant. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "graph_priv.h"
#include "ref.h"
#include "text.h"

struct infer {
	struct graph *g;
	struct value *value;		/* of each tensor: what is known of it */
	const struct value **in;	/* of the node at hand */
	struct value *out;
	int *keep, n_keep;		/* nodes that are not folded */
	struct fold_budget budget;
};

static void infer_free(struct infer *s)
{
	free(s->value);
	free(s->in);
	free(s->out);
	free(s->keep);
}

static int infer_alloc(struct infer *s, struct graph *g)
{
	int max_in = 1, max_out = 1;

	for (int i = 0; i < g->n_node; i++) {
		max_in = g->node[i].n_in > max_in ? g->node[i].n_in : max_in;
		max_out = g->node[i].n_out > max_out ? g->node[i].n_out : max_out;
	}
	*s = (struct infer){
		.g = g,
		.value = calloc((size_t)g->n_tensor + 1, sizeof(*s->value)),
		.in = calloc((size_t)max_in, sizeof(*s->in)),
		.out = calloc((size_t)max_out, sizeof(*s->out)),
		.keep = calloc((size_t)g->n_node + 1, sizeof(*s->keep)),
		.budget = { GRAPH_FOLD_MAX, GRAPH_FOLD_READ_MAX },
	};
	if (s->value && s->in && s->out && s->keep)
		return 0;
	infer_free(s);
	return error(-ENOMEM, "out of memory for the shapes of a graph of %d nodes", g->n_node);
}

static int input_error(const struct tensor *t, const struct shape *given)
{
	struct text text = TEXT_INIT;

	text_printf(&text, "input '%s' has the shape ", t->name);
	graph_print_shape(&text, &t->shape);
	if (given) {
		text_printf(&text, ", which ");
		graph_print_shape(&text, given);
		text_printf(&text, " does not fit");
	} else {
		text_printf(&text, "; give its shape");
	}
	error(-EINVAL, "%s", text_data(&text));
	text_free(&text);
	return -EINVAL;
}

static bool shape_fits(const struct shape *file, const struct shape *given)
{
	if (shape_count(given) < 0)
		return false;
	if (file->rank < 0)
		return true;
	if (file->rank != given->rank)
		return false;
	for (int i = 0; i < file->rank; i++)
		if (file->dim[i] >= 0 && file->dim[i] != given->dim[i])
			return false;
	return true;
}

static int set_input(struct tensor *t, const struct shape *given)
{
	if (given) {
		if (!shape_fits(&t->shape, given))
			return input_error(t, given);
		t->shape = *given;
	}
	t->shape_known = shape_count(&t->shape) >= 0;
	return t->shape_known ? 0 : input_error(t, NULL);
}

/* Input of a convolution that has the weights; -1: no weights. */
static int weights_input(enum op op)
{
	switch (op) {
	case OP_CONV:
	case OP_CONV_INTEGER:
	case OP_CONV_TRANSPOSE:
		return 1;
	case OP_QLINEAR_CONV:
		return 3;
	default:
		return -1;
	}
}

/* The kernel that the weights have.  A file may leave it out, and must not contradict it. */
static int complete_conv(struct node *n, const struct value *weights)
{
	struct conv_attr *conv = &n->attr.conv;
	int spatial = weights ? weights->shape.rank - 2 : 0;

	if (spatial < 1 || spatial > 3)
		return error(-EINVAL, "'%s' (%s): weights of rank %d; 3 to 5 are supported",
			     n->name, op_name(n->op), weights ? weights->shape.rank : 0);
	if (conv->spatial && conv->spatial != spatial)
		return error(-EINVAL,
			     "'%s' (%s): attributes for %d spatial dimensions, weights for %d",
			     n->name, op_name(n->op), conv->spatial, spatial);
	conv->spatial = spatial;
	for (int i = 0; i < spatial; i++) {
		int64_t k = weights->shape.dim[i + 2];

		if (conv->kernel[i] && conv->kernel[i] != k)
			return error(-EINVAL,
				     "'%s' (%s): kernel_shape[%d] is %lld, the weights' is %lld",
				     n->name, op_name(n->op), i, (long long)conv->kernel[i],
				     (long long)k);
		conv->kernel[i] = k;
	}
	return 0;
}

static int complete(struct node *n, const struct value *const *in)
{
	int weights = weights_input(n->op);

	if (weights >= 0)
		return complete_conv(n, weights < n->n_in ? in[weights] : NULL);
	if (n->op == OP_TRANSPOSE && !n->attr.transpose.rank && n->n_in && in[0]) {
		int rank = in[0]->shape.rank;

		n->attr.transpose.rank = rank;
		for (int i = 0; i < rank; i++)
			n->attr.transpose.perm[i] = rank - 1 - i;
	}
	return 0;
}

bool graph_foldable(enum op op)
{
	switch (op) {
	case OP_DEQUANTIZE_LINEAR:
	case OP_AVERAGE_POOL:
	case OP_CONV:
	case OP_CONV_INTEGER:
	case OP_CONV_TRANSPOSE:
	case OP_GEMM:
	case OP_MATMUL:
	case OP_MAX_POOL:
	case OP_QLINEAR_CONV:
	case OP_QLINEAR_MATMUL:
		return false;
	default:
		return true;
	}
}

static bool all_constant(const struct infer *s, const struct node *n)
{
	for (int i = 0; i < n->n_in; i++)
		if (s->in[i] && !s->in[i]->data)
			return false;
	return true;
}

static size_t value_size(const struct value *v)
{
	return (size_t)shape_count(&v->shape) * dtype_size(v->dtype);
}

/* Shape reads nothing of its input; Slice only what it writes, which may be little of a large table. */
static int64_t read_size(const struct node *n, const struct value *const *in)
{
	int64_t count = 0;

	for (int i = 0; n->op != OP_SHAPE && n->op != OP_SLICE && i < n->n_in; i++)
		count += in[i] ? shape_count(&in[i]->shape) : 0;
	return count;
}

bool graph_fold_take(struct fold_budget *budget, const struct node *n,
		     const struct value *const *in, const struct value *out)
{
	int64_t elements = read_size(n, in), bytes = 0;

	for (int i = 0; i < n->n_out; i++)
		if (n->out[i] >= 0)
			bytes += (int64_t)value_size(&out[i]);
	if (bytes > budget->bytes || elements > budget->elements)
		return false;
	budget->bytes -= bytes;
	budget->elements -= elements;
	return true;
}

static bool alloc_outputs(struct infer *s, const struct node *n)
{
	bool ok = true;

	for (int i = 0; i < n->n_out; i++) {
		s->out[i].data = NULL;
		if (n->out[i] < 0)
			continue;
		s->out[i].data = calloc(1, value_size(&s->out[i]) + 1);
		ok = ok && s->out[i].data;
	}
	return ok;
}

static void free_outputs(struct infer *s, const struct node *n)
{
	for (int i = 0; i < n->n_out; i++) {
		free(s->out[i].data);
		s->out[i].data = NULL;
	}
}

/* Shape needs no more of its input than we know already. */
static void eval_shape(const struct infer *s)
{
	int64_t *to = s->out[0].data;

	for (int i = 0; i < s->in[0]->shape.rank; i++)
		to[i] = s->in[0]->shape.dim[i];
}

/* Makes constants of a node's outputs.  A node that cannot be folded stays: that is no error. */
static bool fold(struct infer *s, const struct node *n)
{
	struct error_state said;
	int err = 0;

	if (n->op != OP_SHAPE && (!graph_foldable(n->op) || !all_constant(s, n)))
		return false;
	if (!graph_fold_take(&s->budget, n, s->in, s->out))
		return false;
	error_save(&said);
	if (!alloc_outputs(s, n))
		err = -ENOMEM;
	else if (n->op == OP_SHAPE)
		eval_shape(s);
	else
		err = ref_eval(n, s->in, s->out);
	if (err) {
		free_outputs(s, n);
		error_restore(&said);
		return false;
	}
	return true;
}

static int check_output(const struct infer *s, const struct node *n, int i)
{
	if (shape_count(&s->out[i].shape) >= 0 && dtype_size(s->out[i].dtype))
		return 0;
	return error(-EINVAL, "'%s' (%s): the shape of its output %d is unknown or too large",
		     n->name, op_name(n->op), i);
}

/* What was inferred becomes the tensor's, with the data if the node was folded. */
static void set_output(struct infer *s, int tensor, struct value *v)
{
	struct tensor *t = &s->g->tensor[tensor];

	t->dtype = v->dtype;
	t->shape = v->shape;
	t->shape_known = true;
	t->data = v->data;
	t->owned = v->data;
	s->value[tensor] = *v;
}

static int infer_node(struct infer *s, int index)
{
	struct node *n = &s->g->node[index];
	int err;

	for (int i = 0; i < n->n_in; i++)
		s->in[i] = n->in[i] < 0 ? NULL : &s->value[n->in[i]];
	for (int i = 0; i < n->n_out; i++)
		s->out[i] = (struct value){ .shape = { .rank = -1 } };
	err = complete(n, s->in);
	if (!err)
		err = ref_infer(n, s->in, s->out);
	for (int i = 0; !err && i < n->n_out; i++)
		if (n->out[i] >= 0)
			err = check_output(s, n, i);
	if (err)
		return err;
	if (!fold(s, n))
		s->keep[s->n_keep++] = index;
	for (int i = 0; i < n->n_out; i++)
		if (n->out[i] >= 0)
			set_output(s, n->out[i], &s->out[i]);
	return 0;
}

static int infer_all(struct infer *s, const struct shape *in_shape)
{
	struct graph *g = s->g;
	int err = 0;

	for (int i = 0; !err && i < g->n_in; i++)
		err = set_input(&g->tensor[g->in[i]], in_shape ? &in_shape[i] : NULL);
	for (int i = 0; i < g->n_tensor; i++)
		s->value[i] = (struct value){ g->tensor[i].dtype, g->tensor[i].shape,
					      (void *)g->tensor[i].data };
	for (int i = 0; !err && i < g->n_node; i++)
		err = infer_node(s, i);
	if (!err)
		err = graph_keep_nodes(g, s->keep, s->n_keep);
	return err;
}

int graph_infer(struct graph *g, const struct shape *in_shape)
{
	struct infer s;
	int err = graph_sort(g);

	if (!err)
		err = infer_alloc(&s, g);
	if (err)
		return err;
	err = infer_all(&s, in_shape);
	infer_free(&s);
	/* Folding leaves nodes behind that nobody needs any more. */
	return err ? err : graph_sort(g);
}
