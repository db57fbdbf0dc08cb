/* SPDX-License-Identifier: MIT */
/* Nodes of an ONNX file that is written. */
#ifndef LIBACCEL_ONNX_WRITE_NODE_H
#define LIBACCEL_ONNX_WRITE_NODE_H

#include "graph.h"
#include "onnx_pb_write.h"

#define ONNX_WRITE_OPSET 13

struct onnx_writer {
	const struct graph *g;
	struct pb_out out;
	int opset;
	uint64_t fresh;		/* for tensors that only the file has */
};

/* The oldest opset, from ONNX_WRITE_OPSET on, that has what this node does. */
int onnx_write_node_opset(const struct graph *g, const struct node *n);

/* True if the node's input i is written as an attribute. */
bool onnx_write_is_attr(const struct onnx_writer *w, const struct node *n, int i);

bool onnx_write_is_microsoft(enum op op);
int onnx_write_node(struct onnx_writer *w, const struct node *n);

/* AttributeProto, within a NodeProto. */
void onnx_write_attrs(struct onnx_writer *w, const struct node *n);
void onnx_write_int(struct pb_out *o, const char *name, int64_t v);

#endif
