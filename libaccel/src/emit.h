/* SPDX-License-Identifier: MIT */
/*
 * From operations to a command stream that cannot race and cannot deadlock.
 *
 * The schedule adds commands in an order in which they would be right if each were finished before
 * the next begins (the program order), and says which bytes of which buffer or region each reads
 * and writes.  From that follows, without further help,
 *   - what each command must wait for: the last command of every other engine that touches the
 *     same bytes, one of the two writing (emit_hazard.c);
 *   - when each would start (emit_time.c), which gives the order of the stream: a command that
 *     starts late stands late, so that it does not fill a queue and hold up those behind it;
 *   - the tokens (emit.c).  In stream order all waiting is for earlier commands, so the earliest
 *     command that has not started can always start: no deadlock, whatever the queues' depth.
 *
 * An allocation that fails is remembered, and reported by stream_finish().
 */
#ifndef LIBACCEL_EMIT_H
#define LIBACCEL_EMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "backend.h"
#include "drm/fcn_accel_cmd.h"
#include "plan.h"

#define ENGINES 4

/* What hazards are looked for in.  Regions of memory follow: SPACE_REGION + region. */
enum space {
	SPACE_IFM,
	SPACE_WGT,
	SPACE_OFM,
	SPACE_PAR,
	SPACE_TABLE,
	SPACE_ACC,		/* entries, the second half behind the first */
	SPACE_ACC_PORT,		/* halves: used by a CONV that adds, or by POST */
	SPACE_REGION,
};

struct task {
	struct fcn_cmd cmd;
	uint8_t engine;
	uint8_t region;		/* of the command's address */
	int layer;
	uint32_t cycles;	/* that the engine is busy */
	int64_t dep[ENGINES];	/* op that must be done before; -1: none */
	uint64_t start;		/* estimate */
};

#define OFM_GRANULE 16u	/* bytes: what lies in different ones is never taken to overlap */

/* Who touched a granule last: ops, or -1. */
struct touch {
	int64_t write;
	int64_t read[ENGINES];
};

/* A space, in granules of 1 << shift bytes. */
struct ledger {
	uint32_t granules, shift;
	bool wraps;
	struct touch *touch;
};

struct stream {
	const struct core_config *config;
	int64_t n_op, room;
	struct task *op;
	int n_ledger;
	struct ledger *ledger;
	int64_t dep[ENGINES];	/* of the command that is being made; includes its own engine */
	struct {
		enum space space;
		uint32_t first, n;
		bool write;
	} *access;
	int n_access, access_room;
	int layer;		/* that commands are added for */
	int err;
};

/* A stream of more commands than this is refused: the core counts them in 24 bits. */
#define STREAM_MAX (INT64_C(1) << 21)

int stream_init(struct stream *s, const struct core_config *config, int n_region,
		const struct plan_region *region);
void stream_free(struct stream *s);

/* Remembers the first error, for stream_finish(). */
void stream_fail(struct stream *s, int err);

/* What the next command touches; addresses may exceed a buffer's size: they wrap. */
void stream_read(struct stream *s, enum space space, uint32_t addr, uint32_t bytes);
void stream_write(struct stream *s, enum space space, uint32_t addr, uint32_t bytes);

/* The same for pixels of so many bytes on a grid. */
struct stream_grid {
	uint32_t addr, bytes;
	uint32_t rows, pitch_y, cols, pitch_x;
};

void stream_read_grid(struct stream *s, enum space space, const struct stream_grid *g);
void stream_write_grid(struct stream *s, enum space space, const struct stream_grid *g);

/* Adds a command (without WAIT and SIGNAL) that keeps its engine busy for so long. */
void stream_add(struct stream *s, const struct fcn_cmd *cmd, uint8_t region, uint32_t cycles);

/* Estimates op.start; returns the cycle in which everything is done (emit_time.c). */
uint64_t stream_time(struct stream *s);

/* Orders, adds tokens, and fills the segment's commands.  Uses up the stream's operations. */
int stream_finish(struct stream *s, struct plan_segment *segment);

/* The engine of an opcode. */
static inline int cmd_engine(const struct fcn_cmd *cmd)
{
	return (int)(fcn_cmd_get_opcode(cmd) >> 4) - 1;
}

#endif
