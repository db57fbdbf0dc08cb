/* SPDX-License-Identifier: MIT */
/*
 * Which earlier commands a command must wait for.
 *
 * Each space is a row of granules that remember who touched them last.  Granules are coarser than
 * bytes, so a command may wait for one that only touched its neighbour: never wrong, since all
 * waiting is for earlier commands.
 *
 * It is enough to remember one writer: a later one has waited for it.  Within an engine the order
 * of commands is the order of effects, so a command never waits for its own engine.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "error.h"

void stream_fail(struct stream *s, int err)
{
	if (!s->err)
		s->err = err;
}

static int ledger_init(struct ledger *l, uint64_t bytes, uint32_t shift, bool wraps)
{
	*l = (struct ledger){ .shift = shift, .wraps = wraps };
	l->granules = (uint32_t)((bytes + (1u << shift) - 1) >> shift);
	if (!l->granules)
		return 0;
	l->touch = malloc(l->granules * sizeof(*l->touch));
	if (!l->touch)
		return -ENOMEM;
	memset(l->touch, 0xff, l->granules * sizeof(*l->touch)); /* all -1 */
	return 0;
}

/*
 * Granules of on-chip buffers are the smallest that anything is placed in; of the OFM buffer, where
 * blocks lie side by side in a pixel, OFM_GRANULE bytes.  Rows of memory are long.
 */
enum { SHIFT_BYTES = 6, SHIFT_WEIGHTS = 6, SHIFT_OFM = 4, SHIFT_MEMORY = 9 };

_Static_assert(OFM_GRANULE == 1 << SHIFT_OFM, "one granule");

int stream_init(struct stream *s, const struct core_config *config, int n_region,
		const struct plan_region *region)
{
	int err = 0;

	*s = (struct stream){ .config = config, .n_ledger = SPACE_REGION + n_region };
	memset(s->dep, 0xff, sizeof(s->dep));
	s->ledger = calloc((size_t)s->n_ledger, sizeof(*s->ledger));
	if (!s->ledger)
		return error(-ENOMEM, "out of memory for a command stream");
	err |= ledger_init(&s->ledger[SPACE_IFM], config->ifm_bytes, SHIFT_BYTES, true);
	err |= ledger_init(&s->ledger[SPACE_WGT], config->wgt_bytes, SHIFT_WEIGHTS, true);
	err |= ledger_init(&s->ledger[SPACE_OFM], config->ofm_bytes, SHIFT_OFM, true);
	err |= ledger_init(&s->ledger[SPACE_PAR], config->par_bytes, SHIFT_BYTES, true);
	err |= ledger_init(&s->ledger[SPACE_TABLE], 512, 8, true);
	err |= ledger_init(&s->ledger[SPACE_ACC], 2 * config->acc_entries, 0, true);
	err |= ledger_init(&s->ledger[SPACE_ACC_PORT], 2, 0, true);
	for (int i = 0; i < n_region; i++)
		err |= ledger_init(&s->ledger[SPACE_REGION + i],
				   i == PLAN_CONST ? 0 : region[i].bytes, SHIFT_MEMORY, false);
	if (!err)
		return 0;
	stream_free(s);
	return error(-ENOMEM, "out of memory for the hazards of a command stream");
}

void stream_free(struct stream *s)
{
	for (int i = 0; s->ledger && i < s->n_ledger; i++)
		free(s->ledger[i].touch);
	free(s->ledger);
	free(s->op);
	free(s->access);
	memset(s, 0, sizeof(*s));
}

static void add_access(struct stream *s, enum space space, uint32_t addr, uint32_t bytes,
		       bool write)
{
	const struct ledger *l = &s->ledger[space];
	uint32_t first = addr >> l->shift, last = (addr + bytes - 1) >> l->shift;
	uint32_t n = last - first + 1;

	if (!bytes || !l->granules)
		return;
	if (s->n_access == s->access_room) {
		int room = 2 * s->access_room + 16;
		void *p = realloc(s->access, (size_t)room * sizeof(*s->access));

		if (!p) {
			stream_fail(s, -ENOMEM);
			return;
		}
		s->access = p;
		s->access_room = room;
	}
	s->access[s->n_access].space = space;
	s->access[s->n_access].first = first;
	s->access[s->n_access].n = n > l->granules ? l->granules : n;
	s->access[s->n_access++].write = write;
}

void stream_read(struct stream *s, enum space space, uint32_t addr, uint32_t bytes)
{
	add_access(s, space, addr, bytes, false);
}

void stream_write(struct stream *s, enum space space, uint32_t addr, uint32_t bytes)
{
	add_access(s, space, addr, bytes, true);
}

/* Pixels without gaps are one row, and rows without gaps one run. */
static void add_grid(struct stream *s, enum space space, struct stream_grid g, bool write)
{
	if (g.cols == 1 || g.pitch_x == g.bytes) {
		g.bytes *= g.cols;
		g.cols = 1;
	}
	if (g.cols == 1 && g.pitch_y == g.bytes) {
		g.bytes *= g.rows;
		g.rows = 1;
	}
	for (uint32_t y = 0; y < g.rows; y++)
		for (uint32_t x = 0; x < g.cols; x++)
			add_access(s, space, g.addr + y * g.pitch_y + x * g.pitch_x, g.bytes,
				   write);
}

void stream_read_grid(struct stream *s, enum space space, const struct stream_grid *g)
{
	add_grid(s, space, *g, false);
}

void stream_write_grid(struct stream *s, enum space space, const struct stream_grid *g)
{
	add_grid(s, space, *g, true);
}

static void later(int64_t *a, int64_t b)
{
	if (b > *a)
		*a = b;
}

static void wait_for(struct stream *s, int64_t op)
{
	if (op >= 0)
		later(&s->dep[s->op[op].engine], op);
}

static void find_deps(struct stream *s, int i)
{
	const struct ledger *l = &s->ledger[s->access[i].space];
	uint32_t g = s->access[i].first % l->granules;

	for (uint32_t n = s->access[i].n; n; n--, g = g + 1 == l->granules ? 0 : g + 1) {
		const struct touch *t = &l->touch[g];

		wait_for(s, t->write);
		for (int e = 0; s->access[i].write && e < ENGINES; e++)
			later(&s->dep[e], t->read[e]);
	}
}

static void leave_traces(struct stream *s, int i, int64_t op, int engine)
{
	const struct ledger *l = &s->ledger[s->access[i].space];
	uint32_t g = s->access[i].first % l->granules;

	for (uint32_t n = s->access[i].n; n; n--, g = g + 1 == l->granules ? 0 : g + 1) {
		struct touch *t = &l->touch[g];

		if (s->access[i].write) {
			t->write = op;
			memset(t->read, 0xff, sizeof(t->read));
		} else {
			t->read[engine] = op;
		}
	}
}

static bool grow(struct stream *s)
{
	int64_t room = s->room ? 2 * s->room : 256;
	struct task *p;

	if (s->n_op < s->room)
		return true;
	if (s->n_op >= STREAM_MAX) {
		stream_fail(s, error(-E2BIG, "the command stream has more than %lld commands",
				     (long long)STREAM_MAX));
		return false;
	}
	p = realloc(s->op, (size_t)room * sizeof(*p));
	if (!p) {
		stream_fail(s, -ENOMEM);
		return false;
	}
	s->op = p;
	s->room = room;
	return true;
}

void stream_add(struct stream *s, const struct fcn_cmd *cmd, uint8_t region, uint32_t cycles)
{
	int engine = cmd_engine(cmd);

	if (!s->err && grow(s)) {
		struct task *op = &s->op[s->n_op];

		for (int i = 0; i < s->n_access; i++)
			find_deps(s, i);
		for (int i = 0; i < s->n_access; i++)
			leave_traces(s, i, s->n_op, engine);
		*op = (struct task){ .cmd = *cmd,
				     .engine = (uint8_t)engine,
				     .region = region,
				     .layer = s->layer,
				     .cycles = cycles };
		memcpy(op->dep, s->dep, sizeof(op->dep));
		op->dep[engine] = -1;
		s->n_op++;
	}
	memset(s->dep, 0xff, sizeof(s->dep));
	s->n_access = 0;
}
