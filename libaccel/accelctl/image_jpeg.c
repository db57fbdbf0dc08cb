/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "error.h"
#include "image.h"

#define QUALITY 95
#define MAX_SCANS 200	/* of a progressive file: each costs as much as the whole picture */

/* libjpeg reports errors by a function that must not return. */
struct handler {
	struct jpeg_error_mgr mgr;
	jmp_buf jump;
};

static void on_error(j_common_ptr info)
{
	struct handler *h = (struct handler *)(void *)info->err;
	char text[JMSG_LENGTH_MAX];

	h->mgr.format_message(info, text);
	error(-EINVAL, "%s", text);
	longjmp(h->jump, 1);
}

/* Warnings are about damage: half a picture is not what was asked for. */
static void on_message(j_common_ptr info, int level)
{
	if (level < 0)
		on_error(info);
}

static void on_progress(j_common_ptr info)
{
	j_decompress_ptr d = (j_decompress_ptr)(void *)info;

	if (d->input_scan_number > MAX_SCANS) {
		error(-EINVAL, "more than %d scans", MAX_SCANS);
		longjmp(((struct handler *)(void *)info->err)->jump, 1);
	}
}

static struct jpeg_error_mgr *handler_init(struct handler *h)
{
	jpeg_std_error(&h->mgr);
	h->mgr.error_exit = on_error;
	h->mgr.emit_message = on_message;
	return &h->mgr;
}

bool jpeg_is(const void *bytes, size_t size)
{
	return size >= 3 && !memcmp(bytes, "\xff\xd8\xff", 3);
}

static int decompress(struct jpeg_decompress_struct *d, const void *bytes, size_t size,
		      struct image *im)
{
	int err;

	jpeg_mem_src(d, bytes, (unsigned long)size);
	jpeg_read_header(d, TRUE);
	d->out_color_space = JCS_RGB;
	if (d->image_width > IMAGE_MAX_SIDE || d->image_height > IMAGE_MAX_SIDE)
		return error(-EFBIG, "a picture of %u x %u pixels; up to %d on a side are possible",
			     d->image_width, d->image_height, IMAGE_MAX_SIDE);
	err = image_alloc(im, (int)d->image_width, (int)d->image_height);
	if (err)
		return err;
	jpeg_start_decompress(d);
	while (d->output_scanline < d->output_height) {
		JSAMPROW row = im->rgb + 3 * (size_t)im->width * d->output_scanline;

		jpeg_read_scanlines(d, &row, 1);
	}
	jpeg_finish_decompress(d);
	return 0;
}

int jpeg_parse(const void *bytes, size_t size, struct image *im)
{
	struct jpeg_decompress_struct d;
	struct jpeg_progress_mgr progress = { .progress_monitor = on_progress };
	struct handler h;
	volatile int err = -EINVAL;

	memset(&d, 0, sizeof(d));
	d.err = handler_init(&h);
	im->rgb = NULL;
	if (!setjmp(h.jump)) {
		jpeg_create_decompress(&d);
		d.progress = &progress;
		err = decompress(&d, bytes, size, im);
	}
	jpeg_destroy_decompress(&d);
	if (err) {
		free(im->rgb);
		im->rgb = NULL;
	}
	return err;
}

/* Where libjpeg keeps the file that it makes; it may move. */
struct sink {
	unsigned char *bytes;
	unsigned long size;
};

static void compress(struct jpeg_compress_struct *c, const struct image *im, struct sink *to)
{
	jpeg_mem_dest(c, &to->bytes, &to->size);
	c->image_width = (JDIMENSION)im->width;
	c->image_height = (JDIMENSION)im->height;
	c->input_components = 3;
	c->in_color_space = JCS_RGB;
	jpeg_set_defaults(c);
	jpeg_set_quality(c, QUALITY, TRUE);
	jpeg_start_compress(c, TRUE);
	while (c->next_scanline < c->image_height) {
		JSAMPROW row = im->rgb + 3 * (size_t)im->width * c->next_scanline;

		jpeg_write_scanlines(c, &row, 1);
	}
	jpeg_finish_compress(c);
}

int jpeg_make(const struct image *im, void **bytes, size_t *size)
{
	struct jpeg_compress_struct c;
	struct handler h;
	struct sink *to = calloc(1, sizeof(*to));
	volatile int err = -EINVAL;

	if (!to)
		return error(-ENOMEM, "out of memory for a JPEG file");
	memset(&c, 0, sizeof(c));
	c.err = handler_init(&h);
	if (!setjmp(h.jump)) {
		jpeg_create_compress(&c);
		compress(&c, im, to);
		err = 0;
	}
	jpeg_destroy_compress(&c);
	if (err) {
		free(to->bytes);
	} else {
		*bytes = to->bytes;
		*size = to->size;
	}
	free(to);
	return err;
}
