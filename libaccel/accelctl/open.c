/* SPDX-License-Identifier: MIT */
/* Devices, models and programs as the options want them. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accelctl.h"
#include "error.h"

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

int open_device(const struct options *o, const char *uri, struct accel_device **dev)
{
	char with_array[512];
	int n;

	if (!o->array || !(starts(uri, "rtl:") || starts(uri, "model:"))) {
		if (o->array && uri == o->device)
			return usage_error("--array is for rtl: and model:, not for %s", uri);
		return accel_device_open(uri, dev);
	}
	n = snprintf(with_array, sizeof(with_array), "%s%sarray=%s", uri,
		     strchr(uri, ':')[1] ? "," : "", o->array);
	if (n < 0 || (size_t)n >= sizeof(with_array))
		return usage_error("the device's URI is too long");
	return accel_device_open(with_array, dev);
}

static int check_file(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) + 1 : 0;
	char *folder = malloc(n + 3);
	struct stat st;
	int err = 0;

	if (!folder)
		return error(-ENOMEM, "out of memory");
	memcpy(folder, path, n);
	strcpy(folder + n, ".");
	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		err = error(-EINVAL, "cannot write %s: it is there, and no regular file", path);
	else if (access(folder, W_OK))
		err = error(-errno, "cannot create %s: %s", path, strerror(errno));
	free(folder);
	return err;
}

int check_files(const struct options *o)
{
	int err = o->trace ? check_file(o->trace) : 0;

	for (int i = 0; !err && i < o->outputs.n; i++)
		err = check_file(o->outputs.word[i]);
	return err;
}

/* Whether a scheme starts here: letters and a colon. */
static bool is_scheme(const char *p)
{
	size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz");

	return !strncmp(p, "auto", 4) || (n && p[n] == ':');
}

int split_devices(char *text, struct list *devices)
{
	devices->n = 0;
	devices->word[devices->n++] = text;
	for (char *p = strchr(text, ','); p; p = strchr(p + 1, ',')) {
		if (!is_scheme(p + 1))
			continue;
		if (devices->n == MAX_LIST)
			return usage_error("--devices: more than %d", MAX_LIST);
		*p = 0;
		devices->word[devices->n++] = p + 1;
	}
	return 0;
}

/* The input that "NAME=1x2x3" names; without a name: the only one, or the first. */
static int find_input(const struct accel_model *model, const char *shape, const char **dims)
{
	const char *equal = strrchr(shape, '=');
	struct accel_tensor_info info = { .size = sizeof(info) };

	*dims = equal ? equal + 1 : shape;
	if (!equal)
		return 0;
	for (int i = 0; i < accel_model_input_count(model); i++)
		if (!accel_model_input(model, i, &info) &&
		    strlen(info.name) == (size_t)(equal - shape) && starts(shape, info.name))
			return i;
	return usage_error("--shape %s: the model has no such input; 'accelctl info MODEL' lists "
			   "them", shape);
}

static int set_shape(struct accel_model *model, const char *shape)
{
	int64_t dim[ACCEL_MAX_RANK];
	const char *dims;
	int index = find_input(model, shape, &dims), rank;

	if (index < 0)
		return index;
	rank = parse_dims(dims, ACCEL_MAX_RANK, dim);
	return rank < 0 ? rank : accel_model_set_input_shape(model, index, rank, dim);
}

int open_model(const struct options *o, const char *path, struct accel_model **model)
{
	int err = accel_model_load(path, model);

	for (int i = 0; !err && i < o->shapes.n; i++)
		err = set_shape(*model, o->shapes.word[i]);
	if (err) {
		accel_model_free(*model);
		*model = NULL;
	}
	return err;
}

int open_program(const struct options *o, const struct accel_model *model,
		 struct accel_device *dev, bool layers, struct accel_program **prog)
{
	const struct accel_compile_options options = {
		.size = sizeof(options),
		.host_only = o->host_only,
		.layer_jobs = layers,
	};

	return accel_compile(model, dev, &options, prog);
}
