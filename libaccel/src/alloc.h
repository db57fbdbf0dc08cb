/* SPDX-License-Identifier: MIT */
/*
 * Memory of activations: every act gets a place.  Inputs and outputs of the graph have regions of
 * their own; all others share the arena, where two may have the same bytes when one is no longer
 * needed before the other is first written.
 */
#ifndef LIBACCEL_ALLOC_H
#define LIBACCEL_ALLOC_H

#include "plan.h"

/* Fills place[] (one for each act), plan.region but for PLAN_CONST, and the ports' places. */
int alloc_memory(struct plan *plan, struct plan_place *place);

#endif
