/* SPDX-License-Identifier: MIT */
/*
 * ModelProto, GraphProto, ValueInfoProto.
 *
 * Every message is read twice: once to count its repeated fields, so that each array is allocated
 * once and exactly, and once to fill them.
 */
#include "onnx_decode.h"

#include <errno.h>

#include "error.h"
#include "onnx_arena.h"

int onnx_decode_str(const struct pb_field *f, const char *what, struct onnx_str *s)
{
	int err = pb_expect(f, PB_BYTES, what);

	if (err)
		return err;
	*s = (struct onnx_str){ (const char *)f->bytes.p, pb_size(f->bytes) };
	return 0;
}

static int decode_opset(struct pb_span s, struct onnx_opset *o)
{
	struct pb_field f;
	int err;

	while ((err = pb_next(&s, &f)) > 0) {
		switch (f.number) {
		case 1:
			err = onnx_decode_str(&f, "OperatorSetIdProto.domain", &o->domain);
			break;
		case 2:
			err = pb_expect(&f, PB_VARINT, "OperatorSetIdProto.version");
			o->version = (int64_t)f.value;
			break;
		}
		if (err < 0)
			return err;
	}
	return err;
}

/* A dimension without a number, with a name, or negative (some writers' unknown) is -1. */
static int decode_dim(struct pb_span s, int64_t *dim)
{
	struct pb_field f;
	int err;

	*dim = -1;
	while ((err = pb_next(&s, &f)) > 0) {
		if (f.number == 2)
			*dim = -1;
		if (f.number != 1)
			continue;
		err = pb_expect(&f, PB_VARINT, "TensorShapeProto.Dimension.dim_value");
		if (err)
			return err;
		*dim = (int64_t)f.value < 0 ? -1 : (int64_t)f.value;
	}
	return err;
}

static int decode_shape(struct onnx_arena *a, struct pb_span s, struct onnx_value_info *v)
{
	size_t count[PB_COUNTED];
	struct pb_field f;
	int err = pb_count(s, count);

	if (err)
		return err;
	v->has_shape = true;
	v->n_dim = 0;
	v->dim = onnx_arena_alloc(a, count[1], sizeof(*v->dim));
	if (!v->dim)
		return -ENOMEM;
	while ((err = pb_next(&s, &f)) > 0) {
		if (f.number != 1)
			continue;
		err = pb_expect(&f, PB_BYTES, "TensorShapeProto.dim");
		if (!err)
			err = decode_dim(f.bytes, &v->dim[v->n_dim++]);
		if (err)
			return err;
	}
	return err;
}

static int decode_tensor_type(struct onnx_arena *a, struct pb_span s, struct onnx_value_info *v)
{
	struct pb_field f;
	int err;

	while ((err = pb_next(&s, &f)) > 0) {
		switch (f.number) {
		case 1:
			err = pb_expect(&f, PB_VARINT, "TypeProto.Tensor.elem_type");
			v->dtype = (int)f.value;
			break;
		case 2:
			err = pb_expect(&f, PB_BYTES, "TypeProto.Tensor.shape");
			if (!err)
				err = decode_shape(a, f.bytes, v);
			break;
		}
		if (err < 0)
			return err;
	}
	return err;
}

static int decode_type(struct onnx_arena *a, struct pb_span s, struct onnx_value_info *v)
{
	struct pb_field f;
	int err;

	while ((err = pb_next(&s, &f)) > 0) {
		if (f.number != 1)
			continue;
		err = pb_expect(&f, PB_BYTES, "TypeProto.tensor_type");
		if (!err)
			err = decode_tensor_type(a, f.bytes, v);
		if (err)
			return err;
		v->is_tensor = true;
	}
	return err;
}

int onnx_decode_value_info(struct onnx_arena *a, struct pb_span s, struct onnx_value_info *v)
{
	struct pb_field f;
	int err;

	while ((err = pb_next(&s, &f)) > 0) {
		switch (f.number) {
		case 1:
			err = onnx_decode_str(&f, "ValueInfoProto.name", &v->name);
			break;
		case 2:
			err = pb_expect(&f, PB_BYTES, "ValueInfoProto.type");
			if (!err)
				err = decode_type(a, f.bytes, v);
			break;
		}
		if (err < 0)
			return err;
	}
	if (!err && !v->name.size)
		return error(-EBADMSG, "an input, output or value of the graph has no name");
	return err;
}

static int alloc_graph(struct onnx_model *m, struct pb_span s)
{
	size_t count[PB_COUNTED];
	int err = pb_count(s, count);

	if (err)
		return err;
	m->node = onnx_arena_alloc(m->arena, count[1], sizeof(*m->node));
	m->initializer = onnx_arena_alloc(m->arena, count[5], sizeof(*m->initializer));
	m->input = onnx_arena_alloc(m->arena, count[11], sizeof(*m->input));
	m->output = onnx_arena_alloc(m->arena, count[12], sizeof(*m->output));
	m->value_info = onnx_arena_alloc(m->arena, count[13], sizeof(*m->value_info));
	m->n_sparse_initializer = count[15];
	if (!m->node || !m->initializer || !m->input || !m->output || !m->value_info)
		return -ENOMEM;
	return 0;
}

/* The number tells which one is damaged; its name may not be readable. */
static int decode_graph_field(struct onnx_model *m, const struct pb_field *f)
{
	int err;

	if (f->number == 2)
		return onnx_decode_str(f, "GraphProto.name", &m->graph_name);
	if (f->number != 1 && f->number != 5 && (f->number < 11 || f->number > 13))
		return 0;
	err = pb_expect(f, PB_BYTES, "a part of GraphProto");
	if (err)
		return err;
	switch (f->number) {
	case 1:
		err = onnx_decode_node(m->arena, f->bytes, &m->node[m->n_node]);
		return err ? error_in(err, "node %zu", m->n_node) : (m->n_node++, 0);
	case 5:
		err = onnx_decode_tensor(m->arena, f->bytes, &m->initializer[m->n_initializer]);
		return err ? error_in(err, "initializer %zu", m->n_initializer)
			   : (m->n_initializer++, 0);
	case 11:
		err = onnx_decode_value_info(m->arena, f->bytes, &m->input[m->n_input]);
		return err ? error_in(err, "input %zu", m->n_input) : (m->n_input++, 0);
	case 12:
		err = onnx_decode_value_info(m->arena, f->bytes, &m->output[m->n_output]);
		return err ? error_in(err, "output %zu", m->n_output) : (m->n_output++, 0);
	default:
		err = onnx_decode_value_info(m->arena, f->bytes, &m->value_info[m->n_value_info]);
		return err ? error_in(err, "value_info %zu", m->n_value_info)
			   : (m->n_value_info++, 0);
	}
}

static int decode_graph(struct onnx_model *m, struct pb_span s)
{
	struct pb_field f;
	int err = alloc_graph(m, s);

	if (err)
		return err;
	while ((err = pb_next(&s, &f)) > 0) {
		err = decode_graph_field(m, &f);
		if (err)
			return err;
	}
	return err;
}

static int decode_model_field(struct onnx_model *m, const struct pb_field *f)
{
	int err;

	switch (f->number) {
	case 1:
		m->ir_version = (int64_t)f->value;
		return pb_expect(f, PB_VARINT, "ModelProto.ir_version");
	case 2:
		return onnx_decode_str(f, "ModelProto.producer_name", &m->producer);
	case 7:
		err = pb_expect(f, PB_BYTES, "ModelProto.graph");
		return err ? err : decode_graph(m, f->bytes);
	case 8:
		err = pb_expect(f, PB_BYTES, "ModelProto.opset_import");
		return err ? err : decode_opset(f->bytes, &m->opset[m->n_opset++]);
	default:
		return 0;
	}
}

int onnx_decode_model(struct onnx_model *m, struct pb_span s)
{
	size_t count[PB_COUNTED];
	struct pb_field f;
	int err = pb_count(s, count);

	if (err)
		return err;
	if (count[7] != 1)
		return error(-EBADMSG, "it has %zu graphs instead of one", count[7]);
	m->n_function = count[25];
	m->opset = onnx_arena_alloc(m->arena, count[8], sizeof(*m->opset));
	if (!m->opset)
		return -ENOMEM;
	while ((err = pb_next(&s, &f)) > 0) {
		err = decode_model_field(m, &f);
		if (err)
			return err;
	}
	return err;
}
