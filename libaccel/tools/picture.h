/* SPDX-License-Identifier: MIT */
/*
 * What accel-picture is made of.  Pictures are those of libaccel/accelctl/image.h: rows of 8-bit
 * red, green, blue.  Functions return 0 or a negative errno and leave a message (error.h).
 */
#ifndef TOOLS_PICTURE_H
#define TOOLS_PICTURE_H

#include "accel.h"
#include "image.h"

/* ---- picture_draw.c ---- */

struct colour {
	uint8_t r, g, b;
};

/* What lies outside of the picture is left out. */
void draw_point(struct image *im, int x, int y, struct colour c);
void draw_fill(struct image *im, int x, int y, int width, int height, struct colour c);
void draw_frame(struct image *im, int x, int y, int width, int height, int thick, struct colour c);
void draw_picture(struct image *im, int x, int y, const struct image *from);

/* ---- picture_text.c ---- */

/*
 * Capital letters, digits and what captions need besides; others become capitals, or a box.
 * A character takes TEXT_WIDTH * size pixels, of which the last column is empty.
 */
#define TEXT_WIDTH 6
#define TEXT_HEIGHT 7

int text_width(const char *text, int size);
void draw_text(struct image *im, int x, int y, int size, struct colour c, const char *text);

/* ---- picture_scale.c ---- */

/* Catmull-Rom for enlarging (1 for each of up to 4 x 4 pixels); by repeated pixels. */
int scale_bicubic(const struct image *from, int width, int height, struct image *to);
int scale_nearest(const struct image *from, int width, int height, struct image *to);

/* Peak signal to noise ratio in dB, over all channels; INFINITY of equal pictures. */
int picture_psnr(const struct image *a, const struct image *b, double *db);

/* ---- picture_regions.c ---- */

/* Where a map of probabilities says that there is something. */
struct region {
	int x0, y0, x1, y1;	/* the first pixel, and the one behind the last */
	int area;		/* pixels above the threshold */
	double score;		/* their mean */
};

struct regions {
	int n;
	struct region *region;	/* free() */
};

/*
 * Connected parts (over corners, too) of what is above the threshold, from top to bottom.  Left out:
 * those with fewer than min_area pixels, or a mean below min_score.  map: width * height.
 */
struct region_rules {
	double threshold, min_score;
	int min_area;
};

int find_regions(const float *map, int width, int height, const struct region_rules *rules,
		 struct regions *found);

/* A region's rectangle, widened by area * ratio / circumference on each side. */
void region_widen(struct region *r, double ratio, int width, int height);

/*
 * How well two maps agree: pixels above the threshold in both, over pixels above it in either; 1 if
 * there are none.
 */
double map_overlap(const float *a, const float *b, size_t n, double threshold);

/* ---- picture_main.c ---- */

/* A mistake on the command line, which ends with another exit code. */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A number of at most max; -EINVAL with a message. */
int parse_int(const char *what, const char *text, int max, int *to);
int parse_fraction(const char *what, const char *text, double *to);

/* ---- picture_plain.c, picture_map.c, picture_beside.c: arg has n words ---- */

int cmd_crop(int n, char **arg);
int cmd_scale(int n, char **arg);
int cmd_psnr(int n, char **arg);
int cmd_regions(int n, char **arg);
int cmd_overlap(int n, char **arg);
int cmd_beside(int n, char **arg);

#endif
