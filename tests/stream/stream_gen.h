/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STREAM_GEN_H
#define STREAM_GEN_H

#include "stream.h"

/* What a run wants; zeros: everything, by chance. */
struct gen_options {
	bool no_faults;  /* only jobs that end well */
	bool only_plan;  /* the first job has this plan */
	enum plan plan;
};

/* Makes the test case of a seed for a core. */
void stream_gen(struct stream *s, const struct geometry *g, uint64_t seed, const struct gen_options *options);

#endif
