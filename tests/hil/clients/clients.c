// SPDX-License-Identifier: GPL-2.0
/*
 * Two clients load the core while something goes wrong, and each is held to what is wanted of it.  For the guests of reactions.sh,
 * whose fault plans strike at addresses of one NUMA node: the victim's memory is there, the innocent's is on the other.
 *
 *   clients VICTIM INNOCENT [JOBS] [AFTERWARDS]
 *
 * VICTIM, INNOCENT: what must become of a client's jobs
 *   right           each result is right
 *   some=ERR[+ERR]  each ends well, and then its result is right, or with one of these errors; each error comes at least once, and jobs
 *                   behind it end well
 *   from=ERR        from some job on all end with this error, before it all are right
 *   gone            from some job on all end with ENODEV, and so does an empty one at the end
 *   right-or-gone   one of the two
 * JOBS: of each client, at least (150); a client goes on until the other has done as many, so that there is always load from both.
 * AFTERWARDS: what is done when both have ended; then both run again, and all must be right
 *   -               nothing
 *   rebind          the driver is unbound, the function reset, the driver bound
 *   host            the guest removes the device, asks its host for a new one by the line "@host", and waits for it
 * or, in place of it
 *   hold            the line "@host" comes when both clients are at work; they go on for HOLD_S seconds, for the host to interrupt
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fcn_test.h"

#define PIXELS 256
#define UNITS 2		/* jobs of a client in flight */
#define TIMEOUT_MS 1000	/* of the driver */
#define FINISH_S 60
#define HOLD_S 10
#define RETURN_S 120

enum { EIO_, ETIME_, ENODEV_, OTHER_, ERRORS };
static const char *const error_names[ERRORS] = { "EIO", "ETIME", "ENODEV", "others" };

/* What became of a client's jobs; in memory that the parent shares. */
struct tally {
	unsigned done, right, wrong, late, error[ERRORS];
	unsigned first_bad;	/* number of the first that did not end well, from 1; 0: none */
	unsigned right_after_bad;
	unsigned no_account;	/* faults of which the driver tells another story */
	int told;		/* how an empty job ends, at the end */
	int last_error;		/* the last one that was among the others */
	bool ended;
};

struct shared {
	struct tally tally[2];	/* of victim and innocent */
	bool hold;
};

static struct shared *shared;
static unsigned jobs_wanted = 150;

/* ---- a client ---- */

struct unit {
	struct fcn_job job;
	struct fcn_bo in, out;
	unsigned seed;
	bool running;
};

static void bind_memory(int node)
{
	unsigned long mask = 1ul << node;

	if (syscall(SYS_set_mempolicy, MPOL_BIND, &mask, 8 * sizeof(mask))) {
		printf("# no NUMA node %d: the fault cannot be aimed\n", node);
		exit(1);
	}
}

static int unit_init(int fd, const struct fcn_geometry *g, struct unit *u)
{
	int err = fcn_bo_create(fd, FCN_CONV_BYTES, 0, &u->in);

	if (!err)
		err = fcn_bo_create(fd, PIXELS * 32, 0, &u->out);
	if (!err)
		err = fcn_job_init(fd, &u->job, 8);
	if (err)
		return err;
	fcn_use(&u->job, &u->in, FCN_R);
	fcn_use(&u->job, &u->out, FCN_W);
	fcn_add_conv(&u->job, g, u->in.va, u->out.va, PIXELS);
	return 0;
}

/* Whether the driver's account of the file's last fault fits. */
static bool account_fits(int fd, const struct unit *u, int err)
{
	struct drm_fcn_accel_fault_query q = { 0 };

	/* A device that is gone has nothing to tell. */
	if (err == -ENODEV)
		return true;
	if (fcn_ioctl(fd, DRM_IOCTL_FCN_ACCEL_FAULT_QUERY, &q) || (int)q.error != -err)
		return false;
	/* The other unit's job may have failed since. */
	if (q.user_data != u->job.user_data && q.user_data != u->job.user_data + 1)
		return false;
	if (err == -EIO)
		return q.cause == FCN_CAUSE_BUS_READ || q.cause == FCN_CAUSE_BUS_WRITE || q.cause == FCN_CAUSE_BUS_WALK;
	return q.cause == FCN_CAUSE_NONE || q.cause == FCN_CAUSE_ABORTED;
}

static void count_error(struct tally *t, int err)
{
	int k = err == -EIO ? EIO_ : err == -ETIME ? ETIME_ : err == -ENODEV ? ENODEV_ : OTHER_;

	t->error[k]++;
	if (k == OTHER_)
		t->last_error = err;
	if (!t->first_bad)
		t->first_bad = t->done;
}

static void take_end(int fd, const struct fcn_geometry *g, struct unit *u, struct tally *t)
{
	bool late;
	int err = fcn_finish(fd, &u->job, FINISH_S, &late);

	u->running = false;
	t->done++;
	if (late) {
		t->late++;
	} else if (err) {
		count_error(t, err);
		t->no_account += !account_fits(fd, u, err);
	} else if (fcn_conv_right(g, u->in.map, u->out.map, PIXELS)) {
		t->right++;
		t->right_after_bad += t->first_bad != 0;
	} else {
		t->wrong++;
	}
}

static bool enough(const struct tally *mine, const struct tally *other)
{
	if (mine->late)
		return true;
	return mine->done >= jobs_wanted && (other->done >= jobs_wanted || __atomic_load_n(&other->ended, __ATOMIC_RELAXED)) &&
	       !__atomic_load_n(&shared->hold, __ATOMIC_RELAXED);
}

static void work(int fd, const struct fcn_geometry *g, struct unit *units, int who)
{
	struct tally *t = &shared->tally[who];
	unsigned i;

	for (i = 0; !enough(t, &shared->tally[!who]); i++) {
		struct unit *u = &units[i % UNITS];
		int err;

		if (u->running)
			take_end(fd, g, u, t);
		fcn_conv_operands(g, u->in.map, PIXELS, 2 * i + (unsigned)who);
		memset(u->out.map, 0x5a, PIXELS * 32);
		u->job.user_data = i + 1;
		err = fcn_start(fd, &u->job);
		if (err) {
			t->done++;
			count_error(t, err);
		} else {
			u->running = true;
		}
	}
	for (unsigned k = 0; k < UNITS; k++, i++)
		if (units[i % UNITS].running)
			take_end(fd, g, &units[i % UNITS], t);
}

/* Its exit status says whether it came as far as jobs; the tally has the rest. */
static int client(int who)
{
	struct tally *t = &shared->tally[who];
	struct unit units[UNITS] = { 0 };
	struct fcn_geometry g;
	struct fcn_job empty;
	int fd, err;

	bind_memory(who == 0);
	fd = fcn_open();
	err = fd < 0 ? fd : fcn_geometry(fd, &g);
	for (int i = 0; !err && i < UNITS; i++)
		err = unit_init(fd, &g, &units[i]);
	if (err) {
		printf("# client %d cannot begin: %d\n", who, err);
		return 1;
	}
	work(fd, &g, units, who);
	t->told = fcn_job_init(fd, &empty, 1);
	if (!t->told)
		t->told = fcn_run(fd, &empty);
	close(fd);
	return 0;
}

/* ---- judgement ---- */

static int tests, failed;

static void result(bool good, const char *fmt, const char *what)
{
	char name[256];

	snprintf(name, sizeof(name), fmt, what);
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++tests, name);
	failed |= !good;
	fflush(stdout);
}

static bool errors_are(const struct tally *t, const char *list)
{
	char copy[64], *save, *word;
	unsigned sum = 0;

	snprintf(copy, sizeof(copy), "%s", list);
	for (word = strtok_r(copy, "+", &save); word; word = strtok_r(NULL, "+", &save)) {
		int k;

		for (k = 0; k < OTHER_ && strcmp(word, error_names[k]); k++)
			;
		if (k == OTHER_ || !t->error[k])
			return false;
		sum += t->error[k];
	}
	return sum + t->right == t->done;
}

static bool as_wanted(const struct tally *t, const char *want)
{
	if (t->wrong || t->late || t->no_account || t->done < jobs_wanted || !t->right)
		return false;
	if (!strcmp(want, "right-or-gone"))
		return as_wanted(t, "right") || as_wanted(t, "gone");
	if (!strcmp(want, "right"))
		return t->right == t->done && !t->told;
	if (!strncmp(want, "some=", 5))
		return errors_are(t, want + 5) && t->right_after_bad && !t->told;
	if (!strncmp(want, "from=", 5))
		return errors_are(t, want + 5) && !t->right_after_bad && !t->told;
	return !strcmp(want, "gone") && errors_are(t, "ENODEV") && !t->right_after_bad && t->told == -ENODEV;
}

static void judge(const char *name, const struct tally *t, const char *want)
{
	printf("# %s: %u jobs, %u right, %u wrong, %u late", name, t->done, t->right, t->wrong, t->late);
	for (int k = 0; k < ERRORS; k++)
		if (t->error[k])
			printf(", %u %s", t->error[k], error_names[k]);
	if (t->last_error)
		printf(" (%d)", t->last_error);
	printf("; the first bad one: %u; accounts that do not fit: %u; an empty job at the end: %d\n", t->first_bad, t->no_account, t->told);
	printf("# wanted: %s\n", want);
	result(as_wanted(t, want), "the jobs of %s", name);
}

static void ask_host(void)
{
	printf("@host\n");
	fflush(stdout);
}

/* Waits until both are at work, and then for the host. */
static void hold(void)
{
	int64_t end = fcn_now() + 60 * FCN_SEC;

	while ((shared->tally[0].done < 20 || shared->tally[1].done < 20) && fcn_now() < end)
		fcn_sleep_ms(10);
	ask_host();
	fcn_sleep_ms(HOLD_S * 1000);
	__atomic_store_n(&shared->hold, false, __ATOMIC_RELAXED);
}

static void run_both(const char *victim, const char *innocent, bool held)
{
	pid_t pid[2];
	int status[2];

	memset(shared, 0, sizeof(*shared));
	shared->hold = held;
	fflush(stdout);
	for (int who = 0; who < 2; who++) {
		pid[who] = fork();
		if (!pid[who]) {
			int ret = client(who);

			fflush(stdout);
			_exit(ret);
		}
	}
	if (held)
		hold();
	for (int i = 0; i < 2; i++) {
		int st, who;
		pid_t ended = wait(&st);

		who = ended == pid[1];
		status[who] = st;
		__atomic_store_n(&shared->tally[who].ended, true, __ATOMIC_RELAXED);
	}
	result(!status[0] && !status[1], "%s", "both clients come to their end");
	judge("the victim", &shared->tally[0], victim);
	judge("the innocent", &shared->tally[1], innocent);
}

/* ---- afterwards ---- */

static int write_in(const char *dir, const char *file, const char *text)
{
	char path[700];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return fcn_write_file(path, text);
}

static int rebind(const struct fcn_binding *b)
{
	int err = fcn_unbind(b);

	if (!err)
		err = write_in(b->device, "reset", "1");
	return err ? err : fcn_bind(b);
}

/* A device that takes jobs: an old one's node may be there for a while. */
static bool device_comes(void)
{
	int64_t end = fcn_now() + RETURN_S * FCN_SEC;

	while (fcn_now() < end) {
		struct fcn_job job;
		int fd = fcn_open();
		bool good = fd >= 0 && !fcn_job_init(fd, &job, 1) && !fcn_run(fd, &job);

		if (fd >= 0)
			close(fd);
		if (good)
			return true;
		fcn_sleep_ms(200);
	}
	return false;
}

int main(int argc, char **argv)
{
	struct fcn_parameter timeout;
	struct fcn_binding binding;
	const char *then = argc > 4 ? argv[4] : "";

	if (argc < 3 || argc > 5) {
		fprintf(stderr, "usage: clients VICTIM INNOCENT [JOBS] [rebind|host|hold]\n");
		return 2;
	}
	if (argc > 3)
		jobs_wanted = (unsigned)atoi(argv[3]);
	printf("TAP version 13\n");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || fcn_find_binding(&binding)) {
		printf("1..0 # SKIP no fcn_accel device\n");
		return 4;
	}
	fcn_set_parameter("timeout_ms", TIMEOUT_MS, &timeout);
	run_both(argv[1], argv[2], !strcmp(then, "hold"));
	if (!strcmp(then, "rebind"))
		result(!rebind(&binding), "%s", "the driver is bound again, behind a reset of the function");
	if (!strcmp(then, "host")) {
		result(!write_in(binding.device, "remove", "1"), "%s", "the device is removed");
		ask_host();
	}
	if (!strcmp(then, "rebind") || !strcmp(then, "host")) {
		result(device_comes(), "%s", "there is a device that takes jobs");
		run_both("right", "right", false);
	}
	fcn_restore_parameter(&timeout);
	printf("1..%d\n", tests);
	return failed;
}
