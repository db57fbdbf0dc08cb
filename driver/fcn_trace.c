// SPDX-License-Identifier: GPL-2.0
/* Tracepoints: /sys/kernel/tracing/events/fcn_accel */

#ifndef __CHECKER__
#define CREATE_TRACE_POINTS
#include "fcn_trace.h"
#endif
