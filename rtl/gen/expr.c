// SPDX-License-Identifier: Apache-2.0
/*
 * Rules: expressions in the common part of C and Verilog, over unsigned 32-bit values.  They are
 * parsed, not copied, so that both outputs are fully parenthesised and sized and mean the same.
 * A signed field stands for its bits, zero-extended.
 */
#include "fcngen.h"

#include <ctype.h>
#include <string.h>

struct parser {
	const struct loc *loc;
	const struct fields *fields;
	const char *p;
	unsigned depth;
};

static const struct {
	const char *text;
	enum op op;
	int level;
} binary[] = {
	/* longer spellings first */
	{ "||", OP_LOR, 1 }, { "&&", OP_LAND, 2 }, { "==", OP_EQ, 6 },	{ "!=", OP_NE, 6 },
	{ "<<", OP_SHL, 8 }, { ">>", OP_SHR, 8 },  { "<=", OP_LE, 7 },	{ ">=", OP_GE, 7 },
	{ "|", OP_OR, 3 },   { "^", OP_XOR, 4 },   { "&", OP_AND, 5 },	{ "<", OP_LT, 7 },
	{ ">", OP_GT, 7 },   { "+", OP_ADD, 9 },   { "-", OP_SUB, 9 },	{ "*", OP_MUL, 10 },
	{ "/", OP_DIV, 10 }, { "%", OP_MOD, 10 },
};

enum { NBINARY = sizeof(binary) / sizeof(binary[0]) };

const char *op_text(enum op op)
{
	for (unsigned i = 0; i < NBINARY; i++)
		if (binary[i].op == op)
			return binary[i].text;
	return op == OP_NOT ? "!" : op == OP_INV ? "~" : "-";
}

static struct expr *node(enum op op, struct expr *a, struct expr *b)
{
	struct expr *e = xalloc(sizeof(*e));

	e->op = op;
	e->a = a;
	e->b = b;
	return e;
}

static void skip_space(struct parser *ps)
{
	while (*ps->p == ' ' || *ps->p == '\t' || *ps->p == '\r')
		ps->p++;
}

static struct expr *parse_level(struct parser *ps, int level);

static struct expr *parse_ident(struct parser *ps)
{
	const char *start = ps->p;
	struct expr *e;
	char *name;

	while (isalnum((unsigned char)*ps->p) || *ps->p == '_')
		ps->p++;
	name = copy_text(start, (size_t)(ps->p - start));
	if (isdigit((unsigned char)*start)) {
		e = node(OP_NUM, NULL, NULL);
		e->num = parse_number(ps->loc, name, "the number");
		return e;
	}
	if (!strcmp(name, "ROWS"))
		return node(OP_ROWS, NULL, NULL);
	if (!strcmp(name, "COLS"))
		return node(OP_COLS, NULL, NULL);
	for (size_t i = 0; i < ps->fields->n; i++) {
		if (strcmp(ps->fields->v[i].name, name))
			continue;
		e = node(OP_FIELD, NULL, NULL);
		e->field = i;
		return e;
	}
	fail_at(ps->loc, "the rule's '%s' is unknown: use a field of the command above the rule, ROWS or COLS",
		name);
}

static struct expr *parse_unary(struct parser *ps)
{
	struct expr *e;

	if (++ps->depth > 100)
		fail_at(ps->loc, "the rule is nested too deeply: split it");
	skip_space(ps);
	if (*ps->p == '!' || *ps->p == '~' || *ps->p == '-') {
		char op = *ps->p++;

		e = parse_unary(ps);
		e = node(op == '!' ? OP_NOT : op == '~' ? OP_INV : OP_NEG, e, NULL);
	} else if (*ps->p == '(') {
		ps->p++;
		e = parse_level(ps, 1);
		skip_space(ps);
		if (*ps->p++ != ')')
			fail_at(ps->loc, "the rule lacks a ')': add it");
	} else if (isalnum((unsigned char)*ps->p) || *ps->p == '_') {
		e = parse_ident(ps);
	} else if (!*ps->p) {
		fail_at(ps->loc, "the rule ends too early: complete its expression");
	} else {
		fail_at(ps->loc, "the rule does not make sense at '%s': write a field, a number or '('",
			ps->p);
	}
	ps->depth--;
	return e;
}

static struct expr *parse_level(struct parser *ps, int level)
{
	struct expr *e = parse_unary(ps);

	for (;;) {
		unsigned i;
		struct expr *b;

		skip_space(ps);
		for (i = 0; i < NBINARY; i++)
			if (!strncmp(ps->p, binary[i].text, strlen(binary[i].text)))
				break;
		if (i == NBINARY || binary[i].level < level)
			return e;
		ps->p += strlen(binary[i].text);
		b = parse_level(ps, binary[i].level + 1);
		if ((binary[i].op == OP_DIV || binary[i].op == OP_MOD) && (b->op != OP_NUM || !b->num))
			fail_at(ps->loc, "the rule divides by something that may be 0: divide by a number");
		e = node(binary[i].op, e, b);
	}
}

struct expr *parse_expr(const struct loc *loc, const struct fields *fields, const char *source)
{
	struct parser ps = { loc, fields, source, 0 };
	struct expr *e = parse_level(&ps, 1);

	skip_space(&ps);
	if (*ps.p)
		fail_at(loc, "the rule does not make sense at '%s': write an operator of C and Verilog", ps.p);
	return e;
}

bool expr_is_bool(const struct expr *e)
{
	return e->op == OP_NOT || e->op == OP_LOR || e->op == OP_LAND ||
	       (e->op >= OP_EQ && e->op <= OP_GE);
}

bool expr_uses_field(const struct expr *e, size_t field)
{
	return e && ((e->op == OP_FIELD && e->field == field) || expr_uses_field(e->a, field) ||
		     expr_uses_field(e->b, field));
}

bool expr_uses_op(const struct expr *e, enum op op)
{
	return e && (e->op == op || expr_uses_op(e->a, op) || expr_uses_op(e->b, op));
}
