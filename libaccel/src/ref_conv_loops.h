/* SPDX-License-Identifier: MIT */
/*
 * The loops of convolutions, for elements of type T; ref_conv.c includes this for float and for
 * integers modulo 2^32.
 *
 * Both kinds of convolution work on PANEL pixels at a time, because `acc[i] += w * x[i]` over a
 * fixed number of neighbours is what compilers turn into vector instructions at -O2.  What those
 * pixels need of the input is gathered once into a panel (DEPTH rows of PANEL elements, which stay
 * in the first cache) and used for every output channel.
 */

/* acc += the sum over k of w[k * step] * x[k].  The one loop where the time goes. */
static void NAME(multiply)(int64_t n, const T *w, int64_t step, T (*x)[PANEL], T *restrict acc)
{
	int64_t k = 0;

	for (; k + 4 <= n; k += 4, w += 4 * step) {
		const T w0 = w[0], w1 = w[step], w2 = w[2 * step], w3 = w[3 * step];
		const T *x0 = x[k], *x1 = x[k + 1], *x2 = x[k + 2], *x3 = x[k + 3];

		for (int i = 0; i < PANEL; i++)
			acc[i] += w0 * x0[i] + w1 * x1[i] + w2 * x2[i] + w3 * x3[i];
	}
	for (; k < n; k++, w += step)
		for (int i = 0; i < PANEL; i++)
			acc[i] += *w * x[k][i];
}

/* One row of the panel: what the tile's pixels have under one tap of the kernel; 0 outside. */
static void NAME(gather)(const struct tile *tile, const struct tap *tap, const T *plane, T *row)
{
	if (tap->inside == tile->all && tile->dense) {
		memcpy(row, plane + (tile->base[0] + tap->offset),
		       (size_t)tile->n * sizeof(T));
		return;
	}
	for (int i = 0; i < tile->n; i++)
		row[i] = tap->inside >> i & 1 ? plane[tile->base[i] + tap->offset] : 0;
}

/* The pixels of a tile in all output channels of a group. */
static void NAME(conv_tile)(const struct plan *p, const T *x, const T *w, const T *bias, T *y,
			    T (*panel)[PANEL])
{
	int64_t depth = p->group_in * p->taps;

	for (int64_t k0 = 0; k0 < depth; k0 += DEPTH) {
		int64_t n = depth - k0 < DEPTH ? depth - k0 : DEPTH;

		for (int64_t k = 0; k < n; k++)
			NAME(gather)(&p->tile, &p->tap[(k0 + k) % p->taps],
				     x + (k0 + k) / p->taps * p->in_plane, panel[k]);
		for (int64_t c = 0; c < p->group_out; c++) {
			T *to = y + c * p->out_plane + p->tile.first;
			T acc[PANEL] = { 0 };

			for (int i = 0; i < p->tile.n; i++)
				acc[i] = k0 ? to[i] : bias ? bias[c] : 0;
			NAME(multiply)(n, w + c * depth + k0, 1, panel, acc);
			memcpy(to, acc, (size_t)p->tile.n * sizeof(T));
		}
	}
}

/* Adds what the tile's input pixels give under one tap to where they go. */
static void NAME(scatter)(const struct tile *tile, const struct tap *tap, const T *acc, T *plane)
{
	for (int i = 0; i < tile->n; i++)
		if (tap->inside >> i & 1)
			plane[tile->base[i] + tap->offset] += acc[i];
}

/* What the pixels of a tile of the input add to all output channels of a group. */
static void NAME(transposed_tile)(const struct plan *p, const T *x, const T *w, T *y,
				  T (*panel)[PANEL])
{
	int64_t step = p->group_out * p->taps;

	for (int64_t k0 = 0; k0 < p->group_in; k0 += DEPTH) {
		int64_t n = p->group_in - k0 < DEPTH ? p->group_in - k0 : DEPTH;

		for (int64_t k = 0; k < n; k++)
			memcpy(panel[k], x + (k0 + k) * p->in_plane + p->tile.first,
			       (size_t)p->tile.n * sizeof(T));
		for (int64_t i = 0; i < step; i++) {
			T acc[PANEL] = { 0 };

			NAME(multiply)(n, w + k0 * step + i, step, panel, acc);
			NAME(scatter)(&p->tile, &p->tap[i % p->taps], acc,
				      y + i / p->taps * p->out_plane);
		}
	}
}

static void NAME(fill_bias)(const struct plan *p, const T *bias, T *y)
{
	for (int64_t c = 0; c < p->group_out; c++)
		for (int64_t i = 0; i < p->out_plane; i++)
			y[c * p->out_plane + i] = bias ? bias[c] : 0;
}

/* One picture of the batch. */
static void NAME(picture)(const struct ref_conv *g, struct plan *p, const T *x, const T *w,
			  const T *bias, T *y, T (*panel)[PANEL])
{
	int64_t pixels = g->transposed ? p->in_plane : p->out_plane;
	int64_t x_step = p->group_in * p->in_plane, y_step = p->group_out * p->out_plane;
	int64_t w_step = p->group_in * p->group_out * p->taps;

	for (int64_t i = 0; g->transposed && i < g->group; i++)
		NAME(fill_bias)(p, bias ? bias + i * p->group_out : NULL, y + i * y_step);
	for (int64_t first = 0; first < pixels; first += PANEL) {
		plan_tile(g, p, first, pixels);
		for (int64_t i = 0; i < g->group; i++) {
			const T *b = bias ? bias + i * p->group_out : NULL;

			if (g->transposed)
				NAME(transposed_tile)(p, x + i * x_step, w + i * w_step,
						      y + i * y_step, panel);
			else
				NAME(conv_tile)(p, x + i * x_step, w + i * w_step, b,
						y + i * y_step, panel);
		}
	}
}

int NAME(ref_conv)(const struct ref_conv *g, const T *x, const T *w, const T *bias, T *y)
{
	struct plan p;
	T (*panel)[PANEL] = calloc(DEPTH, sizeof(*panel));
	int err = plan_init(g, &p);

	if (!panel)
		err = error(-ENOMEM, "out of memory for a convolution");
	for (int64_t i = 0; !err && i < g->batch; i++)
		NAME(picture)(g, &p, x + i * g->in_channels * p.in_plane, w, bias,
			      y + i * g->out_channels * p.out_plane, panel);
	free(p.tap);
	free(panel);
	return err;
}
