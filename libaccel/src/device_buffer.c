/* SPDX-License-Identifier: MIT */
/* Device memory that applications hold. */
#include <errno.h>
#include <stdlib.h>

#include "error.h"
#include "runtime.h"

static int need_core(const struct accel_device *dev, bool shared)
{
	int err = device_check(dev);

	if (err)
		return err;
	if (!dev->core)
		return error(-ENOTSUP, "%s has no core, so it has no memory for one; use arrays",
			     dev->uri);
	if (shared && !dev->core->ops->bo_import)
		return error(-ENOTSUP, "%s shares no memory with other devices; only drm: does",
			     dev->uri);
	return 0;
}

static int new_buffer(struct accel_device *dev, struct accel_buffer **out)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return error(-ENOMEM, "out of memory for a buffer");
	atomic_init(&(*out)->refs, 1);
	(*out)->dev = device_get(dev);
	return 0;
}

/* The buffer if there was no error, else NULL. */
static int finish(int err, struct accel_buffer *buf, struct accel_buffer **out)
{
	if (err && buf)
		accel_buffer_free(buf);
	*out = err ? NULL : buf;
	return err;
}

int accel_buffer_create(struct accel_device *dev, size_t size, struct accel_buffer **out)
{
	struct accel_buffer *buf = NULL;
	int err = need_core(dev, false);

	if (!err)
		err = new_buffer(dev, &buf);
	if (!err)
		err = dev->core->ops->bo_create(dev->core, size, &buf->bo);
	return finish(err, buf, out);
}

int accel_buffer_import(struct accel_device *dev, int dmabuf_fd, struct accel_buffer **out)
{
	struct accel_buffer *buf = NULL;
	int err = need_core(dev, true);

	if (!err)
		err = new_buffer(dev, &buf);
	if (!err)
		err = dev->core->ops->bo_import(dev->core, dmabuf_fd, &buf->bo);
	return finish(err, buf, out);
}

int accel_buffer_export(struct accel_buffer *buf)
{
	int err = need_core(buf->dev, true);

	return err ? err : buf->dev->core->ops->bo_export(buf->dev->core, buf->bo);
}

void *accel_buffer_map(struct accel_buffer *buf)
{
	/* On drm: a child of fork() does not inherit the pages: the address leads nowhere. */
	return device_check(buf->dev) ? NULL : buf->bo->map;
}

size_t accel_buffer_size(const struct accel_buffer *buf)
{
	return buf->bo->size;
}

struct accel_buffer *buffer_get(struct accel_buffer *buf)
{
	atomic_fetch_add(&buf->refs, 1);
	return buf;
}

void accel_buffer_free(struct accel_buffer *buf)
{
	if (!buf || !device_ours(buf->dev) || atomic_fetch_sub(&buf->refs, 1) != 1)
		return;
	if (buf->bo)
		buf->dev->core->ops->bo_free(buf->dev->core, buf->bo);
	accel_device_close(buf->dev);
	free(buf);
}
