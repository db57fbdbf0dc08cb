// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r,"

static const char *const kind_names[VF_FAULT_KINDS] = { "vanish-mapping", "dead-server", "mute-server", "deaf-reg" };

/* What each kind counts, when its line does not say. */
static const enum vf_fault_on kind_on[VF_FAULT_KINDS] = { VF_ON_DMA, VF_ON_REG, VF_ON_REG, VF_ON_WRITE };

/* The kind that a line begins with, or VF_FAULT_KINDS: not the server's. */
static unsigned line_kind(const char *line)
{
	size_t n;
	unsigned k;

	line += strspn(line, " \t\r");
	n = strcspn(line, " \t\r,#\n");
	for (k = 0; k < VF_FAULT_KINDS; k++)
		if (strlen(kind_names[k]) == n && !memcmp(line, kind_names[k], n))
			break;
	return k;
}

static int parse_number(const char *text, uint64_t *value)
{
	char *end;
	int hex = !strncmp(text, "0x", 2) || !strncmp(text, "0X", 2);
	const char *digits = hex ? text + 2 : text;

	/* strtoull() alone would take signs, blanks and octal. */
	if (!*digits || !strchr("0123456789abcdefABCDEF", *digits))
		return -EINVAL;
	errno = 0;
	*value = strtoull(digits, &end, hex ? 16 : 10);
	return *end || errno ? -EINVAL : 0;
}

/* One key=value; 0 or what is wrong with it. */
static const char *parse_key(struct vf_fault *f, const char *key, const char *value)
{
	uint64_t *number = !strcmp(key, "addr") ? &f->addr : !strcmp(key, "len") ? &f->len :
			   !strcmp(key, "at") ? &f->at : !strcmp(key, "nth") ? &f->nth : NULL;

	if (number) {
		if (parse_number(value, number))
			return "bad value";
		return number == &f->nth && !f->nth ? "nth counts from 1" : number == &f->len && !f->len ? "len is 0" : NULL;
	}
	if (strcmp(key, "on") || f->kind == VF_FAULT_VANISH || f->kind == VF_FAULT_DEAF)
		return "has no such key";
	if (!strcmp(value, "dma"))
		f->on = VF_ON_DMA;
	else if (strcmp(value, "reg"))
		return "bad value";
	return NULL;
}

/* A line of the server's, without its comment; line is changed. */
static int parse_line(struct vf_fault *f, char *line, char *err, size_t err_size)
{
	const char *name = kind_names[f->kind];
	char *save, *word = strtok_r(line, BLANKS, &save);
	int addr = 0;

	while ((word = strtok_r(NULL, BLANKS, &save))) {
		char *value = strchr(word, '=');
		const char *wrong;

		if (!value) {
			snprintf(err, err_size, "%s: '%.40s' is not key=value", name, word);
			return -EINVAL;
		}
		*value++ = 0;
		wrong = parse_key(f, word, value);
		if (wrong) {
			snprintf(err, err_size, "%s: %.40s=%.40s: %s", name, word, value, wrong);
			return -EINVAL;
		}
		addr |= !strcmp(word, "addr");
		if (addr && !f->len)
			f->len = 1;
	}
	if (f->len && !addr) {
		snprintf(err, err_size, "%s: len without addr", name);
		return -EINVAL;
	}
	return 0;
}

/* Takes the server's lines out of text, leaving the others where they are. */
static int take_lines(struct vf_plan *plan, char *text, char *err, size_t err_size)
{
	unsigned number = 1;

	for (char *line = text; *line; number++) {
		size_t n = strcspn(line, "\n");
		unsigned kind = line_kind(line);
		char copy[256], what[160];
		struct vf_fault f = { .kind = kind, .nth = 1 };

		if (kind < VF_FAULT_KINDS) {
			f.on = kind_on[kind];
			snprintf(copy, sizeof(copy), "%.*s", (int)(n < sizeof(copy) ? n : sizeof(copy)), line);
			copy[strcspn(copy, "#")] = 0;
			if (n >= sizeof(copy) || plan->n == VF_PLAN_FAULTS) {
				snprintf(err, err_size, "line %u: too long, or too many", number);
				return -EINVAL;
			}
			if (parse_line(&f, copy, what, sizeof(what))) {
				snprintf(err, err_size, "line %u: %s", number, what);
				return -EINVAL;
			}
			plan->fault[plan->n++] = f;
			memset(line, ' ', n);
		}
		line += n;
		line += *line == '\n';
	}
	return 0;
}

int vf_plan_parse(struct vf_plan *plan, const char *text, char *err, size_t err_size)
{
	char *rest = strdup(text);
	int ret;

	*plan = (struct vf_plan){ 0 };
	if (!rest)
		return -ENOMEM;
	ret = take_lines(plan, rest, err, err_size);
	if (!ret)
		ret = fcn_fault_plan_parse(&plan->core, rest, err, err_size);
	free(rest);
	if (ret)
		plan->n = 0;
	return ret;
}

void vf_plan_free(struct vf_plan *plan)
{
	fcn_fault_plan_free(&plan->core);
	plan->n = 0;
}

static int matches(const struct vf_fault *f, enum vf_fault_on on, uint64_t now, uint64_t addr, uint64_t len)
{
	if (f->on != on || now < f->at)
		return 0;
	return !f->len || (addr < f->addr + f->len && f->addr < addr + len);
}

unsigned vf_plan_event(struct vf_plan *plan, enum vf_fault_on on, uint64_t now, uint64_t addr, uint64_t len)
{
	unsigned struck = 0;

	for (size_t i = 0; i < plan->n; i++) {
		struct vf_fault *f = &plan->fault[i];

		if (matches(f, on, now, addr, len) && ++f->events == f->nth)
			struck |= 1u << f->kind;
	}
	return struck;
}
