/* SPDX-License-Identifier: MIT */
/* Models of one quantised layer, for `accelctl bench --layer`. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "accelctl.h"
#include "error.h"
#include "graph.h"
#include "onnx_write.h"

#define SPEC "conv|deconv,H,W,CIN,COUT,K,S,P"
#define MAX_WEIGHTS (INT64_C(1) << 28)

struct spec {
	bool deconv;
	int64_t h, w, cin, cout, k, s, p;
};

static int parse_numbers(const char *text, int64_t *to, int n)
{
	for (int i = 0; i < n; i++) {
		char *end;
		long long v;

		if (*text != ',' || text[1] < '0' || text[1] > '9')
			return -EINVAL;
		v = strtoll(text + 1, &end, 10);
		if (v > 65535)
			return -EINVAL;
		to[i] = v;
		text = end;
	}
	return *text ? -EINVAL : 0;
}

static int parse_spec(const char *text, struct spec *s)
{
	size_t n = strcspn(text, ",");
	int64_t v[7];

	s->deconv = n == 6 && !memcmp(text, "deconv", n);
	if (!s->deconv && !(n == 4 && !memcmp(text, "conv", n)))
		return usage_error("--layer %s: wanted is " SPEC, text);
	if (parse_numbers(text + n, v, 7))
		return usage_error("--layer %s: wanted is " SPEC ", numbers up to 65535", text);
	*s = (struct spec){ s->deconv, v[0], v[1], v[2], v[3], v[4], v[5], v[6] };
	for (int i = 0; i < 6; i++)
		if (!v[i])
			return usage_error("--layer %s: only P may be 0", text);
	if (s->cin * s->cout > MAX_WEIGHTS / (s->k * s->k))
		return usage_error("--layer %s: it has more than %lld weights", text,
				   (long long)MAX_WEIGHTS);
	return 0;
}

/* The maker's state: errors are remembered. */
struct maker {
	struct graph *g;
	uint64_t seed;
	int err;
};

static int keep(struct maker *m, int result)
{
	if (result < 0 && !m->err)
		m->err = result;
	return result;
}

static uint32_t next(struct maker *m)
{
	m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(m->seed >> 33);
}

static int scalar_f32(struct maker *m, const char *name, float v)
{
	const struct shape s = { .rank = 0 };

	return keep(m, graph_add_const(m->g, name, DTYPE_F32, &s, &v));
}

static int zero_point(struct maker *m, const char *name, enum dtype dtype)
{
	const struct shape s = { .rank = 0 };
	const int32_t zero = 0;

	return keep(m, graph_add_const(m->g, name, dtype, &s, &zero));
}

static int new_node(struct maker *m, enum op op, const char *name, int n_in, const int *in,
		    enum dtype dtype)
{
	int out = keep(m, graph_add_tensor(m->g, name, dtype, NULL)), n;

	if (m->err)
		return 0;
	n = keep(m, graph_add_node(m->g, op, name, n_in, in, 1, &out));
	if (n >= 0)
		memset(&m->g->node[n].attr, 0, sizeof(m->g->node[n].attr));
	return out;
}

static int dequantize(struct maker *m, const char *name, int x, float scale)
{
	char part[64];
	int in[3] = { x };

	snprintf(part, sizeof(part), "%s_scale", name);
	in[1] = scalar_f32(m, part, scale);
	snprintf(part, sizeof(part), "%s_zero", name);
	in[2] = zero_point(m, part, DTYPE_I8);
	return new_node(m, OP_DEQUANTIZE_LINEAR, name, 3, in, DTYPE_F32);
}

static int quantize(struct maker *m, const char *name, int x, float scale)
{
	int in[3] = { x, scalar_f32(m, "y_scale", scale), zero_point(m, "y_zero", DTYPE_I8) };

	return new_node(m, OP_QUANTIZE_LINEAR, name, 3, in, DTYPE_I8);
}

/* int8 weights, evenly spread, dequantised with one scale. */
static int weights(struct maker *m, const struct spec *s, float scale)
{
	const struct shape shape = { 4, { s->deconv ? s->cin : s->cout,
					  s->deconv ? s->cout : s->cin, s->k, s->k } };
	int64_t n = shape_count(&shape);
	int8_t *data = malloc((size_t)n);
	int w = -ENOMEM;

	if (data) {
		for (int64_t i = 0; i < n; i++)
			data[i] = (int8_t)(next(m) % 255 - 127);
		w = graph_add_const(m->g, "w", DTYPE_I8, &shape, data);
	} else {
		error(-ENOMEM, "out of memory for %lld weights", (long long)n);
	}
	free(data);
	keep(m, w);
	return m->err ? 0 : dequantize(m, "w_float", w, scale);
}

static void set_conv(struct conv_attr *c, const struct spec *s)
{
	c->spatial = 2;
	c->group = 1;
	for (int i = 0; i < 2; i++) {
		c->kernel[i] = s->k;
		c->stride[i] = s->s;
		c->dilation[i] = 1;
		c->pad_begin[i] = c->pad_end[i] = s->p;
	}
}

/* x -> Dequantize -> Conv -> Quantize -> y, with scales that spread the outputs well. */
static void make(struct maker *m, const struct spec *s)
{
	const struct shape x_shape = { 4, { 1, s->cin, s->h, s->w } };
	const float x_scale = 1.0f / 64, w_scale = 1.0f / 128;
	int taps = (int)(s->deconv ? (s->k + s->s - 1) / s->s : s->k);
	float sum = sqrtf((float)s->cin * (float)taps * (float)taps) * 74 * 74;
	int x = keep(m, graph_add_tensor(m->g, "x", DTYPE_I8, &x_shape)), in[2], conv, y;

	if (m->err)
		return;
	keep(m, graph_add_input(m->g, x));
	in[0] = dequantize(m, "x_float", x, x_scale);
	in[1] = weights(m, s, w_scale);
	conv = new_node(m, s->deconv ? OP_CONV_TRANSPOSE : OP_CONV, s->deconv ? "deconv" : "conv",
			2, in, DTYPE_F32);
	if (m->err)
		return;
	set_conv(&m->g->node[m->g->n_node - 1].attr.conv, s);
	y = quantize(m, "y", conv, x_scale * w_scale * sum / 40);
	if (!m->err)
		keep(m, graph_add_output(m->g, y));
}

/* Through a file in memory, so that everything is as with any other model. */
static int load(struct graph *g, struct accel_model **model)
{
	void *bytes;
	size_t size;
	int err = graph_infer(g, NULL);

	if (!err)
		err = onnx_write_memory(g, &bytes, &size);
	if (err)
		return err;
	err = accel_model_load_memory(bytes, size, model);
	free(bytes);
	return err;
}

int layer_model(const char *spec, uint64_t seed, struct accel_model **model)
{
	struct maker m = { .g = graph_new(), .seed = seed };
	struct spec s = { 0 };
	int err = parse_spec(spec, &s);

	*model = NULL;
	if (!m.g)
		return error(-ENOMEM, "out of memory for a model");
	if (!err) {
		make(&m, &s);
		err = m.err ? m.err : load(m.g, model);
		if (err)
			error_in(err, "--layer %s", spec);
	}
	graph_free(m.g);
	return err;
}
