/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "picture.h"

void draw_point(struct image *im, int x, int y, struct colour c)
{
	uint8_t *p;

	if (x < 0 || y < 0 || x >= im->width || y >= im->height)
		return;
	p = im->rgb + 3 * ((size_t)y * (size_t)im->width + (size_t)x);
	p[0] = c.r;
	p[1] = c.g;
	p[2] = c.b;
}

void draw_fill(struct image *im, int x, int y, int width, int height, struct colour c)
{
	for (int i = 0; i < height; i++)
		for (int k = 0; k < width; k++)
			draw_point(im, x + k, y + i, c);
}

void draw_frame(struct image *im, int x, int y, int width, int height, int thick, struct colour c)
{
	draw_fill(im, x, y, width, thick, c);
	draw_fill(im, x, y + height - thick, width, thick, c);
	draw_fill(im, x, y, thick, height, c);
	draw_fill(im, x + width - thick, y, thick, height, c);
}

void draw_picture(struct image *im, int x, int y, const struct image *from)
{
	const uint8_t *p = from->rgb;

	for (int i = 0; i < from->height; i++)
		for (int k = 0; k < from->width; k++, p += 3)
			draw_point(im, x + k, y + i, (struct colour){ p[0], p[1], p[2] });
}
