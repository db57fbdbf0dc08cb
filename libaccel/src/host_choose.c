/* SPDX-License-Identifier: MIT */
/*
 * Which kernel computes a layer.  All give the same bytes, so the layer tries each that can do it,
 * TRIES times, in its first runs, and stays with the one that was fastest.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "error.h"
#include "host_kernel.h"

#define TRIES 2

/* Of the thread: what others take of the machine does not count. */
static int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static const struct host_kernel *const kernels[HOST_KERNELS] = {
	&host_depthwise, &host_pointwise, &host_vnni, &host_xnnpack,
};

float host_scale(float scale)
{
	scale = scale < 0 ? -scale : scale;
	if (!(scale <= 0x1.fffffep127f))
		return -1;
	return scale < 0x1p-126f ? 0 : scale;
}

static int kernel_named(const char *name, size_t n)
{
	for (int i = 0; i < HOST_KERNELS; i++)
		if (strlen(kernels[i]->name) == n && !memcmp(kernels[i]->name, name, n))
			return i;
	return -1;
}

/* reference | kernels=NAME[+NAME...] */
int host_options(const char *rest, unsigned *allowed)
{
	static const char key[] = "kernels=";

	*allowed = HOST_ALL;
	if (!*rest || !strcmp(rest, "reference"))
		return 0;
	if (strncmp(rest, key, sizeof(key) - 1))
		return error(-EINVAL, "host: has no option '%s'; it has reference and "
			     "kernels=NAME+NAME.., with plain, depthwise, pointwise, vnni and xnnpack", rest);
	*allowed = 0;
	for (const char *at = rest + sizeof(key) - 1;; at++) {
		size_t n = strcspn(at, "+");
		int kernel = kernel_named(at, n);

		if (kernel < 0 && !(n == 5 && !memcmp(at, "plain", 5)))
			return error(-EINVAL, "host: has no kernel '%.*s'; it has plain, depthwise, "
				     "pointwise, vnni and xnnpack", (int)n, at);
		if (kernel >= 0)
			*allowed |= 1u << kernel;
		at += n;
		if (!*at)
			return 0;
	}
}

static void drop(struct host_layer *h, int kernel)
{
	if (h->state[kernel])
		kernels[kernel]->free(h->state[kernel]);
	h->state[kernel] = NULL;
}

/* The fastest of those that are there, or -1. */
static int fastest(const struct host_layer *h)
{
	int best = -1;

	for (int i = 0; i < HOST_KERNELS; i++)
		if (h->state[i] && (best < 0 || h->best_ns[i] < h->best_ns[best]))
			best = i;
	return best;
}

int host_choose_init(struct host_layer *h, unsigned allowed)
{
	int n = 0;

	for (int i = 0; i < HOST_KERNELS; i++) {
		int err = allowed >> i & 1 ? kernels[i]->make(h->l, &h->state[i]) : -ENOTSUP;

		h->best_ns[i] = INT64_MAX;
		if (err && err != -ENOTSUP)
			return err;
		n += !err;
	}
	h->chosen = fastest(h);
	h->tries = n > 1 ? TRIES * HOST_KERNELS : 0;
	return 0;
}

void host_choose_free(struct host_layer *h)
{
	for (int i = 0; i < HOST_KERNELS; i++)
		drop(h, i);
}

/* The next one to be tried, or the one that it stays with. */
static int pick(struct host_layer *h)
{
	while (h->tries > 0) {
		int kernel = --h->tries % HOST_KERNELS;

		if (h->state[kernel])
			return kernel;
	}
	h->chosen = fastest(h);
	for (int i = 0; i < HOST_KERNELS; i++)
		if (i != h->chosen)
			drop(h, i);
	return h->chosen;
}

const char *host_chosen(const struct host_layer *h)
{
	return h->l->kind != LAYER_CONV ? "copy" : h->chosen < 0 ? "plain" : kernels[h->chosen]->name;
}

int host_choose_run(struct host_layer *h, const struct host_view *in, const struct host_view *out,
		    int lo, int hi)
{
	for (int kernel = pick(h); kernel >= 0; kernel = pick(h)) {
		int64_t start = cpu_ns();
		int err = kernels[kernel]->run(h->state[kernel], in, out, lo, hi);
		int64_t took = cpu_ns() - start;

		if (!err && took < h->best_ns[kernel])
			h->best_ns[kernel] = took;
		if (err != -ENOTSUP)
			return err;
		drop(h, kernel);
	}
	return -ENOTSUP;
}
