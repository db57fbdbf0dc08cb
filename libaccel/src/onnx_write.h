/* SPDX-License-Identifier: MIT */
/*
 * Writes a graph as an ONNX file (IR version 8, opset 13; a newer one where an operator needs it)
 * that ONNX Runtime loads.  The quantiser hands its QDQ models to other programs this way.
 *
 * Needs a graph after graph_infer().  The file appears under its name when it is complete.
 */
#ifndef LIBACCEL_ONNX_WRITE_H
#define LIBACCEL_ONNX_WRITE_H

#include <stddef.h>

#include "graph.h"

int onnx_write(const struct graph *g, const char *path);
int onnx_write_memory(const struct graph *g, void **bytes, size_t *size);	/* free(*bytes) */

#endif
