/* SPDX-License-Identifier: MIT */
/* accelctl info: devices, or a model. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "table.h"

static int add_device(void *ctx, const char *uri, const char *description)
{
	table_cell(ctx, "%s", uri);
	table_cell(ctx, "%s", description);
	return 0;
}

static int list_devices(const struct options *o)
{
	struct table t = { .name = "devices" };
	int err;

	table_column(&t, "device", false);
	table_column(&t, "what", false);
	err = accel_device_list(add_device, &t);
	return report_end(err, &t, 1, o->format);
}

static int show_device(const struct options *o)
{
	struct accel_device_info i = { .size = sizeof(i) };
	struct table t = { .name = "device" };
	struct accel_device *dev;
	int err = open_device(o, o->device, &dev);

	if (err)
		return err;
	err = accel_device_get_info(dev, &i);
	table_column(&t, "property", false);
	table_column(&t, "value", false);
#define ROW(name, ...) (table_cell(&t, "%s", name), table_cell(&t, __VA_ARGS__))
	ROW("device", "%s", i.uri);
	ROW("what", "%s", i.description);
	if (i.has_core) {
		ROW("version", "%u.%u", i.version_major, i.version_minor);
		ROW("array", "%ux%u", i.rows, i.cols);
		ROW("requantisers", "%u", i.lanes);
		ROW("input buffer", "%zu bytes", i.ifm_bytes);
		ROW("weight buffer", "%zu bytes", i.weight_bytes);
		ROW("output buffer", "%zu bytes", i.ofm_bytes);
		ROW("parameter buffer", "%zu bytes", i.parameter_bytes);
		ROW("accumulators", "2 x %u pixels", i.accumulator_entries);
	}
#undef ROW
	accel_device_close(dev);
	return report_end(err, &t, 1, o->format);
}

/* "1x3x?x?" */
static void cell_shape(struct table *t, const struct accel_tensor_info *info)
{
	char text[ACCEL_MAX_RANK * 21 + 1] = "";
	size_t n = 0;

	for (int i = 0; i < info->rank; i++) {
		const char *x = i ? "x" : "";

		if (info->dim[i] < 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s?", x);
		else
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%" PRId64, x,
					      info->dim[i]);
	}
	table_cell(t, "%s", info->rank < 0 ? "?" : info->rank ? text : "scalar");
}

static void add_tensor(struct table *t, const char *what, const struct accel_tensor_info *info)
{
	table_cell(t, "%s", what);
	table_cell(t, "%s", info->name);
	table_cell(t, "%s", accel_dtype_name(info->dtype));
	cell_shape(t, info);
}

static int list_tensors(struct table *t, const struct accel_model *model)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	int err = 0;

	*t = (struct table){ .name = "tensors" };
	table_column(t, "tensor", false);
	table_column(t, "name", false);
	table_column(t, "type", false);
	table_column(t, "shape", false);
	for (int i = 0; !err && i < accel_model_input_count(model); i++) {
		err = accel_model_input(model, i, &info);
		add_tensor(t, "input", &info);
	}
	for (int i = 0; !err && i < accel_model_output_count(model); i++) {
		err = accel_model_output(model, i, &info);
		add_tensor(t, "output", &info);
	}
	return err;
}

static int list_nodes(struct table *t, const struct accel_program *prog)
{
	struct accel_node_info info = { .size = sizeof(info) };
	int err = 0;

	*t = (struct table){ .name = "nodes" };
	table_column(t, "node", false);
	table_column(t, "op", false);
	table_column(t, "on", false);
	table_column(t, "why", false);
	for (int i = 0; !err && i < accel_program_node_count(prog); i++) {
		err = accel_program_node(prog, i, &info);
		table_cell(t, "%s", info.name);
		table_cell(t, "%s", info.op);
		table_cell(t, "%s", info.on_core ? "core" : "host");
		table_cell(t, "%s", info.reason);
	}
	return err;
}

static int list_memory(struct table *t, const struct accel_program *prog)
{
	struct accel_program_info i = { .size = sizeof(i) };
	int err = accel_program_get_info(prog, &i);
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "jobs", (uint64_t)i.jobs }, { "commands", i.commands },
		{ "estimated cycles", i.cycles }, { "bytes of constants", i.constant_bytes },
		{ "bytes between layers", i.arena_bytes },
		{ "the same without reuse", i.arena_without_reuse },
		{ "bytes of inputs and outputs", i.io_bytes },
	};

	*t = (struct table){ .name = "program" };
	table_column(t, "property", false);
	table_column(t, "value", true);
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		table_cell(t, "%s", rows[k].name);
		table_cell(t, "%" PRIu64, rows[k].value);
	}
	return err;
}

static bool shapes_known(const struct accel_model *model)
{
	struct accel_tensor_info info = { .size = sizeof(info) };

	for (int i = 0; i < accel_model_input_count(model); i++) {
		if (accel_model_input(model, i, &info) || info.rank < 0)
			return false;
		for (int k = 0; k < info.rank; k++)
			if (info.dim[k] < 0)
				return false;
	}
	return true;
}

/* What runs where depends on the shapes: with open ones only inputs and outputs are shown. */
static int show_program(const struct options *o, const struct accel_model *model,
			struct table *t, int *n)
{
	struct accel_program *prog = NULL;
	struct accel_device *dev;
	int err = open_device(o, o->device, &dev);

	if (err)
		return err;
	err = open_program(o, model, dev, false, &prog);
	if (!err)
		err = list_nodes(&t[*n], prog);
	if (!err)
		err = list_memory(&t[*n + 1], prog);
	*n += 2;
	accel_program_free(prog);
	accel_device_close(dev);
	return err;
}

static int show_model(const struct options *o)
{
	struct table t[3] = { { 0 } };
	struct accel_model *model;
	int n = 1, err = open_model(o, o->args.word[0], &model);

	if (err)
		return err;
	err = list_tensors(&t[0], model);
	if (!err && shapes_known(model))
		err = show_program(o, model, t, &n);
	accel_model_free(model);
	return report_end(err, t, err ? 3 : n, o->format);
}

int cmd_info(const struct options *o)
{
	if (o->args.n > 1)
		return usage_error("more than one model is given: '%s'", o->args.word[1]);
	if (o->args.n)
		return show_model(o);
	return !strcmp(o->device, "auto") ? list_devices(o) : show_device(o);
}
