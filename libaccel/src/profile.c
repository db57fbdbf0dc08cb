/* SPDX-License-Identifier: MIT */
/* What layers took: from the core's performance records, and the host's clock. */
#include <errno.h>

#include "error.h"
#include "runtime.h"

#define BEAT 16		/* bytes */

/* Numbers of the performance record, theory-of-operation.md. */
enum {
	PERF_CYCLES = 1,
	PERF_LOAD = 3,
	PERF_POST,
	PERF_OTHER,
	PERF_IDLE,
	PERF_WEIGHTS,
	PERF_READ = 9,
	PERF_WRITTEN,
};

static uint64_t conv_macs(const struct graph *g, const struct node *n)
{
	int weights = n->op == OP_QLINEAR_CONV ? 3 : 1;
	struct ref_conv c;
	uint64_t pixels = 1, taps = 1;

	if (ref_conv_geometry(n, &g->tensor[n->in[0]].shape, &g->tensor[n->in[weights]].shape, &c))
		return 0;
	for (int i = 0; i < 3; i++) {
		pixels *= (uint64_t)(c.transposed ? c.in[i] : c.out[i]);
		taps *= (uint64_t)c.kernel[i];
	}
	return (uint64_t)c.batch * pixels * taps * (uint64_t)c.in_channels *
	       (uint64_t)c.out_channels / (uint64_t)c.group;
}

/* Every output is a sum over the first operand's inner dimension. */
static uint64_t matrix_macs(const struct graph *g, const struct node *n)
{
	const struct shape *a = &g->tensor[n->in[0]].shape;
	bool across = n->op == OP_GEMM && n->attr.gemm.trans_a;

	return (uint64_t)shape_count(&g->tensor[n->out[0]].shape) *
	       (uint64_t)a->dim[across ? 0 : a->rank - 1];
}

uint64_t profile_macs(const struct graph *g, const struct node *n)
{
	switch (n->op) {
	case OP_CONV:
	case OP_CONV_INTEGER:
	case OP_CONV_TRANSPOSE:
	case OP_QLINEAR_CONV:
		return conv_macs(g, n);
	case OP_GEMM:
	case OP_MATMUL:
	case OP_QLINEAR_MATMUL:
		return matrix_macs(g, n);
	default:
		return 0;
	}
}

void profile_host(struct run *r, int layer, int64_t start_ns)
{
	struct accel_layer_profile *l = &r->p->layer[layer].public;

	l->start_cycle = r->cycles;
	l->start_ns = (uint64_t)(start_ns - r->start_ns);
	l->time_ns = (uint64_t)(now_ns() - start_ns);
}

/* A job's number, divided so that the parts' sum is the whole. */
struct part {
	uint64_t before, after, all;
};

static uint64_t upto(uint64_t whole, uint64_t part, uint64_t all)
{
	return part == all ? whole : (uint64_t)((double)whole * ((double)part / (double)all));
}

static uint64_t part_of(uint64_t whole, const struct part *p)
{
	return upto(whole, p->after, p->all) - upto(whole, p->before, p->all);
}

static void profile_layer(struct accel_layer_profile *l, const uint64_t *perf, uint64_t time_ns,
			  const struct part *p)
{
	l->cycles = part_of(perf[PERF_CYCLES], p);
	l->stall_load = part_of(perf[PERF_LOAD], p);
	l->stall_post = part_of(perf[PERF_POST], p);
	l->stall_other = part_of(perf[PERF_OTHER], p);
	l->stall_idle = part_of(perf[PERF_IDLE], p);
	l->stall_weights = part_of(perf[PERF_WEIGHTS], p);
	l->bytes_read = part_of(perf[PERF_READ], p) * BEAT;
	l->bytes_written = part_of(perf[PERF_WRITTEN], p) * BEAT;
	l->time_ns = part_of(time_ns, p);
}

void profile_core(struct run *r, const struct step *step, const struct core_result *result,
		  int64_t start_ns)
{
	const int n = r->p->plan->segment[step->segment].n_layer;
	struct layer_profile *layer = &r->p->layer[step->layer];
	uint64_t time_ns = (uint64_t)(now_ns() - start_ns);
	struct part p = { 0, 0, 0 };

	for (int i = 0; i < n; i++)
		p.all += layer[i].estimate;
	for (int i = 0; i < n; i++) {
		struct accel_layer_profile *l = &layer[i].public;

		p.after = i == n - 1 ? p.all : p.before + layer[i].estimate;
		l->start_cycle = r->cycles + upto(result->perf[PERF_CYCLES], p.before, p.all);
		l->start_ns = (uint64_t)(start_ns - r->start_ns) + upto(time_ns, p.before, p.all);
		profile_layer(l, result->perf, time_ns, &p);
		p.before = p.after;
	}
	r->cycles += result->perf[PERF_CYCLES];
}

int accel_program_layer_count(const struct accel_program *prog)
{
	return prog->n_layer;
}

int accel_program_layer(const struct accel_program *prog, int index,
			struct accel_layer_profile *profile)
{
	struct accel_program *p = (struct accel_program *)prog;
	struct accel_layer_profile l;
	int err = turn_check(p);

	if (err)
		return err;
	if (index < 0 || index >= p->n_layer)
		return error(-EINVAL, "the program has no layer %d; it has %d", index, p->n_layer);
	turn_wait(p, turn_draw(p));
	l = p->layer[index].public;
	turn_end(p);
	return sized_put(profile, &l, sizeof(l));
}
