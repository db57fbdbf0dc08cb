/* SPDX-License-Identifier: MIT */
/*
 * accel-ncnn2onnx: turns a model of ncnn into an ONNX file.
 *
 * Exit codes as accelctl's: 0 done, 1 failed, 2 a mistake on the command line.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "ncnn.h"
#include "onnx_write.h"

#define USAGE "Usage: accel-ncnn2onnx MODEL.param MODEL.bin OUT.onnx [WIDTHxHEIGHT]\n" \
	"Turns a convolutional network of ncnn into an ONNX file.\n" \
	"WIDTHxHEIGHT: of the input, where it is to be another than the model's file says.\n"

static int parse_size(const char *text, int *width, int *height)
{
	char *end;
	long w = strtol(text, &end, 10), h;

	if (end == text || *end != 'x')
		return -EINVAL;
	text = end + 1;
	h = strtol(text, &end, 10);
	if (end == text || *end || w < 1 || h < 1 || w > 32767 || h > 32767)
		return -EINVAL;
	*width = (int)w;
	*height = (int)h;
	return 0;
}

static int convert(char **path, int width, int height)
{
	struct ncnn_net net = { NULL, 0, NULL };
	struct ncnn_bin bin = { .bytes = NULL };
	struct graph *g = graph_new();
	int err = g ? 0 : error(-ENOMEM, "out of memory");

	if (!err)
		err = ncnn_param_read(path[0], &net);
	if (!err)
		err = ncnn_bin_open(path[1], &bin);
	if (!err) {
		err = ncnn_to_graph(&net, &bin, width, height, g);
		if (err)
			error_in(err, "cannot convert %s", path[0]);
	}
	if (!err)
		err = onnx_write(g, path[2]);
	graph_free(g);
	ncnn_bin_close(&bin);
	ncnn_net_free(&net);
	return err;
}

int main(int argc, char **argv)
{
	int width = 0, height = 0;

	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		printf(USAGE);
		return 0;
	}
	if (argc < 4 || argc > 5) {
		fprintf(stderr, "accel-ncnn2onnx: wanted are MODEL.param MODEL.bin OUT.onnx "
			"[WIDTHxHEIGHT]; --help tells more\n");
		return 2;
	}
	if (argc == 5 && parse_size(argv[4], &width, &height)) {
		fprintf(stderr, "accel-ncnn2onnx: '%s' is no size such as 142x142\n", argv[4]);
		return 2;
	}
	if (!convert(argv + 1, width, height))
		return 0;
	fprintf(stderr, "accel-ncnn2onnx: %s\n", error_message());
	return 1;
}
