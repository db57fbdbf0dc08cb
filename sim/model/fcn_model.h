/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functional model of the fcnaccel core.
 *
 * The model has the core's register window, executes the core's command stream from the
 * core's memory through the core's page tables, and leaves the same memory, completion
 * records and fault records (Documentation/theory-of-operation.md, arithmetic.md).  It has no
 * notion of time: commands are executed whole, one after the other.
 *
 * Threads: a model belongs to one thread at a time; the caller serialises.  Models share
 * nothing, so several may run side by side.
 * Errors: functions that can fail return 0 or a negative errno value; nothing is printed.
 * All numbers given to the callbacks are physical addresses in bytes.
 */
#ifndef FCN_MODEL_H
#define FCN_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fcn_model;

/* The core's parameters; CONFIG0..2 report them. */
struct fcn_model_config {
	unsigned rows, cols; /* array: 8, 16 or 32 each */
	unsigned lanes;      /* requantisers: divides cols, at most 16; no effect on results */
	unsigned ifm_log2;   /* IFM buffer, log2 of bytes, 6..24 */
	unsigned wgt_log2;   /* weight buffer, log2 of bytes, 6..24, at least one tile */
	unsigned ofm_log2;   /* OFM buffer, log2 of bytes, 6..24 */
	unsigned par_log2;   /* parameter buffer, log2 of bytes, 6..20 */
	unsigned acc_log2;   /* one half of the accumulators, log2 of entries, 1..12 */
	unsigned tlb_lines;  /* what CONFIG2 reports, 1..255; no effect */
};

#define FCN_MODEL_CONFIG_DEFAULT \
	{ .rows = 16, .cols = 16, .lanes = 16, .ifm_log2 = 17, .wgt_log2 = 16, \
	  .ofm_log2 = 16, .par_log2 = 13, .acc_log2 = 9, .tlb_lines = 16 }

/*
 * Memory and interrupt of a model.  The structure is copied; what ctx points to must outlive
 * the model.  Callbacks run inside fcn_model_step() and fcn_model_run(), irq also inside
 * fcn_model_reg_write().
 *
 * read, write: n bytes at pa, at most 256 and never across a multiple of 256.  Any return
 *	but 0 is a bus error.  Data reads are whole 16-byte beats of one burst; a page walk
 *	reads 16 entries (64 bytes) of the directory and of a table; a write is one run of
 *	bytes that a burst's strobes select, so a burst may become several calls.  A fault plan
 *	that is to hit core and model alike therefore names whole aligned 256-byte lines.
 * map: optional (NULL).  A pointer to the 4096 bytes at pa (a multiple of 4096) that may be
 *	read, or written if `write`, instead of calling read and write; or NULL when calls
 *	are wanted (an error planned in the page, a device).  It must stay valid until the
 *	running job has ended; it is asked for again in the next job.  Page tables and
 *	completion records always use read and write.
 * irq: optional (NULL).  The interrupt line changed to `level`.  It may read and write
 *	registers, but not step, run or destroy.
 */
struct fcn_model_ops {
	int (*read)(void *ctx, uint64_t pa, void *buf, size_t n);
	int (*write)(void *ctx, uint64_t pa, const void *buf, size_t n);
	void *(*map)(void *ctx, uint64_t pa, bool write);
	void (*irq)(void *ctx, bool level);
};

/*
 * A model in its state after power-up.  config: copied.  *out is owned by the caller, who
 * frees it with fcn_model_destroy().  -EINVAL: a parameter out of range or read or write
 * missing; -ENOMEM.
 */
int fcn_model_create(const struct fcn_model_config *config, const struct fcn_model_ops *ops,
		     void *ctx, struct fcn_model **out);

/* Frees the model; queued jobs are forgotten.  NULL is allowed. */
void fcn_model_destroy(struct fcn_model *m);

/*
 * The register window (drm/fcn_accel_regs.h).  off is in bytes; one that is not a multiple
 * of 4, or that no register has, reads 0 and ignores writes.  A write has full effect before
 * it returns, except that a doorbell (SLOT.SEQNO) and SLOT.ABORT wait for the next
 * fcn_model_step(): jobs are executed only there.
 */
uint32_t fcn_model_reg_read(const struct fcn_model *m, unsigned off);
void fcn_model_reg_write(struct fcn_model *m, unsigned off, uint32_t value);

/* The interrupt line. */
bool fcn_model_irq(const struct fcn_model *m);

/*
 * fcn_model_step(): one piece of work: an abort, or the start of a job, or one command, or
 * the end of a job with its records.  False when there was nothing to do.
 * fcn_model_run(): steps until there is nothing to do; returns the number of steps.
 * A command is never interrupted, not even by ABORT, and one CONV may ask for 2^48 pixels: who
 * runs streams of strangers needs a process for it.
 *
 * Order: of the commands that may run, the one with the lowest index runs next.  A command
 * that faults keeps what its bursts before the failing one did, and its engine stops there;
 * everything that does not wait for it still runs (the core may or may not get so far).
 * Then the job ends with the fault of the lowest index, or with the preferred one.
 *
 * After a fault, a test must take as unknown: all buffers, until a job of another root (the
 * core keeps whatever had landed when it stopped); and memory that STOREs of the job
 * write, which in the core may also hold bursts behind a failing one.
 */
bool fcn_model_step(struct fcn_model *m);
unsigned long fcn_model_run(struct fcn_model *m);

/*
 * Directed mode, to follow a core that met a certain fault first.  When a job ends and
 * several faults are possible as the first one, the model reports the preferred one.
 * Possible are: the first failing command of LOAD and of STORE in the order of the
 * stream, and the first command that cannot be fetched or is illegal, provided that
 * it is reached while the other faults are still on their way.  Commands behind a failing one
 * of the same engine start (at most 8 in all), which takes their tokens, but are never done.
 * The preference holds for the jobs that end from now on, until it is replaced;
 * cause FCN_CAUSE_NONE clears it.  ABORTED cannot be preferred: write ABORT instead.
 *
 * fcn_model_fault_allowed(): whether the job that ended last ended with exactly the
 * preferred fault (cause, index and address), or without a preference: without a fault.
 */
void fcn_model_set_prefer_fault(struct fcn_model *m, unsigned cause, uint32_t index,
				uint32_t addr);
bool fcn_model_fault_allowed(const struct fcn_model *m);

/*
 * For tests and debugging: the contents of a buffer, owned by the model, valid until
 * destroy.  Accumulators: uint32_t [2][1 << acc_log2][cols], in the host's byte order.
 */
enum fcn_model_space { /* the first five as in LOAD.SPACE */
	FCN_MODEL_IFM,
	FCN_MODEL_WGT,
	FCN_MODEL_OFM,
	FCN_MODEL_PAR,
	FCN_MODEL_TABLE,
	FCN_MODEL_ACC,
};

const void *fcn_model_buffer(const struct fcn_model *m, enum fcn_model_space space, size_t *bytes);

/*
 * The performance record.  Equal to the core's: 0 (seqno and version), 2 (pixels that the
 * array took), 9 (beats read by LOAD), 10 (beats written by STORE), 13 (commands started).
 * Estimates: 1 (the longest of the engines' lower bounds: CONV max(pixels, R) per tile,
 * POST window elements times column groups, LOAD chunks, STORE beats), 8 (outputs times column
 * groups).  All others are 0.
 */
enum fcn_model_perf {
	FCN_MODEL_PERF_SEQNO = 0,
	FCN_MODEL_PERF_CYCLES = 1,
	FCN_MODEL_PERF_ARRAY = 2,
	FCN_MODEL_PERF_POST = 8,
	FCN_MODEL_PERF_LOAD_BEATS = 9,
	FCN_MODEL_PERF_STORE_BEATS = 10,
	FCN_MODEL_PERF_COMMANDS = 13,
	FCN_MODEL_PERF_COUNT = 16,
};

#ifdef __cplusplus
}
#endif

#endif
