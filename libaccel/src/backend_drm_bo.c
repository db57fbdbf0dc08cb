/* SPDX-License-Identifier: MIT */
/* drm: buffer objects, dma-bufs in and out, and whose turn it is to see their memory. */
#ifdef LIBACCEL_DRM
#define _GNU_SOURCE

#include "backend_drm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "error.h"

static struct drm_bo *drm_bo(struct bo *bo)
{
	return (struct drm_bo *)(void *)bo;
}

/*
 * The kernel names an object by the same handle each time that a file imports it, so several bos may
 * share one; the last one closes it.  Called with the lock held, as is every import.
 */
static void close_handle(struct drm_device *d, uint32_t handle)
{
	for (struct drm_bo *b = d->bo; b; b = b->next)
		if (b->handle == handle)
			return;
	drmCloseBufferHandle(d->fd, handle);
}

static void *map_at(int fd, size_t size, uint64_t offset)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);

	/* A dma-buf may be for reading only. */
	if (map == MAP_FAILED && (errno == EACCES || errno == EPERM))
		map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, (off_t)offset);
	if (map == MAP_FAILED)
		return NULL;
	/* A child holds none of the parent's objects. */
	madvise(map, size, MADV_DONTFORK);
	return map;
}

static void access_dmabuf(int fd, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_RW | flags };

	drmIoctl(fd, DMA_BUF_IOCTL_SYNC, &sync);
}

/*
 * Where the core and the host have the object of b->handle.  An import is mapped by its exporter,
 * who may refuse.
 */
static int map_bo(struct drm_device *d, struct drm_bo *b, int dmabuf_fd)
{
	struct drm_fcn_accel_bo_info info = { .handle = b->handle };

	if (drmIoctl(d->fd, DRM_IOCTL_FCN_ACCEL_BO_INFO, &info))
		return drm_error(d, -errno, "ask for a buffer's address");
	b->bo.va = (uint32_t)info.va;
	b->bo.size = (size_t)info.size;
	if (info.mmap_offset) {
		b->bo.map = map_at(d->fd, b->bo.size, info.mmap_offset);
		return b->bo.map ? 0 : drm_error(d, -errno, "map a buffer");
	}
	b->dmabuf = fcntl(dmabuf_fd, F_DUPFD_CLOEXEC, 0);
	if (b->dmabuf < 0)
		return drm_error(d, -errno, "keep a dma-buf open");
	b->bo.map = map_at(b->dmabuf, b->bo.size, 0);
	if (b->bo.map)
		access_dmabuf(b->dmabuf, DMA_BUF_SYNC_START);
	return 0;
}

static void release(struct drm_device *d, struct drm_bo *b)
{
	if (b->bo.map)
		munmap(b->bo.map, b->bo.size);
	if (b->dmabuf >= 0)
		close(b->dmabuf);
	if (b->handle)
		close_handle(d, b->handle);
	free(b);
}

static struct drm_bo *new_bo(void)
{
	struct drm_bo *b = calloc(1, sizeof(*b));

	if (b)
		b->dmabuf = -1;
	else
		error(-ENOMEM, "out of memory for a buffer");
	return b;
}

/* Under the lock.  Takes b, also when it fails. */
static int add(struct drm_device *d, struct drm_bo *b, int err, struct bo **out)
{
	if (err) {
		release(d, b);
		return err;
	}
	d->n_import += b->dmabuf >= 0;
	b->next = d->bo;
	d->bo = b;
	*out = &b->bo;
	return 0;
}

static int create_error(const struct drm_device *d, int err, size_t size)
{
	switch (err) {
	case -ENOSPC:
		return error(-ENOMEM, "%s: no room for %zu bytes in the address space of 32 bits; "
			     "free buffers, or run a smaller model", d->path, size);
	case -ENOMEM:
		return error(err, "%s: no memory for a buffer of %zu bytes, or over the driver's "
			     "limit for one process", d->path, size);
	default:
		return drm_error(d, err, "make a buffer");
	}
}

int drm_bo_create(struct core_device *dev, size_t size, struct bo **out)
{
	struct drm_device *d = drm_device(dev);
	struct drm_fcn_accel_bo_create create = { .size = size };
	struct drm_bo *b;
	int err = 0;

	*out = NULL;
	if (!size || size > d->va_bytes)
		return error(-EINVAL, "a buffer of %zu bytes: it must have at least 1, and fit "
			     "into 32 bits of address", size);
	b = new_bo();
	if (!b)
		return -ENOMEM;
	pthread_mutex_lock(&d->lock);
	if (drmIoctl(d->fd, DRM_IOCTL_FCN_ACCEL_BO_CREATE, &create))
		err = create_error(d, -errno, size);
	if (!err) {
		b->handle = create.handle;
		err = map_bo(d, b, -1);
	}
	err = add(d, b, err, out);
	pthread_mutex_unlock(&d->lock);
	return err;
}

int drm_bo_import(struct core_device *dev, int dmabuf_fd, struct bo **out)
{
	struct drm_device *d = drm_device(dev);
	struct drm_bo *b = new_bo();
	int err = 0;

	*out = NULL;
	if (!b)
		return -ENOMEM;
	pthread_mutex_lock(&d->lock);
	if (drmPrimeFDToHandle(d->fd, dmabuf_fd, &b->handle)) {
		err = -errno;
		b->handle = 0;
		if (err == -EINVAL || err == -EBADF)
			error(err, "descriptor %d is not an open dma-buf", dmabuf_fd);
		else
			drm_error(d, err, "import a dma-buf");
	}
	if (!err)
		err = map_bo(d, b, dmabuf_fd);
	err = add(d, b, err, out);
	pthread_mutex_unlock(&d->lock);
	return err;
}

int drm_bo_export(struct core_device *dev, struct bo *bo)
{
	struct drm_device *d = drm_device(dev);
	int fd;

	if (drmPrimeHandleToFD(d->fd, drm_bo(bo)->handle, DRM_CLOEXEC | DRM_RDWR, &fd))
		return drm_error(d, -errno, "export a buffer as dma-buf");
	return fd;
}

void drm_bo_free(struct core_device *dev, struct bo *bo)
{
	struct drm_device *d = drm_device(dev);
	struct drm_bo **at;

	if (!bo)
		return;
	pthread_mutex_lock(&d->lock);
	for (at = &d->bo; *at && *at != drm_bo(bo);)
		at = &(*at)->next;
	if (*at)
		*at = (*at)->next;
	d->n_import -= drm_bo(bo)->dmabuf >= 0;
	release(d, drm_bo(bo));
	pthread_mutex_unlock(&d->lock);
}

/* ---- whose turn it is ---- */

/*
 * Takes a descriptor of its own, since another thread may free the bo: *fd -1, the handle is no
 * import.
 */
static int import_fd(struct drm_device *d, uint32_t handle, int *fd)
{
	int err = 0;

	*fd = -1;
	pthread_mutex_lock(&d->lock);
	for (struct drm_bo *b = d->bo; d->n_import && b; b = b->next)
		if (b->handle == handle && b->dmabuf >= 0 && b->bo.map)
			*fd = b->dmabuf;
	if (*fd >= 0) {
		*fd = fcntl(*fd, F_DUPFD_CLOEXEC, 0);
		err = *fd < 0 ? -errno : 0;
	}
	pthread_mutex_unlock(&d->lock);
	return err ? drm_error(d, err, "tell the exporter of a dma-buf whose turn it is") : 0;
}

/* The first error; the imports behind it are told all the same. */
static int access_imports(struct drm_device *d, const struct drm_job *job, uint64_t flags)
{
	int first = 0;

	for (uint32_t i = 0; i < job->n_ref; i++) {
		int fd, err = import_fd(d, job->ref[i].handle, &fd);

		if (!first)
			first = err;
		if (fd < 0)
			continue;
		access_dmabuf(fd, flags);
		close(fd);
	}
	return first;
}

static bool overlap(const struct bo_range *a, const struct bo_range *b)
{
	return a->start < b->start + b->bytes && b->start < a->start + a->bytes;
}

/* Whether a job that nobody has waited for yet writes what `job` uses of the buffer object of ref[i]. */
static bool core_writes(struct drm_device *d, const struct drm_job *job, uint32_t i)
{
	bool found = false;

	pthread_mutex_lock(&d->lock);
	for (const struct drm_job *j = d->job; j && !found; j = j->next)
		for (uint32_t k = 0; k < j->n_ref && !found; k++)
			found = j->ref[k].handle == job->ref[i].handle &&
				j->ref[k].access & DRM_FCN_ACCEL_ACCESS_WRITE &&
				overlap(&j->range[k], &job->range[i]);
	pthread_mutex_unlock(&d->lock);
	return found;
}

/*
 * What an earlier job writes for this one is the core's already: the host has not seen it, and where
 * FINI copies, what the host has would replace it.
 *
 * An error of the driver's is not returned: the submission or wait beside it meets the same one.  A
 * handle that was closed meanwhile is nobody's memory any more.
 */
int drm_bo_to_core(struct drm_device *d, const struct drm_job *job)
{
	int err = access_imports(d, job, DMA_BUF_SYNC_END);

	for (uint32_t i = 0; !d->coherent && i < job->n_ref; i++) {
		struct drm_fcn_accel_bo_cpu_fini fini = {
			.handle = job->ref[i].handle,
			.flags = DRM_FCN_ACCEL_ACCESS_READ | DRM_FCN_ACCEL_ACCESS_WRITE,
		};

		if (core_writes(d, job, i))
			continue;
		drmIoctl(d->fd, DRM_IOCTL_FCN_ACCEL_BO_CPU_FINI, &fini);
	}
	return err;
}

int drm_bo_to_host(struct drm_device *d, const struct drm_job *job)
{
	int err = access_imports(d, job, DMA_BUF_SYNC_START);

	for (uint32_t i = 0; !d->coherent && i < job->n_ref; i++) {
		struct drm_fcn_accel_bo_cpu_prep prep = {
			.handle = job->ref[i].handle,
			.flags = DRM_FCN_ACCEL_ACCESS_READ,
			.timeout_ns = INT64_MAX,
		};

		if (job->ref[i].access & DRM_FCN_ACCEL_ACCESS_WRITE)
			drmIoctl(d->fd, DRM_IOCTL_FCN_ACCEL_BO_CPU_PREP, &prep);
	}
	return err;
}

#else

typedef int built_without_libdrm;

#endif
