/* SPDX-License-Identifier: MIT */
/* The order of the stream, and tokens. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "error.h"

/* An op and its place. */
struct slot {
	uint64_t start;
	int64_t op;
};

static int by_start(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->op > y->op) - (x->op < y->op);
}

/*
 * Sorted by start, with the program's order among equals.  Both keep the order within an engine
 * (an engine starts its commands one after the other) and put what is waited for in front.
 */
static struct slot *order(const struct stream *s)
{
	struct slot *slot = malloc((size_t)(s->n_op + 1) * sizeof(*slot));

	for (int64_t i = 0; slot && i < s->n_op; i++)
		slot[i] = (struct slot){ s->op[i].start, i };
	if (slot)
		qsort(slot, (size_t)s->n_op, sizeof(*slot), by_start);
	return slot;
}

static void set_bit(struct fcn_cmd *cmd, bool signal, int engine)
{
	uint32_t bit = 1u << engine;

	if (signal)
		fcn_cmd_set_signal(cmd, fcn_cmd_get_signal(cmd) | bit);
	else
		fcn_cmd_set_wait(cmd, fcn_cmd_get_wait(cmd) | bit);
}

/*
 * Engine j takes a token from engine i where it must wait for a later command of i than ever
 * before. So both the commands that signal and those that wait are in rising order, and the n-th
 * token sent is the n-th taken.
 */
static void add_tokens(struct stream *s)
{
	int64_t last[ENGINES][ENGINES];

	memset(last, 0xff, sizeof(last));
	for (int64_t n = 0; n < s->n_op; n++) {
		struct task *op = &s->op[n];

		for (int i = 0; i < ENGINES; i++) {
			if (op->dep[i] <= last[i][op->engine])
				continue;
			last[i][op->engine] = op->dep[i];
			set_bit(&op->cmd, false, i);
			set_bit(&s->op[op->dep[i]].cmd, true, op->engine);
		}
	}
}

/*
 * Writes the stream.  A counter holds 255 tokens, and a sender whose counter is full stands still:
 * where many wait to be taken, the receiver takes one ahead of time in a command of its own, and
 * the command that should have taken it does not.
 */
struct writer {
	struct plan_segment *g;
	int owed[ENGINES][ENGINES]; /* sent and not taken, at this place of the stream */
	int early[ENGINES][ENGINES]; /* taken ahead of time */
};

enum { OWED_MAX = 128 };

static void put(struct writer *w, const struct task *op, const struct fcn_cmd *cmd, uint8_t region)
{
	w->g->cmd[w->g->n_cmd] = *cmd;
	w->g->cmd_region[w->g->n_cmd] = region;
	w->g->cmd_layer[w->g->n_cmd++] = op->layer;
}

static void take_early(struct writer *w, const struct task *op, int from, int to)
{
	struct fcn_cmd sync;

	fcn_cmd_init(&sync, (uint32_t)(to + 1) << 4 | 15, 1u << from, 0);
	put(w, op, &sync, PLAN_NO_REGION);
	w->owed[from][to]--;
	w->early[from][to]++;
}

_Static_assert(FCN_OP_LOAD_SYNC == 0x1f && FCN_OP_CONV_SYNC == 0x2f && FCN_OP_POST_SYNC == 0x3f &&
		       FCN_OP_STORE_SYNC == 0x4f,
	       "a SYNC's opcode is made from its engine");

static void write_op(struct writer *w, const struct task *op)
{
	uint32_t wait = fcn_cmd_get_wait(&op->cmd), signal = fcn_cmd_get_signal(&op->cmd);
	struct fcn_cmd cmd = op->cmd;

	for (int e = 0; e < ENGINES; e++) {
		if (!(wait >> e & 1))
			continue;
		if (w->early[e][op->engine]) {
			w->early[e][op->engine]--;
			wait &= ~(1u << e);
		} else {
			w->owed[e][op->engine]--;
		}
	}
	fcn_cmd_set_wait(&cmd, wait);
	put(w, op, &cmd, op->region);
	for (int e = 0; e < ENGINES; e++) {
		if (signal >> e & 1)
			w->owed[op->engine][e]++;
		if (w->owed[op->engine][e] >= OWED_MAX)
			take_early(w, op, op->engine, e);
	}
}

static int alloc_segment(struct plan_segment *g, size_t n)
{
	g->cmd = calloc(n + 1, sizeof(*g->cmd));
	g->cmd_region = calloc(n + 1, sizeof(*g->cmd_region));
	g->cmd_layer = calloc(n + 1, sizeof(*g->cmd_layer));
	if (g->cmd && g->cmd_region && g->cmd_layer)
		return 0;
	return error(-ENOMEM, "out of memory for %zu commands", n);
}

int stream_finish(struct stream *s, struct plan_segment *g)
{
	struct writer w = { .g = g };
	struct slot *slot = NULL;
	int err;

	if (!s->err)
		g->cycles = stream_time(s);
	if (!s->err) {
		add_tokens(s);
		slot = order(s);
	}
	if (s->err == -E2BIG)
		return s->err;
	if (s->err || !slot)
		return error(-ENOMEM, "out of memory for a stream of %lld commands",
			     (long long)s->n_op);
	/* A token that is taken early is one of a command's. */
	err = alloc_segment(g, 2 * (size_t)s->n_op);
	for (int64_t n = 0; !err && n < s->n_op; n++)
		write_op(&w, &s->op[slot[n].op]);
	free(slot);
	return err;
}
