// SPDX-License-Identifier: MIT
/*
 * Segments a picture, with what a longer run wants: the model's shapes fixed, a run in the
 * background, progress, a timeout, and a profile by layer.
 *
 *   segment MODEL.onnx PICTURE.npy CLASSES.npy [DEVICE]
 *
 * MODEL: a float input (N, C, H, W), a float output (N, classes, H', W'); PICTURE: such an input.
 * CLASSES: for each pixel the class with the largest output, uint8 (N, H', W'); of an output with
 * one class, 1 where it is above one half.
 */
#include <accel.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int check(int err)
{
	if (err < 0) {
		fprintf(stderr, "segment: %s\n", accel_error_message());
		exit(1);
	}
	return err;
}

/* An array of the model's output, zeroed. */
static struct accel_array make_output(const struct accel_model *model)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	struct accel_array a = { .dtype = ACCEL_FLOAT32 };

	check(accel_model_output(model, 0, &info));
	if (info.rank != 4 || info.dtype != ACCEL_FLOAT32) {
		fprintf(stderr, "segment: the output '%s' is no float picture (N, C, H, W)\n",
			info.name);
		exit(1);
	}
	a.rank = info.rank;
	a.data_size = accel_dtype_size(a.dtype);
	for (int i = 0; i < a.rank; i++)
		a.data_size *= (size_t)(a.dim[i] = info.dim[i]);
	a.data = calloc(1, a.data_size);
	if (!a.data) {
		fprintf(stderr, "segment: out of memory for %zu bytes\n", a.data_size);
		exit(1);
	}
	return a;
}

/* From a thread of the library's. */
static void progress(void *ctx, int done, int total)
{
	(void)ctx;
	fprintf(stderr, "\r%d of %d layers", done, total);
}

/* The run's inputs are copied; its output is written by the wait that ends it. */
static void run(struct accel_program *prog, const struct accel_array *in,
		const struct accel_array *out)
{
	struct accel_job *job;
	int err;

	accel_program_on_progress(prog, progress, NULL);
	check(accel_submit(prog, in, out, &job));
	do {
		struct timespec now;

		/* Other work would be done here. */
		clock_gettime(CLOCK_MONOTONIC, &now);
		err = accel_job_wait(job, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec +
						  200000000);
	} while (err == -ETIMEDOUT);
	fprintf(stderr, "\n");
	check(err);
	accel_job_free(job);
}

static struct accel_array classes_of(const struct accel_array *out)
{
	int64_t n = out->dim[0], c = out->dim[1], pixels = out->dim[2] * out->dim[3];
	struct accel_array a = { .dtype = ACCEL_UINT8,
				 .rank = 3,
				 .dim = { n, out->dim[2], out->dim[3] },
				 .data_size = (size_t)(n * pixels) };
	const float *v = out->data;
	uint8_t *to = a.data = malloc(a.data_size);

	for (int64_t i = 0; to && i < n * pixels; i++) {
		const float *pixel = v + i / pixels * c * pixels + i % pixels;
		int64_t best = c == 1 && pixel[0] > 0.5f;

		for (int64_t k = 1; k < c; k++)
			best = pixel[k * pixels] > pixel[best * pixels] ? k : best;
		to[i] = (uint8_t)best;
	}
	return a;
}

static void print_profile(const struct accel_program *prog)
{
	int n = check(accel_program_layer_count(prog));

	printf("%-28s %-14s %5s %12s %9s\n", "layer", "operator", "on", "MACs", "cycles");
	for (int i = 0; i < n; i++) {
		struct accel_layer_profile p = { .size = sizeof(p) };

		check(accel_program_layer(prog, i, &p));
		printf("%-28.28s %-14s %5s %12llu %9llu\n", p.name, p.op,
		       p.on_core ? "core" : "host", (unsigned long long)p.macs,
		       (unsigned long long)p.cycles);
	}
}

int main(int argc, char **argv)
{
	struct accel_compile_options options = { .size = sizeof(options), .layer_jobs = true };
	struct accel_array in, out, classes;
	struct accel_device *dev;
	struct accel_model *model;
	struct accel_program *prog;

	if (argc < 4) {
		fprintf(stderr, "usage: segment MODEL.onnx PICTURE.npy CLASSES.npy [DEVICE]\n");
		return 2;
	}
	check(accel_array_load(argv[2], &in));
	check(accel_model_load(argv[1], &model));
	check(accel_model_set_input_shape(model, 0, in.rank, in.dim));
	check(accel_device_open(argc > 4 ? argv[4] : "auto", &dev));
	check(accel_compile(model, dev, &options, &prog));
	out = make_output(model);
	run(prog, &in, &out);

	classes = classes_of(&out);
	if (!classes.data) {
		fprintf(stderr, "segment: out of memory for %zu bytes\n", classes.data_size);
		return 1;
	}
	check(accel_array_save(argv[3], &classes));
	print_profile(prog);

	free(in.data);
	free(out.data);
	free(classes.data);
	accel_program_free(prog);
	accel_model_free(model);
	accel_device_close(dev);
	return 0;
}
