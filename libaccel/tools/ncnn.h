/* SPDX-License-Identifier: MIT */
/*
 * ncnn's models: a .param file, text with a line for each layer, and a .bin file with the weights
 * of the layers, one behind the other.  Every number and name is checked; what is not supported is
 * named with its line.  Functions return 0 or a negative errno with a message (error.h).
 */
#ifndef TOOLS_NCNN_H
#define TOOLS_NCNN_H

#include <stdint.h>

#include "graph.h"

#define NCNN_MAX_LAYERS 10000
#define NCNN_MAX_BLOBS 64	/* of a layer, inputs and outputs together */
#define NCNN_MAX_PARAMS 32
#define NCNN_MAX_VALUES 8	/* of a parameter that is an array */

/* "9=2" or, with the key -23300 - 10, an array: "-23310=1,0.1". */
struct ncnn_param {
	int key;		/* 10 of an array with the key -23310 */
	int n;
	double value[NCNN_MAX_VALUES];
};

struct ncnn_layer {
	int line;
	const char *type, *name;
	int n_in, n_out, n_param;
	const char *blob[NCNN_MAX_BLOBS];	/* inputs, then outputs */
	struct ncnn_param param[NCNN_MAX_PARAMS];
};

struct ncnn_net {
	char *text;		/* what the names lie in */
	int n_layer;
	struct ncnn_layer *layer;
};

/* ---- ncnn_param.c ---- */

int ncnn_param_read(const char *path, struct ncnn_net *net);
void ncnn_net_free(struct ncnn_net *net);

/* The parameter, or NULL. */
const struct ncnn_param *ncnn_param_find(const struct ncnn_layer *l, int key);

/* A whole number from min to max, or `otherwise` if the layer does not have it. */
int ncnn_int(const struct ncnn_layer *l, int key, int otherwise, int min, int max, int *to);

/* ---- ncnn_bin.c ---- */

struct ncnn_bin {
	const char *path;
	uint8_t *bytes;
	size_t size, at;
};

int ncnn_bin_open(const char *path, struct ncnn_bin *bin);
void ncnn_bin_close(struct ncnn_bin *bin);

/*
 * The next n weights as floats, allocated.  tagged: a word in front says how they are stored (float
 * or half precision); else they are float.
 */
int ncnn_bin_read(struct ncnn_bin *bin, const struct ncnn_layer *l, size_t n, bool tagged,
		  float **to);

/* -EINVAL if something is left. */
int ncnn_bin_end(const struct ncnn_bin *bin);

/* ---- ncnn_graph.c ---- */

/* width, height: of the input; 0: as the file says. */
int ncnn_to_graph(const struct ncnn_net *net, struct ncnn_bin *bin, int width, int height,
		  struct graph *g);

#endif
