/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the model share: a flat memory with page tables and planned bus errors, a
 * model on it, and a command stream that is built and run as a job.
 */
#ifndef TESTS_MODEL_RIG_H
#define TESTS_MODEL_RIG_H

#include "fcn_model.h"

#include "drm/fcn_accel_cmd.h"
#include "drm/fcn_accel_regs.h"

/* Physical layout, in bytes.  Pages of jobs start at RIG_PAGES. */
#define RIG_MEM_BYTES (8u << 20)
#define RIG_SEQNO_PA 0x1000u
#define RIG_ROOT_PA 0x2000u /* two roots, each with its directory and table */
#define RIG_PAGES 0x10000u
/* Virtual layout of both roots: VA = PA for all pages from RIG_PAGES on, with R and W. */
#define RIG_CMD_VA 0x100000u
#define RIG_CMD_MAX 4096u
#define RIG_PERF_VA 0x0f0000u
#define RIG_DATA_VA 0x200000u

#define PTE_V 1u
#define PTE_R 2u
#define PTE_W 4u

struct rig {
	struct fcn_model *m;
	struct fcn_model_config cfg;
	uint8_t *mem;
	uint64_t bad_read, bad_write; /* physical lines of 256 bytes that answer with an error */
	bool map; /* offer pages through ops.map */
	unsigned irqs; /* rising edges of the line */
	unsigned n_cmds;
};

/* The completion record of a slot. */
struct rig_record {
	uint32_t seqno, cause, addr, index;
};

#define RIG_NO_LINE UINT64_MAX

/* Sizes that make small tests wrap around: 8 x 8, buffers of 1 KiB, 16 accumulator entries. */
extern const struct fcn_model_config rig_small;
extern const struct fcn_model_config rig_default;

/* Exits when something is not there; tests need not check. */
void rig_open(struct rig *r, const struct fcn_model_config *cfg);
void rig_close(struct rig *r);

/* Page-table entries of root 0 or 1. */
uint32_t *rig_pde(struct rig *r, unsigned root, uint32_t va);
uint32_t *rig_pte(struct rig *r, unsigned root, uint32_t va);

/* Command stream: clear, add; the returned copy in memory may be changed until the run. */
void rig_clear(struct rig *r);
struct fcn_cmd *rig_add(struct rig *r, const struct fcn_cmd *c);
struct fcn_cmd *rig_sync(struct rig *r, unsigned opcode, unsigned wait, unsigned signal);

/* Starts the stream in a slot; runs everything; the record that the slot has then. */
void rig_start(struct rig *r, unsigned slot, unsigned root, uint32_t seqno, bool perf);
struct rig_record rig_record(const struct rig *r, unsigned slot);
struct rig_record rig_run(struct rig *r);
uint64_t rig_perf(const struct rig *r, unsigned index);

/* True when the record is this fault, and says so on stdout when it is not. */
bool rig_fault_is(struct rig_record rec, unsigned cause, uint32_t index, uint32_t addr);

/* Random numbers: the same in every run. */
uint32_t rig_rand(void);
uint32_t rig_below(uint32_t n);

/* Random bytes into what fcn_model_buffer() shows. */
void rig_randomise(struct rig *r, enum fcn_model_space space);

#endif
