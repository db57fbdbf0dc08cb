/* SPDX-License-Identifier: MIT */
/*
 * Damages every file in two ways and imports what is left: cut off at every 1/200 of its length;
 *one byte changed at up to 200 places.  That it does not crash, hang or leak is for the sanitizers
 *and the caller's timeout to see.
 *
 *	hostile FOLDER...
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "files.h"
#include "onnx.h"
#include "tap.h"
#include "text.h"

#define STEPS 200
#define LARGE (256 << 10)	/* of larger files fewer variants: their weights are not read */
#define LARGE_STEPS 20

static uint64_t state = 1;
static size_t n_imports;

static uint32_t next_random(void)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(state >> 33);
}

static void import(const unsigned char *bytes, size_t size)
{
	struct text t = TEXT_INIT;
	struct graph *g;

	n_imports++;
	if (onnx_load_memory(bytes, size, &g))
		return;
	graph_dump(g, &t);
	text_free(&t);
	graph_free(g);
}

/* The import copies to memory of exactly this size. */
static void cut(const unsigned char *bytes, size_t size, size_t steps)
{
	for (size_t i = 1; i < steps; i++)
		import(bytes, size * i / steps);
}

static void change(unsigned char *bytes, size_t size, size_t steps)
{
	for (size_t i = 0; i < steps && i < size; i++) {
		size_t at = size <= steps ? i : next_random() % size;
		unsigned char old = bytes[at];

		bytes[at] = (unsigned char)next_random();
		import(bytes, size);
		bytes[at] = old;
	}
}

int main(int argc, char **argv)
{
	size_t n;
	char **path = files_find(argc - 1, argv + 1, &n);

	for (size_t i = 0; i < n; i++) {
		size_t size, steps;
		unsigned char *bytes = files_read(path[i], &size);

		steps = size > LARGE ? LARGE_STEPS : STEPS;
		cut(bytes, size, steps == STEPS ? STEPS : 5 * LARGE_STEPS);
		change(bytes, size, steps);
		free(bytes);
	}
	ok(n, "%zu imports of damaged variants of %zu files", n_imports, n);
	files_free(path);
	return tap_done();
}
