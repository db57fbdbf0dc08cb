// SPDX-License-Identifier: MIT
/*
 * The shortest way through the library: load a model, compile it for a device, run it, and say
 * which output is the largest.
 *
 *   classify-mlp MODEL.onnx INPUT.npy [DEVICE]
 *
 * MODEL has one float input and one float output, of known shapes; INPUT is such an input.
 */
#include <accel.h>

#include <stdio.h>
#include <stdlib.h>

static int check(int err)
{
	if (err < 0) {
		fprintf(stderr, "classify-mlp: %s\n", accel_error_message());
		exit(1);
	}
	return err;
}

int main(int argc, char **argv)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	struct accel_array in, out = { .dtype = ACCEL_FLOAT32 };
	struct accel_device *dev;
	struct accel_model *model;
	struct accel_program *prog;
	float score[1000];
	int best = 0, n = 1;

	if (argc < 3) {
		fprintf(stderr, "usage: classify-mlp MODEL.onnx INPUT.npy [DEVICE]\n");
		return 2;
	}
	check(accel_array_load(argv[2], &in));
	check(accel_device_open(argc > 3 ? argv[3] : "auto", &dev));
	check(accel_model_load(argv[1], &model));
	check(accel_compile(model, dev, NULL, &prog));

	check(accel_model_output(model, 0, &info));
	out.rank = info.rank;
	for (int i = 0; i < info.rank; i++)
		n *= (int)(out.dim[i] = info.dim[i]);
	out.data = score;
	out.data_size = sizeof(score);
	check(accel_run(prog, &in, &out));

	for (int i = 0; i < n; i++)
		best = score[i] > score[best] ? i : best;
	printf("class %d of %d, score %g\n", best, n, score[best]);

	free(in.data);
	accel_program_free(prog);
	accel_model_free(model);
	accel_device_close(dev);
	return 0;
}
