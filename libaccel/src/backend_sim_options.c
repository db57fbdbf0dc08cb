/* SPDX-License-Identifier: MIT */
/* The part of a rtl: or model: URI behind the colon: NAME=VALUE, separated by commas. */
#define _POSIX_C_SOURCE 200809L

#include "backend_sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "fcn_axi_timing.h"

/* One option: name and value are not NUL-terminated. */
struct option {
	const char *scheme, *name, *value;
	int name_size, value_size;
};

static bool is(const struct option *o, const char *name)
{
	return (size_t)o->name_size == strlen(name) && !memcmp(o->name, name, strlen(name));
}

/* Digits only; false: none, or more than max. */
static bool parse_number(const char **p, const char *end, uint64_t max, uint64_t *value)
{
	const char *start = *p;
	uint64_t v = 0;

	for (; *p != end && **p >= '0' && **p <= '9'; ++*p) {
		unsigned digit = (unsigned)(**p - '0');

		if (v > (max - digit) / 10)
			return false;
		v = 10 * v + digit;
	}
	*value = v;
	return *p != start;
}

static int bad_value(const struct option *o, const char *wanted)
{
	return error(-EINVAL, "%s: %.*s=%.*s: wanted is %s", o->scheme, o->name_size, o->name,
		     o->value_size, o->value, wanted);
}

static int parse_array(const struct option *o, struct sim_options *to)
{
	const char *p = o->value, *end = p + o->value_size;
	uint64_t rows, cols;

	if (!parse_number(&p, end, 4096, &rows) || p == end || *p++ != 'x' ||
	    !parse_number(&p, end, 4096, &cols) || p != end)
		return bad_value(o, "ROWSxCOLUMNS, such as array=16x16");
	to->rows = (unsigned)rows;
	to->cols = (unsigned)cols;
	return 0;
}

static int parse_memory(const struct option *o, struct sim_options *to)
{
	char name[16] = "";

	if ((size_t)o->value_size < sizeof(name))
		memcpy(name, o->value, (size_t)o->value_size);
	to->memory = fcn_axi_preset_find(name);
	return to->memory < 0 ? bad_value(o, "ideal, ddr or random") : 0;
}

static int parse_seed(const struct option *o, struct sim_options *to)
{
	const char *p = o->value, *end = p + o->value_size;

	if (!parse_number(&p, end, UINT64_MAX, &to->seed) || p != end)
		return bad_value(o, "a number");
	return 0;
}

static int parse_waves(const struct option *o, struct sim_options *to)
{
	if (!o->value_size)
		return bad_value(o, "the name of a file to write");
	free(to->waves);
	to->waves = strndup(o->value, (size_t)o->value_size);
	return to->waves ? 0 : error(-ENOMEM, "out of memory");
}

static int parse_option(const struct option *o, bool timed, struct sim_options *to)
{
	if (is(o, "array"))
		return parse_array(o, to);
	if (timed && is(o, "memory"))
		return parse_memory(o, to);
	if (timed && is(o, "seed"))
		return parse_seed(o, to);
	if (timed && is(o, "waves"))
		return parse_waves(o, to);
	return error(-EINVAL, "%s: has no option '%.*s'; it has %s", o->scheme, o->name_size,
		     o->name, timed ? "array, memory, seed, waves" : "array");
}

int sim_options_parse(const char *scheme, const char *rest, bool timed, struct sim_options *o)
{
	int err = 0;

	*o = (struct sim_options){ .rows = 16, .cols = 16, .memory = FCN_AXI_DDR };
	while (!err && *rest) {
		size_t size = strcspn(rest, ","), name = strcspn(rest, "=,");
		struct option option = { scheme, rest, rest + size, (int)name, 0 };

		if (name < size) {
			option.value = rest + name + 1;
			option.value_size = (int)(size - name - 1);
		}
		err = parse_option(&option, timed, o);
		rest += size;
		if (*rest == ',' && !*++rest)
			err = error(-EINVAL, "%s: nothing follows the last comma", scheme);
	}
	if (err)
		sim_options_free(o);
	return err;
}

void sim_options_free(struct sim_options *o)
{
	free(o->waves);
	o->waves = NULL;
}
