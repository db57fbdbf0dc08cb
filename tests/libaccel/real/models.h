/* SPDX-License-Identifier: MIT */
/* Models and inputs for tests on whole networks.  Errors end the program with a message. */
#ifndef TESTS_REAL_MODELS_H
#define TESTS_REAL_MODELS_H

#include "accel.h"
#include "graph.h"

/* A model from DIR/name; NULL: there is no such file.  h, w: the picture's size; 0: as in the file. */
struct accel_model *model_open(const char *dir, const char *name, int h, int w);

/* From a graph of nets.h, which it takes. */
struct accel_model *model_take(struct graph *g);

/* What the first input (output) needs, zeroed; data is malloc'd. */
struct accel_array model_array(const struct accel_model *m, bool input);

/*
 * A picture that is not noise: gradients, bars and blocks like text, another one for each seed.
 * Values from low to high.
 */
void fill_picture(struct accel_array *x, unsigned seed, float low, float high);
void fill_noise(struct accel_array *x, unsigned seed, float low, float high);
void fill_normal(struct accel_array *x, unsigned seed);	/* mean 0, variance 1 */

/* The scale of the model's last QuantizeLinear or DequantizeLinear: a step of its output. */
float output_step(const struct accel_model *m);

/* The model's output for x on a device; data is malloc'd. */
struct accel_array run_on(const char *uri, const struct accel_model *m, const struct accel_array *x);

/* The same program for one input after the other. */
struct runner {
	struct accel_device *dev;
	struct accel_program *prog;
	struct accel_array y;
};
struct runner runner_open(const char *uri, const struct accel_model *m);
void runner_run(struct runner *r, const struct accel_array *x);	/* to r->y */
void runner_close(struct runner *r);

void need(int err);	/* 0, or the end with accel_error_message() */

#endif
