/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Test of the generator itself: when the commands of a job are free of races, every order that
 * engines and tokens allow gives the same memory.
 */
#ifndef STREAM_SHUFFLE_H
#define STREAM_SHUFFLE_H

#include "stream.h"

/* Rewrites each job's commands, in place and in memory, in another order that the tokens allow. */
void shuffle(struct stream *s, uint64_t seed);

/* Whether two memories are equal but for the pages that hold commands; if not, *pa is where. */
bool shuffle_equal(const struct stream *s, const struct image *a, const struct image *b, uint64_t *pa);

#endif
