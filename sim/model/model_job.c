// SPDX-License-Identifier: Apache-2.0
/* Jobs: start, steps, records, end. */
#include "model_int.h"

#include <string.h>

#define PERF_VERSION 1u
#define PERF_BYTES (8 * FCN_MODEL_PERF_COUNT)

_Static_assert(FCN_SLOT_COUNT == 2, "`first` and its other slot are all that is waiting");

void fcnm_irq_update(struct fcn_model *m)
{
	const bool level = (m->irq_status & m->irq_enable) != 0;

	if (level == m->irq_level)
		return;
	m->irq_level = level;
	if (m->ops.irq)
		m->ops.irq(m->ctx, level);
}

void fcnm_job_kick(struct fcn_model *m, unsigned slot)
{
	struct fcnm_slot *s = &m->slot[slot];

	s->busy = true;
	s->fault = (struct fcnm_fault){ 0 };
	if (!m->slot[!slot].busy)
		m->first = slot;
}

/* Performance record ------------------------------------------------------------------ */

static uint64_t longest(const struct fcnm_counts *c)
{
	const uint64_t n[] = { c->conv_cycles, c->post_cycles, c->load_chunks, c->store_beats };
	uint64_t most = 0;
	unsigned i;

	for (i = 0; i < sizeof(n) / sizeof(n[0]); i++)
		most = n[i] > most ? n[i] : most;
	return most;
}

/* Writes the record of the job in slot s; a fault becomes the job's. */
static void write_perf(struct fcn_model *m, struct fcnm_slot *s)
{
	const struct fcnm_counts *c = &m->counts;
	const uint64_t record[FCN_MODEL_PERF_COUNT] = {
		[FCN_MODEL_PERF_SEQNO] = s->seqno | (uint64_t)PERF_VERSION << 32,
		[FCN_MODEL_PERF_CYCLES] = longest(c),
		[FCN_MODEL_PERF_ARRAY] = c->array_pixels,
		[FCN_MODEL_PERF_POST] = c->post_outputs,
		[FCN_MODEL_PERF_LOAD_BEATS] = c->load_beats,
		[FCN_MODEL_PERF_STORE_BEATS] = c->store_beats,
		[FCN_MODEL_PERF_COMMANDS] = c->commands,
	};
	uint8_t bytes[PERF_BYTES], strobe[PERF_BYTES];
	struct fcnm_fault fault = { .index = s->cmd_count & FCN_SLOT_CMD_COUNT_COUNT_MASK };
	unsigned i;

	for (i = 0; i < FCN_MODEL_PERF_COUNT; i++) {
		fcnm_put_le32(bytes + 8 * i, (uint32_t)record[i]);
		fcnm_put_le32(bytes + 8 * i + 4, (uint32_t)(record[i] >> 32));
	}
	memset(strobe, 1, sizeof(strobe));
	if (!fcnm_write_burst(m, s->perf_va & FCN_SLOT_PERF_VA_ADDR_MASK, bytes, strobe,
			      sizeof(bytes), &fault))
		s->fault = fault;
}

/* End of a job ------------------------------------------------------------------------ */

static bool write_completion(struct fcn_model *m, unsigned slot)
{
	const struct fcnm_slot *s = &m->slot[slot];
	uint64_t pa = ((uint64_t)m->seqno_hi << 32 | m->seqno_lo) + 16 * slot;
	uint8_t record[16];

	fcnm_put_le32(record, s->seqno);
	fcnm_put_le32(record + 4, s->fault.cause);
	fcnm_put_le32(record + 8, s->fault.addr);
	fcnm_put_le32(record + 12, s->fault.index);
	return m->ops.write(m->ctx, pa, record, sizeof(record)) == 0;
}

static void end_job(struct fcn_model *m, unsigned slot)
{
	struct fcnm_slot *s = &m->slot[slot];
	const bool ok = s->fault.cause == FCN_CAUSE_NONE;

	if (!write_completion(m, slot))
		m->irq_status |= FCN_IRQ_STATUS_SEQNO_ERR_MASK;
	if (m->running && slot == m->first)
		m->running = false;
	s->busy = false;
	s->abort = false;
	m->first = !slot;
	m->last = s->fault;
	m->irq_status |= 1u << (slot + (ok ? FCN_IRQ_STATUS_DONE_SHIFT :
					     FCN_IRQ_STATUS_FAULT_SHIFT));
	fcnm_irq_update(m);
}

static void abort_job(struct fcn_model *m, unsigned slot)
{
	m->slot[slot].fault = (struct fcnm_fault){ .cause = FCN_CAUSE_ABORTED };
	end_job(m, slot);
}

static void finish_job(struct fcn_model *m)
{
	struct fcnm_slot *s = &m->slot[m->first];

	s->fault = fcnm_dispatch_result(m);
	if (s->fault.cause == FCN_CAUSE_NONE && (s->perf_va & FCN_SLOT_PERF_VA_ENABLE_MASK))
		write_perf(m, s);
	end_job(m, m->first);
}

/* Start and steps --------------------------------------------------------------------- */

static void start_job(struct fcn_model *m)
{
	const uint32_t root = m->slot[m->first].root;

	if (!m->root_known || root != m->root)
		fcnm_buffers_scrub(m);
	m->root_known = true;
	m->root = root;
	/* Pointers from ops.map are good for one job: so are translations. */
	fcnm_tlb_flush(m);
	memset(&m->counts, 0, sizeof(m->counts));
	fcnm_dispatch_start(m);
	m->running = true;
}

bool fcn_model_step(struct fcn_model *m)
{
	unsigned slot;

	for (slot = 0; slot < FCN_SLOT_COUNT; slot++)
		if (m->slot[slot].abort) {
			abort_job(m, slot);
			return true;
		}
	if (!m->slot[m->first].busy)
		return false;
	if (!m->running)
		start_job(m);
	else if (!fcnm_dispatch_step(m))
		finish_job(m);
	return true;
}

/* Directed mode ----------------------------------------------------------------------- */

void fcn_model_set_prefer_fault(struct fcn_model *m, unsigned cause, uint32_t index,
				uint32_t addr)
{
	m->prefer = (struct fcnm_fault){ 0 };
	if (cause != FCN_CAUSE_NONE)
		m->prefer = (struct fcnm_fault){ .cause = cause, .addr = addr, .index = index };
}

bool fcn_model_fault_allowed(const struct fcn_model *m)
{
	return m->last.cause == m->prefer.cause && m->last.index == m->prefer.index &&
	       m->last.addr == m->prefer.addr;
}
