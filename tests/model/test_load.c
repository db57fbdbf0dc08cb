// SPDX-License-Identifier: Apache-2.0
/* LOAD against the loops of theory-of-operation.md, written down naively. */
#include "rig.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define CASES 4000
#define SPACES 5

struct shadow {
	uint8_t *data[SPACES];
	uint32_t mask[SPACES];
};

static const uint8_t *buffer(struct rig *r, unsigned space, size_t *n)
{
	return fcn_model_buffer(r->m, (enum fcn_model_space)space, n);
}

static void shadow_open(struct shadow *s, struct rig *r)
{
	size_t n;
	unsigned i;

	for (i = 0; i < SPACES; i++) {
		buffer(r, i, &n);
		s->data[i] = calloc(1, n);
		s->mask[i] = (uint32_t)n - 1;
	}
}

static void shadow_close(struct shadow *s)
{
	unsigned i;

	for (i = 0; i < SPACES; i++)
		free(s->data[i]);
}

static void naive_chunk(const struct rig *r, struct shadow *s, const struct fcn_cmd *c, int inside,
			int row, int col, uint32_t chunk)
{
	const uint32_t space = fcn_load_get_space(c), px = fcn_load_get_px(c);
	const uint32_t run = fcn_load_get_run(c);
	const uint32_t n = run - chunk < 16 ? run - chunk : 16;
	const uint32_t pitch_x = px == 4 ? fcn_load_get_pitch_x(c) : 1u << px;
	const uint32_t va = fcn_load_get_va(c) + (uint32_t)row * fcn_load_get_pitch_y(c) +
			    (uint32_t)col * pitch_x + chunk;
	const uint32_t dst = fcn_load_get_dst(c) +
			     ((uint32_t)row + fcn_load_get_pad_top(c)) * fcn_load_get_dst_pitch_y(c) +
			     ((uint32_t)col + fcn_load_get_pad_left(c)) * fcn_load_get_dst_pitch_x(c) +
			     chunk;
	const uint32_t width = space == 0 || space == 2 ? n : 16;
	uint32_t i;

	for (i = 0; i < width; i++) {
		uint8_t v = i >= n ? 0 : inside ? r->mem[va + i] : (uint8_t)fcn_load_get_pad_value(c);

		s->data[space][(dst + i) & s->mask[space]] = v;
	}
}

static void naive_load(const struct rig *r, struct shadow *s, const struct fcn_cmd *c)
{
	const int rows = (int)fcn_load_get_rows_n(c), cols = (int)fcn_load_get_cols_n(c);
	int row, col, inside;
	uint32_t chunk;

	for (row = -(int)fcn_load_get_pad_top(c); row < rows + (int)fcn_load_get_pad_bottom(c); row++)
		for (col = -(int)fcn_load_get_pad_left(c);
		     col < cols + (int)fcn_load_get_pad_right(c); col++)
			for (chunk = 0; chunk < fcn_load_get_run(c); chunk += 16) {
				inside = row >= 0 && row < rows && col >= 0 && col < cols;
				naive_chunk(r, s, c, inside, row, col, chunk);
			}
}

/* Beats that a command reads: those that cover a pixel (wide) or a row (narrow). */
static uint64_t naive_beats(const struct fcn_cmd *c)
{
	const uint64_t rows = fcn_load_get_rows_n(c), cols = fcn_load_get_cols_n(c);
	const uint32_t run = fcn_load_get_run(c), px = fcn_load_get_px(c);
	uint64_t beats = 0, row, first, last;

	if (!run || !cols)
		return 0;
	if (px == 4)
		return rows * cols * ((run + 15) / 16);
	for (row = 0; row < rows; row++) {
		first = fcn_load_get_va(c) + row * fcn_load_get_pitch_y(c);
		last = first + (cols << px) - 1;
		beats += last / 16 - first / 16 + 1;
	}
	return beats;
}

static struct fcn_cmd random_load(void)
{
	const uint32_t space = rig_below(SPACES), px = rig_below(5);
	const uint32_t align = px == 4 ? 16 : 1u << px;
	const uint32_t dst_align = space == 0 || space == 2 ? 1 : 16;
	struct fcn_cmd c;

	fcn_load_init(&c, 0, 0);
	fcn_load_set_space(&c, space);
	fcn_load_set_px(&c, px);
	fcn_load_set_va(&c, RIG_DATA_VA + 0x100000 + rig_below(0x10000) / align * align);
	fcn_load_set_pitch_y(&c, (rig_below(8192) - 4096) / align * align);
	if (px == 4)
		fcn_load_set_pitch_x(&c, (rig_below(2048) - 1024) & ~15u);
	fcn_load_set_rows_n(&c, rig_below(8));
	fcn_load_set_cols_n(&c, rig_below(px == 4 ? 8 : 400));
	fcn_load_set_run(&c, px == 4 ? rig_below(rig_below(4) ? 70 : 1500) : rig_below(align + 1));
	fcn_load_set_pad_value(&c, (int)rig_below(256) - 128);
	fcn_load_set_pad_top(&c, rig_below(4));
	fcn_load_set_pad_bottom(&c, rig_below(4));
	fcn_load_set_pad_left(&c, rig_below(4));
	fcn_load_set_pad_right(&c, rig_below(4));
	fcn_load_set_dst(&c, rig_rand() / dst_align * dst_align);
	fcn_load_set_dst_pitch_y(&c, rig_rand() / dst_align * dst_align);
	fcn_load_set_dst_pitch_x(&c, rig_rand() / dst_align * dst_align);
	return c;
}

static bool buffers_equal(struct rig *r, const struct shadow *s)
{
	size_t n;
	unsigned i;

	for (i = 0; i < SPACES; i++)
		if (memcmp(buffer(r, i, &n), s->data[i], s->mask[i] + 1))
			return false;
	return true;
}

static void test_random(struct rig *r, const char *how)
{
	unsigned i, bad = 0, bad_beats = 0, faults = 0;
	struct shadow s;
	struct fcn_cmd c;

	shadow_open(&s, r);
	for (i = 0; i < CASES; i++) {
		c = random_load();
		rig_clear(r);
		rig_add(r, &c);
		faults += rig_run(r).cause != FCN_CAUSE_NONE;
		naive_load(r, &s, &c);
		bad += !buffers_equal(r, &s);
		bad_beats += rig_perf(r, FCN_MODEL_PERF_LOAD_BEATS) != naive_beats(&c);
	}
	is(faults, 0, "random LOADs are legal");
	ok(bad == 0, "buffers hold what the loops say, %s", how);
	is(bad_beats, 0, "beats are counted");
	shadow_close(&s);
}

/* The address space wraps: the last page and the first one are neighbours. */
static void test_wrap(struct rig *r)
{
	struct fcn_cmd c;
	size_t n;

	*rig_pde(r, 0, 0xffffffff) = (0x7f0000u >> 12) << 4 | PTE_V;
	((uint32_t *)(r->mem + 0x7f0000))[1023] = (0x7f1000u >> 12) << 4 | PTE_V | PTE_R;
	*rig_pte(r, 0, 0) = (0x7f2000u >> 12) << 4 | PTE_V | PTE_R;
	fcn_load_init(&c, 0, 0);
	fcn_load_set_va(&c, 0xfffffff8);
	fcn_load_set_px(&c, 3);
	fcn_load_set_run(&c, 8);
	fcn_load_set_rows_n(&c, 1);
	fcn_load_set_cols_n(&c, 2);
	fcn_load_set_dst_pitch_x(&c, 8);
	rig_clear(r);
	rig_add(r, &c);
	is(rig_run(r).cause, FCN_CAUSE_NONE, "a row across the end of the address space");
	ok(!memcmp(buffer(r, FCN_MODEL_IFM, &n), r->mem + 0x7f1ff8, 8) &&
		   !memcmp(buffer(r, FCN_MODEL_IFM, &n) + 8, r->mem + 0x7f2000, 8),
	   "its bytes");
}

int main(void)
{
	struct rig r;
	uint32_t i;

	rig_open(&r, &rig_small);
	for (i = RIG_DATA_VA; i < RIG_MEM_BYTES; i++)
		r.mem[i] = (uint8_t)rig_rand();
	test_random(&r, "through read calls");
	/* A reset scrubs the buffers, as the naive ones begin with zeros. */
	fcn_model_reg_write(r.m, FCN_REG_CTRL, FCN_CTRL_RESET_MASK);
	fcn_model_reg_write(r.m, FCN_REG_SEQNO_ADDR_LO, RIG_SEQNO_PA);
	r.map = true;
	test_random(&r, "through mapped pages");
	test_wrap(&r);
	rig_close(&r);
	return done_testing();
}
