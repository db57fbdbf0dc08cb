/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onnx_pb_write.h"

static void die(const char *what, const char *token)
{
	fprintf(stderr, "model description: %s '%s'\n", what, token ? token : "");
	abort();
}

static const struct {
	const char *name;
	int dtype;
	size_t size;
} types[] = {
	{ "f32", 1, 4 }, { "u8", 2, 1 }, { "i8", 3, 1 }, { "i32", 6, 4 }, { "i64", 7, 8 },
	{ "bool", 9, 1 }, { "f16", 10, 2 }, { "f64", 11, 8 },
};

static int find_type(const char *name)
{
	for (int i = 0; name && i < (int)(sizeof(types) / sizeof(types[0])); i++)
		if (!strcmp(types[i].name, name))
			return i;
	die("unknown type", name);
	return 0;
}

/* "1,3,?" into dims; "-" is none. */
static int read_dims(char *text, long long *dim)
{
	char *save, *token;
	int n = 0;

	if (!text)
		die("a shape is missing", "");
	if (!strcmp(text, "-"))
		return 0;
	for (token = strtok_r(text, ",", &save); token; token = strtok_r(NULL, ",", &save))
		dim[n++] = *token == '?' ? -1 : strtoll(token, NULL, 10);
	return n;
}

static void write_value(struct pb_out *o, uint32_t field, char **save)
{
	char *name = strtok_r(NULL, " ", save), *type = strtok_r(NULL, " ", save),
	     *shape = strtok_r(NULL, " ", save);
	long long dim[16];
	int n = shape ? read_dims(shape, dim) : 0;
	size_t info = pb_out_begin(o, field), proto, tensor, dims, d;

	pb_out_string(o, 1, name);
	proto = pb_out_begin(o, 2);
	tensor = pb_out_begin(o, 1);
	pb_out_varint(o, 1, (uint64_t)types[find_type(type)].dtype);
	if (shape) {
		dims = pb_out_begin(o, 2);
		for (int i = 0; i < n; i++) {
			d = pb_out_begin(o, 1);
			if (dim[i] >= 0)
				pb_out_varint(o, 1, (uint64_t)dim[i]);
			pb_out_end(o, d);
		}
		pb_out_end(o, dims);
	}
	pb_out_end(o, tensor);
	pb_out_end(o, proto);
	pb_out_end(o, info);
}

static void put_element(unsigned char *to, int type, double v)
{
	float f = (float)v;
	long long i = (long long)v;

	switch (types[type].dtype) {
	case 1:
		memcpy(to, &f, sizeof(f));
		break;
	case 11:
		memcpy(to, &v, sizeof(v));
		break;
	default:
		memcpy(to, &i, types[type].size);
	}
}

static void write_tensor(struct pb_out *o, uint32_t field, const char *name, char **save)
{
	int type = find_type(strtok_r(NULL, " ", save));
	long long dim[16];
	int n_dim = read_dims(strtok_r(NULL, " ", save), dim);
	char *equals = strtok_r(NULL, " ", save),
	     *values = equals ? strtok_r(NULL, " ", save) : NULL;
	size_t n = 1, mark = pb_out_begin(o, field);
	unsigned char *data;

	for (int i = 0; i < n_dim; i++) {
		pb_out_varint(o, 1, (uint64_t)dim[i]);
		n *= (size_t)dim[i];
	}
	pb_out_varint(o, 2, (uint64_t)types[type].dtype);
	pb_out_string(o, 8, name);
	data = calloc(n + 1, types[type].size);
	for (size_t i = 0; i < n; i++) {
		double v = values ? strtod(values, &values) : (double)i;

		values += values && *values == ',';
		put_element(data + i * types[type].size, type, v);
	}
	pb_out_bytes(o, 9, data, n * types[type].size);
	free(data);
	pb_out_end(o, mark);
}

/* name=type:value */
static void write_attr(struct pb_out *o, char *text)
{
	char *equals = strchr(text, '='), *colon = equals ? strchr(equals, ':') : NULL, *v;
	size_t mark;

	if (!colon)
		die("no attribute", text);
	*equals = 0;
	*colon = 0;
	v = colon + 1;
	mark = pb_out_begin(o, 5);
	pb_out_string(o, 1, text);
	if (!strcmp(equals + 1, "i")) {
		pb_out_varint(o, 3, (uint64_t)strtoll(v, NULL, 10));
		pb_out_varint(o, 20, 2);
	} else if (!strcmp(equals + 1, "f")) {
		pb_out_float(o, 2, strtof(v, NULL));
		pb_out_varint(o, 20, 1);
	} else if (!strcmp(equals + 1, "s")) {
		pb_out_string(o, 4, v);
		pb_out_varint(o, 20, 3);
	} else if (!strcmp(equals + 1, "is")) {
		for (; *v; v += *v == ',')
			pb_out_varint(o, 8, (uint64_t)strtoll(v, &v, 10));
		pb_out_varint(o, 20, 7);
	} else if (!strcmp(equals + 1, "fs")) {
		for (; *v; v += *v == ',')
			pb_out_float(o, 7, strtof(v, &v));
		pb_out_varint(o, 20, 6);
	} else if (!strcmp(equals + 1, "g")) {
		pb_out_bytes(o, 6, "", 0);
		pb_out_varint(o, 20, 5);
	} else {
		die("unknown kind of attribute", equals + 1);
	}
	pb_out_end(o, mark);
}

/* A Constant's tensor: "node Constant -> c value=t: i64 2 = 1,2" ends the line. */
static void write_tensor_attr(struct pb_out *o, char **save)
{
	size_t mark = pb_out_begin(o, 5);

	pb_out_string(o, 1, "value");
	pb_out_varint(o, 20, 4);
	write_tensor(o, 5, "", save);
	pb_out_end(o, mark);
}

static void write_node(struct pb_out *o, char **save)
{
	char *op = strtok_r(NULL, " ", save), *colon = strchr(op, ':'), *token;
	size_t mark = pb_out_begin(o, 1);
	uint32_t field = 1;

	pb_out_string(o, 4, colon ? colon + 1 : op);
	if (colon) {
		*colon = 0;
		pb_out_string(o, 7, op);
	}
	while ((token = strtok_r(NULL, " ", save))) {
		if (!strcmp(token, "->"))
			field = 2;
		else if (!strcmp(token, "value=t:"))
			write_tensor_attr(o, save);
		else if (strchr(token, '='))
			write_attr(o, token);
		else
			pb_out_string(o, field, strcmp(token, "-") ? token : "");
	}
	pb_out_end(o, mark);
}

static void write_line(struct pb_out *o, char *line)
{
	char *save, *what = strtok_r(line, " \t", &save);

	if (!what || *what == '#')
		return;
	if (!strcmp(what, "input"))
		write_value(o, 11, &save);
	else if (!strcmp(what, "output"))
		write_value(o, 12, &save);
	else if (!strcmp(what, "init"))
		write_tensor(o, 5, strtok_r(NULL, " ", &save), &save);
	else if (!strcmp(what, "node"))
		write_node(o, &save);
	else
		die("unknown line", what);
}

void *model_build(int opset, const char *description, size_t *size)
{
	struct pb_out o = { .size = 0 };
	char *text = strdup(description), *save, *line;
	size_t mark;

	pb_out_varint(&o, 1, 8);
	mark = pb_out_begin(&o, 8);
	pb_out_varint(&o, 2, (uint64_t)opset);
	pb_out_end(&o, mark);
	mark = pb_out_begin(&o, 7);
	pb_out_string(&o, 2, "g");
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		write_line(&o, line);
	pb_out_end(&o, mark);
	free(text);
	*size = o.size;
	return o.p;
}
