/* SPDX-License-Identifier: MIT */
/* Jobs by hand: what the compiler makes for the runtime, in a few lines. */
#ifndef TESTS_JOBS_H
#define TESTS_JOBS_H

#include "backend.h"
#include "drm/fcn_accel_cmd.h"

/* LOAD and STORE that copy n bytes (a multiple of 16, at most 4096); 2 commands. */
void make_copy(struct fcn_cmd *cmd, uint32_t to, uint32_t from, uint32_t n);

/* Submits n commands, which are copied to cmd, waits, and returns wait()'s result. */
int run_job(struct core_device *dev, struct bo *cmd, const struct fcn_cmd *c, uint32_t n,
	    struct core_result *result);

#endif
