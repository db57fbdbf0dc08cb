/* SPDX-License-Identifier: MIT */
#ifndef TESTS_REAL_H
#define TESTS_REAL_H

#include "models.h"

/*
 * Devices that must agree, the first one giving what the others must: with the Verilated core, and
 * without it for what would take long there.
 */
extern const char *const with_core[], *const without_core[];

/* TAP: a test. */
void check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* test_shapes.c */
void test_shapes(void);

#endif
