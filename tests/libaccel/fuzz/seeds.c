/* SPDX-License-Identifier: MIT */
/*
 * Writes random quantised models, small ones, as seeds of fuzzing.
 *
 *   seeds FOLDER COUNT MAX_BYTES
 */
#include <stdio.h>
#include <stdlib.h>

#include "error.h"
#include "graph.h"
#include "onnx_write.h"
#include "random_graph.h"

int main(int argc, char **argv)
{
	int count = argc == 4 ? atoi(argv[2]) : 0, written = 0;
	size_t most = argc == 4 ? (size_t)atol(argv[3]) : 0;

	if (argc != 4) {
		fprintf(stderr, "usage: seeds FOLDER COUNT MAX_BYTES\n");
		return 2;
	}
	for (uint64_t seed = 1; written < count && seed < 100 * (uint64_t)count; seed++) {
		struct graph *g = random_graph(seed);
		void *bytes = NULL;
		size_t size;
		char path[4096];
		FILE *f;

		if (!g || onnx_write_memory(g, &bytes, &size)) {
			fprintf(stderr, "seeds: %s\n", error_message());
			return 1;
		}
		if (size <= most) {
			snprintf(path, sizeof(path), "%s/random-%llu", argv[1],
				 (unsigned long long)seed);
			f = fopen(path, "wb");
			if (!f || fwrite(bytes, 1, size, f) != size || fclose(f)) {
				perror(path);
				return 1;
			}
			written++;
		}
		free(bytes);
		graph_free(g);
	}
	return 0;
}
