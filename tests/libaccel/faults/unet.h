/* SPDX-License-Identifier: MIT */
#ifndef FAULTS_UNET_H
#define FAULTS_UNET_H

#include "accel.h"

/*
 * A small U-Net with seeded weights, an input for it, and room for its output; the caller frees them.  A failure ends the program: nothing
 * is meant to fail here yet.
 */
void make_unet_model(struct accel_model **model, struct accel_array *x, struct accel_array *y);

#endif
