/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "fake_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "jobs.h"
#include "text.h"

int fake_plan_copies = 1;
_Thread_local bool fake_plan_busy;

static bool is_core(const struct node *n)
{
	return n->op == OP_IDENTITY && !strncmp(n->name, "core", 4);
}

static const struct node *producer(const struct graph *g, int tensor)
{
	int n = graph_producer(g, tensor);

	return n < 0 ? NULL : &g->node[n];
}

static const struct node *consumer(const struct graph *g, int tensor)
{
	for (int i = 0; i < g->n_node; i++)
		if (g->node[i].in[0] == tensor)
			return &g->node[i];
	return NULL;
}

/* The place of an int8 tensor, 16 bytes aligned. */
static struct plan_place place_of(const struct tensor *t)
{
	const int64_t *d = t->shape.dim;
	struct plan_place p = { .n = 1, .c = (int)d[1], .h = (int)d[2], .w = (int)d[3] };

	p.pixel_pitch = (uint32_t)(p.c + 15) / 16 * 16;
	p.row_pitch = p.pixel_pitch * (uint32_t)p.w;
	p.image_pitch = p.row_pitch * (uint32_t)p.h;
	p.scale = 1;
	return p;
}

static void set_scale(const struct graph *g, const struct node *q, struct plan_place *p)
{
	p->scale = *(const float *)g->tensor[q->in[1]].data;
	p->zero_point = *(const int8_t *)g->tensor[q->in[2]].data;
}

static bool has(const int *list, int n, int tensor)
{
	for (int i = 0; i < n; i++)
		if (list[i] == tensor)
			return true;
	return false;
}

/* A region for a port: of its own for a graph input or output, else a part of the arena. */
static void put(struct plan *p, struct plan_port *port, bool in)
{
	const struct graph *g = p->g;
	uint32_t bytes = port->place.image_pitch;
	int region = PLAN_ARENA;

	if (has(in ? g->in : g->out, in ? g->n_in : g->n_out, port->tensor)) {
		region = p->n_region++;
		p->region[region] = (struct plan_region){ 0, port->tensor, !in };
	}
	port->place.region = (uint8_t)region;
	port->place.offset = p->region[region].bytes;
	p->region[region].bytes += bytes;
}

static void emit(struct plan_segment *s, const char *name, int layer)
{
	const struct plan_place *in = &s->in[0].place, *out = &s->out[0].place;

	s->n_cmd = 2 * (uint32_t)fake_plan_copies;
	s->cmd = calloc(s->n_cmd, sizeof(*s->cmd));
	s->cmd_region = calloc(s->n_cmd, 1);
	s->cmd_layer = calloc(s->n_cmd, sizeof(*s->cmd_layer));
	for (uint32_t i = 0; i < s->n_cmd; i += 2) {
		struct fcn_cmd *c = &s->cmd[i];

		make_copy(c, out->offset, in->offset, in->image_pitch);
		s->cmd_region[i] = in->region;
		s->cmd_region[i + 1] = out->region;
		s->cmd_layer[i] = s->cmd_layer[i + 1] = layer;
		if (i) {
			fcn_cmd_set_wait(c, 1u << FCN_ENG_STORE);
			fcn_cmd_set_signal(c - 1, 1u << FCN_ENG_LOAD);
		}
	}
	if (strstr(name, "fault"))
		s->cmd_region[1] = PLAN_NO_REGION;
	if (strstr(name, "illegal"))
		fcn_cmd_set_opcode(&s->cmd[1], 0xee);
	if (strstr(name, "deadlock"))
		fcn_cmd_set_signal(&s->cmd[0], 0);
}

static void core_segment(struct plan *p, int node)
{
	const struct graph *g = p->g;
	const struct node *n = &g->node[node];
	const struct node *q = producer(g, n->in[0]), *d = consumer(g, n->out[0]);
	struct plan_segment *s = &p->segment[p->n_segment++];
	struct plan_port in = { .tensor = n->in[0] }, out = { .tensor = n->out[0] };

	in.place = place_of(&g->tensor[n->in[0]]);
	out.place = place_of(&g->tensor[n->out[0]]);
	if (q && q->op == OP_QUANTIZE_LINEAR) {
		in.tensor = q->in[0];
		set_scale(g, q, &in.place);
	}
	if (d && d->op == OP_DEQUANTIZE_LINEAR) {
		out.tensor = d->out[0];
		set_scale(g, d, &out.place);
	}
	in.dtype = g->tensor[in.tensor].dtype;
	out.dtype = g->tensor[out.tensor].dtype;
	put(p, &in, true);
	put(p, &out, false);
	s->on_core = true;
	s->n_in = s->n_out = 1;
	s->in = malloc(sizeof(in));
	s->out = malloc(sizeof(out));
	s->node = malloc(sizeof(*s->node));
	*s->in = in;
	*s->out = out;
	s->n_node = 1;
	s->node[0] = node;
	s->first_layer = p->n_layer;
	s->n_layer = 1;
	s->cycles = 1000;
	p->net->layer[p->n_layer].name = n->name;
	p->net->layer[p->n_layer].op = n->op;
	p->layer_cycles[p->n_layer] = 1000;
	p->layer_order[p->n_layer] = p->n_layer;
	emit(s, n->name, p->n_layer++);
}

/* Nodes that a core segment does, too. */
static bool absorbed(const struct graph *g, const struct node *n)
{
	const struct node *next = consumer(g, n->out[0]), *before = producer(g, n->in[0]);

	return (n->op == OP_QUANTIZE_LINEAR && next && is_core(next)) ||
	       (n->op == OP_DEQUANTIZE_LINEAR && before && is_core(before));
}

static void host_segment(struct plan *p, int node)
{
	struct plan_segment *s = &p->segment[p->n_segment++];

	s->n_node = 1;
	s->node = malloc(sizeof(*s->node));
	s->node[0] = node;
}

static struct plan *make_plan(const struct graph *g, const struct core_config *config)
{
	struct plan *p = calloc(1, sizeof(*p));
	size_t n = (size_t)g->n_node + 1;

	p->g = g;
	p->net = calloc(1, sizeof(*p->net));
	p->net->layer = calloc(n, sizeof(*p->net->layer));
	p->layer_order = calloc(n, sizeof(*p->layer_order));
	p->layer_cycles = calloc(n, sizeof(*p->layer_cycles));
	p->segment = calloc(n, sizeof(*p->segment));
	p->region = calloc(PLAN_IO + 2 * n, sizeof(*p->region));
	p->reason = calloc(n, sizeof(*p->reason));
	p->n_region = PLAN_IO;
	p->region[PLAN_CONST].tensor = p->region[PLAN_ARENA].tensor = -1;
	for (int i = 0; i < g->n_node; i++) {
		if (!config) {
			host_segment(p, i);
		} else if (is_core(&g->node[i])) {
			core_segment(p, i);
		} else if (!absorbed(g, &g->node[i])) {
			host_segment(p, i);
			p->reason[p->n_reason++] = (struct reason){ i, strdup("not made for it") };
		}
	}
	return p;
}

int plan_compile(const struct graph *g, const struct core_config *config,
		 const struct plan_options *options, struct plan **out)
{
	(void)options;
	fake_plan_busy = true;
	*out = make_plan(g, config);
	fake_plan_busy = false;
	return 0;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	for (int i = 0; i < p->n_segment; i++) {
		free(p->segment[i].node);
		free(p->segment[i].in);
		free(p->segment[i].out);
		free(p->segment[i].cmd);
		free(p->segment[i].cmd_region);
		free(p->segment[i].cmd_layer);
	}
	for (int i = 0; i < p->n_reason; i++)
		free(p->reason[i].text);
	free(p->reason);
	/* The runtime makes plans for the host with the compiler's own stages. */
	if (p->net && p->net->g) {
		net_free(p->net);
	} else if (p->net) {
		free(p->net->layer);
		free(p->net);
	}
	free(p->constants);
	free(p->layer_order);
	free(p->layer_cycles);
	free(p->segment);
	free(p->region);
	free(p);
}

int plan_dump(const struct plan *plan, const char *stage, struct text *out)
{
	if (strcmp(stage, "emit"))
		return -EINVAL;
	text_printf(out, "%d segments\n", plan->n_segment);
	return text_error(out);
}
