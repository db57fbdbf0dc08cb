/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays a test case on a device in real time, and the reference model after it; compares.
 *
 * Whenever the device is idle, the model runs the same jobs in the same order, told to prefer the
 * fault that the device reported.  Then everything that software can see must be equal: memory,
 * completion records, slot registers, interrupts.  Not compared are the timing counters of a
 * performance record, and bytes that a job which faulted (or was aborted) may have stored.
 */
#ifndef STREAM_PLAY_H
#define STREAM_PLAY_H

#include "device.h"

/* How a job ended. */
struct outcome {
	bool ended, known; /* known: not forgotten by a reset */
	uint32_t cause, addr, index;
	uint8_t record[RECORD_BYTES];
};

struct result {
	struct outcome job[MAX_JOBS];
	uint64_t perf[MAX_JOBS][PERF_BYTES / 8]; /* of jobs that wrote one */
	bool has_perf[MAX_JOBS];
	bool seqno_error;
	char why[512]; /* empty: everything is equal */
};

/* Plays s on dut and on model. True: equal. */
bool play(const struct stream *s, struct device *dut, struct device *model, struct result *result);

/* ------------------------------------------------------------------ compare.c */

/* Bytes of the image that are not compared, one flag each. */
struct unknown {
	uint8_t flag[IMAGE_PAGES][IMAGE_PAGE];
};

/* Marks what STOREs of a job may have written. */
void unknown_add_stores(struct unknown *u, const struct stream *s, const struct job *job);

/* Marks n bytes at a physical address; where there is no memory, nothing. */
void unknown_add(struct unknown *u, const struct stream *s, uint64_t pa, unsigned n);

/* Compares memories but for unknown bytes; then gives the model what the device has there. */
bool compare_memory(const struct stream *s, struct unknown *u, const struct image *dut, struct image *model,
		    char *why, size_t size);

#endif
