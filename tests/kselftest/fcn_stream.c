// SPDX-License-Identifier: GPL-2.0
/* Small command streams; Documentation/commands.md lists the fields. */
#define _GNU_SOURCE
#include "fcn_test.h"

#include <string.h>

#define PX_WIDE 4
#define SPACE_IFM 0
#define SPACE_WGT 1
#define SPACE_OFM 2
#define SPACE_PAR 3

struct fcn_cmd *fcn_add(struct fcn_job *job, uint32_t opcode, uint32_t wait, uint32_t signal)
{
	struct fcn_cmd *c = (struct fcn_cmd *)(void *)job->cmd.map + job->n_cmd++;

	fcn_cmd_init(c, opcode, wait, signal);
	return c;
}

/* n bytes as one pixel. */
static void load(struct fcn_cmd *c, uint64_t from, uint32_t space, uint32_t bytes)
{
	fcn_load_set_va(c, (uint32_t)from);
	fcn_load_set_rows_n(c, 1);
	fcn_load_set_cols_n(c, 1);
	fcn_load_set_run(c, bytes);
	fcn_load_set_px(c, PX_WIDE);
	fcn_load_set_space(c, space);
}

static void store(struct fcn_cmd *c, uint64_t to, uint32_t bytes)
{
	fcn_store_set_va(c, (uint32_t)to);
	fcn_store_set_rows_n(c, 1);
	fcn_store_set_cols_n(c, 1);
	fcn_store_set_run(c, bytes);
	fcn_store_set_px(c, PX_WIDE);
}

void fcn_add_load(struct fcn_job *job, uint64_t from, uint32_t bytes)
{
	load(fcn_add(job, FCN_OP_LOAD, 0, 0), from, SPACE_OFM, bytes);
}

void fcn_add_store(struct fcn_job *job, uint64_t to, uint32_t bytes)
{
	store(fcn_add(job, FCN_OP_STORE, 0, 0), to, bytes);
}

/* A LOAD must not overwrite what the STORE before it still reads. */
void fcn_add_copy(struct fcn_job *job, uint64_t from, uint64_t to, uint32_t bytes)
{
	struct fcn_cmd *cmd = (struct fcn_cmd *)(void *)job->cmd.map;
	uint32_t wait = 0;

	if (job->n_cmd && fcn_cmd_get_opcode(&cmd[job->n_cmd - 1]) == FCN_OP_STORE) {
		fcn_cmd_set_signal(&cmd[job->n_cmd - 1], 1u << FCN_ENG_LOAD);
		wait = 1u << FCN_ENG_STORE;
	}
	load(fcn_add(job, FCN_OP_LOAD, wait, 1u << FCN_ENG_STORE), from, SPACE_OFM, bytes);
	store(fcn_add(job, FCN_OP_STORE, 1u << FCN_ENG_LOAD, 0), to, bytes);
}

/* tiles * pixels; a tile takes at least as many cycles as the array has rows. */
void fcn_add_spin(struct fcn_job *job, uint64_t cycles)
{
	uint64_t pixels = cycles >> 32 ? 65536 : 256, tiles = cycles / pixels + 1;
	struct fcn_cmd *c = fcn_add(job, FCN_OP_CONV, 0, 0);
	uint32_t k[3] = { 0 };

	for (int i = 0; i < 3; i++) {
		uint64_t turns = tiles < 256 ? tiles : 256;

		k[i] = (uint32_t)turns - 1;
		tiles = (tiles + turns - 1) / turns;
	}
	fcn_conv_set_x_n(c, 255);
	fcn_conv_set_y_n(c, (uint32_t)(pixels / 256 - 1));
	fcn_conv_set_k0_n(c, k[0]);
	fcn_conv_set_k1_n(c, k[1]);
	fcn_conv_set_k2_n(c, k[2]);
}

/* ---- a convolution ---- */

#define PITCH 32		/* of a pixel, operands and results */
#define WEIGHTS_AT 16384
#define PARAMETERS_AT 20480
#define ZP 3

int fcn_geometry(int fd, struct fcn_geometry *g)
{
	uint64_t config = 0;
	int err = fcn_param(fd, DRM_FCN_ACCEL_PARAM_CONFIG0, &config);

	g->rows = (config & FCN_CONFIG0_ROWS_MASK) >> FCN_CONFIG0_ROWS_SHIFT;
	g->cols = (config & FCN_CONFIG0_COLS_MASK) >> FCN_CONFIG0_COLS_SHIFT;
	return err;
}

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Scales are 1/64, exact in single precision, so that only the tie rule counts. */
void fcn_conv_operands(const struct fcn_geometry *g, uint8_t *operands, unsigned pixels,
		       unsigned seed)
{
	memset(operands, 0, FCN_CONV_BYTES);
	fcn_fill(operands, pixels * PITCH, seed);
	fcn_fill(operands + WEIGHTS_AT, g->rows * g->cols, seed + 1);
	for (unsigned c = 0; c < g->cols; c++) {
		put32(operands + PARAMETERS_AT + 8 * c, 50 * c - 300);
		put32(operands + PARAMETERS_AT + 8 * c + 4, 0x3c800000);
	}
}

void fcn_add_conv(struct fcn_job *job, const struct fcn_geometry *g, uint64_t operands, uint64_t to,
		  unsigned pixels)
{
	struct fcn_cmd *c = fcn_add(job, FCN_OP_LOAD, 0, 0);

	load(c, operands, SPACE_IFM, PITCH);
	fcn_load_set_cols_n(c, pixels);
	fcn_load_set_pitch_x(c, PITCH);
	fcn_load_set_dst_pitch_x(c, PITCH);
	c = fcn_add(job, FCN_OP_LOAD, 0, 1u << FCN_ENG_CONV);
	load(c, operands + WEIGHTS_AT, SPACE_WGT, g->rows * g->cols);
	c = fcn_add(job, FCN_OP_LOAD, 0, 1u << FCN_ENG_POST);
	load(c, operands + PARAMETERS_AT, SPACE_PAR, 8 * g->cols);
	c = fcn_add(job, FCN_OP_CONV, 1u << FCN_ENG_LOAD, 1u << FCN_ENG_POST);
	fcn_conv_set_x_n(c, pixels - 1);
	fcn_conv_set_x_pitch(c, PITCH);
	c = fcn_add(job, FCN_OP_POST, 1u << FCN_ENG_LOAD | 1u << FCN_ENG_CONV, 1u << FCN_ENG_STORE);
	fcn_post_set_x_n(c, pixels - 1);
	fcn_post_set_acc_x_pitch(c, 1);
	fcn_post_set_ofm_x_pitch(c, PITCH);
	fcn_post_set_cols_n(c, g->cols - 1);
	fcn_post_set_zp(c, ZP);
	fcn_post_set_min(c, -128);
	fcn_post_set_max(c, 127);
	c = fcn_add(job, FCN_OP_STORE, 1u << FCN_ENG_POST, 0);
	store(c, to, g->cols);
	fcn_store_set_cols_n(c, pixels);
	fcn_store_set_pitch_x(c, PITCH);
	fcn_store_set_src_pitch_x(c, PITCH);
}

/* v / 64 to the nearest, ties to even. */
static int rne64(int v)
{
	int q = v >> 6, r = v & 63;

	return q + (r > 32 || (r == 32 && (q & 1)));
}

static int expected(const struct fcn_geometry *g, const uint8_t *operands, unsigned p, unsigned c)
{
	int acc = (int)get32(operands + PARAMETERS_AT + 8 * c), y;

	for (unsigned r = 0; r < g->rows; r++)
		acc += (int8_t)operands[p * PITCH + r] *
		       (int8_t)operands[WEIGHTS_AT + r * g->cols + c];
	y = rne64(acc) + ZP;
	return y < -128 ? -128 : y > 127 ? 127 : y;
}

bool fcn_conv_right(const struct fcn_geometry *g, const uint8_t *operands, const uint8_t *results,
		    unsigned pixels)
{
	for (unsigned p = 0; p < pixels; p++)
		for (unsigned c = 0; c < g->cols; c++)
			if ((int8_t)results[p * PITCH + c] != expected(g, operands, p, c))
				return false;
	return true;
}
