// SPDX-License-Identifier: Apache-2.0
/*
 * From a seed to a test case: address spaces, jobs, what goes wrong, and what the host does.
 *
 * Rules that keep the outcome known: a job whose outcome is not (it may fault, or is aborted)
 * leaves all buffers and the memory that it may write unknown.  So the next job either has
 * a root of its own that shares no page with it, or waits until memory has been compared and
 * equalised, and first writes all buffers.
 */
#include "stream_gen.h"

#include "fault.h"
#include "fields.h"

#include <assert.h>
#include <string.h>

enum { FAULTS = 20 /* percent of cases with a fault planned */ };

/* ------------------------------------------------------------------ address spaces */

static void share_old_area(struct gen *g, struct root *root)
{
	const struct root *owner = &g->s->root[rng_below(&g->r, g->s->nroots - 1)];
	const struct area *a = root_area(owner, &g->r, PTE_V);

	if (a)
		pages_share_area(g->s, &g->r, root, owner, a, (uint8_t)(PTE_V | PTE_R | (rng_percent(&g->r, 40) ? PTE_W : 0)));
}

static uint8_t random_flags(struct gen *g, uint8_t must, uint8_t may)
{
	return (uint8_t)(PTE_V | must | (rng_percent(&g->r, 60) ? may : 0));
}

static unsigned make_root(struct gen *g, bool share)
{
	struct stream *s = g->s;
	unsigned i = pages_new_root(s, &g->r);
	struct root *root = &s->root[i];

	pages_new_area(s, &g->r, root, AREA_PARAMS, 1, random_flags(g, PTE_R, PTE_W));
	for (unsigned n = rng_range(&g->r, 1, 2); n; n--)
		pages_new_area(s, &g->r, root, AREA_DATA, rng_small(&g->r, 4), random_flags(g, PTE_R, PTE_W));
	for (unsigned n = rng_range(&g->r, 1, 2); n; n--)
		pages_new_area(s, &g->r, root, AREA_OUT, rng_small(&g->r, 4), random_flags(g, PTE_W, PTE_R));
	pages_new_area(s, &g->r, root, AREA_PERF, 1, random_flags(g, PTE_W, PTE_R));
	if (rng_percent(&g->r, 40))
		pages_new_area(s, &g->r, root, AREA_CLOSED, 1, PTE_V);
	if (rng_percent(&g->r, 25))
		pages_new_area(s, &g->r, root, AREA_BIG, 18, PTE_V | PTE_R | PTE_W);
	if (share && i && rng_percent(&g->r, 40))
		share_old_area(g, root);
	return i;
}

/* ---------------------------------------------------------------- parts of a job */

static bool room(const struct gen *g, unsigned n)
{
	return g->job->n + n * ORDER_ADDS <= MAX_CMDS;
}

static void add(struct gen *g, const struct fcn_cmd *c)
{
	if (room(g, 1))
		order_add(g->o, &g->r, c);
}

/* Writes one value to all of a buffer, with padding. */
static void define_buffer(struct gen *g, enum space space)
{
	uint32_t size = space_size(&g->s->g, space), cols = size < 2048 ? size / 16 : 128;
	struct fcn_cmd c;

	fcn_load_init(&c, 0, 0);
	fcn_load_set_run(&c, 16);
	fcn_load_set_px(&c, 4);
	fcn_load_set_space(&c, (uint32_t)space);
	fcn_load_set_pad_value(&c, space == SP_PAR ? 0 : (int32_t)rng_below(&g->r, 7) - 3);
	fcn_load_set_pad_left(&c, cols);
	fcn_load_set_pad_top(&c, size / 16 / cols);
	fcn_load_set_dst_pitch_x(&c, 16);
	fcn_load_set_dst_pitch_y(&c, 16 * cols);
	add(g, &c);
}

static void define_everything(struct gen *g)
{
	struct fcn_cmd c;

	for (unsigned space = SP_IFM; space <= SP_TBL; space++)
		define_buffer(g, (enum space)space);
	for (unsigned half = 0; half < 2; half++) {
		fcn_conv_init(&c, 0, 0);
		fcn_conv_set_x_n(&c, (1u << g->s->g.acc_log2) - 1);
		fcn_conv_set_half(&c, half);
		add(g, &c);
	}
}

/* Puts data into the windows. */
static void prologue(struct gen *g)
{
	struct fcn_cmd c;

	for (unsigned space = SP_IFM; space <= SP_TBL; space++)
		for (unsigned w = 0; w < WINDOWS; w++)
			if (rng_percent(&g->r, 90) && fields_fill(g, (enum space)space, &g->win[space][w], &c))
				add(g, &c);
}

static void middle(struct gen *g, unsigned n)
{
	static const unsigned engines[] = {
		FCN_ENG_LOAD, FCN_ENG_LOAD, FCN_ENG_LOAD, FCN_ENG_CONV, FCN_ENG_CONV,
		FCN_ENG_CONV, FCN_ENG_POST, FCN_ENG_POST, FCN_ENG_POST, FCN_ENG_STORE, FCN_ENG_STORE,
	};
	struct fcn_cmd c;

	for (unsigned i = 0; i < n; i++) {
		unsigned engine = engines[rng_below(&g->r, sizeof(engines) / sizeof(engines[0]))];

		if (rng_percent(&g->r, 2) && room(g, 2))
			order_barrier(g->o, &g->r);
		if (rng_percent(&g->r, 4))
			fcn_cmd_init(&c, (engine + 1) << 4 | 0xf, 0, 0);
		else if (!fields_random(g, engine, &c))
			continue;
		add(g, &c);
	}
}

/* Stores a window of the OFM buffer somewhere. */
static void store_window(struct gen *g, const struct window *w)
{
	const struct area *a = root_area(g->root, &g->r, PTE_V | PTE_W);
	uint32_t run = w->size;
	struct fcn_cmd c;

	if (!a)
		return;
	if (run > a->pages * IMAGE_PAGE)
		run = a->pages * IMAGE_PAGE;
	fcn_store_init(&c, 0, 0);
	fcn_store_set_va(&c, a->va + (rng_below(&g->r, a->pages * IMAGE_PAGE - run + 1) & ~UINT32_C(15)));
	fcn_store_set_rows_n(&c, 1);
	fcn_store_set_cols_n(&c, 1);
	fcn_store_set_run(&c, run);
	fcn_store_set_px(&c, 4);
	fcn_store_set_src(&c, w->base);
	add(g, &c);
}

/* Makes sums visible: through two sets of parameters, as one scale hides most bits. */
static void post_window(struct gen *g, const struct window *w, unsigned half)
{
	uint32_t cols = g->s->g.cols;
	struct fcn_cmd c;

	for (unsigned i = 0; i < 2; i++) {
		struct window out = { rng_u32(&g->r) & 0xffffff, w->size * cols };

		fcn_post_init(&c, 0, 0);
		fcn_post_set_acc(&c, w->base);
		fcn_post_set_half(&c, half);
		fcn_post_set_x_n(&c, w->size - 1);
		fcn_post_set_acc_x_pitch(&c, 1);
		fcn_post_set_ofm(&c, out.base);
		fcn_post_set_ofm_x_pitch(&c, cols);
		fcn_post_set_cols_n(&c, cols - 1);
		fcn_post_set_par(&c, (g->win[SP_PAR][i].base + rng_below(&g->r, 128)) / 16);
		fcn_post_set_min(&c, -128);
		fcn_post_set_max(&c, 127);
		add(g, &c);
		store_window(g, &out);
	}
}

/* Shows what the buffers hold at the end. */
static void epilogue(struct gen *g)
{
	for (unsigned w = 0; w < WINDOWS; w++) {
		store_window(g, &g->win[SP_OFM][w]);
		post_window(g, &g->win[SP_ACC][w], rng_below(&g->r, 2));
	}
}

/* --------------------------------------------------------------------------- jobs */

/* What the jobs before leave behind. */
struct history {
	bool unknown;     /* the last job's outcome is */
	bool was_aborted; /* it may not even have run */
	uint32_t pfn;     /* of its root */
};

static void place_code(struct gen *g, struct root *root)
{
	struct job *job = g->job;
	uint32_t bytes = job->n * FCN_CMD_BYTES, pages = bytes / IMAGE_PAGE + 1, spare, at = 0;
	const struct area *a = pages_new_area(g->s, &g->r, root, AREA_CODE, pages, PTE_V | PTE_R);

	assert(a);
	spare = (pages * IMAGE_PAGE - bytes) / FCN_CMD_BYTES;
	if (rng_percent(&g->r, 80))
		at = rng_percent(&g->r, 40) ? spare : rng_below(&g->r, spare + 1);
	job->cmd_va = a->va + at * FCN_CMD_BYTES;
	job->count = job->n;
}

static uint32_t perf_place(struct gen *g)
{
	for (unsigned i = 0; i < g->root->nareas; i++)
		if (g->root->area[i].kind == AREA_PERF)
			return (g->root->area[i].va + PERF_BYTES * rng_below(&g->r, IMAGE_PAGE / PERF_BYTES)) | 1;
	return 0;
}

static void fill_job(struct gen *g, const struct history *h, bool same_buffers)
{
	unsigned n = rng_percent(&g->r, 5) ? 80 : rng_small(&g->r, 45);

	order_begin(g->o, g->s, g->job);
	if (rng_percent(&g->r, 2) && !h->unknown)
		return; /* a job of nothing */
	if (h->unknown && (same_buffers || h->was_aborted))
		define_everything(g);
	if (!same_buffers || rng_percent(&g->r, 50))
		fields_windows(g);
	prologue(g);
	middle(g, n);
	epilogue(g);
	order_end(g->o, &g->r);
}

static struct action *act(struct gen *g, enum action_kind kind)
{
	struct action *a = &g->s->action[g->s->nactions++];

	assert(g->s->nactions <= MAX_ACTIONS);
	*a = (struct action){ .kind = kind, .job = (unsigned)(g->job - g->s->job) };
	return a;
}

static void delay(struct gen *g, uint32_t most)
{
	act(g, ACT_DELAY)->value = rng_small(&g->r, most);
}

/* Exchanges the frames of two pages, as a new version of the root; the host does it while the core is idle. */
static unsigned edit_pages(struct gen *g, unsigned from)
{
	struct stream *s = g->s;
	struct root *root = &s->root[s->nroots];
	struct vpage *a, *b, old;

	if (s->nroots + MAX_JOBS > MAX_ROOTS)
		return from;
	*root = s->root[from];
	a = &root->page[rng_below(&g->r, root->npages)];
	b = &root->page[rng_below(&g->r, root->npages)];
	for (unsigned i = 0; i < root->nareas; i++) /* what the generator keeps apart stays apart */
		if (root->area[i].kind == AREA_CODE || root->area[i].kind == AREA_PERF)
			if ((a->vpn - root->area[i].va / IMAGE_PAGE) < root->area[i].pages ||
			    (b->vpn - root->area[i].va / IMAGE_PAGE) < root->area[i].pages)
				return from;
	old = *a;
	a->pfn = b->pfn;
	b->pfn = old.pfn;
	s->nroots++;
	act(g, ACT_IDLE);
	for (unsigned i = 0; i < 2; i++, a = b) {
		struct action *w = act(g, ACT_WRITE);

		w->pa = root_pte_pa(root, a->vpn);
		w->value = a->pfn << 4 | a->flags;
	}
	if (rng_percent(&g->r, 50))
		act(g, ACT_FLUSH);
	else
		g->job->flush = true;
	return s->nroots - 1;
}

static enum plan choose_plan(struct gen *g, const struct gen_options *o, bool fault)
{
	if (o->only_plan)
		return o->plan;
	return fault ? (enum plan)rng_range(&g->r, PLAN_NONE + 1, PLANS - 1) : PLAN_NONE;
}

/* The root of job i: a new one, or the last job's. */
static void choose_root(struct gen *g, unsigned i, const struct history *h, bool faults)
{
	const struct job *last = i ? &g->s->job[i - 1] : NULL;
	bool fresh = !last || fault_spoils_root(g->job->plan) || fault_spoils_root(last->plan) || rng_percent(&g->r, 40);

	if (fresh) {
		g->job->root = make_root(g, !faults);
		return;
	}
	g->job->root = last->root;
	if (h->unknown)
		act(g, ACT_IDLE);
	else if (!faults && rng_percent(&g->r, 25))
		g->job->root = edit_pages(g, last->root);
}

static void start(struct gen *g)
{
	if (rng_percent(&g->r, 15))
		delay(g, 3000);
	if (rng_percent(&g->r, 5))
		act(g, ACT_FLUSH);
	if (g->job->plan == PLAN_RESET)
		act(g, ACT_IDLE); /* other jobs are not to be forgotten */
	act(g, ACT_START);
	if (g->job->plan == PLAN_ABORT) {
		if (rng_percent(&g->r, 80))
			delay(g, 20000);
		act(g, ACT_ABORT);
	} else if (g->job->plan == PLAN_RESET) {
		delay(g, 20000);
		act(g, ACT_RESET);
		act(g, ACT_IDLE);
	}
}

static void make_job(struct gen *g, unsigned i, const struct gen_options *o, struct history *h, bool fault, bool faults)
{
	struct job *job = g->job = &g->s->job[i];

	memset(job, 0, sizeof(*job));
	job->plan = choose_plan(g, o, fault);
	choose_root(g, i, h, faults);
	g->root = &g->s->root[job->root];
	job->slot = rng_percent(&g->r, 70) ? i % 2 : rng_below(&g->r, 2);
	job->seqno = rng_u32(&g->r);
	job->flush |= rng_percent(&g->r, 10);
	fill_job(g, h, i && g->root->pfn == h->pfn);
	if (rng_percent(&g->r, 60))
		job->perf = perf_place(g);
	if (job->plan == PLAN_OVERFLOW) /* has commands of its own, and many: before their place is chosen */
		fault_apply(g, job->plan);
	place_code(g, &g->s->root[job->root]);
	if (job->plan != PLAN_NONE && job->plan != PLAN_OVERFLOW && !fault_apply(g, job->plan))
		job->plan = PLAN_NONE;
	stream_write_code(g->s, job);
	start(g);
	*h = (struct history){ .unknown = job->plan != PLAN_NONE && job->plan != PLAN_RESET && job->plan != PLAN_RECORD,
			       .was_aborted = job->plan == PLAN_ABORT,
			       .pfn = g->root->pfn };
}

static unsigned count_jobs(struct rng *r)
{
	uint32_t x = rng_below(r, 100);

	return x < 40 ? 1 : x < 85 ? 2 : x < 95 ? 3 : 4;
}

void stream_gen(struct stream *s, const struct geometry *geo, uint64_t seed, const struct gen_options *o)
{
	struct gen g = { .s = s, .r = { seed }, .o = order_create(geo) };
	unsigned njobs = count_jobs(&g.r), faulty = rng_below(&g.r, njobs);
	bool faults = !o->no_faults && (o->only_plan || rng_percent(&g.r, FAULTS));
	struct history h = { 0 };

	s->seed = seed;
	s->g = *geo;
	s->nroots = s->nactions = s->nerrors = 0;
	s->njobs = njobs;
	image_init(&s->image);
	s->record_pa = (uint64_t)pages_new_pfn(s, &g.r) * IMAGE_PAGE;
	image_add(&s->image, (uint32_t)(s->record_pa / IMAGE_PAGE));
	s->record_pa += 64 * rng_below(&g.r, IMAGE_PAGE / 64);
	for (unsigned i = 0; i < njobs; i++)
		make_job(&g, i, o, &h, faults && i == faulty, faults);
	act(&g, ACT_IDLE);
	pages_write(s, &g.r);
	order_destroy(g.o);
}
