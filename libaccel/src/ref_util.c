/* SPDX-License-Identifier: MIT */
/* Small things that all operators use: messages, elements, axes, lists, broadcasting. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "ref_priv.h"

int ref_error(int err, const struct node *n, const char *format, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return error(err, "'%.200s' (%s): %s", n->name ? n->name : "", op_name(n->op), text);
}

struct ref_text ref_shape_text(const struct shape *s)
{
	struct ref_text t = { "scalar" };
	size_t used = 0;

	for (int i = 0; i < s->rank && used < sizeof(t.s); i++)
		used += (size_t)snprintf(t.s + used, sizeof(t.s) - used, "%s%" PRId64,
					 i ? "x" : "", s->dim[i]);
	return t;
}

int ref_check_dtype(const struct node *n, const struct value *const *in, int i,
		    unsigned int types)
{
	if (types >> in[i]->dtype & 1)
		return 0;
	return ref_error(-ENOTSUP, n, "input %d of type %s is not supported", i,
			 dtype_name(in[i]->dtype));
}

int ref_check_same(const struct node *n, const struct value *const *in, int i, int k)
{
	if (in[i]->dtype == in[k]->dtype)
		return 0;
	return ref_error(-EINVAL, n, "input %d is %s and input %d is %s; they must be the same", i,
			 dtype_name(in[i]->dtype), k, dtype_name(in[k]->dtype));
}

size_t ref_size(const struct value *v)
{
	return (size_t)shape_count(&v->shape) * dtype_size(v->dtype);
}

int64_t ref_load_int(const struct value *v, int64_t i)
{
	switch (v->dtype) {
	case DTYPE_I8:
		return ((const int8_t *)v->data)[i];
	case DTYPE_I32:
		return ((const int32_t *)v->data)[i];
	case DTYPE_I64:
		return ((const int64_t *)v->data)[i];
	default:
		return ((const uint8_t *)v->data)[i];
	}
}

void ref_store_int(struct value *v, int64_t i, int64_t x)
{
	switch (v->dtype) {
	case DTYPE_I8:
		((int8_t *)v->data)[i] = (int8_t)x;
		break;
	case DTYPE_I32:
		((int32_t *)v->data)[i] = (int32_t)x;
		break;
	case DTYPE_I64:
		((int64_t *)v->data)[i] = x;
		break;
	default:
		((uint8_t *)v->data)[i] = (uint8_t)x;
		break;
	}
}

double ref_load_real(const struct value *v, int64_t i)
{
	if (v->dtype == DTYPE_F32)
		return (double)((const float *)v->data)[i];
	if (v->dtype == DTYPE_F64)
		return ((const double *)v->data)[i];
	return (double)ref_load_int(v, i);
}

void ref_store_real(struct value *v, int64_t i, double x)
{
	if (v->dtype == DTYPE_F32)
		((float *)v->data)[i] = (float)x;
	else
		((double *)v->data)[i] = x;
}

int ref_axis(const struct node *n, int64_t attr, int rank, int *axis)
{
	if (attr < -rank || attr >= rank)
		return ref_error(-EINVAL, n, "axis %" PRId64 " of a tensor of rank %d", attr,
				 rank);
	*axis = (int)(attr < 0 ? attr + rank : attr);
	return 0;
}

int64_t ref_span(const struct shape *s, int first, int end)
{
	int64_t count = 1;

	for (int i = first; i < end; i++)
		count *= s->dim[i];
	return count;
}

int ref_ints(const struct node *n, const struct value *const *in, int i, const char *what, int max,
	     int64_t *to)
{
	const struct value *v = ref_in(n, in, i);

	if (!v)
		return REF_ABSENT;
	if (v->dtype != DTYPE_I64 && v->dtype != DTYPE_I32)
		return ref_error(-EINVAL, n, "%s are %s instead of int64", what,
				 dtype_name(v->dtype));
	if (v->shape.rank > 1 || shape_count(&v->shape) > max)
		return ref_error(-EINVAL, n, "%s have the shape %s; a list of at most %d is needed",
				 what, SHAPE(&v->shape), max);
	if (!v->data)
		return ref_error(-EINVAL, n,
				 "%s are computed while the model runs; make them constant", what);
	for (int64_t k = 0; k < shape_count(&v->shape); k++)
		to[k] = ref_load_int(v, k);
	return (int)shape_count(&v->shape);
}

/* The dimension of the other that stands over dimension i of an output of this rank. */
static int64_t aligned(const struct shape *s, int rank, int i)
{
	int k = i - (rank - s->rank);

	return k < 0 ? 1 : s->dim[k];
}

int ref_broadcast(const struct node *n, const struct shape *a, const struct shape *b,
		  struct shape *out)
{
	int rank = a->rank > b->rank ? a->rank : b->rank;
	struct shape s = { .rank = rank };

	for (int i = 0; i < rank; i++) {
		int64_t x = aligned(a, rank, i), y = aligned(b, rank, i);

		if (x != y && x != 1 && y != 1)
			return ref_error(-EINVAL, n, "the shapes %s and %s do not fit", SHAPE(a),
					 SHAPE(b));
		s.dim[i] = x == 1 ? y : x;
	}
	*out = s;
	return 0;
}

void ref_broadcast_steps(const struct shape *in, const struct shape *out, int64_t *step)
{
	int64_t count = 1;

	for (int i = out->rank - 1; i >= 0; i--) {
		int64_t dim = aligned(in, out->rank, i);

		step[i] = dim == 1 ? 0 : count;
		count *= dim;
	}
}

int64_t ref_row_offset(const struct shape *out, const int64_t *step, int64_t row)
{
	int64_t offset = 0;

	for (int i = out->rank - 2; i >= 0; i--) {
		offset += row % out->dim[i] * step[i];
		row /= out->dim[i];
	}
	return offset;
}
