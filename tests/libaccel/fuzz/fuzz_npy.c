/* SPDX-License-Identifier: MIT */
/* libFuzzer: any .npy file is read, and what was read is written and read again. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t bytes_of(const struct value *v)
{
	return (size_t)shape_count(&v->shape) * dtype_size(v->dtype);
}

/* The file lies in memory: the name is the process's own. */
static void write_and_read(const struct value *v)
{
	char path[64];
	struct value again;

	snprintf(path, sizeof(path), "/dev/shm/fuzz_npy.%ld.npy", (long)getpid());
	if (npy_write(path, v))
		abort();
	if (npy_read(path, &again))
		abort();
	if (again.dtype != v->dtype || again.shape.rank != v->shape.rank ||
	    bytes_of(&again) != bytes_of(v) || memcmp(again.data, v->data, bytes_of(v)))
		abort();
	free(again.data);
	unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned count;
	struct value v;

	if (npy_parse(data, size, &v))
		return 0;
	/* Files are slow. */
	if (bytes_of(&v) && count++ % 16 == 0)
		write_and_read(&v);
	free(v.data);
	return 0;
}
