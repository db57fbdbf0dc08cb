/* SPDX-License-Identifier: MIT */
/* How fast the reference's convolutions are: no test, but calibration runs them many times. */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ref.h"
#include "rng.h"

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct layer {
	const char *name;
	enum op op;
	int64_t in, out, size, kernel, stride, pad, group;
};

static struct value tensor(struct shape s)
{
	struct value v = { DTYPE_F32, s, malloc((size_t)shape_count(&s) * 4) };

	for (int64_t i = 0; i < shape_count(&s); i++)
		((float *)v.data)[i] = rng_real(-1, 1);
	return v;
}

static void run_float(const struct layer *l, double gmac, struct node *n, const struct value *x,
		      const struct value *w)
{
	const struct value *in[] = { x, w };
	struct value y;
	double start;

	n->n_in = 2;
	n->n_out = 1;
	if (ref_infer(n, in, &y))
		abort();
	y.data = malloc((size_t)shape_count(&y.shape) * 4);
	start = seconds();
	if (ref_eval(n, in, &y))
		abort();
	printf("%-28s float %6.2f GMAC/s", l->name, gmac / (seconds() - start));
	free(y.data);
}

static void run_int8(const struct ref_conv *g, double gmac, size_t n_x, size_t n_w)
{
	int8_t *x = calloc(n_x, 1), *w = calloc(n_w, 1);
	int8_t *y = malloc((size_t)(g->out_channels * g->out[1] * g->out[2]));
	float scale = 0.01f;
	struct ref_requant q = { 0, 0, &scale, 1 };
	double start = seconds();

	if ((g->transposed ? ref_qconv_transpose : ref_qconv)(g, &q, x, w, NULL, y))
		abort();
	printf("   int8 %6.2f GMAC/s\n", gmac / (seconds() - start));
	free(x);
	free(w);
	free(y);
}

static void run(const struct layer *l)
{
	bool transposed = l->op == OP_CONV_TRANSPOSE;
	int64_t first = transposed ? l->in : l->out, second = transposed ? l->out : l->in;
	struct shape xs = { 4, { 1, l->in, l->size, l->size } };
	struct shape ws = { 4, { first, second / l->group, l->kernel, l->kernel } };
	struct value x = tensor(xs), w = tensor(ws);
	struct node n = { .op = l->op };
	struct ref_conv g;
	double gmac;

	n.attr.conv = (struct conv_attr){
		.spatial = 2,
		.stride = { l->stride, l->stride },
		.dilation = { 1, 1 },
		.pad_begin = { l->pad, l->pad },
		.pad_end = { l->pad, l->pad },
		.group = l->group,
	};
	if (ref_conv_geometry(&n, &xs, &ws, &g))
		abort();
	gmac = (double)shape_count(&ws) * 1e-9 *
	       (double)(transposed ? l->size * l->size : g.out[1] * g.out[2]);
	run_float(l, gmac, &n, &x, &w);
	run_int8(&g, gmac, (size_t)shape_count(&xs), (size_t)shape_count(&ws));
	free(x.data);
	free(w.data);
}

int main(void)
{
	static const struct layer layers[] = {
		{ "conv 3x3 64->64 128x128", OP_CONV, 64, 64, 128, 3, 1, 1, 1 },
		{ "conv 1x1 256->256 32x32", OP_CONV, 256, 256, 32, 1, 1, 0, 1 },
		{ "conv 7x7 s2 3->64 128x128", OP_CONV, 3, 64, 128, 7, 2, 3, 1 },
		{ "conv 3x3 depthwise 256 64x64", OP_CONV, 256, 256, 64, 3, 1, 1, 256 },
		{ "deconv 4x4 s2 128->64 32x32", OP_CONV_TRANSPOSE, 128, 64, 32, 4, 2, 1, 1 },
	};

	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++)
		run(&layers[i]);
	return 0;
}
