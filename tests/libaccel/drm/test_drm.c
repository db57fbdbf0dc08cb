/* SPDX-License-Identifier: MIT */
/* The drm: backend where the kernel refuses, disappears or is of another age. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sync_file.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../onnx/tap.h"
#include "accel.h"
#include "backend.h"
#include "drm/fcn_accel.h"
#include "drm/fcn_accel_regs.h"
#include "error.h"
#include "fake_kernel.h"

#define NR(nr) (DRM_COMMAND_BASE + (nr))

/* ---- memory: the allocation that makes it 0 fails ---- */

static _Thread_local long countdown;

void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

void *__wrap_calloc(size_t n, size_t size)
{
	return countdown && !--countdown ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return countdown && !--countdown ? NULL : __real_realloc(p, size);
}

static bool says(const char *word)
{
	if (strstr(error_message(), word))
		return true;
	note("'%s' is not in: %s", word, error_message());
	return false;
}

/* ---- opening ---- */

static void fails_open(const char *rest, int want, const char *word, const char *what)
{
	struct core_device *dev;
	int err = backend_drm_open(rest, &dev);

	ok(err == want && !dev && says(word), "%s: %d, %s", what, err, error_message());
	ok(!fake.handles && !fake.syncobjs, "%s leaves nothing open", what);
}

static void test_open_fails(void)
{
	fake_reset();
	fake.node[0].exists = false;
	fails_open("", -ENODEV, "modprobe", "no device");
	fails_open("/dev/accel/accel0", -ENODEV, "/dev/accel/accel0", "no such device");
	fails_open("accel0", -EINVAL, "drm:/dev/accel/accel0", "no path");
	fails_open("/0123456789012345678901234567890123456789012345678901234567890123", -EINVAL,
		   "so long a path", "a long path");
	fake_reset();
	fake.node[0].open_errno = EACCES;
	fails_open("", -EACCES, "render", "permission denied");
	fake_reset();
	fake.node[0].open_errno = ENODEV;
	fails_open("", -ENODEV, "/dev/accel/accel0 is lost", "a lost device");
	fails_open("/dev/accel/accel0", -ENODEV, "unbind", "the same by its name");
	fake_reset();
	fake.node[0].driver = "rocket";
	fails_open("/dev/accel/accel0", -ENODEV, "rocket", "another driver's");
	fails_open("", -ENODEV, "modprobe", "only another driver's");
	fake_reset();
	fake.node[0].major = FCN_ACCEL_UAPI_MAJOR + 1;
	fails_open("", -ENOTSUP, "version 2.0", "a later driver");
	fake_reset();
	fake.core_version = 2u << FCN_VERSION_MAJOR_SHIFT;
	fails_open("", -ENODEV, "version 2.0", "a later core");
	fake_reset();
	fake.fail_nr = NR(DRM_FCN_ACCEL_GET_PARAM);
	fake.fail_errno = ENODEV;
	fake.fail_times = 1;
	fails_open("", -ENODEV, "gone", "unplugged while it is opened");
}

static struct core_device *open_or_die(const char *rest)
{
	struct core_device *dev;

	if (backend_drm_open(rest, &dev)) {
		note("%s", error_message());
		exit(1);
	}
	return dev;
}

static int add_uri(void *ctx, const char *uri, const char *description)
{
	(void)description;
	strcat(ctx, uri);
	strcat(ctx, " ");
	return 0;
}

static void test_open_finds(void)
{
	struct core_device *dev;
	char list[256] = "";

	fake_reset();
	fake.node[3] = fake.node[2] = fake.node[1] = fake.node[0];
	fake.node[0].open_errno = EACCES;
	fake.node[1].driver = "ivpu";
	dev = open_or_die("");
	ok(strstr(dev->description, "/dev/accel/accel2") != NULL,
	   "the first that can be opened: %s", dev->description);
	ok(dev->config.rows == 16 && dev->config.ifm_bytes == 131072 && dev->cycles_real &&
	   dev->version_major == 1, "what it is like");
	dev->ops->close(dev);
	ok(!backend_drm_list(add_uri, list) &&
	   !strcmp(list, "drm:/dev/accel/accel2 drm:/dev/accel/accel3 "), "list: %s", list);
}

static int stop(void *ctx, const char *uri, const char *description)
{
	(void)uri;
	(void)description;
	++*(int *)ctx;
	return 77;
}

static void test_public(void)
{
	struct accel_device *dev = NULL;
	struct accel_device_info info = { .size = sizeof(info) };
	int calls = 0, err;

	fake_reset();
	err = accel_device_open("auto", &dev);
	ok(!err && !accel_device_get_info(dev, &info) && info.has_core && !strcmp(info.uri, "drm:"),
	   "auto is the drm: device");
	accel_device_close(dev);
	ok(accel_device_list(stop, &calls) == 77 && calls == 1, "a list that is stopped");
	fake.node[0].exists = false;
	err = accel_device_open("auto", &dev);
	ok(!err && !accel_device_get_info(dev, &info) && !info.has_core &&
	   !strcmp(info.uri, "host:"), "auto without one is the host");
	accel_device_close(dev);
}

/* ---- buffers ---- */

static void fails_create(struct core_device *dev, unsigned nr, int err, int want, const char *word)
{
	struct bo *bo;
	int got, before = fake.handles;

	fake.fail_nr = nr;
	fake.fail_errno = err;
	fake.fail_times = 1;
	got = dev->ops->bo_create(dev, 5000, &bo);
	ok(got == want && !bo && says(word) && fake.handles == before,
	   "a buffer: %s", error_message());
}

static void test_buffers(void)
{
	struct core_device *dev;
	struct bo *bo, *again = NULL;
	struct rlimit limit;
	char path[64];
	int fd, fd2, err;

	fake_reset();
	dev = open_or_die("");
	fails_create(dev, NR(DRM_FCN_ACCEL_BO_CREATE), ENOMEM, -ENOMEM, "limit");
	fails_create(dev, NR(DRM_FCN_ACCEL_BO_CREATE), ENOSPC, -ENOMEM, "address space");
	fails_create(dev, NR(DRM_FCN_ACCEL_BO_CREATE), ENODEV, -ENODEV, "gone");
	fails_create(dev, NR(DRM_FCN_ACCEL_BO_INFO), ENODEV, -ENODEV, "gone");
	ok(dev->ops->bo_create(dev, 0, &bo) == -EINVAL, "no bytes: %s", error_message());
	ok(dev->ops->bo_create(dev, (size_t)1 << 32, &bo) == -EINVAL, "4 GiB: %s",
	   error_message());

	fd = open("/dev/null", O_RDWR);
	ok(dev->ops->bo_import(dev, fd, &bo) == -EINVAL && !bo && says("dma-buf"), "import: %s",
	   error_message());
	close(fd);
	fd = fake_dmabuf(8192);
	ok(!dev->ops->bo_import(dev, fd, &bo) && bo->size == 8192 && bo->map &&
	   !dev->ops->bo_import(dev, fd, &again) && again->va == bo->va && fake.handles == 1,
	   "two imports share a handle");
	memset(bo->map, 7, 8192);
	ok(again && ((char *)again->map)[8191] == 7, "and memory");
	dev->ops->bo_free(dev, bo);
	ok(fake.handles == 1, "the first does not take it away");
	dev->ops->bo_free(dev, again);
	ok(!fake.handles, "the last one does");
	ok(!fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE) && !dev->ops->bo_import(dev, fd, &bo) && bo->map,
	   "one that is for reading only");
	dev->ops->bo_free(dev, bo);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	close(fd);
	fd = fake_dmabuf(8192);
	fd2 = open(path, O_WRONLY | O_CLOEXEC);
	ok(fd2 >= 0 && !dev->ops->bo_import(dev, fd2, &bo) && !bo->map, "one that its exporter does not map");
	dev->ops->bo_free(dev, bo);
	close(fd2);
	fake.fail_nr = 0x2e;
	fake.fail_errno = ENOMEM;
	fake.fail_times = 1;
	ok(dev->ops->bo_import(dev, fd, &bo) == -ENOMEM && !bo && says("import"), "import: %s", error_message());
	getrlimit(RLIMIT_NOFILE, &limit);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 3, limit.rlim_max });
	err = dev->ops->bo_import(dev, fd, &bo);
	setrlimit(RLIMIT_NOFILE, &limit);
	ok(err == -EMFILE && !bo && !fake.handles && says("keep"), "import: %s", error_message());
	close(fd);
	dev->ops->bo_free(dev, NULL);

	dev->ops->bo_create(dev, 4096, &bo);
	fd = dev->ops->bo_export(dev, bo);
	fd2 = dev->ops->bo_export(dev, bo);
	ok(fd >= 0 && fd2 >= 0 && fd != fd2, "exports are descriptors of their own");
	close(fd);
	close(fd2);
	fake.fail_nr = 0x2d;
	fake.fail_errno = EMFILE;
	fake.fail_times = 1;
	ok(dev->ops->bo_export(dev, bo) == -EMFILE, "export: %s", error_message());
	dev->ops->close(dev);
	ok(fake_reset(), "close() frees what is left");
}

/* ---- jobs ---- */

struct work {
	struct core_device *dev;
	struct bo *cmd, *in, *out;
	const struct bo *used[2];
	bool write[2];
	struct core_job job;
};

static void work_init(struct work *w)
{
	w->dev = open_or_die("");
	w->dev->ops->bo_create(w->dev, 4096, &w->cmd);
	w->dev->ops->bo_create(w->dev, 4096, &w->in);
	w->dev->ops->bo_create(w->dev, 4096, &w->out);
	w->used[0] = w->in;
	w->used[1] = w->out;
	w->write[0] = false;
	w->write[1] = true;
	w->job = (struct core_job){ .cmd = w->cmd, .cmd_count = 1, .bo = w->used,
				    .bo_write = w->write, .n_bo = 2 };
}

static int run(struct work *w, struct core_result *r)
{
	uint64_t token;
	int err = w->dev->ops->submit(w->dev, &w->job, &token);

	return err ? err : w->dev->ops->wait(w->dev, token, INT64_MAX, r);
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void test_ends(void)
{
	static const struct {
		int end;
		uint32_t cause;		/* that the driver keeps; UINT32_MAX: nothing */
		int err;
		uint32_t want;
	} ends[] = {
		{ -EINVAL, FCN_CAUSE_ILLEGAL, 0, FCN_CAUSE_ILLEGAL },
		{ -EINVAL, UINT32_MAX, 0, FCN_CAUSE_ILLEGAL },
		{ -EFAULT, FCN_CAUSE_MMU_PERM, 0, FCN_CAUSE_MMU_PERM },
		{ -EFAULT, UINT32_MAX, 0, FCN_CAUSE_MMU_INVALID },
		{ -EIO, FCN_CAUSE_BUS_WALK, 0, FCN_CAUSE_BUS_WALK },
		{ -EIO, UINT32_MAX, 0, FCN_CAUSE_BUS_READ },
		{ -EDEADLK, UINT32_MAX, 0, FCN_CAUSE_DEADLOCK },
		{ -ETIME, 0, 0, FCN_CAUSE_ABORTED },
		{ -ECANCELED, UINT32_MAX, 0, FCN_CAUSE_ABORTED },
		{ -ENODEV, UINT32_MAX, -ENODEV, 0 },
	};
	struct core_result r;
	struct work w;

	fake_reset();
	work_init(&w);
	ok(!run(&w, &r) && !r.cause && r.perf[1] == 1234, "a good end, with its record");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		int err;

		fake.end = ends[i].end;
		fake.cause = ends[i].cause;
		fake.addr = 0x1000;
		fake.cmd = 5;
		fake.other_faults = i % 3;
		err = run(&w, &r);
		ok(err == ends[i].err && (err || (r.cause == ends[i].want && !r.perf[0] &&
		   r.fault_addr == (fake.cause == UINT32_MAX ? 0 : 0x1000u))),
		   "a fence's error %d is cause %u", ends[i].end, err ? 0 : r.cause);
	}
	fake.end = -EFAULT;
	fake.cause = FCN_CAUSE_MMU_PERM;
	fake.other_faults = FAKE_FAULTS;
	ok(!run(&w, &r) && r.cause == FCN_CAUSE_MMU_INVALID && !r.fault_addr,
	   "a fault that the driver has forgotten");
	fake.end = 0;
	fake.no_record = true;
	ok(!run(&w, &r) && !r.cause && !r.perf[1], "a good end without a record");
	fake.no_record = false;
	fake.end = -EIO;
	fake.fail_errno = EMFILE;
	for (int i = 0; i < 2; i++) {
		fake.fail_nr = i ? _IOC_NR(SYNC_IOC_FILE_INFO) : 0xc1;
		fake.fail_times = 1;
		ok(run(&w, &r) == -EMFILE && says("how a job ended"), "the fence cannot be asked: %s", error_message());
	}
	w.dev->ops->close(w.dev);
	ok(fake_reset(), "nothing is left");
}

/* What is where a failed job's record would be is not looked at. */
static void test_old_record(void)
{
	struct core_result r;
	struct work w;
	int err;

	fake_reset();
	fake.coherent = false;
	fake.old_record = true;
	work_init(&w);
	ok(!run(&w, &r) && !r.cause && r.perf[1] == 1234, "a core that is not coherent: a good end, with its record");
	fake.end = -EIO;
	err = run(&w, &r);
	ok(!err && r.cause == FCN_CAUSE_BUS_READ && !r.perf[0] && !r.perf[1], "a bad one, with the record of an earlier job: cause %u", r.cause);
	fake.end = -ENODEV;
	err = run(&w, &r);
	ok(err == -ENODEV, "a lost core, with the record of an earlier job: %d", err);
	w.dev->ops->close(w.dev);
	ok(fake_reset(), "nothing is left");
}

static void test_order_of_calls(void)
{
	struct core_result r;
	struct work w;
	struct core_progress p;
	struct bo *import;
	int fd = fake_dmabuf(4096), fence;
	uint64_t token;

	fake_reset();
	work_init(&w);
	run(&w, &r);
	ok(!fake.prep && !fake.fini, "a coherent core: no call about caches");
	w.dev->ops->close(w.dev);
	fake_reset();
	fake.coherent = false;
	work_init(&w);
	run(&w, &r);
	ok(fake.fini == 4 && fake.prep == 2, "else all go to the core, and what it wrote comes "
	   "back: %d and %d", fake.fini, fake.prep);
	fake.prep = fake.fini = fake.sync_start = fake.sync_end = 0;
	w.dev->ops->bo_import(w.dev, fd, &import);
	w.used[0] = import;
	run(&w, &r);
	ok(fake.sync_end == 1 && fake.sync_start == 2, "an import's exporter is told");
	fake.hold = true;
	w.dev->ops->submit(w.dev, &w.job, &token);
	ok(w.dev->ops->wait(w.dev, token, 0, &r) == -ETIMEDOUT, "wait: %s", error_message());
	ok(w.dev->ops->wait(w.dev, token, now() + 10000000, &r) == -ETIMEDOUT, "again");
	fence = w.dev->ops->fence(w.dev, token);
	ok(fence >= 0, "a fence of a job that runs");
	close(fence);
	fake.fail_nr = 0xc1;
	fake.fail_errno = EMFILE;
	fake.fail_times = 1;
	ok(w.dev->ops->fence(w.dev, token) == -EMFILE, "or none: %s", error_message());
	w.dev->ops->progress(w.dev, token, &p);
	ok(p.cycles >= 1000000 && !p.commands, "its progress is the time: %llu cycles of 10 ns", (unsigned long long)p.cycles);
	w.dev->ops->progress(w.dev, token + 1, &p);
	ok(!p.cycles, "no other job has any");
	w.dev->ops->bo_free(w.dev, import);
	fake_release();
	ok(!w.dev->ops->wait(w.dev, token, 0, &r) && !r.cause, "a buffer freed meanwhile");
	ok(w.dev->ops->wait(w.dev, token, 0, &r) == -EINVAL, "a token is used up: %s",
	   error_message());
	ok(w.dev->ops->fence(w.dev, token) == -EINVAL, "its fence, too: %s", error_message());
	w.dev->ops->close(w.dev);
	close(fd);
	ok(fake_reset(), "nothing is left");
}

/* FINI of a buffer would replace what a job is writing there for the next one. */
static void test_chain(void)
{
	struct bo_range range[2] = { { 0, 4096 }, { 0, 1024 } };
	struct core_result r;
	struct work w;
	uint64_t token[3];
	int err;

	fake_reset();
	fake.coherent = false;
	fake.hold = true;
	work_init(&w);
	w.job.bo_range = range;
	err = w.dev->ops->submit(w.dev, &w.job, &token[0]);
	ok(!err && fake.fini == 4 && fake.handles == 4, "of the first job all goes to the core: %d", fake.fini);
	w.used[0] = w.out;
	w.used[1] = w.in;
	range[0] = (struct bo_range){ 960, 64 };
	fake.fini = 0;
	err = w.dev->ops->submit(w.dev, &w.job, &token[1]);
	ok(!err && fake.fini == 3 && fake.handles == 5,
	   "but not what it writes for the second, whose record is apart: %d, %d", fake.fini, fake.handles);
	range[0].start = 1024;
	range[1].start = 1024;
	fake.fini = 0;
	err = w.dev->ops->submit(w.dev, &w.job, &token[2]);
	ok(!err && fake.fini == 4, "what lies behind that is the host's: %d", fake.fini);
	for (int i = 0; i < 3; i++) {
		fake_release();
		err |= w.dev->ops->wait(w.dev, token[i], INT64_MAX, &r) || r.cause || r.perf[1] != 1234;
	}
	fake.hold = false;
	fake.fini = 0;
	w.job.bo_range = NULL;
	err |= run(&w, &r);
	ok(!err && fake.fini == 4, "what was waited for is so again: %d", fake.fini);
	w.dev->ops->close(w.dev);
	ok(fake_reset(), "nothing is left");
}

/* Without a descriptor left an exporter cannot be told: an error, and not as if nothing were imported. */
static void test_no_descriptor(void)
{
	struct rlimit limit, none;
	struct core_result r;
	struct work w;
	struct bo *import;
	int fd = fake_dmabuf(4096), err;
	uint64_t token;

	fake_reset();
	work_init(&w);
	w.dev->ops->bo_import(w.dev, fd, &import);
	w.used[1] = import;
	getrlimit(RLIMIT_NOFILE, &limit);
	none = (struct rlimit){ 3, limit.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	err = w.dev->ops->submit(w.dev, &w.job, &token);
	setrlimit(RLIMIT_NOFILE, &limit);
	ok(err == -EMFILE && says("exporter") && !fake.submits, "submit: %s", error_message());
	err = w.dev->ops->submit(w.dev, &w.job, &token);
	ok(!err && fake.submits == 1 && fake.sync_end == 1, "with one it is");
	setrlimit(RLIMIT_NOFILE, &none);
	err = w.dev->ops->wait(w.dev, token, INT64_MAX, &r);
	setrlimit(RLIMIT_NOFILE, &limit);
	ok(err == -EMFILE && says("exporter"), "wait: %s", error_message());
	ok(w.dev->ops->wait(w.dev, token, 0, &r) == -EINVAL, "and the job is used up");
	ok(!run(&w, &r) && !r.cause, "the next one is as ever");
	w.dev->ops->close(w.dev);
	close(fd);
	ok(fake_reset(), "nothing is left");
}

static void test_full(void)
{
	struct core_result r;
	uint64_t token[6];
	struct work w;
	int err = 0;

	fake_reset();
	work_init(&w);
	fake.fail_nr = 0xbf;
	fake.fail_errno = ENOMEM;
	fake.fail_times = 1;
	ok(w.dev->ops->submit(w.dev, &w.job, token) == -ENOMEM && says("syncobj"), "no syncobj: %s", error_message());
	fake.hold = true;
	fake.max_jobs = 2;
	for (int i = 0; i < 6 && !err; i++)
		err = w.dev->ops->submit(w.dev, &w.job, &token[i]);
	ok(!err && fake.submits == 10, "a full queue is waited for: %d calls", fake.submits);
	fake_release();
	fake_release();
	for (int i = 5; i >= 0 && !err; i--)
		err = w.dev->ops->wait(w.dev, token[i], 0, &r);
	ok(!err, "and all end");
	fake.max_jobs = 0;
	ok(w.dev->ops->submit(w.dev, &w.job, token) == -EBUSY, "nothing to wait for: %s",
	   error_message());
	fake.max_jobs = 2;
	fake.fail_nr = NR(DRM_FCN_ACCEL_SUBMIT);
	fake.fail_errno = EINTR;
	fake.fail_times = 3;
	ok(!w.dev->ops->submit(w.dev, &w.job, token), "signals are no errors");
	fake.fail_errno = ENOMEM;
	fake.fail_times = 1;
	ok(w.dev->ops->submit(w.dev, &w.job, token) == -ENOMEM && says("submit"), "%s",
	   error_message());
	w.job.cmd_count = 65;
	ok(w.dev->ops->submit(w.dev, &w.job, token) == -EINVAL, "%s", error_message());
	w.job.cmd_count = 1;
	w.job.cmd_offset = 32;
	ok(w.dev->ops->submit(w.dev, &w.job, token) == -EINVAL, "%s", error_message());
	w.dev->ops->close(w.dev);
	ok(fake_reset(), "nothing is left of jobs that nobody waits for");
}

/* The job whose end a submission waits for is waited for, and forgotten, by another meanwhile. */
static struct work *overtaken;
static uint64_t overtaken_token;
static int overtaken_end;

static void overtake(void)
{
	struct core_result r;

	overtaken_end = overtaken->dev->ops->wait(overtaken->dev, overtaken_token, INT64_MAX, &r);
}

static void test_overtaken(void)
{
	struct core_result r;
	struct work w;
	uint64_t token;
	int err;

	fake_reset();
	work_init(&w);
	fake.hold = true;
	fake.max_jobs = 1;
	overtaken = &w;
	overtaken_end = -1;
	err = w.dev->ops->submit(w.dev, &w.job, &overtaken_token);
	fake.on_wait = overtake;
	if (!err)
		err = w.dev->ops->submit(w.dev, &w.job, &token);
	if (!err)
		err = w.dev->ops->wait(w.dev, token, INT64_MAX, &r);
	ok(!err && !overtaken_end, "two wait for one job: %d, %d", err, overtaken_end);
	w.dev->ops->close(w.dev);
	ok(fake_reset(), "nothing is left");
}

static void test_memory(void)
{
	static const bool no_write[40];
	const struct bo *many[40];
	struct core_device *dev = NULL;
	struct core_result r;
	struct bo *bo = NULL;
	struct work w;
	int fd = fake_dmabuf(4096), err, n, libdrm;

	/* libdrm's own come first, of which it does not look at the results. */
	fake_reset();
	fake.node[0].driver = "rocket";
	countdown = 1000;
	backend_drm_open("/dev/accel/accel0", &dev);
	libdrm = 1000 - (int)countdown;
	fake_reset();
	err = -ENOMEM;
	for (n = 1; err == -ENOMEM && n < 100; n++) {
		countdown = libdrm + n;
		err = backend_drm_open("/dev/accel/accel0", &dev);
		countdown = 0;
		if (err && (dev || !says("memory") || fake.handles))
			break;
	}
	ok(!err && n > 2, "opening: %d allocations fail", n - 2);
	if (err)
		return;
	dev->ops->close(dev);
	work_init(&w);
	countdown = 1;
	ok(w.dev->ops->bo_create(w.dev, 4096, &bo) == -ENOMEM && !bo && says("memory"), "a buffer: %s", error_message());
	countdown = 1;
	ok(w.dev->ops->bo_import(w.dev, fd, &bo) == -ENOMEM && !bo && says("memory"), "an import: %s", error_message());
	err = -ENOMEM;
	for (n = 1; err == -ENOMEM && n < 100; n++) {
		countdown = n;
		err = run(&w, &r);
		countdown = 0;
	}
	ok(!err && n > 2, "a job: %d allocations fail", n - 2);
	/* One that has more buffers than any before it. */
	for (n = 0; n < 40; n++)
		many[n] = w.in;
	w.job.bo = many;
	w.job.bo_write = no_write;
	w.job.n_bo = 40;
	countdown = 1;
	ok(run(&w, &r) == -ENOMEM && says("memory for a job of 40 buffers"), "%s", error_message());
	countdown = 0;
	w.dev->ops->close(w.dev);
	close(fd);
	ok(fake_reset(), "nothing is left");
}

static void test_lost(void)
{
	struct core_result r;
	uint64_t token;
	struct work w;
	struct bo *bo;

	fake_reset();
	work_init(&w);
	fake.hold = true;
	w.dev->ops->submit(w.dev, &w.job, &token);
	fake.lost = true;
	ok(w.dev->ops->wait(w.dev, token, INT64_MAX, &r) == -ENODEV && says("unplugged"),
	   "wait: %s", error_message());
	ok(w.dev->ops->submit(w.dev, &w.job, &token) == -ENODEV, "submit: %s", error_message());
	ok(w.dev->ops->bo_create(w.dev, 1, &bo) == -ENODEV, "buffer: %s", error_message());
	ok(w.dev->ops->bo_export(w.dev, w.in) == -ENODEV, "export: %s", error_message());
	memset(w.in->map, 1, 4096);
	w.dev->ops->close(w.dev);
	ok(true, "close");
}

/* ---- threads ---- */

static void *work_thread(void *arg)
{
	struct work *w = arg;
	struct core_result r;
	long bad = 0;

	for (int i = 0; i < 50; i++) {
		struct bo *bo;

		bad += w->dev->ops->bo_create(w->dev, 4096, &bo) != 0;
		bad += run(w, &r) != 0 || r.cause;
		w->dev->ops->bo_free(w->dev, bo);
	}
	return (void *)bad;
}

static void test_threads(void)
{
	pthread_t thread[4];
	struct work w;
	long bad = 0;

	fake_reset();
	work_init(&w);
	fake.max_jobs = 3;
	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, work_thread, &w);
	for (int i = 0; i < 4; i++) {
		void *result;

		pthread_join(thread[i], &result);
		bad += (long)result;
	}
	ok(!bad, "four threads share a device");
	w.dev->ops->close(w.dev);
	ok(fake_reset(), "nothing is left");
}

int main(void)
{
	test_open_fails();
	test_open_finds();
	test_public();
	test_buffers();
	test_ends();
	test_old_record();
	test_order_of_calls();
	test_chain();
	test_no_descriptor();
	test_full();
	test_overtaken();
	test_memory();
	test_lost();
	test_threads();
	return tap_done();
}
