/* SPDX-License-Identifier: MIT */
/* From an ONNX model to a graph. */
#include "onnx_import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

/* Puts "node 'Conv_3' (Conv)" before the message. */
int import_in_node(int err, const struct onnx_model *m, const struct onnx_node *n)
{
	if (n->name.size)
		return error_in(err, "node '%.*s' (%.*s)", ONNX_STR(n->name), ONNX_STR(n->op_type));
	return error_in(err, "node %zu (%.*s)", (size_t)(n - m->node), ONNX_STR(n->op_type));
}

static bool has_subgraph(const struct onnx_node *n)
{
	for (size_t i = 0; i < n->n_attr; i++)
		if (n->attr[i].type == ONNX_ATTR_GRAPH || n->attr[i].type == ONNX_ATTR_GRAPHS)
			return true;
	return false;
}

bool import_is_constant(const struct onnx_node *n)
{
	return onnx_str_is(n->op_type, "Constant") &&
	       (!n->domain.size || onnx_str_is(n->domain, "ai.onnx"));
}

/* Before anything else, so that a person learns of the operator and not of its consequences. */
static int check_operators(const struct import *im)
{
	for (size_t i = 0; i < im->m->n_node; i++) {
		const struct onnx_node *n = &im->m->node[i];
		int err = 0;

		if (has_subgraph(n))
			err = error(-ENOTSUP,
				    "control flow (an operator with a subgraph) is not supported");
		else if (!import_is_constant(n) && !rule_find(n))
			err = error(-ENOTSUP, "this operator %s%.*s%sis not supported",
				    n->domain.size ? "of the domain " : "", ONNX_STR(n->domain),
				    n->domain.size ? " " : "");
		if (err)
			return import_in_node(err, im->m, n);
	}
	return 0;
}

static int check_opset(struct import *im)
{
	const struct onnx_model *m = im->m;
	int err;

	im->opset = -1;
	for (size_t i = 0; i < m->n_opset; i++)
		if (!m->opset[i].domain.size || onnx_str_is(m->opset[i].domain, "ai.onnx"))
			im->opset = m->opset[i].version;
	if (im->opset < 0) {
		/* Then all operators are of other domains, and that is what to tell. */
		err = check_operators(im);
		return err ? err : error(-EINVAL, "the model does not say which opset it has");
	}
	if (im->opset < ONNX_MIN_OPSET || im->opset > ONNX_MAX_OPSET)
		return error(-ENOTSUP,
			     "the model has opset %lld; opsets %d to %d are supported: convert it",
			     (long long)im->opset, ONNX_MIN_OPSET, ONNX_MAX_OPSET);
	return 0;
}

static int check_model(struct import *im)
{
	const struct onnx_model *m = im->m;

	if (m->n_sparse_initializer)
		return error(-ENOTSUP,
			     "the model has sparse initializers; save it with dense ones");
	if (m->n_node > ONNX_MAX_NODES)
		return error(-EFBIG, "the model has %zu nodes; %d are supported", m->n_node,
			     ONNX_MAX_NODES);
	return check_opset(im);
}

/* The tensor that a node or the graph's outputs read. */
static int find_source(const struct import *im, struct onnx_str name)
{
	const struct name_entry *e = names_find(&im->names, name);

	if (!e)
		return error(-EINVAL, "nothing produces '%.*s'", ONNX_STR(name));
	if (e->dropped)
		return error(-ENOTSUP, "'%.*s', the mask of a Dropout, is not supported",
			     ONNX_STR(name));
	return e->tensor;
}

static int check_count(const char *what, int n, int min, int max)
{
	if (n >= min && (max < 0 || n <= max))
		return 0;
	if (max < 0)
		return error(-EINVAL, "it has %d %s; %d or more are needed", n, what, min);
	return error(-EINVAL, "it has %d %s instead of %d to %d", n, what, min, max);
}

/* Absent ones at the end do not count. */
static int count_present(size_t n, const struct onnx_str *name)
{
	while (n && !name[n - 1].size)
		n--;
	return (int)n;
}

static int read_inputs(struct draft *d, const struct rule *rule)
{
	for (int i = 0; i < d->n_in; i++) {
		bool needed = rule->max_in < 0 || (i < rule->min_in && !(rule->optional >> i & 1));

		d->in[i] = -1;
		if (!d->src->in[i].size && needed)
			return error(-EINVAL, "its input %d is missing", i);
		if (d->src->in[i].size)
			d->in[i] = find_source(d->import, d->src->in[i]);
		if (d->in[i] < -1)
			return d->in[i];
	}
	for (int i = 0; i < DRAFT_EXTRA; i++)
		d->in[d->n_in + i] = -1;
	return 0;
}

static int read_outputs(struct draft *d)
{
	for (int i = 0; i < d->n_out; i++) {
		const struct onnx_str name = d->src->out[i];

		d->out[i] = name.size ? names_find(&d->import->names, name)->tensor : -1;
	}
	return d->out[0] < 0 ? error(-EINVAL, "its output 0 is missing") : 0;
}

static int run_rule(struct draft *d, const struct rule *rule)
{
	if (d->src->n_attr > 64)
		return error(-ENOTSUP, "it has %zu attributes; 64 are supported", d->src->n_attr);
	if (rule->convert)
		rule->convert(d);
	return d->err ? d->err : attr_finish(d);
}

static int add_node(struct draft *d)
{
	struct graph *g = d->import->g;
	char *name = import_copy_str(d->src->name);
	int n;

	if (!name)
		return -ENOMEM;
	n = graph_add_node(g, d->op, name, d->n_in, d->in, d->n_out, d->out);
	free(name);
	if (n >= 0)
		g->node[n].attr = d->attr;
	return n < 0 ? n : 0;
}

static int convert_node(struct draft *d, const struct rule *rule)
{
	int err = check_count("inputs", d->n_in, rule->min_in, rule->max_in);

	if (!err)
		err = check_count("outputs", d->n_out, rule->min_out, rule->max_out);
	if (!err)
		err = read_inputs(d, rule);
	if (!err)
		err = read_outputs(d);
	if (!err)
		err = run_rule(d, rule);
	return err ? err : add_node(d);
}

static int import_node(struct import *im, const struct onnx_node *n)
{
	const struct rule *rule = rule_find(n);
	struct draft d = {
		.import = im,
		.src = n,
		.op = rule->op,
		.n_in = count_present(n->n_in, n->in),
		.n_out = count_present(n->n_out, n->out),
		.in = calloc(n->n_in + DRAFT_EXTRA, sizeof(int)),
		.out = calloc(n->n_out + 1, sizeof(int)),
	};
	int err = -ENOMEM;

	if (d.in && d.out)
		err = convert_node(&d, rule);
	else
		error(err, "out of memory for its %zu inputs", n->n_in);
	free(d.in);
	free(d.out);
	return err ? import_in_node(err, im->m, n) : 0;
}

/* Tensors of all outputs first: nodes need not be in order. */
static int add_output_tensors(struct import *im)
{
	for (size_t i = 0; i < im->m->n_node; i++) {
		const struct onnx_node *n = &im->m->node[i];

		for (size_t k = 0; k < n->n_out && !import_is_constant(n); k++) {
			int tensor = n->out[k].size
					     ? import_add_tensor(im, n->out[k], DTYPE_NONE, NULL)
					     : 0;

			if (tensor < 0)
				return tensor;
		}
	}
	return 0;
}

static int import_nodes(struct import *im)
{
	int err = add_output_tensors(im);

	for (size_t i = 0; !err && i < im->m->n_node; i++)
		if (!import_is_constant(&im->m->node[i]))
			err = import_node(im, &im->m->node[i]);
	return err;
}

static int import_outputs(struct import *im)
{
	for (size_t i = 0; i < im->m->n_output; i++) {
		int tensor = find_source(im, im->m->output[i].name);

		if (tensor >= 0)
			tensor = graph_add_output(im->g, tensor);
		if (tensor < 0)
			return error_in(tensor, "output %zu", i);
	}
	return im->m->n_output ? 0 : error(-EINVAL, "the graph has no output");
}

static int import_all(struct import *im, const struct onnx_binding *bind, int n_bind)
{
	int err = check_model(im);

	if (!err)
		err = check_operators(im);
	if (!err)
		err = names_collect(&im->names, im->m);
	if (!err)
		err = import_values(im, bind, n_bind);
	if (!err)
		err = import_nodes(im);
	if (!err)
		err = import_outputs(im);
	return err ? err : graph_sort(im->g);
}

/* Constants lie in the file's bytes, which therefore become the graph's. */
static void move_bytes(struct graph *g, struct onnx_model *m)
{
	g->backing = m->bytes;
	g->backing_size = m->size;
	g->backing_mapped = m->mapped;
	m->bytes = NULL;
	m->size = 0;
	m->mapped = false;
}

int onnx_import_bind(struct onnx_model *m, const struct onnx_binding *bind, int n_bind,
		     struct graph **out)
{
	struct import im = { .m = m, .g = graph_new() };
	int err;

	*out = NULL;
	if (!im.g || !(im.g->name = import_copy_str(m->graph_name)))
		err = error(-ENOMEM, "out of memory for the graph");
	else
		err = import_all(&im, bind, n_bind);
	free(im.names.entry);
	if (err) {
		graph_free(im.g);
	} else {
		im.g->opset = im.opset;
		move_bytes(im.g, m);
		*out = im.g;
	}
	onnx_close(m);
	return err;
}

int onnx_import(struct onnx_model *m, struct graph **out)
{
	return onnx_import_bind(m, NULL, 0, out);
}

/* onnx_import() closes the model also when it fails. */
int onnx_load(const char *path, struct graph **out)
{
	struct onnx_model *m;
	int err;

	*out = NULL;
	err = onnx_open(path, &m);
	if (err)
		return err;
	err = onnx_import(m, out);
	return err ? error_in(err, "%s", path) : 0;
}

int onnx_load_memory(const void *bytes, size_t size, struct graph **out)
{
	struct onnx_model *m;
	int err;

	*out = NULL;
	err = onnx_open_memory(bytes, size, &m);
	return err ? err : onnx_import(m, out);
}
