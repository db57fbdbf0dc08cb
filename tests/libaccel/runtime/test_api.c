// SPDX-License-Identifier: MIT
/*
 * What accel.h refuses, by code and words, and what only some devices have (fences, imports without a map, progress by commands), with the real
 * compiler, on the model of the core; its device's operations are the test's where a device of another kind is meant.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../onnx/tap.h"
#include "error.h"
#include "net_maker.h"
#include "runtime.h"

enum { C = 3, H = 6, W = 6, N = C * H * W, OUT = 8 };

static void need(int err)
{
	if (err >= 0)
		return;
	note("%s", error_message());
	exit(1);
}

static bool refused(int err, int wanted, const char *words)
{
	bool good = err == wanted && strstr(error_message(), words);

	ok(good, "%s", words);
	if (!good)
		note("%d: %s", err, error_message());
	return good;
}

/* A message is the last failing call's: one that succeeds says nothing. */
static int talkers;

static void before(void)
{
	error(-EIO, "said before");
}

static void after(const char *what)
{
	if (!strcmp(accel_error_message(), "said before"))
		return;
	note("%s: '%s'", what, accel_error_message());
	talkers++;
}

static struct accel_device *open_device(const char *uri)
{
	struct accel_device *dev;

	before();
	need(accel_device_open(uri, &dev));
	after(uri);
	return dev;
}

static struct accel_model *model_of(struct maker *m, int x)
{
	struct accel_model *model;

	if (!make_end(m, x))
		need(m->err);
	need(model_new(m->g, &model));
	return model;
}

/* Two convolutions; or behind them a product, for which the picture is flattened. */
static struct accel_model *convolutions(bool u8, bool product)
{
	struct maker m = maker_new(1, u8);
	int x = make_input(&m, 1, C, H, W);

	x = make_conv(&m, x, OUT, 3, 1, 1, 1, true);
	x = make_conv(&m, x, OUT, 1, 1, 0, 1, false);
	return model_of(&m, product ? make_gemm(&m, x, 5) : x);
}

static struct accel_program *compile(struct accel_model *m, struct accel_device *dev)
{
	struct accel_program *p;

	before();
	need(accel_compile(m, dev, NULL, &p));
	after("accel_compile()");
	return p;
}

static struct accel_array array(void *data, int channels)
{
	return (struct accel_array){ ACCEL_FLOAT32, 4, { 1, channels, H, W }, data, (size_t)channels * H * W * sizeof(float) };
}

static void fill(float *x)
{
	for (int i = 0; i < N; i++)
		x[i] = (float)(i * 37 % 101) / 50 - 1;
}

/* ---- models ---- */

static void test_models(void)
{
	struct accel_model *m = convolutions(false, false);
	struct accel_tensor_info info = { .size = sizeof(info) };
	const int64_t dim[4] = { 1, C, H, -1 };

	refused(accel_model_input(m, 1, &info), -EINVAL, "the model has no input 1; it has 1");
	refused(accel_model_output(m, -1, &info), -EINVAL, "the model has no output -1; it has 1");
	refused(accel_model_set_input_shape(m, 2, 4, dim), -EINVAL, "the model has no input 2; it has 1");
	refused(accel_model_set_input_shape(m, 0, 9, dim), -EINVAL, "a shape of rank 9 for input");
	refused(accel_model_set_input_shape(m, 0, 4, dim), -EINVAL, "dim 3 of the shape for input");
	accel_model_free(m);
}

static struct accel_model *float_model(void)
{
	const struct shape in = { 2, { 1, 8 } }, w = { 2, { 8, 4 } };
	struct graph *g = graph_new();
	int x = graph_add_tensor(g, "x", DTYPE_F32, &in), y = graph_add_tensor(g, "y", DTYPE_F32, NULL);
	struct accel_model *m;
	float data[32];

	for (int i = 0; i < 32; i++)
		data[i] = (float)(i * 7 % 11) / 5 - 1;
	need(graph_add_input(g, x));
	need(graph_add_node(g, OP_MATMUL, "product", 2, (int[]){ x, graph_add_const(g, "w", DTYPE_F32, &w, data) }, 1, &y));
	need(graph_add_output(g, y));
	need(model_new(g, &m));
	return m;
}

static void test_quantize(void)
{
	struct accel_quantize_options o = { .size = sizeof(o) };
	struct accel_model *m = float_model(), *q;
	float data[8] = { 1, -2, 3, -4, 5, 6, 7, 8 };
	struct accel_array x = { ACCEL_FLOAT32, 2, { 1, 8 }, data, sizeof(data) };

	refused(accel_model_quantize(m, &x, 0, &o, &q), -EINVAL, "0 samples; at least one is needed");
	o.range = (enum accel_range)7;
	refused(accel_model_quantize(m, &x, 1, &o, &q), -EINVAL, "the range 7 is none of enum accel_range");
	o.range = ACCEL_RANGE_ENTROPY;
	x.rank = 9;
	refused(accel_model_quantize(m, &x, 1, &o, &q), -EINVAL, "a sample for 'x' has rank 9; 0 to 8 are possible");
	x.rank = 2;
	x.dim[0] = -1;
	refused(accel_model_quantize(m, &x, 1, &o, &q), -EINVAL, "a sample for 'x' has a negative or too large dim");
	x.dim[0] = 1;
	ok(!accel_model_quantize(m, &x, 1, &o, &q) && q, "ranges by entropy");
	accel_model_free(q);
	o.size = 0;
	refused(accel_model_quantize(m, &x, 1, &o, &q), -EINVAL, "the field `size` of the options is 0");
	x.dim[1] = -8;
	refused(accel_array_save("never.npy", &x), -EINVAL, "never.npy: an array with a negative or too large dim");
	accel_model_free(m);
}

/* ---- programs ---- */

/* uint8 as it is, which the host leaves to the copy into the core's memory. */
static void test_bytes(struct accel_device *dev)
{
	const struct shape picture = { 4, { 1, 1, 4, 4 } };
	struct graph *g = graph_new();
	int x = graph_add_tensor(g, "x", DTYPE_U8, &picture), y = graph_add_tensor(g, "y", DTYPE_U8, NULL);
	uint8_t in[16], out[16] = { 0 };
	struct accel_array a = { ACCEL_UINT8, 4, { 1, 1, 4, 4 }, in, sizeof(in) }, b = a;
	struct accel_model *m;
	struct accel_program *p;
	bool good = true;

	need(graph_add_input(g, x));
	need(graph_add_node(g, OP_MAX_POOL, "pool", 1, &x, 1, &y));
	g->node[0].attr.conv =
		(struct conv_attr){ .spatial = 2, .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .group = 1 };
	need(graph_add_output(g, y));
	need(model_new(g, &m));
	p = compile(m, dev);
	b.data = out;
	for (int i = 0; i < 16; i++)
		in[i] = (uint8_t)(i * 17);
	need(accel_run(p, &a, &b));
	for (int i = 0; i < 16; i++)
		good = good && in[i] == out[i];
	ok(good && p->on_core[0], "bytes from and to the core");
	accel_program_free(p);
	accel_model_free(m);
}

static void test_program(struct accel_device *dev)
{
	struct accel_model *m = convolutions(false, false);
	struct accel_program_info info = { .size = sizeof(info) };
	struct accel_io_layout l = { .size = sizeof(l) };
	struct accel_layer_profile layer = { .size = sizeof(layer) };
	struct accel_device *other = open_device("model:array=8x8");
	struct accel_compile_options o = { 0 };
	struct accel_program *p;
	struct accel_buffer *buf;
	float x[N];
	struct accel_array in = array(x, C);

	refused(accel_compile(m, dev, &o, &p), -EINVAL, "the field `size` of the options is 0");
	p = compile(m, dev);
	need(accel_program_get_info(p, &info));
	ok(info.jobs == 1 && info.commands > 4 && info.cycles > 0 && info.constant_bytes > 0 && info.io_bytes > 0, "a program of %d job",
	   info.jobs);
	need(accel_program_layer(p, 0, &layer));
	ok(layer.macs == (uint64_t)H * W * OUT * 9 * C && layer.estimated_cycles && !layer.cycles && !layer.time_ns,
	   "before a run a layer's work and estimate are known, and nothing else");
	need(accel_program_output_layout(p, 0, &l));
	ok(l.channels == OUT && l.height == H && l.pixel_pitch == 8, "layout of the output");
	need(accel_buffer_create(other, l.bytes, &buf));
	ok(accel_buffer_size(buf) >= l.bytes, "a buffer has the size that was asked for");
	refused(accel_program_bind_output(p, 0, buf, 0), -EINVAL, "the buffer belongs to another device than the program");
	accel_buffer_free(buf);
	fill(x);
	refused(accel_run(p, NULL, NULL), -EINVAL, "no array is given for input");
	refused(accel_run(p, &in, NULL), -EINVAL, "no array is given for output");
	accel_program_free(p);
	accel_model_free(m);
	accel_device_close(other);
}

/* x for the core and, as it is, for the host. */
static void test_shared_input(struct accel_device *dev)
{
	struct maker m = maker_new(1, false);
	int y = make_conv(&m, make_input(&m, 1, C, H, W), OUT, 1, 1, 0, 1, false), z = graph_add_tensor(m.g, "z", DTYPE_F32, NULL);
	struct accel_buffer *buf;
	struct accel_model *model;
	struct accel_program *p;
	void *map;

	need(z);
	need(graph_add_node(m.g, OP_SOFTMAX, "softmax", 1, m.g->in, 1, &z));
	need(graph_add_output(m.g, z));
	need(graph_add_output(m.g, y));
	z = graph_add_tensor(m.g, "v", DTYPE_F32, NULL);
	need(graph_add_node(m.g, OP_SOFTMAX, "again", 1, &y, 1, &z));
	model = model_of(&m, z);
	p = compile(model, dev);
	need(accel_buffer_create(dev, 8192, &buf));
	refused(accel_program_bind_input(p, 0, buf, 0), -ENOTSUP, "is read on the host; use an array");
	refused(accel_program_bind_output(p, 0, buf, 0), -ENOTSUP, "output 'z' is made on the host; use an array");
	/* As an import whose exporter does not let it be mapped. */
	map = buf->bo->map;
	buf->bo->map = NULL;
	refused(accel_program_bind_output(p, 1, buf, 0), -ENOTSUP, "and the buffer's exporter does not let it be mapped");
	buf->bo->map = map;
	accel_buffer_free(buf);
	accel_program_free(p);
	accel_model_free(model);
}

/* x quantised twice, each time for the core: no buffer is both. */
static void test_two_forms(struct accel_device *dev)
{
	const struct shape picture = { 4, { 1, C, H, W } }, scalar = { 0, { 0 } };
	struct graph *g = graph_new();
	int x = graph_add_tensor(g, "x", DTYPE_F32, &picture);
	const int8_t zero = 0;
	float data[N];
	int8_t y[2][N];
	struct accel_array in = array(data, C), out[2];
	struct accel_io_layout l = { .size = sizeof(l) };
	struct accel_buffer *buf;
	struct accel_model *m;
	struct accel_program *p;

	need(graph_add_input(g, x));
	for (int i = 0; i < 2; i++) {
		const float scale = 0.02f * (float)(i + 1);
		int q = graph_add_tensor(g, NULL, DTYPE_I8, NULL), pooled = graph_add_tensor(g, NULL, DTYPE_I8, NULL);
		int s = graph_add_const(g, NULL, DTYPE_F32, &scalar, &scale), z = graph_add_const(g, NULL, DTYPE_I8, &scalar, &zero), n;

		need(graph_add_node(g, OP_QUANTIZE_LINEAR, "q", 3, (int[]){ x, s, z }, 1, &q));
		n = graph_add_node(g, OP_MAX_POOL, "pool", 1, &q, 1, &pooled);
		need(n);
		g->node[n].attr.conv =
			(struct conv_attr){ .spatial = 2, .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .group = 1 };
		need(graph_add_output(g, pooled));
		out[i] = array(y[i], C);
		out[i].dtype = ACCEL_INT8;
	}
	need(model_new(g, &m));
	p = compile(m, dev);
	need(accel_buffer_create(dev, 8192, &buf));
	refused(accel_program_bind_input(p, 0, buf, 0), -ENOTSUP, "is quantised for the core in more than one way");
	refused(accel_program_input_layout(p, 0, &l), -ENOTSUP, "input 'x' is quantised for the core in more than one way");
	fill(data);
	ok(!accel_run(p, &in, out) && p->on_core[1] && p->on_core[3] && abs(y[0][5] - 2 * y[1][5]) <= 1, "and an array serves both");
	accel_buffer_free(buf);
	accel_program_free(p);
	accel_model_free(m);
}

/* int8, and float from the same memory. */
static void test_two_outputs(struct accel_device *dev)
{
	struct maker m = maker_new(1, false);
	int y = make_conv(&m, make_input(&m, 1, C, H, W), OUT, 1, 1, 0, 1, false);
	struct accel_buffer *buf;
	struct accel_model *model;
	struct accel_program *p;
	void *map;

	need(graph_add_output(m.g, m.g->node[graph_producer(m.g, y)].in[0]));
	model = model_of(&m, y);
	p = compile(model, dev);
	need(accel_buffer_create(dev, 8192, &buf));
	need(accel_program_bind_output(p, 0, buf, 0));
	/* As an import whose exporter does not let it be mapped. */
	map = buf->bo->map;
	buf->bo->map = NULL;
	refused(accel_program_bind_output(p, 0, buf, 0), -ENOTSUP, "and the buffer's exporter does not let it be mapped");
	buf->bo->map = map;
	accel_buffer_free(buf);
	accel_program_free(p);
	accel_model_free(model);
}

/* An input that is an output as it is. */
static void test_passed_through(struct accel_device *dev)
{
	struct maker m = maker_new(1, false);
	int y = make_conv(&m, make_input(&m, 1, C, H, W), OUT, 1, 1, 0, 1, false);
	struct accel_buffer *buf;
	struct accel_model *model;
	struct accel_program *p;

	need(graph_add_output(m.g, m.g->in[0]));
	model = model_of(&m, y);
	p = compile(model, dev);
	need(accel_buffer_create(dev, 8192, &buf));
	refused(accel_program_bind_input(p, 0, buf, 0), -ENOTSUP, "is an output of the model too, which the host copies; use an array");
	accel_buffer_free(buf);
	accel_program_free(p);
	accel_model_free(model);
}

/* An output that nobody wants. */
static void test_absent_output(struct accel_device *dev)
{
	const struct shape row = { 2, { 1, 6 } };
	struct graph *g = graph_new();
	int x = graph_add_tensor(g, "x", DTYPE_F32, &row), y[3] = { 0, -1, 0 };
	float in[6] = { 1, 2, 3, 4, 5, 6 }, first[2], last[2];
	struct accel_array a = { ACCEL_FLOAT32, 2, { 1, 6 }, in, sizeof(in) };
	struct accel_array b[2] = { { ACCEL_FLOAT32, 2, { 1, 2 }, first, sizeof(first) }, { ACCEL_FLOAT32, 2, { 1, 2 }, last, sizeof(last) } };
	struct accel_model *m;
	struct accel_program *p;

	y[0] = graph_add_tensor(g, "first", DTYPE_F32, NULL);
	y[2] = graph_add_tensor(g, "last", DTYPE_F32, NULL);
	need(graph_add_input(g, x));
	need(graph_add_node(g, OP_SPLIT, "split", 1, &x, 3, y));
	g->node[0].attr.axis.axis = 1;
	need(graph_add_output(g, y[0]));
	need(graph_add_output(g, y[2]));
	need(model_new(g, &m));
	p = compile(m, dev);
	ok(!accel_run(p, &a, b) && first[1] == 2 && last[0] == 5, "an output that is absent");
	accel_program_free(p);
	accel_model_free(m);
}

static void test_kernels(void)
{
	static const char *const kernels[] = { "plain", "depthwise", "pointwise", "vnni", "xnnpack", "plain+depthwise+pointwise+vnni+xnnpack" };
	struct accel_model *m = convolutions(false, true);
	struct accel_device *host = open_device("host:reference"), *dev;
	struct accel_program *p = compile(m, host);
	struct accel_layer_profile l = { .size = sizeof(l) };
	float x[N], y[5], want[5];
	struct accel_array in = array(x, C), out = { ACCEL_FLOAT32, 2, { 1, 5 }, want, sizeof(want) };
	uint64_t macs = 0;

	fill(x);
	need(accel_run(p, &in, &out));
	for (int i = 0; i < accel_program_layer_count(p); i++) {
		need(accel_program_layer(p, i, &l));
		macs += l.macs;
	}
	ok(macs == (uint64_t)H * W * OUT * (9 * C + OUT) + (uint64_t)H * W * OUT * 5, "the reference's products are counted: %llu", (unsigned long long)macs);
	accel_program_free(p);
	accel_device_close(host);
	out.data = y;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		char uri[80];

		snprintf(uri, sizeof(uri), "host:kernels=%s", kernels[i]);
		dev = open_device(uri);
		p = compile(m, dev);
		ok(!accel_run(p, &in, &out) && !memcmp(y, want, sizeof(y)), "%s", uri);
		accel_program_free(p);
		accel_device_close(dev);
	}
	refused(accel_device_open("host:kernels=plain+fast", &dev), -EINVAL,
		"host: has no kernel 'fast'; it has plain, depthwise, pointwise, vnni and xnnpack");
	accel_model_free(m);
}

/* ---- jobs on a device with fences, whose driver reports commands ---- */

static const struct core_ops *real_ops;
static struct core_ops ops;
static sem_t gate;
static int fence_result, polls;

static int fake_fence(struct core_device *dev, uint64_t token)
{
	(void)dev;
	(void)token;
	sem_wait(&gate);
	return fence_result < 0 ? fence_result : eventfd(0, 0);
}

static int slow_wait(struct core_device *dev, uint64_t token, int64_t timeout_ns, struct core_result *result)
{
	return polls-- > 0 ? error(-ETIMEDOUT, "not yet") : real_ops->wait(dev, token, timeout_ns, result);
}

static void command_progress(struct core_device *dev, uint64_t token, struct core_progress *p)
{
	(void)dev;
	(void)token;
	*p = (struct core_progress){ .commands = polls ? 1 : 1000000 };
}

static void cycle_progress(struct core_device *dev, uint64_t token, struct core_progress *p)
{
	(void)dev;
	(void)token;
	*p = (struct core_progress){ .cycles = polls ? 0 : UINT64_MAX };
}

static int no_submit(struct core_device *dev, const struct core_job *job, uint64_t *token)
{
	(void)dev;
	(void)job;
	(void)token;
	return error(-EIO, "the driver takes no job");
}

static int fake_import(struct core_device *dev, int dmabuf_fd, struct bo **bo)
{
	return dmabuf_fd < 0 ? error(-EBADF, "no dma-buf") : real_ops->bo_create(dev, 4096, bo);
}

static void see(void *ctx, int done, int total)
{
	int *seen = ctx;

	seen[0] += done == 1 && total == 2;
	seen[1]++;
}

static void test_progress(struct accel_device *dev)
{
	struct accel_model *m = convolutions(false, false);
	struct accel_program *p = compile(m, dev);
	float x[N], y[OUT * H * W];
	struct accel_array in = array(x, C), out = array(y, OUT);

	fill(x);
	ops = *real_ops;
	ops.wait = slow_wait;
	for (int by_command = 0; by_command < 2; by_command++) {
		int seen[2] = { 0 };

		ops.progress = by_command ? command_progress : cycle_progress;
		polls = 2;
		dev->core->ops = &ops;
		accel_program_on_progress(p, see, seen);
		before();
		need(accel_run(p, &in, &out));
		after("accel_run()");
		dev->core->ops = real_ops;
		ok(seen[0] == 1 && seen[1] >= 2, "the first of two layers is seen done, by %s", by_command ? "command" : "time");
	}
	accel_program_free(p);
	accel_model_free(m);
}

static void test_import(struct accel_device *dev)
{
	struct accel_buffer *buf;

	refused(accel_buffer_import(dev, 0, &buf), -ENOTSUP, "shares no memory with other devices");
	ops = *real_ops;
	ops.bo_import = fake_import;
	dev->core->ops = &ops;
	refused(accel_buffer_import(dev, -1, &buf), -EBADF, "no dma-buf");
	ok(!buf && !accel_buffer_import(dev, 0, &buf) && accel_buffer_size(buf) == 4096, "an import has its exporter's size");
	accel_buffer_free(buf);
	dev->core->ops = real_ops;
}

static void test_fences(struct accel_device *dev)
{
	struct accel_model *m = convolutions(false, false);
	struct accel_program *p = compile(m, dev);
	float x[N], y[OUT * H * W];
	struct accel_array in = array(x, C), out = array(y, OUT);
	struct accel_job *job;
	int fd;

	fill(x);
	need(accel_submit(p, &in, &out, &job));
	refused(accel_job_fence(job), -ENOTSUP, "has no fences; use accel_job_wait()");
	need(accel_job_wait(job, INT64_MAX));
	accel_job_free(job);

	ops = *real_ops;
	ops.fence = fake_fence;
	dev->core->ops = &ops;
	/* The job stands in its fence, so it cannot be done. */
	need(accel_submit(p, &in, &out, &job));
	refused(accel_job_wait(job, 0), -ETIMEDOUT, "the job is not done yet");
	refused(accel_job_wait(job, 1000), -ETIMEDOUT, "the job is not done yet");
	sem_post(&gate);
	fd = accel_job_fence(job);
	ok(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC, "a fence of the caller's own");
	close(fd);
	need(accel_job_wait(job, INT64_MAX));
	accel_job_free(job);

	fence_result = -EMFILE;
	sem_post(&gate);
	need(accel_submit(p, &in, &out, &job));
	refused(accel_job_fence(job), -EMFILE, "a fence of the job could not be made");
	need(accel_job_wait(job, INT64_MAX));
	accel_job_free(job);

	ops.submit = no_submit;
	need(accel_submit(p, &in, &out, &job));
	refused(accel_job_fence(job), -EIO, "the driver takes no job");
	ops.submit = real_ops->submit;
	accel_job_free(job);
	accel_program_free(p);
	accel_model_free(m);

	/* Nor is there one of a run that the host does alone. */
	m = float_model();
	p = compile(m, dev);
	in = (struct accel_array){ ACCEL_FLOAT32, 2, { 1, 8 }, x, 8 * sizeof(float) };
	out = (struct accel_array){ ACCEL_FLOAT32, 2, { 1, 4 }, y, 4 * sizeof(float) };
	need(accel_submit(p, &in, &out, &job));
	refused(accel_job_fence(job), -ENOTSUP, "the core had nothing to do in this run");
	accel_job_free(job);
	accel_program_free(p);
	accel_model_free(m);
	dev->core->ops = real_ops;
}

static int list(void *ctx, const char *uri, const char *description)
{
	(void)uri;
	(void)description;
	++*(int *)ctx;
	return 0;
}

static void replace(void *ctx, int done, int total)
{
	struct accel_program *p = ctx;

	(void)done;
	(void)total;
	accel_program_on_progress(p, NULL, NULL);
}

static void test_messages(struct accel_device *dev)
{
	struct accel_compile_options o = { .size = sizeof(o), .layer_jobs = true };
	struct accel_device *any = open_device("auto");
	struct accel_model *m = convolutions(true, true);
	float x[N], y[5];
	struct accel_array in = array(x, C), out = { ACCEL_FLOAT32, 2, { 1, 5 }, y, sizeof(y) };
	struct accel_program *p;
	int n = 0;

	before();
	need(accel_compile(m, dev, &o, &p));
	after("accel_compile() of layers");
	fill(x);
	accel_program_on_progress(p, replace, p);
	need(accel_run(p, &in, &out));
	after("accel_program_on_progress() in a run");
	need(accel_device_list(list, &n));
	after("accel_device_list()");
	ok(!talkers && n, "calls that succeed leave the message as it was");
	accel_program_free(p);
	accel_model_free(m);
	accel_device_close(any);
}

int main(void)
{
	struct accel_device *dev = open_device("model:array=8x8");

	real_ops = dev->core->ops;
	sem_init(&gate, 0, 0);
	test_models();
	test_quantize();
	test_bytes(dev);
	test_program(dev);
	test_shared_input(dev);
	test_two_forms(dev);
	test_two_outputs(dev);
	test_passed_through(dev);
	test_absent_output(dev);
	test_kernels();
	test_progress(dev);
	test_import(dev);
	test_fences(dev);
	test_messages(dev);
	accel_device_close(dev);
	return tap_done();
}
