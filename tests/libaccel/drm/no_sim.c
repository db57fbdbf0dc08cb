/* SPDX-License-Identifier: MIT */
/* Only drm: here: what device.c asks of the cores in process, and of the host. */
#include <errno.h>
#include <string.h>

#include "backend.h"
#include "error.h"
#include "run_layer.h"
#include "runtime.h"

int backend_rtl_open(const char *rest, struct core_device **dev)
{
	(void)rest;
	*dev = NULL;
	return error(-ENODEV, "no rtl: in this test");
}

int backend_model_open(const char *rest, struct core_device **dev)
{
	return backend_rtl_open(rest, dev);
}

int backend_rtl_list(int (*fn)(void *ctx, const char *uri, const char *description), void *ctx)
{
	(void)fn;
	(void)ctx;
	return 0;
}

int host_options(const char *rest, unsigned *allowed)
{
	*allowed = 0;
	return *rest ? -EINVAL : 0;
}

const char *accel_error_message(void)
{
	return error_message();
}

int sized_put(void *to, const void *full, size_t full_size)
{
	memcpy((char *)to + sizeof(size_t), (const char *)full + sizeof(size_t),
	       full_size - sizeof(size_t));
	return 0;
}
