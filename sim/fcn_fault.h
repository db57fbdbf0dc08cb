/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fault plan: what goes wrong in a simulation, when.
 *
 * A plan is text, one fault a line, `#` starts a comment:
 *
 *     seed 7
 *     read-error addr=0x4000,len=0x100 nth=3 resp=slverr
 *     late-read id=2 cycles=5000 one-in=100
 *     spurious-irq at=120000
 *
 * Keys are separated by blanks or commas.  Numbers are decimal or 0x hexadecimal.
 *
 * fault         what happens                                                keys besides the common
 * read-error    a read burst is answered with an error (poisoned data)      id resp beat
 * late-read     a read burst's first beat comes later                       id cycles
 * lost-read     a read burst is never answered, nor any later one of its ID id
 * write-error   a write burst changes nothing and is answered with an error id resp
 * late-write    a write burst takes effect, and is answered, later          id cycles
 * lost-write    a write burst has no effect and is never answered,
 *               nor is any later one                                        id
 * slow-reg      a register access takes longer                              cycles
 * all-ones-reg  registers read as ones, writes do nothing: the device died
 * lost-irq      a rise of the interrupt line is not seen
 * spurious-irq  the line is seen high, for `cycles`, without a reason       cycles (only this and `at`)
 * stuck-engine  an engine's bursts stay without an answer, from the nth on, until
 *               software stops the job: CTRL.RESET, any SLOT.ABORT or
 *               power-up ends the fault for good                            engine (with addr, len, at, nth)
 *
 * common key    meaning, default
 * addr, len     only accesses that touch these bytes: physical addresses of bursts, offsets
 *               of registers; any (interrupts have neither).  addr alone: one byte; len alone
 *               is an error
 * at            nothing before this cycle; 0, but spurious-irq must have it: the cycle when it comes
 * nth           the first event of those that match which suffers, from 1; 1
 * count         how many suffer from there on, or `all`; 1, and all for
 *               slow-reg, all-ones-reg and for faults with one-in
 * one-in        of these, one in so many, picked by the seed; 1
 *
 * other key     meaning, default
 * id            only bursts of this AXI ID; any
 * beat          only this beat of the burst, from 0, is an error; all of them
 * resp          slverr or decerr; slverr
 * cycles        how long; must be given, but spurious-irq has 1
 * engine        load (reads of ID 0), fetch (commands, ID 1) or store (writes; completion records, too, if
 *               addr and len do not say where); must be given
 *
 * Several faults may hit the same event: delays add up, the last error's `resp` counts.
 *
 * A stuck engine is told from a lost burst by what stops it.  Inside the core an engine that hangs is cleared with its
 * job; here, at the bus, the same is seen: no progress and no fault, until an abort or a reset, whose drain
 * then ends.  A lost burst holds the drain for ever, and only power-up brings the core back.  CONV and POST ask
 * for nothing on the bus: a LOAD or STORE that is stuck starves them.
 *
 * What software must do about each fault:
 *
 * read-error, write-error   the job ends with BUS_READ, BUS_WRITE or BUS_WALK (a record: IRQ_STATUS.SEQNO_ERR); report that
 *                           job's failure, go on with the next
 * late-read, late-write,    nothing: PROGRESS moves or will; no timeout shorter than the longest delay
 * slow-reg
 * stuck-engine              PROGRESS stands still: after the timeout abort or reset, fail that job alone, go on
 * lost-read, lost-write     the same, but the drain does not end: give up on it after a limit, and power-cycle or
 *                           declare the device dead
 * all-ones-reg              the device is gone: fail everything, touch no register again
 * lost-irq                  find the completion record when the timeout fires, before blaming the job
 * spurious-irq              find nothing to do, and say `not mine`
 */
#ifndef FCN_FAULT_H
#define FCN_FAULT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum fcn_fault_kind {
	FCN_FAULT_READ_ERROR,
	FCN_FAULT_LATE_READ,
	FCN_FAULT_LOST_READ,
	FCN_FAULT_WRITE_ERROR,
	FCN_FAULT_LATE_WRITE,
	FCN_FAULT_LOST_WRITE,
	FCN_FAULT_SLOW_REG,
	FCN_FAULT_ALL_ONES_REG,
	FCN_FAULT_LOST_IRQ,
	FCN_FAULT_SPURIOUS_IRQ,
	FCN_FAULT_STUCK_ENGINE,
	FCN_FAULT_KINDS
};

#define FCN_FAULT_ANY UINT64_MAX /* of id and beat */
#define FCN_FAULT_ALL 0          /* of count */

enum { FCN_STUCK_LOAD, FCN_STUCK_FETCH, FCN_STUCK_STORE }; /* of engine */

enum { FCN_RESP_OKAY = 0, FCN_RESP_SLVERR = 2, FCN_RESP_DECERR = 3 };

struct fcn_fault {
	enum fcn_fault_kind kind;
	uint64_t addr, len; /* len 0: anywhere */
	uint64_t at, nth, count, one_in;
	uint64_t id, beat;
	uint64_t resp, cycles, engine;
};

struct fcn_fault_plan {
	uint64_t seed;
	size_t n;
	struct fcn_fault *fault;
};

/*
 * Reads a plan.  0; or -EINVAL with the reason, `line 3: unknown fault 'x'`, in err (of
 * err_size bytes); or -ENOMEM.  After an error the plan is empty.  A plan that is all zeros is
 * empty, too.
 */
int fcn_fault_plan_parse(struct fcn_fault_plan *plan, const char *text, char *err, size_t err_size);

/*
 * Writes the plan as text that parses to the same plan, without keys that have their
 * defaults.  Returns and truncates like snprintf().
 */
int fcn_fault_plan_print(const struct fcn_fault_plan *plan, char *buf, size_t size);

void fcn_fault_plan_free(struct fcn_fault_plan *plan);

/* "read-error", …; NULL for what is no kind. */
const char *fcn_fault_name(enum fcn_fault_kind kind);

#ifdef __cplusplus
}
#endif

#endif
