/* SPDX-License-Identifier: MIT */
/* Single operators between quantisations, layer by layer. */
#include <stdlib.h>

#include "compare.h"
#include "nets.h"

#define SIZE 96
#define CHANNELS 16

static void measure(struct maker *m, int y, struct layer_distance *table, struct layer_distance *exact)
{
	struct accel_model *model;
	struct accel_array x;

	if (!make_end(m, y))
		abort();
	model = model_take(m->g);
	x = model_input(model);
	fill_noise(&x, 1, -5, 5);
	measure_layers(model, to_integer_form, &x, table);
	measure_layers(model, to_exact_form, &x, exact);
	free(x.data);
	accel_model_free(model);
}

typedef int make_fn(struct maker *m, int x);

static int make_add(struct maker *m, int x)
{
	int other = make_conv(m, x, CHANNELS, 1, 1, 0, 1, false);

	return make_node(m, OP_ADD, make_node(m, OP_LEAKY_RELU, x, -1), other);
}

static int make_average(struct maker *m, int x)
{
	return make_pool(m, OP_AVERAGE_POOL, x, 3, 2, 1);
}

static int make_global(struct maker *m, int x)
{
	return make_pool(m, OP_GLOBAL_AVERAGE_POOL, x, 0, 0, 0);
}

static int make_linear(struct maker *m, int x)
{
	return make_resize(m, x, 2, true);
}

static int make_functions(struct maker *m, int x)
{
	static const enum op op[] = { OP_LEAKY_RELU, OP_ELU, OP_HARD_SIGMOID, OP_SIGMOID, OP_TANH };

	for (size_t i = 0; i < sizeof(op) / sizeof(op[0]); i++)
		x = make_node(m, op[i], x, -1);
	return x;
}

static int make_convs(struct maker *m, int x)
{
	x = make_conv(m, x, 2 * CHANNELS, 3, 2, 1, 1, false);
	x = make_conv(m, x, 2 * CHANNELS, 3, 1, 1, 2 * CHANNELS, true);
	return make_conv(m, x, 2 * CHANNELS, 3, 1, 1, 4, true);
}

static int make_deconvs(struct maker *m, int x)
{
	return make_deconv(m, make_deconv(m, x, CHANNELS, 2, 2, 0), CHANNELS, 4, 2, 1);
}

static int make_fully_connected(struct maker *m, int x)
{
	return make_gemm(m, make_conv(m, x, CHANNELS, 16, 16, 0, 1, true), 1000);
}

void test_operators(void)
{
	static make_fn *const make[] = { make_add,	make_average, make_global,  make_linear,
					 make_functions, make_convs,  make_deconvs, make_fully_connected };
	struct layer_distance table[OP_COUNT] = { 0 }, exact[OP_COUNT] = { 0 };

	for (size_t i = 0; i < sizeof(make) / sizeof(make[0]); i++)
		for (unsigned seed = 1; seed <= 4; seed++) {
			struct maker m = maker_new(seed, false);
			int x = make_input(&m, 1, CHANNELS, SIZE, SIZE);

			measure(&m, make[i](&m, x), table, exact);
		}
	check_layers("random layers", table);
	check_exact_layers("random layers", exact);
}
