/* SPDX-License-Identifier: MIT */
/* Outputs of a device beside those of ONNX Runtime. */
#ifndef TESTS_ORT_COMPARE_H
#define TESTS_ORT_COMPARE_H

#include <stdint.h>

#include "../real/models.h"
#include "ort.h"

struct distance {
	int64_t count;		/* outputs */
	int64_t differ, far;	/* not equal; by more than one step (1.001, floats being what they are) */
	int64_t distinct;	/* outputs that are not the first one's value: 0 would test nothing */
	double max;		/* in steps */
};

void distance_add(struct distance *d, const struct accel_array *a, const struct accel_array *b,
		  double step);
double per_million(const struct distance *d);

/*
 * Forms in which ONNX Runtime gets a QDQ graph; each returns how many operators it has rewritten, and
 * graph_infer() comes next.  to_integer_form(), integer_form.c: convolutions in integers, everything
 * else in float32 as the file says.  to_exact_form(), exact_form.c: nothing rounded but results.
 */
typedef int form_fn(struct graph *g);
int to_integer_form(struct graph *g);
int to_exact_form(struct graph *g);

/* Saves the model in a form where ONNX Runtime can read it: SCRATCH/name. */
const char *save_form(const struct accel_model *m, form_fn *form, const char *name);

/* How far layers of one operator are from ONNX Runtime, each given its inputs; in steps. */
struct layer_distance {
	int layers;
	int64_t count, differ;
	int max;
	double tie;	/* of a ConvTranspose: how far the real values that differ are from a tie */
};

/* Adds to table[operator], of OP_COUNT rows; x: the only input. */
void measure_layers(const struct accel_model *m, form_fn *form, const struct accel_array *x,
		    struct layer_distance *table);

/* integer_form.c: activations as uint8, the same values; graph_infer() comes next. */
void to_uint8(struct graph *g);

/* A test for each operator in the table: of the form that rounds in float32, of the exact one. */
void check_layers(const char *name, const struct layer_distance *table);
void check_exact_layers(const char *name, const struct layer_distance *table);

/* TAP: a test, and a comment. */
void check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
void comment(const char *format, ...) __attribute__((format(printf, 1, 2)));

extern const char *scratch, *models;	/* folders */

/* Each prints its tests. */
void test_given_models(void);		/* QDQ files that ONNX Runtime's quantiser made */
void test_quantised_models(void);	/* QDQ files that libaccel's quantiser makes */
void test_float_models(void);
void test_operators(void);

#endif
