/* SPDX-License-Identifier: MIT */
/* accel-picture beside: pictures in a row, each below its caption. */
#include <stdio.h>
#include <stdlib.h>

#include "error.h"
#include "picture.h"

#define MAX_PICTURES 8
#define GAP 8

static const struct colour paper = { 255, 255, 255 }, ink = { 30, 30, 30 };

struct row {
	int n, width, height;	/* of the sheet */
	struct image im[MAX_PICTURES];
	char **caption;		/* the one of picture i: caption[2 * i] */
	int text_size;
};

/* Twice the font's size, if every caption fits above its picture that way. */
static int text_size(const struct row *r)
{
	for (int i = 0; i < r->n; i++)
		if (text_width(r->caption[2 * i], 2) > r->im[i].width)
			return 1;
	return 2;
}

static int caption_height(const struct row *r)
{
	return TEXT_HEIGHT * r->text_size + GAP;
}

static void measure(struct row *r)
{
	r->text_size = text_size(r);
	r->width = r->height = GAP;
	for (int i = 0; i < r->n; i++) {
		r->width += r->im[i].width + GAP;
		if (r->im[i].height > r->height)
			r->height = r->im[i].height;
	}
	r->height += 2 * GAP + caption_height(r);
}

static void compose(const struct row *r, struct image *sheet)
{
	int x = GAP;

	draw_fill(sheet, 0, 0, sheet->width, sheet->height, paper);
	for (int i = 0; i < r->n; i++) {
		draw_text(sheet, x, GAP, r->text_size, ink, r->caption[2 * i]);
		draw_picture(sheet, x, GAP + caption_height(r), &r->im[i]);
		x += r->im[i].width + GAP;
	}
}

int cmd_beside(int n, char **arg)
{
	struct image sheet = { 0, 0, NULL };
	struct row r = { .n = 0, .caption = arg + 2 };
	int err = 0;

	if (n % 2 != 1)
		return usage_error("'%s' has no caption", arg[n - 1]);
	for (int i = 1; !err && i < n; i += 2) {
		err = image_read(arg[i], &r.im[r.n]);
		r.n += !err;
	}
	if (!err) {
		measure(&r);
		err = image_alloc(&sheet, r.width, r.height);
	}
	if (!err) {
		compose(&r, &sheet);
		err = image_write(arg[0], &sheet);
	}
	for (int i = 0; i < r.n; i++)
		free(r.im[i].rgb);
	free(sheet.rgb);
	return err;
}
