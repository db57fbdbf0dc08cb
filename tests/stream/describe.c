// SPDX-License-Identifier: Apache-2.0
#include "fcn_names.h"
#include "stream.h"

#include <inttypes.h>

const char *plan_name(enum plan p)
{
	static const char *const names[PLANS] = {
		[PLAN_NONE] = "none", [PLAN_ILLEGAL] = "illegal", [PLAN_LOAD_VA] = "load-va",
		[PLAN_STORE_VA] = "store-va", [PLAN_BOTH_VA] = "both-va", [PLAN_PTE] = "pte",
		[PLAN_BUS] = "bus", [PLAN_WALK] = "walk", [PLAN_DEADLOCK] = "deadlock",
		[PLAN_OVERFLOW] = "overflow", [PLAN_RUN_OFF] = "run-off", [PLAN_CODE] = "code",
		[PLAN_PERF] = "perf", [PLAN_RECORD] = "record", [PLAN_ABORT] = "abort", [PLAN_RESET] = "reset",
	};

	return p < PLANS ? names[p] : NULL;
}

static void print_root(const struct root *root, unsigned number, FILE *to)
{
	static const char *const kinds[] = { "code", "data", "params", "out", "perf", "big", "closed" };

	fprintf(to, "# root %u: directory at 0x%07" PRIx32 "000\n", number, root->pfn);
	for (unsigned i = 0; i < root->ndirs; i++)
		fprintf(to, "#   directory entry %" PRIu32 ": 0x%08" PRIx32 ", table at 0x%07" PRIx32 "000\n",
			root->dir[i].index, root->dir[i].entry, root->dir[i].pfn);
	for (unsigned i = 0; i < root->nareas; i++) {
		const struct area *a = &root->area[i];

		fprintf(to, "#   %s at 0x%08" PRIx32 ", frames", kinds[a->kind], a->va);
		for (uint32_t p = 0; p < a->pages; p++) {
			const struct vpage *page = root_page(root, a->va + p * IMAGE_PAGE);

			fprintf(to, " 0x%07" PRIx32 "%s%s%s%s", page->pfn, page->flags & PTE_V ? "" : "!v",
				page->flags & PTE_R ? "r" : "", page->flags & PTE_W ? "w" : "",
				page->flags & PTE_RESERVED ? "!reserved" : "");
		}
		fputc('\n', to);
	}
}

static void print_job(const struct job *job, unsigned number, FILE *to)
{
	char text[1024];

	fprintf(to,
		"# job %u: slot %u, root %u, plan %s, %" PRIu32 " commands at 0x%08" PRIx32 ", PERF_VA 0x%08" PRIx32
		", seqno 0x%08" PRIx32 "%s\n",
		number, job->slot, job->root, plan_name(job->plan), job->count, job->cmd_va, job->perf, job->seqno,
		job->flush ? ", TLB flush" : "");
	for (unsigned i = 0; i < job->n; i++) {
		fcn_cmd_print(&job->cmd[i], text, sizeof(text));
		fprintf(to, "#   %3u %s\n", i, text);
	}
}

static void print_action(const struct stream *s, const struct action *a, FILE *to)
{
	switch (a->kind) {
	case ACT_START:
		fprintf(to, "#   start job %u in slot %u\n", a->job, s->job[a->job].slot);
		break;
	case ACT_DELAY:
		fprintf(to, "#   wait %" PRIu32 " cycles\n", a->value);
		break;
	case ACT_ABORT:
		fprintf(to, "#   abort slot %u\n", s->job[a->job].slot);
		break;
	case ACT_RESET:
		fprintf(to, "#   reset\n");
		break;
	case ACT_IDLE:
		fprintf(to, "#   wait until idle and compare\n");
		break;
	case ACT_WRITE:
		fprintf(to, "#   write 0x%08" PRIx32 " to 0x%010" PRIx64 "\n", a->value, a->pa);
		break;
	case ACT_FLUSH:
		fprintf(to, "#   flush the TLB\n");
		break;
	}
}

void stream_print(const struct stream *s, FILE *to)
{
	fprintf(to, "# seed %" PRIu64 ", %ux%u, completion records at 0x%010" PRIx64 "\n", s->seed, s->g.rows,
		s->g.cols, s->record_pa);
	for (unsigned i = 0; i < s->nroots; i++)
		print_root(&s->root[i], i, to);
	for (unsigned i = 0; i < s->nerrors; i++)
		fprintf(to, "# bus errors at 0x%010" PRIx64 " .. 0x%010" PRIx64 ":%s%s\n", s->error[i].lo,
			s->error[i].hi - 1, s->error[i].read ? " reads" : "", s->error[i].write ? " writes" : "");
	for (unsigned i = 0; i < s->njobs; i++)
		print_job(&s->job[i], i, to);
	fprintf(to, "# the host:\n");
	for (unsigned i = 0; i < s->nactions; i++)
		print_action(s, &s->action[i], to);
}
