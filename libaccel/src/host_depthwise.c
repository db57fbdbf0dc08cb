/* SPDX-License-Identifier: MIT */
/*
 * Depthwise convolutions (pools, adds and requantisations are such, too): channels are lanes.
 *
 * Sums are made in single precision, where they are exact: MAX_TAPS products of at most 2^14 stay
 * below 2^24.  The zero point and the bias are added as integers, modulo 2^32.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "host_kernel.h"

#define LANES 16
#define MAX_TAPS 1024
#define SLACK 64

typedef float lanes_f __attribute__((vector_size(4 * LANES)));
typedef int8_t lanes_b __attribute__((vector_size(LANES)));

struct phase {
	int n_tap;
	ptrdiff_t *offset;	/* of each tap, from where a pixel's input starts */
	float *weight;		/* [tap][lane] */
	int32_t *bias;		/* [lane] */
};

struct depthwise {
	const struct layer *l;
	struct host_padded in;
	struct host_phase *y, *x;
	int n_y, n_x, n_phase;
	struct phase *phase;
	int lanes;		/* channels, rounded up */
	float *scale;
};

/* ---- preparation ---- */

static int make_phase(const struct depthwise *d, const struct host_phase *y,
		      const struct host_phase *x, struct phase *p)
{
	const struct layer *l = d->l;
	size_t lanes = (size_t)d->lanes;

	p->n_tap = y->n_tap * x->n_tap;
	p->offset = calloc((size_t)p->n_tap + 1, sizeof(*p->offset));
	p->weight = calloc(lanes * (size_t)p->n_tap + 1, sizeof(*p->weight));
	p->bias = calloc(lanes, sizeof(*p->bias));
	if (!p->offset || !p->weight || !p->bias)
		return -ENOMEM;
	for (int c = 0; c < l->out_ch; c++)
		p->bias[c] = l->bias[c];
	for (int t = 0; t < p->n_tap; t++) {
		int ky = t / x->n_tap, kx = t % x->n_tap;

		p->offset[t] = ((ptrdiff_t)(y->at[ky] - d->in.y0) * d->in.width + x->at[kx] -
				d->in.x0) * l->in_ch;
		for (int c = 0; c < l->out_ch; c++) {
			int64_t row = (int64_t)c * l->y.k + y->tap[ky];
			int w = l->weights[row * l->x.k + x->tap[kx]];

			p->weight[(size_t)t * lanes + (size_t)c] = (float)w;
			p->bias[c] = (int32_t)((uint32_t)p->bias[c] - (uint32_t)(l->in_zp * w));
		}
	}
	return 0;
}

static int fill_state(struct depthwise *d)
{
	const struct layer *l = d->l;
	int err = host_padded_make(l, 0, SLACK, &d->in);

	if (err)
		return err;
	d->lanes = (l->out_ch + LANES - 1) / LANES * LANES;
	d->scale = calloc((size_t)d->lanes, sizeof(*d->scale));
	d->y = host_phases_make(l, &l->y, &d->n_y);
	d->x = host_phases_make(l, &l->x, &d->n_x);
	d->phase = calloc((size_t)(d->n_y * d->n_x) + 1, sizeof(*d->phase));
	if (!d->scale || !d->y || !d->x || !d->phase)
		return -ENOMEM;
	d->n_phase = d->n_y * d->n_x;
	for (int c = 0; c < l->out_ch; c++)
		d->scale[c] = host_scale(l->scale[c]);
	for (int i = 0; !err && i < d->n_phase; i++)
		err = make_phase(d, &d->y[i / d->n_x], &d->x[i % d->n_x], &d->phase[i]);
	return err;
}

static void depthwise_free(void *state)
{
	struct depthwise *d = state;

	for (int i = 0; d->phase && i < d->n_phase; i++) {
		free(d->phase[i].offset);
		free(d->phase[i].weight);
		free(d->phase[i].bias);
	}
	free(d->phase);
	host_phases_free(d->y, d->n_y);
	host_phases_free(d->x, d->n_x);
	free(d->in.data);
	free(d->scale);
	free(d);
}

static bool fits(const struct layer *l)
{
	if (l->groups != l->in_ch || l->groups != l->out_ch ||
	    (int64_t)l->y.k * l->x.k > MAX_TAPS || !host_padded_fits(l, SLACK))
		return false;
	for (int c = 0; c < l->out_ch; c++)
		if (host_scale(l->scale[c]) < 0)
			return false;
	return true;
}

static int depthwise_make(const struct layer *l, void **state)
{
	struct depthwise *d;
	int err;

	if (!fits(l))
		return -ENOTSUP;
	d = calloc(1, sizeof(*d));
	if (!d)
		return error(-ENOMEM, "out of memory for the weights of layer '%s'", l->name);
	d->l = l;
	err = fill_state(d);
	if (err) {
		depthwise_free(d);
		return error(err, "out of memory for the weights of layer '%s'", l->name);
	}
	*state = d;
	return 0;
}

/* ---- runs ---- */

struct row {
	const struct phase *p;
	const float *scale;
	const int8_t *in;
	int8_t *out;
	size_t in_pixel, out_pixel;
	int width, channels, lanes;
	int zp, lo, hi;
};

/*
 * Adding and subtracting 1.5 * 2^23 rounds to nearest, ties to even; the limits come first, which
 * makes no difference, as they are integers.  One body for each set of instructions.
 */
#define DEFINE_ROW(name, attribute)							\
attribute static void name(const struct row *r)					\
{											\
	const float lo = (float)(r->lo - r->zp), hi = (float)(r->hi - r->zp);		\
	const int zp = r->zp;								\
											\
	for (int x = 0; x < r->width; x++)						\
		for (int c = 0; c < r->channels; c += LANES) {				\
			const int8_t *in = r->in + (size_t)x * r->in_pixel + c;	\
			const float *weight = r->p->weight + c, *scale = r->scale + c;	\
			const int32_t *bias = r->p->bias + c;				\
			int n = r->channels - c < LANES ? r->channels - c : LANES;	\
			lanes_f total = { 0 }, w;					\
			float sum[LANES];						\
			int8_t y[LANES];						\
			lanes_b b;							\
											\
			for (int t = 0; t < r->p->n_tap; t++) {			\
				memcpy(&b, in + r->p->offset[t], sizeof(b));		\
				memcpy(&w, weight + (size_t)t * (size_t)r->lanes,	\
				       sizeof(w));					\
				total += __builtin_convertvector(b, lanes_f) * w;	\
			}								\
			memcpy(sum, &total, sizeof(sum));				\
			for (int i = 0; i < LANES; i++) {				\
				uint32_t acc = (uint32_t)(int32_t)sum[i] +		\
					       (uint32_t)bias[i];			\
				float v = (float)(int32_t)acc * scale[i];		\
											\
				v = v < lo ? lo : v;					\
				v = v > hi ? hi : v;					\
				v += 0x1.8p23f;						\
				v -= 0x1.8p23f;						\
				y[i] = (int8_t)((int)v + zp);				\
			}								\
			memcpy(r->out + (size_t)x * r->out_pixel + c, y, (size_t)n);	\
		}									\
}

DEFINE_ROW(row_plain, )
#ifdef __x86_64__
/* gcc takes halves of the widest vectors unless it is told. */
#ifdef __clang__
#define WIDE ""
#else
#define WIDE ",prefer-vector-width=512"
#endif
DEFINE_ROW(row_avx2, __attribute__((target("avx2"))))
DEFINE_ROW(row_avx512, __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl" WIDE))))
#endif

typedef void row_fn(const struct row *r);

static row_fn *select_row(void)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512vl"))
		return row_avx512;
	if (__builtin_cpu_supports("avx2"))
		return row_avx2;
#endif
	return row_plain;
}

static int depthwise_run(void *state, const struct host_view *in, const struct host_view *out, int lo,
			 int hi)
{
	struct depthwise *d = state;
	const struct layer *l = d->l;
	row_fn *run = select_row();

	host_padded_fill(l, in, &d->in);
	for (int i = 0; i < d->n_phase; i++) {
		const struct host_phase *py = &d->y[i / d->n_x], *px = &d->x[i % d->n_x];
		struct row r = { .p = &d->phase[i],
				 .scale = d->scale,
				 .in_pixel = (size_t)px->in_step * (size_t)l->in_ch,
				 .out_pixel = (size_t)px->step * out->pixel,
				 .width = px->count,
				 .channels = l->out_ch,
				 .lanes = d->lanes,
				 .zp = l->zp,
				 .lo = lo,
				 .hi = hi };

		for (int y = 0; y < py->count; y++) {
			r.in = (const int8_t *)d->in.data +
			       (size_t)y * (size_t)py->in_step * (size_t)d->in.width *
				       (size_t)l->in_ch;
			r.out = out->data + (size_t)(py->first + y * py->step) * out->row +
				(size_t)px->first * out->pixel;
			run(&r);
		}
	}
	return 0;
}

const struct host_kernel host_depthwise = { "depthwise", depthwise_make, depthwise_run,
					    depthwise_free };
