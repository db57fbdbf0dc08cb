// SPDX-License-Identifier: Apache-2.0
/* STORE: the OFM buffer to memory.  Chunks are merged into beats, beats into bursts. */
#include "model_int.h"

#include <string.h>

/* The burst that is being gathered. */
struct burst {
	struct fcn_model *m;
	uint32_t va; /* of its first beat */
	uint32_t n;  /* bytes: whole beats; 0: no burst */
	uint8_t data[FCNM_LINE], strobe[FCNM_LINE];
	struct fcnm_fault *fault;
};

static bool flush(struct burst *b)
{
	const uint32_t n = b->n;

	b->n = 0;
	if (!n)
		return true;
	if (!fcnm_write_burst(b->m, b->va, b->data, b->strobe, n, b->fault))
		return false;
	b->m->counts.store_beats += n / FCNM_BEAT;
	return true;
}

/* Makes the beat at va the last one of the burst, which is written first if that cannot be. */
static bool open_beat(struct burst *b, uint32_t va)
{
	const uint32_t end = b->va + b->n;

	if (b->n && va == end - FCNM_BEAT)
		return true;
	if (va != end || (va & (FCNM_LINE - 1)) == 0) {
		if (!flush(b))
			return false;
	}
	if (!b->n)
		b->va = va;
	memset(b->strobe + b->n, 0, FCNM_BEAT);
	b->n += FCNM_BEAT;
	return true;
}

/* n bytes, all in one beat, at va from the OFM buffer at src. */
static bool chunk(struct burst *b, uint32_t va, uint32_t src, uint32_t n)
{
	const uint32_t lead = va & (FCNM_BEAT - 1);
	uint32_t at;

	if (!open_beat(b, va - lead))
		return false;
	at = b->n - FCNM_BEAT + lead;
	fcnm_buffer_read(&b->m->buf[FCN_MODEL_OFM], src, b->data + at, n);
	memset(b->strobe + at, 1, n);
	return true;
}

static bool sub_pixel(struct burst *b, uint32_t va, uint32_t src, uint32_t run)
{
	uint32_t at, n;

	for (at = 0; at < run; at += n) {
		n = run - at < FCNM_BEAT ? run - at : FCNM_BEAT;
		if (!chunk(b, va + at, src + at, n))
			return false;
	}
	return true;
}

static bool pixel(struct burst *b, const struct fcn_cmd *c, uint32_t va, uint32_t src)
{
	uint32_t sub;

	for (sub = 0; sub <= fcn_store_get_sub_n(c); sub++) {
		if (!sub_pixel(b, va, src, fcn_store_get_run(c)))
			return false;
		va += fcn_store_get_pitch_s(c);
		src += fcn_store_get_src_pitch_s(c);
	}
	return true;
}

static bool store_row(struct burst *b, const struct fcn_cmd *c, uint32_t va, uint32_t src)
{
	uint32_t col;

	for (col = 0; col < fcn_store_get_cols_n(c); col++) {
		if (!pixel(b, c, va, src))
			return false;
		va += fcn_store_get_pitch_x(c);
		src += fcn_store_get_src_pitch_x(c);
	}
	return true;
}

bool fcnm_store(struct fcn_model *m, const struct fcn_cmd *c, struct fcnm_fault *fault)
{
	struct burst b = { .m = m, .fault = fault };
	uint32_t va = fcn_store_get_va(c), src = fcn_store_get_src(c), row;

	for (row = 0; row < fcn_store_get_rows_n(c); row++) {
		if (!store_row(&b, c, va, src))
			return false;
		va += fcn_store_get_pitch_y(c);
		src += fcn_store_get_src_pitch_y(c);
	}
	return flush(&b);
}
