/* SPDX-License-Identifier: MIT */
/* ncnn's layers to nodes of a graph. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "ncnn.h"

#define MAX_CHANNELS 65536

struct converter {
	struct ncnn_bin *bin;
	struct graph *g;
	int width, height;	/* 0: as the file says */
};

static int find_blob(const struct converter *c, const struct ncnn_layer *l, int i)
{
	int t = graph_find_tensor(c->g, l->blob[i]);

	if (t < 0)
		return error(-EINVAL, "line %d: nothing before '%s' makes its input '%s'", l->line,
			     l->name, l->blob[i]);
	return t;
}

static int new_blob(const struct converter *c, const struct ncnn_layer *l, const char *name)
{
	if (graph_find_tensor(c->g, name) >= 0)
		return error(-EINVAL, "line %d: '%s' makes '%s', which is there already", l->line,
			     l->name, name);
	return graph_add_tensor(c->g, name, DTYPE_F32, NULL);
}

static int need_blobs(const struct ncnn_layer *l, int n_in, int n_out)
{
	if (l->n_in == n_in && l->n_out == n_out)
		return 0;
	return error(-EINVAL, "line %d: %s '%s' must have %d inputs and %d outputs", l->line,
		     l->type, l->name, n_in, n_out);
}

/* A node with one output, whose attributes are zero; returns the node. */
static int add_node(struct converter *c, const struct ncnn_layer *l, enum op op, const char *name,
		    int n_in, const int *in, const char *output)
{
	int out = new_blob(c, l, output), n;

	if (out < 0)
		return out;
	n = graph_add_node(c->g, op, name, n_in, in, 1, &out);
	if (n >= 0)
		memset(&c->g->node[n].attr, 0, sizeof(c->g->node[n].attr));
	return n;
}

/* ReLU or LeakyRelu from x to `output`. */
static int add_relu(struct converter *c, const struct ncnn_layer *l, const char *name, int x,
		    double slope, const char *output)
{
	int n = add_node(c, l, slope != 0 ? OP_LEAKY_RELU : OP_RELU, name, 1, &x, output);

	if (n >= 0)
		c->g->node[n].attr.act.alpha = (float)slope;
	return n < 0 ? n : 0;
}

static int input_layer(struct converter *c, const struct ncnn_layer *l)
{
	struct shape s = { .rank = 4, .dim = { 1 } };
	int w, h, ch, t, err = need_blobs(l, 0, 1);

	if (!err)
		err = ncnn_int(l, 0, c->width, c->width ? 0 : 1, 32767, &w);
	if (!err)
		err = ncnn_int(l, 1, c->height, c->height ? 0 : 1, 32767, &h);
	if (!err)
		err = ncnn_int(l, 2, 3, 1, MAX_CHANNELS, &ch);
	if (err)
		return err;
	s.dim[1] = ch;
	s.dim[2] = c->height ? c->height : h;
	s.dim[3] = c->width ? c->width : w;
	t = new_blob(c, l, l->blob[0]);
	if (t < 0)
		return t;
	c->g->tensor[t].shape = s;
	return graph_add_input(c->g, t);
}

struct conv {
	int out, in, bias, weights, activation;
	struct conv_attr attr;
	double slope;
};

/* Two numbers: of x, and of y, which is the same unless it is given. */
static int pair(const struct ncnn_layer *l, int key_x, int key_y, int otherwise, int min, int max,
		int64_t *to)
{
	int x, y, err = ncnn_int(l, key_x, otherwise, min, max, &x);

	if (!err)
		err = ncnn_int(l, key_y, x, min, max, &y);
	to[0] = err ? 0 : y;
	to[1] = err ? 0 : x;
	return err;
}

static int conv_pads(const struct ncnn_layer *l, struct conv_attr *a)
{
	int left, v, err = pair(l, 4, 14, 0, 0, 4096, a->pad_begin);

	if (!err)
		err = ncnn_int(l, 15, (int)a->pad_begin[1], 0, 4096, &v);
	if (err)
		return err;
	left = (int)a->pad_begin[0];
	a->pad_end[1] = v;
	err = ncnn_int(l, 16, left, 0, 4096, &v);
	a->pad_end[0] = v;
	return err;
}

static int conv_activation(const struct ncnn_layer *l, struct conv *v)
{
	const struct ncnn_param *p = ncnn_param_find(l, 10);
	int err = ncnn_int(l, 9, 0, 0, 100, &v->activation);

	if (err)
		return err;
	if (v->activation > 2)
		return error(-ENOTSUP, "line %d: '%s' has the activation %d; supported are 0 (none), "
			     "1 (ReLU) and 2 (leaky ReLU)", l->line, l->name, v->activation);
	if (v->activation == 2 && (!p || p->n != 1))
		return error(-EINVAL, "line %d: '%s' has no slope for its leaky ReLU", l->line,
			     l->name);
	v->slope = v->activation == 2 ? p->value[0] : 0;
	return 0;
}

/* What would change the result and is not supported must have its default. */
static int conv_refuse(const struct ncnn_layer *l)
{
	static const struct {
		int key;
		const char *what;
	} refused[] = {
		{ 7, "groups" }, { 8, "int8 weights" }, { 18, "a padding value or output padding" },
		{ 19, "output padding" }, { 20, "an output size" }, { 21, "an output size" },
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const struct ncnn_param *p = ncnn_param_find(l, refused[i].key);

		if (p && !(p->n == 1 && p->value[0] == (refused[i].key == 7)))
			return error(-ENOTSUP, "line %d: '%s' has %s, which is not supported",
				     l->line, l->name, refused[i].what);
	}
	return 0;
}

static int conv_params(const struct ncnn_layer *l, struct conv *v)
{
	int64_t taps;
	int err = conv_refuse(l);

	*v = (struct conv){ .attr = { .spatial = 2, .group = 1 } };
	if (!err)
		err = ncnn_int(l, 0, 0, 1, MAX_CHANNELS, &v->out);
	if (!err)
		err = pair(l, 1, 11, 0, 1, 255, v->attr.kernel);
	if (!err)
		err = pair(l, 2, 12, 1, 1, 255, v->attr.dilation);
	if (!err)
		err = pair(l, 3, 13, 1, 1, 255, v->attr.stride);
	if (!err)
		err = conv_pads(l, &v->attr);
	if (!err)
		err = ncnn_int(l, 5, 0, 0, 1, &v->bias);
	if (!err)
		err = ncnn_int(l, 6, 0, 1, 1 << 29, &v->weights);
	if (!err)
		err = conv_activation(l, v);
	if (err)
		return err;
	taps = v->out * v->attr.kernel[0] * v->attr.kernel[1];
	if (v->weights % taps)
		return error(-EINVAL, "line %d: '%s' has %d weights, which %d kernels of %d x %d "
			     "cannot have", l->line, l->name, v->weights, v->out,
			     (int)v->attr.kernel[0], (int)v->attr.kernel[1]);
	v->in = (int)(v->weights / taps);
	return 0;
}

static int add_const(struct converter *c, const struct ncnn_layer *l, const char *what,
		     const struct shape *s, const float *data)
{
	char name[300];

	snprintf(name, sizeof(name), "%.200s_%s", l->name, what);
	return graph_add_const(c->g, graph_find_tensor(c->g, name) < 0 ? name : NULL, DTYPE_F32, s,
			       data);
}

/* ncnn has the weights of a transposed convolution as out, in, y, x; ONNX as in, out, y, x. */
static int swap_in_out(const struct conv *v, float **w)
{
	size_t taps = (size_t)(v->attr.kernel[0] * v->attr.kernel[1]);
	float *to = malloc((size_t)v->weights * sizeof(*to));

	if (!to)
		return error(-ENOMEM, "out of memory for %d weights", v->weights);
	for (size_t o = 0; o < (size_t)v->out; o++)
		for (size_t i = 0; i < (size_t)v->in; i++)
			memcpy(to + (i * (size_t)v->out + o) * taps,
			       *w + (o * (size_t)v->in + i) * taps, taps * sizeof(*to));
	free(*w);
	*w = to;
	return 0;
}

static int conv_weights(struct converter *c, const struct ncnn_layer *l, const struct conv *v,
			bool transposed, int *tensor)
{
	const struct shape s = { 4, { transposed ? v->in : v->out, transposed ? v->out : v->in,
				      v->attr.kernel[0], v->attr.kernel[1] } };
	float *w;
	int err = ncnn_bin_read(c->bin, l, (size_t)v->weights, true, &w);

	if (!err && transposed)
		err = swap_in_out(v, &w);
	if (!err)
		err = *tensor = add_const(c, l, "weight", &s, w);
	free(w);
	return err < 0 ? err : 0;
}

static int conv_bias(struct converter *c, const struct ncnn_layer *l, const struct conv *v,
		     int *tensor)
{
	const struct shape s = { 1, { v->out } };
	float *b;
	int err = ncnn_bin_read(c->bin, l, (size_t)v->out, false, &b);

	if (!err)
		err = *tensor = add_const(c, l, "bias", &s, b);
	free(b);
	return err < 0 ? err : 0;
}

static int conv_layer(struct converter *c, const struct ncnn_layer *l)
{
	bool transposed = !strcmp(l->type, "Deconvolution");
	char inner[300], relu[300];
	struct conv v;
	int in[3], n, err = need_blobs(l, 1, 1);

	if (!err)
		err = conv_params(l, &v);
	if (!err)
		err = in[0] = find_blob(c, l, 0);
	if (err >= 0)
		err = conv_weights(c, l, &v, transposed, &in[1]);
	if (!err && v.bias)
		err = conv_bias(c, l, &v, &in[2]);
	if (err < 0)
		return err;
	snprintf(inner, sizeof(inner), "%.200s_sum", l->name);
	n = add_node(c, l, transposed ? OP_CONV_TRANSPOSE : OP_CONV, l->name, 2 + v.bias, in,
		     v.activation ? inner : l->blob[1]);
	if (n < 0)
		return n;
	c->g->node[n].attr.conv = v.attr;
	if (!v.activation)
		return 0;
	snprintf(relu, sizeof(relu), "%.200s_relu", l->name);
	return add_relu(c, l, relu, graph_find_tensor(c->g, inner), v.slope, l->blob[1]);
}

static int relu_layer(struct converter *c, const struct ncnn_layer *l)
{
	const struct ncnn_param *p = ncnn_param_find(l, 0);
	int x, err = need_blobs(l, 1, 1);

	if (err)
		return err;
	x = find_blob(c, l, 0);
	return x < 0 ? x : add_relu(c, l, l->name, x, p && p->n ? p->value[0] : 0, l->blob[1]);
}

/* Copies of one blob for several readers. */
static int split_layer(struct converter *c, const struct ncnn_layer *l)
{
	int x, err = need_blobs(l, 1, l->n_out);

	x = err ? err : find_blob(c, l, 0);
	for (int i = 0; x >= 0 && i < l->n_out; i++) {
		char name[300];
		int n;

		snprintf(name, sizeof(name), "%.200s_%d", l->name, i);
		n = add_node(c, l, OP_IDENTITY, name, 1, &x, l->blob[1 + i]);
		if (n < 0)
			return n;
	}
	return x < 0 ? x : 0;
}

static int sum_layer(struct converter *c, const struct ncnn_layer *l)
{
	int in[2], kind, n, err = need_blobs(l, 2, 1);

	if (!err)
		err = ncnn_int(l, 0, 0, 0, 2, &kind);
	if (!err && (kind != 1 || ncnn_param_find(l, 1)))
		err = error(-ENOTSUP, "line %d: Eltwise '%s' is no plain sum, which alone is "
			    "supported", l->line, l->name);
	if (!err)
		err = in[0] = find_blob(c, l, 0);
	if (err >= 0)
		err = in[1] = find_blob(c, l, 1);
	if (err < 0)
		return err;
	n = add_node(c, l, OP_ADD, l->name, 2, in, l->blob[2]);
	return n < 0 ? n : 0;
}

static int convert(struct converter *c, const struct ncnn_layer *l)
{
	static const struct {
		const char *type;
		int (*convert)(struct converter *c, const struct ncnn_layer *l);
	} kinds[] = {
		{ "Input", input_layer }, { "Convolution", conv_layer },
		{ "Deconvolution", conv_layer }, { "ReLU", relu_layer }, { "Split", split_layer },
		{ "Eltwise", sum_layer },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(l->type, kinds[i].type))
			return kinds[i].convert(c, l);
	return error(-ENOTSUP, "line %d: '%s' is a layer of the type '%s'; supported are Input, "
		     "Convolution, Deconvolution, ReLU, Split and Eltwise (sum)", l->line, l->name,
		     l->type);
}

static bool is_read(const struct graph *g, int tensor)
{
	for (int i = 0; i < g->n_node; i++)
		for (int k = 0; k < g->node[i].n_in; k++)
			if (g->node[i].in[k] == tensor)
				return true;
	return false;
}

/* What no layer reads is an output. */
static int add_outputs(struct graph *g)
{
	int err = 0;

	for (int i = 0; err >= 0 && i < g->n_node; i++)
		if (!is_read(g, g->node[i].out[0]))
			err = graph_add_output(g, g->node[i].out[0]);
	return err < 0 ? err : 0;
}

int ncnn_to_graph(const struct ncnn_net *net, struct ncnn_bin *bin, int width, int height,
		  struct graph *g)
{
	struct converter c = { bin, g, width, height };
	int err = 0;

	for (int i = 0; err >= 0 && i < net->n_layer; i++)
		err = convert(&c, &net->layer[i]);
	if (err >= 0)
		err = ncnn_bin_end(bin);
	if (err >= 0)
		err = add_outputs(g);
	return err < 0 ? err : graph_infer(g, NULL);
}
