/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accel.h"
#include "error.h"
#include "model_change.h"
#include "noise.h"
#include "onnx.h"
#include "onnx_write.h"

int noise_write(const struct shape *s, uint64_t seed, const char *path)
{
	struct accel_array a = { .dtype = ACCEL_FLOAT32, .rank = s->rank };
	int64_t n = shape_count(s);
	float *v;
	int err;

	if (n < 0 || n > INT64_C(1) << 28)
		return error(-EFBIG, "a shape of more than 2^28 numbers");
	v = malloc((size_t)n * sizeof(*v) + 1);
	if (!v)
		return error(-ENOMEM, "out of memory for %lld numbers", (long long)n);
	for (int64_t i = 0; i < n; i++)
		v[i] = noise_normal(&seed);
	memcpy(a.dim, s->dim, sizeof(a.dim));
	a.data = v;
	a.data_size = (size_t)n * sizeof(*v);
	err = accel_array_save(path, &a);
	free(v);
	return err;
}

/* What the file says of other tensors holds for its own batch. */
static void forget_shapes(struct graph *g)
{
	for (int i = 0; i < g->n_tensor; i++)
		if (!g->tensor[i].data) {
			g->tensor[i].shape.rank = -1;
			g->tensor[i].shape_known = false;
		}
}

static int set_shapes(struct graph *g, const struct shape *s)
{
	forget_shapes(g);
	for (int i = 0; i < g->n_in; i++)
		g->tensor[g->in[i]].shape = s[i];
	return graph_infer(g, s);
}

static int set_batch(struct graph *g, int64_t count)
{
	struct shape *s = calloc((size_t)g->n_in + 1, sizeof(*s));
	int err = 0;

	if (!s)
		return error(-ENOMEM, "out of memory for %d shapes", g->n_in);
	for (int i = 0; !err && i < g->n_in; i++) {
		s[i] = g->tensor[g->in[i]].shape;
		if (s[i].rank < 1)
			err = error(-EINVAL, "the input '%s' has no first dim",
				    g->tensor[g->in[i]].name);
		s[i].dim[0] = count;
	}
	if (!err)
		err = set_shapes(g, s);
	free(s);
	return err;
}

int batch_write(const char *from, int64_t count, const char *path)
{
	struct graph *g = NULL;
	int err = onnx_load(from, &g);

	if (err)
		return err;
	err = set_batch(g, count);
	if (err)
		error_in(err, "%s with a batch of %lld", from, (long long)count);
	if (!err)
		err = onnx_write(g, path);
	graph_free(g);
	return err;
}

int shape_write(const char *from, const struct shape *s, const char *path)
{
	struct graph *g = NULL;
	int err = onnx_load(from, &g);

	if (err)
		return err;
	err = g->n_in == 1 ? set_shapes(g, s) :
	      error(-EINVAL, "it has %d inputs; only a model of one can be given a shape", g->n_in);
	if (err)
		error_in(err, "%s in another shape", from);
	if (!err)
		err = onnx_write(g, path);
	graph_free(g);
	return err;
}
