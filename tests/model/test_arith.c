// SPDX-License-Identifier: Apache-2.0
/* arithmetic.md against floating point and 128-bit integers, on random values. */
#include "model_arith.h"
#include "model_int.h"
#include "rig.h"
#include "tap.h"

#include <math.h>
#include <string.h>

#define ROUNDS 500000u /* of COLS or of half as many values, in every kernel */
#define COLS 16

/* Section 5, behind what is saturated. */
static int32_t saturate_and_clamp(int64_t v, int32_t min, int32_t max)
{
	v = v < -128 ? -128 : v > 127 ? 127 : v;
	v = v < min ? min : v;
	return (int32_t)(v > max ? max : v);
}

/* Section 2 as the single precision arithmetic that it stands for, and the clamp. */
static int32_t requant_float(uint32_t acc, uint32_t bias, uint32_t scale_bits, const struct fcnm_channels *ch)
{
	float scale, product, rounded;

	scale_bits &= 0x7fffffff;
	memcpy(&scale, &scale_bits, sizeof(scale));
	product = (float)(int32_t)(acc + bias) * scale;
	rounded = nearbyintf(product);
	rounded = fminf(fmaxf(rounded, -1e6f), 1e6f);
	return saturate_and_clamp((int32_t)rounded + ch->zp, ch->min, ch->max);
}

/* Numbers of all magnitudes, with long runs of equal bits, and the ends of the range. */
static uint32_t number(void)
{
	static const uint32_t ends[] = { 0, 1, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff,
					 0x00ffffff, 0x01000000, 0x01000001, 0x01000003 };
	uint32_t v = rig_rand() >> rig_below(32);

	switch (rig_below(8)) {
	case 0: v = ends[rig_below(sizeof(ends) / sizeof(ends[0]))]; break;
	case 1: v &= ~0u << rig_below(32); break;
	case 2: v |= ~(~0u << rig_below(24)); break;
	default: break;
	}
	return rig_below(2) ? 0u - v : v;
}

/* A finite scale; mostly one that brings sum into the range of int8, or onto a tie. */
static uint32_t scale_for(uint32_t sum)
{
	float scale = (float)(rig_below(1024)) / 4.0f / (fabsf((float)(int32_t)sum) + 1.0f);
	uint32_t bits;

	memcpy(&bits, &scale, sizeof(bits));
	switch (rig_below(4)) {
	case 0: bits = rig_rand() & 0x7fffffff; break;
	case 1: bits = (bits & 0xff800000) | (rig_rand() & 0x7fffff & (~0u << rig_below(24))); break;
	case 2: /* within a few units in the last place of a tie, where the roundings before it count */
		scale = ((float)rig_below(256) + 0.5f) / fmaxf(fabsf((float)(int32_t)sum), 1.0f);
		memcpy(&bits, &scale, sizeof(bits));
		bits += rig_below(5) - 2;
		break;
	default: break;
	}
	if (bits >> 23 == 0xff)
		bits ^= 1u << 23;
	return bits | (rig_below(2) ? 0x80000000 : 0);
}

static int32_t byte(void)
{
	return (int32_t)rig_below(256) - 128;
}

/* The clamp of half of all commands: none. */
static void random_clamp(int32_t *min, int32_t *max)
{
	const bool none = rig_below(2);

	*min = none ? -128 : byte();
	*max = none ? 127 : byte();
}

/* Kernels may have a way of their own for sixteens. */
static unsigned columns(void)
{
	return rig_below(2) ? COLS : COLS / 2;
}

static unsigned requant_round(const struct fcnm_post_kernel *kernel)
{
	const unsigned cols = columns();
	struct fcnm_channels ch = { .zp = byte() };
	uint32_t acc[COLS], bias[COLS], scale[COLS], i;
	int8_t y[COLS];
	unsigned bad = 0;

	random_clamp(&ch.min, &ch.max);
	for (i = 0; i < cols; i++) {
		acc[i] = number();
		bias[i] = rig_below(2) ? number() : 0;
		scale[i] = scale_for(acc[i] + bias[i]);
		fcnm_channel_set(&ch, i, bias[i], scale[i]);
	}
	kernel->requant(&ch, acc, cols, y);
	for (i = 0; i < cols; i++) {
		if (y[i] == requant_float(acc[i], bias[i], scale[i], &ch))
			continue;
		if (!bad++)
			printf("# acc %d bias %d scale 0x%08x zp %d: %d\n", (int32_t)acc[i],
			       (int32_t)bias[i], scale[i], ch.zp, y[i]);
	}
	return bad;
}

static void test_requant(void)
{
	const struct fcnm_post_kernel *kernel;
	unsigned skip, i, bad;

	for (skip = 0; (kernel = fcnm_post_select(skip)); skip++) {
		for (i = bad = 0; i < ROUNDS; i++)
			bad += requant_round(kernel);
		is(bad, 0, "requantisation equals single precision");
	}
}

static void test_example(void)
{
	struct fcnm_channels ch = { .min = -128, .max = 127 };
	uint32_t acc[COLS] = { 1000, 1000, 1, 0, 0xffffffff };
	int8_t y[COLS];

	fcnm_channel_set(&ch, 0, 0, 0x3c4ccccd);
	fcnm_channel_set(&ch, 1, 0, 0);	     /* a scale of zero */
	fcnm_channel_set(&ch, 2, 0, 0x7f800000); /* E = 255 */
	fcnm_channel_set(&ch, 3, 0, 0x7fffffff);
	fcnm_channel_set(&ch, 4, 0, 0x7f800000);
	fcnm_post_select(0)->requant(&ch, acc, COLS, y);
	ok(y[0] == 12, "the example of arithmetic.md");
	ok(y[1] == 0 && y[3] == 0, "zero scale or sum");
	ok(y[2] == 127 && y[4] == -128, "an exponent of 255 saturates");
}

/* The definition: q = floor(v / 2^n), r = v - q * 2^n. */
static int64_t rne_by_definition(int64_t v, unsigned n)
{
	const int64_t d = INT64_C(1) << n;
	int64_t q = v / d, r = v % d;

	if (n == 0)
		return v;
	if (r < 0) {
		q--;
		r += d;
	}
	return r > d / 2 || (r == d / 2 && q % 2 != 0) ? q + 1 : q;
}

static void test_rne_shift(void)
{
	unsigned i, n, bad = 0;
	int64_t v;

	for (i = 0; i < 1000000; i++) {
		n = rig_below(41);
		v = (int64_t)((uint64_t)rig_rand() << 32 | rig_rand()) >> (4 + rig_below(60));
		if (rig_below(2))
			v = (int64_t)((uint64_t)v & ~(uint64_t)0 << (n ? n - 1 : 0));
		bad += fcnm_rne_shift(v, n) != rne_by_definition(v, n);
	}
	is(bad, 0, "rne_shift equals its definition");
}

static int32_t residual_by_definition(const struct fcnm_residual *r, int32_t y, int32_t b)
{
	const int64_t v = (int64_t)(y - r->za) * r->mul_a + (int64_t)(b - r->zb) * r->mul_b;

	return saturate_and_clamp(rne_by_definition(v, r->shift) + r->zo, r->min, r->max);
}

static unsigned residual_round(const struct fcnm_post_kernel *kernel)
{
	struct fcnm_residual r = {
		.mul_a = rig_rand() >> (1 + rig_below(31)), .mul_b = rig_rand() >> (1 + rig_below(31)),
		.za = byte(), .zb = byte(), .zo = byte(), .shift = rig_below(41),
	};
	int8_t y[COLS], b[COLS], sum[COLS];
	const unsigned cols = columns();
	unsigned i, bad = 0;

	random_clamp(&r.min, &r.max);
	for (i = 0; i < cols; i++) {
		y[i] = (int8_t)byte();
		b[i] = (int8_t)byte();
	}
	kernel->residual(&r, y, b, cols, sum);
	for (i = 0; i < cols; i++)
		bad += sum[i] != residual_by_definition(&r, y[i], b[i]);
	return bad;
}

static void test_residual(void)
{
	const struct fcnm_post_kernel *kernel;
	unsigned skip, i, bad;

	for (skip = 0; (kernel = fcnm_post_select(skip)); skip++) {
		for (i = bad = 0; i < ROUNDS; i++)
			bad += residual_round(kernel);
		is(bad, 0, "residual add equals its definition");
	}
}

static void test_clamp(void)
{
	int y, bad = 0;

	for (y = -128; y < 128; y++) {
		bad += fcnm_clamp(y, -5, 7) != (y < -5 ? -5 : y > 7 ? 7 : y);
		bad += fcnm_clamp(y, 7, -5) != -5;
	}
	is((unsigned)bad, 0, "clamp, and MAX wins where MIN > MAX");
}

int main(void)
{
	test_example();
	test_requant();
	test_rne_shift();
	test_residual();
	test_clamp();
	return done_testing();
}
