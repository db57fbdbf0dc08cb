/* SPDX-License-Identifier: MIT */
/*
 * libaccel: runs ONNX models on the fcnaccel convolution core; the host does what the core cannot.
 *
 *     struct accel_device *dev;
 *     struct accel_model *model;
 *     struct accel_program *prog;
 *
 *     accel_device_open("auto", &dev);
 *     accel_model_load("unet.onnx", &model);
 *     accel_compile(model, dev, NULL, &prog);
 *     accel_run(prog, inputs, outputs);
 *
 * Conventions
 *  - Functions that return int return 0 or a positive result, or a negative errno;
 *    accel_error_message() then says what was wrong and what to do.  -ENOMEM may be anywhere.
 *  - Objects are made by functions with a last argument `struct accel_… **`, which is set to NULL
 *    on failure, and are freed by the function named beside them; freeing NULL does nothing.  A
 *    program keeps its device and model alive, a job its program, a buffer its device: they may be
 *    freed in any order.
 *  - Structures that start with `size` are filled by the caller with sizeof(*s), so that they can
 *    grow: what a caller does not know of counts as 0, or is not written.
 *  - Threads: different objects may be used by different threads at the same time.  A device may be
 *    used by several threads at once.  A model that is not being changed may be read by several.
 *    A program runs one inference at a time; further callers wait, in the order of their calls.
 *  - fork(): a device, and what was made with it (programs, jobs, buffers), stays with the process
 *    that opened it.  In a child, functions that would use the device, its memory or a run, or wait,
 *    fail with -EPERM (accel_buffer_map(): NULL), and freeing does nothing; those that only say what
 *    was known before (accel_device_get_info(), accel_program_node() and the like) work.  The child
 *    may open a device of its own.  Models are memory like any other.
 */
#ifndef ACCEL_H
#define ACCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What this header declares is all that the shared library shows. */
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

#define ACCEL_MAX_RANK 8

/* "1.0.0". */
const char *accel_version(void);

/*
 * One line about the last failure in the calling thread; valid until the thread's next failing
 * call; "" before the first.
 */
const char *accel_error_message(void);

/* ---- tensors in host memory ---- */

/* Numbers are ONNX's TensorProto.DataType. */
enum accel_dtype {
	ACCEL_FLOAT32 = 1,
	ACCEL_UINT8 = 2,
	ACCEL_INT8 = 3,
	ACCEL_INT32 = 6,
	ACCEL_INT64 = 7,
	ACCEL_BOOL = 9,
	ACCEL_FLOAT64 = 11,
};

/* Bytes of an element; 0 for an unknown type. */
size_t accel_dtype_size(enum accel_dtype dtype);

/* "float32", …; "unknown" for an unknown type. */
const char *accel_dtype_name(enum accel_dtype dtype);

/*
 * What a model says of an input or output.  dim: N, C, H, W for pictures; -1 where the model leaves
 * it open, or where it depends on an input's dim that is open.  rank -1: not even that is known.
 * dtype 0: an output's, as long as an input's dim is open and the file does not say.
 */
struct accel_tensor_info {
	size_t size;
	const char *name;	/* owned by the model */
	enum accel_dtype dtype;
	int rank;
	int64_t dim[ACCEL_MAX_RANK];
};

/* An array, row-major and dense.  data is owned by the caller; data_size is its size in bytes. */
struct accel_array {
	enum accel_dtype dtype;
	int rank;
	int64_t dim[ACCEL_MAX_RANK];
	void *data;
	size_t data_size;
};

/*
 * Reads and writes NumPy .npy files (C order).  array->data of a read is freed with free().  A file
 * appears whole or not at all, and replaces regular files only.  -EINVAL: not such a file;
 * -ENOTSUP: Fortran order, or a type that is not above; -errno of open().
 */
int accel_array_load(const char *path, struct accel_array *array);
int accel_array_save(const char *path, const struct accel_array *array);

/* ---- devices ---- */

/*
 * Where a program runs, by URI:
 *   auto                 the first drm: device that can be opened, or host:, whatever the reason;
 *                        drm: says it
 *   drm:[PATH]           a device of the kernel driver fcn_accel, such as /dev/accel/accel0; without
 *                        a path the first one that can be opened
 *   rtl:[OPTIONS]        the Verilated core, in process
 *   model:[OPTIONS]      the functional model of the core, in process
 *   host:                the host's processor, with results equal to the core's
 *   host:reference       the same node by node, as ONNX defines them: float where the model is
 *                        float between DequantizeLinear and QuantizeLinear
 *   host:kernels=NAMES   only these ways to compute a convolution, with + between them: plain,
 *                        depthwise, pointwise, vnni (x86 with AVX-512 VNNI), xnnpack (if the build
 *                        has it); all give the same bytes, and a layer takes the fastest
 * OPTIONS are separated by commas: array=RxC (16x16), and for rtl: memory=ideal|ddr|random (ddr),
 * seed=N, waves=FILE.
 * -ENODEV: no such device; -EACCES: one, but not for this user; -EINVAL: the URI is malformed or
 * names something that this build does not have; -ENOTSUP: a driver of another age.
 */
struct accel_device;
int accel_device_open(const char *uri, struct accel_device **dev);
void accel_device_close(struct accel_device *dev);

/*
 * Calls fn for every device that could be opened, until fn returns non-zero, which is then
 * returned.
 */
int accel_device_list(int (*fn)(void *ctx, const char *uri, const char *description), void *ctx);

struct accel_device_info {
	size_t size;
	const char *uri;		/* owned by the device */
	const char *description;	/* owned by the device */
	bool has_core;			/* false for host: */
	bool cycles_real;		/* profiles have cycles of the Verilog or of hardware */
	unsigned rows, cols;		/* of the systolic array; 0 without a core, and likewise: */
	unsigned lanes;			/* outputs that it requantises in a cycle */
	size_t ifm_bytes, weight_bytes, ofm_bytes, parameter_bytes;	/* on-chip buffers */
	unsigned accumulator_entries;	/* of one half */
	unsigned version_major, version_minor;
};
int accel_device_get_info(const struct accel_device *dev, struct accel_device_info *info);

/* ---- models ---- */

/*
 * Loads an ONNX file, opset 7 to 22: float, QDQ or QLinear form.  The file stays mapped as long as
 * the model or a program made from it lives; who truncates it meanwhile ends the process.
 * -EBADMSG: not an ONNX file, or damaged; -EINVAL: it contradicts itself; -ENOTSUP: names the node
 * and operator that is not supported; -errno of open().
 */
struct accel_model;
int accel_model_load(const char *path, struct accel_model **model);

/* The same from memory, which is copied. */
int accel_model_load_memory(const void *data, size_t size, struct accel_model **model);
void accel_model_free(struct accel_model *model);

/* -EINVAL: there is no input or output `index`. */
int accel_model_input_count(const struct accel_model *model);
int accel_model_output_count(const struct accel_model *model);
int accel_model_input(const struct accel_model *model, int index, struct accel_tensor_info *info);
int accel_model_output(const struct accel_model *model, int index, struct accel_tensor_info *info);

/*
 * Fixes the shape of an input whose dims are open, before compiling.  Once all inputs have their
 * shape, those of the outputs are known.  -EINVAL: contradicts the model, which stays as it was.
 */
int accel_model_set_input_shape(struct accel_model *model, int index, int rank,
				const int64_t *dim);

/* Writes the model as ONNX; all its shapes must be known.  The file appears whole or not at all. */
int accel_model_save(const struct accel_model *model, const char *path);

enum accel_range { ACCEL_RANGE_MINMAX, ACCEL_RANGE_PERCENTILE, ACCEL_RANGE_ENTROPY };

struct accel_quantize_options {
	size_t size;
	enum accel_range range;		/* how activations' ranges are found */
	double percentile;		/* 99.99 when 0 */
	/*
	 * Called after each sample with the number done; returning non-zero stops with -ECANCELED.
	 * May be NULL.
	 */
	int (*progress)(void *ctx, int done, int total);
	void *ctx;
};

/*
 * Post-training quantisation of a float model: int8 activations per tensor, int8 weights per output
 * channel.
 * samples: `count` sets of inputs, each as many arrays as the model has inputs, one set behind the
 * other.
 * The result is a new model in QDQ form.
 */
int accel_model_quantize(const struct accel_model *model, const struct accel_array *samples,
			 int count, const struct accel_quantize_options *options,
			 struct accel_model **quantized);

/* ---- programs ---- */

struct accel_program;

struct accel_compile_options {
	size_t size;
	bool host_only;		/* do not use the core even if the device has one */
	/*
	 * A job of its own for every layer, for a profile by layer.  Layers then do not overlap,
	 * which takes a little longer.
	 */
	bool layer_jobs;
};

/*
 * Compiles for a device.  options may be NULL.  Nodes that the core cannot do run on the host; see
 * accel_program_node().  -EINVAL: an input's shape is open.
 */
int accel_compile(const struct accel_model *model, struct accel_device *dev,
		  const struct accel_compile_options *options, struct accel_program **prog);
void accel_program_free(struct accel_program *prog);

/* Where a node of the model runs, and why not on the core. */
struct accel_node_info {
	size_t size;
	const char *name, *op;	/* owned by the program, and likewise: */
	bool on_core;
	const char *reason;	/* "" on the core */
};
int accel_program_node_count(const struct accel_program *prog);
int accel_program_node(const struct accel_program *prog, int index, struct accel_node_info *info);

struct accel_program_info {
	size_t size;
	int jobs;		/* that the core runs for one inference */
	uint64_t commands;	/* of all jobs */
	/* Device memory, in bytes: weights and parameters; between layers; inputs and outputs. */
	uint64_t constant_bytes, arena_bytes, io_bytes;
	uint64_t arena_without_reuse;	/* what arena_bytes would be if nothing shared memory */
	uint64_t cycles;	/* the compiler's estimate for all jobs */
};
int accel_program_get_info(const struct accel_program *prog, struct accel_program_info *info);

/*
 * Writes a stage of the compilation as text.  stage: import, lower, partition, schedule, allocate,
 * emit.  -EINVAL: another.
 */
int accel_program_dump(const struct accel_program *prog, const char *stage, FILE *out);

/*
 * Runs once and waits.  inputs and outputs: as many arrays as the model has, in its order; dtype
 * and dims must match (an output's data_size may be larger than it needs).  Outputs are written
 * only on success.
 * -EINVAL: names the array that does not fit; -EIO: the core reported a bus error, or stood still;
 * -EFAULT: an MMU fault; -EPROTO: the core refused a command; -ENODEV: the device is gone.
 */
int accel_run(struct accel_program *prog, const struct accel_array *inputs,
	      const struct accel_array *outputs);

/*
 * Starts a run and returns.  inputs are copied before the return; outputs are written by
 * accel_job_wait(), from the thread that calls it.
 * accel_job_free() of a job that runs waits for it.
 */
struct accel_job;
int accel_submit(struct accel_program *prog, const struct accel_array *inputs,
		 const struct accel_array *outputs, struct accel_job **job);

/*
 * Waits until CLOCK_MONOTONIC is timeout_ns (INT64_MAX: for ever).  0: done; -ETIMEDOUT; or the
 * run's error, each time it is asked.  Outputs are written by the first wait that returns 0.
 */
int accel_job_wait(struct accel_job *job, int64_t timeout_ns);

/*
 * A sync_file descriptor that signals when the core is done with the run, owned by the caller; its
 * error is the run's.  Waits until the core's last job of the run is submitted: not long unless
 * other runs, or nodes on the host, come before it.  -ENOTSUP except on drm:; or the run's error.
 */
int accel_job_fence(struct accel_job *job);
void accel_job_free(struct accel_job *job);

/*
 * fn is called while a run lasts, from the thread that runs (of accel_submit(): a thread of the
 * library's), with the layers done of all: after each layer that runs on the host, and at least
 * every 100 ms while the core works.  fn NULL: no one.  Waits for runs that were started before, and
 * holds for those that start behind it; called by fn it holds at once, for the rest of the run too.
 * Then the one before is not called any more.
 * fn may start runs of the program (accel_submit()), but what waits for the program - a run, a job, a
 * profile, a binding - fails with -EDEADLK there, and it must not free a job or the program.
 */
void accel_program_on_progress(struct accel_program *prog,
			       void (*fn)(void *ctx, int done, int total), void *ctx);

/*
 * What a layer of the last run took.  Layers of one job overlap, and the core measures jobs:
 * unless a program was compiled with layer_jobs, a job's numbers are divided among its layers in
 * the proportion of the compiler's estimates, and `divided` says so.
 */
struct accel_layer_profile {
	size_t size;
	const char *name, *op;		/* owned by the program */
	bool on_core;
	bool divided;
	uint64_t macs;			/* useful ones: inserted zeros are never counted */
	uint64_t cycles;		/* an estimate on model:, 0 on the host */
	uint64_t estimated_cycles;	/* the compiler's estimate; 0 on the host */
	uint64_t start_cycle;		/* of the core, since the run's start */
	uint64_t bytes_read, bytes_written;
	/* Cycles in which the array did nothing, by cause. */
	uint64_t stall_load, stall_post, stall_other, stall_idle, stall_weights;
	uint64_t start_ns, time_ns;	/* host time; start_ns since the run's start */
};

/*
 * -EINVAL: there is no layer `index`.  Before the first run all numbers are 0 but macs and
 * estimated_cycles, which the compiler knows.
 */
int accel_program_layer_count(const struct accel_program *prog);
int accel_program_layer(const struct accel_program *prog, int index,
			struct accel_layer_profile *profile);

/* ---- device memory ---- */

/*
 * Memory that the core reads and writes; created zeroed.  -ENOTSUP: the device has no core.
 * Import takes a dma-buf (drm: only, else -ENOTSUP); the descriptor stays the caller's.
 */
struct accel_buffer;
int accel_buffer_create(struct accel_device *dev, size_t size, struct accel_buffer **buf);
int accel_buffer_import(struct accel_device *dev, int dmabuf_fd, struct accel_buffer **buf);
int accel_buffer_export(struct accel_buffer *buf);	/* a new dma-buf descriptor, or -ENOTSUP */
/*
 * Valid until the buffer is freed.  NULL: an import whose exporter does not let it be mapped, or a
 * child of fork() asks.
 */
void *accel_buffer_map(struct accel_buffer *buf);
size_t accel_buffer_size(const struct accel_buffer *buf);
void accel_buffer_free(struct accel_buffer *buf);	/* a program that it is bound to keeps it */

/*
 * Lets a program take input, or leave output, number `index` in a buffer in the core's own layout:
 * int8, rows of pixels of pixel_pitch bytes, channels dense in a pixel.  Where only the channels of
 * a pixel are written, what lies between stays as it is.
 * From the call that runs the program until the one that waits for its end the host leaves what is
 * bound alone; where the driver copies what the core reads and writes (bounce buffers), the whole of
 * each buffer.
 * offset: a multiple of 64.  buf NULL returns to arrays; the arrays given for bound inputs and
 * outputs are ignored.
 * -ENOTSUP: the input or output is the host's business: there is no core, or the node that reads or
 * writes it does not run on the core; or an input is quantised in several ways for the core, or is an
 * output too.
 */
struct accel_io_layout {
	size_t size;
	int64_t images, height, width, channels;
	size_t image_pitch, row_pitch, pixel_pitch, bytes;	/* pixel_pitch >= channels */
	float scale;				/* real = (value - zero_point) * scale */
	int zero_point;
};
int accel_program_input_layout(const struct accel_program *prog, int index,
			       struct accel_io_layout *layout);
int accel_program_output_layout(const struct accel_program *prog, int index,
				struct accel_io_layout *layout);
int accel_program_bind_input(struct accel_program *prog, int index, struct accel_buffer *buf,
			     size_t offset);
int accel_program_bind_output(struct accel_program *prog, int index, struct accel_buffer *buf,
			      size_t offset);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
