/* SPDX-License-Identifier: MIT */
#include "alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

/* A piece of memory, for an act and all that lies inside it. */
struct piece {
	int act;
	uint64_t bytes;
	int first, last; /* segments and layers, as times; first > last: not used */
	uint64_t offset;
	bool own_region;
};

struct alloc {
	struct plan *plan;
	struct plan_place *place;
	struct piece *piece; /* of each act; those inside others have none */
};

static uint32_t pixel_pitch(int c)
{
	return c <= 2 ? (uint32_t)c : c <= 4 ? 4 : c <= 8 ? 8 : (uint32_t)(c + 15) / 16 * 16;
}

static int root_of(const struct net *net, int act, uint32_t *channel)
{
	*channel = 0;
	while (net->act[act].parent >= 0) {
		*channel += (uint32_t)net->act[act].channel;
		act = net->act[act].parent;
	}
	return act;
}

static uint64_t act_bytes(const struct act *a)
{
	return (uint64_t)a->n * (uint64_t)a->h * (uint64_t)a->w * pixel_pitch(a->c);
}

/* ---- lifetimes ---- */

static void live(struct alloc *s, int act, int time)
{
	uint32_t channel;
	struct piece *p = &s->piece[root_of(s->plan->net, act, &channel)];

	if (p->first > p->last) {
		p->first = p->last = time;
		return;
	}
	p->first = time < p->first ? time : p->first;
	p->last = time > p->last ? time : p->last;
}

/*
 * Time is counted in layers, one more for the begin and the end of each segment: what goes in is
 * there before the first layer, what comes out must stay behind the last.
 */
static void find_lifetimes(struct alloc *s)
{
	const struct plan *plan = s->plan;
	int time = 0;

	for (int i = 0; i < plan->n_segment; i++) {
		const struct plan_segment *g = &plan->segment[i];

		time++;
		for (int k = 0; k < g->n_in; k++)
			live(s, (int)g->in[k].place.offset, time);
		for (int k = 0; k < g->n_layer; k++) {
			const struct layer *l =
				&plan->net->layer[plan->layer_order[g->first_layer + k]];

			time++;
			live(s, l->in, time);
			live(s, l->out, time);
			if (l->res >= 0)
				live(s, l->res, time);
		}
		time++;
		for (int k = 0; k < g->n_out; k++)
			live(s, (int)g->out[k].place.offset, time);
	}
}

/* ---- the arena ---- */

static bool together(const struct piece *a, const struct piece *b)
{
	return a->first <= b->last && b->first <= a->last;
}

/* Large ones first; among equals the earlier. */
static int by_size(const void *a, const void *b)
{
	const struct piece *x = *(const struct piece *const *)a,
			   *y = *(const struct piece *const *)b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->act - y->act;
}

/* The lowest offset at which a piece meets none of those that are placed and live with it. */
static uint64_t find_offset(struct piece *const *placed, int n, const struct piece *p)
{
	uint64_t at = 0;
	bool moved = true;

	while (moved) {
		moved = false;
		for (int i = 0; i < n; i++) {
			const struct piece *q = placed[i];

			if (!together(p, q) || at + p->bytes <= q->offset ||
			    q->offset + q->bytes <= at)
				continue;
			at = q->offset + q->bytes;
			moved = true;
		}
	}
	return at;
}

static int fill_arena(struct alloc *s)
{
	struct plan *plan = s->plan;
	struct piece **sorted = malloc(((size_t)plan->net->n_act + 1) * sizeof(*sorted));
	int n = 0;

	if (!sorted)
		return error(-ENOMEM, "out of memory for the memory map");
	for (int i = 0; i < plan->net->n_act; i++)
		if (s->piece[i].first <= s->piece[i].last && !s->piece[i].own_region)
			sorted[n++] = &s->piece[i];
	qsort(sorted, (size_t)n, sizeof(*sorted), by_size);
	for (int i = 0; i < n; i++) {
		uint64_t end;

		sorted[i]->offset = find_offset(sorted, i, sorted[i]);
		end = sorted[i]->offset + sorted[i]->bytes;
		plan->arena_peak = end > plan->arena_peak ? end : plan->arena_peak;
		plan->arena_total += sorted[i]->bytes;
	}
	free(sorted);
	return 0;
}

/* ---- regions of their own ---- */

static bool is_io(const struct graph *g, int tensor)
{
	for (int i = 0; i < g->n_in; i++)
		if (g->in[i] == tensor)
			return true;
	for (int i = 0; i < g->n_out; i++)
		if (g->out[i] == tensor)
			return true;
	return false;
}

/* The first port of an input or output gives its act a region; parts of others stay where they are.
 */
static void give_region(struct alloc *s, const struct plan_port *port, bool written)
{
	struct plan *plan = s->plan;
	int act = (int)port->place.offset;
	struct piece *p = &s->piece[act];

	if (plan->net->act[act].parent >= 0 || !is_io(plan->g, port->tensor))
		return;
	if (p->own_region) {
		plan->region[s->place[act].region].written |= written;
		return;
	}
	if (plan->n_region >= PLAN_REGION_MAX)
		return;
	p->own_region = true;
	s->place[act].region = (uint8_t)plan->n_region;
	plan->region[plan->n_region++] = (struct plan_region){ (uint32_t)p->bytes, port->tensor,
							       written };
}

static int make_regions(struct alloc *s)
{
	struct plan *plan = s->plan;

	plan->region = calloc(PLAN_REGION_MAX, sizeof(*plan->region));
	if (!plan->region)
		return error(-ENOMEM, "out of memory for the memory map");
	plan->n_region = PLAN_IO;
	plan->region[PLAN_CONST].tensor = plan->region[PLAN_ARENA].tensor = -1;
	plan->region[PLAN_ARENA].written = true;
	for (int i = 0; i < plan->n_segment; i++) {
		for (int k = 0; k < plan->segment[i].n_in; k++)
			give_region(s, &plan->segment[i].in[k], false);
		for (int k = 0; k < plan->segment[i].n_out; k++)
			give_region(s, &plan->segment[i].out[k], true);
	}
	return 0;
}

/* ---- places ---- */

static void set_place(struct alloc *s, int act)
{
	const struct net *net = s->plan->net;
	const struct act *a = &net->act[act];
	uint32_t channel;
	int root = root_of(net, act, &channel);
	const struct piece *p = &s->piece[root];
	struct plan_place *t = &s->place[act];

	t->region = p->own_region ? s->place[root].region : PLAN_ARENA;
	t->offset = (uint32_t)p->offset + channel;
	t->pixel_pitch = pixel_pitch(net->act[root].c);
	t->row_pitch = t->pixel_pitch * (uint32_t)a->w;
	t->image_pitch = t->row_pitch * (uint32_t)a->h;
	t->n = a->n;
	t->h = a->h;
	t->w = a->w;
	t->c = a->c;
}

static void set_ports(const struct alloc *s, struct plan_port *port, int n)
{
	for (int i = 0; i < n; i++) {
		struct plan_place p = s->place[port[i].place.offset];

		p.scale = port[i].place.scale;
		p.zero_point = port[i].place.zero_point;
		port[i].place = p;
	}
}

static int place_all(struct alloc *s)
{
	struct plan *plan = s->plan;
	int err;

	for (int i = 0; i < plan->net->n_act; i++)
		s->piece[i] = (struct piece){ .act = i,
					      .first = 1,
					      .last = 0,
					      .bytes = (act_bytes(&plan->net->act[i]) + 255) / 256 *
						       256 };
	find_lifetimes(s);
	err = make_regions(s);
	if (!err)
		err = fill_arena(s);
	if (!err && plan->arena_peak > UINT32_C(1) << 31)
		err = error(-E2BIG, "activations of %llu bytes are more than the core can address",
			    (unsigned long long)plan->arena_peak);
	if (err)
		return err;
	plan->region[PLAN_ARENA].bytes = (uint32_t)plan->arena_peak;
	for (int i = 0; i < plan->net->n_act; i++)
		set_place(s, i);
	for (int i = 0; i < plan->n_segment; i++) {
		set_ports(s, plan->segment[i].in, plan->segment[i].n_in);
		set_ports(s, plan->segment[i].out, plan->segment[i].n_out);
	}
	return 0;
}

int alloc_memory(struct plan *plan, struct plan_place *place)
{
	struct alloc s = { .plan = plan, .place = place };
	int err;

	s.piece = calloc((size_t)plan->net->n_act + 1, sizeof(*s.piece));
	if (!s.piece)
		return error(-ENOMEM, "out of memory for the memory map");
	err = place_all(&s);
	free(s.piece);
	return err;
}
