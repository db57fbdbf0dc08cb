/* SPDX-License-Identifier: MIT */
/* drm: finding and opening a device. */
#ifdef LIBACCEL_DRM
#define _POSIX_C_SOURCE 200809L

#include "backend_drm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#include "error.h"

#define DRIVER "fcn_accel"
#define NODES 256	/* as many minors as the kernel gives to accel devices */

/* 0x1 0000 0000: what 32 bits can name. */
#define VA_END_MAX (UINT64_C(1) << 32)

int drm_error(const struct drm_device *d, int err, const char *what)
{
	if (err == -ENODEV)
		return error(err, "%s is gone: it was unplugged, or its driver was unbound; open "
			     "a device again", d->path);
	return error(err, "%s: cannot %s: %s", d->path, what, strerror(-err));
}

/* ---- probing ---- */

/* 0: the driver is ours, in a version that we know; -ENOTSUP: ours, another; -ENODEV: another's. */
static int check_driver(int fd, const char *path)
{
	drmVersionPtr v = drmGetVersion(fd);
	int err = -ENODEV;

	if (!v || strcmp(v->name, DRIVER))
		error(err, "%s belongs to the driver %s; %s is wanted", path,
		      v ? v->name : "of something that is no DRM device", DRIVER);
	else if (v->version_major != FCN_ACCEL_UAPI_MAJOR)
		err = error(-ENOTSUP, "%s: the driver has version %d.%d of its interface, this "
			    "libaccel knows %d; install a libaccel of the driver's age", path,
			    v->version_major, v->version_minor, FCN_ACCEL_UAPI_MAJOR);
	else
		err = 0;
	drmFreeVersion(v);
	return err;
}

/* @lost: there is a device behind the node, and its driver has given it up. */
static int open_node(const char *path, bool *lost)
{
	int err, fd = open(path, O_RDWR | O_CLOEXEC);

	*lost = fd < 0 && errno == ENODEV;
	if (*lost)
		return error(-ENODEV, "%s is lost: its driver has given it up, and the kernel's log "
			     "says why; reset it, or unbind and bind its driver", path);

	if (fd < 0 && errno == EACCES)
		return error(-EACCES, "%s: permission denied; join the group that owns it "
			     "(render)", path);
	if (fd < 0)
		return error(errno == ENOENT ? -ENODEV : -errno, "cannot open %s: %s", path,
			     strerror(errno));
	err = check_driver(fd, path);
	if (err)
		close(fd);
	return err ? err : fd;
}

static void node_path(char *path, size_t size, unsigned n)
{
	snprintf(path, size, "/dev/accel/accel%u", n);
}

/*
 * The first device that can be opened.  When there is none, the error of one that is ours but could
 * not be used says more than that there is none.
 */
static int open_first(char *path, size_t size)
{
	char why[512] = "";
	int worst = -ENODEV;

	for (unsigned n = 0; n < NODES; n++) {
		bool lost;
		int fd;

		node_path(path, size, n);
		fd = open_node(path, &lost);
		if (fd >= 0)
			return fd;
		if ((fd != -ENODEV || lost) && !why[0]) {
			worst = fd;
			snprintf(why, sizeof(why), "%s", error_message());
		}
	}
	if (why[0])
		return error(worst, "%s", why);
	return error(-ENODEV, "no fcn_accel device: no node in /dev/accel belongs to that driver; "
		     "load it (modprobe fcn_accel), or use rtl:, model: or host:");
}

static int get_param(const struct drm_device *d, uint32_t param, uint64_t *value)
{
	struct drm_fcn_accel_get_param get = { .param = param };

	if (drmIoctl(d->fd, DRM_IOCTL_FCN_ACCEL_GET_PARAM, &get))
		return drm_error(d, -errno, "read the device's parameters");
	*value = get.value;
	return 0;
}

/* ---- life ---- */

static void drm_close(struct core_device *dev)
{
	struct drm_device *d = drm_device(dev);

	/* The kernel drops jobs that still run when the file is closed; nobody waits for them. */
	drm_jobs_exit(d);
	while (d->bo)
		drm_bo_free(dev, &d->bo->bo);
	close(d->fd);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

static const struct core_ops drm_ops = {
	.close = drm_close,
	.bo_create = drm_bo_create,
	.bo_free = drm_bo_free,
	.submit = drm_submit,
	.wait = drm_wait,
	.progress = drm_progress,
	.bo_import = drm_bo_import,
	.bo_export = drm_bo_export,
	.fence = drm_fence,
};

static int read_params(struct drm_device *d)
{
	uint64_t v[4] = { 0 }, coherent = 0, start = 0, end = 0;
	struct core_registers r;
	int err = 0;

	for (unsigned i = 0; !err && i < 4; i++)
		err = get_param(d, DRM_FCN_ACCEL_PARAM_CORE_VERSION + i, &v[i]);
	if (!err)
		err = get_param(d, DRM_FCN_ACCEL_PARAM_COHERENT, &coherent);
	if (!err)
		err = get_param(d, DRM_FCN_ACCEL_PARAM_CLOCK_HZ, &d->clock_hz);
	if (!err)
		err = get_param(d, DRM_FCN_ACCEL_PARAM_VA_START, &start);
	if (!err)
		err = get_param(d, DRM_FCN_ACCEL_PARAM_VA_END, &end);
	if (err)
		return err;
	r = (struct core_registers){ (uint32_t)v[0],
				     { (uint32_t)v[1], (uint32_t)v[2], (uint32_t)v[3] } };
	core_config_decode(&r, &d->dev);
	if (d->dev.version_major != 1)
		return error(-ENODEV, "%s has a core of version %u.%u; this libaccel knows 1",
			     d->path, d->dev.version_major, d->dev.version_minor);
	if (end > VA_END_MAX)
		end = VA_END_MAX;
	d->va_bytes = end > start ? end - start : 0;
	d->coherent = coherent != 0;
	return 0;
}

/* Takes the descriptor, also when it fails. */
static int new_device(int fd, const char *path, struct core_device **dev)
{
	struct drm_device *d = calloc(1, sizeof(*d));
	int err;

	if (!d) {
		close(fd);
		return error(-ENOMEM, "out of memory for a device");
	}
	d->fd = fd;
	d->dev.ops = &drm_ops;
	d->dev.cycles_real = true;
	d->last = &d->job;
	snprintf(d->path, sizeof(d->path), "%s", path);
	pthread_mutex_init(&d->lock, NULL);
	err = read_params(d);
	if (err) {
		drm_close(&d->dev);
		return err;
	}
	snprintf(d->dev.description, sizeof(d->dev.description), "%s, %u x %u, by " DRIVER,
		 d->path, d->dev.config.rows, d->dev.config.cols);
	*dev = &d->dev;
	return 0;
}

int backend_drm_open(const char *rest, struct core_device **dev)
{
	char path[64];
	bool lost;
	int fd;

	*dev = NULL;
	if (*rest && *rest != '/')
		return error(-EINVAL, "drm:%s: wanted is drm: or the path of a device, such as "
			     "drm:/dev/accel/accel0", rest);
	if (*rest && strlen(rest) >= sizeof(path))
		return error(-EINVAL, "drm:%s: no device has so long a path", rest);
	snprintf(path, sizeof(path), "%s", rest);
	fd = *rest ? open_node(path, &lost) : open_first(path, sizeof(path));
	return fd < 0 ? fd : new_device(fd, path, dev);
}

int backend_drm_list(int (*fn)(void *ctx, const char *uri, const char *description), void *ctx)
{
	int err = 0;

	for (unsigned n = 0; !err && n < NODES; n++) {
		char uri[64] = "drm:";
		struct core_device *dev;
		struct error_state said;

		node_path(uri + 4, sizeof(uri) - 4, n);
		error_save(&said);
		if (access(uri + 4, F_OK) || backend_drm_open(uri + 4, &dev)) {
			error_restore(&said);
			continue;
		}
		err = fn(ctx, uri, dev->description);
		dev->ops->close(dev);
	}
	return err;
}

#else

#include <errno.h>

#include "backend.h"
#include "error.h"

int backend_drm_open(const char *rest, struct core_device **dev)
{
	(void)rest;
	*dev = NULL;
	return error(-ENODEV, "drm: this libaccel was built without libdrm; install libdrm-dev and "
		     "build again, or use rtl:, model: or host:");
}

int backend_drm_list(int (*fn)(void *ctx, const char *uri, const char *description), void *ctx)
{
	(void)fn;
	(void)ctx;
	return 0;
}

#endif
