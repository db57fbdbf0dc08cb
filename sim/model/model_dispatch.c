// SPDX-License-Identifier: Apache-2.0
/*
 * Fetch, queues and tokens.
 *
 * Every counter of tokens has one writer and one reader, so progress of one engine never
 * takes away another's: however commands interleave, the same set of them gets to run.  The
 * model therefore lets everything run that can, and stops an engine only at its first fault.
 * What has stopped then are exactly the faults that may be the first one in some execution.
 */
#include "model_int.h"

#include "fcn_cmd_check.h"

#include <string.h>

static struct fcnm_entry *ring_at(struct fcnm_ring *r, unsigned i)
{
	return &r->e[(r->first + i) % FCNM_QUEUE_DEPTH];
}

static void ring_push(struct fcnm_ring *r, const struct fcnm_entry *e)
{
	*ring_at(r, r->n++) = *e;
}

static void ring_pop(struct fcnm_ring *r)
{
	r->first = (r->first + 1) % FCNM_QUEUE_DEPTH;
	r->n--;
}

_Static_assert(FCNM_STARTED_MAX == FCNM_QUEUE_DEPTH, "both lists are an fcnm_ring");

void fcnm_dispatch_start(struct fcn_model *m)
{
	memset(&m->dispatch, 0, sizeof(m->dispatch));
}

/* Fetch ------------------------------------------------------------------------------- */

static uint32_t cmd_va(const struct fcnm_slot *s, uint32_t index)
{
	return s->cmd_va + index * FCN_CMD_BYTES;
}

static bool fetch_cmd(struct fcn_model *m, uint32_t va, struct fcn_cmd *c, struct fcnm_fault *fault)
{
	uint8_t bytes[FCN_CMD_BYTES];
	unsigned i;

	if (!fcnm_read_burst(m, va, bytes, sizeof(bytes), fault))
		return false;
	for (i = 0; i < FCN_CMD_WORDS; i++)
		c->w[i] = fcnm_le32(bytes + 4 * i);
	return true;
}

static bool check_cmd(const struct fcn_model *m, uint32_t va, const struct fcn_cmd *c,
		      struct fcnm_fault *fault)
{
	const char *why;

	if (fcn_cmd_check(c, m->cfg.rows, m->cfg.cols, &why) == 0)
		return true;
	fault->cause = FCN_CAUSE_ILLEGAL;
	fault->addr = va;
	return false;
}

/* Makes the next command of the stream dispatch.next, if there is one and it is legal. */
static void fetch_next(struct fcn_model *m)
{
	const struct fcnm_slot *s = &m->slot[m->first];
	struct fcnm_dispatch *d = &m->dispatch;
	struct fcnm_fault fault = { .index = d->fetched };
	const uint32_t va = cmd_va(s, d->fetched);

	if (d->has_next || d->fetch_fault.cause != FCN_CAUSE_NONE ||
	    d->fetched == (s->cmd_count & FCN_SLOT_CMD_COUNT_COUNT_MASK))
		return;
	d->next.index = d->fetched;
	d->has_next = fetch_cmd(m, va, &d->next.cmd, &fault) &&
		      check_cmd(m, va, &d->next.cmd, &fault);
	if (!d->has_next)
		d->fetch_fault = fault;
}

static unsigned engine_of(const struct fcn_cmd *c)
{
	return (fcn_cmd_get_opcode(c) >> 4) - 1;
}

/* Fetches and appends until a queue is full or the stream is over. */
static void fetch_all(struct fcn_model *m)
{
	struct fcnm_dispatch *d = &m->dispatch;
	struct fcnm_ring *queue;

	for (fetch_next(m); d->has_next; fetch_next(m)) {
		queue = &d->engine[engine_of(&d->next.cmd)].queue;
		if (queue->n == FCNM_QUEUE_DEPTH)
			return;
		ring_push(queue, &d->next);
		d->fetched++;
		d->has_next = false;
	}
}

/* Tokens ------------------------------------------------------------------------------ */

static bool tokens_ready(struct fcnm_dispatch *d, unsigned e, const struct fcn_cmd *c)
{
	const uint32_t wait = fcn_cmd_get_wait(c), signal = fcn_cmd_get_signal(c);
	unsigned i;

	for (i = 0; i < FCNM_ENGINES; i++) {
		if ((wait >> i & 1) && !d->tokens[i][e].sent)
			return false;
		if ((signal >> i & 1) &&
		    d->tokens[e][i].sent + d->tokens[e][i].promised >= FCNM_TOKENS_MAX)
			return false;
	}
	return true;
}

static void tokens_take(struct fcnm_dispatch *d, unsigned e, const struct fcn_cmd *c)
{
	unsigned i;

	for (i = 0; i < FCNM_ENGINES; i++) {
		d->tokens[i][e].sent -= fcn_cmd_get_wait(c) >> i & 1;
		d->tokens[e][i].promised += fcn_cmd_get_signal(c) >> i & 1;
	}
}

static void tokens_send(struct fcnm_dispatch *d, unsigned e, const struct fcn_cmd *c)
{
	unsigned i;

	for (i = 0; i < FCNM_ENGINES; i++) {
		d->tokens[e][i].promised -= fcn_cmd_get_signal(c) >> i & 1;
		d->tokens[e][i].sent += fcn_cmd_get_signal(c) >> i & 1;
	}
}

/* Starting and executing -------------------------------------------------------------- */

static bool start_head(struct fcn_model *m, unsigned e)
{
	struct fcnm_engine *eng = &m->dispatch.engine[e];
	struct fcnm_entry *head = ring_at(&eng->queue, 0);

	if (!eng->queue.n || eng->started.n == FCNM_STARTED_MAX ||
	    !tokens_ready(&m->dispatch, e, &head->cmd))
		return false;
	tokens_take(&m->dispatch, e, &head->cmd);
	ring_push(&eng->started, head);
	ring_pop(&eng->queue);
	m->counts.commands++;
	return true;
}

/* Lets fetch and all heads go as far as they can. */
static void start_all(struct fcn_model *m)
{
	bool progress = true;
	unsigned e;

	while (progress) {
		progress = false;
		fetch_all(m);
		for (e = 0; e < FCNM_ENGINES; e++)
			while (start_head(m, e))
				progress = true;
	}
}

static bool execute(struct fcn_model *m, const struct fcn_cmd *c, struct fcnm_fault *fault)
{
	switch (fcn_cmd_get_opcode(c)) {
	case FCN_OP_LOAD:
		return fcnm_load(m, c, fault);
	case FCN_OP_CONV:
		fcnm_conv(m, c);
		return true;
	case FCN_OP_POST:
		fcnm_post(m, c);
		return true;
	case FCN_OP_STORE:
		return fcnm_store(m, c, fault);
	default: /* the _SYNC commands */
		return true;
	}
}

static bool may_execute(const struct fcnm_engine *eng)
{
	return eng->started.n && eng->fault.cause == FCN_CAUSE_NONE;
}

/* The engine whose oldest started command comes first in the stream, or FCNM_ENGINES. */
static unsigned next_engine(struct fcnm_dispatch *d)
{
	unsigned e, best = FCNM_ENGINES;
	uint32_t index = UINT32_MAX;

	for (e = 0; e < FCNM_ENGINES; e++) {
		struct fcnm_engine *eng = &d->engine[e];

		if (may_execute(eng) && ring_at(&eng->started, 0)->index < index) {
			index = ring_at(&eng->started, 0)->index;
			best = e;
		}
	}
	return best;
}

bool fcnm_dispatch_step(struct fcn_model *m)
{
	struct fcnm_dispatch *d = &m->dispatch;
	struct fcnm_engine *eng;
	struct fcnm_entry *entry;
	struct fcnm_fault fault = { 0 };
	unsigned e;

	start_all(m);
	e = next_engine(d);
	if (e == FCNM_ENGINES)
		return false;
	eng = &d->engine[e];
	entry = ring_at(&eng->started, 0);
	m->progress++;
	if (execute(m, &entry->cmd, &fault)) {
		tokens_send(d, e, &entry->cmd);
		ring_pop(&eng->started);
	} else {
		fault.index = entry->index;
		eng->fault = fault;
	}
	return true;
}

/* End --------------------------------------------------------------------------------- */

static bool same_fault(const struct fcnm_fault *a, const struct fcnm_fault *b)
{
	return a->cause == b->cause && a->addr == b->addr && a->index == b->index;
}

/* Of two faults, either of which may be none: the preferred one, or else the lower index. */
static struct fcnm_fault choose(const struct fcn_model *m, struct fcnm_fault a, struct fcnm_fault b)
{
	if (a.cause == FCN_CAUSE_NONE || (b.cause != FCN_CAUSE_NONE && same_fault(&b, &m->prefer)))
		return b;
	if (b.cause == FCN_CAUSE_NONE || same_fault(&a, &m->prefer))
		return a;
	return b.index < a.index ? b : a;
}

/* Nothing is started: the first command that is not is at the head of a queue, or next. */
static struct fcnm_fault deadlock(struct fcn_model *m)
{
	struct fcnm_dispatch *d = &m->dispatch;
	struct fcnm_fault fault = { .cause = FCN_CAUSE_DEADLOCK, .index = d->fetched };
	bool waiting = d->has_next;
	unsigned e;

	for (e = 0; e < FCNM_ENGINES; e++) {
		struct fcnm_ring *queue = &d->engine[e].queue;

		if (!queue->n)
			continue;
		waiting = true;
		if (ring_at(queue, 0)->index < fault.index)
			fault.index = ring_at(queue, 0)->index;
	}
	return waiting ? fault : (struct fcnm_fault){ 0 };
}

struct fcnm_fault fcnm_dispatch_result(struct fcn_model *m)
{
	struct fcnm_fault fault = m->dispatch.fetch_fault;
	unsigned e;

	for (e = 0; e < FCNM_ENGINES; e++)
		fault = choose(m, fault, m->dispatch.engine[e].fault);
	return fault.cause != FCN_CAUSE_NONE ? fault : deadlock(m);
}
