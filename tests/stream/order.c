// SPDX-License-Identifier: Apache-2.0
#include "order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Numbers of commands are 1 and up, so that 0 is "none". */
typedef uint16_t cmd_no;

struct order {
	struct stream *s;
	struct job *job;
	/* Which command of an engine read [0] or wrote [1] a byte last; NULL where it never does. */
	cmd_no *last[SPACES][ENGINES][2];
	unsigned count[ENGINES];                   /* commands so far */
	unsigned place[ENGINES][MAX_CMDS + 1];     /* their index in the stream */
	cmd_no clock[ENGINES][MAX_CMDS + 1][ENGINES]; /* done when it starts */
	cmd_no matched[ENGINES][ENGINES];          /* the command that sent the last token taken */
};

/* Who does what: { space, engine, write }. */
static const struct {
	enum space space;
	unsigned engine;
	bool write;
} uses[] = {
	{ SP_IFM, FCN_ENG_LOAD, true },   { SP_IFM, FCN_ENG_CONV, false },
	{ SP_WGT, FCN_ENG_LOAD, true },   { SP_WGT, FCN_ENG_CONV, false },
	{ SP_OFM, FCN_ENG_LOAD, true },   { SP_OFM, FCN_ENG_POST, false },
	{ SP_OFM, FCN_ENG_POST, true },   { SP_OFM, FCN_ENG_STORE, false },
	{ SP_PAR, FCN_ENG_LOAD, true },   { SP_PAR, FCN_ENG_POST, false },
	{ SP_TBL, FCN_ENG_LOAD, true },   { SP_TBL, FCN_ENG_POST, false },
	{ SP_ACC, FCN_ENG_CONV, true },   { SP_ACC, FCN_ENG_POST, false },
	{ SP_MEM, FCN_ENG_LOAD, false },  { SP_MEM, FCN_ENG_STORE, true },
};
enum { USES = sizeof(uses) / sizeof(uses[0]) };

struct order *order_create(const struct geometry *g)
{
	struct order *o = calloc(1, sizeof(*o));

	if (!o)
		abort();
	for (unsigned i = 0; i < USES; i++) {
		cmd_no **last = &o->last[uses[i].space][uses[i].engine][uses[i].write];

		*last = calloc(space_size(g, uses[i].space), sizeof(**last));
		if (!*last)
			abort();
	}
	return o;
}

void order_destroy(struct order *o)
{
	for (unsigned i = 0; i < USES; i++)
		free(o->last[uses[i].space][uses[i].engine][uses[i].write]);
	free(o);
}

void order_begin(struct order *o, struct stream *s, struct job *job)
{
	o->s = s;
	o->job = job;
	job->n = 0;
	memset(o->count, 0, sizeof(o->count));
	memset(o->clock, 0, sizeof(o->clock));
	memset(o->matched, 0, sizeof(o->matched));
	for (unsigned i = 0; i < USES; i++)
		memset(o->last[uses[i].space][uses[i].engine][uses[i].write], 0,
		       space_size(&s->g, uses[i].space) * sizeof(cmd_no));
}

/*
 * Memory bytes are told apart by where they lie in the image: two addresses may mean the same byte.  A
 * half of the accumulators counts as one thing, because CONV and POST share its read port.
 */
static uint32_t byte_index(const struct order *o, const struct touch *t)
{
	const struct root *root = &o->s->root[o->job->root];
	uint64_t pa;
	int page;

	if (t->space == SP_ACC)
		return t->addr >> o->s->g.acc_log2;
	if (t->space != SP_MEM)
		return t->addr;
	pa = root_translate(root, t->addr, t->write ? PTE_V | PTE_W : PTE_V | PTE_R);
	page = image_page(&o->s->image, pa);
	assert(pa != UINT64_MAX && page >= 0);
	return (uint32_t)page * IMAGE_PAGE + t->addr % IMAGE_PAGE;
}

struct needs {
	const struct order *o;
	unsigned engine;
	cmd_no of[ENGINES]; /* the latest conflicting command of each other engine */
};

static void need_last(cmd_no *need, const cmd_no *last, uint32_t at, uint32_t n)
{
	for (uint32_t i = 0; last && i < n; i++)
		if (last[at + i] > *need)
			*need = last[at + i];
}

static int collect_needs(void *ctx, const struct touch *t)
{
	struct needs *needs = ctx;
	uint32_t at = byte_index(needs->o, t);

	for (unsigned e = 0; e < ENGINES; e++) {
		if (e == needs->engine)
			continue;
		need_last(&needs->of[e], needs->o->last[t->space][e][1], at, t->n);
		if (t->write)
			need_last(&needs->of[e], needs->o->last[t->space][e][0], at, t->n);
	}
	return 0;
}

struct marks {
	struct order *o;
	unsigned engine;
	cmd_no no;
};

static int mark_touched(void *ctx, const struct touch *t)
{
	const struct marks *m = ctx;
	cmd_no *last = m->o->last[t->space][m->engine][t->write];
	uint32_t at = byte_index(m->o, t);

	for (uint32_t i = 0; i < t->n; i++)
		last[at + i] = m->no;
	/* A CONV also reads the accumulators that it writes; nobody else writes them. */
	return 0;
}

static unsigned engine_of(const struct fcn_cmd *c)
{
	return (fcn_cmd_get_opcode(c) >> 4) - 1;
}

static struct fcn_cmd *command(const struct order *o, unsigned engine, cmd_no no)
{
	return &o->job->cmd[o->place[engine][no]];
}

static cmd_no append(struct order *o, const struct fcn_cmd *c)
{
	unsigned e = engine_of(c);
	cmd_no no = (cmd_no)++o->count[e];

	assert(o->job->n < MAX_CMDS);
	o->place[e][no] = o->job->n;
	o->job->cmd[o->job->n++] = *c;
	memcpy(o->clock[e][no], o->clock[e][no - 1], sizeof(o->clock[e][no]));
	return no;
}

static cmd_no append_sync(struct order *o, unsigned engine)
{
	struct fcn_cmd c;

	fcn_cmd_init(&c, (engine + 1) << 4 | 0xf, 0, 0);
	return append(o, &c);
}

static void learn(cmd_no *clock, cmd_no no)
{
	if (*clock < no)
		*clock = no;
}

/* A token from command `from` of engine i to command `to` of engine j, the engines' latest pair. */
static void pair(struct order *o, unsigned i, cmd_no from, unsigned j, cmd_no to)
{
	struct fcn_cmd *sender = command(o, i, from), *taker = command(o, j, to);

	assert(from > o->matched[i][j] && !(fcn_cmd_get_wait(taker) >> i & 1));
	fcn_cmd_set_signal(sender, fcn_cmd_get_signal(sender) | 1u << j);
	fcn_cmd_set_wait(taker, fcn_cmd_get_wait(taker) | 1u << i);
	o->matched[i][j] = from;
	for (unsigned e = 0; e < ENGINES; e++)
		learn(&o->clock[j][to][e], o->clock[i][from][e]);
	learn(&o->clock[j][to][i], from);
}

/* Which command of engine i sends the token that tells of its command `need`, or of any. */
static cmd_no choose_sender(struct order *o, struct rng *r, unsigned i, cmd_no need, unsigned j)
{
	cmd_no first = need > o->matched[i][j] ? need : (cmd_no)(o->matched[i][j] + 1);

	if (first > o->count[i] || rng_percent(r, 8))
		return append_sync(o, i);
	if (rng_percent(r, 60))
		return first;
	return (cmd_no)rng_range(r, first, o->count[i]);
}

void order_add(struct order *o, struct rng *r, const struct fcn_cmd *c)
{
	unsigned j = engine_of(c);
	struct needs needs = { o, j, { 0 } };
	cmd_no from[ENGINES] = { 0 }, taker = 0, no;
	struct marks marks;
	/* Whether the tokens are taken by a SYNC before the command. */
	bool ahead = rng_percent(r, 10);

	access_walk(&o->s->g, c, collect_needs, &needs);
	for (unsigned i = 0; i < ENGINES; i++) {
		bool needed = needs.of[i] > o->clock[j][o->count[j]][i];

		if (i == j || (!needed && !(o->count[i] > o->matched[i][j] && rng_percent(r, 4))))
			continue;
		from[i] = choose_sender(o, r, i, needs.of[i], j);
	}
	if (ahead)
		taker = append_sync(o, j);
	no = append(o, c);
	for (unsigned i = 0; i < ENGINES; i++)
		if (from[i])
			pair(o, i, from[i], j, ahead ? taker : no);
	if (ahead)
		memcpy(o->clock[j][no], o->clock[j][taker], sizeof(o->clock[j][no]));
	marks = (struct marks){ o, j, no };
	access_walk(&o->s->g, c, mark_touched, &marks);
}

void order_barrier(struct order *o, struct rng *r)
{
	cmd_no sender[ENGINES], taker;

	for (unsigned i = 0; i < ENGINES; i++)
		sender[i] = append_sync(o, i);
	for (unsigned n = 0, j = rng_below(r, ENGINES); n < ENGINES; n++, j = (j + 1) % ENGINES) {
		taker = append_sync(o, j);
		for (unsigned i = 0; i < ENGINES; i++)
			if (i != j)
				pair(o, i, sender[i], j, taker);
	}
}

/* Commands that could run while one of another engine runs, as far as tokens go. */
static unsigned count_overlap(const struct order *o)
{
	unsigned n = 0;

	for (unsigned e = 0; e < ENGINES; e++)
		for (cmd_no a = 1; a <= o->count[e]; a++) {
			bool beside = false;

			for (unsigned i = 0; i < ENGINES && !beside; i++)
				for (cmd_no b = (cmd_no)(o->clock[e][a][i] + 1); i != e && b <= o->count[i]; b++)
					if (o->clock[i][b][e] < a) {
						beside = true;
						break;
					}
			n += beside;
		}
	return n;
}

void order_end(struct order *o, struct rng *r)
{
	for (unsigned i = 0; i < ENGINES; i++)
		for (unsigned j = 0; j < ENGINES; j++)
			if (i != j && o->count[i] > o->matched[i][j] && rng_percent(r, 10)) {
				struct fcn_cmd *c = command(o, i, (cmd_no)o->count[i]);

				fcn_cmd_set_signal(c, fcn_cmd_get_signal(c) | 1u << j);
			}
	o->job->overlap = count_overlap(o);
}
