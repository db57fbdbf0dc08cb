/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fcngen: turns the register and command descriptions into Verilog, C, documentation and
 * test tables.  See fcngen.c for the flow, and the head of each description for its syntax.
 */
#ifndef FCNGEN_H
#define FCNGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define REGS_DESC "rtl/desc/registers.desc"
#define CMDS_DESC "rtl/desc/commands.desc"

#define CMD_WORDS 16

#if defined(__GNUC__)
#define PRINTF(a, b) __attribute__((format(printf, a, b)))
#else
#define PRINTF(a, b)
#endif

/* Where something stands in a description. */
struct loc {
	const char *file;
	unsigned line;
};

enum access { ACC_RO, ACC_RW, ACC_W1S, ACC_W1C, ACC_SLOT, ACC_KICK };
enum reset { RESET_NUM, RESET_CONST, RESET_PARAM };

/* A field of a register or of a command; `word` and below are for commands only. */
struct field {
	struct loc loc;
	char *name, *lower; /* as written, and in lower case */
	unsigned hi, lo;
	char *text;

	enum access access;
	enum reset reset_kind;
	uint32_t reset;
	char *param;

	unsigned word;
	bool is_signed;
	char *unit;
	bool has_max;
	uint32_t max;
	uint32_t align; /* 0: none */
};

struct fields {
	struct field *v;
	size_t n;
};

struct array {
	struct loc loc;
	char *name, *lower;
	uint32_t base, stride, count;
};

struct reg {
	struct loc loc;
	char *name, *lower;
	uint32_t off;
	enum access access;
	char *text;
	int array; /* index, or -1 */
	struct fields fields;
};

struct cause {
	struct loc loc;
	char *name, *text;
	uint32_t value;
};

struct regs {
	struct loc loc;
	char *name;
	uint32_t size, major, minor;
	unsigned addr_bits;
	struct array *arrays;
	size_t narrays;
	struct reg *regs;
	size_t nregs;
	struct cause *causes;
	size_t ncauses;
	char **params; /* each once, in order of appearance */
	size_t nparams;
};

struct engine {
	struct loc loc;
	char *name, *lower, *text;
	uint32_t number;
};

/* Expressions of rules. */
enum op {
	OP_NUM, OP_FIELD, OP_ROWS, OP_COLS,
	OP_NOT, OP_INV, OP_NEG,
	OP_LOR, OP_LAND, OP_OR, OP_XOR, OP_AND,
	OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE,
	OP_SHL, OP_SHR, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD
};

struct expr {
	enum op op;
	struct expr *a, *b;
	uint32_t num;
	size_t field; /* index in the command's fields */
};

struct rule {
	struct loc loc;
	char *text, *source;
	struct expr *expr;
};

struct command {
	struct loc loc;
	char *name, *lower, *text;
	uint32_t opcode;
	size_t engine; /* index */
	struct fields fields;
	struct rule *rules;
	size_t nrules;
};

struct cmds {
	struct loc loc;
	uint32_t version;
	struct engine *engines;
	size_t nengines;
	struct fields common;
	size_t opcode_f, version_f, wait_f, signal_f; /* indices in common */
	struct command *commands;
	size_t ncommands;
};

/* util.c */
_Noreturn void fail_at(const struct loc *loc, const char *fmt, ...) PRINTF(2, 3);
_Noreturn void die(const char *fmt, ...) PRINTF(1, 2);
void *xalloc(size_t size);
void *grow(void *v, size_t n, size_t size); /* room for element n, zeroed */
char *copy_text(const char *s, size_t n);
char *lower_text(const char *s);
char *format(const char *fmt, ...) PRINTF(1, 2); /* never freed */
uint32_t ones(unsigned width);
static inline unsigned width_of(const struct field *f) { return f->hi - f->lo + 1; }
static inline uint32_t mask_of(const struct field *f) { return ones(width_of(f)) << f->lo; }

/* lex.c */
enum { MAX_TOKENS = 16 };

struct token {
	char *text;
	bool quoted;
	const char *rest; /* of the line, behind this token */
};

struct lexer {
	struct loc loc;
	char *data, *next;
	struct token tok[MAX_TOKENS];
	unsigned ntok;
};

void lex_open(struct lexer *lx, const char *path);
bool lex_line(struct lexer *lx); /* next line with tokens; false at the end */
void lex_close(struct lexer *lx);
bool is_word(const struct lexer *lx, unsigned i, const char *word);
void want_tokens(const struct lexer *lx, unsigned n, const char *syntax);
char *want_name(const struct lexer *lx, unsigned i, const char *what);
char *want_text(const struct lexer *lx, unsigned i);
uint32_t want_number(const struct lexer *lx, unsigned i, const char *what);
uint32_t parse_number(const struct loc *loc, const char *s, const char *what);
char *want_key(const struct lexer *lx, unsigned i, const char *key);
void want_bits(const struct lexer *lx, unsigned i, unsigned *hi, unsigned *lo);
void check_name(const struct loc *loc, const char *what, const char *name);

/* regs.c, cmds.c, expr.c, check.c */
void read_regs(struct regs *r, const char *path);
void read_cmds(struct cmds *c, const char *path);
struct expr *parse_expr(const struct loc *loc, const struct fields *fields, const char *source);
bool expr_is_bool(const struct expr *e);
bool expr_uses_field(const struct expr *e, size_t field);
bool expr_uses_op(const struct expr *e, enum op op);
const char *op_text(enum op op);
void check_fields(const struct fields *have, const struct field *add, const char *owner);
void check_generated_names(const struct regs *r, const struct cmds *c);

/* What emitters share. */
const char *access_name(enum access a);
uint32_t reg_addr(const struct regs *r, const struct reg *g, uint32_t index);
uint32_t reg_count(const struct regs *r, const struct reg *g); /* 1 outside arrays */
char *reg_stem(const struct regs *r, const struct reg *g);     /* SLOT_ROOT */
char *reg_port(const struct regs *r, const struct reg *g, uint32_t index); /* slot0_root */
uint32_t reserved_bits(const struct cmds *c, const struct command *m, unsigned word);
uint32_t token_bits(const struct cmds *c, const struct command *m); /* legal in WAIT, SIGNAL */
bool rules_use_field(const struct command *m, size_t field);
FILE *out_open(const char *root, const char *rel);
void out_close(FILE *f);

/* emit_*.c: one function for each output */
void emit_defs_vh(FILE *f, const struct regs *r, const struct cmds *c);
void emit_regfile_v(FILE *f, const struct regs *r);
void emit_cmd_check_v(FILE *f, const struct cmds *c);
void emit_regs_h(FILE *f, const struct regs *r);
void emit_cmd_h(FILE *f, const struct cmds *c);
void emit_cmd_check_h(FILE *f);
void emit_cmd_check_c(FILE *f, const struct cmds *c);
void emit_names_h(FILE *f);
void emit_names_c(FILE *f, const struct regs *r, const struct cmds *c);
void emit_regs_md(FILE *f, const struct regs *r);
void emit_cmds_md(FILE *f, const struct cmds *c);
void emit_reg_walk_h(FILE *f, const struct regs *r);

#endif
