/* SPDX-License-Identifier: MIT */
/* accel-picture regions, overlap: maps of probabilities from .npy files. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "picture.h"

/*
 * As the detector's own post-processing has it (DB, Liao et al. 2020): regions whose mean is below
 * 0.6 are dropped, and what is left is widened by 1.5 times area over circumference, because the
 * map marks the shrunken core of a line of text.
 */
#define MIN_SCORE 0.6
#define MIN_AREA 12
#define WIDEN 1.5

static const struct colour frame_colour = { 255, 220, 0 };

/* height x width, with dims of 1 in front. */
static int read_map(const char *path, struct accel_array *a, int *width, int *height)
{
	int err = accel_array_load(path, a);

	if (err)
		return err;
	for (int i = 0; i < a->rank - 2; i++)
		if (a->dim[i] != 1)
			err = -EINVAL;
	if (err || a->dtype != ACCEL_FLOAT32 || a->rank < 2 || a->dim[a->rank - 1] < 1 ||
	    a->dim[a->rank - 2] < 1 || a->dim[a->rank - 1] > IMAGE_MAX_SIDE ||
	    a->dim[a->rank - 2] > IMAGE_MAX_SIDE ||
	    a->dim[a->rank - 1] * a->dim[a->rank - 2] > IMAGE_MAX_PIXELS)
		return error(-EINVAL, "%s is no map: wanted are float32 values of 1x1xHxW", path);
	*width = (int)a->dim[a->rank - 1];
	*height = (int)a->dim[a->rank - 2];
	return 0;
}

/* Red where the map is high. */
static void tint(struct image *im, const float *map)
{
	for (size_t i = 0; i < (size_t)im->width * (size_t)im->height; i++) {
		double alpha = map[i] > 0 ? map[i] < 1 ? 0.5 * (double)map[i] : 0.5 : 0;

		for (int c = 0; c < 3; c++) {
			double v = im->rgb[3 * i + (size_t)c];

			im->rgb[3 * i + (size_t)c] =
				(uint8_t)lrint(v + alpha * ((c ? 0 : 255) - v));
		}
	}
}

static void frame(struct image *im, const struct regions *found)
{
	for (int i = 0; i < found->n; i++) {
		struct region r = found->region[i];

		region_widen(&r, WIDEN, im->width, im->height);
		draw_frame(im, r.x0, r.y0, r.x1 - r.x0, r.y1 - r.y0, 2, frame_colour);
		printf("%d %d %d %d %.3f\n", r.x0, r.y0, r.x1 - r.x0, r.y1 - r.y0, r.score);
	}
}

static int mark(struct image *im, const float *map, double threshold)
{
	const struct region_rules rules = { threshold, MIN_SCORE, MIN_AREA };
	struct regions found;
	int err = find_regions(map, im->width, im->height, &rules, &found);

	if (err)
		return err;
	tint(im, map);
	frame(im, &found);
	free(found.region);
	return 0;
}

int cmd_regions(int n, char **arg)
{
	struct accel_array map = { .data = NULL };
	struct image im = { 0, 0, NULL };
	double threshold;
	int w, h, err = parse_fraction("THRESHOLD", arg[2], &threshold);

	if (!err)
		err = read_map(arg[1], &map, &w, &h);
	if (!err)
		err = image_read(arg[0], &im);
	if (!err && (im.width != w || im.height != h))
		err = error(-EINVAL, "%s has %d x %d pixels, but %s %d x %d", arg[0], im.width,
			    im.height, arg[1], w, h);
	if (!err)
		err = mark(&im, map.data, threshold);
	if (!err)
		err = image_write(arg[n - 1], &im);
	free(map.data);
	free(im.rgb);
	return err;
}

int cmd_overlap(int n, char **arg)
{
	struct accel_array a = { .data = NULL }, b = { .data = NULL };
	double threshold;
	int aw, ah, bw, bh, err = parse_fraction("THRESHOLD", arg[n - 1], &threshold);

	if (!err)
		err = read_map(arg[0], &a, &aw, &ah);
	if (!err)
		err = read_map(arg[1], &b, &bw, &bh);
	if (!err && (aw != bw || ah != bh))
		err = error(-EINVAL, "%s is %d x %d, but %s %d x %d", arg[0], aw, ah, arg[1], bw,
			    bh);
	if (!err)
		printf("%.1f\n", 100 * map_overlap(a.data, b.data, (size_t)aw * (size_t)ah,
						   threshold));
	free(a.data);
	free(b.data);
	return err;
}
