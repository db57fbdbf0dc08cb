// SPDX-License-Identifier: Apache-2.0
#include "engine.h"

#include <time.h>

/* Cycles of a slice: at half a million cycles a second, 64 microseconds. */
#define SLICE 32

/* Slices between two questions whether the core is idle, each of which takes it some cycles. */
#define ASK 32

/* Accesses without a slice in between: a guest that polls must not stop the core for which it waits. */
#define ACCESSES 8

/* While only a planned interrupt is to come, the clock goes on at this pace: a cycle is a microsecond. */
#define PACE_NS 1000000
#define PACE_SLICES (PACE_NS / 1000 / SLICE)

void vf_engine_init(struct vf_engine *e, struct fcn_sim *sim)
{
	pthread_condattr_t attr;

	*e = (struct vf_engine){ .sim = sim };
	pthread_mutex_init(&e->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&e->turn, &attr);
	pthread_condattr_destroy(&attr);
}

void vf_engine_destroy(struct vf_engine *e)
{
	vf_engine_stop(e);
	pthread_cond_destroy(&e->turn);
	pthread_mutex_destroy(&e->mutex);
}

void vf_engine_step(struct vf_engine *e)
{
	struct fcn_sim_counters before, after;

	e->accesses = 0;
	fcn_sim_counters(e->sim, &before);
	fcn_sim_advance(e->sim, SLICE, false);
	fcn_sim_counters(e->sim, &after);
	e->parked = after.clocked == before.clocked ? e->parked + 1 : 0;
	if (++e->slices >= ASK) {
		e->slices = 0;
		e->idle = fcn_sim_idle(e->sim);
	}
}

static void nap(struct vf_engine *e)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PACE_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&e->turn, &e->mutex, &until);
}

static void *run(void *ctx)
{
	struct vf_engine *e = ctx;

	pthread_mutex_lock(&e->mutex);
	while (!e->stop) {
		if (e->idle || atomic_load(&e->waiting)) {
			pthread_cond_wait(&e->turn, &e->mutex);
			continue;
		}
		vf_engine_step(e);
		if (e->parked && e->parked % PACE_SLICES == 0)
			nap(e);
	}
	pthread_mutex_unlock(&e->mutex);
	return NULL;
}

int vf_engine_start(struct vf_engine *e)
{
	int err = pthread_create(&e->thread, NULL, run, e);

	e->running = !err;
	return -err;
}

void vf_engine_stop(struct vf_engine *e)
{
	if (!e->running)
		return;
	vf_engine_lock(e);
	e->stop = true;
	vf_engine_unlock(e);
	pthread_join(e->thread, NULL);
	e->running = false;
}

void vf_engine_lock(struct vf_engine *e)
{
	atomic_fetch_add(&e->waiting, 1);
	pthread_mutex_lock(&e->mutex);
	atomic_fetch_sub(&e->waiting, 1);
}

void vf_engine_unlock(struct vf_engine *e)
{
	/* An idle core's thread sleeps on. */
	if (!e->idle || e->stop)
		pthread_cond_signal(&e->turn);
	pthread_mutex_unlock(&e->mutex);
}

static void accessed(struct vf_engine *e)
{
	if (!e->idle && ++e->accesses >= ACCESSES)
		vf_engine_step(e);
}

int vf_engine_read32(struct vf_engine *e, unsigned off, uint32_t *value)
{
	int err = fcn_sim_read32(e->sim, off, value);

	accessed(e);
	return err;
}

/* The core has, perhaps, something to do. */
static void woken(struct vf_engine *e)
{
	e->idle = false;
	e->slices = 0;
	e->parked = 0;
}

int vf_engine_write32(struct vf_engine *e, unsigned off, uint32_t value)
{
	int err;

	woken(e);
	err = fcn_sim_write32(e->sim, off, value);
	accessed(e);
	return err;
}

void vf_engine_reset(struct vf_engine *e)
{
	woken(e);
	fcn_sim_reset(e->sim);
}
