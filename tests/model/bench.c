// SPDX-License-Identifier: Apache-2.0
/*
 * Speed of the model: bench [ROWS COLS].  Each line is one kind of command in a job of
 * its own, in millions of what the core would do in a cycle, per second of processor time.
 */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define REPEATS 200

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Buffers belong to a root: an empty job claims them, so that random contents stay. */
static void claim(struct rig *r)
{
	rig_clear(r);
	rig_run(r);
	rig_randomise(r, FCN_MODEL_IFM);
	rig_randomise(r, FCN_MODEL_WGT);
}

/* Sums of 18 bits, and scales that bring them into the range of int8. */
static void make_sums(struct rig *r)
{
	size_t n, i;
	uint32_t *acc = (uint32_t *)(uintptr_t)fcn_model_buffer(r->m, FCN_MODEL_ACC, &n);
	uint32_t *par;

	for (i = 0; i < n / 4; i++)
		acc[i] = rig_below(1u << 18) - (1u << 17);
	par = (uint32_t *)(uintptr_t)fcn_model_buffer(r->m, FCN_MODEL_PAR, &n);
	for (i = 0; i < n / 8; i++) {
		par[2 * i] = rig_below(1u << 12);
		par[2 * i + 1] = 0x3a000000 + rig_below(1u << 24); /* about 2^-11 to 2^-9 */
	}
}

static void measure(struct rig *r, const char *name, const struct fcn_cmd *c, double macs)
{
	double start, seconds, cycles;
	unsigned i;

	rig_clear(r);
	for (i = 0; i < REPEATS; i++)
		rig_add(r, c);
	rig_run(r); /* caches */
	start = cpu_seconds();
	rig_run(r);
	seconds = cpu_seconds() - start;
	cycles = (double)rig_perf(r, FCN_MODEL_PERF_CYCLES);
	printf("%-28s %8.1f Mcycle/s", name, cycles / seconds * 1e-6);
	if (macs > 0)
		printf(" %8.1f GMAC/s", cycles * macs / seconds * 1e-9);
	printf("\n");
}

static void conv(struct rig *r, const char *name, unsigned x_n, unsigned y_n, unsigned tiles)
{
	struct fcn_cmd c;

	fcn_conv_init(&c, 0, 0);
	fcn_conv_set_x_n(&c, x_n - 1);
	fcn_conv_set_y_n(&c, y_n - 1);
	fcn_conv_set_x_pitch(&c, 64);
	fcn_conv_set_y_pitch(&c, 64 * (x_n + 2));
	fcn_conv_set_k0_n(&c, tiles - 1);
	fcn_conv_set_k0_pitch(&c, r->cfg.rows);
	measure(r, name, &c, r->cfg.rows * r->cfg.cols);
}

static void post(struct rig *r)
{
	struct fcn_cmd c;

	fcn_post_init(&c, 0, 0);
	fcn_post_set_x_n(&c, 511);
	fcn_post_set_acc_x_pitch(&c, 1);
	fcn_post_set_ofm_x_pitch(&c, r->cfg.cols);
	fcn_post_set_cols_n(&c, r->cfg.cols - 1);
	fcn_post_set_min(&c, -128);
	fcn_post_set_max(&c, 127);
	measure(r, "POST", &c, 0);
}

static void load(struct rig *r, const char *name, unsigned px, unsigned run)
{
	struct fcn_cmd c;

	fcn_load_init(&c, 0, 0);
	fcn_load_set_va(&c, RIG_DATA_VA);
	fcn_load_set_px(&c, px);
	fcn_load_set_run(&c, run);
	fcn_load_set_rows_n(&c, 32);
	fcn_load_set_cols_n(&c, 32);
	fcn_load_set_pitch_y(&c, 32 * (px == 4 ? run : 1u << px));
	fcn_load_set_pitch_x(&c, px == 4 ? run : 0);
	fcn_load_set_dst_pitch_y(&c, 32 * run);
	fcn_load_set_dst_pitch_x(&c, run);
	measure(r, name, &c, 0);
}

static void store(struct rig *r)
{
	struct fcn_cmd c;

	fcn_store_init(&c, 0, 0);
	fcn_store_set_va(&c, RIG_DATA_VA);
	fcn_store_set_px(&c, 4);
	fcn_store_set_run(&c, 64);
	fcn_store_set_rows_n(&c, 32);
	fcn_store_set_cols_n(&c, 32);
	fcn_store_set_pitch_y(&c, 2048);
	fcn_store_set_pitch_x(&c, 64);
	fcn_store_set_src_pitch_y(&c, 2048);
	fcn_store_set_src_pitch_x(&c, 64);
	measure(r, "STORE wide, 64 bytes", &c, 0);
}

int main(int argc, char **argv)
{
	struct fcn_model_config cfg = rig_default;
	struct rig r;

	if (argc == 3) {
		cfg.rows = (unsigned)atoi(argv[1]);
		cfg.cols = (unsigned)atoi(argv[2]);
		cfg.lanes = 8;
	}
	rig_open(&r, &cfg);
	r.map = true;
	claim(&r);
	conv(&r, "CONV 32 x 16, 36 tiles", 32, 16, 36);
	conv(&r, "CONV 16 pixels, 36 tiles", 16, 1, 36);
	conv(&r, "CONV 1 pixel, 64 tiles", 1, 1, 64);
	make_sums(&r);
	post(&r);
	load(&r, "LOAD wide, 64 bytes", 4, 64);
	load(&r, "LOAD narrow, 4 bytes", 2, 4);
	store(&r);
	rig_close(&r);
	return 0;
}
