/* SPDX-License-Identifier: MIT */
/*
 * The objects behind accel.h: device, model, program, job, buffer.  They count who holds them, so
 * that an application may free them in any order.
 */
#ifndef LIBACCEL_RUNTIME_H
#define LIBACCEL_RUNTIME_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "accel.h"
#include "backend.h"
#include "graph.h"
#include "plan.h"
#include "ref.h"

/*
 * Structures that start with `size`: hands `full` out to a caller who may know an older or a newer
 * one (-EINVAL: size is not set), and reads options, what is missing being 0.
 */
int sized_put(void *to, const void *full, size_t full_size);
int sized_get(void *to, size_t to_size, const void *from);

int64_t now_ns(void);		/* CLOCK_MONOTONIC */

/* ---- device.c, device_buffer.c ---- */

struct accel_device {
	atomic_int refs;
	char *uri;
	struct core_device *core;	/* NULL: the host alone */
	bool reference;			/* host:reference: node by node, in the graph's types */
	pid_t owner;
};

struct accel_device *device_get(struct accel_device *dev);

/*
 * Whether this is the process that opened the device.  A child of fork() has no thread of the core's,
 * locks as another thread had left them, and a file that is its parent's.  device_check(): -EPERM.
 */
bool device_ours(const struct accel_device *dev);
int device_check(const struct accel_device *dev);

struct accel_buffer {
	atomic_int refs;
	struct accel_device *dev;
	struct bo *bo;
};

struct accel_buffer *buffer_get(struct accel_buffer *buf);

/* ---- model.c ---- */

struct accel_model {
	atomic_int refs;
	struct graph *g;	/* as imported: not inferred, not sorted */
	struct value *in, *out;	/* types and shapes as far as they are known; no data */
};

struct accel_model *model_get(struct accel_model *m);

/* Takes the graph, also when it fails. */
int model_new(struct graph *g, struct accel_model **out);

/* The graph with all shapes.  It uses the model's constants: the model must live longer. */
int model_infer(const struct accel_model *m, struct graph **out);

/* ---- array.c ---- */

/*
 * Whether a file may be written here.  Files are written beside their place and renamed, which must
 * never replace a device such as /dev/null: -EINVAL for what is there and no regular file.
 */
int output_check(const char *path);

/* The value of an array that is dtype and shape; what: "input 'x'".  -EINVAL. */
int array_check(const struct accel_array *a, enum dtype dtype, const struct shape *shape,
		const char *what, const char *name);
size_t value_size(enum dtype dtype, const struct shape *shape);

/* ---- layout.c ---- */

/* Between the host's tensor (data) and the core's (place.offset bytes behind region). */
void layout_pack(const struct plan_port *p, const void *data, void *region);
void layout_unpack(const struct plan_port *p, const void *region, void *data);

/* ---- program.c ---- */

/* A place in the order of work: a job for the core, or one node on the host. */
struct step {
	int segment;
	int node;		/* -1: the segment is the core's */
	int layer;		/* its first, in program.layer */
};

/* What accel_program_layer() reports; the names are the graph's. */
struct layer_profile {
	struct accel_layer_profile public;
	uint64_t estimate;	/* cycles, at least 1 */
};

struct binding {
	struct accel_buffer *buf;
	size_t offset;
};

struct accel_program {
	atomic_int refs;
	struct accel_device *dev;
	struct accel_model *model;
	struct graph *g;
	struct plan *plan;
	/* Of a program whose layers run on the host, else NULL. */
	struct plan_place *place;	/* of each act */
	struct host_layer *host_layer;	/* of each layer */
	int n_step, n_layer;
	struct step *step;
	bool host_only;		/* as the application asked */
	int *last;		/* of each tensor: the last step that needs it on the host, or -1 */
	bool *on_core;		/* of each node */
	const char **reason;	/* of each node */

	/* Taken in turns: see turn_take(). */
	pthread_mutex_t lock;
	pthread_cond_t turn;
	uint64_t next, serving;
	bool held;		/* it is a turn, */
	pthread_t holder;	/* this thread's */

	/* For whose turn it is. */
	struct bo **region;	/* of each region of the plan; NULL: bound, or empty */
	struct binding *binding;	/* of each region; written with the lock held, too */
	struct bo *cmd;		/* all jobs' commands, */
	size_t *cmd_offset;	/* of each segment */
	bool relocated;		/* for where the regions are now; and then: */
	const struct bo **used;	/* all that jobs read or write */
	bool *used_write;
	struct bo_range *used_range;
	int n_used;
	struct layer_profile *layer;
	void (*progress)(void *ctx, int done, int total);
	void *progress_ctx;
};

struct accel_program *program_get(struct accel_program *p);

/* Who has drawn a number waits until it is called.  A number must be called off by turn_end(). */
uint64_t turn_draw(struct accel_program *p);
void turn_wait(struct accel_program *p, uint64_t number);
void turn_end(struct accel_program *p);

/*
 * Before one waits for a turn, or for a run: -EDEADLK when it is the calling thread's own, which is
 * in its progress function; -EPERM as device_check().
 */
int turn_check(struct accel_program *p);

/* program_host.c: a plan for the host, and where its acts lie; free(*place). */
struct host_layer;
int program_host_plan(const struct graph *g, const struct core_config *config,
		      const struct plan_options *options, struct plan **plan,
		      struct plan_place **place);

/* program_memory.c: device memory, commands and their addresses. */
int program_memory_init(struct accel_program *p);
void program_memory_exit(struct accel_program *p);
void program_relocate(struct accel_program *p);
void *program_region(const struct accel_program *p, int region);	/* where the host has it */

/* The port through which a graph's input or output meets the core; NULL: there is none. */
const struct plan_port *program_port(const struct accel_program *p, int region, bool in);

/* The region of a graph input or output, or -1. */
int program_io_region(const struct accel_program *p, int index, bool in);

/* program_steps.c: steps, lifetimes, layers, reasons. */
int program_steps_init(struct accel_program *p);
void program_steps_exit(struct accel_program *p);

/* ---- run.c, run_core.c, profile.c ---- */

/* One inference, for whose turn it is.  Inputs were checked. */
struct run {
	struct accel_program *p;
	struct value *value;	/* of each tensor; data NULL: not there (yet, or any more) */
	bool *owned;		/* of each tensor: data is the run's */
	bool *wanted;		/* of each tensor: an output that is not bound */
	uint64_t cycles;	/* of the core, up to now */
	int64_t start_ns;
	const struct run_watch *watch;
	int last_core;		/* the last step that is a job of the core, or -1 */
};

/*
 * For who wants to know when the core's last job of a run is submitted: fence is a sync_file
 * descriptor that is theirs now, or a negative errno with a message.
 */
struct run_watch {
	void (*submitted)(void *ctx, int fence);
	void *ctx;
};

/*
 * in: one per graph input; data NULL: bound.  out: one per graph output; what is not bound is
 * copied to its data when all went well.  watch: may be NULL.
 */
int run_program(struct accel_program *p, const struct value *in, const struct value *out,
		const struct run_watch *watch);
int run_alloc(struct run *r, int tensor);

/* run_host.c: the layers of a segment on the host. */
int program_host_init(struct accel_program *p);
void program_host_exit(struct accel_program *p);
int run_host_layers(struct run *r, const struct step *step);

/* Runs a job of the core, or its layers on the host, between packing and unpacking. */
int run_core(struct run *r, const struct step *step);
void run_progress(const struct run *r, int done);

void profile_host(struct run *r, int layer, int64_t start_ns);
void profile_core(struct run *r, const struct step *step, const struct core_result *result,
		  int64_t start_ns);

/* Useful multiplications of a node on the host. */
uint64_t profile_macs(const struct graph *g, const struct node *n);

#endif
