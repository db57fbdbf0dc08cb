/* SPDX-License-Identifier: MIT */
/* accelctl profile: one run, layer by layer. */
#include <stdlib.h>

#include "table.h"
#include "trace.h"

static int profile(const struct options *o, const struct accel_model *model,
		   const struct tensors *in, const struct source *source, struct accel_device *dev)
{
	struct table t = { .name = "layers" };
	struct tensors out = { 0, NULL };
	struct accel_program *prog = NULL;
	int err = open_program(o, model, dev, true, &prog);

	if (!err)
		err = alloc_outputs(model, &out);
	if (!err) {
		progress_start(prog, "profile");
		err = accel_run(prog, in->array, out.array);
		progress_end();
	}
	layers_columns(&t);
	if (!err)
		err = layers_rows(&t, prog, dev, "");
	if (!err)
		err = layers_sum(&t, prog, dev, "", "sum");
	err = report_end(err, &t, 1, o->format);
	if (!err && o->trace)
		err = trace_write(o->trace, prog);
	if (!err)
		err = save_outputs(o, model, &out, source);
	free_tensors(&out);
	accel_program_free(prog);
	return err;
}

int cmd_profile(const struct options *o)
{
	struct tensors in = { 0, NULL };
	struct source source = { { 0, 0, NULL }, 0, 0 };
	struct accel_device *dev = NULL;
	struct accel_model *model;
	int err;

	if (!o->args.n)
		return usage_error("no model is given");
	err = check_files(o);
	if (!err)
		err = open_model(o, o->args.word[0], &model);
	if (err)
		return err;
	err = check_output_count(o, model);
	if (!err)
		err = load_inputs(o, 1, model, &in, &source);
	if (!err)
		err = open_device(o, o->device, &dev);
	if (!err)
		err = profile(o, model, &in, &source, dev);
	free_tensors(&in);
	free(source.im.rgb);
	accel_device_close(dev);
	accel_model_free(model);
	return err;
}
