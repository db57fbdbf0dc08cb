/* SPDX-License-Identifier: MIT */
/*
 * Imports every file.  Either that succeeds, and writing it and importing that gives the same
 *graph; or the message names the operator (in parentheses) or the opset.
 *
 *	import_all FOLDER...
 */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "files.h"
#include "onnx.h"
#include "onnx_write.h"
#include "tap.h"
#include "text.h"

static bool names_reason(const char *message)
{
	const char *open = strchr(message, '(');

	if (strstr(message, "opset "))
		return true;
	/* An input that nobody reads has no operator, a mask is named itself. */
	if (strstr(message, ".onnx: input '") || strstr(message, "the mask of a Dropout"))
		return true;
	return strstr(message, ": node ") && open && strchr(open, ')');
}

/* The dump without its first line, which has the opset. */
static const char *nodes_of(const struct text *t)
{
	const char *s = strchr(text_data(t), '\n');

	return s ? s : "";
}

/* Softmax of old opsets is written as several nodes. */
static bool has_flat_softmax(const struct graph *g)
{
	for (int i = 0; i < g->n_node; i++)
		if (g->node[i].op == OP_SOFTMAX && g->node[i].attr.axis.flatten_2d)
			return true;
	return false;
}

static bool survives_writing(struct graph *g)
{
	struct text before = TEXT_INIT, after = TEXT_INIT;
	struct graph *again;
	void *bytes;
	size_t size;
	bool same;

	for (int i = 0; i < g->n_out; i++)
		if (!g->tensor[g->out[i]].dtype)
			g->tensor[g->out[i]].dtype = DTYPE_F32;
	if (onnx_write_memory(g, &bytes, &size))
		return false;
	same = !onnx_load_memory(bytes, size, &again);
	free(bytes);
	if (!same)
		return false;
	for (int i = 0; i < again->n_out; i++)
		again->tensor[again->out[i]].dtype = g->tensor[g->out[i]].dtype;
	graph_dump(g, &before);
	graph_dump(again, &after);
	same = has_flat_softmax(g) || !strcmp(nodes_of(&before), nodes_of(&after));
	if (!same)
		note("%s# became%s", nodes_of(&before), nodes_of(&after));
	graph_free(again);
	text_free(&before);
	text_free(&after);
	return same;
}

int main(int argc, char **argv)
{
	size_t n, n_good = 0, n_named = 0, n_same = 0;
	char **path = files_find(argc - 1, argv + 1, &n);

	for (size_t i = 0; i < n; i++) {
		struct graph *g;

		if (onnx_load(path[i], &g)) {
			bool named = names_reason(error_message());

			n_named += named;
			if (!named)
				note("%s", error_message());
			continue;
		}
		n_good++;
		if (survives_writing(g))
			n_same++;
		else
			note("%s: %s", path[i], error_message());
		graph_free(g);
	}
	ok(n_good && n_good + n_named == n, "%zu of %zu models imported, %zu refused with a reason",
	   n_good, n, n_named);
	ok(n_same == n_good, "%zu of %zu are the same after writing and reading", n_same, n_good);
	files_free(path);
	return tap_done();
}
