/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device under a test's own control: the functional model or the Verilated core, a memory
 * of which some megabytes are mapped for jobs, and one job at a time.
 */
#ifndef CONFORMANCE_RIG_H
#define CONFORMANCE_RIG_H

#include "drm/fcn_accel_cmd.h"
#include "fcn_model.h"
#include "fcn_sim.h"

struct rig {
	struct fcn_model_config core;
	uint8_t *mem;     /* physical memory from RIG_PA on */
	uint32_t used;    /* bytes of it that rig_alloc() gave away */
	struct fcn_model *model; /* one of these two */
	struct fcn_sim *sim;
};

enum { RIG_BYTES = 32 << 20, RIG_VA = 0x10000000, RIG_PERF_NUMBERS = 16 };
#define RIG_PA UINT64_C(0x2080000000)

/* How a job ended. */
struct rig_run {
	uint32_t cause, addr, index;            /* of a fault; 0: none */
	uint64_t perf[RIG_PERF_NUMBERS];        /* the performance record */
};

struct rig_options {
	unsigned rows, cols;
	bool rtl;                   /* the Verilated core, not the model */
	enum fcn_axi_preset memory; /* its memory's timing; the model has none */
	FILE *log;                  /* its transcript, or NULL */
};

/* False: that core is not linked. */
bool rig_open(struct rig *r, const struct rig_options *o);
void rig_close(struct rig *r);

/* n bytes that jobs may read and write, from a multiple of `align`; virtual address. */
uint32_t rig_alloc(struct rig *r, uint32_t n, uint32_t align);

/* Gives all of them back. */
void rig_free_all(struct rig *r);

/* Where the host finds a virtual address. */
void *rig_ptr(struct rig *r, uint32_t va);

/* Runs a job of n commands to its end. False: it never ends. */
bool rig_run(struct rig *r, const struct fcn_cmd *cmds, unsigned n, struct rig_run *result);

/* The same in steps: starts a job in a slot, waits until an interrupt, and where a slot's completion record is. */
void rig_start(struct rig *r, unsigned slot, uint32_t cmd_va, unsigned n, uint32_t perf_va, uint32_t seqno);
bool rig_wait(struct rig *r);
const uint32_t *rig_record(struct rig *r, unsigned slot);
uint64_t rig_record_pa(unsigned slot);

/* Copies commands into memory; their virtual address. */
uint32_t rig_commands(struct rig *r, const struct fcn_cmd *cmds, unsigned n);

#endif
