// SPDX-License-Identifier: GPL-2.0
/* Fault injection: see fcn_failnth.h. */
#define _GNU_SOURCE
#include "fcn_failnth.h"
#include "fcn_test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEBUGFS "/sys/kernel/debug/"

static int self = -1;

bool failnth_possible(void)
{
	return !access("/proc/self/fail-nth", W_OK) && !access(DEBUGFS "failslab/verbose", W_OK);
}

static const struct {
	const char *file, *value;
} settings[] = {
	{ "failslab/verbose", "0" },
	{ "failslab/ignore-gfp-wait", "N" },
	{ "fail_page_alloc/verbose", "0" },
	{ "fail_page_alloc/ignore-gfp-wait", "N" },
	{ "fail_page_alloc/ignore-gfp-highmem", "N" },
	{ "fail_page_alloc/min-order", "0" },
};

static int set(const char *file, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUGFS "%s", file);
	return fcn_write_file(path, value);
}

int failnth_init(void)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		int err = set(settings[i].file, settings[i].value);

		if (err)
			return err;
	}
	self = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return self < 0 ? -errno : 0;
}

static void arm(int file, int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	if (pwrite(file, text, (size_t)len, 0) != len)
		abort();
}

/* What is left to count, 0: it has failed. */
static int left(int file)
{
	char text[16] = "";

	if (pread(file, text, sizeof(text) - 1, 0) < 1)
		abort();
	return atoi(text);
}

void failnth_arm(int n)
{
	arm(self, n);
}

bool failnth_disarm(void)
{
	bool failed = left(self) == 0;

	arm(self, 0);
	return failed;
}

/* The fail-nth files of the kernel's workers, one after the other; -1: no more. */
static int next_worker(DIR *proc)
{
	struct dirent *entry;

	while ((entry = readdir(proc))) {
		char path[300], comm[32];

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		if (fcn_read_file(path, comm, sizeof(comm)) || strncmp(comm, "kworker/", 8))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/fail-nth", entry->d_name);
		return open(path, O_RDWR | O_CLOEXEC);
	}
	return -1;
}

/* Workers that were not there when the others were armed have 0, too. */
static int armed[512], workers;

void failnth_arm_workers(int n)
{
	DIR *proc = opendir("/proc");

	workers = 0;
	while (proc && workers < 512 && (armed[workers] = next_worker(proc)) >= 0)
		arm(armed[workers++], n);
	if (proc)
		closedir(proc);
}

bool failnth_disarm_workers(void)
{
	bool failed = false;

	while (workers) {
		char text[16] = "";
		int file = armed[--workers];

		/* A worker that has ended cannot be read. */
		if (pread(file, text, sizeof(text) - 1, 0) > 0) {
			failed |= atoi(text) == 0;
			if (pwrite(file, "0", 1, 0) < 0 && errno != ESRCH)
				abort();
		}
		close(file);
	}
	return failed;
}

int failnth_only_module(bool only)
{
	static const char *const kinds[] = { "failslab", "fail_page_alloc" };
	char text[64] = "0", size[64] = "0", file[64], value[32];
	unsigned long long start = 0, end = ~0ull;
	int err = 0;

	if (only) {
		err = fcn_read_file("/sys/module/fcn_accel/sections/.text", text, sizeof(text));
		if (!err)
			err = fcn_read_file("/sys/module/fcn_accel/coresize", size, sizeof(size));
		if (err)
			return err;
		start = strtoull(text, NULL, 16);
		end = start + strtoull(size, NULL, 10);
	}
	for (int i = 0; i < 2 && !err; i++) {
		snprintf(file, sizeof(file), "%s/stacktrace-depth", kinds[i]);
		err = set(file, only ? "32" : "0");
		snprintf(file, sizeof(file), "%s/require-start", kinds[i]);
		snprintf(value, sizeof(value), "0x%llx", start);
		err = err ? err : set(file, value);
		snprintf(file, sizeof(file), "%s/require-end", kinds[i]);
		snprintf(value, sizeof(value), "0x%llx", end);
		err = err ? err : set(file, value);
	}
	return err;
}

void failnth_drop_dump(void)
{
	DIR *dir = opendir("/sys/class/devcoredump");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char path[300];

		if (strncmp(entry->d_name, "devcd", 5))
			continue;
		snprintf(path, sizeof(path), "/sys/class/devcoredump/%s/data", entry->d_name);
		fcn_write_file(path, "0");
	}
	if (dir)
		closedir(dir);
}
