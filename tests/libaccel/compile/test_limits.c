// SPDX-License-Identifier: MIT
/* Layers of any size get a tiling or a reason, soon, and nothing overflows on the way. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>

#include "error.h"
#include "layers.h"
#include "partition.h"

#include "../onnx/tap.h"

/* Small, or anything: numbers of every magnitude alike. */
static int any(struct rng *r, int most)
{
	int bits = 0;

	while (most >> bits)
		bits++;
	return rng_range(r, 1, 1 << rng_range(r, 0, bits)) % most + 1;
}

static void any_axis(struct rng *r, struct axis *a, bool deconv)
{
	int64_t out;

	do {
		*a = (struct axis){ any(r, 65536), 0, any(r, 1024), any(r, 8), any(r, 64), 0 };
		a->pad = rng_range(r, 0, any(r, 4096)) % (a->k * a->dilation);
		out = deconv ? (int64_t)(a->in - 1) * a->stride - 2 * a->pad +
				       (int64_t)a->dilation * (a->k - 1) + 1
			     : (a->in + 2 * (int64_t)a->pad - (int64_t)a->dilation * (a->k - 1) -
				1) / a->stride +
				       1;
	} while (out < 1 || out > 65536);
	a->out = (int)out;
}

enum { LAYERS = 12 };

static double seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static void any_layer(struct rng *r, struct net *net, struct layer *l, struct act *acts)
{
	memset(l, 0, sizeof(*l));
	l->res = -1;
	l->out = 1;
	l->deconv = rng_range(r, 0, 1);
	any_axis(r, &l->y, l->deconv);
	any_axis(r, &l->x, l->deconv);
	l->groups = rng_range(r, 0, 3) ? 1 : any(r, 4096);
	l->in_ch = l->groups * any(r, 65536 / l->groups);
	l->out_ch = l->groups * any(r, 65536 / l->groups);
	l->win_y = (struct window){ 1, 1, l->y.out };
	l->win_x = (struct window){ 1, 1, l->x.out };
	if (!l->deconv && rng_range(r, 0, 4) == 0 && l->y.out > 16 && l->x.out > 16) {
		l->win_y = (struct window){ rng_range(r, 1, 16), rng_range(r, 1, 20), 0 };
		l->win_x = (struct window){ rng_range(r, 1, 16), rng_range(r, 1, 20), 0 };
		l->win_y.out = (l->y.out - l->win_y.k) / l->win_y.s + 1;
		l->win_x.out = (l->x.out - l->win_x.k) / l->win_x.s + 1;
	}
	acts[0] = (struct act){ .n = any(r, 8), .h = l->y.in, .w = l->x.in, .c = l->in_ch };
	acts[1] = (struct act){
		.n = acts[0].n, .h = l->win_y.out, .w = l->win_x.out, .c = l->out_ch
	};
	*net = (struct net){ .n_act = 2, .n_layer = 1, .act = acts, .layer = l };
}

/* A core whose buffers are too small for anything, and one with buffers for a row longer than a command takes. */
static void odd_cores(void)
{
	struct core_config c = device_config(16, 16, false);
	struct act acts[2] = { { .n = 1, .h = 1, .w = 10000, .c = 1 }, { .n = 1, .h = 1, .w = 10000, .c = 1 } };
	struct layer l = { .res = -1, .out = 1, .groups = 1, .in_ch = 1, .out_ch = 1, .y = { 1, 1, 1, 1, 1, 0 }, .x = { 10000, 10000, 1, 1, 1, 0 },
			   .win_y = { 1, 1, 1 }, .win_x = { 1, 1, 10000 } };
	struct net net = { .n_act = 2, .n_layer = 1, .act = acts, .layer = &l };
	struct choice t;

	c.par_bytes = 64;
	ok(partition_layer(&c, &net, &l, &t) == -ENOTSUP && strstr(error_message(), "hold no block of parameters"), "%s", error_message());
	c = device_config(16, 16, false);
	c.acc_entries = 1 << 14;
	c.ofm_bytes = 1 << 18;
	c.ifm_bytes = 1 << 18;
	ok(!partition_layer(&c, &net, &l, &t) && t.part[0].tw <= 4096, "a tile of %d pixels in a row", t.part[0].tw);
}

int main(void)
{
	static const struct {
		unsigned rows, cols;
		bool small;
	} cores[] = { { 16, 16, false }, { 8, 8, true }, { 32, 32, false } };

	for (size_t i = 0; i < sizeof(cores) / sizeof(*cores); i++) {
		struct core_config c = device_config(cores[i].rows, cores[i].cols, cores[i].small);
		struct rng r = { 7 + i };
		double worst = 0;
		int done = 0, refused = 0;

		for (int n = 0; n < LAYERS; n++) {
			struct act acts[2];
			struct layer l;
			struct net net;
			struct choice t;
			double start = seconds(), took;

			any_layer(&r, &net, &l, acts);
			if (!partition_layer(&c, &net, &l, &t))
				done++;
			else if (error_message()[0])
				refused++;
			took = seconds() - start;
			if (took > 1) {
				struct sample s = { .l = l,
						    .n = acts[0].n,
						    .out_h = l.win_y.out,
						    .out_w = l.win_x.out };

				note("%.1f s: %s", took, sample_name(&s));
			}
			worst = took > worst ? took : worst;
		}
		ok(done + refused == LAYERS && worst < 60, "%d layers of any size on %ux%u%s", LAYERS, c.rows,
		   c.cols, cores[i].small ? " with small buffers" : "");
		note("%d tilings, %d reasons, at most %.2f s", done, refused, worst);
	}
	odd_cores();
	return tap_done();
}
