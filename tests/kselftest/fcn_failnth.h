/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's fault injection: the n-th allocation of a task fails
 * (Documentation/fault-injection/fault-injection.rst of the kernel, fail-nth).
 */
#ifndef FCN_FAILNTH_H
#define FCN_FAILNTH_H

#include <stdbool.h>

bool failnth_possible(void);

/* Once per process: which allocations count (all), and that the kernel logs none. */
int failnth_init(void);

/* From now on the n-th allocation of this thread fails; n counts from 1. */
void failnth_arm(int n);

/* No more; true: one has failed. */
bool failnth_disarm(void);

/* The same for all of the kernel's workers. */
void failnth_arm_workers(int n);
bool failnth_disarm_workers(void);

/* Only allocations that the module's code makes, directly or through others, count. */
int failnth_only_module(bool only);

/* The device's core dump, if there is one: the next one needs its place. */
void failnth_drop_dump(void);

#endif
