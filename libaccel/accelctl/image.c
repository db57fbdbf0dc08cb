/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "image.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#include "error.h"
#include "file.h"

#define MAX_FILE (INT64_C(1) << 30)

int image_alloc(struct image *im, int width, int height)
{
	*im = (struct image){ width, height, NULL };
	if (width < 1 || height < 1 || width > IMAGE_MAX_SIDE || height > IMAGE_MAX_SIDE ||
	    (int64_t)width * height > IMAGE_MAX_PIXELS)
		return error(-EFBIG, "a picture of %d x %d pixels; up to %d on a side and %d in "
			     "all are possible", width, height, IMAGE_MAX_SIDE, IMAGE_MAX_PIXELS);
	im->rgb = calloc((size_t)width * (size_t)height, 3);
	return im->rgb ? 0 : error(-ENOMEM, "out of memory for a picture of %d x %d pixels", width,
				   height);
}

int image_parse(const void *bytes, size_t size, struct image *im)
{
	im->rgb = NULL;
	if (png_is(bytes, size))
		return png_parse(bytes, size, im);
	if (jpeg_is(bytes, size))
		return jpeg_parse(bytes, size, im);
	return error(-EINVAL, "it is neither PNG nor JPEG");
}

int image_read(const char *path, struct image *im)
{
	void *bytes;
	size_t size;
	int err = file_map(path, MAX_FILE, &bytes, &size);

	im->rgb = NULL;
	if (err)
		return err;
	err = image_parse(bytes, size, im);
	munmap(bytes, size);
	return err ? error_in(err, "cannot read %s", path) : 0;
}

static bool ends(const char *path, const char *with)
{
	size_t n = strlen(path), k = strlen(with);

	return n > k && !strcasecmp(path + n - k, with);
}

bool image_is_name(const char *path)
{
	return ends(path, ".png") || ends(path, ".jpg") || ends(path, ".jpeg");
}

int image_write(const char *path, const struct image *im)
{
	struct file_part part = { NULL, 0 };
	void *bytes = NULL;
	int err;

	if (ends(path, ".png"))
		err = png_make(im, &bytes, &part.size);
	else
		err = jpeg_make(im, &bytes, &part.size);
	part.data = bytes;
	if (!err)
		err = file_write(path, &part, 1);
	free(bytes);
	return err;
}

/* Which source pixels, and with which weights, make pixel i of a row (or column). */
struct tap {
	int first, n;
	float *weight;
};

/* A triangle as wide as two pixels of the coarser grid. */
static int make_tap(int i, int from, int to, struct tap *t)
{
	double scale = (double)from / to, radius = scale > 1 ? scale : 1;
	double centre = (i + 0.5) * scale - 0.5, sum = 0;
	int last = (int)floor(centre + radius);

	t->first = (int)ceil(centre - radius);
	t->n = last - t->first + 1;
	t->weight = calloc((size_t)t->n, sizeof(*t->weight));
	if (!t->weight)
		return error(-ENOMEM, "out of memory for resizing a picture");
	for (int k = 0; k < t->n; k++) {
		t->weight[k] = (float)fmax(0, 1 - fabs(t->first + k - centre) / radius);
		sum += (double)t->weight[k];
	}
	for (int k = 0; k < t->n; k++)
		t->weight[k] = (float)((double)t->weight[k] / sum);
	return 0;
}

static int clamp(int v, int max)
{
	return v < 0 ? 0 : v > max ? max : v;
}

/* One direction: n pixels that lie `step` apart become m, in each of `lines` lines. */
struct pass {
	const float *from;
	float *to;
	int n, m, lines;
	size_t from_step, from_line, to_step, to_line;
};

static int run_pass(const struct pass *p)
{
	for (int i = 0; i < p->m; i++) {
		struct tap t;
		int err = make_tap(i, p->n, p->m, &t);

		if (err)
			return err;
		for (int l = 0; l < p->lines; l++) {
			float *to = p->to + (size_t)l * p->to_line + (size_t)i * p->to_step;
			float sum[3] = { 0, 0, 0 };

			for (int k = 0; k < t.n; k++) {
				size_t at = (size_t)clamp(t.first + k, p->n - 1) * p->from_step +
					    (size_t)l * p->from_line;

				for (int c = 0; c < 3; c++)
					sum[c] += t.weight[k] * p->from[at + (size_t)c];
			}
			memcpy(to, sum, sizeof(sum));
		}
		free(t.weight);
	}
	return 0;
}

static int resize(const struct image *from, struct image *to, float *a, float *b)
{
	size_t w = (size_t)from->width, h = (size_t)from->height, tw = (size_t)to->width;
	const struct pass across = { a, b, from->width, to->width, from->height, 3, 3 * w, 3,
				     3 * tw };
	const struct pass down = { b, a, from->height, to->height, to->width, 3 * tw, 3,
				   3 * tw, 3 };
	int err;

	for (size_t i = 0; i < 3 * w * h; i++)
		a[i] = from->rgb[i];
	err = run_pass(&across);
	if (!err)
		err = run_pass(&down);
	for (size_t i = 0; !err && i < 3 * tw * (size_t)to->height; i++)
		to->rgb[i] = (uint8_t)lrintf(a[i] < 0 ? 0 : a[i] > 255 ? 255 : a[i]);
	return err;
}

int image_resize(const struct image *from, int width, int height, struct image *to)
{
	size_t n = 3 * (size_t)(from->width > width ? from->width : width) *
		   (size_t)(from->height > height ? from->height : height);
	float *a, *b;
	int err = image_alloc(to, width, height);

	if (err)
		return err;
	a = calloc(n, sizeof(*a));
	b = calloc(n, sizeof(*b));
	err = a && b ? resize(from, to, a, b) : error(-ENOMEM, "out of memory for resizing");
	free(a);
	free(b);
	if (err) {
		free(to->rgb);
		to->rgb = NULL;
	}
	return err;
}

int image_extend(const struct image *from, int width, int height, struct image *to)
{
	int err = image_alloc(to, width, height);

	for (int y = 0; !err && y < height; y++)
		for (int x = 0; x < width; x++) {
			size_t at = (size_t)clamp(y, from->height - 1) * (size_t)from->width +
				    (size_t)clamp(x, from->width - 1);

			memcpy(to->rgb + 3 * ((size_t)y * (size_t)width + (size_t)x),
			       from->rgb + 3 * at, 3);
		}
	return err;
}
