// SPDX-License-Identifier: GPL-2.0
/* Command streams: good ones, and good ones with changes. */
#include "fuzz.h"

#include <errno.h>
#include <string.h>

enum {
	STREAM_COPY, STREAM_CONV, STREAM_SPIN, STREAM_MIX,
	STREAM_OUTSIDE, STREAM_DEADLOCK, STREAM_NOISE, STREAM_FOREVER,
	STREAMS
};

#define CMDS 64

struct stream {
	struct ctx *c;
	const uint64_t *arg;
	struct rng r;
	struct fcn_cmd cmd[CMDS];
	struct fcn_job job;
	uint8_t *to;
	size_t n;
};

static void add_outside(struct stream *s, uint64_t va)
{
	switch (rng_below(&s->r, 3)) {
	case 0: fcn_add_load(&s->job, rng_odd(&s->r) & ~UINT64_C(15), 64); break;
	case 1: fcn_add_store(&s->job, rng_odd(&s->r) & ~UINT64_C(15), 64); break;
	default: fcn_add_store(&s->job, va - 16, 4096); break;
	}
}

static void add(struct stream *s, unsigned kind)
{
	unsigned from = s->arg[1] % BOS, to = s->arg[2] % BOS;
	const struct fcn_geometry g = { 16, 16 };
	uint64_t size = s->c->size[from] < s->c->size[to] ? s->c->size[from] : s->c->size[to];

	switch (kind) {
	case STREAM_COPY: fcn_add_copy(&s->job, s->c->va[from], s->c->va[to], size < 4096 ? 4096 : size > 16384 ? 16384 : (uint32_t)size); break;
	case STREAM_CONV: fcn_add_conv(&s->job, &g, s->c->va[from], s->c->va[to], 1 + rng_below(&s->r, 64)); break;
	case STREAM_SPIN: fcn_add_spin(&s->job, 1u << rng_below(&s->r, 16)); break;
	case STREAM_OUTSIDE: add_outside(s, s->c->va[to]); break;
	case STREAM_DEADLOCK: fcn_add(&s->job, FCN_OP_LOAD_SYNC, 1u << FCN_ENG_STORE, 0); break;
	case STREAM_FOREVER: fcn_add_spin(&s->job, FCN_FOREVER); break;
	default: add(s, rng_below(&s->r, 3)); break;
	}
}

static void change(struct stream *s)
{
	struct fcn_cmd *c = &s->cmd[rng_below(&s->r, s->job.n_cmd)];
	uint32_t *word = (uint32_t *)(void *)c + rng_below(&s->r, rng_below(&s->r, 4) ? 10 : 16);

	switch (rng_below(&s->r, 4)) {
	case 0: *word = (uint32_t)rng_odd(&s->r); break;
	case 1: *word += 16 * (rng_below(&s->r, 3) - 1); break;
	default: *word ^= 1u << rng_below(&s->r, 32); break;
	}
}

/* Loops of random length run for hours; most are cut so that other jobs come to run, too. */
static void shorten(struct fcn_cmd *c)
{
	switch (fcn_cmd_get_opcode(c)) {
	case FCN_OP_LOAD:
		fcn_load_set_rows_n(c, fcn_load_get_rows_n(c) & 15);
		fcn_load_set_cols_n(c, fcn_load_get_cols_n(c) & 255);
		break;
	case FCN_OP_STORE:
		fcn_store_set_rows_n(c, fcn_store_get_rows_n(c) & 15);
		fcn_store_set_cols_n(c, fcn_store_get_cols_n(c) & 255);
		break;
	case FCN_OP_CONV:
		fcn_conv_set_x_n(c, fcn_conv_get_x_n(c) & 255);
		fcn_conv_set_y_n(c, fcn_conv_get_y_n(c) & 3);
		fcn_conv_set_k0_n(c, fcn_conv_get_k0_n(c) & 15);
		fcn_conv_set_k1_n(c, fcn_conv_get_k1_n(c) & 1);
		fcn_conv_set_k2_n(c, fcn_conv_get_k2_n(c) & 1);
		break;
	case FCN_OP_POST:
		fcn_post_set_x_n(c, fcn_post_get_x_n(c) & 255);
		fcn_post_set_y_n(c, fcn_post_get_y_n(c) & 3);
		break;
	}
}

static void put(void *arg)
{
	struct stream *s = arg;

	memcpy(s->to, s->cmd, s->n);
}

/* map from to kind n seed changes */
int run_stream(struct ctx *c, const uint64_t *arg)
{
	struct stream s = { .c = c, .arg = arg, .r = { arg[5] } };
	unsigned map = arg[0] % MAPS, kind = arg[3] % STREAMS;
	bool whole = kind != STREAM_FOREVER && rng_below(&s.r, 16);

	s.job.cmd.map = (uint8_t *)s.cmd;
	/* A convolution has 6 commands. */
	for (unsigned i = 0; i <= arg[4] % 8 && s.job.n_cmd + 6 < CMDS; i++)
		add(&s, kind);
	if (kind == STREAM_NOISE)
		for (size_t i = 0; i < sizeof(s.cmd) / 4; i++)
			if (!rng_below(&s.r, 3))
				((uint32_t *)(void *)s.cmd)[i] = (uint32_t)rng_u64(&s.r);
	for (unsigned i = 0; i < arg[6] % 16; i++)
		change(&s);
	for (uint32_t i = 0; whole && i < s.job.n_cmd; i++)
		shorten(&s.cmd[i]);
	s.to = c->map[map].p;
	s.n = c->map[map].n < sizeof(s.cmd) ? c->map[map].n : sizeof(s.cmd);
	if (!s.to)
		return -ENOENT;
	return guarded(put, &s) ? (int)s.job.n_cmd : -EFAULT;
}
