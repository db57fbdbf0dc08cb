// SPDX-License-Identifier: Apache-2.0
#include "shuffle.h"

#include <string.h>

static unsigned engine_of(const struct fcn_cmd *c)
{
	return (fcn_cmd_get_opcode(c) >> 4) - 1;
}

/* The next command of an engine from `from` on, or n. */
static unsigned next_of(const struct job *job, unsigned engine, unsigned from)
{
	while (from < job->n && engine_of(&job->cmd[from]) != engine)
		from++;
	return from;
}

static bool may_start(const struct fcn_cmd *c, const unsigned tokens[ENGINES][ENGINES])
{
	for (unsigned i = 0; i < ENGINES; i++)
		if (fcn_cmd_get_wait(c) >> i & 1 && !tokens[i][engine_of(c)])
			return false;
	return true;
}

static void run(const struct fcn_cmd *c, unsigned tokens[ENGINES][ENGINES])
{
	unsigned e = engine_of(c);

	for (unsigned i = 0; i < ENGINES; i++) {
		tokens[i][e] -= fcn_cmd_get_wait(c) >> i & 1;
		tokens[e][i] += fcn_cmd_get_signal(c) >> i & 1;
	}
}

static void shuffle_job(struct job *job, struct rng *r)
{
	static struct fcn_cmd out[MAX_CMDS];
	unsigned next[ENGINES], tokens[ENGINES][ENGINES] = { { 0 } }, favourite = 0;

	for (unsigned e = 0; e < ENGINES; e++)
		next[e] = next_of(job, e, 0);
	for (unsigned n = 0; n < job->n;) {
		unsigned e = rng_percent(r, 70) ? favourite : rng_below(r, ENGINES);

		favourite = rng_percent(r, 10) ? rng_below(r, ENGINES) : favourite;
		if (next[e] == job->n || !may_start(&job->cmd[next[e]], (const unsigned(*)[ENGINES])tokens)) {
			favourite = rng_below(r, ENGINES);
			continue;
		}
		run(&job->cmd[next[e]], tokens);
		out[n++] = job->cmd[next[e]];
		next[e] = next_of(job, e, next[e] + 1);
	}
	memcpy(job->cmd, out, job->n * sizeof(out[0]));
}

void shuffle(struct stream *s, uint64_t seed)
{
	struct rng r = { seed };

	for (unsigned j = 0; j < s->njobs; j++) {
		shuffle_job(&s->job[j], &r);
		stream_write_code(s, &s->job[j]);
	}
}

static bool holds_code(const struct stream *s, uint32_t pfn)
{
	for (unsigned i = 0; i < s->nroots; i++)
		for (unsigned a = 0; a < s->root[i].nareas; a++)
			for (uint32_t p = 0; s->root[i].area[a].kind == AREA_CODE && p < s->root[i].area[a].pages; p++)
				if (root_page(&s->root[i], s->root[i].area[a].va + p * IMAGE_PAGE)->pfn == pfn)
					return true;
	return false;
}

bool shuffle_equal(const struct stream *s, const struct image *a, const struct image *b, uint64_t *pa)
{
	for (unsigned p = 0; p < s->image.n; p++)
		for (unsigned i = 0; i < IMAGE_PAGE; i++)
			if (a->data[p][i] != b->data[p][i] && !holds_code(s, s->image.pfn[p])) {
				*pa = (uint64_t)s->image.pfn[p] * IMAGE_PAGE + i;
				return false;
			}
	return true;
}
