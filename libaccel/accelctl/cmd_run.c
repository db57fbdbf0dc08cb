/* SPDX-License-Identifier: MIT */
/* accelctl run: a model, once. */
#include <stdlib.h>

#include "accelctl.h"

static int run(const struct options *o, const struct accel_model *model, const struct tensors *in,
	       struct tensors *out)
{
	struct accel_program *prog = NULL;
	struct accel_device *dev;
	int err = open_device(o, o->device, &dev);

	if (err)
		return err;
	err = open_program(o, model, dev, false, &prog);
	if (!err)
		err = alloc_outputs(model, out);
	if (!err) {
		progress_start(prog, "run");
		err = accel_run(prog, in->array, out->array);
		progress_end();
	}
	accel_program_free(prog);
	accel_device_close(dev);
	return err;
}

int cmd_run(const struct options *o)
{
	struct tensors in = { 0, NULL }, out = { 0, NULL };
	struct source source = { { 0, 0, NULL }, 0, 0 };
	struct accel_model *model;
	int err;

	if (!o->args.n)
		return usage_error("no model is given");
	if (!o->outputs.n)
		return usage_error("no output is given; -o FILE says where the result goes");
	err = check_files(o);
	if (!err)
		err = open_model(o, o->args.word[0], &model);
	if (err)
		return err;
	err = check_output_count(o, model);
	if (!err)
		err = load_inputs(o, 1, model, &in, &source);
	if (!err)
		err = run(o, model, &in, &out);
	if (!err)
		err = save_outputs(o, model, &out, &source);
	free_tensors(&in);
	free_tensors(&out);
	free(source.im.rgb);
	accel_model_free(model);
	return err;
}
