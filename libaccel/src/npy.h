/* SPDX-License-Identifier: MIT */
/*
 * NumPy's .npy files: how tensors get in and out of accelctl.
 *
 * Versions 1 and 2, little-endian, C order; float32, float64, int8, uint8, int32, int64, bool; up
 * to GRAPH_MAX_RANK dimensions. Everything else is refused with a message that says how to save the
 * array instead.
 */
#ifndef LIBACCEL_NPY_H
#define LIBACCEL_NPY_H

#include "ref.h"

/* free(out->data) afterwards.  Allocates no more than the file has. */
int npy_read(const char *path, struct value *out);
int npy_parse(const void *bytes, size_t size, struct value *out);

/* The file appears under its name when it is complete (file.h). */
int npy_write(const char *path, const struct value *v);

#endif
