/* SPDX-License-Identifier: MIT */
/* accel-picture crop, scale, psnr. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "picture.h"

static int cut(const struct image *from, int x, int y, struct image *to)
{
	for (int i = 0; i < to->height; i++)
		memcpy(to->rgb + 3 * (size_t)i * (size_t)to->width,
		       from->rgb + 3 * ((size_t)(y + i) * (size_t)from->width + (size_t)x),
		       3 * (size_t)to->width);
	return 0;
}

int cmd_crop(int n, char **arg)
{
	static const char *const what[] = { "X", "Y", "WIDTH", "HEIGHT" };
	struct image from = { 0, 0, NULL }, to = { 0, 0, NULL };
	int v[4], err = 0;

	for (int i = 0; !err && i < 4; i++)
		err = parse_int(what[i], arg[1 + i], IMAGE_MAX_SIDE, &v[i]);
	if (!err)
		err = image_read(arg[0], &from);
	if (!err && (v[0] + v[2] > from.width || v[1] + v[3] > from.height))
		err = error(-EINVAL, "%s has %d x %d pixels: %d x %d at %d, %d do not lie in it",
			    arg[0], from.width, from.height, v[2], v[3], v[0], v[1]);
	if (!err)
		err = image_alloc(&to, v[2], v[3]);
	if (!err)
		err = cut(&from, v[0], v[1], &to);
	if (!err)
		err = image_write(arg[n - 1], &to);
	free(from.rgb);
	free(to.rgb);
	return err;
}

static int scale(const char *how, const struct image *from, int w, int h, struct image *to)
{
	if (!strcmp(how, "smooth"))
		return image_resize(from, w, h, to);
	if (!strcmp(how, "bicubic"))
		return scale_bicubic(from, w, h, to);
	if (!strcmp(how, "nearest"))
		return scale_nearest(from, w, h, to);
	return usage_error("there is no way to scale called '%s': smooth, bicubic or nearest", how);
}

int cmd_scale(int n, char **arg)
{
	struct image from = { 0, 0, NULL }, to = { 0, 0, NULL };
	int w, h, err = parse_int("WIDTH", arg[1], IMAGE_MAX_SIDE, &w);

	if (!err)
		err = parse_int("HEIGHT", arg[2], IMAGE_MAX_SIDE, &h);
	if (!err)
		err = image_read(arg[0], &from);
	if (!err)
		err = scale(arg[3], &from, w, h, &to);
	if (!err)
		err = image_write(arg[n - 1], &to);
	free(from.rgb);
	free(to.rgb);
	return err;
}

int cmd_psnr(int n, char **arg)
{
	struct image a = { 0, 0, NULL }, b = { 0, 0, NULL };
	double db;
	int err = image_read(arg[0], &a);

	if (!err)
		err = image_read(arg[n - 1], &b);
	if (!err)
		err = picture_psnr(&a, &b, &db);
	if (!err)
		printf("%.2f\n", db);
	free(a.rgb);
	free(b.rgb);
	return err;
}
