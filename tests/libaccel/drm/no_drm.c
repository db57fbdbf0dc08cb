/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "accel.h"

/* 0: drm: is refused with a reason, auto is the host. */
int main(void)
{
	struct accel_device *dev;
	int err = accel_device_open("drm:", &dev);

	if (err != -ENODEV || dev || !strstr(accel_error_message(), "libdrm-dev"))
		return 1;
	if (accel_device_open("auto", &dev))
		return 2;
	accel_device_close(dev);
	return 0;
}
