// SPDX-License-Identifier: GPL-2.0
/* Finding the device, and small files. */
#define _GNU_SOURCE
#include "fcn_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define NODES 64

int fcn_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do
		ret = ioctl(fd, request, arg);
	while (ret && errno == EINTR);
	return ret ? -errno : 0;
}

static bool is_ours(int fd)
{
	char name[32] = "";
	struct drm_version v = { .name = name, .name_len = sizeof(name) - 1 };

	return !fcn_ioctl(fd, DRM_IOCTL_VERSION, &v) && !strcmp(name, "fcn_accel");
}

const char *fcn_path(void)
{
	static char path[64];
	const char *given = getenv("FCN_ACCEL_DEVICE");

	if (given)
		return given;
	for (int i = 0; i < NODES; i++) {
		bool ours;
		int fd;

		snprintf(path, sizeof(path), "/dev/accel/accel%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		ours = is_ours(fd);
		close(fd);
		if (ours)
			return path;
	}
	return NULL;
}

int fcn_open(void)
{
	const char *path = fcn_path();
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (!path)
		return -ENODEV;
	return fd < 0 ? -errno : fd;
}

int fcn_slow(void)
{
	const char *given = getenv("FCN_TEST_SLOW");
	int times = given ? atoi(given) : 1;

	return times > 0 ? times : 1;
}

int fcn_open_wait(int seconds)
{
	int64_t end = fcn_now() + seconds * fcn_slow() * FCN_SEC;
	int fd;

	for (;;) {
		fd = fcn_open();
		if (fd >= 0 || fcn_now() > end)
			return fd;
		fcn_sleep_ms(10);
	}
}

int fcn_sysfs(char *path, size_t size)
{
	char link[128];
	struct stat st;
	char *real;

	if (!fcn_path() || stat(fcn_path(), &st))
		return -ENODEV;
	snprintf(link, sizeof(link), "/sys/dev/char/%u:%u/device", major(st.st_rdev),
		 minor(st.st_rdev));
	real = realpath(link, NULL);
	if (!real)
		return -errno;
	snprintf(path, size, "%s", real);
	free(real);
	return 0;
}

int fcn_find_binding(struct fcn_binding *b)
{
	char link[600], *real;
	int err = fcn_sysfs(b->device, sizeof(b->device));

	if (err)
		return err;
	snprintf(link, sizeof(link), "%s/driver", b->device);
	real = realpath(link, NULL);
	if (!real)
		return -errno;
	snprintf(b->driver, sizeof(b->driver), "%s", real);
	free(real);
	return 0;
}

static int write_to_driver(const struct fcn_binding *b, const char *file)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/%s", b->driver, file);
	return fcn_write_file(path, strrchr(b->device, '/') + 1);
}

int fcn_unbind(const struct fcn_binding *b)
{
	return write_to_driver(b, "unbind");
}

int fcn_bind(const struct fcn_binding *b)
{
	return write_to_driver(b, "bind");
}

int fcn_param(int fd, uint32_t param, uint64_t *value)
{
	struct drm_fcn_accel_get_param get = { .param = param };
	int err = fcn_ioctl(fd, DRM_IOCTL_FCN_ACCEL_GET_PARAM, &get);

	*value = get.value;
	return err;
}

int64_t fcn_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * FCN_SEC + t.tv_nsec;
}

void fcn_sleep_ms(unsigned ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000l };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

int fcn_write_file(const char *path, const char *text)
{
	size_t n = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, n) != (ssize_t)n)
		err = -errno;
	close(fd);
	return err;
}

int fcn_read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	size_t at = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	while (at < size - 1 && (n = read(fd, text + at, size - 1 - at)) > 0)
		at += (size_t)n;
	if (n < 0)
		err = -errno;
	text[at] = '\0';
	close(fd);
	return err;
}

int fcn_debugfs(const char *name, char *text, size_t size)
{
	char device[256], path[512];
	int err = fcn_sysfs(device, sizeof(device));

	if (err)
		return err;
	snprintf(path, sizeof(path), "/sys/kernel/debug/accel/%s/%s", strrchr(device, '/') + 1, name);
	return fcn_read_file(path, text, size);
}

int fcn_slots_taken(void)
{
	char text[2048];
	int n = 0, err = fcn_debugfs("state", text, sizeof(text));

	for (const char *at = text; !err && (at = strstr(at, "\nslot")); at++)
		n += !strncmp(at + strlen("\nslot0 "), "client ", strlen("client "));
	return err ? err : n;
}

static void parameter_path(char *path, size_t size, const char *name)
{
	snprintf(path, size, "/sys/module/fcn_accel/parameters/%s", name);
}

int fcn_set_parameter(const char *name, unsigned value, struct fcn_parameter *before)
{
	char path[128], text[32];
	int err;

	parameter_path(path, sizeof(path), name);
	before->name = name;
	err = fcn_read_file(path, before->value, sizeof(before->value));
	if (err) {
		before->name = NULL;
		return err;
	}
	snprintf(text, sizeof(text), "%u", value);
	return fcn_write_file(path, text);
}

static const char *const parameters[] = { "timeout_ms", "job_cap_ms", "file_jobs", "file_memory_mb" };

#define PARAMETERS (sizeof(parameters) / sizeof(parameters[0]))

static struct fcn_parameter kept[PARAMETERS];

static void restore_kept(void)
{
	for (size_t i = 0; i < PARAMETERS; i++)
		fcn_restore_parameter(&kept[i]);
}

void fcn_keep_parameters(void)
{
	char path[128];

	for (size_t i = 0; i < PARAMETERS; i++) {
		parameter_path(path, sizeof(path), parameters[i]);
		if (!fcn_read_file(path, kept[i].value, sizeof(kept[i].value)))
			kept[i].name = parameters[i];
	}
	atexit(restore_kept);
}

void fcn_restore_parameter(struct fcn_parameter *before)
{
	char path[128];

	if (!before->name)
		return;
	parameter_path(path, sizeof(path), before->name);
	fcn_write_file(path, before->value);
	before->name = NULL;
}
