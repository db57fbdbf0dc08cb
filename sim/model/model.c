// SPDX-License-Identifier: Apache-2.0
/* Life of a model. */
#include "model_int.h"

#include <errno.h>
#include <stdlib.h>

static bool in_range(unsigned v, unsigned low, unsigned high)
{
	return v >= low && v <= high;
}

static bool side_valid(unsigned n)
{
	return n == 8 || n == 16 || n == 32;
}

static bool config_valid(const struct fcn_model_config *c)
{
	return side_valid(c->rows) && side_valid(c->cols) && in_range(c->lanes, 1, 16) &&
	       c->cols % c->lanes == 0 && in_range(c->ifm_log2, 6, 24) &&
	       in_range(c->wgt_log2, 6, 24) && 1u << c->wgt_log2 >= c->rows * c->cols &&
	       in_range(c->ofm_log2, 6, 24) && in_range(c->par_log2, 6, 20) &&
	       in_range(c->acc_log2, 1, 12) && in_range(c->tlb_lines, 1, 255);
}

int fcn_model_create(const struct fcn_model_config *config, const struct fcn_model_ops *ops,
		     void *ctx, struct fcn_model **out)
{
	struct fcn_model *m;
	int err;

	if (!config_valid(config) || !ops->read || !ops->write)
		return -EINVAL;
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->cfg = *config;
	m->ops = *ops;
	m->ctx = ctx;
	m->tile_fn = fcnm_tile_select(0);
	m->post_kernel = fcnm_post_select(0);
	err = fcnm_buffers_create(m);
	if (err) {
		fcn_model_destroy(m);
		return err;
	}
	*out = m;
	return 0;
}

void fcn_model_destroy(struct fcn_model *m)
{
	if (!m)
		return;
	fcnm_buffers_destroy(m);
	free(m);
}

unsigned long fcn_model_run(struct fcn_model *m)
{
	unsigned long steps = 0;

	while (fcn_model_step(m))
		steps++;
	return steps;
}
