/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run has hit: corner values of all fields, situations, endings.  Taken from the cases
 * that were played and from what the device reported, not from what the generator meant.
 */
#ifndef STREAM_COVER_H
#define STREAM_COVER_H

#include "play.h"

/* Counts a case that was played. */
void cover_add(const struct stream *s, const struct result *r);

/* Prints the table; returns the number of classes that were never hit. */
unsigned cover_print(FILE *to);

/* Adds the counts of a file that cover_save() wrote, so that runs side by side sum up. 0 or -1. */
int cover_load(const char *path);
int cover_save(const char *path);

#endif
