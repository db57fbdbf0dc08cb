/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of a quantisation (and with it of the reference's runs) fails once: the result
 * is -ENOMEM with a message, and nothing leaks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "failing.h"
#include "net.h"
#include "quant.h"
#include "tap.h"

static struct graph *network(void)
{
	struct graph *g = net_new();
	int x = net_input(g, "x", 1, 2, 6, 6), a = net_conv(g, "conv", x, 2, 4, 3, 1, 1, false), b;

	a = net_batch_norm(g, "bn", a, 4);
	a = net_unary(g, OP_RELU, "relu", a);
	b = net_pool(g, OP_MAX_POOL, "pool", a, 2);
	b = net_deconv(g, "up", b, 4, 4, 2, 2, true);
	a = net_concat(g, "concat", a, b);
	a = net_batch_norm(g, "bn2", a, 8);
	b = net_op(g, OP_GLOBAL_AVERAGE_POOL, "mean", 1, &a);
	a = net_binary(g, OP_MUL, "mul", a, b);
	a = net_op(g, OP_RESIZE, "resize", 3, (int[]){ a, -1, net_scalar(g, 1) });
	g->node[g->n_node - 1].attr.resize.mode = RESIZE_LINEAR;
	a = net_unary(g, OP_SIGMOID, "sigmoid", a);
	net_output(g, net_binary(g, OP_ADD, "y", a, net_unary(g, OP_TANH, "constant", net_list(g, 8, 0, 1))));
	return g;
}

/* Four scales for the Resize. */
static void set_scales(struct graph *g)
{
	const float scale[4] = { 1, 1, 2, 2 };
	struct shape four = { 1, { 4 } };

	for (int i = 0; i < g->n_node; i++)
		if (g->node[i].op == OP_RESIZE)
			g->node[i].in[2] = graph_add_const(g, "scales", DTYPE_F32, &four, scale);
}

int main(void)
{
	struct graph *g = network(), *q;
	struct value sample = net_value(&g->tensor[g->in[0]].shape);
	struct quant_options options = { .range = QUANT_RANGE_ENTROPY };
	long tries = 0, wrong = 0;
	bool last;
	int err;

	set_scales(g);
	net_fill(&sample);
	do {
		failing_start(++tries, false);
		err = quant_graph(g, &sample, 1, &options, &q);
		/* A constant that cannot be computed stays as it is: without that allocation it goes on. */
		last = !failing_end();
		if (err && (err != -ENOMEM || !strstr(error_message(), "memory") || q) && !wrong++)
			note("allocation %ld: %d '%s'", tries, err, error_message());
		if (!last)
			graph_free(q);
	} while (!last && tries < 100000);
	/* The first run in which nothing was left to fail. */
	ok(!err && last, "%ld allocations", tries - 1);
	ok(!wrong, "each may fail: %ld did something else than -ENOMEM", wrong);
	graph_free(q);
	graph_free(g);
	free(sample.data);
	return tap_done();
}
