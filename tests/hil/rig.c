// SPDX-License-Identifier: Apache-2.0
/* The server under test: a process of its own, in a folder of its own. */
#include "client.h"
#include "test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_ARGS 32

static const char *program(void)
{
	const char *path = getenv("FCN_VFIO");

	if (!path)
		fail_msg("FCN_VFIO must name the server");
	return path;
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
}

/* Becomes the server; does not return. */
static void become(struct rig *rig, char **argv)
{
	int log;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (chdir(rig->dir))
		_exit(99);
	log = open("server.log", O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (log < 0 || dup2(log, 2) < 0 || dup2(log, 1) < 0)
		_exit(99);
	execv(argv[0], argv);
	_exit(99);
}

static void spawn(struct rig *rig, const char *first, const char *second, const char *const *args)
{
	char *argv[MAX_ARGS];
	unsigned n = 0;
	char *path = realpath(program(), NULL);

	assert_non_null(path);
	argv[n++] = path;
	argv[n++] = strdup(first);
	argv[n++] = strdup(second);
	while (args && *args) {
		assert_true(n < MAX_ARGS - 1);
		argv[n++] = strdup(*args++);
	}
	argv[n] = NULL;
	rig->pid = fork();
	assert_true(rig->pid >= 0);
	if (!rig->pid)
		become(rig, argv);
	while (n)
		free(argv[--n]);
}

void rig_start(struct rig *rig, const char *const *args)
{
	if (!rig->dir[0]) {
		strcpy(rig->dir, "/tmp/fcn-rig.XXXXXX");
		assert_non_null(mkdtemp(rig->dir));
		snprintf(rig->socket, sizeof(rig->socket), "%s/sock", rig->dir);
	}
	spawn(rig, "--socket", "sock", args);
	for (int i = 0; i < 4000 && access(rig->socket, F_OK); i++) {
		int status;

		if (waitpid(rig->pid, &status, WNOHANG) == rig->pid)
			fail_msg("the server ended at once, status 0x%x; see %s/server.log", (unsigned)status, rig->dir);
		nap();
	}
	if (access(rig->socket, F_OK))
		fail_msg("the server has no socket");
}

int rig_wait(struct rig *rig)
{
	int status;

	for (int i = 0; i < 6000; i++) {
		if (waitpid(rig->pid, &status, WNOHANG) == rig->pid) {
			rig->pid = 0;
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		}
		nap();
	}
	kill(rig->pid, SIGKILL);
	fail_msg("the server does not end");
	return -1;
}

int rig_stop(struct rig *rig)
{
	kill(rig->pid, SIGTERM);
	return rig_wait(rig);
}

int rig_replay(const struct rig *rig)
{
	struct rig replay = *rig;

	spawn(&replay, "--replay", "record.txt", NULL);
	return rig_wait(&replay);
}

bool rig_says(const struct rig *rig, const char *file, const char *text)
{
	char path[128], line[9000];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", rig->dir, file);
	f = fopen(path, "r");
	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, text);
	fclose(f);
	return found;
}

unsigned rig_fds(const struct rig *rig)
{
	char path[64];
	unsigned n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", rig->pid);
	d = opendir(path);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

void rig_remove(struct rig *rig)
{
	static const char *const files[] = { "server.log", "log.txt", "record.txt", "sock", "plan.txt" };
	char path[128];

	if (rig->pid > 0) {
		kill(rig->pid, SIGKILL);
		waitpid(rig->pid, NULL, 0);
	}
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", rig->dir, files[i]);
		unlink(path);
	}
	rmdir(rig->dir);
	*rig = (struct rig){ 0 };
}
