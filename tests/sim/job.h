/* SPDX-License-Identifier: Apache-2.0 */
/* A small job for tests: page tables, commands, doorbell. */
#ifndef JOB_H
#define JOB_H

#include "drm/fcn_accel_cmd.h"
#include "fcn_sim.h"

#define JOB_VA 0x00400000u     /* virtual address of the window that is mapped */
#define JOB_PAGES 64           /* its pages, all readable and writable */
#define JOB_CMD (JOB_VA)       /* commands: its first 4 pages */
#define JOB_PERF (JOB_VA + 0x4000)
#define JOB_IN (JOB_VA + 0x8000)
#define JOB_OUT (JOB_VA + 0x20000)

struct job {
	struct fcn_sim *sim;
	unsigned commands, seqno;
};

struct job_result {
	uint32_t seqno, cause, fault_addr, fault_cmd;
};

/* Makes page tables and enables interrupts. */
void job_init(struct job *job, struct fcn_sim *sim);

/* Physical address of a virtual one: pages are scattered, so that a wrong translation shows. */
uint64_t job_pa(uint32_t va);

void job_write(struct job *job, uint32_t va, const void *data, size_t n);
void job_read(struct job *job, uint32_t va, void *data, size_t n);

void job_add(struct job *job, const struct fcn_cmd *cmd);

/* A LOAD into the OFM buffer that signals STORE, and a STORE that waits for it: n bytes, a multiple of 16. */
void job_add_copy(struct job *job, uint32_t from, uint32_t to, unsigned n);

/* Starts the commands that were added, in a slot, with a new sequence number. */
int job_start(struct job *job, unsigned slot);

/* Runs until the interrupt, clears it, and reads the completion record; negative errno of the wait. */
int job_wait(struct job *job, unsigned slot, uint64_t max_cycles, struct job_result *result);

#endif
