/* SPDX-License-Identifier: MIT */
/* accelctl quantize: a float model and pictures to a model in int8. */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accelctl.h"
#include "error.h"

struct samples {
	int n;
	char **path;
	struct accel_array *array;
};

static bool is_sample(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' &&
	       (image_is_name(name) || (n > 4 && !strcmp(name + n - 4, ".npy")));
}

static int add_path(struct samples *s, const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char **path = realloc(s->path, ((size_t)s->n + 1) * sizeof(*path));

	if (path) {
		s->path = path;
		path[s->n] = malloc(size);
	}
	if (!path || !path[s->n])
		return error(-ENOMEM, "out of memory for the names in %s", folder);
	snprintf(path[s->n++], size, "%s/%s", folder, name);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All pictures and .npy files, in the order of their names: the result depends on it. */
static int list_samples(const char *folder, struct samples *s)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	int err = 0;

	if (!dir)
		return error(-errno, "cannot open the folder %s: %s", folder, strerror(errno));
	while (!err && (e = readdir(dir)))
		if (is_sample(e->d_name))
			err = add_path(s, folder, e->d_name);
	closedir(dir);
	if (!err && !s->n)
		return error(-ENOENT, "%s has no .png, .jpg or .npy file", folder);
	if (!err)
		qsort(s->path, (size_t)s->n, sizeof(*s->path), by_name);
	return err;
}

static int load_samples(const struct options *o, struct accel_model *model, struct samples *s)
{
	int err = 0;

	s->array = calloc((size_t)s->n + 1, sizeof(*s->array));
	if (!s->array)
		return error(-ENOMEM, "out of memory for %d samples", s->n);
	for (int i = 0; !err && i < s->n; i++) {
		struct source source = { { 0, 0, NULL }, 0, 0 };

		err = load_file(o, s->path[i], model, 0, &s->array[i], &source);
		free(source.im.rgb);
	}
	return err;
}

static void free_samples(struct samples *s)
{
	for (int i = 0; i < s->n; i++) {
		free(s->path[i]);
		if (s->array)
			free(s->array[i].data);
	}
	free(s->path);
	free(s->array);
}

static int parse_range(const struct options *o, struct accel_quantize_options *q)
{
	static const char *const names[] = { "minmax", "percentile", "entropy" };

	for (int i = 0; i < 3; i++)
		if (!strcmp(o->calib_range, names[i])) {
			q->range = (enum accel_range)i;
			return 0;
		}
	return usage_error("--calib-range %s: wanted is minmax, percentile or entropy",
			   o->calib_range);
}

/* Files have all their shapes: where the model left one open it gets that of the last sample. */
static int fix_shape(const struct accel_model *from, struct accel_model *to)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	int err = accel_model_input(from, 0, &info);

	return err ? err : accel_model_set_input_shape(to, 0, info.rank, info.dim);
}

static int quantize(const struct options *o, struct accel_model *model, struct samples *s)
{
	struct accel_quantize_options q = {
		.size = sizeof(q),
		.percentile = o->percentile,
		.progress = progress_samples,
	};
	struct accel_model *to = NULL;
	int err = parse_range(o, &q);

	if (!err && accel_model_input_count(model) != 1)
		err = error(-EINVAL, "the model has %d inputs; accelctl quantizes models of one, "
			    "accel_model_quantize() others", accel_model_input_count(model));
	if (!err)
		err = list_samples(o->calib, s);
	if (!err)
		err = load_samples(o, model, s);
	if (!err) {
		progress_start(NULL, "quantize");
		err = accel_model_quantize(model, s->array, s->n, &q, &to);
		progress_end();
	}
	if (!err)
		err = fix_shape(model, to);
	if (!err)
		err = accel_model_save(to, o->outputs.word[0]);
	accel_model_free(to);
	return err;
}

int cmd_quantize(const struct options *o)
{
	struct samples s = { 0, NULL, NULL };
	struct accel_model *model = NULL;
	int err;

	if (o->args.n != 1)
		return usage_error(o->args.n ? "more than one model is given" :
				   "no model is given");
	if (!o->calib)
		return usage_error("no --calib is given: a folder of pictures or .npy files");
	if (o->outputs.n != 1)
		return usage_error("-o must name one file for the quantised model");
	err = check_files(o);
	if (!err)
		err = open_model(o, o->args.word[0], &model);
	if (!err)
		err = quantize(o, model, &s);
	free_samples(&s);
	accel_model_free(model);
	return err;
}
