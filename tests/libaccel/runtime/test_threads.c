// SPDX-License-Identifier: MIT
/*
 * Several models, devices and threads at once, with the real compiler, for the thread sanitizer:
 * each thread loads, compiles and runs networks of its own, on a device that it shares with others,
 * and gets what a single thread got.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "accel.h"
#include "nets.h"
#include "onnx_write.h"

#include "../onnx/tap.h"

enum { THREADS = 6, ROUNDS = 2, NETS = 3 };

struct file {
	void *bytes;
	size_t size;
	float *expected; /* of the only output */
	size_t count;
};

static struct file files[NETS];
static struct accel_device *devices[3]; /* shared */

static bool make_file(struct file *f, struct graph *g)
{
	bool good = g && !onnx_write_memory(g, &f->bytes, &f->size);

	graph_free(g);
	return good;
}

static size_t elements(const struct accel_tensor_info *info, struct accel_array *a)
{
	size_t n = 1;

	*a = (struct accel_array){ .dtype = info->dtype, .rank = info->rank };
	for (int i = 0; i < info->rank; i++)
		n *= (size_t)(a->dim[i] = info->dim[i]);
	a->data_size = n * accel_dtype_size(a->dtype);
	a->data = malloc(a->data_size);
	return n;
}

/* Loads, compiles, runs; returns the output, or NULL. */
static float *run_file(const struct file *f, struct accel_device *dev, bool later, size_t *count)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	struct accel_array in, out = { .data = NULL };
	struct accel_model *model;
	struct accel_program *prog = NULL;
	struct accel_job *job;
	int err = accel_model_load_memory(f->bytes, f->size, &model);

	if (err)
		return NULL;
	accel_model_input(model, 0, &info);
	for (size_t i = 0, n = elements(&info, &in); i < n; i++)
		((float *)in.data)[i] = (float)(i * 37 % 101) / 50 - 1;
	err = accel_compile(model, dev, NULL, &prog);
	accel_model_output(model, 0, &info);
	*count = elements(&info, &out);
	accel_model_free(model);
	if (!err && later) {
		err = accel_submit(prog, &in, &out, &job);
		if (!err)
			err = accel_job_wait(job, INT64_MAX);
		accel_job_free(job);
	} else if (!err) {
		err = accel_run(prog, &in, &out);
	}
	accel_program_free(prog);
	free(in.data);
	if (!err)
		return out.data;
	free(out.data);
	return NULL;
}

static void *work(void *arg)
{
	unsigned me = *(const unsigned *)arg;
	intptr_t wrong = 0;

	for (unsigned i = 0; i < ROUNDS * NETS; i++) {
		const struct file *f = &files[(i + me) % NETS];
		size_t count;
		float *y = run_file(f, devices[me % 3], i & 1, &count);

		wrong += !y || count != f->count ||
			 memcmp(y, f->expected, count * sizeof(*y));
		free(y);
		/* Errors are each thread's own. */
		wrong += accel_device_open("gpu:", &(struct accel_device *){ NULL }) >= 0 ||
			 !strstr(accel_error_message(), "gpu:");
	}
	return (void *)wrong;
}

int main(void)
{
	static const char *const uri[3] = { "model:array=16x16", "model:array=8x8", "host:" };
	pthread_t thread[THREADS];
	unsigned number[THREADS];
	intptr_t wrong = 0;
	bool good = make_file(&files[0], make_mlp(1)) &&
		    make_file(&files[1], make_unet(16, 4, 2)) &&
		    make_file(&files[2], make_fcn8s(32, 64, 3));

	for (int i = 0; i < 3; i++)
		good = good && !accel_device_open(uri[i], &devices[i]);
	for (int i = 0; good && i < NETS; i++) {
		files[i].expected = run_file(&files[i], devices[2], false, &files[i].count);
		good = files[i].expected;
	}
	ok(good, "networks on the host, one thread: %s", good ? "done" : accel_error_message());
	for (unsigned i = 0; good && i < THREADS; i++) {
		number[i] = i;
		good = !pthread_create(&thread[i], NULL, work, &number[i]);
	}
	for (int i = 0; good && i < THREADS; i++) {
		void *w;

		pthread_join(thread[i], &w);
		wrong += (intptr_t)w;
	}
	ok(good && !wrong, "%d threads with 3 networks on 3 devices get the same: %ld differ", THREADS,
	   (long)wrong);
	for (int i = 0; i < 3; i++)
		accel_device_close(devices[i]);
	for (int i = 0; i < NETS; i++) {
		free(files[i].bytes);
		free(files[i].expected);
	}
	return tap_done();
}
