// SPDX-License-Identifier: Apache-2.0
/* Just enough JSON to refuse what is none: the server has no use for the client's limits, all of which are above its own. */
#include "json.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define DEPTH 16

static const char *value(const char *p, int depth);

static const char *blanks(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

/* Each of these returns what is behind what it read, or NULL when it is not there. */

static const char *hex4(const char *p)
{
	for (int i = 0; i < 4; i++, p++)
		if (!isxdigit((unsigned char)*p))
			return NULL;
	return p;
}

static const char *string(const char *p)
{
	if (*p++ != '"')
		return NULL;
	while (*p != '"') {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p++ != '\\')
			continue;
		if (*p == 'u') {
			p = hex4(p + 1);
			if (!p)
				return NULL;
		} else if (*p && strchr("\"\\/bfnrt", *p)) {
			p++;
		} else {
			return NULL;
		}
	}
	return p + 1;
}

static const char *digits(const char *p)
{
	size_t n = strspn(p, "0123456789");

	return n ? p + n : NULL;
}

static const char *number(const char *p)
{
	p += *p == '-';
	p = *p == '0' ? p + 1 : digits(p);
	if (p && *p == '.')
		p = digits(p + 1);
	if (p && (*p == 'e' || *p == 'E')) {
		p++;
		p += *p == '+' || *p == '-';
		p = digits(p);
	}
	return p;
}

static const char *word(const char *p, const char *w)
{
	return strncmp(p, w, strlen(w)) ? NULL : p + strlen(w);
}

/* Members of an object or elements of an array, up to the closing bracket. */
static const char *list(const char *p, char end, int depth)
{
	p = blanks(p + 1);
	if (*p == end)
		return p + 1;
	for (;;) {
		if (end == '}') {
			p = string(p);
			if (!p)
				return NULL;
			p = blanks(p);
			if (*p++ != ':')
				return NULL;
		}
		p = value(blanks(p), depth);
		if (!p)
			return NULL;
		p = blanks(p);
		if (*p == end)
			return p + 1;
		if (*p++ != ',')
			return NULL;
		p = blanks(p);
	}
}

static const char *value(const char *p, int depth)
{
	if (!depth)
		return NULL;
	switch (*p) {
	case '{': return list(p, '}', depth - 1);
	case '[': return list(p, ']', depth - 1);
	case '"': return string(p);
	case 't': return word(p, "true");
	case 'f': return word(p, "false");
	case 'n': return word(p, "null");
	default: return number(p);
	}
}

bool vf_json_is_object(const char *text)
{
	const char *end;

	text = blanks(text);
	end = *text == '{' ? value(text, DEPTH) : NULL;
	return end && !*blanks(end);
}
