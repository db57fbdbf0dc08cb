// SPDX-License-Identifier: Apache-2.0
/* Reads and checks the command description. */
#include "fcngen.h"

#include <string.h>

static size_t common_field(const struct cmds *c, const struct loc *loc, const char *name)
{
	for (size_t i = 0; i < c->common.n; i++)
		if (!strcmp(c->common.v[i].name, name)) {
			if (c->common.v[i].is_signed || c->common.v[i].word)
				fail_at(&c->common.v[i].loc, "common field '%s' must be unsigned and in word 0", name);
			return i;
		}
	fail_at(loc, "no common field '%s': the common block needs OPCODE, VERSION, WAIT and SIGNAL", name);
}

static void end_common(struct cmds *c, const struct loc *loc)
{
	unsigned wait;

	c->opcode_f = common_field(c, loc, "OPCODE");
	c->version_f = common_field(c, loc, "VERSION");
	c->wait_f = common_field(c, loc, "WAIT");
	c->signal_f = common_field(c, loc, "SIGNAL");
	if (width_of(&c->common.v[c->opcode_f]) != 8)
		fail_at(&c->common.v[c->opcode_f].loc, "OPCODE must be 8 bits wide");
	if (c->version > ones(width_of(&c->common.v[c->version_f])))
		fail_at(loc, "version %u does not fit field VERSION: widen it", c->version);
	wait = width_of(&c->common.v[c->wait_f]);
	if (wait != width_of(&c->common.v[c->signal_f]))
		fail_at(&c->common.v[c->signal_f].loc, "WAIT and SIGNAL differ in width: make them equal");
	for (size_t i = 0; i < c->nengines; i++)
		if (c->engines[i].number >= wait)
			fail_at(&c->engines[i].loc, "engine '%s': number %u has no bit in WAIT: widen WAIT and SIGNAL",
				c->engines[i].name, c->engines[i].number);
}

static void read_engine(struct cmds *c, const struct lexer *lx)
{
	struct engine e = { .loc = lx->loc };

	want_tokens(lx, 4, "engine NAME NUMBER \"text\"");
	e.name = want_name(lx, 1, "engine");
	e.lower = lower_text(e.name);
	e.number = want_number(lx, 2, "the engine's number");
	e.text = want_text(lx, 3);
	if (c->common.n)
		fail_at(&e.loc, "engine '%s' comes after the common block: move it up", e.name);
	if (e.number > 14)
		fail_at(&e.loc, "engine '%s': number %u is above 14, what an opcode can name: choose another",
			e.name, e.number);
	for (size_t i = 0; i < c->nengines; i++)
		if (!strcmp(c->engines[i].name, e.name) || c->engines[i].number == e.number)
			fail_at(&e.loc, "engine '%s' = %u is there twice, first in line %u: change one", e.name,
				e.number, c->engines[i].loc.line);
	c->engines = grow(c->engines, c->nengines, sizeof(e));
	c->engines[c->nengines++] = e;
}

static void read_command(struct cmds *c, const struct lexer *lx)
{
	struct command m = { .loc = lx->loc };
	size_t i;

	want_tokens(lx, 5, "command NAME OPCODE ENGINE \"text\"");
	if (!c->common.n)
		fail_at(&m.loc, "a command before the common block: move it down");
	m.name = want_name(lx, 1, "command");
	m.lower = lower_text(m.name);
	m.opcode = want_number(lx, 2, "the opcode");
	m.text = want_text(lx, 4);
	if (m.opcode > 255)
		fail_at(&m.loc, "command '%s': opcode 0x%x does not fit 8 bits: choose a smaller one", m.name,
			m.opcode);
	for (i = 0; i < c->ncommands; i++) {
		if (!strcmp(c->commands[i].name, m.name))
			fail_at(&m.loc, "command '%s' is there twice, first in line %u: rename one", m.name,
				c->commands[i].loc.line);
		if (c->commands[i].opcode == m.opcode)
			fail_at(&m.loc, "command '%s': opcode 0x%02x is taken by '%s' of line %u: choose another",
				m.name, m.opcode, c->commands[i].name, c->commands[i].loc.line);
	}
	for (i = 0; i < c->nengines; i++)
		if (is_word(lx, 3, c->engines[i].name))
			break;
	if (i == c->nengines)
		fail_at(&m.loc, "command '%s': no engine '%s': use one of the engine lines", m.name,
			lx->tok[3].text);
	m.engine = i;
	if (m.opcode >> 4 != c->engines[i].number + 1)
		fail_at(&m.loc, "command '%s': bits 7..4 of opcode 0x%02x must be 0x%x for engine '%s': change one",
			m.name, m.opcode, c->engines[i].number + 1, c->engines[i].name);
	c->commands = grow(c->commands, c->ncommands, sizeof(m));
	c->commands[c->ncommands++] = m;
}

static void read_field(const struct cmds *c, struct fields *to, const char *owner,
		       const struct lexer *lx)
{
	struct field f = { .loc = lx->loc };

	want_tokens(lx, 6, "field NAME WORD HI:LO KIND \"text\"");
	f.name = want_name(lx, 1, "field");
	f.lower = lower_text(f.name);
	f.word = want_number(lx, 2, "the word");
	if (f.word >= CMD_WORDS)
		fail_at(&f.loc, "field '%s': word %u does not exist: a command has words 0 to %u", f.name,
			f.word, CMD_WORDS - 1);
	want_bits(lx, 3, &f.hi, &f.lo);
	f.is_signed = is_word(lx, 4, "s");
	if (!f.is_signed && !is_word(lx, 4, "u"))
		fail_at(&f.loc, "field '%s': '%s' is not a kind: write u or s", f.name, lx->tok[4].text);
	f.text = want_text(lx, 5);
	if (!strcmp(f.name, "ROWS") || !strcmp(f.name, "COLS"))
		fail_at(&f.loc, "field '%s': rules use that name for the array's size: choose another", f.name);
	if (to != &c->common)
		check_fields(&c->common, &f, "every command");
	check_fields(to, &f, owner);
	to->v = grow(to->v, to->n, sizeof(f));
	to->v[to->n++] = f;
}

/* unit, max, align: they add to the field above them. */
static void read_limit(struct field *f, const struct lexer *lx)
{
	want_tokens(lx, 2, "unit \"text\", max N, or align N");
	if (is_word(lx, 0, "unit")) {
		f->unit = want_text(lx, 1);
		return;
	}
	if (f->is_signed)
		fail_at(&lx->loc, "field '%s' is signed: state its limit as a rule", f->name);
	if (is_word(lx, 0, "max")) {
		f->max = want_number(lx, 1, "max");
		f->has_max = true;
		if (f->max >= ones(width_of(f)))
			fail_at(&lx->loc, "max %u is no limit for the %u bits of field '%s': remove it", f->max,
				width_of(f), f->name);
	} else {
		f->align = want_number(lx, 1, "align");
		if (f->align < 2 || (f->align & (f->align - 1)) || f->align > ones(width_of(f)))
			fail_at(&lx->loc, "align %u is not a power of two that field '%s' can hold: correct it",
				f->align, f->name);
	}
}

static void read_rule(struct command *m, const struct lexer *lx)
{
	struct rule u = { .loc = lx->loc };
	const char *s;

	u.text = want_text(lx, 1);
	for (s = lx->tok[1].rest; *s == ' ' || *s == '\t';)
		s++;
	u.source = copy_text(s, strlen(s));
	for (size_t n = strlen(u.source); n && strchr(" \t\r", u.source[n - 1]); n--)
		u.source[n - 1] = '\0';
	u.expr = parse_expr(&u.loc, &m->fields, u.source);
	m->rules = grow(m->rules, m->nrules, sizeof(u));
	m->rules[m->nrules++] = u;
}

void read_cmds(struct cmds *c, const char *path)
{
	enum { TOP, COMMON, COMMAND } in = TOP;
	struct lexer lx;
	bool seen_version = false;

	lex_open(&lx, path);
	while (lex_line(&lx)) {
		struct command *m = in == COMMAND ? &c->commands[c->ncommands - 1] : NULL;
		struct fields *to = in == COMMON ? &c->common : m ? &m->fields : NULL;

		if (is_word(&lx, 0, "field") && to) {
			read_field(c, to, m ? format("command '%s'", m->name) : "the common block", &lx);
		} else if ((is_word(&lx, 0, "unit") || is_word(&lx, 0, "max") || is_word(&lx, 0, "align")) &&
			   m && to->n) {
			read_limit(&to->v[to->n - 1], &lx);
		} else if (is_word(&lx, 0, "rule") && m) {
			read_rule(m, &lx);
		} else if (is_word(&lx, 0, "end") && in != TOP) {
			want_tokens(&lx, 1, "end");
			if (in == COMMON)
				end_common(c, &lx.loc);
			in = TOP;
		} else if (in != TOP) {
			fail_at(&lx.loc, "'%s' is unknown here: write field, unit, max, align, rule or end",
				lx.tok[0].text);
		} else if (is_word(&lx, 0, "version")) {
			want_tokens(&lx, 2, "version N");
			if (seen_version)
				fail_at(&lx.loc, "a second version: a description has one");
			c->version = want_number(&lx, 1, "the version");
			c->loc = lx.loc;
			seen_version = true;
		} else if (is_word(&lx, 0, "engine")) {
			read_engine(c, &lx);
		} else if (is_word(&lx, 0, "common")) {
			want_tokens(&lx, 1, "common");
			if (c->common.n || !seen_version)
				fail_at(&lx.loc, "the common block stands once, behind the version: move it");
			in = COMMON;
		} else if (is_word(&lx, 0, "command")) {
			read_command(c, &lx);
			in = COMMAND;
		} else {
			fail_at(&lx.loc, "'%s' is unknown here: write version, engine, common or command",
				lx.tok[0].text);
		}
	}
	lex_close(&lx);
	if (in != TOP)
		fail_at(&lx.loc, "the last block has no end: add it");
	if (!c->ncommands)
		fail_at(&lx.loc, "no commands: add one");
}
