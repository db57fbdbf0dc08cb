/* SPDX-License-Identifier: MIT */
/*
 * Compares what our decoder sees in every file with what protobuf-c sees, field by field; and reads
 *with protobuf-c what onnx_write() makes of the files that the import takes.
 *
 *	crosscheck FOLDER...
 */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "files.h"
#include "onnx.h"
#include "onnx.pb-c.h"
#include "onnx_write.h"
#include "tap.h"

#define CHECK(condition) do { \
	if (!(condition)) { \
		note("%s differs", #condition); \
		return false; \
	} \
} while (0)

static bool same_str(struct onnx_str a, const char *b)
{
	return onnx_str_is(a, b ? b : "");
}

static bool same_bytes(struct onnx_str a, ProtobufCBinaryData b)
{
	return a.size == b.len && (!b.len || !memcmp(a.s, b.data, b.len));
}

/* The elements, for types that we load. */
static bool same_elements(const struct onnx_tensor *a, const Onnx__TensorProto *b)
{
	enum dtype dtype;
	struct shape shape;
	const void *data;
	void *owned;
	bool same = true;

	if (!dtype_size((enum dtype)a->dtype) || a->n_dim > GRAPH_MAX_RANK || a->external)
		return true;
	if (onnx_tensor_load(a, &dtype, &shape, &data, &owned)) {
		note("%s", error_message());
		return false;
	}
	if (b->has_raw_data)
		same = !b->raw_data.len || !memcmp(data, b->raw_data.data, b->raw_data.len);
	for (size_t i = 0; i < b->n_float_data; i++)
		same = same && !memcmp((const float *)data + i, &b->float_data[i], 4);
	for (size_t i = 0; i < b->n_double_data; i++)
		same = same && !memcmp((const double *)data + i, &b->double_data[i], 8);
	for (size_t i = 0; i < b->n_int64_data; i++)
		same = same && ((const int64_t *)data)[i] == b->int64_data[i];
	for (size_t i = 0; i < b->n_int32_data; i++)
		same = same &&
		       (dtype == DTYPE_I32  ? ((const int32_t *)data)[i]
			: dtype == DTYPE_I8 ? ((const int8_t *)data)[i]
					    : ((const uint8_t *)data)[i]) == b->int32_data[i];
	free(owned);
	return same;
}

static bool same_tensor(const struct onnx_tensor *a, const Onnx__TensorProto *b)
{
	CHECK(same_str(a->name, b->name));
	CHECK(a->dtype == b->data_type);
	CHECK(a->n_dim == b->n_dims);
	for (size_t i = 0; i < a->n_dim; i++)
		CHECK(a->dim[i] == b->dims[i]);
	CHECK(a->has_raw == !!b->has_raw_data);
	CHECK(!a->has_raw || pb_size(a->raw) == b->raw_data.len);
	CHECK(a->n_element == b->n_float_data + b->n_int32_data + b->n_int64_data +
				      b->n_double_data + b->n_uint64_data);
	CHECK(same_elements(a, b));
	return true;
}

static bool same_attr(const struct onnx_attr *a, const Onnx__AttributeProto *b)
{
	CHECK(same_str(a->name, b->name));
	CHECK(a->type == (int)b->type);
	CHECK(a->i == b->i);
	CHECK(!memcmp(&a->f, &b->f, sizeof(a->f)));
	CHECK(same_bytes(a->s, b->s));
	CHECK(!a->t == !b->t);
	CHECK(!a->t || same_tensor(a->t, b->t));
	CHECK(a->n_ints == b->n_ints);
	for (size_t i = 0; i < a->n_ints; i++)
		CHECK(a->ints[i] == b->ints[i]);
	CHECK(a->n_floats == b->n_floats);
	for (size_t i = 0; i < a->n_floats; i++)
		CHECK(!memcmp(&a->floats[i], &b->floats[i], sizeof(float)));
	CHECK(a->n_strings == b->n_strings);
	for (size_t i = 0; i < a->n_strings; i++)
		CHECK(same_bytes(a->strings[i], b->strings[i]));
	return true;
}

static bool same_node(const struct onnx_node *a, const Onnx__NodeProto *b)
{
	CHECK(same_str(a->name, b->name));
	CHECK(same_str(a->op_type, b->op_type));
	CHECK(same_str(a->domain, b->domain));
	CHECK(a->n_in == b->n_input);
	for (size_t i = 0; i < a->n_in; i++)
		CHECK(same_str(a->in[i], b->input[i]));
	CHECK(a->n_out == b->n_output);
	for (size_t i = 0; i < a->n_out; i++)
		CHECK(same_str(a->out[i], b->output[i]));
	CHECK(a->n_attr == b->n_attribute);
	for (size_t i = 0; i < a->n_attr; i++)
		CHECK(same_attr(&a->attr[i], b->attribute[i]));
	return true;
}

static int64_t dim_of(const Onnx__TensorShapeProto__Dimension *d)
{
	return d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE &&
			       d->dim_value >= 0
		       ? d->dim_value
		       : -1;
}

static bool same_value_info(const struct onnx_value_info *a, const Onnx__ValueInfoProto *b)
{
	const Onnx__TypeProto__Tensor *t =
		b->type && b->type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
			? b->type->tensor_type
			: NULL;

	CHECK(same_str(a->name, b->name));
	CHECK(a->is_tensor == !!t);
	if (!t)
		return true;
	CHECK(a->dtype == t->elem_type);
	CHECK(a->has_shape == !!t->shape);
	if (!t->shape)
		return true;
	CHECK(a->n_dim == t->shape->n_dim);
	for (size_t i = 0; i < a->n_dim; i++)
		CHECK(a->dim[i] == dim_of(t->shape->dim[i]));
	return true;
}

static bool same_values(size_t n, const struct onnx_value_info *a, size_t m,
			Onnx__ValueInfoProto *const *b)
{
	CHECK(n == m);
	for (size_t i = 0; i < n; i++)
		CHECK(same_value_info(&a[i], b[i]));
	return true;
}

static bool same_model(const struct onnx_model *a, const Onnx__ModelProto *b)
{
	const Onnx__GraphProto *g = b->graph;

	CHECK(a->ir_version == b->ir_version);
	CHECK(same_str(a->producer, b->producer_name));
	CHECK(same_str(a->graph_name, g->name));
	CHECK(a->n_opset == b->n_opset_import);
	for (size_t i = 0; i < a->n_opset; i++) {
		CHECK(same_str(a->opset[i].domain, b->opset_import[i]->domain));
		CHECK(a->opset[i].version == b->opset_import[i]->version);
	}
	CHECK(a->n_sparse_initializer == g->n_sparse_initializer);
	CHECK(a->n_node == g->n_node);
	for (size_t i = 0; i < a->n_node; i++)
		CHECK(same_node(&a->node[i], g->node[i]));
	CHECK(a->n_initializer == g->n_initializer);
	for (size_t i = 0; i < a->n_initializer; i++)
		CHECK(same_tensor(&a->initializer[i], g->initializer[i]));
	CHECK(same_values(a->n_input, a->input, g->n_input, g->input));
	CHECK(same_values(a->n_output, a->output, g->n_output, g->output));
	CHECK(same_values(a->n_value_info, a->value_info, g->n_value_info, g->value_info));
	return true;
}

static bool decoders_agree(const void *bytes, size_t size)
{
	Onnx__ModelProto *theirs = onnx__model_proto__unpack(NULL, size, bytes);
	struct onnx_model *ours;
	bool same;

	if (!theirs) {
		note("protobuf-c cannot read it");
		return false;
	}
	same = !onnx_open_memory(bytes, size, &ours);
	if (!same)
		note("%s", error_message());
	same = same && same_model(ours, theirs);
	if (ours)
		onnx_close(ours);
	onnx__model_proto__free_unpacked(theirs, NULL);
	return same;
}

/* Types of outputs are known after graph_infer(), which is not what is tested here. */
static void give_types(struct graph *g)
{
	for (int i = 0; i < g->n_out; i++)
		if (!g->tensor[g->out[i]].dtype)
			g->tensor[g->out[i]].dtype = DTYPE_F32;
}

static bool written_agrees(const void *bytes, size_t size, size_t *n_written)
{
	struct graph *g;
	void *written;
	bool same = false;

	if (onnx_load_memory(bytes, size, &g))
		return true;
	give_types(g);
	if (!onnx_write_memory(g, &written, &size)) {
		same = decoders_agree(written, size);
		free(written);
		++*n_written;
	} else {
		note("%s", error_message());
	}
	graph_free(g);
	return same;
}

int main(int argc, char **argv)
{
	size_t n, n_same = 0, n_written = 0, n_written_same = 0;
	char **path = files_find(argc - 1, argv + 1, &n);

	for (size_t i = 0; i < n; i++) {
		size_t size;
		unsigned char *bytes = files_read(path[i], &size);
		bool same = decoders_agree(bytes, size),
		     written = written_agrees(bytes, size, &n_written);

		n_same += same;
		n_written_same += written;
		if (!same || !written)
			note("in %s", path[i]);
		free(bytes);
	}
	ok(n && n_same == n, "protobuf-c sees the same in %zu of %zu files", n_same, n);
	ok(n_written && n_written_same == n, "and in what is written of %zu of them", n_written);
	files_free(path);
	return tap_done();
}
