/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A test case: what the memory holds, what the jobs are, and what the host does.  stream_gen()
 * makes one from a seed; stream_test.c plays it on the Verilated core and on the model.
 */
#ifndef STREAM_H
#define STREAM_H

#include "drm/fcn_accel_cmd.h"
#include "image.h"
#include "rng.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	ENGINES = 4,
	MAX_CMDS = 560,   /* of a job; PLAN_OVERFLOW needs some 264 of each of two engines */
	MAX_JOBS = 4,
	MAX_ROOTS = 8,
	MAX_VPAGES = 96,  /* of a root */
	MAX_AREAS = 12,   /* of a root */
	MAX_DIRS = 4,     /* directory entries of a root */
	MAX_ACTIONS = 32,
	MAX_BUS_ERRORS = 4,
	CMDS_PER_PAGE = IMAGE_PAGE / FCN_CMD_BYTES,
	PERF_BYTES = 128,
	RECORD_BYTES = 16,
};

struct geometry {
	unsigned rows, cols, lanes;
	unsigned ifm_log2, wgt_log2, ofm_log2, par_log2, acc_log2;
};

/* What a command touches. The first five are numbered as LOAD.SPACE is. */
enum space { SP_IFM, SP_WGT, SP_OFM, SP_PAR, SP_TBL, SP_ACC, SP_MEM, SPACES };

/* Bytes (entries of the accumulators) of a space: a power of two, but for SP_MEM. */
uint32_t space_size(const struct geometry *g, enum space s);

/* Bits of a page-table entry. */
enum { PTE_V = 1, PTE_R = 2, PTE_W = 4, PTE_RESERVED = 8 };

struct vpage {
	uint32_t vpn, pfn;
	uint8_t flags; /* PTE_* */
	bool dir_bad;  /* no valid directory entry leads to it */
};

/* What an area is for; the data in it is made accordingly. */
enum area_kind { AREA_CODE, AREA_DATA, AREA_PARAMS, AREA_OUT, AREA_PERF, AREA_BIG, AREA_CLOSED };

struct area {
	enum area_kind kind;
	uint32_t va, pages;
	uint8_t flags;
};

/* An address space. A page-table edit makes a new one with the same directory. */
struct root {
	uint32_t pfn; /* of the directory */
	unsigned npages, nareas, ndirs;
	struct vpage page[MAX_VPAGES];
	struct area area[MAX_AREAS];
	struct {
		uint32_t index, pfn; /* pfn: of the table */
		uint32_t entry;      /* in the directory: names the table, or is bad */
	} dir[MAX_DIRS];
};

/* Why a job may fault. */
enum plan {
	PLAN_NONE,
	PLAN_ILLEGAL,   /* a command breaks a rule */
	PLAN_LOAD_VA,   /* a LOAD leaves what it may read */
	PLAN_STORE_VA,  /* a STORE leaves what it may write */
	PLAN_BOTH_VA,   /* a LOAD and a STORE do, without an order */
	PLAN_PTE,       /* a page or directory entry that commands use is bad */
	PLAN_BUS,       /* data pages answer with errors */
	PLAN_WALK,      /* page tables answer with errors */
	PLAN_DEADLOCK,  /* a token that nobody sends */
	PLAN_OVERFLOW,  /* a token too many */
	PLAN_RUN_OFF,   /* the stream runs off its pages */
	PLAN_CODE,      /* a page of the stream is bad */
	PLAN_PERF,      /* the performance record is on a bad page */
	PLAN_RECORD,    /* the bus refuses the completion record */
	PLAN_ABORT,
	PLAN_RESET,
	PLANS
};

struct job {
	unsigned slot, root; /* root: index in the stream's */
	enum plan plan;
	unsigned n;
	struct fcn_cmd cmd[MAX_CMDS];
	uint32_t cmd_va, count; /* count: of commands as the register says */
	uint32_t perf;          /* register PERF_VA */
	uint32_t seqno;
	bool flush;
	unsigned overlap;       /* commands that may run beside one of another engine */
};

enum action_kind {
	ACT_START,   /* job, as soon as its slot is idle */
	ACT_DELAY,   /* value cycles */
	ACT_ABORT,   /* job's slot */
	ACT_RESET,   /* CTRL.RESET */
	ACT_IDLE,    /* until all slots are idle; then compare */
	ACT_WRITE,   /* value to physical address pa: a page-table edit, while idle */
	ACT_FLUSH,   /* CTRL.TLB_FLUSH */
};

struct action {
	enum action_kind kind;
	unsigned job;
	uint64_t pa;
	uint32_t value;
};

/* Where the bus answers with an error: bytes lo .. hi - 1. */
struct bus_error {
	uint64_t lo, hi;
	bool read, write;
};

struct stream {
	uint64_t seed;
	struct geometry g;
	struct image image; /* at the start */
	uint64_t record_pa; /* SEQNO_ADDR */
	unsigned nroots, njobs, nactions, nerrors;
	struct root root[MAX_ROOTS];
	struct job job[MAX_JOBS];
	struct action action[MAX_ACTIONS];
	struct bus_error error[MAX_BUS_ERRORS];
};

/* ------------------------------------------------------------------ access.c */

/* A run of bytes (entries) that a command touches. SP_MEM: addr is virtual; runs stay in a page. */
struct touch {
	enum space space;
	bool write;
	uint32_t addr, n;
};

/* Calls fn for everything a legal command touches, in the order of its effects, until fn is not 0. */
int access_walk(const struct geometry *g, const struct fcn_cmd *c,
		int (*fn)(void *ctx, const struct touch *t), void *ctx);

/* About the cycles that a legal command takes, its empty loops included. */
uint64_t access_cost(const struct geometry *g, const struct fcn_cmd *c);

/* Whether a POST's residual reads overlap its own writes other than in place. */
bool access_residual_races(const struct geometry *g, const struct fcn_cmd *c);

/* ------------------------------------------------------------------- pages.c */

/* The mapping of a virtual address, or NULL. */
const struct vpage *root_page(const struct root *r, uint32_t va);

/* Physical address, or UINT64_MAX when the page is not mapped with all of `flags`. */
uint64_t root_translate(const struct root *r, uint32_t va, uint8_t flags);

/* A page number that the image does not have yet. */
uint32_t pages_new_pfn(struct stream *s, struct rng *r);

/* Makes an empty address space; its index. */
unsigned pages_new_root(struct stream *s, struct rng *r);

/* Adds an area of fresh pages to a root, or NULL when there is no room. */
struct area *pages_new_area(struct stream *s, struct rng *r, struct root *root,
			    enum area_kind kind, uint32_t pages, uint8_t flags);

/* Gives a root an area of another one's pages; false: there is no room. */
bool pages_share_area(struct stream *s, struct rng *r, struct root *root, const struct root *owner,
		      const struct area *area, uint8_t flags);

/* A random area of a root that has all of `flags` and is meant for data; NULL: none. */
const struct area *root_area(const struct root *root, struct rng *r, uint8_t flags);

/* Writes directories and tables of all roots into the image. */
void pages_write(struct stream *s, struct rng *r);

/* Puts the commands of a job into the image. */
void stream_write_code(struct stream *s, const struct job *job);

/* Where the entry of a page is in physical memory. */
uint64_t root_pte_pa(const struct root *root, uint32_t vpn);

/* ---------------------------------------------------------------- describe.c */

#include <stdio.h>

/* Prints the case for a person: memory map, jobs, commands, actions. */
void stream_print(const struct stream *s, FILE *to);

const char *plan_name(enum plan p);

#endif
