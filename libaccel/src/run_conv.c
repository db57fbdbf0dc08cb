/* SPDX-License-Identifier: MIT */
/* Sums of convolutions: 16-bit factors, 32-bit sums that wrap. */
#include <errno.h>
#include <stdlib.h>

#include "error.h"
#include "run_layer.h"

/* Factors of at most 255 and 128: so many products cannot overflow. */
#define MAX_RUN 65536

/* ---- dot products, for four outputs at once ---- */

typedef void dot_fn(const int16_t *a, const int16_t *w, size_t step, int n, int32_t *sum);

/* The compiler makes vectors of this; one body for each set of instructions. */
#define DEFINE_DOT(name, attribute)							\
attribute static void name(const int16_t *a, const int16_t *w, size_t step, int n,	\
			   int32_t *sum)						\
{											\
	const int16_t *w1 = w + step, *w2 = w1 + step, *w3 = w2 + step;		\
	int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;					\
											\
	for (int i = 0; i < n; i++) {							\
		s0 += a[i] * w[i];							\
		s1 += a[i] * w1[i];							\
		s2 += a[i] * w2[i];							\
		s3 += a[i] * w3[i];							\
	}										\
	sum[0] = s0;									\
	sum[1] = s1;									\
	sum[2] = s2;									\
	sum[3] = s3;									\
}

DEFINE_DOT(dot_plain, )
#ifdef __x86_64__
DEFINE_DOT(dot_avx2, __attribute__((target("avx2"))))
#endif

static dot_fn *select_dot(void)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2"))
		return dot_avx2;
#endif
	return dot_plain;
}

static void add(int32_t *acc, int32_t v)
{
	*acc = (int32_t)((uint32_t)*acc + (uint32_t)v);
}

static void add_one(const int16_t *a, const int16_t *w, int n, int32_t *acc)
{
	int32_t sum = 0;

	for (int i = 0; i < n; i++)
		sum += a[i] * w[i];
	add(acc, sum);
}

/* acc[c] += a . w[c], where w[c] lies step behind w[c - 1]. */
static void add_dots(const int16_t *a, const int16_t *w, size_t step, int n, int channels,
		     int32_t *acc)
{
	dot_fn *dot = select_dot();
	int32_t sum[4];
	int c = 0;

	for (; c + 4 <= channels; c += 4) {
		dot(a, w + (size_t)c * step, step, n, sum);
		for (int i = 0; i < 4; i++)
			add(&acc[c + i], sum[i]);
	}
	for (; c < channels; c++)
		add_one(a, w + (size_t)c * step, n, &acc[c]);
}

/* ---- what an output meets ---- */

/* The input that output o meets at tap k; false: none, between the inputs of a deconvolution. */
static bool meets(const struct layer *l, const struct axis *a, int o, int k, int *i)
{
	int at = o + a->pad - k * a->dilation;

	if (!l->deconv) {
		*i = o * a->stride - a->pad + k * a->dilation;
		return true;
	}
	*i = at >= 0 ? at / a->stride : -((-at + a->stride - 1) / a->stride);
	return at % a->stride == 0;
}

/* The first and last input that any output meets. */
void host_input_range(const struct layer *l, const struct axis *a, int *first, int *last)
{
	int reach = (a->k - 1) * a->dilation;

	if (l->deconv) {
		int at = a->pad - reach;

		*first = at >= 0 ? at / a->stride : -((-at + a->stride - 1) / a->stride);
		*last = (a->out - 1 + a->pad) / a->stride;
	} else {
		*first = -a->pad;
		*last = (a->out - 1) * a->stride - a->pad + reach;
	}
}

static int clamp(int v, int max)
{
	return v < 0 ? 0 : v > max ? max : v;
}

static void fill_pixel(const struct layer *l, const struct host_view *in, int y, int x,
		       int16_t *to)
{
	bool inside = y >= 0 && x >= 0 && y < l->y.in && x < l->x.in;
	const int8_t *from;

	if (!inside && !l->pad_edge) {
		for (int c = 0; c < l->in_ch; c++)
			to[c] = (int16_t)(l->pad_value - l->in_zp);
		return;
	}
	from = in->data + (size_t)clamp(y, l->y.in - 1) * in->row +
	       (size_t)clamp(x, l->x.in - 1) * in->pixel;
	for (int c = 0; c < l->in_ch; c++)
		to[c] = (int16_t)(from[c] - l->in_zp);
}

int host_input_make(const struct layer *l, const struct host_view *in, struct host_input *to)
{
	int last_y, last_x;

	host_input_range(l, &l->y, &to->y0, &last_y);
	host_input_range(l, &l->x, &to->x0, &last_x);
	to->height = last_y - to->y0 + 1;
	to->width = last_x - to->x0 + 1;
	to->data = calloc((size_t)to->height * (size_t)to->width + 1,
			  (size_t)l->in_ch * sizeof(*to->data));
	if (!to->data)
		return error(-ENOMEM, "out of memory for the input of layer '%s', %d x %d x %d",
			     l->name, to->height, to->width, l->in_ch);
	for (int y = 0; y < to->height; y++)
		for (int x = 0; x < to->width; x++)
			fill_pixel(l, in, to->y0 + y, to->x0 + x, to->data +
				   ((size_t)y * (size_t)to->width + (size_t)x) * (size_t)l->in_ch);
	return 0;
}

/* ---- one output pixel ---- */

/* A run of inputs that lie behind each other, as their weights do. */
static void add_run(const struct host_layer *h, const int16_t *a, size_t w_at, int n, int32_t *acc)
{
	const struct layer *l = h->l;
	int in_group = l->in_ch / l->groups, out_group = l->out_ch / l->groups;
	size_t step = (size_t)(l->y.k * l->x.k) * (size_t)in_group;

	for (int g = 0; g < l->groups; g++)
		for (int done = 0; done < n; done += MAX_RUN)
			add_dots(a + g * in_group + done,
				 h->weights + (size_t)(g * out_group) * step + w_at + done, step,
				 n - done < MAX_RUN ? n - done : MAX_RUN, out_group,
				 acc + g * out_group);
}

static void add_depthwise(const struct host_layer *h, const int16_t *a, size_t tap, int32_t *acc)
{
	const int16_t *w = h->weights + tap * (size_t)h->l->in_ch;

	for (int c = 0; c < h->l->in_ch; c++)
		add(&acc[c], a[c] * w[c]);
}

static void add_tap(const struct host_layer *h, const int16_t *a, int ky, int kx, int32_t *acc)
{
	const struct layer *l = h->l;
	size_t tap = (size_t)(ky * l->x.k + kx);
	int in_group = l->in_ch / l->groups;

	if (h->depthwise)
		add_depthwise(h, a, tap, acc);
	else
		add_run(h, a, tap * (size_t)in_group, in_group, acc);
}

void host_conv_pixel(const struct host_layer *h, const struct host_input *in, int y, int x,
		     int32_t *acc)
{
	const struct layer *l = h->l;
	bool whole_rows = !l->deconv && l->groups == 1 && l->x.dilation == 1;
	int iy, ix;

	for (int c = 0; c < l->out_ch; c++)
		acc[c] = l->bias[c];
	for (int ky = 0; ky < l->y.k; ky++) {
		const int16_t *row;

		if (!meets(l, &l->y, y, ky, &iy))
			continue;
		row = in->data + (size_t)(iy - in->y0) * (size_t)in->width * (size_t)l->in_ch;
		if (whole_rows) {
			meets(l, &l->x, x, 0, &ix);
			add_run(h, row + (size_t)(ix - in->x0) * (size_t)l->in_ch,
				(size_t)(ky * l->x.k) * (size_t)l->in_ch, l->x.k * l->in_ch, acc);
			continue;
		}
		for (int kx = 0; kx < l->x.k; kx++)
			if (meets(l, &l->x, x, kx, &ix))
				add_tap(h, row + (size_t)(ix - in->x0) * (size_t)l->in_ch, ky, kx,
					acc);
	}
}
