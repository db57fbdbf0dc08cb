/* SPDX-License-Identifier: MIT */
/* Programs on the model and the host, with a compiler that is faked (fake_plan.h). */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../onnx/tap.h"
#include "error.h"
#include "fake_plan.h"
#include "runtime.h"

enum { C = 3, H = 4, W = 5, N = C * H * W };

static const struct shape picture = { 4, { 1, C, H, W } }, scalar = { 0, { 0 } };

static void need(int err)
{
	if (err >= 0)
		return;
	note("%s", error_message());
	exit(1);
}

static int add(struct graph *g, enum op op, const char *name, int n_in, const int *in,
	       enum dtype dtype)
{
	int out = graph_add_tensor(g, NULL, dtype, NULL);

	need(out);
	need(graph_add_node(g, op, name, n_in, in, 1, &out));
	return out;
}

/* x -> Relu -> [Quantize -> Identity `name` -> Dequantize] -> Relu -> y, with or without Relus. */
static struct accel_model *make_model(const char *name, bool relus)
{
	struct graph *g = graph_new();
	float scale = 0.25f;
	int8_t zero = 3;
	int t = graph_add_tensor(g, "x", DTYPE_F32, &picture), s, z;
	struct accel_model *m;

	graph_add_input(g, t);
	s = graph_add_const(g, "scale", DTYPE_F32, &scalar, &scale);
	z = graph_add_const(g, "zero", DTYPE_I8, &scalar, &zero);
	if (relus)
		t = add(g, OP_LEAKY_RELU, "before", 1, &t, DTYPE_F32);
	t = add(g, OP_QUANTIZE_LINEAR, "q", 3, (int[]){ t, s, z }, DTYPE_I8);
	t = add(g, OP_IDENTITY, name, 1, &t, DTYPE_I8);
	t = add(g, OP_DEQUANTIZE_LINEAR, "d", 3, (int[]){ t, s, z }, DTYPE_F32);
	if (relus)
		t = add(g, OP_RELU, "behind", 1, &t, DTYPE_F32);
	graph_add_output(g, t);
	need(model_new(g, &m));
	return m;
}

static struct accel_array array(enum accel_dtype dtype, void *data, size_t size)
{
	return (struct accel_array){ dtype, 4, { 1, C, H, W }, data, size };
}

static void fill(float *x, unsigned seed)
{
	for (int i = 0; i < N; i++)
		x[i] = (float)((int)(i * 37 + seed * 11) % 199 - 99) * 0.11f;
	x[0] = NAN;
	x[1] = INFINITY;
	x[2] = -1e30f;
}

static struct accel_device *open_device(const char *uri)
{
	struct accel_device *dev;

	need(accel_device_open(uri, &dev));
	return dev;
}

static struct accel_program *compile(struct accel_model *m, struct accel_device *dev)
{
	struct accel_program *p;

	need(accel_compile(m, dev, NULL, &p));
	return p;
}

/* What the host says to the same model. */
static void expect(const char *name, bool relus, const float *x, float *y)
{
	struct accel_device *dev = open_device("host:");
	struct accel_model *m = make_model(name, relus);
	struct accel_program *p = compile(m, dev);
	struct accel_array in = array(ACCEL_FLOAT32, (void *)x, N * 4);
	struct accel_array out = array(ACCEL_FLOAT32, y, N * 4);

	accel_device_close(dev);
	accel_model_free(m);
	need(accel_run(p, &in, &out));
	accel_program_free(p);
}

static void test_run(struct accel_device *dev)
{
	struct accel_model *m = make_model("core", true);
	struct accel_program *p = compile(m, dev);
	struct accel_layer_profile l = { .size = sizeof(l) };
	struct accel_node_info node = { .size = sizeof(node) };
	float x[N], y[N] = { 0 }, want[N];
	struct accel_array in = array(ACCEL_FLOAT32, x, sizeof(x));
	struct accel_array out = array(ACCEL_FLOAT32, y, sizeof(y));

	accel_model_free(m);
	fill(x, 1);
	expect("core", true, x, want);
	ok(!accel_run(p, &in, &out) && !memcmp(y, want, sizeof(y)), "host, core, host: as the host");
	ok(accel_program_layer_count(p) == 3, "three layers");
	need(accel_program_layer(p, 1, &l));
	ok(l.on_core && !strcmp(l.name, "core") && l.bytes_read == 16 * H * W && l.cycles &&
	   l.bytes_written == l.bytes_read && !l.divided, "profile of the core");
	need(accel_program_layer(p, 2, &l));
	ok(!l.on_core && !l.cycles && l.start_cycle && l.time_ns && !strcmp(l.op, "Relu"),
	   "profile of the host");
	ok(accel_program_layer(p, 3, &l) == -EINVAL, "%s", accel_error_message());
	need(accel_program_node(p, 0, &node));
	ok(!node.on_core && !strcmp(node.reason, "not made for it"), "node %s: %s", node.name,
	   node.reason);
	need(accel_program_node(p, 1, &node));
	ok(node.on_core && !*node.reason, "node %s is the core's", node.name);
	ok(accel_program_node(p, -1, &node) == -EINVAL, "%s", accel_error_message());
	ok(accel_program_dump(p, "none", stdout) == -EINVAL, "%s", accel_error_message());

	in.dim[1] = 4;
	ok(accel_run(p, &in, &out) == -EINVAL, "%s", accel_error_message());
	in = array(ACCEL_INT8, x, sizeof(x));
	ok(accel_run(p, &in, &out) == -EINVAL, "%s", accel_error_message());
	in = array(ACCEL_FLOAT32, x, sizeof(x));
	out.data_size--;
	ok(accel_run(p, &in, &out) == -EINVAL, "%s", accel_error_message());
	ok(accel_run(p, NULL, NULL) == -EINVAL, "%s", accel_error_message());
	accel_program_free(p);
}

static void test_faults(struct accel_device *dev)
{
	static const struct {
		const char *name;
		int err;
	} fault[] = {
		{ "core_fault", -EFAULT }, { "core_illegal", -EPROTO }, { "core_deadlock", -EPROTO },
	};

	for (size_t i = 0; i < 3; i++) {
		struct accel_model *m = make_model(fault[i].name, i % 2);
		struct accel_program *p = compile(m, dev);
		float x[N] = { 0 }, y[N] = { [1] = 7 };
		struct accel_array in = array(ACCEL_FLOAT32, x, sizeof(x));
		struct accel_array out = array(ACCEL_FLOAT32, y, sizeof(y));
		struct accel_job *job;

		ok(accel_run(p, &in, &out) == fault[i].err, "%s", accel_error_message());
		need(accel_submit(p, &in, &out, &job));
		ok(accel_job_wait(job, INT64_MAX) == fault[i].err &&
		   accel_job_wait(job, 0) == fault[i].err && strstr(accel_error_message(), fault[i].name),
		   "each time it is asked");
		ok(y[1] == 7, "the output stays as it was");
		accel_job_free(job);
		accel_program_free(p);
		accel_model_free(m);
	}
}

static void test_jobs(struct accel_device *dev)
{
	enum { JOBS = 20 };
	struct accel_model *m = make_model("core", true);
	struct accel_program *p = compile(m, dev);
	struct accel_job *job[JOBS];
	float x[N], y[JOBS][N], want[N];
	bool good = true, kept = true;

	memset(y, 0, sizeof(y));
	for (unsigned i = 0; i < JOBS; i++) {
		struct accel_array in = array(ACCEL_FLOAT32, x, sizeof(x));
		struct accel_array out = array(ACCEL_FLOAT32, y[i], sizeof(y[i]));

		fill(x, i);
		need(accel_submit(p, &in, &out, &job[i]));
	}
	memset(x, 0xff, sizeof(x));
	accel_program_free(p);
	accel_model_free(m);
	for (int i = JOBS - 1; i >= 0; i--) {
		for (int k = 0; k < N; k++)
			kept = kept && y[i][k] == 0;
		if (i % 4)
			need(accel_job_wait(job[i], INT64_MAX));
		fill(x, (unsigned)i);
		expect("core", true, x, want);
		good = good && (i % 4 == 0 || !memcmp(y[i], want, sizeof(want)));
		accel_job_free(job[i]);
	}
	ok(good, "%d jobs of one program, with inputs of their own", JOBS);
	ok(kept, "outputs are written when they are waited for");
}

static void test_bind(struct accel_device *dev)
{
	struct accel_model *m = make_model("core", false);
	struct accel_program *p = compile(m, dev);
	struct accel_io_layout l = { .size = sizeof(l) };
	struct accel_buffer *in, *out;
	struct accel_device *host = open_device("host:");
	float x[N], y[N], want[N];
	struct accel_array a = array(ACCEL_FLOAT32, x, sizeof(x));
	struct accel_array b = array(ACCEL_FLOAT32, y, sizeof(y));
	uint8_t *from, *to;
	bool told = false;

	need(accel_program_input_layout(p, 0, &l));
	ok(l.width == W && l.height == H && l.channels == C && l.pixel_pitch == 16 &&
	   l.bytes == 16 * H * W && l.scale == 0.25f && l.zero_point == 3, "layout of the input");
	need(accel_buffer_create(dev, 4096, &in));
	need(accel_buffer_create(dev, l.bytes, &out));
	from = (uint8_t *)accel_buffer_map(in) + 128;
	to = accel_buffer_map(out);
	for (size_t i = 0; i < l.bytes; i++)
		from[i] = (uint8_t)(i * 5);

	ok(accel_program_bind_input(p, 0, in, 32) == -EINVAL, "%s", accel_error_message());
	ok(accel_program_bind_input(p, 0, in, 4096) == -EINVAL, "%s", accel_error_message());
	ok(accel_program_bind_input(p, 1, in, 0) == -EINVAL, "%s", accel_error_message());
	need(accel_program_bind_input(p, 0, in, 128));
	need(accel_program_bind_output(p, 0, out, 0));
	ok(!accel_run(p, NULL, NULL) && !memcmp(from, to, l.bytes), "from buffer to buffer");
	for (int i = 0; i < p->n_used; i++)
		told |= p->used[i] == in->bo && p->used_range[i].start == 128 && p->used_range[i].bytes == l.bytes;
	ok(told, "the device is told which part of a buffer it is");

	need(accel_program_bind_output(p, 0, NULL, 0));
	ok(!accel_run(p, NULL, &b) && y[1] == (float)((int8_t)from[16] - 3) * 0.25f,
	   "from buffer to array");
	need(accel_program_bind_input(p, 0, NULL, 0));
	fill(x, 9);
	expect("core", false, x, want);
	ok(!accel_run(p, &a, &b) && !memcmp(y, want, sizeof(y)), "and back to arrays");

	need(accel_program_bind_output(p, 0, out, 0));
	accel_buffer_free(out);
	accel_buffer_free(in);
	ok(!accel_run(p, &a, NULL), "a bound buffer lives as long as it is bound");
	ok(accel_buffer_export(p->binding[3].buf) == -ENOTSUP, "%s",
	   accel_error_message());
	ok(accel_buffer_create(host, 64, &in) == -ENOTSUP && !in, "%s", accel_error_message());
	ok(accel_buffer_import(dev, 0, &in) == -ENOTSUP && !in, "%s", accel_error_message());
	accel_device_close(host);
	accel_program_free(p);
	accel_model_free(m);

	m = make_model("core", true);
	p = compile(m, dev);
	ok(accel_program_input_layout(p, 0, &l) == -ENOTSUP, "%s", accel_error_message());
	accel_program_free(p);
	accel_model_free(m);
}

/* An output that is an input of the core's next job as well, for which the host takes it out of the buffer. */
static void test_bind_between(struct accel_device *dev)
{
	struct graph *g = graph_new();
	const float scale = 0.25f;
	const int8_t zero = 3;
	int t = graph_add_tensor(g, "x", DTYPE_F32, &picture), s, z;
	struct accel_model *m;
	struct accel_program *p;
	struct accel_buffer *buf;
	float x[N], y[N], want[N];
	struct accel_array a = array(ACCEL_FLOAT32, x, sizeof(x)), b[2] = { { 0 }, array(ACCEL_FLOAT32, y, sizeof(y)) };
	void *map;

	graph_add_input(g, t);
	s = graph_add_const(g, "scale", DTYPE_F32, &scalar, &scale);
	z = graph_add_const(g, "zero", DTYPE_I8, &scalar, &zero);
	for (int i = 0; i < 2; i++) {
		t = add(g, OP_QUANTIZE_LINEAR, i ? "q2" : "q", 3, (int[]){ t, s, z }, DTYPE_I8);
		t = add(g, OP_IDENTITY, i ? "core2" : "core", 1, &t, DTYPE_I8);
		t = add(g, OP_DEQUANTIZE_LINEAR, i ? "d2" : "d", 3, (int[]){ t, s, z }, DTYPE_F32);
		graph_add_output(g, t);
	}
	need(model_new(g, &m));
	p = compile(m, dev);
	need(accel_buffer_create(dev, 4096, &buf));
	map = buf->bo->map;
	/* As an import whose exporter does not let it be mapped. */
	buf->bo->map = NULL;
	ok(accel_program_bind_output(p, 0, buf, 0) == -ENOTSUP, "%s", accel_error_message());
	ok(!accel_program_bind_output(p, 1, buf, 0) && !accel_program_bind_input(p, 0, buf, 0),
	   "what the core alone uses need not be mapped");
	need(accel_program_bind_output(p, 1, NULL, 0));
	need(accel_program_bind_input(p, 0, NULL, 0));
	buf->bo->map = map;
	need(accel_program_bind_output(p, 0, buf, 0));
	fill(x, 9);
	expect("core", false, x, want);
	ok(!accel_run(p, &a, b) && !memcmp(y, want, sizeof(y)), "a bound output is the next job's input");
	accel_buffer_free(buf);
	accel_program_free(p);
	accel_model_free(m);
}

struct seen {
	int calls, last, total;
	bool rising;
};

static void see(void *ctx, int done, int total)
{
	struct seen *s = ctx;

	s->rising = s->rising && done >= s->last && done <= total;
	s->last = done;
	s->total = total;
	s->calls++;
}

static void test_progress(struct accel_device *dev)
{
	struct seen s = { .rising = true };
	struct accel_program *p;
	struct accel_model *m = make_model("core", true);
	float x[N] = { 0 }, y[N];
	struct accel_array in = array(ACCEL_FLOAT32, x, sizeof(x));
	struct accel_array out = array(ACCEL_FLOAT32, y, sizeof(y));

	fake_plan_copies = 1 << 20;
	p = compile(m, dev);
	fake_plan_copies = 1;
	accel_program_on_progress(p, see, &s);
	need(accel_run(p, &in, &out));
	ok(s.rising && s.last == 3 && s.total == 3 && s.calls >= 5,
	   "progress is shown while a job runs (%d times)", s.calls);
	accel_program_free(p);
	accel_model_free(m);
}

struct worker {
	struct accel_program *p;
	unsigned seed;
	bool good;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	float x[N], y[N], want[N];
	struct accel_array in = array(ACCEL_FLOAT32, x, sizeof(x));
	struct accel_array out = array(ACCEL_FLOAT32, y, sizeof(y));

	w->good = true;
	for (unsigned i = 0; i < 30; i++) {
		fill(x, w->seed + i);
		expect("core", true, x, want);
		w->good = w->good && !accel_run(w->p, &in, &out) && !memcmp(y, want, sizeof(y));
	}
	return NULL;
}

static void test_threads(struct accel_device *dev)
{
	struct accel_model *m = make_model("core", true);
	struct accel_program *p[2] = { compile(m, dev), compile(m, dev) };
	struct worker w[4];
	pthread_t thread[4];
	bool good = true;

	accel_model_free(m);
	for (unsigned i = 0; i < 4; i++) {
		w[i] = (struct worker){ .p = p[i % 2], .seed = i };
		pthread_create(&thread[i], NULL, work, &w[i]);
	}
	for (unsigned i = 0; i < 4; i++) {
		pthread_join(thread[i], NULL);
		good = good && w[i].good;
	}
	ok(good, "four threads, two programs, one device");
	accel_program_free(p[0]);
	accel_program_free(p[1]);
}

static int list(void *ctx, const char *uri, const char *description)
{
	struct accel_device *dev = open_device(uri);
	struct accel_device_info info = { .size = sizeof(info) };

	need(accel_device_get_info(dev, &info));
	note("%s: %s (%s)", uri, description, info.description);
	accel_device_close(dev);
	++*(int *)ctx;
	return 0;
}

static void test_devices(void)
{
	static const char *const bad[] = {
		"", "x", "rtl", ":", "gpu:", "host:fast", "model:array=7x7", "drm:/dev/accel/99",
	};
	struct accel_device_info info = { .size = sizeof(info) };
	struct accel_device *dev;
	int n = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int err = accel_device_open(bad[i], &dev);

		ok((err == -EINVAL || err == -ENODEV) && !dev, "'%s': %s", bad[i],
		   accel_error_message());
	}
	accel_device_close(NULL);
	need(accel_device_list(list, &n));
	ok(n >= 2, "%d devices, all of which open", n);
	dev = open_device("auto");
	info.size = 3;
	ok(accel_device_get_info(dev, &info) == -EINVAL, "%s", accel_error_message());
	accel_device_close(dev);
}

static void test_arrays(const char *folder)
{
	float x[N];
	struct accel_array a = array(ACCEL_FLOAT32, x, sizeof(x)), b;
	struct stat st;
	char path[4096];

	fill(x, 5);
	snprintf(path, sizeof(path), "%s/a.npy", folder);
	need(accel_array_save(path, &a));
	need(accel_array_load(path, &b));
	ok(b.dtype == ACCEL_FLOAT32 && b.rank == 4 && b.dim[3] == W && b.data_size == sizeof(x) &&
	   !memcmp(b.data, x, sizeof(x)), "an array through a file");
	free(b.data);
	snprintf(path, sizeof(path), "%s/pipe.npy", folder);
	unlink(path);
	ok(!mkfifo(path, 0600) && accel_array_save(path, &a) == -EINVAL, "%s",
	   accel_error_message());
	ok(!stat(path, &st) && S_ISFIFO(st.st_mode), "what is no regular file is not replaced");
	a.data_size = 7;
	ok(accel_array_save(path, &a) == -EINVAL, "%s", accel_error_message());
	a.rank = 9;
	ok(accel_array_save(path, &a) == -EINVAL, "%s", accel_error_message());
	ok(accel_array_load("/nonexistent.npy", &b) == -ENOENT, "%s", accel_error_message());
}

int main(int argc, char **argv)
{
	struct accel_device *dev = open_device("model:array=8x8");

	test_devices();
	test_arrays(argc > 1 ? argv[1] : ".");
	test_run(dev);
	test_faults(dev);
	test_jobs(dev);
	test_bind(dev);
	test_bind_between(dev);
	test_progress(dev);
	test_threads(dev);
	accel_device_close(dev);
	return tap_done();
}
