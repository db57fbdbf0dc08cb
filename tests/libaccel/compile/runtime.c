// SPDX-License-Identifier: MIT
#include "runtime.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

bool values_init(struct values *s, const struct graph *g)
{
	s->g = g;
	s->v = calloc((size_t)g->n_tensor + 1, sizeof(*s->v));
	s->owned = calloc((size_t)g->n_tensor + 1, sizeof(bool));
	for (int i = 0; i < g->n_tensor; i++)
		s->v[i] = (struct value){ g->tensor[i].dtype, g->tensor[i].shape,
					  (void *)g->tensor[i].data };
	return true;
}

void values_free(struct values *s)
{
	for (int i = 0; i < s->g->n_tensor; i++)
		if (s->owned[i])
			free(s->v[i].data);
	free(s->v);
	free(s->owned);
}

void *values_make(struct values *s, int tensor)
{
	struct value *v = &s->v[tensor];

	if (!v->data) {
		v->data = calloc((size_t)shape_count(&v->shape) + 1, dtype_size(v->dtype));
		s->owned[tensor] = true;
	}
	return v->data;
}

void values_random(struct values *s, uint64_t seed)
{
	const struct graph *g = s->g;
	struct rng r = { seed };

	for (int i = 0; i < g->n_in; i++) {
		float *x = values_make(s, g->in[i]);

		for (int64_t k = 0; k < shape_count(&g->tensor[g->in[i]].shape); k++)
			x[k] = (float)rng_range(&r, -1000, 1000) * 0.005f;
	}
}

double values_difference(const struct values *a, const struct values *b)
{
	const struct graph *g = a->g;
	double most = 0;

	for (int i = 0; i < g->n_out; i++) {
		const struct node *d = &g->node[graph_producer(g, g->out[i])];
		float scale = d->op == OP_DEQUANTIZE_LINEAR
				      ? *(const float *)g->tensor[d->in[1]].data
				      : 1;
		const float *x = a->v[g->out[i]].data, *y = b->v[g->out[i]].data;

		for (int64_t k = 0; k < shape_count(&g->tensor[g->out[i]].shape); k++)
			most = fmax(most, fabs((double)x[k] - y[k]) / scale);
	}
	return most;
}

static bool run_node(const struct graph *g, int node, struct values *s)
{
	const struct node *n = &g->node[node];
	const struct value *in[64] = { NULL };
	struct value out[8] = { 0 };

	for (int i = 0; i < n->n_in; i++)
		in[i] = n->in[i] >= 0 ? &s->v[n->in[i]] : NULL;
	for (int i = 0; i < n->n_out; i++)
		if (n->out[i] >= 0) {
			values_make(s, n->out[i]);
			out[i] = s->v[n->out[i]];
		}
	if (ref_eval(n, in, out)) {
		fprintf(stderr, "%s\n", error_message());
		return false;
	}
	return true;
}

bool values_reference(struct values *s)
{
	for (int i = 0; i < s->g->n_node; i++)
		if (!run_node(s->g, i, s))
			return false;
	return true;
}

/* ---- ports ---- */

/* NCHW, or NC, or NCW: element of channel c of pixel (n, y, x). */
static size_t dense_at(const struct plan_place *p, int n, int y, int x, int c)
{
	return (((size_t)n * (size_t)p->c + (size_t)c) * (size_t)p->h + (size_t)y) * (size_t)p->w +
	       (size_t)x;
}

static int8_t to_core(const struct plan_port *port, const void *data, size_t i)
{
	float q;

	switch (port->dtype) {
	case DTYPE_I8:
		return ((const int8_t *)data)[i];
	case DTYPE_U8:
		return (int8_t)(((const uint8_t *)data)[i] ^ 0x80);
	default:
		q = rintf(((const float *)data)[i] / port->place.scale) +
		    (float)port->place.zero_point;
		return (int8_t)(q < -128 ? -128 : q > 127 ? 127 : (int)q);
	}
}

static void to_host(const struct plan_port *port, void *data, size_t i, int8_t v)
{
	if (port->dtype == DTYPE_F32)
		((float *)data)[i] = (float)(v - port->place.zero_point) * port->place.scale;
	else
		((uint8_t *)data)[i] = (uint8_t)(v ^ (port->dtype == DTYPE_U8 ? 0x80 : 0));
}

typedef int8_t *byte_at(void *ctx, const struct plan_place *p, int n, int y, int x, int c);

static void copy_port(const struct plan_port *port, struct values *s, bool in, byte_at *at,
		      void *ctx)
{
	const struct plan_place *p = &port->place;
	void *data = values_make(s, port->tensor);

	for (int n = 0; n < p->n; n++)
		for (int y = 0; y < p->h; y++)
			for (int x = 0; x < p->w; x++)
				for (int c = 0; c < p->c; c++) {
					int8_t *byte = at(ctx, p, n, y, x, c);

					if (in)
						*byte = to_core(port, data,
								dense_at(p, n, y, x, c));
					else
						to_host(port, data, dense_at(p, n, y, x, c), *byte);
				}
}

/* ---- on a device ---- */

struct memory {
	uint8_t *base[PLAN_REGION_MAX];
};

static int8_t *memory_at(void *ctx, const struct plan_place *p, int n, int y, int x, int c)
{
	struct memory *m = ctx;

	return (int8_t *)m->base[p->region] + p->offset + (size_t)n * p->image_pitch +
	       (size_t)y * p->row_pitch + (size_t)x * p->pixel_pitch + c;
}

static bool run_core(const struct plan *plan, const struct plan_segment *g, struct device *d,
		     const uint32_t *va, struct memory *m, struct values *s, uint64_t *perf)
{
	struct device_result r;

	for (int i = 0; i < g->n_in; i++)
		copy_port(&g->in[i], s, true, memory_at, m);
	if (!device_run(d, g, va, &r) || r.cause) {
		fprintf(stderr, "job of %u commands: cause %u at %08x, command %u\n", g->n_cmd,
			r.cause, r.addr, r.index);
		return false;
	}
	for (int i = 0; i < 16; i++)
		perf[i] += r.perf[i];
	for (int i = 0; i < g->n_out; i++)
		copy_port(&g->out[i], s, false, memory_at, m);
	(void)plan;
	return true;
}

bool plan_run_each(const struct plan *plan, struct device *d, struct values *s, uint64_t *perf,
		   uint64_t *cycles)
{
	uint32_t va[PLAN_REGION_MAX] = { 0 };
	struct memory m;

	device_free_all(d);
	memset(perf, 0, 16 * sizeof(*perf));
	for (int i = 0; i < plan->n_region; i++) {
		va[i] = device_alloc(d, plan->region[i].bytes + 64);
		if (!va[i])
			return false;
		m.base[i] = device_ptr(d, va[i]);
		memset(m.base[i], 0x5a, plan->region[i].bytes);
	}
	if (plan->region[PLAN_CONST].bytes)
		memcpy(m.base[PLAN_CONST], plan->constants, plan->region[PLAN_CONST].bytes);
	for (int i = 0; i < plan->n_segment; i++) {
		const struct plan_segment *g = &plan->segment[i];
		uint64_t before = perf[1];

		if (g->on_core && !run_core(plan, g, d, va, &m, s, perf))
			return false;
		for (int k = 0; !g->on_core && k < g->n_node; k++)
			if (!run_node(plan->g, g->node[k], s))
				return false;
		if (cycles)
			cycles[i] = perf[1] - before;
	}
	return true;
}

bool plan_run(const struct plan *plan, struct device *d, struct values *s, uint64_t *perf)
{
	return plan_run_each(plan, d, s, perf, NULL);
}

/* ---- in plain C ---- */

struct acts {
	const struct plan *plan;
	int8_t **data; /* dense NHWC of each act */
};

static size_t act_count(const struct act *a)
{
	return (size_t)a->n * (size_t)a->h * (size_t)a->w * (size_t)a->c;
}

/* What an act lies in gets its values too. */
static void spread(struct acts *s, int act)
{
	const struct act *a = &s->plan->net->act[act];
	const struct act *p = a->parent >= 0 ? &s->plan->net->act[a->parent] : NULL;

	if (!p)
		return;
	for (size_t i = 0; i < act_count(a); i++)
		s->data[a->parent][i / (size_t)a->c * (size_t)p->c + (size_t)a->channel +
				   i % (size_t)a->c] = s->data[act][i];
	spread(s, a->parent);
}

static void interpret_layer(struct acts *s, const struct layer *l)
{
	const struct act *in = &s->plan->net->act[l->in];
	struct sample t = { .l = *l,
			    .n = in->n,
			    .in = s->data[l->in],
			    .out = s->data[l->out],
			    .out_h = l->win_y.out,
			    .out_w = l->win_x.out };

	if (l->res >= 0)
		t.res = s->data[l->res];
	if (l->x.in != in->w)
		t.n = 1; /* vectors as pixels */
	sample_reference(&t);
	spread(s, l->out);
}

struct dense {
	struct acts *s;
	int act;
};

/* Ports know places only: the act of a port is the one whose place it is. */
static int8_t *dense_byte(void *ctx, const struct plan_place *p, int n, int y, int x, int c)
{
	struct dense *d = ctx;

	return &d->s->data[d->act]
			  [(((size_t)n * (size_t)p->h + (size_t)y) * (size_t)p->w + (size_t)x) *
				   (size_t)p->c +
			   (size_t)c];
}

static int act_of(const struct plan *plan, int tensor)
{
	const struct graph *g = plan->g;

	for (int i = 0; i < plan->net->n_act; i++) {
		int t = plan->net->act[i].tensor;

		if (t < 0)
			continue;
		if (t == tensor)
			return i;
		for (int k = 0; k < g->n_node; k++) {
			const struct node *n = &g->node[k];

			if ((n->op == OP_QUANTIZE_LINEAR && n->out[0] == t && n->in[0] == tensor) ||
			    (n->op == OP_DEQUANTIZE_LINEAR && n->in[0] == t && n->out[0] == tensor))
				return i;
		}
	}
	return -1;
}

bool plan_interpret(const struct plan *plan, struct values *s)
{
	struct acts a = { plan, calloc((size_t)plan->net->n_act + 1, sizeof(int8_t *)) };
	bool good = true;

	for (int i = 0; i < plan->net->n_act; i++)
		a.data[i] = calloc(act_count(&plan->net->act[i]) + 1, 1);
	for (int i = 0; good && i < plan->n_segment; i++) {
		const struct plan_segment *g = &plan->segment[i];

		for (int k = 0; k < g->n_in; k++) {
			struct dense d = { &a, act_of(plan, g->in[k].tensor) };

			copy_port(&g->in[k], s, true, dense_byte, &d);
			spread(&a, d.act);
		}
		for (int k = 0; g->on_core && k < g->n_layer; k++)
			interpret_layer(&a,
					&plan->net->layer[plan->layer_order[g->first_layer + k]]);
		for (int k = 0; k < g->n_out; k++) {
			struct dense d = { &a, act_of(plan, g->out[k].tensor) };

			copy_port(&g->out[k], s, false, dense_byte, &d);
		}
		for (int k = 0; good && !g->on_core && k < g->n_node; k++)
			good = run_node(plan->g, g->node[k], s);
	}
	for (int i = 0; i < plan->net->n_act; i++)
		free(a.data[i]);
	free(a.data);
	return good;
}
