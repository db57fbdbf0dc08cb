/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a stream free of races: appends commands to a job and orders them by tokens where
 * they share data.
 *
 * For each command the builder knows which commands of every engine are done when it starts
 * (a vector clock), and for each byte which command of each engine read and wrote it last.
 * Where a new command touches a byte after another engine's command that is not known to
 * be done, one of them writing, a token is added: SIGNAL on that command or a later one of
 * its engine (or on a SYNC behind it), WAIT on the new one (or on a SYNC before it).
 *
 * The k-th WAIT for an engine takes its k-th token.  Tokens are always added in pairs, behind
 * the last pair of the same two engines, so that earlier pairs keep their meaning; the
 * signalling command comes first in the stream, so that nothing can deadlock.
 */
#ifndef STREAM_ORDER_H
#define STREAM_ORDER_H

#include "stream.h"

struct order;

struct order *order_create(const struct geometry *g);
void order_destroy(struct order *o);

/* Begins a job: forgets everything of the last one. */
void order_begin(struct order *o, struct stream *s, struct job *job);

/* Room for commands that order_add() may append at most. */
enum { ORDER_ADDS = 1 + 2 * ENGINES };

/*
 * Appends a legal command, with the tokens that it needs and, by chance, some that it does
 * not need.  All it touches in memory must be mapped.
 */
void order_add(struct order *o, struct rng *r, const struct fcn_cmd *c);

/* Every engine waits for all that came before. */
void order_barrier(struct order *o, struct rng *r);

/* Sends tokens that nobody takes, and counts the commands that had company. */
void order_end(struct order *o, struct rng *r);

#endif
