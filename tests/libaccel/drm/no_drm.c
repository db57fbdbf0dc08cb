/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "accel.h"
#include "backend.h"

static int count(void *ctx, const char *uri, const char *description)
{
	(void)uri;
	(void)description;
	++*(int *)ctx;
	return 0;
}

/* 0: drm: is refused with a reason, auto is the host. */
int main(void)
{
	struct accel_device *dev;
	int devices = 0;
	int err = accel_device_open("drm:", &dev);

	if (err != -ENODEV || dev || !strstr(accel_error_message(), "libdrm-dev"))
		return 1;
	if (accel_device_open("auto", &dev))
		return 2;
	accel_device_close(dev);
	if (backend_drm_list(count, &devices) || devices)
		return 3;
	return 0;
}
