/* SPDX-License-Identifier: MIT */
/*
 * ONNX models for tests, from a description of one line per part:
 *
 *	input x f32 1,3,?,8
 *	init w f32 4,3,3,3			a ramp of 0, 1, 2, …
 *	init axes i64 2 = 0,1			with values; empty shape: "-"
 *	node Conv x w - -> y strides=is:2,2 alpha=f:0.1 mode=s:linear axis=i:1
 *	node com.microsoft:QLinearAdd …		with a domain
 *	output y f32 1,4,?,4
 *
 * "-" among a node's inputs or outputs is an absent one.  Types: f32 u8 i8 i32 i64 bool f64 f16.  A
 *line that starts with # is a comment.
 */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include <stddef.h>

/* Aborts on a description that is wrong.  free() the result. */
void *model_build(int opset, const char *description, size_t *size);

#endif
