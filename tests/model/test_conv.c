// SPDX-License-Identifier: Apache-2.0
/* CONV against the loops of theory-of-operation.md, for every geometry and kernel. */
#include "model_int.h"
#include "rig.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define CASES 60

static struct fcn_cmd random_conv(void)
{
	struct fcn_cmd c;

	fcn_conv_init(&c, 0, 0);
	fcn_conv_set_ifm(&c, rig_rand());
	fcn_conv_set_x_n(&c, rig_below(8));
	fcn_conv_set_y_n(&c, rig_below(4));
	fcn_conv_set_x_pitch(&c, rig_below(4) ? rig_below(64) : rig_rand());
	fcn_conv_set_y_pitch(&c, rig_rand());
	fcn_conv_set_k0_n(&c, rig_below(3));
	fcn_conv_set_k1_n(&c, rig_below(3));
	fcn_conv_set_k2_n(&c, rig_below(3));
	fcn_conv_set_k0_pitch(&c, rig_rand());
	fcn_conv_set_k1_pitch(&c, rig_rand());
	fcn_conv_set_k2_pitch(&c, rig_rand());
	fcn_conv_set_wgt(&c, rig_rand());
	fcn_conv_set_acc(&c, rig_rand());
	fcn_conv_set_half(&c, rig_below(2));
	fcn_conv_set_keep(&c, rig_below(2));
	return c;
}

struct naive {
	const int8_t *ifm, *wgt;
	uint32_t *acc;
	size_t ifm_n, wgt_n;
	uint32_t rows, cols, entries;
};

static void naive_pixel(struct naive *v, const struct fcn_cmd *c, uint32_t at, uint32_t tile,
			uint32_t p, bool add)
{
	const uint32_t entry = (fcn_conv_get_acc(c) + p) % v->entries;
	uint32_t *acc = v->acc + (fcn_conv_get_half(c) * v->entries + entry) * v->cols;
	uint32_t r, col;
	int64_t sum;

	for (col = 0; col < v->cols; col++) {
		sum = add ? acc[col] : 0;
		for (r = 0; r < v->rows; r++)
			sum += v->ifm[(at + r) % v->ifm_n] *
			       v->wgt[((tile * v->rows + r) * v->cols + col) % v->wgt_n];
		acc[col] = (uint32_t)sum;
	}
}

static void naive_conv(struct naive *v, const struct fcn_cmd *c)
{
	uint32_t k0, k1, k2, x, y, at, p, tile = 0;

	for (k2 = 0; k2 <= fcn_conv_get_k2_n(c); k2++)
	for (k1 = 0; k1 <= fcn_conv_get_k1_n(c); k1++)
	for (k0 = 0; k0 <= fcn_conv_get_k0_n(c); k0++, tile++)
	for (p = y = 0; y <= fcn_conv_get_y_n(c); y++)
	for (x = 0; x <= fcn_conv_get_x_n(c); x++, p++) {
		at = fcn_conv_get_ifm(c) + k2 * fcn_conv_get_k2_pitch(c) +
		     k1 * fcn_conv_get_k1_pitch(c) + k0 * fcn_conv_get_k0_pitch(c) +
		     y * fcn_conv_get_y_pitch(c) + x * fcn_conv_get_x_pitch(c);
		naive_pixel(v, c, at, fcn_conv_get_wgt(c) + tile, p,
			    tile > 0 || fcn_conv_get_keep(c));
	}
}

static unsigned run_cases(struct rig *r)
{
	size_t acc_n;
	const uint32_t *acc = fcn_model_buffer(r->m, FCN_MODEL_ACC, &acc_n);
	struct naive v = { .rows = r->cfg.rows, .cols = r->cfg.cols,
			   .entries = 1u << r->cfg.acc_log2 };
	unsigned i, bad = 0;
	struct fcn_cmd c;

	v.ifm = fcn_model_buffer(r->m, FCN_MODEL_IFM, &v.ifm_n);
	v.wgt = fcn_model_buffer(r->m, FCN_MODEL_WGT, &v.wgt_n);
	v.acc = malloc(acc_n);
	for (i = 0; i < CASES; i++) {
		rig_randomise(r, FCN_MODEL_IFM);
		rig_randomise(r, FCN_MODEL_WGT);
		rig_randomise(r, FCN_MODEL_ACC);
		memcpy(v.acc, acc, acc_n);
		c = random_conv();
		naive_conv(&v, &c);
		rig_clear(r);
		rig_add(r, &c);
		bad += rig_run(r).cause != FCN_CAUSE_NONE || memcmp(acc, v.acc, acc_n);
	}
	free(v.acc);
	return bad;
}

static void test_geometry(unsigned rows, unsigned cols)
{
	struct fcn_model_config cfg = rig_small;
	unsigned skip, bad = 0;
	struct rig r;

	cfg.rows = rows;
	cfg.cols = cols;
	cfg.wgt_log2 = 12;
	rig_open(&r, &cfg);
	rig_clear(&r);
	rig_run(&r); /* now the buffers belong to root 0, and stay */
	for (skip = 0; fcnm_tile_select(skip); skip++) {
		r.m->tile_fn = fcnm_tile_select(skip);
		bad += run_cases(&r);
	}
	ok(bad == 0, "%u x %u, %u kernels", rows, cols, skip);
	rig_close(&r);
}

/* Sums wrap, and a tile of extremes is exact. */
static void test_extremes(void)
{
	struct fcn_cmd c;
	struct rig r;
	size_t n;
	uint32_t *acc;

	rig_open(&r, &rig_small);
	rig_clear(&r);
	rig_run(&r);
	memset((void *)(uintptr_t)fcn_model_buffer(r.m, FCN_MODEL_IFM, &n), 0x80, 1024);
	memset((void *)(uintptr_t)fcn_model_buffer(r.m, FCN_MODEL_WGT, &n), 0x80, 1024);
	acc = (uint32_t *)(uintptr_t)fcn_model_buffer(r.m, FCN_MODEL_ACC, &n);
	acc[0] = 0x7fffffff;
	fcn_conv_init(&c, 0, 0);
	fcn_conv_set_keep(&c, 1);
	rig_clear(&r);
	rig_add(&r, &c);
	rig_run(&r);
	is(acc[0], 0x7fffffffu + 8 * 16384, "sums wrap");
	is(acc[1], 8 * 16384, "products of -128");
	is(rig_perf(&r, FCN_MODEL_PERF_ARRAY), 1, "one pixel was counted");
	is(rig_perf(&r, FCN_MODEL_PERF_CYCLES), 8, "which takes the time of a tile");
	rig_close(&r);
}

int main(void)
{
	static const unsigned sides[] = { 8, 16, 32 };
	unsigned i, k;

	for (i = 0; i < 3; i++)
		for (k = 0; k < 3; k++)
			test_geometry(sides[i], sides[k]);
	test_extremes();
	return done_testing();
}
