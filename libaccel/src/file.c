/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

static int fail(const char *what, const char *path)
{
	int err = errno;

	return error(-err, "cannot %s %s: %s", what, path, strerror(err));
}

static int check_regular(int fd, const char *path, int64_t max, size_t *size)
{
	struct stat st;

	if (fstat(fd, &st))
		return fail("look at", path);
	if (S_ISDIR(st.st_mode))
		return error(-EISDIR, "%s is a folder, not a file", path);
	if (!S_ISREG(st.st_mode))
		return error(-EINVAL, "%s is not a regular file; copy it to one", path);
	if (!st.st_size)
		return error(-EINVAL, "%s is empty", path);
	if (st.st_size > max)
		return error(-EFBIG, "%s has %lld bytes, more than the %lld that are supported",
			     path, (long long)st.st_size, (long long)max);
	*size = (size_t)st.st_size;
	return 0;
}

int file_map(const char *path, int64_t max, void **bytes, size_t *size)
{
	/* Not blocking, so that a FIFO without a writer is an error and not a wait. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int err;

	if (fd < 0)
		return fail("open", path);
	err = check_regular(fd, path, max, size);
	if (!err) {
		*bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (*bytes == MAP_FAILED)
			err = fail("map", path);
	}
	close(fd);
	return err;
}

static int write_all(int fd, const char *p, size_t size)
{
	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

/*
 * A new file beside path, with the mode that open() would give it.  mkstemp() would make it
 * private, and the mask cannot be asked for without changing it under other threads' feet.
 */
static int open_beside(const char *path, char *name, size_t size)
{
	static _Atomic unsigned int serial;
	int fd;

	do {
		snprintf(name, size, "%s.%ld.%u", path, (long)getpid(), serial++);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	} while (fd < 0 && errno == EEXIST);
	return fd;
}

static int write_parts(int fd, const struct file_part *part, int n_part)
{
	int err = 0;

	for (int i = 0; !err && i < n_part; i++)
		err = write_all(fd, part[i].data, part[i].size);
	/*
	 * Without this a crash soon after the rename could leave an empty file under the good name.

	 */
	if (!err && fsync(fd) && errno != EINVAL)
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

int file_write(const char *path, const struct file_part *part, int n_part)
{
	size_t size = strlen(path) + 40;
	char *name = malloc(size);
	struct stat st;
	int fd, err;

	if (!name)
		return error(-ENOMEM, "out of memory for the name of %s", path);
	/* rename() would replace a device, as /dev/null, by a file; a folder it refuses itself. */
	if (!stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
		free(name);
		return error(-EINVAL, "%s is not a regular file; name another output", path);
	}
	fd = open_beside(path, name, size);
	if (fd < 0) {
		err = fail("create", name);
		free(name);
		return err;
	}
	err = write_parts(fd, part, n_part);
	if (!err && rename(name, path))
		err = -errno;
	if (err) {
		unlink(name);
		errno = -err;
		fail("write", path);
	}
	free(name);
	return err;
}
