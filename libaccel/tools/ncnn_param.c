/* SPDX-License-Identifier: MIT */
/* ncnn's .param files. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "error.h"
#include "file.h"
#include "ncnn.h"

#define MAGIC "7767517"
#define MAX_SIZE (INT64_C(4) << 20)
#define ARRAY_KEY 23300

static int bad(int line, const char *what)
{
	return error(-EINVAL, "line %d: %s", line, what);
}

/* The next word of a line, or NULL. */
static char *word(char **at)
{
	char *w = *at + strspn(*at, " \t\r"), *end = w + strcspn(w, " \t\r");

	if (!*w)
		return NULL;
	*at = *end ? end + 1 : end;
	*end = 0;
	return w;
}

static int whole(const char *text, int min, int max, int *to)
{
	char *end;
	long v;

	errno = 0;
	v = text ? strtol(text, &end, 10) : 0;
	if (!text || end == text || *end || errno || v < min || v > max)
		return -EINVAL;
	*to = (int)v;
	return 0;
}

/* "KEY=VALUE", or "-233KK=N,VALUE,..". */
static int parse_param(char *text, int line, struct ncnn_param *p)
{
	char *value = strchr(text, '='), *end;
	int wanted = 1;

	if (!value)
		return bad(line, "a parameter without '='");
	*value++ = 0;
	if (whole(text, -ARRAY_KEY - 1000, 1000, &p->key) ||
	    (p->key < 0 && p->key > -ARRAY_KEY))
		return bad(line, "a parameter whose key is no number of a parameter");
	p->n = 0;
	if (p->key < 0) {
		p->key = -ARRAY_KEY - p->key;
		wanted = (int)strtol(value, &end, 10);
		if (end == value || wanted < 0 || wanted > NCNN_MAX_VALUES ||
		    *end != (wanted ? ',' : 0))
			return bad(line, "an array of parameters that does not start with its length");
		value = wanted ? end + 1 : end;
	}
	while (p->n < wanted) {
		double v = strtod(value, &end);

		if (end == value || !isfinite(v) || *end != (p->n + 1 < wanted ? ',' : 0))
			return bad(line, "a parameter that is no number");
		p->value[p->n++] = v;
		value = end + 1;
	}
	return 0;
}

/* TYPE NAME N_IN N_OUT INPUT.. OUTPUT.. KEY=VALUE.. */
static int parse_layer(char *text, int line, struct ncnn_layer *l)
{
	char *w;

	*l = (struct ncnn_layer){ .line = line };
	l->type = word(&text);
	l->name = word(&text);
	if (!l->type || !l->name)
		return bad(line, "a layer without type and name");
	if (whole(word(&text), 0, NCNN_MAX_BLOBS, &l->n_in) ||
	    whole(word(&text), 0, NCNN_MAX_BLOBS, &l->n_out) || l->n_in + l->n_out > NCNN_MAX_BLOBS)
		return bad(line, "the numbers of inputs and outputs are missing, or too large");
	for (int i = 0; i < l->n_in + l->n_out; i++)
		if (!(l->blob[i] = word(&text)))
			return bad(line, "fewer inputs and outputs than announced");
	while ((w = word(&text))) {
		int err;

		if (l->n_param == NCNN_MAX_PARAMS)
			return bad(line, "too many parameters");
		err = parse_param(w, line, &l->param[l->n_param++]);
		if (err)
			return err;
	}
	return 0;
}

static char *next_line(char **at)
{
	char *line = *at, *end;

	if (!line)
		return NULL;
	end = strchr(line, '\n');
	if (end)
		*end = 0;
	*at = end ? end + 1 : NULL;
	return line;
}

static int parse_head(char **text, int *layers)
{
	char *line = next_line(text), *w = line ? word(&line) : NULL;
	int blobs;

	if (!w || strcmp(w, MAGIC) || word(&line))
		return error(-EINVAL, "it is no .param file of ncnn: the first line is not " MAGIC);
	line = next_line(text);
	if (!line || whole(word(&line), 1, NCNN_MAX_LAYERS, layers) ||
	    whole(word(&line), 1, NCNN_MAX_LAYERS * 8, &blobs))
		return bad(2, "wanted are the numbers of layers and blobs");
	return 0;
}

static int parse(struct ncnn_net *net)
{
	char *text = net->text, *line;
	int layers, at = 2, err = parse_head(&text, &layers);

	if (err)
		return err;
	net->layer = calloc((size_t)layers, sizeof(*net->layer));
	if (!net->layer)
		return error(-ENOMEM, "out of memory for %d layers", layers);
	while (!err && (line = next_line(&text))) {
		at++;
		if (!line[strspn(line, " \t\r")])
			continue;
		if (net->n_layer == layers)
			return bad(at, "more layers than the second line announces");
		err = parse_layer(line, at, &net->layer[net->n_layer]);
		net->n_layer += !err;
	}
	if (!err && net->n_layer < layers)
		err = error(-EINVAL, "it has %d layers, and announces %d: the file is cut off",
			    net->n_layer, layers);
	return err;
}

int ncnn_param_read(const char *path, struct ncnn_net *net)
{
	void *bytes;
	size_t size;
	int err = file_map(path, MAX_SIZE, &bytes, &size);

	*net = (struct ncnn_net){ NULL, 0, NULL };
	if (err)
		return err;
	net->text = malloc(size + 1);
	if (net->text) {
		memcpy(net->text, bytes, size);
		net->text[size] = 0;
	}
	munmap(bytes, size);
	if (!net->text)
		return error(-ENOMEM, "out of memory for %s", path);
	err = strlen(net->text) == size ? parse(net)
					: error(-EINVAL, "it is no text: it has bytes of 0");
	if (err)
		ncnn_net_free(net);
	return err ? error_in(err, "cannot read %s", path) : 0;
}

void ncnn_net_free(struct ncnn_net *net)
{
	free(net->text);
	free(net->layer);
	*net = (struct ncnn_net){ NULL, 0, NULL };
}

const struct ncnn_param *ncnn_param_find(const struct ncnn_layer *l, int key)
{
	for (int i = 0; i < l->n_param; i++)
		if (l->param[i].key == key)
			return &l->param[i];
	return NULL;
}

int ncnn_int(const struct ncnn_layer *l, int key, int otherwise, int min, int max, int *to)
{
	const struct ncnn_param *p = ncnn_param_find(l, key);
	double v = p && p->n == 1 ? p->value[0] : otherwise;

	if ((p && p->n != 1) || v < min || v > max || v != floor(v))
		return error(-EINVAL, "line %d: parameter %d of '%s' must be a whole number from %d "
			     "to %d", l->line, key, l->name, min, max);
	*to = (int)v;
	return 0;
}
