/* SPDX-License-Identifier: MIT */
/* Devices by URI. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "run_layer.h"
#include "runtime.h"

static int open_host(const char *rest, struct core_device **core)
{
	unsigned kernels;

	*core = NULL;
	return host_options(rest, &kernels);
}

static const struct scheme {
	const char *name;
	int (*open)(const char *rest, struct core_device **core);
} schemes[] = {
	{ "drm", backend_drm_open },
	{ "rtl", backend_rtl_open },
	{ "model", backend_model_open },
	{ "host", open_host },
};

#define N_SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

static const struct scheme *find_scheme(const char *uri)
{
	size_t n = strcspn(uri, ":");

	for (size_t i = 0; uri[n] && i < N_SCHEMES; i++)
		if (strlen(schemes[i].name) == n && !memcmp(schemes[i].name, uri, n))
			return &schemes[i];
	return NULL;
}

static int open_scheme(const char *uri, struct accel_device **out)
{
	const struct scheme *s = find_scheme(uri);
	struct accel_device *dev;
	int err;

	if (!s)
		return error(-EINVAL, "'%s' is no device; devices are auto, drm:, rtl:, model: and "
			     "host:, such as rtl:array=8x8", uri);
	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return error(-ENOMEM, "out of memory for a device");
	atomic_init(&dev->refs, 1);
	dev->owner = getpid();
	dev->uri = strdup(uri);
	err = dev->uri ? s->open(strchr(uri, ':') + 1, &dev->core) :
			 error(-ENOMEM, "out of memory for a device");
	if (err) {
		free(dev->uri);
		free(dev);
		return err;
	}
	dev->reference = !strcmp(uri, "host:reference");
	*out = dev;
	return 0;
}

int accel_device_open(const char *uri, struct accel_device **out)
{
	bool any = !strcmp(uri, "auto");
	struct error_state said;
	int err;

	*out = NULL;
	error_save(&said);
	err = open_scheme(any ? "drm:" : uri, out);
	if (err && any)
		err = open_scheme("host:", out);
	/* drm: tries one device after the other, and auto another kind. */
	if (!err)
		error_restore(&said);
	return err;
}

struct accel_device *device_get(struct accel_device *dev)
{
	atomic_fetch_add(&dev->refs, 1);
	return dev;
}

bool device_ours(const struct accel_device *dev)
{
	return getpid() == dev->owner;
}

int device_check(const struct accel_device *dev)
{
	return device_ours(dev) ? 0 :
				  error(-EPERM, "%s was opened before fork(), by process %ld; open it again in this one",
					dev->uri, (long)dev->owner);
}

void accel_device_close(struct accel_device *dev)
{
	if (!dev || !device_ours(dev) || atomic_fetch_sub(&dev->refs, 1) != 1)
		return;
	if (dev->core)
		dev->core->ops->close(dev->core);
	free(dev->uri);
	free(dev);
}

int accel_device_list(int (*fn)(void *ctx, const char *uri, const char *description), void *ctx)
{
	int err = backend_drm_list(fn, ctx);

	if (!err)
		err = backend_rtl_list(fn, ctx);
	if (!err)
		err = fn(ctx, "model:", "the functional model of the core, in process");
	return err ? err : fn(ctx, "host:", "the host's processor");
}

int accel_device_get_info(const struct accel_device *dev, struct accel_device_info *info)
{
	struct accel_device_info i = {
		.uri = dev->uri,
		.description = dev->reference ? "the C reference" : "the host's processor",
	};

	if (dev->core) {
		const struct core_config *c = &dev->core->config;

		i.description = dev->core->description;
		i.has_core = true;
		i.cycles_real = dev->core->cycles_real;
		i.rows = c->rows;
		i.cols = c->cols;
		i.lanes = c->lanes;
		i.ifm_bytes = c->ifm_bytes;
		i.weight_bytes = c->wgt_bytes;
		i.ofm_bytes = c->ofm_bytes;
		i.parameter_bytes = c->par_bytes;
		i.accumulator_entries = c->acc_entries;
		i.version_major = dev->core->version_major;
		i.version_minor = dev->core->version_minor;
	}
	return sized_put(info, &i, sizeof(i));
}
