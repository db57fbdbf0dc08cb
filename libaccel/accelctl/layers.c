/* SPDX-License-Identifier: MIT */
/* Tables of what layers took. */
#include <inttypes.h>
#include <string.h>

#include "table.h"

void layers_columns(struct table *t)
{
	static const struct {
		const char *name, *key;
		bool number;
	} columns[] = {
		{ "model", "model", false },
		{ "layer", "layer", false },
		{ "op", "op", false },
		{ "on", "on", false },
		{ "macs", "macs", true },
		{ "cycles", "cycles", true },
		{ "estimate", "estimated_cycles", true },
		{ "util%", "utilisation", true },
		{ "read", "bytes_read", true },
		{ "written", "bytes_written", true },
		{ "s.load", "stall_load", true },
		{ "s.post", "stall_post", true },
		{ "s.weights", "stall_weights", true },
		{ "s.other", "stall_other", true },
		{ "s.idle", "stall_idle", true },
		{ "ms", "ms", true },
	};

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		table_column_key(t, columns[i].name, columns[i].key, columns[i].number);
}

/* Useful work of what the array could have done in this time. */
static void cell_utilisation(struct table *t, uint64_t macs, uint64_t cycles, uint64_t cells)
{
	if (macs && cycles && cells)
		table_cell(t, "%.1f", 100.0 * (double)macs / ((double)cells * (double)cycles));
	else
		table_cell(t, "%s", "");
}

static void add_row(struct table *t, const struct accel_layer_profile *l, const char *model,
		    uint64_t cells)
{
	const uint64_t numbers[] = {
		l->bytes_read, l->bytes_written, l->stall_load, l->stall_post, l->stall_weights,
		l->stall_other, l->stall_idle,
	};

	table_cell(t, "%s", model);
	table_cell(t, "%s", l->name);
	table_cell(t, "%s", l->op);
	table_cell(t, "%s", l->on_core ? "core" : "host");
	table_cell(t, "%" PRIu64, l->macs);
	table_cell(t, "%" PRIu64, l->cycles);
	table_cell(t, "%" PRIu64, l->estimated_cycles);
	cell_utilisation(t, l->macs, l->cycles, cells);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		table_cell(t, "%" PRIu64, numbers[i]);
	table_cell(t, "%.3f", (double)l->time_ns / 1e6);
}

/* Multipliers of the device's array. */
static int get_cells(struct accel_device *dev, uint64_t *cells)
{
	struct accel_device_info info = { .size = sizeof(info) };
	int err = accel_device_get_info(dev, &info);

	*cells = (uint64_t)info.rows * info.cols;
	return err;
}

int layers_rows(struct table *t, const struct accel_program *prog, struct accel_device *dev,
		const char *model)
{
	struct accel_layer_profile l = { .size = sizeof(l) };
	uint64_t cells;
	int err = get_cells(dev, &cells);

	for (int i = 0; !err && i < accel_program_layer_count(prog); i++) {
		err = accel_program_layer(prog, i, &l);
		if (!err)
			add_row(t, &l, model, cells);
	}
	return err;
}

/* Work on the host takes time, but it is none of the core's. */
static void add(struct accel_layer_profile *sum, const struct accel_layer_profile *l)
{
	sum->time_ns += l->time_ns;
	if (!l->on_core)
		return;
	sum->on_core = true;
	sum->macs += l->macs;
	sum->cycles += l->cycles;
	sum->estimated_cycles += l->estimated_cycles;
	sum->bytes_read += l->bytes_read;
	sum->bytes_written += l->bytes_written;
	sum->stall_load += l->stall_load;
	sum->stall_post += l->stall_post;
	sum->stall_weights += l->stall_weights;
	sum->stall_other += l->stall_other;
	sum->stall_idle += l->stall_idle;
}

int layers_sum(struct table *t, const struct accel_program *prog, struct accel_device *dev,
	       const char *model, const char *name)
{
	struct accel_layer_profile l = { .size = sizeof(l) }, sum = { .name = name, .op = "" };
	uint64_t cells;
	int err = get_cells(dev, &cells);

	for (int i = 0; !err && i < accel_program_layer_count(prog); i++) {
		err = accel_program_layer(prog, i, &l);
		if (!err)
			add(&sum, &l);
	}
	if (!err)
		add_row(t, &sum, model, cells);
	return err;
}
