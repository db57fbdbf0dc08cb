/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the core: a thread that lets it work in short slices, and the lock for whoever wants something in between.
 *
 * The core's state belongs to the holder of the lock.  The thread gives the lock up after each slice when someone waits, so
 * that a register access waits for one slice at most (some tens of microseconds), and it sleeps while the core is
 * idle: an idle core costs nothing, and its clock stands still.
 *
 * Between two accesses the core's cycles depend on the number of slices alone, not on time: a transcript of accesses
 * and their cycles repeats a run exactly (replay.c).
 */
#ifndef VF_ENGINE_H
#define VF_ENGINE_H

#include "fcn_sim.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct vf_engine {
	struct fcn_sim *sim;
	pthread_mutex_t mutex;
	pthread_cond_t turn;
	atomic_uint waiting; /* threads that want the lock */
	pthread_t thread;
	bool running, stop;
	bool idle;           /* nothing will happen before the next register write */
	unsigned slices;     /* since the last write or look at whether it is idle */
	unsigned accesses;   /* since the last slice */
	uint64_t parked;     /* slices in which only the clock went on */
};

/* Takes over a simulator; starts no thread. */
void vf_engine_init(struct vf_engine *e, struct fcn_sim *sim);
void vf_engine_destroy(struct vf_engine *e);

/* Starts and ends the thread.  0 or a negative errno. */
int vf_engine_start(struct vf_engine *e);
void vf_engine_stop(struct vf_engine *e);

void vf_engine_lock(struct vf_engine *e);
void vf_engine_unlock(struct vf_engine *e);

/* The rest is for the holder of the lock. */

/* One slice. */
void vf_engine_step(struct vf_engine *e);

/* As of fcn_sim.h.  Reading has no effect on the core. */
int vf_engine_read32(struct vf_engine *e, unsigned off, uint32_t *value);
int vf_engine_write32(struct vf_engine *e, unsigned off, uint32_t value);
void vf_engine_reset(struct vf_engine *e);

#endif
