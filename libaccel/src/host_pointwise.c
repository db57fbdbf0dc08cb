/* SPDX-License-Identifier: MIT */
/*
 * Requantisations of single values (activations between two quantisations, changes of scale): an
 * int8 has 256 values, so they are a table.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "host_kernel.h"
#include "ref.h"

struct pointwise {
	const struct layer *l;
	int lo, hi;
	int8_t table[256];	/* for these limits */
};

static bool same_for_all_channels(const struct layer *l)
{
	for (int c = 1; c < l->out_ch; c++)
		if (l->weights[c] != l->weights[0] || l->bias[c] != l->bias[0] ||
		    l->scale[c] != l->scale[0])
			return false;
	return true;
}

/* Every output meets one input, its own. */
static bool axis_fits(const struct axis *a)
{
	return a->k == 1 && a->stride == 1 && a->pad == 0 && a->out <= a->in;
}

static void fill(struct pointwise *p, int lo, int hi)
{
	const struct layer *l = p->l;

	for (int v = -128; v < 128; v++)
		p->table[v + 128] =
			(int8_t)ref_requantize((int32_t)((uint32_t)l->bias[0] +
							 (uint32_t)((v - l->in_zp) * l->weights[0])),
					       l->scale[0], l->zp, lo, hi);
	p->lo = lo;
	p->hi = hi;
}

static int pointwise_make(const struct layer *l, void **state)
{
	struct pointwise *p;

	if (l->groups != l->in_ch || l->groups != l->out_ch || !axis_fits(&l->y) ||
	    !axis_fits(&l->x) || !same_for_all_channels(l))
		return -ENOTSUP;
	p = malloc(sizeof(*p));
	if (!p)
		return error(-ENOMEM, "out of memory for the table of layer '%s'", l->name);
	p->l = l;
	fill(p, -128, 127);
	*state = p;
	return 0;
}

static int pointwise_run(void *state, const struct host_view *in, const struct host_view *out, int lo,
			 int hi)
{
	struct pointwise *p = state;
	const size_t ch = (size_t)p->l->in_ch, row = (size_t)p->l->x.out * ch;
	bool dense = in->pixel == ch && out->pixel == ch;

	if (p->lo != lo || p->hi != hi)
		fill(p, lo, hi);
	for (int y = 0; y < p->l->y.out; y++) {
		const int8_t *from = in->data + (size_t)y * in->row;
		int8_t *to = out->data + (size_t)y * out->row;

		for (int x = 0; x < (dense ? 1 : p->l->x.out); x++) {
			size_t n = dense ? row : ch;

			memcpy(to + (size_t)x * out->pixel, from + (size_t)x * in->pixel, n);
			host_look_up(p->table, to + (size_t)x * out->pixel, n);
		}
	}
	return 0;
}

const struct host_kernel host_pointwise = { "pointwise", pointwise_make, pointwise_run, free };
