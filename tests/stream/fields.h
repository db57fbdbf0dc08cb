/* SPDX-License-Identifier: Apache-2.0 */
/* Random commands: small ones around a few hot places of each buffer, so that data meets. */
#ifndef STREAM_FIELDS_H
#define STREAM_FIELDS_H

#include "order.h"
#include "stream.h"

enum { WINDOWS = 2 };

/* A hot place of a buffer: base is any address, the window may wrap. */
struct window {
	uint32_t base, size;
};

/* What the generator works on. */
struct gen {
	struct stream *s;
	struct rng r;
	struct order *o;
	struct job *job;
	const struct root *root;
	struct window win[SPACES][WINDOWS];
};

/* Chooses the windows of all buffers. */
void fields_windows(struct gen *g);

/*
 * Makes a random command for an engine (FCN_ENG_*): legal, within a budget of cycles, all its
 * memory mapped.  False: none was found.
 */
bool fields_random(struct gen *g, unsigned engine, struct fcn_cmd *c);

/* A LOAD of n bytes into one window, from an area with fitting data; false: no such area. */
bool fields_fill(struct gen *g, enum space space, const struct window *w, struct fcn_cmd *c);

#endif
