/* SPDX-License-Identifier: MIT */
/* Runs the samples through the float graph and notes what the quantised tensors become. */
#include <stdlib.h>

#include "error.h"
#include "quant_priv.h"

/* The graph with the shapes of one sample; kept as long as the next has the same. */
struct sized {
	struct graph *g;
	const struct value *in;		/* of the sample that it was made for */
	struct value *out;
};

static void sized_free(struct sized *s)
{
	for (int i = 0; s->out && i < s->g->n_out; i++)
		free(s->out[i].data);
	free(s->out);
	graph_free(s->g);
	*s = (struct sized){ 0 };
}

static bool fits(const struct sized *s, const struct value *in)
{
	for (int i = 0; s->g && i < s->g->n_in; i++)
		if (!shape_equal(&s->in[i].shape, &in[i].shape))
			return false;
	return s->g;
}

static int alloc_outputs(struct sized *s)
{
	s->out = calloc((size_t)s->g->n_out + 1, sizeof(*s->out));
	for (int i = 0; s->out && i < s->g->n_out; i++) {
		const struct tensor *t = &s->g->tensor[s->g->out[i]];
		size_t size = (size_t)shape_count(&t->shape) * dtype_size(t->dtype);

		s->out[i] = (struct value){ t->dtype, t->shape, malloc(size + 1) };
		if (!s->out[i].data)
			return error(-ENOMEM, "out of memory for the output '%s'", t->name);
	}
	return s->out ? 0 : error(-ENOMEM, "out of memory for %d outputs", s->g->n_out);
}

static int infer(struct graph *g, const struct value *in)
{
	struct shape *shape = calloc((size_t)g->n_in + 1, sizeof(*shape));
	int err;

	if (!shape)
		return error(-ENOMEM, "out of memory for %d shapes", g->n_in);
	for (int i = 0; i < g->n_in; i++)
		shape[i] = in[i].shape;
	err = graph_infer(g, shape);
	free(shape);
	return err;
}

static int sized_make(struct sized *s, const struct graph *g, const struct value *in)
{
	int err;

	if (fits(s, in))
		return 0;
	if (s->g)
		sized_free(s);
	err = quant_clone(g, true, &s->g);
	if (!err)
		err = infer(s->g, in);
	if (!err)
		err = alloc_outputs(s);
	if (err && s->g)
		sized_free(s);
	s->in = in;
	return err;
}

static int note_value(void *ctx, int tensor, const struct value *v)
{
	struct quant *q = ctx;
	int err;

	if (tensor >= q->n_tensor || !q->t[tensor].quantised)
		return 0;
	err = quant_see(&q->t[tensor].seen, v->data, shape_count(&v->shape),
			q->options.range != QUANT_RANGE_MINMAX);
	return err ? error_in(err, "tensor '%s'", q->g->tensor[tensor].name) : 0;
}

/*
 * What follows from shapes alone is folded once those are known: no node makes it any more, so that a
 * run does not show it.
 */
static int note_folded(struct quant *q, const struct graph *g)
{
	int err = 0;

	for (int i = 0; !err && i < q->n_tensor; i++) {
		const struct tensor *t = &g->tensor[i];

		if (t->data)
			err = note_value(q, i, &(struct value){ t->dtype, t->shape, (void *)t->data });
	}
	return err;
}

static int run_samples(struct quant *q, struct sized *s)
{
	for (int i = 0; i < q->count; i++) {
		const struct value *in = q->samples + (size_t)i * (size_t)q->g->n_in;
		int err = sized_make(s, q->g, in);

		if (!err)
			err = note_folded(q, s->g);
		if (!err)
			err = ref_run_observed(s->g, in, s->out, note_value, q);
		if (err)
			return error_in(err, "sample %d", i);
		if (q->options.progress && q->options.progress(q->options.ctx, i + 1, q->count))
			return error(-ECANCELED, "the quantisation was stopped");
	}
	return 0;
}

int quant_calibrate(struct quant *q)
{
	struct sized s = { 0 };
	int err = run_samples(q, &s);

	if (s.g)
		sized_free(&s);
	for (int i = 0; i < q->n_tensor; i++) {
		struct quant_seen *seen = &q->t[i].seen;
		float lo, hi;

		if (!err && q->t[i].quantised) {
			quant_range(seen, &q->options, &lo, &hi);
			seen->lo = lo;
			seen->hi = hi;
		}
		free(seen->bin);
		seen->bin = NULL;
	}
	return err;
}

/* Types and shapes as the first sample gives them. */
int quant_describe(struct quant *q)
{
	struct sized s = { 0 };
	int err = sized_make(&s, q->g, q->samples);

	for (int i = 0; !err && i < q->n_tensor; i++) {
		q->t[i].dtype = s.g->tensor[i].dtype;
		q->t[i].shape = s.g->tensor[i].shape;
	}
	if (s.g)
		sized_free(&s);
	return err ? error_in(err, "sample 0") : 0;
}
