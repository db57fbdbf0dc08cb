/* SPDX-License-Identifier: MIT */
/*
 * Layer by layer: ONNX Runtime shows every int8 tensor of a network, and each of libaccel's layers
 * gets what ONNX Runtime's had as input.  So a difference is the layer's own, and it is counted for
 * the operator that it comes from.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "onnx_write.h"
#include "plan.h"
#include "run_layer.h"
#include "runtime.h"

struct acts {
	const struct net *net;
	int8_t **data;		/* of each act: NHWC without gaps */
};

static size_t act_count(const struct act *a)
{
	return (size_t)a->n * (size_t)a->h * (size_t)a->w * (size_t)a->c;
}

/* What an act lies in gets its values, too. */
static void spread(struct acts *s, int act)
{
	const struct act *a = &s->net->act[act];
	const struct act *p = a->parent >= 0 ? &s->net->act[a->parent] : NULL;

	if (!p)
		return;
	for (size_t i = 0; i < act_count(a); i++)
		s->data[a->parent][i / (size_t)a->c * (size_t)p->c + (size_t)a->channel +
				   i % (size_t)a->c] = s->data[act][i];
	spread(s, a->parent);
}

static struct host_view view(const struct acts *s, int act, int n)
{
	const struct act *a = &s->net->act[act];
	size_t row = (size_t)a->w * (size_t)a->c;

	return (struct host_view){ s->data[act] + (size_t)n * (size_t)a->h * row, row, (size_t)a->c };
}

static void run_layer(struct acts *s, const struct layer *l)
{
	const struct act *in = &s->net->act[l->in];
	int pictures = l->x.in == in->w && l->y.in == in->h ? in->n : 1;
	struct host_layer h;

	need(host_layer_init(&h, l, HOST_ALL));
	for (int n = 0; n < pictures; n++) {
		struct host_view from = view(s, l->in, n), to = view(s, l->out, n);
		struct host_view res = { NULL, 0, 0 };

		if (l->res >= 0)
			res = view(s, l->res, n);
		need(host_layer_run(&h, &from, &res, &to));
	}
	host_layer_free(&h);
	spread(s, l->out);
}

/* ONNX Runtime's tensor as an act has it; it was (value - zero point) * scale. */
static void to_act(const struct net *net, int act, const struct accel_array *from, int8_t *to)
{
	const struct act *a = &net->act[act];
	const struct node *q = &net->g->node[graph_producer(net->g, a->tensor)];
	float scale = *(const float *)net->g->tensor[q->in[1]].data;
	int zero = *(const int8_t *)net->g->tensor[q->in[2]].data;
	const float *v = from->data;
	int area = a->h * a->w;

	if (from->data_size != act_count(a) * sizeof(*v)) {
		fprintf(stderr, "a tensor of %zu bytes where libaccel has %zu values\n",
			from->data_size, act_count(a));
		exit(1);
	}
	for (int n = 0; n < a->n; n++)
		for (int c = 0; c < a->c; c++)
			for (int i = 0; i < area; i++)
				to[((size_t)n * (size_t)area + (size_t)i) * (size_t)a->c + (size_t)c] =
					(int8_t)(lrintf(*v++ / scale) + zero);
}

/*
 * How far the real value of an output is from where its rounding changes, in steps: what float32
 * may get wrong is close to it.
 */
static double to_tie(const struct acts *s, const struct host_layer *h, const struct host_input *in,
		     size_t at)
{
	const struct layer *l = h->l;
	size_t pixel = at / (size_t)l->out_ch, c = at % (size_t)l->out_ch;
	int32_t *acc = malloc((size_t)l->out_ch * sizeof(*acc));
	double v;

	(void)s;
	host_conv_pixel(h, in, (int)(pixel / (size_t)l->x.out), (int)(pixel % (size_t)l->x.out), acc);
	v = fabs((double)acc[c] * (double)l->scale[c]);
	free(acc);
	return fabs(v - floor(v) - 0.5);
}

/* The largest to_tie() of outputs that differ; layers of plain convolutions of one picture. */
static double worst_tie(const struct acts *s, const struct layer *l, const int8_t *ours,
			const int8_t *theirs, size_t n)
{
	struct host_view from = view(s, l->in, 0);
	struct host_input in;
	struct host_layer h;
	double worst = 0;

	need(host_layer_init(&h, l, 0));
	need(host_input_make(l, &from, &in));
	for (size_t i = 0; i < n; i++)
		if (ours[i] != theirs[i])
			worst = fmax(worst, to_tie(s, &h, &in, i));
	free(in.data);
	host_layer_free(&h);
	return worst;
}

static void count(const struct acts *s, const struct layer *l, const int8_t *theirs, size_t n,
		  struct layer_distance *d)
{
	const int8_t *ours = s->data[l->out];
	int64_t before = d->differ;

	for (size_t i = 0; i < n; i++) {
		int off = abs(ours[i] - theirs[i]);

		d->differ += off != 0;
		d->max = off > d->max ? off : d->max;
	}
	d->count += (int64_t)n;
	d->layers++;
	if (d->differ > before && l->op == OP_CONV_TRANSPOSE && l->res < 0)
		d->tie = fmax(d->tie, worst_tie(s, l, ours, theirs, n));
}

/* All tensors that a QuantizeLinear makes become outputs, dequantised by a node of their own. */
static void show_all(struct graph *g)
{
	int n = g->n_node;

	g->n_out = 0;
	for (int i = 0; i < n; i++) {
		struct node q = g->node[i];
		struct shape shape;
		char name[512];
		int in[3], out, at;

		if (q.op != OP_QUANTIZE_LINEAR)
			continue;
		in[0] = q.out[0];
		in[1] = q.in[1];
		in[2] = q.n_in > 2 ? q.in[2] : -1;
		shape = g->tensor[q.out[0]].shape;
		snprintf(name, sizeof(name), "%s shown", g->tensor[q.out[0]].name);
		out = graph_add_tensor(g, name, DTYPE_F32, &shape);
		at = graph_add_node(g, OP_DEQUANTIZE_LINEAR, NULL, 3, in, 1, &out);
		if (out < 0 || at < 0 || graph_add_output(g, out) < 0)
			abort();
		g->node[at].attr = q.attr;
	}
}

/* shown[tensor of g]: which output of `all` it is, or -1. */
static int *find_shown(const struct graph *g, const struct graph *all)
{
	int *shown = malloc(((size_t)g->n_tensor + 1) * sizeof(*shown));

	for (int i = 0; i < g->n_tensor; i++) {
		char name[512];

		snprintf(name, sizeof(name), "%s shown", g->tensor[i].name);
		shown[i] = -1;
		for (int k = 0; k < all->n_out; k++)
			if (!strcmp(all->tensor[all->out[k]].name, name))
				shown[i] = k;
	}
	return shown;
}

static void compare_layers(struct acts *s, const int *shown, const struct accel_array *theirs,
			   struct layer_distance *table)
{
	const struct net *net = s->net;

	/* Acts that no layer makes are the network's inputs. */
	for (int i = 0; i < net->n_act; i++) {
		const struct act *a = &net->act[i];
		bool made = false;

		for (int k = 0; k < net->n_layer; k++)
			made |= net->layer[k].out == i;
		if (!made && a->tensor >= 0 && shown[a->tensor] >= 0) {
			to_act(net, i, &theirs[shown[a->tensor]], s->data[i]);
			spread(s, i);
		}
	}
	for (int k = 0; k < net->n_layer; k++) {
		const struct layer *l = &net->layer[k];
		const struct act *a = &net->act[l->out];
		size_t n = act_count(a);
		int8_t *want;

		run_layer(s, l);
		if (a->tensor < 0 || shown[a->tensor] < 0)
			continue;
		want = malloc(n + 1);
		to_act(net, l->out, &theirs[shown[a->tensor]], want);
		if (l->kind == LAYER_CONV)
			count(s, l, want, n, &table[l->res >= 0 ? OP_ADD : l->op]);
		memcpy(s->data[l->out], want, n);
		free(want);
		spread(s, l->out);
	}
}

void measure_layers(const struct accel_model *m, form_fn *form, const struct accel_array *x,
		    struct layer_distance *table)
{
	struct accel_array *theirs;
	struct acts s = { 0 };
	struct graph *g, *all;
	struct ort_session *session;
	struct net *net;
	char path[4096];
	int *shown;

	need(model_infer(m, &g));
	need(model_infer(m, &all));
	show_all(all);
	form(all);
	need(graph_infer(all, NULL));
	shown = find_shown(g, all);
	snprintf(path, sizeof(path), "%s/layers.onnx", scratch);
	need(onnx_write(all, path));
	session = ort_load(path, ORT_PLAIN);
	theirs = calloc((size_t)all->n_out + 1, sizeof(*theirs));
	ort_run_all(session, x, all->n_out, theirs);
	need(net_lower(g, &net));
	s.net = net;
	s.data = calloc((size_t)net->n_act + 1, sizeof(*s.data));
	for (int i = 0; i < net->n_act; i++)
		s.data[i] = calloc(act_count(&net->act[i]) + 1, 1);
	compare_layers(&s, shown, theirs, table);
	for (int i = 0; i < net->n_act; i++)
		free(s.data[i]);
	free(s.data);
	for (int i = 0; i < all->n_out; i++)
		free(theirs[i].data);
	free(theirs);
	free(shown);
	ort_free(session);
	net_free(net);
	graph_free(g);
	graph_free(all);
}

/* ---- what is allowed ---- */

/*
 * Outputs per million that may be off by one where ONNX Runtime works in float32: a little more than
 * was measured (Documentation/arithmetic.md).
 * None where both compute in integers, or where an input has 256 values only.
 */
static double allowed(enum op op)
{
	switch (op) {
	case OP_ADD:
		return 1000;
	case OP_CONV_TRANSPOSE:
		return 20;
	case OP_AVERAGE_POOL:
	case OP_GLOBAL_AVERAGE_POOL:
		return 5;
	case OP_RESIZE:
		return 25000;
	default:
		return 0;
	}
}

void check_layers(const char *name, const struct layer_distance *table)
{
	for (int op = 0; op < OP_COUNT; op++) {
		const struct layer_distance *d = &table[op];
		double rate = d->count ? (double)d->differ * 1e6 / (double)d->count : 0;

		if (!d->count)
			continue;
		check(rate <= allowed(op) && d->max <= 1 && d->tie <= 1e-4,
		      "%s: %s%s: %lld of %lld outputs differ, by one (%.1f per million; at most %.0f)",
		      name, op_name(op), allowed(op) > 0 ? ", sums in float32" : "",
		      (long long)d->differ, (long long)d->count, rate, allowed(op));
		if (d->max > 1 || d->tie > 1e-4)
			comment("by %d at most; the real value is up to %.2e of a step from a tie",
				d->max, d->tie);
	}
}

void check_exact_layers(const char *name, const struct layer_distance *table)
{
	for (int op = 0; op < OP_COUNT; op++) {
		const struct layer_distance *d = &table[op];

		if (d->count && (op == OP_ADD || op == OP_CONV_TRANSPOSE || op == OP_RESIZE))
			check(!d->differ, "%s: %s, sums exact: %lld of %lld outputs differ, by %d at most",
			      name, op_name(op), (long long)d->differ, (long long)d->count, d->max);
	}
}
