// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the ioctls of the fcn_accel driver, as a kselftest program: TAP on standard output.
 *
 * Several workers make sequences of calls from a seed and run each in a process of its own, beside a client with true jobs whose results
 * are checked.  Where the kernel has KCOV, what reaches new code of the driver is kept and varied.  A finding is a client that was
 * disturbed, a process that cannot be killed, a device that does not work afterwards, or a complaint in the kernel's log.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char usage[] =
	"usage: fuzz_ioctl [OPTION]...\n"
	"  --seconds N    how long (20)\n"
	"  --seed N       of the random numbers (1)\n"
	"  --workers N    processes that run sequences (3)\n"
	"  --seeds DIR    *.seq files to start from; may be given several times\n"
	"  --journal PATH where each sequence goes before it runs; debugcon: QEMU's isa-debugcon\n"
	"  --corpus       print the corpus at the end, in lines that begin with @seq\n"
	"  --survive      an oops does not panic, so that the sequences which ran are printed\n"
	"  --tolerate     jobs of the checked client may fail, as on a bus that fails; wrong results may not be\n"
	"  --replay FILE  run the sequences of a file, one after the other, and print what each call returns\n"
	"  --times N      runs of each (1)\n"
	"  --random N     print N random sequences of the seed, and do nothing else\n";

struct options {
	unsigned seconds, workers, times, random;
	uint64_t seed;
	const char *journal, *replay, *seeds[8];
	unsigned n_seeds;
	bool corpus, survive, tolerate;
};

#define PATIENCE (600 * FCN_SEC)

static struct shared *sh;
static int failed, tests;

static void result(bool good, const char *text)
{
	failed |= !good;
	printf("%sok %d %s\n", good ? "" : "not ", ++tests, text);
	fflush(stdout);
}

static void comment(const char *text)
{
	printf("# ");
	for (; *text; text++) {
		putchar(*text);
		if (*text == '\n' && text[1])
			printf("# ");
	}
	fflush(stdout);
}

/* ---- the kernel's log ---- */

static int kmsg = -1;

static void kmsg_open(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg >= 0)
		lseek(kmsg, 0, SEEK_END);
}

/* The host reads the whole log with more care (tests/hil/splat.awk); this tells which sequences ran. */
static bool kmsg_bad(void)
{
	static const char *const words[] = { "WARNING: ", "BUG: ", "Oops", "UBSAN: ", "DMA-API: ", "INFO: task", "refcount_t: ",
					     "possible circular locking", "possible recursive locking", "suspicious RCU" };
	char text[4096];
	bool bad = false;
	ssize_t n;

	while (kmsg >= 0 && ((n = read(kmsg, text, sizeof(text) - 1)) > 0 || (n < 0 && errno == EPIPE))) {
		text[n > 0 ? n : 0] = '\0';
		for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strstr(text, words[i])) {
				comment(text);
				bad = true;
			}
	}
	return bad;
}

static void print_current(unsigned workers)
{
	static char text[SEQ_TEXT];

	for (unsigned i = 0; i < workers; i++) {
		seq_print(text, sizeof(text), &sh->worker[i].seq);
		printf("# worker %u, sequence %" PRIu64 ":\n", i, sh->worker[i].number);
		comment(text);
	}
}

/* ---- replay ---- */

static void print_call(void *arg, uint32_t at, const struct op *op, int result)
{
	char text[320];

	(void)arg;
	op_print(text, sizeof(text), op);
	if (result < 0)
		printf("%2u %s = %d %s\n", at, text, result, strerror(-result));
	else
		printf("%2u %s = %d\n", at, text, result);
	fflush(stdout);
}

static int replay(const struct options *o)
{
	FILE *f = fopen(o->replay, "r");
	struct seq s;
	int got, line = 0;

	if (!f) {
		perror(o->replay);
		return 2;
	}
	while ((got = seq_read(f, o->replay, &line, &s)) > 0)
		for (unsigned i = 0; i < o->times; i++) {
			pid_t pid;
			int status;

			fflush(stdout);
			pid = fork();
			if (!pid) {
				alarm(60);
				seq_run(&s, print_call, NULL, i % 2);
				_exit(0);
			}
			waitpid(pid, &status, 0);
			if (WIFSIGNALED(status))
				printf("ended by signal %d\n", WTERMSIG(status));
			printf("end\n");
		}
	fclose(f);
	return got < 0 ? 2 : 0;
}

static int print_random(const struct options *o)
{
	static char text[SEQ_TEXT];
	struct rng r = { o->seed };
	struct seq s;

	for (unsigned i = 0; i < o->random; i++) {
		seq_random(&r, &s);
		seq_print(text, sizeof(text), &s);
		fputs(text, stdout);
	}
	return 0;
}

/* ---- the run ---- */

static bool device_works(void)
{
	struct shared *fresh = mmap(NULL, sizeof(*fresh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int64_t end = fcn_now() + 120 * FCN_SEC;
	pid_t pid;
	int status = 0;

	fresh->tolerate = sh->tolerate;
	pid = fork();
	if (!pid)
		victim_main(fresh, 1);
	while (!fresh->victim.failed && fresh->victim.jobs < 20 && fcn_now() < end)
		fcn_sleep_ms(10);
	fresh->stop = true;
	while (fcn_now() < end && !waitpid(pid, &status, WNOHANG))
		fcn_sleep_ms(10);
	if (fresh->victim.failed)
		printf("# %s\n", fresh->victim.why);
	return !fresh->victim.failed && fresh->victim.jobs >= 20;
}

/* For the host: its judge of results leaves out lines with @. */
static void print_corpus(void)
{
	static char text[SEQ_TEXT];

	for (uint32_t i = 0; i < sh->n_corpus; i++) {
		char *rest = text;
		const char *line;

		seq_print(text, sizeof(text), &sh->corpus[i]);
		while ((line = strsep(&rest, "\n")) && *line)
			printf("@seq %s\n", line);
	}
}

/* A kind of operation that never succeeds tests nothing behind the first check. */
static bool all_kinds(void)
{
	bool all = true;

	for (unsigned i = 0; i < op_kinds_n; i++) {
		printf("# %-12s %8" PRIu64 " passed %8" PRIu64 " refused\n", op_kinds[i].name, sh->passed[i], sh->refused[i]);
		all &= sh->passed[i] > 0;
	}
	return all;
}

static void print_progress(int64_t start, bool kcov)
{
	printf("# %3lld s: %" PRIu64 " sequences, %" PRIu64 " calls, %" PRIu64 " jobs of the checked client",
	       (long long)((fcn_now() - start) / FCN_SEC), sh->sequences, sh->operations, sh->victim.jobs);
	if (sh->tolerate)
		printf(", %" PRIu64 " ended by an error", sh->victim.ended);
	if (kcov)
		printf(", %u edges, corpus %u", sh->edges, sh->n_corpus);
	printf("\n");
	fflush(stdout);
}

/* Says where a process that cannot be killed hangs. */
static void print_stuck(unsigned workers)
{
	char path[64], text[4096];

	for (unsigned i = 0; i < workers; i++) {
		int pid = sh->worker[i].child;

		snprintf(path, sizeof(path), "/proc/%d/stack", pid);
		if (pid && !fcn_read_file(path, text, sizeof(text))) {
			printf("# process %d of worker %u:\n", pid, i);
			comment(text);
		}
	}
}

static int fuzz(const struct options *o)
{
	struct kcov kcov[MAX_WORKERS];
	bool have_kcov = true, quiet = true, all;
	int64_t start = fcn_now(), end = start + o->seconds * FCN_SEC, told = start;
	pid_t pid[MAX_WORKERS], victim;

	for (unsigned i = 0; i < o->workers; i++)
		have_kcov &= !kcov_open(&kcov[i]);
	printf("TAP version 13\n# seed %" PRIu64 ", %u workers, %u sequences to start from, %s\n", o->seed, o->workers, sh->n_corpus,
	       have_kcov ? "guided by KCOV" : "no KCOV: random only");
	fflush(stdout);
	kmsg_open();
	victim = fork();
	if (!victim)
		victim_main(sh, o->seed);
	for (unsigned i = 0; i < o->workers; i++) {
		pid[i] = fork();
		if (!pid[i])
			worker_main(sh, i, o->seed, have_kcov ? &kcov[i] : NULL);
	}
	/* A slow machine needs more time to come to what the run starts from. */
	while ((fcn_now() < end || (sh->seeds_done < sh->seeds && fcn_now() < end + PATIENCE)) && !sh->victim.failed && !sh->stuck && quiet) {
		fcn_sleep_ms(50);
		if (kmsg_bad())
			quiet = false;
		if (fcn_now() - told > 10 * FCN_SEC) {
			print_progress(start, have_kcov);
			told = fcn_now();
		}
	}
	if (!quiet || sh->victim.failed)
		print_current(o->workers);
	sh->stop = true;
	for (unsigned i = 0; i < o->workers; i++)
		waitpid(pid[i], NULL, 0);
	waitpid(victim, NULL, 0);
	quiet &= !kmsg_bad();
	if (sh->stuck)
		print_current(o->workers);
	print_progress(start, have_kcov);
	print_stuck(o->workers);
	if (o->corpus && have_kcov)
		print_corpus();

	if (sh->victim.failed)
		printf("# %s\n", sh->victim.why);
	result(!sh->victim.failed && sh->victim.jobs > 0, "the checked client was not disturbed");
	result(!sh->stuck, "no process hangs in the kernel");
	result(quiet, "the kernel's log is quiet");
	result(device_works(), "the device works afterwards");
	all = all_kinds();
	result(all, "every operation has passed");
	printf("1..%d\n", tests);
	return failed;
}

static unsigned number(const char *text)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (end == text || *end || v > UINT32_MAX) {
		fprintf(stderr, "fuzz_ioctl: '%s' is no number\n", text);
		exit(2);
	}
	return (unsigned)v;
}

static void parse(int argc, char **argv, struct options *o)
{
	static const struct option list[] = {
		{ "seconds", 1, 0, 's' }, { "seed", 1, 0, 'r' }, { "workers", 1, 0, 'w' }, { "seeds", 1, 0, 'd' },
		{ "journal", 1, 0, 'j' }, { "corpus", 0, 0, 'c' }, { "survive", 0, 0, 'o' }, { "tolerate", 0, 0, 'e' },
		{ "replay", 1, 0, 'f' }, { "times", 1, 0, 't' },
		{ "random", 1, 0, 'n' }, { "help", 0, 0, 'h' }, { 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", list, NULL)) != -1)
		switch (c) {
		case 's': o->seconds = number(optarg); break;
		case 'r': o->seed = number(optarg); break;
		case 'w': o->workers = number(optarg); break;
		case 'd':
			if (o->n_seeds == sizeof(o->seeds) / sizeof(o->seeds[0])) {
				fprintf(stderr, "fuzz_ioctl: too many folders\n");
				exit(2);
			}
			o->seeds[o->n_seeds++] = optarg;
			break;
		case 'j': o->journal = optarg; break;
		case 'c': o->corpus = true; break;
		case 'o': o->survive = true; break;
		case 'e': o->tolerate = true; break;
		case 'f': o->replay = optarg; break;
		case 't': o->times = number(optarg); break;
		case 'n': o->random = number(optarg); break;
		case 'h': fputs(usage, stdout); exit(0);
		default: fputs(usage, stderr); exit(2);
		}
	if (optind < argc || !o->workers || o->workers > MAX_WORKERS) {
		fputs(usage, stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct options o = { .seconds = 20, .workers = 3, .times = 1, .seed = 1 };
	pthread_mutexattr_t attr;
	int err;

	parse(argc, argv, &o);
	if (o.random)
		return print_random(&o);
	if (!fcn_path()) {
		printf("TAP version 13\n1..0 # SKIP no fcn_accel device\n");
		return 4;
	}
	if (o.replay)
		return replay(&o);
	sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sh == MAP_FAILED) {
		perror("fuzz_ioctl");
		return 1;
	}
	sh->tolerate = o.tolerate;
	sh->workers = o.workers;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&sh->lock, &attr);
	for (unsigned i = 0; i < o.n_seeds; i++)
		if (corpus_load(sh, o.seeds[i]) < 0)
			return 2;
	sh->seeds = sh->n_corpus;
	err = journal_open(o.journal);
	if (err)
		printf("# no journal on %s: %s\n", o.journal, strerror(-err));
	if (o.survive)
		fcn_write_file("/proc/sys/kernel/panic_on_oops", "0");
	return fuzz(&o);
}
