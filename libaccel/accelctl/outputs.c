/* SPDX-License-Identifier: MIT */
/* A model's outputs to files: pictures and .npy. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "accelctl.h"
#include "error.h"

/* An output as `count` pictures of channels x height x width. */
struct planes {
	const struct accel_array *a;
	int count, channels, height, width;
	bool classes;		/* numbers of classes, not brightness */
};

/* (N, C, H, W), (C, H, W) or (H, W); dims of 1 in front are dropped. */
static int get_planes(const struct accel_array *a, const char *name, struct planes *p)
{
	int64_t d[4] = { 1, 1, 1, 1 };
	int skip = a->rank > 4 ? a->rank - 4 : 0;

	for (int i = 0; i < a->rank; i++) {
		if (i < skip && a->dim[i] != 1)
			return error(-EINVAL, "output '%s' of rank %d is no picture; write it to a "
				     ".npy file", name, a->rank);
		if (i >= skip)
			d[4 - a->rank + i] = a->dim[i];
	}
	for (int i = 0; i < 4; i++)
		if (d[i] < 1 || d[i] > IMAGE_MAX_SIDE || a->rank < 2)
			return error(-EINVAL, "output '%s' is no picture; write it to a .npy file",
				     name);
	*p = (struct planes){ a, (int)d[0], (int)d[1], (int)d[2], (int)d[3], false };
	p->classes = a->dtype == ACCEL_INT64 || a->dtype == ACCEL_INT32;
	return 0;
}

static double value_at(const struct planes *p, int n, int c, int y, int x)
{
	size_t i = (((size_t)n * (size_t)p->channels + (size_t)c) * (size_t)p->height +
		    (size_t)y) * (size_t)p->width + (size_t)x;

	switch (p->a->dtype) {
	case ACCEL_FLOAT32: return (double)((const float *)p->a->data)[i];
	case ACCEL_FLOAT64: return ((const double *)p->a->data)[i];
	case ACCEL_INT64: return (double)((const int64_t *)p->a->data)[i];
	case ACCEL_INT32: return (double)((const int32_t *)p->a->data)[i];
	case ACCEL_INT8: return (double)((const int8_t *)p->a->data)[i] + 128;
	default: return (double)((const uint8_t *)p->a->data)[i];
	}
}

static uint8_t level(const struct picture_options *o, const struct planes *p, double v)
{
	/* Bytes are levels as they are. */
	if (p->a->dtype == ACCEL_FLOAT32 || p->a->dtype == ACCEL_FLOAT64)
		v = (v - (double)o->low) / (double)(o->high - o->low) * 255;
	else if (p->a->dtype == ACCEL_BOOL)
		v = v * 255;
	return (uint8_t)(v >= 0 ? v < 255 ? lrint(v) : 255 : 0);
}

/* Colours of classes: 0 black, then by the bits of the number, far apart. */
static void class_colour(int class, uint8_t *rgb)
{
	rgb[0] = rgb[1] = rgb[2] = 0;
	for (int bit = 7; class && bit >= 0; bit--, class >>= 3)
		for (int c = 0; c < 3; c++)
			rgb[c] |= (uint8_t)((class >> c & 1) << bit);
}

static int class_at(const struct planes *p, int n, int y, int x)
{
	int best = 0;

	if (p->channels == 1)
		return (int)fmin(255, fmax(0, value_at(p, n, 0, y, x)));
	for (int c = 1; c < p->channels; c++)
		if (value_at(p, n, c, y, x) > value_at(p, n, best, y, x))
			best = c;
	return best;
}

/* One channel is grey, three are colours; more are scores of classes. */
static void pixel(const struct picture_options *o, const struct planes *p, int n, int y, int x,
		  uint8_t *rgb)
{
	if (p->classes || (p->channels != 1 && p->channels != 3)) {
		class_colour(class_at(p, n, y, x), rgb);
		return;
	}
	for (int c = 0; c < 3; c++) {
		int from = p->channels == 1 ? 0 : o->bgr ? 2 - c : c;

		rgb[c] = level(o, p, value_at(p, n, from, y, x));
	}
}

/* Several pictures lie in a grid, with a black line between. */
static int make_grid(const struct picture_options *o, const struct planes *p, struct image *im)
{
	int across = (int)ceil(sqrt(p->count)), down = (p->count + across - 1) / across;
	int err = 0;

	if ((int64_t)across * (p->width + 1) > IMAGE_MAX_SIDE ||
	    (int64_t)down * (p->height + 1) > IMAGE_MAX_SIDE)
		return error(-EFBIG, "%d pictures do not fit in one; write a .npy file", p->count);
	err = image_alloc(im, across * (p->width + 1) - 1, down * (p->height + 1) - 1);
	for (int n = 0; !err && n < p->count; n++)
		for (int y = 0; y < p->height; y++)
			for (int x = 0; x < p->width; x++) {
				int to_y = n / across * (p->height + 1) + y;
				int to_x = n % across * (p->width + 1) + x;

				pixel(o, p, n, y, x, im->rgb + 3 * ((size_t)to_y *
				      (size_t)im->width + (size_t)to_x));
			}
	return err;
}

/* A map over the picture: one channel reddens what is high, classes tint. */
static void blend(const struct planes *p, const uint8_t *map, uint8_t *rgb)
{
	bool tint = p->classes || p->channels != 1;

	for (int c = 0; c < 3; c++) {
		int alpha = tint ? (map[0] || map[1] || map[2] ? 128 : 0) : map[0] * 3 / 4;
		int over = tint ? map[c] : c ? 0 : 255;

		rgb[c] = (uint8_t)((rgb[c] * (255 - alpha) + over * alpha + 127) / 255);
	}
}

static int overlay(const struct planes *p, const struct source *source, struct image *im)
{
	struct image map = *im;
	int err;

	if (!source->im.rgb)
		return usage_error("--overlay needs a picture as the model's input");
	if (p->count != 1)
		return error(-EINVAL, "--overlay: the output is %d pictures", p->count);
	err = image_resize(&source->im, map.width, map.height, im);
	if (err) {
		*im = map;
		return err;
	}
	for (size_t i = 0; i < (size_t)map.width * (size_t)map.height; i++)
		blend(p, map.rgb + 3 * i, im->rgb + 3 * i);
	free(map.rgb);
	return 0;
}

/* Takes off what the picture was extended by, at the scale of the output. */
static int crop(const struct source *source, struct image *im)
{
	struct image to;
	int w, h, err;

	if (!source->im.rgb)
		return 0;
	w = (int)((int64_t)im->width * source->width / source->im.width);
	h = (int)((int64_t)im->height * source->height / source->im.height);
	if ((w == im->width && h == im->height) || w < 1 || h < 1)
		return 0;
	err = image_extend(im, w, h, &to);
	if (err)
		return err;
	free(im->rgb);
	*im = to;
	return 0;
}

static int save_picture(const struct options *o, const char *path, const char *name,
			const struct accel_array *a, const struct source *source)
{
	struct image im = { 0, 0, NULL };
	struct planes p = { 0 };
	int err = get_planes(a, name, &p);

	if (!err)
		err = make_grid(&o->picture, &p, &im);
	if (!err && o->picture.overlay)
		err = overlay(&p, source, &im);
	if (!err && p.count == 1)
		err = crop(source, &im);
	if (!err)
		err = image_write(path, &im);
	free(im.rgb);
	return err;
}

int check_output_count(const struct options *o, const struct accel_model *model)
{
	int n = accel_model_output_count(model);

	if (o->outputs.n > n)
		return usage_error("%d files for outputs are given; the model has %d",
				   o->outputs.n, n);
	return 0;
}

int save_outputs(const struct options *o, const struct accel_model *model, const struct tensors *t,
		 const struct source *source)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	int err = 0;

	for (int i = 0; !err && i < o->outputs.n; i++) {
		const char *path = o->outputs.word[i];

		err = accel_model_output(model, i, &info);
		if (!err && image_is_name(path))
			err = save_picture(o, path, info.name, &t->array[i], source);
		else if (!err)
			err = accel_array_save(path, &t->array[i]);
	}
	return err;
}
