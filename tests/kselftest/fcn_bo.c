// SPDX-License-Identifier: GPL-2.0
/* Buffer objects. */
#define _GNU_SOURCE
#include "fcn_test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int fcn_bo_info(int fd, uint32_t handle, struct fcn_bo *bo)
{
	struct drm_fcn_accel_bo_info info = { .handle = handle };
	int err = fcn_ioctl(fd, DRM_IOCTL_FCN_ACCEL_BO_INFO, &info);

	*bo = (struct fcn_bo){ .handle = handle, .va = info.va, .size = info.size,
			       .mmap_offset = info.mmap_offset };
	return err;
}

int fcn_bo_create(int fd, uint64_t size, uint32_t flags, struct fcn_bo *bo)
{
	struct drm_fcn_accel_bo_create create = { .size = size, .flags = flags };
	int err = fcn_ioctl(fd, DRM_IOCTL_FCN_ACCEL_BO_CREATE, &create);
	void *map;

	memset(bo, 0, sizeof(*bo));
	if (err)
		return err;
	err = fcn_bo_info(fd, create.handle, bo);
	if (!err) {
		map = mmap(NULL, bo->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			   (off_t)bo->mmap_offset);
		if (map == MAP_FAILED)
			err = -errno;
		else
			bo->map = map;
	}
	if (err)
		fcn_bo_close(fd, bo);
	return err;
}

void fcn_bo_unmap(struct fcn_bo *bo)
{
	if (bo->map)
		munmap(bo->map, bo->size);
	bo->map = NULL;
}

int fcn_bo_close(int fd, struct fcn_bo *bo)
{
	struct drm_gem_close close = { .handle = bo->handle };

	fcn_bo_unmap(bo);
	bo->handle = 0;
	return fcn_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &close);
}

int fcn_export(int fd, uint32_t handle)
{
	struct drm_prime_handle prime = { .handle = handle, .flags = DRM_CLOEXEC | DRM_RDWR };
	int err = fcn_ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime);

	return err ? err : prime.fd;
}

int fcn_import(int fd, int dmabuf, uint32_t *handle)
{
	struct drm_prime_handle prime = { .fd = dmabuf };
	int err = fcn_ioctl(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime);

	*handle = prime.handle;
	return err;
}

int fcn_prep(int fd, uint32_t handle, uint32_t flags, int64_t timeout_ns)
{
	struct drm_fcn_accel_bo_cpu_prep prep = { handle, flags, timeout_ns };

	return fcn_ioctl(fd, DRM_IOCTL_FCN_ACCEL_BO_CPU_PREP, &prep);
}

int fcn_fini(int fd, uint32_t handle, uint32_t flags)
{
	struct drm_fcn_accel_bo_cpu_fini fini = { handle, flags };

	return fcn_ioctl(fd, DRM_IOCTL_FCN_ACCEL_BO_CPU_FINI, &fini);
}

static uint8_t pattern(size_t i, unsigned seed)
{
	return (uint8_t)((i * 7 + i / 256 + seed) ^ (i >> 12));
}

void fcn_fill(void *p, size_t n, unsigned seed)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = pattern(i, seed);
}

bool fcn_filled(const void *p, size_t n, unsigned seed)
{
	for (size_t i = 0; i < n; i++)
		if (((const uint8_t *)p)[i] != pattern(i, seed))
			return false;
	return true;
}
