/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a good job go wrong. */
#ifndef STREAM_FAULT_H
#define STREAM_FAULT_H

#include "fields.h"

/* Whether a plan spoils more than the commands: then no other job may have the same root. */
bool fault_spoils_root(enum plan p);

/*
 * Spoils g->job, whose commands and code area are complete, as planned.  False: the job has
 * nothing that this plan could spoil; it is as it was.
 */
bool fault_apply(struct gen *g, enum plan p);

#endif
