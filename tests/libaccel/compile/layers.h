/* SPDX-License-Identifier: MIT */
/* Single layers: made at random or by their numbers, compiled alone, and computed in plain C. */
#ifndef TESTS_COMPILE_LAYERS_H
#define TESTS_COMPILE_LAYERS_H

#include "device.h"
#include "layer.h"
#include "net_maker.h"
#include "schedule.h"

/* A layer with its tensors in NHWC without gaps. */
struct sample {
	struct layer l;
	int n;			/* pictures */
	int8_t *in, *res, *out;
	int out_h, out_w;	/* behind a window */
	int pitch_extra;	/* unused bytes behind each pixel in memory: multiples of 16 */
	int out_skew;		/* first byte of the output in its region: not aligned */
};

/* Weights, bias, scales and tensors at random. */
void sample_fill(struct sample *s, struct rng *rng);
void sample_free(struct sample *s);

/* out = the layer, in float arithmetic. */
void sample_reference(struct sample *s);

/* A line that names it. */
const char *sample_name(const struct sample *s);

struct sample_result {
	bool ran;		/* compiled, and the job ended without a fault */
	int64_t wrong;		/* bytes */
	struct choice choice;
	uint64_t estimate;
	uint32_t n_cmd;
	struct device_result device;
	char why[512];
};

/* How it was cut: one line for each part. */
const char *choice_text(const struct choice *c);

/* Compiles, runs and compares with s->out; bytes around the output must be untouched. */
void sample_run(struct sample *s, struct device *d, const struct core_config *config,
		struct sample_result *r);

#endif
