/* SPDX-License-Identifier: MIT */
/* Opening and closing of ONNX files. */
#define _POSIX_C_SOURCE 200809L

#include "onnx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "error.h"
#include "file.h"
#include "onnx_arena.h"
#include "onnx_decode.h"

bool onnx_str_is(struct onnx_str a, const char *b)
{
	return a.size == strlen(b) && !memcmp(a.s ? a.s : "", b, a.size);
}

static void free_bytes(void *bytes, size_t size, bool mapped)
{
	if (mapped)
		munmap(bytes, size);
	else
		free(bytes);
}

void onnx_close(struct onnx_model *m)
{
	if (!m)
		return;
	free_bytes(m->bytes, m->size, m->mapped);
	onnx_arena_free(m->arena);
	free(m);
}

/* Takes the bytes over, whatever happens. */
static int decode(void *bytes, size_t size, bool mapped, struct onnx_model **out)
{
	struct onnx_model *m = calloc(1, sizeof(*m));
	int err;

	if (!m) {
		free_bytes(bytes, size, mapped);
		return error(-ENOMEM, "out of memory for the model");
	}
	m->bytes = bytes;
	m->size = size;
	m->mapped = mapped;
	m->arena = onnx_arena_new(ONNX_MEMORY_FIXED + ONNX_MEMORY_FACTOR * size);
	if (m->arena)
		err = onnx_decode_model(m,
					(struct pb_span){ m->bytes, (uint8_t *)m->bytes + size });
	else
		err = error(-ENOMEM, "out of memory for the model");
	if (err) {
		onnx_close(m);
		return err;
	}
	*out = m;
	return 0;
}

int onnx_open(const char *path, struct onnx_model **out)
{
	void *bytes;
	size_t size;
	int err;

	*out = NULL;
	err = file_map(path, ONNX_MAX_SIZE, &bytes, &size);
	if (err)
		/* What is empty, or no regular file, is no ONNX file either. */
		return err == -EINVAL ? -EBADMSG : err;
	err = decode(bytes, size, true, out);
	return err ? error_in(err, "%s is no ONNX model", path) : 0;
}

int onnx_open_memory(const void *bytes, size_t size, struct onnx_model **out)
{
	void *copy;
	int err;

	*out = NULL;
	if (!size)
		return error(-EBADMSG, "the model is empty");
	if (size > ONNX_MAX_SIZE)
		return error(-EFBIG,
			     "the model has %zu bytes, more than the %lld that are supported", size,
			     (long long)ONNX_MAX_SIZE);
	copy = malloc(size);
	if (!copy)
		return error(-ENOMEM, "out of memory for a model of %zu bytes", size);
	memcpy(copy, bytes, size);
	err = decode(copy, size, false, out);
	return err ? error_in(err, "no ONNX model") : 0;
}
