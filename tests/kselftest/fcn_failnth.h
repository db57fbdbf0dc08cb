/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The n-th allocation of a task fails: by the kernel's fault injection (its documentation:
 * fault-injection.rst, fail-nth), or where the kernel has none by the module fcn_failnth
 * (tests/driver/failnth).
 */
#ifndef FCN_FAILNTH_H
#define FCN_FAILNTH_H

#include <stdbool.h>

bool failnth_possible(void);

/* Once per process: all allocations count, but for those in failnth_except(); the kernel logs none. */
int failnth_init(void);

/* From now on the n-th allocation of this thread fails; n counts from 1. */
void failnth_arm(int n);

/* No more; true: one has failed. */
bool failnth_disarm(void);

/*
 * Whether it was allocated in this function of the kernel, directly or through others; true, too, where
 * the kernel does not say (its own fault injection).
 */
bool failnth_within(const char *function);

/* All of them, a line each, the innermost first. */
const char *failnth_callers(void);

/* The same for all of the kernel's workers. */
void failnth_arm_workers(int n);
bool failnth_disarm_workers(void);

/* Only allocations that the module's code makes, directly or through others, count. */
int failnth_only_module(bool only);

/*
 * What this function of the kernel allocates, directly or through others, does not count.  The kernel's
 * own fault injection can leave out one function, and what comes from one cache of the slab allocator: with
 * @cache, that is what it leaves out in the place of the function.
 */
int failnth_except(const char *function, const char *cache);
void failnth_except_nothing(void);

/* The device's core dump, if there is one: the next one needs its place. */
void failnth_drop_dump(void);

#endif
