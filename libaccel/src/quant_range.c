/* SPDX-License-Identifier: MIT */
/* From values to a range, and from a range to a scale and a zero point. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "quant_priv.h"

#define HALF (QUANT_BINS / 2)

/*
 * Twice as far: two bins become one, towards the middle, so that one pass over the samples is
 * enough.  The bin that begins at 0 stays where it is.
 */
static void widen(struct quant_seen *s)
{
	uint64_t *b = s->bin;

	for (int i = HALF; i < HALF + HALF / 2; i++)
		b[i] = b[2 * i - HALF] + b[2 * i - HALF + 1];
	for (int i = HALF - 1; i >= HALF / 2; i--)
		b[i] = b[2 * i - HALF] + b[2 * i - HALF + 1];
	memset(b, 0, HALF / 2 * sizeof(*b));
	memset(b + HALF + HALF / 2, 0, HALF / 2 * sizeof(*b));
	s->reach *= 2;
}

static int count_values(struct quant_seen *s, const float *x, int64_t count, float most)
{
	int exponent;

	if (!s->bin) {
		s->bin = calloc(QUANT_BINS, sizeof(*s->bin));
		if (!s->bin)
			return error(-ENOMEM, "out of memory for the distribution of a tensor");
	}
	frexpf(most, &exponent);
	if (most > 0 && s->reach == 0)
		s->reach = ldexp(1, exponent);
	while (s->reach < most)
		widen(s);
	for (int64_t i = 0; i < count; i++) {
		int at = s->reach > 0 ? (int)floorf(((float)(x[i] / s->reach) + 1) * HALF) : HALF;

		s->bin[at < QUANT_BINS ? at : QUANT_BINS - 1]++;
		s->zeroes += x[i] == 0;
	}
	return 0;
}

int quant_see(struct quant_seen *s, const float *x, int64_t count, bool bins)
{
	float lo = 0, hi = 0;

	for (int64_t i = 0; i < count; i++) {
		if (!isfinite(x[i]))
			return error(-EINVAL, "a value is %s",
				     isnan(x[i]) ? "not a number" : "infinite");
		lo = x[i] < lo ? x[i] : lo;
		hi = x[i] > hi ? x[i] : hi;
	}
	s->lo = lo < s->lo ? lo : s->lo;
	s->hi = hi > s->hi ? hi : s->hi;
	return bins ? count_values(s, x, count, -lo > hi ? -lo : hi) : 0;
}

static float edge(const struct quant_seen *s, int bin)
{
	return (float)(s->reach * (bin - HALF) / HALF);
}

static double total_of(const uint64_t *bin, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += (double)bin[i];
	return sum;
}

/* So much of all values may lie outside on either side. */
static void percentile_range(const struct quant_seen *s, double percentile, float *lo, float *hi)
{
	double cut = total_of(s->bin, QUANT_BINS) * (100 - percentile) / 200, sum = 0;
	int first = 0, last = QUANT_BINS - 1;

	while (first < HALF && sum + (double)s->bin[first] <= cut)
		sum += (double)s->bin[first++];
	sum = 0;
	while (last >= HALF && sum + (double)s->bin[last] <= cut)
		sum += (double)s->bin[last--];
	*lo = edge(s, first);
	*hi = edge(s, last + 1);
}

/*
 * How much is lost when magnitudes (n bins, `outside` beyond them) are limited to n bins and
 * rounded to `levels` steps: the divergence of what they then look like from what they are.
 */
static double divergence(const double *magnitude, int n, double outside, double total, int levels)
{
	double sum = 0;

	for (int l = 0; l < levels; l++) {
		int first = (int)((int64_t)l * n / levels);
		int end = (int)((int64_t)(l + 1) * n / levels), filled = 0;
		double level = 0;

		for (int i = first; i < end; i++) {
			level += magnitude[i];
			filled += magnitude[i] > 0;
		}
		for (int i = first; i < end; i++) {
			double p = magnitude[i] + (i == n - 1 ? outside : 0), r;

			/* Only the last bin can have nothing but what was limited. */
			r = magnitude[i] > 0 ? level / filled : 1e-3;
			if (p > 0)
				sum += p / total * log(p / total / (r / (total - outside)));
		}
	}
	return sum;
}

/* Zeroes do not count: every range has them exactly, and after a Relu they are half of all. */
static void entropy_range(const struct quant_seen *s, float *lo, float *hi)
{
	double magnitude[HALF], total = total_of(s->bin, QUANT_BINS) - (double)s->zeroes;
	double inside = 0, least = INFINITY;
	/* A sign costs half of the steps. */
	int levels = s->lo < 0 && s->hi > 0 ? 128 : 256, end = 1, best;

	for (int i = 0; i < HALF; i++) {
		magnitude[i] = (double)s->bin[HALF + i] + (double)s->bin[HALF - 1 - i] -
			       (i ? 0 : (double)s->zeroes);
		end = magnitude[i] > 0 ? i + 1 : end;
	}
	best = end;
	for (int n = 1; n <= end; n++) {
		double d;

		inside += magnitude[n - 1];
		/* To cut off more than a tenth is never right. */
		if (n < levels || (n % 8 && n != end) || inside < 0.9 * total)
			continue;
		d = divergence(magnitude, n, total - inside, total, levels);
		if (d < least) {
			least = d;
			best = n;
		}
	}
	*lo = edge(s, HALF - best);
	*hi = edge(s, HALF + best);
}

void quant_range(const struct quant_seen *s, const struct quant_options *o, float *lo, float *hi)
{
	*lo = s->lo;
	*hi = s->hi;
	if (o->range == QUANT_RANGE_MINMAX || !s->bin || s->reach == 0)
		return;
	if (o->range == QUANT_RANGE_PERCENTILE)
		percentile_range(s, o->percentile, lo, hi);
	else
		entropy_range(s, lo, hi);
	*lo = *lo < s->lo ? s->lo : *lo;
	*hi = *hi > s->hi ? s->hi : *hi;
}

/* 0 is in the range, and has an exact value, because padding and zeroed weights mean 0. */
void quant_scale(float lo, float hi, float *scale, int *zero)
{
	double span = (double)hi - (double)lo, at;

	/* Nothing but zeroes: any small scale is right, and no one loses bits of a bias by it. */
	*scale = span < 0x1p-40 ? 0x1p-20f : (float)(span / 255);
	at = rint(-128 - (double)lo / (double)*scale);
	*zero = at < -128 ? -128 : at > 127 ? 127 : (int)at;
}
