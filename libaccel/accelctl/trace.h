/* SPDX-License-Identifier: MIT */
/* A program's last run in the trace event format that Perfetto and chrome://tracing open. */
#ifndef ACCELCTL_TRACE_H
#define ACCELCTL_TRACE_H

#include "accel.h"

/* The file appears whole or not at all. */
int trace_write(const char *path, const struct accel_program *prog);

#endif
