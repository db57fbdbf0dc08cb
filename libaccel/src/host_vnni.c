/* SPDX-License-Identifier: MIT */
/*
 * Convolutions by the dot products of four bytes that AVX-512 VNNI has: uint8 times int8.
 *
 * The input is made unsigned by flipping its top bit, which adds 128; what that and the zero point
 * add to a sum follows from the weights alone and goes into the bias.  Output channels are vector
 * lanes; a tile of several pixels shares each vector of weights.  What an output meets is a list of
 * runs of bytes that lie behind each other in the padded input, cut into fours; where a run's length
 * is no multiple of four, weights of zero meet whatever follows it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "host_vnni.h"

#ifdef __x86_64__

/* Groups come in turn: the last one's reads go on behind its channels. */
#define SLACK 64

struct phase {
	const struct host_phase *y, *x;
	struct vnni_run *run;
	int n_run, quads;
	int32_t *offset;	/* of each quad */
	int8_t *weights;	/* by group, by block: [quad][lane][4]; dot: [quad / 16][lane][64] */
	int32_t *bias;		/* by group: [lanes] */
};

struct vnni {
	const struct layer *l;
	struct host_padded in;
	struct host_phase *y, *x;
	int n_y, n_x, n_phase;
	struct phase *phase;	/* of each pair of phases */
	bool dot;		/* host_vnni_dot.c: bytes of a sum are lanes, not channels */
	int lanes;		/* of a group's output channels, rounded up to vectors */
	float *scale;		/* by group: [lanes] */
};

static int in_group(const struct layer *l)
{
	return l->in_ch / l->groups;
}

static int out_group(const struct layer *l)
{
	return l->out_ch / l->groups;
}

/* ---- preparation ---- */

/* Taps of a row that follow each other without a gap are one run, unless groups come between. */
static int run_taps(const struct layer *l, const struct host_phase *x, int first)
{
	int n = 1;

	while (l->groups == 1 && first + n < x->n_tap && x->at[first + n] == x->at[first] + n)
		n++;
	return n;
}

static int run_quads(const struct vnni *v, int taps)
{
	int quads = (taps * in_group(v->l) + 3) / 4;

	return v->dot ? (quads + 15) / 16 * 16 : quads;
}

static void list_runs(const struct vnni *v, struct phase *p)
{
	const struct layer *l = v->l;

	for (int ky = 0; ky < p->y->n_tap; ky++)
		for (int kx = 0, n; kx < p->x->n_tap; kx += n) {
			struct vnni_run *r = &p->run[p->n_run++];

			n = run_taps(l, p->x, kx);
			r->offset = ((ptrdiff_t)(p->y->at[ky] - v->in.y0) * v->in.width +
				     p->x->at[kx] - v->in.x0) * l->in_ch;
			r->quads = run_quads(v, n);
			p->quads += r->quads;
		}
}

static void list_offsets(struct phase *p)
{
	int32_t *to = p->offset;

	for (int r = 0; r < p->n_run; r++)
		for (int i = 0; i < p->run[r].quads; i++)
			*to++ = (int32_t)p->run[r].offset + 4 * i;
}

/* The weight that meets byte `at` of the run of taps that starts at (ky, kx), or 0. */
static int8_t weight_at(const struct layer *l, const struct phase *p, int c, int ky, int kx, int n,
			int at)
{
	int tap = at / in_group(l);

	if (tap >= n)
		return 0;
	return l->weights[(((size_t)c * (size_t)l->y.k + (size_t)p->y->tap[ky]) * (size_t)l->x.k +
			   (size_t)p->x->tap[kx + tap]) * (size_t)in_group(l) +
			  (size_t)(at % in_group(l))];
}

/* One output channel, the block's lane-th of `lanes`.  Returns the sum of its weights. */
static int32_t pack_channel(const struct vnni *v, const struct phase *p, int c, int8_t *block,
			    int lanes, int lane)
{
	int32_t sum = 0;
	size_t quad = 0;

	for (int ky = 0; ky < p->y->n_tap; ky++)
		for (int kx = 0, n; kx < p->x->n_tap; kx += n) {
			n = run_taps(v->l, p->x, kx);
			for (int i = 0; i < 4 * run_quads(v, n); i += 4, quad++) {
				size_t at = v->dot ? (quad / 16 * (size_t)lanes + (size_t)lane) * 64 +
							     quad % 16 * 4 :
						     (quad * (size_t)lanes + (size_t)lane) * 4;

				for (int k = 0; k < 4; k++) {
					block[at + (size_t)k] = weight_at(v->l, p, c, ky, kx, n, i + k);
					sum += block[at + (size_t)k];
				}
			}
		}
	return sum;
}

static void pack_group(const struct vnni *v, struct phase *p, int g)
{
	const struct layer *l = v->l;
	int8_t *block = p->weights + (size_t)g * (size_t)v->lanes * (size_t)p->quads * 4;

	for (int first = 0; first < v->lanes;) {
		int lanes = v->dot ? v->lanes : vnni_block(v->lanes - first);

		for (int i = 0; i < lanes && first + i < out_group(l); i++) {
			int c = g * out_group(l) + first + i;
			int32_t sum = pack_channel(v, p, c, block, lanes, i);

			p->bias[g * v->lanes + first + i] =
				(int32_t)((uint32_t)l->bias[c] -
					  (uint32_t)(l->in_zp + 128) * (uint32_t)sum);
		}
		block += (size_t)lanes * (size_t)p->quads * 4;
		first += lanes;
	}
}

static int make_phase(const struct vnni *v, struct phase *p)
{
	size_t lanes = (size_t)v->l->groups * (size_t)v->lanes;

	p->run = calloc((size_t)v->l->y.k * (size_t)v->l->x.k, sizeof(*p->run));
	if (!p->run)
		return -ENOMEM;
	list_runs(v, p);
	p->offset = malloc((size_t)p->quads * sizeof(*p->offset) + 1);
	if (!p->offset)
		return -ENOMEM;
	list_offsets(p);
	p->weights = calloc(lanes * (size_t)p->quads + 1, 4);
	p->bias = calloc(lanes, sizeof(*p->bias));
	if (!p->weights || !p->bias)
		return -ENOMEM;
	for (int g = 0; g < v->l->groups; g++)
		pack_group(v, p, g);
	return 0;
}

static int make_phases(struct vnni *v)
{
	int err = 0;

	v->y = host_phases_make(v->l, &v->l->y, &v->n_y);
	v->x = host_phases_make(v->l, &v->l->x, &v->n_x);
	v->phase = v->y && v->x ? calloc((size_t)(v->n_y * v->n_x), sizeof(*v->phase)) : NULL;
	if (!v->phase)
		return -ENOMEM;
	v->n_phase = v->n_y * v->n_x;
	for (int i = 0; !err && i < v->n_phase; i++) {
		v->phase[i].y = &v->y[i / v->n_x];
		v->phase[i].x = &v->x[i % v->n_x];
		err = make_phase(v, &v->phase[i]);
	}
	return err;
}

static void vnni_free(void *state)
{
	struct vnni *v = state;

	for (int i = 0; v->phase && i < v->n_phase; i++) {
		free(v->phase[i].run);
		free(v->phase[i].offset);
		free(v->phase[i].weights);
		free(v->phase[i].bias);
	}
	free(v->phase);
	host_phases_free(v->y, v->n_y);
	host_phases_free(v->x, v->n_x);
	free(v->in.data);
	free(v->scale);
	free(v);
}

static bool fits(const struct layer *l)
{
	if (!vnni_available() || (l->groups > 1 && out_group(l) < 8) ||
	    !host_padded_fits(l, SLACK))
		return false;
	for (int c = 0; c < l->out_ch; c++)
		if (host_scale(l->scale[c]) < 0)
			return false;
	return true;
}

/* Vector operations for a pixel, about: with few channels, lanes of channels are mostly idle. */
static bool prefers_dot(const struct layer *l)
{
	int bytes = in_group(l) * (l->groups == 1 && l->x.dilation == 1 && !l->deconv ? l->x.k : 1);
	int chunks = (bytes + 63) / 64, quads = (bytes + 3) / 4;
	int runs = l->y.k * l->x.k * in_group(l) / bytes;

	return out_group(l) <= VNNI_DOT_CHANNELS &&
	       out_group(l) * (runs * chunks + 10) < runs * quads;
}

static int fill_state(struct vnni *v)
{
	const struct layer *l = v->l;
	int err = host_padded_make(l, 0x80, SLACK, &v->in);

	if (err)
		return err;
	v->dot = prefers_dot(l);
	v->lanes = v->dot ? out_group(l) : (out_group(l) + 15) / 16 * 16;
	v->scale = calloc((size_t)(l->groups * v->lanes), sizeof(*v->scale));
	if (!v->scale)
		return -ENOMEM;
	for (int c = 0; c < l->out_ch; c++)
		v->scale[c / out_group(l) * v->lanes + c % out_group(l)] = host_scale(l->scale[c]);
	return make_phases(v);
}

static int vnni_make(const struct layer *l, void **state)
{
	struct vnni *v;
	int err;

	if (!fits(l))
		return -ENOTSUP;
	v = calloc(1, sizeof(*v));
	if (!v)
		return error(-ENOMEM, "out of memory for the weights of layer '%s'", l->name);
	v->l = l;
	err = fill_state(v);
	if (err) {
		vnni_free(v);
		return error(err, "out of memory for the weights of layer '%s'", l->name);
	}
	*state = v;
	return 0;
}

/* ---- runs ---- */

static void run_phase(const struct vnni *v, const struct phase *p, const struct host_view *out,
		      struct vnni_job *job)
{
	const struct layer *l = v->l;

	job->run = p->run;
	job->n_run = p->n_run;
	job->offset = p->offset;
	job->quads = p->quads;
	job->height = p->y->count;
	job->width = p->x->count;
	job->in_row = (size_t)p->y->in_step * (size_t)v->in.width * (size_t)l->in_ch;
	job->in_pixel = (size_t)p->x->in_step * (size_t)l->in_ch;
	job->out_row = (size_t)p->y->step * out->row;
	job->out_pixel = (size_t)p->x->step * out->pixel;
	for (int g = 0; g < l->groups; g++) {
		job->in = v->in.data + g * in_group(l);
		job->out = out->data + (size_t)p->y->first * out->row +
			   (size_t)p->x->first * out->pixel + g * out_group(l);
		job->weights = p->weights + (size_t)g * (size_t)v->lanes * (size_t)p->quads * 4;
		job->bias = p->bias + g * v->lanes;
		job->scale = v->scale + g * v->lanes;
		if (v->dot)
			vnni_run_dot(job);
		else
			vnni_run_job(job);
	}
}

static int vnni_run(void *state, const struct host_view *in, const struct host_view *out, int lo,
		    int hi)
{
	struct vnni *v = state;
	struct vnni_job job = { .channels = out_group(v->l), .zp = v->l->zp, .lo = lo, .hi = hi };

	host_padded_fill(v->l, in, &v->in);
	for (int i = 0; i < v->n_phase; i++)
		run_phase(v, &v->phase[i], out, &job);
	return 0;
}

#else

static int vnni_make(const struct layer *l, void **state)
{
	(void)l;
	(void)state;
	return -ENOTSUP;
}

#define vnni_run NULL
#define vnni_free NULL

#endif

const struct host_kernel host_vnni = { "vnni", vnni_make, vnni_run, vnni_free };
