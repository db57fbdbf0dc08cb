/* SPDX-License-Identifier: MIT */
/* The wrapped functions; see failing.h. */
#define _GNU_SOURCE

#include "failing.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>

static atomic_long count;
static atomic_long countdown;	/* the allocation that makes it 0 fails; below 0: none, or all */
static atomic_bool armed, all_later, paused;

void failing_start(long n, bool all)
{
	atomic_store(&all_later, all);
	atomic_store(&countdown, n);
	atomic_store(&count, 0);
	atomic_store(&armed, true);
}

bool failing_end(void)
{
	atomic_store(&armed, false);
	return atomic_load(&countdown) <= 0;
}

void failing_pause(bool pause)
{
	atomic_store(&paused, pause);
}

long failing_count(void)
{
	return atomic_load(&count);
}

static bool fails(void)
{
	long left;

	if (!atomic_load(&armed) || atomic_load(&paused))
		return false;
	atomic_fetch_add(&count, 1);
	left = atomic_fetch_sub(&countdown, 1);
	if (left > 1 || (left < 1 && !atomic_load(&all_later)))
		return false;
	errno = ENOMEM;
	return true;
}

#define WRAP(type, name, parameters, arguments) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type __wrap_##name parameters \
	{ \
		return fails() ? NULL : __real_##name arguments; \
	}

WRAP(void *, malloc, (size_t size), (size))
WRAP(void *, calloc, (size_t n, size_t size), (n, size))
WRAP(void *, realloc, (void *p, size_t size), (p, size))
WRAP(void *, aligned_alloc, (size_t align, size_t size), (align, size))
WRAP(char *, strdup, (const char *s), (s))
WRAP(char *, strndup, (const char *s, size_t n), (s, n))

void *__real_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
	return fails() ? MAP_FAILED : __real_mmap(at, size, prot, flags, fd, offset);
}

