/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "image.h"

bool png_is(const void *bytes, size_t size)
{
	return size >= 8 && !png_sig_cmp(bytes, 0, 8);
}

/* What is transparent becomes white, as on a page. */
int png_parse(const void *bytes, size_t size, struct image *im)
{
	const png_color white = { 255, 255, 255 };
	png_image png = { .version = PNG_IMAGE_VERSION };
	int err = 0;

	if (!png_image_begin_read_from_memory(&png, bytes, size))
		return error(-EINVAL, "%s", png.message);
	png.format = PNG_FORMAT_RGB;
	if (png.width > IMAGE_MAX_SIDE || png.height > IMAGE_MAX_SIDE)
		err = error(-EFBIG, "a picture of %u x %u pixels; up to %d on a side are possible",
			    png.width, png.height, IMAGE_MAX_SIDE);
	if (!err)
		err = image_alloc(im, (int)png.width, (int)png.height);
	if (!err && !png_image_finish_read(&png, &white, im->rgb, 0, NULL)) {
		err = error(-EINVAL, "%s", png.message);
		free(im->rgb);
		im->rgb = NULL;
	}
	png_image_free(&png);
	return err;
}

int png_make(const struct image *im, void **bytes, size_t *size)
{
	png_image png = {
		.version = PNG_IMAGE_VERSION,
		.width = (png_uint_32)im->width,
		.height = (png_uint_32)im->height,
		.format = PNG_FORMAT_RGB,
	};
	png_alloc_size_t need = PNG_IMAGE_PNG_SIZE_MAX(png);

	*bytes = malloc(need);
	if (!*bytes)
		return error(-ENOMEM, "out of memory for a PNG file");
	if (!png_image_write_to_memory(&png, *bytes, &need, 0, im->rgb, 0, NULL)) {
		free(*bytes);
		*bytes = NULL;
		return error(-EIO, "cannot make a PNG file: %s", png.message);
	}
	*size = need;
	return 0;
}
