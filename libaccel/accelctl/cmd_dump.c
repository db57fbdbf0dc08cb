/* SPDX-License-Identifier: MIT */
/* accelctl dump: a stage of the compiler. */
#include <stdio.h>

#include "accelctl.h"

int cmd_dump(const struct options *o)
{
	struct accel_program *prog = NULL;
	struct accel_device *dev = NULL;
	struct accel_model *model;
	int err;

	if (o->args.n != 1)
		return usage_error(o->args.n ? "more than one model is given" :
				   "no model is given");
	if (!o->stage)
		return usage_error("no --stage is given");
	err = open_model(o, o->args.word[0], &model);
	if (err)
		return err;
	err = open_device(o, o->device, &dev);
	if (!err)
		err = open_program(o, model, dev, false, &prog);
	if (!err)
		err = accel_program_dump(prog, o->stage, stdout);
	accel_program_free(prog);
	accel_device_close(dev);
	accel_model_free(model);
	return err;
}
