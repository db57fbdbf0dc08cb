// SPDX-License-Identifier: Apache-2.0
#include "cover.h"

#include "cmd_fields.h"
#include "drm/fcn_accel_regs.h"
#include "fcn_cmd_check.h"
#include "fcn_names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Situations. */
#define BINS(X) \
	X(load_padding_only) X(load_nothing) X(load_backwards) X(load_wraps_buffer) X(load_wraps_memory) \
	X(load_crosses_pages) X(load_overlaps_itself) X(load_rows_interleaved) \
	X(conv_keep) X(conv_keep_many_tiles) X(conv_fewer_pixels_than_rows) X(conv_more_pixels_than_entries) \
	X(conv_wraps_ifm) X(conv_wraps_weights) X(conv_wraps_accumulators) X(conv_no_bubble) \
	X(post_part_of_columns) X(post_table) X(post_window) X(post_residual_in_place) X(post_residual_apart) \
	X(post_min_above_max) X(post_wraps_ofm) X(post_wraps_accumulators) X(post_big_shift) \
	X(store_sub_pixels) X(store_nothing) X(store_backwards) X(store_crosses_pages) X(store_wraps_ofm) \
	X(store_wraps_memory) \
	X(job_empty) X(job_record) X(job_flush) X(job_many_commands) X(job_tokens_left) X(job_same_slot_again) \
	X(job_queued_behind_other) X(job_same_root_as_last) X(job_other_root_than_last) X(job_most_overlap) \
	X(host_flush) X(host_edit) X(host_reset) X(host_seqno_error) \
	X(fault_fetch_invalid) X(fault_load_invalid) X(fault_store_invalid) X(fault_record_invalid) \
	X(fault_fetch_perm) X(fault_load_perm) X(fault_store_perm) X(fault_record_perm) \
	X(fault_fetch_bus) X(fault_load_bus) X(fault_store_bus) X(fault_record_bus) X(fault_walk_bus) \
	X(fault_illegal) X(fault_deadlock) X(fault_overflow) X(fault_aborted) X(fault_missed)

enum bin {
#define X(name) BIN_##name,
	BINS(X)
#undef X
	BIN_COUNT
};

static const char *const bin_name[BIN_COUNT] = {
#define X(name) #name,
	BINS(X)
#undef X
};

enum { CLASS_ZERO, CLASS_MAX, CLASS_OTHER, CLASSES, FIELDS = 96, PX_FORMATS = 5, LOAD_SPACES = 5 };

/* All counts, as one array that can be saved. */
static struct {
	uint64_t field[FIELDS][CLASSES];
	uint64_t op[256];
	uint64_t load[LOAD_SPACES][PX_FORMATS];
	uint64_t store[PX_FORMATS];
	uint64_t token[ENGINES][ENGINES]; /* taken */
	uint64_t plan[PLANS];
	uint64_t bin[BIN_COUNT];
} count;

static void hit(enum bin b, bool when)
{
	count.bin[b] += when;
}

/* ----------------------------------------------------------------- one command */

/* The last bits of wide fields are often bound by alignment, so their largest value is one without them. */
static unsigned class_of(const struct cmd_field *f, uint32_t v, uint32_t cols)
{
	uint32_t max = f->word == FCN_POST_COLS_N_WORD && f->mask == FCN_POST_COLS_N_MASK ? cols - 1 : f->max;

	if (v == 0)
		return CLASS_ZERO;
	if (v == max || (max > 0xffff && (v | 15) == (max | 15)))
		return CLASS_MAX;
	return CLASS_OTHER;
}

static void add_fields(const struct fcn_cmd *c, uint32_t cols)
{
	for (unsigned i = 0; i < cmd_fields_n; i++) {
		const struct cmd_field *f = &cmd_fields[i];

		if (f->opcode == fcn_cmd_get_opcode(c))
			count.field[i][class_of(f, fcn_cmd_get(c, f->word, f->shift, f->mask), cols)]++;
	}
}

/* What the touches of a command tell. */
struct seen {
	const struct geometry *g;
	uint32_t last_page, last_end[SPACES];
	bool any_mem, pages, wraps[SPACES];
	uint32_t runs;
};

static int look(void *ctx, const struct touch *t)
{
	struct seen *seen = ctx;

	if (t->space == SP_MEM) {
		seen->pages |= seen->any_mem && t->addr / IMAGE_PAGE != seen->last_page;
		seen->wraps[SP_MEM] |= seen->any_mem && seen->last_page == 0xfffff && t->addr / IMAGE_PAGE == 0;
		seen->last_page = t->addr / IMAGE_PAGE;
		seen->any_mem = true;
	} else if (t->space != SP_ACC) {
		/* The walk cuts runs at a buffer's end. */
		seen->wraps[t->space] |= t->addr == 0 && seen->last_end[t->space] == space_size(seen->g, t->space);
		seen->last_end[t->space] = t->addr + t->n;
	}
	seen->runs++;
	return 0;
}

static void add_load(const struct fcn_cmd *c, const struct seen *seen)
{
	uint32_t px = fcn_load_get_px(c), space = fcn_load_get_space(c), run = fcn_load_get_run(c);
	uint32_t pitch_x = fcn_load_get_dst_pitch_x(c), pitch_y = fcn_load_get_dst_pitch_y(c);

	count.load[space][px]++;
	hit(BIN_load_padding_only, seen->runs && !seen->any_mem);
	hit(BIN_load_nothing, !seen->runs);
	hit(BIN_load_backwards, seen->any_mem && (fcn_load_get_pitch_y(c) >> 31 || fcn_load_get_pitch_x(c) >> 31));
	hit(BIN_load_wraps_buffer, seen->wraps[space]);
	hit(BIN_load_wraps_memory, seen->wraps[SP_MEM]);
	hit(BIN_load_crosses_pages, seen->pages);
	hit(BIN_load_overlaps_itself, fcn_load_get_cols_n(c) > 1 && pitch_x < run);
	hit(BIN_load_rows_interleaved, fcn_load_get_cols_n(c) > 1 && fcn_load_get_rows_n(c) > 1 && pitch_y == run &&
					       pitch_x > run);
}

static void add_conv(const struct geometry *g, const struct fcn_cmd *c, const struct seen *seen)
{
	uint32_t pixels = (fcn_conv_get_x_n(c) + 1) * (fcn_conv_get_y_n(c) + 1), entries = 1u << g->acc_log2;
	bool tiles = fcn_conv_get_k0_n(c) || fcn_conv_get_k1_n(c) || fcn_conv_get_k2_n(c);

	hit(BIN_conv_keep, fcn_conv_get_keep(c));
	hit(BIN_conv_keep_many_tiles, fcn_conv_get_keep(c) && tiles);
	hit(BIN_conv_fewer_pixels_than_rows, pixels < g->rows && tiles);
	hit(BIN_conv_no_bubble, pixels >= g->rows && tiles);
	hit(BIN_conv_more_pixels_than_entries, pixels > entries);
	hit(BIN_conv_wraps_ifm, seen->wraps[SP_IFM]);
	hit(BIN_conv_wraps_weights, seen->wraps[SP_WGT]);
	hit(BIN_conv_wraps_accumulators, (fcn_conv_get_acc(c) & (entries - 1)) + pixels > entries);
}

static void add_post(const struct geometry *g, const struct fcn_cmd *c, const struct seen *seen)
{
	uint32_t entries = 1u << g->acc_log2, size = space_size(g, SP_OFM);
	bool residual = fcn_post_get_res_en(c);
	bool in_place = ((fcn_post_get_res(c) ^ fcn_post_get_ofm(c)) & (size - 1)) == 0;

	hit(BIN_post_part_of_columns, fcn_post_get_cols_n(c) + 1 < g->cols);
	hit(BIN_post_table, fcn_post_get_table_en(c));
	hit(BIN_post_window, fcn_post_get_win_x_n(c) && fcn_post_get_win_y_n(c));
	hit(BIN_post_residual_in_place, residual && in_place);
	hit(BIN_post_residual_apart, residual && !in_place);
	hit(BIN_post_min_above_max, fcn_post_get_min(c) > fcn_post_get_max(c));
	hit(BIN_post_wraps_ofm, seen->wraps[SP_OFM]);
	hit(BIN_post_wraps_accumulators, (fcn_post_get_acc(c) & (entries - 1)) + fcn_post_get_x_n(c) >= entries);
	hit(BIN_post_big_shift, residual && fcn_post_get_res_shift(c) > 32);
}

static void add_store(const struct fcn_cmd *c, const struct seen *seen)
{
	count.store[fcn_store_get_px(c)]++;
	hit(BIN_store_sub_pixels, seen->runs && fcn_store_get_sub_n(c));
	hit(BIN_store_nothing, !seen->runs);
	hit(BIN_store_backwards, seen->runs && fcn_store_get_pitch_y(c) >> 31);
	hit(BIN_store_crosses_pages, seen->pages);
	hit(BIN_store_wraps_ofm, seen->wraps[SP_OFM]);
	hit(BIN_store_wraps_memory, seen->wraps[SP_MEM]);
}

static void add_command(const struct geometry *g, const struct fcn_cmd *c)
{
	struct seen seen = { .g = g };
	const char *why;

	if (fcn_cmd_check(c, g->rows, g->cols, &why))
		return;
	access_walk(g, c, look, &seen);
	count.op[fcn_cmd_get_opcode(c)]++;
	add_fields(c, g->cols);
	for (unsigned e = 0; e < ENGINES; e++)
		count.token[e][(fcn_cmd_get_opcode(c) >> 4) - 1] += fcn_cmd_get_wait(c) >> e & 1;
	switch (fcn_cmd_get_opcode(c)) {
	case FCN_OP_LOAD:
		add_load(c, &seen);
		break;
	case FCN_OP_CONV:
		add_conv(g, c, &seen);
		break;
	case FCN_OP_POST:
		add_post(g, c, &seen);
		break;
	case FCN_OP_STORE:
		add_store(c, &seen);
		break;
	}
}

/* ---------------------------------------------------------------------- one job */

static enum bin source_bin(const struct job *job, const struct outcome *o, enum bin fetch)
{
	uint32_t va = job->cmd_va + FCN_CMD_BYTES * o->index;

	if (o->index == job->count)
		return fetch + BIN_fault_record_invalid - BIN_fault_fetch_invalid;
	if (va / IMAGE_PAGE == o->addr / IMAGE_PAGE || o->index >= job->n)
		return fetch;
	return fetch + (fcn_cmd_get_opcode(&job->cmd[o->index]) == FCN_OP_STORE ?
			BIN_fault_store_invalid - BIN_fault_fetch_invalid :
			BIN_fault_load_invalid - BIN_fault_fetch_invalid);
}

static void add_outcome(const struct job *job, const struct outcome *o)
{
	switch (o->cause) {
	case FCN_CAUSE_NONE:
		hit(BIN_fault_missed, job->plan != PLAN_NONE);
		break;
	case FCN_CAUSE_ILLEGAL:
		hit(BIN_fault_illegal, true);
		break;
	case FCN_CAUSE_MMU_INVALID:
		hit(source_bin(job, o, BIN_fault_fetch_invalid), true);
		break;
	case FCN_CAUSE_MMU_PERM:
		hit(source_bin(job, o, BIN_fault_fetch_perm), true);
		break;
	case FCN_CAUSE_BUS_READ:
	case FCN_CAUSE_BUS_WRITE:
		hit(source_bin(job, o, BIN_fault_fetch_bus), true);
		break;
	case FCN_CAUSE_BUS_WALK:
		hit(BIN_fault_walk_bus, true);
		break;
	case FCN_CAUSE_DEADLOCK:
		hit(job->plan == PLAN_OVERFLOW ? BIN_fault_overflow : BIN_fault_deadlock, true);
		break;
	case FCN_CAUSE_ABORTED:
		hit(BIN_fault_aborted, true);
		break;
	}
}

static unsigned tokens(const struct job *job, bool signals)
{
	unsigned n = 0;

	for (unsigned i = 0; i < job->n; i++)
		for (unsigned e = 0; e < ENGINES; e++)
			n += (signals ? fcn_cmd_get_signal(&job->cmd[i]) : fcn_cmd_get_wait(&job->cmd[i])) >> e & 1;
	return n;
}

static void add_job(const struct stream *s, unsigned i, const struct result *r)
{
	const struct job *job = &s->job[i], *last = i ? &s->job[i - 1] : NULL;

	for (unsigned c = 0; c < job->n; c++)
		add_command(&s->g, &job->cmd[c]);
	count.plan[job->plan]++;
	if (r->job[i].known)
		add_outcome(job, &r->job[i]);
	hit(BIN_job_empty, job->count == 0);
	hit(BIN_job_record, r->has_perf[i]);
	hit(BIN_job_flush, job->flush);
	hit(BIN_job_many_commands, job->n > CMDS_PER_PAGE);
	hit(BIN_job_tokens_left, job->plan == PLAN_NONE && tokens(job, true) > tokens(job, false));
	hit(BIN_job_most_overlap, 2 * job->overlap > job->n);
	if (!last)
		return;
	hit(BIN_job_same_slot_again, job->slot == last->slot);
	hit(BIN_job_queued_behind_other, job->slot != last->slot);
	hit(BIN_job_same_root_as_last, s->root[job->root].pfn == s->root[last->root].pfn);
	hit(BIN_job_other_root_than_last, s->root[job->root].pfn != s->root[last->root].pfn);
}

void cover_add(const struct stream *s, const struct result *r)
{
	for (unsigned i = 0; i < s->njobs; i++)
		add_job(s, i, r);
	for (unsigned i = 0; i < s->nactions; i++) {
		hit(BIN_host_flush, s->action[i].kind == ACT_FLUSH);
		hit(BIN_host_edit, s->action[i].kind == ACT_WRITE);
		hit(BIN_host_reset, s->action[i].kind == ACT_RESET);
	}
	hit(BIN_host_seqno_error, r->seqno_error);
}

/* ------------------------------------------------------------------------ table */

static unsigned line(FILE *to, const char *group, const char *name, uint64_t n)
{
	fprintf(to, "# %-10s %-34s %10" PRIu64 "%s\n", group, name, n, n ? "" : "   NEVER");
	return n == 0;
}

static bool can_be(const struct cmd_field *f, unsigned class)
{
	uint32_t width = f->mask >> f->shift;

	return class != CLASS_OTHER || (width > 1 && f->max > 1);
}

static unsigned print_fields(FILE *to)
{
	unsigned never = 0;

	fprintf(to, "# %-22s %10s %10s %10s\n", "field", "zero", "largest", "other");
	for (unsigned i = 0; i < cmd_fields_n; i++) {
		unsigned missing = 0;

		for (unsigned c = 0; c < CLASSES; c++)
			missing += can_be(&cmd_fields[i], c) && !count.field[i][c];
		fprintf(to, "# %-22s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "%s\n", cmd_fields[i].name,
			count.field[i][CLASS_ZERO], count.field[i][CLASS_MAX], count.field[i][CLASS_OTHER],
			missing ? "   NEVER" : "");
		never += missing;
	}
	return never;
}

unsigned cover_print(FILE *to)
{
	static const char *const spaces[LOAD_SPACES] = { "IFM", "weights", "OFM", "parameters", "table" };
	unsigned never = print_fields(to);
	char name[64];

	for (unsigned op = 0; op < 256; op++)
		if (fcn_op_name(op))
			never += line(to, "command", fcn_op_name(op), count.op[op]);
	for (unsigned px = 0; px < PX_FORMATS; px++) {
		for (unsigned space = 0; space < LOAD_SPACES; space++) {
			snprintf(name, sizeof(name), "%s PX=%u", spaces[space], px);
			never += line(to, "LOAD", name, count.load[space][px]);
		}
		snprintf(name, sizeof(name), "PX=%u", px);
		never += line(to, "STORE", name, count.store[px]);
	}
	for (unsigned i = 0; i < ENGINES; i++)
		for (unsigned j = 0; j < ENGINES; j++)
			if (i != j) {
				snprintf(name, sizeof(name), "%s to %s", fcn_engine_name(i), fcn_engine_name(j));
				never += line(to, "token", name, count.token[i][j]);
			}
	for (unsigned p = 0; p < PLANS; p++)
		never += line(to, "plan", plan_name((enum plan)p), count.plan[p]);
	for (unsigned b = 0; b < BIN_COUNT; b++)
		never += line(to, "situation", bin_name[b], count.bin[b]);
	return never;
}

int cover_save(const char *path)
{
	FILE *f = fopen(path, "wb");
	bool good = f && fwrite(&count, sizeof(count), 1, f) == 1;

	return f && fclose(f) == 0 && good ? 0 : -1;
}

int cover_load(const char *path)
{
	uint64_t *sum = (uint64_t *)&count, n = sizeof(count) / sizeof(*sum), *more = malloc(sizeof(count));
	FILE *f = fopen(path, "rb");
	bool good = more && f && fread(more, sizeof(count), 1, f) == 1;

	for (uint64_t i = 0; good && i < n; i++)
		sum[i] += more[i];
	if (f)
		fclose(f);
	free(more);
	return good ? 0 : -1;
}
