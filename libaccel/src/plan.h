/* SPDX-License-Identifier: MIT */
/*
 * What the compiler hands to the runtime: segments in the order of execution, each either graph
 * nodes for the host or one job for the core, and the memory that the jobs use.
 *
 * Memory of the core is a few regions; the runtime makes a buffer object for each, at whatever
 * virtual address the device gives it, and adds that address to the commands (plan_relocate()).
 * Threading: a plan is not changed after plan_compile().
 */
#ifndef LIBACCEL_PLAN_H
#define LIBACCEL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend.h"
#include "drm/fcn_accel_cmd.h"
#include "graph.h"
#include "layer.h"

/* Regions of the core's memory.  From PLAN_IO on: one for each input or output of the graph. */
enum {
	PLAN_CONST,		/* weights, parameters, tables: plan.constants; read only */
	PLAN_ARENA,		/* activations between layers and segments */
	PLAN_IO,
	PLAN_REGION_MAX = 250,
	PLAN_NO_REGION = 255,
};

/*
 * A tensor in a region: int8, NHWC.  Channel c of pixel (n, y, x) is the byte at offset +
 * n * image_pitch + y * row_pitch + x * pixel_pitch + c.  Bytes of a pixel behind the last channel
 * are unused, or belong to other tensors of a concatenation: leave them alone.
 */
struct plan_place {
	uint8_t region;
	uint32_t offset;
	uint32_t pixel_pitch, row_pitch, image_pitch;
	int n, h, w, c;
	float scale;		/* real = (value - zero_point) * scale */
	int zero_point;		/* -128..127 */
};

/*
 * Where host and core meet.  The host's tensor is dense and in ONNX's order (N, C, H, W), or
 * (N, C) with h = w = 1.  Going in, the host packs it into the place; coming out, it unpacks:
 *   float32: quantised as QuantizeLinear does (or dequantised), with the place's scale and zero
 *            point: the node itself is not run by anybody;
 *   int8:    copied;  uint8: copied with 128 subtracted (or added).
 */
struct plan_port {
	int tensor;		/* the host's, in the graph */
	enum dtype dtype;
	struct plan_place place;
};

struct plan_region {
	uint32_t bytes;
	int tensor;		/* PLAN_IO and on: the graph's input or output; else -1 */
	bool written;		/* by the core */
};

struct plan_segment {
	bool on_core;
	int n_node;
	int *node;		/* host: to be run in this order.  core: what the job computes */

	/* The rest: core only. */
	int n_in, n_out;
	struct plan_port *in, *out;
	uint32_t n_cmd;
	struct fcn_cmd *cmd;	/* addresses count from the start of their region */
	uint8_t *cmd_region;	/* PLAN_NO_REGION: the command has no address */
	int *cmd_layer;		/* layer of plan.net; the layers of a job overlap */
	int first_layer, n_layer;	/* in plan.layer_order */
	uint64_t cycles;	/* the cost model's estimate */
};

struct plan {
	struct core_config config;
	const struct graph *g;	/* the caller's; must outlive the plan */
	struct net *net;
	int n_layer;
	int *layer_order;	/* layers of the net, in the order of execution */
	uint64_t *layer_cycles;	/* estimate, of each layer of the net */
	int n_segment, n_region;
	struct plan_segment *segment;
	struct plan_region *region;
	uint8_t *constants;	/* region[PLAN_CONST].bytes */
	int n_reason;
	struct reason *reason;	/* why nodes are not on the core; at most one per node */
	uint64_t arena_peak;	/* bytes of region[PLAN_ARENA] */
	uint64_t arena_total;	/* what it would be without reuse */
};

struct plan_options {
	bool layer_jobs;	/* a segment for each layer, for a profile by layer */
	bool host_only;		/* everything on the host */
};

/*
 * Compiles.  The graph must have all its shapes.  config NULL: everything on the host.
 * options NULL: none.  A node that the core cannot do is no error.
 */
int plan_compile(const struct graph *g, const struct core_config *config,
		 const struct plan_options *options, struct plan **out);
void plan_free(struct plan *plan);

/* Copies a segment's commands to `to` with va[region] added to their addresses. */
void plan_relocate(const struct plan_segment *s, const uint32_t *va, struct fcn_cmd *to);

/* stage: "lower", "partition", "schedule", "allocate" or "emit"; -EINVAL: another. */
struct text;
int plan_dump(const struct plan *plan, const char *stage, struct text *out);

#endif
