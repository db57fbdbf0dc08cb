/* SPDX-License-Identifier: MIT */
/* What onnx_import*.c share. */
#ifndef LIBACCEL_ONNX_IMPORT_H
#define LIBACCEL_ONNX_IMPORT_H

#include "onnx.h"

/*
 * Everything that has a name in the file, sorted, so that finding one of n takes log n steps
 * whatever the names are.
 */
enum name_kind { NAME_INITIALIZER, NAME_INPUT, NAME_OUTPUT };

struct name_entry {
	struct onnx_str name;
	enum name_kind kind;
	int tensor;		/* in the graph; -1 before it is made */
	bool dropped;		/* an output of Dropout that the graph does not have */
};

struct names {
	struct name_entry *entry;
	size_t n;
};

/*
 * -EINVAL: something is defined twice.  (An input with an initializer is one thing: the
 * initializer.)
 */
int names_collect(struct names *names, const struct onnx_model *m);

/* NULL: nothing defines it. */
struct name_entry *names_find(const struct names *names, struct onnx_str name);

struct import {
	const struct onnx_model *m;
	struct graph *g;
	int64_t opset;
	struct names names;
};

/* Puts the node's name and operator before the message. */
int import_in_node(int err, const struct onnx_model *m, const struct onnx_node *n);

bool import_is_constant(const struct onnx_node *n);
char *import_copy_str(struct onnx_str s);	/* NULL: out of memory, with a message */
int import_add_tensor(struct import *im, struct onnx_str name, enum dtype dtype,
		      const struct shape *shape);

/* Initializers, inputs and Constant nodes. */
int import_values(struct import *im, const struct onnx_binding *bind, int n_bind);

/*
 * A node on its way from the file to the graph: a rule (onnx_import_rules.c) reads attributes and
 * changes inputs until it has the form that graph.h describes.  Errors are remembered in err, so
 * that a rule can read one attribute after the other and look once.  The caller puts the node's
 * name and operator before the message.
 */
#define DRAFT_EXTRA 4	/* inputs that a rule may add */

struct draft {
	struct import *import;
	const struct onnx_node *src;
	enum op op;
	union attr attr;
	int n_in, n_out;
	int *in, *out;		/* in has room for DRAFT_EXTRA more; those are -1 */
	uint64_t used;		/* attributes that the rule has looked at, by index */
	int err;
};

struct rule {
	const char *type;
	enum op op;
	int min_in, max_in, min_out, max_out;	/* max -1: any number */
	void (*convert)(struct draft *d);	/* NULL: no attributes, inputs as they are */
	bool microsoft;				/* of the domain com.microsoft */
	unsigned int optional;	/* bits of inputs before min_in that may be absent */
};

const struct rule *rule_find(const struct onnx_node *n);	/* NULL: unknown operator */

/*
 * Attributes: mark them as looked at; the default where it is absent; d->err where it has another
 * type.
 */
const struct onnx_attr *attr_find(struct draft *d, const char *name, enum onnx_attr_type type);
int64_t attr_int(struct draft *d, const char *name, int64_t absent);
float attr_float(struct draft *d, const char *name, float absent);
int attr_choice(struct draft *d, const char *name, int absent, const char *const *choice, int n);
void attr_ignore(struct draft *d, const char *name);
bool attr_required(struct draft *d, const char *name);

/*
 * -ENOTSUP if there is an attribute that nobody has looked at: it could change what the operator
 * does.
 */
int attr_finish(const struct draft *d);

/* Inputs.  A new constant becomes input i. */
void draft_set_ints(struct draft *d, int i, size_t n, const int64_t *v);
void draft_set_floats(struct draft *d, int i, size_t n, const float *v);
void draft_set_scalar(struct draft *d, int i, float v);

/* The same from an attribute of ints or floats; nothing if it is absent. */
void draft_attr_to_input(struct draft *d, const char *name, int i);

/* NULL: absent or not constant. */
const struct tensor *draft_const(const struct draft *d, int i);
void draft_need_input(struct draft *d, int i, const char *what);

/* Both keep the first error and its message. */
void draft_fail(struct draft *d, int err);	/* error() has been called */
#define draft_error(d, number, ...) do { \
	if (!(d)->err) \
		(d)->err = error(number, __VA_ARGS__); \
} while (0)

/* Rules of more than a few lines. */
void convert_conv(struct draft *d);
void convert_pool(struct draft *d);
void convert_resize(struct draft *d);
void convert_upsample(struct draft *d);
void convert_quantize(struct draft *d);
void convert_dequantize(struct draft *d);

#endif
