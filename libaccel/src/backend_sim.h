/* SPDX-License-Identifier: MIT */
/*
 * A core in process: what the Verilated core and the functional model share.  Here libaccel is the
 * driver: it has the physical memory, writes page tables, fills job slots and serves interrupts, as
 * Documentation/programmers-guide.md says.
 */
#ifndef LIBACCEL_BACKEND_SIM_H
#define LIBACCEL_BACKEND_SIM_H

#include <pthread.h>

#include "backend.h"

#define SIM_PAGE 4096u

/* ---- options of the URI: backend_sim_options.c ---- */

struct sim_options {
	unsigned rows, cols;
	int memory;		/* enum fcn_axi_preset */
	uint64_t seed;
	char *waves;		/* NULL: none; owned */
};

/* Only "array" is allowed, unless `timed`.  -EINVAL; -ENOMEM. */
int sim_options_parse(const char *scheme, const char *rest, bool timed, struct sim_options *o);
void sim_options_free(struct sim_options *o);

/* ---- physical memory, page tables, virtual addresses: backend_sim_memory.c ---- */

/*
 * Physical memory has two parts: frames of buffers, and a private one with the page directory, the
 * page tables and the completion records, which no table maps.
 */
struct sim_memory {
	pthread_mutex_t lock;	/* the bus is served by the device's thread */
	uint8_t *private;
	uint8_t **frame;	/* where the host has a buffer's frame; NULL: no memory there */
	struct sim_bo *first;	/* all buffers, by rising address */
	bool changed;		/* the core has not flushed since an entry changed */
};

int sim_memory_init(struct sim_memory *m);
void sim_memory_exit(struct sim_memory *m);	/* frees all buffers, too */

int sim_bo_create(struct sim_memory *m, size_t size, struct bo **bo);

/* Unmaps it at once; its frames and addresses are free when job `last` is done. */
void sim_bo_free(struct sim_memory *m, struct bo *bo, uint64_t last);
void sim_memory_reap(struct sim_memory *m, uint64_t done);

/* Whether the next job has to flush; clears that. */
bool sim_memory_take_changed(struct sim_memory *m);

uint32_t sim_memory_root(void);			/* PFN of the page directory */
uint64_t sim_memory_record(unsigned slot);	/* physical address of a completion record */

/* The bus.  No access crosses a page.  -EIO: no memory there. */
int sim_memory_read(struct sim_memory *m, uint64_t pa, void *buf, size_t n);
int sim_memory_write(struct sim_memory *m, uint64_t pa, const void *buf, size_t n);
void *sim_memory_map(struct sim_memory *m, uint64_t pa);	/* a page; NULL: no memory */

/* ---- the core behind its registers ---- */

/* Used by one thread at a time.  Functions that return int: 0 or a negative errno. */
struct sim_chip_ops {
	int (*read)(void *chip, unsigned off, uint32_t *value);
	int (*write)(void *chip, unsigned off, uint32_t value);
	bool (*run)(void *chip);		/* for some milliseconds; true: interrupt */
	void (*progress)(void *chip, struct core_progress *p);	/* since the last interrupt */
	void (*destroy)(void *chip);
};

/*
 * Makes a device in two steps, because the chip needs the memory.  sim_device_start() takes the
 * chip; when it fails the device is gone, and the chip.
 */
struct sim_device;
int sim_device_new(struct sim_device **d);
struct sim_memory *sim_device_memory(struct sim_device *d);
int sim_device_start(struct sim_device *d, const struct sim_chip_ops *ops, void *chip,
		     const char *what, bool cycles_real, struct core_device **dev);
void sim_device_free(struct sim_device *d);	/* one that was not started */

/* ---- what backend_sim.c and backend_sim_thread.c share ---- */

enum { SIM_SLOTS = 2, SIM_PERF_BYTES = 128 };

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_DONE };

struct sim_job {
	struct sim_job *next;
	uint64_t token;
	enum job_state state;
	uint32_t cmd_va, cmd_count;
	int err;		/* JOB_DONE: -ENODEV: the core did not run it to its end */
	struct core_result result;
	struct core_progress progress;
};

struct sim_device {
	struct core_device dev;
	const struct sim_chip_ops *ops;
	void *chip;		/* the thread's */
	struct sim_memory memory;
	struct bo *perf;	/* a performance record for each slot */
	pthread_t thread;

	/* The thread's. */
	struct sim_job *slot[SIM_SLOTS];
	uint32_t seen_progress;
	unsigned stalled;	/* runs without progress */
	bool aborting;

	pthread_mutex_t lock;	/* of what follows, and of all jobs */
	pthread_cond_t work;	/* for the thread */
	pthread_cond_t done;	/* for those who wait */
	struct sim_job *first, **last;
	uint64_t submitted, completed;	/* tokens */
	bool stop, dead;
};

void *sim_device_thread(void *device);

#endif
