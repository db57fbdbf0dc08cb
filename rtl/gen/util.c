// SPDX-License-Identifier: Apache-2.0
/* Errors, memory, output files, and the small questions that several emitters ask. */
#include "fcngen.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

_Noreturn void fail_at(const struct loc *loc, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "fcngen: %s:%u: ", loc->file, loc->line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

_Noreturn void die(const char *fmt, ...)
{
	va_list ap;

	fputs("fcngen: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/*
 * The generator lives for some milliseconds: what it allocates belongs to the description in
 * memory and is returned when the process ends.  The list keeps all of it reachable, so that
 * leak checkers stay quiet.
 */
struct block {
	struct block *next;
};

static struct block *blocks;

void *xalloc(size_t size)
{
	struct block *b = calloc(1, sizeof(*b) + size);

	if (!b)
		die("out of memory");
	b->next = blocks;
	blocks = b;
	return b + 1;
}

void *grow(void *v, size_t n, size_t size)
{
	void *w;

	if (n != 0 && (n < 8 || (n & (n - 1)) != 0))
		return v;
	w = xalloc((n ? 2 * n : 8) * size);
	if (n)
		memcpy(w, v, n * size);
	return w;
}

char *copy_text(const char *s, size_t n)
{
	char *t = xalloc(n + 1);

	memcpy(t, s, n);
	return t;
}

char *lower_text(const char *s)
{
	char *t = copy_text(s, strlen(s));

	for (size_t i = 0; t[i]; i++)
		t[i] = (char)tolower((unsigned char)t[i]);
	return t;
}

char *format(const char *fmt, ...)
{
	va_list ap;
	char *t;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("vsnprintf failed");
	t = xalloc((size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(t, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return t;
}

uint32_t ones(unsigned width)
{
	return width >= 32 ? UINT32_MAX : (UINT32_C(1) << width) - 1;
}

const char *access_name(enum access a)
{
	static const char *const names[] = { "ro", "rw", "w1s", "w1c", "slot", "kick" };

	return names[a];
}

uint32_t reg_addr(const struct regs *r, const struct reg *g, uint32_t index)
{
	const struct array *a;

	if (g->array < 0)
		return g->off;
	a = &r->arrays[g->array];
	return a->base + index * a->stride + g->off;
}

uint32_t reg_count(const struct regs *r, const struct reg *g)
{
	return g->array < 0 ? 1 : r->arrays[g->array].count;
}

char *reg_stem(const struct regs *r, const struct reg *g)
{
	if (g->array < 0)
		return g->name;
	return format("%s_%s", r->arrays[g->array].name, g->name);
}

char *reg_port(const struct regs *r, const struct reg *g, uint32_t index)
{
	if (g->array < 0)
		return g->lower;
	return format("%s%u_%s", r->arrays[g->array].lower, index, g->lower);
}

uint32_t reserved_bits(const struct cmds *c, const struct command *m, unsigned word)
{
	uint32_t used = 0;

	for (size_t i = 0; i < c->common.n; i++)
		if (c->common.v[i].word == word)
			used |= mask_of(&c->common.v[i]);
	for (size_t i = 0; i < m->fields.n; i++)
		if (m->fields.v[i].word == word)
			used |= mask_of(&m->fields.v[i]);
	return ~used;
}

uint32_t token_bits(const struct cmds *c, const struct command *m)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < c->nengines; i++)
		if (i != m->engine)
			bits |= UINT32_C(1) << c->engines[i].number;
	return bits;
}

bool rules_use_field(const struct command *m, size_t field)
{
	for (size_t i = 0; i < m->nrules; i++)
		if (expr_uses_field(m->rules[i].expr, field))
			return true;
	return false;
}

static char *out_path;

FILE *out_open(const char *root, const char *rel)
{
	FILE *f;

	out_path = format("%s/%s", root, rel);
	for (char *p = out_path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(out_path, 0777) && errno != EEXIST)
			die("cannot make the folder %s: %s", out_path, strerror(errno));
		*p = '/';
	}
	f = fopen(out_path, "w");
	if (!f)
		die("cannot write %s: %s", out_path, strerror(errno));
	return f;
}

void out_close(FILE *f)
{
	bool bad = ferror(f) != 0;

	if (fclose(f) || bad)
		die("cannot write %s: is the disk full?", out_path);
}
