/* SPDX-License-Identifier: Apache-2.0 */
/* The model's own structures; see fcn_model.h for what it does. */
#ifndef FCN_MODEL_INT_H
#define FCN_MODEL_INT_H

#include "fcn_model.h"

#include "drm/fcn_accel_cmd.h"
#include "drm/fcn_accel_regs.h"

#define FCNM_ENGINES 4
#define FCNM_QUEUE_DEPTH 8 /* commands in front of an engine */
#define FCNM_STARTED_MAX 8 /* commands of an engine that are started and not done */
#define FCNM_TOKENS_MAX 255 /* tokens of a pair, promised ones included */
#define FCNM_PA_BITS 40
#define FCNM_BEAT 16u /* bytes */
#define FCNM_LINE 256u /* bytes; no burst crosses a multiple of it */
#define FCNM_PAGE 4096u /* bytes */
#define FCNM_TLB_ENTRIES 256u

/* A fault; cause FCN_CAUSE_NONE is none. */
struct fcnm_fault {
	unsigned cause;
	uint32_t addr, index;
};

/* An on-chip buffer.  Addresses are taken modulo its size, a power of two. */
struct fcnm_buffer {
	uint8_t *data;
	uint32_t mask; /* size - 1 */
};

/* One cached translation. */
struct fcnm_page {
	bool valid;
	uint32_t page; /* VA[31:12] */
	uint32_t pte;
	void *direct[2]; /* [write]: what ops.map gave, or NULL */
};

/* A command on its way through its engine. */
struct fcnm_entry {
	struct fcn_cmd cmd;
	uint32_t index;
};

struct fcnm_ring {
	struct fcnm_entry e[FCNM_QUEUE_DEPTH];
	unsigned first, n;
};

/* What orders an engine's commands.  A fault stops the engine: started commands stay. */
struct fcnm_engine {
	struct fcnm_ring queue, started;
	struct fcnm_fault fault;
};

struct fcnm_tokens {
	unsigned sent;     /* sent and not taken */
	unsigned promised; /* of commands that are not done */
};

struct fcnm_dispatch {
	struct fcnm_engine engine[FCNM_ENGINES];
	struct fcnm_tokens tokens[FCNM_ENGINES][FCNM_ENGINES]; /* [from][to] */
	struct fcnm_entry next; /* fetched and checked, waits for room in its queue */
	bool has_next;
	uint32_t fetched; /* commands that have been appended to queues */
	struct fcnm_fault fetch_fault;
};

struct fcnm_slot {
	uint32_t root, cmd_va, cmd_count, perf_va, seqno;
	bool busy, abort;
	struct fcnm_fault fault;
};

/* Lower bounds of an engine's cycles in this job, and what the record counts. */
struct fcnm_counts {
	uint64_t conv_cycles, post_cycles, load_chunks;
	uint64_t array_pixels, post_outputs;
	uint64_t load_beats, store_beats, commands;
};

/* One weight tile and the pixels that it is applied to; fcnm_tile_fn does it. */
struct fcnm_tile {
	const struct fcnm_buffer *ifm;
	uint32_t base, x_pitch, y_pitch; /* in the IFM buffer */
	uint32_t x_n, y_n;
	const int8_t *weights; /* rows x cols */
	uint32_t *acc; /* a half: cols sums an entry */
	uint32_t acc_first, acc_mask;
	unsigned rows, cols;
	bool add; /* to the accumulators, instead of overwriting them */
};

typedef void (*fcnm_tile_fn)(const struct fcnm_tile *t);

#define FCNM_COLS_MAX 32

/* Requantisation of a POST command: what its columns multiply with and add, and what is the same for all. */
struct fcnm_channels {
	uint32_t bias[FCNM_COLS_MAX];
	uint32_t significand[FCNM_COLS_MAX]; /* 2^23 + F */
	int32_t exponent[FCNM_COLS_MAX];     /* E */
	/* see model_requant.c; the factors and shifts of even columns, then of odd ones */
	uint32_t limit[FCNM_COLS_MAX];
	uint64_t factor[2][FCNM_COLS_MAX / 2], shift[2][FCNM_COLS_MAX / 2];
	int32_t zp;
	int32_t min, max; /* in -128..127; max wins */
};

/* The fields of POST's residual add, and its clamp. */
struct fcnm_residual {
	uint32_t mul_a, mul_b; /* below 2^31 */
	int32_t za, zb, zo;
	unsigned shift;   /* at most 40 */
	int32_t min, max; /* in -128..127; max wins */
};

/* What POST does to `cols` columns, a multiple of 8. */
struct fcnm_post_kernel {
	void (*requant)(const struct fcnm_channels *ch, const uint32_t *acc, uint32_t cols, int8_t *y);
	/* The sum of y and b; it may take the place of one of them. */
	void (*residual)(const struct fcnm_residual *r, const int8_t *y, const int8_t *b, uint32_t cols, int8_t *sum);
};

struct fcn_model {
	struct fcn_model_config cfg;
	struct fcn_model_ops ops;
	void *ctx;
	fcnm_tile_fn tile_fn;
	const struct fcnm_post_kernel *post_kernel;

	struct fcnm_buffer buf[FCN_MODEL_ACC]; /* by LOAD.SPACE */
	uint32_t *acc; /* [half][entry][column] */

	/* registers */
	uint32_t irq_status, irq_enable, seqno_lo, seqno_hi, scratch, progress;
	bool irq_level;
	struct fcnm_slot slot[FCN_SLOT_COUNT];

	/* jobs */
	unsigned first; /* the busy slot that was started first */
	bool running;   /* the job of slot `first` */
	bool root_known;
	uint32_t root; /* of the last job that ran: the buffers' owner */
	struct fcnm_counts counts;
	struct fcnm_dispatch dispatch;
	struct fcnm_page tlb[FCNM_TLB_ENTRIES];

	/* directed mode */
	struct fcnm_fault prefer, last;
};

/* model_mmu.c: one burst, translated: a run of bytes that stays within a line of 256 bytes. */
void fcnm_tlb_flush(struct fcn_model *m);
bool fcnm_read_burst(struct fcn_model *m, uint32_t va, void *buf, uint32_t n,
		     struct fcnm_fault *fault);
/* strobe[i] selects buf[i]. */
bool fcnm_write_burst(struct fcn_model *m, uint32_t va, const uint8_t *buf, const uint8_t *strobe,
		      uint32_t n, struct fcnm_fault *fault);

/* model_dispatch.c */
void fcnm_dispatch_start(struct fcn_model *m);
/* One command's worth of progress; false when nothing of the job can run any more. */
bool fcnm_dispatch_step(struct fcn_model *m);
/* How a job ends of which nothing can run any more. */
struct fcnm_fault fcnm_dispatch_result(struct fcn_model *m);

/* Engines: false with *fault (cause and address) when the command faults. */
bool fcnm_load(struct fcn_model *m, const struct fcn_cmd *c, struct fcnm_fault *fault);
bool fcnm_store(struct fcn_model *m, const struct fcn_cmd *c, struct fcnm_fault *fault);
void fcnm_conv(struct fcn_model *m, const struct fcn_cmd *c);
void fcnm_post(struct fcn_model *m, const struct fcn_cmd *c);

/* model_tile.c, model_requant.c: the fastest kernel but `skip` that this processor has, or NULL. */
fcnm_tile_fn fcnm_tile_select(unsigned skip);
const struct fcnm_post_kernel *fcnm_post_select(unsigned skip);
/* Parameters of column col, as they lie in memory: the bits of a float32 are its scale. */
void fcnm_channel_set(struct fcnm_channels *ch, unsigned col, uint32_t bias, uint32_t scale);

/* model_buffer.c */
int fcnm_buffers_create(struct fcn_model *m);
void fcnm_buffers_destroy(struct fcn_model *m);
void fcnm_buffers_scrub(struct fcn_model *m);
void fcnm_buffer_write(const struct fcnm_buffer *b, uint32_t addr, const void *data, uint32_t n);
void fcnm_buffer_fill(const struct fcnm_buffer *b, uint32_t addr, int value, uint32_t n);
void fcnm_buffer_read(const struct fcnm_buffer *b, uint32_t addr, void *data, uint32_t n);

/* model_job.c */
void fcnm_job_kick(struct fcn_model *m, unsigned slot);
void fcnm_irq_update(struct fcn_model *m);

static inline uint32_t fcnm_le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void fcnm_put_le32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

#endif
