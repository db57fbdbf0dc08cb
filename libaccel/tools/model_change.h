/* SPDX-License-Identifier: MIT */
/* What accel-model does beside making networks.  Errors: error.h. */
#ifndef TOOLS_MODEL_CHANGE_H
#define TOOLS_MODEL_CHANGE_H

#include "graph.h"

/* A .npy file of float32 numbers, nearly normal: mean 0, deviation 1. */
int noise_write(const struct shape *s, uint64_t seed, const char *path);

/*
 * The model with the first dim of every input, whatever it was, fixed at `count`; the others must be
 * known.
 */
int batch_write(const char *from, int64_t count, const char *path);

/* The model with the shape of its only input, whatever it was, fixed at `s`. */
int shape_write(const char *from, const struct shape *s, const char *path);

#endif
