// SPDX-License-Identifier: GPL-2.0
/* One of several processes that make sequences and run them, each sequence in a process of its own. */
#define _GNU_SOURCE
#include "fuzz.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Seconds of a sequence's process, and after its death; of one that still runs, on a slow machine. */
#define LIFE 12
#define DYING 90
#define DYING_SLOWLY 900

struct worker {
	struct shared *sh;
	unsigned index;
	struct rng r;
	struct kcov *kcov;
	uint64_t number;
};

static void count(void *arg, uint32_t at, const struct op *op, int result)
{
	struct shared *sh = arg;

	(void)at;
	if (result < 0)
		sh->refused[op->kind]++;
	else
		sh->passed[op->kind]++;
	sh->operations++;
}

static void child(struct worker *w, const struct seq *s, bool tidy)
{
	/* Even if a signal handler of its own would be needed to stop it. */
	alarm(LIFE);
	if (w->kcov)
		kcov_start(w->kcov);
	seq_run(s, count, w->sh, tidy);
	_exit(0);
}

/* A process that works in the kernel, such as on a large buffer object, is slow; one that waits hangs. */
static bool runs(pid_t pid)
{
	char path[64], text[512];
	const char *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (fcn_read_file(path, text, sizeof(text)))
		return true;
	state = strrchr(text, ')');
	return state && state[1] && state[2] == 'R';
}

/* Waits for the child; false: it cannot be killed. */
static bool reap(pid_t pid, bool *killed)
{
	int64_t end = fcn_now() + (LIFE + 3) * FCN_SEC;
	unsigned ms = 0, waits = 0;
	int status;

	*killed = false;
	for (;;) {
		pid_t got = waitpid(pid, &status, WNOHANG);

		if (got == pid || (got < 0 && errno == ECHILD)) {
			*killed |= got == pid && WIFSIGNALED(status);
			return true;
		}
		if (fcn_now() > end && *killed) {
			waits = runs(pid) ? 0 : waits + 1;
			if (waits > 1000 || fcn_now() > end + DYING_SLOWLY * FCN_SEC)
				return false;
		} else if (fcn_now() > end) {
			*killed = true;
			kill(pid, SIGKILL);
			end = fcn_now() + DYING * FCN_SEC;
		}
		fcn_sleep_ms(ms < 4 ? ++ms : 4);
	}
}

static void write_journal(const struct worker *w, const struct seq *s)
{
	char text[SEQ_TEXT];
	int n = snprintf(text, sizeof(text), "# worker %u, sequence %llu\n", w->index, (unsigned long long)w->number);

	n += seq_print(text + n, sizeof(text) - (size_t)n, s);
	journal_write(text, (size_t)n);
}

static void make(struct worker *w, struct seq *s)
{
	struct seq other;

	if (!corpus_pick(w->sh, &w->r, s) || !rng_below(&w->r, 12)) {
		seq_random(&w->r, s);
		return;
	}
	corpus_pick(w->sh, &w->r, &other);
	seq_mutate(&w->r, s, &other);
}

static void one(struct worker *w, const struct seq *s)
{
	struct shared *sh = w->sh;
	bool tidy = rng_below(&w->r, 4), killed;
	uint32_t fresh;
	pid_t pid;

	sh->worker[w->index].seq = *s;
	sh->worker[w->index].number = ++w->number;
	sh->worker[w->index].start = fcn_now();
	write_journal(w, s);
	pid = fork();
	if (!pid)
		child(w, s, tidy);
	if (pid < 0) {
		fcn_sleep_ms(100);
		return;
	}
	sh->worker[w->index].child = pid;
	if (!reap(pid, &killed)) {
		sh->stuck++;
		/* Left to the supervisor, which says where it hangs. */
		_exit(1);
	}
	sh->killed += killed;
	sh->worker[w->index].child = 0;
	sh->worker[w->index].start = 0;
	sh->sequences++;
	if (!w->kcov)
		return;
	fresh = kcov_collect(w->kcov, sh->edge);
	if (fresh) {
		sh->edges += fresh;
		corpus_add(sh, s);
	}
}

void worker_main(struct shared *sh, unsigned index, uint64_t seed, struct kcov *kcov)
{
	struct worker w = { .sh = sh, .index = index, .r = { seed * UINT64_C(0x100000001b3) + index }, .kcov = kcov };
	uint32_t seeds = sh->seeds;
	struct seq s;

	/* What there is already goes first: its coverage is no news. */
	for (uint32_t i = index; i < seeds && !sh->stop; i += sh->workers) {
		one(&w, &sh->corpus[i]);
		sh->seeds_done++;
	}
	while (!sh->stop) {
		make(&w, &s);
		one(&w, &s);
	}
	_exit(0);
}
