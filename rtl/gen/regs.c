// SPDX-License-Identifier: Apache-2.0
/* Reads and checks the register description. */
#include "fcngen.h"

#include <string.h>

static enum access want_access(const struct lexer *lx, unsigned i)
{
	for (enum access a = ACC_RO; a <= ACC_KICK; a++)
		if (is_word(lx, i, access_name(a)))
			return a;
	fail_at(&lx->loc, "'%s' is not a kind of access: write ro, rw, w1s, w1c, slot or kick",
		i < lx->ntok ? lx->tok[i].text : "");
}

static void read_block(struct regs *r, const struct lexer *lx)
{
	const char *version, *dot;

	want_tokens(lx, 4, "block NAME size=BYTES version=MAJOR.MINOR");
	if (r->name)
		fail_at(&lx->loc, "a second block: a description has one");
	if (lx->tok[1].quoted)
		fail_at(&lx->loc, "the block's name is a text: write a word");
	r->loc = lx->loc;
	r->name = lx->tok[1].text;
	r->size = parse_number(&lx->loc, want_key(lx, 2, "size"), "the size");
	if (r->size < 8 || r->size > 65536 || (r->size & (r->size - 1)))
		fail_at(&lx->loc, "size %u is not a power of two from 8 to 65536: write one", r->size);
	while ((UINT32_C(1) << r->addr_bits) < r->size)
		r->addr_bits++;
	version = want_key(lx, 3, "version");
	dot = strchr(version, '.');
	if (!dot)
		fail_at(&lx->loc, "version '%s' has no dot: write MAJOR.MINOR", version);
	r->major = parse_number(&lx->loc, copy_text(version, (size_t)(dot - version)), "MAJOR");
	r->minor = parse_number(&lx->loc, dot + 1, "MINOR");
}

static void read_array(struct regs *r, const struct lexer *lx)
{
	struct array a = { .loc = lx->loc };

	want_tokens(lx, 5, "array NAME base=OFF stride=BYTES count=N");
	a.name = want_name(lx, 1, "array");
	a.lower = lower_text(a.name);
	a.base = parse_number(&lx->loc, want_key(lx, 2, "base"), "the base");
	a.stride = parse_number(&lx->loc, want_key(lx, 3, "stride"), "the stride");
	a.count = parse_number(&lx->loc, want_key(lx, 4, "count"), "the count");
	for (size_t i = 0; i < r->narrays; i++)
		if (!strcmp(r->arrays[i].name, a.name))
			fail_at(&a.loc, "array '%s' is there twice, first in line %u: rename one", a.name,
				r->arrays[i].loc.line);
	if (a.base % 4 || a.stride % 4 || !a.stride || !a.count)
		fail_at(&a.loc, "array '%s': base and stride are multiples of 4, stride and count are not 0",
			a.name);
	if (a.base > r->size || (uint64_t)a.stride * a.count > r->size - a.base)
		fail_at(&a.loc, "array '%s' ends outside the block of %u bytes: move or shrink it", a.name,
			r->size);
	r->arrays = grow(r->arrays, r->narrays, sizeof(a));
	r->arrays[r->narrays++] = a;
}

static void check_place(const struct regs *r, const struct reg *g)
{
	for (size_t i = 0; i < r->nregs; i++) {
		const struct reg *h = &r->regs[i];

		if (h->array == g->array && !strcmp(h->name, g->name))
			fail_at(&g->loc, "register '%s' is there twice, first in line %u: rename one",
				g->name, h->loc.line);
		for (uint32_t n = 0; n < reg_count(r, g); n++)
			for (uint32_t k = 0; k < reg_count(r, h); k++)
				if (reg_addr(r, g, n) == reg_addr(r, h, k))
					fail_at(&g->loc, "register '%s' overlaps register '%s' of line %u at 0x%03x: move one",
						g->name, h->name, h->loc.line, reg_addr(r, g, n));
	}
}

static void read_reg(struct regs *r, const struct lexer *lx, bool in_array)
{
	struct reg g = { .loc = lx->loc };

	want_tokens(lx, 5, "reg NAME OFF ACCESS \"text\"");
	g.name = want_name(lx, 1, "register");
	g.lower = lower_text(g.name);
	g.off = want_number(lx, 2, "the offset");
	g.access = want_access(lx, 3);
	g.text = want_text(lx, 4);
	g.array = in_array ? (int)r->narrays - 1 : -1;
	if (g.off % 4)
		fail_at(&g.loc, "register '%s': offset 0x%x is not a multiple of 4: move it", g.name, g.off);
	if (in_array && g.off >= r->arrays[g.array].stride)
		fail_at(&g.loc, "register '%s': offset 0x%x lies outside the array's stride of 0x%x: move it or raise the stride",
			g.name, g.off, r->arrays[g.array].stride);
	if (!in_array && g.off >= r->size)
		fail_at(&g.loc, "register '%s': offset 0x%x lies outside the block of %u bytes: move it or raise the size",
			g.name, g.off, r->size);
	if (!in_array && (g.access == ACC_SLOT || g.access == ACC_KICK))
		fail_at(&g.loc, "register '%s' is %s outside an array: that access needs a slot, use rw",
			g.name, access_name(g.access));
	check_place(r, &g);
	r->regs = grow(r->regs, r->nregs, sizeof(g));
	r->regs[r->nregs++] = g;
}

static void add_param(struct regs *r, char *name)
{
	for (size_t i = 0; i < r->nparams; i++)
		if (!strcmp(r->params[i], name))
			return;
	r->params = grow(r->params, r->nparams, sizeof(*r->params));
	r->params[r->nparams++] = name;
}

static void read_field(struct regs *r, const struct lexer *lx)
{
	struct field f = { .loc = lx->loc };
	struct reg *g;
	const char *reset;

	if (!r->nregs)
		fail_at(&lx->loc, "a field before any register: put it below a reg line");
	g = &r->regs[r->nregs - 1];
	want_tokens(lx, 6, "field NAME HI:LO ACCESS RESET \"text\"");
	f.name = want_name(lx, 1, "field");
	f.lower = lower_text(f.name);
	want_bits(lx, 2, &f.hi, &f.lo);
	f.access = want_access(lx, 3);
	f.text = want_text(lx, 5);
	if (f.access != g->access && f.access != ACC_RO)
		fail_at(&f.loc, "field '%s' is %s in a register that is %s: give both the same access",
			f.name, access_name(f.access), access_name(g->access));
	reset = lx->tok[4].text;
	if (lx->tok[4].quoted)
		fail_at(&f.loc, "field '%s' has no reset value: write it before the text", f.name);
	if (!strncmp(reset, "param:", 6)) {
		f.reset_kind = RESET_PARAM;
		f.param = copy_text(reset + 6, strlen(reset + 6));
		check_name(&f.loc, "parameter", f.param);
		add_param(r, f.param);
	} else if (!strncmp(reset, "const:", 6)) {
		f.reset_kind = RESET_CONST;
		f.reset = parse_number(&f.loc, reset + 6, "the constant");
	} else {
		f.reset = parse_number(&f.loc, reset, "the reset value");
	}
	if (f.reset_kind != RESET_NUM && f.access != ACC_RO)
		fail_at(&f.loc, "field '%s' can be written, but its value is fixed: make it ro, or give it a number",
			f.name);
	if (f.reset & ~ones(width_of(&f)))
		fail_at(&f.loc, "field '%s': reset value 0x%x does not fit %u bits: widen the field or correct the value",
			f.name, f.reset, width_of(&f));
	check_fields(&g->fields, &f, format("register '%s'", g->name));
	g->fields.v = grow(g->fields.v, g->fields.n, sizeof(f));
	g->fields.v[g->fields.n++] = f;
}

static void read_cause(struct regs *r, const struct lexer *lx)
{
	struct cause c = { .loc = lx->loc };

	want_tokens(lx, 4, "cause NAME VALUE \"text\"");
	c.name = want_name(lx, 1, "cause");
	c.value = want_number(lx, 2, "the cause's value");
	c.text = want_text(lx, 3);
	if (c.value > 255)
		fail_at(&c.loc, "cause '%s': %u does not fit 8 bits: choose a smaller value", c.name, c.value);
	for (size_t i = 0; i < r->ncauses; i++)
		if (!strcmp(r->causes[i].name, c.name) || r->causes[i].value == c.value)
			fail_at(&c.loc, "cause '%s' = %u is there twice, first in line %u: change one", c.name,
				c.value, r->causes[i].loc.line);
	r->causes = grow(r->causes, r->ncauses, sizeof(c));
	r->causes[r->ncauses++] = c;
}

void read_regs(struct regs *r, const char *path)
{
	struct lexer lx;
	bool in_array = false;

	lex_open(&lx, path);
	while (lex_line(&lx)) {
		if (is_word(&lx, 0, "block")) {
			read_block(r, &lx);
			continue;
		}
		if (!r->name)
			fail_at(&lx.loc, "'%s' before the block: start with a block line", lx.tok[0].text);
		if (is_word(&lx, 0, "array")) {
			if (in_array)
				fail_at(&lx.loc, "an array in an array: write end before it");
			read_array(r, &lx);
			in_array = true;
		} else if (is_word(&lx, 0, "end")) {
			want_tokens(&lx, 1, "end");
			if (!in_array)
				fail_at(&lx.loc, "end without an array: remove it");
			in_array = false;
		} else if (is_word(&lx, 0, "reg")) {
			read_reg(r, &lx, in_array);
		} else if (is_word(&lx, 0, "field")) {
			read_field(r, &lx);
		} else if (is_word(&lx, 0, "cause")) {
			read_cause(r, &lx);
		} else {
			fail_at(&lx.loc, "'%s' is unknown here: write block, array, reg, field, end or cause",
				lx.tok[0].text);
		}
	}
	lex_close(&lx);
	if (!r->name)
		fail_at(&lx.loc, "no block: start with a block line");
	if (in_array)
		fail_at(&lx.loc, "array '%s' has no end: add it", r->arrays[r->narrays - 1].name);
	for (size_t i = 0; i < r->nregs; i++)
		if (!r->regs[i].fields.n)
			fail_at(&r->regs[i].loc, "register '%s' has no fields: add one", r->regs[i].name);
	if (!r->nregs || !r->ncauses)
		fail_at(&lx.loc, "no %s: add one", r->nregs ? "causes" : "registers");
}
