/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: any model through the public interface, as an application would take it: load, give
 * open dims a size, compile, ask for everything there is to ask, run.  On the functional model of
 * the core and on the host, whose outputs must be equal; errors are fine, but for errors of a
 * device: what the compiler emits the core must accept and finish.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accel.h"
#include "graph.h"
#include "onnx.h"

#define MAX_IO 6
#define MAX_NODES 100
#define MAX_ELEMENTS 60000 /* of all tensors: runs are to be short */
#define MAX_CYCLES 1000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct accel_device *devices[3]; /* two cores, and the host */

static void open_devices(void)
{
	static const char *const uri[3] = { "model:array=16x16", "model:array=8x8", "host:" };

	for (int i = 0; i < 3; i++)
		if (!devices[i] && accel_device_open(uri[i], &devices[i])) {
			fprintf(stderr, "%s\n", accel_error_message());
			abort();
		}
}

/* What a model asks for must be small; hostile ones that ask for much are refused or slow. */
static bool is_small(const struct graph *g)
{
	int64_t sum = 0;

	for (int i = 0; i < g->n_tensor; i++) {
		const struct tensor *t = &g->tensor[i];

		if (!t->shape_known || shape_count(&t->shape) > MAX_ELEMENTS)
			return false;
		sum += shape_count(&t->shape);
	}
	return sum <= MAX_ELEMENTS;
}

/* Open dims become 3; shape: of the inputs. */
static bool plan_shapes(const uint8_t *data, size_t size, struct shape *shape, bool *small)
{
	struct graph *g;
	bool good = false;

	if (onnx_load_memory(data, size, &g))
		return false;
	if (g->n_in <= MAX_IO && g->n_out <= MAX_IO && g->n_node <= MAX_NODES) {
		for (int i = 0; i < g->n_in; i++) {
			const struct shape *s = &g->tensor[g->in[i]].shape;

			shape[i] = *s;
			if (s->rank < 0)
				shape[i].rank = 4;
			for (int k = 0; k < shape[i].rank; k++)
				if (s->rank < 0 || s->dim[k] < 0)
					shape[i].dim[k] = 3;
		}
		good = true;
		*small = !graph_infer(g, shape) && is_small(g);
	}
	graph_free(g);
	return good;
}

/* false: a model that says to be small and declares an output that is not. */
static bool make_array(struct accel_array *a, const struct accel_tensor_info *info)
{
	size_t n = accel_dtype_size(info->dtype);

	memset(a, 0, sizeof(*a));
	a->dtype = info->dtype;
	a->rank = info->rank;
	for (int i = 0; i < a->rank; i++) {
		a->dim[i] = info->dim[i];
		if (__builtin_mul_overflow(n, (size_t)a->dim[i], &n))
			return false;
	}
	if (n > MAX_ELEMENTS * sizeof(float))
		return false;
	a->data_size = n;
	a->data = calloc(1, n + 1);
	return true;
}

static void fill(struct accel_array *a, const uint8_t *data, size_t size)
{
	float *f = a->data;
	uint8_t *byte = a->data;

	for (size_t i = 0; a->dtype == ACCEL_FLOAT32 && i < a->data_size / sizeof(*f); i++)
		f[i] = (float)data[i % size] / 32 - 4;
	for (size_t i = 0; a->dtype != ACCEL_FLOAT32 && i < a->data_size; i++)
		byte[i] = a->dtype == ACCEL_BOOL ? data[i % size] & 1 : data[i % size];
}

/* Everything that a program tells about itself. */
static void ask(const struct accel_program *prog)
{
	static const char *const stages[] = { "import", "lower", "partition", "schedule",
					      "allocate", "emit" };
	FILE *out = fopen("/dev/null", "w");

	for (int i = 0; out && i < 6; i++)
		if (accel_program_dump(prog, stages[i], out) && errno != ENOMEM)
			abort();
	if (out)
		fclose(out);
	for (int i = 0; i <= accel_program_node_count(prog); i++) {
		struct accel_node_info node = { .size = sizeof(node) };
		bool there = i < accel_program_node_count(prog);

		if (!accel_program_node(prog, i, &node) != there)
			abort();
	}
	for (int i = 0; i <= accel_program_layer_count(prog); i++) {
		struct accel_layer_profile layer = { .size = sizeof(layer) };
		bool there = i < accel_program_layer_count(prog);

		if (!accel_program_layer(prog, i, &layer) != there)
			abort();
	}
}

/* The device must not have come to harm. */
static void check_error(int err)
{
	if (err == -EIO || err == -EFAULT || err == -EPROTO || err == -ENODEV) {
		fprintf(stderr, "error %d: %s\n", err, accel_error_message());
		abort();
	}
	if (err && !*accel_error_message())
		abort();
}

struct io {
	int n_in, n_out;
	struct accel_array in[MAX_IO], out[MAX_IO];
};

static void io_free(struct io *io)
{
	for (int i = 0; i < io->n_in; i++)
		free(io->in[i].data);
	for (int i = 0; i < io->n_out; i++)
		free(io->out[i].data);
}

/* false: the model's inputs or outputs are not known, or too large to run. */
static bool io_init(struct io *io, const struct accel_model *model, const uint8_t *data,
		    size_t size)
{
	struct accel_tensor_info info = { .size = sizeof(info) };

	memset(io, 0, sizeof(*io));
	for (int i = 0; i < accel_model_input_count(model); i++) {
		if (accel_model_input(model, i, &info) || info.rank < 0 ||
		    !make_array(&io->in[io->n_in], &info))
			return false;
		fill(&io->in[io->n_in++], data, size);
	}
	for (int i = 0; i < accel_model_output_count(model); i++) {
		if (accel_model_output(model, i, &info) || info.rank < 0 ||
		    !make_array(&io->out[io->n_out], &info))
			return false;
		io->n_out++;
	}
	return true;
}

/* Compiles and runs; true: it ran. */
static bool run_on(struct accel_device *dev, const struct accel_model *model, bool small,
		   bool layer_jobs, const struct io *io)
{
	struct accel_compile_options options = { .size = sizeof(options),
						 .layer_jobs = layer_jobs };
	struct accel_program_info info = { .size = sizeof(info) };
	struct accel_program *prog;
	int err = accel_compile(model, dev, &options, &prog);

	check_error(err);
	if (err)
		return false;
	ask(prog);
	if (accel_program_get_info(prog, &info))
		abort();
	err = -1;
	if (io && small && info.cycles < MAX_CYCLES) {
		err = accel_run(prog, io->in, io->out);
		check_error(err);
	}
	accel_program_free(prog);
	return !err;
}

static void compare(const struct io *a, const struct io *b)
{
	for (int i = 0; i < a->n_out; i++)
		if (memcmp(a->out[i].data, b->out[i].data, a->out[i].data_size)) {
			fprintf(stderr, "output %d on the core is not the host's\n", i);
			abort();
		}
}

static void run(struct accel_model *model, const uint8_t *data, size_t size, bool small)
{
	struct io core = { 0 }, host = { 0 };
	bool layer_jobs = data[size / 2] & 1;
	int array = data[size / 3] & 1;

	if (small && io_init(&core, model, data, size) && io_init(&host, model, data, size)) {
		bool a = run_on(devices[array], model, small, layer_jobs, &core);
		bool b = run_on(devices[2], model, small, false, &host);

		if (a && b)
			compare(&core, &host);
	} else {
		run_on(devices[array], model, small, layer_jobs, NULL);
	}
	io_free(&core);
	io_free(&host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct shape shape[MAX_IO];
	struct accel_model *model;
	bool small = false;
	int err;

	open_devices();
	if (!size || !plan_shapes(data, size, shape, &small))
		return 0;
	err = accel_model_load_memory(data, size, &model);
	check_error(err);
	if (err)
		return 0;
	for (int i = 0; !err && i < accel_model_input_count(model); i++) {
		struct accel_tensor_info info = { .size = sizeof(info) };

		accel_model_input(model, i, &info);
		err = accel_model_set_input_shape(model, i, shape[i].rank, shape[i].dim);
		check_error(err);
	}
	if (!err)
		run(model, data, size, small);
	accel_model_free(model);
	return 0;
}
