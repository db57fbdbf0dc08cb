// SPDX-License-Identifier: Apache-2.0
/* CONV: weight tiles over the IFM buffer into the accumulators. */
#include "model_int.h"

struct tiles {
	uint32_t k0_n, k1_n, k2_n; /* less 1 */
	uint32_t k0_pitch, k1_pitch, k2_pitch;
	uint32_t ifm, wgt;
};

static void count(struct fcn_model *m, const struct fcnm_tile *t, const struct tiles *k)
{
	uint64_t tiles = (uint64_t)(k->k0_n + 1) * (k->k1_n + 1) * (k->k2_n + 1);
	uint64_t pixels = (uint64_t)t->x_n * t->y_n;

	m->counts.array_pixels += tiles * pixels;
	m->counts.conv_cycles += tiles * (pixels > t->rows ? pixels : t->rows);
}

void fcnm_conv(struct fcn_model *m, const struct fcn_cmd *c)
{
	const struct fcnm_buffer *wgt = &m->buf[FCN_MODEL_WGT];
	const uint32_t half_words = m->cfg.cols << m->cfg.acc_log2;
	const struct tiles k = {
		.k0_n = fcn_conv_get_k0_n(c), .k1_n = fcn_conv_get_k1_n(c),
		.k2_n = fcn_conv_get_k2_n(c), .k0_pitch = fcn_conv_get_k0_pitch(c),
		.k1_pitch = fcn_conv_get_k1_pitch(c), .k2_pitch = fcn_conv_get_k2_pitch(c),
		.ifm = fcn_conv_get_ifm(c), .wgt = fcn_conv_get_wgt(c),
	};
	struct fcnm_tile t = {
		.ifm = &m->buf[FCN_MODEL_IFM],
		.x_n = fcn_conv_get_x_n(c) + 1, .y_n = fcn_conv_get_y_n(c) + 1,
		.x_pitch = fcn_conv_get_x_pitch(c), .y_pitch = fcn_conv_get_y_pitch(c),
		.acc = m->acc + fcn_conv_get_half(c) * half_words,
		.acc_first = fcn_conv_get_acc(c), .acc_mask = (1u << m->cfg.acc_log2) - 1,
		.rows = m->cfg.rows, .cols = m->cfg.cols, .add = fcn_conv_get_keep(c),
	};
	uint32_t k0, k1, k2, tile = k.wgt;

	count(m, &t, &k);
	for (k2 = 0; k2 <= k.k2_n; k2++)
		for (k1 = 0; k1 <= k.k1_n; k1++)
			for (k0 = 0; k0 <= k.k0_n; k0++) {
				t.base = k.ifm + k2 * k.k2_pitch + k1 * k.k1_pitch +
					 k0 * k.k0_pitch;
				t.weights = (const int8_t *)wgt->data +
					    (tile++ * t.rows * t.cols & wgt->mask);
				m->tile_fn(&t);
				t.add = true;
			}
}
