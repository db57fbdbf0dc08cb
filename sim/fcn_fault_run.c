// SPDX-License-Identifier: Apache-2.0
/* Decides which events of a simulation suffer which faults of the plan. */
#include "fcn_fault_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* But for FCN_FAULT_STUCK_ENGINE, which is about reads or writes. */
static const enum fcn_fault_event event_of[FCN_FAULT_KINDS] = {
	[FCN_FAULT_READ_ERROR] = FCN_EVENT_READ,
	[FCN_FAULT_LATE_READ] = FCN_EVENT_READ,
	[FCN_FAULT_LOST_READ] = FCN_EVENT_READ,
	[FCN_FAULT_WRITE_ERROR] = FCN_EVENT_WRITE,
	[FCN_FAULT_LATE_WRITE] = FCN_EVENT_WRITE,
	[FCN_FAULT_LOST_WRITE] = FCN_EVENT_WRITE,
	[FCN_FAULT_SLOW_REG] = FCN_EVENT_REG,
	[FCN_FAULT_ALL_ONES_REG] = FCN_EVENT_REG,
	[FCN_FAULT_LOST_IRQ] = FCN_EVENT_IRQ,
	[FCN_FAULT_SPURIOUS_IRQ] = FCN_EVENT_IRQ,
};

static bool is_about(const struct fcn_fault *f, enum fcn_fault_event event, unsigned id)
{
	if (f->kind == FCN_FAULT_SPURIOUS_IRQ)
		return false;
	if (f->kind != FCN_FAULT_STUCK_ENGINE)
		return event_of[f->kind] == event && (f->id == FCN_FAULT_ANY || f->id == id);
	return f->engine == FCN_STUCK_STORE ? event == FCN_EVENT_WRITE : event == FCN_EVENT_READ && id == f->engine;
}

/* Spurious interrupts are not events of the core: the clock brings them. */
static void find_next_irq(struct fcn_faults *fs)
{
	fs->next_irq = UINT64_MAX;
	for (size_t i = 0; i < fs->n; i++)
		if (fs->fault[i].kind == FCN_FAULT_SPURIOUS_IRQ && !fs->events[i] && fs->fault[i].at < fs->next_irq)
			fs->next_irq = fs->fault[i].at;
}

int fcn_faults_init(struct fcn_faults *fs, const struct fcn_fault_plan *plan)
{
	*fs = (struct fcn_faults){ .next_irq = UINT64_MAX };
	if (!plan || !plan->n)
		return 0;
	fs->fault = calloc(plan->n, sizeof(*fs->fault));
	fs->events = calloc(plan->n, sizeof(*fs->events));
	if (!fs->fault || !fs->events) {
		fcn_faults_free(fs);
		return -ENOMEM;
	}
	memcpy(fs->fault, plan->fault, plan->n * sizeof(*fs->fault));
	fs->n = plan->n;
	fs->rng.state = plan->seed;
	find_next_irq(fs);
	return 0;
}

void fcn_faults_free(struct fcn_faults *fs)
{
	free(fs->fault);
	free(fs->events);
	*fs = (struct fcn_faults){ .next_irq = UINT64_MAX };
}

static bool touches(const struct fcn_fault *f, uint64_t addr, uint64_t len)
{
	return !f->len || (addr < f->addr + f->len && f->addr < addr + len);
}

/* Counts an event that matches, and tells whether this one suffers. */
static bool strikes(struct fcn_faults *fs, size_t i)
{
	const struct fcn_fault *f = &fs->fault[i];
	uint64_t number = ++fs->events[i];

	if (number < f->nth || (f->count != FCN_FAULT_ALL && number - f->nth >= f->count))
		return false;
	return f->one_in == 1 || !fcn_rng_below(&fs->rng, (uint32_t)f->one_in);
}

static void add_effect(struct fcn_fault_effect *e, const struct fcn_fault *f, uint64_t stops)
{
	switch (f->kind) {
	case FCN_FAULT_READ_ERROR:
	case FCN_FAULT_WRITE_ERROR:
		e->resp = (uint8_t)f->resp;
		e->beat = f->beat == FCN_FAULT_ANY ? -1 : (int16_t)f->beat;
		break;
	case FCN_FAULT_LATE_READ:
	case FCN_FAULT_LATE_WRITE:
	case FCN_FAULT_SLOW_REG:
		e->delay += f->cycles;
		break;
	case FCN_FAULT_ALL_ONES_REG:
		e->ones = true;
		break;
	case FCN_FAULT_STUCK_ENGINE:
		e->stop = stops + 1;
		break;
	default:
		e->lost = true;
		break;
	}
}

struct fcn_fault_effect fcn_faults_apply(struct fcn_faults *fs, enum fcn_fault_event event, uint64_t now,
					 uint64_t addr, uint64_t len, unsigned id)
{
	struct fcn_fault_effect e = { 0 };

	for (size_t i = 0; i < fs->n; i++) {
		const struct fcn_fault *f = &fs->fault[i];

		if (!is_about(f, event, id) || now < f->at || !touches(f, addr, len))
			continue;
		if (strikes(fs, i)) {
			add_effect(&e, f, fs->stops);
			fs->applied++;
		}
	}
	return e;
}

void fcn_faults_stop(struct fcn_faults *fs)
{
	fs->stops++;
	for (size_t i = 0; i < fs->n; i++)
		if (fs->fault[i].kind == FCN_FAULT_STUCK_ENGINE && fs->events[i] >= fs->fault[i].nth)
			fs->fault[i].at = UINT64_MAX; /* never again */
}

uint64_t fcn_faults_take_irq(struct fcn_faults *fs, uint64_t now)
{
	uint64_t cycles = 0;

	if (now < fs->next_irq)
		return 0;
	for (size_t i = 0; i < fs->n; i++) {
		const struct fcn_fault *f = &fs->fault[i];

		if (f->kind != FCN_FAULT_SPURIOUS_IRQ || fs->events[i] || f->at > now)
			continue;
		fs->events[i] = 1;
		fs->applied++;
		if (f->cycles > cycles)
			cycles = f->cycles;
	}
	find_next_irq(fs);
	return cycles;
}
