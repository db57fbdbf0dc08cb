// SPDX-License-Identifier: MIT
#include "random_graph.h"

#include "net_maker.h"

static int step(struct maker *m, int x, int *skip)
{
	static const enum op points[] = { OP_SIGMOID, OP_TANH,	     OP_LEAKY_RELU, OP_HARD_SIGMOID,
					  OP_RELU,    OP_HARD_SWISH, OP_ELU };
	const struct shape *s = &m->g->tensor[x].shape;
	int c = (int)s->dim[1], h = (int)s->dim[2], w = (int)s->dim[3];
	int64_t pads[8] = { 0, 0, 1, 2, 0, 0, 2, 1 };

	switch (rng_range(&m->rng, 0, 14)) {
	case 0:
		return make_conv(m, x, rng_range(&m->rng, 1, 40), 1, 1, 0, 1, false);
	case 1:
		return make_conv(m, x, 16 * rng_range(&m->rng, 1, 3), 3, rng_range(&m->rng, 1, 2),
				 1, 1, true);
	case 2:
		return make_conv(m, x, c, 3, 1, 1, c, true);
	case 3:
		return h * w < 600 ? make_deconv(m, x, rng_range(&m->rng, 1, 24), 4, 2, 1) : x;
	case 4:
		return h > 2 && w > 2 ? make_pool(m, OP_MAX_POOL, x, 2, 2, 0) : x;
	case 5:
		return h > 2 && w > 2 ? make_pool(m, OP_MAX_POOL, x, 3, 2, 1) : x;
	case 6:
		return h > 2 && w > 2 ? make_pool(m, OP_AVERAGE_POOL, x, 2, 1, 0) : x;
	case 7:
		return make_node(m, points[rng_range(&m->rng, 0, 6)], x, -1);
	case 8:
		*skip = make_conv(m, x, c, 3, 1, 1, 1, true);
		return make_node(m, OP_ADD, x, *skip);
	case 9:
		*skip = make_conv(m, x, c, 1, 1, 0, 1, false);
		return make_node(m, OP_ADD, make_conv(m, x, c, 3, 1, 1, 1, false), *skip);
	case 10:
		return make_concat(m, x,
				   make_conv(m, x, rng_range(&m->rng, 1, 20), 3, 1, 1, 1, true));
	case 11:
		return h * w < 600 ? make_resize(m, x, 2, rng_range(&m->rng, 0, 1)) : x;
	case 12:
		return make_pad(m, x, pads);
	case 13:
		return h > 4 ? make_slice(m, x, 2, 1, h - 1) : x;
	default:
		return make_concat(m, make_conv(m, x, 16, 3, 1, 1, 1, true),
				   make_conv(m, x, 32, 1, 1, 0, 1, true));
	}
}

struct graph *random_graph(uint64_t seed)
{
	struct maker m = maker_new(seed, seed % 3 == 0);
	int x = make_input(&m, 1 + (seed % 7 == 0), rng_range(&m.rng, 1, 20),
			   rng_range(&m.rng, 4, 20), rng_range(&m.rng, 4, 20));
	int steps = rng_range(&m.rng, 1, 8), skip = -1;

	for (int i = 0; i < steps; i++)
		x = step(&m, x, &skip);
	if (skip >= 0 && rng_range(&m.rng, 0, 1))
		graph_add_output(m.g, skip);
	if (rng_range(&m.rng, 0, 3) == 0)
		x = make_pool(&m,
			      rng_range(&m.rng, 0, 1) ? OP_GLOBAL_AVERAGE_POOL : OP_GLOBAL_MAX_POOL,
			      x, 0, 0, 0);
	if (rng_range(&m.rng, 0, 3) == 0)
		x = make_gemm(&m, x, rng_range(&m.rng, 1, 40));
	if (!make_end(&m, x)) {
		graph_free(m.g);
		return NULL;
	}
	return m.g;
}

