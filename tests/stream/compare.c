// SPDX-License-Identifier: Apache-2.0
#include "fcn_cmd_check.h"
#include "play.h"

#include <inttypes.h>
#include <string.h>

void unknown_add(struct unknown *u, const struct stream *s, uint64_t pa, unsigned n)
{
	int page = image_page(&s->image, pa);

	if (page >= 0)
		memset(&u->flag[page][pa % IMAGE_PAGE], 1, n);
}

struct stores {
	struct unknown *u;
	const struct stream *s;
	const struct root *root;
};

static int add_store(void *ctx, const struct touch *t)
{
	const struct stores *st = ctx;
	uint64_t pa;

	if (t->space != SP_MEM || !t->write)
		return 0;
	pa = root_translate(st->root, t->addr, PTE_V | PTE_W);
	if (pa != UINT64_MAX)
		unknown_add(st->u, st->s, pa, t->n);
	return 0;
}

void unknown_add_stores(struct unknown *u, const struct stream *s, const struct job *job)
{
	struct stores st = { u, s, &s->root[job->root] };
	const char *why;

	for (unsigned i = 0; i < job->n; i++)
		if (fcn_cmd_get_opcode(&job->cmd[i]) == FCN_OP_STORE &&
		    !fcn_cmd_check(&job->cmd[i], s->g.rows, s->g.cols, &why))
			access_walk(&s->g, &job->cmd[i], add_store, &st);
}

/* Which command stores to a byte, for the report. */
struct search {
	const struct root *root;
	uint64_t pa;
};

static int is_there(void *ctx, const struct touch *t)
{
	const struct search *f = ctx;
	uint64_t pa;

	if (t->space != SP_MEM || !t->write)
		return 0;
	pa = root_translate(f->root, t->addr, PTE_V | PTE_W);
	return pa <= f->pa && f->pa < pa + t->n;
}

static void tell_stores(const struct stream *s, uint64_t pa, char *why, size_t size)
{
	size_t at = strlen(why);
	const char *reason;

	for (unsigned j = 0; j < s->njobs; j++) {
		struct search f = { &s->root[s->job[j].root], pa };

		for (unsigned i = 0; i < s->job[j].n; i++) {
			const struct fcn_cmd *c = &s->job[j].cmd[i];

			if (fcn_cmd_get_opcode(c) == FCN_OP_STORE && at < size &&
			    !fcn_cmd_check(c, s->g.rows, s->g.cols, &reason) && access_walk(&s->g, c, is_there, &f))
				at += (size_t)snprintf(why + at, size - at, "; stored by job %u command %u", j, i);
		}
	}
}

bool compare_memory(const struct stream *s, struct unknown *u, const struct image *dut, struct image *model,
		    char *why, size_t size)
{
	for (unsigned p = 0; p < s->image.n; p++) {
		for (unsigned i = 0; i < IMAGE_PAGE; i++) {
			if (u->flag[p][i]) {
				model->data[p][i] = dut->data[p][i];
			} else if (dut->data[p][i] != model->data[p][i]) {
				uint64_t pa = (uint64_t)s->image.pfn[p] * IMAGE_PAGE + i;

				snprintf(why, size, "memory at 0x%010" PRIx64 " is 0x%02x, model 0x%02x, before 0x%02x",
					 pa, dut->data[p][i], model->data[p][i], s->image.data[p][i]);
				tell_stores(s, pa, why, size);
				return false;
			}
		}
	}
	memset(u, 0, sizeof(*u));
	return true;
}
