/* SPDX-License-Identifier: Apache-2.0 */
/* What every test of the server includes. */
#ifndef TEST_H
#define TEST_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#endif
