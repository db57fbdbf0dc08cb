/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "picture.h"

static int clamp(int v, int max)
{
	return v < 0 ? 0 : v > max ? max : v;
}

int scale_nearest(const struct image *from, int width, int height, struct image *to)
{
	int err = image_alloc(to, width, height);

	for (int y = 0; !err && y < height; y++)
		for (int x = 0; x < width; x++) {
			size_t sy = (size_t)((int64_t)y * from->height / height);
			size_t sx = (size_t)((int64_t)x * from->width / width);

			memcpy(to->rgb + 3 * ((size_t)y * (size_t)width + (size_t)x),
			       from->rgb + 3 * (sy * (size_t)from->width + sx), 3);
		}
	return err;
}

/* Weights of the four pixels around t, which lies between the second and the third. */
static void weights(double t, double w[4])
{
	w[0] = ((-0.5 * t + 1) * t - 0.5) * t;
	w[1] = (1.5 * t - 2.5) * t * t + 1;
	w[2] = ((-1.5 * t + 2) * t + 0.5) * t;
	w[3] = (0.5 * t - 0.5) * t * t;
}

static void pixel(const struct image *from, double sx, double sy, uint8_t *to)
{
	int x = (int)floor(sx), y = (int)floor(sy);
	double wx[4], wy[4], sum[3] = { 0, 0, 0 };

	weights(sx - x, wx);
	weights(sy - y, wy);
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < 4; k++) {
			size_t py = (size_t)clamp(y - 1 + i, from->height - 1);
			size_t px = (size_t)clamp(x - 1 + k, from->width - 1);
			const uint8_t *p = from->rgb + 3 * (py * (size_t)from->width + px);

			for (int c = 0; c < 3; c++)
				sum[c] += wy[i] * wx[k] * p[c];
		}
	for (int c = 0; c < 3; c++)
		to[c] = (uint8_t)lrint(fmin(255, fmax(0, sum[c])));
}

int scale_bicubic(const struct image *from, int width, int height, struct image *to)
{
	int err = image_alloc(to, width, height);

	for (int y = 0; !err && y < height; y++)
		for (int x = 0; x < width; x++)
			pixel(from, (x + 0.5) * from->width / width - 0.5,
			      (y + 0.5) * from->height / height - 0.5,
			      to->rgb + 3 * ((size_t)y * (size_t)width + (size_t)x));
	return err;
}

int picture_psnr(const struct image *a, const struct image *b, double *db)
{
	size_t n = 3 * (size_t)a->width * (size_t)a->height;
	double sum = 0;

	if (a->width != b->width || a->height != b->height)
		return error(-EINVAL, "%d x %d pixels cannot be compared with %d x %d", a->width,
			     a->height, b->width, b->height);
	for (size_t i = 0; i < n; i++)
		sum += pow((double)a->rgb[i] - b->rgb[i], 2);
	*db = sum > 0 ? 10 * log10(255.0 * 255.0 * (double)n / sum) : (double)INFINITY;
	return 0;
}
