// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct device *device_new(const struct stream *s, const char *name)
{
	struct device *d = calloc(1, sizeof(*d));

	if (d)
		d->mem = malloc(sizeof(*d->mem));
	if (!d || !d->mem)
		abort();
	memcpy(d->mem, &s->image, sizeof(*d->mem));
	d->name = name;
	d->s = s;
	return d;
}

void device_free(struct device *d)
{
	free(d->mem);
	free(d);
}

static bool refused(const struct stream *s, uint64_t pa, size_t n, bool write)
{
	for (unsigned i = 0; i < s->nerrors; i++) {
		const struct bus_error *e = &s->error[i];

		if ((write ? e->write : e->read) && pa < e->hi && pa + n > e->lo)
			return true;
	}
	return false;
}

int device_mem_read(struct device *d, uint64_t pa, void *buf, size_t n)
{
	const uint8_t *from = image_at(d->mem, pa);

	if (!from || refused(d->s, pa, n, false))
		return -EIO;
	memcpy(buf, from, n);
	return 0;
}

int device_mem_write(struct device *d, uint64_t pa, const void *buf, size_t n)
{
	uint8_t *to = image_at(d->mem, pa);

	if (!to || refused(d->s, pa, n, true))
		return -EIO;
	memcpy(to, buf, n);
	return 0;
}
