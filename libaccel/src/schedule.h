/* SPDX-License-Identifier: MIT */
/*
 * Layers to commands, in program order.  Buffers are rings: what is needed next goes behind what
 * was needed last, and the stream's hazards see to it that nothing is overwritten too early.  So
 * all overlap, within a layer and between layers, comes from the rings' sizes alone.
 */
#ifndef LIBACCEL_SCHEDULE_H
#define LIBACCEL_SCHEDULE_H

#include "emit.h"
#include "pack.h"
#include "plan.h"
#include "tile.h"

/* What passes from layer to layer of a job. */
struct schedule {
	const struct core_config *config;
	struct stream *stream;
	uint32_t ifm, wgt, ofm, par;	/* the rings' heads, in bytes; they wrap freely */
	unsigned half;			/* accumulators: the next half, */
	unsigned entry;			/* or the next entry of the ring of both */
	unsigned table;
};

/* A layer with all that the schedule has to know. */
struct work {
	const struct layer *l;
	const struct cut *cut;		/* LAYER_CONV */
	const struct packed *packed;
	struct plan_place in, res, out;
};

/* A layer of a job, as the stages before leave it. */
struct job_layer {
	const struct layer *l;
	int index;			/* in the net */
	struct choice choice;
	struct packed packed[2];	/* of each part */
	struct plan_place in, res, out;
};

/* Schedules layers in order and emits the segment's commands. */
int schedule_job(const struct core_config *config, const struct job_layer *layers, int n,
		 int n_region, const struct plan_region *region, struct plan_segment *segment);

void schedule_init(struct schedule *s, const struct core_config *config, struct stream *stream);

/* Adds a layer's commands.  Errors are the stream's. */
void schedule_conv(struct schedule *s, const struct work *w);
void schedule_copy(struct schedule *s, const struct work *w);

/* 0, or -ENOTSUP with the reason why LOAD or STORE cannot handle a place. */
int schedule_check_place(const struct plan_place *p, const char *what);

/* ---- schedule_load.c ---- */

/* Reads a box of a picture into a buffer. */
void load_box(struct schedule *s, enum space space, uint32_t dst, const struct plan_place *p,
	      int image, const struct box *b, int pad_value, bool pad_edge);

/* Rows of a window layout: for each of b->rows output rows, `taps` input rows interleaved. */
void load_window(struct schedule *s, uint32_t dst, const struct plan_place *p, int image,
		 const struct box *b, int in_step, int taps, int tap_step, int pad_value);

/* Reads constants: weights in tiles, or bytes for parameters and tables. */
void load_const(struct schedule *s, enum space space, uint32_t dst, uint32_t from, uint32_t bytes,
		uint32_t unit);

/* ---- schedule_store.c ---- */

/* Pixels of an output that lie on a grid, with a row of phases in each. */
struct store {
	int y0, step_y, rows;		/* output rows */
	int x0, step_x, cols;		/* output column of phase 0 */
	int phases;			/* neighbours in x */
	int ch, n_ch;
	uint32_t src, src_pitch_y, src_pitch_x, src_pitch_s;
};

/* Writes what lies inside the picture. */
void store_grid(struct schedule *s, const struct plan_place *p, int image, const struct store *t);

/* Reads the same pixels of a picture into the OFM buffer (residual operand; one phase). */
void load_grid(struct schedule *s, const struct plan_place *p, int image, const struct store *t);

#endif
