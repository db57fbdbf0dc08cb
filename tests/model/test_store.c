// SPDX-License-Identifier: Apache-2.0
/* STORE against the loops of theory-of-operation.md, written down naively. */
#include "rig.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define CASES 4000
#define OFM_BYTES 1024u /* of rig_small */

/* Memory after the command, and how many beats its chunks make. */
static uint64_t naive_store(const struct fcn_cmd *c, const uint8_t *ofm, uint8_t *mem)
{
	uint32_t row, col, sub, chunk, i, n, va, src, beat, last = 0;
	uint64_t beats = 0;

	for (row = 0; row < fcn_store_get_rows_n(c); row++)
	for (col = 0; col < fcn_store_get_cols_n(c); col++)
	for (sub = 0; sub <= fcn_store_get_sub_n(c); sub++)
	for (chunk = 0; chunk < fcn_store_get_run(c); chunk += 16) {
		n = fcn_store_get_run(c) - chunk < 16 ? fcn_store_get_run(c) - chunk : 16;
		va = fcn_store_get_va(c) + row * fcn_store_get_pitch_y(c) +
		     col * fcn_store_get_pitch_x(c) + sub * fcn_store_get_pitch_s(c) + chunk;
		src = fcn_store_get_src(c) + row * fcn_store_get_src_pitch_y(c) +
		      col * fcn_store_get_src_pitch_x(c) + sub * fcn_store_get_src_pitch_s(c) + chunk;
		for (i = 0; i < n; i++)
			mem[va + i] = ofm[(src + i) % OFM_BYTES];
		beat = va / 16;
		beats += beats == 0 || beat != last;
		last = beat;
	}
	return beats;
}

static struct fcn_cmd random_store(void)
{
	const uint32_t px = rig_below(5), align = px == 4 ? 16 : 1u << px;
	const uint32_t range = rig_below(2) ? 64 : 2048;
	struct fcn_cmd c;

	fcn_store_init(&c, 0, 0);
	fcn_store_set_px(&c, px);
	fcn_store_set_va(&c, RIG_DATA_VA + 0x100000 + rig_below(0x10000) / align * align);
	fcn_store_set_pitch_y(&c, (rig_below(2 * range) - range) / align * align);
	fcn_store_set_pitch_x(&c, (rig_below(2 * range) - range) / align * align);
	fcn_store_set_pitch_s(&c, (rig_below(2 * range) - range) / align * align);
	fcn_store_set_rows_n(&c, rig_below(6));
	fcn_store_set_cols_n(&c, rig_below(12));
	fcn_store_set_sub_n(&c, rig_below(4));
	fcn_store_set_run(&c, px == 4 ? rig_below(rig_below(4) ? 50 : 700) : rig_below(align + 1));
	fcn_store_set_src(&c, rig_rand());
	fcn_store_set_src_pitch_y(&c, rig_rand());
	fcn_store_set_src_pitch_x(&c, rig_rand());
	fcn_store_set_src_pitch_s(&c, rig_rand());
	return c;
}

static void test_random(struct rig *r, const char *how)
{
	uint8_t *want = malloc(RIG_MEM_BYTES);
	unsigned i, bad = 0, bad_beats = 0, faults = 0;
	uint64_t beats;
	struct fcn_cmd c;
	size_t n;

	memcpy(want, r->mem, RIG_MEM_BYTES);
	for (i = 0; i < CASES; i++) {
		c = random_store();
		rig_randomise(r, FCN_MODEL_OFM);
		rig_clear(r);
		rig_add(r, &c);
		faults += rig_run(r).cause != FCN_CAUSE_NONE;
		beats = naive_store(&c, fcn_model_buffer(r->m, FCN_MODEL_OFM, &n), want);
		bad += memcmp(want + RIG_DATA_VA, r->mem + RIG_DATA_VA,
			      RIG_MEM_BYTES - RIG_DATA_VA) != 0;
		bad_beats += rig_perf(r, FCN_MODEL_PERF_STORE_BEATS) != beats;
	}
	is(faults, 0, "random STOREs are legal");
	ok(bad == 0, "memory holds what the loops say, and nothing else changed, %s", how);
	is(bad_beats, 0, "beats are counted");
	free(want);
}

int main(void)
{
	struct rig r;

	rig_open(&r, &rig_small);
	rig_clear(&r);
	rig_run(&r); /* now the buffers belong to root 0, and stay */
	test_random(&r, "through write calls");
	r.map = true;
	test_random(&r, "through mapped pages");
	rig_close(&r);
	return done_testing();
}
