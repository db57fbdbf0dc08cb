/* SPDX-License-Identifier: MIT */
/*
 * Graph to layers: every tensor that is int8 or uint8 is looked at, in the order of its nodes, and
 * the pattern that makes it from other int8 tensors becomes a layer.
 */
#include "lower.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_reason(const struct lower *lo, int node)
{
	for (int i = 0; i < lo->net->n_reason; i++)
		if (lo->net->reason[i].node == node)
			return true;
	return false;
}

/* Room for one more in an array that has n, in steps of 64. */
static int grow(void **array, int n, size_t size)
{
	void *p;

	if (n % 64)
		return 0;
	p = realloc(*array, (size_t)(n + 64) * size);
	if (!p)
		return error(-ENOMEM, "out of memory for the layers of the graph");
	*array = p;
	return 0;
}

int lower_reason(struct lower *lo, int node, const char *format, ...)
{
	struct net *net = lo->net;
	char text[200], *copy;
	va_list ap;

	if (has_reason(lo, node))
		return NO_MATCH;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (grow((void **)&net->reason, net->n_reason, sizeof(*net->reason)))
		return -ENOMEM;
	copy = malloc(strlen(text) + 1);
	if (!copy)
		return error(-ENOMEM, "out of memory for a message");
	strcpy(copy, text);
	net->reason[net->n_reason++] = (struct reason){ node, copy };
	return NO_MATCH;
}

void lower_cover(struct lower *lo, int node)
{
	if (node < 0 || lo->covered[node])
		return;
	lo->covered[node] = true;
	lo->trail[lo->n_trail++] = node;
}

static void forget_trail(struct lower *lo)
{
	while (lo->n_trail)
		lo->covered[lo->trail[--lo->n_trail]] = false;
}

/* ---- acts ---- */

int lower_new_act(struct lower *lo, const struct act *a)
{
	struct net *net = lo->net;

	if (grow((void **)&net->act, net->n_act, sizeof(*net->act)))
		return -ENOMEM;
	net->act[net->n_act] = *a;
	return net->n_act++;
}

/* N; N,C; N,C,W; N,C,H,W. */
int lower_act(struct lower *lo, int tensor)
{
	const struct tensor *t = &lo->g->tensor[tensor];
	struct act a = {
		.tensor = tensor, .n = 1, .h = 1, .w = 1, .c = 1, .scale = 1, .parent = -1
	};
	int *to[4] = { &a.n, &a.c, t->shape.rank == 3 ? &a.w : &a.h, &a.w };

	if (lo->act_of[tensor] >= 0)
		return lo->act_of[tensor];
	if (!t->shape_known || t->shape.rank < 1 || t->shape.rank > 4 ||
	    shape_count(&t->shape) < 1 || shape_count(&t->shape) > 1 << 28)
		return -ENOTSUP;
	for (int i = 0; i < t->shape.rank; i++)
		*to[i] = (int)t->shape.dim[i];
	a.is_u8 = t->dtype == DTYPE_U8;
	return lo->act_of[tensor] = lower_new_act(lo, &a);
}

/* ---- layers ---- */

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

struct layer *lower_new_layer(struct lower *lo, int node, enum layer_kind kind, int in, int out)
{
	struct net *net = lo->net;
	const struct act *x = &net->act[in], *y = &net->act[out];
	struct layer l = { .kind = kind,
			   .name = lo->g->node[node].name,
			   .op = lo->g->node[node].op,
			   .in = in,
			   .res = -1,
			   .out = out,
			   .groups = 1,
			   .in_ch = x->c,
			   .out_ch = y->c,
			   .min = -128,
			   .max = 127,
			   .rep_y = 1,
			   .rep_x = 1,
			   .n_ch = y->c };

	if (grow((void **)&net->layer, net->n_layer, sizeof(*net->layer)))
		return NULL;
	l.y = (struct axis){ .in = x->h, .out = y->h, .k = 1, .stride = 1, .dilation = 1 };
	l.x = (struct axis){ .in = x->w, .out = y->w, .k = 1, .stride = 1, .dilation = 1 };
	l.win_y = (struct window){ 1, 1, y->h };
	l.win_x = (struct window){ 1, 1, y->w };
	l.node = malloc((size_t)(lo->n_trail + 1) * sizeof(*l.node));
	if (!l.node) {
		error(-ENOMEM, "out of memory for a layer");
		return NULL;
	}
	memcpy(l.node, lo->trail, (size_t)lo->n_trail * sizeof(*l.node));
	l.n_node = lo->n_trail;
	qsort(l.node, (size_t)l.n_node, sizeof(*l.node), by_number);
	net->layer[net->n_layer] = l;
	return &net->layer[net->n_layer++];
}

static void free_layer(struct layer *l)
{
	free(l->node);
	free(l->weights);
	free(l->bias);
	free(l->scale);
	free(l->table);
}

void lower_drop_layer(struct lower *lo, int layer)
{
	struct net *net = lo->net;

	free_layer(&net->layer[layer]);
	net->n_layer--;
	memmove(&net->layer[layer], &net->layer[layer + 1],
		(size_t)(net->n_layer - layer) * sizeof(*net->layer));
}

/* About; of a deconvolution the inputs lie a stride apart. */
static int64_t extent_met(const struct layer *l, const struct axis *a)
{
	int64_t reach = (int64_t)(a->k - 1) * a->dilation;

	if (l->deconv)
		return (a->out - 1 + reach) / a->stride + 2;
	return (int64_t)(a->out - 1) * a->stride + reach + 1;
}

/* Padding alone makes gigabytes of a single pixel, which the host would fill and compute with. */
bool lower_padding_fits(const struct layer *l)
{
	return extent_met(l, &l->y) * extent_met(l, &l->x) <= (1 << 29) / l->in_ch;
}

int lower_producer_layer(const struct lower *lo, int act)
{
	for (int i = lo->net->n_layer; i-- > 0;)
		if (lo->net->layer[i].out == act)
			return i;
	return -1;
}

bool lower_only_use(const struct lower *lo, int tensor, int node)
{
	if (lo->is_output[tensor])
		return false;
	for (int i = lo->use_first[tensor]; i < lo->use_first[tensor + 1]; i++) {
		const struct node *n = &lo->g->node[lo->use[i]];

		if (lo->use[i] == node)
			continue;
		if (n->op != OP_DEQUANTIZE_LINEAR || !lower_only_use(lo, n->out[0], node))
			return false;
	}
	return true;
}

/* ---- driver ---- */

static int index_uses(struct lower *lo)
{
	const struct graph *g = lo->g;
	int total = 0, *next;

	for (int i = 0; i < g->n_node; i++)
		for (int k = 0; k < g->node[i].n_in; k++)
			if (g->node[i].in[k] >= 0) {
				lo->use_first[g->node[i].in[k] + 1]++;
				total++;
			}
	for (int t = 0; t < g->n_tensor; t++)
		lo->use_first[t + 1] += lo->use_first[t];
	lo->use = malloc((size_t)(total + 1) * sizeof(*lo->use));
	next = malloc((size_t)(g->n_tensor + 1) * sizeof(*next));
	if (!lo->use || !next) {
		free(next);
		return -ENOMEM;
	}
	memcpy(next, lo->use_first, (size_t)g->n_tensor * sizeof(*next));
	for (int i = 0; i < g->n_node; i++)
		for (int k = 0; k < g->node[i].n_in; k++)
			if (g->node[i].in[k] >= 0)
				lo->use[next[g->node[i].in[k]]++] = i;
	free(next);
	return 0;
}

static void lower_free(struct lower *lo)
{
	free(lo->producer);
	free(lo->use_first);
	free(lo->use);
	free(lo->is_output);
	free(lo->act_of);
	free(lo->covered);
	free(lo->trail);
}

static int lower_init(struct lower *lo, const struct graph *g, struct net *net)
{
	size_t nt = (size_t)g->n_tensor + 2, nn = (size_t)g->n_node + 2;

	*lo = (struct lower){ .g = g, .net = net };
	lo->producer = malloc(nt * sizeof(int));
	lo->use_first = calloc(nt, sizeof(int));
	lo->is_output = calloc(nt, sizeof(bool));
	lo->act_of = malloc(nt * sizeof(int));
	lo->covered = calloc(nn, sizeof(bool));
	lo->trail = malloc(nn * sizeof(int));
	if (!lo->producer || !lo->use_first || !lo->is_output || !lo->act_of || !lo->covered ||
	    !lo->trail || index_uses(lo)) {
		lower_free(lo);
		return error(-ENOMEM, "out of memory for the layers of a graph of %d nodes",
			     g->n_node);
	}
	memset(lo->producer, 0xff, nt * sizeof(int));
	memset(lo->act_of, 0xff, nt * sizeof(int));
	for (int i = 0; i < g->n_node; i++)
		for (int k = 0; k < g->node[i].n_out; k++)
			if (g->node[i].out[k] >= 0)
				lo->producer[g->node[i].out[k]] = i;
	for (int i = 0; i < g->n_out; i++)
		lo->is_output[g->out[i]] = true;
	return 0;
}

/* The pattern above a QuantizeLinear. */
static int lower_float(struct lower *lo, int q)
{
	struct target t;
	int root, err = lower_target(lo, q, &t, &root);

	if (err != MATCH)
		return err;
	lower_cover(lo, root);
	switch (root < 0 ? OP_COUNT : lo->g->node[root].op) {
	case OP_CONV:
	case OP_CONV_TRANSPOSE:
		return lower_conv(lo, root, &t);
	case OP_GEMM:
	case OP_MATMUL:
		return lower_dense(lo, root, &t);
	case OP_MAX_POOL:
	case OP_GLOBAL_MAX_POOL:
		return lower_pool(lo, root, &t);
	case OP_AVERAGE_POOL:
	case OP_GLOBAL_AVERAGE_POOL:
	case OP_REDUCE_MEAN:
		return lower_average(lo, root, &t);
	case OP_CONCAT:
		return lower_float_concat(lo, root, &t);
	case OP_RESIZE:
		return lower_resize(lo, root, &t);
	case OP_PAD:
	case OP_SLICE:
	case OP_RESHAPE:
	case OP_FLATTEN:
	case OP_SQUEEZE:
	case OP_UNSQUEEZE:
	case OP_IDENTITY:
		return lower_move(lo, root, &t);
	default:
		break;
	}
	/* Anything pointwise; an addition of two tensors is not. */
	forget_trail(lo);
	err = lower_table(lo, q);
	if (err != NO_MATCH || root < 0 || lo->g->node[root].op != OP_ADD)
		return err;
	forget_trail(lo);
	lower_target(lo, q, &t, &root);
	lower_cover(lo, root);
	return lower_float_add(lo, root, &t);
}

/* Operators that work on int8 tensors as they are: the output is quantised as the input is. */
static int lower_raw(struct lower *lo, int node)
{
	const struct node *n = &lo->g->node[node];
	struct target t = { .tensor = n->out[0], .scale = 1, .min = -128, .max = 127 };

	lower_cover(lo, node);
	switch (n->op) {
	case OP_MAX_POOL:
	case OP_GLOBAL_MAX_POOL:
		return lower_pool(lo, node, &t);
	case OP_CONCAT:
		return lower_float_concat(lo, node, &t);
	case OP_PAD:
	case OP_SLICE:
	case OP_RESHAPE:
	case OP_FLATTEN:
	case OP_SQUEEZE:
	case OP_UNSQUEEZE:
	case OP_IDENTITY:
		return lower_move(lo, node, &t);
	case OP_RESIZE:
		return lower_resize(lo, node, &t);
	default:
		return lower_reason(lo, node, "the core has no %s of int8 values", op_name(n->op));
	}
}

static int lower_node(struct lower *lo, int node)
{
	const struct node *n = &lo->g->node[node];

	forget_trail(lo);
	if (!lower_is_int8(lo, n->out[0]))
		return NO_MATCH;
	switch (n->op) {
	case OP_QUANTIZE_LINEAR:
		return lower_float(lo, node);
	case OP_QLINEAR_ADD:
	case OP_QLINEAR_CONCAT:
	case OP_QLINEAR_CONV:
	case OP_QLINEAR_LEAKY_RELU:
	case OP_QLINEAR_MATMUL:
		lower_cover(lo, node);
		return lower_qlinear(lo, node);
	default:
		return lower_raw(lo, node);
	}
}

int net_lower(const struct graph *g, struct net **out)
{
	struct net *net = calloc(1, sizeof(*net));
	struct lower lo;
	int err;

	*out = NULL;
	if (!net)
		return error(-ENOMEM, "out of memory for the layers of a graph");
	net->g = g;
	err = lower_init(&lo, g, net);
	if (!err) {
		for (int i = 0; err >= 0 && i < g->n_node; i++)
			err = lower_node(&lo, i);
		lower_free(&lo);
	}
	if (err < 0) {
		net_free(net);
		return err;
	}
	*out = net;
	return 0;
}

void net_free(struct net *net)
{
	if (!net)
		return;
	for (int i = 0; i < net->n_layer; i++)
		free_layer(&net->layer[i]);
	for (int i = 0; i < net->n_reason; i++)
		free(net->reason[i].text);
	free(net->act);
	free(net->layer);
	free(net->reason);
	free(net);
}
