/* SPDX-License-Identifier: Apache-2.0 */
/* The same layer in XNNPACK, a library that nobody of this project wrote. */
#ifndef CONFORMANCE_REFERENCE_H
#define CONFORMANCE_REFERENCE_H

#include "random_layer.h"

/* False: the library cannot be used on this machine. */
bool reference_init(void);

/* Output [y.out][x.out][channels]. False: XNNPACK does not support this layer. */
bool reference_run(const struct random_layer *r, int8_t *output);

#endif
