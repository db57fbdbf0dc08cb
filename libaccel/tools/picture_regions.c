/* SPDX-License-Identifier: MIT */
/* Regions of a map of probabilities: a flood fill with a stack of its own. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "error.h"
#include "picture.h"

struct fill {
	const float *map;
	int width, height;
	double threshold;
	uint8_t *seen;
	int *stack;		/* every pixel enters it at most once */
	int n;
};

static void push(struct fill *f, int x, int y)
{
	int at = y * f->width + x;

	/* A NaN is above nothing. */
	if (x < 0 || y < 0 || x >= f->width || y >= f->height || f->seen[at] ||
	    !((double)f->map[at] > f->threshold))
		return;
	f->seen[at] = 1;
	f->stack[f->n++] = at;
}

static void grow(struct fill *f, int x, int y, struct region *r)
{
	*r = (struct region){ x, y, x + 1, y + 1, 0, 0 };
	push(f, x, y);
	while (f->n) {
		int at = f->stack[--f->n];

		x = at % f->width;
		y = at / f->width;
		r->x0 = x < r->x0 ? x : r->x0;
		r->x1 = x + 1 > r->x1 ? x + 1 : r->x1;
		r->y0 = y < r->y0 ? y : r->y0;
		r->y1 = y + 1 > r->y1 ? y + 1 : r->y1;
		r->area++;
		r->score += (double)f->map[at];
		for (int i = -1; i <= 1; i++)
			for (int k = -1; k <= 1; k++)
				push(f, x + k, y + i);
	}
	if (r->area)
		r->score /= r->area;
}

static int keep(struct regions *found, const struct region *r)
{
	struct region *more = realloc(found->region, ((size_t)found->n + 1) * sizeof(*more));

	if (!more)
		return error(-ENOMEM, "out of memory for regions");
	found->region = more;
	more[found->n++] = *r;
	return 0;
}

static int find(struct fill *f, const struct region_rules *rules, struct regions *found)
{
	int err = 0;

	for (int i = 0; !err && i < f->width * f->height; i++) {
		struct region r;

		grow(f, i % f->width, i / f->width, &r);
		if (r.area && r.area >= rules->min_area && r.score >= rules->min_score)
			err = keep(found, &r);
	}
	return err;
}

int find_regions(const float *map, int width, int height, const struct region_rules *rules,
		 struct regions *found)
{
	size_t n = (size_t)width * (size_t)height;
	struct fill f = { map, width, height, rules->threshold, calloc(n, 1),
			  calloc(n, sizeof(int)), 0 };
	int err;

	*found = (struct regions){ 0, NULL };
	err = f.seen && f.stack ? find(&f, rules, found)
				: error(-ENOMEM, "out of memory for a map of %d x %d", width,
					height);
	free(f.seen);
	free(f.stack);
	if (err) {
		free(found->region);
		*found = (struct regions){ 0, NULL };
	}
	return err;
}

void region_widen(struct region *r, double ratio, int width, int height)
{
	int w = r->x1 - r->x0, h = r->y1 - r->y0;
	int by = (int)lrint(r->area * ratio / (2.0 * (w + h)));

	r->x0 = r->x0 - by > 0 ? r->x0 - by : 0;
	r->y0 = r->y0 - by > 0 ? r->y0 - by : 0;
	r->x1 = r->x1 + by < width ? r->x1 + by : width;
	r->y1 = r->y1 + by < height ? r->y1 + by : height;
}

double map_overlap(const float *a, const float *b, size_t n, double threshold)
{
	size_t both = 0, either = 0;

	for (size_t i = 0; i < n; i++) {
		bool in_a = (double)a[i] > threshold, in_b = (double)b[i] > threshold;

		both += in_a && in_b;
		either += in_a || in_b;
	}
	return either ? (double)both / (double)either : 1;
}
