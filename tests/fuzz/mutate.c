// SPDX-License-Identifier: GPL-2.0
/* New sequences: from nothing, and from others. */
#include "fuzz.h"

#include <string.h>

static uint64_t random_arg(struct rng *r, enum arg_type type)
{
	bool odd = !rng_below(r, 24);

	switch (odd ? ARG_ANY : type) {
	/* Few places are used much, so that operations meet. */
	case ARG_FD: return rng_below(r, 4) ? 0 : rng_below(r, FDS);
	case ARG_BO: return rng_below(r, rng_below(r, 2) ? 3 : BOS);
	case ARG_MAP: return rng_below(r, rng_below(r, 2) ? 3 : MAPS);
	case ARG_SYNC: return rng_below(r, rng_below(r, 2) ? 2 : SYNCS);
	case ARG_FILE: return rng_below(r, rng_below(r, 2) ? 2 : FILES);
	case ARG_BOS: return rng_below(r, 1 << (rng_below(r, 2) ? 3 : BOS));
	case ARG_SYNCS: return rng_below(r, 3) ? rng_below(r, 4) : rng_below(r, 1 << SYNCS);
	case ARG_FLAGS: return rng_below(r, rng_below(r, 2) ? 2 : 8);
	case ARG_SMALL: return rng_below(r, 4) ? rng_below(r, 4) : rng_below(r, 16);
	case ARG_SIZE: return (uint64_t)4096 << rng_below(r, 5);
	case ARG_MS: return rng_below(r, 2) ? 0 : rng_below(r, 60);
	case ARG_FIELD: return rng_below(r, 3) ? 0 : 1 + rng_below(r, 256);
	case ARG_RARE: return rng_below(r, 8) ? 0 : rng_odd(r);
	case ARG_ANY: break;
	}
	return rng_odd(r);
}

static void random_op(struct rng *r, struct op *op)
{
	unsigned sum = 0, at;

	for (unsigned i = 0; i < op_kinds_n; i++)
		sum += op_kinds[i].weight;
	at = rng_below(r, sum);
	memset(op, 0, sizeof(*op));
	while (at >= op_kinds[op->kind].weight)
		at -= op_kinds[op->kind++].weight;
	for (unsigned i = 0; op_kinds[op->kind].arg[i].name; i++)
		op->arg[i] = random_arg(r, op_kinds[op->kind].arg[i].type);
}

static uint32_t kind_named(const char *name)
{
	uint32_t i = 0;

	while (strcmp(op_kinds[i].name, name))
		i++;
	return i;
}

/* Most begin with something to work on. */
void seq_random(struct rng *r, struct seq *s)
{
	static const char *const first[] = { "open", "create", "create", "mmap" };

	s->n = 4 + rng_below(r, MAX_OPS - 4);
	for (uint32_t i = 0; i < s->n; i++)
		random_op(r, &s->op[i]);
	if (!rng_below(r, 8))
		return;
	for (uint32_t i = 0; i < 4; i++) {
		s->op[i] = (struct op){ .kind = kind_named(first[i]) };
		if (i == 1 || i == 2)
			s->op[i].arg[1] = i - 1;
		if (i == 1 || i == 2)
			s->op[i].arg[2] = random_arg(r, ARG_SIZE);
	}
}

static void insert(struct rng *r, struct seq *s)
{
	uint32_t at = rng_below(r, s->n + 1);

	if (s->n == MAX_OPS)
		return;
	memmove(&s->op[at + 1], &s->op[at], (s->n - at) * sizeof(s->op[0]));
	s->n++;
	if (s->n > 1 && !rng_below(r, 3))
		s->op[at] = s->op[rng_below(r, s->n)];	/* something a second time */
	else
		random_op(r, &s->op[at]);
}

static void leave_out(struct rng *r, struct seq *s)
{
	uint32_t at = rng_below(r, s->n);

	if (s->n < 2)
		return;
	memmove(&s->op[at], &s->op[at + 1], (s->n - at - 1) * sizeof(s->op[0]));
	s->n--;
}

static void swap(struct rng *r, struct seq *s)
{
	uint32_t a = rng_below(r, s->n), b = rng_below(r, s->n);
	struct op op = s->op[a];

	s->op[a] = s->op[b];
	s->op[b] = op;
}

static void change_arg(struct rng *r, struct seq *s)
{
	struct op *op = &s->op[rng_below(r, s->n)];
	unsigned n = 0, i;

	while (op_kinds[op->kind].arg[n].name)
		n++;
	if (!n)
		return;
	i = rng_below(r, n);
	switch (rng_below(r, 4)) {
	case 0: op->arg[i] = rng_odd(r); break;
	case 1: op->arg[i] ^= UINT64_C(1) << rng_below(r, 32); break;
	default: op->arg[i] = random_arg(r, op_kinds[op->kind].arg[i].type); break;
	}
}

/* The head of one, the tail of the other. */
static void cross(struct rng *r, struct seq *s, const struct seq *other)
{
	uint32_t head = rng_below(r, s->n + 1), from = rng_below(r, other->n), n = other->n - from;

	if (n > MAX_OPS - head)
		n = MAX_OPS - head;
	if (!(head + n))
		return;
	memcpy(&s->op[head], &other->op[from], n * sizeof(s->op[0]));
	s->n = head + n;
}

void seq_mutate(struct rng *r, struct seq *s, const struct seq *other)
{
	for (uint32_t turns = 1 + rng_below(r, 4); turns; turns--)
		switch (rng_below(r, 8)) {
		case 0: case 1: insert(r, s); break;
		case 2: leave_out(r, s); break;
		case 3: swap(r, s); break;
		case 4: cross(r, s, other); break;
		default: change_arg(r, s); break;
		}
}
