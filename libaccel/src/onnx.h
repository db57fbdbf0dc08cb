/* SPDX-License-Identifier: MIT */
/*
 * ONNX files: a decoder of its own, and the import into a graph.
 *
 * The decoder shows what is in a file without copying it: names and raw data are pointers into the
 * file's bytes.  It checks every bound, does not recurse, and allocates at most ONNX_MEMORY_FIXED +
 * ONNX_MEMORY_FACTOR times the file's size; what it does not know, it skips.  What the decoded
 * parts mean (which operators, types and opsets are supported) is the import's business.
 *
 * A file that somebody truncates while it is mapped ends the process with SIGBUS, as with every
 * mapping.
 *
 * Threads: a model belongs to one thread at a time.  Errors: error.h.
 */
#ifndef LIBACCEL_ONNX_H
#define LIBACCEL_ONNX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graph.h"
#include "onnx_pb.h"
#include "ref.h"

#define ONNX_MAX_SIZE (INT64_C(1) << 31)	/* protobuf's own limit */
#define ONNX_MEMORY_FIXED (64 << 10)
#define ONNX_MEMORY_FACTOR 32
/* What the import accepts; it takes some 300 bytes for each beside the elements. */
#define ONNX_MAX_NODES (1 << 18)
#define ONNX_MAX_TENSORS (1 << 18)
#define ONNX_MIN_OPSET 7
#define ONNX_MAX_OPSET 22

/* TensorProto.DataType beyond those of enum dtype, for messages. */
const char *onnx_dtype_name(int dtype);

/* A string in the file: not NUL-terminated. */
struct onnx_str {
	const char *s;
	size_t size;
};

/* For printf("%.*s", ONNX_STR(name)). */
#define ONNX_STR(str) (int)((str).size < 200 ? (str).size : 200), (str).size ? (str).s : ""

bool onnx_str_is(struct onnx_str a, const char *b);

/* A tensor as the file has it.  onnx_tensor_load() turns it into a value. */
struct onnx_tensor {
	struct onnx_str name;
	int dtype;		/* TensorProto.DataType, any */
	size_t n_dim;
	int64_t *dim;
	bool has_raw;
	struct pb_span raw;	/* raw_data */
	size_t n_element;	/* in float_data, int32_data, … */
	bool external;		/* the data are in another file */
	struct onnx_str location;
	struct pb_span message;
};

enum onnx_attr_type {
	ONNX_ATTR_NONE = 0,
	ONNX_ATTR_FLOAT = 1,
	ONNX_ATTR_INT = 2,
	ONNX_ATTR_STRING = 3,
	ONNX_ATTR_TENSOR = 4,
	ONNX_ATTR_GRAPH = 5,
	ONNX_ATTR_FLOATS = 6,
	ONNX_ATTR_INTS = 7,
	ONNX_ATTR_STRINGS = 8,
	ONNX_ATTR_TENSORS = 9,
	ONNX_ATTR_GRAPHS = 10,
	ONNX_ATTR_SPARSE_TENSOR = 11,
	ONNX_ATTR_SPARSE_TENSORS = 12,
	ONNX_ATTR_TYPE = 13,
	ONNX_ATTR_TYPES = 14,
};

/* Graphs, and lists of tensors or graphs, are not decoded: the type tells that they are there. */
struct onnx_attr {
	struct onnx_str name;
	int type;		/* enum onnx_attr_type, or what the file says */
	bool reference;		/* to an attribute of a function */
	int64_t i;
	float f;
	struct onnx_str s;
	struct onnx_tensor *t;
	size_t n_ints, n_floats, n_strings;
	int64_t *ints;
	float *floats;
	struct onnx_str *strings;
};

struct onnx_node {
	struct onnx_str name, op_type, domain;
	size_t n_in, n_out, n_attr;
	struct onnx_str *in, *out;	/* empty: an optional one that is absent */
	struct onnx_attr *attr;
};

struct onnx_value_info {
	struct onnx_str name;
	bool is_tensor;		/* neither a sequence, a map, nor absent */
	int dtype;
	bool has_shape;
	size_t n_dim;
	int64_t *dim;		/* -1: unknown or a name */
};

struct onnx_opset {
	struct onnx_str domain;
	int64_t version;
};

struct onnx_arena;

struct onnx_model {
	int64_t ir_version;
	struct onnx_str producer, graph_name;
	size_t n_opset, n_node, n_initializer, n_input, n_output, n_value_info;
	size_t n_sparse_initializer, n_function;	/* not decoded */
	struct onnx_opset *opset;
	struct onnx_node *node;
	struct onnx_tensor *initializer;
	struct onnx_value_info *input, *output, *value_info;

	struct onnx_arena *arena;
	void *bytes;		/* the file */
	size_t size;
	bool mapped;
};

/* Opens a file: maps it and decodes it.  -EBADMSG: it is no ONNX file, or damaged. */
int onnx_open(const char *path, struct onnx_model **out);

/* Decodes a copy of these bytes. */
int onnx_open_memory(const void *bytes, size_t size, struct onnx_model **out);

void onnx_close(struct onnx_model *m);	/* NULL is fine */

/*
 * The data of a tensor: in the file where type and alignment allow it (*owned is NULL), else in
 * *owned, to be freed.
 */
int onnx_tensor_load(const struct onnx_tensor *t, enum dtype *dtype, struct shape *shape,
		     const void **data, void **owned);

/*
 * A file that holds one tensor, such as the inputs and outputs of ONNX's test data; free(out->data)
 * afterwards.
 */
int onnx_read_tensor(const char *path, struct value *out);

/* A value for a graph input: the import makes a constant of it. */
struct onnx_binding {
	const char *input;
	struct value value;	/* copied */
};

/*
 * Makes a graph, and closes the model: with success the file's bytes belong to the graph.
 * Errors name node, operator and what to do; -ENOTSUP for what libaccel cannot do, -EINVAL for a
 * file that is wrong.
 */
int onnx_import(struct onnx_model *m, struct graph **out);

/* The same with some inputs bound to values.  (ONNX's test data have weights as inputs.) */
int onnx_import_bind(struct onnx_model *m, const struct onnx_binding *bind, int n_bind,
		     struct graph **out);

/* onnx_open() and onnx_import(). */
int onnx_load(const char *path, struct graph **out);
int onnx_load_memory(const void *bytes, size_t size, struct graph **out);

#endif
