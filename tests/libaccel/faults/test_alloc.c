/* SPDX-License-Identifier: MIT */
/*
 * Memory that runs out at every point of a model's life, from the file to its results, on every
 * device in process: each function of accel.h must fail with -ENOMEM and a message, hand out nothing,
 * leave no half-written file and no output, leak nothing, and work when it is called again.
 *
 *   test_alloc FOLDER
 *
 * Every function is swept twice: the nth allocation fails and later ones do not; it fails with all
 * later ones.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failing.h"
#include "fcn_sim.h"
#include "net.h"
#include "onnx_write.h"

#include "../onnx/tap.h"
#include "accel.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#else
/* make coverage builds without. */
static int __lsan_do_recoverable_leak_check(void)
{
	return 0;
}
#endif

enum { WRONG = 1 };	/* what a step returns besides an errno: it did something else than it should */

static const char *folder;
static void *bytes;		/* a float model */
static size_t bytes_size;

static struct accel_device *dev;
static struct accel_model *model, *quantised;
static struct accel_program *prog;
static struct accel_buffer *buffer;
static struct accel_array x, y, expected, loaded;
static const char *uri;

static char *path_of(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* Verilator's runtime does not look at what malloc() returns: the Verilated core starts unharmed. */
int __real_fcn_sim_create(const struct fcn_sim_config *config, struct fcn_sim **sim);
int __wrap_fcn_sim_create(const struct fcn_sim_config *config, struct fcn_sim **sim);
int __wrap_fcn_sim_create(const struct fcn_sim_config *config, struct fcn_sim **sim)
{
	int err;

	failing_pause(true);
	err = __real_fcn_sim_create(config, sim);
	failing_pause(false);
	return err;
}

/* ---- steps ---- */

static int load_memory(void)
{
	return accel_model_load_memory(bytes, bytes_size, &model);
}

static int load_file(void)
{
	return accel_model_load(path_of("float.onnx"), &model);
}

static void drop_model(void)
{
	accel_model_free(model);
	model = NULL;
}

static int set_shape(void)
{
	const int64_t dim[4] = { 1, 2, 8, 8 };

	return accel_model_set_input_shape(model, 0, 4, dim);
}

static int quantise(void)
{
	return accel_model_quantize(model, &x, 1, NULL, &quantised);
}

static void drop_quantised(void)
{
	accel_model_free(quantised);
	quantised = NULL;
}

/* A file that is not there stays away. */
static int save_model(void)
{
	int err = accel_model_save(quantised, path_of("saved.onnx"));

	return err && !access(path_of("saved.onnx"), F_OK) ? WRONG : err;
}

static void drop_saved(void)
{
	unlink(path_of("saved.onnx"));
}

static int open_device(void)
{
	return accel_device_open(uri, &dev);
}

static void close_device(void)
{
	accel_device_close(dev);
	dev = NULL;
}

static int compile(void)
{
	return accel_compile(quantised, dev, NULL, &prog);
}

static int compile_layers(void)
{
	struct accel_compile_options o = { .size = sizeof(o), .layer_jobs = true };

	return accel_compile(quantised, dev, &o, &prog);
}

static void drop_program(void)
{
	accel_program_free(prog);
	prog = NULL;
}

static int result(int err)
{
	if (!err && expected.data && memcmp(y.data, expected.data, y.data_size))
		return WRONG;
	/* Nothing is written of a run that fails. */
	for (size_t i = 0; err && i < y.data_size; i++)
		if (((unsigned char *)y.data)[i] != 0x5a)
			return WRONG;
	return err;
}

static int run(void)
{
	memset(y.data, 0x5a, y.data_size);
	return result(accel_run(prog, &x, &y));
}

static int submit(void)
{
	struct accel_job *job;
	int err;

	memset(y.data, 0x5a, y.data_size);
	err = accel_submit(prog, &x, &y, &job);
	if (!err)
		err = accel_job_wait(job, INT64_MAX);
	else if (job)
		return WRONG;
	accel_job_free(job);
	return result(err);
}

static int dump(void)
{
	static const char *const stage[] = { "import", "lower", "partition", "schedule", "allocate", "emit" };
	FILE *f = fopen("/dev/null", "w");
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(stage) / sizeof(stage[0]); i++)
		err = accel_program_dump(prog, stage[i], f);
	fclose(f);
	return err;
}

static int create_buffer(void)
{
	return accel_buffer_create(dev, 5000, &buffer);
}

static void drop_buffer(void)
{
	accel_buffer_free(buffer);
	buffer = NULL;
}

static int save_array(void)
{
	int err = accel_array_save(path_of("saved.onnx"), &x);

	return err && !access(path_of("saved.onnx"), F_OK) ? WRONG : err;
}

static int load_array(void)
{
	int err = accel_array_load(path_of("x.npy"), &loaded);

	return err && loaded.data ? WRONG : err;
}

static void drop_array(void)
{
	free(loaded.data);
	loaded.data = NULL;
}

/* ---- sweeps ---- */

struct count {
	long all, failed, unneeded, other;
};

static void nothing(void)
{
}

/* The object that a step leaves: NULL as long as it fails. */
static bool handed_out(void *const *object)
{
	return object && *object;
}

static void try(const char *name, int (*step)(void), void (*undo)(void), void *const *object, struct count *c, long n,
		bool all)
{
	struct accel_device *none;
	int err;

	/* What an earlier failure left as the message does not count. */
	accel_device_open("gpu:", &none);
	failing_start(n, all);
	err = step();
	c->failed += failing_end();
	c->unneeded += !err;
	if (err && (err != -ENOMEM || !strstr(accel_error_message(), "emory") || handed_out(object))) {
		if (c->other++ < 3)
			note("%s: allocation %ld: %d: %s", name, n, err, accel_error_message());
	}
	if (!err)
		undo();
}

/* Leaves what the step makes. */
static struct count sweep_once(const char *name, int (*step)(void), void (*undo)(void), void *const *object, bool all)
{
	struct count c = { 0 };
	int err;

	failing_start(LONG_MAX, false);
	err = step();
	failing_end();
	c.all = failing_count();
	if (!err)
		undo();
	for (long n = 1; !err && n <= c.all; n++)
		try(name, step, undo, object, &c, n, all);
	if (!err)
		err = step();
	c.other += err != 0;
	if (err)
		note("%s: without a failure: %d: %s", name, err, accel_error_message());
	return c;
}

/*
 * Leaves what the step makes.  unneeded: how many allocations it may do without, such as those of a
 * fold, or of a table that only makes it faster.
 */
static void sweep(const char *name, int (*step)(void), void (*undo)(void), void *const *object, long unneeded)
{
	const char *on = uri ? uri : "", *space = uri ? " " : "";
	struct count one = sweep_once(name, step, undo, object, false), all;
	int leak;

	undo();
	all = sweep_once(name, step, undo, object, true);
	leak = __lsan_do_recoverable_leak_check();
	ok(!one.other && !all.other && one.all > 0 && one.failed == one.all && all.failed == all.all && one.unneeded <= unneeded && !leak,
	   "%s%s%s: each of %ld allocations fails in turn, alone or with all later ones (%ld are not needed)", on, space,
	   name, one.all, one.unneeded);
}

/* ---- the order of things ---- */

static void make_float_model(void)
{
	struct graph *g = net_new();
	int in = net_input(g, "x", 1, 2, 8, 8), a = net_conv(g, "conv", in, 2, 4, 3, 1, 1, false), b;

	a = net_unary(g, OP_RELU, "relu", net_batch_norm(g, "bn", a, 4));
	b = net_deconv(g, "up", net_pool(g, OP_MAX_POOL, "pool", a, 2), 4, 4, 2, 2, true);
	a = net_binary(g, OP_ADD, "add", net_unary(g, OP_SIGMOID, "sigmoid", a), b);
	a = net_concat(g, "concat", a, b);
	b = net_unary(g, OP_SOFTMAX, "softmax", a);	/* the host's */
	g->node[g->n_node - 1].attr.axis.axis = 1;
	net_output(g, b);
	if (graph_infer(g, NULL) || onnx_write_memory(g, &bytes, &bytes_size) ||
	    onnx_write(g, path_of("float.onnx")))
		abort();
	graph_free(g);
}

static void make_arrays(void)
{
	x = (struct accel_array){ ACCEL_FLOAT32, 4, { 1, 2, 8, 8 }, NULL, 128 * sizeof(float) };
	y = (struct accel_array){ ACCEL_FLOAT32, 4, { 1, 8, 8, 8 }, NULL, 512 * sizeof(float) };
	x.data = malloc(x.data_size);
	y.data = malloc(y.data_size);
	for (int i = 0; i < 128; i++)
		((float *)x.data)[i] = (float)(i * 37 % 101) / 50 - 1;
}

static void device(const char *name)
{
	struct accel_device_info info = { .size = sizeof(info) };

	uri = name;
	sweep("open", open_device, close_device, (void **)&dev, 0);
	if (!dev)
		return;
	accel_device_get_info(dev, &info);
	if (!info.cycles_real) {
		sweep("compile", compile, drop_program, (void **)&prog, 5);
		drop_program();
	}
	if (info.has_core && !info.cycles_real) {
		sweep("compile, a job for each layer", compile_layers, drop_program, (void **)&prog, 5);
		drop_program();
	}
	if (compile())
		abort();
	sweep("dump", dump, nothing, NULL, 0);
	sweep("run", run, nothing, NULL, 2);
	if (!expected.data) {
		expected = y;
		expected.data = malloc(y.data_size);
		memcpy(expected.data, y.data, y.data_size);
	}
	sweep("submit and wait", submit, nothing, NULL, 2);
	if (info.has_core) {
		sweep("create a buffer", create_buffer, drop_buffer, (void **)&buffer, 0);
		drop_buffer();
	}
	drop_program();
	close_device();
	uri = NULL;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: %s FOLDER DEVICE...\n", argv[0]);
		return 2;
	}
	folder = argv[1];
	setvbuf(stdout, NULL, _IOLBF, 0);
	make_float_model();
	make_arrays();
	sweep("load from memory", load_memory, drop_model, (void **)&model, 2);
	drop_model();
	sweep("load from a file", load_file, drop_model, (void **)&model, 2);
	sweep("set a shape", set_shape, nothing, NULL, 2);
	sweep("quantise", quantise, drop_quantised, (void **)&quantised, 2);
	sweep("save a model", save_model, drop_saved, NULL, 0);
	drop_saved();
	sweep("save an array", save_array, drop_saved, NULL, 0);
	rename(path_of("saved.onnx"), strcpy((char[4096]){ 0 }, path_of("x.npy")));
	sweep("load an array", load_array, drop_array, NULL, 0);
	drop_array();
	for (int i = 2; i < argc; i++)
		device(argv[i]);
	drop_quantised();
	drop_model();
	free(expected.data);
	free(x.data);
	free(y.data);
	free(bytes);
	return tap_done();
}
