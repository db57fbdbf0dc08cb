// SPDX-License-Identifier: Apache-2.0
/* On-chip buffers and accumulators. */
#include "model_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TABLES_LOG2 9 /* two tables of 256 bytes */

static size_t acc_words(const struct fcn_model *m)
{
	return (size_t)2 * m->cfg.cols << m->cfg.acc_log2;
}

int fcnm_buffers_create(struct fcn_model *m)
{
	const unsigned log2[FCN_MODEL_ACC] = {
		[FCN_MODEL_IFM] = m->cfg.ifm_log2, [FCN_MODEL_WGT] = m->cfg.wgt_log2,
		[FCN_MODEL_OFM] = m->cfg.ofm_log2, [FCN_MODEL_PAR] = m->cfg.par_log2,
		[FCN_MODEL_TABLE] = TABLES_LOG2,
	};
	unsigned i;

	for (i = 0; i < FCN_MODEL_ACC; i++) {
		m->buf[i].mask = (1u << log2[i]) - 1;
		m->buf[i].data = calloc(1, (size_t)1 << log2[i]);
		if (!m->buf[i].data)
			return -ENOMEM;
	}
	m->acc = calloc(acc_words(m), sizeof(*m->acc));
	return m->acc ? 0 : -ENOMEM;
}

void fcnm_buffers_destroy(struct fcn_model *m)
{
	unsigned i;

	for (i = 0; i < FCN_MODEL_ACC; i++)
		free(m->buf[i].data);
	free(m->acc);
}

void fcnm_buffers_scrub(struct fcn_model *m)
{
	unsigned i;

	for (i = 0; i < FCN_MODEL_ACC; i++)
		memset(m->buf[i].data, 0, (size_t)m->buf[i].mask + 1);
	memset(m->acc, 0, acc_words(m) * sizeof(*m->acc));
}

const void *fcn_model_buffer(const struct fcn_model *m, enum fcn_model_space space, size_t *bytes)
{
	if (space == FCN_MODEL_ACC) {
		*bytes = acc_words(m) * sizeof(*m->acc);
		return m->acc;
	}
	*bytes = (size_t)m->buf[space].mask + 1;
	return m->buf[space].data;
}

/* How many of n bytes at addr come before the buffer's end. */
static uint32_t before_end(const struct fcnm_buffer *b, uint32_t addr, uint32_t n)
{
	uint32_t room = b->mask - (addr & b->mask) + 1;

	return n < room ? n : room;
}

/* A beat is the most frequent size by far: for that one the compiler needs no call. */
static void copy(uint8_t *to, const uint8_t *from, uint32_t n)
{
	if (n == FCNM_BEAT)
		memcpy(to, from, FCNM_BEAT);
	else
		memcpy(to, from, n);
}

void fcnm_buffer_write(const struct fcnm_buffer *b, uint32_t addr, const void *data, uint32_t n)
{
	const uint8_t *from = data;

	while (n) {
		uint32_t part = before_end(b, addr, n);

		copy(b->data + (addr & b->mask), from, part);
		addr += part;
		from += part;
		n -= part;
	}
}

void fcnm_buffer_fill(const struct fcnm_buffer *b, uint32_t addr, int value, uint32_t n)
{
	while (n) {
		uint32_t part = before_end(b, addr, n);

		memset(b->data + (addr & b->mask), value, part);
		addr += part;
		n -= part;
	}
}

void fcnm_buffer_read(const struct fcnm_buffer *b, uint32_t addr, void *data, uint32_t n)
{
	uint8_t *to = data;

	while (n) {
		uint32_t part = before_end(b, addr, n);

		copy(to, b->data + (addr & b->mask), part);
		addr += part;
		to += part;
		n -= part;
	}
}
