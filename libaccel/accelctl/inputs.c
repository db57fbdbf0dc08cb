/* SPDX-License-Identifier: MIT */
/* Files to a model's inputs: pictures and .npy. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accelctl.h"
#include "error.h"

/* A picture becomes (N = 1, C = 1 or 3, H, W). */
static int check_picture_input(const struct accel_tensor_info *info)
{
	int64_t c = info->dim[1];

	if (info->rank == 4 && (info->dim[0] == 1 || info->dim[0] == -1) &&
	    (c == 1 || c == 3 || c == -1) &&
	    (info->dtype == ACCEL_FLOAT32 || info->dtype == ACCEL_UINT8))
		return 0;
	return error(-EINVAL, "input '%s' takes no picture: a picture is float32 or uint8 of "
		     "1x3xHxW or 1x1xHxW; give a .npy file by --input", info->name);
}

static int round_up(int v, int multiple)
{
	return (v + multiple - 1) / multiple * multiple;
}

static int replace(struct image *im, struct image *by)
{
	free(im->rgb);
	*im = *by;
	return 0;
}

/* Brings a picture to the size that the model has, or allows. */
static int fit_picture(const struct options *o, const struct accel_tensor_info *info,
		       struct image *im)
{
	int w = round_up(im->width, o->picture.multiple);
	int h = round_up(im->height, o->picture.multiple);
	struct image to;
	int err;

	if (o->picture.resize && info->dim[2] > 0 && info->dim[3] > 0 &&
	    info->dim[2] <= IMAGE_MAX_SIDE && info->dim[3] <= IMAGE_MAX_SIDE) {
		err = image_resize(im, (int)info->dim[3], (int)info->dim[2], &to);
		return err ? err : replace(im, &to);
	}
	if (w != im->width || h != im->height) {
		err = image_extend(im, w, h, &to);
		if (err)
			return err;
		replace(im, &to);
	}
	if ((info->dim[2] >= 0 && info->dim[2] != im->height) ||
	    (info->dim[3] >= 0 && info->dim[3] != im->width))
		return error(-EINVAL, "the picture has %d x %d pixels, input '%s' wants %lld x "
			     "%lld (-1: any); --resize scales it", im->width, im->height,
			     info->name, (long long)info->dim[3], (long long)info->dim[2]);
	return 0;
}

static int grey(const uint8_t *p)
{
	return (299 * p[0] + 587 * p[1] + 114 * p[2] + 500) / 1000;
}

static void to_tensor(const struct picture_options *o, const struct image *im,
		      struct accel_array *a)
{
	size_t n = (size_t)im->width * (size_t)im->height;
	int channels = (int)a->dim[1];

	for (int c = 0; c < channels; c++)
		for (size_t i = 0; i < n; i++) {
			const uint8_t *p = im->rgb + 3 * i;
			int v = channels == 1 ? grey(p) : p[o->bgr ? 2 - c : c];

			if (a->dtype == ACCEL_UINT8)
				((uint8_t *)a->data)[(size_t)c * n + i] = (uint8_t)v;
			else
				((float *)a->data)[(size_t)c * n + i] =
					((float)v / 255.0f - o->mean[c]) / o->std[c];
		}
}

static int read_picture(const struct options *o, const char *path, struct accel_model *model,
			int index, struct accel_array *a, struct source *source)
{
	struct image *im = &source->im;
	struct accel_tensor_info info = { .size = sizeof(info) };
	int64_t dim[4] = { 1, 3, 0, 0 };
	int err = accel_model_input(model, index, &info);

	if (!err)
		err = check_picture_input(&info);
	if (!err)
		err = image_read(path, im);
	source->width = im->width;
	source->height = im->height;
	if (!err)
		err = fit_picture(o, &info, im);
	if (err)
		return err;
	if (o->picture.resize) {
		source->width = im->width;
		source->height = im->height;
	}
	dim[1] = info.dim[1] == 1 ? 1 : 3;
	dim[2] = im->height;
	dim[3] = im->width;
	err = accel_model_set_input_shape(model, index, 4, dim);
	if (err)
		return err;
	*a = (struct accel_array){ .dtype = info.dtype, .rank = 4 };
	memcpy(a->dim, dim, sizeof(dim));
	err = array_alloc(a);
	if (!err)
		to_tensor(&o->picture, im, a);
	return err;
}

/* float64 is what NumPy makes by default, and no model wants it. */
static int to_float32(struct accel_array *a)
{
	size_t n = a->data_size / sizeof(double);
	float *f = malloc(n * sizeof(*f) + 1);

	if (!f)
		return error(-ENOMEM, "out of memory for an array");
	for (size_t i = 0; i < n; i++)
		f[i] = (float)((double *)a->data)[i];
	free(a->data);
	a->data = f;
	a->data_size = n * sizeof(*f);
	a->dtype = ACCEL_FLOAT32;
	return 0;
}

static int read_array(const char *path, struct accel_model *model, int index,
		      struct accel_array *a)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	int err = accel_array_load(path, a);

	if (!err)
		err = accel_model_input(model, index, &info);
	if (!err && a->dtype == ACCEL_FLOAT64 && info.dtype == ACCEL_FLOAT32)
		err = to_float32(a);
	if (!err && a->dtype != info.dtype)
		err = error(-EINVAL, "%s is %s, but input '%s' is %s", path,
			    accel_dtype_name(a->dtype), info.name, accel_dtype_name(info.dtype));
	if (!err)
		err = accel_model_set_input_shape(model, index, a->rank, a->dim);
	return err;
}

/* Takes the data of `from`, which stays a list of nothing. */
static void take(struct tensors *t, int index, struct accel_array *from)
{
	free(t->array[index].data);
	t->array[index] = *from;
	from->data = NULL;
}

int load_file(const struct options *o, const char *path, struct accel_model *model, int index,
	      struct accel_array *a, struct source *first)
{
	struct source source = { { 0, 0, NULL }, 0, 0 };
	int err;

	if (!image_is_name(path))
		return read_array(path, model, index, a);
	err = read_picture(o, path, model, index, a, &source);
	if (!err && !first->im.rgb)
		*first = source;
	else
		free(source.im.rgb);
	return err;
}

/* Pictures of the arguments first, then --input. */
static const char *file_of(const struct options *o, int first_arg, int index)
{
	int n = o->args.n - first_arg;

	return index < n ? o->args.word[first_arg + index] : o->inputs.word[index - n];
}

int load_inputs(const struct options *o, int first_arg, struct accel_model *model,
		struct tensors *t, struct source *source)
{
	int files = o->args.n - first_arg + o->inputs.n;
	struct accel_array read[2 * MAX_LIST] = { 0 };
	int err = 0;

	*source = (struct source){ { 0, 0, NULL }, 0, 0 };
	*t = (struct tensors){ 0, NULL };
	if (files > accel_model_input_count(model))
		return usage_error("%d inputs are given; the model has %d", files,
				   accel_model_input_count(model));
	/* All shapes first: then the others' may be known, too. */
	for (int i = 0; !err && i < files; i++)
		err = load_file(o, file_of(o, first_arg, i), model, i, &read[i], source);
	if (!err)
		err = random_inputs(model, o->seed, t);
	for (int i = 0; i < files; i++) {
		if (!err)
			take(t, i, &read[i]);
		free(read[i].data);
	}
	return err;
}
