/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#include "error.h"
#include "image.h"

#define QUALITY 95
#define SINK_BYTES 4096	/* of a file, to begin with */
#define MAX_SCANS 200	/* of a progressive file: each costs as much as the whole picture */

/* libjpeg reports errors by a function that must not return. */
struct handler {
	struct jpeg_error_mgr mgr;
	jmp_buf jump;
	volatile int err;	/* what it was, for who is jumped to */
};

static void on_error(j_common_ptr info)
{
	struct handler *h = (struct handler *)(void *)info->err;
	char text[JMSG_LENGTH_MAX];

	h->mgr.format_message(info, text);
	h->err = error(h->mgr.msg_code == JERR_OUT_OF_MEMORY ? -ENOMEM : -EINVAL, "%s", text);
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
	struct handler *h = (struct handler *)(void *)info->err;

	if (d->input_scan_number > MAX_SCANS) {
		h->err = error(-EINVAL, "more than %d scans", MAX_SCANS);
		longjmp(h->jump, 1);
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
	int err;

	memset(&d, 0, sizeof(d));
	d.err = handler_init(&h);
	im->rgb = NULL;
	if (setjmp(h.jump)) {
		err = h.err;
	} else {
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

/*
 * Where libjpeg writes the file.  Not by its own jpeg_mem_dest(): that one says only at the end where
 * its memory has moved to, and after an error there would be no telling what is to be freed.
 */
struct sink {
	struct jpeg_destination_mgr mgr;
	unsigned char *bytes;
	size_t room, size;
};

/* All of the room is in use, and there must be more. */
static boolean sink_grow(j_compress_ptr c)
{
	struct sink *to = (struct sink *)(void *)c->dest;
	size_t room = to->room ? 2 * to->room : SINK_BYTES;
	unsigned char *bytes = realloc(to->bytes, room);

	if (!bytes)
		ERREXIT1(c, JERR_OUT_OF_MEMORY, 0);
	to->mgr.next_output_byte = bytes + to->room;
	to->mgr.free_in_buffer = room - to->room;
	to->bytes = bytes;
	to->room = room;
	return TRUE;
}

static void sink_begin(j_compress_ptr c)
{
	sink_grow(c);
}

static void sink_end(j_compress_ptr c)
{
	struct sink *to = (struct sink *)(void *)c->dest;

	to->size = to->room - to->mgr.free_in_buffer;
}

static void compress(struct jpeg_compress_struct *c, const struct image *im, struct sink *to)
{
	to->mgr.init_destination = sink_begin;
	to->mgr.empty_output_buffer = sink_grow;
	to->mgr.term_destination = sink_end;
	c->dest = &to->mgr;
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
	int err;

	if (!to)
		return error(-ENOMEM, "out of memory for a JPEG file");
	memset(&c, 0, sizeof(c));
	c.err = handler_init(&h);
	if (setjmp(h.jump)) {
		err = h.err;
	} else {
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
