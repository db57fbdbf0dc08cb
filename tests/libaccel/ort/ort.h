/* SPDX-License-Identifier: MIT */
/*
 * ONNX Runtime's CPU provider, one thread, behind accel.h's arrays.  The library is opened at run
 * time (ort_open()), so that programs build with the header alone.
 *
 * Errors end the program with a message: these are tests.
 */
#ifndef TESTS_ORT_H
#define TESTS_ORT_H

#include <stdbool.h>
#include <stddef.h>

#include "accel.h"

/*
 * How far ONNX Runtime may rewrite a graph.
 *
 * ORT_PLAIN: not at all: every operator as the file says.
 * ORT_FAST: everything that its users get by default, for timing.
 * ORT_INT8: the same with session.qdqisint8allowed, its option that lets it fuse int8 operators on
 * x86 as it does on Arm; by default it does so with uint8 only.
 */
enum ort_level { ORT_PLAIN, ORT_FAST, ORT_INT8 };

void ort_open(const char *library);	/* libonnxruntime.so.1 */
const char *ort_version(void);

struct ort_session;
struct ort_session *ort_load(const char *path, enum ort_level level);
void ort_free(struct ort_session *s);

/* Arrays are accel.h's; y->data is malloc'd. */
void ort_run(struct ort_session *s, const struct accel_array *x, struct accel_array *y);

/* The same for a model of n outputs, in its order. */
void ort_run_all(struct ort_session *s, const struct accel_array *x, int n, struct accel_array *y);

#endif
