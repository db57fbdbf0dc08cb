/* SPDX-License-Identifier: Apache-2.0 */
/* A fault plan at work.  Private to the simulator. */
#ifndef FCN_FAULT_RUN_H
#define FCN_FAULT_RUN_H

#include "fcn_fault.h"
#include "fcn_sim_rng.h"

#include <stdbool.h>

struct fcn_faults {
	size_t n;
	struct fcn_fault *fault;
	uint64_t *events; /* of each fault: how many have matched so far */
	uint64_t stops;   /* jobs that software has stopped, by abort or reset: how often */
	struct fcn_rng rng;
	uint64_t applied; /* faults that came true */
	uint64_t next_irq; /* cycle of the next spurious interrupt, or UINT64_MAX */
};

/* What the plan does to one event; all zeros: nothing. */
struct fcn_fault_effect {
	uint64_t delay;
	uint8_t resp;  /* of enum FCN_RESP_… */
	int16_t beat;  /* that gets resp, or -1 for all */
	bool lost;     /* never answered */
	uint64_t stop; /* answered when software has stopped jobs so often */
	bool ones;     /* the register path is dead */
};

enum fcn_fault_event { FCN_EVENT_READ, FCN_EVENT_WRITE, FCN_EVENT_REG, FCN_EVENT_IRQ };

/* Copies the plan (NULL: no faults).  0 or -ENOMEM. */
int fcn_faults_init(struct fcn_faults *fs, const struct fcn_fault_plan *plan);
void fcn_faults_free(struct fcn_faults *fs);

/* Something happens in cycle `now` at len > 0 bytes from addr; `id` is the burst's. */
struct fcn_fault_effect fcn_faults_apply(struct fcn_faults *fs, enum fcn_fault_event event, uint64_t now,
					 uint64_t addr, uint64_t len, unsigned id);

/* CTRL.RESET or a SLOT.ABORT was written, or the core was powered up: what an engine was stuck at is over. */
void fcn_faults_stop(struct fcn_faults *fs);

/* If a spurious interrupt is due by `now`: takes it and returns its length in cycles, else 0. */
uint64_t fcn_faults_take_irq(struct fcn_faults *fs, uint64_t now);

#endif
