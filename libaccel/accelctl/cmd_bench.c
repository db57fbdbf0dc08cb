/* SPDX-License-Identifier: MIT */
/* accelctl bench: what models and layers cost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

/* One run.  layers: a job for each, and a row for each; otherwise one row for all. */
static int measure(const struct options *o, const char *name, const struct accel_model *model,
		   struct accel_device *dev, bool layers, struct table *t)
{
	struct tensors in = { 0, NULL }, out = { 0, NULL };
	struct accel_program *prog = NULL;
	int err = open_program(o, model, dev, layers, &prog);

	if (!err)
		err = random_inputs(model, o->seed, &in);
	if (!err)
		err = alloc_outputs(model, &out);
	if (!err) {
		progress_start(prog, name);
		err = accel_run(prog, in.array, out.array);
		progress_end();
	}
	if (!err && layers)
		err = layers_rows(t, prog, dev, name);
	if (!err)
		err = layers_sum(t, prog, dev, name, layers ? "sum" : "network");
	free_tensors(&in);
	free_tensors(&out);
	accel_program_free(prog);
	return err;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int bench_model(const struct options *o, const char *path, struct accel_device *dev,
		       struct table *t)
{
	struct accel_model *model;
	int err = open_model(o, path, &model);

	if (!err && !o->no_layers)
		err = measure(o, base_name(path), model, dev, true, t);
	if (!err)
		err = measure(o, base_name(path), model, dev, false, t);
	accel_model_free(model);
	return err;
}

static int bench_layer(const struct options *o, const char *spec, struct accel_device *dev,
		       struct table *t)
{
	struct accel_model *model;
	int err = layer_model(spec, o->seed, &model);

	if (!err)
		err = measure(o, spec, model, dev, false, t);
	accel_model_free(model);
	return err;
}

/* What the numbers are, where they are not measured. */
static void explain(const struct options *o, struct accel_device *dev)
{
	struct accel_device_info info = { .size = sizeof(info) };

	if (o->format != FORMAT_TEXT || accel_device_get_info(dev, &info))
		return;
	if (!info.has_core)
		printf("\nThe host alone: there are no cycles of a core.\n");
	else if (!info.cycles_real)
		printf("\nCycles of %s are lower bounds; rtl: measures them.\n", info.uri);
}

int cmd_bench(const struct options *o)
{
	struct table t = { .name = "layers" };
	struct accel_device *dev;
	int err, printed;

	if (!o->args.n && !o->layers.n)
		return usage_error("neither a model nor --layer is given");
	err = open_device(o, o->device, &dev);
	if (err)
		return err;
	layers_columns(&t);
	for (int i = 0; !err && i < o->args.n; i++)
		err = bench_model(o, o->args.word[i], dev, &t);
	for (int i = 0; !err && i < o->layers.n; i++)
		err = bench_layer(o, o->layers.word[i], dev, &t);
	/* What was measured before an error is worth seeing. */
	printed = report_end(t.n_cell ? 0 : err, &t, 1, o->format);
	if (!err && !printed)
		explain(o, dev);
	accel_device_close(dev);
	return err ? err : printed;
}
