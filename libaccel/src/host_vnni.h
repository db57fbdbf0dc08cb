/* SPDX-License-Identifier: MIT */
/* The inner loops of host_vnni.c: one group of a phase. */
#ifndef LIBACCEL_HOST_VNNI_H
#define LIBACCEL_HOST_VNNI_H

#include "host_kernel.h"

/* Bytes that lie behind each other: quads of four at offset from where a pixel's input starts. */
struct vnni_run {
	ptrdiff_t offset;
	int quads;
};

struct vnni_job {
	const struct vnni_run *run;
	int n_run, quads;	/* quads: of all runs, */
	const int32_t *offset;	/* and where each is */
	int height, width;	/* of the output */
	const uint8_t *in;
	size_t in_row, in_pixel;
	int8_t *out;
	size_t out_row, out_pixel;
	int channels;
	/* Blocks of vnni_block() lanes behind each other: [quad][lane][4]. */
	const int8_t *weights;
	const int32_t *bias;	/* as many as there are lanes */
	const float *scale;
	int zp, lo, hi;
};

bool vnni_available(void);

/* Lanes of the next block, where so many (a multiple of 16) are left. */
static inline int vnni_block(int lanes)
{
	return lanes < 64 ? lanes : 64;
}

void vnni_run_job(const struct vnni_job *job);

/* The same with at most so many channels, and weights as [quad / 16][channel][64]. */
enum { VNNI_DOT_CHANNELS = 4 };
void vnni_run_dot(const struct vnni_job *job);

#endif
