// SPDX-License-Identifier: MIT
/*
 * libaccel's own calls on a real driver, as far as accelctl does not make them: runs in the background with
 * a fence, buffers of the application as inputs and outputs, dma-bufs in and out.  accelctl_verify.sh runs it.
 *
 *   libaccel_api MODEL.onnx      a model of one input and one output, all of it on the core
 *
 * Prints one line a check; exit status 1 if one failed, 4 without a device.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/sync_file.h>
#include <linux/udmabuf.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "accel.h"

static int failed;

static bool check(bool good, const char *what)
{
	printf("%s: %s%s%s\n", good ? "good" : "BAD", what, good ? "" : ": ",
	       good ? "" : accel_error_message());
	failed |= !good;
	return good;
}

static void need(int err, const char *what)
{
	if (err < 0 && !check(false, what))
		exit(1);
}

static struct accel_array make_array(const struct accel_tensor_info *info)
{
	struct accel_array a = { .dtype = info->dtype, .rank = info->rank };

	a.data_size = accel_dtype_size(info->dtype);
	for (int i = 0; i < info->rank; i++) {
		a.dim[i] = info->dim[i];
		a.data_size *= (size_t)info->dim[i];
	}
	a.data = calloc(1, a.data_size);
	return a;
}

static void fill(struct accel_array *a)
{
	uint32_t state = 1;

	for (size_t i = 0; i < a->data_size / sizeof(float); i++) {
		state = state * 1664525 + 1013904223;
		((float *)a->data)[i] = (float)(int32_t)state / 2147483648.0f;
	}
}

struct test {
	struct accel_device *dev;
	struct accel_model *model;
	struct accel_program *prog;
	struct accel_array in, out, want;
};

/* The fence is a sync file that signals no later than the job is done, without an error. */
static void test_fence(struct test *t)
{
	struct sync_file_info info = { .flags = 0 };
	struct pollfd p = { .events = POLLIN };
	struct accel_job *job;

	need(accel_submit(t->prog, &t->in, &t->out, &job), "submit");
	p.fd = accel_job_fence(job);
	if (check(p.fd >= 0, "a job's fence")) {
		check(poll(&p, 1, 60000) == 1, "the fence signals");
		check(!ioctl(p.fd, SYNC_IOC_FILE_INFO, &info) && info.status == 1,
		      "it has no error");
		close(p.fd);
	}
	check(!accel_job_wait(job, INT64_MAX), "the job is done");
	check(!memcmp(t->out.data, t->want.data, t->want.data_size), "its output is right");
	p.fd = accel_job_fence(job);
	check(p.fd >= 0 && poll(&p, 1, 0) == 1, "a fence of a job that is done");
	close(p.fd);
	accel_job_free(job);
}

/* Two runs that are queued at once. */
static void test_two(struct test *t)
{
	struct accel_array other = t->out;
	struct accel_job *a, *b;

	other.data = calloc(1, other.data_size);
	memset(t->out.data, 0, t->out.data_size);
	need(accel_submit(t->prog, &t->in, &t->out, &a), "submit");
	need(accel_submit(t->prog, &t->in, &other, &b), "submit a second");
	check(!accel_job_wait(b, INT64_MAX) && !accel_job_wait(a, INT64_MAX), "two jobs at once");
	check(!memcmp(t->out.data, t->want.data, t->want.data_size) &&
	      !memcmp(other.data, t->want.data, t->want.data_size), "both outputs are right");
	accel_job_free(a);
	accel_job_free(b);
	free(other.data);
}

/* Memory of somebody else's: a memfd behind udmabuf.  -1: this kernel has none. */
static int make_dmabuf(size_t size, int *memfd)
{
	struct udmabuf_create create = { .flags = UDMABUF_FLAGS_CLOEXEC };
	int dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), fd = -1;

	*memfd = memfd_create("output", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	create.memfd = (uint32_t)*memfd;
	create.size = (size + 4095) / 4096 * 4096;
	if (dev >= 0 && !ftruncate(*memfd, (off_t)create.size) &&
	    !fcntl(*memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		fd = ioctl(dev, UDMABUF_CREATE, &create);
	close(dev);
	return fd;
}

/* The core writes into the dma-buf; the same bytes as into a buffer of the device's own. */
static void test_dmabuf(struct test *t)
{
	struct accel_io_layout l = { .size = sizeof(l) };
	struct accel_buffer *own, *import;
	int memfd, dmabuf, export;
	uint8_t *map;

	need(accel_program_output_layout(t->prog, 0, &l), "the output's layout");
	need(accel_buffer_create(t->dev, l.bytes, &own), "a buffer");
	need(accel_program_bind_output(t->prog, 0, own, 0), "bind it");
	check(!accel_run(t->prog, &t->in, NULL), "run into a buffer");
	dmabuf = make_dmabuf(l.bytes, &memfd);
	if (dmabuf >= 0) {
		need(accel_buffer_import(t->dev, dmabuf, &import), "import a dma-buf");
		check(accel_buffer_map(import) != NULL, "its memory");
		need(accel_program_bind_output(t->prog, 0, import, 0), "bind it");
		check(!accel_run(t->prog, &t->in, NULL), "run into a dma-buf");
		map = mmap(NULL, l.bytes, PROT_READ, MAP_SHARED, memfd, 0);
		check(map != MAP_FAILED && !memcmp(map, accel_buffer_map(own), l.bytes),
		      "its owner sees the same bytes");
		munmap(map, l.bytes);
		accel_buffer_free(import);
		close(dmabuf);
	}
	close(memfd);
	export = accel_buffer_export(own);
	if (check(export >= 0, "export a buffer")) {
		map = mmap(NULL, l.bytes, PROT_READ, MAP_SHARED, export, 0);
		check(map != MAP_FAILED && !memcmp(map, accel_buffer_map(own), l.bytes),
		      "the export has the same bytes");
		munmap(map, l.bytes);
		close(export);
	}
	need(accel_program_bind_output(t->prog, 0, NULL, 0), "back to arrays");
	accel_buffer_free(own);
	memset(t->out.data, 0, t->out.data_size);
	check(!accel_run(t->prog, &t->in, &t->out) &&
	      !memcmp(t->out.data, t->want.data, t->want.data_size), "the output is right again");
}

static void run_on_host(struct test *t)
{
	struct accel_device *host;
	struct accel_program *prog;

	need(accel_device_open("host:", &host), "open host:");
	need(accel_compile(t->model, host, NULL, &prog), "compile for host:");
	need(accel_run(prog, &t->in, &t->want), "run on host:");
	accel_program_free(prog);
	accel_device_close(host);
}

int main(int argc, char **argv)
{
	struct accel_tensor_info in = { .size = sizeof(in) }, out = { .size = sizeof(out) };
	struct test t;

	if (argc != 2) {
		fprintf(stderr, "usage: libaccel_api MODEL.onnx\n");
		return 2;
	}
	if (accel_device_open("drm:", &t.dev)) {
		printf("%s\n", accel_error_message());
		return 4;
	}
	need(accel_model_load(argv[1], &t.model), "load the model");
	need(accel_model_input(t.model, 0, &in), "its input");
	need(accel_model_output(t.model, 0, &out), "its output");
	t.in = make_array(&in);
	t.out = make_array(&out);
	t.want = make_array(&out);
	fill(&t.in);
	run_on_host(&t);
	need(accel_compile(t.model, t.dev, NULL, &t.prog), "compile");
	/* Everything else is freed in another order than it was made. */
	accel_model_free(t.model);
	accel_device_close(t.dev);
	test_fence(&t);
	test_two(&t);
	test_dmabuf(&t);
	accel_program_free(t.prog);
	free(t.in.data);
	free(t.out.data);
	free(t.want.data);
	return failed;
}
