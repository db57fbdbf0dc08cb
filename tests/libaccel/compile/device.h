/* SPDX-License-Identifier: MIT */
/*
 * A core for the tests of the compiler: the functional model or the Verilated core, with memory
 * of which all is mapped for jobs.
 */
#ifndef TESTS_COMPILE_DEVICE_H
#define TESTS_COMPILE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "backend.h"
#include "plan.h"

struct device;

/* bytes: of memory.  rtl: the Verilated core; NULL when it is not linked into the program. */
struct device *device_open(const struct core_config *config, bool rtl, uint32_t bytes);
void device_close(struct device *d);

/* The standard core of a geometry; small: buffers that hardly hold a tile. */
struct core_config device_config(unsigned rows, unsigned cols, bool small);

/* Memory for regions: virtual address, and where the host sees it.  0 when there is no more. */
uint32_t device_alloc(struct device *d, uint32_t bytes);
void *device_ptr(struct device *d, uint32_t va);
void device_free_all(struct device *d);

struct device_result {
	uint32_t cause, addr, index;
	uint64_t perf[16];
};

/* Runs a job whose regions lie at va[].  false: it did not end. */
bool device_run(struct device *d, const struct plan_segment *s, const uint32_t *va,
		struct device_result *r);

#endif
