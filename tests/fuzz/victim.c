// SPDX-License-Identifier: GPL-2.0
/*
 * The client that nobody may disturb: copies and convolutions whose results are known, and a buffer object that no job of its own
 * touches.  Whatever others do, its jobs end well, with the right results.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define GUARD_SEED 77

struct victim {
	struct shared *sh;
	struct rng r;
	int fd;
	struct fcn_geometry g;
	struct fcn_job job;
	struct fcn_bo guard;
};

static bool fail(struct victim *v, const char *what, int err)
{
	struct drm_fcn_accel_fault_query fault = { .index = 0 };
	int known = v->fd >= 0 ? fcn_ioctl(v->fd, DRM_IOCTL_FCN_ACCEL_FAULT_QUERY, &fault) : -1;

	snprintf(v->sh->victim.why, sizeof(v->sh->victim.why), "job %llu: %s (%d)%s cause %u, address 0x%08x, command %u",
		 (unsigned long long)v->sh->victim.jobs, what, err, known ? "; no fault known," : "; fault:", fault.cause, fault.addr,
		 fault.cmd);
	v->sh->victim.failed = true;
	return false;
}

static bool start(struct victim *v)
{
	int err;

	v->fd = fcn_open();
	if (v->fd < 0)
		return fail(v, "open", v->fd);
	err = fcn_geometry(v->fd, &v->g);
	if (!err)
		err = fcn_job_init(v->fd, &v->job, 64);
	if (!err)
		err = fcn_bo_create(v->fd, 16384, 0, &v->guard);
	if (err)
		return fail(v, "set-up", err);
	fcn_fill(v->guard.map, v->guard.size, GUARD_SEED);
	return true;
}

static void stop(struct victim *v)
{
	fcn_bo_unmap(&v->guard);
	fcn_bo_unmap(&v->job.cmd);
	close(v->fd);
}

static bool run(struct victim *v, const struct fcn_bo *from, const struct fcn_bo *to)
{
	unsigned seed = rng_below(&v->r, 256), pixels = 1 + rng_below(&v->r, 128);
	uint32_t bytes = 16 * (1 + rng_below(&v->r, 512));
	bool conv = rng_below(&v->r, 2), right;
	int err;

	v->job.n_cmd = v->job.n_ref = 0;
	fcn_use(&v->job, from, FCN_R);
	fcn_use(&v->job, to, FCN_W);
	memset(to->map, 0, to->size);
	if (conv) {
		fcn_conv_operands(&v->g, from->map, pixels, seed);
		fcn_add_conv(&v->job, &v->g, from->va, to->va, pixels);
	} else {
		fcn_fill(from->map, bytes, seed);
		fcn_add_copy(&v->job, from->va, to->va, bytes);
	}
	err = fcn_run(v->fd, &v->job);
	if (v->sh->tolerate && (err == -EIO || err == -ETIME)) {
		v->sh->victim.ended++;
		return true;
	}
	if (err)
		return fail(v, "the job failed", err);
	right = conv ? fcn_conv_right(&v->g, from->map, to->map, pixels) : fcn_filled(to->map, bytes, seed);
	if (!right)
		return fail(v, conv ? "a wrong result of a convolution" : "a wrong copy", 0);
	if (!fcn_filled(v->guard.map, v->guard.size, GUARD_SEED))
		return fail(v, "memory that no job names has changed", 0);
	v->sh->victim.jobs++;
	return true;
}

/* Jobs on one pair of buffer objects, then a new pair; now and then a new file. */
static bool some_jobs(struct victim *v)
{
	struct fcn_bo from, to;
	int err = fcn_bo_create(v->fd, FCN_CONV_BYTES, 0, &from);
	bool good = true;

	if (!err)
		err = fcn_bo_create(v->fd, FCN_CONV_BYTES, 0, &to);
	if (err)
		return fail(v, "BO_CREATE", err);
	for (unsigned i = 0; i < 8 && good && !v->sh->stop; i++)
		good = run(v, &from, &to);
	fcn_bo_close(v->fd, &from);
	fcn_bo_close(v->fd, &to);
	return good;
}

void victim_main(struct shared *sh, uint64_t seed)
{
	struct victim v = { .sh = sh, .r = { seed } };
	bool good = start(&v);

	while (good && !sh->stop) {
		good = some_jobs(&v);
		if (good && !rng_below(&v.r, 16)) {
			stop(&v);
			good = start(&v);
		}
	}
	_exit(!good);
}
