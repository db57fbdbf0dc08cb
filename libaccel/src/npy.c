/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "npy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "error.h"
#include "file.h"
#include "text.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "libaccel needs a little-endian machine");

#define MAGIC "\x93NUMPY"
#define MAGIC_SIZE 6
#define MAX_SIZE (INT64_C(1) << 40)

static const struct {
	const char *descr;
	enum dtype dtype;
} types[] = {
	{ "<f4", DTYPE_F32 }, { "<f8", DTYPE_F64 }, { "|i1", DTYPE_I8 }, { "|u1", DTYPE_U8 },
	{ "<i4", DTYPE_I32 }, { "<i8", DTYPE_I64 }, { "|b1", DTYPE_BOOL },
};

#define N_TYPES (sizeof(types) / sizeof(types[0]))

/*
 * The header is the text of a Python dictionary:
 * {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
 */
struct header {
	const char *p, *end;
	bool has_descr, has_order, has_shape;
	enum dtype dtype;
	struct shape shape;
};

static void skip_space(struct header *h)
{
	while (h->p != h->end && (*h->p == ' ' || *h->p == '\n' || *h->p == '\t' || *h->p == '\r'))
		h->p++;
}

static bool accept(struct header *h, const char *token)
{
	size_t n = strlen(token);

	skip_space(h);
	if ((size_t)(h->end - h->p) < n || memcmp(h->p, token, n))
		return false;
	h->p += n;
	return true;
}

static int expect(struct header *h, const char *token)
{
	int left;

	if (accept(h, token))
		return 0;
	left = h->end - h->p < 16 ? (int)(h->end - h->p) : 16;
	return error(-EINVAL, "its header has '%.*s' where '%s' should be", left, h->p, token);
}

/* A string in single or double quotes, without escapes. */
static int read_string(struct header *h, char *to, size_t size)
{
	const char *quote;
	size_t n = 0;

	skip_space(h);
	if (h->p == h->end || (*h->p != '\'' && *h->p != '"'))
		return error(-EINVAL, "its header has no string where one should be");
	quote = h->p++;
	while (h->p != h->end && *h->p != *quote && n + 1 < size)
		to[n++] = *h->p++;
	to[n] = 0;
	if (h->p == h->end || *h->p != *quote)
		return error(-EINVAL, "its header has a string that does not end: '%s'", to);
	h->p++;
	return 0;
}

static int read_descr(struct header *h)
{
	char descr[32];
	int err;

	if (accept(h, "["))
		return error(-ENOTSUP, "it is a structured array; save one field");
	err = read_string(h, descr, sizeof(descr));
	if (err)
		return err;
	for (size_t i = 0; i < N_TYPES; i++) {
		bool byte = types[i].descr[0] == '|';

		/* A byte has no order, and some writers say so with another sign. */
		if (!strcmp(byte ? descr + (*descr != 0) : descr,
			    byte ? types[i].descr + 1 : types[i].descr)) {
			h->dtype = types[i].dtype;
			h->has_descr = true;
			return 0;
		}
	}
	return error(-ENOTSUP,
		     "its type '%s' is not supported; save it with .astype(numpy.float32)", descr);
}

static int read_order(struct header *h)
{
	h->has_order = true;
	if (accept(h, "False"))
		return 0;
	if (accept(h, "True"))
		return error(-ENOTSUP,
			     "it is in Fortran order; save it with numpy.ascontiguousarray()");
	return error(-EINVAL, "its fortran_order is neither True nor False");
}

static int read_dim(struct header *h, int64_t *dim)
{
	const char *start;
	int64_t v = 0;

	skip_space(h);
	start = h->p;
	while (h->p != h->end && *h->p >= '0' && *h->p <= '9') {
		v = v * 10 + (*h->p++ - '0');
		if (v > MAX_SIZE)
			return error(-EINVAL, "a dimension of its shape is too large");
	}
	if (h->p == start)
		return error(-EINVAL, "its shape has something that is no number");
	*dim = v;
	return 0;
}

static int read_shape(struct header *h)
{
	int err = expect(h, "(");

	h->has_shape = true;
	h->shape.rank = 0;
	while (!err && !accept(h, ")")) {
		if (h->shape.rank == GRAPH_MAX_RANK)
			return error(-ENOTSUP, "it has more than %d dimensions", GRAPH_MAX_RANK);
		err = read_dim(h, &h->shape.dim[h->shape.rank++]);
		if (err)
			return err;
		if (!accept(h, ","))
			return expect(h, ")");
	}
	return err;
}

static int read_entry(struct header *h)
{
	char key[32];
	int err = read_string(h, key, sizeof(key));

	if (!err)
		err = expect(h, ":");
	if (err)
		return err;
	if (!strcmp(key, "descr"))
		return read_descr(h);
	if (!strcmp(key, "fortran_order"))
		return read_order(h);
	if (!strcmp(key, "shape"))
		return read_shape(h);
	return error(-EINVAL, "its header has the unknown key '%s'", key);
}

static int read_header(struct header *h)
{
	int err = expect(h, "{");

	while (!err && !accept(h, "}")) {
		err = read_entry(h);
		if (!err && !accept(h, ","))
			return expect(h, "}");
	}
	return err;
}

/* Where the header is: after magic, version and a length of 2 or 4 bytes. */
static int find_header(const unsigned char *bytes, size_t size, struct header *h)
{
	size_t start, length;

	if (size < 10 || memcmp(bytes, MAGIC, MAGIC_SIZE))
		return error(-EINVAL, "it is no .npy file");
	if (bytes[6] != 1 && bytes[6] != 2)
		return error(-ENOTSUP, "it has version %d.%d of the format; 1 and 2 are supported",
			     bytes[6], bytes[7]);
	start = bytes[6] == 1 ? 10 : 12;
	length = bytes[8] | (size_t)bytes[9] << 8;
	if (bytes[6] == 2 && size >= 12)
		length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
	if (size < start || length > size - start)
		return error(-EINVAL, "it is cut off within its header");
	h->p = (const char *)bytes + start;
	h->end = h->p + length;
	return 0;
}

static int check_header(const struct header *h, size_t left, size_t *need)
{
	int64_t count = shape_count(&h->shape);

	if (!h->has_descr || !h->has_order || !h->has_shape)
		return error(-EINVAL, "its header lacks one of descr, fortran_order and shape");
	if (count < 0)
		return error(-EINVAL, "its shape has too many elements");
	*need = (size_t)count * dtype_size(h->dtype);
	if (left != *need)
		return error(-EINVAL, "it has %zu bytes of data; its shape needs %zu", left, *need);
	return 0;
}

static int check_bools(const struct header *h, const unsigned char *p, size_t n)
{
	for (size_t i = 0; h->dtype == DTYPE_BOOL && i < n; i++)
		if (p[i] > 1)
			return error(-EINVAL, "it holds %d, which is no bool", p[i]);
	return 0;
}

int npy_parse(const void *bytes, size_t size, struct value *out)
{
	struct header h = { .dtype = DTYPE_NONE };
	const unsigned char *data;
	size_t need = 0;
	int err = find_header(bytes, size, &h);

	if (err)
		return err;
	data = (const unsigned char *)h.end;
	err = read_header(&h);
	if (!err)
		err = check_header(&h, size - (size_t)(data - (const unsigned char *)bytes), &need);
	if (!err)
		err = check_bools(&h, data, need);
	if (err)
		return err;
	*out = (struct value){ h.dtype, h.shape, malloc(need ? need : 1) };
	if (!out->data)
		return error(-ENOMEM, "out of memory for an array of %zu bytes", need);
	memcpy(out->data, data, need);
	return 0;
}

int npy_read(const char *path, struct value *out)
{
	void *bytes;
	size_t size;
	int err = file_map(path, MAX_SIZE, &bytes, &size);

	if (err)
		return err;
	err = npy_parse(bytes, size, out);
	munmap(bytes, size);
	return err ? error_in(err, "cannot read %s", path) : 0;
}

/*
 * Magic, version 1.0, length and dictionary, filled up with spaces so that the data start at a
 * multiple of 64.
 */
static int print_header(struct text *t, const struct value *v)
{
	size_t type = 0, total;

	while (type < N_TYPES && types[type].dtype != v->dtype)
		type++;
	if (type == N_TYPES || shape_count(&v->shape) < 0)
		return error(-EINVAL, "a value of type %s and unknown size cannot be written",
			     dtype_name(v->dtype));
	text_printf(t, "{'descr': '%s', 'fortran_order': False, 'shape': (", types[type].descr);
	for (int i = 0; i < v->shape.rank; i++)
		text_printf(t, i ? ", %" PRId64 : "%" PRId64, v->shape.dim[i]);
	text_printf(t, "%s), }", v->shape.rank == 1 ? "," : "");
	total = (MAGIC_SIZE + 4 + t->size + 1 + 63) / 64 * 64;
	text_printf(t, "%*s\n", (int)(total - (MAGIC_SIZE + 4 + t->size + 1)), "");
	return text_error(t);
}

int npy_write(const char *path, const struct value *v)
{
	struct text t = TEXT_INIT;
	unsigned char start[MAGIC_SIZE + 4] = MAGIC "\1";
	int err = print_header(&t, v);

	start[8] = (unsigned char)t.size;
	start[9] = (unsigned char)(t.size >> 8);
	if (!err) {
		size_t size = (size_t)shape_count(&v->shape) * dtype_size(v->dtype);
		const struct file_part part[] = {
			{ start, sizeof(start) },
			{ t.data, t.size },
			{ v->data, size },
		};

		err = file_write(path, part, 3);
	} else {
		error_in(err, "%s", path);
	}
	text_free(&t);
	return err;
}
