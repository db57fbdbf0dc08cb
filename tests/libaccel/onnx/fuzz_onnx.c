/* SPDX-License-Identifier: MIT */
/* libFuzzer target: decoder, import, dump and writing. */
#include <stdint.h>
#include <stdlib.h>

#include "onnx.h"
#include "onnx_write.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What was written must be read again: another outcome is a bug of the writer. */
static void write_and_read(const struct graph *g)
{
	struct graph *again;
	void *written;
	size_t size;

	if (onnx_write_memory(g, &written, &size))
		return;
	if (onnx_load_memory(written, size, &again))
		abort();
	graph_free(again);
	free(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text t = TEXT_INIT;
	struct graph *g;

	if (onnx_load_memory(bytes, size, &g))
		return 0;
	graph_dump(g, &t);
	text_free(&t);
	for (int i = 0; i < g->n_out; i++)
		if (!g->tensor[g->out[i]].dtype)
			g->tensor[g->out[i]].dtype = DTYPE_F32;
	write_and_read(g);
	graph_free(g);
	return 0;
}
