// SPDX-License-Identifier: GPL-2.0
/* SUBMIT, with any word of what it is given changed; and any ioctl of DRM with any bytes. */
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum { JOBS = 4 };

/* What SUBMIT reads.  `field` of the operation is the number of a word here, from 1; with 0x200 added, two words are changed. */
struct given {
	struct drm_fcn_accel_submit submit;
	uint8_t jobs[JOBS * 2 * sizeof(struct drm_fcn_accel_job)];
	struct drm_fcn_accel_bo_ref ref[BOS];
	struct drm_fcn_accel_sync in[SYNCS], out[SYNCS];
};

static uint32_t syncs(const struct ctx *c, struct drm_fcn_accel_sync *list, uint64_t set, uint64_t point)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < SYNCS; i++)
		if (set >> i & 1)
			list[n++] = (struct drm_fcn_accel_sync){ .handle = c->sync[i], .point = point };
	return n;
}

/* Bits 8 and up of `bos`: the accesses, two bits each; 0 stands for both. */
static uint32_t refs(const struct ctx *c, struct drm_fcn_accel_bo_ref *list, uint64_t set)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < BOS; i++) {
		uint32_t access = set >> (8 + 2 * i) & 3;

		if (set >> i & 1)
			list[n++] = (struct drm_fcn_accel_bo_ref){ c->bo[i], access ? access : FCN_RW };
	}
	return n;
}

static void change(struct given *g, uint64_t field, uint64_t value)
{
	size_t at = ((field & 0x1ff) - 1) % (sizeof(*g) / 4) * 4, n = field & 0x200 ? 8 : 4;

	if (!field)
		return;
	if (n > sizeof(*g) - at)
		n = 4;
	memcpy((uint8_t *)g + at, &value, n);
}

/* fd cmd offset count bos perf perf_offset ins outs point priority jobs size field value */
int run_submit(struct ctx *c, const uint64_t *arg)
{
	const uint32_t size = sizeof(struct drm_fcn_accel_job);
	struct given *g = calloc(1, sizeof(*g));
	struct drm_fcn_accel_job job = {
		.bos = (uintptr_t)g->ref,
		.in_syncs = (uintptr_t)g->in,
		.out_syncs = (uintptr_t)g->out,
		.user_data = arg[14],
		.bo_count = refs(c, g->ref, arg[4]),
		.in_sync_count = syncs(c, g->in, arg[7], arg[9] % 4 ? 0 : arg[9] >> 2),
		.out_sync_count = syncs(c, g->out, arg[8], arg[9]),
		.cmd_handle = c->bo[arg[1] % BOS],
		/* Most numbers are meant as they should be: 64 bytes, and at least one command. */
		.cmd_offset = (uint32_t)(arg[2] % 8 ? arg[2] : 0),
		.cmd_count = (uint32_t)arg[3],
		.perf_handle = arg[5] && arg[5] <= BOS ? c->bo[arg[5] - 1] : 0,
		.perf_offset = (uint32_t)(arg[5] ? arg[6] & ~UINT64_C(127) & 0xffff : 0),
	};
	int err;

	g->submit = (struct drm_fcn_accel_submit){
		.jobs = (uintptr_t)g->jobs,
		.job_count = 1 + arg[11] % JOBS,
		.job_size = arg[12] && arg[12] <= 2 * size ? (uint32_t)arg[12] : size,
		.priority = arg[10] % 4 == 3 ? (uint32_t)arg[10] : arg[10] % 4,
	};
	for (unsigned i = 0; i < JOBS; i++)
		memcpy(g->jobs + i * g->submit.job_size, &job, g->submit.job_size < size ? g->submit.job_size : size);
	change(g, arg[13], arg[14]);
	err = ioctl(c->fd[arg[0] % FDS], DRM_IOCTL_FCN_ACCEL_SUBMIT, &g->submit) < 0 ? -errno : 0;
	free(g);
	return err;
}

/* fd nr dir size seed: nr names one of the driver's when it is small, else one of DRM. */
int run_raw(struct ctx *c, const uint64_t *arg)
{
	static const uint16_t sizes[] = { 16, 16, 32, 16, 8, 24, 48 };
	struct rng r = { arg[4] };
	unsigned own = arg[1] % 8, nr = arg[1] % 64 < 48 ? DRM_COMMAND_BASE + own : (arg[1] >> 6) & 0xff;
	unsigned size = arg[3] % 4 ? (own < 7 ? sizes[own] : 16) : (arg[3] >> 2) % 512;
	unsigned dir = arg[2] % 8 < 4 ? arg[2] % 4 : _IOC_READ | _IOC_WRITE;
	uint8_t *given = calloc(1, 512);
	int err;

	for (unsigned i = 0; i < size; i += 4) {
		uint32_t v = rng_below(&r, 2) ? rng_below(&r, 12) : (uint32_t)rng_odd(&r);

		memcpy(given + i, &v, 4);
	}
	err = ioctl(c->fd[arg[0] % FDS], _IOC(dir, DRM_IOCTL_BASE, nr, size), given) < 0 ? -errno : 0;
	free(given);
	return err;
}
