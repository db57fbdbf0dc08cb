// SPDX-License-Identifier: Apache-2.0
/* POST: accumulators to int8 outputs in the OFM buffer. */
#include "model_int.h"
#include "model_arith.h"

struct post {
	const struct fcnm_post_kernel *kernel;
	const uint32_t *acc; /* a half: cols sums an entry */
	uint32_t acc_mask, cols;
	uint32_t outputs; /* columns that are written */
	uint32_t padded;  /* the same, up to a multiple of 8 */
	struct fcnm_channels channels;
	uint32_t win_x, win_y, win_y_pitch;
	int32_t zp;
	int16_t min, max;
	const int8_t *table; /* NULL: none */
	bool residual;
	struct fcnm_residual res;
};

static void get_channels(struct fcn_model *m, const struct fcn_cmd *c, struct post *p)
{
	uint32_t addr = fcn_post_get_par(c) * 16, i;
	uint8_t par[8];

	for (i = 0; i < p->outputs; i++, addr += sizeof(par)) {
		fcnm_buffer_read(&m->buf[FCN_MODEL_PAR], addr, par, sizeof(par));
		fcnm_channel_set(&p->channels, i, fcnm_le32(par), fcnm_le32(par + 4));
	}
}

static struct post decode(struct fcn_model *m, const struct fcn_cmd *c)
{
	const uint32_t half_words = m->cfg.cols << m->cfg.acc_log2;
	struct post p = {
		.kernel = m->post_kernel,
		.acc = m->acc + fcn_post_get_half(c) * half_words,
		.acc_mask = (1u << m->cfg.acc_log2) - 1, .cols = m->cfg.cols,
		.outputs = fcn_post_get_cols_n(c) + 1,
		.padded = (fcn_post_get_cols_n(c) + 8) & ~7u,
		.win_x = fcn_post_get_win_x_n(c) + 1, .win_y = fcn_post_get_win_y_n(c) + 1,
		.win_y_pitch = fcn_post_get_win_y_pitch(c),
		.zp = fcn_post_get_zp(c),
		.min = (int16_t)fcn_post_get_min(c), .max = (int16_t)fcn_post_get_max(c),
		.residual = fcn_post_get_res_en(c),
		.res = {
			.mul_a = fcn_post_get_res_mul_a(c), .mul_b = fcn_post_get_res_mul_b(c),
			.za = (int16_t)fcn_post_get_res_za(c), .zb = (int16_t)fcn_post_get_res_zb(c),
			.zo = fcn_post_get_res_zo(c), .shift = fcn_post_get_res_shift(c),
		},
	};

	if (fcn_post_get_table_en(c))
		p.table = (const int8_t *)m->buf[FCN_MODEL_TABLE].data +
			  256 * fcn_post_get_table(c);
	get_channels(m, c, &p);
	return p;
}

/* One window element: raises best to it where it is larger. */
static void element(const struct post *p, uint32_t entry, const int8_t *residual, int16_t *best)
{
	int16_t y[FCNM_COLS_MAX];
	uint32_t i;

	p->kernel->requant(&p->channels, p->acc + (entry & p->acc_mask) * p->cols, p->padded, p->zp, y);
	if (p->table)
		for (i = 0; i < p->outputs; i++)
			y[i] = p->table[y[i] + 128];
	if (p->residual)
		p->kernel->residual(&p->res, residual, p->padded, y);
	for (i = 0; i < p->padded; i++) {
		y[i] = fcnm_clamp(y[i], p->min, p->max);
		best[i] = y[i] > best[i] ? y[i] : best[i];
	}
}

/* One output pixel: out holds the residual operands, and then the outputs. */
static void output_pixel(const struct post *p, uint32_t entry, int8_t out[FCNM_COLS_MAX])
{
	int16_t best[FCNM_COLS_MAX];
	uint32_t wx, wy, i;

	for (i = 0; i < p->padded; i++)
		best[i] = -128;
	for (wy = 0; wy < p->win_y; wy++)
		for (wx = 0; wx < p->win_x; wx++)
			element(p, entry + wy * p->win_y_pitch + wx, out, best);
	for (i = 0; i < p->padded; i++)
		out[i] = (int8_t)best[i];
}

static void count(struct fcn_model *m, const struct post *p, uint64_t pixels)
{
	uint32_t groups = (p->outputs + m->cfg.lanes - 1) / m->cfg.lanes;

	m->counts.post_outputs += pixels * groups;
	m->counts.post_cycles += pixels * groups * p->win_x * p->win_y;
}

void fcnm_post(struct fcn_model *m, const struct fcn_cmd *c)
{
	const struct post p = decode(m, c);
	const struct fcnm_buffer *ofm = &m->buf[FCN_MODEL_OFM];
	const uint32_t x_n = fcn_post_get_x_n(c) + 1, y_n = fcn_post_get_y_n(c) + 1;
	const uint32_t res_at = fcn_post_get_res(c) - fcn_post_get_ofm(c);
	uint32_t x, y, entry, at;
	int8_t out[FCNM_COLS_MAX] = { 0 };

	count(m, &p, (uint64_t)x_n * y_n);
	for (y = 0; y < y_n; y++) {
		entry = fcn_post_get_acc(c) + y * fcn_post_get_acc_y_pitch(c);
		at = fcn_post_get_ofm(c) + y * fcn_post_get_ofm_y_pitch(c);
		for (x = 0; x < x_n; x++) {
			if (p.residual)
				fcnm_buffer_read(ofm, at + res_at, out, p.outputs);
			output_pixel(&p, entry, out);
			fcnm_buffer_write(ofm, at, out, p.outputs);
			entry += fcn_post_get_acc_x_pitch(c);
			at += fcn_post_get_ofm_x_pitch(c);
		}
	}
}
