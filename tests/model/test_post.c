// SPDX-License-Identifier: Apache-2.0
/* POST against its loops, with the arithmetic in floating point and 64-bit division. */
#include "rig.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CASES 2000

struct naive {
	const uint32_t *acc;
	const uint8_t *par;
	const int8_t *table;
	int8_t *ofm;
	size_t par_n, ofm_n;
	uint32_t cols, entries;
};

static int32_t sat8(int64_t v)
{
	return v < -128 ? -128 : v > 127 ? 127 : (int32_t)v;
}

static int32_t requant(const struct naive *v, uint32_t acc, uint32_t par, int32_t zp)
{
	uint8_t bytes[8];
	int32_t bias;
	float scale, x;
	unsigned i;

	for (i = 0; i < 8; i++)
		bytes[i] = v->par[(par + i) % v->par_n];
	memcpy(&bias, bytes, 4);
	memcpy(&scale, bytes + 4, 4);
	x = nearbyintf((float)(int32_t)(acc + (uint32_t)bias) * fabsf(scale));
	return sat8((int64_t)fminf(fmaxf(x, -1e6f), 1e6f) + zp);
}

static int32_t residual(const struct fcn_cmd *c, int32_t y, int32_t b)
{
	int64_t sum = (y - fcn_post_get_res_za(c)) * (int64_t)fcn_post_get_res_mul_a(c) +
		      (b - fcn_post_get_res_zb(c)) * (int64_t)fcn_post_get_res_mul_b(c);
	int64_t d = INT64_C(1) << fcn_post_get_res_shift(c), q = sum / d, r = sum % d;

	if (r < 0) {
		q--;
		r += d;
	}
	if (2 * r > d || (2 * r == d && q % 2))
		q++;
	return sat8(q + fcn_post_get_res_zo(c));
}

static int32_t element(const struct naive *v, const struct fcn_cmd *c, uint32_t entry, uint32_t col,
		       int32_t b)
{
	const uint32_t at = (fcn_post_get_half(c) * v->entries + entry % v->entries) * v->cols;
	int32_t y = requant(v, v->acc[at + col], 16 * fcn_post_get_par(c) + 8 * col,
			    fcn_post_get_zp(c));

	if (fcn_post_get_table_en(c))
		y = v->table[256 * fcn_post_get_table(c) + (unsigned)(y + 128)];
	if (fcn_post_get_res_en(c))
		y = residual(c, y, b);
	if (y < fcn_post_get_min(c))
		y = fcn_post_get_min(c);
	return y > fcn_post_get_max(c) ? fcn_post_get_max(c) : y;
}

static void naive_output(struct naive *v, const struct fcn_cmd *c, uint32_t x, uint32_t y,
			 uint32_t col)
{
	const uint32_t step = y * fcn_post_get_ofm_y_pitch(c) + x * fcn_post_get_ofm_x_pitch(c) + col;
	int32_t b = v->ofm[(fcn_post_get_res(c) + step) % v->ofm_n];
	int32_t best = -128, e;
	uint32_t wx, wy;

	for (wy = 0; wy <= fcn_post_get_win_y_n(c); wy++)
		for (wx = 0; wx <= fcn_post_get_win_x_n(c); wx++) {
			e = element(v, c, fcn_post_get_acc(c) + y * fcn_post_get_acc_y_pitch(c) +
				    x * fcn_post_get_acc_x_pitch(c) +
				    wy * fcn_post_get_win_y_pitch(c) + wx, col, b);
			best = e > best ? e : best;
		}
	v->ofm[(fcn_post_get_ofm(c) + step) % v->ofm_n] = (int8_t)best;
}

static void naive_post(struct naive *v, const struct fcn_cmd *c)
{
	uint32_t x, y, col;

	for (y = 0; y <= fcn_post_get_y_n(c); y++)
		for (x = 0; x <= fcn_post_get_x_n(c); x++)
			for (col = 0; col <= fcn_post_get_cols_n(c); col++)
				naive_output(v, c, x, y, col);
}

static int32_t byte(void)
{
	return (int32_t)rig_below(256) - 128;
}

static void random_residual(struct fcn_cmd *c)
{
	fcn_post_set_res_en(c, 1);
	fcn_post_set_res(c, fcn_post_get_ofm(c)); /* in place: other overlaps are races */
	if (rig_below(2)) {
		/* Reads the upper half of the buffer; outputs go to the lower one. */
		fcn_post_set_ofm(c, rig_below(16));
		fcn_post_set_ofm_x_pitch(c, rig_below(48));
		fcn_post_set_ofm_y_pitch(c, rig_below(48));
		fcn_post_set_res(c, 512 + rig_below(16));
	}
	fcn_post_set_res_mul_a(c, rig_rand() >> rig_below(31));
	fcn_post_set_res_mul_b(c, rig_rand() >> rig_below(31));
	fcn_post_set_res_shift(c, rig_below(41));
	fcn_post_set_res_za(c, byte());
	fcn_post_set_res_zb(c, byte());
	fcn_post_set_res_zo(c, byte());
}

static struct fcn_cmd random_post(const struct rig *r)
{
	struct fcn_cmd c;

	fcn_post_init(&c, 0, 0);
	fcn_post_set_acc(&c, rig_rand());
	fcn_post_set_half(&c, rig_below(2));
	fcn_post_set_x_n(&c, rig_below(8));
	fcn_post_set_y_n(&c, rig_below(4));
	fcn_post_set_acc_x_pitch(&c, rig_rand());
	fcn_post_set_acc_y_pitch(&c, rig_rand());
	fcn_post_set_ofm(&c, rig_rand());
	fcn_post_set_ofm_x_pitch(&c, rig_rand());
	fcn_post_set_ofm_y_pitch(&c, rig_rand());
	fcn_post_set_cols_n(&c, rig_below(r->cfg.cols));
	fcn_post_set_par(&c, rig_rand());
	fcn_post_set_zp(&c, byte());
	fcn_post_set_min(&c, byte());
	fcn_post_set_max(&c, byte());
	if (rig_below(2)) {
		fcn_post_set_table_en(&c, 1);
		fcn_post_set_table(&c, rig_below(2));
	}
	if (rig_below(3) == 0) {
		random_residual(&c);
	} else if (rig_below(2)) {
		fcn_post_set_win_x_n(&c, rig_below(16));
		fcn_post_set_win_y_n(&c, rig_below(16));
		fcn_post_set_win_y_pitch(&c, rig_rand());
	}
	return c;
}

/* A scale for sums of 32 bits. */
static void make_scales(struct rig *r)
{
	size_t n, i;
	uint32_t *par = (uint32_t *)(uintptr_t)fcn_model_buffer(r->m, FCN_MODEL_PAR, &n);

	for (i = 0; i < n / 8; i++) {
		par[2 * i] = rig_rand();
		par[2 * i + 1] = (90 + rig_below(20)) << 23 | (rig_rand() & 0x807fffff);
	}
}

static void test_random(const struct fcn_model_config *cfg)
{
	struct naive v = { .cols = cfg->cols, .entries = 1u << cfg->acc_log2 };
	unsigned i, bad = 0, faults = 0;
	struct fcn_cmd c;
	struct rig r;
	const void *ofm;
	size_t n;

	rig_open(&r, cfg);
	rig_clear(&r);
	rig_run(&r); /* now the buffers belong to root 0, and stay */
	v.acc = fcn_model_buffer(r.m, FCN_MODEL_ACC, &n);
	v.par = fcn_model_buffer(r.m, FCN_MODEL_PAR, &v.par_n);
	v.table = fcn_model_buffer(r.m, FCN_MODEL_TABLE, &n);
	ofm = fcn_model_buffer(r.m, FCN_MODEL_OFM, &v.ofm_n);
	v.ofm = malloc(v.ofm_n);
	for (i = 0; i < CASES; i++) {
		rig_randomise(&r, FCN_MODEL_ACC);
		rig_randomise(&r, FCN_MODEL_TABLE);
		rig_randomise(&r, FCN_MODEL_OFM);
		make_scales(&r);
		memcpy(v.ofm, ofm, v.ofm_n);
		c = random_post(&r);
		naive_post(&v, &c);
		rig_clear(&r);
		rig_add(&r, &c);
		faults += rig_run(&r).cause != FCN_CAUSE_NONE;
		bad += memcmp(ofm, v.ofm, v.ofm_n) != 0;
	}
	is(faults, 0, "random POSTs are legal");
	ok(bad == 0, "%u columns: the OFM buffer holds what the loops say", cfg->cols);
	free(v.ofm);
	rig_close(&r);
}

int main(void)
{
	struct fcn_model_config cfg = rig_small;

	test_random(&cfg);
	cfg.cols = 16;
	test_random(&cfg);
	cfg.cols = 32;
	test_random(&cfg);
	return done_testing();
}
