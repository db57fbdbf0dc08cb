/* SPDX-License-Identifier: MIT */
/* ncnn's .bin files. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "error.h"
#include "file.h"
#include "ncnn.h"

#define MAX_SIZE (INT64_C(1) << 31)

/* How weights are stored: the word in front of them. */
#define TAG_FLOAT 0
#define TAG_HALF 0x01306b47

int ncnn_bin_open(const char *path, struct ncnn_bin *bin)
{
	void *bytes = NULL;
	int err;

	*bin = (struct ncnn_bin){ .path = path };
	err = file_map(path, MAX_SIZE, &bytes, &bin->size);
	bin->bytes = err ? NULL : bytes;
	return err;
}

void ncnn_bin_close(struct ncnn_bin *bin)
{
	if (bin->bytes)
		munmap(bin->bytes, bin->size);
	bin->bytes = NULL;
}

static const uint8_t *take(struct ncnn_bin *bin, size_t n)
{
	const uint8_t *p = bin->bytes + bin->at;

	if (n > bin->size - bin->at)
		return NULL;
	bin->at += n;
	return p;
}

static uint32_t word(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static float half(const uint8_t *p)
{
	unsigned v = (unsigned)p[0] | (unsigned)p[1] << 8;
	int exponent = (int)(v >> 10 & 31);
	float fraction = (float)(v & 1023), f;

	if (exponent == 31)
		f = fraction > 0 ? NAN : INFINITY;
	else if (exponent)
		f = ldexpf(1024 + fraction, exponent - 25);
	else
		f = ldexpf(fraction, -24);
	return v >> 15 ? -f : f;
}

static int short_of(const struct ncnn_bin *bin, const struct ncnn_layer *l)
{
	return error(-EINVAL, "%s ends within the weights of '%s' (line %d of the .param file)",
		     bin->path, l->name, l->line);
}

int ncnn_bin_read(struct ncnn_bin *bin, const struct ncnn_layer *l, size_t n, bool tagged,
		  float **to)
{
	const uint8_t *p = tagged ? take(bin, 4) : NULL;
	uint32_t tag = p ? word(p) : TAG_FLOAT;

	*to = NULL;
	if (tagged && !p)
		return short_of(bin, l);
	if (tag != TAG_FLOAT && tag != TAG_HALF)
		return error(-ENOTSUP, "%s: the weights of '%s' are stored in the way 0x%08x; known "
			     "are float and half precision", bin->path, l->name, (unsigned)tag);
	/* The size first: memory is asked for only for what is there. */
	p = n > SIZE_MAX / 8 ? NULL : take(bin, tag == TAG_HALF ? (2 * n + 3) / 4 * 4 : 4 * n);
	if (!p)
		return short_of(bin, l);
	*to = malloc(n * sizeof(**to) + 1);
	if (!*to)
		return error(-ENOMEM, "out of memory for the weights of '%s'", l->name);
	for (size_t i = 0; i < n; i++) {
		uint32_t v;

		if (tag == TAG_HALF) {
			(*to)[i] = half(p + 2 * i);
		} else {
			v = word(p + 4 * i);
			memcpy(&(*to)[i], &v, 4);
		}
		if (isfinite((*to)[i]))
			continue;
		free(*to);
		*to = NULL;
		return error(-EINVAL, "%s: weight %zu of '%s' is no finite number", bin->path, i,
			     l->name);
	}
	return 0;
}

int ncnn_bin_end(const struct ncnn_bin *bin)
{
	if (bin->at == bin->size)
		return 0;
	return error(-EINVAL, "%s has %zu bytes more than the layers take: does it belong to the "
		     ".param file?", bin->path, bin->size - bin->at);
}
