// SPDX-License-Identifier: Apache-2.0
/*
 * A job that faults may race: what it leaves behind is unknown anyway.  So each of these makes sure that
 * the job either faults, or is as free of races as it was.
 */
#include "fault.h"

#include "cmd_fields.h"
#include "fcn_cmd_check.h"

enum { TRIES = 100, LINE = 256 };

bool fault_spoils_root(enum plan p)
{
	return p == PLAN_PTE || p == PLAN_BUS || p == PLAN_WALK || p == PLAN_CODE || p == PLAN_PERF;
}

static struct root *root_of(struct gen *g)
{
	return &g->s->root[g->job->root];
}

static bool legal(const struct gen *g, const struct fcn_cmd *c)
{
	const char *why;

	return fcn_cmd_check(c, g->s->g.rows, g->s->g.cols, &why) == 0;
}

/* A random command of the job with this opcode, 0: any; -1: there is none. */
static int random_command(struct gen *g, uint32_t opcode)
{
	int found = -1;
	unsigned n = 0;

	for (unsigned i = 0; i < g->job->n; i++)
		if ((!opcode || fcn_cmd_get_opcode(&g->job->cmd[i]) == opcode) && rng_below(&g->r, ++n) == 0)
			found = (int)i;
	return found;
}

/* A bit anywhere, or a field of the command with any value: breaks reserved bits or rules. */
static void scramble(struct gen *g, struct fcn_cmd *c)
{
	const struct cmd_field *f = &cmd_fields[rng_below(&g->r, cmd_fields_n)];

	if (rng_percent(&g->r, 30)) {
		unsigned bit = rng_below(&g->r, 32 * FCN_CMD_WORDS);

		c->w[bit / 32] ^= UINT32_C(1) << bit % 32;
	} else if (rng_percent(&g->r, 15)) {
		c->w[0] ^= UINT32_C(1) << rng_below(&g->r, 32);
	} else if (f->opcode == fcn_cmd_get_opcode(c)) {
		fcn_cmd_set(c, f->word, f->shift, f->mask, rng_u32(&g->r));
	}
}

static bool spoil_illegal(struct gen *g)
{
	int at = random_command(g, 0);
	struct fcn_cmd c;

	if (at < 0)
		return false;
	for (c = g->job->cmd[at]; legal(g, &c);)
		scramble(g, &c);
	g->job->cmd[at] = c;
	return true;
}

static int is_unmapped(void *ctx, const struct touch *t)
{
	return t->space == SP_MEM &&
	       root_translate(ctx, t->addr, t->write ? PTE_V | PTE_W : PTE_V | PTE_R) == UINT64_MAX;
}

/* Any address, the end of an area, or an area that is closed. */
static uint32_t bad_va(struct gen *g)
{
	const struct root *root = root_of(g);
	const struct area *a = &root->area[rng_below(&g->r, root->nareas)];

	switch (rng_below(&g->r, 4)) {
	case 0:
		return rng_u32(&g->r);
	case 1:
		return a->va + rng_below(&g->r, a->pages * IMAGE_PAGE);
	default:
		return a->va + a->pages * IMAGE_PAGE - rng_below(&g->r, 200);
	}
}

static bool spoil_va(struct gen *g, uint32_t opcode)
{
	for (unsigned i = 0; i < TRIES; i++) {
		int at = random_command(g, opcode);
		struct fcn_cmd c;

		if (at < 0)
			return false;
		c = g->job->cmd[at];
		c.w[FCN_LOAD_VA_WORD] = bad_va(g) & (rng_percent(&g->r, 50) ? ~UINT32_C(15) : UINT32_MAX);
		if (legal(g, &c) && access_walk(&g->s->g, &c, is_unmapped, root_of(g))) {
			g->job->cmd[at] = c;
			return true;
		}
	}
	return false;
}

static bool spoil_both(struct gen *g)
{
	return spoil_va(g, FCN_OP_LOAD) && spoil_va(g, FCN_OP_STORE);
}

static struct vpage *random_page(struct gen *g, enum area_kind kind)
{
	struct root *root = root_of(g);
	struct vpage *found = NULL;
	unsigned n = 0;

	for (unsigned i = 0; i < root->npages; i++)
		for (unsigned a = 0; a < root->nareas; a++)
			if (root->area[a].kind == kind && root_page(root, root->page[i].vpn * IMAGE_PAGE) == &root->page[i] &&
			    root->page[i].vpn - root->area[a].va / IMAGE_PAGE < root->area[a].pages &&
			    rng_below(&g->r, ++n) == 0)
				found = &root->page[i];
	return found;
}

static struct vpage *random_data_page(struct gen *g)
{
	static const enum area_kind kinds[] = { AREA_DATA, AREA_DATA, AREA_OUT, AREA_OUT, AREA_PARAMS };

	return random_page(g, kinds[rng_below(&g->r, 5)]);
}

static void break_pte(struct gen *g, struct vpage *p)
{
	switch (rng_below(&g->r, 4)) {
	case 0:
		p->flags &= (uint8_t)~PTE_V;
		break;
	case 1:
		p->flags |= PTE_RESERVED;
		break;
	case 2:
		p->flags &= (uint8_t)~PTE_R;
		break;
	default:
		p->flags &= (uint8_t)~PTE_W;
		break;
	}
}

/* A directory entry that is not valid, or has a reserved bit: pages_write() puts it into memory. */
static void break_dir(struct gen *g)
{
	struct root *root = root_of(g);
	unsigned d = rng_below(&g->r, root->ndirs);

	root->dir[d].entry ^= rng_percent(&g->r, 50) ? PTE_V : 2u << rng_below(&g->r, 3);
	for (unsigned i = 0; i < root->npages; i++)
		if (root->page[i].vpn >> 10 == root->dir[d].index)
			root->page[i].dir_bad = true;
}

static bool spoil_pte(struct gen *g)
{
	struct vpage *p = random_data_page(g);

	if (rng_percent(&g->r, 25))
		break_dir(g);
	else if (p)
		break_pte(g, p);
	return p != NULL;
}

static bool bus_error(struct gen *g, uint64_t lo, uint64_t n, bool read, bool write)
{
	if (g->s->nerrors == MAX_BUS_ERRORS)
		return false;
	g->s->error[g->s->nerrors++] = (struct bus_error){ lo, lo + n, read, write };
	return true;
}

static bool spoil_bus(struct gen *g)
{
	const struct vpage *p = random_data_page(g);
	uint32_t first = rng_below(&g->r, IMAGE_PAGE / LINE);

	if (!p)
		return false;
	if (rng_percent(&g->r, 60))
		first = rng_below(&g->r, 3);
	return bus_error(g, (uint64_t)p->pfn * IMAGE_PAGE + first * LINE,
			 LINE * (IMAGE_PAGE / LINE - (rng_percent(&g->r, 50) ? first : 15)), rng_percent(&g->r, 80),
			 rng_percent(&g->r, 80));
}

static bool spoil_walk(struct gen *g)
{
	struct root *root = root_of(g);
	uint32_t pfn = rng_percent(&g->r, 30) ? root->pfn : root->dir[rng_below(&g->r, root->ndirs)].pfn;

	if (rng_percent(&g->r, 70))
		return bus_error(g, (uint64_t)pfn * IMAGE_PAGE, IMAGE_PAGE, true, false);
	/* A directory entry that names a table where there is no memory. */
	root->dir[rng_below(&g->r, root->ndirs)].entry = pages_new_pfn(g->s, &g->r) << 4 | PTE_V;
	return true;
}

static unsigned count_bits(const struct job *job, unsigned engine, unsigned peer, bool signals)
{
	unsigned n = 0;

	for (unsigned i = 0; i < job->n; i++) {
		const struct fcn_cmd *c = &job->cmd[i];

		if ((fcn_cmd_get_opcode(c) >> 4) - 1 == engine)
			n += (signals ? fcn_cmd_get_signal(c) : fcn_cmd_get_wait(c)) >> peer & 1;
	}
	return n;
}

/* One more token taken, or one less sent, than there are: the last taker starves. */
static bool spoil_tokens(struct gen *g)
{
	for (unsigned t = 0; t < TRIES; t++) {
		int at = random_command(g, 0);
		unsigned engine, peer = rng_below(&g->r, ENGINES);
		struct fcn_cmd *c;

		if (at < 0)
			return false;
		c = &g->job->cmd[at];
		engine = (fcn_cmd_get_opcode(c) >> 4) - 1;
		if (engine == peer)
			continue;
		if (rng_percent(&g->r, 50) && !(fcn_cmd_get_wait(c) >> peer & 1) &&
		    count_bits(g->job, engine, peer, false) == count_bits(g->job, peer, engine, true)) {
			fcn_cmd_set_wait(c, fcn_cmd_get_wait(c) | 1u << peer);
			return true;
		}
		if (fcn_cmd_get_signal(c) >> peer & 1 &&
		    count_bits(g->job, engine, peer, true) == count_bits(g->job, peer, engine, false)) {
			fcn_cmd_set_signal(c, fcn_cmd_get_signal(c) & ~(1u << peer));
			return true;
		}
	}
	return false;
}

/* More tokens than a counter holds; up to a queue's length more, the taker still gets its turn. */
static bool spoil_overflow(struct gen *g)
{
	unsigned n = rng_range(&g->r, 253, 268), from = rng_below(&g->r, ENGINES);
	unsigned to = (from + rng_range(&g->r, 1, ENGINES - 1)) % ENGINES;

	for (unsigned i = 0; i < 2 * n; i++)
		if (i < n)
			fcn_cmd_init(&g->job->cmd[i], (from + 1) << 4 | 0xf, 0, 1u << to);
		else
			fcn_cmd_init(&g->job->cmd[i], (to + 1) << 4 | 0xf, 1u << from, 0);
	g->job->n = g->job->count = 2 * n;
	return true;
}

/* The count says more than there is; what follows is the rest of a page, then nothing. */
static bool spoil_run_off(struct gen *g)
{
	struct job *job = g->job;
	bool fill = rng_percent(&g->r, 60);

	while (fill && (job->cmd_va / FCN_CMD_BYTES + job->n) % CMDS_PER_PAGE && job->n < MAX_CMDS)
		fcn_cmd_init(&job->cmd[job->n++], (1 + rng_below(&g->r, ENGINES)) << 4 | 0xf, 0, 0);
	job->count = job->n + rng_small(&g->r, 100);
	return true;
}

static bool spoil_code(struct gen *g)
{
	struct root *root = root_of(g);
	uint32_t vpn = (g->job->cmd_va + FCN_CMD_BYTES * rng_below(&g->r, g->job->n ? g->job->n : 1)) / IMAGE_PAGE;
	struct vpage *p = NULL;

	for (unsigned i = 0; i < root->npages; i++)
		if (root->page[i].vpn == vpn)
			p = &root->page[i];
	if (!p || !g->job->n)
		return false;
	if (rng_percent(&g->r, 30))
		return bus_error(g, (uint64_t)p->pfn * IMAGE_PAGE + LINE * rng_below(&g->r, IMAGE_PAGE / LINE), LINE, true, false);
	break_pte(g, p);
	return true;
}

static bool spoil_perf(struct gen *g)
{
	struct vpage *p = random_page(g, AREA_PERF);

	if (p && rng_percent(&g->r, 25)) {
		g->job->perf = (p->vpn * IMAGE_PAGE + PERF_BYTES * rng_below(&g->r, IMAGE_PAGE / PERF_BYTES)) | 1;
		return bus_error(g, (uint64_t)p->pfn * IMAGE_PAGE, IMAGE_PAGE, false, true);
	}
	for (unsigned i = 0; i < TRIES; i++) {
		uint32_t va = bad_va(g) & ~(uint32_t)(PERF_BYTES - 1);

		if (root_translate(root_of(g), va, PTE_V | PTE_W) != UINT64_MAX)
			continue;
		g->job->perf = va | 1;
		return true;
	}
	return false;
}

static bool spoil_record(struct gen *g)
{
	return bus_error(g, g->s->record_pa / LINE * LINE, LINE, false, true);
}

static bool spoil_later(struct gen *g)
{
	(void)g; /* ABORT and RESET are actions */
	return true;
}

bool fault_apply(struct gen *g, enum plan p)
{
	switch (p) {
	case PLAN_ILLEGAL:
		return spoil_illegal(g);
	case PLAN_LOAD_VA:
		return spoil_va(g, FCN_OP_LOAD);
	case PLAN_STORE_VA:
		return spoil_va(g, FCN_OP_STORE);
	case PLAN_BOTH_VA:
		return spoil_both(g);
	case PLAN_PTE:
		return spoil_pte(g);
	case PLAN_BUS:
		return spoil_bus(g);
	case PLAN_WALK:
		return spoil_walk(g);
	case PLAN_DEADLOCK:
		return spoil_tokens(g);
	case PLAN_OVERFLOW:
		return spoil_overflow(g);
	case PLAN_RUN_OFF:
		return spoil_run_off(g);
	case PLAN_CODE:
		return spoil_code(g);
	case PLAN_PERF:
		return spoil_perf(g);
	case PLAN_RECORD:
		return spoil_record(g);
	default:
		return spoil_later(g);
	}
}
