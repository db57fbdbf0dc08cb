/* SPDX-License-Identifier: MIT */
/* The decoder on protobufs made by hand: encodings that writers choose between, and damage. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "onnx.h"
#include "onnx_pb_write.h"
#include "tap.h"

/* Wraps the fields of a GraphProto in a model. */
static int open_graph(const void *graph, size_t size, struct onnx_model **m)
{
	struct pb_out o = { .size = 0 };
	int err;

	pb_out_varint(&o, 1, 8);
	pb_out_bytes(&o, 7, graph, size);
	pb_out_bytes(&o, 8, "\x10\x0d", 2);	/* opset 13 */
	err = onnx_open_memory(o.p, o.size, m);
	pb_out_free(&o);
	return err;
}

/* Wraps the fields of a TensorProto, reads it, and gives the elements in memory of their own. */
static int load(struct pb_out *tensor, enum dtype *dtype, struct shape *shape, void **data)
{
	struct pb_out graph = { .size = 0 };
	struct onnx_model *m;
	const void *p;
	void *owned;
	int err;

	pb_out_bytes(&graph, 5, tensor->p, tensor->size);
	pb_out_free(tensor);
	err = open_graph(graph.p, graph.size, &m);
	pb_out_free(&graph);
	if (err)
		return err;
	err = onnx_tensor_load(&m->initializer[0], dtype, shape, &p, &owned);
	if (!err) {
		size_t n = (size_t)shape_count(shape) * dtype_size(*dtype);

		*data = malloc(n + 1);
		memcpy(*data, p, n);
		free(owned);
	}
	onnx_close(m);
	return err;
}

static struct pb_out start(int dtype, int64_t n)
{
	struct pb_out o = { .size = 0 };

	if (n >= 0)
		pb_out_varint(&o, 1, (uint64_t)n);
	pb_out_varint(&o, 2, (uint64_t)dtype);
	pb_out_string(&o, 8, "w");
	return o;
}

static void expect_data(struct pb_out *o, enum dtype want, const void *elements, size_t size,
			const char *what)
{
	enum dtype dtype = DTYPE_NONE;
	struct shape shape;
	void *data = NULL;
	int err = load(o, &dtype, &shape, &data);

	if (!ok(!err && dtype == want && !memcmp(data, elements, size), "%s", what))
		note("%s", err ? error_message() : "other data");
	free(data);
}

static void expect_error(struct pb_out *o, int want, const char *message, const char *what)
{
	enum dtype dtype;
	struct shape shape;
	void *data = NULL;
	int err = load(o, &dtype, &shape, &data);

	if (!ok(err == want && strstr(error_message(), message), "%s", what))
		note("%d: %s", err, err ? error_message() : "no error");
	if (!err)
		free(data);
}

static void test_integers(void)
{
	const int8_t i8[] = { -1, 2, -128 };
	const int32_t i32[] = { -1, 70000, INT32_MIN };
	const int64_t i64[] = { -1, INT64_MAX };
	const uint8_t u8[] = { 0, 255 }, bools[] = { 0, 1 };
	struct pb_out o;

	o = start(DTYPE_I8, 3);
	for (int i = 0; i < 3; i++)
		pb_out_varint(&o, 5, (uint64_t)(int64_t)i8[i]);
	expect_data(&o, DTYPE_I8, i8, sizeof(i8), "int8 in int32_data, not packed");

	o = start(DTYPE_I8, 3);
	pb_out_bytes(&o, 5, "\xff\xff\xff\xff\x0f\x02", 6);
	pb_out_varint(&o, 5, (uint64_t)-128);
	expect_data(&o, DTYPE_I8, i8, sizeof(i8),
		    "int8 in int32_data, packed and not, -1 in 32 bits");

	o = start(DTYPE_U8, 2);
	pb_out_bytes(&o, 5, "\x00\xff\x01", 3);
	expect_data(&o, DTYPE_U8, u8, sizeof(u8), "uint8 in int32_data");

	o = start(DTYPE_BOOL, 2);
	pb_out_bytes(&o, 5, "\x00\x01", 2);
	expect_data(&o, DTYPE_BOOL, bools, sizeof(bools), "bool in int32_data");

	o = start(DTYPE_I32, 3);
	for (int i = 0; i < 3; i++)
		pb_out_varint(&o, 5, (uint64_t)(int64_t)i32[i]);
	expect_data(&o, DTYPE_I32, i32, sizeof(i32), "int32 in int32_data");

	o = start(DTYPE_I64, 2);
	pb_out_bytes(&o, 7,
		     "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
		     19);
	expect_data(&o, DTYPE_I64, i64, sizeof(i64), "int64 in int64_data, packed");

	o = start(DTYPE_U8, 1);
	pb_out_varint(&o, 5, 256);
	expect_error(&o, -EINVAL, "holds 256, which is no uint8", "uint8 out of range");
	o = start(DTYPE_I8, 1);
	pb_out_varint(&o, 5, (uint64_t)-129);
	expect_error(&o, -EINVAL, "holds -129, which is no int8", "int8 out of range");
	o = start(DTYPE_BOOL, 1);
	pb_out_bytes(&o, 9, "\x02", 1);
	expect_error(&o, -EINVAL, "holds 2, which is no bool", "bool out of range");
}

static void test_floats(void)
{
	const float f32[] = { 1.5f, -2 };
	const double f64[] = { 0.1 };
	uint8_t raw[9] = { 0 };
	struct pb_out o;

	o = start(DTYPE_F32, 2);
	pb_out_bytes(&o, 4, f32, sizeof(f32));
	expect_data(&o, DTYPE_F32, f32, sizeof(f32), "float32 in float_data, packed");

	o = start(DTYPE_F32, 2);
	pb_out_float(&o, 4, f32[0]);
	pb_out_float(&o, 4, f32[1]);
	expect_data(&o, DTYPE_F32, f32, sizeof(f32), "float32 in float_data, not packed");

	o = start(DTYPE_F64, 1);
	pb_out_bytes(&o, 10, f64, sizeof(f64));
	expect_data(&o, DTYPE_F64, f64, sizeof(f64), "float64 in double_data");

	/* Names of several lengths shift the raw data through all alignments. */
	for (int i = 0; i < 4; i++) {
		o = start(DTYPE_F32, 2);
		pb_out_string(&o, 8, &"abcd"[i]);
		pb_out_bytes(&o, 9, f32, sizeof(f32));
		expect_data(&o, DTYPE_F32, f32, sizeof(f32), "raw data at any address");
	}
	o = start(DTYPE_F32, -1);
	pb_out_float(&o, 4, f32[0]);
	expect_data(&o, DTYPE_F32, f32, 4, "a scalar has no dims");
	o = start(DTYPE_F32, 0);
	expect_data(&o, DTYPE_F32, f32, 0, "no elements need no data");
	o = start(DTYPE_F32, 2);
	pb_out_bytes(&o, 9, raw, sizeof(raw));
	expect_error(&o, -EINVAL, "9 bytes of data; 2 elements of float32 need 8",
		     "too much raw data");
	o = start(DTYPE_F32, 2);
	pb_out_bytes(&o, 4, raw, 7);
	expect_error(&o, -EBADMSG, "float_data has 7 bytes, not a multiple of 4", "half a float");
}

static void test_wrong_tensors(void)
{
	struct pb_out o;
	size_t mark;

	o = start(DTYPE_F32, 2);
	expect_error(&o, -EINVAL, "0 elements of data; its shape has 2", "no data");
	o = start(DTYPE_F32, 1);
	pb_out_varint(&o, 5, 1);
	expect_error(&o, -EINVAL, "is float32 and has its elements in TensorProto.int32_data",
		     "data of another type");
	o = start(DTYPE_U8, 1);
	pb_out_varint(&o, 5, 1);
	pb_out_bytes(&o, 9, "a", 1);
	expect_error(&o, -EINVAL, "raw and typed data", "data twice");
	o = start(10, 1);
	pb_out_bytes(&o, 9, "ab", 2);
	expect_error(&o, -ENOTSUP, "tensor 'w' has the unsupported type float16 (10)", "float16");
	o = start(77, 1);
	expect_error(&o, -ENOTSUP, "unsupported type unknown (77)", "a type of the future");
	o = start(DTYPE_F32, -1);
	pb_out_varint(&o, 1, (uint64_t)-5);
	expect_error(&o, -EINVAL, "negative dimension", "a negative dimension");
	o = start(DTYPE_U8, INT64_C(1) << 39);
	pb_out_varint(&o, 1, INT64_C(1) << 39);
	expect_error(&o, -EINVAL, "too many elements", "dimensions that overflow");
	o = start(DTYPE_U8, -1);
	pb_out_bytes(&o, 1, "\1\1\1\1\1\1\1\1\1", 9);
	expect_error(&o, -ENOTSUP, "9 dimensions; 8 are supported", "too many dimensions");

	o = start(DTYPE_F32, 1);
	mark = pb_out_begin(&o, 13);
	pb_out_string(&o, 1, "location");
	pb_out_string(&o, 2, "weights.bin");
	pb_out_end(&o, mark);
	pb_out_varint(&o, 14, 1);
	expect_error(&o, -ENOTSUP, "the data of tensor 'w' are in another file, 'weights.bin'",
		     "external data");
	o = start(DTYPE_F32, 1);
	mark = pb_out_begin(&o, 3);
	pb_out_end(&o, mark);
	expect_error(&o, -ENOTSUP, "segments", "segments");
}

static void expect_damage(const void *bytes, size_t size, const char *message, const char *what)
{
	struct onnx_model *m;
	int err = onnx_open_memory(bytes, size, &m);

	if (!ok(err == -EBADMSG && !m && strstr(error_message(), message), "%s", what))
		note("%d: %s", err, err ? error_message() : "no error");
	if (!err)
		onnx_close(m);
}

#define DAMAGE(bytes, message, what) expect_damage(bytes, sizeof(bytes) - 1, message, what)

static void test_damage(void)
{
	DAMAGE("\x08", "a number is cut off", "a tag without a value");
	DAMAGE("\x08\xff", "a number is cut off", "half a varint");
	DAMAGE("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "more than 64 bits",
	       "a varint of 11 bytes");
	DAMAGE("\x3a\x05\x12\x01", "field 7 has 5 bytes, 2 are left",
	       "a graph that runs past the end");
	DAMAGE("\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "field 7 has",
	       "a length of 2^64 - 1");
	DAMAGE("\x0b", "wire type 3", "a group");
	DAMAGE("\x0f", "wire type 7", "wire type 7");
	DAMAGE("\x00", "is no field", "field 0");
	DAMAGE("\x0d\x00", "field 1 is cut off", "half a fixed32");
	DAMAGE("\x09\x00", "field 1 is cut off", "half a fixed64");
	DAMAGE("\x08\x01", "0 graphs", "no graph");
	DAMAGE("\x3a\x00\x3a\x00", "2 graphs", "two graphs");
	DAMAGE("\x38\x00", "ModelProto.graph has wire type 0", "a graph that is a number");
	DAMAGE("\x3a\x00\x0a\x00", "ModelProto.ir_version has wire type 2",
	       "a version that is a string");
	DAMAGE("\x3a\x02\x0a\x00", "node 0: '' has no operator", "a node without an operator");
	DAMAGE("\x3a\x02\x5a\x00", "input 0: an input", "an input without a name");
	DAMAGE("\x3a\x09\x0a\x07\x22\x03"
	       "Foo\x2a\x00",
	       "an attribute has no name", "an attribute without a name");
	DAMAGE("\x3a\x10\x0a\x0e\x22\x03"
	       "Foo\x2a\x07\x0a\x01t\x2a\x00\x2a\x00",
	       "it has two tensors", "an attribute with two tensors");
	DAMAGE("\x3a\x05\x2a\x03\x0a\x01\xff", "the last number of TensorProto.dims is cut off", "dims that are cut off");
	DAMAGE("\x3a\x0f\x2a\x0d\x0a\x0b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "more than 64 bits", "a dim of 11 bytes");
	DAMAGE("\x3a\x06\x2a\x04\x6a\x02\x08\x01", "wire type 0", "a key of external data that is a number");
	DAMAGE("not a model", "the file is damaged", "text");
}

/* Attributes of every kind, fields that nobody knows, an input that is absent. */
static void test_values(void)
{
	struct pb_out g = { .size = 0 }, node = { .size = 0 };
	struct onnx_model *m;
	const struct onnx_attr *a;
	size_t mark;
	int err;

	pb_out_string(&node, 4, "Foo");
	mark = pb_out_begin(&node, 5);
	pb_out_string(&node, 1, "many");
	pb_out_bytes(&node, 8, "\x01\x02", 2);
	pb_out_varint(&node, 8, (uint64_t)-3);
	pb_out_float(&node, 7, 0.5f);
	pb_out_bytes(&node, 7, "\0\0\x80\x3f\0\0\0\x40", 8);
	pb_out_string(&node, 9, "a");
	pb_out_string(&node, 9, "");
	pb_out_end(&node, mark);
	pb_out_string(&node, 1, "");
	pb_out_string(&node, 99, "of the future");
	pb_out_bytes(&g, 1, node.p, node.size);
	err = open_graph(g.p, g.size, &m);
	if (ok(!err && m->n_node == 1, "unknown fields are skipped")) {
		a = &m->node[0].attr[0];
		ok(a->n_ints == 3 && a->ints[0] == 1 && a->ints[1] == 2 && a->ints[2] == -3,
		   "ints, packed and not");
		ok(a->n_floats == 3 && a->floats[0] == 0.5f && a->floats[1] == 1 &&
			   a->floats[2] == 2,
		   "floats, packed and not");
		ok(a->n_strings == 2 && onnx_str_is(a->strings[0], "a") && !a->strings[1].size,
		   "strings");
		ok(m->node[0].n_in == 1 && !m->node[0].in[0].size, "an empty input");
		onnx_close(m);
	}
	pb_out_free(&node);
	pb_out_free(&g);
}

/* A file of tiny nodes must not make the decoder take more than the documented bound. */
static void test_amplification(void)
{
	struct pb_out g = { .size = 0 };
	struct onnx_model *m;
	int err;

	for (int i = 0; i < 100000; i++)
		pb_out_bytes(&g, 1, "\x22\x01X", 3);
	err = open_graph(g.p, g.size, &m);
	ok(!err && m->n_node == 100000, "nodes of 5 bytes are within the bound");
	if (!err)
		onnx_close(m);
	pb_out_free(&g);
	for (int i = 0; i < 100000; i++)
		pb_out_bytes(&g, 5, "", 0);
	err = open_graph(g.p, g.size, &m);
	ok(err == -ENOMEM && strstr(error_message(), "more than its size allows"),
	   "initializers of 2 bytes are not");
	if (!err)
		onnx_close(m);
	pb_out_free(&g);
}

/* More than the import accepts. */
static void test_limits(void)
{
	struct pb_out g = { .size = 0 }, node = { .size = 0 };
	struct graph *none;
	struct onnx_model *m;
	int err;

	for (int i = 0; i <= ONNX_MAX_NODES; i++)
		pb_out_bytes(&g, 1, "\x22\x01X", 3);
	err = open_graph(g.p, g.size, &m);
	ok(!err && onnx_import(m, &none) == -EFBIG && strstr(error_message(), "nodes; 262144 are"),
	   "too many nodes");
	pb_out_free(&g);
	pb_out_string(&node, 4, "Split");
	for (int i = 0; i <= ONNX_MAX_TENSORS; i++)
		pb_out_string(&node, 2, "");
	pb_out_bytes(&g, 1, node.p, node.size);
	err = open_graph(g.p, g.size, &m);
	ok(!err && onnx_import(m, &none) == -EFBIG && strstr(error_message(), "tensors; 262144 are"),
	   "too many tensors");
	pb_out_free(&node);
	pb_out_free(&g);
}

int main(void)
{
	test_integers();
	test_floats();
	test_wrong_tensors();
	test_damage();
	test_values();
	test_amplification();
	test_limits();
	onnx_close(NULL);
	return tap_done();
}
