/* SPDX-License-Identifier: MIT */
/*
 * Post-training quantisation: from a float graph to one in QDQ form.
 *
 * The result computes in int8 where the core can: activations have a scale and a zero point per
 * tensor, weights a scale per output channel (zero point 0), biases are int32 at the accumulator's
 * scale.  Everything is written as QuantizeLinear and DequantizeLinear around the float operators,
 * so that onnx_write() can save it and other programs can run it.
 *
 *	quant_fold.c	batch norms, factors and offsets go into the convolution before them
 *	quant_fuse.c	patterns that are one function get one operator
 *	quant_plan.c	which tensors become int8, and which of them share a scale
 *	quant_calib.c	runs the samples
 *	quant_range.c	ranges from what was seen
 *	quant_weights.c, quant_rewrite.c	the new nodes
 */
#ifndef LIBACCEL_QUANT_H
#define LIBACCEL_QUANT_H

#include "graph.h"
#include "ref.h"

/*
 * How the range of an activation follows from the values that the samples gave it:
 * minmax: all of them.  percentile: all but the outermost (100 - percentile)/2 percent on either
 * side.  entropy: the range whose 256 steps lose least information (Kullback-Leibler) about the
 * distribution.
 */
enum quant_range { QUANT_RANGE_MINMAX, QUANT_RANGE_PERCENTILE, QUANT_RANGE_ENTROPY };

struct quant_options {
	enum quant_range range;
	double percentile;	/* 99.99 when 0 */
	/* Called after each sample with the number done; non-zero stops with -ECANCELED.  May be
	 * NULL. */
	int (*progress)(void *ctx, int done, int total);
	void *ctx;
};

/*
 * g: a graph as imported, or after graph_infer(); it is not changed.  samples: `count` sets of
 * inputs, each as many values as g has inputs, one set behind the other; where g leaves dims open,
 * sets may differ in them.
 *
 * *out has the inputs and outputs of g, with the same names, and shapes as open as g's; it shares
 * nothing with g.  As after an import, graph_infer() comes next.
 *
 * -EINVAL: no samples; they do not fit; g is quantised already, or has nothing to quantise; a value
 * becomes infinite.  -ECANCELED: progress() said so.
 *
 * Memory: two copies of the constants, the activations of one run, 64 KiB per quantised tensor
 * unless the range is minmax.
 */
int quant_graph(const struct graph *g, const struct value *samples, int count,
		const struct quant_options *options, struct graph **out);

#endif
