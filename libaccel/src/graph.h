/* SPDX-License-Identifier: MIT */
/*
 * The graph that all stages of libaccel work on.
 *
 * import (onnx_import.c) makes it from an ONNX file; lower, quantise and partition rewrite it; the
 * C reference (ref_*.c) executes it node by node.  A graph owns its tensors, nodes and names;
 * constant data may lie in the model file's mapping, which the graph keeps open (graph.backing).
 *
 * Threading: a graph that nobody changes may be read by several threads.
 * Errors: functions return 0 or a negative errno and leave a message (error.h).
 */
#ifndef LIBACCEL_GRAPH_H
#define LIBACCEL_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRAPH_MAX_RANK 8

/* Element types; the numbers are ONNX's TensorProto.DataType. */
enum dtype {
	DTYPE_NONE = 0,
	DTYPE_F32 = 1,
	DTYPE_U8 = 2,
	DTYPE_I8 = 3,
	DTYPE_I32 = 6,
	DTYPE_I64 = 7,
	DTYPE_BOOL = 9,
	DTYPE_F64 = 11,
};

size_t dtype_size(enum dtype t);	/* bytes of an element, 0 if unknown */
const char *dtype_name(enum dtype t);	/* "float32", … */

/*
 * Row-major; dim[0] is the slowest.  A dim of -1 is not known yet.  rank 0 is a scalar; rank -1:
 * not even the rank is known.
 */
struct shape {
	int rank;
	int64_t dim[GRAPH_MAX_RANK];
};

/* Number of elements; -1 if the rank or a dim is unknown or the product does not fit in 2^40. */
int64_t shape_count(const struct shape *s);
bool shape_equal(const struct shape *a, const struct shape *b);

struct tensor {
	char *name;		/* unique in the graph; owned */
	enum dtype dtype;
	bool shape_known;	/* rank and all dims */
	struct shape shape;
	const void *data;	/* constant: shape_count() elements, aligned; NULL: activation */
	void *owned;		/* what to free for data; NULL when data lies in graph.backing */
};

/*
 * Operators, named as in ONNX.  Semantics of each are ONNX's, at the opset that import normalised
 * it to (see node.attr).
 */
enum op {
	OP_ADD,
	OP_ARGMAX,
	OP_AVERAGE_POOL,
	OP_BATCH_NORMALIZATION,
	OP_CAST,
	OP_CLIP,
	OP_CONCAT,
	OP_CONV,
	OP_CONV_INTEGER,
	OP_CONV_TRANSPOSE,
	OP_DEPTH_TO_SPACE,
	OP_DEQUANTIZE_LINEAR,
	OP_DIV,
	OP_ELU,
	OP_FLATTEN,
	OP_GEMM,
	OP_GLOBAL_AVERAGE_POOL,
	OP_GLOBAL_MAX_POOL,
	OP_HARD_SIGMOID,
	OP_HARD_SWISH,
	OP_IDENTITY,
	OP_INSTANCE_NORMALIZATION,
	OP_LEAKY_RELU,
	OP_MATMUL,
	OP_MAX_POOL,
	OP_MUL,
	OP_PAD,
	OP_PRELU,
	OP_QLINEAR_ADD,
	OP_QLINEAR_CONCAT,
	OP_QLINEAR_CONV,
	OP_QLINEAR_LEAKY_RELU,
	OP_QLINEAR_MATMUL,
	OP_QUANTIZE_LINEAR,
	OP_REDUCE_MEAN,
	OP_RELU,
	OP_RESHAPE,
	OP_RESIZE,
	OP_SHAPE,
	OP_SIGMOID,
	OP_SLICE,
	OP_SOFTMAX,
	OP_SPLIT,
	OP_SQUEEZE,
	OP_SUB,
	OP_SUM,
	OP_TANH,
	OP_TRANSPOSE,
	OP_UNSQUEEZE,
	OP_COUNT
};

const char *op_name(enum op op);	/* ONNX's name: "ConvTranspose" */

enum auto_pad { AUTO_PAD_NOTSET, AUTO_PAD_SAME_UPPER, AUTO_PAD_SAME_LOWER, AUTO_PAD_VALID };

/*
 * Attributes of convolutions and pools.  2-D: index 0 is y, 1 is x; 1-D and 3-D use 1 and 3
 * entries.
 */
struct conv_attr {
	int spatial;			/* spatial dims, 1..3; 0: not known before graph_infer() */
	int64_t kernel[3];		/* 0 before graph_infer(): whatever the weights have */
	int64_t stride[3], dilation[3];
	int64_t pad_begin[3], pad_end[3];
	int64_t output_padding[3];	/* ConvTranspose */
	int64_t output_shape[3];	/* ConvTranspose; 0 if not given */
	int64_t group;
	enum auto_pad auto_pad;
	bool ceil_mode, count_include_pad;	/* pools */
	int64_t storage_order;			/* MaxPool */
};

enum resize_mode { RESIZE_NEAREST, RESIZE_LINEAR, RESIZE_CUBIC };
enum resize_coord {
	RESIZE_HALF_PIXEL,
	RESIZE_PYTORCH_HALF_PIXEL,
	RESIZE_ALIGN_CORNERS,
	RESIZE_ASYMMETRIC,
	RESIZE_TF_CROP,
	RESIZE_HALF_PIXEL_SYMMETRIC
};
enum resize_round {
	RESIZE_ROUND_PREFER_FLOOR,
	RESIZE_ROUND_PREFER_CEIL,
	RESIZE_FLOOR,
	RESIZE_CEIL
};
enum pad_mode { PAD_CONSTANT, PAD_REFLECT, PAD_EDGE, PAD_WRAP };

/*
 * Attributes, normalised by import: defaults filled in, and what older opsets gave as an attribute
 * (axes of Slice, min and max of Clip, pads, split, scales) turned into constant inputs, so that
 * each operator has the inputs of opset 13 or newer.
 */
union attr {
	struct conv_attr conv;		/* Conv*, *Pool, ConvInteger, QLinearConv */
	struct { float alpha, beta; } act;	/* LeakyRelu, Elu, HardSigmoid, QLinearLeakyRelu */
	struct { float alpha, beta; bool trans_a, trans_b; } gemm;
	struct { int64_t axis; bool keepdims, select_last; } arg;	/* ArgMax */
	struct {
		int64_t axis;
		bool flatten_2d;
	} axis; /* Concat, Flatten, Softmax (flatten_2d before opset 13), Split, *Linear */
	struct { float epsilon; } norm;	/* BatchNormalization (inference), InstanceNormalization */
	struct { enum dtype to; } cast;
	struct { int64_t blocksize; bool crd; } depth_to_space;
	struct { enum pad_mode mode; } pad;
	struct {
		int rank;
		int64_t perm[GRAPH_MAX_RANK];
	} transpose; /* rank 0 before graph_infer(): reversed */
	struct { bool keepdims, noop_if_empty; } reduce;
	struct { bool allowzero; } reshape;
	struct {
		enum resize_mode mode;
		enum resize_coord coord;
		enum resize_round round;
		float cubic_a, extrapolation;
		bool exclude_outside, antialias;
	} resize;
};

struct node {
	enum op op;
	char *name;		/* ONNX node name, or "Conv_17" when it has none; owned */
	int n_in, n_out;
	int *in, *out;		/* indices into graph.tensor; -1: an optional one that is absent */
	union attr attr;
};

struct graph {
	char *name;
	int64_t opset;		/* of the default domain, as in the file */
	int n_tensor, n_node, n_in, n_out;
	struct tensor *tensor;
	struct node *node;	/* in topological order */
	int *in, *out;		/* tensors; inputs that have a constant value are not inputs */
	void *backing;		/* model file mapping or copy; see graph_free() */
	size_t backing_size;
	bool backing_mapped;
	uint64_t fresh;		/* number of the next tensor without a name of its own */
};

struct graph *graph_new(void);		/* NULL: out of memory */
void graph_free(struct graph *g);	/* NULL is fine */

/*
 * Builders: return the new index (>= 0) or -ENOMEM.  Names are copied; a NULL name gets a fresh one.
 * A new node's attributes are zero: set them in graph.node[index].attr.
 */
int graph_add_tensor(struct graph *g, const char *name, enum dtype dtype,
		     const struct shape *shape);
int graph_add_const(struct graph *g, const char *name, enum dtype dtype, const struct shape *shape,
		    const void *data_copied);
int graph_add_node(struct graph *g, enum op op, const char *name, int n_in, const int *in,
		   int n_out, const int *out);
int graph_add_input(struct graph *g, int tensor);
int graph_add_output(struct graph *g, int tensor);
int graph_find_tensor(const struct graph *g, const char *name);	/* -ENOENT */
int graph_producer(const struct graph *g, int tensor);		/* node index, or -1 */

/*
 * Sorts the nodes topologically, which keeps their order where it is one already (-ELOOP names a
 * node on the cycle), and drops those that no output needs.  -EINVAL names a tensor that nothing
 * produces or two nodes do.
 */
int graph_sort(struct graph *g);

/*
 * Sorts as above, completes the attributes that shapes decide (kernel, perm) and infers every shape
 * from the inputs': -EINVAL names node, operator and the shapes that do not fit.  Folds nodes whose
 * inputs are all constant where ref_eval() can, within a fold_budget; never a DequantizeLinear, so
 * that quantised weights stay what they are.
 *
 * in_shape: one per graph input, or NULL to use the file's; a file's unknown dims must be given.
 * What is folded belongs to these shapes: it may be called again after a rewrite, but not with
 * other shapes.  After an error only graph_free() may follow.
 */
int graph_infer(struct graph *g, const struct shape *in_shape);

/*
 * Whether an operator of constants is computed once.  Not DequantizeLinear, because the quantised form
 * is what later stages look for, and none whose cost per output has no bound, because a small file
 * must not keep the machine busy for hours.
 */
bool graph_foldable(enum op op);

/*
 * What may still be folded in a graph.  Outputs alone would be no bound: a sum reads all of a large
 * input for each number that it writes.
 */
#define GRAPH_FOLD_MAX (INT64_C(64) << 20)	/* bytes */
#define GRAPH_FOLD_READ_MAX (INT64_C(64) << 20)	/* elements */
struct fold_budget {
	int64_t bytes;		/* of outputs */
	int64_t elements;	/* that are read */
};

/* Takes a node's cost, for which its outputs' types and shapes are known; false: it is too much. */
struct value;
bool graph_fold_take(struct fold_budget *budget, const struct node *n,
		     const struct value *const *in, const struct value *out);

/* Prints one line per input, node and output: for `accelctl dump`. */
struct text;
int graph_dump(const struct graph *g, struct text *out);

#endif
