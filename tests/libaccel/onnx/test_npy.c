/* SPDX-License-Identifier: MIT */
/* .npy files: what NumPy writes, what we write, what is refused, damage. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "npy.h"
#include "tap.h"

/* Magic, version, length, dictionary, data; the length is the dictionary's. */
static unsigned char *make(int version, const char *dict, const void *data, size_t n, size_t *size)
{
	size_t length = strlen(dict), start = version == 1 ? 10 : 12;
	unsigned char *p = calloc(1, start + length + n + 1);

	memcpy(p, "\x93NUMPY", 6);
	p[6] = (unsigned char)version;
	p[8] = (unsigned char)length;
	p[9] = (unsigned char)(length >> 8);
	memcpy(p + start, dict, length);
	memcpy(p + start + length, data, n);
	*size = start + length + n;
	return p;
}

static void expect_value(int version, const char *dict, const void *data, size_t n,
			 const struct value *want)
{
	struct value v = { .data = NULL };
	size_t size;
	unsigned char *p = make(version, dict, data, n, &size);
	int err = npy_parse(p, size, &v);

	if (!ok(!err && v.dtype == want->dtype && shape_equal(&v.shape, &want->shape) &&
			!memcmp(v.data, data, n),
		"version %d: %s", version, dict))
		note("%s", error_message());
	free(v.data);
	free(p);
}

static void expect_error(int version, const char *dict, size_t n, int want, const char *message)
{
	struct value v = { .data = NULL };
	static const char zeroes[64];
	size_t size;
	unsigned char *p = make(version, dict, zeroes, n, &size);
	int err = npy_parse(p, size, &v);

	if (!ok(err == want && strstr(error_message(), message), "refused: %s", dict))
		note("%d: %s", err, err ? error_message() : "no error");
	free(v.data);
	free(p);
}

static void test_headers(void)
{
	const float f[6] = { 1, 2, 3, 4, 5, 6 };
	const struct value matrix = { DTYPE_F32, { 2, { 2, 3 } }, NULL },
			   vector = { DTYPE_I8, { 1, { 3 } }, NULL };
	const struct value scalar = { DTYPE_F64, { 0, { 0 } }, NULL },
			   none = { DTYPE_I64, { 2, { 0, 3 } }, NULL };

	expect_value(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }          \n",
		     f, 24, &matrix);
	expect_value(2, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", f, 24,
		     &matrix);
	expect_value(1, "{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"<f4\"}", f, 24,
		     &matrix);
	expect_value(1, "{'descr': '|i1', 'fortran_order': False, 'shape': (3,), }", f, 3, &vector);
	expect_value(1, "{'descr': '<i1', 'fortran_order': False, 'shape': (3,), }", f, 3, &vector);
	expect_value(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (), }", f, 8, &scalar);
	expect_value(1, "{'descr': '<i8', 'fortran_order': False, 'shape': (0, 3), }", f, 0, &none);
}

static void test_refusals(void)
{
	expect_error(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", 8, -ENOTSUP,
		     "ascontiguousarray");
	expect_error(1, "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", 8, -ENOTSUP,
		     "'>f4' is not supported");
	expect_error(1, "{'descr': '<f2', 'fortran_order': False, 'shape': (2,), }", 4, -ENOTSUP,
		     "numpy.float32");
	expect_error(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", 8,
		     -ENOTSUP, "structured");
	expect_error(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 7, -EINVAL,
		     "7 bytes of data");
	expect_error(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 9, -EINVAL,
		     "9 bytes of data");
	expect_error(1, "{'descr': '<f4', 'fortran_order': False, }", 0, -EINVAL, "lacks one of");
	expect_error(1, "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (), }", 4, -EINVAL,
		     "neither True nor False");
	expect_error(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", 8, -EINVAL,
		     "no number");
	expect_error(1,
		     "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
		     8, -EINVAL, "too large");
	expect_error(
		1,
		"{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,99), }",
		8, -EINVAL, "too many elements");
	expect_error(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }",
		     4, -ENOTSUP, "more than 8 dimensions");
	expect_error(1, "{'descr': '<f4', 'colour': False, 'shape': (), }", 4, -EINVAL,
		     "unknown key 'colour'");
	expect_error(1, "{'descr': '<f4", 4, -EINVAL, "does not end");
	expect_error(1, "{'descr' '<f4'}", 4, -EINVAL, "where ':' should be");
	expect_error(1, "{'descr': '|b1', 'fortran_order': False, 'shape': (1,), ", 0, -EINVAL,
		     "no string");
	expect_error(3, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 4, -ENOTSUP,
		     "version 3.0");
}

static void test_bools(void)
{
	size_t size;
	unsigned char *p = make(1, "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", "\1\2", 2, &size);
	struct value v;

	ok(npy_parse(p, size, &v) == -EINVAL && strstr(error_message(), "it holds 2, which is no bool"), "refused: a bool of 2");
	free(p);
}

static void test_round_trip(const char *folder)
{
	static const enum dtype dtypes[] = { DTYPE_F32, DTYPE_U8,  DTYPE_I8,  DTYPE_I32,
					     DTYPE_I64, DTYPE_F64, DTYPE_BOOL };
	static const unsigned char data[2 * 3 * 8] = { 1, 0, 1, 1 };
	char path[512];

	snprintf(path, sizeof(path), "%s/round_trip.npy", folder);
	for (int rank = 0; rank <= 2; rank++) {
		for (size_t i = 0; i < sizeof(dtypes) / sizeof(dtypes[0]); i++) {
			struct value v = { dtypes[i], { rank, { 2, 3 } }, (void *)data },
				     again = { .data = NULL };
			size_t size = (size_t)shape_count(&v.shape) * dtype_size(v.dtype);
			int err = npy_write(path, &v);

			if (!err)
				err = npy_read(path, &again);
			if (!ok(!err && again.dtype == v.dtype &&
					shape_equal(&v.shape, &again.shape) &&
					!memcmp(data, again.data, size),
				"%s of rank %d is written and read", dtype_name(v.dtype), rank))
				note("%s", error_message());
			free(again.data);
		}
	}
}

/* The bytes that numpy.save() writes for numpy.array([1.5, -2], 'f4'). */
static void test_like_numpy(const char *folder)
{
	static const char want[] =
		"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
		"                              "
		"                              \n\0\0\xc0\x3f\0\0\0\xc0";
	float data[] = { 1.5f, -2 };
	const struct value v = { DTYPE_F32, { 1, { 2 } }, data };
	char path[512], got[200];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/numpy.npy", folder);
	if (!npy_write(path, &v) && (f = fopen(path, "rb"))) {
		n = fread(got, 1, sizeof(got), f);
		fclose(f);
	}
	ok(n == sizeof(want) - 1 && !memcmp(got, want, n), "the file is NumPy's, byte for byte");
}

static void test_atomic(const char *folder)
{
	float data[] = { 1 };
	const struct value good = { DTYPE_F32, { 1, { 1 } }, data },
			   bad = { DTYPE_F32, { -1, { 0 } }, data };
	struct value v;
	struct stat st;
	char path[512];

	snprintf(path, sizeof(path), "%s/atomic.npy", folder);
	ok(!npy_write(path, &good) && npy_write(path, &bad) == -EINVAL && !npy_read(path, &v),
	   "a value that cannot be written leaves the old file");
	free(v.data);
	ok(!stat(path, &st) && (st.st_mode & 0600) == 0600 && !(st.st_mode & 0111),
	   "the file has an ordinary mode");
	snprintf(path, sizeof(path), "%s/missing/x.npy", folder);
	ok(npy_write(path, &good) == -ENOENT && strstr(error_message(), "missing/x.npy"),
	   "no folder, no file");
	/* A folder of that name makes the rename fail, after everything was written. */
	snprintf(path, sizeof(path), "%s/folder.npy", folder);
	mkdir(path, 0777);
	ok(npy_write(path, &good) == -EISDIR, "a folder is not replaced");
	rmdir(path);
}

/* Every prefix, and every byte of the header changed to several values. */
static void test_damage(void)
{
	const char dict[] = "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }\n";
	static const char data[24];
	size_t size;
	unsigned char *p = make(1, dict, data, sizeof(data), &size), *copy;
	int accepted = 0;
	struct value v;

	for (size_t n = 0; n < size; n++) {
		copy = malloc(n ? n : 1);
		memcpy(copy, p, n);
		accepted += !npy_parse(copy, n, &v);
		free(copy);
	}
	ok(!accepted, "no prefix is accepted");
	for (size_t i = 0; i < size; i++) {
		unsigned char old = p[i];

		for (int k = 0; k < 256; k++) {
			p[i] = (unsigned char)k;
			if (!npy_parse(p, size, &v))
				free(v.data);
		}
		p[i] = old;
	}
	ok(true, "any byte may be changed");
	free(p);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_npy FOLDER\n");
		return 2;
	}
	test_headers();
	test_refusals();
	test_bools();
	test_round_trip(argv[1]);
	test_like_numpy(argv[1]);
	test_atomic(argv[1]);
	test_damage();
	return tap_done();
}
