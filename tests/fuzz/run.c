// SPDX-License-Identifier: GPL-2.0
/* Running a sequence: the places, and all operations but the larger ones. */
#define _GNU_SOURCE
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- memory that may not be there ---- */

static _Thread_local sigjmp_buf *guard;

static void on_fault(int signal)
{
	if (guard)
		siglongjmp(*guard, signal);
	_exit(128 + signal);
}

bool guarded(void (*fn)(void *arg), void *arg)
{
	sigjmp_buf here;
	bool good = false;

	if (!sigsetjmp(here, 1)) {
		guard = &here;
		fn(arg);
		good = true;
	}
	guard = NULL;
	return good;
}

/* ---- places ---- */

#define FD(c, v) ((c)->fd[(v) % FDS])
#define FILE_AT(c, v) ((c)->file[(v) % FILES])

static void put_file(int *place, int fd)
{
	if (*place >= 0)
		close(*place);
	*place = fd;
}

static int call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

static int64_t deadline(uint64_t ms)
{
	if (!ms)
		return 0;
	/* Odd times are given as they are; one that is far away is bounded by the life of the process. */
	return ms > 1000 ? (int64_t)ms : fcn_now() + (int64_t)ms * 1000000;
}

/* ---- files ---- */

static int run_open(struct ctx *c, const uint64_t *arg)
{
	int fd = fcn_open();

	if (fd < 0)
		return fd;
	put_file(&FD(c, arg[0]), fd);
	return 0;
}

static int run_close(struct ctx *c, const uint64_t *arg)
{
	put_file(&FD(c, arg[0]), -1);
	return 0;
}

static int run_dup(struct ctx *c, const uint64_t *arg)
{
	int fd = fcntl(FD(c, arg[0]), F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return -errno;
	put_file(&FD(c, arg[1]), fd);
	return 0;
}

static int run_param(struct ctx *c, const uint64_t *arg)
{
	struct drm_fcn_accel_get_param get = { .param = (uint32_t)arg[1], .pad = (uint32_t)arg[2] };

	return call(FD(c, arg[0]), DRM_IOCTL_FCN_ACCEL_GET_PARAM, &get);
}

static int run_fault(struct ctx *c, const uint64_t *arg)
{
	struct drm_fcn_accel_fault_query query = { .index = arg[1] };

	return call(FD(c, arg[0]), DRM_IOCTL_FCN_ACCEL_FAULT_QUERY, &query);
}

static int read_all(const char *path)
{
	char text[4096];

	return fcn_read_file(path, text, sizeof(text));
}

static int run_fdinfo(struct ctx *c, const uint64_t *arg)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", FD(c, arg[0]));
	return read_all(path);
}

static int run_debugfs(struct ctx *c, const uint64_t *arg)
{
	static const char *const names[] = { "state", "clients", "registers", "name" };
	char pattern[64];
	glob_t found;
	int err = -ENOENT;

	(void)c;
	snprintf(pattern, sizeof(pattern), "/sys/kernel/debug/accel/*/%s", names[arg[0] % 4]);
	if (!glob(pattern, 0, NULL, &found)) {
		err = read_all(found.gl_pathv[0]);
		globfree(&found);
	}
	return err;
}

/* ---- buffer objects ---- */

static int run_info(struct ctx *c, const uint64_t *arg)
{
	unsigned i = arg[1] % BOS;
	struct drm_fcn_accel_bo_info info = { .handle = c->bo[i] };
	int err = call(FD(c, arg[0]), DRM_IOCTL_FCN_ACCEL_BO_INFO, &info);

	if (!err) {
		c->va[i] = info.va;
		c->size[i] = info.size;
	}
	return err;
}

static int run_create(struct ctx *c, const uint64_t *arg)
{
	struct drm_fcn_accel_bo_create create = { .size = arg[2], .flags = (uint32_t)arg[3] };
	int err = call(FD(c, arg[0]), DRM_IOCTL_FCN_ACCEL_BO_CREATE, &create);

	if (err)
		return err;
	c->bo[arg[1] % BOS] = create.handle;
	return run_info(c, arg);
}

static int run_gem_close(struct ctx *c, const uint64_t *arg)
{
	struct drm_gem_close close_args = { .handle = c->bo[arg[1] % BOS] };

	return call(FD(c, arg[0]), DRM_IOCTL_GEM_CLOSE, &close_args);
}

static void put_map(struct ctx *c, uint64_t place, void *p, size_t n)
{
	unsigned i = place % MAPS;

	if (c->map[i].p)
		munmap(c->map[i].p, c->map[i].n);
	c->map[i].p = p;
	c->map[i].n = n;
}

static int map_file(struct ctx *c, uint64_t place, int fd, size_t n, int prot, int64_t offset)
{
	void *p;

	/* Larger ones are refused by the kernel's core, or waste time. */
	if (n > 64u << 20)
		return -ENOMEM;
	p = mmap(NULL, n, prot, MAP_SHARED, fd, offset);
	if (p == MAP_FAILED)
		return -errno;
	put_map(c, place, p, n);
	return 0;
}

static const int prots[4] = { PROT_READ | PROT_WRITE, PROT_READ, PROT_WRITE, PROT_READ | PROT_WRITE | PROT_EXEC };

/* more: bytes more than the buffer object has; skip: from its start. */
static int run_mmap(struct ctx *c, const uint64_t *arg)
{
	struct drm_fcn_accel_bo_info info = { .handle = c->bo[arg[1] % BOS] };
	int err = call(FD(c, arg[0]), DRM_IOCTL_FCN_ACCEL_BO_INFO, &info);

	if (err)
		return err;
	return map_file(c, arg[2], FD(c, arg[0]), info.size + arg[3], prots[arg[5] % 4], (int64_t)(info.mmap_offset + arg[4]));
}

static int run_munmap(struct ctx *c, const uint64_t *arg)
{
	put_map(c, arg[0], NULL, 0);
	return 0;
}

struct touch {
	volatile uint8_t *p;
	size_t n;
	unsigned seed;
	bool write;
};

static void touch(void *arg)
{
	struct touch *t = arg;

	for (size_t i = 0; i < t->n; i += t->write && t->n <= 65536 ? 1 : 512) {
		if (t->write)
			t->p[i] = (uint8_t)(t->seed + i);
		else
			(void)t->p[i];
	}
}

static int run_touch(struct ctx *c, const uint64_t *arg)
{
	unsigned i = arg[0] % MAPS;
	struct touch t = { c->map[i].p, c->map[i].n, (unsigned)arg[2], arg[1] % 2 };

	return !t.p ? -ENOENT : guarded(touch, &t) ? 0 : -EFAULT;
}

static int run_madvise(struct ctx *c, const uint64_t *arg)
{
	static const int advice[] = { MADV_DONTNEED, MADV_DONTFORK, MADV_WILLNEED, MADV_REMOVE };
	unsigned i = arg[0] % MAPS;

	return madvise(c->map[i].p, c->map[i].n, advice[arg[1] % 4]) ? -errno : 0;
}

static int run_prep(struct ctx *c, const uint64_t *arg)
{
	struct drm_fcn_accel_bo_cpu_prep prep = { c->bo[arg[1] % BOS], (uint32_t)arg[2], deadline(arg[3]) };

	return call(FD(c, arg[0]), DRM_IOCTL_FCN_ACCEL_BO_CPU_PREP, &prep);
}

static int run_fini(struct ctx *c, const uint64_t *arg)
{
	struct drm_fcn_accel_bo_cpu_fini fini = { c->bo[arg[1] % BOS], (uint32_t)arg[2] };

	return call(FD(c, arg[0]), DRM_IOCTL_FCN_ACCEL_BO_CPU_FINI, &fini);
}

/* ---- dma-bufs ---- */

static int run_export(struct ctx *c, const uint64_t *arg)
{
	struct drm_prime_handle prime = { .handle = c->bo[arg[1] % BOS], .flags = (uint32_t)arg[3], .fd = -1 };
	int err;

	/* Most want to write. */
	if (prime.flags < 8)
		prime.flags = DRM_CLOEXEC | (prime.flags & 1 ? 0 : DRM_RDWR);
	err = call(FD(c, arg[0]), DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime);
	if (!err)
		put_file(&FILE_AT(c, arg[2]), prime.fd);
	return err;
}

static int run_import(struct ctx *c, const uint64_t *arg)
{
	struct drm_prime_handle prime = { .fd = FILE_AT(c, arg[1]), .flags = (uint32_t)arg[3] };
	int err = call(FD(c, arg[0]), DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime);
	uint64_t info[2] = { arg[0], arg[2] };

	if (err)
		return err;
	c->bo[arg[2] % BOS] = prime.handle;
	return run_info(c, info);
}

static int run_buf_sync(struct ctx *c, const uint64_t *arg)
{
	struct dma_buf_sync sync = { .flags = arg[1] };

	return call(FILE_AT(c, arg[0]), DMA_BUF_IOCTL_SYNC, &sync);
}

static int run_buf_map(struct ctx *c, const uint64_t *arg)
{
	return map_file(c, arg[1], FILE_AT(c, arg[0]), arg[2], prots[arg[4] % 4], (int64_t)arg[3]);
}

static int run_buf_fence(struct ctx *c, const uint64_t *arg)
{
	struct dma_buf_export_sync_file get = { .flags = (uint32_t)arg[2], .fd = -1 };
	int err = call(FILE_AT(c, arg[0]), DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &get);

	if (!err)
		put_file(&FILE_AT(c, arg[1]), get.fd);
	return err;
}

static int run_buf_add(struct ctx *c, const uint64_t *arg)
{
	struct dma_buf_import_sync_file add = { .flags = (uint32_t)arg[2], .fd = FILE_AT(c, arg[1]) };

	return call(FILE_AT(c, arg[0]), DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &add);
}

static int run_file_close(struct ctx *c, const uint64_t *arg)
{
	put_file(&FILE_AT(c, arg[0]), -1);
	return 0;
}

static int run_poll(struct ctx *c, const uint64_t *arg)
{
	struct pollfd p = { .fd = FILE_AT(c, arg[0]), .events = (short)(arg[1] % 8) };

	return poll(&p, 1, arg[2] > 100 ? 1 : (int)arg[2]) < 0 ? -errno : 0;
}

/* ---- syncobjs ---- */

static int run_sync_create(struct ctx *c, const uint64_t *arg)
{
	struct drm_syncobj_create create = { .flags = (uint32_t)arg[2] };
	int err = call(FD(c, arg[0]), DRM_IOCTL_SYNCOBJ_CREATE, &create);

	if (!err)
		c->sync[arg[1] % SYNCS] = create.handle;
	return err;
}

static int run_sync_destroy(struct ctx *c, const uint64_t *arg)
{
	struct drm_syncobj_destroy destroy = { .handle = c->sync[arg[1] % SYNCS] };

	return call(FD(c, arg[0]), DRM_IOCTL_SYNCOBJ_DESTROY, &destroy);
}

static int run_sync_wait(struct ctx *c, const uint64_t *arg)
{
	uint32_t handles[SYNCS], n = 0;
	uint64_t points[SYNCS];

	for (unsigned i = 0; i < SYNCS; i++)
		if (arg[1] >> i & 1) {
			points[n] = arg[3];
			handles[n++] = c->sync[i];
		}
	if (arg[3]) {
		struct drm_syncobj_timeline_wait wait = {
			.handles = (uintptr_t)handles, .points = (uintptr_t)points, .timeout_nsec = deadline(arg[4]),
			.count_handles = n, .flags = (uint32_t)arg[2],
		};

		return call(FD(c, arg[0]), DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &wait);
	}
	struct drm_syncobj_wait wait = {
		.handles = (uintptr_t)handles, .timeout_nsec = deadline(arg[4]), .count_handles = n, .flags = (uint32_t)arg[2],
	};

	return call(FD(c, arg[0]), DRM_IOCTL_SYNCOBJ_WAIT, &wait);
}

/* how: reset, signal, signal a point, query a point, transfer. */
static int run_sync_op(struct ctx *c, const uint64_t *arg)
{
	uint32_t handle = c->sync[arg[1] % SYNCS];
	uint64_t point = arg[3];
	struct drm_syncobj_array array = { .handles = (uintptr_t)&handle, .count_handles = 1 };
	struct drm_syncobj_timeline_array timeline = {
		.handles = (uintptr_t)&handle, .points = (uintptr_t)&point, .count_handles = 1, .flags = (uint32_t)arg[4],
	};
	struct drm_syncobj_transfer transfer = {
		.src_handle = handle, .dst_handle = c->sync[(arg[1] + 1) % SYNCS], .src_point = point, .dst_point = point + 1,
		.flags = (uint32_t)arg[4],
	};

	switch (arg[2] % 5) {
	case 0: return call(FD(c, arg[0]), DRM_IOCTL_SYNCOBJ_RESET, &array);
	case 1: return call(FD(c, arg[0]), DRM_IOCTL_SYNCOBJ_SIGNAL, &array);
	case 2: return call(FD(c, arg[0]), DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, &timeline);
	case 3: return call(FD(c, arg[0]), DRM_IOCTL_SYNCOBJ_QUERY, &timeline);
	default: return call(FD(c, arg[0]), DRM_IOCTL_SYNCOBJ_TRANSFER, &transfer);
	}
}

static int run_sync_export(struct ctx *c, const uint64_t *arg)
{
	struct drm_syncobj_handle h = { .handle = c->sync[arg[1] % SYNCS], .flags = (uint32_t)arg[3], .fd = -1 };
	int err = call(FD(c, arg[0]), DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &h);

	if (!err)
		put_file(&FILE_AT(c, arg[2]), h.fd);
	return err;
}

static int run_sync_import(struct ctx *c, const uint64_t *arg)
{
	struct drm_syncobj_handle h = { .handle = c->sync[arg[2] % SYNCS], .flags = (uint32_t)arg[3], .fd = FILE_AT(c, arg[1]) };
	int err = call(FD(c, arg[0]), DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &h);

	if (!err)
		c->sync[arg[2] % SYNCS] = h.handle;
	return err;
}

/* ---- processes and threads ---- */

static void *rest(void *arg)
{
	struct ctx *c = arg;

	for (uint32_t i = c->at + 1; i < c->seq->n; i++)
		op_kinds[c->seq->op[i].kind].run(c, c->seq->op[i].arg);
	return NULL;
}

/* A second process goes on beside this one, on the same open files, and is killed so many milliseconds after this one's last call. */
static int run_fork(struct ctx *c, const uint64_t *arg)
{
	pid_t pid;

	if (c->quiet || c->children == 4)
		return -EBUSY;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		alarm(20);
		c->quiet = true;
		rest(c);
		_exit(0);
	}
	c->child_ms[c->children] = arg[0] % 64;
	c->child[c->children++] = pid;
	return 0;
}

/* A second thread does what follows, too, with places of its own. */
static int run_thread(struct ctx *c, const uint64_t *arg)
{
	static struct ctx copy;

	(void)arg;
	if (c->quiet || c->threaded)
		return -EBUSY;
	copy = *c;
	copy.quiet = true;
	/* It must not close what is ours. */
	for (unsigned i = 0; i < FDS; i++)
		copy.fd[i] = c->fd[i] < 0 ? -1 : dup(c->fd[i]);
	for (unsigned i = 0; i < FILES; i++)
		copy.file[i] = c->file[i] < 0 ? -1 : dup(c->file[i]);
	memset(copy.map, 0, sizeof(copy.map));
	if (pthread_create(&c->thread, NULL, rest, &copy))
		return -EAGAIN;
	c->threaded = true;
	return 0;
}

/* What follows has no privileges. */
static int run_drop(struct ctx *c, const uint64_t *arg)
{
	(void)c;
	(void)arg;
	return setresuid(65534, 65534, 65534) ? -errno : 0;
}

static int run_sleep(struct ctx *c, const uint64_t *arg)
{
	(void)c;
	fcn_sleep_ms(arg[0] % 32);
	return 0;
}

const struct op_kind op_kinds[] = {
	{ "open", 6, run_open, { { "fd", ARG_FD } } },
	{ "close", 4, run_close, { { "fd", ARG_FD } } },
	{ "dup", 2, run_dup, { { "fd", ARG_FD }, { "to", ARG_FD } } },
	{ "param", 3, run_param, { { "fd", ARG_FD }, { "param", ARG_SMALL }, { "pad", ARG_RARE } } },
	{ "create", 16, run_create, { { "fd", ARG_FD }, { "bo", ARG_BO }, { "size", ARG_SIZE }, { "flags", ARG_FLAGS } } },
	{ "info", 4, run_info, { { "fd", ARG_FD }, { "bo", ARG_BO } } },
	{ "gem_close", 8, run_gem_close, { { "fd", ARG_FD }, { "bo", ARG_BO } } },
	{ "mmap", 10, run_mmap, { { "fd", ARG_FD }, { "bo", ARG_BO }, { "map", ARG_MAP }, { "more", ARG_RARE }, { "skip", ARG_RARE },
				  { "prot", ARG_SMALL } } },
	{ "munmap", 3, run_munmap, { { "map", ARG_MAP } } },
	{ "touch", 4, run_touch, { { "map", ARG_MAP }, { "write", ARG_FLAGS }, { "seed", ARG_ANY } } },
	{ "madvise", 2, run_madvise, { { "map", ARG_MAP }, { "advice", ARG_SMALL } } },
	{ "stream", 16, run_stream, { { "map", ARG_MAP }, { "from", ARG_BO }, { "to", ARG_BO }, { "kind", ARG_SMALL }, { "n", ARG_SMALL },
				      { "seed", ARG_ANY }, { "changes", ARG_SMALL } } },
	{ "prep", 6, run_prep, { { "fd", ARG_FD }, { "bo", ARG_BO }, { "flags", ARG_FLAGS }, { "ms", ARG_MS } } },
	{ "fini", 4, run_fini, { { "fd", ARG_FD }, { "bo", ARG_BO }, { "flags", ARG_FLAGS } } },
	{ "submit", 24, run_submit, { { "fd", ARG_FD }, { "cmd", ARG_BO }, { "offset", ARG_RARE }, { "count", ARG_SMALL }, { "bos", ARG_BOS },
				      { "perf", ARG_SMALL }, { "perf_offset", ARG_RARE }, { "ins", ARG_SYNCS }, { "outs", ARG_SYNCS },
				      { "point", ARG_SMALL }, { "priority", ARG_SMALL }, { "jobs", ARG_SMALL }, { "size", ARG_RARE },
				      { "field", ARG_FIELD }, { "value", ARG_ANY } } },
	{ "fault", 4, run_fault, { { "fd", ARG_FD }, { "index", ARG_SMALL } } },
	{ "export", 6, run_export, { { "fd", ARG_FD }, { "bo", ARG_BO }, { "file", ARG_FILE }, { "flags", ARG_FLAGS } } },
	{ "import", 6, run_import, { { "fd", ARG_FD }, { "file", ARG_FILE }, { "bo", ARG_BO }, { "flags", ARG_RARE } } },
	{ "buf_sync", 3, run_buf_sync, { { "file", ARG_FILE }, { "flags", ARG_FLAGS } } },
	{ "buf_map", 3, run_buf_map, { { "file", ARG_FILE }, { "map", ARG_MAP }, { "size", ARG_SIZE }, { "offset", ARG_RARE },
				       { "prot", ARG_SMALL } } },
	{ "buf_fence", 3, run_buf_fence, { { "file", ARG_FILE }, { "to", ARG_FILE }, { "flags", ARG_FLAGS } } },
	{ "buf_add", 3, run_buf_add, { { "file", ARG_FILE }, { "fence", ARG_FILE }, { "flags", ARG_FLAGS } } },
	{ "file_close", 3, run_file_close, { { "file", ARG_FILE } } },
	{ "poll", 2, run_poll, { { "file", ARG_FILE }, { "events", ARG_FLAGS }, { "ms", ARG_MS } } },
	{ "sync_create", 6, run_sync_create, { { "fd", ARG_FD }, { "sync", ARG_SYNC }, { "flags", ARG_FLAGS } } },
	{ "sync_destroy", 3, run_sync_destroy, { { "fd", ARG_FD }, { "sync", ARG_SYNC } } },
	{ "sync_wait", 5, run_sync_wait, { { "fd", ARG_FD }, { "syncs", ARG_SYNCS }, { "flags", ARG_FLAGS }, { "point", ARG_SMALL },
					   { "ms", ARG_MS } } },
	{ "sync_op", 4, run_sync_op, { { "fd", ARG_FD }, { "sync", ARG_SYNC }, { "how", ARG_SMALL }, { "point", ARG_SMALL },
				       { "flags", ARG_FLAGS } } },
	{ "sync_export", 4, run_sync_export, { { "fd", ARG_FD }, { "sync", ARG_SYNC }, { "file", ARG_FILE }, { "flags", ARG_FLAGS } } },
	{ "sync_import", 4, run_sync_import, { { "fd", ARG_FD }, { "file", ARG_FILE }, { "sync", ARG_SYNC }, { "flags", ARG_FLAGS } } },
	{ "fdinfo", 3, run_fdinfo, { { "fd", ARG_FD } } },
	{ "debugfs", 2, run_debugfs, { { "which", ARG_SMALL } } },
	{ "raw", 8, run_raw, { { "fd", ARG_FD }, { "nr", ARG_ANY }, { "dir", ARG_FLAGS }, { "size", ARG_ANY }, { "seed", ARG_ANY } } },
	{ "fork", 3, run_fork, { { "ms", ARG_MS } } },
	{ "thread", 3, run_thread, { { "unused", ARG_FLAGS } } },
	{ "drop", 1, run_drop, { { "unused", ARG_FLAGS } } },
	{ "sleep", 2, run_sleep, { { "ms", ARG_MS } } },
};

const unsigned op_kinds_n = sizeof(op_kinds) / sizeof(op_kinds[0]);

static void end_children(struct ctx *c)
{
	for (unsigned i = 0; i < c->children; i++) {
		if (c->child_ms[i])
			fcn_sleep_ms(c->child_ms[i]);
		kill(c->child[i], SIGKILL);
		waitpid(c->child[i], NULL, 0);
	}
}

static void close_all(struct ctx *c)
{
	for (unsigned i = 0; i < MAPS; i++)
		put_map(c, i, NULL, 0);
	for (unsigned i = 0; i < FDS; i++)
		put_file(&c->fd[i], -1);
	for (unsigned i = 0; i < FILES; i++)
		put_file(&c->file[i], -1);
}

void seq_run(const struct seq *s, seq_observer *observer, void *arg, bool tidy)
{
	struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
	struct ctx c = { .seq = s };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	for (unsigned i = 0; i < FDS; i++)
		c.fd[i] = -1;
	for (unsigned i = 0; i < FILES; i++)
		c.file[i] = -1;
	for (c.at = 0; c.at < s->n; c.at++) {
		const struct op *op = &s->op[c.at];
		int result = op_kinds[op->kind].run(&c, op->arg);

		if (observer)
			observer(arg, c.at, op, result);
	}
	if (c.threaded)
		pthread_join(c.thread, NULL);
	end_children(&c);
	if (tidy)
		close_all(&c);
}
