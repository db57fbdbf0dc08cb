// SPDX-License-Identifier: MIT
/* Regions of maps, scaling, captions; and pictures and maps for run.sh, in the folder given. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../onnx/tap.h"
#include "picture.h"

#define W 40
#define H 20

static const struct region_rules rules = { 0.3, 0.6, 4 };

static void block(float *map, int x, int y, int w, int h, float v)
{
	for (int i = y; i < y + h; i++)
		for (int k = x; k < x + w; k++)
			map[i * W + k] = v;
}

static bool is_region(const struct region *r, int x0, int y0, int x1, int y1, int area)
{
	return r->x0 == x0 && r->y0 == y0 && r->x1 == x1 && r->y1 == y1 && r->area == area;
}

static void test_regions(void)
{
	float map[W * H] = { 0 };
	struct regions found;
	int err;

	block(map, 2, 3, 10, 4, 0.9f);
	block(map, 12, 7, 3, 2, 0.7f);		/* touches the first at a corner */
	block(map, 20, 1, 5, 5, 0.5f);		/* its mean is too low */
	block(map, 30, 1, 3, 1, 0.9f);		/* too small */
	block(map, 38, 18, 2, 2, 1);		/* in the corner */
	block(map, 25, 12, 4, 4, NAN);
	err = find_regions(map, W, H, &rules, &found);
	ok(!err && found.n == 2, "two regions (%d)", found.n);
	ok(found.n > 0 && is_region(&found.region[0], 2, 3, 15, 9, 46),
	   "parts that touch at a corner are one");
	ok(found.n > 0 && fabs(found.region[0].score - (40 * 0.9 + 6 * 0.7) / 46) < 1e-6,
	   "its score is the mean");
	ok(found.n > 1 && is_region(&found.region[1], 38, 18, 40, 20, 4),
	   "a region in the corner ends with the map");
	if (found.n > 1) {
		region_widen(&found.region[0], 1.5, W, H);
		/* 46 * 1.5 / (2 * (13 + 6)) = 1.8 */
		ok(is_region(&found.region[0], 0, 1, 17, 11, 46), "widened by area / circumference");
		region_widen(&found.region[1], 5, W, H);
		ok(is_region(&found.region[1], 36, 16, 40, 20, 4), "and cut at the edge");
	}
	free(found.region);

	for (int i = 0; i < W * H; i++)
		map[i] = i % 2 ? 1 : 0.31f;
	ok(!find_regions(map, W, H, &rules, &found) && found.n == 1 &&
	   is_region(&found.region[0], 0, 0, W, H, W * H), "a map that is full");
	free(found.region);
	memset(map, 0, sizeof(map));
	ok(!find_regions(map, W, H, &rules, &found) && !found.n, "a map that is empty");
	free(found.region);
	ok(map_overlap(map, map, W * H, 0.3) == 1.0, "two empty maps agree");
}

static void test_overlap(void)
{
	float a[W * H] = { 0 }, b[W * H] = { 0 };

	block(a, 0, 0, 10, 1, 1);
	block(b, 5, 0, 10, 1, 1);
	ok(fabs(map_overlap(a, b, W * H, 0.3) - 5 / 15.0) < 1e-12, "5 of 15 pixels overlap");
}

/* Red rises by 2 from pixel to pixel, green falls down the columns. */
static void ramp(struct image *im, int w, int h)
{
	if (image_alloc(im, w, h))
		exit(1);
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			uint8_t *p = im->rgb + 3 * (y * w + x);

			p[0] = (uint8_t)(2 * x + 20);
			p[1] = (uint8_t)(200 - 4 * y);
			p[2] = 77;
		}
}

static void test_scale(void)
{
	struct image a, b, c;
	bool linear = true, flat = true;
	double db;
	int err;

	ramp(&a, 30, 20);
	ok(!scale_bicubic(&a, 30, 20, &b) && !memcmp(a.rgb, b.rgb, 3 * 30 * 20),
	   "bicubic to the same size changes nothing");
	free(b.rgb);
	ok(!scale_bicubic(&a, 60, 40, &b) && b.width == 60 && b.height == 40, "bicubic by two");
	for (int y = 6; y < 34; y++)
		for (int x = 6; x < 54; x++) {
			const uint8_t *p = b.rgb + 3 * (y * 60 + x);

			/* x + 0.5 = 2 (sx + 0.5); halves are rounded to even. */
			linear = linear && fabs(p[0] - (x - 0.5 + 20)) <= 0.5 &&
				 fabs(p[1] - (200.5 + 0.5 - 2 * y)) <= 0.5;
			flat = flat && p[2] == 77;
		}
	ok(linear, "a ramp stays a ramp");
	ok(flat, "what is even stays even");
	ok(!scale_nearest(&a, 60, 40, &c), "nearest by two");
	ok(c.rgb[3 * (7 * 60 + 11)] == a.rgb[3 * (3 * 30 + 5)], "repeats pixels");
	ok(!picture_psnr(&a, &a, &db) && isinf(db), "equal pictures: no noise");
	ok(picture_psnr(&a, &b, &db) < 0, "pictures of different sizes are not compared");
	free(c.rgb);
	c = a;
	c.rgb = malloc(3 * 30 * 20);
	memcpy(c.rgb, a.rgb, 3 * 30 * 20);
	for (int i = 0; i < 3 * 30 * 20; i++)
		c.rgb[i]++;
	err = picture_psnr(&a, &c, &db);
	ok(!err && fabs(db - 20 * log10(255)) < 1e-9, "off by one everywhere: 48.13 dB (%.2f)",
	   db);
	free(a.rgb);
	free(b.rgb);
	free(c.rgb);
}

static void test_text(void)
{
	static const char *const wanted[TEXT_HEIGHT] = { "#####", "#....", "#....", "####.",
							 "#....", "#....", "#...." };
	const struct colour black = { 0, 0, 0 }, white = { 255, 255, 255 };
	struct image im;
	bool good = true;
	int all = 0;

	if (image_alloc(&im, 12, 9))
		exit(1);
	draw_fill(&im, 0, 0, 12, 9, white);
	draw_text(&im, 1, 1, 1, black, "f");
	for (int y = 0; y < TEXT_HEIGHT; y++)
		for (int x = 0; x < 5; x++)
			good = good && (im.rgb[3 * ((y + 1) * 12 + x + 1)] == 0) ==
					       (wanted[y][x] == '#');
	ok(good, "an f looks like an F");
	for (int c = 1; c < 256; c++) {
		char text[2] = { (char)c, 0 };

		draw_fill(&im, 0, 0, 12, 9, white);
		draw_text(&im, -2, -3, 1, black, text);
		draw_text(&im, 8, 5, 1, black, text);
		draw_text(&im, 2, 1, 1, black, text);
		for (int i = 0; i < 12 * 9; i++)
			all += im.rgb[3 * i] == 0;
	}
	ok(all > 255, "every character can be drawn, over the edge, too");
	ok(text_width("ABC", 2) == 36, "the width of a text");
	free(im.rgb);
}

static void save_array(const char *name, enum accel_dtype dtype, int rank, int h, int w,
		       const float *data)
{
	struct accel_array a = { .dtype = dtype, .rank = rank, .data = (void *)data };

	for (int i = 0; i < rank; i++)
		a.dim[i] = 1;
	a.dim[rank - 2] = h;
	a.dim[rank - 1] = w;
	a.data_size = (size_t)h * (size_t)w * accel_dtype_size(dtype);
	if (accel_array_save(name, &a))
		exit(1);
}

static void make_files(void)
{
	static float map[W * H];
	struct image im;

	ramp(&im, W, H);
	if (image_write("a.png", &im) || image_write("a.jpg", &im))
		exit(1);
	free(im.rgb);
	block(map, 10, 8, 16, 6, 0.9f);
	save_array("map.npy", ACCEL_FLOAT32, 4, H, W, map);
	save_array("flat.npy", ACCEL_FLOAT32, 2, H, W, map);
	save_array("other.npy", ACCEL_FLOAT32, 4, W, H, map);
	save_array("ints.npy", ACCEL_INT32, 4, H, W, map);
}

int main(int argc, char **argv)
{
	test_regions();
	test_overlap();
	test_scale();
	test_text();
	if (argc > 1) {
		if (chdir(argv[1]))
			return 1;
		make_files();
	}
	return tap_done();
}
