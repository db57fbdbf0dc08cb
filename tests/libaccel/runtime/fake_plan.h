/* SPDX-License-Identifier: MIT */
/*
 * A compiler for tests of the runtime.  It puts one kind of node on the core: an Identity whose name
 * starts with "core", together with a QuantizeLinear before and a DequantizeLinear behind it.  The
 * job copies, and misbehaves when the name says so: "core_fault", "core_illegal", "core_deadlock".
 * All other nodes run on the host.
 */
#ifndef TESTS_FAKE_PLAN_H
#define TESTS_FAKE_PLAN_H

#include "plan.h"

extern int fake_plan_copies;	/* times that a job copies its input; 1 */
/* It does not check its allocations: none of this thread may fail now. */
extern _Thread_local bool fake_plan_busy;

#endif
