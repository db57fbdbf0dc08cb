// SPDX-License-Identifier: Apache-2.0
/*
 * A description is a sequence of lines; a line is a sequence of words and "texts".  A word
 * ends at a space, # starts a comment.
 */
#include "fcngen.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void lex_open(struct lexer *lx, const char *path)
{
	size_t n = 0, room = 1 << 12, got;
	FILE *f = fopen(path, "rb");
	char *data;

	if (!f)
		die("cannot read %s: %s", path, strerror(errno));
	data = malloc(room);
	while (data && (got = fread(data + n, 1, room - n - 1, f)) > 0) {
		char *more;

		n += got;
		if (room - n > 1)
			continue;
		room *= 2;
		more = realloc(data, room);
		if (!more)
			free(data);
		data = more;
	}
	if (!data)
		die("out of memory");
	if (ferror(f))
		die("cannot read %s: %s", path, strerror(errno));
	fclose(f);
	data[n] = '\0';
	*lx = (struct lexer){ .loc = { path, 0 }, .data = data, .next = data };
	if (strlen(data) != n)
		die("%s holds a zero byte: it is not a description", path);
}

void lex_close(struct lexer *lx)
{
	free(lx->data);
	lx->data = NULL;
}

static void add_token(struct lexer *lx, const char *s, size_t n, bool quoted, const char *rest)
{
	if (lx->ntok == MAX_TOKENS)
		return; /* the rest belongs to an expression, or is one word too many anyway */
	lx->tok[lx->ntok++] = (struct token){ copy_text(s, n), quoted, rest };
}

static char *lex_quoted(struct lexer *lx, char *p)
{
	char *start = ++p;

	for (; *p && *p != '"'; p++) {
		if (!isprint((unsigned char)*p) || *p == '\\')
			fail_at(&lx->loc, "a text may hold printable ASCII without \\ only: replace that character");
		if ((p[0] == '*' && p[1] == '/') || (p[0] == '/' && p[1] == '*'))
			fail_at(&lx->loc, "a text may not hold a comment mark: reword it");
	}
	if (!*p)
		fail_at(&lx->loc, "a text does not end on its line: add the closing \"");
	add_token(lx, start, (size_t)(p - start), true, p + 1);
	return p + 1;
}

bool lex_line(struct lexer *lx)
{
	while (*lx->next) {
		char *p = lx->next, *end = strchr(p, '\n');

		if (end)
			*end = '\0';
		lx->next = end ? end + 1 : p + strlen(p);
		lx->loc.line++;
		lx->ntok = 0;
		while (*p && *p != '#') {
			char *start = p;

			if (*p == ' ' || *p == '\t' || *p == '\r') {
				p++;
				continue;
			}
			if (*p == '"') {
				p = lex_quoted(lx, p);
				continue;
			}
			while (*p && !strchr(" \t\r\"#", *p))
				p++;
			add_token(lx, start, (size_t)(p - start), false, p);
		}
		*p = '\0'; /* cut the comment off for those who read on from a token */
		if (lx->ntok)
			return true;
	}
	return false;
}

bool is_word(const struct lexer *lx, unsigned i, const char *word)
{
	return i < lx->ntok && !lx->tok[i].quoted && !strcmp(lx->tok[i].text, word);
}

void want_tokens(const struct lexer *lx, unsigned n, const char *syntax)
{
	if (lx->ntok != n)
		fail_at(&lx->loc, "%s words here: write  %s", lx->ntok < n ? "too few" : "too many",
			syntax);
}

static const char *want_word(const struct lexer *lx, unsigned i, const char *what)
{
	if (i >= lx->ntok || lx->tok[i].quoted)
		fail_at(&lx->loc, "%s is missing: write it as word %u of the line", what, i + 1);
	return lx->tok[i].text;
}

char *want_name(const struct lexer *lx, unsigned i, const char *what)
{
	want_word(lx, i, what);
	check_name(&lx->loc, what, lx->tok[i].text);
	return lx->tok[i].text;
}

char *want_text(const struct lexer *lx, unsigned i)
{
	if (i >= lx->ntok || !lx->tok[i].quoted)
		fail_at(&lx->loc, "a text is missing: write it in \" as item %u of the line", i + 1);
	if (!*lx->tok[i].text)
		fail_at(&lx->loc, "the text is empty: describe it");
	return lx->tok[i].text;
}

uint32_t parse_number(const struct loc *loc, const char *s, const char *what)
{
	unsigned long long v;
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	char *end;

	if (!isdigit((unsigned char)s[0]) || (s[0] == '0' && s[1] != '\0' && !hex))
		fail_at(loc, "%s '%s' is not a number: write it in decimal, or as 0x...", what, s);
	errno = 0;
	v = strtoull(s, &end, hex ? 16 : 10);
	if (*end || (hex && !s[2]))
		fail_at(loc, "%s '%s' is not a number: write it in decimal, or as 0x...", what, s);
	if (errno || v > UINT32_MAX)
		fail_at(loc, "%s '%s' does not fit 32 bits: write a smaller one", what, s);
	return (uint32_t)v;
}

uint32_t want_number(const struct lexer *lx, unsigned i, const char *what)
{
	return parse_number(&lx->loc, want_word(lx, i, what), what);
}

char *want_key(const struct lexer *lx, unsigned i, const char *key)
{
	const char *s = want_word(lx, i, key);
	size_t n = strlen(key);

	if (strncmp(s, key, n) || s[n] != '=')
		fail_at(&lx->loc, "'%s' stands where %s=... belongs: write %s=...", s, key, key);
	return copy_text(s + n + 1, strlen(s + n + 1));
}

void want_bits(const struct lexer *lx, unsigned i, unsigned *hi, unsigned *lo)
{
	const char *s = want_word(lx, i, "the bit range"), *colon = strchr(s, ':');
	uint32_t h, l;

	if (!colon)
		fail_at(&lx->loc, "'%s' is not a bit range: write HI:LO", s);
	h = parse_number(&lx->loc, copy_text(s, (size_t)(colon - s)), "the upper bit");
	l = parse_number(&lx->loc, colon + 1, "the lower bit");
	if (h > 31)
		fail_at(&lx->loc, "bits %s lie outside 31..0: a register or word has 32 bits", s);
	if (h < l)
		fail_at(&lx->loc, "bits %s are upside down: write HI:LO", s);
	*hi = h;
	*lo = l;
}
