/* SPDX-License-Identifier: MIT */
/* ModelProto, GraphProto, TensorProto, ValueInfoProto: from the graph. */
#include "onnx_write.h"

#include <errno.h>
#include <stdlib.h>

#include "error.h"
#include "file.h"
#include "onnx_write_node.h"

#define IR_VERSION 8
#define MAX_SIZE INT32_MAX	/* protobuf's readers take no more */

/* raw_data is little-endian. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "libaccel needs a little-endian machine");

/* TensorProto: dims 1, data_type 2, name 8, raw_data 9. */
static int write_initializer(struct onnx_writer *w, const struct tensor *t)
{
	int64_t count = shape_count(&t->shape);
	size_t mark, size = (size_t)count * dtype_size(t->dtype);

	if (count < 0 || !dtype_size(t->dtype))
		return error(-EINVAL, "the constant '%s' has no known size", t->name);
	if (size > MAX_SIZE || w->out.size > MAX_SIZE - size)
		return error(-EFBIG, "the model has more than 2 GiB, which ONNX files cannot hold");
	mark = pb_out_begin(&w->out, 5);
	for (int i = 0; i < t->shape.rank; i++)
		pb_out_varint(&w->out, 1, (uint64_t)t->shape.dim[i]);
	pb_out_varint(&w->out, 2, t->dtype);
	pb_out_string(&w->out, 8, t->name);
	pb_out_bytes(&w->out, 9, t->data, size);
	pb_out_end(&w->out, mark);
	return 0;
}

/* TensorShapeProto: one dim per field 1, whose dim_value is 1; none if it is unknown. */
static void write_shape(struct pb_out *o, const struct shape *s)
{
	size_t shape = pb_out_begin(o, 2);

	for (int i = 0; i < s->rank; i++) {
		size_t dim = pb_out_begin(o, 1);

		if (s->dim[i] >= 0)
			pb_out_varint(o, 1, (uint64_t)s->dim[i]);
		pb_out_end(o, dim);
	}
	pb_out_end(o, shape);
}

/* ValueInfoProto: name 1, type 2; TypeProto: tensor_type 1; its elem_type 1, shape 2. */
static int write_value_info(struct onnx_writer *w, uint32_t field, const struct tensor *t)
{
	struct pb_out *o = &w->out;
	size_t info, type, tensor;

	if (!dtype_size(t->dtype))
		return error(-EINVAL, "'%s' has no type yet; graph_infer() finds it", t->name);
	info = pb_out_begin(o, field);
	pb_out_string(o, 1, t->name);
	type = pb_out_begin(o, 2);
	tensor = pb_out_begin(o, 1);
	pb_out_varint(o, 1, t->dtype);
	if (t->shape.rank >= 0)
		write_shape(o, &t->shape);
	pb_out_end(o, tensor);
	pb_out_end(o, type);
	pb_out_end(o, info);
	return 0;
}

static void mark_constants(const struct graph *g, int n, const int *tensor, bool *used)
{
	for (int i = 0; i < n; i++)
		if (tensor[i] >= 0 && g->tensor[tensor[i]].data)
			used[tensor[i]] = true;
}

/* Constants that something reads, as a tensor. */
static int write_initializers(struct onnx_writer *w)
{
	const struct graph *g = w->g;
	bool *used = calloc((size_t)g->n_tensor + 1, sizeof(*used));
	int err = 0;

	if (!used)
		return error(-ENOMEM, "out of memory for a list of %d tensors", g->n_tensor);
	for (int i = 0; i < g->n_node; i++)
		for (int k = 0; k < g->node[i].n_in; k++)
			if (!onnx_write_is_attr(w, &g->node[i], k))
				mark_constants(g, 1, &g->node[i].in[k], used);
	mark_constants(g, g->n_out, g->out, used);
	for (int i = 0; !err && i < g->n_tensor; i++)
		if (used[i])
			err = write_initializer(w, &g->tensor[i]);
	free(used);
	return err;
}

/* GraphProto: node 1, name 2, initializer 5, input 11, output 12. */
static int write_graph(struct onnx_writer *w)
{
	const struct graph *g = w->g;
	int err = 0;

	for (int i = 0; !err && i < g->n_node; i++)
		err = onnx_write_node(w, &g->node[i]);
	pb_out_string(&w->out, 2, g->name && *g->name ? g->name : "graph");
	if (!err)
		err = write_initializers(w);
	for (int i = 0; !err && i < g->n_in; i++)
		err = write_value_info(w, 11, &g->tensor[g->in[i]]);
	for (int i = 0; !err && i < g->n_out; i++)
		err = write_value_info(w, 12, &g->tensor[g->out[i]]);
	return err;
}

static void write_opset(struct pb_out *o, const char *domain, int version)
{
	size_t mark = pb_out_begin(o, 8);

	pb_out_string(o, 1, domain);
	pb_out_varint(o, 2, (uint64_t)version);
	pb_out_end(o, mark);
}

/* ModelProto: ir_version 1, producer_name 2, graph 7, opset_import 8. */
static int write_model(struct onnx_writer *w)
{
	bool microsoft = false;
	size_t mark;
	int err;

	for (int i = 0; i < w->g->n_node; i++) {
		int opset = onnx_write_node_opset(w->g, &w->g->node[i]);

		w->opset = opset > w->opset ? opset : w->opset;
		microsoft = microsoft || onnx_write_is_microsoft(w->g->node[i].op);
	}
	pb_out_varint(&w->out, 1, IR_VERSION);
	pb_out_string(&w->out, 2, "libaccel");
	mark = pb_out_begin(&w->out, 7);
	err = write_graph(w);
	if (err)
		return err;
	pb_out_end(&w->out, mark);
	write_opset(&w->out, "", w->opset);
	if (microsoft)
		write_opset(&w->out, "com.microsoft", 1);
	if (w->out.failed)
		return error(-ENOMEM, "out of memory for writing the model");
	if (w->out.size > MAX_SIZE)
		return error(-EFBIG, "the model has more than 2 GiB, which ONNX files cannot hold");
	return 0;
}

int onnx_write_memory(const struct graph *g, void **bytes, size_t *size)
{
	struct onnx_writer w = { .g = g, .opset = ONNX_WRITE_OPSET, .fresh = g->fresh };
	int err = write_model(&w);

	if (err) {
		pb_out_free(&w.out);
		return err;
	}
	*bytes = w.out.p;
	*size = w.out.size;
	return 0;
}

int onnx_write(const struct graph *g, const char *path)
{
	struct file_part part;
	void *bytes;
	int err = onnx_write_memory(g, &bytes, &part.size);

	if (err)
		return error_in(err, "cannot write %s", path);
	part.data = bytes;
	err = file_write(path, &part, 1);
	free(bytes);
	return err;
}
