/* SPDX-License-Identifier: MIT */
/* The messages of onnx.proto: from wire format to the structs of onnx.h. */
#ifndef LIBACCEL_ONNX_DECODE_H
#define LIBACCEL_ONNX_DECODE_H

#include "onnx.h"

int onnx_decode_model(struct onnx_model *m, struct pb_span s);
int onnx_decode_node(struct onnx_arena *a, struct pb_span s, struct onnx_node *n);
int onnx_decode_tensor(struct onnx_arena *a, struct pb_span s, struct onnx_tensor *t);
int onnx_decode_value_info(struct onnx_arena *a, struct pb_span s, struct onnx_value_info *v);

/* Reads a field of bytes as a string. */
int onnx_decode_str(const struct pb_field *f, const char *what, struct onnx_str *s);

#endif
