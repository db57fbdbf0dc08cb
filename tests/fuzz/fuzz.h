/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ioctl fuzzer: what its parts share.
 *
 * A sequence is a list of operations on numbered places (files, buffer objects, mappings, syncobjs, descriptors), which start
 * empty.  A place that holds nothing, or a thing of another file, is no mistake: the call is made, and must be refused.  Every
 * operation has numbers as arguments and a form in text, so that a sequence can be printed, edited and run again.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "fcn_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum {
	MAX_ARGS = 15,
	MAX_OPS = 28,
	MAX_CORPUS = 768,
	MAX_WORKERS = 8,
	MAP_BITS = 16,		/* edges are counted in a table of 2^16 */
};

/* What an argument means to the generator. */
enum arg_type {
	ARG_FD, ARG_BO, ARG_MAP, ARG_SYNC, ARG_FILE,	/* a place */
	ARG_BOS, ARG_SYNCS,				/* a set of places, one bit each */
	ARG_FLAGS, ARG_SMALL, ARG_SIZE, ARG_MS, ARG_ANY,
	ARG_RARE,					/* mostly 0 */
	ARG_FIELD,					/* word of what SUBMIT is given, see run_submit.c */
};

struct arg {
	const char *name;	/* NULL: behind the last */
	enum arg_type type;
};

struct op {
	uint32_t kind;		/* index of op_kinds */
	uint64_t arg[MAX_ARGS];
};

struct seq {
	uint32_t n;
	struct op op[MAX_OPS];
};

struct ctx;

struct op_kind {
	const char *name;
	unsigned weight;	/* how often it is made, relative to others */
	int (*run)(struct ctx *c, const uint64_t *arg);	/* 0 or more, or a negative errno */
	struct arg arg[MAX_ARGS + 1];
};

extern const struct op_kind op_kinds[];
extern const unsigned op_kinds_n;

/* ---- text.c ---- */

/* One operation as a line, without the line's end; as snprintf() returns. */
int op_print(char *text, size_t size, const struct op *op);
int seq_print(char *text, size_t size, const struct seq *s);

#define SEQ_TEXT (MAX_OPS * 320)

/*
 * Reads the next sequence of a file: operations up to a line "end" or the file's end; # starts a comment.  0: there is none;
 * 1: one; negative: line -N is wrong, and why was printed.
 */
int seq_read(FILE *from, const char *name, int *line, struct seq *s);

/* ---- random.c ---- */

struct rng {
	uint64_t state;
};

uint64_t rng_u64(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t n);	/* 0 .. n - 1 */
uint64_t rng_odd(struct rng *r);		/* numbers that programs trip over */

/* ---- mutate.c ---- */

/* A random sequence, or a change of s; other: one that a piece may be taken from. */
void seq_random(struct rng *r, struct seq *s);
void seq_mutate(struct rng *r, struct seq *s, const struct seq *other);

/* ---- run.c ---- */

enum { FDS = 4, BOS = 8, MAPS = 8, SYNCS = 6, FILES = 8 };

/* The places. */
struct ctx {
	int fd[FDS];
	uint32_t bo[BOS];
	uint64_t va[BOS], size[BOS];
	struct {
		uint8_t *p;
		size_t n;
	} map[MAPS];
	uint32_t sync[SYNCS];
	int file[FILES];	/* dma-bufs and sync files */

	const struct seq *seq;
	uint32_t at;		/* the operation that runs */
	bool quiet;
	pid_t child[4];		/* that `fork` has made */
	unsigned children;
	unsigned child_ms[4];
	pthread_t thread;
	bool threaded;
};

/* What came of an operation; given to the observer. */
typedef void seq_observer(void *arg, uint32_t at, const struct op *op, int result);

/*
 * Runs a sequence in this process, which should be one that is not needed any more.  With tidy set it closes all places,
 * else leaves that to the process's end.
 */
void seq_run(const struct seq *s, seq_observer *observer, void *arg, bool tidy);

/* Calls fn.  False: it touched memory that is not there; a mapping may have nothing behind it. */
bool guarded(void (*fn)(void *arg), void *arg);

int run_stream(struct ctx *c, const uint64_t *arg);
int run_submit(struct ctx *c, const uint64_t *arg);
int run_raw(struct ctx *c, const uint64_t *arg);

/* ---- kcov.c ---- */

struct kcov {
	uint64_t *area;		/* NULL: the kernel has none */
	int fd;
	uint32_t entries;
};

/* 0, or a negative errno and k->area NULL. */
int kcov_open(struct kcov *k);

/* Follows the calling thread from here on; to its end. */
int kcov_start(struct kcov *k);

/* Adds what was seen since kcov_start() to a table, one byte for each edge; the number of new ones. */
uint32_t kcov_collect(struct kcov *k, _Atomic uint8_t *table);

/* ---- state that all processes share ---- */

struct shared {
	pthread_mutex_t lock;
	_Atomic bool stop;
	uint32_t workers, seeds;		/* seeds: sequences that the run starts from */
	bool tolerate;			/* jobs of the checked client may fail */
	_Atomic uint32_t n_corpus, seeds_done;
	struct seq corpus[MAX_CORPUS];
	_Atomic uint8_t edge[1 << MAP_BITS];
	_Atomic uint32_t edges;
	_Atomic uint64_t sequences, operations, killed, stuck;
	_Atomic uint64_t passed[64], refused[64];	/* by kind of operation */
	struct {
		struct seq seq;
		_Atomic uint64_t number;
		_Atomic int64_t start;	/* 0: between sequences */
		_Atomic int child;
	} worker[MAX_WORKERS];
	struct {
		_Atomic uint64_t jobs, ended;	/* ended: by an error that was expected */
		_Atomic bool failed;
		char why[256];
	} victim;
};

/* ---- corpus.c ---- */

/* All *.seq files of a folder; the number of sequences, or negative: what is wrong was printed. */
int corpus_load(struct shared *sh, const char *folder);
void corpus_add(struct shared *sh, const struct seq *s);
bool corpus_pick(struct shared *sh, struct rng *r, struct seq *s);

/* ---- journal.c ---- */

/*
 * Where each sequence goes before it runs, so that the one which brings the kernel down is known.  "debugcon": the port of
 * QEMU's isa-debugcon, which is written when the call returns; else a file.  NULL: nowhere.
 */
int journal_open(const char *path);
void journal_write(const char *text, size_t n);

/* ---- worker.c, victim.c ---- */

void worker_main(struct shared *sh, unsigned index, uint64_t seed, struct kcov *kcov);
void victim_main(struct shared *sh, uint64_t seed);

#endif
