/* SPDX-License-Identifier: MIT */
/*
 * Allocations that fail on demand.  A program is linked with --wrap for each function of
 * failing.c (failing.sh): what libaccel, accelctl and the simulator ask of the C library comes here
 * first.  Counts over all threads.
 */
#ifndef TESTS_FAULTS_FAILING_H
#define TESTS_FAULTS_FAILING_H

#include <stdbool.h>

/* The nth allocation from now on fails (n >= 1), and with `all` every later one, too. */
void failing_start(long n, bool all);

/* Ends that.  Whether one did fail. */
bool failing_end(void);

/* While it is paused nothing fails, and nothing is counted. */
void failing_pause(bool pause);

/* How many there were between start and end. */
long failing_count(void);

#endif
