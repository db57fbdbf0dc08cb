/* SPDX-License-Identifier: MIT */
#include "net.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "onnx.h"
#include "onnx_write.h"
#include "rng.h"

static int checked(int result)
{
	if (result < 0) {
		printf("Bail out! %s\n", error_message());
		abort();
	}
	return result;
}

struct graph *net_new(void)
{
	struct graph *g = graph_new();

	if (!g)
		abort();
	g->opset = 13;
	return g;
}

int net_input(struct graph *g, const char *name, int64_t n, int64_t c, int64_t h, int64_t w)
{
	struct shape s = { 4, { n, c, h, w } };
	int t = checked(graph_add_tensor(g, name, DTYPE_F32, &s));

	checked(graph_add_input(g, t));
	return t;
}

/* With a type, so that the graph can be written without shapes. */
void net_output(struct graph *g, int y)
{
	g->tensor[y].dtype = DTYPE_F32;
	checked(graph_add_output(g, y));
}

static int constant(struct graph *g, const char *name, struct shape s, float lo, float hi)
{
	int64_t count = shape_count(&s);
	float *data = malloc((size_t)count * sizeof(*data));
	int t;

	for (int64_t i = 0; i < count; i++)
		data[i] = rng_real(lo, hi);
	t = checked(graph_add_const(g, name, DTYPE_F32, &s, data));
	free(data);
	return t;
}

int net_op(struct graph *g, enum op op, const char *name, int n_in, const int *in)
{
	int y = checked(graph_add_tensor(g, name, DTYPE_NONE, NULL));

	checked(graph_add_node(g, op, name, n_in, in, 1, &y));
	return y;
}

static void set_window(struct graph *g, int64_t kernel, int64_t stride, int64_t pad, int64_t group)
{
	g->node[g->n_node - 1].attr.conv = (struct conv_attr){
		.spatial = 2,
		.kernel = { kernel, kernel },
		.stride = { stride, stride, 1 },
		.dilation = { 1, 1, 1 },
		.pad_begin = { pad, pad },
		.pad_end = { pad, pad },
		.group = group,
	};
}

static int weighted(struct graph *g, enum op op, const char *name, int x, struct shape w,
		    int64_t fan_in, int64_t out, bool bias)
{
	char text[64];
	float reach = sqrtf(3.0f / (float)fan_in);
	int in[3] = { x };

	snprintf(text, sizeof(text), "%s.weight", name);
	in[1] = constant(g, text, w, -reach, reach);
	snprintf(text, sizeof(text), "%s.bias", name);
	if (bias)
		in[2] = constant(g, text, (struct shape){ 1, { out } }, -0.3f, 0.3f);
	return net_op(g, op, name, bias ? 3 : 2, in);
}

int net_conv(struct graph *g, const char *name, int x, int64_t in, int64_t out, int64_t kernel,
	     int64_t stride, int64_t group, bool bias)
{
	struct shape w = { 4, { out, in / group, kernel, kernel } };
	int y = weighted(g, OP_CONV, name, x, w, in / group * kernel * kernel, out, bias);

	set_window(g, kernel, stride, kernel / 2, group);
	return y;
}

int net_deconv(struct graph *g, const char *name, int x, int64_t in, int64_t out, int64_t kernel,
	       int64_t stride, bool bias)
{
	struct shape w = { 4, { in, out, kernel, kernel } };
	int y = weighted(g, OP_CONV_TRANSPOSE, name, x, w,
			 in * kernel * kernel / (stride * stride), out, bias);

	set_window(g, kernel, stride, (kernel - stride) / 2, 1);
	return y;
}

int net_batch_norm(struct graph *g, const char *name, int x, int64_t channels)
{
	struct shape s = { 1, { channels } };
	int in[5] = { x, constant(g, NULL, s, 0.5f, 1.5f), constant(g, NULL, s, -0.5f, 0.5f),
		      constant(g, NULL, s, -0.5f, 0.5f), constant(g, NULL, s, 0.3f, 2) };
	int y = net_op(g, OP_BATCH_NORMALIZATION, name, 5, in);

	g->node[g->n_node - 1].attr.norm.epsilon = 1e-5f;
	return y;
}

int net_unary(struct graph *g, enum op op, const char *name, int x)
{
	int y = net_op(g, op, name, 1, &x);

	g->node[g->n_node - 1].attr.act.alpha = op == OP_HARD_SIGMOID ? 1.0f / 6 : 0.1f;
	g->node[g->n_node - 1].attr.act.beta = 0.5f;
	return y;
}

int net_pool(struct graph *g, enum op op, const char *name, int x, int64_t kernel)
{
	int y = net_op(g, op, name, 1, &x);

	set_window(g, kernel, kernel, 0, 1);
	return y;
}

int net_binary(struct graph *g, enum op op, const char *name, int a, int b)
{
	return net_op(g, op, name, 2, (int[]){ a, b });
}

int net_scalar(struct graph *g, float v)
{
	return checked(graph_add_const(g, NULL, DTYPE_F32, &(struct shape){ 0, { 0 } }, &v));
}

int net_list(struct graph *g, int64_t channels, float lo, float hi)
{
	return constant(g, NULL, (struct shape){ 3, { channels, 1, 1 } }, lo, hi);
}

int net_clip(struct graph *g, const char *name, int x, float lo, float hi)
{
	int in[3] = { x, net_scalar(g, lo), net_scalar(g, hi) };

	return net_op(g, OP_CLIP, name, 3, in);
}

int net_concat(struct graph *g, const char *name, int a, int b)
{
	int y = net_binary(g, OP_CONCAT, name, a, b);

	g->node[g->n_node - 1].attr.axis.axis = 1;
	return y;
}

struct value net_value(const struct shape *s)
{
	struct value v = { DTYPE_F32, *s, NULL };

	v.data = calloc((size_t)shape_count(s) + 1, sizeof(float));
	return v;
}

void net_fill(struct value *v)
{
	int64_t w = v->shape.dim[v->shape.rank - 1], h = v->shape.dim[v->shape.rank - 2];
	float *x = v->data;

	for (int64_t plane = 0; plane < shape_count(&v->shape) / (w * h); plane++, x += w * h) {
		float fx = rng_real(2, 20), fy = rng_real(2, 20), phase = rng_real(0, 6);
		float edge = rng_real(0.2f, 0.8f), step = rng_real(-0.4f, 0.4f);

		for (int64_t i = 0; i < w * h; i++) {
			float u = (float)(i % w) / (float)w, t = (float)(i / w) / (float)h;
			float value = 0.5f + 0.25f * sinf(fx * u + fy * t + phase) +
				      (u + 0.3f * t > edge ? step : 0) + rng_real(-0.03f, 0.03f);

			x[i] = value < 0 ? 0 : value > 1 ? 1 : value;
		}
	}
}

/* Through a file's bytes: the graph that is run is one that an importer has read. */
struct value net_run(const struct graph *g, const struct value *in)
{
	struct graph *copy;
	struct value y;
	void *bytes;
	size_t size;

	checked(onnx_write_memory(g, &bytes, &size));
	checked(onnx_load_memory(bytes, size, &copy));
	free(bytes);
	checked(graph_infer(copy, &in->shape));
	y = net_value(&copy->tensor[copy->out[0]].shape);
	checked(ref_run(copy, in, &y));
	graph_free(copy);
	return y;
}

static double noise(const struct value *a, const struct value *b)
{
	double sum = 0;

	for (int64_t i = 0; i < shape_count(&a->shape); i++) {
		double d = (double)((const float *)a->data)[i] -
			   (double)((const float *)b->data)[i];

		sum += d * d;
	}
	return sum / (double)shape_count(&a->shape);
}

double net_psnr(const struct value *a, const struct value *b)
{
	const float *x = a->data;
	float lo = x[0], hi = x[0];

	for (int64_t i = 0; i < shape_count(&a->shape); i++) {
		lo = x[i] < lo ? x[i] : lo;
		hi = x[i] > hi ? x[i] : hi;
	}
	return 10 * log10((double)(hi - lo) * (double)(hi - lo) / noise(a, b));
}

double net_snr(const struct value *a, const struct value *b)
{
	struct value zero = net_value(&a->shape);
	double signal = noise(a, &zero);

	free(zero.data);
	return 10 * log10(signal / noise(a, b));
}

int net_count(const struct graph *g, enum op op)
{
	int n = 0;

	for (int i = 0; i < g->n_node; i++)
		n += g->node[i].op == op;
	return n;
}
