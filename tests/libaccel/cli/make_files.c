/* SPDX-License-Identifier: MIT */
/* Makes the models, pictures and arrays of the tests of accelctl, in the folder given. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>

#include "accel.h"
#include "graph.h"
#include "image.h"
#include "onnx_write.h"

static void need(int err)
{
	if (err >= 0)
		return;
	fprintf(stderr, "%s\n", accel_error_message());
	exit(1);
}

static int node(struct graph *g, enum op op, const char *name, int n_in, const int *in,
		enum dtype dtype)
{
	int out = graph_add_tensor(g, NULL, dtype, NULL), n;

	need(out);
	n = graph_add_node(g, op, name, n_in, in, 1, &out);
	need(n);
	memset(&g->node[n].attr, 0, sizeof(g->node[n].attr));
	return out;
}

static void save(struct graph *g, int output, const char *path)
{
	need(graph_add_output(g, output));
	need(graph_infer(g, NULL));
	need(onnx_write(g, path));
	graph_free(g);
}

/* A 1x1 convolution from 3 channels: out[c] = gain * in[c % 3]. */
static int conv(struct graph *g, int x, int channels, float gain)
{
	const struct shape shape = { 4, { channels, 3, 1, 1 } };
	float *w = calloc((size_t)channels * 3, sizeof(*w));
	int in[2] = { x }, y;
	struct conv_attr *a;

	for (int c = 0; c < channels; c++)
		w[3 * c + c % 3] = gain * (float)(1 + c / 3);
	in[1] = graph_add_const(g, "w", DTYPE_F32, &shape, w);
	free(w);
	y = node(g, OP_CONV, "conv", 2, in, DTYPE_F32);
	a = &g->node[g->n_node - 1].attr.conv;
	a->spatial = 2;
	a->group = 1;
	for (int i = 0; i < 2; i++)
		a->kernel[i] = a->stride[i] = a->dilation[i] = 1;
	return y;
}

static struct graph *picture_graph(int h, int w, int *x)
{
	const struct shape shape = { 4, { 1, 3, h, w } };
	struct graph *g = graph_new();

	*x = graph_add_tensor(g, "picture", DTYPE_F32, &shape);
	need(graph_add_input(g, *x));
	return g;
}

static void copy_model(int h, int w, const char *path)
{
	int x;
	struct graph *g = picture_graph(h, w, &x);

	save(g, conv(g, x, 3, 1), path);
}

static void classes_model(const char *path)
{
	int x, y;
	struct graph *g = picture_graph(24, 32, &x);

	y = conv(g, x, 6, 0.5f);
	y = node(g, OP_ARGMAX, "class", 1, &y, DTYPE_I64);
	g->node[g->n_node - 1].attr.arg.axis = 1;
	g->node[g->n_node - 1].attr.arg.keepdims = true;
	save(g, y, path);
}

static void sum_model(const char *path)
{
	const struct shape shape = { 1, { 6 } };
	struct graph *g = graph_new();
	int in[2] = {
		graph_add_tensor(g, "a", DTYPE_F32, &shape),
		graph_add_tensor(g, "b", DTYPE_F32, &shape),
	};

	need(graph_add_input(g, in[0]));
	need(graph_add_input(g, in[1]));
	save(g, node(g, OP_ADD, "sum", 2, in, DTYPE_F32), path);
}

/* One function of x, of any rank and type. */
static void function_model(const char *name, enum dtype from, int rank, const int64_t *dim, enum op op, enum dtype to, const char *path)
{
	struct shape shape = { .rank = rank };
	struct graph *g = graph_new();
	int x, y;

	for (int i = 0; i < rank; i++)
		shape.dim[i] = dim[i];
	x = graph_add_tensor(g, name, from, &shape);
	need(graph_add_input(g, x));
	y = node(g, op, "function", 1, &x, to);
	if (op == OP_CAST)
		g->node[g->n_node - 1].attr.cast.to = to;
	save(g, y, path);
}

/* From and to the types that a model may have. */
static void cast_models(void)
{
	static const struct {
		const char *in, *out;
		enum dtype dtype;
	} types[] = {
		{ "in-double.onnx", "out-double.onnx", DTYPE_F64 }, { "in-int32.onnx", "out-int32.onnx", DTYPE_I32 },
		{ "in-int64.onnx", "out-int64.onnx", DTYPE_I64 },   { "in-int8.onnx", "out-int8.onnx", DTYPE_I8 },
		{ "in-uint8.onnx", "out-uint8.onnx", DTYPE_U8 },    { "in-bool.onnx", "out-bool.onnx", DTYPE_BOOL },
	};
	const int64_t dim[4] = { 1, 1, 24, 32 };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		function_model("x", types[i].dtype, 4, dim, OP_CAST, DTYPE_F32, types[i].in);
		function_model("x", DTYPE_F32, 4, dim, OP_CAST, types[i].dtype, types[i].out);
	}
}

/* Of any size, or of any rank. */
static void open_model(int rank, const char *path)
{
	int x;
	struct graph *g = picture_graph(8, 8, &x);

	need(graph_add_output(g, node(g, OP_RELU, "relu", 1, &x, DTYPE_F32)));
	need(graph_infer(g, NULL));
	for (int i = 0; i < g->n_tensor; i++)
		g->tensor[i].shape = (struct shape){ rank, { 1, 3, -1, -1 } };
	need(onnx_write(g, path));
	graph_free(g);
}

static void scores_model(const char *path)
{
	int x;
	struct graph *g = picture_graph(24, 32, &x);

	save(g, conv(g, x, 6, 1), path);
}

static void two_model(const char *path)
{
	int x, in[2];
	struct graph *g = picture_graph(24, 32, &x);

	in[0] = in[1] = x;
	save(g, node(g, OP_CONCAT, "two", 2, in, DTYPE_F32), path);
}

/* A progressive file whose last scan comes too often. */
static void many_scans(const char *path)
{
	static const jpeg_scan_info scans[] = {
		{ 3, { 0, 1, 2 }, 0, 0, 0, 0 },
		{ 1, { 0 }, 1, 63, 0, 0 },
		{ 1, { 1 }, 1, 63, 0, 0 },
		{ 1, { 2 }, 1, 63, 0, 0 },
	};
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr errors;
	unsigned char row[3 * 32] = { 0 }, *bytes = NULL;
	unsigned long size = 0, at;
	JSAMPROW rows = row;
	FILE *f;

	c.err = jpeg_std_error(&errors);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &bytes, &size);
	c.image_width = c.image_height = 32;
	c.input_components = 3;
	c.in_color_space = JCS_RGB;
	jpeg_set_defaults(&c);
	c.scan_info = scans;
	c.num_scans = 4;
	jpeg_start_compress(&c, TRUE);
	while (c.next_scanline < 32)
		jpeg_write_scanlines(&c, &rows, 1);
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	for (at = size - 2; at && (bytes[at] != 0xff || bytes[at + 1] != 0xda);)
		at--;
	f = fopen(path, "wb");
	if (!f || !at)
		exit(1);
	fwrite(bytes, 1, size - 2, f);
	for (int i = 0; i < 300; i++)
		fwrite(bytes + at, 1, size - 2 - at, f);
	fwrite("\xff\xd9", 1, 2, f);
	if (fclose(f))
		exit(1);
	free(bytes);
}

/* Larger than what image_alloc() gives. */
static void wide_picture(int w, const char *path)
{
	struct image im = { w, 1, calloc((size_t)w, 3) };

	need(image_write(path, &im));
	free(im.rgb);
}

static void picture(int w, int h, const char *path)
{
	struct image im;

	need(image_alloc(&im, w, h));
	for (int i = 0; i < w * h; i++) {
		im.rgb[3 * i] = (uint8_t)(i % w * 255 / w);
		im.rgb[3 * i + 1] = (uint8_t)(i / w * 255 / h);
		im.rgb[3 * i + 2] = (uint8_t)(i * 7);
	}
	need(image_write(path, &im));
	free(im.rgb);
}

static void array(enum accel_dtype dtype, int rank, const int64_t *dim, const char *path)
{
	struct accel_array a = { .dtype = dtype, .rank = rank };
	size_t n = 1;

	for (int i = 0; i < rank; i++) {
		a.dim[i] = dim[i];
		n *= (size_t)dim[i];
	}
	a.data_size = n * accel_dtype_size(dtype);
	a.data = calloc(1, a.data_size + 1);
	for (size_t i = 0; i < n; i++) {
		if (dtype == ACCEL_FLOAT32)
			((float *)a.data)[i] = (float)(i % 97) / 97;
		else if (dtype == ACCEL_FLOAT64)
			((double *)a.data)[i] = (double)(i % 97) / 97;
	}
	need(accel_array_save(path, &a));
	free(a.data);
}

int main(int argc, char **argv)
{
	if (argc != 2 || chdir(argv[1]))
		return 2;
	copy_model(24, 32, "copy.onnx");
	copy_model(8, 8, "small.onnx");
	copy_model(16, 16, "sixteen.onnx");
	copy_model(96, 128, "large.onnx");
	classes_model("classes.onnx");
	sum_model("sum.onnx");
	cast_models();
	open_model(4, "open.onnx");
	open_model(-1, "any.onnx");
	scores_model("scores.onnx");
	two_model("two.onnx");
	function_model("a\"b\\c\td,e", DTYPE_F32, 2, (int64_t[]){ 2, 3 }, OP_RELU, DTYPE_F32, "names.onnx");
	function_model("x", DTYPE_F32, 5, (int64_t[]){ 2, 1, 1, 4, 4 }, OP_RELU, DTYPE_F32, "five.onnx");
	picture(32, 24, "a.png");
	wide_picture(40000, "wide.png");
	wide_picture(40000, "wide.jpg");
	many_scans("scans.jpg");
	picture(32, 24, "a.jpg");
	picture(128, 96, "large.jpg");
	picture(13, 9, "odd.png");
	array(ACCEL_FLOAT32, 4, (int64_t[]){ 1, 3, 24, 32 }, "x.npy");
	array(ACCEL_FLOAT64, 4, (int64_t[]){ 1, 3, 24, 32 }, "double.npy");
	array(ACCEL_INT8, 4, (int64_t[]){ 1, 3, 24, 32 }, "int8.npy");
	array(ACCEL_FLOAT32, 1, (int64_t[]){ 6 }, "ab.npy");
	return 0;
}
