// SPDX-License-Identifier: GPL-2.0
/*
 * Which code of the kernel a sequence reaches: KCOV tells the addresses that a thread has passed.  Only those of the driver and
 * of the modules below it count; what fork() and mmap() do otherwise is no news.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* linux/kcov.h, which libc's headers need not have. */
#define KCOV_INIT_TRACE _IOR('c', 1, unsigned long)
#define KCOV_ENABLE _IO('c', 100)
#define KCOV_TRACE_PC 0

#define ENTRIES (128u << 10)

static const char *const modules[] = { "fcn_accel", "gpu_sched", "drm_shmem_helper", "drm_exec", "drm" };

#define MODULES (sizeof(modules) / sizeof(modules[0]))

static struct {
	uint64_t start, end;
} range[MODULES];

static unsigned ranges;

static void find_ranges(void)
{
	FILE *f = fopen("/proc/modules", "r");
	char line[512], name[64];
	unsigned long size, at;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %lu %*s %*s %*s %lx", name, &size, &at) != 3)
			continue;
		for (unsigned i = 0; i < MODULES; i++)
			if (!strcmp(name, modules[i]) && at) {
				range[ranges].start = at;
				range[ranges++].end = at + size;
			}
	}
	if (f)
		fclose(f);
}

int kcov_open(struct kcov *k)
{
	void *area;

	memset(k, 0, sizeof(*k));
	k->entries = ENTRIES;
	k->fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (k->fd < 0)
		return -errno;
	find_ranges();
	if (!ranges || ioctl(k->fd, KCOV_INIT_TRACE, (unsigned long)k->entries))
		goto fail;
	area = mmap(NULL, k->entries * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, k->fd, 0);
	if (area == MAP_FAILED)
		goto fail;
	k->area = area;
	return 0;
fail:
	close(k->fd);
	return ranges ? -errno : -ENOENT;
}

int kcov_start(struct kcov *k)
{
	if (ioctl(k->fd, KCOV_ENABLE, KCOV_TRACE_PC))
		return -errno;
	__atomic_store_n(&k->area[0], 0, __ATOMIC_RELAXED);
	return 0;
}

static bool counts(uint64_t pc)
{
	for (unsigned i = 0; i < ranges; i++)
		if (pc >= range[i].start && pc < range[i].end)
			return true;
	return false;
}

uint32_t kcov_collect(struct kcov *k, _Atomic uint8_t *table)
{
	uint64_t n = __atomic_load_n(&k->area[0], __ATOMIC_RELAXED), before = 0;
	uint32_t fresh = 0;

	for (uint64_t i = 0; i < n && i < k->entries - 1; i++) {
		uint64_t pc = k->area[i + 1], edge;

		if (!counts(pc))
			continue;
		/* From where to where: two blocks in another order are another edge. */
		edge = (pc * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - MAP_BITS);
		fresh += !atomic_exchange(&table[edge ^ before], 1);
		before = edge >> 1;
	}
	return fresh;
}
