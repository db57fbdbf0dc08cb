// SPDX-License-Identifier: Apache-2.0
/* Fault plans from text and to text. */
#include "fcn_fault_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A piece of the text that is being parsed; not terminated. */
struct word {
	const char *p;
	size_t n;
};

struct parser {
	struct fcn_fault_plan *plan;
	unsigned line;
	char *err;
	size_t err_size;
};

__attribute__((format(printf, 2, 3)))
static int fail(const struct parser *ps, const char *fmt, ...)
{
	char what[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(ps->err, ps->err_size, "line %u: %s", ps->line, what);
	return -EINVAL;
}

static int is_word(struct word w, const char *s)
{
	return strlen(s) == w.n && memcmp(s, w.p, w.n) == 0;
}

/* Length for "%.*s" in a message: a line of noise need not be repeated in full. */
static int shown(struct word w)
{
	return w.n < 40 ? (int)w.n : 40;
}

/* The next run of characters that are not in `separators`; what is left stays in *text. */
static struct word next_word(struct word *text, const char *separators)
{
	struct word w;

	while (text->n && strchr(separators, *text->p)) {
		text->p++;
		text->n--;
	}
	w.p = text->p;
	while (text->n && !strchr(separators, *text->p)) {
		text->p++;
		text->n--;
	}
	w.n = (size_t)(text->p - w.p);
	return w;
}

/* A whole word as a number: strtoull() alone would take signs, blanks and octal. */
static int parse_number(struct word w, uint64_t *value)
{
	char digits[32];
	char *end;
	int hex = w.n > 2 && w.p[0] == '0' && (w.p[1] == 'x' || w.p[1] == 'X');
	size_t skip = hex ? 2 : 0;

	if (w.n == skip || w.n >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, w.p + skip, w.n - skip);
	digits[w.n - skip] = 0;
	if (!strchr("0123456789abcdefABCDEF", digits[0]))
		return -EINVAL;
	errno = 0;
	*value = strtoull(digits, &end, hex ? 16 : 10);
	return *end || errno ? -EINVAL : 0;
}

static int parse_value(const struct parser *ps, enum fcn_fault_key k, struct word w, uint64_t *value)
{
	const struct fcn_fault_key_info *key = &fcn_fault_key_info[k];

	for (const struct fcn_fault_word *name = key->words; name && name->name; name++)
		if (is_word(w, name->name)) {
			*value = name->value;
			return 0;
		}
	if (key->min > key->max || parse_number(w, value))
		return fail(ps, "%s: bad value '%.*s'", key->name, shown(w), w.p);
	if (*value < key->min || *value > key->max)
		return fail(ps, "%s: %.*s is not in %" PRIu64 "..%" PRIu64, key->name, shown(w), w.p,
			    key->min, key->max);
	return 0;
}

/* One `key=value`; adds the key's bit to *seen. */
static int parse_key(const struct parser *ps, struct fcn_fault *f, struct word w, unsigned *seen)
{
	const struct fcn_fault_kind_info *kind = &fcn_fault_kind_info[f->kind];
	struct word value = w;
	struct word key = next_word(&value, "=");
	unsigned k;

	if (!value.n)
		return fail(ps, "'%.*s' is not key=value", shown(w), w.p);
	value.p++;
	value.n--;
	for (k = 0; k < FCN_FAULT_KEYS; k++)
		if (is_word(key, fcn_fault_key_info[k].name))
			break;
	if (k == FCN_FAULT_KEYS)
		return fail(ps, "unknown key '%.*s'", shown(key), key.p);
	if (!(kind->keys & 1u << k))
		return fail(ps, "%s has no %s", kind->name, fcn_fault_key_info[k].name);
	if (*seen & 1u << k)
		return fail(ps, "%s is there twice", fcn_fault_key_info[k].name);
	*seen |= 1u << k;
	return parse_value(ps, k, value, fcn_fault_value(f, k));
}

static int check_keys(const struct parser *ps, struct fcn_fault *f, unsigned seen)
{
	const struct fcn_fault_kind_info *kind = &fcn_fault_kind_info[f->kind];
	unsigned missing = kind->required & ~seen;

	for (unsigned k = 0; k < FCN_FAULT_KEYS; k++)
		if (missing & 1u << k)
			return fail(ps, "%s needs %s=", kind->name, fcn_fault_key_info[k].name);
	if ((seen & 1u << FCN_KEY_ADDR) && !(seen & 1u << FCN_KEY_LEN))
		f->len = 1;
	if ((seen & 1u << FCN_KEY_LEN) && !(seen & 1u << FCN_KEY_ADDR))
		return fail(ps, "len without addr");
	if ((seen & 1u << FCN_KEY_ONE_IN) && !(seen & 1u << FCN_KEY_COUNT))
		f->count = FCN_FAULT_ALL;
	return 0;
}

static int append(struct fcn_fault_plan *plan, const struct fcn_fault *f)
{
	struct fcn_fault *more = realloc(plan->fault, (plan->n + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	more[plan->n++] = *f;
	plan->fault = more;
	return 0;
}

static int parse_seed(const struct parser *ps, struct word rest)
{
	struct word w = next_word(&rest, " \t\r");

	if (parse_number(w, &ps->plan->seed) || next_word(&rest, " \t\r").n)
		return fail(ps, "seed needs one number");
	return 0;
}

static int parse_fault(const struct parser *ps, struct word name, struct word rest)
{
	struct fcn_fault f;
	struct word w;
	unsigned kind, seen = 0;
	int err;

	for (kind = 0; kind < FCN_FAULT_KINDS; kind++)
		if (is_word(name, fcn_fault_kind_info[kind].name))
			break;
	if (kind == FCN_FAULT_KINDS)
		return fail(ps, "unknown fault '%.*s'", shown(name), name.p);
	f = fcn_fault_default(kind);
	while ((w = next_word(&rest, " \t\r,")).n) {
		err = parse_key(ps, &f, w, &seen);
		if (err)
			return err;
	}
	err = check_keys(ps, &f, seen);
	return err ? err : append(ps->plan, &f);
}

static int parse_line(const struct parser *ps, struct word line)
{
	const char *comment = memchr(line.p, '#', line.n);
	struct word name;

	if (comment)
		line.n = (size_t)(comment - line.p);
	name = next_word(&line, " \t\r");
	if (!name.n)
		return 0;
	if (is_word(name, "seed"))
		return parse_seed(ps, line);
	return parse_fault(ps, name, line);
}

int fcn_fault_plan_parse(struct fcn_fault_plan *plan, const char *text, char *err, size_t err_size)
{
	struct parser ps = { .plan = plan, .err = err, .err_size = err_size };
	int ret = 0;

	*plan = (struct fcn_fault_plan){ 0 };
	if (err_size)
		err[0] = 0;
	while (*text && !ret) {
		struct word line = { text, strcspn(text, "\n") };

		ps.line++;
		text += line.n;
		text += *text == '\n';
		ret = parse_line(&ps, line);
	}
	if (ret)
		fcn_fault_plan_free(plan);
	return ret;
}

void fcn_fault_plan_free(struct fcn_fault_plan *plan)
{
	free(plan->fault);
	*plan = (struct fcn_fault_plan){ 0 };
}

/* Text that grows in a buffer and goes on counting when the buffer is full. */
struct out {
	char *buf;
	size_t size, n;
};

__attribute__((format(printf, 2, 3)))
static void put(struct out *o, const char *fmt, ...)
{
	size_t room = o->n < o->size ? o->size - o->n : 0;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(room ? o->buf + o->n : NULL, room, fmt, ap);
	va_end(ap);
	o->n += n > 0 ? (size_t)n : 0;
}

static void put_key(struct out *o, enum fcn_fault_key k, uint64_t value)
{
	const struct fcn_fault_key_info *key = &fcn_fault_key_info[k];

	for (const struct fcn_fault_word *name = key->words; name && name->name; name++)
		if (name->value == value) {
			put(o, " %s=%s", key->name, name->name);
			return;
		}
	put(o, key->hex ? " %s=0x%" PRIx64 : " %s=%" PRIu64, key->name, value);
}

static void put_fault(struct out *o, struct fcn_fault f)
{
	const struct fcn_fault_kind_info *kind = &fcn_fault_kind_info[f.kind];
	struct fcn_fault def = fcn_fault_default(f.kind);

	if (f.one_in != 1)
		def.count = FCN_FAULT_ALL;
	put(o, "%s", kind->name);
	for (unsigned k = 0; k < FCN_FAULT_KEYS; k++) {
		int needed = (kind->required & 1u << k) || (k == FCN_KEY_ADDR && f.len);
		uint64_t value = *fcn_fault_value(&f, k);

		if (needed || value != *fcn_fault_value(&def, k))
			put_key(o, k, value);
	}
	put(o, "\n");
}

int fcn_fault_plan_print(const struct fcn_fault_plan *plan, char *buf, size_t size)
{
	struct out o = { buf, size, 0 };

	if (size)
		buf[0] = 0;
	if (plan->seed)
		put(&o, "seed %" PRIu64 "\n", plan->seed);
	for (size_t i = 0; i < plan->n; i++)
		put_fault(&o, plan->fault[i]);
	return (int)o.n;
}
