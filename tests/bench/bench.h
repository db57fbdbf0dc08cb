/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of bench_core share. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include "emit.h"

enum { ROWS = 16, COLS = 16, PERF_CYCLES = 1, PERF_ARRAY = 2 };
enum { LOAD = 1 << FCN_ENG_LOAD, CONV = 1 << FCN_ENG_CONV, POST = 1 << FCN_ENG_POST, STORE = 1 << FCN_ENG_STORE };
enum { SPACE_IFM, SPACE_WGT, SPACE_OFM, SPACE_PAR, SPACE_TABLE }; /* LOAD.SPACE */
enum { COPY_BYTES = 0x4000 };                         /* in one command */

struct list {
	struct fcn_cmd cmd[1024];
	unsigned n;
};

/* A line of the table. */
void row(const char *what, double value, const char *unit, const char *target);

/* The Verilated 16x16 core; the program ends where it is not linked.  log: its transcript, or NULL. */
void open_core(struct rig *rig, enum fcn_axi_preset memory, FILE *log);

/* The next command of the list, to be filled in. */
struct fcn_cmd *next(struct list *l);

/* A LOAD of n bytes. */
void load_run(struct list *l, uint32_t va, uint32_t n, uint32_t space, uint32_t dst, uint32_t wait, uint32_t signal);

/* parts * COPY_BYTES from memory through the OFM buffer to memory, LOAD and STORE side by side. */
void add_copy(struct list *l, uint32_t from, uint32_t to, unsigned parts);

/* bench_speed.c: cycles per second of the core, and how much faster the functional model is. */
void bench_speed(double array_speed);

#endif
