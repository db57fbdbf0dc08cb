/* SPDX-License-Identifier: MIT */
/* Convolutions of all kinds against the definition, element by element; and requantisation. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "ref.h"
#include "rng.h"
#include "tap.h"

/* A random convolution. */
struct job {
	struct node node;
	struct shape x, w, y;
	struct ref_conv g;
	int64_t n_x, n_w, n_y;
	int8_t *xq, *wq, *yq;
	int32_t *bias;
	int32_t x_zero;
	int64_t *sum;		/* what the outputs are before requantisation */
};

static void random_attr(struct conv_attr *a, int spatial, bool transposed)
{
	a->spatial = spatial;
	a->group = rng_range(0, 2) ? 1 : rng_range(1, 4);
	a->auto_pad = rng_range(0, 3) ? AUTO_PAD_NOTSET : (enum auto_pad)rng_range(0, 3);
	for (int i = 0; i < spatial; i++) {
		a->kernel[i] = rng_range(1, 5);
		a->stride[i] = rng_range(1, 4);
		a->dilation[i] = rng_range(0, 2) ? 1 : rng_range(1, 3);
		a->pad_begin[i] = rng_range(0, 2);
		a->pad_end[i] = rng_range(0, 2);
		a->output_padding[i] = transposed ? rng_range(0, a->stride[i] - 1) : 0;
	}
}

/* May turn out to be impossible. */
static bool random_job(struct job *j)
{
	int spatial = (int)rng_range(1, 3);
	struct conv_attr *a = &j->node.attr.conv;

	*j = (struct job){ .node = { .op = rng_range(0, 1) ? OP_CONV : OP_CONV_TRANSPOSE } };
	random_attr(a, spatial, j->node.op == OP_CONV_TRANSPOSE);
	j->x = (struct shape){ spatial + 2, { rng_range(1, 2), a->group * rng_range(1, 40) } };
	j->w.rank = spatial + 2;
	if (j->node.op == OP_CONV) {
		j->w.dim[0] = a->group * rng_range(1, 9);
		j->w.dim[1] = j->x.dim[1] / a->group;
	} else {
		j->w.dim[0] = j->x.dim[1];
		j->w.dim[1] = rng_range(1, 9);
	}
	for (int i = 0; i < spatial; i++) {
		j->x.dim[i + 2] = rng_range(1, spatial == 3 ? 6 : 14);
		j->w.dim[i + 2] = a->kernel[i];
	}
	return !ref_conv_geometry(&j->node, &j->x, &j->w, &j->g);
}

static int8_t *random_bytes(int64_t n)
{
	int8_t *p = malloc((size_t)n);

	for (int64_t i = 0; i < n; i++)
		p[i] = (int8_t)rng();
	return p;
}

static void fill_job(struct job *j)
{
	j->n_x = shape_count(&j->x);
	j->n_w = shape_count(&j->w);
	j->n_y = j->g.batch * j->g.out_channels * j->g.out[0] * j->g.out[1] * j->g.out[2];
	j->xq = random_bytes(j->n_x);
	j->wq = random_bytes(j->n_w);
	j->yq = malloc((size_t)j->n_y);
	j->bias = malloc((size_t)j->g.out_channels * sizeof(*j->bias));
	for (int64_t i = 0; i < j->g.out_channels; i++)
		j->bias[i] = (int32_t)rng_range(-100000, 100000);
	j->x_zero = (int32_t)rng_range(-128, 127);
}

static void free_job(struct job *j)
{
	free(j->xq);
	free(j->wq);
	free(j->yq);
	free(j->bias);
	free(j->sum);
}

static int64_t volume(const int64_t *dim)
{
	return dim[0] * dim[1] * dim[2];
}

static void unravel(const int64_t *dim, int64_t i, int64_t *at)
{
	at[2] = i % dim[2];
	at[1] = i / dim[2] % dim[1];
	at[0] = i / dim[2] / dim[1];
}

/* The input coordinate under tap k of output o on one axis; -1: none. */
static int64_t under(const struct ref_conv *g, int d, int64_t o, int64_t k)
{
	int64_t at = o * g->stride[d] - g->pad_begin[d] + k * g->dilation[d];

	if (g->transposed) {
		at = o + g->pad_begin[d] - k * g->dilation[d];
		if (at < 0 || at % g->stride[d])
			return -1;
		at /= g->stride[d];
	}
	return at >= 0 && at < g->in[d] ? at : -1;
}

/* Position at in a box. */
static int64_t place(const int64_t *dim, const int64_t *at)
{
	return (at[0] * dim[1] + at[1]) * dim[2] + at[2];
}

/* What input channel i gives to output o of channel c of picture n. */
static int64_t share(const struct job *j, int64_t n, int64_t c, int64_t i, const int64_t *o)
{
	const struct ref_conv *g = &j->g;
	int64_t group_in = g->in_channels / g->group, group_out = g->out_channels / g->group;
	int64_t row = g->transposed ? i * group_out + c % group_out : c * group_in + i % group_in;
	const int8_t *w = j->wq + row * volume(g->kernel);
	const int8_t *x = j->xq + (n * g->in_channels + i) * volume(g->in);
	int64_t sum = 0;

	for (int64_t tap = 0; tap < volume(g->kernel); tap++) {
		int64_t k[3], at[3];

		unravel(g->kernel, tap, k);
		for (int d = 0; d < 3; d++)
			at[d] = under(g, d, o[d], k[d]);
		if (at[0] >= 0 && at[1] >= 0 && at[2] >= 0)
			sum += w[tap] * (x[place(g->in, at)] - j->x_zero);
	}
	return sum;
}

/* Every output as the sum that defines it. */
static void compute_sums(struct job *j)
{
	const struct ref_conv *g = &j->g;
	int64_t group_in = g->in_channels / g->group, group_out = g->out_channels / g->group;
	int64_t plane = volume(g->out), o[3];

	j->sum = malloc((size_t)j->n_y * sizeof(*j->sum));
	for (int64_t y = 0; y < j->n_y; y++) {
		int64_t c = y / plane % g->out_channels, n = y / plane / g->out_channels;
		int64_t first = c / group_out * group_in;

		unravel(g->out, y % plane, o);
		j->sum[y] = j->bias[c];
		for (int64_t i = first; i < first + group_in; i++)
			j->sum[y] += share(j, n, c, i, o);
	}
}

/* Steps 1 to 7 of arithmetic.md, 2. */
static int64_t rne_shift(int64_t v, int n)
{
	int64_t q, r, half;

	if (!n)
		return v;
	if (n > 62)
		return 0;
	q = v >> n;
	r = v - (q << n);
	half = INT64_C(1) << (n - 1);
	return r > half || (r == half && (q & 1)) ? q + 1 : q;
}

static int bits_of(uint64_t v)
{
	int n = 0;

	for (; v; v >>= 1)
		n++;
	return n;
}

static int32_t requantize_in_integers(int32_t acc, float scale, int zero)
{
	uint32_t bits;
	int64_t m, p, i;
	int e = 0, n, h, exponent;

	memcpy(&bits, &scale, 4);
	exponent = bits >> 23 & 255;
	m = acc < 0 ? -(int64_t)acc : acc;
	n = bits_of((uint64_t)m);
	if (n > 24) {
		m = rne_shift(m, n - 24);
		e = n - 24;
	}
	p = m * (INT64_C(0x800000) + (bits & 0x7fffff));
	n = bits_of((uint64_t)p);
	if (n > 24) {
		p = rne_shift(p, n - 24);
		e += n - 24;
	}
	h = 150 - exponent - e;
	if (h >= 0)
		i = h > 25 ? 0 : rne_shift(p, h);
	else
		i = !p ? 0 : -h > 30 || p << -h > 1 << 30 ? 1 << 30 : p << -h;
	if (!exponent)
		i = 0;
	i = (acc < 0 ? -i : i) + zero;
	return (int32_t)(i < -128 ? -128 : i > 127 ? 127 : i);
}

static void test_requantize(void)
{
	int64_t differ = 0;

	for (int i = 0; i < 3000000; i++) {
		int32_t acc = (int32_t)rng() >> rng() % 32;
		uint32_t bits = rng();
		int zero = (int)rng_range(-128, 127);
		float scale;

		/* Half of them in the range where results matter, all of them otherwise. */
		if (i & 1)
			bits = (uint32_t)rng_range(96, 127) << 23 | (bits & 0x7fffff);
		if (i % 7 == 0)
			bits &= 0xff800000;	/* powers of two: ties */
		memcpy(&scale, &bits, 4);
		if (ref_requantize(acc, scale, zero, -128, 127) ==
		    requantize_in_integers(acc, scale, zero))
			continue;
		if (!differ++)
			note("acc %" PRId32 " scale %08x zero %d: %d instead of %d", acc, bits,
			     zero, ref_requantize(acc, scale, zero, -128, 127),
			     requantize_in_integers(acc, scale, zero));
	}
	ok(!differ, "ref_requantize() is the integer steps of arithmetic.md, 3000000 times");
	ok(ref_requantize(1000, 0.0125f, 0, -128, 127) == 12, "the example of arithmetic.md");
	ok(ref_requantize(INT32_MIN, 1, 0, -128, 127) == -128 &&
	   ref_requantize(0, NAN, 5, -128, 127) == 5, "the smallest accumulator, and no number");
}

/* Outputs of ref_qconv() and, with the same numbers, of Conv in float that differ. */
static int64_t check_job(struct job *j)
{
	float scale = 0.002f;
	struct ref_requant q = { j->x_zero, (int32_t)rng_range(-20, 20), &scale, 1 };
	int64_t differ = 0;

	if ((j->g.transposed ? ref_qconv_transpose : ref_qconv)(&j->g, &q, j->xq, j->wq, j->bias,
								j->yq))
		return -1;
	for (int64_t i = 0; i < j->n_y; i++)
		differ += j->yq[i] != requantize_in_integers((int32_t)j->sum[i], scale, q.y_zero);
	return differ;
}

static struct value reals(const struct shape *s, const int8_t *from, int32_t zero)
{
	struct value v = { DTYPE_F32, *s, malloc((size_t)shape_count(s) * 4) };

	for (int64_t i = 0; from && i < shape_count(s); i++)
		((float *)v.data)[i] = (float)(from[i] - zero);
	return v;
}

/* The same numbers as floats, which are exact at this size. */
static int64_t check_float(struct job *j)
{
	struct shape channels = { 1, { j->g.out_channels } };
	struct value x = reals(&j->x, j->xq, j->x_zero), w = reals(&j->w, j->wq, 0);
	struct value bias = reals(&channels, NULL, 0), y;
	const struct value *in[] = { &x, &w, &bias };
	int64_t differ = 0;

	for (int64_t c = 0; c < j->g.out_channels; c++)
		((float *)bias.data)[c] = (float)j->bias[c];
	j->node.n_in = 3;
	j->node.n_out = 1;
	if (ref_infer(&j->node, in, &y) || shape_count(&y.shape) != j->n_y)
		return -1;
	y.data = malloc((size_t)j->n_y * 4);
	if (ref_eval(&j->node, in, &y))
		return -1;
	for (int64_t i = 0; i < j->n_y; i++)
		differ += ((float *)y.data)[i] != (float)j->sum[i];
	free(x.data);
	free(w.data);
	free(bias.data);
	free(y.data);
	return differ;
}

int main(void)
{
	int done = 0, transposed = 0;
	int64_t differ = 0, differ_float = 0, outputs = 0;

	test_requantize();
	ok(ref_qconv(&(struct ref_conv){ .transposed = true }, NULL, NULL, NULL, NULL, NULL) == -EINVAL &&
		   ref_qconv_transpose(&(struct ref_conv){ .transposed = false }, NULL, NULL, NULL, NULL, NULL) == -EINVAL,
	   "each takes its own geometry only");
	while (done < 300) {
		struct job j;

		if (!random_job(&j))
			continue;
		fill_job(&j);
		compute_sums(&j);
		differ += llabs(check_job(&j));
		differ_float += llabs(check_float(&j));
		outputs += j.n_y;
		transposed += j.g.transposed;
		done++;
		free_job(&j);
	}
	note("%d convolutions, %d of them transposed, %" PRId64 " outputs", done, transposed,
	     outputs);
	ok(!differ, "int8: %" PRId64 " outputs differ from the definition", differ);
	ok(!differ_float, "float: %" PRId64 " outputs differ from the definition", differ_float);
	return tap_done();
}
