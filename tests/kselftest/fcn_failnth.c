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
#define KERNELS "/proc/thread-self/fail-nth"
#define MODULES "/proc/fcn_fail_nth"
#define SLABS "/sys/kernel/slab"
#define WORKERS 512

/* This thread's file; the module's file, which serves all. */
static int self = -1;
static bool by_module;

/* Callers' addresses that are required: beginning, end. */
static unsigned long long required[2];

/* The callers of the allocation that failed, a line each; empty where the kernel does not say. */
static char callers[4096];

bool failnth_possible(void)
{
	return !access(KERNELS, W_OK) || !access(MODULES, W_OK);
}

static const struct {
	const char *file, *value;
} settings[] = {
	{ "failslab/verbose", "0" },
	{ "failslab/ignore-gfp-wait", "N" },
	{ "failslab/stacktrace-depth", "32" },
	{ "fail_page_alloc/verbose", "0" },
	{ "fail_page_alloc/ignore-gfp-wait", "N" },
	{ "fail_page_alloc/ignore-gfp-highmem", "N" },
	{ "fail_page_alloc/min-order", "0" },
	{ "fail_page_alloc/stacktrace-depth", "32" },
};

static int set(const char *file, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUGFS "%s", file);
	return fcn_write_file(path, value);
}

int failnth_init(void)
{
	by_module = access(KERNELS, W_OK);
	for (size_t i = 0; !by_module && i < sizeof(settings) / sizeof(settings[0]); i++) {
		int err = set(settings[i].file, settings[i].value);

		if (err)
			return err;
	}
	self = open(by_module ? MODULES : KERNELS, O_RDWR | O_CLOEXEC);
	return self < 0 ? -errno : 0;
}

static void arm(int file, int n, bool workers)
{
	char text[80];
	int len = snprintf(text, sizeof(text), "%d", n);

	if (by_module)
		len = snprintf(text, sizeof(text), "%d %d 0x%llx 0x%llx", n, workers, required[0],
			       required[1]);
	if (pwrite(file, text, (size_t)len, 0) != len)
		abort();
}

/* What is left to count, 0: it has failed. */
static int left(int file)
{
	char text[sizeof(callers)] = "", *line;

	if (pread(file, text, sizeof(text) - 1, 0) < 1)
		abort();
	line = strchr(text, '\n');
	snprintf(callers, sizeof(callers), "%s", line ? line + 1 : "");
	return atoi(text);
}

bool failnth_within(const char *function)
{
	const char *at = callers;
	size_t len = strlen(function);

	while (*at && (strncmp(at, function, len) || !strchr(" .\n", at[len])))
		at += strcspn(at, "\n") + 1;
	return *at || !callers[0];
}

const char *failnth_callers(void)
{
	return callers;
}

void failnth_arm(int n)
{
	arm(self, n, false);
}

bool failnth_disarm(void)
{
	bool failed = left(self) == 0;

	arm(self, 0, false);
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
static int armed[WORKERS], workers;

void failnth_arm_workers(int n)
{
	DIR *proc;

	if (by_module) {
		arm(self, n, true);
		return;
	}
	proc = opendir("/proc");
	workers = 0;
	while (proc && workers < WORKERS && (armed[workers] = next_worker(proc)) >= 0)
		arm(armed[workers++], n, true);
	if (proc)
		closedir(proc);
}

bool failnth_disarm_workers(void)
{
	bool failed = false;

	if (by_module)
		return failnth_disarm();
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

static int set_range(const char *what, const char *edge, unsigned long long value)
{
	static const char *const kinds[] = { "failslab", "fail_page_alloc" };
	char file[64], text[32];
	int err = 0;

	snprintf(text, sizeof(text), "0x%llx", value);
	for (int i = 0; i < 2 && !err && !by_module; i++) {
		snprintf(file, sizeof(file), "%s/%s-%s", kinds[i], what, edge);
		err = set(file, text);
	}
	return err;
}

int failnth_only_module(bool only)
{
	char text[64] = "0", size[64] = "0";
	int err = 0;

	if (only) {
		err = fcn_read_file("/sys/module/fcn_accel/sections/.text", text, sizeof(text));
		if (!err)
			err = fcn_read_file("/sys/module/fcn_accel/coresize", size, sizeof(size));
		if (err)
			return err;
	}
	required[0] = strtoull(text, NULL, 16);
	required[1] = required[0] + strtoull(size, NULL, 10);
	err = set_range("require", "start", required[0]);
	return err ? err : set_range("require", "end", only ? required[1] : ~0ull);
}

/* The function's end is where the next symbol begins. */
static int find(const char *function, unsigned long long range[2])
{
	FILE *symbols = fopen("/proc/kallsyms", "r");
	unsigned long long start = 0, end = 0, at;
	char line[256], name[128];

	if (!symbols)
		return -errno;
	while (fgets(line, sizeof(line), symbols))
		if (sscanf(line, "%llx %*c %127s", &at, name) == 2 && !strcmp(name, function))
			start = at;
	rewind(symbols);
	while (start && fgets(line, sizeof(line), symbols))
		if (sscanf(line, "%llx", &at) == 1 && at > start && (!end || at < end))
			end = at;
	fclose(symbols);
	range[0] = start;
	range[1] = end;
	return end ? 0 : -ENOENT;
}

/* The kernel's own, with its filter by cache: all caches but one. */
static int except_cache(const char *cache)
{
	DIR *slabs = opendir(SLABS);
	struct dirent *entry;
	char path[400];
	int err = 0;

	if (!slabs)
		return -errno;
	while (!err && (entry = readdir(slabs))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), SLABS "/%s/failslab", entry->d_name);
		err = fcn_write_file(path, strcmp(entry->d_name, cache) ? "1" : "0");
	}
	closedir(slabs);
	return err ? err : set("failslab/cache-filter", "Y");
}

int failnth_except(const char *function, const char *cache)
{
	unsigned long long range[2] = { 0 };
	char text[80];
	int err;

	if (by_module) {
		snprintf(text, sizeof(text), "except %s", function);
		return fcn_write_file(MODULES, text);
	}
	if (cache)
		return except_cache(cache);
	err = find(function, range);
	if (!err)
		err = set_range("reject", "start", range[0]);
	return err ? err : set_range("reject", "end", range[1]);
}

void failnth_except_nothing(void)
{
	if (by_module) {
		fcn_write_file(MODULES, "except");
		return;
	}
	set_range("reject", "start", 0);
	set_range("reject", "end", 0);
	set("failslab/cache-filter", "N");
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
