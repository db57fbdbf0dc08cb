/* SPDX-License-Identifier: MIT */
/* QuantizeLinear and DequantizeLinear. */
#include <errno.h>
#include <stdlib.h>

#include "error.h"
#include "onnx_import.h"

static void read_common(struct draft *d)
{
	d->attr.axis.axis = attr_int(d, "axis", 1);
	attr_ignore(d, "saturate");	/* of float8 */
	if (attr_int(d, "block_size", 0))
		draft_error(d, -ENOTSUP, "scales per block are not supported; use one per axis");
}

/* A zero point of zeroes says that the output is int8. */
static void add_int8_zero(struct draft *d)
{
	const struct tensor *scale = draft_const(d, 1);
	size_t n;
	void *zeroes;

	if (!scale) {
		draft_error(d, -ENOTSUP,
			    "output_dtype needs a constant scale; give a zero point instead");
		return;
	}
	n = (size_t)shape_count(&scale->shape);
	zeroes = calloc(n + 1, 1);
	if (zeroes) {
		d->in[2] = graph_add_const(d->import->g, NULL, DTYPE_I8, &scale->shape, zeroes);
		d->n_in = 3;
	}
	if (!zeroes || d->in[2] < 0)
		draft_error(d, -ENOMEM, "out of memory for %zu zero points", n);
	free(zeroes);
}

void convert_quantize(struct draft *d)
{
	int64_t dtype = attr_int(d, "output_dtype", 0);

	read_common(d);
	/* With a zero point, its type is the output's, and without both it is uint8. */
	if (d->err || d->n_in == 3 || !dtype || dtype == DTYPE_U8)
		return;
	if (dtype == DTYPE_I8)
		add_int8_zero(d);
	else
		draft_error(d, -ENOTSUP,
			    "output_dtype %s (%lld) is not supported; int8 and uint8 are",
			    onnx_dtype_name((int)dtype), (long long)dtype);
}

void convert_dequantize(struct draft *d)
{
	read_common(d);
}
