/* SPDX-License-Identifier: MIT */
/*
 * Between the host's tensors (dense, channels before pixels) and the core's (int8, channels within
 * pixels, rows at pitches), with QuantizeLinear and DequantizeLinear on the way.
 */
#include "ref_priv.h"
#include "runtime.h"

static void pack_floats(const struct plan_port *p, const float *from, int8_t *to)
{
	const struct plan_place *at = &p->place;
	int8_t some[256];

	for (int x = 0; x < at->w; x += (int)sizeof(some)) {
		int n = at->w - x < (int)sizeof(some) ? at->w - x : (int)sizeof(some);

		ref_quantize_bytes(from + x, n, at->scale, at->zero_point, DTYPE_I8, some);
		for (int i = 0; i < n; i++)
			to[(size_t)(x + i) * at->pixel_pitch] = some[i];
	}
}

/* A row of one channel: n elements of the host's, and bytes `pitch` apart. */
static void pack_row(const struct plan_port *p, const void *data, int64_t at, int8_t *to)
{
	const uint32_t pitch = p->place.pixel_pitch;
	const int n = p->place.w;

	switch (p->dtype) {
	case DTYPE_F32:
		pack_floats(p, (const float *)data + at, to);
		break;
	case DTYPE_U8:
		for (int x = 0; x < n; x++)
			to[(size_t)x * pitch] = (int8_t)(((const uint8_t *)data)[at + x] - 128);
		break;
	default:
		for (int x = 0; x < n; x++)
			to[(size_t)x * pitch] = ((const int8_t *)data)[at + x];
	}
}

static void unpack_row(const struct plan_port *p, const int8_t *from, void *data, int64_t at)
{
	const uint32_t pitch = p->place.pixel_pitch;
	const int n = p->place.w;

	switch (p->dtype) {
	case DTYPE_F32:
		for (int x = 0; x < n; x++)
			((float *)data)[at + x] =
				(float)(from[(size_t)x * pitch] - p->place.zero_point) *
				p->place.scale;
		break;
	case DTYPE_U8:
		for (int x = 0; x < n; x++)
			((uint8_t *)data)[at + x] = (uint8_t)(from[(size_t)x * pitch] + 128);
		break;
	default:
		for (int x = 0; x < n; x++)
			((int8_t *)data)[at + x] = from[(size_t)x * pitch];
	}
}

/* Where row y of channel c of picture n starts, in either form. */
static size_t core_row(const struct plan_place *p, int n, int c, int y)
{
	return p->offset + (size_t)n * p->image_pitch + (size_t)y * p->row_pitch + (size_t)c;
}

static int64_t host_row(const struct plan_place *p, int n, int c, int y)
{
	return (((int64_t)n * p->c + c) * p->h + y) * p->w;
}

void layout_pack(const struct plan_port *p, const void *data, void *region)
{
	const struct plan_place *at = &p->place;

	for (int n = 0; n < at->n; n++)
		for (int y = 0; y < at->h; y++)
			for (int c = 0; c < at->c; c++)
				pack_row(p, data, host_row(at, n, c, y),
					 (int8_t *)region + core_row(at, n, c, y));
}

void layout_unpack(const struct plan_port *p, const void *region, void *data)
{
	const struct plan_place *at = &p->place;

	for (int n = 0; n < at->n; n++)
		for (int y = 0; y < at->h; y++)
			for (int c = 0; c < at->c; c++)
				unpack_row(p, (const int8_t *)region + core_row(at, n, c, y), data,
					   host_row(at, n, c, y));
}
