// SPDX-License-Identifier: Apache-2.0
/* POST: accumulators to int8 outputs in the OFM buffer. */
#include "model_int.h"
#include "model_arith.h"

/*
 * Output pixels that are done at a time.  What one step stores bytewise another loads as vectors, which is fast only
 * when there is something between.
 */
#define BATCH 16u

struct post {
	const struct fcnm_post_kernel *kernel;
	const uint32_t *acc; /* a half: cols sums an entry */
	uint32_t acc_mask, cols;
	uint32_t outputs; /* columns that are written */
	uint32_t padded;  /* the same, up to a multiple of 8 */
	struct fcnm_channels channels;
	uint32_t win_x, win_y, win_y_pitch;
	bool lookup, add;   /* table, residual */
	int8_t table[256];  /* by the value as a byte */
	struct fcnm_residual res;
	const struct fcnm_buffer *ofm;
	uint32_t res_at; /* residual operand, from an output on */
};

/* Output pixels. */
struct batch {
	uint32_t n;
	uint32_t entry[BATCH]; /* accumulators */
	uint32_t at[BATCH];    /* OFM buffer */
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

/*
 * The clamp belongs to the last step of requantise, table, residual that there is.  It is monotonic, so that the maximum
 * over the window may come behind it.
 */
static void get_clamp(struct fcn_model *m, const struct fcn_cmd *c, struct post *p)
{
	const int8_t *table = (const int8_t *)m->buf[FCN_MODEL_TABLE].data + 256 * fcn_post_get_table(c);
	const int32_t min = fcn_post_get_min(c), max = fcn_post_get_max(c);
	const int32_t table_min = p->add ? -128 : min, table_max = p->add ? 127 : max;
	int i;

	p->channels.min = p->lookup ? -128 : table_min;
	p->channels.max = p->lookup ? 127 : table_max;
	if (p->lookup)
		for (i = -128; i < 128; i++)
			p->table[(uint8_t)i] = fcnm_clamp(table[i + 128], table_min, table_max);
	p->res.min = min;
	p->res.max = max;
}

static void decode(struct fcn_model *m, const struct fcn_cmd *c, struct post *p)
{
	const uint32_t half_words = m->cfg.cols << m->cfg.acc_log2;

	p->kernel = m->post_kernel;
	p->acc = m->acc + fcn_post_get_half(c) * half_words;
	p->acc_mask = (1u << m->cfg.acc_log2) - 1;
	p->cols = m->cfg.cols;
	p->outputs = fcn_post_get_cols_n(c) + 1;
	p->padded = (fcn_post_get_cols_n(c) + 8) & ~7u;
	p->channels.zp = fcn_post_get_zp(c);
	p->win_x = fcn_post_get_win_x_n(c) + 1;
	p->win_y = fcn_post_get_win_y_n(c) + 1;
	p->win_y_pitch = fcn_post_get_win_y_pitch(c);
	p->lookup = fcn_post_get_table_en(c);
	p->add = fcn_post_get_res_en(c);
	p->res = (struct fcnm_residual){
		.mul_a = fcn_post_get_res_mul_a(c), .mul_b = fcn_post_get_res_mul_b(c),
		.za = fcn_post_get_res_za(c), .zb = fcn_post_get_res_zb(c),
		.zo = fcn_post_get_res_zo(c), .shift = fcn_post_get_res_shift(c),
	};
	p->ofm = &m->buf[FCN_MODEL_OFM];
	p->res_at = fcn_post_get_res(c) - fcn_post_get_ofm(c);
	get_channels(m, c, p);
	get_clamp(m, c, p);
}

/* One element of each pixel's window, `offset` entries behind its first. */
static void elements(const struct post *p, const struct batch *b, uint32_t offset, int8_t *y)
{
	const uint32_t n = b->n * p->padded;
	uint32_t i;

	for (i = 0; i < b->n; i++)
		p->kernel->requant(&p->channels, p->acc + ((b->entry[i] + offset) & p->acc_mask) * p->cols, p->padded,
				   y + i * p->padded);
	if (p->lookup)
		for (i = 0; i < n; i++)
			y[i] = p->table[(uint8_t)y[i]];
}

/* n bytes of the buffer from addr on, or NULL when they go beyond its end. */
static int8_t *inside(const struct fcnm_buffer *b, uint32_t addr, uint32_t n)
{
	addr &= b->mask;
	return addr + n <= b->mask + 1 ? (int8_t *)b->data + addr : NULL;
}

/* Adds the residual operand to y; true when the sum is in the OFM buffer already. */
static bool add_residual(const struct post *p, uint32_t at, int8_t *y)
{
	const int8_t *operand = inside(p->ofm, at + p->res_at, p->padded);
	int8_t *to = p->outputs == p->padded ? inside(p->ofm, at, p->padded) : NULL;
	int8_t bytes[FCNM_COLS_MAX] = { 0 };

	if (!operand) {
		fcnm_buffer_read(p->ofm, at + p->res_at, bytes, p->outputs);
		operand = bytes;
	}
	p->kernel->residual(&p->res, y, operand, p->padded, to ? to : y);
	return to;
}

/* Pixel by pixel, as a residual operand may be an earlier pixel's output. */
static void finish(const struct post *p, const struct batch *b, int8_t *y)
{
	uint32_t i;

	for (i = 0; i < b->n; i++, y += p->padded)
		if (!p->add || !add_residual(p, b->at[i], y))
			fcnm_buffer_write(p->ofm, b->at[i], y, p->outputs);
}

static void flush(const struct post *p, struct batch *b)
{
	int8_t best[BATCH * FCNM_COLS_MAX], y[BATCH * FCNM_COLS_MAX];
	const uint32_t n = b->n * p->padded;
	uint32_t wx, wy, i;

	elements(p, b, 0, best);
	for (wy = 0; wy < p->win_y; wy++)
		for (wx = wy == 0; wx < p->win_x; wx++) {
			elements(p, b, wy * p->win_y_pitch + wx, y);
			for (i = 0; i < n; i++)
				best[i] = y[i] > best[i] ? y[i] : best[i];
		}
	finish(p, b, best);
	b->n = 0;
}

static void count(struct fcn_model *m, const struct post *p, uint64_t pixels)
{
	uint32_t groups = (p->outputs + m->cfg.lanes - 1) / m->cfg.lanes;

	m->counts.post_outputs += pixels * groups;
	m->counts.post_cycles += pixels * groups * p->win_x * p->win_y;
}

void fcnm_post(struct fcn_model *m, const struct fcn_cmd *c)
{
	const uint32_t x_n = fcn_post_get_x_n(c) + 1, y_n = fcn_post_get_y_n(c) + 1;
	uint32_t x, y, entry, at;
	struct batch b = { 0 };
	struct post p;

	decode(m, c, &p);
	count(m, &p, (uint64_t)x_n * y_n);
	for (y = 0; y < y_n; y++) {
		entry = fcn_post_get_acc(c) + y * fcn_post_get_acc_y_pitch(c);
		at = fcn_post_get_ofm(c) + y * fcn_post_get_ofm_y_pitch(c);
		for (x = 0; x < x_n; x++) {
			b.entry[b.n] = entry;
			b.at[b.n++] = at;
			if (b.n == BATCH)
				flush(&p, &b);
			entry += fcn_post_get_acc_x_pitch(c);
			at += fcn_post_get_ofm_x_pitch(c);
		}
	}
	if (b.n)
		flush(&p, &b);
}
