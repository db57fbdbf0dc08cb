/* SPDX-License-Identifier: MIT */
/* Models and inputs for tests on whole networks.  Errors end the program with a message. */
#ifndef TESTS_REAL_MODELS_H
#define TESTS_REAL_MODELS_H

#include "accel.h"
#include "graph.h"

struct accel_model;

/*
 * A model from DIR/name; NULL: there is no such file.  h, w: the picture's size; 0: as in the file.
 * inner: what the last transposed convolution reads is an output, too.
 */
struct accel_model *model_open(const char *dir, const char *name, int h, int w, bool inner);

/* From a graph of nets.h, which it takes. */
struct accel_model *model_take(struct graph *g);

/* What the first input, or an output, needs, zeroed; data is malloc'd. */
struct accel_array model_input(const struct accel_model *m);
struct accel_array model_output(const struct accel_model *m, int index);

/*
 * A picture that is not noise: gradients, bars and blocks like text, another one for each seed.
 * Values from low to high.
 */
void fill_picture(struct accel_array *x, unsigned seed, float low, float high);
void fill_noise(struct accel_array *x, unsigned seed, float low, float high);
void fill_normal(struct accel_array *x, unsigned seed);	/* mean 0, variance 1 */

/* The scale of the model's last QuantizeLinear or DequantizeLinear: a step of its output. */
float output_step(const struct accel_model *m);

/* A program on a device, for one input after the other. */
enum { MODEL_OUTPUTS = 4 };
struct runner {
	struct accel_device *dev;
	struct accel_program *prog;
	int n_out;
	struct accel_array y[MODEL_OUTPUTS];
};
struct runner runner_open(const char *uri, const struct accel_model *m);
void runner_run(struct runner *r, const struct accel_array *x);	/* to r->y */
void runner_close(struct runner *r);

/*
 * Runs the model on every device of a list that NULL ends.  false: one of them gave other bytes than the
 * first, or all outputs are one value; a comment says which.
 */
bool same_everywhere(const struct accel_model *m, const struct accel_array *x, const char *const *uris);

void need(int err);	/* 0, or the end with accel_error_message() */

#endif
