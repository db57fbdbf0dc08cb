// SPDX-License-Identifier: Apache-2.0
#include "play.h"

#include "drm/fcn_accel_regs.h"
#include "fcn_names.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
	STEP = 100,         /* cycles between looks at a register */
	PATIENCE = 3000000, /* cycles until a device counts as hung */
	NO_JOB = -1,
};

struct play {
	const struct stream *s;
	struct device *dut, *model;
	struct result *result;
	struct unknown *unknown;
	int in_slot[FCN_SLOT_COUNT]; /* the device's job, NO_JOB: none whose outcome is not noted yet */
	unsigned started[MAX_JOBS], nstarted; /* since memory was last compared, in order */
	bool failed;
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void fail(struct play *p, const char *fmt, ...)
{
	va_list ap;

	if (p->failed)
		return;
	p->failed = true;
	va_start(ap, fmt);
	vsnprintf(p->result->why, sizeof(p->result->why), fmt, ap);
	va_end(ap);
}

/* ------------------------------------------------------------------ one device */

static void set_up(const struct stream *s, struct device *d)
{
	d->write(d, FCN_REG_SEQNO_ADDR_LO, (uint32_t)s->record_pa);
	d->write(d, FCN_REG_SEQNO_ADDR_HI, (uint32_t)(s->record_pa >> 32));
	d->write(d, FCN_REG_IRQ_ENABLE, (uint32_t)s->seed & (FCN_IRQ_ENABLE_DONE_MASK | FCN_IRQ_ENABLE_FAULT_MASK |
							      FCN_IRQ_ENABLE_SEQNO_ERR_MASK));
}

static void start_job(const struct stream *s, struct device *d, unsigned number)
{
	const struct job *job = &s->job[number];

	d->write(d, FCN_REG_SLOT_ROOT(job->slot), s->root[job->root].pfn);
	d->write(d, FCN_REG_SLOT_CMD_VA(job->slot), job->cmd_va);
	d->write(d, FCN_REG_SLOT_CMD_COUNT(job->slot),
		 job->count | (job->flush ? FCN_SLOT_CMD_COUNT_TLB_FLUSH_MASK : 0));
	d->write(d, FCN_REG_SLOT_PERF_VA(job->slot), job->perf);
	d->write(d, FCN_REG_SLOT_SEQNO(job->slot), job->seqno);
}

/* Waits until bits of a register are 0. */
static bool wait_clear(struct device *d, unsigned off, uint32_t mask)
{
	for (uint64_t n = 0; d->read(d, off) & mask; n += STEP) {
		if (n > PATIENCE)
			return false;
		d->advance(d, STEP);
	}
	return true;
}

static uint64_t record_pa(const struct stream *s, unsigned slot)
{
	return s->record_pa + RECORD_BYTES * slot;
}

static struct outcome read_outcome(const struct stream *s, struct device *d, unsigned slot)
{
	struct outcome o = { .ended = true, .known = true };

	o.cause = (d->read(d, FCN_REG_SLOT_STATUS(slot)) & FCN_SLOT_STATUS_CAUSE_MASK) >> FCN_SLOT_STATUS_CAUSE_SHIFT;
	o.addr = d->read(d, FCN_REG_SLOT_FAULT_ADDR(slot));
	o.index = d->read(d, FCN_REG_SLOT_FAULT_CMD(slot));
	memcpy(o.record, image_at(d->mem, record_pa(s, slot)), RECORD_BYTES);
	return o;
}

/* Waits for the end of the job in a slot and notes how it was. */
static void finish_slot(struct play *p, unsigned slot)
{
	if (p->in_slot[slot] == NO_JOB)
		return;
	if (!wait_clear(p->dut, FCN_REG_SLOT_STATUS(slot), FCN_SLOT_STATUS_BUSY_MASK))
		fail(p, "job %d did not end within %d cycles", p->in_slot[slot], PATIENCE);
	p->result->job[p->in_slot[slot]] = read_outcome(p->s, p->dut, slot);
	p->in_slot[slot] = NO_JOB;
}

/* -------------------------------------------------------------- the model follows */

static uint64_t get64(const uint8_t *p)
{
	uint64_t v = 0;

	for (unsigned i = 8; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

/* Whether the cycles of the array, counters 2 to 7, and each of the others fit into the job's. */
static bool perf_fits(const uint64_t *perf)
{
	uint64_t array = 0;

	for (unsigned i = 2; i <= 7; i++)
		array += perf[i];
	return array <= perf[1] && perf[8] <= perf[1] && perf[14] <= perf[1] && perf[15] <= perf[1];
}

static void fail_perf(struct play *p, unsigned number)
{
	char list[20 * PERF_BYTES / 8];
	size_t at = 0;

	for (unsigned i = 1; i < PERF_BYTES / 8; i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, " %" PRIu64, p->result->perf[number][i]);
	fail(p, "job %u: the performance record counts more than the job's cycles:%s", number, list);
}

/* Numbers that depend on time are not compared, but no part may be more than the whole. */
static void note_perf(struct play *p, unsigned number)
{
	static const bool exact[PERF_BYTES / 8] = { [0] = true, [2] = true, [8] = true, [9] = true, [10] = true, [13] = true };
	const struct job *job = &p->s->job[number];
	uint64_t pa = root_translate(&p->s->root[job->root], job->perf & ~UINT32_C(1), PTE_V | PTE_W);
	const uint8_t *record;

	if (!(job->perf & 1) || pa == UINT64_MAX)
		return;
	record = image_at(p->dut->mem, pa);
	for (unsigned i = 0; i < PERF_BYTES / 8; i++) {
		p->result->perf[number][i] = get64(record + 8 * i);
		if (!exact[i])
			unknown_add(p->unknown, p->s, pa + 8 * i, 8);
	}
	if (p->dut->timed && !perf_fits(p->result->perf[number]))
		fail_perf(p, number);
	p->result->has_perf[number] = true;
}

static void forget_job(struct play *p, unsigned number)
{
	const struct job *job = &p->s->job[number];
	uint64_t perf = root_translate(&p->s->root[job->root], job->perf & ~UINT32_C(1), PTE_V | PTE_W);

	unknown_add_stores(p->unknown, p->s, job);
	unknown_add(p->unknown, p->s, record_pa(p->s, job->slot), RECORD_BYTES);
	if (job->perf & 1 && perf != UINT64_MAX)
		unknown_add(p->unknown, p->s, perf, PERF_BYTES);
}

static void compare_outcome(struct play *p, unsigned number, const struct outcome *got, const struct outcome *want)
{
	const char *g = fcn_cause_name(got->cause), *w = fcn_cause_name(want->cause);

	if (got->cause != want->cause || got->addr != want->addr || got->index != want->index)
		fail(p, "job %u ended with %s at 0x%08" PRIx32 ", command %" PRIu32 "; model: %s at 0x%08" PRIx32
		     ", command %" PRIu32, number, g ? g : "?", got->addr, got->index, w ? w : "?", want->addr,
		     want->index);
	else if (memcmp(got->record, want->record, RECORD_BYTES))
		fail(p, "job %u: the completion record is not the model's", number);
}

/* The model runs a job as the device did. */
static void follow_job(struct play *p, unsigned number)
{
	const struct job *job = &p->s->job[number];
	const struct outcome *got = &p->result->job[number];
	struct outcome want;

	if (!got->known) {
		forget_job(p, number);
		return;
	}
	start_job(p->s, p->model, number);
	if (got->cause == FCN_CAUSE_ABORTED)
		p->model->write(p->model, FCN_REG_SLOT_ABORT(job->slot), 1);
	p->model->prefer(p->model, got->cause, got->index, got->addr);
	p->model->advance(p->model, 0);
	want = read_outcome(p->s, p->model, job->slot);
	compare_outcome(p, number, got, &want);
	if (got->cause != FCN_CAUSE_NONE)
		unknown_add_stores(p->unknown, p->s, job);
	else
		note_perf(p, number);
	if (got->cause != FCN_CAUSE_NONE && job->plan == PLAN_NONE)
		fail(p, "job %u ended with %s, but nothing was to go wrong", number, fcn_cause_name(got->cause));
}

static void compare_register(struct play *p, unsigned off)
{
	uint32_t got = p->dut->read(p->dut, off), want = p->model->read(p->model, off);

	if (got != want)
		fail(p, "register %s is 0x%08" PRIx32 ", model 0x%08" PRIx32, fcn_reg_name(off), got, want);
}

static void compare_registers(struct play *p)
{
	static const uint8_t slot_regs[] = {
		FCN_SLOT_ROOT, FCN_SLOT_CMD_VA, FCN_SLOT_CMD_COUNT, FCN_SLOT_PERF_VA, FCN_SLOT_SEQNO,
		FCN_SLOT_ABORT, FCN_SLOT_STATUS, FCN_SLOT_FAULT_ADDR, FCN_SLOT_FAULT_CMD,
	};

	for (unsigned slot = 0; slot < FCN_SLOT_COUNT; slot++)
		for (unsigned i = 0; i < sizeof(slot_regs); i++)
			compare_register(p, FCN_SLOT_REG(slot, slot_regs[i]));
	compare_register(p, FCN_REG_IRQ_STATUS);
	if (p->dut->irq(p->dut) != p->model->irq(p->model))
		fail(p, "the interrupt line is %d", p->dut->irq(p->dut));
	if (p->model->read(p->model, FCN_REG_IRQ_STATUS) & FCN_IRQ_STATUS_SEQNO_ERR_MASK)
		p->result->seqno_error = true;
	p->dut->write(p->dut, FCN_REG_IRQ_STATUS, UINT32_MAX);
	p->model->write(p->model, FCN_REG_IRQ_STATUS, UINT32_MAX);
}

/* ------------------------------------------------------------------------ actions */

static void act_start(struct play *p, const struct action *a)
{
	const struct job *job = &p->s->job[a->job];

	finish_slot(p, job->slot);
	start_job(p->s, p->dut, a->job);
	p->in_slot[job->slot] = (int)a->job;
	p->started[p->nstarted++] = a->job;
}

static void act_abort(struct play *p, const struct action *a)
{
	unsigned off = FCN_REG_SLOT_ABORT(p->s->job[a->job].slot);

	p->dut->write(p->dut, off, 1);
	if (!wait_clear(p->dut, off, 1))
		fail(p, "the abort of job %u does not end", a->job);
}

static void act_reset(struct play *p)
{
	p->dut->write(p->dut, FCN_REG_CTRL, FCN_CTRL_RESET_MASK);
	if (!wait_clear(p->dut, FCN_REG_CTRL, FCN_CTRL_RESET_MASK))
		fail(p, "the reset does not end");
	for (unsigned slot = 0; slot < FCN_SLOT_COUNT; slot++)
		p->in_slot[slot] = NO_JOB;
	p->model->write(p->model, FCN_REG_CTRL, FCN_CTRL_RESET_MASK);
	p->model->advance(p->model, 0);
	set_up(p->s, p->dut);
	set_up(p->s, p->model);
}

static void act_idle(struct play *p)
{
	const char *misbehaved;

	for (unsigned slot = 0; slot < FCN_SLOT_COUNT; slot++)
		finish_slot(p, slot);
	if (!wait_clear(p->dut, FCN_REG_STATUS, FCN_STATUS_BUSY_MASK))
		fail(p, "STATUS.BUSY stays 1");
	for (unsigned i = 0; i < p->nstarted && !p->failed; i++)
		follow_job(p, p->started[i]);
	p->nstarted = 0;
	if (!p->failed)
		compare_registers(p);
	if (!p->failed && !compare_memory(p->s, p->unknown, p->dut->mem, p->model->mem, p->result->why,
					  sizeof(p->result->why)))
		p->failed = true;
	misbehaved = p->dut->misbehaved(p->dut);
	if (misbehaved)
		fail(p, "bus protocol: %s", misbehaved);
}

static void act_write(struct play *p, const struct action *a)
{
	image_put32(p->dut->mem, a->pa, a->value);
	image_put32(p->model->mem, a->pa, a->value);
}

static void act_flush(struct play *p)
{
	p->dut->write(p->dut, FCN_REG_CTRL, FCN_CTRL_TLB_FLUSH_MASK);
	if (!wait_clear(p->dut, FCN_REG_CTRL, FCN_CTRL_TLB_FLUSH_MASK))
		fail(p, "the TLB flush does not end");
	p->model->write(p->model, FCN_REG_CTRL, FCN_CTRL_TLB_FLUSH_MASK);
}

static void act(struct play *p, const struct action *a)
{
	switch (a->kind) {
	case ACT_START:
		act_start(p, a);
		break;
	case ACT_DELAY:
		p->dut->advance(p->dut, a->value);
		break;
	case ACT_ABORT:
		act_abort(p, a);
		break;
	case ACT_RESET:
		act_reset(p);
		break;
	case ACT_IDLE:
		act_idle(p);
		break;
	case ACT_WRITE:
		act_write(p, a);
		break;
	case ACT_FLUSH:
		act_flush(p);
		break;
	}
}

bool play(const struct stream *s, struct device *dut, struct device *model, struct result *result)
{
	struct play p = { .s = s, .dut = dut, .model = model, .result = result };

	p.unknown = calloc(1, sizeof(*p.unknown));
	if (!p.unknown)
		abort();
	memset(result, 0, sizeof(*result));
	for (unsigned slot = 0; slot < FCN_SLOT_COUNT; slot++)
		p.in_slot[slot] = NO_JOB;
	set_up(s, dut);
	set_up(s, model);
	for (unsigned i = 0; i < s->nactions && !p.failed; i++)
		act(&p, &s->action[i]);
	free(p.unknown);
	return !p.failed;
}
