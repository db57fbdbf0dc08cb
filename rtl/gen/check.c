// SPDX-License-Identifier: Apache-2.0
/* Names: what a description may call things, and that no two generated names collide. */
#include "fcngen.h"

#include <ctype.h>
#include <string.h>

static const char *const c_keywords[] = {
	"_Alignas", "_Alignof", "_Atomic", "_Bool", "_Complex", "_Generic", "_Imaginary",
	"_Noreturn", "_Static_assert", "_Thread_local", "alignas", "alignof", "and", "and_eq",
	"asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "class",
	"compl", "const", "const_cast", "constexpr", "continue", "decltype", "default", "delete",
	"do", "double", "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false",
	"float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace",
	"new", "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private",
	"protected", "public", "register", "reinterpret_cast", "restrict", "return", "short",
	"signed", "sizeof", "static", "static_assert", "static_cast", "struct", "switch",
	"template", "this", "thread_local", "throw", "true", "try", "typedef", "typeid",
	"typename", "typeof", "typeof_unqual", "union", "unsigned", "using", "virtual", "void",
	"volatile", "wchar_t", "while", "xor", "xor_eq", NULL
};

static const char *const v_keywords[] = {
	"accept_on", "alias", "always", "always_comb", "always_ff", "always_latch", "and",
	"assert", "assign", "assume", "automatic", "before", "begin", "bind", "bins", "binsof",
	"bit", "break", "buf", "bufif0", "bufif1", "byte", "case", "casex", "casez", "cell",
	"chandle", "checker", "class", "clocking", "cmos", "config", "const", "constraint",
	"context", "continue", "cover", "covergroup", "coverpoint", "cross", "deassign",
	"default", "defparam", "design", "disable", "dist", "do", "edge", "else", "end",
	"endcase", "endchecker", "endclass", "endclocking", "endconfig", "endfunction",
	"endgenerate", "endgroup", "endinterface", "endmodule", "endpackage", "endprimitive",
	"endprogram", "endproperty", "endsequence", "endspecify", "endtable", "endtask", "enum",
	"event", "eventually", "expect", "export", "extends", "extern", "final", "first_match",
	"for", "force", "foreach", "forever", "fork", "forkjoin", "function", "generate",
	"genvar", "global", "highz0", "highz1", "if", "iff", "ifnone", "ignore_bins",
	"illegal_bins", "implements", "implies", "import", "incdir", "include", "initial",
	"inout", "input", "inside", "instance", "int", "integer", "interconnect", "interface",
	"intersect", "join", "join_any", "join_none", "large", "let", "liblist", "library",
	"local", "localparam", "logic", "longint", "macromodule", "matches", "medium", "modport",
	"module", "nand", "negedge", "nettype", "new", "nexttime", "nmos", "nor",
	"noshowcancelled", "not", "notif0", "notif1", "null", "or", "output", "package",
	"packed", "parameter", "pmos", "posedge", "primitive", "priority", "program", "property",
	"protected", "pull0", "pull1", "pulldown", "pullup", "pulsestyle_ondetect",
	"pulsestyle_onevent", "pure", "rand", "randc", "randcase", "randsequence", "rcmos",
	"real", "realtime", "ref", "reg", "reject_on", "release", "repeat", "restrict", "return",
	"rnmos", "rpmos", "rtran", "rtranif0", "rtranif1", "s_always", "s_eventually",
	"s_nexttime", "s_until", "s_until_with", "scalared", "sequence", "shortint", "shortreal",
	"showcancelled", "signed", "small", "soft", "solve", "specify", "specparam", "static",
	"string", "strong", "strong0", "strong1", "struct", "super", "supply0", "supply1",
	"sync_accept_on", "sync_reject_on", "table", "tagged", "task", "this", "throughout",
	"time", "timeprecision", "timeunit", "tran", "tranif0", "tranif1", "tri", "tri0", "tri1",
	"triand", "trior", "trireg", "type", "typedef", "union", "unique", "unique0", "unsigned",
	"until", "until_with", "untyped", "use", "uwire", "var", "vectored", "virtual", "void",
	"wait", "wait_order", "wand", "weak", "weak0", "weak1", "while", "wildcard", "wire",
	"with", "within", "wor", "xnor", "xor", NULL
};

static const char *keyword_of(const char *name)
{
	for (unsigned i = 0; c_keywords[i]; i++)
		if (!strcmp(c_keywords[i], name))
			return "C or C++";
	for (unsigned i = 0; v_keywords[i]; i++)
		if (!strcmp(v_keywords[i], name))
			return "Verilog or SystemVerilog";
	return NULL;
}

/*
 * Both languages tell upper from lower case, so TABLE and WAIT are good names.  Lower case
 * names are generated with something before or behind them; check_generated_names() looks at
 * the result.
 */
void check_name(const struct loc *loc, const char *what, const char *name)
{
	const char *language = keyword_of(name);
	bool good = isupper((unsigned char)name[0]);

	if (language)
		fail_at(loc, "%s '%s' is a keyword of %s: choose another name", what, name, language);
	for (const char *p = name; *p; p++) {
		good = good && (isupper((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_');
		good = good && !(p[0] == '_' && (p[1] == '_' || p[1] == '\0'));
	}
	if (!good)
		fail_at(loc, "%s '%s' is not a name: write capitals, digits and single inner underscores",
			what, name);
}

/* A field must not overlap, or share the name of, one that is there already. */
void check_fields(const struct fields *have, const struct field *add, const char *owner)
{
	for (size_t i = 0; i < have->n; i++) {
		const struct field *f = &have->v[i];

		if (!strcmp(f->name, add->name))
			fail_at(&add->loc, "field '%s' of %s is there twice, first in line %u: rename one",
				add->name, owner, f->loc.line);
		if (f->word == add->word && f->lo <= add->hi && add->lo <= f->hi)
			fail_at(&add->loc, "field '%s' of %s overlaps field '%s' of line %u: move one",
				add->name, owner, f->name, f->loc.line);
	}
}

/* Generated names: macros and functions of C, parameters and ports of Verilog. */
struct claim {
	const char *name;
	struct loc loc;
};

struct claims {
	struct claim *v;
	size_t n;
};

static void claim(struct claims *s, const struct loc *loc, const char *name)
{
	const char *language = keyword_of(name);

	if (language)
		fail_at(loc, "this makes the generated name '%s', a keyword of %s: rename it", name,
			language);
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->v[i].name, name))
			fail_at(loc, "this makes the generated name '%s' again, after %s:%u: rename one",
				name, s->v[i].loc.file, s->v[i].loc.line);
	s->v = grow(s->v, s->n, sizeof(*s->v));
	s->v[s->n++] = (struct claim){ name, *loc };
}

static void claim_field(struct claims *s, const struct field *f, const char *stem)
{
	static const char *const suffixes[] = { "WORD", "SHIFT", "MASK", "MAX", "LSB", "W" };

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		claim(s, &f->loc, format("FCN_%s_%s_%s", stem, f->name, suffixes[i]));
}

static void claim_regs(struct claims *macros, struct claims *ports, const struct regs *r)
{
	static const char *const fixed[] = { "clk_i", "rst_i", "wr_en_i", "wr_addr_i",
					     "wr_data_i", "wr_strb_i", "rd_addr_i", "rd_data_o",
					     "mask", "set", "rd_mux", NULL };

	claim(macros, &r->loc, "FCN_BLOCK_SIZE");
	claim(macros, &r->loc, "FCN_BLOCK_MAJOR");
	claim(macros, &r->loc, "FCN_BLOCK_MINOR");
	for (unsigned i = 0; fixed[i]; i++)
		claim(ports, &r->loc, fixed[i]);
	for (size_t i = 0; i < r->narrays; i++) {
		const struct array *a = &r->arrays[i];

		claim(macros, &a->loc, format("FCN_%s_BASE", a->name));
		claim(macros, &a->loc, format("FCN_%s_STRIDE", a->name));
		claim(macros, &a->loc, format("FCN_%s_COUNT", a->name));
		claim(macros, &a->loc, format("FCN_%s_REG", a->name));
		for (uint32_t n = 0; n < a->count; n++) {
			claim(ports, &a->loc, format("%s%u_locked_i", a->lower, n));
			claim(ports, &a->loc, format("%s%u_open", a->lower, n));
		}
	}
	for (size_t i = 0; i < r->nregs; i++) {
		const struct reg *g = &r->regs[i];
		const char *stem = reg_stem(r, g);

		claim(macros, &g->loc, format("FCN_REG_%s", stem));
		if (g->array >= 0)
			claim(macros, &g->loc, format("FCN_%s", stem));
		for (uint32_t n = 0; n < reg_count(r, g); n++) {
			const char *port = reg_port(r, g, n);

			if (g->array >= 0)
				claim(macros, &g->loc, format("FCN_REG_%s%u_%s",
							      r->arrays[g->array].name, n, g->name));
			claim(ports, &g->loc, format("%s_wr", port));
			claim(ports, &g->loc, format("%s_kick_o", port));
			for (size_t j = 0; j < g->fields.n; j++) {
				const char *l = g->fields.v[j].lower;

				claim(ports, &g->fields.v[j].loc, format("%s_%s_i", port, l));
				claim(ports, &g->fields.v[j].loc, format("%s_%s_o", port, l));
				claim(ports, &g->fields.v[j].loc, format("%s_%s_set_i", port, l));
				claim(ports, &g->fields.v[j].loc, format("%s_%s_set_o", port, l));
			}
		}
		for (size_t j = 0; j < g->fields.n; j++) {
			const struct field *f = &g->fields.v[j];

			claim_field(macros, f, stem);
			if (f->reset_kind == RESET_CONST)
				claim(macros, &f->loc, format("FCN_%s_%s", stem, f->name));
		}
	}
	for (size_t i = 0; i < r->ncauses; i++)
		claim(macros, &r->causes[i].loc, format("FCN_CAUSE_%s", r->causes[i].name));
}

static void claim_cmds(struct claims *macros, struct claims *wires, const struct cmds *c)
{
	static const char *const fixed[] = { "FCN_CMD_VERSION", "FCN_CMD_WORDS", "FCN_CMD_BYTES",
					     "fcn_cmd_get", "fcn_cmd_set", "fcn_cmd_init",
					     "fcn_cmd_check", "fcn_cmd_print", NULL };

	for (unsigned i = 0; fixed[i]; i++)
		claim(macros, &c->loc, fixed[i]);
	claim(wires, &c->loc, "cmd_i");
	claim(wires, &c->loc, "legal_o");
	claim(wires, &c->loc, "version_ok");
	for (size_t i = 0; i < c->nengines; i++)
		claim(macros, &c->engines[i].loc, format("FCN_ENG_%s", c->engines[i].name));
	for (size_t j = 0; j < c->common.n; j++) {
		const struct field *f = &c->common.v[j];

		claim_field(macros, f, "CMD");
		claim(macros, &f->loc, format("fcn_cmd_get_%s", f->lower));
		claim(macros, &f->loc, format("fcn_cmd_set_%s", f->lower));
	}
	for (size_t i = 0; i < c->ncommands; i++) {
		const struct command *m = &c->commands[i];

		claim(macros, &m->loc, format("FCN_OP_%s", m->name));
		claim(macros, &m->loc, format("fcn_%s_init", m->lower));
		claim(wires, &m->loc, format("%s_ok", m->lower));
		for (size_t j = 0; j < m->fields.n; j++) {
			const struct field *f = &m->fields.v[j];

			claim_field(macros, f, m->name);
			claim(macros, &f->loc, format("fcn_%s_get_%s", m->lower, f->lower));
			claim(macros, &f->loc, format("fcn_%s_set_%s", m->lower, f->lower));
			claim(wires, &f->loc, format("%s_%s", m->lower, f->lower));
		}
	}
}

void check_generated_names(const struct regs *r, const struct cmds *c)
{
	struct claims macros = { 0 }, ports = { 0 }, wires = { 0 };

	claim_regs(&macros, &ports, r);
	claim_cmds(&macros, &wires, c);
}
