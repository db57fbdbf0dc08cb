/* SPDX-License-Identifier: MIT */
/* Devices in process: memory, jobs, faults, threads. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../onnx/tap.h"
#include "drm/fcn_accel_regs.h"
#include "error.h"
#include "jobs.h"

typedef int open_fn(const char *rest, struct core_device **dev);

static struct core_device *open_or_die(open_fn *fn, const char *rest)
{
	struct core_device *dev = NULL;

	if (fn(rest, &dev)) {
		note("%s", error_message());
		exit(1);
	}
	return dev;
}

static struct bo *make_bo(struct core_device *dev, size_t size)
{
	struct bo *bo = NULL;

	if (dev->ops->bo_create(dev, size, &bo)) {
		note("%s", error_message());
		exit(1);
	}
	return bo;
}

static void fill(struct bo *bo, unsigned seed)
{
	for (size_t i = 0; i < bo->size; i++)
		((uint8_t *)bo->map)[i] = (uint8_t)(i * 7 + i / 256 + seed);
}

static void test_options(void)
{
	static const struct {
		const char *rest, *message;
	} bad[] = {
		{ "array", "wanted is" }, { "array=16", "16x16" }, { "array=16x", "16x16" },
		{ "array=17x16", "8, 16 or 32" }, { "array=16x16x16", "16x16" }, { "=", "array" },
		{ "array=99999999999999999999x8", "16x16" }, { "waves=a", "no option 'waves'" },
		{ "array=8x8,", "comma" }, { ",", "comma" }, { "x=%s%n", "%s" },
	};
	struct core_device *dev;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int err = backend_model_open(bad[i].rest, &dev);

		ok(err == -EINVAL && (strstr(error_message(), bad[i].message) || bad[i].rest[0] == 'x'),
		   "model:%s: %s", bad[i].rest, error_message());
	}
	ok(backend_rtl_open("memory=slow", &dev) == -EINVAL, "rtl:memory=slow: %s", error_message());
	ok(backend_rtl_open("seed=-1", &dev) == -EINVAL, "rtl:seed=-1: %s", error_message());
	ok(backend_rtl_open("waves=", &dev) == -EINVAL, "rtl:waves=: %s", error_message());
	ok(backend_rtl_open("array=8x32", &dev) == -EINVAL, "rtl:array=8x32: %s", error_message());
	ok(backend_rtl_open("seed=7,memory=random,waves=/nonexistent/a.fst,array=8x8", &dev) == -EINVAL, "rtl:waves=/nonexistent/a.fst: %s", error_message());
	dev = open_or_die(backend_model_open, "array=8x16");
	ok(dev->config.rows == 8 && dev->config.cols == 16 && dev->config.lanes == 16 &&
	   dev->config.acc_entries == 512 && dev->config.ifm_bytes == 131072 &&
	   dev->version_major == 1, "configuration of %s", dev->description);
	dev->ops->close(dev);
}

static void test_memory(struct core_device *dev)
{
	enum { N = 300 };
	struct bo *bo[N];
	bool zero = true, apart = true;

	for (int i = 0; i < N; i++) {
		bo[i] = make_bo(dev, (size_t)(i * 97 % 20000 + 1));
		for (size_t j = 0; j < bo[i]->size; j++)
			zero = zero && !((uint8_t *)bo[i]->map)[j];
		memset(bo[i]->map, 0xff, bo[i]->size);
		apart = apart && bo[i]->va && bo[i]->va % 4096 == 0 && bo[i]->size % 4096 == 0;
		for (int j = 0; j < i; j++)
			apart = apart && (bo[j]->va + bo[j]->size < bo[i]->va ||
					  bo[i]->va + bo[i]->size < bo[j]->va);
		if (i % 3 == 2) {
			dev->ops->bo_free(dev, bo[i]);
			bo[i] = make_bo(dev, 5000);
		}
	}
	ok(zero, "new buffers are zero");
	ok(apart, "buffers lie apart, in whole pages");
	for (int i = 0; i < N; i++)
		dev->ops->bo_free(dev, bo[i]);
	ok(dev->ops->bo_create(dev, 0, &bo[0]) == -EINVAL, "no buffer of 0 bytes: %s",
	   error_message());
	ok(dev->ops->bo_create(dev, SIZE_MAX, &bo[0]) == -EINVAL, "nor of all: %s", error_message());
	ok(dev->ops->bo_create(dev, 0xffffc000, &bo[0]) != -EINVAL, "nearly 4 GiB may be");
	if (bo[0])
		dev->ops->bo_free(dev, bo[0]);
	if (!dev->ops->bo_create(dev, UINT32_C(1) << 31, &bo[0])) {
		ok(dev->ops->bo_create(dev, UINT32_C(1) << 31, &bo[1]) == -ENOMEM, "twice 2 GiB may not: %s", error_message());
		dev->ops->bo_free(dev, bo[0]);
	}
}

static void test_copy(struct core_device *dev)
{
	struct bo *cmd = make_bo(dev, 4096), *from = make_bo(dev, 40960), *to = make_bo(dev, 40960);
	struct core_result r;
	struct fcn_cmd c[20];

	fill(from, 1);
	for (uint32_t i = 0; i < 10; i++)
		make_copy(&c[2 * i], to->va + 4096 * i, from->va + 4096 * i, 4096);
	/* Without more tokens each LOAD may overwrite what the STORE before still reads. */
	for (int i = 1; i < 10; i++) {
		fcn_cmd_set_signal(&c[2 * i - 1], 1u << FCN_ENG_LOAD);
		fcn_cmd_set_wait(&c[2 * i], 1u << FCN_ENG_STORE);
	}
	ok(!run_job(dev, cmd, c, 20, &r) && r.cause == FCN_CAUSE_NONE &&
	   !memcmp(from->map, to->map, from->size), "ten copies of a page");
	ok(r.perf[9] == 2560 && r.perf[10] == 2560 && r.perf[13] == 20,
	   "the performance record: %llu beats in, %llu out, %llu commands",
	   (unsigned long long)r.perf[9], (unsigned long long)r.perf[10],
	   (unsigned long long)r.perf[13]);
	ok(!run_job(dev, cmd, c, 0, &r) && r.cause == FCN_CAUSE_NONE, "a job of no commands");
	dev->ops->bo_free(dev, cmd);
	dev->ops->bo_free(dev, from);
	dev->ops->bo_free(dev, to);
}

static void test_faults(struct core_device *dev)
{
	struct bo *cmd = make_bo(dev, 4096), *bo = make_bo(dev, 4096), *gone = make_bo(dev, 4096);
	uint32_t va = gone->va;
	struct core_result r;
	struct fcn_cmd c[4];

	make_copy(&c[0], bo->va, bo->va, 64);
	make_copy(&c[2], bo->va, bo->va, 64);
	fcn_cmd_set_opcode(&c[2], 0x99);
	ok(!run_job(dev, cmd, c, 4, &r) && r.cause == FCN_CAUSE_ILLEGAL && r.fault_cmd == 2 &&
	   r.fault_addr == cmd->va + 128, "an illegal command, and which");

	make_copy(&c[0], bo->va, 0, 64);
	ok(!run_job(dev, cmd, c, 2, &r) && r.cause == FCN_CAUSE_MMU_INVALID && r.fault_addr == 0 &&
	   r.fault_cmd == 0, "address 0 faults");
	make_copy(&c[0], bo->va + 4096 - 32, bo->va, 64);
	ok(!run_job(dev, cmd, c, 2, &r) && r.cause == FCN_CAUSE_MMU_INVALID &&
	   r.fault_addr == bo->va + 4096 && r.fault_cmd == 1, "so does the end of a buffer");

	make_copy(&c[0], va, va, 64);
	ok(!run_job(dev, cmd, c, 2, &r) && r.cause == FCN_CAUSE_NONE, "a buffer can be used");
	dev->ops->bo_free(dev, gone);
	ok(!run_job(dev, cmd, c, 2, &r) && r.cause == FCN_CAUSE_MMU_INVALID && r.fault_addr == va,
	   "until it is freed");

	make_copy(&c[0], bo->va, bo->va, 64);
	fcn_cmd_set_signal(&c[0], 0);
	ok(!run_job(dev, cmd, c, 2, &r) && r.cause == FCN_CAUSE_DEADLOCK && r.fault_cmd == 1,
	   "a deadlock");

	make_copy(&c[0], bo->va, bo->va, 64);
	ok(!run_job(dev, cmd, c, 2, &r) && r.cause == FCN_CAUSE_NONE, "all is well again");
	dev->ops->bo_free(dev, cmd);
	dev->ops->bo_free(dev, bo);
}

static void test_submit(struct core_device *dev)
{
	struct bo *cmd = make_bo(dev, 4096), *bo = make_bo(dev, 8192);
	struct core_job job = { .cmd = cmd, .cmd_count = 65 };
	struct core_result r;
	uint64_t token, tokens[64];
	bool good = true;

	ok(dev->ops->submit(dev, &job, &token) == -EINVAL, "%s", error_message());
	job = (struct core_job){ .cmd = cmd, .cmd_offset = 32, .cmd_count = 1 };
	ok(dev->ops->submit(dev, &job, &token) == -EINVAL, "%s", error_message());
	job = (struct core_job){ .cmd = cmd, .cmd_offset = 8192, .cmd_count = 1 };
	ok(dev->ops->submit(dev, &job, &token) == -EINVAL, "%s", error_message());
	ok(dev->ops->wait(dev, 12345, 0, &r) == -EINVAL, "%s", error_message());

	fill(bo, 3);
	for (uint32_t i = 0; i < 32; i++)
		make_copy((struct fcn_cmd *)cmd->map + 2 * i, bo->va + 4096 + 64 * i,
			  bo->va + 64 * i, 64);
	for (uint32_t i = 0; i < 32; i++) {
		job = (struct core_job){ .cmd = cmd, .cmd_offset = 128 * i, .cmd_count = 2 };
		good = good && !dev->ops->submit(dev, &job, &tokens[i]);
	}
	for (int i = 31; i >= 0; i--)
		good = good && !dev->ops->wait(dev, tokens[i], INT64_MAX, &r) && !r.cause &&
		       (uint32_t)r.perf[0] == (uint32_t)tokens[i];
	ok(good && !memcmp(bo->map, (uint8_t *)bo->map + 4096, 2048),
	   "32 jobs at once, waited for from the last to the first");

	good = !dev->ops->submit(dev, &job, &token);
	while (dev->ops->wait(dev, token, 0, &r) == -ETIMEDOUT)
		;
	ok(good && dev->ops->wait(dev, token, 0, &r) == -EINVAL, "a token is used up by wait()");
	dev->ops->bo_free(dev, cmd);
	dev->ops->bo_free(dev, bo);
}

struct worker {
	struct core_device *dev;
	unsigned seed;
	bool good;
};

/* Copies, and frees and makes buffers, as fast as it can. */
static void *work(void *arg)
{
	struct worker *w = arg;
	struct bo *cmd = make_bo(w->dev, 4096);
	struct core_result r;
	struct fcn_cmd c[2];

	w->good = true;
	for (unsigned i = 0; i < 200; i++) {
		struct bo *from = make_bo(w->dev, 4096 * (i % 3 + 1));
		struct bo *to = make_bo(w->dev, 4096);

		fill(from, w->seed + i);
		make_copy(c, to->va, from->va, 1024);
		w->good = w->good && !run_job(w->dev, cmd, c, 2, &r) && !r.cause &&
			  !memcmp(from->map, to->map, 1024);
		w->dev->ops->bo_free(w->dev, from);
		w->dev->ops->bo_free(w->dev, to);
	}
	w->dev->ops->bo_free(w->dev, cmd);
	return NULL;
}

static void test_threads(struct core_device *dev)
{
	struct worker w[3];
	pthread_t thread[3];
	bool good = true;

	for (unsigned i = 0; i < 3; i++) {
		w[i] = (struct worker){ .dev = dev, .seed = 50 * i };
		pthread_create(&thread[i], NULL, work, &w[i]);
	}
	for (unsigned i = 0; i < 3; i++) {
		pthread_join(thread[i], NULL);
		good = good && w[i].good;
	}
	ok(good, "three threads share a device");
}

/* Leaves a job and its buffers to close(). */
static void test_close(void)
{
	struct core_device *dev = open_or_die(backend_model_open, "array=8x8");
	struct bo *cmd = make_bo(dev, 4096);
	const struct core_job job = { .cmd = cmd, .cmd_count = 2 };
	uint64_t token;

	make_copy(cmd->map, cmd->va + 2048, cmd->va, 64);
	for (int i = 0; i < 5; i++)
		dev->ops->submit(dev, &job, &token);
	dev->ops->close(dev);
	ok(true, "close with jobs that nobody waits for");
}

/* The Verilated core is slow to build: only where it is linked, and only little. */
static void test_rtl(void)
{
	struct core_device *dev;

	if (backend_rtl_open("array=8x8", &dev)) {
		ok(true, "the Verilated core # SKIP %s", error_message());
		return;
	}
	note("%s", dev->description);
	test_copy(dev);
	test_faults(dev);
	test_submit(dev);
	dev->ops->close(dev);
}

int main(void)
{
	struct core_device *dev = open_or_die(backend_model_open, "");

	test_options();
	test_memory(dev);
	test_copy(dev);
	test_faults(dev);
	test_submit(dev);
	test_threads(dev);
	dev->ops->close(dev);
	test_close();
	test_rtl();
	return tap_done();
}
