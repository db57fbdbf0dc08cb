/* SPDX-License-Identifier: MIT */
/*
 * Pictures: PNG and JPEG files as rows of 8-bit red, green, blue.  Reading allocates a few bytes
 * for each pixel that the file claims, and refuses more than IMAGE_MAX_PIXELS.
 */
#ifndef ACCELCTL_IMAGE_H
#define ACCELCTL_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_MAX_PIXELS (1 << 26)
#define IMAGE_MAX_SIDE 32767

struct image {
	int width, height;
	uint8_t *rgb;		/* width * height * 3; free() */
};

int image_alloc(struct image *im, int width, int height);

/* -EINVAL: neither PNG nor JPEG, or damaged; -EFBIG: too large. */
int image_read(const char *path, struct image *im);
int image_parse(const void *bytes, size_t size, struct image *im);

/* PNG or JPEG by the name's end: .png, .jpg, .jpeg.  The file appears whole or not at all. */
bool image_is_name(const char *path);
int image_write(const char *path, const struct image *im);

/* To another size, bilinear, with as many source pixels as the scale needs. */
int image_resize(const struct image *from, int width, int height, struct image *to);

/* Extends to the right and downwards by repeating the edge, or cuts. */
int image_extend(const struct image *from, int width, int height, struct image *to);

/* ---- image_png.c, image_jpeg.c ---- */

bool png_is(const void *bytes, size_t size);
int png_parse(const void *bytes, size_t size, struct image *im);
int png_make(const struct image *im, void **bytes, size_t *size);	/* free(*bytes) */
bool jpeg_is(const void *bytes, size_t size);
int jpeg_parse(const void *bytes, size_t size, struct image *im);
int jpeg_make(const struct image *im, void **bytes, size_t *size);

#endif
